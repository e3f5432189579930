"""Entrer dans le réseau : le code, qui lit une fiche, deux personnes qui écrivent, la charte, une permanence possible."""

from datetime import date
from typing import Any

from maillage.apps.network.rules import charter, joining, permanences, profiles

title = "Entrer dans le réseau"

SIDES = {"propose": "offers", "cherche": "seeks"}
KINDS = {
    "salle": "room",
    "salle équipée": "equipped_room",
    "médiateur": "mediator",
    "conseiller": "adviser",
    "ordinateurs": "devices",
    "formateur": "trainer",
}
VISIBLE = {"tous": "public", "réseau": "network", "personne": "nobody"}


def wish(text: str) -> tuple[str, str]:
    side, _, kind = text.partition(" ")
    return SIDES[side], KINDS[kind]


def test_two_listings_make_a_permanence(spec):
    """Un lieu est apporté par qui propose une salle, ou cherche quelqu’un ; du monde, par qui propose quelqu’un, ou cherche
    une salle. Il faut un lieu et quelqu’un ; deux lieux, ou du matériel, ne font pas une permanence.

    La réponse dit laquelle des deux annonces apporte le lieu.
    """

    def call(t: dict[str, Any]) -> list[str]:
        permanence_roles = [
            permanences.roles(wish(one), wish(other))
            for one, other in zip(t["l’une"], t["l’autre"], strict=True)
        ]
        return ["aucune" if each is None else ("l’une", "l’autre")[each.place] for each in permanence_roles]

    spec(
        """
        l’une               | l’autre
        --------------------+----------------------
        cherche médiateur   | cherche salle
        cherche salle       | cherche médiateur
        propose salle       | cherche salle équipée
        propose conseiller  | cherche médiateur
        propose conseiller  | cherche conseiller
        propose conseiller  | propose salle équipée
        cherche salle       | propose médiateur
        propose salle       | cherche médiateur
        propose ordinateurs | cherche ordinateurs
        propose formateur   | propose salle
        """,
        call,
        [
            *("l’une", "l’autre", "l’une", "l’autre", "l’autre", "l’autre", "aucune", "aucune"),
            *("aucune", "aucune"),
        ],
    )


def test_a_half_day_becomes_hours(spec):
    """Le brouillon commence avec des heures rondes ; la structure les change."""
    spec(
        """
        demi-journée
        ------------
        0-am
        1-pm
        5-am
        """,
        lambda t: [
            f"{day} {begin} {end}"
            for day, begin, end in permanences.hours([str(x) for x in t["demi-journée"]])
        ],
        ["0 09:00 12:00", "1 14:00 17:00", "5 09:00 12:00"],
    )


def test_who_reads_a_sheet(spec):
    """Chacun choisit ; son équipe la lit toujours."""

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        def read(by: dict[str, bool]) -> list[str]:
            is_readable = [profiles.is_readable(VISIBLE[str(audience)], **by) for audience in t["montrée à"]]
            return ["oui" if each else "non" for each in is_readable]

        return {
            "un passant": read({"of_network": False, "own": False}),
            "le réseau": read({"of_network": True, "own": False}),
            "son équipe": read({"of_network": True, "own": True}),
        }

    spec(
        """
        montrée à
        ---------
        tous
        réseau
        personne
        """,
        call,
        """
        un passant | le réseau | son équipe
        -----------+-----------+-----------
        oui        | oui       | oui
        non        | oui       | oui
        non        | non       | oui
        """,
    )


def test_two_people_write_at_once(spec):
    """On choisit si quelqu’un d’autre a changé la fiche depuis la page que l’on avait, et pour y mettre autre chose."""

    def call(t: dict[str, Any]) -> list[str]:
        rows = zip(t["page lue"], t["fiche"], t["écrit"], t["dit déjà"], strict=True)
        needs_choice = [
            profiles.needs_choice(base, now, {"about": stored}, {"about": typed})
            for base, now, typed, stored in rows
        ]
        return ["choisir" if each else "garder" for each in needs_choice]

    spec(
        """
        page lue | fiche | écrit | dit déjà
        ---------+-------+-------+---------
               1 |     1 | mardi | lundi
               1 |     2 | mardi | lundi
               1 |     2 | lundi | lundi
        """,
        call,
        ["garder", "choisir", "garder"],
    )


def test_the_charter_is_in_force_until_its_day(spec):
    """Le dernier jour compte. Deux mois avant, on dit de déclarer de nouveau ; retirée, elle ne vaut plus."""
    states = {"accordée": charter.GRANTED, "déclarée": charter.DECLARED, "retirée": charter.WITHDRAWN}

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        rows = [
            (states[str(state)], date.fromisoformat(str(until)), date.fromisoformat(str(on)))
            for state, until, on in zip(t["état"], t["jusqu’au"], t["le"], strict=True)
        ]
        return {
            "en vigueur": ["oui" if charter.in_force(*row) else "non" for row in rows],
            "finit bientôt": ["oui" if charter.ends_soon(*row) else "non" for row in rows],
        }

    spec(
        """
        état     | jusqu’au   | le
        ---------+------------+-----------
        accordée | 2027-03-31 | 2027-01-29
        accordée | 2027-03-31 | 2027-01-30
        accordée | 2027-03-31 | 2027-03-31
        accordée | 2027-03-31 | 2027-04-01
        déclarée | 2027-03-31 | 2027-01-01
        retirée  | 2027-03-31 | 2027-01-01
        """,
        call,
        """
        en vigueur | finit bientôt
        -----------+--------------
        oui        | non
        oui        | oui
        oui        | oui
        non        | non
        non        | non
        non        | non
        """,
    )


def test_a_code_is_read_however_it_is_copied(spec):
    """Douze signes, sans 0 ni O, 1, I ni L : ils se lisent mal. Un signe impossible n’est pas deviné."""
    spec(
        """
        recopié
        ---------------
        AB2C-3DEF-GH45
        ab2c 3def gh45
        ab2c3defgh45
        AB2C-3DEF
        AB2C-3DEF-GH4O
        AB2C-3DEF-GH451
        """,
        lambda t: [joining.read_code(str(typed)) or "refusé" for typed in t["recopié"]],
        ["AB2C-3DEF-GH45", "AB2C-3DEF-GH45", "AB2C-3DEF-GH45", "refusé", "refusé", "refusé"],
    )
