"""Programs of the platform that a test runs to their end, each a process of its own that begins half loaded.

To load what they all have takes longer than what most of them do: a process loads it once, and each program is a copy
of it, which reads its own settings (tests/support/mould.py). What a test says of the start of a program, of its
memory or of the order of its sets is asked of one that Python starts.
"""

import atexit
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.environment import SHARED
from tests.support import doors, shared
from tests.support.shared import ROOT
from tests.support.speed import PATIENCE, until

STARTING = threading.Lock()  # two threads may ask at once
CLI = ("-m", "maillage.manage.main")
LEARN = (
    "import sys; from pathlib import Path; from tests.support.mould import learn; learn(Path(sys.argv[1]))"
)


def run(
    *words: object,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    timeout: float = 4 * PATIENCE,
    check: bool = False,
    country: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run Python with words, `-m` and a module, `-c` and lines, or a file, and return how it ended and what it said;
    country: it begins with the country read, once for all those of a test process that say so; what reads little of it
    gains nothing, to be a copy of a larger process takes longer.
    """
    more = {"folder": folder, "timeout": timeout, "check": check, "country": country}
    address = door()
    try:
        return doors.ask(address, *words, environment=environment, **more)
    except ConnectionError:  # it was killed, for want of memory: another is started, once
        with STARTING:
            if _mould() == address:
                _mould.cache_clear()
        return doors.ask(door(), *words, environment=environment, **more)


def door() -> Path:
    """Return where programs of this process are asked for."""
    with STARTING:
        return _mould()


@cache
def _mould() -> Path:
    """Start what the programs of this process are copies of; return where it is asked for them."""
    folder = Path(tempfile.mkdtemp(dir=SHARED))
    address = folder / "porte"
    names = shared.once(SHARED / "chargés", _learn)
    environment = shared.environment(folder)
    del environment["DJANGO_SETTINGS_MODULE"]  # what asks for a setting is not loaded
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.mould", str(address), str(names)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,  # it ends with whoever holds the other side, a thread that asked first or not
        stdout=subprocess.DEVNULL,
    )
    atexit.register(process.wait)
    atexit.register(process.kill)
    until(lambda: process.poll() is not None or address.exists())
    assert process.poll() is None, "it stopped by itself"
    return address


def _learn(part: Path) -> None:
    with tempfile.TemporaryDirectory(dir=SHARED) as home:
        words = [sys.executable, "-c", LEARN, str(part)]
        own = shared.environment(shared.furnish(Path(home)))
        subprocess.run(words, cwd=ROOT, env=own, check=True, capture_output=True)
