"""Où vivent les habitants d’une commune : le calage de la portée, refait avec le calcul livré, sur les communes dont
les quartiers ont un contour. La page « Être à portée de marche d’un lieu » en donne les nombres.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest

from maillage.reference.cards import cards
from maillage.reference.definitions import DEFAULT, definition
from maillage.sources import contours
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.engine import reach as engine
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census as offer_census
from maillage.statistics.offer import grounds, reach
from maillage.statistics.offer.areas import dwellings
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.words.wording import number, percent

WHERE = {"grenoble": ("200040715", "hinaura-isere"), "maubeuge": ("200043396", "assembleurs-maubeuge")}
DRAWS = 200
PAGE = Path(__file__).parents[2] / "docs" / "methods" / "portee.md"


@dataclass(frozen=True)
class Case:
    """A commune and an offer: the share within reach by IRIS, and its range when only the commune is known."""

    truth: float
    middle: float
    low: float
    high: float


@cache
def cases(where: str) -> list[Case]:
    code, card = WHERE[where]
    sheets = files.places(forms.read(cards()[card].file), today=date(2026, 11, 20), source=card)
    territory = gazetteer().get(code)
    cut = zoning.usual(territory, frames.sources().rp2021)
    request = Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=DRAWS)
    census = offer_census.census(card, [row.sheet for row in sheets.accepted])
    fine = offer_census.ground_of(request, census)
    assert fine is not None
    coarse = as_communes(fine)
    out = []
    lines = ["", *sorted({line for place in fine.places for line in place.offers})]
    for line in lines:
        serves = fine.serving(line)
        if not serves.any():
            continue
        known, guessed = (reach.shares_by_age(g, serves).usual.drawn for g in (fine, coarse))
        for rows in split_communes(fine):
            people = fine.areas.adults[rows]
            truth = float(people @ known[rows].mean(axis=1) / people.sum())
            drawn = people @ guessed[rows] / people.sum()
            low, high = np.quantile(drawn, (0.05, 0.95))
            out.append(Case(truth, float(drawn.mean()), float(low), float(high)))
    return out


def split_communes(g: Ground) -> list[np.ndarray]:
    """Return the areas of each commune of the zones that has several, all with a contour of their own."""
    inside = g.zone_of >= 0
    area_rows = [
        np.flatnonzero((g.areas.published == each) & inside) for each in np.unique(g.areas.published[inside])
    ]
    return [rows for rows in area_rows if len(rows) > 1 and (g.areas.how[rows] == "contour").all()]


def as_communes(g: Ground) -> Ground:
    """Return the same ground, as if the contours of IRIS were not known."""
    areas = g.areas
    shape_by_commune = contours.communes(set(areas.published.tolist()))
    split = set(np.concatenate(split_communes(g)).tolist())
    shapes = [None if k in split else shape for k, shape in enumerate(areas.shapes)]
    commune_shapes = [shape_by_commune.get(code) for code in areas.published.tolist()]
    points, at, how = dwellings(shapes, commune_shapes)
    blind = replace(areas, shapes=shapes, points=points, at=at, how=how)
    return grounds.ground(
        blind, g.zones, g.places, travel=g.travel, seed=g.seed, outlines=g.outlines, silence=g.silence
    )


def summary(all_cases: list[Case]) -> tuple[int, float, float, float]:
    """Return how many cases are neither none nor all, their mean error and mean absolute error in points, and the
    share of truths inside the range, its bounds rounded outwards to whole points as pages do.
    """
    some = [each for each in all_cases if 0.0005 < each.truth < 0.9995]
    errors = np.array([100 * (each.middle - each.truth) for each in some])
    inside = [floor(100 * each.low) <= 100 * each.truth <= ceil(100 * each.high) for each in some]
    return len(some), float(errors.mean()), float(np.abs(errors).mean()), 100 * float(np.mean(inside))


@pytest.mark.slow("two agglomerations, each laid out twice with eight lines of offer")
def test_the_page_tells_what_the_calculation_gives(monkeypatch):
    """Avec ce que la page en dit : 143 cas, l’attrait des lieux essayé puis retiré."""
    text = PAGE.read_text("utf-8").replace("\xa0", " ")
    by_place = {where: summary(cases(where)) for where in WHERE}
    both = summary([draw for where in WHERE for draw in cases(where)])
    assert 87 <= both[3] <= 93, "the range keeps its word where the truth is known"
    assert row("entre les deux, en 16 points (retenu)", *both) in text
    for where, name in (
        ("grenoble", "Grenoble-Alpes-Métropole seule"),
        ("maubeuge", "Maubeuge Val de Sambre seule"),
    ):
        assert row(name, *by_place[where]) in text
    drawn = engine.homes
    monkeypatch.setattr(engine, "homes", lambda size, n, draw, chance, *_: drawn(size, n, draw, chance))
    cases.cache_clear()
    evenly = summary([draw for where in WHERE for draw in cases(where)])
    cases.cache_clear()
    assert row("également partout, en 16 points", *evenly) in text


def row(name: str, n: int, error: float, absolute: float, inside: float) -> str:
    return f"| {name} | {n} | {signed(error)} points | {number(absolute, 1)} points | {percent(inside)} |".replace(
        "\xa0", " "
    )


def signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{number(abs(value), 1)}"
