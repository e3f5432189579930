"""The promises of the page on coverage: margins between worlds, and truths that the engine's own law does not draw."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bench import soundness, soundness_study, spreads_study
from maillage.statistics.need import model as need_model

ROOT = Path(__file__).parents[2]
MARGIN = re.compile(r"\d+,\d\s% ± \d+,\d")
SHARE = re.compile(r"(\d+,\d)\s% ±")


LABELS = [*(label for label, _, _ in soundness_study.SIZES), *soundness_study.LEVELS, soundness_study.COUNTRY]


def test_a_margin_is_that_of_worlds_whatever_the_number_of_their_areas():
    """Quatre pays à 80, 90, 90 et 100 % : ± 1,645 × 8,16 / 2, que chacun ait dix zones ou cent mille."""
    share, margin = soundness.summary([0.8, 0.9, 0.9, 1.0])
    assert share == pytest.approx(0.9)
    assert margin == pytest.approx(1.645 * np.std([0.8, 0.9, 0.9, 1.0], ddof=1) / 2)
    assert np.isnan(soundness.summary([0.9])[1]), "one world says nothing of the others"


def test_every_line_of_the_page_has_its_margin(monkeypatch):
    """Celle qui est publiée, et celle que `make bench SUITE=solidite` écrirait."""
    monkeypatch.setattr(soundness_study, "sizes", lambda: dict.fromkeys(LABELS, 1_234))
    names = list(soundness.cases())
    written = soundness.page({name: {label: [0.88, 0.92] for label in LABELS} for name in names})
    published = (ROOT / "docs" / "methods" / "solidite.md").read_text("utf-8")
    for page in (written, published):
        rows = [line for line in page.splitlines() if line.startswith("| ") and "±" in line]
        assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == names
        assert all(len(MARGIN.findall(line)) == len(LABELS) for line in rows)
        assert "jamais du nombre de zones" in page
        assert "elle dit surtout qu’il est d’accord avec lui-même" in page


def test_the_published_coverage_is_within_the_goal_where_it_must_be():
    """De 87 à 93 % dans chaque sorte où le but vaut, et pour le pays toutes sortes ensemble."""
    page = (ROOT / "docs" / "methods" / "solidite.md").read_text("utf-8")
    rows = {
        line.split(" | ")[0].removeprefix("| "): [float(x.replace(",", ".")) for x in SHARE.findall(line)]
        for line in page.splitlines()
        if line.startswith("| ") and "±" in line
    }
    reachable = [rows[name] for name, case in soundness.cases().items() if not case.beyond]
    for label in ("communes", "intercommunalités", "départements"):
        assert all(87 <= row[LABELS.index(label)] <= 93 for row in reachable), label
    assert 87 <= np.mean([row[-1] for row in reachable]) <= 93


def test_worlds_go_where_the_engine_does_not():
    """Au moins une sorte de pays pour chaque défaut : lois, cellules, pentes, contexte, recensement, enquête."""
    used = need_model.spreads()
    kinds = [case.kind for case in soundness.cases().values() if not case.beyond]
    assert max(kind.between.departement for kind in kinds) > used.departement > 0
    faults = (
        "rural",
        "aged",
        "tails",
        "shape",
        "slopes",
        "context",
        "urban",
        "census",
        "basins",
        "uncounted",
    )
    assert all(any(getattr(kind, name) for kind in kinds) for name in faults)
    assert all(kind.within == soundness_study.SURVEY_ERROR for kind in kinds), "no survey is exact"
    assert any(case.kind.missed for case in soundness.cases().values())


def test_components_of_variance_are_found_again_where_they_are_known():
    """Vingt groupes de dix, d’écarts 0,20 et 0,10 : chaque intervalle contient le sien."""
    chance = np.random.default_rng(5)
    groups = np.repeat(np.arange(20), 10)
    effect = 0.2 * chance.standard_normal(20)[groups] + 0.1 * chance.standard_normal(200)
    shared = [spreads_study.same(groups), np.eye(200)]
    (group, low, high), (own, least, most) = spreads_study.components(effect, np.full(200, 0.02), shared)
    assert low <= 0.20 <= high
    assert least <= 0.10 <= most
    assert low < group < high
    assert own == pytest.approx(0.10, abs=0.03)


def test_the_living_standards_of_a_world_are_not_those_of_the_engine():
    """Tirés à part, plus loin des nôtres que le calcul ne le suppose."""
    place = SimpleNamespace(n_epci=2_000, epci_of=np.arange(40_000) % 2_000)
    shares = np.full(40_000, 0.4)
    frame = type("Areas", (SimpleNamespace,), {"__len__": lambda self: len(self.modest)})(modest=shares)
    truth = soundness_study._living_standards(place, frame, np.random.default_rng(7))
    error = np.log(truth / (1 - truth)) - np.log(0.4 / 0.6)
    supposed = np.hypot(*(need_model.number(f"spreads/income_{part}") for part in ("epci", "area")))
    assert error.std() > 1.2 * supposed
    by_epci = error.reshape(-1, 2_000).mean(axis=0)
    assert by_epci.std() > 0.1, "the areas of one EPCI err together"
