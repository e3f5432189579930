"""Two shares that look alike and must never meet."""

import operator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.statistics.engine.conditional import ConcernedInGroup, GroupAmongConcerned, both

shares = st.floats(0, 1)
kinds = st.sampled_from([ConcernedInGroup, GroupAmongConcerned])
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.sub)


def share(kind, value):
    return kind(value, "75 ans et plus", "sont en difficulté")


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)
@given(shares, shares, st.booleans())
def test_the_two_shares_never_compare(compare, one, two, swapped):
    pair = share(ConcernedInGroup, one), share(GroupAmongConcerned, two)
    with pytest.raises(Refused):
        compare(*(reversed(pair) if swapped else pair))


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)
@given(kinds, shares, shares)
def test_a_share_never_compares_with_a_bare_number(compare, kind, one, two):
    with pytest.raises(Refused):
        compare(share(kind, one), two)


@given(kinds, shares, shares)
def test_shares_compare_with_their_kind_alone(kind, one, two):
    # A bare number never compares with a share.
    for compare in COMPARISONS[:-1]:
        with pytest.raises(Refused):
            compare(two, share(kind, one))
    # Two shares of one kind compare as their values do.
    for compare in COMPARISONS:
        assert compare(share(kind, one), share(kind, two)) == compare(one, two)
    assert (hash(share(kind, one)) == hash(share(kind, two))) or one != two


@given(shares, shares)
def test_a_list_that_mixes_the_two_is_never_sorted(one, two):
    mixed = [share(ConcernedInGroup, one), share(GroupAmongConcerned, two)]
    for choose in (sorted, max, min):
        with pytest.raises(Refused):
            choose(mixed)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_two_shares_of_one_table_count_the_same_people(
    concerned_in_group, rest_of_group, rest_of_concerned
):
    in_group, concerned = concerned_in_group + rest_of_group, concerned_in_group + rest_of_concerned
    inside, among = both(
        concerned_in_group, in_group, concerned, group="75 ans et plus", verb="sont en difficulté"
    )
    assert isinstance(inside, ConcernedInGroup)
    assert isinstance(among, GroupAmongConcerned)
    assert inside.value * in_group == pytest.approx(concerned_in_group)
    assert among.value * concerned == pytest.approx(concerned_in_group)
    assert 0 < inside.value <= 1
    assert 0 < among.value <= 1


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_share_of_nobody_is_an_error(in_group, concerned):
    assume(not in_group or not concerned)
    with pytest.raises(ValueError):
        both(0, in_group, concerned, group="75 ans et plus", verb="sont en difficulté")


@given(shares)
def test_the_sentence_of_a_share_says_out_of_whom_it_counts(value):
    inside, among = str(share(ConcernedInGroup, value)), str(share(GroupAmongConcerned, value))
    assert inside.index("75 ans et plus") < inside.index("sont en difficulté")
    assert among.index("sont en difficulté") < among.index("75 ans et plus")
    assert f" {100 * value:.0f} " in inside
    assert f" {100 * value:.0f} " in among
