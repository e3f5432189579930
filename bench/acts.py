"""Noting one act on a busy platform, and reading lists of ten thousand mandates: the whole request, beside
the writing of a bare row.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script

ACTS, REQUESTS, MANDATES = 100_000, 200, 10_000
TRIAL = {"acts": 60, "requests": 4, "mandates": 30, "engines": (SQLITE,)}


def measures(
    *,
    acts: int = ACTS,
    requests: int = REQUESTS,
    mandates: int = MANDATES,
    engines: Sequence[str] = ENGINES,
) -> Iterator[Measure]:
    """Yield the time that the server takes for one act and for each list, on each engine: 100 ms at most."""
    return on_each_engine(partial(_measured, acts=acts, requests=requests, mandates=mandates), engines)


def _measured(engine: str, database: str, *, acts: int, requests: int, mandates: int) -> list[Measure]:
    sizes = {"ACTS": acts, "REQUESTS": requests, "MANDATES": mandates}
    with tempfile.TemporaryDirectory() as folder:
        timings = json.loads(script("bench.acts_script", home=folder, database=database, **sizes))
    return [
        Measure(
            f"noter un acte, {engine}, p95",
            timings["note"],
            "une ligne écrite seule, sans droit, sans mandat, sans journal",
            timings["bare"],
            f"{acts} actes là, {requests} notés, médiane {1000 * timings['median']:.0f} ms ; au plus 100 ms",
        ),
        *(
            Measure(
                f"page « {name} », {engine}, p95",
                seconds,
                "une ligne écrite seule",
                timings["bare"],
                f"{mandates} mandats et {acts} actes là ; au plus 100 ms",
            )
            for name, seconds in timings["pages"].items()
        ),
    ]
