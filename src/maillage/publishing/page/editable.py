"""Documents as files that a word processor corrects (DOCX): real headings, lists and tables, drawings with
the words that stand for them.
"""

import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from math import ceil
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches, Mm, Pt, RGBColor
from PIL import Image

from maillage.publishing.page import maps, office, pdf, photographs, theme
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Chart,
    Columns,
    Cover,
    Document,
    Grid,
    Heading,
    KeyFigure,
    Link,
    Picture,
    Text,
    TwoColumns,
)
from maillage.publishing.page.design import tokens
from maillage.words import rich

LAST_ROWS = 3  # of a table, which a page never parts
NOTICE = (
    "Corrigez ce fichier dans votre traitement de texte. Maillage ne relit pas ces corrections : ses pages et"
    " ses prochains documents ne les reprennent pas."
)
FONT = "Arial"  # on every computer: the file does not carry fonts
MILLIMETRES = 25.4 / 72  # of a point
SIDE, WIDE, HIGH = 18, 174, 115  # millimetres: a margin, the text, the tallest drawing
NAME_HIGH = 2.6  # millimetres: the least letters of a map
LEAD, NOTE, CALLOUT = "Chapeau", "Note", "Encadré"  # styles of our own, as the word processor lists them
SMALL_LETTERS = {"Heading 1": 10.5, "Heading 2": 9, NOTE: 6.5}  # points, of a document that one page holds
SMALL_HIGH, SMALL_EDGE = 36, 12  # millimetres: its tallest drawing, its margins above and under
SMALL_TEXT, SMALL_LETTER = (
    8.5,
    0.53,
)  # its other letters, in points; the width of one, as a share of its height
SMALL_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76)  # of its letters and drawings: the largest that leave one page
SMALL_ROOM = 245  # millimetres that its chapters may fill
COLUMN_SHARE = 0.46  # of the width of the text, that one of two columns takes beside the other and the gap
SMALL_SHARE = 0.42  # of its width, for a map with words on its right
TONES = {"text": "Normal", "lead": LEAD, "note": NOTE, "comment": NOTE}
SOURCES = "sources"


def dossier(document: Document, *, on: date) -> bytes:
    """Return a document with its cover and its contents as DOCX bytes, the same for the same document."""
    return _written(document, on=on, has_cover=True)


def one_page(document: Document, *, on: date) -> bytes:
    """Return a document without cover nor contents as DOCX bytes, the same for the same document."""
    return _written(document, on=on, has_cover=False)


def _written(document: Document, *, on: date, has_cover: bool) -> bytes:
    file = docx.Document()
    scale = None if has_cover else _small_scale(document)
    _set_styles(file, scale)
    office.describe(file.core_properties, document, on=on)
    page = _Page(file, {c.anchor for c in document.chapters if c.anchor}, small_scale=scale)
    if has_cover:
        page.cover(document.cover)
        page.contents(document.chapters)
    else:
        page.head(document.cover)
    _set_section(file, document.cover, edge=20 if has_cover else SMALL_EDGE)
    for position, chapter in enumerate(document.chapters, 1):
        page.chapter(chapter, position)
    buffer = io.BytesIO()
    file.save(buffer)
    return office.same_bytes(buffer.getvalue(), on)


def _small_scale(document: Document) -> float:
    """Return the scale of a document that one page holds: the largest at which an office suite leaves it
    there, the smallest for more words.
    """
    return next((x for x in SMALL_SCALES if _small_high(document, x) <= SMALL_ROOM), SMALL_SCALES[-1])


def _small_high(document: Document, scale: float) -> float:
    """Return how high the chapters of a document stand, in millimetres, about."""
    high = 0.0
    for chapter in document.chapters:
        pictures = [block for block in chapter.blocks if isinstance(block, Picture)]
        words = [block for block in chapter.blocks if block not in pictures]
        share = 1 - SMALL_SHARE if pictures else 1.0
        high += _lines_high(chapter.title, SMALL_LETTERS["Heading 1"] * scale, 1.0) + 1
        high += _lines_high(chapter.lead, SMALL_TEXT * scale, 1.0)
        words_high = sum(_block_high(block, scale, share) for block in words)
        high += max(words_high, *(_block_high(block, scale, SMALL_SHARE) for block in pictures), 0)
    return high


