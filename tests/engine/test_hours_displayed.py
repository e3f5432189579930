"""The hours of a place are displayed as they were typed: never an hour that nobody stated."""

from datetime import date, datetime

import pytest

from maillage.pipeline.offer.clean import hours
from maillage.words import opening

MONDAY = date(2026, 11, 23)
OPEN_END = "Mo 09:00-12:00,14:00+"
APPROXIMATE = 'Mo unknown "l’après-midi, sur rendez-vous", Mo 09:00-12:00'
MIDNIGHT = "Mo 20:00-24:00"


@pytest.mark.parametrize(
    ("osm", "text"),
    [
        ("Mo 14:00+", "À partir de 14 h"),
        (OPEN_END, "9 h – 12 h, à partir de 14 h"),
        (APPROXIMATE, "9 h – 12 h, l’après-midi, sur rendez-vous"),
        (MIDNIGHT, "20 h – 24 h"),
        ("Mo 00:00-24:00", "Toute la journée"),
        ('Mo unknown "sur rendez-vous"', "Sur rendez-vous"),
    ],
)
def test_a_day_holds_only_its_own_hours(osm, text):
    assert opening.week(osm, MONDAY)[0].words == text


@pytest.mark.parametrize("osm", [OPEN_END, "Mo 14:00+", MIDNIGHT])
def test_a_day_typed_back_as_displayed_keeps_its_hours(osm):
    text = opening.week(osm, MONDAY)[0].words
    assert hours.week({"Mo": text}).value.osm == osm


def test_nobody_knows_when_an_open_end_closes():
    at = datetime(2026, 11, 23, 16, 30)
    state = opening.now(OPEN_END, at)
    assert (state.state, state.words) == ("unknown", "À partir de 14 h, à confirmer")
    assert not opening.is_open(OPEN_END, at)
    assert opening.opens_at(OPEN_END, at) == datetime(2026, 11, 30, 9, 0)
    assert opening.opens_at(OPEN_END, datetime(2026, 11, 23, 12, 30)) == datetime(2026, 11, 23, 14, 0)
    assert opening.is_late(OPEN_END, MONDAY) is False


def test_a_place_that_closes_at_midnight_closes_at_24():
    at = datetime(2026, 11, 23, 21, 0)
    assert opening.now(MIDNIGHT, at).words == "Ouvert jusqu’à 24 h"
