"""Work that needs no order, spread over the processors of the computer."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
LEAST = 2_000  # items under which starting processes costs more than it saves
PART = 500  # items given to a process at once

_work: list[Callable[[int, int], Any]] = []  # copied with the process: it may hold what cannot be sent


def parts(n: int, work: Callable[[int, int], T], *, least: int = LEAST) -> Iterator[tuple[int, T]]:
    """Yield, in order, (how many of n items are done, what `work` returns for the next ones).

    work: called with a start and an end; what it returns is copied from another process when there are many
    items and several processors. A process that has threads does it all itself: its copies could wait for
    ever for a lock that no thread of theirs releases.
    """
    spans = [(start, min(start + PART, n)) for start in range(0, n, PART)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if n < least or cores < 2 or threading.active_count() > 1 or multiprocessing.current_process().daemon:
        for start, end in spans:
            yield end, work(start, end)
        return
    _work.append(work)
    try:
        with multiprocessing.get_context("fork").Pool(cores, _as_usual) as pool:
            for (_, end), done in zip(spans, pool.imap(_do, spans), strict=True):
                yield end, done
    finally:
        _work.pop()


def _as_usual() -> None:
    """Let a copy end when it is told to: a worker of the platform answers these signals by finishing its
    task, and its copies have none.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop


def _do(span: tuple[int, int]) -> Any:
    return _work[-1](*span)
