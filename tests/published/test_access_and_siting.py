"""Floating catchments and siting find again what PySAL published or computes."""

import csv
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from maillage.statistics.engine import reach, siting

FOLDER = Path(__file__).parent / "access_and_siting"


@pytest.fixture(scope="module")
def example():
    return json.loads((FOLDER / "e2sfca_small_expected.json").read_text("utf-8"))


def test_access_shared_by_bands_is_that_of_pysal(example):
    """Cinq zones, trois lieux, trois bandes : les mêmes valeurs à 10⁻⁹ près."""
    access = reach.floating(
        np.array(example["demand"]),
        np.array(example["supply"]),
        sparse.csr_array(np.array(example["cost"])),
        example["max_cost"],
        {float(limit): weight for limit, weight in example["steps"].items()},
    )
    assert access == pytest.approx(example["access"], rel=1e-9, abs=0)
    assert access @ example["demand"] == pytest.approx(sum(example["supply"]), rel=1e-12)


@pytest.fixture(scope="module")
def francisco():
    """Return demand (tracts,), metres (tracts, shops), names of shops, and the published optima."""
    with (FOLDER / "siting_sf_distances.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shops, tracts = (sorted({row[key] for row in rows}) for key in ("site", "area"))
    demand, metres = np.zeros(len(tracts)), np.full((len(tracts), len(shops)), np.inf)
    for row in rows:
        area = tracts.index(row["area"])
        demand[area] = float(row["demand"])
        metres[area, shops.index(row["site"])] = float(row["distance_m"])
    return demand, metres, shops, json.loads((FOLDER / "siting_sf_expected.json").read_text("utf-8"))


def test_four_shops_cover_what_was_published_and_it_is_proved_best(francisco):
    """San Francisco, quatre magasins à moins de cinq kilomètres : 875 247 habitants, l’optimum publié."""
    demand, metres, shops, wanted = francisco
    covers = sparse.csr_array(metres <= wanted["service_radius_m"])
    cover = siting.best_sites(demand, covers, wanted["p"])
    assert cover.covered == wanted["mclp_demand_covered"] == cover.bound
    assert cover.exact
    assert cover.covered / demand.sum() == pytest.approx(wanted["mclp_demand_share"])
    assert sorted(shops[site] for site in cover.chosen) == wanted["mclp_sites"]


def test_exchanging_shops_betters_the_choice_made_one_by_one(francisco):
    """Un magasin après l’autre n’en couvre que 872 611 : les échanges retrouvent l’optimum."""
    demand, metres, _, wanted = francisco
    covers = sparse.csr_array(metres <= wanted["service_radius_m"])
    assert siting.greedy(demand, covers, wanted["p"]).covered >= wanted["greedy_demand_covered"]
    by_hand, uncovered = 0.0, demand.copy()
    for _ in range(wanted["p"]):
        site = int(np.argmax(covers.T @ uncovered))
        by_hand += float((covers.T @ uncovered)[site])
        uncovered[covers.toarray()[:, site]] = 0
    assert by_hand == wanted["greedy_demand_covered"]


def test_the_published_optimum_is_that_of_every_choice(francisco):
    demand, metres, shops, wanted = francisco
    near = metres <= wanted["service_radius_m"]
    best = max(
        demand[near[:, list(some)].any(axis=1)].sum() for some in combinations(range(len(shops)), wanted["p"])
    )
    assert best == wanted["mclp_demand_covered"]


def test_eight_shops_are_needed_to_reach_every_tract_that_one_can_reach(francisco):
    """Huit magasins suffisent, sept non : le nombre publié (couverture de tous les secteurs)."""
    _, metres, _, wanted = francisco
    near = sparse.csr_array(metres <= wanted["service_radius_m"])
    one_each = np.ones(near.shape[0])
    reachable = float((np.diff(near.indptr) > 0).sum())
    assert siting.best_sites(one_each, near, wanted["lscp_min_sites"]).covered == reachable
    assert siting.best_sites(one_each, near, wanted["lscp_min_sites"] - 1).covered < reachable
