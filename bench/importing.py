"""Importing 20,000 rows through the command, on both engines, beside the same rows read and then saved one
by one.
"""

import json
import os
import random
import re
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from bench import timing
from bench.matching import FIRST, LAST
from bench.timing import ENGINES, POSTGRESQL, ROOT, SQLITE, Measure, seconds
from maillage.kernel.table import group, total_by
from maillage.sources.offer.clean import commune, point
from maillage.statistics.need import population as frames
from tools.postgresql import binaries, server

SIZES = 5_000, 20_000
TRIAL = {"sizes": (20, 60), "engines": (SQLITE,)}
TWICE = 0.02  # share of the rows that say a former one again, otherwise
NAME, STREET = "Nom du lieu ou de la structure *", "Adresse postale *"
TEXT = "Informations diverses (précisions sur votre structure, vos services, vos partenaires...)"
NUMBER = re.compile(r"^\d+( ?(bis|ter))?,? *", re.IGNORECASE)


def measures(*, sizes: tuple[int, int] = SIZES, engines: Sequence[str] = ENGINES) -> Iterator[Measure]:
    """Yield the time of the command on each engine."""
    if SQLITE in engines:
        yield _compared(SQLITE, lambda: nullcontext(""), sizes)
    if POSTGRESQL in engines and binaries() is not None:
        yield _compared(POSTGRESQL, server, sizes)


def _compared(
    engine: str, database: Callable[[], AbstractContextManager[str]], sizes: tuple[int, int]
) -> Measure:
    """The command from its start to its end, in a database that holds no place; then the naive way, in
    another.
    """
    took, spent = {}, 0.0
    small, large = sizes
    for way in ("command", "naive"):
        for n in sizes if way == "command" else [large]:
            with tempfile.TemporaryDirectory() as home, database() as address:
                took[way, n], processor, counts = _import(way, n, Path(home), address)
                spent = processor if (way, n) == ("command", large) else spent
                assert counts["crees"] == n, counts
    growth = took["command", large] / took["command", small]
    return Measure(
        f"import par la commande, {engine}",
        took["command", large],
        "les mêmes lignes lues puis rangées une à une par l’ORM, sans chercher les doublons",
        took["naive", large],
        f"{large} lignes, {spent:.1f} s de processeur sans le serveur de la base ;"
        f" {small} en {took['command', small]:.1f} s : {growth:.1f} fois plus long pour"
        f" {large // small} fois plus",
    )


def _import(way: str, n: int, home: Path, database: str) -> tuple[float, float, dict[str, int]]:
    """Return the seconds of the clock, those of all processors, and the counts."""
    environment = {**os.environ, "MAILLAGE_HOME": str(home)}
    environment |= {"DATABASE_URL": database} if database else {}
    file = home / "lieux.json"
    file.write_text(json.dumps(rows(n), ensure_ascii=False), "utf-8")
    outputs: list[str] = []

    def python(*words: str) -> None:
        outputs.append(timing.python(*words, environment=environment, check=True).stdout)

    python("-m", "bench.importing_script")  # the tables, once and for all
    command = ("-m", "maillage.manage.main", "offre", "importer", str(file), "--source", "banc", "--json")
    before = _processor()
    took = seconds(
        lambda: python(*(command if way == "command" else ("-m", "bench.importing_script", str(file))))
    )
    return took, _processor() - before, json.loads(outputs[-1])


def _processor() -> float:
    """Return the seconds of processor of all that was run and has ended: unlike the clock, they hardly depend
    on what else the machine does.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rows(n: int, *, seed: int | str = 0) -> list[dict[str, Any]]:
    """Return n rows made from the real ones of Isère: other names, streets, phones, and communes as
    inhabitants are spread.
    """
    chance = random.Random(seed or n)
    real = json.loads((ROOT / "data/raw/hinaura/isere.json").read_text("utf-8"))
    where, people = towns()
    new_rows: list[dict[str, Any]] = []
    for town in chance.choices(where, people, k=n):
        if new_rows and chance.random() < TWICE:
            former = chance.choice(new_rows)
            new_rows.append({**former, NAME: former[NAME].upper(), "Téléphone": ""})
            continue
        row = dict(chance.choice(real))
        extent = point.extent(town.code)
        assert extent is not None
        spread = extent.radius / point.DEGREE / 2
        row[NAME] = f"{' '.join(row[NAME].split()[:2])} {chance.choice(FIRST)} {chance.choice(LAST)}"
        row[STREET] = f"{chance.randint(1, 90)} {NUMBER.sub('', row[STREET])}"
        row["Code postal"], row["Ville *"] = town.postcodes[0], town.name
        row["bf_latitude"] = extent.latitude + chance.uniform(-spread, spread)
        row["bf_longitude"] = extent.longitude + chance.uniform(-spread, spread)
        row["Téléphone"] = f"04{chance.randint(10_000_000, 99_999_999)}"
        row[TEXT] += (
            f" {row[NAME]}, {town.name}."  # no two texts alike, or what was read once would serve again
        )
        new_rows.append(row)
    return new_rows


@cache
def towns() -> tuple[list[commune.Commune], list[float]]:
    """Return the communes that have an outline and a postal code, and their population."""
    iris = frames.sources().rp2021
    codes, at = group(iris["commune"])
    people = dict(zip(codes.tolist(), total_by(at, iris["pop"]).tolist(), strict=True))
    known_communes = [
        town for town in commune.index().communes.values() if town.postcodes and town.code in people
    ]
    known = [town for town in known_communes if point.extent(town.code) is not None]
    return known, [people[town.code] for town in known]
