"""Another country made whole: every territory of every level by every definition, counted once, kept in one
folder and read by pages.

A folder is named after its data: the same files and the same method are never counted twice, and a folder
that is there is whole.
"""

import hashlib
import io
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from maillage.kernel.disk import write_whole
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import Writer
from maillage.reference.parameters import number
from maillage.statistics.country import estimating
from maillage.statistics.country.card import (
    AREA,
    CARD,
    COUNTRY_LEVEL,
    RATES,
    Definition,
    Pack,
    Source,
    by,
    read,
)
from maillage.statistics.country.engines import DUCKDB, opened
from maillage.statistics.country.pack import AREAS, COLUMNS, NAMES, PEOPLE, PLACES, SHEET, files, store
from maillage.statistics.engine import reach
from maillage.words import wording

VERSION = "2"  # of what is kept: raised when the method changes
METHOD = "autre-pays"
STUDY_FILE, CURRENT, ASIDE = "etude.json", "actuel", ".aside-"
RESULT_FOLDER = re.compile(rf"[0-9a-f]{{20}}|{re.escape(ASIDE)}\w+")
NUMBERS = ("areas", "people", "value", "low", "high", "rate", "rank", "within")
MOST_FOUND = 20
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A territory of a country. key: its name in an address; areas: rows of the table of areas.

    within: the share of those in need who have a place within reach, nan where it is not told.
    """

    key: str
    level: str
    code: str
    name: str
    areas: tuple[int, ...]
    people: float
    need: Figure
    rate: Figure
    rank: int
    within: float

    @property
    def reached(self) -> str:
        return wording.share(self.within) if not isnan(self.within) else ""

    @property
    def without(self) -> float:
        """Return how many of those in need have no place within reach, 0 where it is not told."""
        if isinstance(self.need, Withheld) or isnan(self.within):
            return 0.0
        return self.need.value * (1 - self.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A place, as its directory describes it. area: row of the nearest area, -1 without one."""

    code: str
    name: str
    address: str
    phone: str
    website: str
    opening_hours: str
    services: tuple[str, ...]
    languages: tuple[str, ...]
    checked_on: str
    latitude: float
    longitude: float
    area: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An area where many have no place within reach. gained: how many a place there would be within reach
    of, who have none today, nor from the gaps told before.
    """

    area: Territory
    metres: float
    gained: float


@dataclass(frozen=True, slots=True, repr=False)
class Country:
    """A country that was counted. by_definition: its territories by key, the widest first.

    points: (areas, 2) longitudes and latitudes.
    """

    pack: Pack
    by_definition: Mapping[str, Mapping[str, Territory]]
    points: Floats
    places: tuple[Sheet, ...]
    parents: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]
    rates: Mapping[str, Sequence[tuple[str, float, float]]]
    digest: str

    @property
    def levels(self) -> tuple[str, ...]:
        """Return the levels, the widest first."""
        return (COUNTRY_LEVEL, *reversed(self.pack.levels), AREA)

    def definition(self, id: str) -> Definition:
        """Return a definition, the usual one when nobody has that name."""
        return next((each for each in self.pack.definitions if each.id == id), self.pack.definitions[0])

    def territories(self, definition: str) -> Mapping[str, Territory]:
        return self.by_definition[definition]

    def peers(self, one: Territory, definition: str) -> int:
        """Return among how many a territory takes its rank."""
        return sum(
            each.level == one.level and isinstance(each.need, Estimate)
            for each in self.territories(definition).values()
        )

    def find(self, text: str, definition: str) -> list[Territory]:
        """Return the territories that a search may mean: by code, or by the beginnings of words of a name."""
        wanted = plain(text).split()
        if not wanted:
            return []
        matches = [
            each
            for each in self.territories(definition).values()
            if plain(each.code) == " ".join(wanted) or _matches(wanted, plain(each.name).split())
        ]
        exact = " ".join(wanted)
        order = {level: n for n, level in enumerate(self.levels)}
        matches.sort(key=lambda t: (exact not in (plain(t.name), plain(t.code)), order[t.level], -t.people))
        return matches[:MOST_FOUND]

    def sources(self) -> Sequence[tuple[str, Source]]:
        """Return where each table comes from: what the card says of it, else of the whole."""
        usual = Source(
            title=self.pack.name,
            producer=self.pack.producer,
            licence=self.pack.licence,
            vintage=self.pack.vintage,
        )
        tables = [AREAS, PEOPLE, *(each.rates for each in self.pack.definitions), PLACES]
        return [(table, self.pack.sources.get(table, usual)) for table in dict.fromkeys(tables)]

    def in_areas(self, areas: Sequence[int]) -> list[Sheet]:
        """Return the places whose nearest area is one of these."""
        wanted_areas = set(areas)
        return [each for each in self.places if each.area in wanted_areas]

    def gaps(self, one: Territory, definition: str, *, most: int = 5) -> list[Gap]:
        """Return the areas of a territory where a place would be within reach of the most people in need who
        have none, the best first; each counts those whom the former ones leave without. None where no place
        of the country is known.
        """
        areas = [t for t in self.territories(definition).values() if t.level == AREA]
        without = np.zeros(len(self.points))
        for each in areas:
            without[each.areas[0]] = each.without
        rows = np.array(one.areas, dtype=int)
        near = reach.pairs(self.points[rows], self.points, self.pack.reach)
        near.data = np.ones_like(near.data)
        spots = np.array([(s.longitude, s.latitude) for s in self.places]).reshape(-1, 2)
        away, _ = reach.nearest(self.points[rows], spots)
        by_row = {each.areas[0]: each for each in areas}
        gaps = []
        for _ in range(most):
            gained = near @ without
            best = int(np.argmax(gained))
            if gained[best] < 1:
                break
            area = by_row[int(rows[best])]
            gaps.append(Gap(area=area, metres=float(away[best]), gained=float(gained[best])))
            without[near[[best]].indices] = 0.0
        return gaps


def _matches(words: Sequence[str], name: Sequence[str]) -> bool:
    return all(any(part.startswith(word) for part in name) for word in words)


def digest_of(pack: Pack) -> str:
    """Return the digest that names the results of a country: of its files, and of the method."""
    digest = hashlib.sha256(f"{VERSION}-{number('protection/small_area')}\n".encode())
    for path in [pack.folder / CARD, *files(pack)]:
        digest.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:20]


def prepare(folder: Path, home: Path) -> bool:
    """Count a country and keep it as the one that pages read; return whether it had to be counted.

    Written aside, then named: a stop, or a full disk, leaves the former one as it was.
    """
    pack = read(folder)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = digest_of(pack)
    results = home / digest
    counted = not results.is_dir()
    if counted:
        aside = Path(mkdtemp(prefix=ASIDE, dir=home))
        try:
            _count(pack, aside)
            aside.rename(results)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    write_whole(home / CURRENT, digest)
    for each in home.iterdir():
        if RESULT_FOLDER.fullmatch(each.name) and each != results:  # former ones, and what a stop left aside
            shutil.rmtree(each, ignore_errors=True)
    return counted


def _count(pack: Pack, aside: Path) -> None:
    content: dict[str, Any] = {"definitions": {}, "rates": {}}
    for definition in pack.definitions:
        one = by(pack, definition.id)
        store(one, aside, sheets=True)
        with opened(DUCKDB, aside) as engine:
            tables = {
                level: estimating.estimate(one, aside, engine, level)
                for level in (COUNTRY_LEVEL, *pack.levels, AREA)
            }
            rates = engine.query(RATES, "select cell, rate, margin from rates order by cell")
        content["rates"][definition.id] = [
            [r["cell"], float(r["rate"]), float(r["margin"])] for r in rates.rows()
        ]
        content["definitions"][definition.id] = {
            level: {
                "code": table["code"].tolist(),
                "name": table["name"].tolist(),
                **{name: [_finite_or_none(value) for value in table[name].tolist()] for name in NUMBERS},
            }
            for level, table in tables.items()
        }
    shutil.copyfile(pack.folder / CARD, aside / CARD)
    write_whole(aside / STUDY_FILE, json.dumps(content, ensure_ascii=False, allow_nan=False))


def _finite_or_none(value: float) -> float | None:
    return None if isnan(value) else float(value)


def current(home: Path) -> Country:
    """Return the country that pages read; FileNotFoundError when none was counted here."""
    return _read(str(home / (home / CURRENT).read_text("utf-8")))


@lru_cache(maxsize=2)
def _read(path: str) -> Country:
    folder = Path(path)
    pack = read(folder)
    content = json.loads((folder / STUDY_FILE).read_text("utf-8"))
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:

        def rows(table: str, order: str, *columns: str) -> list[tuple[Any, ...]]:
            words = f"select {', '.join(columns)} from '{folder / table}.parquet' order by {order}"
            return list(connection.execute(words).fetchall())

        areas = rows(AREAS, "code", *COLUMNS[AREAS], *pack.levels)
        named = {(level, code): name for level, code, name in rows(NAMES, "level, code", *COLUMNS[NAMES])}
        sheets = rows(PLACES, "name, code", "code", "latitude", "longitude", *SHEET)
    points = np.array([(row[3], row[2]) for row in areas], dtype=np.float64).reshape(-1, 2)
    keys = {AREA: [str(row[0]) for row in areas], COUNTRY_LEVEL: [COUNTRY_LEVEL] * len(areas)}
    keys |= {level: [str(row[4 + n]) for row in areas] for n, level in enumerate(pack.levels)}
    rows_of: dict[tuple[str, str], list[int]] = {}
    for level, codes in keys.items():
        for row, code in enumerate(codes):
            rows_of.setdefault((level, code), []).append(row)
    parents, children = _hierarchy(pack, keys)
    spots = np.array([(row[2], row[1]) for row in sheets], dtype=np.float64).reshape(-1, 2)
    _, nearest = reach.nearest(spots, points)
    return Country(
        pack=pack,
        by_definition={
            id: _territories(pack, tables, rows_of, named) for id, tables in content["definitions"].items()
        },
        points=points,
        places=tuple(_sheet(row, int(area)) for row, area in zip(sheets, nearest, strict=True)),
        parents=parents,
        children=children,
        rates={id: [tuple(row) for row in rates] for id, rates in content["rates"].items()},
        digest=folder.name,
    )


def _sheet(row: tuple[Any, ...], area: int) -> Sheet:
    code, latitude, longitude, *values = row
    columns: dict[str, Any] = dict(zip(SHEET, values, strict=True))
    for name in ("services", "languages"):
        columns[name] = tuple(part for each in columns[name].split("|") if (part := each.strip()))
    return Sheet(code=code, latitude=latitude, longitude=longitude, area=area, **columns)


def key_of(level: str, code: str) -> str:
    """Return the name of a territory in an address.

    >>> key_of("district", "N01"), key_of("pays", "pays")
    ('district-N01', 'pays')
    """
    return COUNTRY_LEVEL if level == COUNTRY_LEVEL else f"{level}-{code}"


def _hierarchy(
    pack: Pack, keys: Mapping[str, Sequence[str]]
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Return by key the territories that hold one, the nearest first, and those just below it. One that
    straddles two larger ones is under neither: it is under the next that holds it whole.
    """
    upwards = (AREA, *pack.levels, COUNTRY_LEVEL)
    parents: dict[str, tuple[str, ...]] = {}
    children: dict[str, list[str]] = {}
    for n, level in enumerate(upwards[:-1]):
        above: dict[str, list[set[str]]] = {}
        for row, code in enumerate(keys[level]):
            sets = above.setdefault(code, [set() for _ in upwards[n + 1 :]])
            for larger, larger_units in zip(upwards[n + 1 :], sets, strict=True):
                larger_units.add(keys[larger][row])
        for code, sets in above.items():
            containing = [
                key_of(larger, next(iter(units)))
                for larger, units in zip(upwards[n + 1 :], sets, strict=True)
                if len(units) == 1
            ]
            parents[key_of(level, code)] = tuple(containing)
            children.setdefault(containing[0], []).append(key_of(level, code))
    return parents, {key: tuple(sorted(below)) for key, below in children.items()}


