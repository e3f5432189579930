"""Ask for a program that begins half loaded, where one that is loaded already waits (tests/support/mould.py).

Loads nothing of pytest: a program that was begun so asks for others in its turn.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


def ask(
    address: Path,
    *words: object,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    timeout: float | None = None,
    check: bool = False,
    country: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run Python with words, and return how it ended and what it said; country: it begins with the country read.
    ConnectionError when nothing was begun, for what was to begin it is dead.
    """
    arguments = [str(word) for word in words]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as err,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker,
    ):
        asker.connect(str(address))
        request = json.dumps([arguments, str(folder), dict(environment), country]).encode()
        socket.send_fds(asker, [request], [out.fileno(), err.fileno()])
        if not (first := asker.recv(100)):
            raise ConnectionResetError("what programs are copies of has stopped by itself")
        copy = int(first)
        asker.settimeout(timeout)
        try:
            code = int(asker.recv(100))
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(copy, signal.SIGKILL)
            asker.settimeout(None)
            asker.recv(100)
            assert timeout is not None
            raise subprocess.TimeoutExpired(arguments, timeout) from None
        out.seek(0)
        err.seek(0)
        done = subprocess.CompletedProcess(arguments, code, out.read(), err.read())
    if check:
        done.check_returncode()
    return done
