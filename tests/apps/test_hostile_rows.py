"""Rows that somebody else wrote in the database: none of them runs anything, and the pages still answer."""

import base64
import os
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult, get_date_max

from maillage.manage.deploy import worker
from maillage.web import snapshots
from tests.conftest import account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Trap:
    """A value that leaves a file behind as soon as it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (str(self.trace),)


@pytest.fixture
def trace(tmp_path) -> Path:
    """The folder that a trap makes when it runs."""
    return tmp_path / "piege"


@pytest.fixture
def payload(trace) -> str:
    return base64.b64encode(pickle.dumps(Trap(trace))).decode()


def write_cache(value: str) -> int:
    """Put a value in every row of the cache, kept for ever, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute("update cache set value = %s, expires = '2999-01-01'", [value])
        return cursor.rowcount


def counted(*, on):
    return on.isoformat()


def test_pages_read_no_pickle_of_the_cache(home, client, trace, payload):
    """Each row that a visit, a visitor signed in and the deadlines left is replaced."""
    paths = ("/", "/carte/", "/ateliers/", "/connexion/", "/espace/")
    client.force_login(account("karim", "coordination", territory="france"))
    wrong = {"login": "karim@exemple.fr", "password": "un-mot-de-passe-faux"}

    def visit() -> None:
        assert {Client().get(path).status_code for path in paths[:-1]} == {200}
        assert client.get(paths[-1]).status_code == 200
        assert Client().post("/connexion/", wrong).status_code == 200
        snapshots.latest(f"{__name__}.counted", at=AT)
        snapshots.run_deadlines(at=AT)

    visit()
    for subject in ("dossiers", "agenda", "directory"):
        caches["default"].set(f"mark:{subject}", "1")
    assert write_cache(payload) >= 6
    visit()
    assert not trace.exists()


def test_cache_takes_a_damaged_row_for_an_absent_one():
    caches["default"].clear()  # of what another test stored outside of its transaction
    for value in ("", "x", "é", "=" * 7, "0" * 64, f"{'0' * 64}gASVAAAAAAAAAAAu"):
        caches["default"].set("a", 1)
        assert write_cache(value) == 1
        assert caches["default"].get("a", "absent") == "absent"
        caches["default"].set("a", 1)
        assert write_cache(value) == 1
        assert caches["default"].add("a", 2) and caches["default"].get("a") == 2


def test_cache_reads_no_row_signed_for_another_key():
    """Whoever cannot sign could otherwise move a value to where it opens something."""
    caches["default"].set("a", 1)
    caches["default"].set("b", 2)
    with connection.cursor() as cursor:
        cursor.execute("update cache set value = (select value from cache where cache_key = ':1:b')")
    assert caches["default"].get_many(["a", "b"]) == {"b": 2}


def test_cache_reads_no_row_signed_by_a_former_key(settings):
    caches["default"].set("a", 1)
    settings.SECRET_KEY = "une-autre-cle"
    assert caches["default"].get("a") is None


def test_cache_keeps_its_promises_under_a_signature():
    """Those of Django: what is added once, touched, forgotten after its time, or stored as None."""
    cache = caches["default"]
    assert cache.add("a", (AT, {"é": None})) and not cache.add("a", 1)
    assert cache.get("a") == (AT, {"é": None})
    cache.set("vide", None)
    assert cache.get("vide", 1) is None
    cache.set("passé", 1, timeout=-1)
    assert cache.get("passé") is None
    cache.set("passé", 1, timeout=-1)
    assert cache.add("passé", 2) and cache.get("passé") == 2
    assert cache.touch("a", 60) and not cache.touch("absent")
    assert cache.get("a") == (AT, {"é": None})
    assert cache.incr("passé") == 3


def test_session_rows_run_nothing(home, client, trace, payload):
    """A pickle, bare or in the shape of a signed session, closes the visit that carries it."""
    client.force_login(account("karim", "coordination", territory="france"))
    for data in (payload, f"{payload}:1vKXyz:{'a' * 43}", f".{payload}:1vKXyz:{'a' * 43}"):
        Session.objects.update(session_data=data)
        assert client.get("/espace/").status_code == 302
        assert client.get("/").status_code == 200
    assert not trace.exists()


def test_worker_runs_no_function_that_a_row_names(home, trace, tmp_path, monkeypatch, caplog):
    """Nor imports its module: only the tasks of the platform are done."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "piege.py").write_text(f"import os\nos.mkdir({str(trace)!r})\n")
    monkeypatch.setattr(worker, "forget_all", lambda *words: trace.mkdir())
    for path in ("os.mkdir", "piege.run", "maillage.manage.deploy.worker.forget_all"):
        row = DBTaskResult.objects.create(
            task_path=path,
            args_kwargs={"args": [str(trace)], "kwargs": {}},
            queue_name="quick",
            backend_name="default",
            run_after=get_date_max(),
        )
        worker.of_queue("rapide").run_task(row)
        row.refresh_from_db()
        assert (row.status, row.exception_class_path.rpartition(".")[2]) == ("FAILED", "SuspiciousOperation")
    assert not trace.exists()
    assert caplog.text.count("autre chose qu’une tâche") == 2  # the third one is refused by the queue itself
