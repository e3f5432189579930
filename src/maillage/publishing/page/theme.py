"""The look of a territory on its documents: its name, its colour, its logo. A colour that cannot be read is
refused, with its contrast.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import yaml
from PIL import Image, ImageOps

from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused
from maillage.publishing.page.design import tokens
from maillage.words.wording import number

LEAST = 7.0  # to one, against white: read on its tint too, and once printed (WCAG 2.2, AAA)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LONGEST_NAME = 80  # letters, that the head of a page holds
LONG_NAME = (
    f"Ce nom dépasse {LONGEST_NAME} lettres.",
    "L’en-tête des pages n’en tient pas plus.",
    "Raccourcissez-le.",
)
LARGEST = 200_000  # bytes of a logo
HEAVIEST, MOST_POINTS = 2_000_000, 40_000_000  # of a picture, before it is made small
UNSAFE = re.compile(
    r"<script|<foreignObject|<image|(?:href|src)\s*=\s*[\"'](?!#)|\bon\w+\s*=|<!ENTITY", re.IGNORECASE
)
PICTURE = re.compile(
    r'<svg viewBox="0 0 \d+ \d+" xmlns="http://www.w3.org/2000/svg"><image width="\d+" height="\d+"'
    r' href="data:image/png;base64,[A-Za-z0-9+/=]+"/></svg>'
)
SIDES = (480, 320, 200)  # points of the longer side of a picture, the first that is light enough
WHITE, EXAMPLE = tokens()["sur-prune"], tokens()["prune"]
TYPED = f"Écrivez par exemple {EXAMPLE}."
SHAPE = f'Trois lignes : « nom: », « couleur: "{EXAMPLE}" », « logo: logo.svg » (facultatif).'


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of a territory's documents: its name, its colour (#RRGGBB), its logo as SVG, "" for ours."""

    name: str
    colour: str
    logo: str = ""

    @property
    def tint(self) -> str:
        """Its colour, nearly white: the ground of what stands out."""
        return _mixed(self.colour, 0.1)


_APPLIED: ContextVar[Theme | None] = ContextVar("theme", default=None)


def current() -> Theme | None:
    """Return the theme of the document being written, None for ours."""
    return _APPLIED.get()


@contextmanager
def applied(theme: Theme | None) -> Iterator[None]:
    """Write documents with a theme, inside a `with`."""
    token = _APPLIED.set(theme)
    try:
        yield
    finally:
        _APPLIED.reset(token)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: str, share: float) -> str:
    """Return a colour mixed with white; share: of the colour."""
    parts = (round(255 - share * (255 - int(colour[k : k + 2], 16))) for k in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in parts)


def darker(colour: str) -> str:
    """Return the same colour, darkened until white is read on it."""
    for share in range(100, -1, -1):
        darkened = "#" + "".join(f"{round(int(colour[k : k + 2], 16) * share / 100):02X}" for k in (1, 3, 5))
        if contrast(darkened, WHITE) >= LEAST:
            return colour.upper() if share == 100 else darkened
    return "#" + 6 * "0"


def theme(name: str, colour: str, logo: str = "", *, how: str = TYPED) -> Theme:
    """Return a theme; Refused for a colour on which white cannot be read, with the ratio, or for a logo that
    is no plain drawing. how: what to do where it was written, when it has no colour.
    """
    if len(name) > LONGEST_NAME:
        what, why, advice = LONG_NAME
        raise Refused(what, why=why, do=advice)
    if not COLOUR.fullmatch(colour):
        raise Refused(
            f"« {colour} » n’est pas une couleur.",
            why="Elle s’écrit avec un dièse et six signes, de 0 à 9 et de A à F.",
            do=how,
        )
    ratio = contrast(colour, WHITE)
    if ratio < LEAST:
        better = darker(colour)
        raise Refused(
            f"La couleur {colour} est refusée : le blanc s’y lit à {_ratio(ratio)}.",
            why=f"Il faut {_ratio(LEAST)} au moins : en dessous, des lecteurs ne voient pas le titre.",
            do=f"Foncez-la : {better}, par exemple, donne {_ratio(contrast(better, WHITE))}.",
        )
    is_plain = logo.lstrip().startswith(("<svg", "<?xml")) and not UNSAFE.search(logo)
    if logo and not is_plain and not PICTURE.fullmatch(logo):
        raise Refused(
            "Ce logo ne peut pas être imprimé.",
            why="Ce n’est pas un simple dessin SVG : il appelle autre chose, ou contient un programme.",
            do="Exportez-le en PNG, ou en SVG « simple », textes en tracés, sans image incorporée.",
        )
    return Theme(name, colour.upper(), logo)


def drawing(content: bytes) -> str:
    """Return a logo as a drawing: the text of an SVG; a PNG or a JPEG made small, without what its file says
    of who took it. Refused for a picture that cannot be read.
    """
    if not content.startswith((b"\x89PNG", b"\xff\xd8")):
        return content.decode("utf-8", "replace")
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise ValueError("too many points")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(
            "Ce logo ne peut pas être imprimé.",
            why="Cette image PNG ou JPEG est abîmée, ou trop grande.",
            do="Exportez-la de nouveau, en PNG.",
        ) from error
    drawings = (_embedded(upright, side) for side in SIDES)
    return next((each for each in drawings if len(each) <= LARGEST), "")


def _embedded(picture: Image.Image, side: int) -> str:
    """Return a drawing that holds a picture made small: only its points are written."""
    picture.thumbnail((side, side))
    small, written = Image.new("RGBA", picture.size), BytesIO()
    small.paste(picture)
    small.save(written, "PNG", optimize=True)
    wide, high = small.size
    address = f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
    return (
        f'<svg viewBox="0 0 {wide} {high}" xmlns="http://www.w3.org/2000/svg">'
        f'<image width="{wide}" height="{high}" href="{address}"/></svg>'
    )


def _ratio(value: float) -> str:
    return f"{number(int(value * 10) / 10, 1)} pour 1"


def read(path: Path) -> Theme:
    """Return the theme of a file (YAML: nom, couleur, logo); Refused when it cannot be read."""
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
        name, colour = str(values["nom"]).strip(), str(values["couleur"]).strip()
        file = path.parent / str(values["logo"]) if values.get("logo") else None
        if file is not None and file.stat().st_size > HEAVIEST:
            raise Refused(
                "Ce logo est trop lourd.", why="Il serait sur chaque page.", do="Simplifiez son dessin."
            )
        logo = drawing(file.read_bytes()) if file is not None else ""
    except OSError as error:
        raise Refused(
            f"{path.name} ou son logo n’a pas pu être lu : {reason(error)}.",
            why="Le document n’aurait pas son allure.",
            do=SHAPE,
        ) from error
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError, AttributeError) as error:
        raise Refused(
            f"{path.name} n’est pas un thème.", why="Il y manque le nom ou la couleur.", do=SHAPE
        ) from error
    return theme(name, colour, logo, how=SHAPE)
