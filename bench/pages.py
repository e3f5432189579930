"""What somebody waits for: a diagnosis with all its files, a page already computed, the second start."""

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
TRIAL = {"place": "38158", "readings": 3, "told": True}


def measures(*, place: str = PLACE, readings: int = READINGS, told: bool = False) -> Iterator[Measure]:
    """Yield what somebody waits for; told: where the demonstration is told already, without its studies."""
    yield diagnosis(place)
    yield page(place, readings)
    yield second_start(told=told)


def diagnosis(place: str) -> Measure:
    """`maillage diagnostic`, every file, beside the same files with sheets made one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        ours = seconds(
            lambda: _written("-m", "maillage.cli.main", "diagnostic", place, "--sortie", f"{folder}/a")
        )
        alone = (
            "import sys; from maillage.reports.territory import edition; edition.WORKERS = 1; from"
            f" maillage.cli.main import main; main(['diagnostic', '{place}', '--sortie', sys.argv[1]])"
        )
        reference = seconds(lambda: _written("-c", alone, f"{folder}/b"))
        files = sum(1 for path in Path(folder, "a").rglob("*") if path.is_file())
    return Measure(
        f"maillage diagnostic {place}, tous les fichiers",
        ours,
        "fiches une à une",
        reference,
        f"{files} fichiers",
    )


def _written(*words: str) -> None:
    timing.python(*words, environment=os.environ, check=True)


def page(place: str, readings: int) -> Measure:
    """A territory page already computed, read several times, beside the computation it spares."""
    with tempfile.TemporaryDirectory() as folder:
        ours, reference, weight = script(
            "bench.page_script", home=folder, PLACE=place, READINGS=readings
        ).split()
    return Measure(
        f"page du territoire {place}, déjà calculé",
        float(ours),
        "calcul de la même étude",
        float(reference),
        f"{int(weight) / 1000:.0f} ko avant la carte",
    )


def second_start(*, told: bool) -> Measure:
    """From the command to the first answer: the second time, beside the first (an empty home)."""
    with tempfile.TemporaryDirectory() as folder:
        if told:
            with demonstration.made() as made:
                copytree(made, folder, dirs_exist_ok=True)
        first, second = (_start(folder, *([] if told else ["--demonstration"])) for _ in range(2))
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
