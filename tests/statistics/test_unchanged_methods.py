"""Methods give what they gave, on grids that reach their bounds: a change of a sign, of a bound or of a step is
seen here first, before it moves a territory.
"""

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from maillage.statistics.engine import (
    agreement,
    calibration,
    calibration_bounds,
    comparisons,
    composite,
    diplomas,
    duplicates,
    income,
    proportions,
    rates,
    siting,
    small_counts,
    suppression,
    synthetic,
    variance,
)
from maillage.statistics.engine.duplicates import Place
from maillage.statistics.engine.proportions import Share
from maillage.statistics.engine.suppression import Secret
from maillage.statistics.engine.variance import Plan
from tests.support.unchanged import check

SHARES = (0.0, 0.004, 0.1, 0.5, 0.97, 1.0)


def test_shares_and_their_intervals():
    numbers = (1, 2, 11, 240)
    results = {
        "wilson": [proportions.wilson(share, n) for share, n in product(SHARES, numbers)],
        "exact": [proportions.clopper_pearson(share * n, n, 0.95) for share, n in product(SHARES, numbers)],
        "sampled": [
            (
                proportions.korn_graubard(share, spread * share * (1 - share) / n, n=n, df=df),
                proportions.effective_number(share, spread * share * (1 - share) / n, n=n, df=df),
            )
            for share, n, spread, df in product(SHARES, numbers, (0.5, 2.5), (0.0, 1.0, 5.0, 400.0))
            if df < n and 0 < share < 1
        ],
        "shares": [
            (share.interval(), share.variation, share.effective)
            for value, n, fixed, simple in product(SHARES, (2, 40), (False, True), (False, True))
            for share in (
                Share(
                    value=value,
                    variance=value * (1 - value) / n,
                    n=n,
                    df=n - 1,
                    effect=1.3,
                    fixed=fixed,
                    simple=simple,
                ),
            )
        ],
        "printed": [
            proportions.possible(percent, n, decimals)
            for n, decimals in ((1, 0), (7, 0), (40, 0), (40, 1), (999, 1))
            for percent in (0.0, 0.1, 14.0, 14.3, 33.0, 50.0, 99.9, 100.0)
            if decimals or percent == round(percent)
        ],
    }
    check("shares", results)


