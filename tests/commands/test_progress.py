"""A command that lasts shows its step, how far it is, and whom it waits for."""

import argparse
import os
import signal
import sqlite3
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db.utils import ConnectionHandler

from maillage.kernel import progress
from maillage.kernel.errors import Refused
from maillage.manage import main
from maillage.manage.deploy import bootstrap

A_DAY = 86_400.0  # the timer rings when a test says so


@pytest.fixture
def errors(monkeypatch):
    """A function that returns what was written on standard error."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    monkeypatch.delenv("MAILLAGE_PROGRESSION")
    for name, value in (("ERRORS", writing), ("EVERY", A_DAY), ("LASTS", 0.0), ("INTERVAL", 0.0)):
        monkeypatch.setattr(progress, name, value)
    yield lambda: os.read(reading, 100_000).decode()
    os.close(reading)
    os.close(writing)


def lasting(step: str, share: float | None) -> SimpleNamespace:
    """Return the module of a command that the timer finds at a step."""

    def run(arguments: argparse.Namespace) -> int:
        progress.steps(step, share)
        signal.raise_signal(signal.SIGALRM)
        return 0

    return SimpleNamespace(arguments=lambda parser: None, run=run)


def test_every_command_shows_its_step_and_its_share_when_it_lasts(monkeypatch, errors):
    monkeypatch.setattr(main, "_module", lambda name: lasting(f"Étape de {name}", 0.37))
    for name in main.COMMANDS:
        assert main.main([name]) == 0
        assert f"Étape de {name}… 37\xa0% (0\xa0s)\n" in errors()


def test_a_variable_turns_progress_off(monkeypatch, errors):
    monkeypatch.setenv("MAILLAGE_PROGRESSION", "0")
    monkeypatch.setattr(main, "_module", lambda name: lasting("Étape", 0.37))
    monkeypatch.setattr(
        signal, "raise_signal", lambda number: None
    )  # nobody answers it: it would end the tests
    assert main.main(["sources"]) == 0
    with pytest.raises(BlockingIOError):
        errors()


def test_a_command_that_does_not_last_shows_nothing(monkeypatch, errors):
    monkeypatch.setattr(progress, "LASTS", 10.0)
    monkeypatch.setattr(main, "_module", lambda name: lasting("Étape", None))
    assert main.main(["sources"]) == 0
    with pytest.raises(BlockingIOError):
        errors()


def test_a_terminal_shows_one_line_that_what_is_printed_replaces(monkeypatch, capsys):
    screen, terminal = os.openpty()
    monkeypatch.delenv("MAILLAGE_PROGRESSION")
    monkeypatch.setattr(progress, "ERRORS", terminal)
    monkeypatch.setattr(progress, "EVERY", A_DAY)
    with progress.Steps().displayed("maillage demo"):
        signal.raise_signal(signal.SIGALRM)
        assert os.read(screen, 1000).decode().endswith("maillage demo… (0\xa0s)")
        print("Fait.")
        assert os.read(screen, 1000).decode() == progress.ERASE
    assert capsys.readouterr().out == "Fait.\n"
    os.close(screen)
    os.close(terminal)


@pytest.fixture
def base(tmp_path, django_db_blocker):
    """A connection of a command to a base of SQLite, which starts empty but for a table."""
    options = settings.SQLITE | {"timeout": 0.01}
    file = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "base.sqlite3", "OPTIONS": options}
    connection = ConnectionHandler({"default": file})["default"]
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("create table told (word text)")
        yield connection
        connection.close()


def test_a_command_waits_for_who_writes_and_says_so(monkeypatch, errors, base):
    monkeypatch.setattr(bootstrap, "LOOK", 0.01)
    monkeypatch.setattr(progress, "EVERY", 0.02)
    bootstrap.wait_aloud(base)
    with (
        closing(sqlite3.connect(base.settings_dict["NAME"], check_same_thread=False)) as other,
        progress.steps.displayed("maillage rapport"),
    ):
        other.execute("begin immediate")
        threading.Timer(0.2, other.rollback).start()
        with base.cursor() as cursor:
            cursor.execute("insert into told values ('un')")
        assert "Attente d’un autre Maillage, qui écrit dans cette base… (0\xa0s)" in errors()
        assert progress.steps.line(0) == "maillage rapport… (0\xa0s)"


def test_a_wait_that_lasts_names_who_writes_and_not_the_disk(monkeypatch, base):
    monkeypatch.setattr(bootstrap, "LOOK", 0.01)
    monkeypatch.setattr(bootstrap, "PATIENCE", 0)
    bootstrap.wait_aloud(base)
    with closing(sqlite3.connect(base.settings_dict["NAME"])) as other:
        other.execute("begin immediate")
        with pytest.raises(Refused) as refused, base.cursor() as cursor:
            cursor.execute("insert into told values ('un')")
    assert "occupée par un autre Maillage" in refused.value.what
    assert "disque" not in " ".join(refused.value.sentences)
