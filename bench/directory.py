"""The directory at 100,000 places, made from real ones: searching it, on both engines, beside a filter in Python."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.timing import Measure
from tools.postgresql import binaries, server

PLACES = 100_000


def measures() -> list[Measure]:
    found = [_search("SQLite", "")]
    if binaries() is not None:
        with server() as address:
            found.append(_search("PostgreSQL", address))
    return found


def _search(engine: str, database: str) -> Measure:
    """A circle, words and facets: the slowest of twenty searches (p95), beside the same found by a plain filter."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MAILLAGE_HOME": folder, "PLACES": str(PLACES)}
        if database:
            environment["DATABASE_URL"] = database
        script = Path(__file__).with_name("directory_script.py")
        done = subprocess.run([sys.executable, str(script)], env=environment, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return Measure(
        f"recherche cercle + mots + facettes, {engine}, p95",
        told["p95"],
        "filtre en Python sur toutes les lignes lues par l’ORM",
        told["naive"],
        f"{PLACES} lieux, {told['n']} recherches, médiane {1000 * told['p50']:.1f} ms",
    )
