"""Rates of definitions on the country's real cells: what is published is found again, what contradicts
itself is refused.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.reference.definitions import DEFAULT, LEVELS, Margin, definition, definitions, offered
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMAS
from maillage.statistics.engine.rates import NoRates, diploma_indicator
from maillage.statistics.need import model
from maillage.statistics.need import rates as study
from tests.support.profile import times

OFFERED = [d.id for d in offered()]
WITH_MARGINS = [d.id for d in definitions().values() if d.margins]
N = 400


@pytest.fixture(scope="module")
def place():
    return model.country()


def settled(place):
    return study.Setting(place.cells, place.bins, study.central(), 0, still=True)


def weight_of(margin, place):
    """Return (cells,) how much of each cell a published category holds."""
    return study._inside(margin, settled(place), "définition")


def rate_of(p, margin, place):
    weight = weight_of(margin, place) * place.cells
    return p @ weight / weight.sum()


def scale_of(d, place):
    """Return, by breakdown whose classes cover everybody, what brings them to the total: a survey's ages are
    not those of the census.
    """
    scale_by_breakdown = {}
    for breakdown in {margin.breakdown for margin in d.margins}:
        classes = [margin for margin in d.margins if margin.breakdown == breakdown]
        weights = np.array([weight_of(margin, place) for margin in classes])
        if np.abs(1 - weights.sum(axis=0)).max() < 1e-6:
            implied = np.array([margin.rate for margin in classes]) @ (weights @ place.cells)
            scale_by_breakdown[breakdown] = d.total / (implied / place.cells.sum())
            assert scale_by_breakdown[breakdown] == pytest.approx(1, abs=0.08), (
                "the total and the classes are one survey"
            )
    return scale_by_breakdown


@pytest.mark.parametrize("id", list(definitions()))
def test_the_published_total_is_found_again(place, id):
    p = study.fit_rates(definition(id), settled(place))[0]
    assert p @ place.cells / place.cells.sum() == pytest.approx(definition(id).total, abs=1e-9)
    assert ((p > 0) & (p < 1)).all()


@pytest.mark.parametrize("id", WITH_MARGINS)
def test_every_published_margin_is_found_again(place, id):
    p = study.fit_rates(definition(id), settled(place))[0]
    scale = scale_of(definition(id), place)
    for margin in definition(id).margins:
        expected = margin.rate * scale.get(margin.breakdown, 1.0)
        assert rate_of(p, margin, place) == pytest.approx(expected, abs=1e-9), margin.category


def test_the_nested_shares_of_levels_are_found_again(place):
    d = definition(LEVELS)
    drawn, central = study.levels(d, place.cells, place.bins, seed=1, n=40)
    assert central @ place.cells / place.cells.sum() == pytest.approx(np.cumsum(d.shares), abs=1e-9)
    assert (np.diff(drawn, axis=0) >= 0).all()
    assert (np.diff(central, axis=0) > 0).all()


@pytest.mark.parametrize("id", OFFERED)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_simulated_readings_stay_around_what_is_published(place, id, seed):
    d = definition(id)
    drawn = study.draw(d, place.cells, place.bins, seed=seed, n=N)
    total = drawn.draws @ place.cells / place.cells.sum()
    # A range that is longer on one side moves the mean by a quarter of the difference.
    lopsided = abs(d.total_low + d.total_high - 2 * d.total) / 4
    assert total.mean() == pytest.approx(d.total, abs=5 * total.std() / N**0.5 + lopsided + 0.0005)
    assert ((drawn.draws > 0) & (drawn.draws < 1)).all()
    for margin in d.margins:
        read = rate_of(drawn.draws, margin, place)
        rate = margin.rate * scale_of(d, place).get(margin.breakdown, 1.0)
        assert read.min() < rate < read.max(), margin.category


@pytest.mark.parametrize("id", OFFERED)
def test_a_survey_alone_is_surer_than_a_survey_and_what_nobody_publishes(place, id):
    drawn = study.draw(definition(id), place.cells, place.bins, seed=0, n=N)
    assert drawn.survey.std(axis=0).mean() < drawn.draws.std(axis=0).mean()


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(OFFERED), st.integers(1, 30))
def test_the_same_seed_gives_the_same_rates_and_another_one_different_ones(place, seed, id, n):
    one, again, other = (
        study.draw(definition(id), place.cells, place.bins, seed=s, n=n) for s in (seed, seed, seed + 1)
    )
    assert one.draws.tobytes() == again.draws.tobytes()
    assert (one.draws != other.draws).any()
    assert one.centre.tobytes() == other.centre.tobytes()


@settings(max_examples=times(12, 30))
@given(st.integers(0, 10**6))
def test_unpublished_parameters_stay_in_their_range(seed):
    drawn, middle = study.unknowns(seed, 200), study.central(200)
    for name in ("cap", "brevet", "bac", "short", "sample", "quota", "modest_odds", "poor_odds", "slope"):
        values = getattr(drawn, name)
        assert values.min() <= getattr(middle, name)[0] <= values.max()
        assert values.std() > 0
    assert ((drawn.modest_odds >= 1) & (drawn.poor_odds >= 1)).all()
    assert ((drawn.cap > 0) & (drawn.cap < 1)).all()


def test_the_reference_rates_fall_with_the_diploma_and_rise_with_age(place):
    d = definition(DEFAULT)
    p = study.fit_rates(d, settled(place))[0].reshape(len(AGES), len(DIPLOMAS))
    assert (np.diff(p[:, : DIPLOMAS.index("long") + 1], axis=1) < 0).all()
    assert (np.diff(p[:, DIPLOMAS.index("none")]) > 0).all()
    by_age = [
        rate_of(p.ravel(), Margin(breakdown="age", category=age, rate=0, low=0, high=0), place)
        for age in AGES
    ]
    assert by_age == sorted(by_age)


def test_a_rate_that_nobody_publishes_is_marked_as_deduced(place):
    drawn = study.draw(definition(DEFAULT), place.cells, place.bins, seed=0, n=5)
    published = {margin.category for margin in definition(DEFAULT).margins}
    assert set(drawn.deduced) == {*AGES, *DIPLOMAS} - published
    d = definition(DEFAULT)
    assert d.deduced_low <= drawn.deduced[d.deduced] <= d.deduced_high


@given(st.integers(15, 98), st.integers(1, 30))
def test_an_age_class_holds_the_people_of_its_ages(place, low, years):
    high = low + years
    weight = study._age_class(f"{low}-{high}", settled(place), "essai")
    weights = study._age_class("15+", settled(place), "essai")
    assert (weights == 1).all()
    share = weight @ place.cells / place.cells.sum()
    wider = study._age_class(f"{low}-{high + 1}", settled(place), "essai") @ place.cells / place.cells.sum()
    assert 0 < share <= wider <= 1 + 1e-9
    assert (weight >= 0).all()


@given(st.integers(16, 100))
def test_two_ages_cut_in_two_classes_hold_everybody_once(place, cut):
    young, old = (
        study._age_class(text, settled(place), "essai") @ place.cells for text in (f"15-{cut - 1}", f"{cut}+")
    )
    assert young + old == pytest.approx(place.cells.sum(), rel=1e-9)


@pytest.mark.parametrize("text", ["", "vieux", "75-60", "60-", "-", "60-74-80", "0-14", "3-9"])
def test_an_age_class_that_cannot_be_read_or_holds_no_adult_is_refused(place, text):
    with pytest.raises(Refused):
        study._age_class(text, settled(place), "essai")


def own(total, rates, label="Enquête locale"):
    """Return a definition with a user's own total and rates by category, as printed."""
    margins = tuple(
        Margin(
            breakdown="age" if name[0].isdigit() else "diploma", category=name, rate=rate, low=rate, high=rate
        )
        for name, rate in rates.items()
    )
    return replace(
        definition(DEFAULT),
        label=label,
        recipe="nearest",
        total=total,
        total_low=total,
        total_high=total,
        margins=margins,
    )


