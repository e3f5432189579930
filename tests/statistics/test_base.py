"""The population behind published counts."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.statistics.engine import base
from maillage.statistics.engine.base import Base
from maillage.words.rounding import nearest

people = st.integers(1_000, 70_000_000)
shares = st.integers(20, 980).map(lambda thousandths: thousandths / 1_000)
count_steps = st.sampled_from([1, 10, 100, 1_000, 10_000])
share_steps = st.sampled_from([0.0, 0.001, 0.01])
ages = st.integers(0, 20)


def printed(true_base, share, count_step, share_step):
    printed_share = round(share / share_step) * share_step if share_step else share
    return nearest(true_base * share, count_step), printed_share


@given(people, shares, count_steps, share_steps)
def test_the_true_base_is_inside_the_bases_that_a_printed_count_and_share_allow(
    true_base, share, count_step, share_step
):
    count, printed_share = printed(true_base, share, count_step, share_step)
    low, high = base.implied(count, printed_share, count_step=count_step, share_step=share_step)
    assert low * (1 - 1e-9) <= true_base <= high * (1 + 1e-9)


@given(people, shares, st.integers(10, 1_000))
def test_a_coarser_printing_allows_every_base_that_a_finer_one_does(count, share, step):
    fine = base.implied(count, share, count_step=step, share_step=0.001)
    coarse = base.implied(count, share, count_step=2 * step, share_step=0.002)
    assert coarse[0] < fine[0] < fine[1] < coarse[1]


@given(people, st.lists(shares, min_size=1, max_size=5), count_steps)
def test_one_base_makes_all_its_own_counts_true(true_base, all_shares, step):
    intervals = [base.implied(nearest(true_base * s, step), s, count_step=step) for s in all_shares]
    common_base = base.common(intervals)
    assert common_base is not None
    assert common_base[0] * (1 - 1e-9) <= true_base <= common_base[1] * (1 + 1e-9)


intervals = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda pair: tuple(sorted(pair))), min_size=1
)


@given(intervals)
def test_a_common_base_is_in_every_interval_and_is_none_only_when_two_of_them_are_apart(intervals):
    both = base.common(intervals)
    inside = [point for point in range(101) if all(low <= point <= high for low, high in intervals)]
    assert both == ((inside[0], inside[-1]) if inside else None)


@given(shares, ages, ages, people)
def test_a_share_applies_only_to_a_base_of_the_same_age(share, measured, youngest, n):
    to = Base("base", float(n), youngest)
    if measured == youngest:
        assert base.applied(share, of=measured, to=to) == pytest.approx(share * n)
    else:
        with pytest.raises(Refused) as refusal:
            base.applied(share, of=measured, to=to)
        assert str(measured) in refusal.value.what


@given(shares, ages, people)
def test_an_unknown_age_allows_any_base(share, youngest, n):
    assert base.applied(share, of=None, to=Base("base", float(n), youngest)) == pytest.approx(share * n)
    assert base.applied(share, of=youngest, to=Base("base", float(n), None)) == pytest.approx(share * n)


@given(people, people)
def test_bases_that_cannot_both_be_true_have_nothing_in_common(one, two):
    assume(abs(one - two) > 4)
    exact = [base.implied(n * 0.5, 0.5, count_step=1) for n in (one, two)]
    assert base.common(exact) is None
