"""The social index of every quarter and commune, beside metropolitan France: no cut of a territory moves it.

A commune has the index that its own variables give; its quarters stand around it by what is known of them.
Source: docs/methods/indice-social.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import group, total_by
from maillage.reference.parameters import number, numbers
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.engine import social_index
from maillage.statistics.need import corrections
from maillage.statistics.need import population as frames
from maillage.statistics.need.corrections import Correction
from maillage.statistics.need.model import country_frame
from maillage.statistics.need.population import Frame
from maillage.statistics.need.social_variables import BY_ID, WITH_DISTRICTS, values_of

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

OF_QUARTERS = ("rsa", "aah", "monoparents", "hlm")
IDS = (*OF_QUARTERS, "chomage", "revenu")
SIGNS = np.array([BY_ID[id].sign for id in IDS], dtype=np.float64)
SMALLEST = 2_000  # residents of the smallest communes whose unemployment and social housing are published
FARTHEST = 3.0  # standard deviations: one institution must not carry the whole index
MIN_COMMUNE_SHARE = 0.9  # share of the residents of a commune that make a zone as good as the whole of it
NO_INDEX = "Aucune variable de l’indice n’est connue pour la moitié de ses habitants."
NO_WEIGHT = "Les variables choisies ne sont pas connues dans toute la France."
BORROWED = "Les seules variables connues le sont pour toute la commune, et ne distinguent pas ses quartiers."


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected value of each variable of the index, in standard deviations from the mean of metropolitan
    France, high meaning precarious, and the covariance of what remains unknown.

    town: (areas,) position of the commune, or arrondissement, of each area; people: (areas,) residents.
    of_town: (towns, 6), and town_doubt (towns, 6, 6); of_area: (areas, 6) gap to the town, and area_doubt
    (areas, 6, 6). is_town_known: (towns,) whether any variable is; is_area_known: (areas,) whether one is for
    the area itself, always True for the single area of a commune.
    """

    town: Positions
    people: Floats
    is_mainland: NDArray[np.bool_]
    of_town: Floats
    town_doubt: Floats
    of_area: Floats
    area_doubt: Floats
    is_town_known: NDArray[np.bool_]
    is_area_known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Indexed:
    """Index of zones, nan where withheld.

    centre, deviation: (zones,); of_town: (zones,) part of the index shared with the whole commune;
    town_deviation: (zones,) part of the error shared with it, and town: (zones,) position of the commune of
    most residents. bounds: (4,) between the fifths of the residents of metropolitan France. reasons: (zones,)
    why an index is withheld, "" for the others.
    """

    centre: Floats
    deviation: Floats
    of_town: Floats
    town_deviation: Floats
    town: Positions
    bounds: Floats
    reasons: tuple[str, ...]

    @property
    def odds(self) -> Floats:
        """Return (zones, 5) the probability of each class, nan where the index is withheld."""
        return class_engine.odds(self.centre, self.deviation, self.bounds)

    def drawn(self, n: int, seed: int) -> Positions:
        """Return (zones, n) the class of each zone in each draw, -1 where the index is withheld; zones of one
        commune share its error.
        """
        chance = np.random.default_rng(seed)
        towns, at = np.unique(self.town, return_inverse=True)
        shared = chance.standard_normal((len(towns), n))[at] * self.town_deviation[:, None]
        own = np.sqrt(np.maximum(self.deviation**2 - self.town_deviation**2, 0.0))
        draws = self.centre[:, None] + shared + chance.standard_normal(shared.shape) * own[:, None]
        class_codes = (draws[:, :, None] > self.bounds).sum(axis=2)
        return np.where(np.isnan(draws), -1, class_codes)


def expected() -> Expected:
    """Return the expected values of every area of France, with the corrections in force."""
    return _expected(corrections.in_force())


