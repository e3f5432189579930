"""maillage actes: written, read back, and told row by row."""

from datetime import datetime

import pytest
from django.utils import timezone

from maillage.apps.people.actes.models import Act
from tests.support import coop_workbooks
from tests.support.acts import draft
from tests.support.places import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted():
    from maillage.apps.people.actes.actions import acts as actes_actions

    structure = place("bibliotheque").structure
    at: datetime = timezone.now()
    return Act.objects.create(
        **actes_actions.stored_values(draft(done_at=at)), uid=draft().uid, structure=structure, noted_at=at
    )


@pytest.mark.parametrize("format", ["coop-1", "csv", "coop-xlsx"])
def test_a_file_is_written_and_read_back(maillage, noted, tmp_path, format):
    path = tmp_path / "actes.csv"
    words = ("--format", format, "--structure", noted.structure.name)
    assert "1 ligne" in maillage("actes", "exporter", *words, "--sortie", path).out
    assert maillage("actes", "importer", path, *words).out == "0 acte de plus, 1 déjà là\n"
    Act.objects.all().delete()
    assert maillage("actes", "importer", path, *words).out == "1 acte de plus, 0 déjà là\n"
    assert Act.objects.get().uid == noted.uid


def test_a_fault_of_a_workbook_names_its_sheet_and_what_was_passed_over(maillage, noted, tmp_path):
    path = tmp_path / "coop.xlsx"
    other = {"Notes": [["à faire"], ["appeler"]]}
    path.write_bytes(coop_workbooks.activities({"Durée (min)": 900}, sheets=other).getvalue())
    answer = maillage("actes", "importer", path, "--format", "coop-xlsx", "--structure", noted.structure.name)
    assert (answer.code, answer.out) == (2, "0 acte de plus, 0 déjà là\n")
    assert answer.err.splitlines()[-2:] == [
        "Feuilles laissées, sans ce tableau : « Notes ».",
        "coop.xlsx, feuille « Activités », ligne 13, colonne Durée (min), « 900 » : ce n’est pas une durée"
        " possible. De 1 à 720 minutes.",
    ]


def test_a_structure_that_is_none_is_refused(maillage, noted, tmp_path):
    words = ("--format", "coop-xlsx", "--structure", "Nulle part", "--sortie", tmp_path / "x.xlsx")
    answer = maillage("actes", "exporter", *words)
    assert answer.code == 2
    assert "« Nulle part » : aucune structure ne porte ce nom" in answer.err


def test_a_wrong_row_is_named_by_file_line_column_value_and_cure(maillage, noted, tmp_path):
    path = tmp_path / "actes.csv"
    maillage("actes", "exporter", "--format", "csv", "--sortie", path)
    head, row, *_ = path.read_text("utf-8").splitlines()
    bad = row.replace(",15,", ",900,").replace(str(noted.uid), str(draft().uid))
    path.write_text(f"{head}\n{row}\n{bad}\n", "utf-8")
    answer = maillage("actes", "importer", path, "--format", "csv")
    assert answer.code == 1
    assert (
        "actes.csv, ligne 3, colonne minutes, « 900 » : ce n’est pas une durée possible. De 1 à 720"
        in answer.err
    )
    path.write_text(f"{head}\n{bad}\n", "utf-8")
    assert maillage("actes", "importer", path, "--format", "csv").code == 2


def test_a_day_that_is_none_is_refused(maillage, tmp_path):
    answer = maillage("actes", "exporter", "--format", "csv", "--sortie", tmp_path / "x.csv", "--du", "hier")
    assert answer.code == 2
    assert "« hier » n’est pas un jour" in answer.err
