"""The answers that come first, as far as what is published can tell: a withheld answer may be the largest.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from math import inf
from statistics import NormalDist

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.statistics.engine.proportions import LEVEL, wilson

MOST = 3  # answers named together as the first


def reach(figures: Sequence[Figure], *, exclusive: bool, ceilings: Sequence[float] = ()) -> float:
    """Return the percent that a withheld answer may reach, its interval included, given those published;
    minus infinity when none is withheld.

    figures: every answer of a question, in percent. exclusive: respondents gave one answer only: what is
    withheld is then at most what the published answers leave; elsewhere nothing bounds it. ceilings: what
    each cannot pass when it is withheld for its imprecision alone, 100 elsewhere. Nothing withheld for
    secrecy is read: whether a sentence is written then tells nothing more than the figures do.

    >>> told = Estimate(value=80.0, low=75.0, high=85.0, unit="pourcent", universe="", n=192,
    ...                 method="resultats-enquete")
    >>> hidden = Withheld(reason="", unit="pourcent", universe="", n=0, method="resultats-enquete")
    >>> round(reach([told, hidden], exclusive=True)), reach([told, hidden], exclusive=False)
    (25, 100.0)
    """
    estimates = [figure for figure in figures if isinstance(figure, Estimate)]
    rest = min(100.0, max(0.0, 100.0 - sum(figure.value for figure in estimates)))
    size = min((_effective(figure) for figure in estimates), default=0.0)
    bound = 100.0
    if exclusive and size:
        bound = rest if size == inf else 100 * wilson(rest / 100, size, LEVEL)[1]
    limits = ceilings or [100.0] * len(figures)
    return max(
        (min(bound, limits[k]) for k, figure in enumerate(figures) if isinstance(figure, Withheld)),
        default=-inf,
    )


def remainder(figures: Sequence[Figure], *, exclusive: bool, ceilings: Sequence[float] = ()) -> float:
    """Return the percent that a withheld answer may hold among those who answered, without an interval: what
    those published leave when one answer each is given; minus infinity when none is withheld.

    >>> told = Estimate(value=80.0, low=75.0, high=85.0, unit="pourcent", universe="", n=192,
    ...                 method="resultats-enquete")
    >>> hidden = Withheld(reason="", unit="pourcent", universe="", n=0, method="resultats-enquete")
    >>> remainder([told, hidden], exclusive=True), remainder([told], exclusive=True)
    (20.0, -inf)
    """
    published_sum = sum(figure.value for figure in figures if isinstance(figure, Estimate))
    rest = min(100.0, max(0.0, 100.0 - published_sum)) if exclusive else 100.0
    limits = ceilings or [100.0] * len(figures)
    return max(
        (min(rest, limits[k]) for k, figure in enumerate(figures) if isinstance(figure, Withheld)),
        default=-inf,
    )


def first(
    figures: Sequence[Figure],
    *,
    exclusive: bool,
    ceilings: Sequence[float] = (),
    most: int = MOST,
    widest: bool = False,
) -> tuple[int, ...]:
    """Return the positions of the answers that come first, largest first: those whose intervals lie above all
    the others, withheld ones at their highest (`reach`); () when none can be said to.

    most: how many may be named; widest: as many as may be, the fewest otherwise. All the answers together are
    never first.
    """
    ranked = sorted(
        ((k, figure) for k, figure in enumerate(figures) if isinstance(figure, Estimate)),
        key=lambda pair: -pair[1].value,
    )
    hidden = reach(figures, exclusive=exclusive, ceilings=ceilings)
    sizes = [
        size
        for size in range(1, min(most, len(ranked), len(figures) - 1) + 1)
        if min(figure.low for _, figure in ranked[:size])
        > max([hidden, *(figure.high for _, figure in ranked[size:])])
    ]
    return tuple(k for k, _ in ranked[: sizes[-1 if widest else 0]]) if sizes else ()


def _effective(figure: Estimate) -> float:
    """Return the size of a simple sample that would give this interval; infinite without one."""
    if figure.high <= figure.low:
        return inf
    twice = 2 * NormalDist().inv_cdf(0.5 + LEVEL / 2)
    spread = max(figure.value * (100 - figure.value), 1.0)
    return min(float(figure.n), spread * twice**2 / (figure.high - figure.low) ** 2)
