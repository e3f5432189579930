"""The photograph of a territory, as documents print it: a drawing that holds its picture."""

import base64
import re
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import TypedDict

from PIL import Image

PICTURE = re.compile(r'href="data:image/jpeg;base64,([^"]+)"')


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph: its JPEG bytes, the words that stand for it, who took it ("" when nobody said)."""

    jpeg: bytes
    alt: str
    credit: str = ""

    @property
    def address(self) -> str:
        """The picture as an address that holds it."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.jpeg).decode()}"

    @property
    def svg(self) -> str:
        """The photograph as a drawing, in its own proportions."""
        with Image.open(BytesIO(self.jpeg)) as picture:
            wide, high = picture.size
        return (
            f'<svg class="photographie" viewBox="0 0 {wide} {high}" role="img"'
            f' aria-label="{escape(self.alt)}" xmlns="http://www.w3.org/2000/svg">'
            f'<image width="{wide}" height="{high}" href="{self.address}"/></svg>'
        )


class CoverFields(TypedDict, total=False):
    """A photograph on a cover: its drawing, its words, its credit."""

    photograph: str
    photograph_alt: str
    credit: str


def on_cover(photograph: Photograph | None) -> CoverFields:
    """Return the fields of a cover for a photograph; none without one.

    >>> on_cover(None)
    {}
    """
    if photograph is None:
        return {}
    credit = f"Photographie : {photograph.credit}" if photograph.credit else ""
    return {"photograph": photograph.svg, "photograph_alt": photograph.alt, "credit": credit}


def is_one(svg: str) -> bool:
    """Return True for a photograph, False for another drawing."""
    return svg.startswith('<svg class="photographie"')


def jpeg(svg: str) -> bytes:
    """Return the picture that a drawing of `Photograph.svg` holds."""
    match = PICTURE.search(svg)
    assert match is not None, "a photograph holds its picture"
    return base64.b64decode(match[1])
