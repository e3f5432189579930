"""The extent of the filled cells of a sheet, counted without loading it: a reader sets aside the whole
rectangle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from maillage.kernel.errors import Refused
from maillage.sources.offer.forms.sheet import MAX_CELLS, spaced


@dataclass(slots=True)
class Extent:
    """One sheet of a workbook: its filled cells, how far they go, and what its values will not show."""

    sheet: str
    visible: bool = True
    filled: int = 0
    rows: int = 0
    columns: int = 0
    errors: int = 0  # cells whose calculation failed: read as empty
    uncomputed: int = 0  # formulas saved without their result: read as empty
    places: list[str] = field(default_factory=list)  # of the first of these formulas
    merged: int = 0
    hidden: int = 0  # rows that a filter or somebody hides, and that hold something
    struck: set[int] = field(default_factory=set)  # rows with a filled cell struck through
    unstruck: set[int] = field(default_factory=set)  # rows with another, where any may be struck through

    @property
    def struck_rows(self) -> set[int]:
        """Return the rows of which every filled cell is struck through: somebody crossed the place out."""
        return self.struck - self.unstruck

    def mark(self, row: int, column: int, times: int = 1) -> None:
        self.filled += times
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)


def check(extents: Iterable[Extent], name: str) -> None:
    """Refuse sheets whose rectangles, together, would not fit in memory."""
    largest = max(extents, key=lambda extent: extent.rows * extent.columns)
    if sum(extent.rows * extent.columns for extent in extents) > MAX_CELLS:
        raise Refused(
            f"{name}, feuille « {largest.sheet} » : elle s’étend sur {spaced(largest.rows)} lignes et "
            f"{spaced(largest.columns)} colonnes, jusqu’à la case {letters(largest.columns)}{largest.rows}.",
            why=(
                f"On lit au plus {spaced(MAX_CELLS)} cases, et {spaced(largest.filled)} seulement sont"
                " remplies."
            ),
            do=(
                "Supprimez les lignes et colonnes en trop au bout de la feuille (Ctrl + Fin y mène), puis"
                " enregistrez."
            ),
        )


def letters(column: int) -> str:
    """Return how spreadsheets call a column, counted from 1.

    >>> letters(1), letters(28), letters(16384)
    ('A', 'AB', 'XFD')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
