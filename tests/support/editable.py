"""Read a DOCX beside the HTML and the PDF of the same document."""

import io
import re
from collections import Counter
from html import unescape
from itertools import pairwise

import docx
import pikepdf
from docx.oxml.ns import qn

MARKUP = re.compile(r"<svg.*?</svg>|<[^>]+>", re.DOTALL)
NUMBER = re.compile(r"\d+(?:[\s\xa0\u202f]\d{3})*(?:,\d+)?")


def figures(text: str) -> Counter[str]:
    return Counter(re.sub(r"\D", "", number) for number in NUMBER.findall(text))


def compare(edited: bytes, page: bytes, printed: bytes) -> None:
    """Raise AssertionError unless a DOCX has each figure of the HTML as often, and others only where it tells
    in words what the HTML draws in a cell: the PDF gives the same words to who does not see the drawing.
    """
    sections = re.findall(r"<section.*?</section>", page.decode(), re.DOTALL)
    expected = figures(unescape(MARKUP.sub("|", "|".join(sections))))
    body = list(docx.Document(io.BytesIO(edited)).element.body.iter(qn("w:p")))
    styles = [paragraph.style for paragraph in body]
    first = styles.index("Heading1")
    written = figures("|".join(words for x in body[first:] for words in x.itertext(qn("w:t"))))
    assert sum(expected.values()) > 20
    assert not expected - written
    with pikepdf.open(io.BytesIO(printed)) as opened:
        spoken = "|".join(
            str(x["/Alt"]) for x in opened.objects if isinstance(x, pikepdf.Dictionary) and "/Alt" in x
        )
    assert set(written - expected) <= set(figures(spoken))


def check_access(edited: bytes) -> None:
    """Raise AssertionError unless headings are not skipped, pictures have words, tables repeat their heads,
    links lead somewhere, the language is French and the file says that its corrections are not read.
    """
    file = docx.Document(io.BytesIO(edited))
    body = file.element.body
    levels = [int(x.style.name[-1]) for x in file.paragraphs if x.style.name.startswith("Heading ")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    drawn = list(body.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"))
    assert drawn and all(x.get("descr", "").strip() for x in drawn)
    assert len({x.get("id") for x in drawn}) == len(drawn)
    tables = [table for table in file.tables if table.style.name == "Table Grid"]  # others only place blocks
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in tables)
    places = [x.get(qn("w:name")) for x in body.iter(qn("w:bookmarkStart"))]
    assert len(set(places)) == len(places)
    assert {x.get(qn("w:anchor")) for x in body.iter(qn("w:hyperlink"))} - {None} <= set(places)
    assert {x.get(qn("w:val")) for x in file.styles.element.iter(qn("w:lang"))} == {"fr-FR"}
    assert "Maillage ne relit pas" in " ".join(x.text for x in file.paragraphs)
