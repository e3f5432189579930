"""A database is that of one country, and its backups too: another one is refused before anything is written."""

import contextlib
import sqlite3
import subprocess
from pathlib import Path

import psycopg
import pytest

from maillage.apps.platform.country import actions
from maillage.apps.platform.country.models import DatabaseOwner
from maillage.kernel.errors import Refused
from maillage.manage.deploy import home, ownership
from maillage.manage.deploy.home import Country
from tests.databases.conftest import POSTGRESQL, python
from tests.support import shared

MARK = "country_databaseowner"


@pytest.fixture(params=["sqlite"])
def address(request, tmp_path) -> str:
    """The address of a database without a table that any home may name."""
    if request.param == "postgresql":
        request.getfixturevalue("postgresql")
        return shared.empty_database()
    return f"sqlite:///{tmp_path / 'base.sqlite3'}"


def rows(address: str, statement: str) -> list[tuple]:
    """Return the rows of a statement."""
    if address.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as base, base:
            return base.execute(statement).fetchall()
    with psycopg.connect(address) as base:
        return base.execute(statement).fetchall()


@pytest.mark.parametrize("address", ["sqlite", POSTGRESQL], indirect=True)
def test_a_database_refuses_another_country_at_once_and_writes_nothing(address, tmp_path):
    def run(home: Path, *words: object, country: str = "") -> subprocess.CompletedProcess[str]:
        more = {"MAILLAGE_PAYS": country} if country else {}
        words = ("-m", "maillage.manage.main", *map(str, words))
        return python(*words, home=home, database=address, **more)

    assert run(tmp_path / "france", "migrer").returncode == 0
    assert rows(address, f"select name from {MARK}") == [("France",)]
    for words in (("migrer",), ("sauvegarder", tmp_path / "copie.zip"), ("servir", "--port", "8998")):
        refused = run(tmp_path / "autre", *words, country="exemple")
        assert refused.returncode == 2, words
        what, why, do = refused.stderr.strip().splitlines()
        assert what == "La base de DATABASE_URL est celle de : France."
        assert why.startswith("MAILLAGE_PAYS demande : exemple.")
        assert "Rien n’a été changé." in do
    assert not {each.name for each in (tmp_path / "autre").glob("*")} - {"serveur.txt"}
    assert not (tmp_path / "copie.zip").exists()
    assert rows(address, f"select name from {MARK}") == [("France",)]
    assert run(tmp_path / "france", "migrer").returncode == 0


FIRST, SECOND, LATER = "/a/voisin", "/b/voisin", "/c/voisin"
ACCOUNTS = "create table accounts_user (id); insert into accounts_user values (1);"
BY_NAME = f"create table {MARK} (name); insert into {MARK} values ('voisin');"  # as older versions wrote it


def marked(name: str, folder: str = "") -> str:
    return f"create table {MARK} (name, folder); insert into {MARK} values ('{name}', '{folder}');"


@pytest.mark.parametrize(
    ("base", "country", "before", "refusal"),
    [
        ("create table other (id);", "exemple", [], ""),
        (ACCOUNTS, "", [], ""),
        (ACCOUNTS, "exemple", [], "est celle de : France."),  # France alone had accounts before it was marked
        (marked("exemple"), "exemple", [], ""),
        (marked("exemple"), "", [], "est celle de : exemple."),
        (marked("voisin", FIRST), FIRST, [], ""),
        (marked("voisin", FIRST), SECOND, [], f"est celle de : voisin, dans {FIRST}."),
        (marked("voisin", FIRST), LATER, [], f"est celle de : voisin, dans {FIRST}."),
        (marked("voisin", FIRST), LATER, [LATER, FIRST], ""),  # moved: the home that it had remembers it
        (BY_NAME, SECOND, [], ""),  # by the name alone: of whoever asks first
    ],
)
def test_a_base_is_claimed_by_its_own_country_alone(tmp_path, monkeypatch, base, country, before, refusal):
    for name, value in {"HOME": tmp_path, "OWNER": tmp_path / "pays.txt", "KEY": tmp_path / "cle"}.items():
        monkeypatch.setattr(home, name, value)
    monkeypatch.setattr(home, "COUNTRY", country)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'base.sqlite3'}")
    if before:
        home.OWNER.write_text("\n".join(["voisin", *before]), "utf-8")
    with contextlib.closing(sqlite3.connect(tmp_path / "base.sqlite3")) as opened:
        opened.executescript(base)
    if not refusal:
        ownership.claim()
        return
    with pytest.raises(Refused) as refused:
        ownership.claim()
    assert refused.value.what == f"La base de DATABASE_URL {refusal}"
    wanted = home.country()
    of_one_name = "voisin" in refusal
    named = f"{wanted.name}, dans {wanted.folder}" if of_one_name else wanted.name
    assert refused.value.why.startswith(f"MAILLAGE_PAYS demande : {named}.")
    assert ("Si son dossier a été déplacé" in refused.value.do) is of_one_name
    assert not home.OWNER.exists(), "nothing is written"


@pytest.mark.django_db
def test_a_base_is_marked_once_and_follows_the_folder_of_its_country():
    DatabaseOwner.objects.all().delete()

    def owner() -> Country:
        return Country(*DatabaseOwner.objects.values_list("name", "folder").get())

    actions.own_database("voisin", "")
    actions.own_database("voisin", FIRST, former=[""])
    assert owner() == ("voisin", FIRST)
    for other in (("France", ""), ("voisin", SECOND)):
        with pytest.raises(Refused, match="est celle de : voisin"):
            actions.own_database(*other, former=[""])
    actions.own_database("voisin", LATER, former=["", FIRST])
    assert owner() == ("voisin", LATER)
