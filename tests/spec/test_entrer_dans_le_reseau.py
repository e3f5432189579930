"""Entrer dans le réseau : le code, qui lit une fiche, deux personnes qui écrivent, la charte, une permanence possible."""

from datetime import date
from typing import Any

from maillage.apps.site.structures.rules import charter, joining, permanences, profiles

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

    l’une               | l’autre               || réponse
    --------------------+-----------------------++--------
    cherche médiateur   | cherche salle         || l’une
    cherche salle       | cherche médiateur     || l’autre
    propose salle       | cherche salle équipée || l’une
    propose conseiller  | cherche médiateur     || l’autre
    propose conseiller  | cherche conseiller    || l’autre
    propose conseiller  | propose salle équipée || l’autre
    cherche salle       | propose médiateur     || aucune
    propose salle       | cherche médiateur     || aucune
    propose ordinateurs | cherche ordinateurs   || aucune
    propose formateur   | propose salle         || aucune
    """

    def call(t: dict[str, Any]) -> list[str]:
        permanence_roles = [
            permanences.roles(wish(one), wish(other))
            for one, other in zip(t["l’une"], t["l’autre"], strict=True)
        ]
        return ["aucune" if each is None else ("l’une", "l’autre")[each.place] for each in permanence_roles]

    spec(call)


def test_a_half_day_becomes_hours(spec):
    """Le brouillon commence avec des heures rondes ; la structure les change.

    demi-journée || réponse
    -------------++--------------
    0-am         || 0 09:00 12:00
    1-pm         || 1 14:00 17:00
    5-am         || 5 09:00 12:00
    """
    spec(
        lambda t: [
            f"{day} {begin} {end}"
            for day, begin, end in permanences.hours([str(x) for x in t["demi-journée"]])
        ]
    )


def test_who_reads_a_sheet(spec):
    """Chacun choisit ; son équipe la lit toujours.

    montrée à || un passant | le réseau | son équipe
    ----------++------------+-----------+-----------
    tous      || oui        | oui       | oui
    réseau    || non        | oui       | oui
    personne  || non        | non       | oui
    """

    def call(t: dict[str, Any]) -> dict[str, list[str]]:
        def read(by: dict[str, bool]) -> list[str]:
            is_readable = [profiles.is_readable(VISIBLE[str(audience)], **by) for audience in t["montrée à"]]
            return ["oui" if each else "non" for each in is_readable]

        return {
            "un passant": read({"of_network": False, "own": False}),
            "le réseau": read({"of_network": True, "own": False}),
            "son équipe": read({"of_network": True, "own": True}),
        }

    spec(call)


def test_two_people_write_at_once(spec):
    """On choisit si quelqu’un d’autre a changé la fiche depuis la page que l’on avait, et pour y mettre autre chose.

    page lue | fiche | écrit | dit déjà || réponse
    ---------+-------+-------+----------++--------
           1 |     1 | mardi | lundi    || garder
           1 |     2 | mardi | lundi    || choisir
           1 |     2 | lundi | lundi    || garder
    """

    def call(t: dict[str, Any]) -> list[str]:
        rows = zip(t["page lue"], t["fiche"], t["écrit"], t["dit déjà"], strict=True)
        needs_choice = [
            profiles.needs_choice(base, now, {"about": stored}, {"about": typed})
            for base, now, typed, stored in rows
        ]
        return ["choisir" if each else "garder" for each in needs_choice]

    spec(call)


def test_the_charter_is_in_force_until_its_day(spec):
    """Le dernier jour compte. Deux mois avant, on dit de déclarer de nouveau ; retirée, elle ne vaut plus.

    état     | jusqu’au   | le         || en vigueur | finit bientôt
    ---------+------------+------------++------------+--------------
    accordée | 2027-03-31 | 2027-01-29 || oui        | non
    accordée | 2027-03-31 | 2027-01-30 || oui        | oui
    accordée | 2027-03-31 | 2027-03-31 || oui        | oui
    accordée | 2027-03-31 | 2027-04-01 || non        | non
    déclarée | 2027-03-31 | 2027-01-01 || non        | non
    retirée  | 2027-03-31 | 2027-01-01 || non        | non
    """
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

    spec(call)


def test_a_code_is_read_however_it_is_copied(spec):
    """Douze signes, sans 0 ni O, 1, I ni L : ils se lisent mal. Un signe impossible n’est pas deviné.

    recopié         || réponse
    ----------------++---------------
    AB2C-3DEF-GH45  || AB2C-3DEF-GH45
    ab2c 3def gh45  || AB2C-3DEF-GH45
    ab2c3defgh45    || AB2C-3DEF-GH45
    AB2C-3DEF       || refusé
    AB2C-3DEF-GH4O  || refusé
    AB2C-3DEF-GH451 || refusé
    """
    spec.rows(lambda typed: joining.read_code(str(typed)) or "refusé")
