"""Living standards: minimum income, and why poor people are sometimes not counted."""

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.need import population as frames

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
MOST_UNKNOWN = 0.2  # of the residents: beyond, a figure of living standards would be a supposition


def minima_share(frame: frames.Frame, rows: Positions, share: Floats) -> float | None:
    """Return the share of residents in a household on RSA or AAH, over the areas where it is known."""
    people = frame.population[rows]
    shares = frames.minima_share(frame.area[rows], people, frames.sources().cnaf)
    known = ~np.isnan(shares)
    weight = people * share
    if weight[known].sum() * 2 < weight.sum() or not weight.sum():
        return None
    return float(np.average(shares[known], weights=weight[known]))


def why_no_poverty(
    frame: frames.Frame, rows: Positions, share: Floats, minima: float | None, poor: float
) -> str:
    """Return why the number of poor people cannot be published, "" when it can.

    Medians of communes hide cities that are both rich and poor; overseas, how far incomes stand apart was
    measured nowhere. The sign of it: people on minimum income, who are counted, outnumber the poor people
    estimated. The reason gives the count, never the estimate it refuses.
    """
    if share_living(frame.overseas, frame, rows, share) >= MOST_UNKNOWN:
        return (
            "Outre-mer, l’écart entre les revenus d’une même commune n’est pas connu : sa médiane ne dit pas"
            " combien sont sous le seuil."
        )
    if minima is not None and minima > poor:
        return (
            f"Plus d’habitants vivent ici dans un foyer au RSA ou à l’AAH ({100 * minima:.0f} %) que ce"
            " calcul n’en trouve sous le seuil de pauvreté : il en compte trop peu."
        )
    return ""


def share_living(inside: NDArray[np.bool_], frame: frames.Frame, rows: Positions, share: Floats) -> float:
    """Return the share of residents who live in the areas of France that are `inside`."""
    people = frame.population[rows] * share
    return float(people[inside[rows]].sum() / max(float(people.sum()), 1.0))
