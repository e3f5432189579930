"""The profile of the people concerned: by age, diploma, living standard and kind of space."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.diagnosis.figures import spread_of
from maillage.statistics.diagnosis.poverty import MOST_UNKNOWN, share_living
from maillage.statistics.diagnosis.results import Profile, Spread
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS
from maillage.statistics.engine.chance import even_normals
from maillage.statistics.need import rurality
from maillage.statistics.need.model import Model

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Positions = NDArray[np.int64]
PROFILED = ("need", "modest", "both", *(f"need_{kind}" for kind in rurality.KINDS))


def profile_of(m: Model, rows: Positions, share: Floats, totals: Mapping[str, Floats]) -> tuple[Profile, ...]:
    """Return the people concerned by age, diploma, living standard and kind of space.

    totals: by outcome of PROFILED, (draws,) the persons that the figures of the territory tell. Living
    standards are those figures themselves: a page has one value for one share.
    """
    outcome, need = m.outcomes["need"], totals["need"]
    counts = outcome.counts[rows] * share[:, None]
    people = counts.sum(axis=0, dtype=np.float64)
    expected, drawn = np.zeros((1, len(people))), np.zeros((m.n_draws, len(people)))
    for areas, moved in _by_rates(m, rows):
        there = counts[areas].sum(axis=0, dtype=np.float64)
        expected += there * (outcome.centre if moved is None else moved.mean(axis=0, dtype=np.float64))
        drawn += there * (outcome.rates if moved is None else moved)
    middle = _brought(people, expected, np.array([need.mean()]))
    concerned, drawn = middle[0], _brought(people, drawn, need)
    n_concerned = float(concerned.sum())
    cells = [
        *(("age", name, np.resize(k == AGE_OF, len(people))) for k, name in enumerate(AGES)),
        *(("diplome", name, np.resize(k == DIPLOMA_OF, len(people))) for k, name in enumerate(DIPLOMAS)),
    ]
    luck = even_normals(m.seed, "profile", len(cells), m.n_draws)
    varies = drawn * (1 - np.divide(drawn, people, out=np.zeros_like(drawn), where=people > 0))
    groups = []
    for (breakdown, name, inside), chance in zip(cells, luck, strict=True):
        # What few people add by chance, once the total is known: none where a group is everybody.
        own = varies[:, inside].sum(axis=1)
        own *= 1 - np.divide(own, varies.sum(axis=1), out=np.ones_like(own), where=own > 0)
        size = np.full(len(need), people[inside].sum())
        members = np.clip(drawn[:, inside].sum(axis=1) + chance * np.sqrt(own), 0, np.minimum(size, need))
        groups.append(
            _group(breakdown, name, size, members, float(concerned[inside].sum()), need, n_concerned)
        )
    classes: list[tuple[str, str, Floats, Floats]] = []
    if share_living(m.country.frame.unmeasured, m.country.frame, rows, share) < MOST_UNKNOWN:
        modest, both = totals["modest"], totals["both"]
        classes += [
            ("niveau_de_vie", "modeste", modest, both),
            ("niveau_de_vie", "autre", people.sum() - modest, np.maximum(need - both, 0.0)),
        ]
    spaces, universe = rurality.kinds()[rows], m.country.frame.universe[rows] * share
    for kind in rurality.KINDS:
        size = np.full(len(need), universe[spaces == kind].sum())
        classes.append(("espace", kind, size, totals[f"need_{kind}"]))
    groups += [_group(*each, float(each[-1].mean()), need, n_concerned) for each in classes]
    return tuple(groups)


def _by_rates(m: Model, rows: Positions) -> Iterator[tuple[NDArray[np.bool_], Singles | None]]:
    """Give the areas whose cells have the same rates, as a mask over `rows`, with these rates (draws, cells);
    None for those of the country. Overseas and small communes have their own, as in the draws of the need.
    """
    outcome, regions, small = m.outcomes["need"], m.country.region_of[rows], m.country.rural[rows]
    separate = np.isin(regions, list(outcome.overseas)) | small
    yield ~separate, None
    yield small, outcome.rural
    for region, rates in outcome.overseas.items():
        yield regions == region, rates


def _brought(people: Floats, concerned: Floats, total: Floats) -> Floats:
    """Return (draws, cells) persons concerned once they add up to the total of their draw, by one move of
    the logit: a share can neither pass 100 % nor fall below 0.

    people: (cells,); concerned: (draws, cells); total: (draws,). A draw of nobody or everybody is left as
    it is.
    """
    rate = np.divide(concerned, people, out=np.full_like(concerned, 0.5), where=people > 0)
    inside = (total > 0) & (total < people.sum())
    if inside.any():
        safe = np.clip(rate[inside], 1e-9, 1 - 1e-9)
        rate[inside] = rate_engine.shift(people, safe, total[inside] / people.sum())
    return np.asarray(people * rate)


def _group(
    breakdown: str,
    name: str,
    people: Floats,
    members: Floats,
    concerned: float,
    need: Floats,
    all_concerned: float,
) -> Profile:
    """Return a group. people, members, need: (draws,) its persons, those of them concerned, all those
    concerned; concerned, whole: the two last at the central rates.
    """
    size = float(people.mean())
    return Profile(
        breakdown,
        name,
        size,
        concerned,
        _spread_of_share(concerned, size, members, people),
        _spread_of_share(concerned, all_concerned, members, need),
    )


def _spread_of_share(part: float, total: float, parts: Floats, wholes: Floats) -> Spread:
    """Return the share of a part in a whole, between the centiles of its draws; zero of nobody."""
    value = part / total if total > 0 else 0.0
    drawn = np.divide(parts, wholes, out=np.zeros_like(parts), where=wholes > 0)
    spread = spread_of(np.clip(drawn, 0.0, 1.0))
    return Spread(value, min(spread.low, value), max(spread.high, value))
