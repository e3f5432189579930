"""An empty database: its tables made at once are those that all the migrations make one after the other."""

import json
import re
import sqlite3

import psycopg
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
    for way in ("former-at-once", "at-once", "by-migrations"):
        home = tmp_path / way
        home.mkdir()
        (home / shared.DATABASE).touch()  # empty, and not furnished by the tests
        database = shared.empty_database() if engine == "postgresql" else ""
        done = python("-m", "tests.databases.describing", way, home=home, database=database)
        assert done.returncode == 0, done.stderr[-2000:]
        made += map(json.loads, done.stdout.splitlines())
    before, now, migrated_before, migrated_now = made
    assert len(now["migrations"]) > len(before["migrations"])
    assert len(now["tables"]) > 300
    for at_once, migrated in ((before, migrated_before), (now, migrated_now)):
        assert at_once["migrations"] == migrated["migrations"]
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


@pytest.mark.postgresql
def test_an_account_without_the_right_to_make_tables_is_told_the_owner(tmp_path, postgresql):
    address = shared.empty_database()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create role sans_droit login")
    done = python(
        "-m",
        "maillage.cli.main",
        "migrer",
        home=tmp_path,
        database=address.replace("maillage@", "sans_droit@"),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[:2] == [
        "Ce compte de PostgreSQL n’a pas le droit de faire des tables dans cette base.",
        "Depuis PostgreSQL 15, seul le propriétaire d’une base y fait des tables.",
    ]
    assert "createdb -O maillage maillage" in done.stderr


@pytest.mark.complete
def test_what_is_left_to_do_is_said_then_done_once(tmp_path):
    (tmp_path / shared.DATABASE).touch()

    def migrer(*words: str) -> tuple[int, str]:
        done = python("-m", "maillage.cli.main", "migrer", *words, home=tmp_path)
        assert done.stderr == ""
        return done.returncode, done.stdout

    code, told = migrer("--verifier")
    assert code == 1
    first, last = told.splitlines()
    assert re.fullmatch(r"À faire : accounts.0001_initial, (\w+\.\w+, ){3}\w+\.\w+ et \d+ autres\.", first)
    assert last.startswith("Cela peut se faire pendant que l’on travaille")
    code, told = migrer("--json")
    assert code == 0
    assert len(json.loads(told)["faites"]) > 50
    assert migrer("--verifier") == (0, "La base est à jour.\n")
