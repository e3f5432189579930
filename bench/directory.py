"""The directory at 100,000 places, made from real ones: searching it, on both engines, beside a filter in
Python.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script

PLACES, SEARCHES = 100_000, 400
TRIAL = {"places": 300, "searches": 30, "engines": (SQLITE,)}


def measures(
    *, places: int = PLACES, searches: int = SEARCHES, engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Yield the time of searches on each engine."""
    return on_each_engine(partial(_search, places=places, searches=searches), engines)


def _search(engine: str, database: str, *, places: int, searches: int) -> list[Measure]:
    """A circle, words and facets: the slowest of twenty searches (p95), beside the same found by a plain
    filter.
    """
    with tempfile.TemporaryDirectory() as folder:
        read = json.loads(
            script("bench.directory_script", home=folder, database=database, PLACES=places, SEARCHES=searches)
        )
    return [
        Measure(
            f"recherche cercle + mots + facettes, {engine}, p95",
            read["p95"],
            "filtre en Python sur toutes les lignes lues par l’ORM",
            read["naive"],
            f"{places} lieux, {read['n']} recherches, médiane {1000 * read['p50']:.1f} ms",
        ),
        Measure(
            f"copie mise à jour depuis la veille, {engine}",
            read["day"],
            "toutes les pages de la liste relues",
            read["pages"],
            f"{read['n_written']} lieux sur {places} ; suppressions {1000 * read['forgotten']:.0f} ms ; "
            f"tout par curseur {read['whole']:.1f} s ; tout écrit la veille {read['busy']:.1f} s",
        ),
    ]
