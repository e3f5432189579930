"""People without both a computer and a connection at home in 2014, by age, diploma, occupation and income.

The crossing that the plan of Grenoble (2015) used, counted again on the persons of the survey.
Source: docs/methods/credoc-2014.md
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.kernel.table import Table
from maillage.reference.parameters import number
from maillage.sources import credoc
from maillage.statistics.engine.proportions import wilson

DEFINITION = "credoc-2014-ordinateur-et-connexion"
METHOD = "credoc-2014"
WAVE, FROM_AGE = 2014, 15
FEWEST = 30  # respondents: under them, an interval of quotas is no longer believed
UNIVERSE = "15 ans et plus, France métropolitaine, 2014"
AGES = ((15, 24), (25, 39), (40, 59), (60, 74), (75, 200))
DIPLOMAS = {
    "sans diplôme": ("none",),
    "sous le bac (brevet, CAP, BEP)": ("below_bac",),
    "bac": ("bac",),
    "bac+2 ou plus": ("higher",),
}
LABELS = {
    "occupation": {
        "self_employed": "agriculteurs, artisans, commerçants",
        "executive": "cadres",
        "intermediate": "professions intermédiaires",
        "employee": "employés",
        "worker": "ouvriers",
        "homemaker": "personnes au foyer",
        "retired": "retraités",
        "inactive": "autres inactifs",
    },
    "income": {
        "under_900": "moins de 900 € par mois",
        "900_1499": "900 à 1 499 €",
        "1500_2299": "1 500 à 2 299 €",
        "2300_3099": "2 300 à 3 099 €",
        "3100_3999": "3 100 à 3 999 €",
        "4000_and_over": "4 000 € et plus",
        "unknown": "revenu non dit",
    },
    "living_standard": {
        "low": "bas revenus",
        "lower_middle": "classes moyennes inférieures",
        "upper_middle": "classes moyennes supérieures",
        "high": "hauts revenus",
        "unknown": "niveau de vie non dit",
    },
    "agglomeration": {
        "rural": "hors unité urbaine",
        "2000_20000": "2 000 à 20 000 habitants",
        "20000_100000": "20 000 à 100 000 habitants",
        "over_100000": "plus de 100 000 habitants",
        "paris": "agglomération parisienne",
    },
}
TITLES = {
    "occupation": "profession",
    "income": "revenu du foyer",
    "living_standard": "niveau de vie",
    "agglomeration": "agglomération",
}
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cell:
    """One class of a breakdown, in French, and the share of it that lacks a computer or a connection."""

    breakdown: str
    label: str
    share: Figure


def equipment() -> tuple[Cell, ...]:
    """Return every class of the crossing, everybody first, then each breakdown; reading takes two seconds."""
    persons = credoc.persons()
    credoc.check(persons)
    return of(persons)


def of(persons: Table) -> tuple[Cell, ...]:
    """Return the crossing of these persons (columns of pipeline.credoc)."""
    sampled = persons.take((persons["year"] == WAVE) & (persons["age"] >= FROM_AGE))
    lacks, known = _lacks(sampled)
    return tuple(
        Cell(breakdown, label, _share(lacks, sampled["weight"], inside & known))
        for breakdown, label, inside in _classes(sampled)
    )


def _lacks(persons: Table) -> tuple[Mask, Mask]:
    """Return the mask of persons who lack one of the two, and the mask of those whose answers tell it.

    One « no » is enough to know; an answer of « ne sait pas » beside a « yes » tells nothing.
    """
    computer, connection = persons["computer_at_home"], persons["connection_at_home"]
    lacks = (computer == "no") | (connection == "no")
    return lacks, lacks | ((computer != credoc.UNKNOWN) & (connection != credoc.UNKNOWN))


def _share(lacks: Mask, weight: NDArray[np.float64], members: Mask) -> Figure:
    """Return a weighted share; its interval is that of n persons over the effect of quotas."""
    n = int(members.sum())
    if n < FEWEST:
        return Withheld(
            reason=f"Moins de {FEWEST} personnes interrogées.",
            unit="pourcent",
            universe=UNIVERSE,
            n=n,
            method=METHOD,
            sources=(credoc.CARD,),
        )
    value = float(np.average(lacks[members], weights=weight[members]))
    low, high = wilson(value, n / number("rates/quota_effect"))
    return Estimate(
        value=100 * value,
        low=100 * low,
        high=100 * high,
        unit="pourcent",
        universe=UNIVERSE,
        n=n,
        method=METHOD,
        sources=(credoc.CARD,),
    )


def _classes(persons: Table) -> Iterator[tuple[str, str, Mask]]:
    """Give the name of a breakdown, that of a class, and who is in it."""
    yield "ensemble", "15 ans et plus", np.ones(len(persons), dtype=np.bool_)
    for age, inside in _ages(persons):
        yield "âge", age, inside
    yield "diplôme", "15-17 ans", persons["diploma"] == "under_18"
    for diploma, codes in DIPLOMAS.items():
        yield "diplôme", diploma, np.isin(persons["diploma"], codes)
    for column, labels in LABELS.items():
        for code, label in labels.items():
            yield TITLES[column], label, persons[column] == code
    for age, inside in _ages(persons):
        for diploma, codes in DIPLOMAS.items():
            yield "âge et diplôme", f"{age}, {diploma}", inside & np.isin(persons["diploma"], codes)


def _ages(persons: Table) -> Iterator[tuple[str, Mask]]:
    for first, last in AGES:
        label = f"{first} ans et plus" if last >= 200 else f"{first}-{last} ans"
        yield label, (persons["age"] >= first) & (persons["age"] <= last)


CROSSINGS: dict[str, Callable[[], tuple[Cell, ...]]] = {DEFINITION: equipment}
