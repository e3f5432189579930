"""A document in the forms of an office suite. The libraries that write them, two hundred modules that no page
uses, are loaded with the first one.
"""

from datetime import date

from maillage.publishing.page.blocks import Document

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def docx(document: Document, *, on: date) -> bytes:
    """Return a document with its cover and its contents as DOCX bytes, the same for the same document."""
    from maillage.publishing.page import editable

    return editable.dossier(document, on=on)


def docx_page(document: Document, *, on: date) -> bytes:
    """Return a document without cover nor contents as DOCX bytes, the same for the same document."""
    from maillage.publishing.page import editable

    return editable.one_page(document, on=on)


def pptx(document: Document, *, on: date) -> bytes:
    """Return the slides of a document as PPTX bytes, the same for the same document."""
    from maillage.publishing.page import slides

    return slides.deck(document, on=on)
