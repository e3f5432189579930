"""Files that an office suite opens: what stands in a slide or a page is whole there, by the measure of a wide font."""

import io
import textwrap
import zipfile
from dataclasses import replace
from datetime import date

import docx
import shapely
from defusedxml import ElementTree
from docx.oxml.ns import qn
from docx.shared import Inches, Mm
from pptx import Presentation

from maillage.publishing.page import editable, maps, office, slides
from maillage.publishing.page.blocks import (
    Bar,
    Bullets,
    Cell,
    Chapter,
    Chart,
    Columns,
    Cover,
    Document,
    Grid,
    Picture,
    Text,
    TwoColumns,
)
from maillage.publishing.territory.map_keys import CELLS, UNITS, UNSURE

COLUMNS = ("Zone", "Part", "Fourchette", "Personnes")
NAMES = (
    "Saint-Trivier-de-Courtes",
    "Vennes Ouest (Bourg-en-Bresse)",
    "Baudières (Bourg-en-Bresse)",
    "Salavre",
)
ROWS = tuple(
    (
        Cell(text=name, strong=True),
        Cell(text="22\u00a0%"),
        Cell(text="17\u00a0–\u00a029\u00a0%"),
        Cell(text="210"),
    )
    for name in NAMES
)
TABLE = Grid(caption="Zones", columns=COLUMNS, align="gddd", widths=(3.2, 0.8, 1.4, 1.2), rows=ROWS)
SQUARE = maps.draw(
    [maps.Area(code="a", name="A", shape=shapely.box(0, 0, 1, 2))],
    base=maps.Base(),
    title="Carte",
    description="",
    id="c",
)
MAP = Picture(
    svg=SQUARE,
    alt="Carte",
    caption=f"{UNITS['numerique']} {UNSURE['numerique']}",
    key=(*CELLS, ("n1", "moyenne")),
)


def document(*blocks, lead: str = "") -> Document:
    cover = Cover(title="Essai", subtitle="", over="", edition="", print="", svg="", alt="")
    chapter = Chapter(
        number="1",
        title="Le besoin est partout ; il est plus fréquent dans 10 zones",
        lead=lead,
        blocks=blocks,
    )
    return Document(title="Essai", cover=cover, chapters=(chapter,))


def high(table) -> float:
    """Return how high a table of a slide stands, in inches, in the letters of a wide font."""
    tall = 0.0
    for row in table.rows:
        lines, size = 1, 0.0
        for cell, column in zip(row.cells, table.columns, strict=True):
            runs = cell.text_frame.paragraphs[0].runs
            size = runs[0].font.size.pt if runs else size
            letter = office.LETTER if runs and runs[0].font.bold else slides.MEAN
            room = int(0.01 + (column.width / Inches(1) - office.MARGINS) * 72 / size / letter)
            lines = max(lines, len(textwrap.wrap(cell.text, room)))
        tall += max(row.height / Inches(1), lines * size * 1.2 / 72 + 0.1)
    return tall


def test_a_table_beside_a_map_leaves_the_key_its_place():
    """Sur la diapositive « Où » de Bourg, le tableau couvrait les deux premières classes."""
    content = slides.deck(document(MAP, TABLE, lead="Ces 10 zones : de 13 à 16 %."), on=date(2026, 11, 28))
    slide = Presentation(io.BytesIO(content)).slides[1]
    (frame,) = [shape for shape in slide.shapes if shape.has_table]
    key = min(
        shape.top for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text == CELLS[0][1]
    )
    assert frame.top / Inches(1) + high(frame.table) <= key / Inches(1)


def test_a_table_of_a_page_cuts_no_word():
    """« Personnes » s’écrivait « Person-nes » dans sa colonne de 13 millimètres."""
    narrow = Grid(caption="Zones", columns=COLUMNS, align="gddd", widths=(9, 0.5, 1, 0.5), rows=ROWS)
    file = docx.Document(io.BytesIO(editable.dossier(document(narrow), on=date(2026, 11, 28))))
    widths = [column.width / Inches(1) for column in file.tables[0].columns]
    assert all(
        wide + 0.01 >= len(name) * 9 * office.LETTER / 72 for wide, name in zip(widths, COLUMNS, strict=True)
    )


