"""Qui tient un lieu, quand un fichier ou une fiche désigne une autre structure."""

from maillage.apps.directory.places import rules

title = "Un lieu reste à son équipe"

KEYS = {
    "même numéro": "siren:111111111",
    "autre numéro": "siren:222222222",
    "autre nom": "nom:maison:",
    "rien": "nom:pimms:",
}
CHANGE_WORDS = {
    rules.STAYS: "rien ne change",
    rules.LEARNS: "sa structure prend ce numéro",
    rules.FORGETS: "sa structure perd ce numéro",
    rules.RENAMES: "sa structure prend ce nom et ce numéro",
    rules.MOVES: "le lieu change de structure",
    rules.ASKS: "on demande à son équipe",
}


def verdicts(t: dict) -> list[str]:
    """Return, in French, what becomes of the custody of each place of a table."""
    rows = zip(t["avant"], t["la fiche dit"], t["équipe"], t["déjà à une autre"], t["seul lieu"], strict=True)
    return [
        CHANGE_WORDS[
            rules.custody(
                KEYS[before],
                KEYS[before],
                KEYS[now],
                guarded=team == "oui",
                other=taken == "oui",
                alone=alone == "oui",
            )
        ]
        for before, now, team, taken, alone in rows
    ]


def test_a_place_with_a_team_never_leaves_it_by_itself(spec):
    """Un lieu qui a une équipe, ou vers qui des personnes sont en route, ne change jamais de structure tout
    seul.

    Un numéro (SIRET ou RNA) que personne n’a devient celui de sa structure. Un numéro ou un nom qu’une autre
    structure a déjà pose une question à son équipe, ou à la coordination : rien ne bouge avant leur réponse.
    Un nom neuf ne renomme personne.

    avant        | la fiche dit | équipe | déjà à une autre | seul lieu || réponse
    -------------+--------------+--------+------------------+-----------++-----------------------------
    rien         | rien         | oui    | non              | oui       || rien ne change
    rien         | autre numéro | oui    | non              | oui       || sa structure prend ce numéro
    rien         | autre numéro | oui    | non              | non       || sa structure prend ce numéro
    rien         | autre numéro | oui    | oui              | oui       || on demande à son équipe
    rien         | autre nom    | oui    | non              | oui       || rien ne change
    rien         | autre nom    | oui    | oui              | oui       || on demande à son équipe
    même numéro  | autre numéro | oui    | non              | oui       || sa structure prend ce numéro
    même numéro  | autre numéro | oui    | non              | non       || on demande à son équipe
    même numéro  | autre numéro | oui    | oui              | oui       || on demande à son équipe
    même numéro  | rien         | oui    | non              | oui       || sa structure perd ce numéro
    """
    spec(lambda t: verdicts(t))


def test_a_place_that_nobody_tends_follows_its_sheet(spec):
    """Un lieu sans équipe, vers qui personne n’est en route, suit ce que dit sa fiche.

    avant        | la fiche dit | équipe | déjà à une autre | seul lieu || réponse
    -------------+--------------+--------+------------------+-----------++---------------------------------------
    rien         | autre numéro | non    | non              | oui       || sa structure prend ce nom et ce numéro
    rien         | autre numéro | non    | oui              | oui       || le lieu change de structure
    rien         | autre nom    | non    | non              | non       || le lieu change de structure
    même numéro  | même numéro  | non    | non              | non       || rien ne change
    """
    spec(lambda t: verdicts(t))


def test_who_guards_a_place(spec):
    """Une équipe : quelqu’un qui agit pour la structure, ou qui y est invité. Une orientation en cours
    garde le lieu aussi.

    agissent | invité | en route || réponse
    ---------+--------+----------++--------------
           0 | non    |        0 || suit sa fiche
           2 | non    |        0 || gardé
           0 | oui    |        0 || gardé
           0 | non    |        1 || gardé
    """
    spec.rows(
        lambda members, invited, running: ("gardé" if rules.Stakes(
                {1: int(members)} if members else {}, frozenset({1} if invited == "oui" else ()), {7: int(running)} if running else {}
            ).guards(7, 1) else "suit sa fiche"))  # fmt: skip
