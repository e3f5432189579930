"""Digital classes beside metropolitan France: the same in every cut, whatever the whole country doubts of itself."""

from dataclasses import replace

import numpy as np
import pytest

from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Inside, Request, model_of
from maillage.statistics.diagnosis.zone_results import zone_results
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.need import digital_france, population
from maillage.statistics.need.model import model
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer

TOWN, EPT, REGION = "93066", "200057867", "R11"  # of Saint-Denis


def classed(request, of_need=None):
    """Return the zones of a request by code, without their contours."""
    counted = diagnosis._counted(request, of_need or model_of(request), lambda step, share: None)
    return {r.zone.code: r for r in zone_results(counted).zones}


def by_iris(code, **chosen):
    territory, iris = gazetteer().get(code), population.sources().rp2021
    quarters = zoning.by("iris", zoning.usual(territory, iris).rows, iris)
    return Request(
        **{"territory": territory, "zoning": quarters, "definition": definition(DEFAULT), "n_draws": 20}
        | chosen
    )


def own_cut(codes):
    """Return a cut of the EPT: four of these quarters, each a zone, then the others in one zone."""
    zones = [f"{code},seul,{code}" for code in codes[:4]] + [f"autres,autres,{code}" for code in codes[4:]]
    return zoning.from_file(
        "\n".join(("code_zone,nom_zone,code", *zones)).encode(),
        name="zones.csv",
        territory=gazetteer().get(EPT),
        iris=population.sources().rp2021,
    )


def standing(r):
    return (r.digital_class, r.social_class, r.cell), (*r.odds, *r.social_odds, r.cell_odds or 0.0)


def test_a_quarter_has_the_same_class_and_the_same_odds_in_every_cut():
    town = by_iris(TOWN)
    of_need = model_of(town)
    quarters = classed(town, of_need)
    assert len({r.digital_class for r in quarters.values()}) > 2
    half = Inside(id="moitie", label="", share=np.full(len(of_need.country.frame), 0.5), source="", doubt="")
    cuts = [by_iris(code) for code in (EPT, REGION)]
    cuts += [by_iris(EPT, zoning=own_cut(list(quarters))), by_iris(TOWN, inside=half)]
    for request in cuts:
        zones = classed(request, of_need)
        shared = quarters.keys() & zones.keys()
        assert len(shared) == (4 if request.zoning.kind == "file" else len(quarters))
        for code in shared:
            (names, odds), (expected_names, expected_odds) = standing(zones[code]), standing(quarters[code])
            assert names == expected_names
            assert odds == pytest.approx(expected_odds)


def test_a_class_has_the_same_odds_whatever_the_seed_but_for_the_luck_of_draws():
    one, other = (classed(by_iris(TOWN, n_draws=500, seed=seed)) for seed in (1, 2))
    gaps = np.array([np.subtract(one[code].odds, other[code].odds) for code in one if one[code].odds])
    assert np.abs(gaps).max() < 4 * (2 * 0.25 / 500) ** 0.5


def test_a_doubt_on_the_rate_of_the_country_changes_the_odds_of_no_quarter():
    """The published total, taken for known within a fifth, then within a third: quarters stand as they stood."""
    usual = definition("credoc-2014-quotidien")
    wide = replace(usual, total_low=0.7 * usual.total, total_high=1.3 * usual.total)
    one, other = (classed(by_iris(TOWN, n_draws=200, definition=each)) for each in (usual, wide))
    gaps = np.array([np.subtract(one[code].odds, other[code].odds) for code in one if one[code].odds])
    assert np.abs(gaps).max() < 0.05


@pytest.mark.parametrize("chosen", [DEFAULT, "trois-niveaux-2017"])
def test_a_fifth_of_the_residents_of_metropolitan_france_is_expected_in_each_class(chosen):
    of_need = model(definition(chosen), n_draws=2)
    shares, residents = digital_france.expected_shares(of_need)
    class_codes = class_engine.classes(100 * shares, digital_france.bounds(of_need).centre)
    parts = np.bincount(class_codes, residents) / residents.sum()
    assert parts == pytest.approx(np.full(5, 0.2), abs=1e-3)


def test_expected_shares_add_up_to_the_published_rates_of_the_country_and_of_overseas():
    of_need = model(definition(DEFAULT), n_draws=2)
    frame, shares = of_need.country.frame, digital_france.expected_shares(of_need)[0]
    mainland = frame.universe[of_need.country.mainland & (frame.universe > 0)]
    away = frame.universe.sum() - mainland.sum()
    overseas_rate = 0.154 / 0.846 * np.exp(digital_france.overseas_gap(of_need.definition))
    persons = shares @ mainland + away * overseas_rate / (1 + overseas_rate)
    assert persons / frame.universe.sum() == pytest.approx(0.154, abs=1e-6)


def test_bounds_are_near_the_mean_of_draws_of_the_same_areas():
    """A département: its mean draw, and the share expected of it beside which it is classed."""
    of_need = model(definition(DEFAULT), n_draws=200)
    shares, _ = digital_france.expected_shares(of_need)
    place = of_need.country
    rows = np.flatnonzero(place.mainland & (place.frame.universe > 0))
    some = np.flatnonzero(place.departement_of[rows] == place.departement_of[rows[20_000]])
    people = of_need.draws(rows[some], names=("need",))["need"].mean(axis=1)
    drawn = people.sum() / place.frame.universe[rows[some]].sum()
    expected = np.average(shares[some], weights=place.frame.universe[rows[some]])
    assert drawn == pytest.approx(expected, rel=0.02)
