"""A real PostgreSQL of our own, started for the tests and the benches and stopped after them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Return the folder of the PostgreSQL server's own programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    return found[-1].resolve().parent if found else None


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the address of an empty database; RuntimeError when PostgreSQL is not installed."""
    if (programs := binaries()) is None:
        raise RuntimeError("PostgreSQL n’est pas installé : sudo apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="maillage-pg-"))  # pytest's own folders are closed to the server's user
    user = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]

    def run(*words: str) -> None:
        subprocess.run([*user, *words], check=True, capture_output=True, text=True, cwd="/")

    data = folder / "data"
    run(str(programs / "initdb"), "-D", str(data), "-U", "maillage", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        run(str(programs / "createdb"), "-h", str(folder), "-U", "maillage", "maillage")
        yield f"postgresql://maillage@/maillage?host={folder}"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
