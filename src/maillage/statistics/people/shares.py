"""A share of counted things, protected: withheld when either side of it is only a few people."""

from collections.abc import Mapping

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.statistics.engine import agreement, small_counts


def withheld_words(least: int, things: str) -> str:
    """Return the reason of a share withheld, in French: one for all, since two would tell the small ones from
    those withheld for them, or the side of a share where the few are.

    >>> withheld_words(11, "orientations")
    'Masqué : moins de 11 orientations d’un côté ou de l’autre, ou de quoi les deviner.'
    """
    return f"Masqué : moins de {least} {things} d’un côté ou de l’autre, ou de quoi les deviner."


def share(
    part: int,
    n: int,
    *,
    least: int,
    things: str,
    universe: str,
    method: str,
    nobody: str = "",
) -> Figure:
    """Return a share in percent with its 90 % interval (Wilson), or why it is withheld.

    things: what is counted, in the words of the sentence (« orientations »). least: the smallest count
    published on either side. nobody: the reason given when there is nothing at all; otherwise the reason is
    that the whole is too small.
    """
    if not n:
        why = nobody or f"Moins de {least} {things}."
    elif min(part, n - part) < least:
        why = withheld_words(least, things)
    else:
        estimate = agreement.share(part, n)
        return Estimate(
            value=100 * estimate.value,
            low=100 * estimate.low,
            high=100 * estimate.high,
            unit="pourcent",
            universe=universe,
            n=n,
            method=method,
        )
    return Withheld(reason=why, unit="pourcent", universe=universe, n=n, method=method)


def together(figures: Mapping[str, Figure], *, least: int, things: str) -> dict[str, Figure]:
    """Return shares of the same people as they may be told together, by name, the first ones first: one that
    a few people alone separate from another is withheld (`small_counts.far_enough`).
    """
    estimates = {name: figure for name, figure in figures.items() if isinstance(figure, Estimate)}
    publishable = small_counts.far_enough(
        [round(each.value * each.n / 100) for each in estimates.values()], least
    )
    why = withheld_words(least, things)
    hidden = {
        name: Withheld(
            reason=why, unit=figure.unit, universe=figure.universe, n=figure.n, method=figure.method
        )
        for (name, figure), is_publishable in zip(estimates.items(), publishable, strict=True)
        if not is_publishable
    }
    return {**figures, **hidden}
