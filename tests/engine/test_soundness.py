"""What the page on coverage promises: margins between worlds, and truths that the engine's own law does not draw."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bench import soundness, soundness_study
from maillage.studies.need import model as need_model

ROOT = Path(__file__).parents[2]
MARGIN = re.compile(r"\d+,\d\s% ± \d+,\d")


def worlds(*shares: float) -> soundness.Found:
    return [dict.fromkeys((label for label, _, _ in soundness_study.SIZES), share) for share in shares]


def test_a_margin_is_that_of_worlds_whatever_the_number_of_their_areas():
    """Quatre pays à 80, 90, 90 et 100 % : ± 1,645 × 8,16 / 2, que chacun ait dix zones ou cent mille."""
    label = soundness_study.SIZES[0][0]
    share, margin = soundness.summary(worlds(0.8, 0.9, 0.9, 1.0), label)
    assert share == pytest.approx(0.9)
    assert margin == pytest.approx(1.645 * np.std([0.8, 0.9, 0.9, 1.0], ddof=1) / 2)
    assert np.isnan(soundness.summary(worlds(0.9), label)[1]), "one world says nothing of the others"


def test_every_line_of_the_page_has_its_margin(monkeypatch):
    """Celle qui est publiée, et celle que `make bench SUITE=solidite` écrirait."""
    monkeypatch.setattr(
        soundness_study, "sizes", lambda: {label: 1_234 for label, _, _ in soundness_study.SIZES}
    )
    names = soundness.cases(2, 2)
    written = soundness.page({name: worlds(0.88, 0.92) for name in names})
    published = (ROOT / "docs" / "methods" / "solidite.md").read_text("utf-8")
    for page, sizes in ((written, 3), (published, 8)):
        rows = [line for line in page.splitlines() if line.startswith("| ") and "%" in line]
        one_by_one, others = rows[:sizes], rows[sizes:]
        assert all(len(MARGIN.findall(line)) == 1 for line in one_by_one)
        assert [line.split(" (")[0].removeprefix("| ") for line in others] == [
            name.split(" (")[0] for name in list(names)[1:]
        ]
        assert all(len(MARGIN.findall(line)) == sizes for line in others)
        assert "jamais du nombre de zones" in page
        assert "elle dit surtout qu’il est d’accord avec lui-même" in page


def test_worlds_go_where_the_engine_does_not():
    """Départements, rural, queues lourdes, âge × territoire ; et le calcul a lui-même un effet du département."""
    used = need_model.spreads()
    kinds = [kind for kind, _ in soundness.cases(1, 1).values()]
    assert used.departement > 0
    assert max(kind.between.departement for kind in kinds) > used.departement
    assert {kind.rural > 0 for kind in kinds} == {kind.aged > 0 for kind in kinds} == {True, False}
    assert any(kind.tails for kind in kinds)


def test_the_living_standards_of_a_world_are_not_those_of_the_engine():
    """Tirés à part, plus loin des nôtres que le calcul ne le suppose."""
    place = SimpleNamespace(n_epci=2_000, epci_of=np.arange(40_000) % 2_000)
    ours = np.full(40_000, 0.4)
    frame = type("Areas", (SimpleNamespace,), {"__len__": lambda self: len(self.modest)})(modest=ours)
    truth = soundness_study._living_standards(place, frame, np.random.default_rng(7))
    error = np.log(truth / (1 - truth)) - np.log(0.4 / 0.6)
    supposed = np.hypot(*(need_model.number(f"spreads/income_{part}") for part in ("epci", "area")))
    assert error.std() > 1.2 * supposed
    by_epci = error.reshape(-1, 2_000).mean(axis=0)
    assert by_epci.std() > 0.1, "the areas of one EPCI err together"
