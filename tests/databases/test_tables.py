"""An empty database: its tables made at once are those that all the migrations make one after the other."""

import json
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.databases.conftest import python
from tests.support import shared
from tools.postgresql import binaries

# Numbers of a table of Django that stays empty: its migrations make them wider than its model says.
OF_DJANGO = "auth_group_permissions.id"


def described(way: str, home: Path, database: str = "") -> list[dict[str, list]]:
    """Make tables in a database, or in two of them; return what each holds then."""
    home.mkdir(exist_ok=True)
    (home / shared.DATABASE).touch()  # empty, and not furnished by the tests
    done = python("-m", "tests.databases.describing", way, home=home, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(map(json.loads, done.stdout.splitlines()))


@pytest.mark.complete
@pytest.mark.postgresql
@pytest.mark.slow("every migration is applied one after the other, which is what users are spared")
def test_tables_made_at_once_are_those_of_the_migrations(tmp_path):
    """On each engine: a former version, then this one, that goes on from the former one."""
    migrated = tmp_path / "migrated"
    databases = [shared.empty_database(), ""] if binaries() else [""]
    formers = described("former-by-migrations", migrated, databases[0])
    for database, migrated_before in zip(databases, formers, strict=True):
        descriptions = []
        for way in ("former-at-once", "now"):
            empty = shared.empty_database() if database else ""
            descriptions += described(way, tmp_path / f"{way}{bool(database)}", empty)
        before, now = descriptions
        (migrated_now,) = described("now", migrated, database)
        assert len(now["migrations"]) > len(before["migrations"])
        assert len(now["tables"]) > 300
        for at_once, by_migrations in ((before, migrated_before), (now, migrated_now)):
            assert at_once["migrations"] == by_migrations["migrations"]
            for one, other in ((at_once, by_migrations), (by_migrations, at_once)):
                known = {tuple(each) for each in other["tables"]}
                assert [
                    each for each in one["tables"] if tuple(each) not in known and each[1] != OF_DJANGO
                ] == []


CREATE = (
    "from maillage.manage.deploy import bootstrap, tables\n"
    "with bootstrap.connected() as connection: print(tables.create_tables(connection))"
)


@pytest.mark.parametrize(("table", "is_created"), [("spatial_ref_sys", True), ("django_migrations", False)])
def test_tables_are_made_at_once_unless_one_of_them_is_there(tmp_path, table, is_created):
    """The table of an extension is none of them: the migrations, one after the other, take a minute."""
    with sqlite3.connect(tmp_path / shared.DATABASE) as base:
        base.execute(f"create table {table} (un integer)")
    done = python("-c", CREATE, home=tmp_path)
    assert done.stdout == f"{is_created}\n", done.stderr[-2000:]
    (n_tables,) = base.execute("select count(*) from sqlite_master where type = 'table'").fetchone()
    assert (n_tables > 1) is is_created


@pytest.mark.postgresql
def test_an_account_without_the_right_to_make_tables_is_named_the_owner(tmp_path, postgresql):
    address = shared.empty_database()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create role sans_droit login")
    done = python(
        "-m",
        "maillage.manage.main",
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
def test_pending_work_is_listed_then_done_once(tmp_path):
    (tmp_path / shared.DATABASE).touch()

    def migrer(*words: str) -> tuple[int, str]:
        done = python("-m", "maillage.manage.main", "migrer", *words, home=tmp_path)
        assert done.stderr == ""
        return done.returncode, done.stdout

    code, output = migrer("--verifier")
    assert code == 1
    first, last = output.splitlines()
    assert re.fullmatch(r"À faire : accounts.0001_initial, (\w+\.\w+, ){3}\w+\.\w+ et \d+ autres\.", first)
    assert last.startswith("Cela peut se faire pendant que l’on travaille")
    code, output = migrer("--json")
    assert code == 0
    assert len(json.loads(output)["faites"]) > 50
    assert migrer("--verifier") == (0, "La base est à jour.\n")
