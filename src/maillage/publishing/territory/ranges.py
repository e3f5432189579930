"""The figures of the people within a walk of an offer, as files and as readers get it: a figure, a range
where places are silent, or the reason why nothing is said.
"""

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.territory.figures import FigureJson, figure
from maillage.statistics.offer.silence import Between, Publishable
from maillage.words import rounding, wording
from maillage.words.wording import NBSP, FigureText


def as_json(of: Publishable) -> FigureJson:
    """Return a figure as the contract writes it: a range has its bounds, no value, and a reason."""
    if not isinstance(of, Between):
        return figure(of)
    out = FigureJson(
        valeur=None,
        bas=of.low,
        haut=of.high,
        unite=of.unit,
        univers=of.universe,
        n=of.n,
        methode=of.method,
        motif=of.reason,
    )
    for name, n in of.counted:
        out[f"n_{name}"] = n  # type: ignore[literal-required]  # one key for each thing counted
    return out


def printed_most(of: Publishable) -> float | None:
    """Return the upper bound of a number of people as it is printed, None when it is withheld: no part of
    them is printed over it.
    """
    if isinstance(of, Withheld):
        return None
    return rounding.outwards(of.low, of.high, rounding.step((of.high - of.low) / 2))[1]


def people(of: Publishable, *, most: float | None = None) -> FigureText:
    """Return a number of people as shown. most: what it never passes, as printed."""
    if not isinstance(of, Between):
        return wording.people(of, most=most)
    by = rounding.step((of.high - of.low) / 2)
    low, high = rounding.outwards(of.low, of.high, by, most=most)
    return FigureText(None, wording.number(low), wording.number(high), "personnes", of.reason)


def share(of: Publishable) -> FigureText:
    """Return a share within a walk as shown, in whole points: the path alone moves it by more than a decimal.

    Neither all nor nobody is said of what some draws deny.
    """
    if isinstance(of, Withheld):
        return FigureText(None, "", "", "%", of.reason)
    low, high = rounding.outwards(of.low, of.high, 1.0, most=100.0)
    bounds = wording.number(low), wording.percent(high)
    if isinstance(of, Between):
        return FigureText(None, *bounds, "%", of.reason)
    return FigureText(
        None if of.is_loose else _rounded_text(of), *bounds, "%", "L’intervalle est trop large."
    )


def _rounded_text(of: Estimate) -> str:
    if of.value >= 99.5 and of.low < 100:
        return f"plus de 99{NBSP}%"
    if of.value < 0.5 and of.high > 0:
        return f"moins de 1{NBSP}%"
    return wording.percent(of.value)


def nobody(of: Publishable) -> str:
    """Return “personne” for a figure that every draw puts under one person, '' for any other."""
    return "personne" if not isinstance(of, Withheld) and of.high < 1 else ""


def spreads(of: Publishable) -> bool:
    """Return True if the bounds of a share stand apart once written."""
    return not isinstance(of, Withheld) and of.high - of.low >= 1


def bounds(of: Publishable) -> tuple[float, float] | None:
    """Return the bounds of a figure, None when it is withheld."""
    return None if isinstance(of, Withheld) else (of.low, of.high)