def test_agreements_of_two_readings():
    chance = np.random.default_rng(3)
    scores = chance.integers(0, 2, (40, 5)) + chance.integers(0, 4, (40, 1))
    results = {
        "share": [agreement.share(part, n) for n in (1, 4, 50) for part in {0, 1, n // 2, n}],
        "change": [agreement.change(*each) for each in ((0, 0, 5), (3, 1, 9), (1, 3, 9), (9, 0, 9), (20, 30, 400))],
        "quantile": [agreement.quantile(values, at) for values in ([4.0], [1.0, 2.0], [5.0, 1.0, 3.0, 9.0, 2.0], list(np.arange(40.0) ** 2)) for at in (0.1, 0.5, 0.9)],
        "kappa": [agreement.kappa(counts) for counts in ([[10, 0], [0, 10]], [[20, 5], [10, 15]], [[5, 2, 0], [1, 7, 1], [0, 3, 9]], [[3, 0, 1], [0, 0, 0], [2, 0, 4]])],
        "omega": [agreement.omega(some.tolist(), seed=5) for some in (scores, scores[:20, :3])],
    }  # fmt: skip
    check("agreement", results)


def test_the_doubt_of_a_sample():
    chance = np.random.default_rng(11)
    n = 60
    weights = chance.uniform(1, 9, n)
    values = chance.integers(0, 2, (n, 3)).astype(float)
    domains = np.column_stack((np.ones(n, dtype=bool), chance.random(n) < 0.4, chance.random(n) < 0.05))
    strata, clusters = np.repeat([0, 1, 2], 20), np.arange(n) // 4
    codes = (chance.integers(0, 3, n), chance.integers(0, 2, n))
    plans = {
        "simple": Plan(weights),
        "strata": Plan(weights, strata=strata, population=np.array([200.0, 90.0, 4000.0])[strata]),
        "clusters": Plan(weights, strata=strata, clusters=clusters),
        "calibrated": Plan(
            weights, initial=weights * chance.uniform(0.8, 1.2, n), codes=codes, numeric=values[:, :1]
        ),
        "cautious": Plan(weights, clusters=clusters, cautious=True),
    }

    def totals(drawn):
        return drawn @ values[:, :2]

    results = {}
    for name, plan in plans.items():
        replicates = {"bootstrap": variance.bootstrap(plan, 20, seed=2)}
        if plan.strata is None:
            replicates["jackknife"] = variance.jackknife(plan)
        results[name] = {
            "df": plan.df,
            "units": plan.units,
            "residuals": plan.residuals(values),
            "totals": variance.of_totals(values, plan),
            "means": variance.of_means(values, domains, plan),
            "alone": variance.of_means(values[:1], domains[:1, :1].repeat(3, axis=1), Plan(weights[:1])),
            "kish": variance.kish(weights),
            **{way: (replicate.weights, replicate.factor, replicate.covariance(totals, totals(plan.weights))) for way, replicate in replicates.items()},
        }  # fmt: skip
    check("variance", results)


MARGINS = {
    "one": ([3, 2], [[400.0, 500.0, 100.0], [600.0, 400.0]]),
    "far": ([3, 2], [[900.0, 60.0, 40.0], [200.0, 800.0]]),
}


@pytest.mark.parametrize("case", MARGINS)
def test_weights_that_meet_margins(case):
    chance = np.random.default_rng(4)
    n = 120
    sizes, targets = MARGINS[case]
    codes = [chance.integers(0, size, n) for size in sizes]
    initial = chance.uniform(4, 12, n)
    numbers = chance.uniform(1, 5, (n, 1))
    plain = calibration.margins(codes, [np.array(each) for each in targets])
    numeric = calibration.margins(
        codes, [np.array(each) for each in targets], numbers=numbers, totals=np.array([2900.0])
    )
    methods = [
        ("raking", None),
        ("lineaire", None),
        ("lineaire", (0.2, 6.0)),
        ("logit", (0.1, 8.0)),
        ("logit", (0.9, 1.1)),
    ]
    results = {
        f"{method} {bounds} {name}": calibration.calibrate(
            initial, margins, method=method, bounds=bounds, spread=spread
        )
        for method, bounds in methods
        for name, margins, spread in (("plain", plain, None), ("spread", numeric, initial / 8))
    }
    results |= {
        f"trimmed {most}": calibration.trimmed(initial, plain, most=most, method=method, bounds=bounds)
        for most in (1.5, 3.0)
        for method, bounds in (("raking", None), ("logit", (0.05, 9.0)))
    }
    results["bounds"] = [
        calibration_bounds.misses(initial, plain, 0.9, 1.1),
        calibration_bounds.can_keep(initial, plain, 0.1, 9.0),
        calibration_bounds.lowest_high(initial, plain, 0.3),
        calibration_bounds.highest_low(initial, plain, 3.0),
        calibration_bounds.symmetrical(initial, plain),
    ]
    check(f"calibration-{case}", results)


def street(**over):
    fields = {
        "nom": "Médiathèque du Lac", "adresse": "12 bis rue des Lilas", "code_insee": "38185", "code_postal": "38000",
        "latitude": 45.1885, "longitude": 5.7245, "precise": True, "pivot": "", "telephones": (), "courriels": (),
        "sites": (), "typologies": frozenset({"BIB"}), "itinerant": False, "commune": "Grenoble",
    }  # fmt: skip
    return Place(**{**fields, **over})


PLACES = [
    street(),
    street(nom="Mediatheque du lac", adresse="12B r. des lilas"),
    street(nom="Bibliothèque du Lac", latitude=45.1889, longitude=5.7250),
    street(nom="MÉDIATHÈQUE DU LAC - GRENOBLE", adresse="", latitude=None, longitude=None),
    street(nom="Médiathèque du Lac", adresse="14 rue des Lilas", latitude=45.1930, longitude=5.7245),
    street(nom="CCAS", adresse="Place de la Mairie", pivot="26380012300017", typologies=frozenset({"CCAS"})),
    street(nom="Centre communal d’action sociale", adresse="1 place de la mairie", pivot="26380012300017", typologies=frozenset({"CCAS"})),
    street(nom="Centre communal d’action sociale", adresse="9 avenue Zola", pivot="26380012300025", typologies=frozenset({"CCAS"})),
    street(nom="France Services Échirolles", code_insee="38151", code_postal="38130", commune="Échirolles", latitude=45.145, longitude=5.714, telephones=("+33476000001",)),
    street(nom="Maison France Services", code_insee="38151", code_postal="38130", commune="Échirolles", latitude=45.1452, longitude=5.7141, telephones=("+33476000001",), courriels=("fs@exemple.org",)),
    street(nom="Espace France services itinérant", itinerant=True, code_insee="", code_postal="38130", commune="Échirolles", latitude=None, longitude=None, courriels=("fs@exemple.org",)),
    street(nom="Association Coup de main", adresse="3 rue du Stade", sites=("https://coupdemain.exemple.org/contact",), typologies=frozenset({"ASSO"})),
    street(nom="Coup de main numérique", adresse="3 rue du stade", sites=("http://www.coupdemain.exemple.org",), typologies=frozenset({"ASSO"}), precise=False),
    street(nom="Coup de main", adresse="", sites=(), latitude=45.1886, longitude=5.7246, typologies=frozenset()),
    street(nom="Mission locale de Grenoble, antenne nord", adresse="40 cours Berriat", typologies=frozenset({"ML"}), telephones=("+33476000009", "3949")),
    street(nom="Mission locale de Grenoble, antenne sud", adresse="5 rue de Stalingrad", typologies=frozenset({"ML"}), telephones=("+33476000009",), latitude=45.17, longitude=5.72),
    street(nom="École 2", adresse="2 rue Ampère", latitude=45.181, longitude=5.705),
    street(nom="École 3", adresse="2 rue Ampère", latitude=45.181, longitude=5.705),
    street(nom="", adresse="2 rue Ampère", latitude=45.181, longitude=5.705),
]  # fmt: skip


def test_places_that_may_be_the_same():
    n = len(PLACES)
    results = {
        "within": duplicates.within(PLACES),
        "between": duplicates.between(PLACES[::2], PLACES[1::2]),
        "agreements": duplicates.agreements(PLACES, [(a, b) for a in range(n) for b in range(a)]).tolist(),
    }
    check("matching", results)


def test_places_to_open():
    chance = np.random.default_rng(6)
    results = {}
    for name, areas, spots, n, fixed in (
        ("few", 40, 14, 4, ()),
        ("many", 60, 30, 7, ()),
        ("fixed", 30, 12, 4, (2, 5)),
        ("all", 5, 3, 3, ()),
    ):
        demand = chance.uniform(0, 100, areas)
        covers = csr_array((chance.random((areas, spots)) < 0.12).astype(float))
        for way in (siting.best_sites, siting.greedy):
            choice = way(demand, covers, n, fixed=fixed)
            results[f"{name} {way.__name__}"] = [
                choice.chosen,
                choice.covered,
                choice.bound,
                choice.gap,
                choice.exact,
            ]
    check("siting", results)


def test_what_may_be_published_of_small_counts():
    counts = [[30, 4, 9, 0], [12, 25, 11, 14], [3, 40, 10, 60]]
    every = np.array(
        [[1, 1, 0, 0, 1], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [1, 0, 0, 1, 1], [0, 0, 0, 0, 1]], dtype=bool
    )
    cells = [30, 4, 19, 11, 40]
    results = {
        "batch": [small_counts.batch(n, least) for n in (0, 5, 11, 12, 60, 400) for least in (5, 11)],
        "one_way": [small_counts.one_way(row, least) for row in counts for least in (5, 11)],
        "two_way": [
            small_counts.two_way(counts, rows, columns, least)
            for least in (5, 11)
            for rows in ([True] * 3, [True, False, True])
            for columns in ([True] * 4, [True, True, False, True])
        ],
        "before": [suppression.people_before([[1, 1, 0, 0, 0], [0, 0, 1, 1, 0]], counts, cells) for counts in ([20, 20], [34, 30], [50, 12])],
        "protect": [
            suppression.protect(
                cells,
                every,
                may,
                [[1, 1, 1, 1, 1]],
                least,
                price=price,
                free=free,
                secrets=secrets,
            )
            for least in (5, 11)
            for may in ([True] * 5, [True, False, True, True, True])
            for price, free, secrets in (
                ((), (), ()),
                ((1, 9, 2, 3, 4), (), [Secret(np.array([0.0, 1, 0, 0, 0]), 4)]),
                ((), (True, False, False, False, False), [Secret(np.array([0.0, 1, 0, 1, 0]), least)]),
            )
        ],
        "doubt": [suppression.doubt([1, 0, 1], [[1, 1, 1], [0, 1, 0]], [20, low], [20, 9]) for low in (0, 3, 9)],
    }  # fmt: skip
    check("disclosure", results)


def test_a_model_and_a_survey_together():
    model = composite.surveyed(0.3, 40.0, seed=1, n=200)
    results = {}
    for share, effective in ((0.28, 900.0), (0.6, 2000.0), (0.3, 12.0)):
        drawn = composite.surveyed(share, effective, seed=2, n=200)
        carried = composite.carried(
            drawn, known=0.25, total=0.31, slope=1.0, slope_doubt=0.2, selection=0.1, seed=3
        )
        results[f"{share} {effective}"] = [drawn, carried, composite.combine(model, carried)]
    people, size = np.array([[10.0, 20.0], [90.0, 70.0], [0.0, 5.0]]), np.array([50.0, 100.0, 5.0])
    move = composite.moves(people, size, np.array([120.0, 60.0]))
    results["moved"] = [move, composite.moved(people, size, move)]
    check("composite", results)


def test_incomes_and_diplomas():
    chance = np.random.default_rng(8)
    median, people = chance.uniform(14_000, 32_000, 9), chance.uniform(10, 900, 9)
    group = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    share = income.share_below(median, threshold=13_000.0, spread=0.5)
    below, shares = chance.uniform(0.1, 0.9, 9), chance.dirichlet(np.ones(6), 9)
    weight = chance.uniform(0.5, 2, 9)
    link = diplomas.link(below, weight / 3)
    results = {
        "spread": income.calibrate_spread(median, people, threshold=13_000.0, share=0.14),
        "threshold": income.calibrate_threshold(median, people, spread=0.45, share=0.14),
        "share": share,
        "within": income.within_commune(share, below, people, group, 3, pull=0.7),
        "cells": income.share_by_cell(chance.uniform(0, 50, (9, 4)), share, chance.normal(0, 1, 4)),
        "link": link,
        "shrunk": diplomas.shrink(below, people, shares[:, 0], spread=0.05, ageing=0.9, coverage=0.8),
        "groups": diplomas.group_effects(below - 0.5, weight, group, 4, prior_weight=5.0),
        "squares": diplomas.least_squares(shares[:, :3], below, weight, ridge=0.1),
        "quadratic": diplomas.split_quadratic(below, shares, weight),
        "composed": diplomas.compose(below, shares[:, :2], shares[:, 2:4]),
    }
    check("income", results)


def test_rates_of_cells_and_of_areas():
    chance = np.random.default_rng(9)
    cells = rates.age_indicators().shape[1]
    people = chance.uniform(5, 90, cells)
    offset = chance.normal(-1, 0.4, (3, cells))
    ages = rates.age_indicators()
    start = 1 / (1 + np.exp(-offset))
    targets = (start[:, None, :] * (ages * people)).sum(axis=2) / (ages * people).sum(axis=1) * 1.2
    solved = rates.solve(people, offset, ages, ages, targets)
    scale = rates.diploma_scale(
        np.array([0.6, 0.7]), np.array([0.5, 0.2]), np.array([0.3, 0.4]), np.array([0.5, 0.6])
    )
    odds, modest = np.array([1.5, 2.0, 3.0]), chance.uniform(0.05, 0.6, cells)
    counts = chance.uniform(0, 40, (4, cells))
    expected, size = counts @ solved.T, counts.sum(axis=1)
    varies = synthetic.variance(counts, solved)
    moves = chance.normal(0, 0.2, (4, 3))
    results = {
        "solved": solved,
        "shifted": rates.shift(people, solved, np.array([0.1, 0.3, 0.5])),
        "scale": scale,
        "cross": rates.cross_effect(np.array([0.5, -0.2]), scale),
        "diplomas": [rates.diploma_indicator(k) for k in range(3)],
        "levels": rates.levels(
            people, solved, np.array([[0.1, 0.3], [0.2, 0.4], [0.05, 0.5]]), np.array([1.0, 2.0, 0.5])
        ),
        "households": rates.split_by_household(solved, modest, odds),
        "varies": varies,
        "response": synthetic.response(expected[:, 0], size, varies[:, 0]),
        "sensitivity": synthetic.diploma_sensitivity(counts, solved[0], modest > 0.3, effect=0.5),
        "centred": synthetic.centred(moves, size, np.array([0, 0, 1, 1]), 2),
        "people": synthetic.people(expected, size, np.array([0.9, 0.8, 0.7, 1.0]), moves, moves.var(axis=1)),
    }
    check("rates", results)


def test_differences_and_their_chances():
    ends = [(0.3, 60), (0.5, 11), (0.0, 40), (1.0, 25)]
    shares = [Share(value=value, variance=value * (1 - value) / n, n=n, df=n - 1) for value, n in ends]
    results = {
        "differences": [
            comparisons.difference(one, other, correlation=correlation)
            for one, other in product(shares, shares)
            for correlation in (0.0, 0.4)
        ],
        "holm": [comparisons.holm(each) for each in ([], [0.5], [0.01, 0.04, 0.03, 0.9], [0.02] * 3)],
    }
    check("differences", results)
