"""The priority districts of a territory on its page: known by commune, then drawn once their contours are dropped."""

import re

import numpy as np
import pytest

from maillage.apps.dossiers import queries
from maillage.apps.territories import queries as territories
from maillage.statistics.need import population
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.conftest import PLACE
from tests.support.areas import contours, drop, square
from tests.support.lieux import lieu

pytestmark = pytest.mark.django_db

ADDRESS = f"/territoires/{PLACE}/"
ECHIROLLES = {"commune": "Échirolles", "code_insee": PLACE, "code_postal": "38130"}
VILLAGE = (45.1441, 5.7181)  # in Échirolles


def rows_of(code: str) -> dict[str, np.ndarray]:
    iris = population.sources().rp2021
    return {zone.code: zone.rows for zone in zoning.usual(gazetteer().get(code), iris).zones}


def page(client, query: str = "") -> str:
    return re.sub(r"\s+", " ", client.get(ADDRESS + query).content.decode().replace("\u00a0", " "))


def test_zone_areas_keeps_the_communes_with_a_district_when_no_contour_was_dropped():
    zones = rows_of("01")
    (areas,) = territories.zone_areas((), zones, {"qpv": "commune"})
    zones_with_one = sorted(code for code in zones if areas.keeps(code))
    assert zones_with_one == ["01004", "01031", "01034", "01053", "01262", "01283"]
    assert areas.answers == [("commune", "Dans une commune avec un quartier prioritaire", "6\u00a0communes")]
    assert {areas.words(code) for code in zones} == {""}


@pytest.mark.parametrize("code", ["29155", "97302"])
def test_zone_areas_offers_no_answer_that_every_zone_or_none_would_give(code):
    assert territories.zone_areas((), rows_of(code), {}) == ()


def test_zone_areas_refuses_an_answer_that_only_contours_give():
    (areas,) = territories.zone_areas((), rows_of("01"), {"qpv": "oui"})
    assert (areas.chosen, territories.areas_query((areas,))) == ("", "")


def test_a_file_of_elsewhere_leaves_unknown_only_the_communes_with_a_district(coordinator):
    drop(coordinator, contours(("QN03899M", "Teisseire", square())))
    (areas,) = territories.zone_areas(territories.areas_stamps(), rows_of("01"), {})
    assert {id: n for id, _, n in areas.answers} == {
        "non": f"{len(areas.shares) - 6}\u00a0zones",
        "inconnu": "6\u00a0zones",
        "commune": "6\u00a0communes",
    }


def test_the_page_lists_the_districts_and_says_that_nobody_counts_their_residents(client, study):
    html = page(client)
    assert "3 quartiers prioritaires" in html
    assert "La Luire - Viscose (QN03801M), Essarts - Surieux (QN03803M), Village Sud (QN03804I)" in html
    assert "la part des habitants qui y vivent n’est pas calculée" in html
    assert "quartiers-dessines" not in html


def test_dropped_contours_are_drawn_with_the_places_and_the_residents_inside(client, study, coordinator):
    lieu("dedans", near=VILLAGE, sheet=ECHIROLLES)
    lieu("dehors", near=VILLAGE, east=900, sheet=ECHIROLLES)
    drop(coordinator, contours(("QN03899M", "Le village", square(near=VILLAGE))))
    html = page(client)
    assert "1 dans un quartier prioritaire, 0 à la limite, 1 en dehors, 0 dont on ne sait pas" in html
    assert re.search(r"Environ \d+ % des habitants y vivent", html)
    assert 'class="quartier"' in html
    assert "quartiers-dessines" in html
    assert "la part des habitants qui y vivent n’est pas calculée" not in html


def test_contours_of_2015_are_drawn_with_a_warning(client, study, coordinator):
    drop(coordinator, contours(("QP038001", "Le village", square(near=VILLAGE)), name="nom_qp"))
    assert "Ces contours sont ceux de 2015" in page(client)


def test_contours_that_touch_no_zone_draw_nothing(client, study, coordinator):
    drop(coordinator, contours(("QN03899M", "Teisseire", square())))
    html = page(client)
    assert "Aucun des contours déposés ne touche les zones de ce territoire" in html
    assert "quartiers-dessines" not in html
    assert queries.drawn_districts(study).shapes == []
