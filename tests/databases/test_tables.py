"""An empty database: its tables made at once are those that all the migrations make one after the other."""

import json
import sqlite3

import pytest

from tests.databases.conftest import POSTGRESQL, python
from tests.support import shared
from tools.postgresql import ABSENT, binaries

# Numbers of a table of Django that stays empty: its migrations make them wider than its model says.
OF_DJANGO = "auth_group_permissions.id"


@pytest.mark.complete
@pytest.mark.slow("every migration is applied one after the other, which is what users are spared")
@pytest.mark.parametrize("engine", ["sqlite", POSTGRESQL])
def test_tables_made_at_once_are_those_of_the_migrations(engine, tmp_path):
    if engine == "postgresql" and binaries() is None:
        pytest.skip(ABSENT)
    made = []
    for way in ("at-once", "by-migrations"):
        home = tmp_path / way
        home.mkdir()
        (home / shared.DATABASE).touch()  # empty, and not furnished by the tests
        database = shared.empty_database() if engine == "postgresql" else ""
        done = python("-m", "tests.databases.describing", way, home=home, database=database)
        assert done.returncode == 0, done.stderr[-2000:]
        made.append(json.loads(done.stdout))
    at_once, migrated = made
    assert at_once["migrations"] == migrated["migrations"]
    assert len(at_once["tables"]) > 300
    assert [
        each for each in at_once["tables"] if each not in migrated["tables"] and each[1] != OF_DJANGO
    ] == []
    assert [
        each for each in migrated["tables"] if each not in at_once["tables"] and each[1] != OF_DJANGO
    ] == []


def test_a_database_that_holds_a_table_is_left_to_the_migrations(tmp_path, django_db_blocker):
    from django.db.backends.sqlite3.base import DatabaseWrapper

    from maillage.config.tables import create_tables

    path = tmp_path / "une.sqlite3"
    with sqlite3.connect(path) as held:
        held.execute("create table une (un integer)")
    connection = DatabaseWrapper(
        {
            "NAME": str(path),
            "OPTIONS": {},
            "TIME_ZONE": None,
            "CONN_HEALTH_CHECKS": False,
            "CONN_MAX_AGE": 0,
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
        }
    )
    with django_db_blocker.unblock():
        assert create_tables(connection) is False
        assert connection.introspection.table_names() == ["une"]
        connection.close()