@lru_cache(maxsize=2)
def _expected(laid: tuple[Correction, ...]) -> Expected:
    frame = country_frame()
    towns, town = group(np.where(np.isin(frame.commune, WITH_DISTRICTS), frame.published, frame.commune))
    people, n_areas = frame.population, np.bincount(town)
    residents = total_by(town, people)
    is_mainland = ~frame.overseas
    of_towns = _values(IDS, town, len(towns), frame)
    of_areas = _values(OF_QUARTERS, np.arange(len(frame)), len(frame), frame)
    of_areas[frame.kind == "Z"] = np.nan  # what is known of it is known of its commune
    of_areas[n_areas[town] == 1] = np.nan

    between, within = _laws(of_towns, of_areas, town, people, is_mainland)
    scale = np.sqrt(np.diag(between.covariance)[:-1] + np.diag(within.covariance))
    size = np.log(np.maximum(residents, SMALLEST))
    far = between.mean[:-1] + FARTHEST * np.array([[-1.0], [1.0]]) * scale
    of_towns, of_areas = np.clip(of_towns, *far), np.clip(of_areas, *far[:, : len(OF_QUARTERS)])
    noise = _noise(between.mean[:-1], residents) + (number("social/index_drift") * scale) ** 2
    known, remaining = between.expected(
        np.column_stack((of_towns, size)), np.column_stack((noise, np.zeros(len(towns))))
    )
    k = len(OF_QUARTERS)
    split = np.flatnonzero(n_areas[town] > 1)
    gaps = np.full((len(split), len(IDS)), np.nan)
    gaps[:, :k] = (of_areas - _mean_by(town, of_areas, people)[town])[split]
    area_noise = _noise(between.mean[:-1], people[split]) + (number("social/index_drift") * scale) ** 2
    of_area, area_remaining = within.expected(gaps, area_noise)
    moved, area_doubt = np.zeros((len(frame), len(IDS))), np.zeros((len(frame), len(IDS), len(IDS)))
    moved[split], area_doubt[split] = of_area, area_remaining
    moved -= np.nan_to_num(_mean_by(town, moved, people))[town]  # a commune is the mean of its quarters
    return Expected(
        town=town,
        people=people,
        is_mainland=is_mainland,
        of_town=(known[:, :-1] - between.mean[:-1]) / scale * SIGNS,
        town_doubt=remaining[:, :-1, :-1] / np.outer(scale * SIGNS, scale * SIGNS),
        of_area=moved / scale * SIGNS,
        area_doubt=area_doubt / np.outer(scale * SIGNS, scale * SIGNS),
        is_town_known=np.asarray(~np.isnan(of_towns).all(axis=1)),
        is_area_known=(n_areas[town] == 1) | ~np.isnan(of_areas).all(axis=1),
    )


def _values(ids: tuple[str, ...], at: Positions, n: int, frame: Frame) -> Floats:
    rows, tables = np.arange(len(frame)), frames.sources()
    return np.column_stack([values_of(BY_ID[id], rows, at, n, frame, tables) for id in ids])


def _laws(
    of_towns: Floats, of_areas: Floats, town: Positions, people: Floats, is_mainland: NDArray[np.bool_]
) -> tuple[social_index.Law, social_index.Law]:
    """Return the law of communes, with the logarithm of their residents, and that of the gaps of quarters to
    their commune, both in metropolitan France.
    """
    residents = total_by(town, people)
    mainland = np.zeros(len(residents), dtype=bool)
    mainland[town[is_mainland]] = True
    counted = mainland & ~np.isnan(of_towns).all(axis=1) & (residents > 0)
    size = np.log(np.maximum(residents, SMALLEST))
    between = social_index.fitted_law(np.column_stack((of_towns, size))[counted], residents[counted])
    gaps = of_areas - _mean_by(town, of_areas, people)[town]
    known = is_mainland & ~np.isnan(gaps).all(axis=1) & (people > 0)
    spread = social_index.fitted_law(gaps[known], people[known]).covariance
    noise = _noise(between.mean[:-1], people[known])[:, : len(OF_QUARTERS)]
    spread -= np.diag(np.average(noise, axis=0, weights=people[known]))
    return between, social_index.law_within(social_index.conditional_on_last(between), spread)


def _noise(mean: Floats, residents: Floats) -> Floats:
    """Return (places, 6) the variance that counting few people leaves in each variable."""
    share = mean[:-1] * (100 - mean[:-1])
    unit = np.append(share, number("social/index_income_error") ** 2)
    counted = np.array(numbers("social/index_observations")) * np.maximum(residents, 1.0)[:, None]
    return np.asarray(unit / counted)


