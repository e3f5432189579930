"""Timing two ways of doing the same thing, in the same run."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

from tools.postgresql import binaries, server

ROOT = Path(__file__).resolve().parents[1]
MADE = "MAILLAGE_DEMONSTRATION"  # a home folder where whoever calls told the demonstration already
ENGINES = SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Measure:
    """One timed path beside its reference. rapport: reference time ÷ our time; taille: what was worked on,
    or weighed.
    """

    nom: str
    secondes: float
    reference: str
    secondes_reference: float
    taille: str

    def row(self) -> dict[str, Any]:
        ratio = self.secondes_reference / self.secondes if self.secondes else float("inf")
        row = asdict(self) | {"rapport": round(ratio, 2)}
        return row | {
            "secondes": round(self.secondes, 4),
            "secondes_reference": round(self.secondes_reference, 4),
        }


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the median time of a work, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def statics(home: str) -> None:
    """Give a home folder the static files that whoever calls has named and compressed, if anybody did."""
    if made := os.environ.get(MADE):
        copytree(Path(made, "statique"), Path(home, "statique"), dirs_exist_ok=True)


def script(module: str, *words: str, home: str, database: str = "", **values: object) -> str:
    """Run a module of the bench from the root of the project, in a home and a database of its own; return
    what it prints.
    """
    statics(home)
    environment = {**os.environ, "MAILLAGE_HOME": home} | {name: str(value) for name, value in values.items()}
    environment |= {"DATABASE_URL": database} if database else {}
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout


def on_each_engine(
    measured: Callable[[str, str], Iterable[Measure]], engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Measure on SQLite, then on PostgreSQL where it is installed: measured takes an engine's name and its
    address.
    """
    if SQLITE in engines:
        yield from measured(SQLITE, "")
    if POSTGRESQL in engines and binaries() is not None:
        with server() as address:
            yield from measured(POSTGRESQL, address)
