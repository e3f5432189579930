"""The need of every area of a level at once: it adds up, whatever the level, the part asked for and the
threads.
"""

import numpy as np
import pytest
from scipy.special import logit

from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.parameters import number
from maillage.statistics.need import model as need_model
from maillage.statistics.need import national, population

N = 12
ISERE = "38"


@pytest.fixture(scope="module")
def frame():
    return need_model.country().frame


@pytest.fixture(scope="module")
def rows(frame):
    return np.flatnonzero(frame.departement == ISERE)


def estimate(level, rows, **more):
    return national.estimate(level, definition(DEFAULT), rows=rows, n_draws=N, **more)


def test_the_ages_of_a_town_alone_come_as_near_as_a_first_answer_says(frame, rows):
    """Une première réponse contient le calcul complet neuf fois sur dix au moins, même là où les diplômes pèsent."""
    chosen = definition(DEFAULT)
    table = estimate("commune", rows)
    towns = [table[name][table["universe"] >= 2_000] for name in ("code", "value", "universe")]
    gaps = [
        logit(value / universe)
        - logit(chosen.total)
        - national.age_shift(np.flatnonzero(frame.commune == code), chosen)
        for code, value, universe in zip(*towns, strict=True)
    ]
    assert len(gaps) > 80
    assert np.mean(np.abs(gaps) <= number("protection/first_answer")) >= 0.9


def test_levels_add_up(frame, rows):
    iris = estimate("iris", rows)
    commune, epci, departement, region = (estimate(each, rows) for each in national.LEVELS[1:])
    assert departement["code"].tolist() == [ISERE]
    assert region["code"].tolist() == ["R84"]
    assert set(commune["code"]) == set(frame.commune[rows])
    draws = need_model.model(definition(DEFAULT), n_draws=N).draws(rows)["need"]
    for table in (iris, commune, epci, departement, region):
        published = ~np.isnan(table["value"])
        assert table["population"].sum() == pytest.approx(frame.population[rows].sum())
        assert table["universe"].sum() == pytest.approx(frame.universe[rows].sum())
        assert (table["low"][published] <= table["value"][published]).all()
        assert (table["value"][published] <= table["high"][published]).all()
        assert np.nansum(table["value"]) == pytest.approx(draws.mean(axis=1).sum(), rel=0.01)
    assert departement["value"][0] == pytest.approx(draws.mean(axis=1).sum(), rel=1e-6)


def test_an_area_of_iris_has_the_bounds_of_its_draws(frame, rows):
    estimates = estimate("iris", rows[:40])
    drawn = need_model.model(definition(DEFAULT), n_draws=N).draws(rows[:40])["need"]
    at = np.argsort(frame.area[rows[:40]])
    published = ~np.isnan(estimates["value"])
    assert estimates["code"].tolist() == sorted(frame.area[rows[:40]].tolist())
    assert estimates["value"][published] == pytest.approx(drawn.mean(axis=1)[at][published], rel=1e-5)
    assert estimates["low"][published] == pytest.approx(
        np.percentile(drawn, 5, axis=1)[at][published], rel=1e-4
    )
    assert estimates["high"][published] == pytest.approx(
        np.percentile(drawn, 95, axis=1)[at][published], rel=1e-4
    )


def test_a_part_of_an_area_counts_only_itself(frame, rows):
    grenoble = rows[frame.commune[rows] == "38185"]
    part = estimate("commune", grenoble[:5])
    assert part["code"].tolist() == ["38185"]
    assert part["whole"][0] == pytest.approx(frame.population[grenoble].sum())
    assert part["population"][0] == pytest.approx(frame.population[grenoble[:5]].sum())
    assert part["population"][0] < part["whole"][0]


def test_areas_under_fifty_adults_have_no_figure_and_say_so(frame):
    rows = np.flatnonzero(np.isin(frame.departement, ["05", "09"]))
    table = estimate("commune", rows)
    adults = np.array([frame.adults[frame.commune == code].sum() for code in table["code"].tolist()])
    small = adults < number("protection/small_area")
    assert small.any()
    assert not small.all()
    for column in ("value", "low", "high"):
        assert np.isnan(table[column]).tolist() == small.tolist()
    assert set(table["warning"][small]) == {population.TOO_FEW}
    assert population.TOO_FEW not in table["warning"][~small]


def test_threads_change_no_byte_and_progress_reaches_the_end(rows):
    reported: list[float] = []
    one, two = estimate("epci", rows, workers=1, progress=reported.append), estimate("epci", rows, workers=2)
    for name in one.columns:
        assert one[name].tobytes() == two[name].tobytes()
    assert reported == sorted(reported)
    assert reported[-1] == 1
    assert len(reported) == len(set(reported))


def test_a_warning_is_printed_from_a_fifth_of_the_residents(frame):
    overseas = np.flatnonzero(frame.departement == "974")[:30]
    (text,) = set(estimate("iris", overseas)["warning"].tolist()) - {population.TOO_FEW, ""}
    assert text == "Outre-mer : correction moyenne publiée, forte incertitude."
    warnings = estimate("departement", overseas)["warning"].tolist()
    assert warnings == [f"Pour un habitant sur cinq ou plus. {text}"]


def test_codes_without_a_row_say_why():
    assert national.outside("iris") == {}
    communes = national.outside("commune")
    assert communes["15031"] == "Compté avec la commune 15141, dont il est sorti depuis."
    assert national.outside("region")["R06"] == national.OUTSIDE
    assert "R84" not in national.outside("region")
    assert "38" not in national.outside("departement")
    assert "" not in national.outside("epci")
