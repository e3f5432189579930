"""A plate: a drawing whose title is its conclusion, its table, its source."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from maillage.publishing.page import charts
from maillage.publishing.page.blocks import Grid
from maillage.publishing.territory.map_keys import Key
from maillage.words import rich

FAMILIES = {
    "besoins": "Les besoins",
    "cartes": "Les cartes",
    "offre": "L’offre",
    "habitants": "Ce que disent les habitants",
    "structures": "Ce que disent les structures",
    "demarche": "La démarche",
    "methode": "La méthode",
}
PUBLISHED = ("besoins", "habitants", "structures", "demarche")  # families that published studies draw
METHOD = "methode"  # the family of what statisticians read: kept, and not among the pictures to share
VIEW = re.compile(r'viewBox="\S+ \S+ (\S+) ([^"\s]+)"')
HEAVY = 20_000  # characters of a drawing that a page loads when it comes into view
MOST_ROWS = 60  # of a table on the page: its file has them all


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a drawing, as texts: what a reader who does not see it reads."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


NUMBER = r"\d[\d\s]*(?:,\d+)?"
RANGE = rf"(?:entre\s)?(?P<low>{NUMBER})(?:\s?%)?\s(?:–|et|à)\s(?P<high>{NUMBER})(?P<range_percent>\s?%)?"
# « 15 % (12 – 18 %) », « environ 290 », « entre 2 600 et 5 400 », « 0,8 – 2,0 % »
FIGURE = re.compile(rf"(?:environ\s)?(?P<value>{NUMBER})(?P<percent>\s?%)?(?:\s\({RANGE}\))?")
RANGE_ALONE = re.compile(RANGE)


def in_numbers(table: Table) -> Table:
    """Return a table whose figures are numbers, as a spreadsheet reads them: a value, then its bounds in two
    columns where it has some. A column that holds a word is left as it is.

    >>> rows = (("Ici", "15 % (12 – 18 %)", "1 550"), ("Là", "0,8 – 2,0 %", "environ 290"))
    >>> numbers = in_numbers(Table(("Lieu", "Part", "Personnes"), rows))
    >>> numbers.columns
    ('Lieu', 'Part (%)', 'Part (%), bas', 'Part (%), haut', 'Personnes')
    >>> numbers.rows
    (('Ici', '15', '12', '18', '1550'), ('Là', '', '0.8', '2.0', '290'))
    """
    columns: list[str] = []
    cells: list[list[str]] = []
    for k, name in enumerate(table.columns):
        texts = [row[k] for row in table.rows]
        matches = [FIGURE.fullmatch(text) or RANGE_ALONE.fullmatch(text) for text in texts]
        if not any(matches) or not all(match or not text for match, text in zip(matches, texts, strict=True)):
            columns.append(name)
            cells.append(texts)
            continue
        groups = [match.groupdict() if match else {} for match in matches]
        is_share = any(each.get("percent") or each.get("range_percent") for each in groups)
        label = f"{name} (%)" if is_share and "%" not in name else name
        ends = ("low", "high") if any(each.get("low") for each in groups) else ()
        columns += [label, *(f"{label}, {BOUNDS[end]}" for end in ends)]
        cells += [[_bare(each.get(key)) for each in groups] for key in ("value", *ends)]
    return Table(tuple(columns), tuple(zip(*cells, strict=True)))


BOUNDS = {"low": "bas", "high": "haut"}


def _bare(number: str | None) -> str:
    return re.sub(r"\s", "", number or "").replace(",", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A drawing to share. requirements: the rows of the reference list that it answers; about: the subject
    drawn; title: its conclusion; svg: "" when it cannot be drawn, for a reason; source: where its figures
    come from, their universe and year; link: words and address of the page it is taken from; key: the classes
    of a map, each with its class of style; is_counted: nothing in it is an estimate; place: the name of its
    territory, "" for none; joined_in: the id of the plate that a page shows in its place, "" for none: its
    own files keep their addresses.
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
    place: str = ""
    joined_in: str = ""

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

    >>> from maillage.publishing.page.blocks import Cell
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
