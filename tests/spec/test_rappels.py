"""Chacun est rappelé une fois, par ce qui l’atteint, à l’heure du lieu, et jamais après."""

from datetime import datetime, timedelta

from maillage.apps.messages.rules import incoming
from maillage.apps.reminders.rules import schedule, ways
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


def departures(t: dict, days: int = schedule.EVE) -> list[str]:
    return [
        f"{schedule.leaves_at(moment, days, clocks.zone(commune)):%Y-%m-%d %H:%M %z}"
        for moment, commune in moments(t)
    ]


def test_a_reminder_leaves_on_the_eve_at_nine(spec):
    """La veille à 9 h, à l’heure du lieu. Le dimanche et les jours fériés sont sautés vers l’arrière.

    Autour des dimanches où l’heure change (29 mars, 25 octobre 2026), 9 h reste 9 h."""
    spec(
        """
        rendez-vous      | lieu
        -----------------+-----------
        2026-11-24 10:00 | Grenoble
        2026-11-23 10:00 | Grenoble
        2026-11-12 10:00 | Grenoble
        2026-03-30 10:00 | Grenoble
        2026-03-29 10:00 | Grenoble
        2026-10-26 10:00 | Grenoble
        2026-11-24 10:00 | Saint-Denis
        2026-11-24 08:00 | Basse-Terre
        """,
        departures,
        [
            "2026-11-23 09:00 +0100",
            "2026-11-21 09:00 +0100",
            "2026-11-10 09:00 +0100",
            "2026-03-28 09:00 +0100",
            "2026-03-28 09:00 +0100",
            "2026-10-24 09:00 +0200",
            "2026-11-23 09:00 +0400",
            "2026-11-23 09:00 -0400",
        ],
    )


def test_on_paper_it_leaves_a_week_before(spec):
    """Une lettre, une carte à donner : sept jours avant, pour le même jour de la semaine."""
    spec(
        """
        rendez-vous      | lieu
        -----------------+-----------
        2026-11-24 10:00 | Grenoble
        2026-11-22 10:00 | Grenoble
        """,
        lambda t: departures(t, schedule.POSTED),
        ["2026-11-17 09:00 +0100", "2026-11-14 09:00 +0100"],
    )


def test_reminders_leave_once_their_time_has_come(spec):
    """À toute heure d’un an, ce qui est à rappeler est exactement ce dont l’heure du rappel est passée."""
    zone = clocks.zone("38185")
    for hour in range(0, 24 * 365, 5):
        at = datetime(2026, 3, 1, tzinfo=zone) + timedelta(hours=hour)
        for days in (schedule.EVE, schedule.POSTED):
            end = schedule.horizon(at, days, zone)
            assert schedule.leaves_at(end - timedelta(minutes=1), days, zone) <= at
            assert schedule.leaves_at(end + timedelta(minutes=1), days, zone) > at


def test_each_is_reminded_by_what_reaches_them(spec):
    """Ce que dit la fiche décide, avec l’accord de la personne. Une carte donnée n’en demande pas."""
    spec(
        """
        joindre | contact           | accord | plus de rappel
        --------+-------------------+--------+---------------
        phone   | 06 39 98 12 34    | oui    | non
        phone   | 04 76 00 00 01    | oui    | non
        phone   | 06 39 98 12 34    | non    | non
        email   | ali@exemple.fr    | oui    | non
        email   | ali               | oui    | non
        via     | sa fille          | oui    | non
        letter  | 1 rue du Lac      | oui    | non
        none    |                   | non    | non
        none    |                   | oui    | oui
        phone   | 06 39 98 12 34    | oui    | oui
        """,
        lambda t: [
            " ".join(filter(None, (way.way, way.reason)))
            for way in (
                ways.way_of(reach, contact, agreed=agreed == "oui", refused=refused == "oui")
                for reach, contact, agreed, refused in zip(*t.values(), strict=True)
            )
        ],
        [
            *("sms", "call", "none disagreed", "email", "none unreachable"),
            *("via", "print", "print", "none refused", "none refused"),
        ],
    )


def test_stop_is_the_first_word(spec):
    """Une réponse arrête les messages quand son premier mot le demande."""
    spec(
        """
        réponse
        -------------------
        STOP
        stop.
        Arrêt merci
        Désabonner
        Je ne viens pas
        Ne m’arrêtez pas
        """,
        lambda t: [incoming.says_stop(each) for each in t["réponse"]],
        [1, 1, 1, 1, 0, 0],
    )
