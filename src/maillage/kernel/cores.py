"""Work that needs no order, spread over the processors of the computer."""

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")
LEAST = 2_000  # items under which starting processes costs more than it saves
PART = 500  # items given to a process at once
PR_SET_PDEATHSIG = 1  # of Linux: the signal that a process receives when the one that made it ends

_work: list[Callable[[int, int], Any]] = []  # copied with the process: it may hold what cannot be sent


def parts(n: int, work: Callable[[int, int], T], *, least: int = LEAST) -> Iterator[tuple[int, T]]:
    """Yield, in order, (how many of n items are done, what `work` returns for the next ones).

    work: called with a start and an end; what it returns is copied from another process when there are many
    items and several processors. A process that has threads does it all itself: its copies could wait for
    ever for a lock that no thread of theirs releases.
    """
    spans = [(start, min(start + PART, n)) for start in range(0, n, PART)]
    if n < least or not _may_copy():
        for start, end in spans:
            yield end, work(start, end)
        return
    _work.append(work)
    try:
        with multiprocessing.get_context("fork").Pool(len(os.sched_getaffinity(0)), _as_usual) as pool:
            for (_, end), done in zip(spans, pool.imap(_do, spans), strict=True):
                yield end, done
    finally:
        _work.pop()


@contextmanager
def aside(work: Callable[[], T], *, worth: bool = True) -> Iterator[Callable[[], T]]:
    """Do some work in a copy of this process while the body goes on; what is yielded waits for its result.

    The work is done at once, here, when it is not worth a copy or when there cannot be one: see `parts`. A
    body that ends before asking ends the copy.
    """
    if not worth or not _may_copy():
        done = work()
        yield lambda: done
        return
    _work.append(lambda start, end: work())
    try:
        with multiprocessing.get_context("fork").Pool(1, _as_usual) as pool:
            yield pool.apply_async(_do, ((0, 0),)).get
    finally:
        _work.pop()


def _may_copy() -> bool:
    """Return whether this process has several processors, no thread, and may have copies of itself."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return cores > 1 and alone


def _as_usual() -> None:
    """Let a copy end when it is told to: a worker of the platform answers these signals by finishing its
    task, and its copies have none.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    with suppress(OSError, AttributeError):  # and on Linux, a first process that is killed takes them along
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _do(span: tuple[int, int]) -> Any:
    return _work[-1](*span)
