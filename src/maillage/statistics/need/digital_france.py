"""Bounds of digital classes beside metropolitan France: fifths of its residents, each with the share that the
definition expects where they live.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.reference import regional
from maillage.reference.parameters import bounds as bounds_of
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import regions
from maillage.statistics.need.model import Model, overseas_gap

Floats = NDArray[np.float64]
EDGE = 1e-6  # shares are kept this far from 0 and 1 on the way to the logit


@dataclass(frozen=True, slots=True)
class Bounds:
    """Shares between the fifths, in percent: centre (4,), draws (4, draws)."""

    centre: Floats
    draws: Floats


def bounds(m: Model) -> Bounds:
    """Return the bounds under the definition of a model; their centre depends on no seed and on no cut.

    In a draw they move as the rate of the country does: a doubt that all zones share changes no class, what
    sets a région, a département, an EPCI or an area apart does.
    """
    centre = class_engine.fifths(*expected_shares(m))
    cells = m.country.cells
    national_rate = m.rates.draws @ cells / cells.sum()
    move = logit(national_rate) - logit(m.definition.total)
    return Bounds(100 * centre, 100 * expit(logit(centre)[:, None] + move))


def expected_shares(m: Model) -> tuple[Floats, Floats]:
    """Return, for the areas of metropolitan France, the share expected there, 0 to 1, and the residents.

    Rates are the central ones, moved by the effect of small communes and by what is known of régions, then
    together, so that the published rates of the country and of overseas hold.
    """
    place, need = m.country, m.outcomes["need"]
    frame = place.frame
    rows = np.flatnonzero(place.mainland & (frame.universe > 0))
    counts, size, is_rural = need.counts[rows], frame.universe[rows], place.rural[rows]
    rural_shift = (logit(_inside(need.rural)) - logit(_inside(need.rates))).mean(axis=0)
    rural_centre = regions.moved(need.centre, rural_shift)
    persons = np.where(is_rural, counts @ rural_centre, counts @ need.centre)
    varies = synthetic.variance(counts, need.centre)
    response = synthetic.response(persons, size, varies)
    effect = _carried(m) * m.places.law.mean[place.region_of[rows]]
    shares = expit(logit(_inside(persons / size)) + response * effect)
    total, everybody = m.definition.total, frame.universe.sum()
    overseas = (everybody - size.sum()) * expit(logit(total) + overseas_gap(m.definition))
    mainland_rate = (total * everybody - overseas) / size.sum()
    return regions.moved(shares, rate_engine.constant(size, shares, mainland_rate)), frame.population[rows]


def _carried(m: Model) -> float:
    """Return the part of the known effects of régions that another definition is expected to keep."""
    is_own = m.definition.id == regional.evidence().definition
    return 1.0 if is_own else float(np.mean(bounds_of("spreads/carry")))


def _inside(shares: NDArray[np.floating]) -> Floats:
    return np.clip(shares.astype(np.float64), EDGE, 1 - EDGE)