def _block_high(block: Block, scale: float, share: float) -> float:
    """Return how high a block stands in a share of the width of the page, in millimetres, about."""
    match block:
        case Picture() | Chart():
            words = f"{block.caption} {' '.join(words for _, words in getattr(block, 'key', ()))}".strip()
            return SMALL_HIGH * scale + 3 + _lines_high(words, SMALL_LETTERS[NOTE] * scale, share)
        case TwoColumns():
            left_high = sum(_block_high(part, scale, share * block.share) for part in block.left_blocks)
            right_high = sum(
                _block_high(part, scale, share * (1 - block.share)) for part in block.right_blocks
            )
            return max(left_high, right_high)
        case Bullets():
            return sum(_lines_high(item, SMALL_TEXT * scale, share - 0.04) for item in block.items)
        case Text():
            size = SMALL_LETTERS[NOTE] if block.tone in ("note", "comment") else SMALL_TEXT
            return _lines_high(block.text, size * scale, share)
        case _:
            return 0.0


def _lines_high(text: str, size: float, share: float) -> float:
    """Return how high a paragraph stands in letters of a size, in points: millimetres."""
    room = (WIDE * share - 4) / (size * SMALL_LETTER * MILLIMETRES)
    return (ceil(len(rich.bare(text)) / room) * size * 1.17 + 1.5) * MILLIMETRES if text else 0.0


# ------------------------------------------------------------------------------------------------- the look


def _colours() -> Mapping[str, str]:
    """Return the colour of each token and class of style, RRGGBB; those of the theme where it has its own."""
    own = theme.current()
    values = {**tokens("jour"), **pdf.swatches()} | (
        {"prune": own.colour, "prune-teinte": own.tint} if own else {}
    )
    return {name: value.removeprefix("#") for name, value in values.items()}


def _set_styles(file: Any, small_scale: float | None) -> None:
    """Give the styles of the file our letters and colours, and its texts the French language. small_scale: of
    the letters of a document that one page holds, None for another.
    """
    small = small_scale is not None
    colours = _colours()
    defaults = file.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    base = file.styles["Normal"].paragraph_format
    base.space_after, base.line_spacing = (Pt(1.5), 1.0) if small else (Pt(7), 1.15)
    for name in (LEAD, NOTE, CALLOUT):
        file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = file.styles["Normal"]
    looks = (
        ("Normal", 10.5, "encre", False),
        ("Title", 30, "prune", True),
        ("Subtitle", 14, "encre-2", False),
        ("TOC Heading", 18, "prune", True),
        ("Heading 1", 20, "prune", True),
        ("Heading 2", 13, "encre", True),
        ("Heading 3", 11, "encre", True),
        ("Caption", 9.5, "encre-2", True),
        (LEAD, 12.5, "encre", False),
        (NOTE, 9, "encre-2", False),
        (CALLOUT, 10.5, "encre", False),
    )
    for name, wide, colour, bold in looks:
        size = SMALL_LETTERS.get(name, min(wide, SMALL_TEXT)) * small_scale if small_scale else wide
        font = file.styles[name].font
        fonts = font.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()  # a font of the template's own would come first
        font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, False
        font.color.rgb = RGBColor.from_string(colours[colour])
    file.styles["Heading 1"].paragraph_format.space_before = Pt(3 if small else 24)
    properties = file.styles[CALLOUT].element.get_or_add_pPr()
    properties.append(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="8"'
            f' w:color="{colours["prune"]}"/></w:pBdr>'
        )
    )
    properties.append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colours["prune-teinte"]}"/>')
    )


def _set_section(file: Any, cover: Cover, *, edge: int) -> None:
    """Set the sheet to A4, its edition at the foot of each page with the number of the page. edge:
    millimetres above and under the text.
    """
    section = file.sections[-1]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(SIDE)
    section.top_margin, section.bottom_margin = Mm(edge), Mm(edge)
    section.header_distance = section.footer_distance = Mm(edge / 2)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.text = office.plain(f"{cover.over} · {cover.title}" if cover.over else cover.title)
    foot.paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(WIDE), WD_TAB_ALIGNMENT.RIGHT)
    foot.text = office.plain(f"{cover.edition} · {cover.print}") + "\t"
    foot._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    )
    for paragraph in (head, foot):
        paragraph.style = file.styles[NOTE]


