"""The signal by which `maillage servir` lets the web application load while it brings the tables up to date,
and answer after.

It keeps one end of a pipe and gives the other to the process that it starts; a byte says that everything is
there, the end of the pipe that nothing will be.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "MAILLAGE_START_SIGNAL"  # the file descriptor to read, as a number
GO = b"1"


def may_answer() -> bool:
    """Wait for whoever started this process; return whether it may answer. True when nobody said to wait."""
    if (descriptor := os.environ.pop(NAME, None)) is None:
        return True
    with os.fdopen(int(descriptor), "rb", buffering=0) as waited:
        return waited.read(1) == GO


@contextmanager
def pipe() -> Iterator[tuple[int, "StartSignal"]]:
    """Give the end to read of a new pipe, and what tells whoever reads it; it reads the end of the pipe when
    this ends without a word.
    """
    reading, writing = os.pipe()
    signal = StartSignal(writing)
    try:
        yield reading, signal
    finally:
        os.close(reading)
        os.close(writing)


class StartSignal:
    """A signal that lets a waiting process answer."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    def give(self) -> None:
        """Let it answer."""
        os.write(self._writing, GO)
