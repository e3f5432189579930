"""Official names as a reader gets them."""

import difflib

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from maillage.kernel.names import Spelling, plain, typography
from maillage.sources import cog, rp2021
from maillage.statistics.zones.territories import gazetteer


def test_no_official_name_has_a_straight_apostrophe():
    communes = cog.communes()
    read = [communes[column] for column in cog.NAMES] + [rp2021.iris()["name"], cog.former()["former_name"]]
    assert [name for names in read for name in names.tolist() if "'" in name] == []
    assert sum("’" in name for name in communes["name"].tolist()) > 500, "they have the French one"


def test_a_name_is_found_however_its_apostrophe_is_typed():
    for typed in ("l'isle-d'abeau", "L’Isle-d’Abeau", "l isle d abeau"):
        assert gazetteer().find(typed)[0].name == "L’Isle-d’Abeau"
    assert typography(np.array(["Z.A.C. d'Aymeries"])).tolist() == ["Z.A.C. d’Aymeries"]


FEW = st.text(alphabet="ab ", min_size=1, max_size=9)


@example(["aaab"], "aaaa", 0.72, 0)
@given(st.lists(FEW, min_size=1, max_size=30), FEW, st.sampled_from([0.3, 0.6, 0.72]), st.integers(0, 4))
def test_the_texts_spelled_most_like_another_are_those_that_difflib_finds(texts, wanted, cutoff, length_gap):
    rows = Spelling(texts).nearest(wanted, cutoff=cutoff, length_gap=length_gap, limit=3)
    near = [text for text in texts if abs(len(text) - len(wanted)) <= length_gap]
    assert [texts[row] for row in rows] == difflib.get_close_matches(wanted, dict.fromkeys(near), 3, cutoff)


def test_a_word_cut_short_is_found_where_a_word_starts_and_nowhere_else():
    names = [each.name for each in gazetteer().find("roll")]
    assert {"Rolleville", "La Bâtie-Rolland"} <= set(names)
    assert all(any(word.startswith("roll") for word in plain(name).split()) for name in names)
    assert [each.name for each in gazetteer().find("st mart d her")] == ["Saint-Martin-d’Hères"]
