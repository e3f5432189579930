"""What is true of perimeters, filters and corrections, whatever stores them."""

import re

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

KINDS = {"qpv": "Quartiers prioritaires", "frr": "Communes rurales (FRR)", "list": "Liste de codes"}


def is_slug(text: str) -> bool:
    """Return whether a name may stand in an address beside official codes, which all begin otherwise."""
    return bool(SLUG.match(text))