def test_a_map_leaves_half_its_page_to_the_text():
    """Une carte haute prenait la page, et laissait vide la fin de celle d’avant."""
    file = docx.Document(io.BytesIO(editable.dossier(document(MAP), on=date(2026, 11, 28))))
    assert max(drawn.height for drawn in file.inline_shapes) <= Mm(120)


def test_a_picture_of_a_page_is_as_fine_as_paper_shows_when_it_stands_small():
    file = docx.Document(io.BytesIO(editable.dossier(document(MAP), on=date(2026, 11, 28))))
    for drawn in file.inline_shapes:
        part = file.part.related_parts[drawn._inline.graphic.graphicData.pic.blipFill.blip.embed]
        assert 200 <= part.image.px_width / drawn.width.inches <= 250


def test_an_emoji_is_left_out_of_slides_and_documents_as_of_paper():
    written = document(Text(text="Avant 🎉 après"))
    (slide,) = list(Presentation(io.BytesIO(slides.deck(written, on=date(2026, 11, 28)))).slides)[1:]
    page = docx.Document(io.BytesIO(editable.dossier(written, on=date(2026, 11, 28))))
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    texts += [paragraph.text for paragraph in page.paragraphs]
    assert sum("Avant" in text for text in texts) == 2
    assert not [text for text in texts if "🎉" in text]


def test_a_page_of_decisions_is_smaller_when_its_words_are_many():
    """Une synthèse pleine débordait sur une deuxième page : ses lettres diminuent, et une colonne vide en reste une."""
    decision = TwoColumns(
        left_blocks=(), right_blocks=(Bullets(items=("**Où** : tout le territoire",)),), share=0.62
    )
    sizes = []
    for n in (1, 60):
        written = document(Text(text="Les personnes concernées sont réparties. " * 4 * n), decision)
        file = docx.Document(io.BytesIO(editable.one_page(written, on=date(2026, 11, 28))))
        assert all(cell.paragraphs for table in file.tables for row in table.rows for cell in row.cells)
        sizes.append(file.styles["Normal"].font.size.pt)
    assert sizes[0] == editable.SMALL_TEXT and 6 < sizes[1] < sizes[0]


def test_small_tables_and_pairs_of_drawings_stand_in_two_columns():
    """Le rapport d’enquête en DOCX faisait 16 pages pour 8 en PDF : dessins et tableaux y prenaient toute la largeur."""
    pair = TwoColumns(left_blocks=(MAP,), right_blocks=(MAP,))
    written = document(Text(text="Avant."), pair, pair, Columns(blocks=(TABLE, TABLE)), Text(text="Après."))
    file = docx.Document(io.BytesIO(editable.dossier(written, on=date(2026, 11, 28))))
    columns = [section._sectPr.find(qn("w:cols")).get(qn("w:num"), "1") for section in file.sections]
    assert columns == ["1", "2", "1"]
    drawings = [shape.width for shape in file.inline_shapes][1:]
    assert len(drawings) == 4 and max(drawings) < Mm(editable.WIDE / 2)
    assert all(sum(column.width for column in table.columns) < Mm(editable.WIDE / 2) for table in file.tables)


