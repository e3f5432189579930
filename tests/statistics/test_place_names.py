"""The vocabulary of places and streets: plain words, each with a source, no spelling of two words."""

import pytest

from maillage.kernel.errors import UnsourcedFigure
from maillage.kernel.names import plain
from maillage.reference.place_names import spellings


@pytest.mark.parametrize("kind", ["kinds", "streets", "titles"])
def test_a_spelling_is_plain_and_means_one_word(kind):
    words = spellings(kind)
    written = [one for word, ways in words.items() for one in {word, *ways}]
    assert all(plain(one) == one for one in written)
    assert len(written) == len(set(written))


def test_words_without_a_source_are_refused(tmp_path):
    file = tmp_path / "words.yaml"
    file.write_text(
        "kinds:\n  source: {producer: x, title: x, found_in: '', doubt: x}\n  words: {mairie: []}\n", "utf-8"
    )
    with pytest.raises(UnsourcedFigure, match="found_in"):
        spellings("kinds", file)
