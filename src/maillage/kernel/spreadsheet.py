r"""Tables that people open in a spreadsheet: no cell of them is ever run.

A spreadsheet takes for a formula a text that begins with a sign, after spaces, quotes or a tab too; a French
one that opens a CSV with commas begins another cell at each semicolon or line feed, even between quotes.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

_SIGN = "=+\\-@＝＋－＠"
_UNSEEN = r"\x00\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # a spreadsheet may drop them
_FIRST = rf"(?=[\s\"'{_UNSEEN}]*[{_SIGN}\t\r\n])"
_NEXT = rf"(?=[ \"'\xa0\u202f\u3000{_UNSEEN}]*[{_SIGN}])"
DANGER = re.compile(rf"\A{_FIRST}|(?<=[;\t\r\n]){_NEXT}")
GUARD = re.compile(rf"\A'{_FIRST}|(?<=[;\t\r\n])'{_NEXT}")
# A number, or phone numbers: without a letter or a parenthesis, nothing is called.
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?(?:\|\+?[0-9]+)*")


def safe(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs: an apostrophe goes before what looks like a formula. `bare`
    takes it off.

    Numbers and phone numbers are unchanged.

    >>> safe("=HYPERLINK(1)"), safe(' "=1"'), safe("-1,55"), safe("+33180059880|3949"), safe(-2.5)
    ("'=HYPERLINK(1)", '\\' "=1"', '-1,55', '+33180059880|3949', -2.5)
    >>> safe("bien ;=1+1"), safe("un\\n- deux")
    ("bien ;'=1+1", "un\\n'- deux")
    """
    return cell if not isinstance(cell, str) or NUMBER.fullmatch(cell) else DANGER.sub("'", cell)


def bare(text: str) -> str:
    """Return the text that `safe` was given.

    >>> bare(safe("'=1")), bare(safe("- atelier ;=1+1"))
    ("'=1", '- atelier ;=1+1')
    """
    return GUARD.sub("", text)


class TextWriter(Protocol):
    """A file, or an answer to a browser, that takes a text."""

    def write(self, text: str, /) -> object: ...


class Writer:
    """Write rows of safe cells in a file: comma, quotes where needed, one line feed a row."""

    def __init__(self, file: TextWriter, *, delimiter: str = ",") -> None:
        self._csv = csv.writer(file, delimiter=delimiter, lineterminator="\n")

    def writerow(self, cells: Iterable[Any]) -> None:
        self._csv.writerow([safe(cell) for cell in cells])

    def writerows(self, rows: Iterable[Iterable[Any]]) -> None:
        for cells in rows:
            self.writerow(cells)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return a CSV of safe cells, its header first; a column that a row lacks is empty.

    Raises ValueError when a row has another column.
    """
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(columns)
    for row in rows:
        if unknown := row.keys() - set(columns):
            raise ValueError(f"columns that the header lacks: {', '.join(sorted(unknown))}")
        writer.writerow([row.get(name, "") for name in columns])
    return file.getvalue()
