"""The drawing of who works with whom."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from maillage.publishing.page.ties import Tie, arcs, in_order

NAMES = st.lists(st.text(min_size=1, max_size=60), min_size=2, max_size=12)


@st.composite
def networks(draw):
    names = draw(NAMES)
    ends = st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1)).filter(
        lambda t: t[0] < t[1]
    )
    pairs = draw(st.lists(ends, max_size=20, unique=True))
    return names, [Tie(a, b, draw(st.integers(1, 9)), draw(st.booleans())) for a, b in pairs]


@given(networks())
def test_each_name_has_its_row_and_each_tie_its_line_inside_the_drawing(network):
    names, ties = network
    names = [re.sub(r"[^\w ’<&-]", "x", name) for name in names]
    assert sorted(in_order(len(names), ties)) == list(range(len(names)))
    for width in (360, 1000):
        drawing = ET.fromstring(arcs(names, ties, width=width, label="Essai"))
        lines = [each for each in drawing.iter() if each.tag.endswith("path")]
        assert len(lines) == len(ties)
        assert sum("lien-un" in each.attrib["class"] for each in lines) == sum(not tie.both for tie in ties)
        for each in lines:
            start, one, _, _ = (float(n) for n in re.findall(r"-?\d+(?= )", each.attrib["d"])[:4])
            assert 0.25 * start + 0.75 * one >= -1, "the arc stays on the page"


def test_who_works_together_stands_near():
    chain = [Tie(0, 5, 1, True), Tie(5, 3, 1, True)]
    order = in_order(6, chain)
    assert abs(order.index(0) - order.index(5)) <= 2
    assert abs(order.index(5) - order.index(3)) <= 2
