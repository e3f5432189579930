"""Documents as slides that one may edit (PPTX): a chapter a slide, charts and tables native, notes beside."""

import io
import re
from collections.abc import Sequence
from datetime import date
from math import ceil
from textwrap import wrap
from typing import Any, TypeGuard

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from maillage.kernel.spreadsheet import safe
from maillage.publishing.page import office, pdf, photographs, theme
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Chart,
    Document,
    Grid,
    Picture,
    Text,
)
from maillage.publishing.page.design import tokens
from maillage.words import rich

WIDE, HIGH = 13.333, 7.5  # inches
SIDE, BOTTOM = 0.67, 6.7
LINE = 95  # letters of a lead on a line, where the font is replaced by a wider one
TITLES = (28, 24, 20, 18, 16, 14, 12)  # points: of a title, the largest that leave it in its place
TITLE = 48  # letters of a title on one line in the largest, where the font is replaced by a wider one
TITLE_HIGH = 1.05  # inches
MARK = 0.36  # inches: the logo at the foot
GAP, BETWEEN = 0.45, 0.2  # columns, lines of cards
CARD_HIGH = 3.4  # inches: the tallest card
TONES = {"prudence": ("gaude-teinte", "ocre"), "verdict": ("prune-teinte", "prune")}  # ground, bar of a card
LISTED = (20, 18, 16, 14, 13, 12)  # points: of a list, the largest that leave it in its place
CARDS = (
    24,
    22,
    20,
    18,
    16,
    15,
    14,
    13,
    12,
)  # points: of the title of a card, the largest that leave it in its place
SIZES = (20, 18, 16, 15, 14, 13, 12)  # points: a table takes the largest that leave it in its place
MEAN = 0.56  # a letter of that font, in its size, where words follow one another
LINK_PIECE = 26  # letters of a piece of a link
ROW = 1 / 36  # inches a point of letters: the least height of a row
HIGHEST, ESTIMATE, LOWEST = "Jusqu’à", "Estimation", "Au moins"  # series of a chart, drawn in this order
KEY, KEY_LINE = 2.85, 0.3  # inches: the column of the classes of a map, a line of it
ACROSS = 2  # classes a line, under the words that stand beside a map
MANY = 3  # bars: beyond, their names are written smaller
SMALL = 12  # points: the smallest words that are read from the end of a room
FONT = "Arial"  # on every computer: the file does not carry fonts
Box = tuple[float, float, float, float]  # left, top, width, height, in inches


def deck(document: Document, *, on: date) -> bytes:
    """Return the slides of a document: its cover, then one for each chapter. The same document gives the same
    bytes.

    Of the blocks of a chapter, the notes go to the foot of its slide, the others side by side; more than two
    are cards: callouts, two a line.
    """
    presentation = Presentation()
    # Widen the slides to 16:9, and their title where ours is: a new slide looks the same.
    ratio = Inches(WIDE) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(WIDE), Inches(HIGH)
    for layout in (presentation.slide_master, *presentation.slide_layouts):
        for shape in layout.placeholders:
            shape.left, shape.width = int(shape.left * ratio), int(shape.width * ratio)
    title = presentation.slide_layouts.get_by_name("Title Only").placeholders[0]
    title.left, title.top, title.width, title.height = (
        Inches(x) for x in (SIDE, 0.75, WIDE - 2 * SIDE, TITLE_HIGH)
    )
    presentation.slide_master.background.fill.solid()
    presentation.slide_master.background.fill.fore_color.rgb = _colour("papier")
    office.describe(presentation.core_properties, document, on=on)
    _cover(presentation, document)
    own = theme.current()
    mark = pdf.png(pdf.mark())  # once: the file holds it once, whatever the number of slides
    anchors = {}
    for chapter in document.chapters:
        slide = _slide(presentation, chapter)
        anchors[chapter.anchor] = slide
        _picture(slide, mark, own.name if own else "Maillage", (SIDE, 6.84, MARK, MARK))
        _number(slide, 1 + len(document.chapters))
    for slide in presentation.slides:
        # Each link of a slide to another the slide that it names; take it off when there is none.
        for link in slide._element.xpath(f'.//a:hlinkClick[@action="{JUMP}"]'):
            target = anchors.get(link.get("tooltip"))
            if target is None or target is slide:
                link.getparent().remove(link)
            else:
                link.set(qn("r:id"), slide.part.relate_to(target.part, RT.SLIDE))
                link.set("tooltip", target.shapes.title.text_frame.text)
    buffer = io.BytesIO()
    presentation.save(buffer)
    return office.same_bytes(buffer.getvalue(), on)


