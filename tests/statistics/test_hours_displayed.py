"""The hours of a place are displayed as they were typed: never an hour that nobody stated."""

from datetime import date, datetime

import pytest

from maillage.sources.offer.clean import hours
from maillage.words import opening
from maillage.words.languages import say, speaking

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


LONG_COMMENT = (
    'Mo-Fr 09:00-12:00 "sur rendez-vous, un volontaire en Service Civique vous aide à faire vos démarches"'
)


@pytest.mark.parametrize(
    ("moment", "brief"),
    [(datetime(2026, 11, 30, 7), "Ouvre à 9 h"), (datetime(2026, 11, 28, 7), "Fermé")],
)
def test_a_long_remark_on_hours_stays_under_the_hours_of_the_place(moment, brief):
    """Un badge de la liste tenait une phrase de cent signes, que la fiche redisait plus bas."""
    state = opening.now(LONG_COMMENT, moment)
    assert state.brief == brief and "Service Civique" not in state.words + state.rest
    assert "se renseigner" in state.words
    assert "Service Civique" in " ".join(opening.hours(LONG_COMMENT, moment.date()))


def test_a_comment_that_its_file_cut_short_is_to_be_confirmed():
    """« (salle de lecture, Vacances scolaires: du mardi au samedi: 13h-18h Fermeture, texte coupé) », trois fois."""
    osm = 'Tu 10:00-19:00 "salle de lecture, Vacances scolaires: 13h-18h Fermeture, texte coupé"'
    assert opening.hours(osm, date(2026, 11, 30)) == [
        "Mardi : 10\xa0h\xa0–\xa019\xa0h (horaires à confirmer)"
    ]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Lundi au samedi de 9h-12h et 13h30-17h ORDINATEUR / TABLETTE", "ORDINATEUR"),
        ("du lundi 23 avril au mercredi 2 mai inclus.\nLundi : 9h-12h", "avril"),
        ("lundi 18h", "18h"),
    ],
)
@pytest.mark.parametrize("at", [datetime(2026, 11, 30, 8), datetime(2026, 11, 30, 10)])
@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_unread_words_are_never_displayed_as_hours(typed, word, at, language):
    """« ORDINATEUR / TABLETTE » tenait lieu d’horaires dans la liste des lieux, en toute langue."""
    cell = hours.clean(typed).value
    osm = opening.without_unread(cell.osm, cell.unread)
    with speaking(language):
        state = opening.now(osm, at)
        lines = [state.words, state.brief, state.rest, *opening.hours(osm, at.date())]
        to_confirm = say(opening.TO_CONFIRM)
    assert osm and word not in " ".join(lines)
    assert to_confirm.casefold() in state.words.casefold()
