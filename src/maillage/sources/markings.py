"""Files that mark places: official contours (QPV, ZUS), the FRR list of communes, a list of codes, or the
connections of communes.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel import archives
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.sources import arcep
from maillage.sources.delimited import Row, bad_code
from maillage.sources.delimited import read as rows_of

Projection = Callable[[NDArray[np.float64]], NDArray[np.float64]]

FRR_COLUMNS = ("codgeo", "libgeo", "codefrr")
NOT_CLASSED = re.compile(r"[-−]\s?9\s?999(?:[.,]0*)?")  # as written, and as spreadsheets show it
# The contours that a file may draw: how its columns name a code, then a name, whatever their case.
DRAWN = {
    "qpv": ("Quartiers prioritaires (QPV)", ("code_qp", "code_zone"), ("lib_qp", "nom_qp")),
    "zus": ("Zones urbaines sensibles (ZUS)", ("code_zus",), ("lib_zus", "nom_zus")),
}
GENERATIONS = {"QN": "2024", "QP": "2015"}  # how the codes of a decree begin: of 2023, of 2014
HEAD = 4_096  # bytes where the names of columns stand, titles above them included
WORKBOOKS = ("xl/", "content.xml")  # what the archive of a workbook holds, and no other
LINES = {
    **dict.fromkeys(("Point", "MultiPoint"), "un point"),
    **dict.fromkeys(("LineString", "MultiLineString"), "une ligne"),
}
EPSG = re.compile(r"EPSG:+(\d{1,6})\b", re.IGNORECASE)
UNREADABLE = (ValueError, TypeError, AttributeError, IndexError, KeyError)
MOST_REPAIRED = 0.01  # of the surface of a contour: more, and the repair would choose what the district is
CONNECTIONS = "thd"
LARGEST = 60_000_000  # bytes once unpacked: a national file is under twenty million


@dataclass(frozen=True, slots=True)
class District:
    """A contour with its code, its name and the commune that the file names (one only, even when it spans
    two).
    """

    code: str
    name: str
    commune: str
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Marking:
    """The marking of a file: contours, or shares (0 to 1) by IRIS or commune code. kind: qpv, zus, frr,
    list, thd. premises, year, doubt: of a file of connections, whose shares are of premises, not
    of residents.
    """

    kind: str
    label: str
    districts: tuple[District, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    premises: dict[str, int] = field(default_factory=dict)
    year: str = ""
    doubt: str = ""

    @property
    def generation(self) -> str:
        """The year of its figures, or from which its districts hold, as their codes say it; "" when they do
        not, or differ.
        """
        if self.year:
            return self.year
        starts = {district.code[:2] for district in self.districts}
        return GENERATIONS.get(starts.pop(), "") if len(starts) == 1 else ""


def read(content: bytes, *, name: str) -> Marking:
    """Return the marking of a dropped file, its form recognised from its content; Refused when it is none of
    them.
    """
    if content.startswith(arcep.GZIP):
        content = arcep.unpacked(content, name, LARGEST)
    if content[:4] == b"PK\x03\x04":
        content, name = _unzipped(content, name)
    if content.lstrip()[:1] == b"{":
        return _districts(content, name)
    if b"codefrr" in content[:HEAD].lower():
        return _frr(content, name)
    if arcep.is_one(content[:HEAD]):
        return _connections(content, name)
    return _listed(content, name)


def _unzipped(content: bytes, name: str) -> tuple[bytes, str]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if any(name_.startswith(WORKBOOKS) for name_ in archive.namelist()):
            raise Refused(
                f"{name} est un classeur, pas un fichier CSV.",
                why="Une liste de codes se lit en CSV, où les zéros de tête restent.",
                do=(
                    "Enregistrez la feuille en « CSV UTF-8 », la colonne des codes en texte, puis déposez ce"
                    " fichier."
                ),
            )
        inside = [
            info for info in archive.infolist() if info.filename.casefold().endswith((".geojson", ".json"))
        ]
        wgs84 = [info for info in inside if "wgs84" in info.filename.casefold()] or inside
        if not wgs84 or wgs84[0].file_size > LARGEST:
            raise zipfile.BadZipFile
        return archive.read(wgs84[0]), wgs84[0].filename.rsplit("/", 1)[-1]
    except (*archives.UNREADABLE, OSError) as error:
        raise Refused(
            f"{name} : l’archive est abîmée, trop grosse, ou ne contient pas de GeoJSON.",
            why="Le fichier officiel des quartiers prioritaires contient un GeoJSON en WGS84.",
            do="Déposez l’archive telle que téléchargée, ou le fichier GeoJSON qu’elle contient.",
        ) from error


def _districts(content: bytes, name: str) -> Marking:
    try:
        collection = json.loads(content.decode("utf-8-sig"))
        features = collection["features"]
        if not isinstance(features, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(
            f"{name} : ce n’est pas un GeoJSON de contours.",
            why="Un GeoJSON porte une liste « features » de contours.",
            do="Déposez le fichier officiel, sans le modifier.",
        ) from error
    to_degrees = _to_degrees(collection.get("crs"), name)
    drawn = [
        _drawn(feature if isinstance(feature, dict) else {}, to_degrees, f"{name}, contour {number}")
        for number, feature in enumerate(features, 1)
    ]
    if not drawn:
        raise Refused(
            f"{name} : aucun contour.", why="Le fichier est vide.", do="Déposez le fichier officiel."
        )
    kinds = {kind for kind, _ in drawn}
    if len(kinds) > 1:
        raise Refused(
            f"{name} : des quartiers prioritaires et des zones urbaines sensibles sont mêlés.",
            why="Les unes ont fini quand les autres ont commencé : leurs habitants ne se mêlent pas.",
            do="Déposez un fichier pour chacun.",
        )
    kind = kinds.pop()
    return Marking(kind, DRAWN[kind][0], districts=tuple(district for _, district in drawn))


def _to_degrees(crs: object, name: str) -> Projection | None:
    """Return the projection of the coordinates of a file into degrees, None when they are degrees already.
    crs: the member of the same name, which software writes (Lambert-93: EPSG 2154).
    """
    code = EPSG.search(str(crs))
    if code is None or code[1] == "4326":
        return None
    from pyproj import Transformer
    from pyproj.exceptions import CRSError

    try:
        transform = Transformer.from_crs(int(code[1]), 4326, always_xy=True).transform
    except CRSError as error:
        raise Refused(
            f"{name} : la projection EPSG {code[1]} n’existe pas.",
            why="On ne saurait pas où placer les contours.",
            do="Exportez le fichier en WGS84 (EPSG 4326) ou en Lambert-93 (EPSG 2154).",
        ) from error
    return lambda corners: np.column_stack(transform(corners[:, 0], corners[:, 1]))


def _drawn(feature: dict[str, Any], to_degrees: Projection | None, where: str) -> tuple[str, District]:
    """Return the kind of a contour, of `DRAWN`, and its district; Refused, with `where` it is, when it places
    none.
    """
    columns = feature.get("properties")
    properties = {str(k).casefold(): v for k, v in columns.items()} if isinstance(columns, dict) else {}
    kind = next((kind for kind, (_, codes, _) in DRAWN.items() if _first_text(properties, codes)), "qpv")
    code = _first_text(properties, DRAWN[kind][1])
    if not code:
        raise Refused(
            f"{where} : il manque le code du quartier (code_qp, ou code_zus).",
            why="Sans lui, on ne sait ni quel quartier c’est, ni de quelle année il date.",
            do="Déposez le fichier officiel avec toutes ses colonnes.",
        )
    shape = _shape(feature.get("geometry"), to_degrees, f"{where} ({code})")
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise Refused(
            f"{where} ({code}) : les coordonnées ne sont pas des degrés.",
            why="Le fichier est dans une autre projection, et ne dit pas laquelle.",
            do="Choisissez dans l’archive le fichier dont le nom contient WGS84.",
        )
    label = _first_text(properties, DRAWN[kind][2]) or code
    return kind, District(code, label, _first_text(properties, ("insee_com", "code_commune")), shape)


def _first_text(properties: dict[str, object], names: tuple[str, ...]) -> str:
    """Return the first of some properties that says something."""
    return next((text for name in names if (text := line(str(properties.get(name) or "")))), "")


def _shape(geometry: object, to_degrees: Projection | None, where: str) -> shapely.Geometry:
    """Return the polygon of a GeoJSON geometry, in degrees; Refused when it is none, or crosses itself.

    A contour that only touches itself is repaired: its surface stays the same.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind in LINES:
        raise Refused(
            f"{where} : c’est {LINES[kind]}, pas un contour.",
            why="Rien n’y dit où le quartier s’arrête.",
            do="Déposez le fichier officiel des contours, fait de polygones.",
        )
    try:
        drawn = shapely.geometry.shape(geometry)
        if kind not in ("Polygon", "MultiPolygon") or drawn.is_empty or not np.isfinite(drawn.bounds).all():
            raise ValueError
        drawn = drawn if to_degrees is None else shapely.transform(drawn, to_degrees)
        repaired = shapely.make_valid(drawn)
    except (*UNREADABLE, shapely.errors.ShapelyError) as error:
        raise Refused(
            f"{where} : le polygone est absent ou illisible.",
            why="Un quartier sans contour ne peut être placé sur aucune zone.",
            do="Déposez le fichier officiel des contours, sans le modifier.",
        ) from error
    if abs(repaired.area - drawn.area) > MOST_REPAIRED * repaired.area:
        raise Refused(
            f"{where} : le contour se croise lui-même.",
            why="On ne sait pas de quel côté de sa ligne est le quartier.",
            do="Corrigez ce contour dans un logiciel de cartes, ou déposez le fichier officiel.",
        )
    return repaired