def test_no_letter_of_a_slide_is_too_small_and_a_long_link_may_be_cut():
    """Le titre d’une source sortait de sa case : LibreOffice ne coupe jamais un lien."""
    long = Cell(
        text="Recensement de la population 2018, communes de plus de 2 000 habitants",
        link="https://insee.fr/",
    )
    table = Grid(
        caption="Sources", columns=("Source", "Lien"), align="gg", widths=(1, 1), rows=((long, long),) * 9
    )
    content = slides.deck(document(table, Text(text="Source : Insee.", tone="note")), on=date(2026, 11, 28))
    slide = Presentation(io.BytesIO(content)).slides[1]
    frames = [shape.text_frame for shape in slide.shapes if shape.has_text_frame]
    frames += [
        cell.text_frame for shape in slide.shapes if shape.has_table for cell in shape.table.iter_cells()
    ]
    runs = [run for frame in frames for paragraph in frame.paragraphs for run in paragraph.runs]
    assert min(run.font.size.pt for run in runs) >= slides.SMALL
    links = [run for run in runs if run.hyperlink.address]
    assert max(len(run.text) for run in links) <= slides.LINK_PIECE + 1
    assert "".join(run.text for run in links[: len(links) // 18]) == long.text


def test_a_map_beside_a_table_has_the_numbers_of_its_rows():
    """87 communes : les noms tenaient mal, et les lignes du tableau n’étaient nulle part sur la carte."""
    areas = [
        maps.Area(code=code, name=f"Zone {code}", shape=shapely.box(x, 0, x + 1, 2))
        for x, code in enumerate("abc")
    ]
    names = [(area.name, area.shape, 1.0) for area in areas]
    drawn = maps.draw(areas, base=maps.Base(names=names), title="Carte", description="", id="c")
    numbered = maps.numbered(drawn, ["c", "a"], {"Zone c", "Zone a"})
    written = [(text, int(x)) for _, x, _, text in maps.NAME.findall(numbered)]
    assert [text for text, _ in written] == ["1", "2", "Zone b"]
    lettered = maps.numbered(drawn, ["c", "a"], {"Zone c", "Zone a"}, maps.LETTERS)
    assert [text for *_, text in maps.NAME.findall(lettered)] == ["A", "B", "Zone b"], "in no order"
    first, second, _ = (x for _, x in written)
    assert first > 2 * maps.WIDTH / 3 and second < maps.WIDTH / 3


def test_a_document_begins_under_its_contents_and_parts_no_last_row():
    """Une couverture d’une page, puis le sommaire et l’histoire ensemble ; jamais une ligne de tableau seule."""
    page = docx.Document(io.BytesIO(editable.dossier(document(TABLE), on=date(2026, 11, 28))))
    breaks = [p for p in page.paragraphs if 'w:br w:type="page"' in p._p.xml]
    assert [p.text.strip()[:12] for p in breaks] == [editable.NOTICE[:12]]
    (table,) = page.tables
    together = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert together[-3:] == [True, True, None]


HOSTILE = "Pilote\x0b\x07\ufffe ]]></a:t><script> =cmd|'/C calc'!A0 [ici](javascript:alert(1)) [là](file:///etc/passwd)"


def test_an_office_file_opens_whatever_was_pasted_and_leads_nowhere_else():
    """PowerPoint colle un signe que XML interdit : il faisait échouer les diapositives."""
    bar = Bar(label=HOSTILE, low=1, high=2, words=HOSTILE)
    rows = ((Cell(text=HOSTILE, link="javascript:alert(1)"), Cell(text=HOSTILE, mark=HOSTILE)),)
    blocks = (
        Text(text=HOSTILE),
        Grid(caption=HOSTILE, columns=(HOSTILE, "b"), align="gd", widths=(1, 1), rows=rows),
        Chart(bars=(bar,), unit="%", svg=MAP.svg, alt=HOSTILE, caption=HOSTILE),
        replace(MAP, alt=HOSTILE, caption=HOSTILE),
    )
    noted = [replace(document(block, lead=HOSTILE).chapters[0], notes=HOSTILE) for block in blocks]
    hostile = replace(document(), title=HOSTILE, chapters=tuple(noted), keywords=(HOSTILE,))
    for written in (slides.deck, editable.dossier, editable.one_page):
        with zipfile.ZipFile(io.BytesIO(written(hostile, on=date(2026, 11, 28)))) as file:
            parts = [file.read(name) for name in file.namelist() if name.endswith((".xml", ".rels"))]
        links = [
            each for part in parts for each in ElementTree.fromstring(part).iter() if each.get("TargetMode")
        ]
        assert all(each.get("Target", "").startswith("https://") for each in links)
        assert not any(b"<script" in part for part in parts)