def _blank(presentation: Any, title: str) -> Any:
    slide = presentation.slides.add_slide(presentation.slide_layouts.get_by_name("Title Only"))
    frame = slide.shapes.title.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = 0
    _words(frame.paragraphs[0], title, size=_title_size(title), bold=True)
    return slide


def _title_size(title: str) -> float:
    """Return the largest letters, in points, in which a title stays above what follows, whole.

    >>> [_title_size("m" * letters) for letters in (40, 90, 160, 240)]
    [28, 24, 20, 16]
    """
    for size in TITLES:
        a_line = TITLE * TITLES[0] / size
        # a line that goes on leaves half a word to the next one
        lines = 1 if len(title) <= a_line else ceil(len(title) / (a_line - 4))
        if lines * 1.2 * size / 72 <= TITLE_HIGH:
            return size
    return TITLES[-1]


def _cover(presentation: Any, document: Document) -> None:
    cover = document.cover
    slide = _blank(presentation, cover.title)
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = _colour("couverture")
    for run in slide.shapes.title.text_frame.paragraphs[0].runs:
        run.font.color.rgb = _colour("sur-prune")
    # one frame: in a wider font, a line that becomes two pushes the next ones down instead of covering them
    frame = _frame(slide, (SIDE, 2.0, 6.0, 4.5))
    lines = ((cover.over, 22, 18), (cover.subtitle, 16, 6), (cover.edition, 16, 6), (cover.print, 12, 0))
    for text, size, after in lines:
        if text:
            paragraph = frame.paragraphs[0] if not frame.text else frame.add_paragraph()
            paragraph.space_after = Pt(after)
            _words(paragraph, text, size=size, colour="sur-prune")
    own = theme.current()
    if own is not None:
        _paragraph(slide, own.name, (SIDE, 0.25, 9.0, 0.5), size=16, colour="sur-prune", bold=True)
        if own.logo:
            slide.shapes.title.width = Inches(WIDE - 2.2 - SIDE)
            _picture(slide, pdf.png(own.logo), own.name, (WIDE - 1.9, 0.5, 1.2, 1.2))
    if cover.photograph:
        _picture(slide, photographs.jpeg(cover.photograph), cover.photograph_alt, (7.2, 1.9, 5.4, 4.6))
        if cover.credit:
            _paragraph(slide, cover.credit, (7.2, 6.6, 5.4, 0.4), size=12, colour="sur-prune")
    elif cover.svg:
        _picture(slide, pdf.png(cover.svg, cover=True), cover.alt, (7.2, 1.9, 5.4, 5.0))


def _slide(presentation: Any, chapter: Chapter) -> Any:
    slide = _blank(presentation, chapter.title)
    _paragraph(slide, chapter.over, (SIDE, 0.38, 8.0, 0.4), size=14, colour="prune", bold=True)
    top = 1.45 if len(chapter.title) <= TITLE else 1.85
    if chapter.lead:
        lines = ceil(len(rich.bare(chapter.lead)) / LINE)
        box = (SIDE, top, WIDE - 2 * SIDE, 0.15 + 0.25 * lines)
        _paragraph(slide, chapter.lead, box, size=15, colour="encre-2")
        top += 0.2 + 0.25 * lines
    notes = [b for b in chapter.blocks if isinstance(b, Text) and b.tone == "note"]
    body = [b for b in chapter.blocks if b not in notes]
    for block, box in zip(body, _boxes(body, top + 0.1), strict=True):
        if _is_large(block, body):
            _map_and_key(slide, block, box)
        elif isinstance(block, Callout):
            _card(slide, block, box, cards=[each for each in body if isinstance(each, Callout)])
        else:
            _draw(slide, block, box)
    foot = " ".join(note.text for note in notes)
    foot_x = SIDE + MARK + 0.15
    _paragraph(slide, foot, (foot_x, 6.78, WIDE - SIDE - foot_x - 1.1, 0.5), size=SMALL, colour="encre-2")
    _rule(slide)
    slide.notes_slide.notes_text_frame.text = office.plain(rich.bare(chapter.notes))
    return slide


