"""A census taken again a year later: another order, names and streets written otherwise, people moved."""

from datetime import UTC, datetime

import pytest

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.places.models import Change, Lieu, Pair
from maillage.sources import cog
from maillage.sources.offer import files
from maillage.sources.offer.forms.read import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD = "Nom;Adresse;Commune;Code postal;Téléphone;Wifi\n"
N_ROWS, N_WAYS = 60, 6
SAME, CAPITALS, STREET, PHONE, NAME, MOVED = range(N_WAYS)


def towns() -> list[tuple[str, str]]:
    table = cog.communes()
    rows = zip(table["epci"].tolist(), table["name"].tolist(), table["postcodes"].tolist(), strict=True)
    return [(name, codes.split(";")[0]) for epci, name, codes in rows if epci == "200065886"][:N_ROWS]


def first_row(rank: int, town: str, postcode: str) -> list[str]:
    phone = f"04 77 {rank + 10} 12 34"
    return [f"Médiathèque de {town}", f"{rank + 1} avenue de la Libération", town, postcode, phone, "Oui"]


def next_row(rank: int, town: str, postcode: str) -> list[str]:
    """Return the row of a place a year later, altered in one of six ways."""
    name, street, *town_cells, phone, wifi = first_row(rank, town, postcode)
    way = rank % N_WAYS
    if way == CAPITALS:
        name = name.upper().replace("É", "E").replace("È", "E")
    elif way == STREET:
        street = street.replace("avenue de la Libération", "av. de la Liberation")
    elif way == PHONE:
        phone, wifi = f"+33{phone.replace(' ', '')[1:]}", "Non"
    elif way == NAME:
        name = name.replace("Médiathèque de", "Médiathèque municipale de")
    elif way == MOVED:
        street, phone = f"{rank + 40} rue Neuve", f"04 77 {rank + 10} 99 99"
    return [name, street, *town_cells, phone, wifi]


def take_in(rows: list[list[str]], name: str) -> None:
    text = HEAD + "".join(";".join(row) + "\n" for row in rows)
    result = files.places(parse(text.encode(), name), today=AT.date(), source="Agglomération")
    importing.take_in(result, source="Agglomération", digest=name, by=None, at=AT)


@pytest.mark.slow("sixty places are taken in twice")
def test_second_census_keeps_sure_places_and_proposes_doubtful_pairs():
    places = [(rank, *town) for rank, town in enumerate(towns())]
    take_in([first_row(*place) for place in places], "2025.csv")
    number_by_town = dict(Lieu.objects.values_list("sheet__commune", "pk"))
    identifiers = dict(Lieu.objects.values_list("pk", "identifier"))
    assert len(number_by_town) == N_ROWS
    take_in([next_row(*place) for place in reversed(places)], "2026.csv")
    first_places = Lieu.objects.filter(pk__in=identifiers)
    assert dict(first_places.values_list("pk", "identifier")) == identifiers, "nothing changes its identifier"
    moved_numbers = {number_by_town[town] for rank, town, _ in places if rank % N_WAYS == MOVED}
    assert (
        set(first_places.filter(missing_since=None).values_list("pk", flat=True))
        == set(identifiers) - moved_numbers
    )
    paired_numbers = {key for pair in Pair.objects.all() for key in (pair.first_id, pair.second_id)}
    created = set(Lieu.objects.exclude(pk__in=identifiers).values_list("pk", flat=True))
    assert len(created) == len(moved_numbers) == N_ROWS // N_WAYS
    assert paired_numbers == moved_numbers | created, "no duplicate comes without a question"
    renamed_number = number_by_town[places[NAME][1]]
    assert Lieu.objects.get(pk=renamed_number).name.startswith("Médiathèque municipale")
    assert Change.objects.filter(lieu=renamed_number).count() == 2, "its history goes on"


@pytest.mark.parametrize("town", ["Montbrison"])
def test_a_row_that_two_places_may_be_is_never_one_of_them(town):
    rows = [
        ["Médiathèque Le Bourg", "1 rue Neuve", town, "42600", "04 77 11 12 34", "Oui"],
        ["Médiathèque Le Bourg", "3 rue Neuve", town, "42600", "04 77 11 12 34", "Oui"],
    ]
    take_in(rows, "2025.csv")
    take_in([["Médiathèque du Bourg", "2 rue Neuve", town, "42600", "04 77 11 12 34", "Oui"]], "2026.csv")
    assert Lieu.objects.count() == 3
    assert Lieu.objects.filter(missing_since=None).count() == 1
