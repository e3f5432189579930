"""Progress of the command under way, on standard error, once it lasts.

A timer of the process shows it, and not a thread: a process that has threads makes no copy of itself
(kernel/cores.py). What is written goes straight to the terminal: the timer may come in the middle of a line.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TextIO

EVERY = 1.0  # seconds between two lines on a terminal, the first one included
LASTS, INTERVAL = 10.0, 30.0  # elsewhere: seconds before the first line, and between two
WIDTH = 79  # letters of a line, which a terminal would not erase if it took two
ERRORS, ERASE = 2, "\r\033[K"  # the file of standard error; what takes a line off a terminal


class Steps:
    """The step of a command and its share from 0 to 1, None when nobody knows it."""

    def __init__(self) -> None:
        self._step = ""
        self._share: float | None = None
        self._begun = self._due_at = 0.0
        self._is_terminal = self._is_shown = False

    def __call__(self, step: str, share: float | None = None) -> None:
        self._step, self._share = step, share

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        """Show a step that interrupts another one, and this one again after it."""
        former = self._step, self._share
        self(step)
        try:
            yield
        finally:
            self(*former)

    @contextmanager
    def displayed(self, command: str) -> Iterator[None]:
        """Show the steps of a command until its end, or until `done`; MAILLAGE_PROGRESSION=0 shows none."""
        receives_signals = threading.current_thread() is threading.main_thread()
        if not receives_signals or os.environ.get("MAILLAGE_PROGRESSION") == "0":
            yield
            return
        self(command)
        self._begun = time.monotonic()
        self._is_terminal = os.isatty(ERRORS)
        self._due_at = self._begun + (0.0 if self._is_terminal else LASTS)
        former = signal.signal(signal.SIGALRM, lambda *_: self._show())
        timer = signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
        try:
            with ExitStack() as stack:
                if self._is_terminal:
                    stack.enter_context(redirect_stdout(_AfterLine(sys.stdout, self._erase)))  # type: ignore[type-var]  # writes and flushes as a stream does, and nothing more is asked of it
                    stack.enter_context(redirect_stderr(_AfterLine(sys.stderr, self._erase)))  # type: ignore[type-var]  # writes and flushes as a stream does, and nothing more is asked of it
                yield
        finally:
            self.done()
            signal.signal(signal.SIGALRM, former or signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, *timer)

    def done(self) -> None:
        """Show nothing any more of this command."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._erase()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to another process, which shows its own steps."""
        timer = signal.setitimer(signal.ITIMER_REAL, 0)
        self._erase()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, *timer)

    def line(self, seconds: float) -> str:
        """Return the step, its share, and for how long the command has run.

        >>> steps = Steps(); steps("Tirages zone par zone", 0.37); steps.line(125).replace("\xa0", " ")
        'Tirages zone par zone… 37 % (2 min 05 s)'
        """
        share = "" if self._share is None else f" {100 * self._share:.0f}\xa0%"
        minutes, rest = divmod(round(seconds), 60)
        lasted = f"{minutes}\xa0min {rest:02}\xa0s" if minutes else f"{rest}\xa0s"
        return f"{self._step}…{share} ({lasted})"

    def _show(self) -> None:
        now = time.monotonic()
        if now < self._due_at:
            return
        line = self.line(now - self._begun)
        if self._is_terminal:
            self._is_shown = True
            _write(f"{ERASE}{line[:WIDTH]}")
        else:
            self._due_at = now + INTERVAL
            _write(f"{line}\n")

    def _erase(self) -> None:
        if self._is_shown:
            self._is_shown = False
            _write(ERASE)


steps = Steps()  # of this process, which runs one command


def _write(text: str) -> None:
    with suppress(OSError):  # a terminal that was closed
        os.write(ERRORS, text.encode())


class _AfterLine:
    """A file of the terminal that takes the line of progress off before it is written to."""

    def __init__(self, file: TextIO, erase: Callable[[], None]) -> None:
        self._file, self._erase = file, erase

    def write(self, text: str) -> int:
        self._erase()
        return self._file.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
