"""The list of priority districts of 2024: whole, in the communes of today."""

import pytest

from maillage.kernel.errors import BrokenSource
from maillage.sources import anct, cog


def test_the_list_is_the_one_its_producer_counts():
    anct.check(anct.districts(), cog.communes())


def test_a_list_that_lost_a_district_is_refused():
    listed = anct.districts()
    with pytest.raises(BrokenSource, match="1361 districts of mainland"):
        anct.check(listed.take(listed["code"] != "QN00101M"), cog.communes())


@pytest.mark.parametrize(
    ("code", "has_one"),
    [("01053", True), ("75107", True), ("93059", True), ("29155", False), ("06004", False)],
)
def test_communes_names_an_arrondissement_or_a_former_commune_as_its_commune(code, has_one):
    assert (code in anct.communes()) is has_one
