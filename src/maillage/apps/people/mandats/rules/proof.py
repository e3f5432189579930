"""Proof of a person's signature: the digest of the words, of the way and of the image; the drawing."""

import hashlib
import hmac
import re

from maillage.kernel.names import plain

WIDTH, HEIGHT = 600, 240  # of the frame in which one draws
MOST = 20_000  # signs: a long name, slowly
_PATH = re.compile(r"(?:M\d{1,4} \d{1,4}(?:L\d{1,4} \d{1,4})*)+")
_POINT = re.compile(r"(\d{1,4}) (\d{1,4})")


def digest(secret: str, *, words: str, how: str, witness: str, image: bytes, civil: str = "") -> str:
    """Return the digest of a mandate, keyed: once its secret is erased, nobody can try words against it.
    civil: the digest of the name on the identity document, '' when nobody read one.

    >>> one = digest("k", words="w", how="touch", witness="", image=b"M1 1L2 2")
    >>> one == digest("k", words="w", how="touch", witness="", image=b"M1 1L2 3")
    False
    """
    parts = (words, how, witness, hashlib.sha256(image).hexdigest(), *filter(None, (civil,)))
    return _keyed(secret, "\x1f".join(parts))


def name_digest(secret: str, name: str) -> str:
    """Return the keyed digest of a civil name, whatever its order, its case and its accents; '' for none.

    >>> name_digest("k", "Zidane Andreï") == name_digest("k", "ANDREI  ZIDANE"), name_digest("k", " ")
    (True, '')
    """
    parts = sorted(plain(name).split())
    return _keyed(secret, " ".join(parts)) if parts else ""


def _keyed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_strokes(text: str) -> str:
    """Return strokes drawn with a finger, as the path of an SVG; '' when there is no line in them.

    >>> read_strokes("M10 20L30 40L50 60"), read_strokes("M10 20"), read_strokes('M1 1L2 2"/><script>')
    ('M10 20L30 40L50 60', '', '')
    """
    path = text.strip()
    if len(path) > MOST or not _PATH.fullmatch(path) or "L" not in path:
        return ""
    points = [(int(x), int(y)) for x, y in _POINT.findall(path)]
    inside = all(x <= WIDTH and y <= HEIGHT for x, y in points)
    return path if inside and len(set(points)) > 2 else ""


def svg(path: str) -> str:
    """Return strokes as a drawing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><path d="{path}" fill="none"'
        f' stroke="currentColor" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
