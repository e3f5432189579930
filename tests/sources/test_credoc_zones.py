"""Les zones du Baromètre : les étiquettes du fichier sont décalées jusqu’en 2017."""

import numpy as np
import pytest

from maillage.sources import credoc
from maillage.sources.credoc import LAST_SHIFTED, ZONES, zones

TOWNS = ("rural", "2000_20000", "20000_100000", "over_100000", "paris")


@pytest.fixture(scope="module")
def people():
    return credoc.persons()


def profile(people, zone, of, recent):
    """La part de chaque taille de ville parmi les personnes d’une zone."""
    inside = (of == zone) & ((people["year"] > LAST_SHIFTED) == recent)
    weights = people["weight"][inside]
    towns = people["agglomeration"][inside]
    return np.array([weights[towns == town].sum() for town in TOWNS]) / weights.sum()


def test_as_printed_a_zone_of_the_early_waves_is_impossible(people):
    early = people["year"] <= LAST_SHIFTED
    share = {
        zone: people["weight"][early & (people["zeat"] == zone)].sum() / people["weight"][early].sum()
        for zone in ("nord", "mediterranee")
    }
    assert share["mediterranee"] == 0
    assert share["nord"] > 0.16  # (6 % of residents)


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_has_the_same_size_before_and_after(people, zone):
    of, early = zones(people), people["year"] <= LAST_SHIFTED
    late = ~early & (people["year"] <= 2020)
    sizes = [
        people["weight"][when & (of == zone)].sum() / people["weight"][when].sum() for when in (early, late)
    ]
    assert sizes[0] == pytest.approx(sizes[1], abs=0.015)


def test_towns_of_the_early_zones_are_those_of_the_code_and_not_of_the_label(people):
    """Nord (villes) et Méditerranée (peu de rural) ne s’y trompent pas."""
    of = zones(people)
    for printed, zone in (("bassin_parisien_est", "nord"), ("centre_est", "mediterranee")):
        early = profile(people, printed, people["zeat"], recent=False)
        assert (early == profile(people, zone, of, recent=False)).all()
        right = np.abs(early - profile(people, zone, of, recent=True)).sum()
        wrong = np.abs(early - profile(people, printed, people["zeat"], recent=True)).sum()
        assert right < wrong / 2


def test_a_wave_without_zone_has_none(people):
    assert (zones(people)[people["year"] == 2022] == "").all()
