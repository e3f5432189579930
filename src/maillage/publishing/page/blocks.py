"""A document as a list of blocks, written once and rendered in every form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A title inside a chapter, `text` plain. small: the size of a label, beside a drawing or in a page of
    text.
    """

    text: str
    small: bool = False
    kind: str = "heading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph; **words** between double stars are strong, [words](#sources) lead to a chapter or to an
    address. tone: text, lead, note or comment.
    """

    text: str
    tone: Literal["text", "lead", "note"] = "text"
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of short texts."""

    items: tuple[str, ...]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing with what it says. alt: the text that stands for it; width: share of the page, 0 to 1; key:
    the classes of a map, each with its class of style and its words; tall: it takes half a page, and what
    follows may go on before it.
    """

    svg: str
    alt: str
    caption: str = ""
    width: float = 1.0
    tall: bool = False
    key: tuple[tuple[str, str], ...] = ()
    kind: str = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A row of a chart: what it counts, its bounds in the unit of the chart, its figure in words. value: the
    estimate between them, None where only its interval is printed.
    """

    label: str
    low: float
    high: float
    words: str
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars with their intervals: drawn on a page, native in slides. unit: of the bounds; alt: what stands for
    it; width: share of the page, 0 to 1.
    """

    bars: tuple[Bar, ...]
    unit: str
    svg: str
    alt: str
    caption: str = ""
    width: float = 1.0
    kind: str = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """The figure of a chapter: value, what it counts, its interval, its bar."""

    about: str
    value: str
    text: str
    between: str
    svg: str
    alt: str
    kind: str = "figure"


UNSURE_SWATCH = "hachures"  # after the class of style of a swatch, one that is hatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: text, or a drawing with its alternative. swatch: the class of style of a small square before
    the text, "" for none; mark: words set apart under the text; link: where its
    text leads; span: how many rows it stands for, 0 for one that a cell above covers; tone: the colour of the
    label that its text is, or of the bar along a cell of several rows, "" for neither.
    """

    text: str = ""
    svg: str = ""
    strong: bool = False
    swatch: str = ""
    mark: str = ""
    link: str = ""
    span: int = 1
    tone: Literal["", "tilleul", "gaude", "rouge", "garance", "pastel", "prune"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table. align: one of `g` (text) or `d` (figures) by column; note: units, universe and source under
    it; is_whole: short enough for one page, and never cut by two.
    """

    caption: str
    columns: tuple[str, ...]
    align: str
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    widths: tuple[float, ...] = ()
    is_whole: bool = False
    kind: str = "grid"


def without_empty_columns(table: Grid) -> Grid:
    """Return a table without the columns of which no row says anything."""
    filled_columns = [
        k for k in range(len(table.columns)) if any(row[k].text or row[k].svg for row in table.rows)
    ]
    if not table.rows or len(filled_columns) == len(table.columns):
        return table
    return replace(
        table,
        columns=tuple(table.columns[k] for k in filled_columns),
        align="".join(table.align[k] for k in filled_columns),
        widths=tuple(table.widths[k] for k in filled_columns) if table.widths else (),
        rows=tuple(tuple(row[k] for k in filled_columns) for row in table.rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """A message with a bar: prudence, numerique, sociale, commentaire or verdict."""

    tone: Literal["prudence", "numerique", "sociale", "commentaire", "verdict"]
    text: str
    title: str = ""
    kind: str = "callout"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoColumns:
    """Two columns, the left one taking `share` of the width."""

    left_blocks: tuple["Block", ...]
    right_blocks: tuple["Block", ...]
    share: float = 0.5
    kind: str = "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Blocks that flow in two narrow columns, from page to page: many small tables."""

    blocks: tuple["Block", ...]
    kind: str = "columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that a reader may follow: written in full, so that paper carries it too."""

    text: str
    address: str
    kind: str = "link"


Block = Heading | Text | Bullets | Picture | Chart | KeyFigure | Grid | Callout | TwoColumns | Columns | Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter: its number, a conclusion as title, a lead, its blocks.

    flows: it follows on the same page; folds: on a screen, it is closed until the reader opens it; wide: it
    has pages of its own, wider than high, on which its lead stands beside its title. over: the
    part it belongs to; notes: where its figures come from, for who speaks over a slide. anchor: the name by
    which texts link to it; what is drawn or counted in a document leads to its `sources`.
    """

    number: str
    title: str
    lead: str = ""
    blocks: tuple[Block, ...] = ()
    short: str = ""
    flows: bool = False
    folds: bool = False
    over: str = ""
    notes: str = ""
    anchor: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The first page. photograph: a drawing that holds it (`photographs`), with the words that stand for it
    and who took it; "" without one.
    """

    title: str
    subtitle: str
    over: str
    edition: str
    print: str
    svg: str
    alt: str
    legend: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    photograph: str = ""
    photograph_alt: str = ""
    credit: str = ""


class ChapterData(TypedDict):
    """A chapter as plain values: its blocks are told apart by their kind."""

    number: str
    title: str
    lead: str
    blocks: Sequence[Mapping[str, object]]
    short: str
    flows: bool
    folds: bool
    over: str
    notes: str
    anchor: str
    wide: bool


class CoverData(TypedDict):
    """The first page as plain values."""

    title: str
    subtitle: str
    over: str
    edition: str
    print: str
    svg: str
    alt: str
    legend: Sequence[tuple[str, str]]
    photograph: str
    photograph_alt: str
    credit: str


class DocumentData(TypedDict):
    """A document as plain values, for a layout or a store."""

    title: str
    cover: CoverData
    chapters: Sequence[ChapterData]
    keywords: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document, ready to be rendered."""

    title: str
    cover: Cover
    chapters: tuple[Chapter, ...]
    keywords: tuple[str, ...] = ()

    def data(self) -> DocumentData:
        """Return the document as plain values."""
        plain_values: Any = as_data(self)
        return plain_values  # type: ignore[no-any-return]  # as_data knows no shape


STORED_KEYS = {"left_blocks": "left", "right_blocks": "right"}  # of editions, and of what typesets them


def as_data(value: Any) -> Any:
    """Return blocks as `dataclasses.asdict` would, but for texts and numbers, which it copies one by one.

    >>> as_data((Bullets(items=("a",)),))
    ({'items': ('a',), 'kind': 'bullets'},)
    """
    if value is None or isinstance(value, str | int | float):
        return value
    kind: Any = type(value)
    if names := _names(kind):
        return {STORED_KEYS.get(name, name): as_data(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: as_data(inner_value) for key, inner_value in value.items()}
    if isinstance(value, list | tuple):
        return kind([as_data(inner_value) for inner_value in value])
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


KINDS = {
    "heading": Heading, "text": Text, "bullets": Bullets, "picture": Picture, "chart": Chart,
    "figure": KeyFigure,
    "grid": Grid,
    "callout": Callout, "beside": TwoColumns, "columns": Columns, "link": Link,
}  # fmt: skip


def load(data: DocumentData) -> Document:
    """Return the document that `Document.data` wrote, read back from JSON.

    >>> chapter = Chapter(number="1", title="Un", blocks=(Text(text="Deux"), TwoColumns(left_blocks=(Heading(
    ...     text="a"),), right_blocks=())))
    >>> cover = Cover(title="t", subtitle="", over="", edition="", print="", svg="", alt="")
    >>> document = Document(title="t", cover=cover, chapters=(chapter,))
    >>> load(document.data()) == document
    True
    """
    # An earlier edition may lack what came since: it takes the values by default.
    stored: list[dict[str, Any]] = [dict(each) for each in data["chapters"]]
    first: dict[str, Any] = dict(data["cover"])
    chapters = tuple(Chapter(**{**each, "blocks": _blocks(each["blocks"])}) for each in stored)
    cover = Cover(**{**first, "legend": tuple((a, b) for a, b in first["legend"])})
    return Document(title=data["title"], cover=cover, chapters=chapters, keywords=tuple(data["keywords"]))


def _blocks(rows: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(dict(row)) for row in rows)


def _block(row: dict[str, Any]) -> Block:
    if row["kind"] == "beside":
        row |= {name: _blocks(row.pop(key)) for name, key in STORED_KEYS.items()}
    if row["kind"] == "columns":
        row["blocks"] = _blocks(row["blocks"])
    if row["kind"] == "grid":
        row |= {
            "columns": tuple(row["columns"]),
            "rows": tuple(tuple(Cell(**cell) for cell in cells) for cells in row["rows"]),
            "widths": tuple(row["widths"]),
        }
    if row["kind"] == "picture":
        row["key"] = tuple((kind, words) for kind, words in row.get("key", ()))
    if row["kind"] == "chart":
        row["bars"] = tuple(Bar(**bar) for bar in row["bars"])
    if row["kind"] == "bullets":
        row["items"] = tuple(row["items"])
    block: Block = KINDS[row["kind"]](**row)
    return block
