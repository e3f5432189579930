"""Run by bench/journal.py in a home and a database of its own: write lines in each way, then walk along
them.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from secrets import token_hex
from typing import Any

from maillage.manage.deploy.bootstrap import ready

ready()

from django.db import connection, connections

from maillage.apps.platform.accounts import actions, queries
from maillage.apps.platform.accounts.actions import Note
from maillage.apps.platform.accounts.models import Entry, User

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LINES, ACTS, WRITERS = (int(os.environ[name]) for name in ("LINES", "ACTS", "WRITERS"))
STEP = 5_000  # lines a batch
FEW = 20  # times fewer lines are written one by one: the time of all is deduced


def main() -> None:
    user = User.objects.create_user("banc@exemple.fr", "x", name="Banc")
    notes = [
        Note(by=user, verb="person.seen", row=user, at=AT + timedelta(milliseconds=k), structure=7)
        for k in range(LINES)
    ]
    took = {"batch": _seconds(lambda: _write(notes))}
    some = notes[: max(LINES // FEW, 1)]
    took["alone"] = LINES / len(some) * _seconds(lambda: [actions.record_many([note]) for note in some])
    took["together"] = _by_several(_record)
    n, broken = queries.broken()
    assert broken is None, broken
    assert n == LINES + len(some) + ACTS // WRITERS * WRITERS, n
    took["walk"] = _seconds(queries.broken)
    took["rows"] = _seconds(lambda: sum(1 for _ in Entry.objects.order_by("pk").iterator(chunk_size=2000)))
    took["plain"] = _by_several(_insert)  # last: these lines are in no chain
    print(json.dumps(took | {"n": n}))


def _write(notes: list[Note]) -> None:
    for start in range(0, len(notes), STEP):
        actions.record_many(notes[start : start + STEP])


def _by_several(write: Callable[[User], None]) -> float:
    """Return the seconds that several processes take to write the same number of lines each, all together."""
    connections.close_all()
    context = get_context("fork")
    gate = context.Barrier(WRITERS + 1)
    writers = [context.Process(target=_writer, args=(write, gate)) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    gate.wait()
    start = time.perf_counter()
    for each in writers:
        each.join()
        assert each.exitcode == 0
    return time.perf_counter() - start


def _writer(write: Callable[[User], None], gate: Any) -> None:
    user = User.objects.get()
    connection.ensure_connection()
    gate.wait()
    for _ in range(ACTS // WRITERS):
        write(user)
    connection.close()


def _record(user: User) -> None:
    actions.record(by=user, verb="person.seen", row=user, at=AT, structure=7)


def _insert(user: User) -> None:
    Entry.objects.create(
        by=user.pk, verb="person.seen", kind="accounts.user", row=user.pk, at=AT, digest=token_hex(32)
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