def _boxes(blocks: Sequence[Block], top: float) -> list[Box]:
    """Return where each block stands under `top`: the whole width for one, a wide and a narrow column for
    two, lines of two or three for cards. Beside a map, a block leaves its foot to the classes: the map keeps
    its width.
    """
    full_width, high = WIDE - 2 * SIDE, BOTTOM - top
    if not blocks:
        return []
    if len(blocks) == 1 and not isinstance(blocks[0], Callout):
        return [(SIDE, top, full_width, high)]
    if all(isinstance(block, Callout) for block in blocks) or len(blocks) > 2:  # cards
        n = len(blocks)
        across = 3 if n in (3, 5, 6) else min(n, 2)
        lines, high = ceil(n / across), high - BETWEEN / 2
        wide = (full_width - GAP * (across - 1)) / across
        tall = min(CARD_HIGH, (high - BETWEEN * (lines - 1)) / lines)
        cards = [block for block in blocks if isinstance(block, Callout)]
        if len(cards) == n:  # as high as the longest: none is half empty
            _, needed = _card_size(cards, wide, tall)
            tall = min(tall, needed + 0.2)
        return [
            (SIDE + k % across * (wide + GAP), top + k // across * (tall + BETWEEN), wide, tall)
            for k in range(n)
        ]
    left_block, right_block = blocks
    share = 0.5 if isinstance(left_block, Picture) or isinstance(right_block, Grid) else 0.6
    wide = (full_width - GAP) * share
    under = _key_high(left_block, full_width - GAP - wide) if _is_large(left_block, blocks) else 0.0
    return [(SIDE, top, wide, high), (SIDE + wide + GAP, top, full_width - GAP - wide, high - under)]


def _is_large(block: Block, body: Sequence[Block]) -> TypeGuard[Picture]:
    """Return True if a block is a map with another block at its side: its classes are under that one."""
    return isinstance(block, Picture) and bool(block.key) and len(body) == 2


def _map_and_key(slide: Any, block: Picture, box: Box) -> None:
    """Draw a map in the whole of its column, its classes at the foot of the next one."""
    map_x, top, wide, high = box
    _picture(slide, pdf.png(block.svg, letters=_map_letters(block.svg, box)), block.alt, box)
    key_x = map_x + wide + GAP
    under = _key_high(block, WIDE - SIDE - key_x)
    _key(slide, block, (key_x, top + high - under, WIDE - SIDE - key_x, under), across=ACROSS)


def _draw(slide: Any, block: Block, box: Box) -> None:
    if isinstance(block, Chart):
        _chart(slide, block, box)
    elif isinstance(block, Grid):
        _table(slide, block, box)
    elif isinstance(block, Picture):
        x, top, wide, high = box
        key_width = KEY if block.key else 0.0
        room = (x, top, wide - key_width, high)
        _picture(slide, pdf.png(block.svg, letters=_map_letters(block.svg, room)), block.alt, room)
        if block.key:
            _key(slide, block, (x + wide - KEY, top, KEY, high))
    elif isinstance(block, Bullets):
        _list(slide, block.items, box)
    elif isinstance(block, Text):
        _list(slide, (block.text,), box, marks=False)
    else:
        raise TypeError(f"A slide holds no block of kind {block.kind!r}.")


# -------------------------------------------------------------------------------------------------- texts


def _colour(name: str) -> Any:
    own = theme.current()
    values = {**tokens("jour"), **pdf.swatches()}
    value = own.colour if own and name in ("prune", "couverture") else values[name]
    return RGBColor.from_string(value.removeprefix("#"))


def _words(paragraph: Any, text: str, *, size: float, colour: str = "encre", bold: bool = False) -> None:
    """Write a text in a paragraph, its words between stars in bold."""
    paragraph.alignment = PP_ALIGN.LEFT
    for strong, words, address in rich.spans(office.plain(text)):
        for piece in _pieces(words) if address.startswith("https:") else [words]:
            run = paragraph.add_run()
            run.text = piece
            if address.startswith("#"):
                name = address.removeprefix("#")
                link = f'<a:hlinkClick {nsdecls("a", "r")} r:id="" action="{JUMP}" tooltip="{name}"/>'
                run._r.get_or_add_rPr().append(parse_xml(link))
            elif address:
                run.hyperlink.address = address
            run.font.size, run.font.name, run.font.bold = Pt(size), FONT, bold or strong
            run.font.color.rgb, run.font.language_id = _colour(colour), MSO_LANGUAGE_ID.FRENCH


def _pieces(words: str) -> list[str]:
    """Return the words of a link in pieces that lead to the same place: LibreOffice breaks no line inside a
    link.

    >>> _pieces("Insee Première, juin 2023, les personnes"), _pieces("Insee")
    (['Insee Première, juin 2023, ', 'les personnes'], ['Insee'])
    """
    lines = wrap(words, LINK_PIECE, break_long_words=False, break_on_hyphens=False)
    return [*(f"{line} " for line in lines[:-1]), *lines[-1:]] or [words]


JUMP = "ppaction://hlinksldjump"


def _frame(slide: Any, box: Box) -> Any:
    frame = slide.shapes.add_textbox(*(Inches(x) for x in box)).text_frame
    frame.word_wrap, frame.margin_left = True, 0
    return frame


def _paragraph(slide: Any, text: str, box: Box, *, size: float, colour: str, bold: bool = False) -> None:
    if text:
        _words(_frame(slide, box).paragraphs[0], text, size=size, colour=colour, bold=bold)


def _high(items: Sequence[str], wide: float, size: float) -> float:
    """Return how high texts one under the other stand, in inches, in a column `wide` inches wide."""
    lines = sum(ceil(len(rich.bare(item)) * size * MEAN / 72 / (wide - size / 36)) for item in items)
    return (lines * 1.2 + len(items) * 0.6) * size / 72


def _list(slide: Any, items: Sequence[str], box: Box, *, marks: bool = True) -> None:
    """Write texts one under the other, smaller when they are long, with real list marks."""
    frame = _frame(slide, box)
    room = box[2] - 0.35  # what the mark and the sides leave to words
    size = next((size for size in LISTED if _high(items, room, size) <= box[3] - 0.2), LISTED[-1])
    for position, item in enumerate(items):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.6)
        _words(paragraph, item, size=size)
        if marks:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("marL", "228600")
            properties.set("indent", "-228600")
            properties.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))


