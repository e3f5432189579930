"""Standard errors that R `survey` 4.5 publishes, found again: stratified, clustered, calibrated, by
replicates.
"""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytest import approx
from scipy.stats import beta

from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from maillage.statistics.engine import variance
from maillage.statistics.engine.proportions import Share
from maillage.statistics.engine.variance import Plan
from maillage.statistics.survey.universe import UNKNOWN, Universe
from tests.support.tabulating import tabulate

FILES = Path(__file__).parents[1] / "files" / "reference"
PUBLISHED = {
    case["id"]: case for case in json.loads((FILES / "api_expected.json").read_text("utf-8"))["cases"]
}
STYPE, WIDE = np.array([4421.0, 755.0, 1018.0]), np.array([1072.0, 5122.0])  # E, H, M; No, Yes


def table(name):
    with (FILES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def numbers(rows, column):
    return rows[column].astype(float)


def codes(values):
    return np.unique(values, return_inverse=True)[1]


@pytest.fixture(scope="module")
def schools():
    return table("apiclus1")


def clustered(rows, weights=None, **calibration):
    drawn = numbers(rows, "pw")
    return Plan(
        drawn if weights is None else weights,
        None if weights is None else drawn,
        clusters=codes(rows["dnum"]),
        population=numbers(rows, "fpc"),
        **calibration,
    )


def raked(margin_codes, totals):
    """Deming and Stephan's cycles, written here so that the variance is judged apart from our calibration."""

    def again(weights):
        out = weights.copy()
        for _ in range(300):
            for code, wanted in zip(margin_codes, totals, strict=True):
                out *= (wanted / np.bincount(code, out, len(wanted)))[code]
        return out

    return again


def mean_and_error(rows, plan, column="api00", among=None):
    inside = np.ones(len(plan.weights), dtype=bool) if among is None else among
    means = variance.of_means(numbers(rows, column)[:, None], inside[:, None], plan)
    return float(means.values[0]), float(np.sqrt(means.covariance[0, 0]))


def total(rows, plan, column):
    return float(plan.weights @ numbers(rows, column)), float(
        np.sqrt(variance.of_totals(numbers(rows, column), plan)[0, 0])
    )


def printed(case, value, error):
    """The figures R prints, to the last digit it prints; two cases say themselves why they need more room."""
    wanted = PUBLISHED[case]
    for figure, published in ((value, wanted["estimate"]), (error, wanted["se"])):
        decimals = len(str(published).partition(".")[2]) if isinstance(published, float) else 0
        assert figure == approx(published, abs=0.5000001 * 10**-decimals, rel=wanted.get("rel_tol_se", 1e-12))


def test_strata():
    sample = table("apistrat")
    plan = Plan(numbers(sample, "pw"), strata=codes(sample["stype"]), population=numbers(sample, "fpc"))
    printed("strat_mean_api00", *mean_and_error(sample, plan))
    printed("strat_total_enroll", *total(sample, plan, "enroll"))
    printed("strat_HT_total_api.stu", *total(sample, plan, "api.stu"))


def test_clusters(schools):
    plan = clustered(schools)
    printed("clus1_mean_api00", *mean_and_error(schools, plan))
    printed("clus1_total_enroll", *total(schools, plan, "enroll"))


def test_post_stratification(schools):
    margin_codes = [codes(schools["stype"])]
    plan = clustered(schools, raked(margin_codes, [STYPE])(numbers(schools, "pw")), codes=margin_codes)
    printed("clus1_poststrat_mean_api00", *mean_and_error(schools, plan))
    printed("clus1_poststrat_total_enroll", *total(schools, plan, "enroll"))


def test_raking(schools):
    margin_codes = [codes(schools["stype"]), codes(schools["sch.wide"])]
    plan = clustered(schools, raked(margin_codes, [STYPE, WIDE])(numbers(schools, "pw")), codes=margin_codes)
    printed("clus1_rake_mean_api00", *mean_and_error(schools, plan))
    printed("clus1_rake_total_enroll", *total(schools, plan, "enroll"))


def test_linear_calibration_on_numbers_and_a_domain(schools):
    drawn, kind = numbers(schools, "pw"), codes(schools["stype"])
    last = numbers(schools, "api99")[:, None]
    x = np.column_stack([last, np.eye(3)[kind]])
    wanted = np.array([3914069, *STYPE])
    weights = drawn * (1 + x @ np.linalg.solve(x.T @ (drawn[:, None] * x), wanted - x.T @ drawn))
    plan = clustered(schools, weights, codes=[kind], numeric=last)
    mean, error = mean_and_error(schools, plan)
    assert (mean, error) == approx((665.3090712, 3.4417531), abs=1e-7)
    printed("clus1_greg_domain_mean", *mean_and_error(schools, plan, among=schools["comp.imp"] == "Yes"))


def test_ratio():
    sample = table("apistrat")
    drawn, size = numbers(sample, "pw"), numbers(sample, "enroll")
    plan = Plan(
        drawn * 3811472 / (drawn @ size),
        drawn,
        strata=codes(sample["stype"]),
        population=numbers(sample, "fpc"),
        numeric=size[:, None],
        scale=size,
    )
    printed("strat_ratio_total_api.stu", *total(sample, plan, "api.stu"))


def test_jackknife_calibrated_again_or_not(schools):
    api = numbers(schools, "api00")

    def mean(weights):
        return np.array([weights @ api / weights.sum()])

    plain = clustered(schools)
    error = float(np.sqrt(variance.jackknife(plain).covariance(mean, mean(plain.weights)))[0, 0])
    printed("clus1_JK1_mean_api00_mse", float(mean(plain.weights)[0]), error)
    margin_codes = [codes(schools["stype"]), codes(schools["sch.wide"])]
    again = raked(margin_codes, [STYPE, WIDE])
    plan = clustered(schools, again(numbers(schools, "pw")), codes=margin_codes)
    error = float(np.sqrt(variance.jackknife(plan, again).covariance(mean, mean(plan.weights)))[0, 0])
    printed("clus1_rake_JK1_mean_api00", float(mean(plan.weights)[0]), error)


def test_a_rare_share_of_clusters(schools):
    """R, svyciprop(method = "beta") : trois écoles sur cent quatre-vingt-trois, quinze districts."""
    plan = clustered(schools)
    rare = variance.of_means((numbers(schools, "ell") == 0)[:, None], np.ones((183, 1)), plan)
    share = Share(value=float(rare.values[0]), variance=float(rare.covariance[0, 0]), n=183, df=plan.df)
    wanted = PUBLISHED["clus1_prop_ell0"]
    assert (share.value, share.variance**0.5) == approx((wanted["estimate"], wanted["se"]), abs=1e-9)
    assert share.interval(0.95) == approx(wanted["ci"]["beta_korn_graubard"], abs=1e-9)
    of_districts = replace(share, drawn=15 / 757)  # R has it in the variance already: no other bound moves
    assert of_districts.interval(0.95) == approx(wanted["ci"]["beta_korn_graubard"], abs=1e-9)


def test_sixty_structures_of_ninety_six():
    """R, svyciprop(method = "beta"), survey design `fpc = ~rep(96, 60)` : l’erreur type est celle de la moyenne, fois
    la racine de 1 − 60/96 ; l’effectif efficace est p(1 − p) ÷ variance.
    """
    replies = np.array(["oui"] * 45 + ["non"] * 15)
    answers = Table("r.csv", {"id": np.arange(60).astype(str), "q": replies})
    choices = tuple(Choice(name=name, label={"fr": name}) for name in ("oui", "non"))
    question = Question(name="q", kind="one", label={"fr": "q"}, choices="r")
    form = Questionnaire(id="f", title="f", kind="structures", lists={"r": choices}, items=(question,))

    def printed_interval(universe):
        figure = tabulate(answers, form, "q", universe=universe).row("oui").figure
        return round(figure.low, 2), round(figure.high, 2)

    error = 0.75 * 0.25 / 59 * (1 - 60 / 96)
    n = 0.75 * 0.25 / error
    r = 100 * beta.ppf(0.05, 0.75 * n, 0.25 * n + 1), 100 * beta.ppf(0.95, 0.75 * n + 1, 0.25 * n)
    assert printed_interval(Universe(size=96)) == approx(r, abs=0.01)
    assert printed_interval(Universe(size=96, n_invited=70)) == approx(r, abs=0.01)
    for no_total in (UNKNOWN, Universe(n_invited=96)):  # those asked are not all those that exist
        assert printed_interval(no_total) == (64.86, 82.98)
    assert printed_interval(Universe(size=60)) == (75.0, 75.0)
