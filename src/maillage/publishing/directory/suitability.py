"""Places that suit the most fragile people according to their sheets, and reasons against the others.

The rule is that of the Grenoble plan of 2016: a library is not always fit for people who are not used to it
and need somebody beside them; a social place where somebody helps is. Nothing is said of a place whose sheet
does not tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.reference import offer
from maillage.reference.sheet import Sheet, has_helper, offered_conditions
from maillage.words import wording

SOCIAL = ("centre-social", "ccas", "departement", "association", "france-services", "mission-locale")
HABIT = ("bibliotheque",)  # whose door is hard to push for who never did
ENOUGH = 2  # facts, beside a social welcome
MOST_NAMED = 2
MOST_ROWS = 12
FITS, MAY_NOT, UNKNOWN = "adapte", "a-accompagner", "inconnu"


def facts(kind: str, sheet: Sheet) -> list[str]:
    """Return the facts that make a place easier to enter, in words, from its sheet."""
    prices = {*sheet.get("frais_a_charge", ()), *offered_conditions(sheet, "frais")}
    criteria = (
        (kind in SOCIAL, "accueil social"),
        (has_helper(sheet), "quelqu’un aide"),
        ("free" in prices, "gratuit"),
        ("come" in sheet.get("modalites_acces", ()), "sans rendez-vous"),
    )
    return [words for holds, words in criteria if holds]


def verdict(kind: str, facts: Sequence[str]) -> str:
    """Return the verdict on a place: suitable, perhaps only with a companion, or unknown.

    >>> verdict("ccas", ["accueil social", "quelqu’un aide"]), verdict("bibliotheque", []), verdict(
    ...     "mjc", ["gratuit"])
    ('adapte', 'a-accompagner', 'inconnu')
    """
    if "quelqu’un aide" in facts and len(facts) >= ENOUGH:
        return FITS
    return MAY_NOT if kind in HABIT else UNKNOWN


@dataclass(frozen=True, slots=True)
class ToPrefer:
    """A place where it is better to come accompanied, and a better one in the same commune; "" when none is
    known.
    """

    name: str
    commune: str
    kind: str
    rather: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suitability:
    """The number of places that suit the most fragile people; n_more: places to come to with somebody that
    are not named.
    """

    n: int
    suitable: str
    n_to_accompany: int
    n_unknown: int
    places: tuple[ToPrefer, ...]
    n_more: int


def suitability_page(rows: Sequence[tuple[str, str, str, Sheet]], names: Mapping[str, str]) -> Suitability:
    """Return the suitability of places for a reader: counts, and what to prefer in each commune.

    rows: (name, commune, kind, sheet) of each place; names: of communes by code.
    """
    judged = [
        (name, commune, kind, place_facts, verdict(kind, place_facts))
        for name, commune, kind, sheet in rows
        for place_facts in (facts(kind, sheet),)
    ]
    suitable_places: dict[str, list[str]] = {}
    for name, commune, _, place_facts, how in judged:
        if how == FITS:
            suitable_places.setdefault(commune, []).append(f"{name} ({', '.join(place_facts)})")
    doubtful = [(name, commune, kind) for name, commune, kind, _, how in judged if how == MAY_NOT]
    counts = {how: sum(verdict_id == how for *_, verdict_id in judged) for how in (FITS, MAY_NOT, UNKNOWN)}
    return Suitability(
        n=len(judged),
        suitable=wording.count(counts[FITS], "lieu adapté", "lieux adaptés"),
        n_to_accompany=counts[MAY_NOT],
        n_unknown=counts[UNKNOWN],
        places=tuple(
            ToPrefer(
                name=name,
                commune=names.get(commune, commune),
                kind=offer.kinds()[kind].label,
                rather=wording.listing(suitable_places.get(commune, [])[:MOST_NAMED]),
            )
            for name, commune, kind in doubtful[:MOST_ROWS]
        ),
        n_more=max(0, len(doubtful) - MOST_ROWS),
    )
