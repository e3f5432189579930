"""A photograph that somebody sends: read whole, and written again without what the telephone adds to it."""

from io import BytesIO

from PIL import Image, ImageOps, ImageStat

from maillage.kernel.errors import Refused
from maillage.web.uploads import BrowserFile

HEAVIEST = 8_000_000  # bytes, as a telephone takes it
WIDEST = 1800  # points: a page is read
LARGEST = 60_000_000  # points: more is no photograph
FLAT = "Refaites la photographie, bien à plat et à la lumière. Ou gardez le papier, sans photographie."
SHADES = 24  # of 255, between the darkest and the lightest: below, nothing is written that an eye would read


def read_photograph(file: BrowserFile, *, advice: str = FLAT) -> bytes:
    """Return a photograph written again as a JPEG, upright, without what telephones write beside it (the
    place, the hour, the owner); Refused when it is too heavy, cannot be read, or shows nothing. advice: what
    to do then, for a paper by default.
    """
    if (file.size or 0) > HEAVIEST:
        raise _unreadable("Elle est trop lourde : plus de 8 mégaoctets.", "Refaites-la en plus petit.")
    content = file.read()
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as probe:
            if probe.width * probe.height > LARGEST:
                raise ValueError("too many points")
            probe.verify()
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable(
            "Le fichier n’est pas une photographie JPEG ou PNG, ou il est abîmé.",
            advice,
        ) from error
    upright.thumbnail((WIDEST, WIDEST))
    if _is_blank(upright):
        raise _unreadable(
            "On n’y voit rien : elle est toute sombre, toute claire, ou vide.",
            advice,
        )
    bare, written = Image.new("RGB", upright.size), BytesIO()
    bare.paste(upright)
    bare.save(written, "JPEG", quality=82)
    return written.getvalue()


def _is_blank(picture: Image.Image) -> bool:
    """Recognise a photograph of one shade: the lens was covered, or the sheet is empty."""
    ((darkest, lightest),) = ImageStat.Stat(picture.convert("L")).extrema
    return lightest - darkest < SHADES


def _unreadable(why: str, do: str) -> Refused:
    return Refused("La photographie n’a pas été gardée.", why=why, do=do)
