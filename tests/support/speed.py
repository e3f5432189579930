"""Fit the limits of a test to a slow or busy machine: they grow as it slows, and the test waits longer.

The clock is read here and nowhere else in the tests (tests/house/test_house.py): a bound on seconds that
forgets the machine fails on another one for no fault of the code.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOOP = 0.03  # seconds that the loop below takes on the machine that limits are thought for
LEEWAY = 3  # times a limit: another processor, a disk or a neighbour takes as much, and never ten times
UNCOUNTED_PROCESSES: set[str] = set()  # processes that work for all the tests: none pays for them
PATIENCE = 240.0  # seconds: nothing that is waited for takes so long, but what never comes


def slowness() -> float:
    """Return how many times slower than the machine that limits are thought for this one is now: 1 or more."""
    before = time.process_time()
    for _ in range(5):
        sum(n * n for n in range(1_000_000))
    return max(1.0, (time.process_time() - before) / 5 / LOOP)


def instant() -> float:
    """Return when something happens, in seconds: what says which of two things came first."""
    return time.monotonic()


def processor() -> float:
    """Return the seconds that this process and those it waited for spent on a processor: a busy machine
    changes little.
    """
    return time.process_time() + sum(os.times()[2:4])


def processor_of_all() -> float:
    """Return the same with what this process started and which still runs: a browser, a server."""
    return processor() + sum(_running(child) for child in _children(os.getpid()))


def _running(pid: str) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0  # it ends as it is looked at
    own = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_running(child) for child in _children(pid))


def _children(pid: str | int) -> list[str]:
    counted_children = []
    with suppress(OSError):  # it ends as it is looked at
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):
                counted_children += [
                    child for child in path.read_text("utf-8").split() if child not in UNCOUNTED_PROCESSES
                ]
    return counted_children


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Refuse what spends three times more seconds of a processor than the machine that limits are thought for would:
    what these limits are for grows without end.

    What earlier tests left in memory is frozen meanwhile: sorting it costs more than a short block.
    """
    gc.freeze()
    before = processor()
    try:
        yield
    finally:
        gc.unfreeze()
    spent = processor() - before
    if spent >= LEEWAY * seconds:
        slow = slowness()
        assert spent < LEEWAY * seconds * slow, (
            f"{spent:.1f} s of a processor {slow:.1f} times slower than ours"
        )


def until(ready: Callable[[], object], pause: Callable[[float], object] = time.sleep) -> None:
    """Wait for something to be true, however slow the machine is; `pause` takes seconds."""
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "what was waited for never came"
        pause(0.1)
