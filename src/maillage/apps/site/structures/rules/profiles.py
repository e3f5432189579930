"""Rules of the sheets of structures and professionals: their fields and their readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PUBLIC, NETWORK, NOBODY = "public", "network", "nobody"
VISIBILITIES: Mapping[str, str] = {
    PUBLIC: "Tout le monde, sur la page publique du réseau",
    NETWORK: "Les structures du réseau",
    NOBODY: "Personne : seulement notre équipe",
}
TRADES: Mapping[str, str] = {
    "mediator": "médiation numérique",
    "social": "travail social",
    "library": "bibliothèque, médiathèque",
    "reception": "accueil, guichet",
    "trainer": "formation",
    "adviser": "conseiller numérique",
    "health": "santé",
    "employment": "emploi, insertion",
    "youth": "jeunesse, éducation",
    "volunteer": "bénévolat",
    "coordination": "coordination, collectivité",
    "other": "autre métier",
}
SKILLS: Mapping[str, str] = {
    "procedures": "démarches en ligne",
    "basics": "premiers pas à l’ordinateur",
    "phone": "téléphone et tablette",
    "mail": "boîte mail",
    "safety": "sécurité, arnaques",
    "work": "recherche d’emploi",
    "health": "santé en ligne",
    "school": "école, parents d’élèves",
    "french": "apprentissage du français",
    "languages": "autres langues que le français",
    "disability": "outils d’accessibilité",
    "repair": "réparation, remise en état",
    "train_aidants": "former des aidants",
    "speak": "intervenir sur un sujet",
    "animate": "animer un groupe",
}
LONGEST = 400
LETTERS_AN_HOUR = 20  # by account: a letter to everybody is an announcement, there is a page for it
FIELDS = ("parts", "staff", "computers", "demand", "skills", "publics", "about", "visibility", "results")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people wrote differently at once: its label, and both texts."""

    label: str
    stored: str
    proposed: str


def is_readable(visibility: str, *, of_network: bool, own: bool) -> bool:
    """Open a sheet to a reader: its own team always, the network unless nobody does, a stranger when it is
    public.
    """
    return own or visibility == PUBLIC or (visibility == NETWORK and of_network)


def differing(stored: Mapping[str, Any], proposed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that differ between two versions of a sheet, lists in any order.

    >>> differing({"parts": ["b", "a"], "about": ""}, {"parts": ["a", "b"], "about": "Nous"})
    ('about',)
    """

    def bare(value: Any) -> Any:
        return sorted(value) if isinstance(value, (list, tuple)) else value

    return tuple(name for name in FIELDS if bare(stored.get(name)) != bare(proposed.get(name)))


def needs_choice(base: int, version: int, stored: Mapping[str, Any], proposed: Mapping[str, Any]) -> bool:
    """Return True for a sheet that somebody else changed while it was being written: both are then stored,
    and a person chooses.

    base: the version that the page had shown.
    """
    return base != version and bool(differing(stored, proposed))
