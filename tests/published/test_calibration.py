"""Weights that R `survey` 4.5 publishes, found again, and those of `svy`: see
tests/files/reference/SOURCES.md.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from pytest import approx

from maillage.statistics.engine import calibration, calibration_bounds

FILES = Path(__file__).parents[1] / "files" / "reference"
PUBLISHED = {
    case["id"]: case for case in json.loads((FILES / "api_expected.json").read_text("utf-8"))["cases"]
}
KALTON = json.loads((FILES / "kalton_expected.json").read_text("utf-8"))
STYPE, WIDE = {"E": 4421.0, "H": 755.0, "M": 1018.0}, {"No": 1072.0, "Yes": 5122.0}


def table(name):
    with (FILES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


@pytest.fixture(scope="module")
def schools():
    return table("apiclus1")


def drawn(rows):
    return rows["pw"].astype(float)


def category(rows, column, totals):
    return np.array([list(totals).index(value) for value in rows[column].tolist()]), np.array(
        list(totals.values())
    )


def printed(computed, published):
    """Return True if a figure is the one R prints, to its last digit."""
    decimals = len(str(published).partition(".")[2]) if isinstance(published, float) else 0
    return computed == approx(published, abs=0.5000001 * 10**-decimals, rel=1e-12)


@pytest.fixture(scope="module")
def kalton():
    counts, people = (
        np.array(KALTON["sample_counts_a_by_b"]),
        np.array(KALTON["population_counts_a_by_b"], dtype=float),
    )
    a, b = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    return a, b, people


def by_cell(calibrated, kalton):
    a, b, people = kalton
    return np.array(
        [
            [calibrated.ratios[(a == i) & (b == j)][0] for j in range(people.shape[1])]
            for i in range(len(people))
        ]
    )


@pytest.mark.parametrize(
    ("table_name", "method", "bounds"),
    [
        ("raking", "raking", None),
        ("linear", "lineaire", None),
        ("linear_truncated_0.5_2.2", "lineaire", (0.5, 2.2)),
        ("logit_0.5_2.2", "logit", (0.5, 2.2)),
    ],
)
def test_the_table_of_kalton_and_flores_cervantes(kalton, table_name, method, bounds):
    a, b, people = kalton
    margins = calibration.margins([a, b], [people.sum(axis=1), people.sum(axis=0)])
    calibrated = calibration.calibrate(np.ones(len(a)), margins, method=method, bounds=bounds)
    assert calibrated.converged
    assert np.abs(by_cell(calibrated, kalton) - np.array(KALTON[table_name])).max() <= 0.005 + 1e-12


def test_post_stratification_and_numbers_of_kalton_and_flores_cervantes(kalton):
    a, b, people = kalton
    cells = calibration.calibrate(np.ones(len(a)), calibration.margins([3 * a + b], [people.ravel()]))
    assert np.abs(by_cell(cells, kalton) - np.array(KALTON["poststrat"])).max() <= 0.005 + 1e-12
    rows, columns = np.indices(people.shape) + 1
    numbers = np.column_stack([np.ones(len(a)), a + 1, b + 1]).astype(float)
    totals = np.array([people.sum(), (rows * people).sum(), (columns * people).sum()])
    calibrated = calibration.calibrate(
        np.ones(len(a)), calibration.margins([], [], numbers=numbers, totals=totals), method="lineaire"
    )
    assert np.abs(by_cell(calibrated, kalton) - np.array(KALTON["greg_numeric_a_b"])).max() <= 0.005 + 1e-12


def test_raking_on_type_and_award(schools):
    codes, totals = zip(category(schools, "stype", STYPE), category(schools, "sch.wide", WIDE), strict=True)
    calibrated = calibration.calibrate(drawn(schools), calibration.margins(codes, totals))
    assert printed(
        np.average(schools["api00"].astype(float), weights=calibrated.weights),
        PUBLISHED["clus1_rake_mean_api00"]["estimate"],
    )
    assert printed(
        calibrated.weights @ schools["enroll"].astype(float), PUBLISHED["clus1_rake_total_enroll"]["estimate"]
    )


def test_post_stratification_on_type(schools):
    code, totals = category(schools, "stype", STYPE)
    for method in ("raking", "lineaire"):
        calibrated = calibration.calibrate(
            drawn(schools), calibration.margins([code], [totals]), method=method
        )
        mean = np.average(schools["api00"].astype(float), weights=calibrated.weights)
        assert printed(mean, PUBLISHED["clus1_poststrat_mean_api00"]["estimate"])
        assert printed(
            calibrated.weights @ schools["enroll"].astype(float),
            PUBLISHED["clus1_poststrat_total_enroll"]["estimate"],
        )


def test_raking_on_a_cross_and_a_margin(schools):
    counted = {"E": (472, 3949), "H": (334, 421), "M": (266, 752)}  # in apipop, without and with the award
    both = {
        (kind, wide): float(n) for kind, pair in counted.items() for wide, n in zip(WIDE, pair, strict=True)
    }
    improved = {"No": 1712.0, "Yes": 4482.0}
    code = np.array(
        [
            list(both).index(pair)
            for pair in zip(schools["stype"].tolist(), schools["sch.wide"].tolist(), strict=True)
        ]
    )
    other, totals = category(schools, "comp.imp", improved)
    calibrated = calibration.calibrate(
        drawn(schools), calibration.margins([code, other], [np.array(list(both.values())), totals])
    )
    mean = np.average(schools["api00"].astype(float), weights=calibrated.weights)
    assert printed(mean, PUBLISHED["clus1_rake_partial_joint_mean_api00"]["estimate"])


def enrolment(schools):
    numbers = np.column_stack([np.ones(len(schools["enroll"])), schools["enroll"].astype(float)])
    return calibration.margins([], [], numbers=numbers, totals=np.array([6194.0, 3811472.0]))


def test_linear_weights_on_a_number_and_the_same_truncated(schools):
    published_range = PUBLISHED["clus1_linear_g_range"]
    calibrated = calibration.calibrate(drawn(schools), enrolment(schools), method="lineaire")
    assert (calibrated.ratios.min(), calibrated.ratios.max()) == approx(
        (published_range["g_min"], published_range["g_max"]), abs=5e-8
    )
    published_range = PUBLISHED["clus1_truncated_g_range"]
    calibrated = calibration.calibrate(
        drawn(schools), enrolment(schools), method="lineaire", bounds=(0.6, 1.5)
    )
    assert calibrated.converged
    assert (calibrated.ratios.min(), calibrated.ratios.max()) == approx(
        (published_range["g_min"], published_range["g_max"]), abs=5e-8
    )


def test_a_ratio_is_a_calibration_whose_residuals_grow_with_size():
    sample = table("apistrat")
    size = sample["enroll"].astype(float)
    margins = calibration.margins([], [], numbers=size[:, None], totals=np.array([3811472.0]))
    calibrated = calibration.calibrate(drawn(sample), margins, method="lineaire", spread=size)
    assert printed(
        calibrated.weights @ sample["api.stu"].astype(float),
        PUBLISHED["strat_ratio_total_api.stu"]["estimate"],
    )
    assert np.ptp(calibrated.ratios) < 1e-12


@pytest.mark.parametrize(
    ("range_name", "method", "bounds"),
    [("clus1_raking_api99_g_range", "raking", None), ("clus1_logit_api99_g_range", "logit", (0.5, 2.5))],
)
def test_categories_and_a_number_together(schools, range_name, method, bounds):
    code, totals = category(schools, "stype", STYPE)
    last = schools["api99"].astype(float)[:, None]
    margins = calibration.margins([code], [totals], numbers=last, totals=np.array([3914069.0]))
    calibrated = calibration.calibrate(drawn(schools), margins, method=method, bounds=bounds)
    assert calibrated.converged
    wanted = PUBLISHED[range_name]
    assert (calibrated.ratios.min(), calibrated.ratios.max()) == approx(
        (wanted["g_min"], wanted["g_max"]), abs=5e-10
    )


def test_the_mean_after_a_linear_calibration(schools):
    code, totals = category(schools, "stype", STYPE)
    last = schools["api99"].astype(float)[:, None]
    margins = calibration.margins([code], [totals], numbers=last, totals=np.array([3914069.0]))
    calibrated = calibration.calibrate(drawn(schools), margins, method="lineaire")
    score, improved = schools["api00"].astype(float), schools["comp.imp"] == "Yes"
    assert np.average(score, weights=calibrated.weights) == approx(
        PUBLISHED["clus1_linear_api99_mean_api00"]["estimate"], abs=5e-8
    )
    domain = np.average(score[improved], weights=calibrated.weights[improved])
    assert printed(domain, PUBLISHED["clus1_greg_domain_mean"]["estimate"])


@pytest.mark.parametrize(("svy_method", "method"), [("raking", "raking"), ("linear", "lineaire")])
def test_svy_finds_the_same_weights(schools, svy_method, method):
    """Computed once with svy 0.35.0 (`rake` at 1e-14, `calibrate`), one weight a school, every digit kept;
    `make bench` compares again.
    """
    wanted = json.loads((FILES / "svy_expected.json").read_text("utf-8"))[svy_method]
    codes, totals = zip(category(schools, "stype", STYPE), category(schools, "sch.wide", WIDE), strict=True)
    calibrated = calibration.calibrate(drawn(schools), calibration.margins(codes, totals), method=method)
    assert np.abs(calibrated.weights / np.array(wanted) - 1).max() < 1e-8


@pytest.mark.parametrize(("bounds", "miss"), [((0.7, 1.6), True), ((0.9, 1.1), True), ((0.5, 2.2), False)])
def test_unreachable_bounds_are_distinguished_from_reachable_ones(kalton, bounds, miss):
    a, b, people = kalton
    margins = calibration.margins([a, b], [people.sum(axis=1), people.sum(axis=0)])
    calibrated = calibration.calibrate(np.ones(len(a)), margins, method="logit", bounds=bounds)
    assert calibrated.converged is not miss
    assert calibration_bounds.misses(np.ones(len(a)), margins, *bounds).any() == miss
