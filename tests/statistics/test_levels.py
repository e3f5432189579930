"""The levels of a zone hold the chance of its persons, one by one."""

import numpy as np
import pytest

from maillage.kernel.estimate import centiles
from maillage.reference.definitions import DEFAULT, LEVELS, definition
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.draws import four_levels
from maillage.statistics.engine.chance import generator
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import model as need_model
from maillage.statistics.need import rates
from maillage.statistics.need.model import LEVEL_OUTCOMES, Model

DRAWS, WORLDS = 200, 40
BLOCKS = (20, 90)  # of areas, in the Alps and in Brittany
SIZES = ((50, 200), (200, 500), (500, 1_000))


def model(seed: int, n_draws: int) -> Model:
    return need_model.model(
        definition(DEFAULT), seed=seed, n_draws=n_draws, place=need_model.country(), all_levels=True
    )


def rows_of_lone_communes(m: Model, block: int) -> np.ndarray:
    """Return the areas of a block, in small mainland communes of one area."""
    place = m.country
    rows = np.arange(place.blocks[block], place.blocks[block + 1])
    return rows[place.alone[rows] & place.rural[rows]]


def true_levels(m: Model, rows: np.ndarray, draw: int) -> np.ndarray:
    """Return (levels, areas) the persons of a world that follows the model: every cell moves, then every
    person of a cell falls in one of the levels.
    """
    chance = generator(m.seed, "world", draw)
    place, normal = m.country, chance.standard_normal(len(rows))
    cumulated = [np.zeros((len(rows), 70))]
    for name in reversed(LEVEL_OUTCOMES):
        outcome = m.outcomes[name]
        move = m.places.moves(place, rows)[:, draw] - outcome.recentre[draw]
        move = move + m.noise(name, rows).effect * normal
        cumulated.append(expit(logit(outcome.rural[draw].astype(np.float64)) + move[:, None]))
    shares = np.diff([*cumulated, np.ones((len(rows), 70))], axis=0)
    counts = place.homes[rows].astype(np.float64)
    people = np.floor(counts + chance.random(counts.shape)).astype(np.int64)
    drawn = chance.multinomial(people, np.moveaxis(shares, 0, -1)).sum(axis=1)
    scale = counts.sum(axis=1) / np.maximum(people.sum(axis=1), 1)
    return np.asarray(drawn.T * scale)


@pytest.fixture(scope="module")
def covered() -> dict[str, np.ndarray]:
    """For each level, (areas and worlds, 2) the adults of the area, and whether its interval holds the
    truth.
    """
    study, world = model(1, DRAWS), model(2, WORLDS)
    inside_by_level: dict[str, list[np.ndarray]] = {}
    for block in BLOCKS:
        rows = rows_of_lone_communes(study, block)
        drawn = study.draws(rows, names=LEVEL_OUTCOMES)
        levels = four_levels(drawn, study.country.frame.universe[rows][:, None])
        truths = np.stack([true_levels(world, rows, draw) for draw in range(WORLDS)], axis=-1)
        adults = np.repeat(study.country.frame.adults[rows], WORLDS)
        for (name, draws), truth in zip(levels.items(), truths, strict=True):
            low, high = centiles(draws)
            inside = (truth >= low[:, None]) & (truth <= high[:, None])
            inside_by_level.setdefault(name, []).append(np.column_stack((adults, inside.ravel())))
    return {name: np.concatenate(parts) for name, parts in inside_by_level.items()}


@pytest.mark.parametrize(("least", "most"), SIZES)
@pytest.mark.parametrize("level", ["exclusion", "precarite_forte", "precarite_faible", "autonomie"])
def test_the_interval_of_a_level_holds_nine_truths_in_ten_when_the_model_is_right(
    covered, level, least, most
):
    adults, inside = covered[level].T
    share = inside[(adults >= least) & (adults < most)].mean()
    assert abs(share - 0.90) < 0.05


def test_the_shares_of_the_country_hold_the_chance_of_respondents():
    """Deux mille réponses par quotas : chaque niveau au moins aussi incertain que sa propre part."""
    place, d = need_model.country(), definition(LEVELS)
    drawn, _ = rates.levels(d, place.cells, place.bins, seed=1, n=500)
    shares = np.diff(drawn @ place.cells / place.cells.sum(), axis=0, prepend=0)
    for share, published in zip(shares, d.shares, strict=True):
        chance = np.sqrt(published * (1 - published) * number("rates/quota_effect") / d.n)
        assert share.mean() == pytest.approx(published, abs=0.002)
        assert share.std() >= 0.95 * chance
