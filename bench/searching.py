"""The search across the space at 100,000 objects: words right and wrong, on both engines, beside a filter of
the database that reads every text.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script

OBJECTS, SEARCHES = 100_000, 300
TRIAL = {"objects": 600, "searches": 20, "engines": (SQLITE,)}


def measures(
    *, objects: int = OBJECTS, searches: int = SEARCHES, engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Yield the time of searches on each engine."""
    return on_each_engine(partial(_search, objects=objects, searches=searches), engines)


def _search(engine: str, database: str, *, objects: int, searches: int) -> list[Measure]:
    """The search of a helper among all the kinds, one search in three with faults of typing: the slowest of
    twenty (p95).
    """
    with tempfile.TemporaryDirectory() as folder:
        read = json.loads(
            script(
                "bench.searching_script", home=folder, database=database, OBJECTS=objects, SEARCHES=searches
            )
        )
    size = f"{read['objects']} objets, {read['n']} recherches, médiane {1000 * read['p50']:.0f} ms"
    return [
        Measure(
            f"recherche dans l’espace, fautes comprises, {engine}, p95",
            read["p95"],
            "chaque texte lu par un LIKE, sans les fautes",
            read["naive"],
            f"{size}, processeur au p95 {1000 * read['cpu']:.0f} ms",
        )
    ]
