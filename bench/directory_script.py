"""Run by bench/directory.py in a home and a database of its own: fill, search, compare."""

import json
import os
import random
import time
from datetime import date, timedelta
from math import cos, radians
from pathlib import Path

from maillage.manage.deploy.bootstrap import ready

ready()

from django.conf import settings
from django.test import Client
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Lieu, Source, Structure
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE, Wanted, search
from maillage.kernel.names import plain
from maillage.kernel.table import group, total_by
from maillage.sources.offer import files
from maillage.sources.offer.clean import point
from maillage.sources.offer.forms import read as forms
from maillage.statistics.need import population as frames
from maillage.web import bulk

NEEDS = (("",), ("bibliotheque",), ("mairie aide",), ("numerique atelier",), ("centre social",))
FACETS = (
    (("pratique:formation",),),
    (("prix:free",),),
    (("pratique:libre_acces", "pratique:wifi"), ("prix:free",)),
    (),
)


def main() -> None:
    chance = random.Random(1)
    n = int(os.environ["PLACES"])
    where, people = communes()
    fill(n, chance, where, people)
    wanted = [
        Wanted(
            text=chance.choice(NEEDS)[0],
            latitude=(centre := chance.choices(where, people)[0])[0],
            longitude=centre[1],
            radius=chance.choice((2_000.0, 5_000.0, 15_000.0)),
            facets=chance.choice(FACETS),
        )
        for _ in range(int(os.environ["SEARCHES"]))
    ]
    for search_terms in wanted[:20]:
        search(search_terms)
    times = []
    for search_terms in wanted:
        start = time.perf_counter()
        search(search_terms)
        times.append(time.perf_counter() - start)
    times.sort()
    start = time.perf_counter()
    for search_terms in wanted[:2]:
        expected = naive(search_terms)
        assert [id for id, _ in search(search_terms).places] == expected[:30], "the two searches differ"
    alone = (time.perf_counter() - start) / 2
    print(
        json.dumps(
            {
                "p50": times[len(times) // 2],
                "p95": times[int(0.95 * len(times))],
                "naive": alone,
                "n": len(times),
                **synchronised(n),
            }
        )
    )


def communes() -> tuple[list[tuple[float, float, float]], list[float]]:
    """Return (latitude, longitude, radius in degrees) of the communes, and their population: places go
    where people live.
    """
    iris = frames.sources().rp2021
    codes, at = group(iris["commune"])
    people = total_by(at, iris["pop"])
    extents = [(point.extent(code), people[i]) for i, code in enumerate(codes.tolist())]
    known = [(extent, n) for extent, n in extents if extent is not None]
    return [(e.latitude, e.longitude, e.radius / point.DEGREE) for e, _ in known], [n for _, n in known]


def fill(n: int, chance: random.Random, where: list[tuple[float, float, float]], people: list[float]) -> None:
    """Make n places out of the real ones of Isère, spread over France as its inhabitants are."""
    raw = Path(__file__).parents[1] / "data/raw/hinaura/isere.json"
    real = [row.sheet for row in files.places(forms.read(raw), today=date(2026, 11, 20)).accepted]
    source = Source.objects.create(name="banc")
    structure = Structure.objects.create(key="banc", name="banc")
    new_lieux = []
    for number, (latitude, longitude, radius) in enumerate(chance.choices(where, people, k=n)):
        sheet = dict(chance.choice(real))
        sheet["latitude"] = latitude + chance.uniform(-radius, radius) / 2
        sheet["longitude"] = longitude + chance.uniform(-radius, radius) / 2
        lieu = Lieu(
            slug=f"l{number}", source=source, identifier=str(number), structure=structure, sheet=sheet
        )
        sheets.derive(lieu)
        new_lieux.append(lieu)
    for start in range(0, n, 5_000):
        index.refresh(Lieu.objects.bulk_create(new_lieux[start : start + 5_000]))


def synchronised(n: int) -> dict[str, float]:
    """Return the seconds that a copy takes to read a day of changes, one place in two hundred, and those of
    reading every page of the list instead; once more when all was written that day.
    """
    now = timezone.now()
    since = (now - timedelta(days=1)).isoformat()
    bulk.create(
        Change,
        [
            Change(
                lieu=lieu,
                verb="import",
                at=now - timedelta(days=30),
                written_at=now - timedelta(days=0 if number % 200 == 0 else 30),
                by="banc",
                after=sheets.snapshot(lieu),
            )
            for number, lieu in enumerate(Lieu.objects.iterator())
        ],
    )
    settings.ALLOWED_HOSTS = ["testserver"]
    read_all(
        "structures", modifie_depuis=(now + timedelta(hours=1)).isoformat()
    )  # the tables that a program reads once
    day, n_written = read_all("structures", modifie_depuis=since)
    forgotten, _ = read_all("suppressions", modifie_depuis=since)
    cursor_seconds, n_listed = read_all("structures", curseur="")
    Change.objects.update(written_at=now)
    busy, n_busy = read_all("structures", modifie_depuis=since)
    first, pages = time.perf_counter(), 0
    while not pages or pages * 10_000 < n:
        pages += 1
        assert Client().get("/api/v1/structures", {"page": pages, "size": 10_000}).status_code == 200
    assert (n_written, n_listed, n_busy) == (-(-n // 200), n, n)
    return {
        "day": day,
        "forgotten": forgotten,
        "whole": cursor_seconds,
        "busy": busy,
        "pages": time.perf_counter() - first,
        "n_written": n_written,
    }


def read_all(address: str, **parameters: str) -> tuple[float, int]:
    """Return the seconds that every page of a list takes, and how many elements it has."""
    start, n, cursor = time.perf_counter(), 0, parameters.pop("curseur", None)
    while True:
        query = parameters if cursor is None else {**parameters, "curseur": cursor}
        page = Client().get(f"/api/v1/{address}", query).json()
        n, cursor = n + page["size"], page["suivant"]
        if cursor is None:
            return time.perf_counter() - start, n


def naive(wanted: Wanted) -> list[int]:
    """Return the matches of a plain filter: every row read, every sheet looked at."""
    words = plain(wanted.text).split()
    latitude, longitude = wanted.latitude or 0.0, wanted.longitude or 0.0
    matches = []
    for id, name, lat, lon, sheet in Lieu.objects.filter(state=rules.PUBLISHED).values_list(
        "pk", "name", "latitude", "longitude", "sheet"
    ):
        if lat is None or lon is None:
            continue
        scale = cos(radians(latitude))
        squared = (lat - latitude) ** 2 + ((lon - longitude) * scale) ** 2
        if squared > (wanted.radius / METRES_A_DEGREE) ** 2:
            continue
        has = set(rules.facets(sheet))
        text = rules.searched(sheet).split()
        if all(has & set(group) for group in wanted.facets) and all(
            any(w.startswith(word) for w in text) for word in words
        ):
            matches.append((squared, name, id))
    return [id for _, _, id in sorted(matches)]


if __name__ == "__main__":
    main()
