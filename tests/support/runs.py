"""The folder that the processes of one run of the tests share; what a run that was killed left in its own is ended by
the next one that begins.
"""

import fcntl
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from tools import postgresql

PREFIX = "maillage-essais-"
LOCK = "run.lock"  # held by the first process of a run until it ends, however it ends
SERVER = "postgresql"  # the file that names the folder of the server of a run
LOCK_FILES: list[TextIO] = []


def begin(parent: Path | None = None) -> Path:
    """Make the folder of a run, in that of temporary files unless said; end the runs whose first process is dead."""
    parent = parent or Path(tempfile.gettempdir())
    for path in parent.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), path.open() as lock:  # another run holds it, or ends it at the same time
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end(path.parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    lock = (folder / f"{LOCK}.part").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / f"{LOCK}.part").rename(folder / LOCK)  # seen by another run only once it is held
    LOCK_FILES.append(lock)
    return folder


def end(folder: Path) -> None:
    """Stop the PostgreSQL server of a run, if somebody asked for one, and take its folder away."""
    for path in (folder / SERVER, folder / f"{SERVER}.part"):
        with suppress(FileNotFoundError, subprocess.CalledProcessError):  # none, or stopped with its computer
            postgresql.stop(Path(path.read_text("utf-8")))
    shutil.rmtree(folder, ignore_errors=True)
