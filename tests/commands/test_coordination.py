"""maillage coordination: a workbook written, even when nobody met."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_period_without_a_meeting_is_a_workbook_without_a_row(maillage, tmp_path):
    path = tmp_path / "c.xlsx"
    answer = maillage(
        "coordination", "exporter", "--sortie", path, "--du", "2026-02-01", "--au", "2026-01-01"
    )
    assert (answer.code, answer.out) == (0, f"0 réunion, du 2026-01-01 au 2026-02-01 : {path}\n")
    assert path.read_bytes().startswith(b"PK")
