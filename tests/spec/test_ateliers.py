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

    places | inscrites | attendent || libres | complet
    -------+-----------+-----------++--------+--------
         8 |         0 |         0 ||      8 | non
         8 |         7 |         0 ||      1 | non
         8 |         7 |         1 ||      1 | oui
         8 |         6 |         1 ||      2 | non
         8 |         8 |         0 ||      0 | oui
         8 |         9 |         0 ||      0 | oui
    """

    def call(t: dict[str, Any]) -> dict[str, list[Any]]:
        some = [Room(*map(int, row)) for row in zip(t["places"], t["inscrites"], t["attendent"], strict=True)]
        return {
            "libres": [room.free for room in some],
            "complet": ["oui" if room.is_full else "non" for room in some],
        }

    spec(call)


def test_a_course_is_long_from_fifteen_hours(spec):
    """Une séance seule, un parcours court sous quinze heures, un parcours long à quinze heures tout juste.

    séances | minutes || réponse
    --------+---------++---------
          1 |    1000 || ponctuel
          2 |     449 || court
          2 |     450 || long
          5 |     180 || long
    """
    spec.rows(lambda n, m: rules.format_of([int(m)] * int(n)))


def test_meetings_follow_one_another_and_skip_days(spec):
    """Des séances tous les sept jours à la même heure, sauf les jours exclus ; le nombre demandé y est.

    sans
    ----------
    2026-12-22
    """

    def call(t: dict[str, Any]) -> list[str]:
        without = [date.fromisoformat(day) for day in t["sans"].tolist()]
        return [f"{at:%Y-%m-%d %H:%M}" for at in rules.weekly(datetime(2026, 12, 15, 14), 3, without=without)]

    spec(call, ["2026-12-15 14:00", "2026-12-29 14:00", "2027-01-05 14:00"])


def test_one_registers_until_it_starts(spec):
    """On s’inscrit jusqu’au début, plus à l’heure même du début.

    minutes avant || réponse
    --------------++--------
                1 || oui
                0 || non
               -1 || non
    """
    starts = datetime(2026, 12, 15, 14)
    spec.rows(lambda m: "oui" if rules.is_open(starts, starts - timedelta(minutes=m)) else "non")


def test_names_are_erased_after_three_months(spec):
    """Les noms d’un atelier sont gardés 91 jours, puis effacés.

    jour       || réponse
    -----------++-----------
    2026-12-31 || 2026-10-01
    """
    spec.rows(lambda day: f"{rules.erased_before(datetime.fromisoformat(day)):%Y-%m-%d}")


def test_three_absences_in_a_row_ask_for_a_call(spec):
    """Trois absences de suite parmi les séances cochées : quelqu’un appelle. Une séance non cochée ne
    compte pas.

    s1  | s2  | s3  | s4  | s5  || réponse
    ----+-----+-----+-----+-----++-----------
    oui | non | non | non |     || on appelle
    oui | non | non |     | non || on appelle
    non | non | non | oui |     || rien
    non | non |     |     |     || rien
    oui | oui | oui | non | non || rien
    non | oui | non | non | non || on appelle
    """
    spec(lambda t: ["on appelle" if rules.to_call(came) else "rien" for came in met(t)])


def test_what_became_of_a_group(spec):
    """Un groupe sur une ligne : venues une fois, revenues, au bout (quatre séances sur cinq), jamais cochées.

    s1  | s2  | s3  | s4  | s5  || réponse
    ----+-----+-----+-----+-----++------------------
    oui | oui | oui | oui | non || inscrites : 6
    oui | oui | oui | non | non || venues : 4
    oui | oui | non | non | non || revenues : 3
    oui | non | non | non | non || au bout : 1
    non | non | non | non | non || sans nouvelle : 1
        |     |     |     |     || arrêts dits : 1
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

    spec(call)


def test_one_meeting_has_no_end_to_reach(spec):
    """Une séance seule n’a pas de bout à atteindre ; deux séances veulent qu’on vienne aux deux.

    Trois, aux trois : deux sur trois font moins de quatre sur cinq. Une personne venue deux fois, puis une
    autre venue une fois, de une, deux ou trois séances tenues.

    s1  | s2
    ----+----
    oui | oui
    oui | non
    """
    spec(lambda t: [rules.chain(met(t), n_meetings=n_past).finished for n_past in (1, 2, 3)], [0, 1, 0])


def test_the_words_of_the_coop(spec):
    """Sans trame, un atelier prend à la Coop numérique la thématique de son sujet.

    sujet        || réponse
    -------------++-----------------------------------
    commencer    || prendre_en_main_du_materiel
    mail         || email
    demarches    || aide_aux_demarches_administratives
    emploi       || insertion_professionnelle
    """
    spec(lambda t: [theme for subject in t["sujet"].tolist() for theme in rules.coop_subjects(subject, None)])
    assert set(rules.COOP_SUBJECTS) == set(rules.SUBJECTS)
