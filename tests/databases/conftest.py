"""A real PostgreSQL, started for the tests and stopped after them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def binaries() -> Path | None:
    """Return the folder of the PostgreSQL server's own programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    return found[-1].resolve().parent if found else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of our own."""
    if (programs := binaries()) is None:
        pytest.skip("PostgreSQL n’est pas installé : sudo apt install postgresql")
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


def python(*words: str, home: Path, database: str = "", timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run Python with a home folder and, if any, a database of its own."""
    environment = {
        key: value for key, value in os.environ.items() if key != "DATABASE_URL" and not key.startswith("PYTEST_")
    }
    environment |= {"MAILLAGE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "maillage.config.settings"}
    if database:
        environment["DATABASE_URL"] = database
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def pytest_collection_modifyitems(items) -> None:
    """One server for all: these tests stay on one worker."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("databases"))
