"""Un lieu est-il dans un quartier prioritaire ? Ce qui se sait sans réseau, et ce qui ne se sait pas."""

import pytest

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import quarters
from maillage.apps.directory.places.queries.districts import district
from maillage.apps.territories.models import Marking
from tests.support.lieux import lieu

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def marking(shares: dict[str, float], **columns) -> Marking:
    values = {
        "slug": "qpv-2024",
        "label": "QPV",
        "kind": "qpv",
        "source": "qp2024.geojson",
        "doubt": "",
    } | columns
    return Marking.objects.create(shares=shares, **values)


def test_without_contours_the_commune_alone_decides_and_the_limit_is_written():
    commune_district = district(lieu("a"))
    assert commune_district is not None
    assert commune_district.sentence == "Sa commune compte au moins un quartier prioritaire."
    assert (commune_district.source, "ne sont pas livrés" in commune_district.limit) == (
        "ANCT, quartiers prioritaires de 2024, liste par commune",
        True,
    )
    elsewhere = district(lieu("b", sheet={"commune": "Venon", "code_insee": "38533", "code_postal": "38610"}))
    assert elsewhere is not None
    assert elsewhere.sentence == "Sa commune n’a aucun quartier prioritaire."
    assert district(lieu("c", sheet={"code_insee": ""})) is None


def test_district_stays_unknown_in_a_collectivity_that_the_list_leaves_out():
    place = district(Lieu(code_insee="97801"))
    assert place is not None
    assert place.sentence == "On ne sait pas s’il est dans un quartier prioritaire."


@pytest.mark.parametrize("code", ["75113", "69381", "93059"])
def test_an_arrondissement_or_a_former_commune_has_the_districts_of_its_commune(code):
    place = district(Lieu(code_insee=code))
    assert place is not None
    assert place.sentence == "Sa commune compte au moins un quartier prioritaire."


@pytest.mark.parametrize(
    ("share", "sentence", "limit"),
    [
        (1.0, "Dans un quartier prioritaire.", ""),
        (0.0, "Hors des quartiers prioritaires.", ""),
        (0.4, "Peut-être dans un quartier prioritaire.", "Ils couvrent 40 % de son quartier Insee."),
    ],
)
def test_a_dropped_file_of_contours_decides_where_it_covers_all_or_nothing(share, sentence, limit):
    one = lieu("a")
    quarter = quarters.iris_of([one])[one.pk]
    marking({quarter: share} if share else {"380010000": 1.0})
    place_district = district(one)
    assert place_district is not None
    assert (place_district.sentence, place_district.limit.replace("\u00a0", " ")) == (sentence, limit)
    assert place_district.source.startswith("qp2024.geojson, déposé en 20")


def test_a_place_without_a_point_is_not_placed_in_a_district():
    marking({"381850101": 1.0})
    place_district = district(lieu("a", sheet={"latitude": None, "longitude": None}))
    assert place_district is not None
    assert "On ne sait pas" in place_district.sentence
    assert place_district.limit == "Son point n’est pas connu."


def test_a_list_of_rural_communes_is_no_priority_district():
    marking({"381850101": 1.0}, kind="frr")
    place_district = district(lieu("a"))
    assert place_district is not None
    assert "Sa commune compte" in place_district.sentence


def test_the_sheet_of_a_place_says_it_with_its_source(client, coordinator):
    one = lieu("a")
    marking({quarters.iris_of([one])[one.pk]: 1.0})
    client.force_login(coordinator)
    page = client.get(f"/espace/annuaire/lieux/{one.slug}/").content.decode()
    assert "Dans un quartier prioritaire." in page
    assert "qp2024.geojson, déposé en 20" in page
