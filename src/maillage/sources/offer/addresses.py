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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rapidfuzz import fuzz, process

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.progress import steps
from maillage.kernel.typed import whole_number
from maillage.reference import place_names
from maillage.sources.offer.clean import commune
from maillage.sources.offer.forms.sheet import quoted

COLUMNS = ("numero", "nom_voie", "code_insee", "lon", "lat")
SURE, LEAST = 0.95, 0.8  # score from which a street is the one typed; below the second, it is another
SAME_POINT = 100  # metres under which two points of a number are one
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
RANGE = re.compile(
    r"(?<!\d)(\d{1,4}\s?(?:bis|ter)?)\s?(?:[-/,&à]|et)\s?\d{1,4}\s?(?:bis|ter)?(?=\s)", re.IGNORECASE
)
COMMA = re.compile(r"(?<!\d)(\d{1,4}\s?(?:bis|ter|quater|[a-h])?)\s*,(?=\s*\D)", re.IGNORECASE)
SEPARATOR = re.compile(r"\s[-–—/]+\s|[,;:()\n]|\s[-–—]|[-–—]\s")
LIEU_DIT = re.compile(r"\blieu[ -]dit\b", re.IGNORECASE)
GLUED = re.compile(r"^(\d{1,4})(bis|ter|quater|[a-h])$")  # « 33bis »
NUMBER = re.compile(r"^\d{1,4}$")
REPETITIONS = {"bis", "ter", "quater", *"abcdefgh"}
BOXES = frozenset({"bp", "cs", "tsa"})  # with a number, they end an address, as a postcode does
HAMLETS = frozenset({"hameau", "lieudit", "quartier"})
PART_OF_SEGMENT = 0.06  # what a score loses when words of its segment are left: never sure
ARTICLES = frozenset("de du des d la le les l a au aux en".split())
AGAIN = "Téléchargez de nouveau ce fichier (Base Adresse Nationale), puis recommencez."
TABLES = """
create table voie (id integer primary key, insee text not null, cle text not null, nom text not null,
    postal text not null, ancienne text not null);
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


@dataclass(frozen=True, slots=True)
class Base:
    """A base of this installation: the name of its file, its départements, its counts, and when it was
    loaded.
    """

    name: str
    departements: tuple[str, ...]
    n_addresses: int
    n_streets: int
    loaded_at: datetime


_folder: list[Path] = []


def use(folder: Path) -> None:
    """Look for addresses in the bases of this folder from now on."""
    _folder[:] = [folder]


def load(path: Path, folder: Path, *, tell: Callable[[float, int], None] = lambda share, n: None) -> Loaded:
    """Make the base of a file of addresses, plain or gzip; Refused when it is none.

    tell: called every few thousand addresses with the share of the file that is read, and their number.

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
            loaded = _filled(connection, path, tell)
        part.replace(base)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise Refused(
            f"{path.name} : ce fichier d’adresses est illisible.",
            why="Il est abîmé, coupé avant sa fin, ou n’est pas un CSV.",
            do=AGAIN,
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return loaded


def _filled(base: sqlite3.Connection, path: Path, tell: Callable[[float, int], None]) -> Loaded:
    base.executescript(TABLES)
    streets: dict[tuple[str, str, str], int] = {}
    departements: set[str] = set()
    numbers = left_out = 0
    first_left = ""
    batch: list[tuple[int, int, str, float, float]] = []
    for line, share, row in _lines(path):
        insee, name = (
            (row.get("code_insee") or "").strip(),
            (row.get("nom_voie") or row.get("nom_ld") or "").strip(),
        )
        known = commune.index().codes  # of today, arrondissements in their commune
        former = (row.get("code_insee_ancienne_commune") or "").strip() or insee  # or an arrondissement
        insee = known.get(insee) or known.get(f"0{insee}", insee)  # a spreadsheet takes the first zero off
        former = former.zfill(5)
        if not row["lat"] and not row["lon"]:  # a name without a point: nothing to place, and nothing wrong
            left_out += 1
            continue
        number = whole_number(row["numero"] or "0", MOST)
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
        key = (former, insee, street_key(name))
        if key not in streets:
            streets[key] = len(streets) + 1
            postal_and_former = (row.get("code_postal") or "", plain(row.get("nom_ancienne_commune") or ""))
            base.execute(
                "insert into voie values (?, ?, ?, ?, ?, ?)",
                (streets[key], *key[1:], name, *postal_and_former),
            )
            departements.add(commune.departement(insee))
        batch.append((streets[key], number, (row.get("rep") or "").strip().casefold(), lat, lon))
        numbers += 1
        if len(batch) == BATCH:
            base.executemany("insert into numero values (?, ?, ?, ?, ?)", batch)
            batch.clear()
            steps(f"Adresses lues : {numbers}", share)
            tell(share, numbers)
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


def _lines(path: Path) -> Iterator[tuple[int, float, Mapping[str, str]]]:
    """Yield each line, the share of the file that is read and its cells by column; Refused when columns are
    missing, or a quote is left open: the lines that it swallows would be lost without a word.
    """
    size = path.stat().st_size
    with path.open("rb") as file, ExitStack() as opened:
        packed = file.read(2) == MAGIC
        file.seek(max(size - 1, 0))
        is_ended = packed or file.read() == b"\n"
        file.seek(0)
        raw = opened.enter_context(gzip.GzipFile(fileobj=file)) if packed else file
        text = opened.enter_context(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
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
        line, absent = 1, list[str]()
        try:
            for row in reader:
                line = reader.line_num + 1  # the header was read before
                absent = [column for column in columns if row[column] is None]
                yield line, file.tell() / size, row
        except csv.Error as error:
            raise Refused(
                f"{path.name}, ligne {line + 1} : cette ligne n’est pas du CSV lisible.",
                why="Un guillemet y est resté ouvert, ou se trouve au milieu d’une case.",
                do="Corrigez cette ligne, ou téléchargez de nouveau le fichier (Base Adresse Nationale).",
            ) from error
        if absent and not is_ended:  # gzip tells by itself that it is cut
            raise Refused(
                f"{path.name}, ligne {line} : le fichier s’arrête là, avant « {absent[0]} ».",
                why="Il est coupé : la suite des adresses manque.",
                do=AGAIN,
            )


# ------------------------------------------------------------------------------------------------- looking


class Span(NamedTuple):
    """Words of a typed address that may be its street, and the number before them."""

    key: str
    number: int | None
    repetition: str
    is_whole: bool  # no word of its segment is left beside the number


class Street(NamedTuple):
    """A street of a base: its name, its postcode, and the former commune that it was of."""

    base: sqlite3.Connection
    id: int
    name: str
    postal: str
    former: str


def find(street: str, insee: str, *, postal: str = "", town: str = "") -> AddressMatch | None:
    """Return where an address of a commune is; None when no base covers it, or no street looks like it.

    postal, town: as they were typed; they tell apart the streets of one name that a commune has from those
    that it gathers. Streets that nothing tells apart give their middle, and the metres between them.
    """
    known = _streets(insee, _stamp()) if insee and street else {}
    best: tuple[float, bool, int] = (LEAST - STREET_FOUND, False, 0)
    match = None
    for span in _spans(street) if known else ():
        hit = process.extractOne(span.key, known.keys(), scorer=fuzz.ratio, score_cutoff=100 * LEAST)
        if hit is None:
            continue
        key, likeness = str(hit[0]), hit[1] / 100 - PART_OF_SEGMENT * (not span.is_whole)
        located = _located(_of_place(known[key], postal, plain(town)), span, likeness)
        if located and (rank := (located.score, not located.doubt, len(span.key))) > best:
            best, match = rank, located
    return match


def _located(streets: Sequence[Street], span: Span, likeness: float) -> AddressMatch | None:
    """Return the point of a number in the streets of one name, else the middle of its neighbours."""
    points = [
        point
        for street in streets
        for point in street.base.execute(
            "select numero, rep, lat, lon from numero where voie = ?", (street.id,)
        )
    ]
    name = streets[0].name
    exact = [point for point in points if span.number == point[0] and point[1] in (span.repetition, "")]
    if exact and span.number:
        one = max(exact, key=lambda point: point[1] == span.repetition)
        label = f"{one[0]}{' ' * bool(one[1])}{one[1]} {name}"
        same = [point for point in exact if point[1] == one[1]]
        spread = max(_metres(one[2:], point[2:]) for point in same)
        if spread <= SAME_POINT:
            return AddressMatch(one[2], one[3], round(likeness, 2), label, 0.0)
        points = same
    near = [p for p in points if span.number and abs(p[0] - span.number) <= 10] or points
    if not near:
        return None
    middle = (median(p[2] for p in near), median(p[3] for p in near))
    doubt = max(_metres(middle, (p[2], p[3])) for p in near)
    return AddressMatch(*middle, round(max(likeness - STREET_FOUND, 0.0), 2), name, max(doubt, 50.0))


def _of_place(streets: Sequence[Street], postal: str, town: str) -> Sequence[Street]:
    """List the streets of a name that fit the former commune typed, else the postcode, else all of them."""
    return (
        [street for street in streets if street.former and street.former == town]
        or [street for street in streets if street.postal == postal]
        or streets
    )


def _spans(text: str) -> Iterator[Span]:
    """Yield the parts of an address that may be its street: each segment, the words after a number, those
    that a kind of street begins. A building, a floor or a box around it belongs to other spans.

    >>> [span.key for span in _spans("Espace Giono - 4 bis r. des Lilas BP 12")]
    ['espace giono', '4 bis rue lilas', 'rue lilas']
    """
    kinds = _kinds()
    text = LIEU_DIT.sub("lieudit ", COMMA.sub(r"\1 ", RANGE.sub(r"\1", text)))
    for segment in SEPARATOR.split(text):
        tokens = _to_the_box([part for word in plain(segment).split() for part in _unglued(word)])
        after_number: dict[int, int | None] = {
            i + 1 + (tokens[i + 1 : i + 2] != [] and tokens[i + 1] in REPETITIONS): i
            for i, token in enumerate(tokens)
            if NUMBER.match(token)
        }
        for start, number_at in ((0, None), *after_number.items()):
            if tokens[start : start + 1] and tokens[start] in HAMLETS:  # the base names it alone
                after_number[start + 1] = number_at
        at_kind = [i for i, token in enumerate(tokens) if token in kinds]
        for start in dict.fromkeys((0, *after_number, *at_kind)):
            for end in dict.fromkeys((len(tokens), *(i for i in at_kind if i > start))):
                key = street_key(" ".join(tokens[start:end]))
                is_whole = end == len(tokens) and (start == 0 or start in after_number)
                if len(key) > 3 and (is_whole or " " in key):
                    at = after_number.get(start)
                    number = None if at is None else int(tokens[at])
                    mark = "" if at is None or tokens[at + 1] not in REPETITIONS else tokens[at + 1]
                    yield Span(key, number, mark, is_whole)


def _unglued(word: str) -> tuple[str, ...]:
    match = GLUED.match(word)
    return (match[1], match[2]) if match else (word,)


def _to_the_box(tokens: list[str]) -> list[str]:
    """Return the words before a post box, a postcode or « cedex »."""
    for i, word in enumerate(tokens):
        boxed = word in BOXES and tokens[i + 1 : i + 2] and tokens[i + 1].isdigit()
        if boxed or word == "cedex" or (word.isdigit() and len(word) == 5):
            return tokens[:i]
    return tokens


@lru_cache(maxsize=1 << 16)
def street_key(name: str) -> str:
    """Return a street as it is compared: abbreviations written out, small words dropped.

    >>> street_key("Bd du Dr Calmette"), street_key("boulevard docteur calmette")
    ('boulevard docteur calmette', 'boulevard docteur calmette')
    """
    key = " ".join(_words().get(word, word) for word in plain(name).split() if word not in ARTICLES)
    for zone, ways in place_names.spellings("zones").items():
        way = next((way for way in ways if key.startswith(way)), "")
        key = zone + key[len(way) :] if way else key
    return key


@cache
def _kinds() -> frozenset[str]:
    streets = place_names.spellings("streets")
    return frozenset(streets) | {way for ways in streets.values() for way in ways if len(way) > 1}


@cache
def _words() -> Mapping[str, str]:
    known = {**place_names.spellings("streets"), **place_names.spellings("titles")}
    return {way: word for word, ways in known.items() for way in ways}


def _stamp() -> tuple[str, int]:
    """Return the folder of the bases and the time of its last change: another process may load one."""
    try:
        return (str(_folder[0]), _folder[0].stat().st_mtime_ns) if _folder else ("", 0)
    except OSError:
        return "", 0


@lru_cache(maxsize=1)
def _bases(stamp: tuple[str, int]) -> tuple[sqlite3.Connection, ...]:
    return tuple(_opened(base) for base in sorted(Path(stamp[0]).glob("*.sqlite"))) if stamp[0] else ()


def _opened(base: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{base}?mode=ro", uri=True, check_same_thread=False)


def _columns(base: sqlite3.Connection) -> str:
    """Return the columns of a street, empty for those that a base loaded by a former version lacks."""
    names = {row[1] for row in base.execute("pragma table_info(voie)")}
    return "cle, id, nom, postal, ancienne" if "postal" in names else "cle, id, nom, '', ''"


@lru_cache(maxsize=512)
def _streets(insee: str, stamp: tuple[str, int]) -> dict[str, list[Street]]:
    known: dict[str, list[Street]] = {}
    for base in _bases(stamp):
        for key, *row in base.execute(f"select {_columns(base)} from voie where insee = ?", (insee,)):  # noqa: S608, ours
            known.setdefault(key, []).append(Street(base, *row))
    return known


def bases(folder: Path) -> list[Base]:
    """List the bases of a folder by file name."""
    out = []
    for path in sorted(folder.glob("*.sqlite")):
        with closing(_opened(path)) as base:
            codes = [code for (code,) in base.execute("select distinct insee from voie")]
            n_addresses, n_streets = base.execute(
                "select (select count(*) from numero), (select count(*) from voie)"
            ).fetchone()
        on = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        departements = tuple(sorted({commune.departement(code) for code in codes}))
        out.append(Base(path.stem, departements, n_addresses, n_streets, on))
    return out


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return 111_195 * math.hypot(a[0] - b[0], 0.7 * (a[1] - b[1]))
