"""Le croisement de 2014 : la page de méthode, la définition et les réponses disent la même chose."""

import re
from pathlib import Path

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate
from maillage.reference.definitions import definition
from maillage.statistics.engine.cells import DIPLOMA_OF, DIPLOMAS
from maillage.statistics.need import crossing
from maillage.words import rounding

PAGE = Path(__file__).parents[2] / "docs/methods/credoc-2014.md"


@pytest.fixture(scope="module")
def cells() -> dict[tuple[str, str], crossing.Cell]:
    return {(cell.breakdown, cell.label): cell for cell in crossing.equipment()}


def french(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def test_the_page_prints_every_cell_with_its_respondents(cells):
    """Chaque case de la page, recomptée : part, intervalle, effectif ; aucune de plus, aucune de moins."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| (\d+) \| ([^|]+) \|([^|]*)\|$", PAGE.read_text("utf-8"), re.M
    )
    assert {(breakdown, label) for breakdown, label, *_ in rows} == set(cells)
    for breakdown, label, n, value, bounds in rows:
        share = cells[breakdown, label].share
        assert int(n) == share.n
        if isinstance(share, Estimate):
            assert value == f"{french(rounding.rounded(share.value, decimals=1))} %"
            low, high = rounding.outwards(share.low, share.high, 0.1, most=100.0)
            assert bounds.strip() == f"{french(low)} à {french(high)}"
        else:
            assert share.n < 30
            assert value == "trop peu de personnes"


def test_the_definition_holds_the_rates_of_the_crossing(cells):
    """Le total, les âges et les diplômes imposés sont ceux des réponses ; n est leur nombre."""
    chosen = definition(crossing.DEFINITION)
    labels = {
        "75+": "75 ans et plus",
        "none": "sans diplôme",
        "short/long": "bac+2 ou plus",
    }
    assert chosen.n == cells["ensemble", "15 ans et plus"].share.n
    assert 100 * chosen.total == pytest.approx(cells["ensemble", "15 ans et plus"].share.value, abs=0.05)
    for margin in chosen.margins:
        breakdown = "âge" if margin.breakdown == "age" else "diplôme"
        label = labels.get(margin.category, f"{margin.category} ans")
        assert 100 * margin.rate == pytest.approx(cells[breakdown, label].share.value, abs=0.05)


@pytest.mark.parametrize(
    ("diplomas", "label"),
    [(("brevet", "cap"), "sous le bac (brevet, CAP, BEP)"), (("bac",), "bac")],
)
def test_rates_that_are_not_imposed_fall_in_what_was_measured(diplomas, label, cells, place, central_rates):
    """Deux diplômes ne sont pas imposés : leurs taux déduits sont dans l’intervalle mesuré."""
    inside = np.array([DIPLOMAS[d] in diplomas for d in DIPLOMA_OF])
    people, p = place.cells, central_rates(definition(crossing.DEFINITION))
    percent = 100 * float(people[inside] @ p[inside] / people[inside].sum())
    measured = cells["diplôme", label].share
    assert measured.low <= percent <= measured.high
