"""The journal: lines written in batches, one by one by several writers, and walked; each beside the plain
way.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, POSTGRESQL, SQLITE, Measure, on_each_engine, script

LINES, ACTS, WRITERS = 100_000, 6_000, 8
TRIAL = {"lines": 300, "acts": 40, "writers": 2, "engines": (SQLITE,)}


def measures(
    *, lines: int = LINES, acts: int = ACTS, writers: int = WRITERS, engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Yield the time of a batch, of acts one by one, and of a walk along the chain, on each engine."""
    return on_each_engine(partial(_measured, lines=lines, acts=acts, writers=writers), engines)


def _measured(engine: str, database: str, *, lines: int, acts: int, writers: int) -> list[Measure]:
    sizes = {"LINES": lines, "ACTS": acts, "WRITERS": writers}
    with tempfile.TemporaryDirectory() as folder:
        took = json.loads(script("bench.journal_script", home=folder, database=database, **sizes))
    n = took["n"]
    figures = [
        Measure(
            f"journal écrit par lots, {engine}",
            took["batch"],
            "une transaction par ligne",
            took["alone"],
            f"{lines} lignes ; {lines / took['batch']:.0f} par seconde",
        ),
        Measure(
            f"journal vérifié, {engine}",
            took["walk"],
            "chaque ligne lue comme un objet de l’ORM, sans rien vérifier",
            took["rows"],
            f"{n} lignes ; {60 * n / took['walk']:.0f} par minute",
        ),
    ]
    if engine == POSTGRESQL or lines < LINES:  # SQLite has a single writer: nothing to learn there
        figures.append(
            Measure(
                f"journal écrit par {writers} à la fois, {engine}",
                took["together"],
                "les mêmes lignes sans chaîne ni verrou",
                took["plain"],
                f"{acts} lignes ; {acts / took['together']:.0f} par seconde",
            )
        )
    return figures
