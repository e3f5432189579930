"""Cutting a territory into zones: the default way, or as a file says."""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.names import apostrophes
from maillage.kernel.table import Table
from maillage.sources import cog
from maillage.sources.delimited import HEADER_WITHIN, Row, read
from maillage.statistics.zones.territories import Territory, rows_of

COLUMNS = ("code_zone", "nom_zone", "code")
DOWNLOADED = {"code", "nom", "maille"}  # columns of the table of zones of a study
Members = tuple[str, list[int], str]  # of a zone: its name, the rows of its areas, its status in the file
ZONE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}\Z")


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: areas of the census counted together.

    rows: positions of its areas in the table of IRIS. place: the commune it belongs to, '' when it is one or
    spans several. note: what the reader must know about it (an inferred boundary, for instance).
    """

    code: str
    name: str
    rows: NDArray[np.int64]
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Zoning:
    """The zones of a study. kind: iris, commune, departement or file; left_out: rows of the territory in no
    zone.

    file_name, sha256: the file the zones were read from, '' for the usual zones.
    """

    zones: tuple[Zone, ...]
    kind: str
    left_out: NDArray[np.int64]
    file_name: str = ""
    sha256: str = ""

    @property
    def rows(self) -> NDArray[np.int64]:
        return np.sort(np.concatenate([zone.rows for zone in self.zones]))


class Labels:
    """Names of usual zones. A commune that was several in the census keeps the name of each of them."""

    def __init__(self, kind: str, iris: Table) -> None:
        communes = cog.communes()
        column = {"commune": "name", "iris": "name", "departement": "departement_name"}[kind]
        key = "departement" if kind == "departement" else "code"
        self._kind, self._iris = kind, iris
        self._names = dict(zip(communes[key].tolist(), communes[column].tolist(), strict=True))
        self._merged = _merged(iris) if kind == "iris" else frozenset()

    def __call__(self, code: str, row: int) -> tuple[str, str]:
        if self._kind != "iris":
            return str(self._names.get(code, code)), ""
        published, today = (str(self._iris[name][row]) for name in ("published", "commune"))
        commune = str(self._names.get(published) or self._names.get(today, today))
        if self._iris["kind"][row] == "Z":
            return (str(self._iris["name"][row]) if today in self._merged else "") or commune, ""
        return area_name(self._iris, row), commune


def _merged(iris: Table) -> frozenset[str]:
    """Return the communes of today that the census published as several."""
    pairs = set(zip(iris["published"].tolist(), iris["commune"].tolist(), strict=True))
    times = Counter(today for _, today in pairs)
    return frozenset(today for today, n in times.items() if n > 1)


def area_name(iris: Table, row: int) -> str:
    """Return the name of a census area: most of those overseas have none, their number then names them."""
    return str(iris["name"][row]) or f"Iris {str(iris['iris'][row])[5:]}"


def usual(territory: Territory, iris: Table) -> Zoning:
    """Return the default zones: IRIS of a commune or an EPCI, communes of a département, départements
    beyond.
    """
    kind = {"commune": "iris", "ept": "iris", "epci": "iris", "departement": "commune"}.get(
        territory.kind, "departement"
    )
    return by(kind, rows_of(territory, iris), iris)


def by(kind: str, rows: NDArray[np.int64], iris: Table) -> Zoning:
    """Return the zones made of the areas that share an IRIS, a commune or a département."""
    keys = iris[kind][rows]
    names, at = np.unique(keys, return_inverse=True)
    order = np.argsort(at, kind="stable")
    bounds = np.append(np.flatnonzero(np.append(True, at[order][1:] != at[order][:-1])), len(order))
    groups = [rows[order[a:b]] for a, b in pairwise(bounds)]
    label = Labels(kind, iris)
    zones = tuple(_zone(str(code), members, label) for code, members in zip(names, groups, strict=True))
    return Zoning(zones, kind, np.array([], dtype=np.int64))


def _zone(code: str, members: NDArray[np.int64], label: Labels) -> Zone:
    name, place = label(code, int(members[0]))
    return Zone(code, name, members, place)


class AreaIndex:
    """The areas of a territory, found by the code of an IRIS or of a commune, of the census or of today."""

    def __init__(self, territory: Territory, iris: Table) -> None:
        self.inside = rows_of(territory, iris)
        self._codes, self._published = iris["iris"], iris["published"]
        self._by_iris = dict(zip(iris["iris"][self.inside].tolist(), self.inside.tolist(), strict=True))
        self._by_commune: dict[str, list[int]] = {}
        for row in self.inside.tolist():
            for code in {str(iris["commune"][row]), str(iris["published"][row])}:
                self._by_commune.setdefault(code, []).append(row)

    def rows(self, code: str, listed: Set[str] = frozenset()) -> list[int]:
        """Return the positions of the areas of a code, none outside the territory. listed: the codes that a
        file names, whose areas a commune that absorbed them leaves to them.
        """
        rows = [self._by_iris[code]] if code in self._by_iris else self._by_commune.get(code, [])
        return [row for row in rows if self._published[row] not in listed - {code}] or rows

    def iris_codes(self, rows: Iterable[int]) -> list[str]:
        return [str(self._codes[row]) for row in rows]

    def is_commune(self, code: str) -> bool:
        return code in self._by_commune


def from_file(content: bytes, *, name: str, territory: Territory, iris: Table) -> Zoning:
    """Return the zones of a file `code_zone,nom_zone,code`: one row per IRIS or commune that makes up a zone.

    Any error refuses the whole file, naming the line and the value: half a zoning would be a wrong one.
    """
    lines = _lines(content, name)
    areas = AreaIndex(territory, iris)
    everywhere = set(iris["iris"].tolist()) | set(iris["commune"].tolist()) | set(iris["published"].tolist())
    taken: dict[int, tuple[str, int, str]] = {}
    zones: dict[str, Members] = {}
    listed = {row["code"] for row in lines}  # a merged commune may be written beside the one that absorbed it
    for row in lines:
        number = row.line
        zone, label, code = (row[column] for column in COLUMNS)
        _check_zone(name, number, zone, label)
        known = _zone_of(row, zones)
        members = areas.rows(code, listed)
        if not members:
            raise _unknown(name, number, code, territory, everywhere)
        for member in members:
            if member in taken:
                other, line, how = taken[member]
                if other == zone and how == code:
                    raise _fault(name, number, "code", code, f"ce code est déjà donné à la ligne {line}")
                other_row = f"ligne {line}" if how == code else f"ligne {line}, code {how}"
                if areas.is_commune(how) != areas.is_commune(code):
                    raise _fault(
                        name,
                        number,
                        "code",
                        code,
                        f"l’IRIS et sa commune sont donnés tous les deux ({other_row})",
                    )
                raise _fault(
                    name, number, "code", code, f"ce code est déjà dans la zone {other} ({other_row})"
                )
            taken[member] = (zone, number, code)
        known[1].extend(members)
    built = tuple(
        Zone(code, apostrophes(label) or code, np.array(sorted(rows)), note=_note(note))
        for code, (label, rows, note) in zones.items()
    )
    left_out = np.setdiff1d(areas.inside, np.array(sorted(taken), dtype=np.int64))
    digest = sha256(content.removeprefix(BOM_UTF8)).hexdigest()
    return Zoning(built, "file", left_out, file_name=name, sha256=digest)


def _lines(content: bytes, name: str) -> list[Row]:
    """Return the rows of a file of zones. In the table of zones that a study gives to download, each row is a
    zone of its own.
    """
    purpose = "Un fichier de zones dit, à chaque ligne, la zone, son nom et le code qui la compose."
    header = {
        cell.strip(' "')
        for cell in re.split(r"[,;\t|]", content.decode("utf-8-sig", "replace").split("\n", 1)[0])
    }
    if "code_zone" in header or not header >= DOWNLOADED:
        return read(content, name, required=COLUMNS, optional=("statut",), purpose=purpose)
    rows = read(content, name, required=("code", "nom"), purpose=purpose)
    return [
        Row(row.file, row.line, {"code_zone": row["code"], "nom_zone": row["nom"], "code": row["code"]})
        for row in rows
    ]


def is_canonical(content: bytes) -> bool:
    """Return True if a file is text with the columns that `from_file` takes, exactly named."""
    try:
        head = content.decode("utf-8-sig").splitlines()[:HEADER_WITHIN]
    except UnicodeDecodeError:
        return False
    headers = [{cell.strip(' "') for cell in re.split(r"[,;\t|]", line)} for line in head]
    return any("code_zone" in header or header >= DOWNLOADED for header in headers)


def composition(content: str, *, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the zones of a file that `from_file` took, read as it reads them: the name of each, and the IRIS
    and communes that make it up, as they are written.
    """
    names: dict[str, str] = {}
    codes: dict[str, list[str]] = {}
    for row in _lines(content.encode(), name):
        zone = row["code_zone"]
        names[zone] = names.get(zone) or row["nom_zone"]
        codes.setdefault(zone, []).append(row["code"])
    return tuple((apostrophes(names[zone]) or zone, tuple(zone_codes)) for zone, zone_codes in codes.items())


