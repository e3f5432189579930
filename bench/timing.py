"""Timing two ways of doing the same thing, in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from tools.postgresql import binaries, server


@dataclass(frozen=True, slots=True)
class Measure:
    """One timed path beside its reference. rapport: reference time ÷ our time; taille: what was worked on, or weighed."""

    nom: str
    secondes: float
    reference: str
    secondes_reference: float
    taille: str

    def row(self) -> dict[str, Any]:
        ratio = self.secondes_reference / self.secondes if self.secondes else float("inf")
        row = asdict(self) | {"rapport": round(ratio, 2)}
        return row | {"secondes": round(self.secondes, 4), "secondes_reference": round(self.secondes_reference, 4)}


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the median time of a work, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def on_each_engine(measured: Callable[[str, str], list[Measure]]) -> list[Measure]:
    """Measure on SQLite, then on PostgreSQL where it is installed: measured takes an engine's name and its address."""
    found = measured("SQLite", "")
    if binaries() is not None:
        with server() as address:
            found += measured("PostgreSQL", address)
    return found
