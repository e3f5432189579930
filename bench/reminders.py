"""Reminders: those of one hour planned in bulk, then sent by two workers; each beside the plain way."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, SQLITE, Measure, on_each_engine, script

REMINDERS, SENT = 50_000, 4_000
TRIAL = {"reminders": 120, "sent": 40, "engines": (SQLITE,)}


def measures(
    *, reminders: int = REMINDERS, sent: int = SENT, engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Yield the time of a plan and of a sending by two workers, on each engine."""
    return on_each_engine(partial(_measured, reminders=reminders, sent=sent), engines)


def _measured(engine: str, database: str, *, reminders: int, sent: int) -> list[Measure]:
    sizes = {"REMINDERS": reminders, "SENT": sent}
    with tempfile.TemporaryDirectory() as folder:
        took = json.loads(script("bench.reminders_script", home=folder, database=database, **sizes))
    return [
        Measure(
            f"rappels prévus, {engine}",
            took["planned"],
            "un rappel, un accord et un message à la fois",
            took["one_by_one"],
            f"{reminders} rappels d’une heure",
        ),
        Measure(
            f"rappels envoyés par deux, {engine}",
            took["sent"],
            "la même passerelle, sans file ni bail",
            took["bare"],
            f"{sent} SMS ; {sent / took['sent']:.0f} par seconde, chacun une fois",
        ),
    ]
