"""Two queues and their workers: a long study stops nobody, and what a dead worker did is taken again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.platform import loaded
from tests.support.shared import ROOT, environment, furnish
from tests.support.speed import until

HEAD = """
import json, sys
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from maillage.manage.deploy import worker
from tests.databases import working
"""


@contextmanager
def at_work(queue: str, home, database: str) -> Iterator[subprocess.Popen]:
    code = f"from maillage.manage.deploy import worker; worker.TASK_PREFIX = 'tests.'; worker.main({queue!r})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment(home, database))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.complete
@pytest.mark.slow("three workers, one of them killed")
def test_a_dead_worker_s_task_is_taken_again_and_a_living_one_s_is_not(database, tmp_path):
    if not database:
        furnish(tmp_path)
    go = tmp_path / "aller"

    look = "json.dump(sorted(DBTaskResult.objects.values_list('queue_name','status')), sys.stdout)"
    again = "json.dump(worker.take_again(timezone.now() + 2 * worker.GRACE), sys.stdout)"

    with loaded(environment(tmp_path, database)) as run:

        def ask(code: str):
            return json.loads(run(HEAD + code))

        def states() -> dict[str, str]:
            return dict(ask(look))

        ask(f"working.last_until.enqueue({str(go)!r}); working.end_at_once.enqueue(); print('{{}}')")
        with at_work("lente", tmp_path, database) as slow, at_work("rapide", tmp_path, database):
            until(lambda: states() == {"quick": "SUCCESSFUL", "slow": "RUNNING"})
            assert ask(again)["reprises"] == 0, "its worker is alive"
            slow.kill()
            slow.wait()
            assert ask(again) == {"reprises": 1, "mises_de_cote": 0, "etudes_reprises": 0}
        with at_work("lente", tmp_path, database) as second:
            until(lambda: states()["slow"] == "RUNNING")
            go.touch()
            until(lambda: states()["slow"] == "SUCCESSFUL")
            second.terminate()
            assert second.wait(timeout=30) == 0
        attempts = ask(
            "json.dump([len(t.worker_ids) for t in DBTaskResult.objects.filter(queue_name='slow')], sys.stdout)"
        )
        assert attempts == [2]