# --------------------------------------------------------------------------------------------------- texts


def _bookmark(chapter: Chapter, position: int) -> str:
    return _bookmark_name(chapter.anchor or f"chapitre-{position}")


def _bookmark_name(anchor: str) -> str:
    """Return the name that a word processor takes for an anchor: 40 letters, digits and low lines at most."""
    return re.sub(r"\W", "_", anchor)[:40]


@dataclass(frozen=True, slots=True)
class _Page:
    """A file being written. anchors: the chapters that texts may lead to; style_ids: of the styles used so
    far, by name: looking one up reads every style of the file; small_scale: that of its drawings where one
    page holds it, None elsewhere; column_share: of the width of the text, that a column of it takes.
    """

    file: Any
    anchors: Collection[str]
    style_ids: dict[str, str | None] = field(default_factory=dict)
    small_scale: float | None = None
    column_share: float = 1.0

    @property
    def is_small(self) -> bool:
        return self.small_scale is not None

    def cover(self, cover: Cover) -> None:
        self._mark()
        self._paragraph(cover.over, "Subtitle")
        self._paragraph(cover.title, "Title")
        self._paragraph(cover.subtitle, "Subtitle")
        if cover.photograph:
            self._drawing(cover.photograph, cover.photograph_alt, high=65)
            self._note(cover.credit, has_source=False)
        if cover.svg:
            self._drawing(cover.svg, cover.alt, share=0.8, high=55 if cover.photograph else 105)
        self._legend([(f"case-{kind}", words) for kind, words in cover.legend])
        self._paragraph(f"{cover.edition} · {cover.print}")
        self._paragraph(NOTICE, NOTE).add_run().add_break(WD_BREAK.PAGE)

    def head(self, cover: Cover) -> None:
        first = self._mark()
        if cover.photograph:
            image = first.add_run().add_picture(io.BytesIO(photographs.jpeg(cover.photograph)), height=Mm(14))
            image._inline.docPr.set("descr", office.plain(rich.bare(cover.photograph_alt)))
        credit = f"{cover.credit}. " if cover.credit else ""
        self._paragraph(f"{cover.subtitle}. {credit}{NOTICE}", NOTE)

    def _mark(self) -> Any:
        own = theme.current()
        name = own.name if own else "Maillage"
        paragraph = self._drawing(pdf.mark(), name, share=0.1, high=9 if self.is_small else 18)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _run(paragraph, f" {office.plain(name)}  ", bold=True)
        return paragraph

    def contents(self, chapters: Sequence[Chapter]) -> None:
        """Write the contents as a field: they lead to the chapters, and follow their titles once updated."""
        self._paragraph("Sommaire", "TOC Heading")
        lines = []
        for position, chapter in enumerate(chapters, 1):
            paragraph = self._paragraph("")
            paragraph.paragraph_format.space_after = Pt(0)
            _lead(
                paragraph, office.plain(_numbered(chapter, chapter.short)), f"#{_bookmark(chapter, position)}"
            )
            lines.append(paragraph)
        start = (_field_mark("begin"), _instruction(r'TOC \o "1-1" \h'), _field_mark("separate"))
        for place, mark in enumerate(start, 1 if lines[0]._p.pPr is not None else 0):
            lines[0]._p.insert(place, mark)
        lines[-1]._p.append(_field_mark("end"))

    def chapter(self, chapter: Chapter, position: int) -> None:
        """Write a chapter; a wide one on pages of its own, wider than high."""
        if chapter.wide:
            self._turn()
        self._chapter(chapter, position)
        if chapter.wide:
            self._turn()

    def _turn(self) -> None:
        """Begin a page that lies where the one before stood, or stands where it lay."""
        width, height = self.file.sections[-1].page_width, self.file.sections[-1].page_height
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        section.page_width, section.page_height = height, width
        section.orientation = WD_ORIENT.LANDSCAPE if height > width else WD_ORIENT.PORTRAIT

    def _chapter(self, chapter: Chapter, position: int) -> None:
        over = f"{chapter.over} : " if chapter.over else ""
        title = self.file.add_heading(office.plain(over + _numbered(chapter)), level=1)
        name = _bookmark(chapter, position)
        title._p.insert(1, parse_xml(f'<w:bookmarkStart {nsdecls("w")} w:id="{position}" w:name="{name}"/>'))
        title._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{position}"/>'))
        if chapter.lead:
            self._rich(chapter.lead, LEAD)
        pictures = [block for block in chapter.blocks if isinstance(block, Picture)]
        blocks = chapter.blocks
        if self.is_small and pictures:
            words = tuple(block for block in blocks if block not in pictures)
            blocks = (
                TwoColumns(
                    left_blocks=(replace(pictures[0], width=SMALL_SHARE - 0.02),),
                    right_blocks=words,
                    share=SMALL_SHARE,
                ),
            )
        self.blocks(blocks, is_sourced=SOURCES in self.anchors and chapter.anchor != SOURCES)
        if chapter.notes:
            self._rich(chapter.notes, NOTE)

    def blocks(self, blocks: Iterable[Block], *, is_sourced: bool) -> None:
        """Write blocks one under the other. is_sourced: what is drawn or counted leads to the sources."""
        for is_narrow, run in groupby(blocks, key=lambda block: isinstance(block, Columns | TwoColumns)):
            if is_narrow and not self.is_small:
                narrow = [each for each in run if isinstance(each, Columns | TwoColumns)]
                self._in_columns(narrow, is_sourced=is_sourced)
            else:
                for block in run:
                    self._block(block, is_sourced=is_sourced)

    def _block(self, block: Block, *, is_sourced: bool) -> None:
        match block:
            case Picture() | Chart():
                self._picture(block, is_sourced=is_sourced)
            case KeyFigure():
                self._key_figure(block, is_sourced=is_sourced)
            case Grid():
                self._table(block, is_sourced=is_sourced)
            case TwoColumns():
                self._side_by_side(block)
            case Columns():
                self.blocks(block.blocks, is_sourced=is_sourced)
            case _:
                self._text(block)

    def _in_columns(self, narrow: Sequence[Columns | TwoColumns], *, is_sourced: bool) -> None:
        """Write small tables or several pairs of blocks in two columns of a section of their own; a single
        pair one under the other.
        """
        parts = [
            part
            for block in narrow
            for part in (
                block.blocks if isinstance(block, Columns) else (*block.left_blocks, *block.right_blocks)
            )
        ]
        if len(narrow) == 1 and isinstance(narrow[0], TwoColumns):
            self.blocks(parts, is_sourced=is_sourced)
            return
        self._section_of(2)
        replace(self, column_share=COLUMN_SHARE).blocks(parts, is_sourced=is_sourced)
        self._section_of(1)

    def _section_of(self, n_columns: int) -> None:
        columns = self.file.add_section(WD_SECTION.CONTINUOUS)._sectPr.find(qn("w:cols"))
        columns.set(qn("w:num"), str(n_columns))

    def _side_by_side(self, block: TwoColumns) -> None:
        """Write blocks in two columns: a table without lines, which a word processor keeps on a page."""
        table = self.file.add_table(1, 2)
        table.autofit = False
        sides = ((block.left_blocks, block.share), (block.right_blocks, 1 - block.share))
        for cell, (blocks, share) in zip(table.rows[0].cells, sides, strict=True):
            cell.width = Mm(WIDE * share)
            table.columns[cell._tc.grid_offset].width = Mm(WIDE * share)
            replace(self, file=cell).blocks(blocks, is_sourced=False)
            if len(cell.paragraphs) > 1:  # a cell without any paragraph is no cell for an office suite
                cell._tc.remove(cell.paragraphs[0]._p)

    def _text(self, block: Heading | Text | Bullets | Callout | Link) -> None:
        match block:
            case Heading():
                self.file.add_heading(office.plain(block.text), level=2)
            case Text():
                self._rich(block.text, TONES[block.tone])
            case Bullets():
                for item in block.items:
                    self._rich(item, "List Bullet")
            case Callout():
                title = f"**{block.title}** " if block.title else ""
                self._rich(title + block.text, CALLOUT)
            case Link():
                paragraph = self._paragraph(f"{block.text} ")
                _lead(paragraph, block.address, block.address)

    def _paragraph(self, text: str, style: str = "Normal") -> Any:
        if style not in self.style_ids:
            self.style_ids[style] = self.file.part.get_style_id(style, WD_STYLE_TYPE.PARAGRAPH)
        paragraph = self.file.add_paragraph(office.plain(text))
        paragraph._p.style = self.style_ids[style]
        return paragraph

    def _rich(self, text: str, style: str) -> Any:
        """Write a paragraph whose words between stars are strong, and whose links lead where they can."""
        paragraph = self._paragraph("", style)
        for is_strong, words, address in rich.spans(office.plain(text)):
            self._words(paragraph, words, address, bold=is_strong)
        return paragraph

    def _words(self, paragraph: Any, words: str, address: str, *, bold: bool = False) -> None:
        if not address.startswith(("https://", "http://", "#")) or (
            address.startswith("#") and address[1:] not in self.anchors
        ):
            _run(paragraph, words, bold=bold)
        elif address.startswith("#"):
            _lead(paragraph, words, f"#{_bookmark_name(address[1:])}")
        else:
            _lead(paragraph, words, address)

    # ------------------------------------------------------------------------------------ drawings, tables

    def _drawing(self, svg: str, alt: str, *, share: float = 1.0, high: float = HIGH) -> Any:
        """Draw a picture with the words that stand for it. share: of the width of the text; high: the most
        that it is, in millimetres.
        """
        paragraph = self._paragraph("")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        share *= self.column_share
        picture = io.BytesIO(photographs.jpeg(svg)) if photographs.is_one(svg) else _png(svg, share, high)
        drawn = paragraph.add_run().add_picture(picture, width=Mm(WIDE * share))
        if drawn.height > Mm(high):
            drawn.width, drawn.height = int(drawn.width * Mm(high) / drawn.height), Mm(high)
        drawn._inline.docPr.set("descr", office.plain(rich.bare(alt)))
        return paragraph

    def _legend(self, classes: Iterable[tuple[str, str]]) -> None:
        """Write classes of a map on one line, each after its square of colour."""
        paragraph = None
        for kind, words in classes:
            paragraph = paragraph or self._paragraph("", NOTE)
            _square(paragraph, kind)
            paragraph.add_run(f"{office.plain(words)}   ")
        if paragraph:
            paragraph.paragraph_format.keep_with_next = True

    def _picture(self, block: Picture | Chart, *, is_sourced: bool) -> None:
        key = block.key if isinstance(block, Picture) else ()
        has_source = is_sourced and bool(isinstance(block, Chart) or block.caption or key)
        shape = self._drawing(
            block.svg,
            block.alt,
            share=block.width,
            high=SMALL_HIGH * self.small_scale if self.small_scale else HIGH,
        )
        shape.paragraph_format.keep_with_next = bool(block.caption or key or has_source)
        self._legend(key)
        self._note(block.caption, has_source=has_source)

    def _note(self, text: str, *, has_source: bool) -> None:
        """Write what stands under a drawing or a table, and where its figures come from."""
        if text or has_source:
            paragraph = self._paragraph(f"{text} " if text else "", NOTE)
            if has_source:
                _lead(paragraph, "Sources", f"#{SOURCES}")

    def _key_figure(self, block: KeyFigure, *, is_sourced: bool) -> None:
        paragraph = self._paragraph(f"{block.about} ")
        _run(paragraph, f"{office.plain(block.value)} ", bold=True).font.size = Pt(26)
        _run(paragraph, f"{office.plain(block.text)} ", bold=True)
        _run(paragraph, f"{office.plain(block.between)} ")
        if is_sourced:
            _lead(paragraph, "Sources", f"#{SOURCES}")
        if block.svg:
            self._drawing(block.svg, block.alt, share=0.82)

    def _table(self, block: Grid, *, is_sourced: bool) -> None:
        title = self._paragraph(block.caption, "Caption")
        title.paragraph_format.keep_with_next = True
        table = self.file.add_table(1 + len(block.rows), len(block.columns), style="Table Grid")
        properties = table._tbl.tblPr
        for tag, words in (("tblCaption", block.caption), ("tblDescription", block.note)):
            if words:
                element = parse_xml(f"<w:{tag} {nsdecls('w')}/>")
                element.set(qn("w:val"), office.plain(words))
                properties.append(element)
        section = self.file.sections[-1]
        room = section.page_width - section.left_margin - section.right_margin
        rows = (tuple(Cell(text=name, strong=True) for name in block.columns), *block.rows)
        widths = [
            Inches(x)
            for x in office.widths(block, rows, room * self.column_share / Inches(1), self._letters(block))
        ]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row, cells in zip(table.rows, rows, strict=True):
            limits = row._tr.get_or_add_trPr()
            limits.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
            for x, (place, cell) in enumerate(zip(row.cells, cells, strict=True)):
                place.width = widths[x]
                if cell.span != 1:
                    place._tc.get_or_add_tcPr().get_or_add_vMerge().val = (
                        "restart" if cell.span else "continue"
                    )
                self._cell(place.paragraphs[0], cell, is_title=x == 0)
                paragraph = place.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(2)
                if block.align[x] == "d":
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                for run in paragraph.runs:
                    run.font.size = Pt(self._letters(block))
        for row in table.rows[1 + len(block.rows) - LAST_ROWS : -1]:
            for place in row.cells:
                place.paragraphs[0].paragraph_format.keep_with_next = True
        _set_head(table.rows[0])
        has_source = is_sourced and bool(block.note or "d" in block.align)
        self._note(block.note, has_source=has_source)
        if not (block.note or has_source):
            self._paragraph("", NOTE)  # two tables that touch would become one

    def _letters(self, block: Grid) -> float:
        """Return the height of the letters of a table, in points."""
        return 7.5 if self.column_share < 1 else 8 if len(block.columns) > 6 else 9

    def _cell(self, paragraph: Any, cell: Cell, *, is_title: bool) -> None:
        """Write a cell; the words of one that is drawn stand for its drawing."""
        if cell.swatch:
            _square(paragraph, cell.swatch)
        self._words(paragraph, office.plain(cell.text), cell.link, bold=cell.strong or is_title)
        if cell.mark:
            _run(paragraph, f" {office.plain(cell.mark)}").font.italic = True