def _card(slide: Any, block: Callout, box: Box, *, cards: Sequence[Callout]) -> None:
    """Draw a card to write on: a bar, a title, its text under it. cards: all of the slide, whose letters are
    of one size.
    """
    x, top, wide, high = (Inches(points) for points in box)
    back = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, x, top, wide, high)
    edge = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, x, top, Inches(0.08), high)
    ground, bar = TONES.get(block.tone, ("carte", "prune"))
    for shape, colour, line in ((back, ground, "trait"), (edge, bar, bar)):
        shape.shadow.inherit = False
        shape.fill.solid()
        shape.fill.fore_color.rgb, shape.line.color.rgb = _colour(colour), _colour(line)
    frame = back.text_frame
    frame.word_wrap, frame.vertical_anchor, frame.margin_left = True, MSO_ANCHOR.TOP, Inches(0.3)
    frame.margin_top = Inches(0.14)
    size, _ = _card_size(cards, box[2], box[3])
    _words(frame.paragraphs[0], block.title, size=size, bold=True)
    _words(frame.add_paragraph(), block.text, size=max(size - 3, SMALL), colour="encre-2")


def _card_size(cards: Sequence[Callout], wide: float, high: float) -> tuple[int, float]:
    """Return the letters of the titles of cards, in points, the largest that leave each in its place, and how
    high the longest stands. wide, high: of that place, in inches.
    """
    room = wide - 0.45

    def needed(points: int) -> float:
        return max(_high((c.title,), room, points) + _high((c.text,), room, points - 3) for c in cards)

    size = next((points for points in CARDS if needed(points) <= high), CARDS[-1])
    return size, needed(size)