categories = st.lists(st.sampled_from([*AGES, *DIPLOMAS]), unique=True, max_size=3)
margin_rates = st.floats(0.02, 0.9)


@given(st.floats(0.03, 0.8), categories, st.data())
def test_a_users_own_rates_are_found_again_or_refused(place, total, names, data):
    d = own(total, {name: data.draw(margin_rates) for name in names})
    try:
        p = study.fit_rates(d, settled(place))[0]
    except (Refused, NoRates):
        assert names
        return
    assert p @ place.cells / place.cells.sum() == pytest.approx(total, abs=1e-9)
    for margin in d.margins:
        assert rate_of(p, margin, place) == pytest.approx(margin.rate, abs=1e-9)


def test_a_class_left_out_at_nearly_one_hundred_percent_is_refused(place):
    """Moved to 99,9 %, it would change the total that the user gave."""
    students = diploma_indicator(DIPLOMAS.index("student")) @ place.cells / place.cells.sum()
    with pytest.raises(Refused, match="donnent un total"):
        study.fit_rates(own(0.9995 - 0.7 * students, {"student": 0.2995}), settled(place))


@given(st.floats(-1.5, 1.5), categories)
def test_rates_that_some_country_could_really_have_are_never_refused(place, move, names):
    p = study.fit_rates(definition(DEFAULT), settled(place))[0]
    tilted = 1 / (1 + (1 - p) / p * np.exp(-move * (1 + AGE_OF / 4)))
    total = float(tilted @ place.cells / place.cells.sum())
    truth = {name: rate_of(tilted, own(total, {name: 0.5}).margins[0], place) for name in names}
    rates = study.fit_rates(own(total, truth), settled(place))[0]
    assert rates @ place.cells / place.cells.sum() == pytest.approx(total, abs=1e-9)
    for name in names:
        assert rate_of(rates, own(total, {name: 0.5}).margins[0], place) == pytest.approx(
            truth[name], abs=1e-9
        )


by_age = st.lists(st.floats(0.03, 0.7), min_size=len(AGES), max_size=len(AGES))


