"""A delimited file that somebody typed: no cell is read in another column than its own."""

import io
import zipfile

import pytest

from maillage.kernel.errors import Refused
from maillage.modules import archive
from maillage.sources import markings, rates_file
from maillage.sources.delimited import read

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
        rates_file.read(f"{RATES}\n{row}\n".encode(), name="taux.csv")


def test_empty_cells_after_the_last_column_are_no_fault():
    read_rows = read(b"code;part\n38151;50;;\n", "liste.csv", required=("code",), purpose="Une liste.")
    assert [row["part"] for row in read_rows] == ["50"]


ZONES = "code_zone,nom_zone,code"


def zones(text: str):
    return read(text.encode(), "zones.csv", required=ZONES.split(","), purpose="Des zones.")


@pytest.mark.parametrize(
    "text",
    [
        'z1,"Centre,38185\nz2,Nord,38421\nz3,Sud,38151',
        'z1,"Centre,38185\nz2,Nord,38421\nz3,"Sud",38151',
    ],
)
def test_a_quote_left_open_swallows_no_row_without_a_word(text):
    with pytest.raises(Refused, match="ligne 2 : cette ligne n’est pas du CSV lisible"):
        zones(f"{ZONES}\n{text}\n")


@pytest.mark.parametrize(
    "text", ["a" * 200_000, f"{ZONES}\n" + "a" * 200_000, f'{ZONES}\nz1,"{"a" * 2_000_000}']
)
def test_a_line_without_end_is_refused(text):
    with pytest.raises(Refused, match=r"ligne [12] : (?:cette ligne n’est pas|la colonne)"):
        zones(text)


def test_a_quote_misplaced_in_its_line_costs_nothing():
    rows = zones(f'{ZONES}\nz1,"Le Gros" bourg,38185\nz2,Le "Petit",38421\n')
    assert [row["nom_zone"] for row in rows] == ["Le Gros bourg", 'Le "Petit"']


def test_a_commune_swallowed_by_the_name_of_another_is_not_forgotten():
    with pytest.raises(Refused, match="ligne 2"):
        markings.read(
            b'codgeo,libgeo,codefrr\n01001,"Ambl,FRR\n01002,Amb,FRR\n01004,"",FRR\n', name="frr.csv"
        )


def test_a_row_is_named_by_the_line_where_it_starts():
    rows = zones(f'{ZONES}\nz1,"Centre\nville",38185\nz2,Sud,38151\n')
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\ncode_zone;nom_zone;code\nz1;Sud, est;38151\n",
        "\n;;\nZones du plan;;\ncode_zone;nom_zone;code\nz1;Sud, est;38151\n",
        "Code zone;NOM_ZONE;Code\nz1;Sud, est;38151\n",
        "code_zone|nom_zone|code\nz1|Sud, est|38151\n",
        "code_zone;nom_zone;code\rz1;Sud, est;38151\r",
    ],
)
def test_names_of_columns_are_found_under_titles_in_any_case(text):
    assert [(row["code_zone"], row["nom_zone"], row["code"]) for row in zones(text)] == [
        ("z1", "Sud, est", "38151")
    ]


@pytest.mark.parametrize("column", ["Part", "PART", " part "])
def test_a_share_counts_whatever_the_case_of_its_column(column):
    marked = markings.read(f"Code;{column}\n38185;50\n".encode(), name="liste.csv")
    assert marked.shares == {"38185": 0.5}


def test_a_share_in_two_columns_is_refused():
    with pytest.raises(Refused, match="« part » est donnée 2 fois"):
        markings.read(b"code;Part;PART\n38185;50;20\n", name="liste.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code;part\n38185;50\n38151;20\n38185;100\n", "ligne 4, colonne code, valeur « 38185 »"),
        ("codgeo;libgeo;codefrr\n38001;A;FRR\n38001;A;-9999\n", "ligne 3, colonne codgeo"),
        ("codgeo;libgeo;codefrr\n38001;A;\n", "ligne 2, colonne codefrr"),
    ],
)
def test_a_code_that_two_rows_mark_otherwise_is_refused(text, message):
    with pytest.raises(Refused, match=message):
        markings.read(text.encode(), name="liste.csv")


@pytest.mark.parametrize("written", ["-9999", "-9 999", "−9\u202f999,0", "-9999.0"])
def test_a_commune_that_is_not_classed_stays_so_however_it_is_written(written):
    marked = markings.read(
        f"codgeo;libgeo;codefrr\n38001;A;FRR\n38001;A;FRR\n38002;B;{written}\n".encode(), name="frr.csv"
    )
    assert marked.shares == {"38001": 1.0}


def rated(respondents: str):
    row = f"sans_internet;2023;15 ans et plus;ensemble;;13,5;Baromètre 2023;« 13,5 % »;{respondents}"
    return rates_file.read(f"{RATES.replace(',', ';')};Répondants\n{row}\n".encode(), name="taux.csv")


def test_respondents_are_read_whatever_the_accents_of_their_column():
    assert [rated(text).n for text in ("1 500", "1\u202f500", "1500.0", "")] == [1500, 1500, 1500, 1000]


@pytest.mark.parametrize("text", ["inf", "1e999", "nan", "0", "mille"])
def test_a_number_of_respondents_that_is_none_is_refused(text):
    with pytest.raises(Refused, match="ligne 2, colonne repondants"):
        rated(text)


def test_a_district_bears_no_sign_that_a_database_refuses():
    text = (
        '{"features":[{"properties":{"code_qp":"QN1","lib_qp":"Vil\\ud800le\\u0000neuve"},"geometry":{"type":'
        '"Polygon","coordinates":[[[5.70,45.14],[5.73,45.14],[5.73,45.16],[5.70,45.14]]]}}]}'
    )
    (district,) = markings.read(text.encode(), name="qpv.geojson").districts
    assert district.name == "Villeneuve"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04", "un classeur ou une archive"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "un ancien classeur"),
        (b"%PDF-1.7", "un document PDF"),
        (b"SQLite format 3\x00", "une base SQLite"),
    ],
)
def test_a_workbook_is_not_called_a_damaged_text(start, kind):
    with pytest.raises(Refused, match=f"zones.csv : c’est {kind}, pas un fichier CSV"):
        read(start + bytes(100), "zones.csv", required=("code",), purpose="Des zones.")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_an_archive_damaged_whatever_compressed_it_is_refused(method):
    packed = damaged("qpv_wgs84.geojson", method)
    with pytest.raises(Refused, match="l’archive est abîmée"):
        markings.read(packed, name="qpv.zip")
    with pytest.raises(Refused, match="n’est pas une archive que l’on sache lire"):
        archive.check(damaged("01-essai/module.yaml", method), ())


def damaged(name: str, method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(name, b"x" * 5_000)
    content = bytearray(buffer.getvalue())
    for at in range(40 + len(name), 50 + len(name)):  # inside what was compressed
        content[at] ^= 0xFF
    return bytes(content)
