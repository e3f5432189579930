"""A delimited file that somebody typed: no cell is read in another column than its own."""

import pytest

from maillage.kernel.errors import Refused
from maillage.pipeline.delimited import read
from maillage.pipeline.markings import clean as markings
from maillage.pipeline.rates_file import clean as rates

RATES = "indicateur,annee,champ,ventilation,modalite,valeur,source,citation"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_longer_than_its_header_is_refused_with_its_line(separator):
    rows = (("code", "part"), ("38151", "50"), ("38185", "12", "5"))
    text = "\n".join(separator.join(cells) for cells in rows)
    with pytest.raises(Refused, match="ligne 3 : cette ligne a plus de cases que l’en-tête, qui en a 2"):
        read(text.encode(), "liste.csv", required=("code",), purpose="Une liste.")


def test_a_share_with_a_comma_is_not_read_as_a_smaller_one():
    with pytest.raises(Refused, match="plus de cases"):
        markings.read(b"code,part\n38185,12,5\n", name="liste.csv")
    quoted = markings.read(b'code,part\n38185,"12,5"\n', name="liste.csv")
    assert quoted.shares == {"38185": 0.125}


def test_a_rate_with_a_comma_is_not_read_as_a_smaller_one():
    row = "sans_smartphone,2023,15 ans et plus,ensemble,,13,5,Baromètre 2023,« 13,5 % n’en ont pas »"
    with pytest.raises(Refused, match="plus de cases"):
        rates.read(f"{RATES}\n{row}\n".encode(), name="taux.csv")


def test_empty_cells_after_the_last_column_are_no_fault():
    read_rows = read(b"code;part\n38151;50;;\n", "liste.csv", required=("code",), purpose="Une liste.")
    assert [row["part"] for row in read_rows] == ["50"]
