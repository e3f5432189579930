"""Text as people paste it: accents broken by a wrong encoding, HTML, invisible characters, words that stand
for nothing.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from maillage.kernel.later import ftfy
from maillage.kernel.names import SHORT
from maillage.sources.offer.clean.cleaned import Cleaned, Word

T = TypeVar("T")

MAX_QUOTED = 200  # characters of a cell told in a reason

NOTHING = frozenset(
    (
        "null", "none", "nan", "nil", "undefined", "n/a", "#n/a", "na", "nc", "n.c.", "n.c", "nr", "néant",
        "neant",
        "sans objet", "non renseigné", "non renseigne", "non communiqué", "non communique", "#ref!",
        "#value!", "#valeur!",
    )
)  # fmt: skip
STROKES = re.compile(r"[\s\-–—_.·/\\*?'’\"…,;:|]*")  # a cell of nothing but strokes stands for nothing

# Nothing to repair in these, unless one of UTF-8’s first bytes stands before one of its next: most cells,
# read much faster.
USUAL = re.compile(r"[\n\t -~À-ÿŒœ’«»–…°²³€]*")
SMOOTH = re.compile(
    r"[^\s<&\x7f-\x9f\xad]+(?: [^\s<&\x7f-\x9f\xad]+)*"
)  # one line, single spaces, no tag nor entity
BROKEN = re.compile(r"[\u00c2-\u00f4][\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
# Capitals of code page 850 read as code page 437, and the wide quotation mark some exports write for the
# usual one.
SIGNS = str.maketrans("╡╢╖╥╙╘╫╪＂", 'ÁÂÀÊËÈÎÏ"')
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
UNPRINTABLE = re.compile(
    rf"{INVISIBLE.pattern}|[\x80-\x9f]"
)  # once the encoding is repaired: U+0092 was meant for ’
BLANKS = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\u2028\u2029]")

BLOCKS = (
    "address|article|aside|blockquote|br|dd|div|dl|dt|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|"
    "tfoot|thead|tr|ul"
)
INLINES = (
    "a|abbr|audio|b|body|button|center|cite|code|del|em|embed|figcaption|figure|font|head|html|i|iframe|img|input|ins|label|"
    "link|mark|meta|noscript|object|option|picture|q|s|samp|script|select|small|source|span|strike|strong|style|sub|sup|svg|"
    "td|textarea|th|title|tt|u|var|video"
)
TAG_END = r"(?:\s[^<>=]*=[^<>]*|\s*/?)>"  # attributes have a value: « a <b et c> » is a comparison
HIDDEN = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<!doctype[^<>]*>|<(script|style)\b[^<>]*>[^<]*(?:<(?!/?\1\b)[^<]*)*</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
LINK = re.compile(
    r"<a\s[^<>]{0,500}?href=[\"'\s]*(https?://[^\s\"'<>]+)[^<>]{0,500}>([^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>",
    re.IGNORECASE,
)
BLOCK = re.compile(rf"(?<!\s)(?:\s*</?(?:{BLOCKS}){TAG_END})+\s*", re.IGNORECASE)
INLINE = re.compile(rf"</?(?:{INLINES}){TAG_END}", re.IGNORECASE)
CELL = re.compile(
    rf"\s*:?\s*</t[dh]\s*>\s*<t[dh]{TAG_END}", re.IGNORECASE
)  # from a cell of a table to the next
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")
MOST_LAYERS = 5  # entities that spell tags that spell entities


def verdict(value: T, *, mends: Sequence[str] = (), doubts: Sequence[str] = ()) -> Cleaned[T]:
    """Return a value that was kept, with the word its repairs deserve: doubtful, mended, or read when there
    is none.
    """
    word: Word = "doubtful" if doubts else "mended" if mends else "read"
    return Cleaned(value, word, " ; ".join(dict.fromkeys([*mends, *doubts])))


def quoted(text: str) -> str:
    """Return the quotation of a cell in a reason: its words between quotation marks, the first ones when it
    is long.
    """
    flat = " ".join(text.split())
    return f"« {flat} »" if len(flat) <= MAX_QUOTED else f"« {flat[: MAX_QUOTED - 1]}… »"


def nothing(text: str) -> Cleaned[Any] | None:
    """Return the result for a cell that holds nothing: blank, strokes, or a word such as « néant »; None for
    any other.
    """
    stripped = text.strip()
    if not stripped:
        return Cleaned.empty()
    if stripped.casefold() in NOTHING or STROKES.fullmatch(stripped):
        return Cleaned(None, "empty", f"{quoted(stripped)} ne dit rien")
    return None


def clean(text: str, *, longest: int = 0) -> Cleaned[str]:
    """Return a text of one or several lines, its encoding repaired, without HTML nor invisible characters.

    Tags become line breaks where a browser breaks lines; a link keeps its address; `a < b` stays as it is.
    longest: characters kept, 0 for all of them; a longer text is cut at a word, and doubtful.
    """
    return _cleaned(text, longest, False)


def line(text: str, *, longest: int = 0) -> Cleaned[str]:
    """Return the same as `clean`, on one line."""
    return (_short_line if len(text) <= SHORT else _cleaned)(text, longest, True)


def without_accents(text: str) -> str:
    """Return a text with its accented letters plain, everything else as it is but for ligatures."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _cleaned(text: str, longest: int, one_line: bool) -> Cleaned[str]:
    mends: list[str] = []
    doubts: list[str] = []
    if SMOOTH.fullmatch(text) and USUAL.fullmatch(text) and not BROKEN.search(text):  # nothing to repair
        spaced = text
    else:
        spaced = _repaired_and_spaced(text, mends)
    if one_line and "\n" in spaced:
        spaced = " ".join(spaced.split())
        mends.append("retours à la ligne retirés")
    if empty := nothing(spaced):
        return (
            empty
            if empty.reason or not text.strip()
            else Cleaned(None, "empty", "aucun texte dans cette case")
        )
    if "\ufffd" in spaced:
        doubts.append("un caractère était déjà perdu dans le fichier")
    if longest and len(spaced) > longest:
        doubts.append(f"{longest} caractères gardés au plus, sur {len(spaced)}")
        spaced = _cut(spaced, longest)
    return verdict(spaced, mends=mends, doubts=doubts)


