"""Each engine in turn: SQLite, and a real PostgreSQL started for the tests and stopped after them."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url
import pytest

from tests.support import programs, shared
from tests.support.platform import loaded
from tests.support.speed import PATIENCE
from tools.postgresql import ABSENT, binaries


@pytest.fixture(scope="session")
def postgresql() -> Callable[[], str]:
    """Make a database with every table and no row; its address."""
    if binaries() is None:
        pytest.skip(ABSENT)
    return shared.new_database


IN_COPY = """
from importlib import import_module
from django.db import connections
connections.settings["default"]["NAME"] = sys.argv[2]
import_module(f"tests.databases.{sys.argv[1]}").main()
"""


@pytest.fixture(scope="session")
def rows_report(tmp_path_factory) -> Iterator[Callable[..., Any]]:
    """Run a script that writes rows alone, on a base of its own, by a copy of a platform loaded once for each
    engine: rows_report("seating", database). Return the JSON document that it prints.
    """
    with ExitStack() as platforms:

        @cache
        def platform_on(engine: str) -> Callable[..., str]:
            home = shared.served(tmp_path_factory.mktemp(engine))
            address = shared.new_database() if engine == "postgresql" else ""
            return platforms.enter_context(loaded(shared.environment(home, address)))

        def run(script: str, database: str) -> Any:
            base = shared.furnish(tmp_path_factory.mktemp(script)) / shared.DATABASE
            name = dj_database_url.parse(database)["NAME"] if database else base
            platform = platform_on("postgresql" if database else "sqlite")
            return json.loads(platform(IN_COPY, script, str(name)))

        yield run


POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)
# The quick profile asks the second engine what only it may answer otherwise: test_agreement, test_agenda.
SECOND = pytest.param("postgresql", marks=(pytest.mark.postgresql, pytest.mark.complete))


@pytest.fixture(params=["sqlite", SECOND])
def database(request) -> str:
    """The address of a database of each engine in turn; "" is SQLite's, a file of the home folder."""
    return request.getfixturevalue("postgresql")() if request.param == "postgresql" else ""


def python(
    *words: str, home: Path, database: str = "", timeout: float = 4 * PATIENCE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in a home folder, given its tables when it has none, and on a database of its own if any."""
    if not database and not (home / shared.DATABASE).exists():
        shared.furnish(home)
    return programs.run(*words, environment=shared.environment(home, database) | more, timeout=timeout)


def report_of(script: str, *words: object, home: Path, database: str = "", **more: str) -> Any:
    """Run a script of this folder as `python` does, to its end; return the JSON document that it prints."""
    script_words = ("-m", f"tests.databases.{script}", *map(str, words))
    done = python(*script_words, home=home, database=database, **more)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
