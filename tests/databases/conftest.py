"""A real PostgreSQL, started for the tests and stopped after them."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tools.postgresql import binaries, server

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of our own."""
    if binaries() is None:
        pytest.skip("PostgreSQL n’est pas installé : sudo apt install postgresql")
    with server() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request) -> Iterator[str]:
    """The address of an empty database of each engine in turn; "" is SQLite's, a file of the home folder."""
    if request.param == "sqlite":
        yield ""
        return
    address, name = request.getfixturevalue("postgresql"), f"essai_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"create database {name}")
    yield address.replace("/maillage?", f"/{name}?")
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"drop database {name} with (force)")


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
