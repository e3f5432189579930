"""Des permanences sur rendez-vous : quelles heures elles donnent, quand elles sont fermées, quand une boîte
mail n’a pas été regardée depuis trop longtemps.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from maillage.apps.agenda.rules import appointments, mailbox, permanences
from maillage.apps.agenda.rules.permanences import Hours, Opening
from maillage.reference import clocks, holidays
from maillage.words import opening as hours_in_words

title = "Donner des rendez-vous"

TUESDAY = (Hours(1, time(9), time(11)),)
FIRST = date(2026, 11, 3)  # a Tuesday
COMMUNES = {
    "Grenoble": "38185",
    "Saint-Barthélemy": "97701",
    "Saint-Denis (La Réunion)": "97411",
    "Saint-Pierre-et-Miquelon": "97502",
    "Strasbourg": "67482",
}


def opening(**more: Any) -> Opening:
    return Opening(**{"hours": TUESDAY, "minutes": 60, "first_on": FIRST, "commune": "38185"} | more)


def hours(text: str) -> tuple[Hours, ...]:
    """« mar 9-12 » → the hours of a Tuesday; Monday is 0."""
    names = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
    openings = []
    for part in text.split(", "):
        day, span = part.split(" ")
        begin, end = (time(*map(int, each.split("h"))) for each in span.split("-"))
        openings.append(Hours(names.index(day), begin, end))
    return tuple(openings)


def test_a_span_gives_the_slots_that_fit_whole(spec):
    """Une plage donne les rendez-vous qui y tiennent en entier : le dernier finit avant la fermeture, ou avec
    elle.

    Une plage d’un mardi, la durée d’un rendez-vous. La réponse : combien d’heures, la première et la dernière.

    plage          | minutes || combien | premiere | derniere
    ---------------+---------++---------+----------+---------
    mar 9h0-12h0   |      30 ||       6 | 09h00    | 11h30
    mar 9h0-12h0   |      45 ||       4 | 09h00    | 11h15
    mar 9h0-12h0   |     120 ||       1 | 09h00    | 09h00
    mar 14h15-17h0 |      60 ||       2 | 14h15    | 15h15
    """

    def call(t: dict[str, Any]) -> dict[str, list[Any]]:
        slots_by_span = [
            permanences.slots(opening(hours=hours(span), minutes=int(n)), FIRST, FIRST)
            for span, n in zip(t["plage"], t["minutes"], strict=True)
        ]
        return {
            "combien": [len(each) for each in slots_by_span],
            "premiere": [f"{each[0]:%Hh%M}" for each in slots_by_span],
            "derniere": [f"{each[-1]:%Hh%M}" for each in slots_by_span],
        }

    spec(call)


def test_the_night_when_clocks_change_has_an_hour_less_or_more(spec):
    """Les heures sont celles de l’horloge du lieu. La nuit du changement d’heure, une heure manque ou se répète ;
    le lendemain, la permanence ouvre à la même heure de l’horloge. Outre-mer, rien ne change, sauf à
    Saint-Pierre-et-Miquelon, qui suit l’Amérique.

    Une permanence de 1 h à 4 h, rendez-vous d’une heure, le dimanche dit. La réponse : combien d’heures.

    commune                  | dimanche   | pourquoi                      || réponse
    -------------------------+------------+-------------------------------++--------
    Grenoble                 | 2026-03-22 | un dimanche ordinaire         ||       3
    Grenoble                 | 2026-03-29 | on avance : 2 h n’existe pas  ||       2
    Grenoble                 | 2026-10-25 | on recule : 2 h revient       ||       4
    Saint-Denis (La Réunion) | 2026-03-29 | La Réunion ne change pas      ||       3
    Saint-Pierre-et-Miquelon | 2026-03-08 | Saint-Pierre-et-Miquelon      ||       2
    Saint-Pierre-et-Miquelon | 2026-03-29 | Saint-Pierre-et-Miquelon      ||       3
    """

    def call(commune, day):
        return len(
            permanences.slots(
                opening(
                    hours=(Hours(6, time(1), time(4)),),
                    first_on=date(2026, 1, 1),
                    commune=COMMUNES[commune],
                ),
                date.fromisoformat(str(day)),
                date.fromisoformat(str(day)),
            )
        )

    spec.rows(call)


def test_a_door_that_closes_in_the_hour_that_comes_twice_closes_the_second_time(spec):
    """Une permanence de 1 h à 2 h 30, un rendez-vous toutes les demi-heures : la nuit où 2 h revient, elle dure une
    heure de plus.

    dimanche   || réponse
    -----------++--------
    2026-10-18 ||       3
    2026-10-25 ||       5
    """

    def call(t: dict[str, Any]) -> list[int]:
        rule = opening(hours=(Hours(6, time(1), time(2, 30)),), minutes=30, first_on=date(2026, 1, 1))
        days = [date.fromisoformat(str(each)) for each in t["dimanche"]]
        return [len(permanences.slots(rule, day, day)) for day in days]

    spec(call)


def test_the_hour_of_the_wall_stays_on_both_sides_of_a_change(spec):
    """Chaque mardi à 9 h, heure du lieu : 8 h en temps universel l’hiver, 7 h l’été ; 5 h toute l’année à La
    Réunion.

    commune                  | mardi      || réponse
    -------------------------+------------++--------
    Grenoble                 | 2026-03-24 ||       8
    Grenoble                 | 2026-03-31 ||       7
    Grenoble                 | 2026-10-20 ||       7
    Grenoble                 | 2026-10-27 ||       8
    Saint-Denis (La Réunion) | 2026-03-24 ||       5
    Saint-Denis (La Réunion) | 2026-03-31 ||       5
    """

    def call(commune, day):
        on = date.fromisoformat(str(day))
        rule = opening(first_on=date(2026, 1, 1), commune=COMMUNES[commune])
        return permanences.slots(rule, on, on)[0].astimezone(UTC).hour

    spec.rows(call)


def test_a_day_is_open_in_its_turn_and_neither_closed_nor_a_holiday(spec):
    """Un jour est ouvert s’il est dans les dates et la semaine de la permanence, et ni fermé ni férié. Fermée du
    24 au 25 novembre 2026, du 3 novembre au 31 décembre 2026, une semaine sur deux.

    jour       | pourquoi                           || réponse
    -----------+------------------------------------++--------
    2026-11-02 | avant la première date             || fermé
    2026-11-03 | sa semaine                         || ouvert
    2026-11-11 | l’autre semaine, et un jour férié  || fermé
    2026-11-17 | sa semaine                         || ouvert
    2026-11-24 | l’autre semaine, et une fermeture  || fermé
    2026-12-01 | sa semaine                         || ouvert
    2026-12-25 | Noël                               || fermé
    2027-01-12 | après la dernière date             || fermé
    """
    rule = opening(every=2, until_on=date(2026, 12, 31), closed=((date(2026, 11, 24), date(2026, 11, 25)),))

    def call(t: dict[str, Any]) -> list[str]:
        days = [date.fromisoformat(str(each)) for each in t["jour"]]
        return ["ouvert" if permanences.is_open(rule, day) else "fermé" for day in days]

    spec(call)


def test_a_closure_holds_its_first_and_its_last_day():
    """Une fermeture tient ses deux bouts ; la veille et le lendemain sont ouverts."""
    rule = opening(closed=((date(2026, 11, 10), date(2026, 11, 17)),))
    days = list(permanences.days(rule, FIRST, date(2026, 11, 24)))
    assert days == [date(2026, 11, 3), date(2026, 11, 24)]


def test_a_holiday_of_one_place_is_a_working_day_elsewhere(spec):
    """Un jour férié de l’outre-mer ou d’Alsace-Moselle ne ferme que là.

    jour       | commune                  || réponse
    -----------+--------------------------++-------------------------
    2026-12-20 | Saint-Denis (La Réunion) || Abolition de l’esclavage
    2026-12-20 | Grenoble                 || ouvré
    2026-04-03 | Strasbourg               || Vendredi saint
    2026-04-03 | Grenoble                 || ouvré
    2026-05-14 | Grenoble                 || Ascension
    2026-10-09 | Saint-Barthélemy         || Abolition de l’esclavage
    """

    def call(day, commune):
        return holidays.name_of(date.fromisoformat(str(day)), COMMUNES[commune]) or "ouvré"

    spec.rows(call)


def test_hours_of_a_place_close_on_the_holidays_of_its_commune(spec):
    """Les horaires d’un lieu fermé les jours fériés le ferment aussi ceux de sa commune ; un horaire des jours fériés y vaut aussi.

    Chaque lieu est regardé à 11 h.

    horaires                               | jour       | commune                  || réponse
    ---------------------------------------+------------+--------------------------++--------------------
    Mo-Su 09:00-17:00; PH off              | 2026-12-20 | Saint-Denis (La Réunion) || Ouvre demain à 9 h
    Mo-Su 09:00-17:00; PH off              | 2026-12-20 | Grenoble                 || Ouvert jusqu’à 17 h
    Mo-Su 09:00-17:00; PH off              | 2026-04-03 | Strasbourg               || Ouvre demain à 9 h
    Mo-Su 09:00-17:00; PH off              | 2026-07-14 | Strasbourg               || Ouvre demain à 9 h
    Mo-Sa 09:00-17:00; Su,PH 10:00-12:00   | 2026-12-26 | Strasbourg               || Ouvert jusqu’à 12 h
    Mo-Sa 09:00-17:00                      | 2026-12-26 | Strasbourg               || Ouvert jusqu’à 17 h
    """

    def call(osm, day, commune):
        return hours_in_words.now(
            holidays.with_local(str(osm), COMMUNES[commune]),
            datetime.combine(date.fromisoformat(str(day)), time(11)),
        ).words.replace("\u00a0", " ")

    spec.rows(call)


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2035, 2049])
def test_the_holidays_are_those_that_another_program_knows(year):
    """Les onze jours fériés de France, d’après un autre programme (opening-hours), une année ou l’autre."""
    other = OpeningHours("24/7; PH off", country="FR")
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    off = {day for day in days if other.is_closed(datetime.combine(day, time(12)))}
    assert set(holidays.of_year(year)) == off


def test_impossible_hours_are_reported(spec):
    """Ce qui n’est pas possible est dit dans les mots de qui l’a écrit.

    semaine                      || réponse
    -----------------------------++----------------------------------------------------
    mar 9h0-12h0                 ||
    mar 12h0-9h0                 || Mardi : la fin est avant le début.
    mar 9h0-9h15                 || Mardi : un rendez-vous de 30 minutes n’y tient pas.
    mar 9h0-12h0, mar 11h0-14h0  || Mardi : deux plages se chevauchent.
    """

    def call(cell):
        return permanences.wrong_hours(hours(str(cell)), 30)

    spec.rows(call)


def test_two_appointments_share_a_moment_only_if_they_overlap(spec):
    """Finir à l’heure où l’autre commence n’est pas se chevaucher.

    dure | plus_tard || réponse
    -----+-----------++--------
      30 |         0 || oui
      30 |        29 || oui
      30 |        30 || non
      60 |        30 || oui
    """

    def call(n, later):
        at = datetime(2026, 11, 24, 9, tzinfo=UTC)
        return "oui" if appointments.overlaps(at, int(n), at + timedelta(minutes=int(later)), 30) else "non"

    spec.rows(call)


def test_how_far_ahead_appointments_are_taken():
    """Une série tient en une demi-année de semaines ; seule, une personne voit soixante jours devant elle."""
    assert timedelta(weeks=appointments.MOST_OF_SERIES) == timedelta(days=182)
    assert permanences.BOOKABLE_AHEAD.days == 60


def test_a_mailbox_is_late_from_thirty_days_on(spec):
    """Une boîte est dite « pas regardée » au trentième jour. Jamais regardée, elle l’est au trentième jour depuis
    que le premier rendez-vous fut donné : une personne inscrite aujourd’hui n’est pas en retard.

    regardee | suivie || réponse
    ---------+--------++--------
    0j       | 90j    || bien
    14j      | 90j    || bien
    29j      | 90j    || bien
    30j      | 90j    || tard
    jamais   | 0j     || bien
    jamais   | 29j    || bien
    jamais   | 30j    || tard
    """

    def call(t: dict[str, Any]) -> list[str]:
        today = date(2026, 11, 23)

        def before(days: str) -> date | None:
            return None if days == "jamais" else today - timedelta(days=int(days.removesuffix("j")))

        pairs = zip(map(str, t["regardee"]), map(str, t["suivie"]), strict=True)
        return [
            "tard" if mailbox.is_late(before(looked), before(since) or today, today) else "bien"
            for looked, since in pairs
        ]

    spec(call)


@given(
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.sampled_from(["38185", "97411", "97502", "98735", "97105"]),
    st.sampled_from(permanences.SLOTS),
    st.integers(0, 23),
)
def test_slots_never_overlap_and_end_before_the_door_closes(day, commune, minutes, begin):
    rule = opening(
        hours=(Hours(day.weekday(), time(begin), time(23, 59)),),
        minutes=minutes,
        first_on=day,
        commune=commune,
        off_on_holidays=False,
    )
    slots = permanences.slots(rule, day, day)
    closes = datetime.combine(day, time(23, 59), tzinfo=clocks.zone(commune))
    moments = [each.astimezone(UTC) for each in slots]
    assert all(later - sooner == timedelta(minutes=minutes) for sooner, later in pairwise(moments))
    assert all(each + timedelta(minutes=minutes) <= closes.astimezone(UTC) for each in moments)
    assert all(each.date() == day for each in slots)
