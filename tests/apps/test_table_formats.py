"""Any table of the site opens in a clerk's spreadsheet: same rows, codes as text, sources beside."""

import csv
import io

import openpyxl
import pytest

from maillage.kernel.workbook import MEDIA_TYPE
from tests.conftest import PLACE

pytestmark = pytest.mark.django_db


def csv_rows(answer, delimiter=","):
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def workbook(answer):
    assert answer["Content-Type"] == MEDIA_TYPE
    return openpyxl.load_workbook(io.BytesIO(answer.getvalue()))


def addresses(study):
    return {
        f"/etudes/{study.key}/fichiers/zones.csv": f"maillage-{PLACE}-zones",
        f"/territoires/{PLACE}/boucle/zones.csv": f"boucle-{PLACE}",
        f"/territoires/{PLACE}/indicateurs.csv?mois=12": f"indicateurs-{PLACE}",
    }


def test_a_table_is_a_workbook_with_the_same_rows(client, study):
    for address, name in addresses(study).items():
        rows = csv_rows(client.get(address))
        answer = client.get(f"{address}{'&' if '?' in address else '?'}tableur=classeur")
        assert f'filename="{name}.xlsx"' in answer["Content-Disposition"]
        book = workbook(answer)
        sheet = list(book["Tableau"].iter_rows(values_only=True))
        assert [len(sheet), list(sheet[0])] == [len(rows), rows[0]]
        if "code" in rows[0]:
            code = rows[0].index("code")
            assert [row[code] for row in sheet[1:]] == [row[code] or None for row in rows[1:]]
        about = dict(book["À propos"].iter_rows(values_only=True))
        assert about["Adresse"] == address


def test_a_workbook_of_a_study_names_its_sources(client, study):
    book = workbook(client.get(f"/etudes/{study.key}/fichiers/zones.csv?tableur=classeur"))
    sources = [words for name, words in book["À propos"].iter_rows(values_only=True) if name == "Source"]
    assert any("recensement" in each for each in sources)
    assert len(sources) == 3


def test_a_french_spreadsheet_has_its_own_csv(client, study):
    address = f"/etudes/{study.key}/fichiers/zones.csv"
    answer = client.get(address, {"tableur": "csv-francais"})
    rows = csv_rows(answer, ";")
    assert [len(row) for row in rows] == [len(row) for row in csv_rows(client.get(address))]
    assert f'filename="maillage-{PLACE}-zones.csv"' in answer["Content-Disposition"]


def test_another_word_or_another_kind_of_file_changes_nothing(client, study):
    address = f"/etudes/{study.key}/fichiers/zones.csv"
    assert csv_rows(client.get(address, {"tableur": "x"})) == csv_rows(client.get(address))
    answer = client.get(f"/etudes/{study.key}/fichiers/etude.json", {"tableur": "classeur"})
    assert answer["Content-Type"] == "application/json"
    assert client.get(f"/territoires/{PLACE}/", {"tableur": "classeur"})["Content-Type"].startswith(
        "text/html"
    )


def test_a_table_too_heavy_to_make_again_stays_as_it_is_stored(client, study, monkeypatch):
    monkeypatch.setattr("maillage.manage.requests.table_formats.MAX_BYTES", 10)
    answer = client.get(f"/etudes/{study.key}/fichiers/zones.csv", {"tableur": "classeur"})
    assert answer["Content-Type"].startswith("text/csv")


def test_the_page_offers_both_forms_beside_its_table(client, study):
    page = client.get(f"/territoires/{PLACE}/indicateurs/").content.decode()
    assert "indicateurs.csv?mois=12&amp;tableur=classeur" in page
    assert "indicateurs.csv?mois=12&amp;tableur=csv-francais" in page
