"""Texts of pages and documents, and the names of the code that reach them."""

import io
import re
from html import unescape

from django.http import HttpResponse
from docx import Document
from pptx import Presentation

# A variable of two words, or a file; an address may hold either.
CODE = re.compile(
    r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b[\w-]+\.(?:csv|json|geojson|parquet|py|ya?ml|xlsx?|sqlite3)\b"
)
ADDRESS = re.compile(r"https?://\S+|\b[\w.-]+\.(?:fr|org|eu|com)/\S*")


def code_names(*texts: str) -> set[str]:
    """Return the names of variables and of files in texts, addresses aside.

    >>> sorted(code_names("Selon : classe_age, dans zones.csv (https://insee.fr/rp_2021.csv)."))
    ['classe_age', 'zones.csv']
    """
    return {name for text in texts for name in CODE.findall(ADDRESS.sub("", text))}


def of_page(page: bytes) -> str:
    """Return the words of a page that is read alone: those of its drawings too, not of its style."""
    body = page.decode().partition("<body")[2]
    drawn = re.sub(r"<(?:script|style).*?</(?:script|style)>", " ", body, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", drawn))


def plain_text(html: str) -> str:
    """Return the words of a page or of a part of it, one space for any blank, without scripts, styles nor
    marks of direction.
    """
    body = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", unescape(re.sub(r"<[^>]+>", " ", body))))


def text_of(response: HttpResponse) -> str:
    return plain_text(response.content.decode())


def of_docx(content: bytes) -> str:
    return " ".join(Document(io.BytesIO(content)).element.body.itertext())


def of_pptx(content: bytes) -> str:
    slides = Presentation(io.BytesIO(content)).slides
    notes = (slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide)
    return " ".join([*(text for slide in slides for text in slide.element.itertext()), *notes])