@given(by_age, st.floats(-0.019, 0.019))
def test_ages_that_imply_a_total_within_two_points_are_brought_to_the_stated_one(place, rates, gap):
    shares = np.array([place.cells[k == AGE_OF].sum() for k in range(len(AGES))]) / place.cells.sum()
    total = float(shares @ rates) - gap
    assume(0.03 < total < 0.65)
    p = study.fit_rates(own(total, dict(zip(AGES, rates, strict=True))), settled(place))[0]
    assert p @ place.cells / place.cells.sum() == pytest.approx(total, abs=1e-9)
    fitted = [
        p[k == AGE_OF] @ place.cells[k == AGE_OF] / place.cells[k == AGE_OF].sum() for k in range(len(AGES))
    ]
    assert np.array(fitted) / rates == pytest.approx(np.full(len(AGES), fitted[0] / rates[0]), rel=1e-6)


@given(by_age, st.floats(0.021, 0.2), st.booleans())
def test_ages_that_imply_a_total_more_than_two_points_away_are_refused(place, rates, gap, above):
    shares = np.array([place.cells[k == AGE_OF].sum() for k in range(len(AGES))]) / place.cells.sum()
    total = float(shares @ rates) + (gap if above else -gap)
    assume(0.001 < total < 0.999)
    with pytest.raises(Refused) as refusal:
        study.fit_rates(own(total, dict(zip(AGES, rates, strict=True))), settled(place))
    assert f"{100 * total:.1f} %".replace(".", ",") in refusal.value.what


@pytest.mark.parametrize("label", ["Enquête locale", "Baromètre v2.1", "Enquête A.B.C."])
def test_a_refusal_leaves_the_label_of_the_definition_as_it_was_typed(place, label):
    with pytest.raises(Refused) as refusal:
        study.fit_rates(own(0.15, dict.fromkeys(AGES, 0.3), label), settled(place))
    assert f"« {label} »" in refusal.value.what
    assert "30,0 %" in refusal.value.what
    assert "15,0 %" in refusal.value.what


def test_a_class_larger_than_the_whole_is_refused_in_french_when_a_definition_is_drawn(place):
    with pytest.raises(Refused) as refusal:
        study.draw(own(0.05, {"75+": 0.9, "60-74": 0.9}), place.cells, place.bins, seed=0, n=5)
    assert "Enquête locale" in refusal.value.what


@pytest.mark.parametrize("later", [(), (("75+", 0.6),)])
def test_classes_inside_one_cell_are_joined_by_people_whatever_their_order(place, later):
    classes = (("15-17", 0.05), ("18-24", 0.5), *later)
    one, other = (
        study.draw(own(0.2, dict(rows)), place.cells, place.bins, seed=1, n=50)
        for rows in (classes, classes[::-1])
    )
    assert np.array_equal(one.centre, other.centre)
    assert np.array_equal(one.draws, other.draws)
    young = Margin(breakdown="age", category="15-24", rate=0, low=0, high=0)
    first, second = (weight_of(m, place) @ place.cells for m in own(0.2, dict(classes)).margins[:2])
    expected = (0.05 * first + 0.5 * second) / (first + second)
    assert rate_of(one.centre, young, place) == pytest.approx(expected)
    assert 0.33 < expected < 0.4
    assert one.centre @ place.cells / place.cells.sum() == pytest.approx(0.2)


def test_a_class_that_only_a_cell_with_the_rest_holds_keeps_the_total(place):
    rows = (("18-24", 0.1), ("25-39", 0.1), ("40-59", 0.1), ("60-74", 0.3), ("75+", 0.6))
    drawn = study.draw(own(0.21, dict(rows)), place.cells, place.bins, seed=1, n=50)
    assert drawn.centre @ place.cells / place.cells.sum() == pytest.approx(0.21)


def test_classes_of_one_cell_are_reported_as_joined():
    note = study.shared_cells(own(0.2, {"18-24": 0.5, "15-17": 0.05, "75+": 0.6}))
    assert "15-17 et 18-24" in note.replace("\xa0", " ")
    assert study.shared_cells(own(0.2, {"15-24": 0.5, "25-39": 0.05, "75+": 0.6})) == ""


@pytest.mark.parametrize("last", ["75+", "75-99"])
def test_complete_classes_that_cut_a_cell_say_the_total_they_give(place, last):
    with pytest.raises(Refused) as error:
        study.draw(
            own(0.13, {"15-29": 0.3, "30-74": 0.4, last: 0.6}),
            place.cells,
            place.bins,
            seed=1,
            n=50,
        )
    assert "les taux par âge donnent un total de 40," in error.value.what
    assert "le taux de l’ensemble dit 13,0 %" in error.value.what


def test_partial_classes_say_between_what_the_total_may_be(place):
    with pytest.raises(Refused) as error:
        study.draw(own(0.13, {"15-29": 0.3, "30-74": 0.4}), place.cells, place.bins, seed=1, n=50)
    assert "donnent un total entre 33," in error.value.what
