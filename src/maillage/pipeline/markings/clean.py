"""Files that mark places: official contours (QPV, ZUS), the FRR list of communes, or a list of codes."""

import io
import json
import re
import zipfile
from dataclasses import dataclass, field

import shapely

from maillage.kernel import archives
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.pipeline.delimited import Row
from maillage.pipeline.delimited import read as rows_of

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
    """What a file marks: contours, or shares (0 to 1) by IRIS or commune code. kind: qpv, zus, frr, list."""

    kind: str
    label: str
    districts: tuple[District, ...] = ()
    shares: dict[str, float] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def generation(self) -> str:
        """The year from which its districts hold, as their codes say it; "" when they do not, or differ."""
        starts = {district.code[:2] for district in self.districts}
        return GENERATIONS.get(starts.pop(), "") if len(starts) == 1 else ""


def read(content: bytes, *, name: str) -> Marking:
    """Return what a dropped file marks, its form recognised from its content; Refused when it is none of the
    three.
    """
    if content[:4] == b"PK\x03\x04":
        content, name = _unzipped(content, name)
    if content.lstrip()[:1] == b"{":
        return _districts(content, name)
    if b"codefrr" in content[:HEAD].lower():
        return _frr(content, name)
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
        features = json.loads(content.decode("utf-8-sig"))["features"]
        if not isinstance(features, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(
            f"{name} : ce n’est pas un GeoJSON de contours.",
            why="Un GeoJSON porte une liste « features » de contours.",
            do="Déposez le fichier officiel, sans le modifier.",
        ) from error
    out = []
    kinds = set()
    for number, given in enumerate(features, 1):
        feature = given if isinstance(given, dict) else {}
        held = feature.get("properties")
        properties = {str(k).casefold(): v for k, v in held.items()} if isinstance(held, dict) else {}
        kind = next((kind for kind, (_, codes, _) in DRAWN.items() if _said(properties, codes)), "qpv")
        kinds.add(kind)
        code = _said(properties, DRAWN[kind][1])
        label = _said(properties, DRAWN[kind][2]) or code
        geometry = feature.get("geometry")
        shape = _shape(geometry)
        if not code or shape is None:
            raise Refused(
                f"{name}, contour {number} : il manque un code (code_qp, code_zus) ou un polygone.",
                why="Un quartier sans contour ne peut être placé sur aucune zone.",
                do="Déposez le fichier officiel des quartiers prioritaires, en WGS84.",
            )
        west, south, east, north = shape.bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            raise Refused(
                f"{name}, contour {number} ({code}) : les coordonnées ne sont pas des degrés.",
                why="Le fichier est dans une autre projection (Lambert 93, par exemple).",
                do="Choisissez dans l’archive le fichier dont le nom contient WGS84.",
            )
        out.append(District(code, label, _said(properties, ("insee_com",)), shape))
    if not out:
        raise Refused(
            f"{name} : aucun contour.", why="Le fichier est vide.", do="Déposez le fichier officiel."
        )
    if len(kinds) > 1:
        raise Refused(
            f"{name} : des quartiers prioritaires et des zones urbaines sensibles sont mêlés.",
            why="Les unes ont fini quand les autres ont commencé : leurs habitants ne se mêlent pas.",
            do="Déposez un fichier pour chacun.",
        )
    kind = kinds.pop()
    return Marking(kind, DRAWN[kind][0], districts=tuple(out))


def _said(properties: dict[str, object], names: tuple[str, ...]) -> str:
    """Return the first of some properties that says something."""
    return next((text for name in names if (text := line(str(properties.get(name) or "")))), "")


def _shape(geometry: object) -> shapely.Geometry | None:
    """Return the polygon of a GeoJSON geometry, None when it is none."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    try:
        shape = shapely.make_valid(shapely.geometry.shape(geometry))
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        return None
    return None if shape.is_empty or not shapely.is_valid(shape) else shape


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
            raise _bad_code(row, "codgeo")
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
            raise _bad_code(row, "code")
        _note(row, "code", _share(row), shares, lines)
    given = [row for row in rows if row["part"]]
    if given and max(shares[row["code"]] for row in given) <= 0.01:
        raise given[0].fault(
            "part",
            "toutes les parts sont de 1 ou moins",
            why="Une part se donne en pourcentage : 1 y veut dire un habitant sur cent.",
            do="Écrivez 100 pour une zone entière, 50 pour la moitié, ou laissez la case vide.",
        )
    return Marking("list", name.rsplit(".", 1)[0], shares=shares, lines=lines)


def _bad_code(row: Row, column: str) -> Refused:
    lost = len(row[column]) in (4, 8) and row[column].isdigit()
    return row.fault(
        column,
        "le zéro de tête est perdu" if lost else "un code de commune a 5 caractères, un code d’IRIS 9",
        why="La commune ne serait pas retrouvée, ses habitants seraient oubliés.",
        do="Exportez la colonne en texte.",
    )


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
