"""Two queues and their workers: a long study stops nobody, and what a dead worker did is taken again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.databases.conftest import python
from tests.support.shared import ROOT, environment, furnish
from tests.support.speed import until

HEAD = """
import json, sys
from maillage.config.bootstrap import ready
ready()
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from maillage.config import worker
from tests.databases import working
"""


@contextmanager
def at_work(queue: str, home, database: str) -> Iterator[subprocess.Popen]:
    words = [sys.executable, "-m", "maillage.config.worker", queue]
    process = subprocess.Popen(words, cwd=ROOT, env=environment(home, database))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.complete
@pytest.mark.slow("three workers, two of them killed")
def test_a_dead_worker_s_task_is_taken_again_and_a_living_one_s_is_not(database, tmp_path):
    if not database:
        furnish(tmp_path)
    go = tmp_path / "aller"

    def ask(code: str):
        done = python("-c", HEAD + code, home=tmp_path, database=database)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    look = "json.dump(sorted(DBTaskResult.objects.values_list('queue_name','status')), sys.stdout)"
    again = "json.dump(worker.take_again(timezone.now() + 2 * worker.GRACE), sys.stdout)"

    def states() -> dict[str, str]:
        return dict(ask(look))

    ask(f"working.last_until.enqueue({str(go)!r}); working.end_at_once.enqueue(); print('{{}}')")
    with at_work("lente", tmp_path, database) as slow, at_work("rapide", tmp_path, database):
        until(lambda: states() == {"quick": "SUCCESSFUL", "slow": "RUNNING"})
        assert ask(again)["reprises"] == 0, "its worker is alive"
        slow.kill()
        slow.wait()
        assert ask(again) == {"reprises": 1, "mises_de_cote": 0, "etudes_reprises": 0}
    with at_work("lente", tmp_path, database):
        until(lambda: states()["slow"] == "RUNNING")
    assert ask(again)["reprises"] == 1
    with at_work("lente", tmp_path, database) as third:
        until(lambda: states()["slow"] == "RUNNING")
        go.touch()
        until(lambda: states()["slow"] == "SUCCESSFUL")
        third.terminate()
        assert third.wait(timeout=30) == 0
    attempts = ask(
        "json.dump([len(t.worker_ids) for t in DBTaskResult.objects.filter(queue_name='slow')], sys.stdout)"
    )
    assert attempts == [3]
