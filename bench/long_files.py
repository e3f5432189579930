"""Importing a CSV file of any length, killed once and taken up again: the memory at most of two sizes of one
file, on SQLite.
"""

import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import timing
from bench.importing import rows
from bench.timing import ROOT, Measure
from maillage.sources.offer.forms.pieces import ROWS

SIZES = 50_000, 500_000
TRIAL = {"sizes": (150, 170), "padding": 120_000}  # or a file so short would be read at once
LEFT_ASIDE = "Etat"
SETTING_UP = "bench.importing_script"


def measures(*, sizes: tuple[int, int] = SIZES, padding: int = 0) -> Iterator[Measure]:
    """Yield the time and the memory of a long file, beside those of a shorter one. padding: characters more
    in each row, in a column that is left aside.
    """
    small, large = sizes
    (short, light), (long, heavy) = _import(small, padding), _import(large, padding)
    yield Measure(
        "un CSV par morceaux, coupé puis repris",
        long,
        f"{small} lignes, autant de fois qu’il le faut",
        short * large / small,
        f"{large} lignes, {heavy} Mo au plus ; {small}, {light} Mo : {heavy / light - 1:+.0%}",
    )


def _import(n: int, padding: int) -> tuple[float, int]:
    """Import n rows, killed once a piece is stored and taken up again; return the seconds of both and the
    memory at most of the one that ended, in megabytes, as the system counts it.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MAILLAGE_HOME": home}
        timing.python("-m", SETTING_UP, environment=environment, check=True)
        file = Path(home, "lieux.csv")
        write(file, n, padding=padding)
        words = ("-m", "maillage.manage.main", "offre", "importer", str(file), "--source", "banc", "--json")
        start = time.perf_counter()
        for ends in (False, True):
            work = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            if not ends:
                _wait_for_a_piece(work, Path(home, "maillage.sqlite3"))
                work.kill()
            assert work.stdout
            output = work.stdout.read()
            _, state, used = os.wait4(work.pid, 0)  # of this process alone, not the largest of all of them
            work.returncode = os.waitstatus_to_exitcode(state)
        counts = json.loads(output)
        assert (counts["lus"], counts["crees"], counts["repris"]) == (n, n, 1), counts
        return time.perf_counter() - start, round(used.ru_maxrss / 1024)


def _wait_for_a_piece(work: subprocess.Popen[str], base: Path) -> None:
    """Wait until the import has stored a piece, the first thing that its base says of it."""
    with closing(sqlite3.connect(base)) as connection:
        while not connection.execute("select count(*) from directory_import").fetchone()[0]:
            assert work.poll() is None, "the import ended before it stored anything"
            time.sleep(0.005)


def write(file: Path, n: int, *, padding: int = 0) -> None:
    """Write a file of n rows made from real ones, ten thousand at a time: no more of them is held."""
    more = {LEFT_ASIDE: "-" * padding}
    with file.open("w", encoding="utf-8", newline="") as out:
        for start in range(0, n, ROWS):
            new_rows = rows(min(ROWS, n - start), seed=f"{n} {start}")
            writer = csv.DictWriter(out, list(new_rows[0]))
            if start == 0:
                writer.writeheader()
            writer.writerows({**row, **more} for row in new_rows)
