"""No cell of a table begins a formula, in whatever way a spreadsheet cuts its text; and the guard comes off."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.spreadsheet import as_csv, bare, safe

UNSEEN = ' "\x00\xa0\xad\u200b\u202e\u2060\u3000\ufeff'
TEXTS = st.text(alphabet=f"=+-@＝＋－＠'; \t\r\n1a|.,{UNSEEN}", max_size=12)


@given(TEXTS)
def test_no_part_of_a_safe_cell_begins_with_a_sign(text):
    cell = safe(text)
    if cell == text and re.fullmatch(r"[-+0-9.,|e]*", text):
        return  # a number, or telephones: nothing is called
    parts = re.split("[;\t\r\n]", cell)
    assert not [part for part in parts if part.lstrip(UNSEEN)[:1] in tuple("=+-@＝＋－＠")]
    assert cell[:1] not in tuple("\t\r\n")


@given(TEXTS)
def test_the_guard_of_a_safe_cell_comes_off(text):
    assert bare(safe(text)) == text


@pytest.mark.parametrize(
    "cell", ["+33180059880", "+33180059880|3949", "-1.553621", "-5,2", "Le Lien", "", -2, None]
)
def test_numbers_phones_and_words_stay_as_they_are(cell):
    assert safe(cell) is cell


def test_a_table_guards_its_header_and_refuses_a_column_that_it_lacks():
    rows = csv.reader(io.StringIO(as_csv(["=a", "b"], [{"=a": ' "=1', "b": -1}, {}])))
    assert list(rows) == [["'=a", "b"], ["' \"=1", "-1"], ["", ""]]
    with pytest.raises(ValueError, match="lacks: c"):
        as_csv(["a"], [{"c": 1}])
