"""A plate: a drawing whose title is its conclusion, its table, its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from maillage.reports.page import charts
from maillage.reports.page.blocks import Grid
from maillage.reports.territory.map_keys import Key
from maillage.words import rich

FAMILIES = {
    "besoins": "Les besoins",
    "cartes": "Les cartes",
    "offre": "L’offre",
    "habitants": "Ce que disent les habitants",
    "structures": "Ce que disent les structures",
    "demarche": "La démarche",
}
PUBLISHED = ("besoins", "habitants", "structures", "demarche")  # families that published studies draw
VIEW = re.compile(r'viewBox="\S+ \S+ (\S+) ([^"\s]+)"')
HEAVY = 20_000  # characters of a drawing that a page loads when it comes into view
MOST_ROWS = 60  # of a table on the page: its file has them all


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a drawing, as texts: what a reader who does not see it reads."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A drawing to share. requirements: the rows of the reference list that it answers; about: the subject
    drawn; title: its conclusion; svg: "" when it cannot be drawn, for a reason; source: where its figures
    come from, their universe and year; link: words and address of the page it is taken from; key: the classes
    of a map, each with its class of style; is_counted: nothing in it is an estimate.
    """

    id: str
    family: str
    requirements: tuple[str, ...]
    about: str
    title: str
    svg: str = ""
    table: Table = field(default_factory=lambda: Table((), ()))
    source: str = ""
    reason: str = ""
    link: tuple[str, str] = ("", "")
    key: Key = ()
    is_counted: bool = False

    @property
    def kind(self) -> str:
        """The word for its figures: counted or computed."""
        return "compté" if self.is_counted else "estimé"

    @property
    def is_heavy(self) -> bool:
        """True if a page shows it as a picture, loaded when it comes into view: heavy, or of a style
        that few pages have.
        """
        return len(self.svg) > HEAVY or "parcours-" in self.svg

    @property
    def size(self) -> tuple[int, int]:
        """Return the width and height of its drawing: no page jumps when it comes."""
        view_box = VIEW.search(self.svg)
        return (round(float(view_box[1])), round(float(view_box[2]))) if view_box else (0, 0)

    @property
    def page_rows(self) -> tuple[tuple[str, ...], ...]:
        """Return the rows of its table that a page shows."""
        return self.table.rows[:MOST_ROWS]

    @property
    def more(self) -> int:
        """Return how many rows are in its file alone."""
        return max(len(self.table.rows) - MOST_ROWS, 0)


@dataclass(frozen=True, slots=True)
class Page:
    """A row of the reference list that is a page or a document. address: of the page where it is."""

    requirement: str
    about: str
    where: str
    address: str


def lacking(id: str, family: str, requirements: str, about: str, reason: str) -> Plate:
    """Return the plate of a drawing that cannot be made, with the reason. requirements: one row, or several
    with a space between.
    """
    return Plate(
        id=id,
        family=family,
        requirements=tuple(requirements.split()),
        about=about,
        title="Donnée manquante",
        reason=reason,
    )


def table_of(grid: Grid) -> Table:
    """Return the table of a document as texts.

    >>> from maillage.reports.page.blocks import Cell
    >>> table_of(Grid(caption="", columns=("A",), align="g", rows=((Cell(text="**un**", mark="m"),),)))
    Table(columns=('A',), rows=(('un (m)',),))
    """
    rows = (
        tuple(rich.bare(cell.text) + (f" ({cell.mark})" if cell.mark else "") for cell in cells)
        for cells in grid.rows
    )
    return Table(tuple(grid.columns), tuple(rows))


def counted(rows: Sequence[tuple[str, int, str]], *, label: str) -> str:
    """Return bars of things that were counted, without a margin. rows: (label, count, words)."""
    return charts.interval_rows([(name, n, n, words) for name, n, words in rows], label=label)
