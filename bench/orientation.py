"""Where to send somebody among 100,000 places, and a page of 10,000 referrals: on both engines, beside
reading all the rows.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script

PLACES, REFERRALS, REQUESTS = 100_000, 10_000, 100
TRIAL = {"places": 300, "referrals": 80, "requests": 6, "engines": (SQLITE,)}


def measures(
    *,
    places: int = PLACES,
    referrals: int = REFERRALS,
    requests: int = REQUESTS,
    engines: Sequence[str] = ENGINES,
) -> Iterator[Measure]:
    """Yield the time of a match and that of a page, on each engine."""
    return on_each_engine(partial(_measured, places=places, referrals=referrals, requests=requests), engines)


def _measured(engine: str, database: str, *, places: int, referrals: int, requests: int) -> list[Measure]:
    sizes = {"PLACES": places, "REFERRALS": referrals, "REQUESTS": requests}
    with tempfile.TemporaryDirectory() as folder:
        timings = json.loads(script("bench.orientation_script", home=folder, database=database, **sizes))
    return [
        Measure(
            f"où orienter une personne, {engine}, p95",
            timings["match"],
            "toutes les fiches lues, les plus proches rangées de même",
            timings["match_naive"],
            f"{places} lieux, {timings['n']} demandes, médiane {1000 * timings['match_median']:.0f} ms",
        ),
        Measure(
            f"page des orientations reçues, {engine}, p95",
            timings["page"],
            "toutes les lignes lues, triées en Python",
            timings["page_naive"],
            f"{referrals} orientations, {timings['queries']} requêtes",
        ),
    ]