def _rule(slide: Any) -> None:
    """Draw what sets the foot of a slide apart: a line, as on paper."""
    line = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT,
        Inches(SIDE),
        Inches(BOTTOM + 0.06),
        Inches(WIDE - SIDE),
        Inches(BOTTOM + 0.06),
    )
    line.shadow.inherit = False
    line.line.color.rgb, line.line.width = _colour("trait"), Pt(1)


def _number(slide: Any, of: int) -> None:
    """Write the number of the slide as a field, which follows when slides are moved, and how many there
    are.
    """
    paragraph = _frame(slide, (WIDE - SIDE - 1.1, 6.82, 1.1, 0.4)).paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    paragraph._p.append(
        parse_xml(
            f'<a:fld {nsdecls("a")} id="{{86CB4B4D-7CA3-9044-876B-883B54F8677D}}" type="slidenum">'
            f'<a:rPr lang="fr-FR" sz="{100 * SMALL}" b="1"/><a:t>‹N°›</a:t></a:fld>'
        )
    )
    total = paragraph.add_run()
    total.text, total.font.size, total.font.bold = f" / {of}", Pt(SMALL), True


# --------------------------------------------------------------------------------- pictures, charts, tables


def _named(shape: Any, words: str) -> None:
    """Give a picture, a chart or a table the words that stand for it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", office.plain(rich.bare(words)))


def _picture(slide: Any, content: bytes, alt: str, box: Box) -> None:
    """Draw a picture as large as its box lets it, proportions unchanged."""
    x, top, wide, high = box
    shape = slide.shapes.add_picture(io.BytesIO(content), Inches(x), Inches(top))
    ratio = min(Inches(wide) / shape.width, Inches(high) / shape.height)
    shape.width, shape.height = int(shape.width * ratio), int(shape.height * ratio)
    _named(shape, alt)


def _map_letters(svg: str, box: Box) -> float:
    """Return the least height of the names of a map, in its own units, that is read from the end of a room;
    0 for another drawing.
    """
    frame = re.search(r'class="fig carte" viewBox="0 0 (\d+) (\d+)"', svg)
    if frame is None:
        return 0
    _, _, wide, high = box
    return SMALL / 72 / min(wide / int(frame[1]), high / int(frame[2]))


def _key_high(block: Picture, wide: float) -> float:
    """Return how high the classes of a map stand, and their unit, in a column `wide` inches wide."""
    lines = ceil(len(rich.bare(block.caption)) * SMALL * MEAN / 72 / (wide - 0.2 - SMALL / 36))
    return KEY_LINE * ceil(len(block.key) / ACROSS) + lines * SMALL * 1.2 / 72 + 0.3


def _key(slide: Any, block: Picture, box: Box, *, across: int = 1) -> None:
    """Draw the classes of a map, so many a line, and their unit under them."""
    x, top, full_width, high = box
    y, wide = top, full_width / across
    for k, (kind, words) in enumerate(block.key):
        x = box[0] + k % across * wide
        square = slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *(Inches(each) for each in (x + 0.1, y + 0.11, 0.16, 0.16))
        )
        square.shadow.inherit = False
        square.fill.solid()
        square.fill.fore_color.rgb, square.line.color.rgb = _colour(kind), _colour("bord")
        square.line.width = Pt(0.5)
        lines = ceil(len(words) * SMALL * MEAN / 72 / (wide - 0.37))
        _paragraph(slide, words, (x + 0.32, y, wide - 0.32, KEY_LINE), size=SMALL, colour="encre")
        if k % across == across - 1 or k == len(block.key) - 1:
            y += KEY_LINE + (lines - 1) * SMALL * 1.2 / 72
    rest = (box[0] + 0.1, y, full_width - 0.1, top + high - y)
    _paragraph(slide, block.caption, rest, size=SMALL, colour="encre-2")


def _chart(slide: Any, block: Chart, box: Box) -> None:
    """Draw a native chart: what is sure in plain colour, what is possible hatched, the estimate where its
    frame ends. Its workbook holds the bounds themselves, so that whoever edits one types what is printed: the
    bars of a row stand one over the other, the longest beneath.
    """
    data = CategoryChartData(number_format="# ##0")
    rows = list(reversed(block.bars))  # a bar chart is drawn from its foot
    data.categories = [office.plain(f"{safe(bar.label)}\n{bar.words}") for bar in rows]
    data.add_series(HIGHEST, [bar.high for bar in rows])
    if any(bar.value is not None for bar in rows):
        data.add_series(ESTIMATE, [bar.value for bar in rows])
    data.add_series(LOWEST, [bar.low for bar in rows])
    high = min(box[3], 0.9 + 1.1 * len(rows))
    shape = slide.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, *(Inches(x) for x in (box[0], box[1], box[2], high)), data
    )
    _named(shape, block.alt)
    chart = shape.chart
    size = 14 if len(rows) <= MANY else SMALL
    chart.font.size, chart.font.name, chart.font.color.rgb = Pt(size), FONT, _colour("encre")
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    chart.category_axis.format.line.color.rgb = _colour("bord")
    every = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>')  # else long labels hide one in two
    chart.category_axis._element.find(qn("c:noMultiLvlLbl")).addprevious(every)
    (plot,) = chart.plots
    plot.gap_width, plot.overlap = 60, 100
    for series in plot.series:
        fill, line = series.format.fill, series.format.line
        if series.name == LOWEST:
            fill.solid()
            fill.fore_color.rgb = _colour("pastel")
        else:
            fill.patterned()
            fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
            fill.fore_color.rgb = _colour("pastel")
            fill.back_color.rgb = _colour("pastel-teinte" if series.name == ESTIMATE else "carte")
        line.color.rgb, line.width = _colour("encre" if series.name == ESTIMATE else "pastel"), Pt(3)


def _table(slide: Any, block: Grid, box: Box) -> None:
    rows = [tuple(Cell(text=title, strong=True) for title in block.columns), *block.rows]
    size = next((size for size in SIZES if _fits(block, rows, box, size)), SIZES[-1])
    high = min(box[3], size * ROW * len(rows))
    shape = slide.shapes.add_table(
        len(rows), len(block.columns), *(Inches(x) for x in (box[0], box[1], box[2], high))
    )
    _named(shape, f"{block.caption}. {block.note}")
    table = shape.table
    table.horz_banding = False
    for column, wide in zip(table.columns, office.widths(block, rows, box[2], size), strict=True):
        column.width = Inches(wide)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            place = table.cell(y, x)
            head = y == 0
            place.vertical_anchor = MSO_ANCHOR.MIDDLE
            place.fill.solid()
            place.fill.fore_color.rgb = _colour("prune" if head else "carte")
            paragraph = place.text_frame.paragraphs[0]
            words = rich.link(cell.text, cell.link)
            _words(paragraph, words, size=size, colour="sur-prune" if head else "encre", bold=cell.strong)
            if block.align[x] == "d":
                paragraph.alignment = PP_ALIGN.RIGHT


def _fits(block: Grid, rows: Sequence[tuple[Cell, ...]], box: Box, size: float) -> bool:
    """Return True if a table in letters of this size, in points, stays within its box."""
    widths = office.widths(block, rows, box[2], size)
    if sum(office.least_widths(rows, size)) > box[2]:
        return False
    tall = 0.0
    for row in rows:
        # a line of a cell holds its letters, less the half of a word that goes to the next one
        lines = max(
            ceil(
                len(cell.text)
                * size
                * (office.LETTER if cell.strong else MEAN)
                / 72
                / max(wide - office.MARGINS - size / 36, 0.1)
            )
            for cell, wide in zip(row, widths, strict=True)
        )
        tall += max(size * ROW, lines * size * 1.2 / 72 + 0.1)
    return tall <= box[3]
