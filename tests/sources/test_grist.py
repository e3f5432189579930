"""Documents of Grist: what people see of a table, and nothing that a forger would make of a database."""

import marshal
import sqlite3
from pathlib import Path

import pytest

from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import grist
from maillage.sources.offer.forms.read import parse, sheets
from maillage.sources.offer.propose import propose

CATALOG = """
CREATE TABLE _grist_Tables (id INTEGER PRIMARY KEY, tableId TEXT, summarySourceTable INTEGER DEFAULT 0);
CREATE TABLE _grist_Tables_column (id INTEGER PRIMARY KEY, parentId INTEGER, parentPos NUMERIC, colId TEXT,
  type TEXT, label TEXT, isFormula BOOLEAN DEFAULT 0, displayCol INTEGER DEFAULT 0);
INSERT INTO _grist_Tables VALUES (1, 'Lieux', 0), (2, 'Communes', 0), (3, 'Lieux_summary', 1), (4, 'Vide', 0);
INSERT INTO _grist_Tables_column (id, parentId, parentPos, colId, type, label, displayCol) VALUES
  (1, 1, 1, 'manualSort', 'ManualSortPos', 'manualSort', 0), (2, 1, 3, 'Adresse', 'Text', 'Adresse', 0),
  (3, 1, 2, 'Nom', 'Text', 'Nom du lieu', 0), (4, 1, 4, 'Ville', 'Ref:Communes', 'Commune', 5),
  (5, 1, 9, 'gristHelper_Display', 'Any', 'gristHelper_Display', 0),
  (6, 1, 5, 'Services', 'ChoiceList', 'Services', 0), (7, 1, 6, 'Vu', 'Date', 'Vu le', 0),
  (8, 1, 7, 'Gratuit', 'Bool', 'Gratuit', 0), (9, 1, 8, 'Postes', 'Int', 'Postes', 0),
  (10, 2, 1, 'Nom', 'Text', 'Nom', 0), (11, 4, 1, 'Rien', 'Text', 'Rien', 0);
CREATE TABLE Lieux (id INTEGER PRIMARY KEY, manualSort NUMERIC, Nom TEXT, Adresse TEXT, Ville INTEGER,
  gristHelper_Display BLOB, Services TEXT, Vu DATE, Gratuit BOOLEAN, Postes INTEGER);
CREATE TABLE Communes (id INTEGER PRIMARY KEY, Nom TEXT);
CREATE TABLE Lieux_summary (id INTEGER PRIMARY KEY, count INTEGER);
CREATE TABLE Vide (id INTEGER PRIMARY KEY, Rien TEXT);
INSERT INTO Communes VALUES (1, 'Brest');
"""
ROWS = (
    (1, 1, "Maison de Brest", "1 rue de la Paix", 1, "Brest", '["Aide","Accès"]', 1764460800, 1, 4),
    (2, 2, "CCAS", "2 rue Kerien", 1, "Brest", None, "hier", 0, marshal.dumps("12 bis", 2)),
    (3, 3, "Bus", "", 0, marshal.dumps(["E", "ZeroDivisionError"], 2), "[]", None, 0, 0),
)


def document(path: Path, more: str = "", rows=ROWS) -> bytes:
    with sqlite3.connect(path) as database:
        database.executescript(CATALOG)
        database.executemany(f"INSERT INTO Lieux VALUES ({', '.join('?' * 10)})", rows)
        database.executescript(more)
    database.close()
    return path.read_bytes()


def test_a_table_is_read_as_people_see_it(tmp_path):
    sheet = parse(document(tmp_path / "a.grist"), "a.grist")
    columns = ("id", "Nom du lieu", "Adresse", "Commune", "Services", "Vu le", "Gratuit", "Postes")
    assert sheet.columns == columns
    assert [tuple(row.cells[name] for name in columns) for row in sheet.rows] == [
        ("1", "Maison de Brest", "1 rue de la Paix", "Brest", "Aide|Accès", "2025-11-30", "Oui", "4"),
        ("2", "CCAS", "2 rue Kerien", "Brest", "", "hier", "Non", "12 bis"),
        ("3", "Bus", "", "", "", "", "Non", "0"),
    ]
    notes = " ".join(sheet.notes)
    assert "table « Lieux » lue ; laissées : Communes." in notes
    assert "lue comme vide" in notes


def test_its_columns_are_proposed_as_those_of_any_file(tmp_path):
    proposed, _ = propose(parse(document(tmp_path / "a.grist"), "a.grist"))
    assert "nom: Nom du lieu" in proposed
    assert "commune: Commune" in proposed


def test_each_table_that_holds_a_row_is_offered(tmp_path):
    content = document(tmp_path / "a.grist")
    assert [(name, len(sheet.rows)) for name, sheet in sheets(content, "a.grist")] == [
        ("Lieux", 3),
        ("Communes", 1),
    ]


def test_a_document_written_with_a_journal_beside_is_read(tmp_path):
    content = bytearray(document(tmp_path / "a.grist"))
    content[18:20] = b"\x02\x02"
    assert len(parse(bytes(content), "a.grist").rows) == 3


@pytest.mark.parametrize(
    "more",
    [
        "DROP TABLE Lieux; CREATE VIEW Lieux AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT id, id Nom, id Adresse, id Ville, id gristHelper_Display, id Services, id Vu, id Gratuit,"
        " id Postes FROM n;",
        "DROP TABLE Lieux; CREATE VIEW Lieux AS SELECT id, randomblob(1000000000) Nom, 1 Adresse, 1 Ville,"
        " 1 gristHelper_Display, 1 Services, 1 Vu, 1 Gratuit, 1 Postes FROM Communes;",
        "DROP TABLE Lieux;",
        "UPDATE _grist_Tables SET tableId = 'Lieux\"; DROP TABLE Communes; --' WHERE id = 1;",
        "DELETE FROM Lieux; DELETE FROM Communes;",
    ],
)
def test_what_no_document_of_grist_does_is_refused(tmp_path, more):
    with pytest.raises(Refused):
        parse(document(tmp_path / "a.grist", more), "a.grist")


def test_a_query_without_end_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(grist, "MAX_STEPS", grist.STEPS)
    many = [(k, k, "x", *("y",) * 7) for k in range(1, 40_000)]
    with pytest.raises(Refused, match="n’a pas pu être lu"):
        parse(document(tmp_path / "a.grist", rows=many), "a.grist")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_document_cut_before_its_end_is_refused_or_read_without_a_crash(tmp_path, share):
    content = document(tmp_path / "a.grist", rows=[(k, k, "x" * 50, *("y",) * 7) for k in range(1, 2000)])
    with pytest.raises(Refused):
        parse(content[: int(len(content) * share)], "a.grist")


def test_another_database_is_refused_as_such(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE a (b)")
    database.close()
    with pytest.raises(Refused, match="une base SQLite"):
        parse((tmp_path / "a.db").read_bytes(), "a.grist")


def test_records_of_its_api_are_read_without_their_wrapping():
    text = (
        '{"records": [{"id": 1, "fields": {"Nom": "CCAS", "Commune": "Brest", "Services": ["L", "Aide", "Accès"],'
        ' "Autre": ["E", "ValueError"]}, "errors": {"Autre": "x"}}, {"id": 2, "fields": {"Nom": "Bus",'
        ' "Commune": "Brest", "Services": null, "Autre": 3}}]}'
    )
    rows = parse(text.encode(), "a.json").rows
    assert dict(rows[0].cells) == {
        "id": "1",
        "Nom": "CCAS",
        "Commune": "Brest",
        "Services": "Aide|Accès",
        "Autre": "",
    }