def _territories(
    pack: Pack,
    tables: Mapping[str, Mapping[str, Sequence[Any]]],
    rows_of: Mapping[tuple[str, str], Sequence[int]],
    named: Mapping[tuple[str, str], str],
) -> Mapping[str, Territory]:
    territories = {}
    for level in (COUNTRY_LEVEL, *reversed(pack.levels), AREA):
        table = tables[level]
        for n, code in enumerate(table["code"]):
            name = pack.name if level == COUNTRY_LEVEL else named.get((level, code), table["name"][n])
            need, rate = _figures(pack, {each: table[each][n] for each in NUMBERS})
            within = table["within"][n]
            key = key_of(level, code)
            territories[key] = Territory(
                key=key,
                level=level,
                code=code,
                name=name,
                areas=tuple(rows_of[level, code]),
                people=table["people"][n],
                need=need,
                rate=rate,
                rank=int(table["rank"][n] or 0),
                within=float("nan") if within is None else within,
            )
    return territories


def _figures(pack: Pack, row: Mapping[str, float | None]) -> tuple[Figure, Figure]:
    people = row["people"] or 0.0
    shared: dict[str, Any] = {
        "universe": pack.universe,
        "n": round(people),
        "method": METHOD,
        "sources": (pack.producer,),
    }
    if row["value"] is None or row["low"] is None or row["high"] is None:
        reason = estimating.TOO_FEW
        return Withheld(reason=reason, unit="personnes", **shared), Withheld(
            reason=reason, unit="pourcent", **shared
        )
    need = Estimate(value=row["value"], low=row["low"], high=row["high"], unit="personnes", **shared)
    parts = [100 * value / people for value in (need.value, need.low, need.high)]
    return need, Estimate(value=parts[0], low=parts[1], high=parts[2], unit="pourcent", **shared)


def as_csv(territories: Sequence[Territory]) -> str:
    """Return territories as a table, a line each, numbers at nine significant digits."""
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(
        ("niveau", "code", "nom", "personnes", "valeur", "bas", "haut", "taux", "rang", "part_avec_un_lieu")
    )
    for t in territories:
        cells = [f"{t.people:.9g}", "", "", "", "", "", ""]
        if isinstance(t.need, Estimate) and isinstance(t.rate, Estimate):
            within = "" if isnan(t.within) else f"{t.within:.9g}"
            numbers = (t.people, t.need.value, t.need.low, t.need.high, t.rate.value / 100)
            cells = [*(f"{value:.9g}" for value in numbers), str(t.rank), within]
        writer.writerow((t.level, t.code, t.name, *cells))
    return file.getvalue()


def places_csv(places: Sequence[Sheet]) -> str:
    """Return places as a table, with the columns of the folder of a country."""
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(("code", "latitude", "longitude", *SHEET))
    for place in places:
        columns = {**{name: getattr(place, name) for name in SHEET}}
        columns |= {"services": "|".join(place.services), "languages": "|".join(place.languages)}
        writer.writerow((place.code, place.latitude, place.longitude, *columns.values()))
    return file.getvalue()
