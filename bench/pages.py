"""Waiting times: a diagnosis with all its files, a page already computed, the second start."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

from bench import demonstration, timing
from bench.timing import Measure, script, seconds, served

PLACE = "200040715"
READINGS = 40
TRIAL = {"place": "38158", "readings": 3, "has_demonstration": True}


def measures(
    *, place: str = PLACE, readings: int = READINGS, has_demonstration: bool = False
) -> Iterator[Measure]:
    """Yield the waiting times; has_demonstration: it is already filled, without its studies."""
    yield diagnosis(place)
    yield page(place, readings)
    yield second_start(has_demonstration=has_demonstration)


def diagnosis(place: str) -> Measure:
    """`maillage diagnostic`, every file, beside the same files with sheets made one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        command_seconds = seconds(
            lambda: _written("-m", "maillage.manage.main", "diagnostic", place, "--sortie", f"{folder}/a")
        )
        alone = (
            "import sys; from maillage.publishing.territory import edition; edition.WORKERS = 1; from"
            f" maillage.manage.main import main; main(['diagnostic', '{place}', '--sortie', sys.argv[1]])"
        )
        reference = seconds(lambda: _written("-c", alone, f"{folder}/b"))
        files = sum(1 for path in Path(folder, "a").rglob("*") if path.is_file())
    return Measure(
        f"maillage diagnostic {place}, tous les fichiers",
        command_seconds,
        "fiches une à une",
        reference,
        f"{files} fichiers",
    )


def _written(*words: str) -> None:
    timing.python(*words, environment=os.environ, check=True)


def page(place: str, readings: int) -> Measure:
    """A territory page already computed, read several times, beside the computation it spares."""
    with tempfile.TemporaryDirectory() as folder:
        page_seconds, reference, weight = script(
            "bench.page_script", home=folder, PLACE=place, READINGS=readings
        ).split()
    return Measure(
        f"page du territoire {place}, déjà calculé",
        float(page_seconds),
        "calcul de la même étude",
        float(reference),
        f"{int(weight) / 1000:.0f} ko avant la carte",
    )


def second_start(*, has_demonstration: bool) -> Measure:
    """From the command to the first answer: the second time, beside the first (an empty home)."""
    with tempfile.TemporaryDirectory() as folder:
        if has_demonstration:
            with demonstration.demonstration_home() as demonstration_home:
                copytree(demonstration_home, folder, dirs_exist_ok=True)
        first, second = (
            _start(folder, *([] if has_demonstration else ["--demonstration"])) for _ in range(2)
        )
    return Measure(
        "make run, deuxième fois (maillage servir --demonstration)",
        second,
        "première fois, calculs compris",
        first,
        "4 territoires",
    )


def _start(home: str, *options: str) -> float:
    start = time.perf_counter()
    with served(home, *options):
        return time.perf_counter() - start


def without_map(html: str) -> str:
    """Return a page as it is before its map."""
    return re.sub(r'<svg class="fig carte".*?</svg>', "", html, flags=re.S)