def _frr(content: bytes, name: str) -> Marking:
    rows = rows_of(
        content,
        name,
        required=FRR_COLUMNS,
        purpose="Le fichier FRR dit, pour chaque commune, si elle est classée.",
    )
    shares: dict[str, float] = {}
    lines: dict[str, int] = {}
    for row in rows:
        if len(row["codgeo"]) != 5:
            raise bad_code(row, "codgeo")
        if not row["codefrr"]:
            raise row.fault(
                "codefrr",
                "on ne sait pas si cette commune est classée",
                why="Ses habitants seraient comptés, ou oubliés, au hasard.",
                do="Écrivez son classement, ou -9999 si elle n’est pas classée.",
            )
        _note(row, "codgeo", float(not NOT_CLASSED.fullmatch(row["codefrr"])), shares, lines)
    shares = {code: share for code, share in shares.items() if share}
    return Marking("frr", "Communes France ruralités revitalisation (FRR)", shares=shares, lines=lines)


def _connections(content: bytes, name: str) -> Marking:
    read_file = arcep.read(content, name)
    return Marking(
        CONNECTIONS,
        "Très haut débit fixe",
        shares={code: read_file.served[code] / n for code, n in read_file.premises.items()},
        premises=read_file.premises,
        year=read_file.year,
        doubt=read_file.doubt,
    )


