"""XLSForm, in and out: the questionnaire that Kobo, ODK and spreadsheets exchange.

Rows are read here, so that a refusal names sheet, line and column; `pyxform` then judges the whole, and
makes the XForm of ODK Collect (never Java). What we know of a question beyond XLSForm travels in columns
`maillage::…`, which others leave alone. A file becomes sheets (`sheets`), rows become questions (`rows`),
then a questionnaire whose expressions hold together (`form`); `writing` goes the other way.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import (
    Questionnaire,
)
from maillage.sources.offer.forms import extent
from maillage.sources.offer.forms.sheet import Remarks, spaced
from maillage.sources.survey.xls.form import assembled
from maillage.sources.survey.xls.rows import Reading
from maillage.sources.survey.xls.sheets import UNREADABLE, read_sheets
from maillage.sources.survey.xls.writing import tables_of, text_cell

MAX_BYTES = 16 * 2**20
WHY = "Le questionnaire ne pourrait pas être posé tel qu’il a été écrit."


@dataclass(frozen=True, slots=True)
class Read:
    """A questionnaire that was read. warnings: what was left out or changed, in French, one sentence each."""

    questionnaire: Questionnaire
    warnings: tuple[str, ...] = ()


def read(content: bytes, name: str) -> Read:
    """Return the questionnaire that an XLSForm holds: .xlsx, .xlsm, .xls, .ods, .csv or .md, told apart by
    what it holds.

    name: told in messages. A question of a kind we do not ask is left out and told; so is an expression that
    others compute and we do not, its question being kept. Refused, in French, every fault with its sheet,
    line and column, for what cannot be asked: an expression that is wrong, a list that is not there, a name
    given twice, questions that go in circles.
    """
    remarks = Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier")
    if len(content) > MAX_BYTES:
        raise remarks.refusal(
            f"le fichier pèse {spaced(len(content) >> 20)} Mio, au plus {MAX_BYTES >> 20}.",
            why="Un questionnaire pèse quelques centaines de kilo-octets.",
            do="Retirez les images et les feuilles qui n’en sont pas.",
        )
    sheets = read_sheets(content, remarks)
    reading = Reading(remarks.name)
    reading.warnings += remarks.notes
    questionnaire = assembled(sheets, reading, remarks)
    _stop(reading)
    try:
        xform(questionnaire)
    except Refused as refused:
        raise Refused(f"{remarks.name} : {refused.what}", why=refused.why, do=refused.do) from refused
    return Read(questionnaire, tuple(dict.fromkeys(reading.warnings)))


def write(questionnaire: Questionnaire) -> bytes:
    """Return the questionnaire as an .xlsx that Kobo, ODK and `read` take; every cell is text, none a
    formula.

    « Ne sait pas » and « Ne souhaite pas répondre » are added to the lists, so that Collect can send them;
    `read` takes them off.
    """
    return write_tables(tables_of(questionnaire))


def write_tables(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """Return the sheets of a form as an .xlsx, rows by sheet; every cell is text, none a formula."""
    from openpyxl import Workbook  # half a second: only who writes a form waits for it

    book = Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        header = list(dict.fromkeys(key for row in rows for key in row))
        widths = {
            key: max(len(key), *(len(row.get(key, "")) for row in rows)) if rows else len(key)
            for key in header
        }
        for rank, key in enumerate(header, 1):
            sheet.column_dimensions[extent.letters(rank)].width = min(60, widths[key] + 2)
        sheet.freeze_panes = "A2"
        for row in ({key: key for key in header}, *rows):
            sheet.append([text_cell(sheet, row.get(key, "")) for key in header])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def xform(questionnaire: Questionnaire) -> str:
    """Return the questionnaire as the XForm that ODK Collect fills; Refused when pyxform finds it wrong."""
    from pyxform.errors import PyXFormError  # half a second too
    from pyxform.xls2xform import convert

    tables = {
        name: [
            {key: UNREADABLE.sub("", value) for key, value in row.items() if not key.startswith("maillage")}
            for row in rows
        ]
        for name, rows in tables_of(questionnaire).items()
    }
    headers = {
        f"{name}_header": [dict.fromkeys(key for row in rows for key in row)] for name, rows in tables.items()
    }
    try:
        return str(
            convert({**tables, **headers, "sheet_names": list(tables)}, validate=False, warnings=[]).xform
        )
    except (PyXFormError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused(
            f"le questionnaire ne suit pas la norme XLSForm : « {' '.join(str(error).split())[:300]} ».",
            why="ODK Collect et Kobo ne pourraient pas l’ouvrir.",
            do="Corrigez ce point, cité comme l’outil de la norme le dit, puis recommencez.",
        ) from error


def _stop(reading: Reading) -> None:
    if not reading.faults:
        return
    first, more_faults = reading.faults[0], reading.faults[1:]
    more = (
        f" Et aussi : {' ; '.join(more_faults[:9])}{' ; …' if len(more_faults) > 9 else ''}."
        if more_faults
        else ""
    )
    raise Refused(
        f"{reading.name}, {first}{'' if first.endswith('?') else '.'}{more.replace('?.', '?')}",
        why=WHY if len(reading.faults) == 1 else f"{WHY} {len(reading.faults)} points sont à revoir.",
        do="Corrigez le fichier à ces endroits, puis recommencez : rien n’a été enregistré.",
    )
