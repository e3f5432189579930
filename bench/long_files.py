"""Importing a CSV file of any length, killed once and taken up again: the memory at most of two sizes of one
file, on SQLite.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import timing
from bench.importing import rows
from bench.timing import ROOT, Measure
from maillage.pipeline.offer.forms.pieces import ROWS

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
    """Import n rows, killed in the second piece and taken up again; return the seconds of both and the memory
    at most of the one that ended, in megabytes, as the system counts it.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MAILLAGE_HOME": home}
        timing.python("-m", SETTING_UP, environment=environment, check=True)
        file = Path(home, "lieux.csv")
        write(file, n, padding=padding)
        words = ("-m", "maillage.cli.main", "offre", "importer", str(file), "--source", "banc", "--json")
        start = time.perf_counter()
        for ends in (False, True):
            work = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert work.stdout and work.stderr
            for rank, _ in enumerate(work.stderr):
                if rank == 1 and not ends:
                    work.send_signal(signal.SIGKILL)
            said = work.stdout.read()
            _, state, used = os.wait4(work.pid, 0)  # of this process alone, not the largest of all of them
            work.returncode = os.waitstatus_to_exitcode(state)
        told = json.loads(said)
        assert (told["lus"], told["crees"], told["repris"]) == (n, n, 1), told
        return time.perf_counter() - start, round(used.ru_maxrss / 1024)


def write(file: Path, n: int, *, padding: int = 0) -> None:
    """Write a file of n rows made from real ones, ten thousand at a time: no more of them is held."""
    more = {LEFT_ASIDE: "-" * padding}
    with file.open("w", encoding="utf-8", newline="") as out:
        for start in range(0, n, ROWS):
            made = rows(min(ROWS, n - start), seed=f"{n} {start}")
            writer = csv.DictWriter(out, list(made[0]))
            if start == 0:
                writer.writeheader()
            writer.writerows({**row, **more} for row in made)
