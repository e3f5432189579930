"""Read the activities of a workbook of the Coop: each row in the words of its table, which has one reader."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import BinaryIO

from maillage.apps.people.actes import rules
from maillage.apps.people.actes.forms.file_cells import MAX_QUOTED, WrongCell
from maillage.kernel.names import plain
from maillage.kernel.typed import line
from maillage.reference import coop, procedures
from maillage.sources import coop as workbooks
from maillage.sources.coop import BookRow
from maillage.sources.offer.forms.sheet import Remarks
from maillage.words import dates

# The columns of a workbook by those of the table.
COLUMNS = {
    "id": coop.NUMBER,
    "type": coop.TYPE,
    "date": coop.DATE,
    "duree": coop.MINUTES,
    "type_lieu": coop.CHANNEL,
    "lieu": coop.PLACE,
    "commune": coop.PLACE_CODE,
    "thematiques": coop.THEMES,
    "demarches": coop.PROCEDURE,
    "autonomie": coop.LEVEL,
}
DURATION = re.compile(r"(?:(\d{1,2}) ?(?:h|:) ?)?(\d{0,4})(?: ?min(?:utes?)?\.?)?", re.IGNORECASE)
LEVEL_AS_DAY = re.compile(r"\d{4}-03-0([123])(?:T.*)?")  # 1/3, which a spreadsheet takes for the 1st of March


def rows(file: BinaryIO, notes: list[str]) -> Iterator[BookRow]:
    """Yield the rows of a workbook, their cells by the columns of the table, its own words in them. notes:
    what to tell of the workbook is added there, once it was read.
    """
    remarks = Remarks(PurePath(str(getattr(file, "name", "classeur"))).name)
    columns = list(COLUMNS.values())
    for row in workbooks.rows(file.read(), remarks, columns, coop.NEEDED_OF_ACTIVITIES):
        cells = {name: row.cells[column] for name, column in COLUMNS.items()}
        yield BookRow(row.sheet, row.line, {**cells, "structure": ""})
    notes.extend(remarks.notes)


def in_words_of_table(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row of `rows` in the words of the table; WrongCell when one is not of the Coop."""
    kind = _key_of(row, "type", row["type"], coop.TYPES)
    if kind == "collectif":
        return {**row, "type": kind}
    day = dates.read(row["date"])
    if day is None:
        raise WrongCell("date", row["date"], "ce n’est pas un jour", "Écrivez-le ainsi : 23/11/2026.")
    if not (themes := _values(row["thematiques"])):
        raise _not_a_theme("")
    level = LEVEL_AS_DAY.sub(r"\1/3", row["autonomie"])
    channel = _key_of(row, "type_lieu", row["type_lieu"], coop.CHANNELS)
    is_elsewhere = channel == "autre"  # an act says “here”, at home or from afar
    return {
        **row,
        "type": kind,
        "date": day.isoformat(),
        "duree": minutes(row["duree"]),
        "type_lieu": "lieu_activite" if is_elsewhere else channel,
        "lieu": "" if is_elsewhere else row["lieu"],
        "commune": row["commune"].zfill(5) if row["commune"] else "",  # a number has lost its first zero
        "thematiques": rules.SEPARATOR.join(_theme(label) for label in themes),
        "demarches": rules.SEPARATOR.join(_procedures(_values(row["demarches"]))),
        "autonomie": _key_of(row, "autonomie", level, coop.AUTONOMY) if level else "",
    }


def minutes(text: str) -> str:
    """Return a duration in minutes, typed as a number or with its hours; any other text as it is.

    >>> [minutes(text) for text in ("90", "1 h 30", "01:30", "45 min", "2h", "une heure")]
    ['90', '90', '90', '45', '120', 'une heure']
    """
    match = DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return text
    return str(60 * int(match[1] or 0) + int(match[2] or 0))


def _values(cell: str) -> list[str]:
    """Return the values of a cell, one a line."""
    return [text for each in cell.splitlines() if (text := each.strip())]


def _key_of(row: Mapping[str, str], column: str, text: str, words: Mapping[str, str]) -> str:
    """Return the key whose label a cell has, whatever its accents and its case."""
    for key, word in words.items():
        if plain(word) == plain(text):
            return key
    labels = ", ".join(f"« {word} »" for word in words.values())
    raise WrongCell(column, row[column], "ce mot n’est pas connu", f"Écrivez l’un de : {labels}.")


def _theme(label: str) -> str:
    for key, word in coop.theme_labels().items():
        if plain(word) == plain(label):
            return key
    raise _not_a_theme(label)


def _not_a_theme(label: str) -> WrongCell:
    what = (
        f"« {line(label, MAX_QUOTED)} » n’est pas une thématique de La Coop" if label else "il en manque une"
    )
    return WrongCell(
        *("thematiques", label, what),
        "Employez ses mots, par exemple « E-mail » ou « Logement », chacun sur une ligne de la case.",
    )


def _procedures(labels: Sequence[str]) -> Iterator[str]:
    """Yield the procedures that have one of some names; any other name says nothing that an act keeps."""
    plain_labels = set(map(plain, labels))
    for key, procedure in procedures.procedures().items():
        if plain(procedure.label) in plain_labels:
            yield key
