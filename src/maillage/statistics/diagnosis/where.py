"""The distribution of the people concerned, against that of residents: concentrated or spread, and the zones
that have more than their share.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maillage.reference.parameters import number
from maillage.statistics.diagnosis.figures import spread_of
from maillage.statistics.diagnosis.results import Spread, Where, ZoneShare

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
FEWEST_COMPARED = 2  # zones: one alone is compared with nothing


def where(
    codes: Sequence[str], need: Floats, residents: Floats, universe: Floats, *, published: Booleans
) -> Where:
    """Return the verdict on where the need of zones is, and those that hold more than their share of it.

    need: (zones, draws) persons concerned; residents: (zones,) of all ages; universe: (zones,) those among
    whom the need is counted; published: (zones,) those whose figures may be shown. A zone holds more than its
    share when it does so among residents and among the universe, by enough to matter and in enough draws to
    be beyond doubt: neither its children nor its care homes make it so.
    """
    total = need.sum(axis=0)
    if published.sum() < FEWEST_COMPARED or not (total > 0).all():
        return Where("inconnu", (), Spread(0.0, 0.0, 0.0), Spread(0.0, 0.0, 0.0))
    need_share, resident_share = need / total, residents / residents.sum()
    sure = published & beyond_doubt(need_share, residents, universe)
    mean_share = need.mean(axis=1) / total.mean()
    half = spread_of(_half(need_share, resident_share))
    verdict: Literal["concentre", "reparti"] = (
        "concentre" if half.high <= number("protection/concentrated") else "reparti"
    )
    return Where(
        verdict,
        tuple(
            ZoneShare(codes[i], float(mean_share[i]), float(resident_share[i]))
            for i in np.flatnonzero(sure).tolist()
        ),
        half,
        spread_of(need_share[sure].sum(axis=0)),
    )


def beyond_doubt(need_share: Floats, residents: Floats, universe: Floats) -> Booleans:
    """Return (places,) those that hold more of the need than their share, among residents and the universe:
    by enough to matter, and in enough draws.

    need_share: (places, draws) shares of the need; residents, universe: (places,) people.
    """
    level = np.maximum(residents / residents.sum(), universe / universe.sum())[:, None]
    is_sure = (need_share > level).mean(axis=1) >= number("protection/beyond_doubt")
    above: Booleans = is_sure & (need_share.mean(axis=1) >= number("protection/least_surplus") * level[:, 0])
    return above


def _half(need: Floats, residents: Floats) -> Floats:
    """Return (draws,) the smallest share of residents whose zones hold half of the need. need: (zones, draws)
    and residents: (zones,), shares. A zone that is not taken whole gives its residents in proportion.
    """
    peopled = residents > 0
    need, residents = need[peopled], residents[peopled]
    order = np.argsort(-need / residents[:, None], axis=0, kind="stable")
    start = np.zeros((1, need.shape[1]))
    reached = np.vstack((start, np.cumsum(np.take_along_axis(need, order, axis=0), axis=0)))
    living = np.vstack((start, np.cumsum(residents[order], axis=0)))
    return np.array([np.interp(0.5, x, y) for x, y in zip(reached.T, living.T, strict=True)])
