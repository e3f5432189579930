"""The social index beside metropolitan France: its bounds, its error, the mean of its quarters."""

import numpy as np
import pytest

from maillage.kernel.table import group, total_by
from maillage.statistics.engine.classes import fifths
from maillage.statistics.need import social_france
from maillage.statistics.need.model import country_frame

WEIGHTS = social_france.weights_of({})


@pytest.fixture(scope="module")
def expected():
    return social_france.expected()


def test_bounds_are_the_fifths_of_the_residents_of_metropolitan_france(expected):
    bounds = social_france.bounds_of(WEIGHTS)
    assert bounds == pytest.approx([-0.48, -0.24, -0.03, 0.35], abs=0.01)
    index = (expected.of_town @ WEIGHTS)[expected.town] + expected.of_area @ WEIGHTS
    inside = expected.is_mainland & expected.is_town_known[expected.town]
    part = np.bincount((index[inside, None] > bounds).sum(axis=1), expected.people[inside])
    assert part / part.sum() == pytest.approx(np.full(5, 0.2), abs=0.002)


def test_a_town_is_the_mean_of_its_quarters(expected):
    gap = total_by(expected.town, (expected.of_area @ WEIGHTS) * expected.people)
    assert np.abs(gap).max() < 1e-6


@pytest.mark.parametrize("known", [("revenu",), ("hlm", "chomage", "revenu")])
def test_the_interval_of_a_town_holds_what_more_variables_would_say(known):
    """Nine in ten, once weighted by residents, and as many on each side, whatever the size of the town."""
    frame = country_frame()
    towns, town = group(frame.commune)
    residents = total_by(town, frame.population)
    values = social_france._values(social_france.IDS, town, len(towns), frame)
    areas = social_france._values(social_france.OF_QUARTERS, np.arange(len(frame)), len(frame), frame)
    between, _ = social_france._laws(values, areas, town, frame.population, ~frame.overseas)
    mainland = ~np.isin(towns, np.unique(frame.commune[frame.overseas]))
    rows = np.flatnonzero(mainland & ~np.isnan(values).any(axis=1) & (residents < 100_000))
    size = np.log(residents[rows])
    all_known = np.column_stack((values[rows], size))
    some_known = all_known.copy()
    some_known[:, [n for n, id in enumerate(social_france.IDS) if id not in known]] = np.nan
    noise = np.column_stack((social_france._noise(between.mean[:-1], residents[rows]), 0 * size))
    scale = np.append(WEIGHTS * social_france.SIGNS / np.sqrt(np.diag(between.covariance)[:-1]), 0.0)
    (most, little), (least, much) = (between.expected(each, noise) for each in (all_known, some_known))
    doubt = np.sqrt(social_france._variance(much - little, scale))
    missed = (most - least) @ scale / doubt
    for low, high in ((0, 10_000), (10_000, 20_000), (20_000, 100_000)):
        some = (residents[rows] >= low) & (residents[rows] < high)
        assert (np.abs(missed[some]) < 1.645).mean() > 0.85
        assert abs(np.median(missed[some])) < 0.3


def test_an_area_without_people_moves_no_bound():
    assert fifths(np.array([1.0, 9.0]), np.array([5.0, 0.0])).tolist() == [1.0] * 4
