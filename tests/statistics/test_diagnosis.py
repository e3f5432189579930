"""The diagnosis of a territory, zone by zone: classes, cells and totals hold together."""

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from maillage.kernel.estimate import Estimate, Withheld
from maillage.statistics.diagnosis import zone_results
from maillage.statistics.diagnosis.results import CELL_NAMES, CLASS_NAMES
from maillage.statistics.diagnosis.zone_results import FEWEST_ZONES
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.zones import shapes
from tests.support.studies import studied


@pytest.fixture(scope="module")
def grenoble():
    return studied("38185")


def rate(zone):
    return zone.rate.value if isinstance(zone.rate, Estimate) else np.nan


def test_relative_digital_classes_are_the_fifths_of_the_rates(grenoble):
    rates = np.array([rate(zone) for zone in grenoble.zones])
    expected = class_engine.classes(rates)
    assert (expected < 0).tolist() == np.isnan(rates).tolist()
    assert [zone.relative_digital_class for zone in grenoble.zones] == [
        CLASS_NAMES[k] if k >= 0 else None for k in expected.tolist()
    ]
    assert {zone.relative_digital_class for zone in grenoble.zones} - {None} == set(CLASS_NAMES)


def test_digital_classes_and_ranks_follow_the_rates(grenoble):
    known = sorted(
        (rate(zone), CLASS_NAMES.index(zone.digital_class), -zone.digital_rank)
        for zone in grenoble.zones
        if zone.digital_class
    )
    for column in (1, 2):
        values = [row[column] for row in known]
        assert values == sorted(values)


def test_social_classes_follow_the_index(grenoble):
    known = sorted(
        (zone.index, CLASS_NAMES.index(zone.social_class)) for zone in grenoble.zones if zone.social_class
    )
    assert [rank for _, rank in known] == sorted(rank for _, rank in known)
    assert all((zone.social_class is None) == (zone.index is None) for zone in grenoble.zones)


def test_a_cell_is_the_likeliest_of_the_four(grenoble):
    for zone in grenoble.zones:
        if zone.digital_class is None or zone.social_class is None:
            assert zone.cell is None
        else:
            is_strong = [sum(odds[class_engine.STRONG :]) >= 0.5 for odds in (zone.odds, zone.social_odds)]
            assert zone.cell == CELL_NAMES[is_strong[0] + 2 * is_strong[1]]
            assert zone.cell_odds >= 0.25


def test_a_withheld_zone_has_no_class_no_firmness_and_says_why(grenoble):
    hidden = [zone for zone in grenoble.zones if isinstance(zone.rate, Withheld)]
    for zone in hidden:
        assert (zone.digital_class, zone.digital_rank, zone.cell) == (None, None, None)
        assert zone.need.reason == zone.rate.reason
    for zone in grenoble.zones:
        assert (zone.firmness is None) == (zone.digital_class is None)
        assert grenoble.zone(zone.zone.code) is zone


def test_zones_add_up_to_the_territory(grenoble):
    published_zones = [zone for zone in grenoble.zones if isinstance(zone.need, Estimate)]
    total = sum(zone.need.value for zone in published_zones)
    assert total == pytest.approx(grenoble.need.value, rel=0.005)
    for zone in published_zones:
        assert zone.rate.value == pytest.approx(100 * zone.need.value / zone.universe)
        least, most = zone.bounds
        assert 0 <= least <= zone.both.value * (1 + 1e-6)
        assert zone.both.value <= most * (1 + 1e-6)
        assert zone.share_inside == 1
        assert zone.adults <= zone.population


def test_too_few_zones_make_no_relative_class_but_stand_beside_the_country():
    small = studied("38002")
    assert len(small.zones) < FEWEST_ZONES
    assert not any(zone.relative_digital_class or zone.relative_social_class for zone in small.zones)
    assert all(zone.digital_class for zone in small.zones)


def test_a_zone_has_the_flag_of_a_fifth_of_its_residents_and_not_of_a_tenth():
    """A hundred residents of a flagged area of a thousand, beside nine hundred others; then three hundred of them,
    beside seven hundred.
    """
    (bit, *_) = zone_results.FLAGS
    frame = SimpleNamespace(
        population=np.array([1000.0, 900, 1000, 700]), flags=np.array([bit, 0, bit, 0], dtype=np.int64)
    )
    work = SimpleNamespace(
        frame=frame,
        rows=np.arange(4),
        share=np.array([0.1, 1, 0.3, 1]),
        at=np.array([0, 0, 1, 1]),
        people=SimpleNamespace(population=np.array([1000.0, 1000])),
    )
    assert zone_results._zone_flags(work).tolist() == [0, bit]


def test_zones_without_shape_or_alone_touch_nothing():
    for zones in ((), (None, None), (shapely.box(5, 45, 5.1, 45.1), None)):
        assert shapes.touching(shapes.Shapes(zones=zones)).shape == (0, 2)
