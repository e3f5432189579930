"""The calls to make: the silent places whose answers would narrow a range the most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.silence import LEAST

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_CALLS = 10
ENOUGH = 0.5  # of what silence leaves unknown: the list stops once its answers surely settle as much
NEVER = -50.0  # logarithm of the chance of missing a place that is surely within reach


@dataclass(frozen=True, slots=True)
class Calls:
    """The shortest list of places to ask whether they offer a line. ids, names: the most useful first.
    n_silent: places that do not say. unknown: people in need whom silence leaves neither within reach nor out
    of it; surely, at_best: how many of them the answers settle, whatever they are, and if all say yes.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    n_silent: int
    unknown: float
    surely: float
    at_best: float


def calls(g: Ground, line: str) -> Calls | None:
    """Return the places to call about a line, None where silence changes nothing that can be read.

    Along usual paths. Places are taken one by one, each time the one that the most people left without would
    have within reach. Answers settle least when they are all no: what the others may bring is then widest.
    """
    serves, silent = g.serving(line), g.unsaid(line)
    if not silent.any() or line in g.silence.unasked:
        return None
    people, missed = _people(g), _missed(g)

    def without(places: Flags) -> Floats:
        return np.asarray(np.exp(missed @ places.astype(np.float64)))

    known, most = people @ without(serves), people @ without(serves | silent)
    if known - most < LEAST["personnes"]:
        return None
    lacking = at_first = without(serves)
    chosen = np.zeros(len(silent), dtype=bool)
    order: list[int] = []
    surely = 0.0
    while len(order) < MOST_CALLS and surely < ENOUGH * (known - most):
        candidates = silent & ~chosen
        gains = np.where(candidates, _gains(missed, people * lacking), 0.0)
        if gains.max() < LEAST["personnes"]:  # nobody is left to reach, but a no would leave it to others
            gains = np.where(candidates, _gains(missed, people * at_first), 0.0)
        best = int(np.argmax(gains))
        if gains[best] < LEAST["personnes"]:
            break
        chosen[best] = True
        order.append(best)
        lacking = without(serves | chosen)
        surely = float(people @ without(serves | (silent & ~chosen)) - most)
    if not order:
        return None
    return Calls(
        ids=tuple(g.places[k].id for k in order),
        names=tuple(g.places[k].name for k in order),
        n_silent=g.n_places(silent),
        unknown=float(known - most),
        surely=surely,
        at_best=float(known - people @ lacking),
    )


def _people(g: Ground) -> Floats:
    """Return (points,) the people in need who count, by point where they may live."""
    need = g.areas.need[EVERYBODY].mean(axis=1, dtype=np.float64) * g.counted * (g.zone_of >= 0)
    return np.asarray(need[g.areas.at] * g.areas.weight)


def _missed(g: Ground) -> Matrix:
    """Return (points, places) the logarithm of the chance that a place, wherever it may stand, is not within
    reach of a point.
    """
    spots = np.bincount(g.where.place, minlength=len(g.places))
    usual = g.near.copy()
    usual.data = (usual.data * g.travel.detour <= g.travel.metres).astype(np.float64)
    at = (np.arange(len(g.where.place)), g.where.place)
    of_place = sparse.csr_array((1 / spots[g.where.place], at), shape=(len(at[0]), len(g.places)))
    chance = (usual @ of_place).tocsr()
    with np.errstate(divide="ignore"):
        chance.data = np.maximum(np.log1p(-np.minimum(chance.data, 1.0)), NEVER)
    return chance


def _gains(missed: Matrix, lacking: Floats) -> Floats:
    """Return (places,) how many of the people (points,) who lack a line each place would have in reach."""
    chance = missed.copy()
    chance.data = -np.expm1(chance.data)
    return np.asarray(chance.T @ lacking)
