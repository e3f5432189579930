"""Where to send somebody among 100,000 places, and a page of 10,000 referrals: on both engines, beside reading all the rows."""

import json
import os
import subprocess
import sys
import tempfile

from bench.timing import Measure, on_each_engine

PLACES, REFERRALS = 100_000, 10_000


def measures() -> list[Measure]:
    return on_each_engine(_measured)


def _measured(engine: str, database: str) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MAILLAGE_HOME": folder, "PLACES": str(PLACES), "REFERRALS": str(REFERRALS)}
        if database:
            environment["DATABASE_URL"] = database
        done = subprocess.run(
            [sys.executable, "-m", "bench.orientation_script"], env=environment, check=True, capture_output=True, text=True
        )
    told = json.loads(done.stdout)
    return [
        Measure(
            f"où orienter une personne, {engine}, p95",
            told["match"],
            "toutes les fiches lues, les plus proches rangées de même",
            told["match_naive"],
            f"{PLACES} lieux, {told['n']} demandes, médiane {1000 * told['match_median']:.0f} ms",
        ),
        Measure(
            f"page des orientations reçues, {engine}, p95",
            told["page"],
            "toutes les lignes lues, triées en Python",
            told["page_naive"],
            f"{REFERRALS} orientations, {told['queries']} requêtes",
        ),
    ]
