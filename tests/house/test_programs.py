"""A program that begins half loaded says and does what one that Python starts says and does."""

import os
import signal
import socket
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tests.support import programs, runs
from tests.support.shared import ROOT, environment, once
from tests.support.speed import until
from tools.ports import free_port

SAYS = "import os, sys; print(sys.argv, os.getcwd(), os.environ.get('WHO'), __name__, sys.path[0] in ('', os.getcwd()))"
FILE = "import sys\nprint(__name__, sys.argv[1:], sys.path[0])\n"


@pytest.mark.parametrize(
    "words",
    [
        ("-c", SAYS, "é", "--x"),
        ("-c", "import sys; print('a'); sys.exit(3)"),
        ("-c", "import sys; sys.exit('refusé')"),
        ("-c", "raise SystemExit"),
        ("-c", "import atexit; atexit.register(print, 'fini'); print('d’abord')"),
        ("-c", "import threading, time; threading.Timer(0.1, print, ['ensuite']).start()"),
        ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"),
        ("-c", "import sys; print(sys.stdin.read(), sys.stdout.encoding, sys.stdout.isatty())"),
        ("-m", "maillage.manage.main", "--version"),
        ("-m", "maillage.manage.main", "nulle-part"),
        ("{file}", "un", "deux"),
    ],
)
def test_it_says_and_ends_as_one_that_python_starts(words, tmp_path):
    file = tmp_path / "programme.py"
    file.write_text(FILE, "utf-8")
    words = [word.replace("{file}", str(file)) for word in words]
    own = environment(tmp_path) | {"WHO": "Leïla"}
    run_options = {
        "env": own,
        "cwd": tmp_path,
        "stdin": subprocess.DEVNULL,
        "capture_output": True,
        "text": True,
    }
    real = subprocess.run([sys.executable, *words], check=False, **run_options)
    done = programs.run(*words, environment=own, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (real.returncode, real.stdout, real.stderr)


def test_error_is_reported_where_it_happens(tmp_path):
    done = programs.run("-c", "def broken():\n    1 / 0\nbroken()", environment=environment(tmp_path))
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")


def test_each_program_has_its_own_settings(tmp_path):
    program = "from django.conf import settings; print(settings.HOME)"
    homes = [tmp_path / "a", tmp_path / "b"]
    printed_homes = [
        programs.run("-c", program, environment=environment(home)).stdout.strip() for home in homes
    ]
    assert printed_homes == list(map(str, homes))


def test_threads_share_one_mould(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "_mould", cache(programs._mould.__wrapped__))

    def printed(word: str) -> str:
        return programs.run("-c", f"print({word!r})", environment=environment(tmp_path)).stdout.strip()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(printed, "ab")) == ["a", "b"]
    assert printed("c") == "c"


STARTS = """
import os
from tests.support import programs
started = programs.subprocess.Popen
programs.subprocess.Popen = lambda *words, **more: print((made := started(*words, **more)).pid, flush=True) or made
programs.run("-c", "pass", environment=os.environ)
os._exit(0)
"""


def test_it_ends_with_whoever_started_it(tmp_path):
    """However that ends: nothing of it is asked before it does."""
    own = environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", STARTS], cwd=ROOT, env=own, capture_output=True, text=True, check=True
    )
    until(lambda: not Path(f"/proc/{done.stdout.split()[-1]}").exists())


def test_one_that_never_ends_is_killed(tmp_path):
    lines = "import os, time; open('part', 'w').write(str(os.getpid())); os.rename('part', 'qui'); time.sleep(600)"
    for timeout in (2, 20, 200):  # a busy machine may not have begun it yet
        with pytest.raises(subprocess.TimeoutExpired):
            programs.run("-c", lines, environment=environment(tmp_path), folder=tmp_path, timeout=timeout)
        if (tmp_path / "qui").exists():
            break
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "qui").read_text("utf-8")), 0)


def test_one_that_died_is_started_again_and_whoever_says_nothing_is_skipped(tmp_path):
    address = programs.door()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker:
        asker.connect(str(address))
        pid, _, _ = struct.unpack("3i", asker.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))

    def printed(word: str) -> str:
        return programs.run("-c", f"print({word!r})", environment=environment(tmp_path)).stdout.strip()

    assert (printed("a"), programs.door()) == ("a", address)
    os.kill(pid, signal.SIGKILL)
    assert printed("b") == "b"
    assert programs.door() != address


def test_what_failed_to_be_made_is_not_made_again(tmp_path):
    calls: list[Path] = []

    def fail(part: Path) -> None:
        calls.append(part)
        raise subprocess.CalledProcessError(1, "demo", stderr="the disk is full")

    with pytest.raises(subprocess.CalledProcessError):
        once(tmp_path / f"{tmp_path.name}-once", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        once(tmp_path / f"{tmp_path.name}-once", fail)
    assert len(calls) == 1


def test_a_run_ends_those_that_were_killed_and_no_other(tmp_path, monkeypatch):
    stopped: list[Path] = []
    monkeypatch.setattr(runs.postgresql, "stop", stopped.append)
    alive, killed = runs.begin(tmp_path), runs.begin(tmp_path)
    for folder in (alive, killed):
        (folder / runs.SERVER).write_text(f"{folder}/pg", "utf-8")
    runs.LOCK_FILES.pop().close()  # as the kernel does when its process is killed
    runs.begin(tmp_path)
    assert stopped == [killed / "pg"]
    assert alive.exists() and not killed.exists()


def test_a_free_port_is_for_the_server_that_will_listen_to_it():
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)):
        socket.create_connection(("127.0.0.1", port)).close()


def test_preloaded_modules_read_no_setting(tmp_path):
    own = "print(*sorted(each for each in sys.modules if each.startswith(('maillage.apps', 'maillage.manage'))))"
    done = programs.run(
        "-c", f"import sys; {own}; import maillage.statistics", environment=environment(tmp_path)
    )
    assert (done.returncode, done.stdout.strip()) == (0, "")
