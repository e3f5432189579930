"""Each engine in turn: SQLite, and a real PostgreSQL started for the tests and stopped after them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import programs, shared
from tests.support.speed import PATIENCE
from tools.postgresql import ABSENT, binaries


@pytest.fixture(scope="session")
def postgresql() -> Callable[[], str]:
    """Make a database with every table and no row; its address."""
    if binaries() is None:
        pytest.skip(ABSENT)
    return shared.new_database


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