def _mean_by(at: Positions, values: Floats, people: Floats) -> Floats:
    """Return (places, variables) the mean of known values in each place, nan where none is."""
    out = []
    for column in values.T:
        weight = np.where(np.isnan(column), 0.0, people)
        total = total_by(at, weight)
        out.append(
            np.divide(
                total_by(at, weight * np.nan_to_num(column)),
                total,
                out=np.full(len(total), np.nan),
                where=total > 0,
            )
        )
    return np.column_stack(out)


def weights_of(chosen: Mapping[str, float]) -> Floats:
    """Return (6,) the weight of each variable, adding up to 1 but for signs; zeros when none counts."""
    weights = np.array([chosen.get(id, BY_ID[id].weight) for id in IDS])
    total = np.abs(weights).sum()
    return weights / total if total else weights


def bounds_of(weights: Floats) -> Floats:
    """Return (4,) the indices between the fifths of the residents of metropolitan France."""
    e = expected()
    index = (e.of_town @ weights)[e.town] + e.of_area @ weights
    counted = e.is_mainland & e.is_town_known[e.town] & (e.people > 0)
    return class_engine.fifths(index[counted], e.people[counted])


def of_zones(rows: Positions, at: Positions, n: int, share: Floats, chosen: Mapping[str, float]) -> Indexed:
    """Return the index of n zones: the mean of that of their areas, each resident counting once.

    rows: (areas,) positions in the frame; at: (areas,) the zone of each; share: (areas,) part that counts.
    chosen: weights by variable id. Withheld where most residents live in areas of which nothing is known, or
    nothing but what is known of a commune of which the zone is but a part.
    """
    e, weights = expected(), weights_of(chosen)
    town, people = e.town[rows], e.people[rows] * share
    residents = total_by(e.town, e.people)
    pairs, pair = np.unique(at * len(residents) + town, return_inverse=True)
    zone_of, town_of = np.divmod(pairs, len(residents))
    in_pair = np.bincount(pair, e.people[rows])
    known = e.is_town_known[town]
    own = known & (e.is_area_known[rows] | (in_pair >= MIN_COMMUNE_SHARE * residents[town_of])[pair])
    everybody, counted, distinct = (
        total_by(at, np.where(which, people, 0.0), n) for which in (people >= 0, known, own)
    )
    reasons = np.where(counted * 2 < everybody, NO_INDEX, np.where(distinct * 2 < everybody, BORROWED, ""))
    if not weights.any():
        reasons[:] = NO_WEIGHT
    part = np.where(known, people, 0.0) / np.where(counted > 0, counted, 1.0)[at]
    town_index, town_variance = e.of_town @ weights, _variance(e.town_doubt, weights)
    area_variance = _variance(e.area_doubt, weights)
    weight = e.people / np.maximum(residents, 1.0)[e.town]
    part_of = np.bincount(pair, part)
    shared = total_by(zone_of, part_of**2 * town_variance[town_of], n)
    # The gaps of all the quarters of a commune cancel out, and so do their errors.
    gaps = (
        np.bincount(pair, part**2 * area_variance[rows])
        - 2 * part_of * np.bincount(pair, part * weight[rows] * area_variance[rows])
        + part_of**2 * total_by(e.town, weight**2 * area_variance)[town_of]
    )
    own_variance = total_by(zone_of, np.maximum(gaps, 0.0), n)
    of_town = total_by(at, part * town_index[town], n)
    hidden = reasons != ""
    main = np.zeros(n, dtype=np.int64)
    order = np.argsort(part_of, kind="stable")
    main[zone_of[order]] = town_of[order]
    return Indexed(
        centre=np.where(hidden, np.nan, of_town + total_by(at, part * (e.of_area[rows] @ weights), n)),
        deviation=np.sqrt(shared + own_variance),
        of_town=np.where(hidden, np.nan, of_town),
        town_deviation=np.sqrt(shared),
        town=main,
        bounds=bounds_of(weights),
        reasons=tuple(reasons.tolist()),
    )


def _variance(doubt: Floats, weights: Floats) -> Floats:
    return np.asarray(np.einsum("i,pij,j->p", weights, doubt, weights))
