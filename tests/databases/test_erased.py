"""Erased rows leave nothing in the file of SQLite, nor in its log; who was writing then brings nothing
back.
"""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler

from maillage.apps.people.documents.rules import new_key
from maillage.manage.deploy import scheduler
from tests.databases.conftest import report_of
from tests.databases.erasing import N

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.django_db
def test_what_is_erased_is_neither_in_the_file_nor_in_its_log(tmp_path, monkeypatch):
    path = tmp_path / "maillage.sqlite3"
    usual = settings.DATABASES["default"]
    handler = ConnectionHandler({"default": {**usual, "NAME": path, "TEST": {}}})["default"]
    monkeypatch.setattr("django.db.connection", handler)
    with handler.cursor() as cursor:
        cursor.execute("CREATE TABLE someone (name text)")
        cursor.execute("INSERT INTO someone VALUES ('Zénobie Lachaume')")
        scheduler.fold(AT)
        assert b"Lachaume" in path.read_bytes()
        cursor.execute("DELETE FROM someone")
        assert b"Lachaume" in path.read_bytes()
        scheduler.fold(AT)
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone()[0] == usual["OPTIONS"]["timeout"] * 1000
    assert all(b"Lachaume" not in each.read_bytes() for each in tmp_path.iterdir())
    handler.close()


def erased(home, database: str) -> dict[str, int]:
    key = {"MAILLAGE_PAPERS_KEY": new_key(), "MAILLAGE_CLAMD": "non"}
    return report_of("erasing", home=home, database=database, **key)


ALL_ERASED = {"erased": N, "named": 0, "agreed": 0, "referred": 0, "secrets": 0, "papers": 0}


@pytest.mark.complete
def test_who_corrects_while_somebody_erases_brings_nothing_back(database, tmp_path):
    assert erased(tmp_path, database) == ALL_ERASED