def communes_of(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the communes of today that hold some IRIS and communes of the census."""
    return tuple(sorted(set(communes_today(codes))))


def communes_today(codes: Iterable[str]) -> list[str]:
    """Return the commune of today of each IRIS or commune of the census."""
    today: list[str] = cog.current(np.array([code[:5] for code in codes])).tolist()
    return today


@cache
def _communes_with_names() -> frozenset[str]:
    return frozenset(cog.communes()["code"].tolist())


def commune_merged_into(code: str) -> str:
    """Return the commune of today of a commune of the census; an arrondissement stays what it is."""
    return code if code in _communes_with_names() else communes_today([code])[0]


def _zone_of(row: Row, zones: dict[str, Members]) -> Members:
    """Return the members of the zone of a row, which any of its rows may name; Refused for two names."""
    zone, label = row["code_zone"], row["nom_zone"]
    name, members, status = zones.get(zone, ("", [], row["statut"]))
    if label and name and label != name:
        raise _fault(row.file, row.line, "nom_zone", label, f"la zone {zone} s’appelle déjà « {name} »")
    zones[zone] = name or label, members, status
    return zones[zone]


def _note(status: str) -> str:
    """Return the note for a zone whose boundary is inferred; the file's own wording is meant for those who
    drew it.
    """
    return (
        "Limite déduite d’un texte ou d’une carte, à confirmer localement."
        if "infér" in status.casefold()
        else ""
    )


LONGEST_NAME = 80


def _check_zone(name: str, number: int, zone: str, label: str) -> None:
    if len(label) > LONGEST_NAME or not label.isprintable():
        raise _fault(
            name,
            number,
            "nom_zone",
            label[:LONGEST_NAME],
            f"un nom de zone a {LONGEST_NAME} signes au plus, tous visibles",
        )
    if not zone:
        raise _fault(name, number, "code_zone", zone, "la zone n’a pas de code")
    if not ZONE_CODE.match(zone):
        raise _fault(
            name,
            number,
            "code_zone",
            zone,
            "un code de zone a 1 à 20 lettres sans accent, chiffres, tirets ou soulignés",
        )


def _unknown(name: str, number: int, code: str, territory: Territory, everywhere: set[str]) -> Refused:
    if not code:
        return _fault(name, number, "code", code, "la zone est vide : aucun IRIS ni commune n’est donné")
    if code in everywhere:
        return _fault(
            name, number, "code", code, f"ce code existe, mais hors {territory.of_name} ({territory.code})"
        )
    if f"0{code}" in everywhere:
        return _fault(
            name, number, "code", code, f"le zéro de tête est perdu : 0{code}. Exportez la colonne en texte"
        )
    new = str(cog.current(np.array([code]))[0])
    if new != code:
        return _fault(name, number, "code", code, f"cette commune est devenue {new}")
    return _fault(
        name, number, "code", code, "ce code n’est ni un IRIS ni une commune du recensement de 2021"
    )


def _fault(name: str, number: int, column: str, value: str, reason: str) -> Refused:
    return Refused(
        f"{name}, ligne {number}, colonne {column}, valeur « {value} » : {reason}.",
        why=(
            "Une zone mal faite compterait deux fois, ou oublierait, des habitants : aucun fichier n’a été"
            " écrit."
        ),
        do="Corrigez cette ligne, puis recommencez avec le fichier entier.",
    )
