"""Zones as a clerk's file writes them, in any table: read line by line, then written as `zoning.from_file`
takes them.

Three shapes: a column of zones beside one of communes or IRIS; a column for each zone, its communes under it;
a sheet for each zone. Whatever is not understood is left out, and told; no zone is guessed.
"""

import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import Writer
from maillage.kernel.table import Table
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.forms.read import sheets
from maillage.sources.offer.forms.sheet import Fault, Row, Sheet, listed, quoted
from maillage.statistics.zones.territories import Territory
from maillage.statistics.zones.zone_areas import AreaNames, Named, UnknownArea
from maillage.statistics.zones.zoning import COLUMNS, LONGEST_NAME, Zoning, from_file, is_canonical
from maillage.words.wording import count

ZONE = re.compile(
    r"\b(?:zones?|secteurs?|bassins?|poles?|perimetres?|polarites?|unites?|groupes?|sous territoires?)\b"
)
ZONE_NUMBER = re.compile(r"\b(?:code|numero|num|no?)\b")
IRIS = re.compile(r"\biris\b")
AREA_CODE = re.compile(r"\d[\dAB]\d{3}(?:\d{4})?")
COMMUNE_CODE = re.compile(r"\b(?:insee|code|codgeo|depcom|cog)\b")
COMMUNE_NAME = re.compile(r"\b(?:communes?|villes?|nom|libgeo|libelle|municipalites?|localites?)\b")
TOTAL = re.compile(r"(?:sous )?tota(?:l|ux)\b.*|ensemble")
RANK = re.compile(r"n \d+")  # what a column without a name is called
MOSTLY = 0.5  # the share of the cells of a column that name an area for it to be one of areas
LONGEST_CODE = 18  # of a zone's code, made from its name; two more tell two alike
PURPOSE = (
    "Un fichier de zones dit pour chaque commune, ou chaque IRIS, dans quelle zone elle est : une ligne par"
    " commune, une colonne par zone, ou une feuille par zone."
)


