"""Activities as the workbook of the Coop: what was exported and its filters first, then the table under its
columns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TypeAlias

from maillage.kernel.errors import Refused
from maillage.reference import coop

Cell: TypeAlias = str | int | date
MAX_LINES = 1_048_576  # of a sheet

DAY, MOMENT = "%d/%m/%Y", "%d/%m/%Y à %H:%M"
WIDTHS: Mapping[str, int] = {
    coop.THEMES: 40,
    coop.PLACE: 32,
    coop.PROCEDURE: 32,
    coop.NUMBER: 38,
}  # characters
USUAL_WIDTH = 20
LINE_BREAK = "\n"  # between the values of a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Facts written above a table: whose rows they are, of which period, and when they were written."""

    owner: str
    since: date
    until: date
    at: datetime


def write(out: IO[bytes], activities: Sequence[Mapping[str, str]], export: Export) -> int:
    """Write activities, and return how many rows: one for each person at a workshop, all with its number.

    activities: the columns of the table “coop-1”, and those of the place: adresse, nom_commune, code_postal;
    of an act, enregistre_le (ISO) and demarches, names parted by a bar. Refused beyond what a sheet holds.
    """
    n = sum(map(_n_persons, activities))
    _write(out, coop.SHEET, coop.ACTIVITY_COLUMNS, coop.FILTERS, _rows(activities), n, export)
    return n


def write_coordination(out: IO[bytes], meetings: Sequence[Mapping[str, str]], export: Export) -> int:
    """Write activities of coordination, and return how many.

    meetings: id, kind (of `coop.COORDINATION_KINDS`), date, minutes, structures ('' when not counted), title,
    partners, recorded and changed (ISO, '' when it never was).
    """
    columns, filters = coop.COORDINATION_COLUMNS, coop.COORDINATION_FILTERS
    rows = ([cells.get(name, "") for name in columns] for cells in map(_coordination_cells, meetings))
    _write(out, coop.COORDINATION_SHEET, columns, filters, rows, len(meetings), export)
    return len(meetings)


def _coordination_cells(meeting: Mapping[str, str]) -> dict[str, Cell]:
    kind, label = coop.COORDINATION_KINDS[meeting["kind"]]
    own_cells: dict[str, Cell] = {
        "Durée (min.)": int(meeting["minutes"]),
        "Structure·s": int(meeting["structures"]) if meeting["structures"] else "",
        "Nom de l’évènement": meeting["title"],
        coop.PARTNERS: meeting["partners"],
        "Notes": "" if kind == coop.EVENT else meeting["title"],
    }
    return {
        **own_cells,
        **dict.fromkeys(coop.INAPPLICABLE_COLUMNS[kind], coop.INAPPLICABLE),
        "Date de l’activité": date.fromisoformat(meeting["date"]),
        "Type": kind,
        "Type d’animation, type d’évènement, nature du partenariat": label,
        "Enregistrée le": _moment(meeting["recorded"]),
        "Dernière modification le": _moment(meeting["changed"]),
        coop.NUMBER: meeting["id"],
    }


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).strftime(MOMENT) if text else ""


def _write(
    out: IO[bytes],
    name: str,
    columns: Sequence[str],
    filters: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    n: int,
    export: Export,
) -> None:
    """Write a sheet of `n` rows as the Coop does: what was exported, its filters, then the table. No text is
    ever a formula.
    """
    import xlsxwriter

    above = _above(n, filters, export)
    if n > MAX_LINES - len(above) - 1:
        raise Refused(
            f"Le classeur n’a pas été écrit : il aurait {n} lignes.",
            why=f"Une feuille en a {MAX_LINES} au plus.",
            do="Coupez la période en plusieurs.",
        )
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet = workbook.add_worksheet(name)
        bold = workbook.add_format({"bold": True})
        cell = workbook.add_format({"text_wrap": True, "valign": "top"})
        day = workbook.add_format({"num_format": "dd/mm/yyyy", "valign": "top"})
        for rank, column in enumerate(columns):
            sheet.set_column(rank, rank, WIDTHS.get(column, USUAL_WIDTH))
        head = len(above)
        for line, pair in enumerate((*above, columns)):
            for rank, words in enumerate(pair):
                sheet.write(line, rank, words, bold if len(pair) != 2 else cell)
        for line, cells in enumerate(rows, head + 1):
            for rank, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write_datetime(line, rank, value, day)
                elif isinstance(value, int):
                    sheet.write_number(line, rank, value, cell)
                elif value:
                    sheet.write_string(line, rank, value, cell)
        sheet.autofilter(head, 0, head + max(n, 1), len(columns) - 1)
        sheet.freeze_panes(head + 1, 1)


def _above(n: int, filters: Sequence[str], export: Export) -> Sequence[Sequence[str | int]]:
    """Return the lines above the table: a title alone, a name and its value, or nothing."""
    return (
        ("Informations export",),
        ("Nom", export.owner),
        ("Prénom", "-"),
        ("Rôle", "-"),
        ("Total", n),
        ("Date d’export", f"{export.at:%d/%m/%Y}"),
        ("Heure d’export", f"{export.at:%H:%M}"),
        (),
        ("Filtres",),
        ("Période", f"{export.since:{DAY}} - {export.until:{DAY}}"),
        *((name, "-") for name in filters),
        (),
        (),
    )


def _n_persons(activity: Mapping[str, str]) -> int:
    return int(activity["accompagnements"]) if activity["type"] == "collectif" else 1


def _rows(activities: Iterable[Mapping[str, str]]) -> Iterator[list[Cell]]:
    for activity in activities:
        n = _n_persons(activity)
        for rank in range(1, n + 1):
            cells = _cells(activity) | {"Participants": f"{rank}/{n}" if n > 1 else 1}
            yield [cells.get(column, "") for column in coop.ACTIVITY_COLUMNS]


def _cells(activity: Mapping[str, str]) -> dict[str, Cell]:
    is_workshop = activity["type"] == "collectif"
    levels, level = (
        (coop.WORKSHOP_LEVELS, activity.get("niveau_atelier", ""))
        if is_workshop
        else (coop.AUTONOMY, activity.get("autonomie", ""))
    )
    return {
        **coop.UNKNOWN,
        coop.DATE: date.fromisoformat(activity["date"]),
        "Enregistré le": _moment(activity.get("enregistre_le", "")),
        coop.TYPE: coop.TYPES[activity["type"]],
        coop.CHANNEL: coop.CHANNELS[activity["type_lieu"]],
        coop.PLACE: activity["lieu"],
        "Adresse": activity.get("adresse", ""),
        "Commune": activity.get("nom_commune", ""),
        "Code postal": activity.get("code_postal", ""),
        coop.PLACE_CODE: activity["commune"],
        coop.MINUTES: int(activity["duree"]),
        "Nom de l’atelier": activity.get("titre_atelier", ""),
        coop.THEMES: LINE_BREAK.join(
            coop.theme_labels()[theme] for theme in activity["thematiques"].split("|")
        ),
        coop.PROCEDURE: LINE_BREAK.join(filter(None, activity.get("demarches", "").split("|"))),
        coop.LEVEL: levels.get(level, ""),
        coop.NUMBER: activity["id"],
    }
