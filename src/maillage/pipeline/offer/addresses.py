"""Addresses found without a network, in the official file of a département (BAN) that somebody loaded once.

A file becomes a small base beside the others: streets by commune, numbers by street. An address is looked for
among
the streets of its commune; what was found comes with its score, and with metres of doubt when the number is
not there.
Source: docs/methods/situer.md
"""

import csv
import gzip
import io
import math
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from statistics import median

from rapidfuzz import fuzz, process

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.progress import steps
from maillage.kernel.typed import whole
from maillage.pipeline.offer.clean import commune
from maillage.pipeline.offer.forms.sheet import quoted
from maillage.reference import place_names

COLUMNS = ("numero", "nom_voie", "code_insee", "lon", "lat")
SURE, LEAST = 0.95, 0.8  # score from which a street is the one typed; below the second, it is another
STREET_FOUND = 0.1  # what a score loses when the number is not in the street
FOLDER = "adresses"  # in the home of an installation
BATCH = 20_000
MOST = 99_999  # a number in a street: beyond, the line is damaged
WRONG = {
    "code_insee": "le code de la commune manque",
    "nom_voie": "le nom de la voie manque",
    "numero": "ce n’est pas un numéro dans une voie",
    "lat": "ce n’est pas une latitude en degrés",
    "lon": "ce n’est pas une longitude en degrés",
}
MAGIC = b"\x1f\x8b"
NUMBER = re.compile(r"(?<!\d)(\d{1,4})\s?(bis|ter|quater|[a-d])?\b", re.IGNORECASE)
ARTICLES = frozenset("de du des d la le les l a au aux en".split())
TABLES = """
create table voie (id integer primary key, insee text not null, cle text not null, nom text not null);
create table numero (voie integer not null, numero integer not null, rep text not null, lat real, lon real);
"""
INDEXES = "create index voie_insee on voie (insee); create index numero_voie on numero (voie, numero);"


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """An address found: its point, how much it is like what was typed (0 to 1), its name, and the metres of
    doubt
    around the point, 0 when the number itself was found.
    """

    latitude: float
    longitude: float
    score: float
    name: str
    doubt: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of loading a file: its numbers and streets, the départements it covers, the lines left out,
    and where and why the first of them that is wrong was, '' when none is.
    """

    numbers: int
    streets: int
    departements: tuple[str, ...]
    left_out: int
    first_left: str = ""


_folder: list[Path] = []


def use(folder: Path) -> None:
    """Look for addresses in the bases of this folder from now on."""
    _folder[:] = [folder]
    _bases.cache_clear()
    _streets.cache_clear()


def load(path: Path, folder: Path) -> Loaded:
    """Make the base of a file of addresses, plain or gzip; Refused when it is none.

    It is read line by line, in constant memory, and takes the place of the former base of the same file name
    only
    once whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / f"{path.name.split('.')[0]}.sqlite"
    part = base.with_suffix(".partie")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part)) as connection, connection:
            loaded = _filled(connection, path)
        part.replace(base)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise Refused(
            f"{path.name} : ce fichier d’adresses est illisible.",
            why="Il est abîmé, coupé avant sa fin, ou n’est pas un CSV.",
            do="Téléchargez de nouveau « adresses-38.csv.gz » (Base Adresse Nationale), puis recommencez.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    _bases.cache_clear()
    _streets.cache_clear()
    return loaded


def _filled(base: sqlite3.Connection, path: Path) -> Loaded:
    base.executescript(TABLES)
    streets: dict[tuple[str, str], int] = {}
    departements: set[str] = set()
    numbers = left_out = 0
    first_left = ""
    batch: list[tuple[int, int, str, float, float]] = []
    for line, row in _lines(path):
        insee, name = (
            (row.get("code_insee") or "").strip(),
            (row.get("nom_voie") or row.get("nom_ld") or "").strip(),
        )
        known = commune.index().codes  # of today, arrondissements in their commune
        insee = known.get(insee) or known.get(f"0{insee}", insee)  # a spreadsheet takes the first zero off
        if not row["lat"] and not row["lon"]:  # a name without a point: nothing to place, and nothing wrong
            left_out += 1
            continue
        number = whole(row["numero"] or "0", MOST)
        lat, lon = _degrees(row["lat"], 90), _degrees(row["lon"], 180)
        wrong = {"code_insee": not insee, "nom_voie": not name, "numero": number is None}
        wrong |= {"lat": math.isnan(lat), "lon": math.isnan(lon)}
        if number is None or any(wrong.values()):
            left_out += 1
            column = next(column for column, is_wrong in wrong.items() if is_wrong)
            value_text = quoted("".join(filter(str.isprintable, row.get(column) or "")))
            first_left = (
                first_left or f"ligne {line}, colonne {column}, valeur « {value_text} » : {WRONG[column]}"
            )
            continue
        key = (insee, street_key(name))
        if key not in streets:
            streets[key] = len(streets) + 1
            base.execute("insert into voie values (?, ?, ?, ?)", (streets[key], *key, name))
            departements.add(insee[:3] if insee.startswith("97") else insee[:2])
        batch.append((streets[key], number, (row.get("rep") or "").strip().casefold(), lat, lon))
        numbers += 1
        if len(batch) == BATCH:
            base.executemany("insert into numero values (?, ?, ?, ?, ?)", batch)
            batch.clear()
            steps(f"Adresses lues : {numbers}")
    base.executemany("insert into numero values (?, ?, ?, ?, ?)", batch)
    if not numbers:
        raise Refused(
            f"{path.name} : aucune adresse n’y est lue{f' ; {first_left}' * bool(first_left)}.",
            why="Chaque ligne doit dire une voie, un code Insee et un point.",
            do="Donnez le fichier « adresses » d’un département, au format BAN (CSV).",
        )
    base.executescript(INDEXES)
    return Loaded(numbers, len(streets), tuple(sorted(departements)), left_out, first_left)


def _degrees(text: str | None, most: float) -> float:
    """Return a latitude or a longitude, nan for what is none: metres of a projection are no degrees."""
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        return math.nan
    return value if abs(value) <= most else math.nan


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each line and its cells by column; Refused when columns are missing, or a quote is left open: the
    lines that it swallows would be lost without a word.
    """
    with path.open("rb") as head:
        packed = head.read(2) == MAGIC
    opened = gzip.open if packed else open
    with opened(path, "rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        first = text.readline()
        separator = ";" if first.count(";") >= first.count(",") else ","
        columns = next(csv.reader([first], delimiter=separator), [])
        if missing := [name for name in COLUMNS if name not in columns]:
            raise Refused(
                f"{path.name} : ce n’est pas un fichier d’adresses, il y manque {', '.join(missing)}.",
                why="Ces colonnes disent le numéro, la voie, la commune et le point.",
                do="Donnez le fichier « adresses » d’un département, au format BAN (CSV).",
            )
        reader = csv.DictReader(text, fieldnames=columns, delimiter=separator, strict=True)
        line = 1
        try:
            for row in reader:
                line = reader.line_num + 1  # the header was read before
                yield line, row
        except csv.Error as error:
            raise Refused(
                f"{path.name}, ligne {line + 1} : cette ligne n’est pas du CSV lisible.",
                why="Un guillemet y est resté ouvert, ou se trouve au milieu d’une case.",
                do="Corrigez cette ligne, ou téléchargez de nouveau le fichier (Base Adresse Nationale).",
            ) from error


# ------------------------------------------------------------------------------------------------- looking


def find(street: str, insee: str) -> AddressMatch | None:
    """Return where an address of a commune is; None when no base covers it, or no street looks like it."""
    known = _streets(insee) if insee and street else {}
    if not known:
        return None
    number, wanted = _typed(street)
    if not wanted:
        return None
    hit = process.extractOne(wanted, known.keys(), scorer=fuzz.ratio, score_cutoff=100 * LEAST)
    if hit is None:
        return None
    key, likeness = str(hit[0]), hit[1] / 100
    base, id, name = known[key]
    points = base.execute("select numero, rep, lat, lon from numero where voie = ?", (id,)).fetchall()
    if not points:
        return None
    exact = [point for point in points if number and point[0] == number[0] and point[1] in (number[1], "")]
    if exact:
        one = max(exact, key=lambda point: point[1] == number[1])  # type: ignore[index]
        label = f"{one[0]}{' ' * bool(one[1])}{one[1]} {name}"
        return AddressMatch(one[2], one[3], round(likeness, 2), label, 0.0)
    near = [p for p in points if number and abs(p[0] - number[0]) <= 10] or points
    middle = (median(p[2] for p in near), median(p[3] for p in near))
    doubt = max(_metres(middle, (p[2], p[3])) for p in near)
    return AddressMatch(*middle, round(max(likeness - STREET_FOUND, 0.0), 2), name, max(doubt, 50.0))


def _typed(street: str) -> tuple[tuple[int, str] | None, str]:
    """Return the number of an address as it was typed, and its street: what stands before the number is a
    building.
    """
    match = NUMBER.search(street)
    rest = street[match.end() :] if match and len(plain(street[match.end() :])) > 3 else street
    return (int(match[1]), (match[2] or "").casefold()) if match else None, street_key(rest)


@lru_cache(maxsize=1 << 16)
def street_key(name: str) -> str:
    """Return a street as it is compared: abbreviations written out, small words dropped.

    >>> street_key("Bd du Dr Calmette"), street_key("boulevard docteur calmette")
    ('boulevard docteur calmette', 'boulevard docteur calmette')
    """
    return " ".join(_words().get(word, word) for word in plain(name).split() if word not in ARTICLES)


@cache
def _words() -> Mapping[str, str]:
    known = {**place_names.spellings("streets"), **place_names.spellings("titles")}
    return {way: word for word, ways in known.items() for way in ways}


@cache
def _bases() -> tuple[sqlite3.Connection, ...]:
    paths = sorted(_folder[0].glob("*.sqlite")) if _folder and _folder[0].is_dir() else []
    return tuple(sqlite3.connect(f"file:{base}?mode=ro", uri=True, check_same_thread=False) for base in paths)


@lru_cache(maxsize=512)
def _streets(insee: str) -> dict[str, tuple[sqlite3.Connection, int, str]]:
    return {
        key: (base, id, name)
        for base in _bases()
        for id, key, name in base.execute("select id, cle, nom from voie where insee = ?", (insee,))
    }


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return 111_195 * math.hypot(a[0] - b[0], 0.7 * (a[1] - b[1]))
