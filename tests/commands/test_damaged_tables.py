"""A database whose tables are not those that it announces: told in three sentences, and left as it is."""

import json
import resource
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from maillage.manage.backups.backup import MANIFEST
from tests.support.shared import DATABASE, environment, furnish
from tests.support.speed import PATIENCE


def change(home: Path, *words: str) -> None:
    with closing(sqlite3.connect(home / DATABASE)) as base:
        base.execute("pragma foreign_keys = off")
        for each in words:
            base.execute(each)
        base.commit()


def announced(home: Path) -> list[tuple[str, ...]]:
    """Return the tables and indexes of a base, and the migrations that it says were applied."""
    with closing(sqlite3.connect(home / DATABASE)) as base:
        schema = base.execute("select name, sql from sqlite_master order by name").fetchall()
        return schema + base.execute("select app, name from django_migrations order by app, name").fetchall()


UNMADE = "delete from django_migrations where app = 'plans' and name >= '0004'"
LATER = "insert into django_migrations (app, name, applied) values ('directory', '0999_later', '2030-01-01')"


@pytest.mark.parametrize(
    ("words", "expected_words"),
    [
        ("drop table plans_plan", "Des tables manquent à la base : plans_plan."),
        (UNMADE, "une mise à jour y est restée à moitié"),
    ],
)
def test_half_migrated_tables_are_reported_and_unchanged(process, tmp_path, words, expected_words):
    home = furnish(tmp_path / "maison")
    change(home, words)
    before = announced(home)
    answer = process("migrer", MAILLAGE_HOME=str(home))  # what « servir » does before it answers
    assert answer.code == 2
    assert expected_words in answer.err
    assert "Restaurez la dernière sauvegarde" in answer.err
    assert announced(home) == before


def test_truncated_database_is_reported_as_damaged(process, tmp_path):
    home = furnish(tmp_path / "maison")
    intact = (home / DATABASE).read_bytes()
    (home / DATABASE).write_bytes(intact[: len(intact) // 3])
    answer = process("migrer", MAILLAGE_HOME=str(home))
    assert answer.code == 2
    assert "La base est abîmée" in answer.err
    (home / DATABASE).write_bytes(b"ceci n\xe2\x80\x99est pas une base" * 100)
    assert "ce fichier n’est pas une base SQLite" in process("migrer", MAILLAGE_HOME=str(home)).err


def test_the_installation_says_what_is_missing_and_that_a_later_version_served(process, tmp_path):
    home = furnish(tmp_path / "maison")
    change(home, LATER)
    report = process("verifier-installation", MAILLAGE_HOME=str(home)).out
    assert "Une version plus récente a servi ici (directory.0999_later)." in report
    change(home, "drop table plans_plan")
    assert "Il en manque 1 : plans_plan." in process("verifier-installation", MAILLAGE_HOME=str(home)).out


def test_a_disk_that_fills_while_tables_are_made_leaves_nothing_half_made(process, tmp_path):
    """No file may pass four hundred kilobytes, an eighth of what the tables take; then there is room again."""
    home = tmp_path / "maison"
    full = subprocess.run(
        [sys.executable, "-m", "maillage.manage.main", "migrer"],
        env=environment(home),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert full.returncode == 2
    assert "le disque est plein, ou s’abîme" in full.stderr
    assert process("migrer", MAILLAGE_HOME=str(home)).code == 0
    assert process("migrer", MAILLAGE_HOME=str(home)).out == "La base est à jour.\n"


def test_a_backup_of_a_later_version_is_refused_and_changes_nothing(process, tmp_path):
    home, archive, later = furnish(tmp_path / "maison"), tmp_path / "copie.zip", tmp_path / "plus-tard.zip"
    assert process("sauvegarder", archive, MAILLAGE_HOME=str(home)).code == 0
    with zipfile.ZipFile(archive) as original, zipfile.ZipFile(later, "w") as other:
        for name in set(original.namelist()) - {MANIFEST}:
            other.writestr(name, original.read(name))
        manifest = json.loads(original.read(MANIFEST))
        manifest["migrations"].append("directory.0999_later")
        other.writestr(MANIFEST, json.dumps(manifest))
    before = announced(home)
    answer = process("restaurer", later, MAILLAGE_HOME=str(home))
    assert answer.code == 2
    assert "vient d’une version plus récente de Maillage (directory.0999_later)" in answer.err
    assert announced(home) == before


ONE_MORE = (
    "insert into django_migrations (app, name, applied) values ('jardins', '0001_initial', '2030-01-01')"
)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("migrer", LATER),
        ("migrer --verifier", ONE_MORE),
        ("echeances", LATER),
        ("sauvegarder x.zip", ONE_MORE),
    ],
)
def test_a_base_that_a_later_version_made_its_own_is_refused(process, tmp_path, monkeypatch, command, words):
    """The former version wrote in it without its new columns, and its backups left out the new tables."""
    home = furnish(tmp_path / "maison")
    change(home, words)
    before = announced(home)
    monkeypatch.chdir(tmp_path)
    answer = process(*command.split(), MAILLAGE_HOME=str(home))
    assert answer.code == 2
    assert "Une version plus récente de Maillage a déjà servi cette base" in answer.err
    assert "Lancez cette version-là" in answer.err
    assert announced(home) == before
    assert not (tmp_path / "x.zip").exists()
