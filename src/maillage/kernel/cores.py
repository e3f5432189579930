"""Work that needs no order, spread over the processors of the computer."""

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
LEAST = 2_000  # items under which starting processes costs more than it saves
PART = 500  # items given to a process at once
PR_SET_PDEATHSIG = 1  # of Linux: the signal that a process receives when the one that made it ends

_work: list[Sequence[Callable[[], Any]]] = []  # copied with the process: it may hold what cannot be sent


def parts(n: int, work: Callable[[int, int], T], *, least: int = LEAST) -> Iterator[tuple[int, T]]:
    """Yield, in order, (how many of n items are done, what `work` returns for the next ones).

    work: called with a start and an end; what it returns is copied from another process when there are many
    items and several processors.
    """
    ends = [min(start + PART, n) for start in range(0, n, PART)]
    jobs = [partial(work, start, end) for start, end in zip((0, *ends), ends, strict=False)]
    outcomes = results(jobs) if n >= least and may_copy() else (job() for job in jobs)
    with closing(outcomes):
        yield from zip(ends, outcomes, strict=True)


@contextmanager
def aside(work: Callable[[], T], *, may_pay: bool = True) -> Iterator[Callable[[], T]]:
    """Do some work in a copy of this process while the body goes on; what is yielded waits for its result.

    The work is done at once, here, when it is not worth a copy or when there cannot be one; it is done here
    again when its copy was killed.
    """
    if not may_pay or not may_copy():
        done = work()
        yield lambda: done
        return
    with _copies(1, [work]) as pool:
        begun: Future[T] = pool.submit(_do, 0)

        def result() -> T:
            try:
                return begun.result()
            except BrokenProcessPool:
                return work()

        yield result


def results(jobs: Sequence[Callable[[], T]]) -> Generator[T, None, None]:
    """Yield the result of each job, in order, each done in one of as many copies of this process as it has
    processors. Only a process that `may_copy` calls this. What a copy that was killed (memory was short,
    or its service stops) leaves is done here.
    """
    done = 0
    try:
        with _copies(len(os.sched_getaffinity(0)), jobs) as pool:
            for result in pool.map(_do, range(len(jobs))):
                yield result
                done += 1
    except BrokenProcessPool:
        for job in jobs[done:]:
            yield job()


@contextmanager
def _copies(n: int, jobs: Sequence[Callable[[], Any]]) -> Iterator[ProcessPoolExecutor]:
    _work.append(jobs)
    try:
        with ProcessPoolExecutor(n, multiprocessing.get_context("fork"), _as_copy) as pool:
            yield pool
    finally:
        _work.pop()


def may_copy() -> bool:
    """Allow copies to a process with several processors, no thread, and that is no copy itself. The copies of
    one that has threads could wait for ever for a lock that no thread of theirs releases.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    alone = threading.active_count() == 1 and multiprocessing.parent_process() is None
    return cores > 1 and alone


def _as_copy() -> None:
    """Let a copy end when it is told to: a worker of the platform answers these signals by finishing its
    task, and its copies have none.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    with suppress(OSError, AttributeError):  # and on Linux, a first process that is killed takes them along
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _do(job: int) -> Any:
    return _work[-1][job]()
