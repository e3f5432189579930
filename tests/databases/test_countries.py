"""A database is that of one country, and its backups too: another one is refused before anything is written."""

import contextlib
import shutil
import sqlite3
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.databases.conftest import POSTGRESQL, python
from tests.support import shared
from tests.support.shared import ROOT

MARK = "country_databaseowner"


@pytest.fixture(params=["sqlite"])
def address(request, tmp_path) -> str:
    """The address of a database without a table that any home may name."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql")
        return shared.empty_database()
    return f"sqlite:///{tmp_path / 'base.sqlite3'}"


def run(home: Path, database: str, *words: object, country: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a home, for a country."""
    more = {"MAILLAGE_PAYS": country} if country else {}
    return python("-m", "maillage.cli.main", *map(str, words), home=home, database=database, **more)


def rows(address: str, statement: str) -> list[tuple]:
    """Return the rows of a statement."""
    if address.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as base, base:
            return base.execute(statement).fetchall()
    with psycopg.connect(address) as base:
        answer = base.execute(statement)
        return answer.fetchall() if answer.description else []


@pytest.mark.parametrize("address", ["sqlite", POSTGRESQL], indirect=True)
def test_a_database_refuses_another_country_at_once_and_writes_nothing(address, tmp_path):
    assert run(tmp_path / "france", address, "migrer").returncode == 0
    assert rows(address, f"select name from {MARK}") == [("France",)]
    for words in (("migrer",), ("sauvegarder", tmp_path / "copie.zip"), ("servir", "--port", "8998")):
        refused = run(tmp_path / "autre", address, *words, country="exemple")
        assert refused.returncode == 2, words
        what, why, do = refused.stderr.strip().splitlines()
        assert what == "La base de DATABASE_URL est celle de : France."
        assert why.startswith("MAILLAGE_PAYS demande : exemple.")
        assert "Rien n’a été changé." in do
    assert not {each.name for each in (tmp_path / "autre").glob("*")} - {"serveur.txt"}
    assert not (tmp_path / "copie.zip").exists()
    assert rows(address, f"select name from {MARK}") == [("France",)]
    assert run(tmp_path / "france", address, "migrer").returncode == 0


def test_a_database_filled_before_it_recorded_its_country_is_that_of_france(address, tmp_path):
    assert run(tmp_path / "france", address, "migrer").returncode == 0
    rows(address, f"drop table {MARK}")
    rows(address, "delete from django_migrations where app = 'country'")
    empty = run(tmp_path / "autre", address, "migrer", "--verifier", country="exemple")
    assert "À faire : country.0001_database_owner, " in empty.stdout, "nobody has anything there yet"
    rows(
        address,
        "insert into accounts_user (password, email, name, is_active, is_demonstration)"
        " values ('', 'a@b.example', 'A', true, false)",
    )
    refused = run(tmp_path / "autre", address, "migrer", country="exemple")
    assert refused.returncode == 2
    assert "est celle de : France." in refused.stderr
    assert run(tmp_path / "france", address, "migrer").returncode == 0
    assert rows(address, f"select name from {MARK}") == [("France",)]


@pytest.mark.slow("eight commands, three of which make every table")
def test_the_base_of_another_country_refuses_france_and_its_backup_too(address, tmp_path):
    there, home = tmp_path / "autre", tmp_path / "france"
    assert run(there, address, "migrer", country="exemple").returncode == 0
    assert run(there, address, "sauvegarder", tmp_path / "autre.zip", country="exemple").returncode == 0
    refused = run(home, address, "migrer")
    assert refused.returncode == 2
    assert "La base de DATABASE_URL est celle de : exemple." in refused.stderr
    assert "MAILLAGE_PAYS demande : France." in refused.stderr
    assert not home.exists()
    own = f"sqlite:///{tmp_path / 'nôtre.sqlite3'}"
    assert run(home, own, "migrer").returncode == 0
    before = rows(own, "select count(*) from accounts_entry")
    for words in (("restaurer",), ("exercice-restauration",)):
        refused = run(home, own, *words, tmp_path / "autre.zip")
        assert refused.returncode == 2
        assert "autre.zip est une sauvegarde de : exemple." in refused.stderr
        assert "MAILLAGE_PAYS demande : France." in refused.stderr
    assert rows(own, "select count(*) from accounts_entry") == before
    assert not (home / "sauvegardes").exists()
    assert run(there, address, "restaurer", tmp_path / "autre.zip", country="exemple").returncode == 0
    assert rows(address, f"select name from {MARK}") == [("exemple",)]


@pytest.mark.slow("seven commands, one of which makes every table")
def test_two_countries_whose_folders_bear_one_name_have_each_their_base(address, tmp_path):
    first, second, later = (tmp_path / where / "voisin" for where in "abc")
    for each in (first, second):
        shutil.copytree(ROOT / "data/pays/exemple", each)
    home, other = tmp_path / "première", tmp_path / "deuxième"
    assert run(home, address, "migrer", country=str(first)).returncode == 0
    assert rows(address, f"select name, folder from {MARK}") == [("voisin", str(first))]
    refused = run(other, address, "migrer", country=str(second))
    assert refused.returncode == 2
    what, why, do = refused.stderr.strip().splitlines()
    assert what == f"La base de DATABASE_URL est celle de : voisin, dans {first}."
    assert why.startswith(f"MAILLAGE_PAYS demande : voisin, dans {second}.")
    assert "Donnez à chacun sa base par DATABASE_URL" in do
    assert not other.exists()
    assert rows(address, f"select name, folder from {MARK}") == [("voisin", str(first))]

    # Its folder is moved: the home that it had knows it again, and its base too; another home does not.
    later.parent.mkdir()
    first.rename(later)
    refused = run(other, address, "migrer", country=str(later))
    assert refused.returncode == 2
    assert "Si son dossier a été déplacé, donnez par MAILLAGE_HOME la maison qu’il avait." in refused.stderr
    assert run(home, address, "migrer", country=str(later)).returncode == 0
    assert rows(address, f"select name, folder from {MARK}") == [("voisin", str(later))]
    # Neither takes again, by the home of the first, what is not its own.
    refused = run(home, address, "migrer", country=str(second))
    assert refused.returncode == 2
    assert f"est celui de : voisin, dans {later}." in refused.stderr


def test_a_base_taken_by_the_name_alone_is_of_whoever_asks_first(address, tmp_path):
    first, second = (tmp_path / where / "voisin" for where in "ab")
    assert run(tmp_path / "première", address, "migrer", country=str(first)).returncode == 0
    rows(address, f"alter table {MARK} drop column folder")
    rows(address, "delete from django_migrations where app = 'country' and name like '0002%'")
    assert run(tmp_path / "deuxième", address, "migrer", country=str(second)).returncode == 0
    assert rows(address, f"select name, folder from {MARK}") == [("voisin", str(second))]
    assert run(tmp_path / "première", address, "migrer", country=str(first)).returncode == 2
