"""Deadlines: each task isolated from the others, run by `maillage echeances` and by `maillage servir`."""

import gc
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook
from maillage.words.dates import in_words

# In this order: a name in French, and what to call with `at`; it returns a count, or counts by word.
WORKS: Hook[tuple[str, Callable[..., int | Mapping[str, int] | None]]] = Hook()
EVERY = 15  # seconds
LEAP = timedelta(days=180)  # a computer is off for a summer, seldom for longer
TASKS_RETAINED = timedelta(days=14)
WAITED = 500  # milliseconds during which nobody else writes, at most
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task: counts by word, or why it stopped."""

    name: str
    counts: Mapping[str, int | None] = field(default_factory=dict)
    error: str = ""


def leap(at: datetime) -> datetime | None:
    """Return when this was last run here, if a clock that is right would not be that far from it, before or
    after: a date that never came would erase persons and papers before their time, and one that is long
    past would be taken, once the clock is set, for years without anything done. None when nothing is to be
    doubted.
    """
    last_run = max(_marks().values(), default=at)
    return last_run if abs(at - last_run) > LEAP else None


def _marks() -> dict[Path, datetime]:
    """Return when what is due was done here, by the files that say so; none where it never was."""
    from django.conf import settings

    last_run_by_file = {}
    for path in (settings.HEARTBEAT, settings.DAILY_TASKS_STAMP):
        with suppress(OSError):
            last_run_by_file[path] = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    return last_run_by_file


def doubt(day: str, *, is_late: bool) -> str:
    """Return, in words, what makes a clock doubtful that is late, or fast, beside the last day of work."""
    return (
        f"{'ce qui est échu a déjà été fait ici le' if is_late else 'rien n’a été fait ici depuis le'} {day}"
    )


def check_clock(at: datetime) -> None:
    """Refuse to do what is due at a moment that a clock gone wild may have invented."""
    if (last_run := leap(at)) is not None:
        is_late = at < last_run
        raise Refused(
            f"L’horloge dit le {in_words(at)}, et {doubt(in_words(last_run), is_late=is_late)}.",
            why=(
                "Si elle retarde, ce qui est fait serait daté d’un jour passé."
                if is_late
                else "Si elle avance, des personnes et des papiers seraient effacés avant leur date."
            ),
            do=(
                "Réglez-la (timedatectl set-ntp true). Si elle est juste, lancez une fois :"
                " maillage echeances --horloge-juste."
            ),
        )


def trust(at: datetime) -> None:
    """Take the clock for right: what was done at a moment that has not come was done by a wrong one."""
    for path, last_run in _marks().items():
        if last_run > at:
            path.unlink(missing_ok=True)


def say_done(done: Sequence[Done], *, goes_on: bool) -> None:
    """Say that what is due was done just now, and what of it failed; goes_on: by what does it again and
    again, beside workers.
    """
    from django.conf import settings

    failed = "\n".join(each.name for each in done if each.error)
    with suppress(OSError, Refused):  # a full disk is said by /sante/ already
        settings.DAILY_TASKS_STAMP.touch()
        if goes_on:
            settings.HEARTBEAT.touch()
        if not failed:
            _failures().unlink(missing_ok=True)
        elif failed.splitlines() != failing():
            write_whole(_failures(), failed)


def failing() -> list[str]:
    """Return the names of the tasks that failed the last time that the work was done: nobody reads the log of
    each day, and what a law wants erased would stay.
    """
    with suppress(OSError):
        return _failures().read_text("utf-8").splitlines()
    return []


def _failures() -> Path:
    from django.conf import settings

    return Path(settings.DAILY_TASKS_STAMP).with_suffix(".echecs")


def run(at: datetime, is_over: Callable[[], bool] = lambda: False) -> list[Done]:
    """Run the tasks due at a moment; a failure is reported, and the others run all the same. is_over: asked
    before each, whether to leave the others for the next time.
    """
    return [_one(name, work, at) for name, work in WORKS if not is_over()]


def _one(name: str, work: Callable[..., int | Mapping[str, int] | None], at: datetime) -> Done:
    try:
        result = work(at=at)
    except Refused as refused:
        log.error("%s : %s", name, " ".join(refused.sentences))
        return Done(name, error=refused.what)
    except Exception as error:
        # Where and what kind, never the words of the error: they may hold somebody's data.
        last = traceback.extract_tb(error.__traceback__)[-1]
        log.error("%s : %s, %s ligne %s", name, type(error).__name__, Path(last.filename).name, last.lineno)
        return Done(name, error=type(error).__name__)
    return Done(name, result if isinstance(result, Mapping) else {"lignes": result})


def fold(at: datetime) -> Mapping[str, int]:
    """Empty the write-ahead log of SQLite into the database: what somebody had erased stays in neither.

    at: as every work is called. Whoever reads just then is not waited for long: the next time will do.
    """
    from django.db import connection

    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            usual = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout={WAITED}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(f"PRAGMA busy_timeout={usual}")
    return {}


def forget_tasks(at: datetime) -> int:
    """Erase what the background work did and that nobody will ask about; return how many rows."""
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.finished().filter(finished_at__lte=at - TASKS_RETAINED).delete()[0]


def keep_on(seconds: float) -> None:
    """Run what is due at intervals, until this process is asked to stop: the current task is finished
    first.
    """
    from django.db import close_old_connections
    from django.utils import timezone

    stop, doubted = threading.Event(), False
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        close_old_connections()
        now = timezone.now()
        try:
            check_clock(now)
        except Refused as refused:
            if not doubted:  # once: /sante/ and the page of the installation go on saying it
                log.error(" ".join(refused.sentences))
            doubted = True
            stop.wait(seconds)
            continue
        doubted = False
        done = run(now, stop.is_set)
        if not stop.is_set():  # what was left would be said to be done
            say_done(done, goes_on=True)
        if not any(
            each.counts.get("partis") for each in done
        ):  # messages leave by small lots: another may wait
            stop.wait(seconds)


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 20)  # as maillage.manage.main
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    import django

    django.setup()
    sys.modules["maillage.manage.deploy.scheduler"] = sys.modules[
        "__main__"
    ]  # hooks fill this one, not a second
    keep_on(float(sys.argv[1]) if len(sys.argv) > 1 else EVERY)
