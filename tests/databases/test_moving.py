"""A base moved from one engine to the other, each row compared, and restored aside on PostgreSQL."""

import json

import psycopg
import pytest

from tests.databases.conftest import python
from tests.support.shared import furnish


@pytest.mark.complete
@pytest.mark.postgresql
@pytest.mark.slow("five commands on two engines")
def test_a_base_moves_to_the_other_engine_and_back_row_by_row(postgresql, demonstration, tmp_path):
    home, back = demonstration(tmp_path / "maison"), furnish(tmp_path / "retour")
    database = postgresql()

    def run(*words, home=home, database=""):
        return python("-m", "maillage.manage.main", *map(str, words), home=home, database=database)

    there = run("transferer", "--vers", database, "--json")
    assert there.returncode == 0, there.stderr
    returned = run("transferer", "--depuis", database, "--vers", "sqlite", "--json", home=back)
    assert returned.returncode == 0, returned.stderr
    first, second = (json.loads(each.stdout)["tables"] for each in (there, returned))
    assert first == second
    assert sum(table["lignes"] for table in first.values()) > 4_000
    again = run("transferer", "--depuis", "sqlite", "--vers", database)
    assert again.returncode == 2
    assert "Elle n’est pas vide" in again.stderr
    assert run("sauvegarder", tmp_path / "copie.zip", database=database).returncode == 0
    assert "Tout y est." in run("exercice-restauration", tmp_path / "copie.zip", database=database).stdout
    with psycopg.connect(database) as base:
        schemas = base.execute("select count(*) from pg_namespace where nspname like 'exercice%'")
        assert schemas.fetchone() == (0,), "the schema aside is erased"


LOCKING = """
from maillage.manage.deploy.bootstrap import connected
with connected():
    from maillage.manage.backups import scratch
    with scratch.folder(scratch.EXERCISE) as used, scratch.schema(used) as held:
        print(scratch.forget())
"""


@pytest.mark.complete
@pytest.mark.postgresql
def test_a_schema_that_a_killed_exercise_left_is_dropped_with_its_rows(postgresql, tmp_path):
    database, home = postgresql(), furnish(tmp_path / "maison")
    with psycopg.connect(database, autocommit=True) as base:
        for name in ("exercice_0123456789ab", "exercice_de_style"):
            base.execute(f"create schema {name}")
            base.execute(f"create table {name}.personnes (nom text)")
        done = python("-c", LOCKING, home=home, database=database)
        assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
        schemas = base.execute("select nspname from pg_namespace where nspname like 'exercice%'").fetchall()
    assert schemas == [("exercice_de_style",)], "that of nobody is gone, and what is not ours stays"
