"""Background work: who does it, for how long at most, and what becomes of what a dead worker was doing.

    python -m maillage.manage.deploy.worker rapide|lente

Two queues: nobody who waits in front of a page waits behind a study of a whole country. The tasks, their rows
and the way they are run are those of django-tasks-db. A worker holds a lock as long as it does a task
(web/locks.py): another process takes the task back when the lock is free, and only then. Each task takes the
lock anew: a database that was started again in between forgot it.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from maillage.kernel import memory
from maillage.kernel.errors import Refused

QUEUES = {"rapide": ["default", "quick"], "lente": ["slow"]}  # default: tasks of the versions before
LIMITS = {"default": timedelta(minutes=15), "quick": timedelta(minutes=15), "slow": timedelta(hours=2)}
ATTEMPTS = 3  # of a task whose worker dies, before it is set aside
NICENESS = 10  # pages come first: a study takes what they leave of the processor
EVERY = 0.5  # seconds between two looks at an empty queue
TASK_PREFIX = "maillage."  # of the modules whose tasks are done
log = logging.getLogger(__name__)
GRACE = timedelta(seconds=5)  # between the row that says who does a task, and the lock


class WorkerDied(Exception):
    """Each worker that took a task died: its memory is too small for it, or the computer stops too often."""


class TimeLimit(Refused):
    """A task took longer than its queue allows."""

    def __init__(self, most: timedelta) -> None:
        super().__init__(
            f"Le calcul a été arrêté au bout de {round(most.total_seconds() / 60)} minutes.",
            why="Un calcul aussi long empêche tous les autres.",
            do="Demandez un territoire plus petit, ou relancez-le à une heure plus calme.",
        )


def lock_name(worker_id: str) -> str:
    """Return the name of the lock of a worker."""
    return f"travail-{worker_id}"


def run(queue: str) -> None:
    """Do the tasks of a queue until this process is asked to stop; the current one is finished first."""
    os.nice(NICENESS)
    worker = of_queue(queue)
    worker.configure_signals()
    worker.run()


def of_queue(queue: str) -> Any:
    """Return the worker of a queue, which does the tasks of the platform and no other function: a row names
    its task, and whoever writes rows would otherwise choose what runs.
    """
    from django.core.exceptions import SuspiciousOperation
    from django.utils.crypto import get_random_string
    from django_tasks_db.management.commands.db_worker import Worker

    from maillage.web import locks

    class LimitedWorker(Worker):
        def run_task(self, db_task_result: Any) -> None:
            if not db_task_result.task_path.startswith(TASK_PREFIX):
                log.error("Une ligne de la file nomme autre chose qu’une tâche : %s.", db_task_result.pk)
                db_task_result.set_failed(SuspiciousOperation("This task is none of the platform's."))
                return
            with (
                locks.exclusive(lock_name(self.worker_id)),
                limited(LIMITS[db_task_result.queue_name]),
            ):
                super().run_task(db_task_result)
            memory.give_back()

    return LimitedWorker(
        queue_names=QUEUES[queue],
        interval=EVERY,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"{queue}-{get_random_string(24)}",
        excluded_queue_names=[],
    )


@contextmanager
def limited(most: timedelta) -> Iterator[None]:
    """Raise TimeLimit in what is done here, once it has taken that long."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeLimit(most)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, most.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def take_again(at: datetime) -> dict[str, int]:
    """Put what dead workers were doing back in its queue, and return how many tasks; one that has lost
    ATTEMPTS workers is set aside, for somebody to look at.
    """
    from django_tasks_db.models import DBTaskResult

    from maillage.apps.dossiers import actions
    from maillage.web import locks

    again = aside = 0
    for task in DBTaskResult.objects.running().filter(started_at__lt=at - GRACE):
        if not locks.is_free(lock_name(task.worker_ids[-1])):
            continue
        # only if it is still that one's: it may have ended just now
        same = DBTaskResult.objects.filter(pk=task.pk, status="RUNNING", worker_ids=task.worker_ids)
        if len(task.worker_ids) < ATTEMPTS:
            again += same.update(status="READY", started_at=None)
        else:
            died = f"{WorkerDied.__module__}.{WorkerDied.__qualname__}"
            aside += same.update(status="FAILED", finished_at=at, exception_class_path=died)
    return {"reprises": again, "mises_de_cote": aside, "etudes_reprises": actions.resume()}


def forget_all() -> int:
    """Erase every task, but those that a living worker is doing: what a restoration put in place of the rows
    that they name has the same numbers. What is unfinished there is asked again by who resumes it.
    """
    from django_tasks_db.models import DBTaskResult

    from maillage.web import locks

    running = DBTaskResult.objects.running().values_list("pk", "worker_ids")
    running_keys = [pk for pk, workers in running if not locks.is_free(lock_name(workers[-1]))]
    return DBTaskResult.objects.exclude(pk__in=running_keys).delete()[0]


def main(queue: str) -> None:
    gc.set_threshold(50_000, 20, 20)  # as maillage.manage.main
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    import django

    django.setup()
    run(queue)


if __name__ == "__main__":
    main(sys.argv[1])
