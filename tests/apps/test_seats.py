"""Where structures stand: their seat, else their first place; the same asked for some communes or for all."""

import pytest

from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries.seats import seats, structures_in
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_structures_of_some_communes_are_those_that_stand_there():
    rows = [
        Structure.objects.create(key=f"s{k}", name=f"S{k}", code_insee=c)
        for k, c in enumerate(("38185", "", "", "38151"))
    ]
    for k, (structure, commune) in enumerate(((rows[0], "38151"), (rows[1], "38151"), (rows[1], "38185"))):
        lieu = place(f"l{k}")
        lieu.structure, lieu.code_insee = structure, commune
        lieu.save(update_fields=["structure", "code_insee"])
    assert sorted(structures_in(frozenset({"38151"}))) == sorted([rows[1].pk, rows[3].pk])
    assert structures_in(frozenset({"38185"})) == [rows[0].pk]
    assert structures_in(None) is None and rows[2].pk not in seats()
