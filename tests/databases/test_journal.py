"""The journal on both engines: each damage is named, nobody's kill leaves half a line, copies prove alike."""

import pytest

from tests.databases.conftest import python, report_of
from tests.databases.recording import PER_WRITER, WRITERS
from tests.support.profile import times

NAMED = {
    "nothing": ["whole"],
    "a row changed": ["changed", 3],
    "a date changed": ["changed", 3],
    "a form put back": ["version", 3],
    "the middle taken off": ["removed", 5],
    "the beginning taken off": ["removed", 2],
    "a line added": ["inserted", 5],
    "a line added with its digest": ["inserted", 5],
    "two swapped": ["moved", 2],
    "the tail cut": ["tail", 8],
    "the tail cut with its anchor": ["tail", 8],
    "everything cut": ["tail", 4],
    "an older copy, continued": ["tail", 8],
    "all written again": ["anchor", 4],
    "an anchor of the file changed": ["anchors", "la ligne 2 de FILE n’est plus celle qui a été écrite"],
    "an anchor of the file taken off": ["anchors", "l’ancre du 20/11/2026 à 11:00 UTC manque dans FILE"],
    "words in the file": ["anchors", "la ligne 3 de FILE n’est plus celle qui a été écrite"],
    "a file that is no text": ["anchors", "la ligne 1 de FILE n’est plus celle qui a été écrite"],
    "half a line left by a cut": ["whole"],
    "an anchor of the base changed": ["anchors", "l’ancre du 20/11/2026 à 10:00 UTC manque dans FILE"],
    "a page, whole": ["whole"],
    "a backup": ["whole"],
    "a backup older than a page": ["tail", 8],
    "a new backup and a page": ["whole"],
    "a backup put back by the command": ["whole", 2],
    "the same, and a page": ["tail", 8],
}


def test_each_damage_to_the_journal_is_named(database, tmp_path):
    report = report_of("damaging", home=tmp_path, database=database)
    clock = report.pop("the clock set back")
    assert clock[0] == "whole"
    assert "l’horloge de l’ordinateur a reculé" in clock[1]
    assert report == NAMED


@pytest.mark.complete
@pytest.mark.slow("kills whoever writes thirty times in the complete profile")
def test_a_writer_killed_again_and_again_leaves_no_half_line(database, tmp_path):
    kills = times(8, 8 if database else 30)  # what a second engine changes shows soon
    report = report_of("recording", kills, home=tmp_path, database=database)
    assert report["faults"] == []
    assert report["inside"] > 0, "kills fell in the middle of transactions"
    assert report["lines"] >= kills
    assert report["more"] == WRITERS * PER_WRITER


SEALED = """
from datetime import UTC, datetime
from maillage.manage.deploy.bootstrap import ready
ready()
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import Seal
from maillage.apps.people.persons.actions import forgetting, register
from maillage.manage.deploy import scheduler
from pathlib import Path
from django.conf import settings
at = datetime(2026, 11, 20, 9, tzinfo=UTC)
person = register.welcome(by=None, structure=None, at=at)
journal.seal(person, "1950")
key = Seal.objects.get().key.encode()
scheduler.fold(at)
there = lambda: sum(key in path.read_bytes() for path in Path(settings.HOME).glob("maillage.sqlite3*"))
before = there()
forgetting.forget(person, by=None, at=at)
scheduler.fold(at)
print(before, there())
"""


def test_a_destroyed_secret_is_neither_in_the_file_of_sqlite_nor_in_its_log(tmp_path):
    done = python("-c", SEALED, home=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["1", "0"]
