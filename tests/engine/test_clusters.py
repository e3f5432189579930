"""Clusters: chosen zones that touch, each in one group."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.engine.clusters import gather


@st.composite
def map_of_zones(draw):
    zones = draw(st.integers(1, 12))
    pair = st.tuples(st.integers(0, zones - 1), st.integers(0, zones - 1))
    pairs = np.array(draw(st.lists(pair, max_size=20)), dtype=np.int64).reshape(-1, 2)
    return pairs, draw(hnp.arrays(np.bool_, zones))


def as_sets(groups):
    return {frozenset(group) for group in groups}


@given(map_of_zones())
def test_every_chosen_zone_is_in_one_group_and_no_other_zone_is(case):
    pairs, chosen = case
    groups = gather(pairs, chosen)
    assert sorted(zone for group in groups for zone in group) == np.flatnonzero(chosen).tolist()


@given(map_of_zones())
def test_two_chosen_zones_that_touch_are_in_the_same_group(case):
    pairs, chosen = case
    group_of = {zone: k for k, group in enumerate(gather(pairs, chosen)) for zone in group}
    for first, second in pairs.tolist():
        if chosen[first] and chosen[second]:
            assert group_of[first] == group_of[second]


@given(map_of_zones())
def test_one_walks_inside_a_group_from_any_zone_to_any_other(case):
    pairs, chosen = case
    for group in gather(pairs, chosen):
        reached, frontier = {group[0]}, [group[0]]
        while frontier:
            zone = frontier.pop()
            neighbours = {b for a, b in pairs.tolist() if a == zone} | {
                a for a, b in pairs.tolist() if b == zone
            }
            new = (neighbours & set(group)) - reached
            reached |= new
            frontier += new
        assert reached == set(group)


@given(map_of_zones(), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_direction_of_pairs_matters(case, chance):
    pairs, chosen = case
    shuffled = [pair if chance.random() < 0.5 else pair[::-1] for pair in pairs.tolist()]
    chance.shuffle(shuffled)
    assert gather(np.array(shuffled, dtype=np.int64).reshape(-1, 2), chosen) == gather(pairs, chosen)


@given(map_of_zones(), st.randoms(use_true_random=False))
def test_renaming_zones_renames_groups(case, chance):
    pairs, chosen = case
    names = list(range(len(chosen)))
    chance.shuffle(names)
    renamed = np.empty_like(chosen)
    renamed[names] = chosen
    expected = {frozenset(names[zone] for zone in group) for group in gather(pairs, chosen)}
    assert as_sets(gather(np.array(names)[pairs], renamed)) == expected


@given(map_of_zones())
def test_groups_come_largest_first_then_by_first_zone(case):
    groups = gather(*case)
    keys = [(-len(group), group[0]) for group in groups]
    assert keys == sorted(keys)
    assert all(group == sorted(group) for group in groups)


@given(map_of_zones())
def test_choosing_more_zones_never_parts_a_group(case):
    pairs, chosen = case
    larger = gather(pairs, np.ones_like(chosen))
    for group in gather(pairs, chosen):
        assert any(set(group) <= set(larger_group) for larger_group in larger)
