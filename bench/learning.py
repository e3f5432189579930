"""A step of a module while a thousand people learn, and five hundred devices that come back together: a
real server, both engines.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script, served

LEARNERS, DEVICES, FACTS, SECONDS = 1_000, 500, 40, 20
EVERY = 30  # seconds that somebody spends on a step


TRIAL = {"learners": 20, "devices": 5, "facts": 4, "length": 1, "engines": (SQLITE,)}


def measures(
    *,
    learners: int = LEARNERS,
    devices: int = DEVICES,
    facts: int = FACTS,
    length: int = SECONDS,
    engines: Sequence[str] = ENGINES,
) -> Iterator[Measure]:
    """Yield the time of a step and that of devices coming back, on each engine; people learn for `length`
    seconds.
    """
    return on_each_engine(
        partial(_measured, learners=learners, devices=devices, facts=facts, length=length), engines
    )


def _measured(
    engine: str, database: str, *, learners: int, devices: int, facts: int, length: int
) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        sizes = {"LEARNERS": learners, "DEVICES": devices, "FACTS": facts, "EVERY": EVERY, "SECONDS": length}
        run = partial(script, "bench.learning_script", home=folder, database=database, **sizes)
        run("fill")
        with served(folder, database=database) as (port, _):
            timings = json.loads(run(str(port)))
    return [
        Measure(
            f"afficher une étape, {engine}, p95",
            timings["step"],
            "le module lu dans son fichier à chaque fois",
            timings["step_naive"],
            f"{learners} personnes, une étape toutes les {EVERY} s chacune, {timings['asked']} demandes, "
            f"médiane {1000 * timings['step_median']:.0f} ms, 2 processus",
        ),
        Measure(
            f"{devices} appareils reviennent ensemble, {engine}",
            timings["sync"],
            "un envoi par fait",
            timings["sync_naive"],
            f"{devices * facts} faits, {timings['kept']} gardés, {timings['lost']} perdus,"
            f" {timings['doubled']} en double",
        ),
    ]
