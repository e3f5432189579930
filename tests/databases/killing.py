"""Kill whoever writes, again and again, at random: what the scripts that look at what is left share."""

import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from tests.support.speed import PATIENCE, instant

# A look reads all that was ever written, and more is written between two kills: to look each time would take longer
# and longer. What a kill leaves half done stays so, or is seldom mended by a later write.
LOOK_EVERY = 5


class Writing:
    """The state of a writer, in memory shared with the process that will kill it."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)

    @property
    def inside(self) -> bool:
        """True while a write is under way: a transaction, a file."""
        return bool(self._shared[0])

    @inside.setter
    def inside(self, now: bool) -> None:
        self._shared[0] = now

    @property
    def begun(self) -> bool:
        """True once one write is over."""
        return bool(self._shared[1])

    @begun.setter
    def begun(self, now: bool) -> None:
        self._shared[1] = now

    def watch(self) -> None:
        """Know of each transaction of the connection of this process."""
        from django.db import connection

        def counted(execute: Callable[..., Any], *statement: Any) -> Any:
            self.inside = connection.in_atomic_block
            return execute(*statement)

        connection.execute_wrappers.append(counted)


def without_end(writing: Writing, write: Callable[[int], object]) -> NoReturn:
    """Write until killed: write(0), write(1)…"""
    try:
        n = 0
        while True:
            write(n)
            writing.inside, writing.begun = False, True
            n += 1
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    os._exit(3)


def killed(
    kills: int,
    work: Callable[[int, Writing], NoReturn],
    look: Callable[[], list[str]],
    *,
    longest: float,
    every: int = LOOK_EVERY,
) -> tuple[int, list[str]]:
    """Fork a writer and kill it, `kills` times, within `longest` seconds of its first write; return how many
    kills fell inside a write, and what `look`, called after `every` kills and at the end, found half done.
    """
    from django.db import connections

    writing, inside, faults = Writing(), 0, []
    draw = random.Random(7)
    for turn in range(kills):
        connections.close_all()
        writing.inside = writing.begun = False
        pid = os.fork()
        if not pid:
            work(turn, writing)
        end = instant() + PATIENCE
        while not writing.begun:  # however busy the computer is, the writer has begun
            assert not os.waitpid(pid, os.WNOHANG)[0], "the writer stopped by itself"
            assert instant() < end, "the writer never began"
            time.sleep(0.001)
        time.sleep(draw.uniform(0.0, longest))
        os.kill(pid, signal.SIGKILL)
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL, "the writer stopped by itself"
        inside += writing.inside
        if (turn + 1) % every == 0 or turn + 1 == kills:
            faults += look()
    return inside, faults