@dataclass(frozen=True, slots=True)
class ZoneMembers:
    """A zone as a preview shows it: its communes, and the IRIS of those that it does not hold whole."""

    name: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """The zones of a file. content: as `zoning.from_file` takes them; left_out: the communes and IRIS of the
    territory in no zone; in_two_zones: those that the file gives to two, left out too.

    faults: the lines left out; notes: what was understood otherwise than it is written.
    """

    content: bytes
    zoning: Zoning
    zones: tuple[ZoneMembers, ...]
    left_out: tuple[str, ...]
    in_two_zones: tuple[str, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def remarks(self, name: str) -> list[str]:
        """Return the remarks of a command on a file of this name, in French: cells understood otherwise than
        they are written, lines left out, communes in no zone.
        """
        remarks = [f"{name} : {note}" for note in self.notes]
        remarks += [
            f"{name}, ligne {fault.line}, colonne {fault.column}, valeur « {fault.value} » : {fault.reason}."
            f" {fault.do}"
            for fault in self.faults
        ]
        if self.left_out and remarks:
            n = count(len(self.left_out), "commune ou quartier", "communes ou quartiers")
            remarks.append(f"{name} : dans aucune zone, {n} : {listed(self.left_out, most=12)}.")
        return remarks


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a sheet by what they hold. zones_by_column: where each column is a zone."""

    zone: str = ""
    zone_code: str = ""
    areas: tuple[str, ...] = ()
    zones_by_column: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An area that a line puts in a zone. where: the line, and its sheet."""

    zone: str
    zone_code: str
    line: int
    where: str
    column: str
    typed: str
    area: Named


def read(content: bytes, *, name: str, territory: Territory, iris: Table) -> ZoneFile:
    """Return the zones of a clerk's file, or of the exact `code_zone,nom_zone,code`, which is refused whole
    at its first error. Refused when no zone is read.
    """
    names = AreaNames(territory, iris)
    if is_canonical(content):
        return _with_areas(content, name, names, territory, iris)
    tables = [(title, _named_columns(sheet)) for title, sheet in sheets(content, name)]
    entries, notes = _entries(tables, names, name)
    faults: list[Fault] = []
    placed_entries, in_two = _sorted_out(entries, names, faults, notes)
    if not placed_entries:
        first = faults[0] if faults else None
        raise Refused(
            f"{name}, ligne {first.line}, colonne {first.column}, valeur « {first.value} » : {first.reason}."
            if first
            else f"{name} : aucune commune n’est donnée à une zone.",
            why=f"Aucune ligne n’a pu être lue. {PURPOSE}",
            do=first.do if first else "Ajoutez une ligne de noms de colonnes : Zone, Commune.",
        )
    zone_file = _with_areas(_written(placed_entries), name, names, territory, iris)
    return replace(
        zone_file,
        zoning=replace(zone_file.zoning, sha256=sha256(content.removeprefix(BOM_UTF8)).hexdigest()),
        in_two_zones=names.labels(sorted(in_two)),
        faults=tuple(faults),
        notes=tuple(dict.fromkeys(notes)),
    )


def _named_columns(sheet: Sheet) -> Sheet:
    """Return the sheet; where the code of an area stands for the name of a column, its first line is data."""
    if not any(map(AREA_CODE.fullmatch, sheet.columns)) or not sheet.rows:
        return sheet
    name_by_cell = {cell: f"colonne {n}" for n, cell in enumerate(sheet.columns, start=1)}
    first = Row(1, sheet.rows[0].line - 1, {name: cell for cell, name in name_by_cell.items()})
    rows = [
        replace(
            row, number=row.number + 1, cells={name: row.cells[cell] for cell, name in name_by_cell.items()}
        )
        for row in sheet.rows
    ]
    return replace(sheet, columns=tuple(name_by_cell.values()), rows=(first, *rows))


def _with_areas(content: bytes, name: str, names: AreaNames, territory: Territory, iris: Table) -> ZoneFile:
    zoning = from_file(content, name=name, territory=territory, iris=iris)
    zones = tuple(ZoneMembers(zone.name, names.labels(zone.rows.tolist())) for zone in zoning.zones)
    return ZoneFile(content, zoning, zones, names.labels(zoning.left_out.tolist()), (), (), ())


def _entries(
    tables: Sequence[tuple[str, Sheet]], names: AreaNames, file_name: str
) -> tuple[list[_Entry], list[str]]:
    """Return the area and the zone of each line of each sheet, and notes on the shape of the file; Refused
    when no sheet gives zones.
    """
    columns_by_sheet = {title: _columns(sheet, names) for title, sheet in tables}
    zoned = {
        title: columns
        for title, columns in columns_by_sheet.items()
        if columns.zone or columns.zones_by_column
    }
    listing = {title: columns for title, columns in columns_by_sheet.items() if columns.areas}
    by_sheet = not zoned and len(listing) > 1
    used = listing if by_sheet else zoned
    if not used:
        missing = "la zone" if listing else "la commune ou l’IRIS"
        column_names = listed([f"« {column} »" for _, sheet in tables for column in sheet.columns], most=8)
        raise Refused(
            f"{file_name} : aucune colonne ne donne {missing}. Colonnes lues : {column_names}.",
            why=PURPOSE,
            do="Nommez deux colonnes Zone et Commune, puis recommencez.",
        )
    notes = []
    if ignored := [f"« {title} »" for title, _ in tables if title not in used]:
        notes.append(f"Feuilles sans zone, ignorées : {listed(ignored)}.")
    if by_sheet:
        notes.append("Chaque feuille est lue comme une zone, qui porte son nom.")
    entries: list[_Entry] = []
    for title, sheet in tables:
        if title in used:
            where = f", feuille « {title} »" if len(used) > 1 else ""
            columns = used[title]
            shape = _by_column if columns.zones_by_column else _by_line
            entries += shape(sheet, columns, title if by_sheet else "", where, names, notes)
    return entries, notes


def _columns(sheet: Sheet, names: AreaNames) -> _Columns:
    """Return the columns of a sheet that give zones and areas, known by their names, else by their cells."""
    titles = {column: plain(column) for column in sheet.columns}
    if {"code", "nom", "maille"} <= set(titles.values()):  # the zones of a study, opened in a spreadsheet
        by_title = {title: column for column, title in titles.items()}
        return _Columns(zone=by_title["nom"], areas=(by_title["code"],))
    own = [column for column in sheet.columns if _share_of_areas(sheet, column, names) >= MOSTLY]
    titled = [column for column, title in titles.items() if ZONE.search(title) and not IRIS.search(title)]
    areas = sorted(set(own) - set(titled), key=lambda column: (_finest_first(titles[column]), column))
    wide = [
        column for column in own if not _is_of_areas(titles[column]) and not RANK.fullmatch(titles[column])
    ]
    if len(wide) > 1 and (not areas or not titled):
        return _Columns(zones_by_column={column: column for column in wide})
    numbers = [column for column in titled if ZONE_NUMBER.search(titles[column])]
    labels = [column for column in titled if column not in numbers] or numbers
    if not labels and areas:
        labels = _unnamed_zone(sheet, [column for column in sheet.columns if column not in own])
    if not areas:
        return _Columns()
    code = next((column for column in numbers if column not in labels), "")
    return _Columns(zone=labels[0] if labels else "", zone_code=code, areas=tuple(areas))


def _is_of_areas(title: str) -> bool:
    return bool(IRIS.search(title) or COMMUNE_CODE.search(title) or COMMUNE_NAME.search(title))


def _finest_first(title: str) -> int:
    """Rank a column of areas: IRIS before communes, codes before names."""
    return (
        2 * (IRIS.search(title) is None) + (COMMUNE_CODE.search(title) is None) if _is_of_areas(title) else 4
    )


def _share_of_areas(sheet: Sheet, column: str, names: AreaNames) -> float:
    cells = [cell for row in sheet.rows if (cell := row.cells[column]) and not TOTAL.fullmatch(plain(cell))]
    return sum(map(names.knows, cells)) / len(cells) if cells else 0.0


def _unnamed_zone(sheet: Sheet, columns: Sequence[str]) -> list[str]:
    """Return the only column whose words come again and again, when its name does not say what it is."""
    repeated = []
    for column in columns:
        cells = [cell for row in sheet.rows if (cell := row.cells[column])]
        is_words = any(any(map(str.isalpha, cell)) for cell in cells)
        if is_words and 1 < len(set(cells)) <= len(cells) / 2 and len(cells) > len(sheet.rows) / 2:
            repeated.append(column)
    return repeated if len(repeated) == 1 else []


def _by_column(
    sheet: Sheet, columns: _Columns, title: str, where: str, names: AreaNames, notes: list[str]
) -> Iterator[_Entry]:
    """Yield the areas under each column that is a zone."""
    del title
    notes.append("Chaque colonne est lue comme une zone, qui porte son nom.")
    for column, zone in columns.zones_by_column.items():
        for row in sheet.rows:
            if cell := row.cells[column]:
                for typed, area in names.all_of(cell):
                    yield _Entry(zone, "", row.line, where, column, typed, area)


def _by_line(
    sheet: Sheet, columns: _Columns, title: str, where: str, names: AreaNames, notes: list[str]
) -> Iterator[_Entry]:
    """Yield the areas of each line, in its zone; title: the zone of all of them, "" when a column tells."""
    above = _zone_above(sheet, columns.zone) if columns.zone else {}
    if above:
        notes.append(
            "Le nom de chaque zone n’est écrit qu’une fois : il est donné aux lignes du dessous, jusqu’au nom"
            " suivant."
        )
    code = ""
    for row in sheet.rows:
        written = row.cells[columns.zone] if columns.zone else title
        code = (row.cells[columns.zone_code] if columns.zone_code else "") or (code if not written else "")
        zone = written or above.get(row.number, "")
        cells = [(column, row.cells[column]) for column in columns.areas if row.cells[column]]
        if TOTAL.fullmatch(plain(written)) or any(TOTAL.fullmatch(plain(cell)) for _, cell in cells):
            notes.append("Lignes de totaux, ignorées.")
            continue
        if zone.isdecimal():
            zone = f"{columns.zone.strip().capitalize()} {zone}"
        if not zone or (not cells and above):  # in no zone, or a heading over its communes
            continue
        yield from _of_line(row, cells, zone, code, where, columns, names)


def _of_line(
    row: Row,
    cells: Sequence[tuple[str, str]],
    zone: str,
    code: str,
    where: str,
    columns: _Columns,
    names: AreaNames,
) -> Iterator[_Entry]:
    """Yield the areas of a line: those of its first cell that names one; a code and a name that disagree are
    refused.
    """
    if not cells:
        unknown = UnknownArea("aucune commune n’est donnée", "Écrivez-y une commune, ou retirez la ligne.")
        yield _Entry(zone, code, row.line, where, columns.areas[-1], "", unknown)
        return
    readings = [(column, names.all_of(cell)) for column, cell in cells]
    understood = [
        (column, areas) for column, areas in readings if any(isinstance(area, Cleaned) for _, area in areas)
    ]
    column, areas = (understood or readings)[0]
    single = [
        (column_name, areas_named[0]) for column_name, areas_named in understood if len(areas_named) == 1
    ]
    rows = [set(names.index.rows(area.value or "")) for _, (_, area) in single if isinstance(area, Cleaned)]
    if len(rows) > 1 and not set.intersection(*rows):
        typed = ", ".join(cell for _, cell in cells)
        unknown = UnknownArea(
            f"« {single[0][1][0]} » et « {single[1][1][0]} » sont deux communes différentes",
            "Corrigez le code ou le nom.",
        )
        yield _Entry(zone, code, row.line, where, single[0][0], typed, unknown)
        return
    for typed, area in areas:
        yield _Entry(zone, code, row.line, where, column, typed, area)


def _zone_above(sheet: Sheet, column: str) -> dict[int, str]:
    """Return, by the number of a row whose zone is empty, the zone written above it: where each is written
    once, as merged cells leave it. None where zones are repeated: there, an empty cell is no zone.
    """
    filled = [plain(cell) for row in sheet.rows if (cell := row.cells[column])]
    if not filled or not sheet.rows[0].cells[column] or len(set(filled)) < len(filled):
        return {}
    above, zone = {}, ""
    for row in sheet.rows:
        if row.cells[column]:
            zone = row.cells[column]
        else:
            above[row.number] = zone
    return above


def _sorted_out(
    entries: Sequence[_Entry], names: AreaNames, faults: list[Fault], notes: list[str]
) -> tuple[list[tuple[_Entry, str]], set[int]]:
    """Return the lines kept, each with the code of its area, and the areas that two zones have, kept in
    none; faults and notes are added to.
    """
    listed_codes = {
        entry.area.value for entry in entries if isinstance(entry.area, Cleaned) and entry.area.value
    }
    first_by_row: dict[int, _Entry] = {}
    placed_entries: list[tuple[_Entry, str, list[int]]] = []
    in_two: set[int] = set()
    for entry in entries:
        if isinstance(entry.area, UnknownArea):
            faults.append(_fault(entry, entry.area.reason, entry.area.do))
            continue
        if len(entry.zone) > LONGEST_NAME or not entry.zone.isprintable():
            reason = f"un nom de zone a {LONGEST_NAME} signes au plus, tous visibles"
            faults.append(_fault(entry, reason, "Raccourcissez le nom de la zone."))
            continue
        code = entry.area.value or ""
        rows = names.index.rows(code, listed_codes)
        if entry.area.reason:
            notes.append(f"Ligne {entry.line}{entry.where} : {entry.area.reason}.")
        holders = [first_by_row[row] for row in rows if row in first_by_row]
        rival = next((other for other in holders if plain(other.zone) != plain(entry.zone)), None)
        if rival is not None:
            reason = f"déjà dans la zone {rival.zone} (ligne {rival.line}{rival.where})"
            faults.append(_fault(entry, reason, "Gardez une seule des deux lignes."))
            in_two |= {row for row in rows if row in first_by_row}
        elif holders:
            notes.append(
                f"Ligne {entry.line}{entry.where} : « {quoted(entry.typed)} » y est déjà, comptée une fois."
            )
        free_rows = [row for row in rows if row not in first_by_row]
        first_by_row |= dict.fromkeys(free_rows, entry)
        if rival is None and free_rows:
            placed_entries.append((entry, code, free_rows))
    return [
        (entry, part)
        for entry, code, rows in placed_entries
        for part in _codes(code, rows, names, listed_codes, in_two)
    ], in_two


def _codes(
    code: str, rows: Sequence[int], names: AreaNames, listed_codes: set[str], in_two: set[int]
) -> list[str]:
    """Return the codes that a line is written with: its own, or those of its areas that no other has."""
    own_rows = [row for row in rows if row not in in_two]
    if own_rows == names.index.rows(code, listed_codes):
        return [code]
    return names.index.iris_codes(own_rows)


def _fault(entry: _Entry, reason: str, do: str) -> Fault:
    return Fault(entry.line, f"{entry.column}{entry.where}", quoted(entry.typed), reason, do)


def _written(entries: Sequence[tuple[_Entry, str]]) -> bytes:
    """Return the rows as `zoning.from_file` takes them: a zone has the name of its first line."""
    codes: dict[str, tuple[str, str]] = {}
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(COLUMNS)
    for entry, area in entries:
        key = plain(entry.zone) or entry.zone
        if key not in codes:
            used = {code for code, _ in codes.values()}
            codes[key] = _code_of(entry, used), " ".join(entry.zone.split())
        writer.writerow([*codes[key], area])
    return file.getvalue().encode()


def _code_of(entry: _Entry, used: set[str]) -> str:
    """Return a code for a zone that no other has: the one of its file, else its name."""
    base = plain(entry.zone_code or entry.zone).replace(" ", "-")[:LONGEST_CODE].strip("-") or "zone"
    number, code = 1, base
    while code in used:
        number += 1
        code = f"{base}{number}"
    return code
