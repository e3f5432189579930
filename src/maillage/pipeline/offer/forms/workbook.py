"""Spreadsheets: the sheet with most data, its cells as text."""

import io
from collections.abc import Callable, Iterator
from typing import TypeVar

import python_calamine as calamine

from maillage.pipeline.offer.forms import compound, zipped
from maillage.pipeline.offer.forms.cells import ERROR, EXACT, ROUNDED, text_of
from maillage.pipeline.offer.forms.extent import Extent, check
from maillage.pipeline.offer.forms.sheet import Form, Record, Remarks, Sheet, assembled, listed

T = TypeVar("T")

MERGED = "Cellules fusionnées : la première garde la valeur, les autres sont vides"
UNCOMPUTED = "Formule enregistrée sans son résultat, lue comme vide : ouvrez le classeur et enregistrez-le pour la calculer"


def sheet_of(content: bytes, remarks: Remarks) -> Sheet:
    """Return the rows of a workbook: those of its sheet with most filled cells, among visible ones when there is a choice.

    Raises Refused when it is damaged, locked, dangerous, too large, or empty.
    """
    form: Form
    if content.startswith(compound.MAGIC):
        form, extents = "xls", compound.measured(content, remarks)
    else:
        form, extents = zipped.measured(content, remarks)
    filled = [extent for extent in extents if extent.filled]
    if not filled:
        raise remarks.refusal(
            "toutes les feuilles sont vides.",
            why="Il n’y a rien à lire dans ce classeur.",
            do="Vérifiez que c’est le bon fichier, et qu’il a été enregistré.",
        )
    extent = max(filled, key=lambda each: (each.visible, each.filled))
    # XLSX is read one sheet at a time, the others whole
    check([extent] if form == "xlsx" else extents, remarks.name)
    workbook = _read(lambda: calamine.load_workbook(io.BytesIO(content)), remarks)
    if len(workbook.sheet_names) != len(extents):
        raise zipped.damaged(remarks)
    for other, name in zip(extents, workbook.sheet_names, strict=True):
        other.sheet = name
    sheet = _read(lambda: workbook.get_sheet_by_name(extent.sheet), remarks)
    _tell(extent, filled, remarks)
    return assembled(_records(sheet, remarks), form, remarks)


def _read(call: Callable[[], T], remarks: Remarks) -> T:
    """Return what the reader of spreadsheets gives; Refused when it fails, or panics, on a file it cannot follow."""
    try:
        return call()
    except calamine.PasswordError:
        raise zipped.locked(remarks) from None
    except Exception:
        raise zipped.damaged(remarks) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust raises, outside of Exception
            raise
        raise zipped.damaged(remarks) from None


def _tell(extent: Extent, filled: list[Extent], remarks: Remarks) -> None:
    if others := [f"« {other.sheet} »" for other in filled if other is not extent]:
        among = " des feuilles visibles" if extent.visible else ""
        remarks.say(f"Feuille lue : « {extent.sheet} », la plus remplie{among} ; laissées : {listed(others)}.")
    for fact, times in ((ERROR, extent.errors), (MERGED, extent.merged), (UNCOMPUTED, extent.uncomputed)):
        if times:
            remarks.count(fact, times=times)


def _records(sheet: calamine.CalamineSheet, remarks: Remarks) -> Iterator[Record]:
    for line, values in enumerate(sheet.iter_rows(), 1):
        yield line, [value if type(value) is str else _text(value, line, remarks) for value in values]


def _text(value: object, line: int, remarks: Remarks) -> str:
    if isinstance(value, float) and abs(value) >= EXACT:
        remarks.count(ROUNDED, f"ligne {line}")
    return text_of(value)
