"""Chacun est rappelé une fois, par ce qui l’atteint, à l’heure du lieu, et jamais après."""

from datetime import datetime, timedelta

from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.messages.rules import incoming
from maillage.reference import clocks

title = "Rappeler un rendez-vous"
CODES = {"Grenoble": "38185", "Saint-Denis": "97411", "Basse-Terre": "97105"}  # Isère, Réunion, Guadeloupe


def moments(t: dict) -> list[tuple[datetime, str]]:
    """Return when each takes place, by the clock of its commune."""
    rows = [(text, CODES[town]) for text, town in zip(t["rendez-vous"], t["lieu"], strict=True)]
    return [
        (datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=clocks.zone(commune)), commune)
        for text, commune in rows
    ]


def departures(t: dict, days: int = reminders_rules.EVE) -> list[str]:
    return [
        f"{reminders_rules.leaves_at(moment, days, clocks.zone(commune)):%Y-%m-%d %H:%M %z}"
        for moment, commune in moments(t)
    ]


def test_a_reminder_leaves_on_the_eve_at_nine(spec):
    """La veille à 9 h, à l’heure du lieu. Le dimanche et les jours fériés sont sautés vers l’arrière.

    Autour des dimanches où l’heure change (29 mars, 25 octobre 2026), 9 h reste 9 h.

    rendez-vous      | lieu        || réponse
    -----------------+-------------++-----------------------
    2026-11-24 10:00 | Grenoble    || 2026-11-23 09:00 +0100
    2026-11-23 10:00 | Grenoble    || 2026-11-21 09:00 +0100
    2026-11-12 10:00 | Grenoble    || 2026-11-10 09:00 +0100
    2026-03-30 10:00 | Grenoble    || 2026-03-28 09:00 +0100
    2026-03-29 10:00 | Grenoble    || 2026-03-28 09:00 +0100
    2026-10-26 10:00 | Grenoble    || 2026-10-24 09:00 +0200
    2026-11-24 10:00 | Saint-Denis || 2026-11-23 09:00 +0400
    2026-11-24 08:00 | Basse-Terre || 2026-11-23 09:00 -0400
    """
    spec(departures)


def test_on_paper_it_leaves_a_week_before(spec):
    """Une lettre, une carte à donner : sept jours avant, pour le même jour de la semaine.

    rendez-vous      | lieu       || réponse
    -----------------+------------++-----------------------
    2026-11-24 10:00 | Grenoble   || 2026-11-17 09:00 +0100
    2026-11-22 10:00 | Grenoble   || 2026-11-14 09:00 +0100
    """
    spec(lambda t: departures(t, reminders_rules.POSTED))


def test_reminders_leave_once_their_time_has_come(spec):
    """À toute heure d’un an, ce qui est à rappeler est exactement ce dont l’heure du rappel est passée."""
    zone = clocks.zone("38185")
    for hour in range(0, 24 * 365, 5):
        at = datetime(2026, 3, 1, tzinfo=zone) + timedelta(hours=hour)
        for days in (reminders_rules.EVE, reminders_rules.POSTED):
            end = reminders_rules.horizon(at, days, zone)
            assert reminders_rules.leaves_at(end - timedelta(minutes=1), days, zone) <= at
            assert reminders_rules.leaves_at(end + timedelta(minutes=1), days, zone) > at


def test_each_is_reminded_by_what_reaches_them(spec):
    """Ce que dit la fiche décide, avec l’accord de la personne. Une carte donnée n’en demande pas.

    joindre | contact           | accord | plus de rappel || réponse
    --------+-------------------+--------+----------------++-----------------
    phone   | 06 39 98 12 34    | oui    | non            || sms
    phone   | 04 76 00 00 01    | oui    | non            || call
    phone   | 06 39 98 12 34    | non    | non            || none disagreed
    email   | ali@exemple.fr    | oui    | non            || email
    email   | ali               | oui    | non            || none unreachable
    via     | sa fille          | oui    | non            || via
    letter  | 1 rue du Lac      | oui    | non            || print
    none    |                   | non    | non            || print
    none    |                   | oui    | oui            || none refused
    phone   | 06 39 98 12 34    | oui    | oui            || none refused
    """
    spec(
        lambda t: [
            " ".join(filter(None, (way.way, way.reason)))
            for way in (
                reminders_rules.way_of(reach, contact, agreed=agreed == "oui", refused=refused == "oui")
                for reach, contact, agreed, refused in zip(*t.values(), strict=True)
            )
        ]
    )


def test_stop_is_the_first_word(spec):
    """Une réponse arrête les messages quand son premier mot le demande.

    réponse             || réponse
    --------------------++--------
    STOP                ||       1
    stop.               ||       1
    Arrêt merci         ||       1
    Désabonner          ||       1
    Je ne viens pas     ||       0
    Ne m’arrêtez pas    ||       0
    """
    spec.rows(lambda cell: incoming.says_stop(cell))
