"""What a slow or busy machine changes for a test: its limits grow as the machine slows, and it waits longer.

The clock is read here and nowhere else in the tests (tests/house/test_house.py): a bound on seconds that
forgets the machine fails on another one for no fault of the code.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOP = 0.03  # seconds that the loop below takes on the machine that limits are thought for
PATIENCE = 240.0  # seconds: nothing that is waited for takes so long, but what never comes


def slowness(clock: Callable[[], float] = time.process_time) -> float:
    """Return how many times slower than the machine that limits are thought for this one is now, by a clock:
    1 or more.
    """
    before = clock()
    for _ in range(5):
        sum(n * n for n in range(1_000_000))
    return max(1.0, (clock() - before) / 5 / LOOP)


def instant() -> float:
    """Return when something happens, in seconds: what says which of two things came first."""
    return time.monotonic()


def processor() -> float:
    """Return the seconds that this process and those it waited for spent on a processor: a busy machine
    changes little.
    """
    return time.process_time() + sum(os.times()[2:4])


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Refuse what spends more seconds of a processor than the machine that limits are thought for would."""
    before = processor()
    yield
    spent = processor() - before
    if spent >= seconds:
        slow = slowness()
        assert spent < seconds * slow, f"{spent:.1f} s of a processor {slow:.1f} times slower than ours"


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    """Add to a list the seconds that a block takes, waits included, as on the machine that limits are thought
    for: for what is partly done by another process, a database.
    """
    before = time.perf_counter()
    yield
    spent = time.perf_counter() - before
    seconds.append(spent / slowness(time.perf_counter))


def until(ready: Callable[[], object], pause: Callable[[float], object] = time.sleep) -> None:
    """Wait for something to be true, however slow the machine is; `pause` takes seconds."""
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "what was waited for never came"
        pause(0.1)
