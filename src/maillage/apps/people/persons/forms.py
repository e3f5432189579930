"""Read persons from a file, the workbook of the Coop or a CSV of the same columns: only a first name, the
initial of the last name and a year of birth are taken of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from maillage.apps.people.persons import rules
from maillage.apps.people.persons.rules import FileEntry
from maillage.kernel.names import plain
from maillage.kernel.typed import line, whole_number
from maillage.reference import coop
from maillage.sources import coop as workbooks
from maillage.sources import delimited
from maillage.sources.offer.forms.read import ZIP
from maillage.sources.offer.forms.sheet import Fault, Remarks, spaced
from maillage.words import dates

CSV, BOOK = "csv", "coop-xlsx"
FORMATS = (BOOK, CSV)
MAX_ROWS = 5_000  # of a structure
MAX_NAME = 60  # characters, of a card
NOTHING = "-"  # what the Coop writes of what it does not know


@dataclass(frozen=True, slots=True)
class Contents:
    """Content of a file: its persons, the rows left out, what to tell of it, in French, and the columns of
    which nothing is stored.
    """

    entries: Sequence[FileEntry]
    faults: Sequence[Fault]
    notes: Sequence[str]
    other_columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with the name of a person, and the year of birth."""

    line: int
    first: str
    last: str
    born: int | None

    @property
    def name(self) -> tuple[str, str]:
        return plain(self.last), plain(self.first)


def read(content: bytes, name: str, format: str, *, today: date) -> Contents:
    """Return the persons of a file, in their order; somebody twice in it is one person, unless
    the years of birth differ.

    A row without a first name or with an impossible year is left out. Refused when it is not a table of that
    format, or is too long.
    """
    remarks = Remarks(name)
    rows, other_columns = list[_Row](), list[str]()
    for at, cells in _cells(content, format, remarks, other_columns):
        if plain(cells[coop.LAST_NAME]) == plain(coop.EXAMPLE):
            remarks.say(f"Ligne {at} passée : c’est l’exemple du modèle.")
        elif row := _row(at, cells, remarks, today):
            rows.append(row)
    if len(rows) > MAX_ROWS:
        raise remarks.refusal(
            f"il a plus de {spaced(MAX_ROWS)} personnes.",
            why="Aucune structure n’en suit autant : c’est sans doute un autre fichier.",
            do="Vérifiez-le, ou coupez-le.",
        )
    rows_by_name = defaultdict[tuple[str, str], list[_Row]](list)
    for row in rows:
        rows_by_name[row.name].append(row)
    entries = [entry for same in rows_by_name.values() for entry in _persons(same, remarks)]
    faults = sorted(remarks.faults, key=lambda fault: fault.line)
    return Contents(entries, faults, remarks.notes, list(dict.fromkeys(other_columns)))


def format_of(content: bytes) -> str:
    """Return the format of a file by its first bytes: a workbook, else a table of text."""
    return BOOK if content.startswith(ZIP) else CSV


def _cells(
    content: bytes, format: str, remarks: Remarks, other_columns: list[str]
) -> Iterable[tuple[int, Mapping[str, str]]]:
    """Yield the line and the cells of each row, by the columns of the Coop."""
    if format == BOOK:
        columns = (coop.LAST_NAME, coop.FIRST_NAME, coop.BORN)
        needed = coop.NEEDED_OF_BENEFICIARIES
        for entry in workbooks.rows(content, remarks, columns, needed, other_columns):
            yield entry.line, entry.cells
        return
    for row in delimited.read(
        content,
        remarks.name,
        required=coop.NEEDED_OF_BENEFICIARIES,
        optional=(coop.BORN,),
        purpose="Une personne se reconnaît à son prénom et à l’initiale de son nom.",
        other_columns=other_columns,
    ):
        yield row.line, {name: row[name] for name in (*coop.NEEDED_OF_BENEFICIARIES, coop.BORN)}


def _row(at: int, cells: Mapping[str, str], remarks: Remarks, today: date) -> _Row | None:
    """Return a row as somebody; None, with a fault, when it names nobody or its year is impossible."""
    first, last, year = (
        "" if (text := line(cells[column])) == NOTHING else text
        for column in (coop.FIRST_NAME, coop.LAST_NAME, coop.BORN)
    )
    day = dates.read(year)
    born = day.year if day else whole_number(year, today.year)
    if not first:
        remarks.leave_out(at, "il manque", column=coop.FIRST_NAME, do="Écrivez un prénom, ou un surnom.")
    elif len(first) > MAX_NAME - 3:
        remarks.leave_out(at, "il est trop long", column=coop.FIRST_NAME, do="Ne laissez que le prénom.")
    elif year and (born is None or not rules.born_in(born, today)):
        remarks.leave_out(
            at,
            "cette année n’est pas possible",
            column=coop.BORN,
            value=year,
            do="Écrivez quatre chiffres, comme 1970, ou laissez la case vide.",
        )
    else:
        return _Row(at, first, last, born)
    return None


def _persons(same: Sequence[_Row], remarks: Remarks) -> list[FileEntry]:
    """Return the persons of the rows of one name: one for each year of birth. A row without a year is the
    only one of its name, else somebody of whom the preview asks who it is.
    """
    rows_by_year = defaultdict[int | None, list[_Row]](list)
    for row in same:
        rows_by_year[row.born].append(row)
    undated = rows_by_year.pop(None, [])
    if len(rows_by_year) < 2:
        return [_entry(same, remarks)]
    years = " ; ".join(f"{year}, ligne {rows[0].line}" for year, rows in rows_by_year.items())
    remarks.say(
        f"Un même nom a {len(rows_by_year)} années de naissance ({years}) : une carte pour chacune. Si c’est"
        " une seule personne, ne gardez que la bonne année."
    )
    if undated:
        remarks.say(f"Ligne {undated[0].line}, sans année : sa carte attend qu’on dise qui c’est.")
    # The undated come last: the question is of them, and those whose year is known have their card.
    return [_entry(rows, remarks) for rows in (*rows_by_year.values(), undated) if rows]


def _entry(same: Sequence[_Row], remarks: Remarks) -> FileEntry:
    """Return the person of some rows of one name, whose year any of them may give; tell the rows that come
    again.
    """
    row = same[0]
    for repeated in same[1:]:
        remarks.leave_out(
            repeated.line, f"même personne que la ligne {row.line}", do="Une seule carte est faite."
        )
    nickname = f"{row.first} {row.last[0].upper()}." if row.last else row.first
    other_names = (row.first, f"{row.first} {row.last}", f"{row.last} {row.first}") if row.last else ()
    return FileEntry(row.line, nickname, other_names, next((each.born for each in same if each.born), None))