def _note(row: Row, column: str, share: float, shares: dict[str, float], lines: dict[str, int]) -> None:
    """Note the share that a row gives to a code; Refused when another row gave it another one."""
    code = row[column]
    if shares.setdefault(code, share) != share:
        raise row.fault(
            column,
            f"ce code est déjà à la ligne {lines[code]}, et les deux lignes ne disent pas la même chose",
            why="On ne saurait pas laquelle est la bonne.",
            do="N’en gardez qu’une.",
        )
    lines.setdefault(code, row.line)


def _listed(content: bytes, name: str) -> Marking:
    rows = rows_of(
        content,
        name,
        required=("code",),
        optional=("part",),
        purpose="Une liste donne, à chaque ligne, le code d’un IRIS ou d’une commune.",
    )
    shares: dict[str, float] = {}
    lines: dict[str, int] = {}
    for row in rows:
        if len(row["code"]) not in (5, 9):
            raise bad_code(row, "code")
        _note(row, "code", _share(row), shares, lines)
    filled = [row for row in rows if row["part"]]
    if filled and max(shares[row["code"]] for row in filled) <= 0.01:
        raise filled[0].fault(
            "part",
            "toutes les parts sont de 1 ou moins",
            why="Une part se donne en pourcentage : 1 y veut dire un habitant sur cent.",
            do="Écrivez 100 pour une zone entière, 50 pour la moitié, ou laissez la case vide.",
        )
    return Marking("list", name.rsplit(".", 1)[0], shares=shares, lines=lines)


def _share(row: Row) -> float:
    if not row["part"]:
        return 1.0
    try:
        value = float(row["part"].replace(",", ".").replace("%", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise row.fault(
            "part",
            "une part est un nombre entre 0 et 100",
            why="Elle dit quelle part des habitants est dans le périmètre.",
            do="Donnez un pourcentage, ou laissez la case vide pour 100.",
        )
    return value / 100
