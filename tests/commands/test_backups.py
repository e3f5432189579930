"""Backups: sealed to a key, restored aside, moved from one engine to the other; each damage named."""

import errno
import fcntl
import json
import re
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.apps.directory.intake.actions import pending
from maillage.apps.directory.intake.queries import pending as pending_queries
from maillage.apps.dossiers import actions as dossiers
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.platform.accounts.models import User
from maillage.kernel import age, sealed_links
from maillage.kernel.errors import Refused
from maillage.manage.backups import backup, keys, rows
from maillage.manage.deploy import worker
from maillage.manage.deploy.home import DATABASE
from maillage.web import locks
from tests.support.shared import environment, furnish


@pytest.fixture
def saved(db, home):
    """A backup with two accounts, as a path."""
    for name in ("leila", "denise"):
        User.objects.create_user(f"{name}@exemple.fr", "x", name=name)
    backup.save(home / "copie.zip")
    return home / "copie.zip"


def refusal_of(path, **how) -> str:
    with pytest.raises(Refused) as refused:
        backup.check(path, **how)
    return refused.value.what


def test_each_damage_is_named(saved, tmp_path):
    intact = saved.read_bytes()
    first = intact.index(b"base/") + 200
    damages = {
        b"": "elle est vide",
        intact[:-400]: "sa fin manque : la copie a été coupée",
        intact[:first] + bytes([intact[first] ^ 255]) + intact[first + 1 :]: "est abîmé",
        b"bonjour": "ce fichier n’est pas une sauvegarde",
    }
    for content, words in damages.items():
        path = tmp_path / "abimee.zip"
        path.write_bytes(content)
        assert words in refusal_of(path), words
    assert "n’existe pas" in refusal_of(tmp_path / "absente.zip")
    assert backup.check(saved)["tables"]["accounts.user"] == 2


