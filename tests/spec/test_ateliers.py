"""Des ateliers, des séances, des groupes : qui a une place, qui attend, ce qu’on dit d’un groupe."""

from datetime import date, datetime, timedelta
from typing import Any

from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.agenda.rules.workshops import Room

title = "Tenir des ateliers"

PRESENCE_BY_CELL = {"oui": True, "non": False, "": None, "nan": None}


def met(t: dict[str, Any]) -> list[list[bool | None]]:
    """Return attendance: one row a person, one column a meeting, None where nobody ticked."""
    columns = [
        [PRESENCE_BY_CELL[str(cell)] for cell in t[name].tolist()] for name in t if name.startswith("s")
    ]
    return [list(came) for came in zip(*columns, strict=True)]


def test_a_seat_is_free_or_one_waits(spec):
    """Qui arrive attend si aucune place n’est libre, ou si les places libres sont déjà pour ceux qui
    attendent.

    Places, personnes inscrites, personnes qui attendent. La réponse : places libres, et complet ou non.
    """

    def call(t: dict[str, Any]) -> dict[str, list[Any]]:
        some = [Room(*map(int, row)) for row in zip(t["places"], t["inscrites"], t["attendent"], strict=True)]
        return {
            "libres": [room.free for room in some],
            "complet": ["oui" if room.is_full else "non" for room in some],
        }

    spec(
        """
        places | inscrites | attendent
        -------+-----------+----------
             8 |         0 |         0
             8 |         7 |         0
             8 |         7 |         1
             8 |         6 |         1
             8 |         8 |         0
             8 |         9 |         0
        """,
        call,
        """
        libres | complet
        -------+--------
             8 | non
             1 | non
             1 | oui
             2 | non
             0 | oui
             0 | oui
        """,
    )


def test_a_course_is_long_from_fifteen_hours(spec):
    """Une séance seule, un parcours court sous quinze heures, un parcours long à quinze heures tout juste."""
    spec(
        """
        séances | minutes
        --------+--------
              1 |    1000
              2 |     449
              2 |     450
              5 |     180
        """,
        lambda t: [
            rules.format_of([int(m)] * int(n)) for n, m in zip(t["séances"], t["minutes"], strict=True)
        ],
        ["ponctuel", "court", "long", "long"],
    )


def test_meetings_follow_one_another_and_skip_days(spec):
    """Des séances tous les sept jours à la même heure, sauf les jours exclus ; le nombre demandé y est."""

    def call(t: dict[str, Any]) -> list[str]:
        without = [date.fromisoformat(day) for day in t["sans"].tolist()]
        return [f"{at:%Y-%m-%d %H:%M}" for at in rules.weekly(datetime(2026, 12, 15, 14), 3, without=without)]

    spec(
        """
        sans
        ----------
        2026-12-22
        """,
        call,
        ["2026-12-15 14:00", "2026-12-29 14:00", "2027-01-05 14:00"],
    )


def test_one_registers_until_it_starts(spec):
    """On s’inscrit jusqu’au début, plus à l’heure même du début."""
    starts = datetime(2026, 12, 15, 14)
    spec(
        """
        minutes avant
        -------------
                    1
                    0
                   -1
        """,
        lambda t: [
            "oui" if rules.is_open(starts, starts - timedelta(minutes=m)) else "non"
            for m in t["minutes avant"]
        ],
        ["oui", "non", "non"],
    )


def test_names_are_erased_after_three_months(spec):
    """Les noms d’un atelier sont gardés 91 jours, puis effacés."""
    spec(
        """
        jour
        ----------
        2026-12-31
        """,
        lambda t: [
            f"{rules.erased_before(datetime.fromisoformat(day)):%Y-%m-%d}" for day in t["jour"].tolist()
        ],
        ["2026-10-01"],
    )


def test_three_absences_in_a_row_ask_for_a_call(spec):
    """Trois absences de suite parmi les séances cochées : quelqu’un appelle. Une séance non cochée ne
    compte pas.
    """
    spec(
        """
        s1  | s2  | s3  | s4  | s5
        ----+-----+-----+-----+----
        oui | non | non | non |
        oui | non | non |     | non
        non | non | non | oui |
        non | non |     |     |
        oui | oui | oui | non | non
        non | oui | non | non | non
        """,
        lambda t: ["on appelle" if rules.to_call(came) else "rien" for came in met(t)],
        ["on appelle", "on appelle", "rien", "rien", "rien", "on appelle"],
    )


def test_what_became_of_a_group(spec):
    """Un groupe sur une ligne : venues une fois, revenues, au bout (quatre séances sur cinq), jamais
    cochées.
    """

    def call(t: dict[str, Any]) -> list[str]:
        chain = rules.chain(met(t), n_meetings=5, stopped=1)
        return [
            f"inscrites : {chain.registered}",
            f"venues : {chain.once}",
            f"revenues : {chain.back}",
            f"au bout : {chain.finished}",
            f"sans nouvelle : {chain.unknown}",
            f"arrêts dits : {chain.stopped}",
        ]

    spec(
        """
        s1  | s2  | s3  | s4  | s5
        ----+-----+-----+-----+----
        oui | oui | oui | oui | non
        oui | oui | oui | non | non
        oui | oui | non | non | non
        oui | non | non | non | non
        non | non | non | non | non
            |     |     |     |
        """,
        call,
        [
            "inscrites : 6",
            "venues : 4",
            "revenues : 3",
            "au bout : 1",
            "sans nouvelle : 1",
            "arrêts dits : 1",
        ],
    )


def test_one_meeting_has_no_end_to_reach(spec):
    """Une séance seule n’a pas de bout à atteindre ; deux séances veulent qu’on vienne aux deux.

    Trois, aux trois : deux sur trois font moins de quatre sur cinq. Une personne venue deux fois, puis une
    autre venue une fois, de une, deux ou trois séances tenues.
    """
    spec(
        """
        s1  | s2
        ----+----
        oui | oui
        oui | non
        """,
        lambda t: [rules.chain(met(t), n_meetings=n_past).finished for n_past in (1, 2, 3)],
        [0, 1, 0],
    )


def test_the_words_of_the_coop(spec):
    """Sans trame, un atelier prend à la Coop numérique la thématique de son sujet."""
    spec(
        """
        sujet
        ------------
        commencer
        mail
        demarches
        emploi
        """,
        lambda t: [theme for subject in t["sujet"].tolist() for theme in rules.coop_subjects(subject, None)],
        [
            "prendre_en_main_du_materiel",
            "email",
            "aide_aux_demarches_administratives",
            "insertion_professionnelle",
        ],
    )
    assert set(rules.COOP_SUBJECTS) == set(rules.SUBJECTS)