def _set_head(row: Any) -> None:
    """Make a row the head of its table: tinted, and repeated at the top of each page."""
    row._tr.trPr.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    tint = _colours()["prune-teinte"]
    for place in row.cells:
        shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{tint}"/>'
        place._tc.get_or_add_tcPr().append(parse_xml(shade))


def _png(svg: str, share: float, high: float) -> io.BytesIO:
    """Return a drawing on white, in the few colours it has, as fine as a page shows it. share, high: as for
    `_drawing`, which the names of a map are written for.
    """
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    wide = min(WIDE * share, high * int(size[1]) / int(size[2])) if size else WIDE
    letters = NAME_HIGH * maps.WIDTH / wide if 'class="fig carte"' in svg else maps.LABEL
    image = Image.open(io.BytesIO(pdf.png(svg, letters=letters, share=wide / WIDE, opaque=True)))
    flat = image.convert("RGB").quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    content = io.BytesIO()
    flat.save(content, "PNG")
    content.seek(0)
    return content


def _numbered(chapter: Chapter, short: str = "") -> str:
    return f"{chapter.number}. {short or chapter.title}" if chapter.number else short or chapter.title


def _run(paragraph: Any, words: str, *, bold: bool = False) -> Any:
    run = paragraph.add_run(words)
    run.font.bold = bold or None
    return run


def _square(paragraph: Any, kind: str) -> None:
    """Draw the square of a class, in its colour, hatched where it is unsure."""
    colours, (name, *unsure) = _colours(), kind.split()
    run = paragraph.add_run("▨ " if unsure else "■ ")
    run.font.color.rgb = RGBColor.from_string(colours.get(name, colours["creux"]))


def _lead(paragraph: Any, words: str, address: str) -> None:
    """Write words that lead to an address, or to a bookmark of this file (#name)."""
    link = parse_xml(f"<w:hyperlink {nsdecls('w', 'r')}/>")
    if address.startswith("#"):
        link.set(qn("w:anchor"), address[1:])
    else:
        link.set(qn("r:id"), paragraph.part.relate_to(address, RT.HYPERLINK, is_external=True))
    run = paragraph.add_run(words)
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _field_mark(kind: str) -> Any:
    return parse_xml(f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="{kind}"/></w:r>')


def _instruction(words: str) -> Any:
    element = parse_xml(f'<w:r {nsdecls("w")}><w:instrText xml:space="preserve"/></w:r>')
    element[0].text = f" {words} "
    return element
