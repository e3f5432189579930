"""The platform served by processes that a test starts, kills and starts again."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from maillage.manage.commands.servir import leave_with_parent
from tests.support.shared import ROOT
from tests.support.speed import PATIENCE, until
from tools.ports import free_port

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def answers(address: str) -> bool:
    """Return True when a server answers there."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return bool(response.read())
    except OSError:
        return False


def start(*words: str, environment: Mapping[str, str], address: str, **streams) -> subprocess.Popen:
    """Start Python with words, a server of an address; return it once it answers."""
    command = [sys.executable, "-m", *words]
    alone = {"start_new_session": True, "preexec_fn": leave_with_parent}
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), **alone, **(streams or QUIET))
    until(lambda: process.poll() is not None or answers(f"{address}/sante/"))
    assert process.poll() is None, "the server stopped by itself"
    return process


def stop(process: subprocess.Popen, patience: float = 0) -> None:
    """End a server and those it started: at once, or after `patience` seconds to end what it does."""
    if process.poll() is None and patience:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)


@contextmanager
def platform(
    environment: Mapping[str, str], *words: str, **streams
) -> Iterator[tuple[subprocess.Popen, str]]:
    """Serve a home as `maillage servir` does, until the end of the block: the process, and the address."""
    port = free_port()
    address, command = f"http://127.0.0.1:{port}", ("maillage.manage.main", "servir", "--port", str(port))
    process = start(*command, *words, environment=environment, address=address, **streams)
    try:
        yield process, address
    finally:
        stop(process, patience=5)


class Restarted:
    """The pages of a home at one address, by a server that may be killed and started again."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment, self.address = environment, f"http://127.0.0.1:{free_port()}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        words = ("gunicorn", "maillage.manage.deploy.wsgi:application", "--threads", "4")
        bound = ("--bind", self.address.removeprefix("http://"))
        self.process = start(*words, *bound, environment=self.environment, address=self.address)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)
            self.process = None


@contextmanager
def restarted(environment: Mapping[str, str]) -> Iterator[Restarted]:
    """Serve a home by a server of its own, started; end it with the block."""
    server = Restarted(environment)
    try:
        server.start()
        yield server
    finally:
        server.stop()
