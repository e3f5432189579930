"""The tables, sentences and publication of a survey: opened once computed, beside their computation."""

import os
import tempfile
from collections.abc import Iterator, Sequence

from bench.timing import Measure, script

SIZES = (192, 30_000)
TRIAL = {"sizes": (40,)}


def measures(*, sizes: Sequence[int] = SIZES) -> Iterator[Measure]:
    """Yield the time of each page of a survey of so many answers, kept, beside the computation it spares."""
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            lines = script("bench.survey_script", home=folder, ANSWERS=str(n)).splitlines()
        for line in lines:
            name, page_seconds, reference = line.split("\t")
            yield Measure(
                f"enquête de {n} réponses, {name}, déjà calculé",
                float(page_seconds),
                "son calcul",
                float(reference),
                f"{n} réponses, {os.cpu_count()} cœurs",
            )
