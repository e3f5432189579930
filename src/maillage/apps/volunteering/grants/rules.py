"""Rules of a call for projects: its days, pairs that may apply, jurors that may judge, and the order of
merit that a jury reads.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

DRAFT, OPEN, JUDGED, DECIDED = "draft", "open", "judged", "decided"
STATES: Mapping[str, str] = {
    DRAFT: "en préparation",
    OPEN: "ouvert",
    JUDGED: "en examen",
    DECIDED: "décidé",
}
WRITTEN, SUBMITTED, WITHDRAWN = "written", "submitted", "withdrawn"
APPLICATION_STATES: Mapping[str, str] = {
    WRITTEN: "en cours d’écriture",
    SUBMITTED: "déposé",
    WITHDRAWN: "retiré",
}
CRITERIA: Mapping[str, str] = {
    "need": "Répond à un besoin montré par le diagnostic",
    "pair": "Les deux structures font vraiment ensemble",
    "public": "Atteint les personnes les plus éloignées",
    "lasting": "Dure après l’aide",
    "means": "Le budget tient",
}
MARKS: Mapping[int, str] = {0: "pas du tout", 1: "peu", 2: "assez", 3: "bien", 4: "très bien"}
FEWEST_JURORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Pair that applies, and its amount. social, digital: their structures, and the communes where each
    stands; ground: those of the call, None for everywhere. agreed: whether the other structure said yes.
    """

    social: int
    digital: int
    social_communes: frozenset[str]
    digital_communes: frozenset[str]
    ground: frozenset[str] | None
    amount: int
    most: int
    agreed: bool


def ineligible(pair: Pair) -> list[str]:
    """Return why an application cannot be examined, in sentences; none when it can."""
    why = []
    if pair.social == pair.digital:
        why.append("Il faut deux structures : une sociale, une numérique.")
    if not pair.agreed:
        why.append("L’autre structure n’a pas encore dit oui.")
    if pair.ground is not None and not (pair.social_communes | pair.digital_communes) & pair.ground:
        why.append("Aucune des deux structures n’est sur le territoire de l’appel.")
    if pair.amount > pair.most:
        why.append("Le montant dépasse le plus que l’appel peut donner à un projet.")
    return why


def state(*, published: bool, decided: bool, opens_on: date, closes_on: date, on: date) -> str:
    """Return where a call stands on a day: its last day is still open."""
    if decided:
        return DECIDED
    if not published or on < opens_on:
        return DRAFT
    return OPEN if on <= closes_on else JUDGED


def may_decide(jurors: int, conflicts: int, scores: int) -> str:
    """Return why an application cannot be decided, "" when it can. Those who have a tie do not judge it; the
    others all do, and are two at least.

    >>> may_decide(3, 1, 2), may_decide(2, 1, 1), may_decide(3, 0, 2)
    ('', 'Il faut 2 avis au moins : 1 juré peut juger ce projet.', 'Il manque un avis.')
    """
    able = jurors - conflicts
    if able < FEWEST_JURORS:
        verb = "juré peut" if able == 1 else "jurés peuvent"
        return f"Il faut {FEWEST_JURORS} avis au moins : {able} {verb} juger ce projet."
    missing = able - scores
    if missing > 0:
        return "Il manque un avis." if missing == 1 else f"Il manque {missing} avis."
    return ""


def merit(marks: Iterable[Mapping[str, int]]) -> float | None:
    """Return the mean mark of an application, 0 to 4, over criteria then jurors; None without any."""
    means = [mean(each.values()) for each in marks if each]
    return mean(means) if means else None


def spent(amounts: Sequence[int], budget: int) -> str:
    """Return why amounts cannot all be granted, "" when the budget holds them."""
    total = sum(amounts)
    return "" if total <= budget else f"{total} € accordés pour {budget} € de budget."


def publishable_totals(counts: Sequence[int | None], least: int) -> list[int | None]:
    """Return the totals of people, in time, that may be published, None for the others: neither a few
    people, nor a few more or less than the last one that is told.

    >>> publishable_totals([3, 30, None, 33, 41, 41], 11), publishable_totals([3], 0)
    ([None, 30, None, None, 41, 41], [3])
    """
    out: list[int | None] = []
    last = 0
    for n in counts:
        is_published = n is not None and (abs(n - last) >= least or (n == last and last > 0))
        out.append(n if is_published else None)
        last = n if is_published and n is not None else last
    return out


def whole_marks(marks: Mapping[str, int | None], criteria: Collection[str]) -> bool:
    """Return True if each criterion has a mark."""
    return set(marks) == set(criteria) and all(mark in MARKS for mark in marks.values())
