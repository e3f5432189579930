"""Loaded before Django reads its settings: tests never touch the reader's own database, nor each other's
files.
"""

import gc
import os
import sys
import tempfile
from pathlib import Path

import pytest
from _pytest import main

from tests.support import profile, runs
from tests.support.stack import roomy
from tools.postgresql import address, binaries

profile.load()
main._main = roomy(main._main)  # all that pytest calls: what it collects, then the tests

# A process of tests keeps the country in memory: looking for rubbish among millions of objects that stay takes
# one second in seven. Young ones are looked at as always, all of them seldom.
gc.set_threshold(10_000, 10, 50)

# What one process compiles, those it starts and the next run read: hundreds are started, each of thousands of files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What the processes of one run share (tests/support/shared.py): the first one makes the folder, and takes it
# away.
FIRST = "MAILLAGE_TESTS" not in os.environ
if FIRST:
    os.environ["MAILLAGE_TESTS"] = str(runs.begin())
SHARED = Path(os.environ["MAILLAGE_TESTS"])
HOME = Path(tempfile.mkdtemp(prefix="maison-", dir=SHARED))
(HOME / "statique").mkdir()
os.environ["MAILLAGE_HOME"] = str(HOME)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# One way to multiply matrices on every processor: wider registers sum in another order, and a draw that falls on the
# edge of a class changes side (the frozen figures of a territory move by 1 in 10,000).
os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
# Spark counts a few thousand rows here: to compile its own code as for a day of work takes longer than that work.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
os.environ["MAILLAGE_VOIX"] = (
    "non"  # a server of a test says nothing: recording a thousand pages takes minutes
)
os.environ["MAILLAGE_PROGRESSION"] = (
    "0"  # a slow machine would write lines of it among the errors that a test reads
)
os.environ["MAILLAGE_STORED_PAGES"] = "0"  # what a test writes by itself, no line of the journal tells


# `make test-postgresql`: the tests marked both_databases again, each worker in a database of one server.
REPLAYED = os.environ.get("MAILLAGE_TESTS_ON") == "postgresql"
if REPLAYED and FIRST and binaries():
    from tests.support import shared

    os.environ["DATABASE_URL"] = address(shared.server())


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Freeze the objects loaded to collect: they stay to the end, and the collector need not visit them."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """The process ends: nobody looks twice for rubbish among all that it has read."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if FIRST:
        runs.end(SHARED)