_short_line = lru_cache(maxsize=8192)(_cleaned)  # names, streets, answers of a list: many come again


def _repaired_and_spaced(text: str, mends: list[str]) -> str:
    """Return a text after every repair; what was done joins the mends."""
    repaired = text
    for repair, reason in REPAIRS:
        before, repaired = repaired, repair(repaired)
        if repaired != before:
            mends.append(reason)
    spaced = "\n".join(BLANKS.sub(" ", row).strip() for row in repaired.split("\n"))
    spaced = re.sub(r"\n{3,}", "\n\n", spaced).strip()
    if spaced != repaired.strip():
        mends.append("espaces superflus retirés")
    return spaced


def _repaired(text: str) -> str:
    if USUAL.fullmatch(text) and not BROKEN.search(text):
        return text
    encoding = ftfy.TextFixerConfig(
        unescape_html=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        normalization="NFC",
    )
    return ftfy.fix_text(text, encoding).translate(SIGNS)


def _text_of_html(text: str) -> str:
    for _ in range(MOST_LAYERS):
        before = text
        if "&" in text:
            text = ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if "<" in text:
            text = INLINE.sub("", BLOCK.sub("\n", CELL.sub(" : ", LINK.sub(_link, HIDDEN.sub("", text)))))
        if text == before:
            break
    return text


def _link(match: re.Match[str]) -> str:
    """Return the words of a link, followed by its address when they do not say it."""
    address, words = match.groups()
    has_address = address.split("//", 1)[1].rstrip("/") in words
    return str(words) if has_address else f"{words.strip()} ({address})"


def _cut(text: str, longest: int) -> str:
    start = text[: longest - 1]
    at_word = start.rsplit(None, 1)[0] if text[longest - 1 : longest].strip() and " " in start else start
    return at_word.rstrip() + "…"


REPAIRS = (
    (lambda text: INVISIBLE.sub("", text), "caractères invisibles retirés"),
    (_text_of_html, "HTML retiré"),
    (lambda text: LINE_ENDS.sub("\n", text), "retours à la ligne remis"),
    (_repaired, "caractères réparés"),
    (lambda text: UNPRINTABLE.sub("", text), "caractères invisibles retirés"),
)
