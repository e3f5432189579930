"""maillage ancrer-journal and verifier-journal: a page to keep elsewhere, and what it proves later."""

import json
import os
import sqlite3
from datetime import UTC, datetime
from shutil import rmtree

import pytest

from tests.support import programs
from tests.support.journal import write_lines
from tests.support.shared import furnish

SCENE = """
from maillage.manage.deploy.bootstrap import ready
ready()
from tests.support.journal import write_lines
write_lines(4)
"""


def test_intact_journal_is_reported_intact(maillage, db):
    assert maillage("verifier-journal").out.startswith("Le journal est entier")
    assert json.loads(maillage("verifier-journal", "--json").out)["rupture"] is None


def test_the_first_line_changed_in_the_journal_is_named(maillage, db, coordinator):
    from django.db import connection

    from maillage.apps.platform.accounts import actions as journal

    lines = [
        journal.record(by=coordinator, verb="x", row=coordinator, at=datetime.now(UTC)) for _ in range(3)
    ]
    with journal.unlocked(), connection.cursor() as cursor:
        cursor.execute("update accounts_entry set words = 'y' where id = %s", [lines[1].pk])
    answer = maillage("verifier-journal")
    assert answer.code == 2
    assert f"à la ligne {lines[1].pk}" in answer.err
    assert json.loads(maillage("verifier-journal", "--json").out)["rupture"]["ligne"] == lines[1].pk


def test_an_anchor_is_a_page_that_the_journal_is_proved_by(maillage, db, home):
    page = home / "ancre.txt"
    assert "aucune ligne" in maillage("ancrer-journal", "--sortie", page).err
    assert not page.exists()
    write_lines(3)
    assert maillage("ancrer-journal", "--sortie", page).code == 0
    text = page.read_text("utf-8")
    assert "le journal comptait 3 lignes" in text
    write_lines(2)
    answer = maillage("verifier-journal", "--ancre", page)
    assert (answer.code, answer.out) == (0, "Le journal est entier : 5 lignes, et 1 ancre y mène.\n")
    again = maillage("ancrer-journal", "--sortie", page)
    assert again.code == 2
    assert "existe déjà" in again.err
    assert page.read_text("utf-8") == text


def test_unwritable_page_is_not_reported_as_written(maillage, db, home):
    from maillage.apps.platform.accounts.models import Anchor

    write_lines(1)
    (home / "fichier").touch()
    answer = maillage("ancrer-journal", "--sortie", home / "fichier" / "ancre.txt")
    assert (answer.code, Anchor.objects.count()) == (2, 0)


def test_cut_tail_is_reported_whatever_else_was_cut(maillage, db, home):
    from maillage.apps.platform.accounts import actions as journal
    from maillage.apps.platform.accounts.models import Anchor, Entry

    write_lines(3)
    maillage("ancrer-journal", "--sortie", home / "ancre.txt")
    last = Entry.objects.last().pk
    with journal.unlocked():
        Entry.objects.filter(pk=last).delete()
    answer = maillage("verifier-journal")
    assert answer.code == 2
    assert "une sauvegarde plus ancienne a été remise, ou la fin a été coupée" in answer.err
    rmtree(home / "ancres")
    assert f"avant la ligne {last}" in maillage("verifier-journal").err
    Anchor.objects.all().delete()
    assert maillage("verifier-journal").code == 0  # nothing is left that knows, but the page
    answer = maillage("verifier-journal", "--ancre", home / "ancre.txt", "--json")
    assert answer.code == 2
    assert json.loads(answer.out)["rupture"]["sorte"] == "tail"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("bonjour", "ne contient aucune ancre"),
        ('{"ancre":1,"le":"2026-11-20T09:00:00.000Z"}', "la ligne 1 de"),
        (None, "n’a pas pu être lue : ce dossier ou ce fichier n’existe pas"),
    ],
)
def test_a_page_that_is_no_anchor_is_refused(maillage, db, home, content, message):
    page = home / "ancre.txt"
    if content is not None:
        page.write_text(content, "utf-8")
    answer = maillage("verifier-journal", "--ancre", page)
    assert answer.code == 2
    assert message in answer.err


def test_a_journal_is_proved_from_a_sealed_backup_with_its_key(maillage, db, home):
    """En production chaque sauvegarde est chiffrée : c’est elle que l’on compare après un incident."""
    from maillage.manage.backups import backup, keys

    write_lines(2)
    public = keys.make(home / "cle")
    copy = home / "copie.zip.age"
    backup.save(copy, recipients=keys.recipients([public]))
    answer = maillage("verifier-journal", "--base", copy, "--cle", home / "cle")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "Le journal est entier : 2 lignes.")
    closed = maillage("verifier-journal", "--base", copy)
    assert closed.code == 2
    assert "chiffrée" in closed.err and "--cle FICHIER" in closed.err


@pytest.mark.complete
def test_a_journal_is_proved_from_a_copy_of_its_base_or_a_backup(maillage, process, db, tmp_path):
    home = furnish(tmp_path / "maison")
    words = {"MAILLAGE_HOME": str(home)}
    programs.run("-c", SCENE, environment={**os.environ, **words}, check=True)
    assert process("sauvegarder", tmp_path / "copie.zip", **words).code == 0
    copies = [tmp_path / "copie.zip", tmp_path / "copie.sqlite3"]
    with sqlite3.connect(home / "maillage.sqlite3") as base:
        base.execute("vacuum into ?", [str(copies[1])])
    for copy in copies:
        answer = maillage("verifier-journal", "--base", copy)
        assert (answer.code, answer.out.splitlines()[0]) == (0, "Le journal est entier : 4 lignes.")
        assert "une fin coupée" in answer.out and "--ancre" in answer.out, "what nothing proves is told"
    with sqlite3.connect(copies[1]) as base:
        base.execute("insert into accounts_unlocked values (1)")
        base.execute("update accounts_entry set words = 'x' where id = 2")
    answer = maillage("verifier-journal", "--base", copies[1])
    assert answer.code == 2
    assert "à la ligne 2" in answer.err
    (tmp_path / "rien.zip").write_text("rien")
    answer = maillage("verifier-journal", "--base", tmp_path / "rien.zip")
    assert answer.code == 2
    assert "n’a pas pu être lu" in answer.err
