"""Clusters: chosen zones that touch, each in one group."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine.clusters import gather


@st.composite
def map_of_zones(draw):
    zones = draw(st.integers(1, 12))
    pair = st.tuples(st.integers(0, zones - 1), st.integers(0, zones - 1))
    pairs = np.array(draw(st.lists(pair, max_size=20)), dtype=np.int64).reshape(-1, 2)
    return pairs, draw(hnp.arrays(np.bool_, zones))


def as_sets(groups):
    return {frozenset(group) for group in groups}


@given(map_of_zones())
def test_groups_are_the_joined_parts_of_the_chosen_zones(case):
    # Every chosen zone is in one group and no other zone is.
    pairs, chosen = case
    groups = gather(pairs, chosen)
    assert sorted(zone for group in groups for zone in group) == np.flatnonzero(chosen).tolist()
    # Two chosen zones that touch are in the same group.
    group_of = {zone: k for k, group in enumerate(gather(pairs, chosen)) for zone in group}
    for first, second in pairs.tolist():
        if chosen[first] and chosen[second]:
            assert group_of[first] == group_of[second]
    # One walks inside a group from any zone to any other.
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
    # Groups come largest first then by first zone.
    groups = gather(*case)
    keys = [(-len(group), group[0]) for group in groups]
    assert keys == sorted(keys)
    assert all(group == sorted(group) for group in groups)
    # Choosing more zones never parts a group.
    larger = gather(pairs, np.ones_like(chosen))
    for group in gather(pairs, chosen):
        assert any(set(group) <= set(larger_group) for larger_group in larger)


@given(map_of_zones(), st.randoms(use_true_random=False))
def test_groups_depend_on_neither_order_nor_names(case, chance):
    # Neither the order nor the direction of pairs matters.
    pairs, chosen = case
    shuffled = [pair if chance.random() < 0.5 else pair[::-1] for pair in pairs.tolist()]
    chance.shuffle(shuffled)
    assert gather(np.array(shuffled, dtype=np.int64).reshape(-1, 2), chosen) == gather(pairs, chosen)
    # Renaming zones renames groups.
    names = list(range(len(chosen)))
    chance.shuffle(names)
    renamed = np.empty_like(chosen)
    renamed[names] = chosen
    expected = {frozenset(names[zone] for zone in group) for group in gather(pairs, chosen)}
    assert as_sets(gather(np.array(names)[pairs], renamed)) == expected
