"""Whole computations give what they gave: a figure never moves without whoever moved it saying so.

Properties say what is true of any figure; here a few whole ones are kept, so that nothing in between changes
in silence.
"""

import numpy as np
import pytest

from maillage.reference.definitions import DEFAULT, LEVELS, definition
from maillage.sources.survey.margins import parse
from maillage.statistics.diagnosis import diagnosis, filters
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.engine import comparisons
from maillage.statistics.need import population
from maillage.statistics.offer import gaps, reach, siting, what_if
from maillage.statistics.survey import differences, samples, tabulation, weighting
from maillage.statistics.survey.samples import Weights
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer, rows_of
from tests.support.street import at, ground, spot
from tests.support.studies import request_of
from tests.support.tabulating import FORM, survey
from tests.support.unchanged import LABELS, check

LEFT_OUT = (
    "request",
    "model",
    "shapes",
    "zone",
    "territory",
    "subtotals",
)  # what is not a figure, or adds them up
ALL = {"rsa": 2.0, "rsa_nombre": 1.0, "demandeurs": 1.0, "hlm": 0.0}  # weights of the social index
CASES = {
    "echirolles": ("38151", DEFAULT, {}, ""),
    "overseas": ("97411", DEFAULT, {}, ""),
    "levels": ("38151", LEVELS, ALL, ""),
    "rural": ("200070431", "jamais-connecte-credoc", {}, filters.SMALL_COMMUNES),
}


@pytest.mark.parametrize("case", CASES)
def test_the_diagnosis_of_a_territory(case):
    code, chosen, weights, inside = CASES[case]
    inside_filter = filters.built_in()[inside]() if inside else None
    request = request_of(code, chosen, weights=weights, inside=inside_filter)
    progress: list[float] = []
    result = diagnosis.diagnose(request, lambda _, share: progress.append(share))
    assert progress == sorted(progress)
    assert progress[-1] <= 1
    check(f"diagnosis-{case}", result, leave_out=(*LEFT_OUT, *LABELS))


def test_the_census_areas_of_a_commune():
    """A commune as one zone: its census areas, the one with the most people in need first."""
    territory, areas = gazetteer().get("38151"), population.sources().rp2021
    rows = rows_of(territory, areas)
    communes = zoning.by("commune", rows, areas)
    request = Request(territory=territory, zoning=communes, definition=definition(DEFAULT), n_draws=20)
    (zone,) = diagnosis.diagnose(request).zones
    assert len(zone.parts) == len(rows) > 10
    assert {(part.need.unit, part.rate.unit) for part in zone.parts} == {("personnes", "pourcent")}
    check("diagnosis-areas", zone.parts, leave_out=LABELS)


MARGINS = "variable;modalite;effectif\nage;jeune;3000\nage;adulte;4000\nage;ancien;3000\naide;oui;6000\naide;non;4000"


@pytest.mark.parametrize("method", ["raking", "logit", "lineaire"])
def test_the_weights_of_a_survey(method):
    bounds = (0.3, 3.0) if method == "lineaire" else None
    weights = weighting.weigh(survey(), parse(MARGINS.encode(), "m.csv"), method=method, bounds=bounds)
    check(f"weights-{method}", weights, leave_out=("values",))  # a set: its order is that of the process


@pytest.mark.parametrize("weighted", [False, True])
def test_the_tables_of_a_survey(weighted):
    answers = survey()
    weighed = weighting.weigh(answers, parse(MARGINS.encode(), "m.csv"))
    names = tuple(margin.variable for margin in weighed.margins)
    weights = (
        Weights(values=weighed.weights, initial=weighed.initial, codes=weighed.codes, variables=names)
        if weighted
        else None
    )
    sampled = samples.sample(answers, FORM, weights=weights)
    alone = {
        name: tabulation.of_sample(sampled, name) for name in ("aise", "age", "eq", "annees", "aide", "jour")
    }
    crossed = {
        f"{name} by {by}": tabulation.of_sample(sampled, name, by=by)
        for name, by in (("aise", "age"), ("eq", "aide"))
    }
    compared = differences.between_groups(sampled, crossed["aise by age"])
    check(f"tables-{'weighted' if weighted else 'raw'}", {**alone, **crossed, "compared": compared})


def test_the_offer_of_a_street():
    """Five communes, places of every kind: known and unknown addresses, kept for some, saying or not how
    many they receive.
    """
    t = {
        "zone": np.array(list("ABCDE")),
        "metre": np.array([0.0, 900, 2400, 5000, 12_000]),
        "besoin": np.array([90.0, 60, 200, 120, 80]),
    }
    g = ground(
        t,
        at("A", 50, "wifi", "formation", capacity=96.0),
        at("B", 900, "formation", reserved={"formation": frozenset({"seniors"})}, capacity=24.0),
        at("C", 3900, "wifi", "assistance"),
        at("D", 5200, "formation", precision=2_000.0),
    )
    new = at("E", 11_500, "formation", capacity=200.0)
    results = {
        "tous": gaps.gaps(g, cells={"A": "numerique", "B": "les_deux"}),
        "seniors": gaps.gaps(g, public="seniors"),
        "opened": what_if.opened(g, "formation", [new]),
        "closed": what_if.closed(g, "formation", ["A 50"]),
        "best": siting.best(g, "formation", [spot(m) for m in (0, 2400, 5000, 8000, 12_000)], 2),
        "stops": siting.stops(g, [spot(m) for m in (0, 2400, 5000, 12_000)], 2),
        "any": reach.reach(g),
    }
    check("offer", results, leave_out=LABELS)


def test_two_published_shares_compared():
    pairs = [
        ((0.3, 0.25, 0.36), (0.2, 0.15, 0.26)),
        ((0.2, 0.15, 0.26), (0.3, 0.25, 0.36)),
        ((0.3, 0.3, 0.3), (0.2, 0.2, 0.2)),
    ]
    check(
        "published-shares", [comparisons.of_intervals(*pair) for pair in [*pairs, (pairs[0][0], pairs[0][0])]]
    )
