"""A real PostgreSQL of our own, started for the tests and the benches and stopped after them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ABSENT = "PostgreSQL n’est pas installé : sudo apt install postgresql"


def binaries() -> Path | None:
    """Return the folder of the PostgreSQL server's own programs, None where it is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(p) for p in [shutil.which("initdb")] if p
    ]
    return programs[-1].resolve().parent if programs else None


def start() -> Path:
    """Start a server with an empty database; return its folder. RuntimeError when PostgreSQL is not
    installed.
    """
    if (programs := binaries()) is None:
        raise RuntimeError(ABSENT)
    folder = Path(
        tempfile.mkdtemp(prefix="maillage-pg-")
    )  # pytest's own folders are closed to the server's user
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _run(programs / "initdb", "-D", data, "-U", "maillage", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    run_again(folder)
    _run(programs / "createdb", "-h", str(folder), "-U", "maillage", "maillage")
    return folder


def address(folder: Path, name: str = "maillage") -> str:
    """Return the address of a database of the server that keeps its files in a folder."""
    return f"postgresql://maillage@/{name}?host={folder}"


def run_again(folder: Path) -> None:
    """Start the server that keeps its files in a folder."""
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    _control(folder, "start", "-o", options, "-l", str(folder / "log"), "-w")


def interrupt(folder: Path) -> None:
    """Stop a server as a cut of power does; its files stay."""
    _control(folder, "stop", "-m", "immediate")


def stop(folder: Path) -> None:
    """Stop a server and take its files away, even where it has stopped by itself: CalledProcessError then."""
    try:
        interrupt(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _control(folder: Path, verb: str, *words: str) -> None:
    programs = binaries()
    assert programs is not None
    _run(programs / "pg_ctl", "-D", str(folder / "data"), *words, verb)


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the address of an empty database; RuntimeError when PostgreSQL is not
    installed.
    """
    folder = start()
    try:
        yield address(folder)
    finally:
        stop(folder)


def _run(program: Path, *words: str) -> None:
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, str(program), *words], check=True, capture_output=True, text=True, cwd="/")
