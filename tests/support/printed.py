"""Read a PDF as its reader meets it: the height of its letters, where its words lead."""

import ctypes
import math
import re
from pathlib import Path

import pikepdf
import pypdfium2
from pypdfium2 import raw


def smallest_letters(file: Path | bytes) -> list[tuple[float, str]]:
    """Return the height of the smallest letters of each page, in points, and the first of them."""
    with pypdfium2.PdfDocument(file) as opened:
        return [min(_letters(page.get_textpage()), default=(math.inf, "")) for page in opened]


def _letters(text: pypdfium2.PdfTextPage) -> list[tuple[float, str]]:
    heights: dict[float, str] = {}
    matrix = raw.FS_MATRIX()
    for n in range(text.count_chars()):
        letter = text.get_text_range(n, 1)
        if letter.strip():
            raw.FPDFText_GetMatrix(text, n, ctypes.byref(matrix))
            height = round(raw.FPDFText_GetFontSize(text, n) * math.hypot(matrix.c, matrix.d), 1)
            heights[height] = heights.get(height, "") + letter
    return [(height, letters[:60]) for height, letters in heights.items()]


NUMBER = re.compile(r"\d+(?:[\xa0 ]\d{3}(?!\d))*(?:,\d+)?")
# What a dossier numbers and no reader takes for a figure: its head and foot, its contents, an order, a page, the key of
# a map.
NOT_FIGURES = re.compile(
    r"^(?:Diagnostic d’inclusion numérique|Édition du ).*$|^(?:[A-Z\d]\. )?[A-ZÀ-Ý][^\d]* \d+$|^\d+\. |^\d+(?= [A-ZÀ-Ý])"
    r"|Sources, p\.\xa0\d+|Numéros de la carte\s: [^.]*\.",
    re.M,
)
MAP_KEY = re.compile(r"Numéros de la carte\s: [^.]*\.")
HEAD, FOOT = 68.0, 57.0  # points: the margins of a page
FIRST_ANNEX = "\nA Le besoin en détail"


def reader_figures(dossier: Path) -> list[int]:
    """Return how many figures each page of the reader's part of a dossier prints, its cover first."""
    with pypdfium2.PdfDocument(dossier) as opened:
        texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in opened]
    annex = next(k for k, text in enumerate(texts) if FIRST_ANNEX in text)
    return [len(NUMBER.findall(NOT_FIGURES.sub("", _without_marks(text)))) for text in texts[:annex]]


def _without_marks(text: str) -> str:
    """Return a page without the numbers that stand on its maps for the names of its key."""
    marks = {mark for key in MAP_KEY.findall(text) for mark in re.findall(r"[:,]\s(\d+)\s", key)}
    return re.sub(r"^\d+$", lambda line: "" if line[0] in marks else line[0], text, flags=re.M)


def links(file: Path) -> list[set[str]]:
    """Return where the links of each page lead: addresses, and "#sources" for a named place of the same file."""
    with pikepdf.open(file) as opened:
        return [
            {_target(each) for each in page.get("/Annots", ()) if each.Subtype == "/Link"}
            for page in opened.pages
        ]


def _target(link: pikepdf.Object) -> str:
    if "/A" in link and "/URI" in link.A:
        return str(link.A.URI)
    place = link.Dest if "/Dest" in link else link.A.D
    return f"#{place}" if isinstance(place, pikepdf.String) else "#"


def blank_shares(dossier: Path) -> list[float]:
    """Return the share of each page of the reader's part, its cover left out, that stays blank under its last
    line: 0 for a full one.
    """
    with pypdfium2.PdfDocument(dossier) as opened:
        annex = next(k for k, page in enumerate(opened) if FIRST_ANNEX in _text_of(page))
        return [_blank_share(opened[k]) for k in range(1, annex)]


def _text_of(page: pypdfium2.PdfPage) -> str:
    return page.get_textpage().get_text_range().replace("\r\n", "\n")


def _blank_share(page: pypdfium2.PdfPage) -> float:
    bottoms = [each.get_bounds()[1] for each in page.get_objects()]
    return (min(low for low in bottoms if low > FOOT) - FOOT) / (page.get_height() - HEAD - FOOT)