def test_backup_is_fsynced_before_success_is_reported(db, home, monkeypatch):
    """Le courant coupé juste après, le nom resterait sans son contenu, et les plus anciennes seraient parties."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "")  # what some disks only say then

    backup.save(home / "avant.zip")
    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(Refused, match="le disque est plein"):
        backup.save(home / "copie.zip")
    assert not list(home.glob("*copie*")) and (home / "avant.zip").exists()


def test_a_restoration_forgets_the_answers_stored_of_the_rows_it_replaces(saved, home):
    cache.set("snapshots:x", "30 000 personnes")
    backup.restore(saved)
    assert cache.get("snapshots:x") is None


@pytest.mark.both_databases
def test_restoration_drops_tasks_of_former_rows(db, home):
    """Une tâche nomme une étude par son numéro : après la restauration, c’est celui d’une autre, ou de personne."""
    study = dossiers.ask(StudyRequest(place="38151"))
    backup.save(home / "copie.zip")
    dossiers.ask(StudyRequest(place="38421"))
    pending_task, now = DBTaskResult.objects.order_by("enqueued_at")[0], timezone.now()
    # « relancer » is offered
    DBTaskResult.objects.filter(pk=pending_task.pk).update(status="FAILED", finished_at=now)
    task_fields = {"args_kwargs": {"args": [study.pk], "kwargs": {}}, "task_path": pending_task.task_path}
    task_fields |= {"queue_name": "slow", "backend_name": "default", "run_after": now, "status": "RUNNING"}
    _, alive = (DBTaskResult.objects.create(worker_ids=[name], **task_fields) for name in ("mort", "vivant"))
    with locks.exclusive(worker.lock_name("vivant")):
        backup.restore(home / "copie.zip")
    assert [each.pk for each in DBTaskResult.objects.all()] == [alive.pk]
    DBTaskResult.objects.all().delete()
    assert dossiers.resume() == 1, "what the restored base waits for is asked again"
    assert DBTaskResult.objects.get().args_kwargs["args"] == [study.pk]


def test_a_file_that_was_compared_with_the_former_rows_is_read_again_after_a_restoration(saved, home):
    leila = User.objects.get(name="leila")
    upload_fields = {"source": "Une liste", "licence": "", "by": leila, "at": timezone.now()}
    pending_file = pending.keep("Nom,Commune\nMédiathèque,Crolles\n".encode(), "lieux.csv", **upload_fields)
    pending.ask_check(pending_file, at=timezone.now())
    assert pending_queries.progress(pending_file.key).status == pending_queries.CHECKED
    backup.restore(saved)
    assert pending_queries.progress(pending_file.key).status == pending_queries.DRAFT
    assert pending_file.path.exists()


def test_a_base_with_lost_references_is_saved_without_them_and_mended_by_what_was_saved(
    process, demonstration, tmp_path
):
    """Une ligne effacée à la main, et plus aucune sauvegarde ne se faisait : « Prenez une autre sauvegarde. »"""
    home = demonstration(tmp_path / "maison")
    base, home_variables = home / "maillage.sqlite3", {"MAILLAGE_HOME": str(home)}
    with closing(sqlite3.connect(base)) as opened:
        person, n = opened.execute(
            "select person_id, count(*) from people_following group by 1 order by 2 desc"
        ).fetchone()
        (author,) = opened.execute("select by_id from people_following where by_id is not null").fetchone()
        (team,) = opened.execute("select structure_id from memberships_membership").fetchone()
        opened.execute("delete from people_person where id = ?", [person])
        opened.execute("delete from accounts_user where id = ?", [author])
        opened.execute("delete from directory_structure where id = ?", [team])
        total = opened.execute("select count(*) from people_person").fetchone()[0]
        opened.commit()
    answer = process("sauvegarder", tmp_path / "copie.zip", **home_variables)
    assert answer.code == 1, answer.err
    assert re.search(r"renvois de la base sont perdus :\n", answer.out)
    assert f"maillage restaurer {tmp_path / 'copie.zip'}" in answer.out
    with zipfile.ZipFile(tmp_path / "copie.zip") as archive:
        aside = [json.loads(line) for line in archive.read("ecartees.jsonl").splitlines()]
    followings = [dict(zip(*row, strict=True)) for label, *row in aside if label == "people.following"]
    assert sum(each["person_id"] == person for each in followings) == n
    with closing(sqlite3.connect(base)) as opened:
        n_followings = opened.execute(
            "select count(*) from people_following where by_id = ?", [author]
        ).fetchone()[0]
    assert sum(each["by_id"] == author for each in followings) == n_followings > 0
    assert (
        "ne se copie pas telle qu’elle est"
        in process(
            "transferer",
            "--depuis",
            "sqlite",
            "--vers",
            f"sqlite:///{tmp_path}/autre.sqlite3",
            **home_variables,
        ).err
    )
    answer = process("restaurer", tmp_path / "copie.zip", **home_variables)
    assert answer.code == 0, answer.err
    assert "renvois perdus : leurs lignes, dans « ecartees.jsonl » de ce fichier." in answer.out
    with closing(sqlite3.connect(base)) as opened:
        assert opened.execute("pragma foreign_key_check").fetchall() == []
        assert opened.execute("select count(*) from people_person").fetchone()[0] == total
    assert process("sauvegarder", tmp_path / "propre.zip", **home_variables).code == 0


@pytest.mark.parametrize("content", [b"SQLite format 3\0", b"AGE-SECRET-KEY-1"])
def test_a_backup_is_written_over_nothing_but_a_former_one(db, home, content):
    """« maillage sauvegarder maillage.sqlite3 » aurait mis la sauvegarde à la place de la base."""
    path = home / "maillage.sqlite3"
    path.write_bytes(content)
    with pytest.raises(Refused, match="existe déjà, et n’est pas une sauvegarde"):
        backup.save(path)
    assert path.read_bytes() == content
    with pytest.raises(Refused, match="est un dossier"):
        backup.save(home)
    (home / "vide.zip").touch()
    for _ in range(2):
        backup.save(home / "vide.zip")


def test_a_backup_that_is_interrupted_leaves_nothing_behind(db, home, monkeypatch):
    """La moitié d’une base, avec tout le monde, restait sous un nom caché."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        backup.save(home / "copie.zip")
    assert [path.name for path in home.iterdir() if "copie" in path.name] == []


def test_the_oldest_backups_go_and_never_the_one_just_made(maillage, db, home, tmp_path, monkeypatch):
    """Une horloge qui a avancé une nuit a laissé une sauvegarde datée de 2040 : la plus récente, par son nom."""
    monkeypatch.setattr("maillage.manage.deploy.bootstrap.ready", lambda: None)
    copies = tmp_path / "copies"
    copies.mkdir()
    for name in ("maillage-20400101-031500.zip", "maillage-20250101-031500.zip", "à moi.zip"):
        (copies / name).write_text("x")
    answer = maillage("sauvegarder", "--dossier", copies, "--garder", 1)
    assert answer.code == 0, answer.err
    new_backup = re.search(r"relue : (\S+) \(", answer.out)[1]
    assert sorted(each.name for each in copies.iterdir()) == sorted([Path(new_backup).name, "à moi.zip"])


