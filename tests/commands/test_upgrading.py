"""An upgrade while people work: the tables first, then the program, and nobody is refused meanwhile."""

import http.client
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from itertools import cycle

import pytest
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.recorder import MigrationRecorder

from maillage.kernel.errors import Refused
from maillage.manage.commands import servir
from maillage.manage.deploy import tables
from tests.support.shared import ROOT, environment, served
from tests.support.speed import PATIENCE, until

NEXT = {"DJANGO_SETTINGS_MODULE": "tests.support.next_release.settings"}
ADDRESSES = ("/", "/sante/", "/glossaire/", "/connexion/")
EVERY = 0.1  # seconds between two requests of somebody: whoever asks without a breath slows the change down


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (operations.DeleteModel("Person"), "retire la table Person"),
        (operations.RemoveField("person", "born"), "retire la colonne person.born"),
        (operations.RenameField("person", "born", "year"), "renomme la colonne person.born"),
        (operations.RenameModel("Person", "Human"), "renomme la table Person"),
        (
            operations.AddField("person", "size", models.IntegerField(default=0)),
            "ajoute la colonne person.size, que l’ancienne ne remplit pas",
        ),
        (operations.AddField("person", "size", models.IntegerField(null=True)), ""),
        (operations.AddField("person", "size", models.IntegerField(db_default=0)), ""),
        (operations.CreateModel("Shoe", [("id", models.BigAutoField(primary_key=True))]), ""),
        (operations.AddIndex("person", models.Index(fields=["born"], name="x")), ""),
    ],
)
def test_incompatible_migrations_are_named(operation, words):
    assert tables._breaks(operation) == words


def test_a_base_that_is_up_to_date_breaks_nothing(db):
    assert tables.breaking(connection) == []


def test_a_base_of_a_later_version_is_refused(db):
    tables.check_version(connection)
    MigrationRecorder(connection).record_applied("accounts", "9999_plus_tard")
    with pytest.raises(Refused, match=r"plus récente .*accounts\.9999_plus_tard"):
        tables.check_version(connection)


def test_a_socket_is_inherited_from_systemd_and_from_nobody_else(monkeypatch):
    assert servir.inherited_socket() is None
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", "1")
    assert servir.inherited_socket() is None, "it was for another process"
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    assert servir.inherited_socket() == servir.FIRST
    assert "LISTEN_FDS" not in os.environ, "what it starts inherits none"


@pytest.mark.complete
@pytest.mark.slow("two servers, one after the other")
def test_no_request_is_lost_while_the_tables_then_the_program_change(tmp_path):
    home = served(tmp_path / "maison")
    with (
        closing(socket.create_server(("127.0.0.1", 0), backlog=128)) as door,
        (tmp_path / "errors.txt").open("w") as error_file,
    ):
        port = door.getsockname()[1]

        def serve(**version: str) -> subprocess.Popen:
            words = [sys.executable, "-m", "maillage.manage.main", "servir", "--port", str(port)]
            return subprocess.Popen(
                words,
                cwd=ROOT,
                env=environment(home) | {"LISTEN_FDS": "1"} | version,
                preexec_fn=lambda: os.dup2(door.fileno(), servir.FIRST),
                pass_fds=(servir.FIRST,),
                stdout=subprocess.DEVNULL,
                stderr=error_file,
            )

        def migrate(*words: str) -> str:
            command = [sys.executable, "-m", "maillage.manage.main", "migrer", *words]
            done = subprocess.run(
                command, cwd=ROOT, env=environment(home) | NEXT, capture_output=True, text=True, check=False
            )
            assert done.returncode == (1 if words else 0), done.stderr
            return done.stdout

        answers: list[int | str] = []
        over = threading.Event()

        def ask() -> None:
            for address in cycle(ADDRESSES):
                if over.wait(EVERY):
                    return
                call = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                with closing(call):
                    try:
                        call.request("GET", address, headers={"Host": "localhost"})
                        answers.append(call.getresponse().status)
                    except (OSError, http.client.HTTPException) as error:
                        answers.append(repr(error))

        servers = [serve()]
        callers = [threading.Thread(target=ask) for _ in range(2)]
        try:
            for each in callers:
                each.start()
            until(lambda: len(answers) > 8)
            assert "pendant que l’on travaille" in migrate("--verifier")
            assert "next_release.0001_expand" in migrate()
            before = len(answers)
            until(lambda: len(answers) > before + 8)  # the former program, on the new tables
            servers[0].terminate()
            servers.append(serve(**NEXT))
            servers[0].wait(timeout=PATIENCE)
            before = len(answers)
            until(lambda: len(answers) > before + 8)
        finally:
            over.set()
            for each in callers:
                each.join()
            for each in servers:
                each.terminate()
            for each in servers:
                each.wait(timeout=PATIENCE)
    assert set(answers) == {200}
    errors = (tmp_path / "errors.txt").read_text("utf-8")
    assert errors == "", "who stops it reads nothing of libraries"
    with closing(sqlite3.connect(home / "maillage.sqlite3")) as base:
        assert "novelty" in [row[1] for row in base.execute("pragma table_info(people_person)")]
