"""`maillage servir` keeps its processes alive, and leaves the computer to the pages when one of them cannot
live.
"""

import os
import signal

import pytest

from maillage.cli.commands import servir


class Ended:
    """A process that has ended, or has not."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(servir.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(servir, "start", lambda *_: Ended())
    return now


def test_a_process_that_ends_is_started_again_at_once(clock):
    helper = servir.Helper(servir.WORKERS[0])
    assert not helper.may_start()
    clock[0] += 3600
    helper.process.code = -9
    assert helper.may_start()


def test_one_that_ends_as_soon_as_it_starts_waits_longer_each_time_and_says_so(clock, capsys):
    helper = servir.Helper(servir.WORKERS[0])
    waited = []
    for _ in range(8):
        clock[0] += 1
        helper.process.code = 1
        before = clock[0]
        while not helper.may_start():
            clock[0] += 1
        waited.append(clock[0] - before)
        helper.start()
    assert waited == [0, 0, 5, 15, 60, 60, 60, 60]
    assert "Nouvel essai dans 5 s." in capsys.readouterr().out
    clock[0] += servir.LASTED  # it lived: the next end is an accident again
    helper.process.code = 1
    assert helper.may_start()


def test_nothing_starts_again_once_it_is_asked_to_stop(monkeypatch):
    stopped, former = [], signal.getsignal(signal.SIGTERM)

    class Server(Ended):
        def terminate(self) -> None:
            stopped.append(self)

    class Helper:
        starts = 0

        def may_start(self) -> bool:
            return True  # the same signal ended it

        def start(self) -> None:
            self.starts += 1

    server, helper = Server(), Helper()
    seconds = []

    def sleep(_: float) -> None:
        seconds.append(1)
        if len(seconds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        if len(seconds) == 6:
            server.code = 0

    monkeypatch.setattr(servir.time, "sleep", sleep)
    try:
        servir.keep(server, [helper], lambda: None)
    finally:
        signal.signal(signal.SIGTERM, former)
    assert (len(stopped), helper.starts, len(seconds)) == (1, 2, 6)
