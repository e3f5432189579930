"""The rules of perimeters, filters and corrections, whatever stores them."""

import re
from collections.abc import Mapping
from math import isnan

from maillage.words import wording

RESERVED = frozenset({"suggestions"})  # pages of /territoires/ that are no territory
SLUG = re.compile(r"[a-z][a-z0-9-]{2,60}\Z")

CORRECTABLE: dict[str, tuple[str, str, dict[str, str]]] = {
    "insee-rp2021-iris": (
        "iris",
        "Recensement 2021 par quartier",
        {"pop_0_19": "0 à 19 ans", "pop_20_64": "20 à 64 ans", "pop_65p": "65 ans et plus"},
    ),
    "insee-filosofi-communes": (
        "commune",
        "Niveau de vie par commune",
        {"median": "niveau de vie médian, euros par an"},
    ),
    "cnaf-2021-iris": (
        "iris",
        "Allocataires par quartier",
        {"rsa": "foyers au RSA", "aah": "allocataires de l’AAH"},
    ),
    "insee-rp2018-communes": (
        "commune",
        "Recensement 2018 par commune",
        {"active": "actifs", "unemployed": "chômeurs", "not_studying": "15 ans et plus sortis de l’école"},
    ),
}
"""Tables whose values may be corrected: key column, label, and the columns with their labels."""

POSSIBLE = {"median": (5_000.0, 200_000.0)}
"""The values a column may hold when it is not a count of people, which is any number up to MOST_PEOPLE."""
MOST_PEOPLE = 3_000_000.0

AREAS = {"qpv": "Quartiers prioritaires", "zus": "Zones urbaines sensibles"}
"""The kinds of filter that are areas with a contour: a place stands inside, outside, or nobody knows."""
CONNECTIONS = "thd"
"""The kind of file whose shares are of premises: shown beside a diagnosis, it filters nobody."""
KINDS = {
    **AREAS,
    "frr": "Communes rurales (FRR)",
    "list": "Liste de codes",
    CONNECTIONS: "Très haut débit fixe, pas un filtre",
}


SOME, NONE, UNKNOWN = "oui", "non", "inconnu"
COMMUNE = "commune"  # the answer that needs no contour: the commune contains a district, wherever it is
ZONE_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "qpv": {
        SOME: "Avec un quartier prioritaire",
        NONE: "Sans quartier prioritaire",
        UNKNOWN: "Quartier prioritaire : on ne sait pas",
        COMMUNE: "Dans une commune avec un quartier prioritaire",
    },
    "zus": {
        SOME: "Avec une ancienne zone urbaine sensible",
        NONE: "Sans ancienne zone urbaine sensible",
        UNKNOWN: "Ancienne zone urbaine sensible : on ne sait pas",
    },
}
OUTDATED = {
    "2015": (
        "Ces contours sont ceux de 2015 : d’autres les ont remplacés en 2024, et en 2025 outre-mer."
        " Déposez ceux de 2024."
    )
}
"""Sentences about contours of a generation that no longer holds."""
NEARLY_ALL, SLIVER = 0.99, 0.01
"""Of the residents of a zone: its contour, simplified, and that of a district never share every point, and
the sliver between two that touch holds nobody.
"""


def zone_answer(share: float) -> str:
    """Return the answer: a zone holds a part of such an area; nobody knows where no file speaks.

    >>> zone_answer(0.4), zone_answer(0.003), zone_answer(float("nan"))
    ('oui', 'non', 'inconnu')
    """
    return UNKNOWN if isnan(share) else SOME if share >= SLIVER else NONE


def zone_words(kind: str, share: float) -> str:
    """Return the words on the part of a zone in areas of a kind, "" where it holds none.

    >>> zone_words("qpv", 1.0), zone_words("qpv", 0.0), zone_words("zus", float("nan"))
    ('QPV : tous ses habitants', '', 'ZUS : on ne sait pas')
    """
    name = kind.upper()
    if isnan(share):
        return f"{name} : on ne sait pas"
    if share >= NEARLY_ALL:
        return f"{name} : tous ses habitants"
    return f"{name} : {wording.share(share)} de ses habitants, estimés" if share >= SLIVER else ""


def is_slug(text: str) -> bool:
    """Return True if a name may stand in an address beside official codes, which all begin otherwise."""
    return bool(SLUG.match(text))


def departement(code: str) -> str:
    """Return the département of the code of a commune or of an IRIS.

    >>> departement("381850101"), departement("97411"), departement("2A004")
    ('38', '974', '2A')
    """
    return code[:3] if code.startswith(("97", "98")) else code[:2]