KILLED = """
import os, signal, sys
from maillage.manage.deploy import bootstrap
bootstrap.ready()
from maillage.manage.backups import backup
from maillage.manage.main import main
backup.check = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


def test_a_killed_backup_leaves_nothing_once_another_is_made(process, tmp_path):
    """Whoever was erased since stayed readable in a hidden copy of the base, that no rotation counted."""
    home, copies = furnish(tmp_path / "maison"), tmp_path / "copies"
    copies.mkdir()
    unfinished = []
    for words in (["--dossier", str(copies)], [str(copies / "à moi")]):
        command = [sys.executable, "-c", KILLED, "sauvegarder", *words]
        done = subprocess.run(command, env=environment(home), capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        unfinished += copies.iterdir()  # this one alone: the one before is gone
    dated, named = unfinished
    assert dated.name.startswith(".maillage-") and named.name.startswith(".à moi.")
    being_written = copies / ".maillage-20250103-031500.zip.0123abcd"
    with being_written.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = process("sauvegarder", "--dossier", copies, "--garder", 1, MAILLAGE_HOME=str(home))
    assert (done.code, done.err) == (0, "")
    assert {path for path in copies.iterdir() if path.name.startswith(".")} == {being_written}
    assert f"Reste d’une sauvegarde interrompue, effacé : {named}" in done.out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda files: files.pop("base/accounts.user.jsonl"), "base/accounts.user.jsonl y manque"),
        (lambda files: files.update({"base/autre": b""}), "base/autre y a été ajouté"),
        (lambda files: files.pop("manifeste.json"), "son manifeste manque"),
        (
            lambda files: files.update({"base/accounts.user.jsonl": files["base/accounts.user.jsonl"][:-1]}),
            "base/accounts.user.jsonl a été modifié",
        ),
    ],
)
def test_a_file_that_is_missing_added_or_changed_is_named(saved, tmp_path, change, words):
    with zipfile.ZipFile(saved) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(tmp_path / "autre.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert words in refusal_of(tmp_path / "autre.zip")


def test_a_sealed_backup_opens_with_its_key_only(db, home, tmp_path):
    User.objects.create_user("leila@exemple.fr", "x", name="Leïla")
    public = keys.make(tmp_path / "cle")
    assert (tmp_path / "cle").stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="existe déjà"):
        keys.make(tmp_path / "cle")
    path = home / "copie.zip.age"
    backup.save(path, recipients=keys.recipients([public]))
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"leila" not in path.read_bytes()
    assert not list(home.glob(".copie*")), "nothing in the clear stays beside"
    assert "aucune clé donnée ne l’ouvre" in refusal_of(path)
    (tmp_path / "autre").write_text(age.new_key()[1])
    assert "aucune clé donnée" in refusal_of(path, keys=keys.secrets(tmp_path / "autre"))
    User.objects.all().delete()
    backup.restore(path, keys=keys.secrets(tmp_path / "cle"))
    assert User.objects.get().name == "Leïla"
    path.write_bytes(path.read_bytes()[:-1])
    assert "fin" in refusal_of(path, keys=keys.secrets(tmp_path / "cle"))


def test_a_key_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refused, match="n’est pas reconnue"):
        keys.recipients(["age1abc"])
    (tmp_path / "vide").write_text("# rien\n")
    with pytest.raises(Refused, match="n’est pas un fichier de clés"):
        keys.secrets(tmp_path / "vide")


@pytest.mark.both_databases
def test_a_column_that_the_backup_has_not_takes_its_default(db):
    """As of a backup made before the column was there."""
    rows.Insertion(User, ["id", "email", "name", "password"]).add([[7, "a@exemple.fr", "A", "x"]])
    leila = User.objects.get(pk=7)
    assert (leila.is_active, leila.is_demonstration) == (True, False)
    with pytest.raises(ValueError, match="n’a plus de colonne couleur"):
        rows.Insertion(User, ["id", "couleur"])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="memory is counted once")
def test_a_backup_takes_the_memory_of_some_rows_whatever_their_number(db, home, monkeypatch):
    monkeypatch.setattr(rows, "STEP", 200)
    monkeypatch.setattr(backup, "BLOCK", 4_096)

    def peak(n: int) -> int:
        Group.objects.all().delete()
        Group.objects.bulk_create(Group(name=f"groupe {k}") for k in range(n))
        backup.save(home / "chaud.zip")
        tracemalloc.start()
        backup.save(home / "copie.zip")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(16_000) < 1.2 * peak(1_000)


@pytest.mark.complete
def test_an_exercise_restores_aside_and_leaves_nothing(process, demonstration, tmp_path):
    home = demonstration(tmp_path / "maison")
    home_variables = {"MAILLAGE_HOME": str(home)}
    before = (home / "maillage.sqlite3").read_bytes()
    assert process("sauvegarder", "--dossier", tmp_path / "copies", **home_variables).code == 0
    answer = process("exercice-restauration", tmp_path / "copies", "--json", **home_variables)
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    assert report["entiere"] is True
    assert report["tables"]["accounts.user"] == {"lignes": 8, "egale": True}
    assert report["secondes"]["restauration"] > 0
    assert not list(home.glob(".exercice-*"))
    assert (home / "maillage.sqlite3").read_bytes() == before, "the base in use is not touched"
    (tmp_path / "rien").mkdir()
    assert "Aucune sauvegarde" in process("exercice-restauration", tmp_path / "rien", **home_variables).err


def test_a_base_that_serves_is_not_moved(maillage, process, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    same = "celles d’une même base"
    assert same in maillage("transferer", "--vers", "sqlite").err
    assert same in maillage("transferer", "--depuis", "postgresql:///a", "--vers", "postgresql:///a").err
    assert same in maillage("transferer", "--vers", f"sqlite:///{DATABASE}").err
    wrong = maillage("transferer", "--vers", "mysql://moi:secret@x/y").err
    assert "--vers n’est pas suivi de l’adresse d’une base" in wrong and "secret" not in wrong
    missing = tmp_path / "rien.sqlite3"
    assert (
        f"n’existe pas : {missing}"
        in maillage("transferer", "--depuis", f"sqlite:///{missing}", "--vers", "sqlite").err
    )
    assert not missing.exists(), "a database that is looked for is not made"
    there = furnish(tmp_path / "maison")
    (there / "maillage.sqlite3").touch()
    (there / "echeances.vu").touch()
    answer = process("transferer", "--vers", "postgresql://personne@/rien", MAILLAGE_HOME=str(there))
    assert "La plateforme tourne encore." in answer.err


OLD_BACKUPS = Path(__file__).parents[1] / "files" / "sauvegardes"


def rows_by_table(path: Path) -> dict[str, int]:
    """Return how many rows of each table a backup has, of either form."""
    with zipfile.ZipFile(path) as archive:
        if "base.jsonl" not in archive.namelist():
            return json.loads(archive.read("manifeste.json"))["tables"]
        return Counter(json.loads(line)["model"] for line in archive.read("base.jsonl").splitlines())


def restored(process, home: Path, path: Path) -> sqlite3.Connection:
    """Restore a backup of an older version as its owner would, check that nothing of it is lost, and open the
    database. What migrations add is theirs.
    """
    furnish(home)
    answer = process("restaurer", path, MAILLAGE_HOME=str(home))
    assert answer.code == 0, answer.err
    assert not list(home.glob(".exercice-*"))
    database = sqlite3.connect(home / DATABASE.name)
    fewer = {}
    for label, n in rows_by_table(path).items():
        table = apps.get_model(label)._meta.db_table
        (n_restored,) = database.execute(f'select count(*) from "{table}"').fetchone()
        if n_restored < n:
            fewer[label] = (n, n_restored)
    assert fewer == {}
    assert database.execute("pragma foreign_key_check").fetchall() == []
    emails = {email for (email,) in database.execute("select email from accounts_user")}
    assert len(emails) == 8 and "aidant@demo.maillage.example" in emails
    places = {name for (name,) in database.execute("select name from directory_lieu")}
    assert len(places) == 26 and "Pimms Mediation Grenoble" in places
    titles = [title for (title,) in database.execute("select title from plans_planaction order by id")]
    assert len(titles) == 22
    assert titles[0].startswith("Dédier des ressources à l’assistance numérique")
    return database


def assert_the_link_of_marie_opens(database: sqlite3.Connection, home: Path, token: str) -> None:
    """A migration seals it, with the key of the home that restores and no other."""
    (text,) = database.execute("select text from outbox_message where \"to\" = 'marie@exemple.fr'").fetchone()
    assert f"/{token}/" not in text
    assert f"/{token}/" in sealed_links.unseal(text, (home / "cle-secrete").read_text("utf-8"))


@pytest.mark.slow("all the migrations since 0.2.0, aside")
def test_a_backup_of_0_2_0_comes_back_through_its_migrations(process, tmp_path):
    """Of the first form, with a column that is no more: an amount became a funding."""
    home = tmp_path / "maison"
    with closing(restored(process, home, OLD_BACKUPS / "maillage-0.2.0.zip")) as database:
        fundings = database.execute("select euros, action_id from plans_funding order by id")
        assert fundings.fetchall() == [(512, 1), (4000, 7)]
        # A moment had three decimals: the database stores none or six, and compares texts.
        moments = {len(at) for (at,) in database.execute("select at from plans_planaction")}
        assert moments == {len("2026-12-01 01:10:17.587000")}
        assert_the_link_of_marie_opens(database, home, "227ebb8d86b3eac74b5d3f5f999bb3ca")


@pytest.mark.slow("all the migrations since 0.3.0, aside")
def test_a_backup_of_0_3_0_comes_back_through_its_migrations(process, tmp_path):
    home = tmp_path / "maison"
    with closing(restored(process, home, OLD_BACKUPS / "maillage-0.3.0.zip")) as database:
        assert database.execute("select count(*) from surveys_answer").fetchone() == (192,)
        assert_the_link_of_marie_opens(database, home, "57199c1e5fdb16c1b859582dc996a8fb")
