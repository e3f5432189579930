"""Addresses of sites as people type them: without http, with it twice, two in a row, or with words around."""

import re
from urllib.parse import quote

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.clean.several import Reading, gathered

# « http » or « https », then any of the ways to miss « :// »: https//: http:/ http; htpp:// https/www
SCHEME = (
    r"(?:(?<![a-z])(?:h{1,2}t{1,3}p{1,2}|t{1,3}p(?=s?:/))s?\s*(?:[:;]\s*[/\\]*|[.,]\s*[/\\]+|[/\\]+\s*:?\s*[/\\]*)\s*)+"
    r"|(?<=[a-z0-9/])https?://"
)
SCHEMES = re.compile(SCHEME, re.IGNORECASE)
USUAL = re.compile(r"https?://", re.IGNORECASE)
QUOTING = re.compile(r"[=?&%]$|web\.archive\.org\S*$", re.IGNORECASE)  # an address about to quote another
NOT_HTTP = "seules les adresses en http et https sont gardées"
FORBIDDEN = re.compile(r"\s*(?:javascript|vbscript|data|file|ftp|blob|about):", re.IGNORECASE)
ENDINGS = (
    "(?:fr|com|org|net|eu|info|coop|asso|bzh|alsace|corsica|paris|re|gp|mq|gf|pf|nc|pm|yt|wf|io|tv|be|ch|lu)"
)
UNENDED = r"(?<!\.fr)(?<!\.com)(?<!\.org)(?<!\.net)"
REPAIRS = tuple(
    (re.compile(typed, re.IGNORECASE), replacement, reason)
    for typed, replacement, reason in (
        (r"&amp;", "&", "« &amp; » remplacé par « & »"),
        (r"(?<![\w.])w{2,4}(?:\s*[.:;,]+\s*|\s+(?=[\w-]+\.))(?=\w)", "www.", "« www. » réparé"),
        (
            rf"(?<=[\w-]){UNENDED}(?:\.\s+|\s+\.\s*)(?=(?:fr|com|org|net)(?!\w))",
            ".",
            "espace près du point retiré",
        ),
        (r"(?<=[\w-]),(?=(?:fr|com|org|net)(?:$|[\s/;]))", ".", "virgule remplacée par un point"),
    )
)
SEPARATOR = re.compile(rf"[\s|<>\"«»]+|[;,](?=\s|$|https?://|www\.|[\w-]+\.{ENDINGS}(?!\w))", re.IGNORECASE)
LINKS = re.compile(r"et|ou|sites?|web|internet|(?:https?://)?(?:www\.?)?|\W*", re.IGNORECASE)
PARTS = re.compile(r"(https?://)?([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})(?::\d{2,5})?")
NUMBER = re.compile(r"[\d.]{7,}")
USUAL_ENDING = re.compile(rf".*\.{ENDINGS}(?::\d+)?")


def clean(text: str) -> Cleaned[list[str]]:
    """Return the addresses of a cell in the order typed, http or https only, the host in small letters.

    Words around an address go in the reason. What cannot be an address is left out and reported; the cell is
    refused when it holds no other. `http://` alone is empty.
    """
    if empty := words.nothing(text):
        return empty
    if FORBIDDEN.match(text):
        return Cleaned.refused(NOT_HTTP)
    mends: list[str] = []

    def start(match: re.Match[str]) -> str:
        """Return the start of an address as it should be, apart from what comes before unless that quotes
        it.
        """
        before = match.string[max(match.start() - 200, 0) : match.start()]
        if QUOTING.search(before):
            return match[0]
        if before and not before[-1].isspace() and before[-1] not in "|;,(":
            mends.append("adresses collées séparées")
        elif not USUAL.fullmatch(match[0]):
            mends.append("début de l’adresse réparé")
        return " https://" if "s" in match[0].casefold() else " http://"

    repaired = SCHEMES.sub(start, " ".join(text.split()))
    for pattern, replacement, reason in REPAIRS:
        before, repaired = repaired, pattern.sub(replacement, repaired)
        if repaired.casefold() != before.casefold():
            mends.append(reason)
    tokens = [token for piece in SEPARATOR.split(repaired) if (token := _bare(piece))]
    readings = [_read(token, alone=len(tokens) == 1) for token in tokens]
    other_words = [token for token, reading in zip(tokens, readings, strict=True) if reading == Reading()]
    remark = "" if all(map(LINKS.fullmatch, other_words)) else " ".join(other_words)
    if not remark and not any(reading.accepted or reading.fault for reading in readings):
        return Cleaned(None, "empty", f"{words.quoted(text)} ne dit rien")
    return gathered(
        readings, mends=mends, surrounding_text=remark, otherwise="aucune adresse de site dans ce texte"
    )


def _bare(token: str) -> str:
    """Return a word without the punctuation around it; a parenthesis stays when it was opened inside."""
    token = token.lstrip("([{'’:;,.-–—").rstrip("'’:;,.!]}")
    return token if "(" in token else token.rstrip(")'’:;,.")


def _read(token: str, *, alone: bool) -> Reading:
    """Return the reading of a word, nothing at all when it never meant to be an address; alone: the cell has
    no other.
    """
    parts = PARTS.fullmatch(token)
    assert parts is not None  # every part may be blank
    scheme, host, page = (part or "" for part in parts.groups())
    typed = host.casefold().rstrip(".")
    plain = words.without_accents(typed)
    if FORBIDDEN.match(token):
        return Reading(fault=NOT_HTTP)
    if token.startswith("@"):
        return Reading(fault=f"{words.quoted(token)} est un compte de réseau social, pas une adresse")
    if "@" in host:
        mail = f"{words.quoted(host)} est une adresse e-mail"
        return Reading(fault="un nom d’utilisateur est dans l’adresse" if scheme else mail)
    if NUMBER.fullmatch(typed):
        return Reading(fault=f"{words.quoted(host)} est un numéro, pas une adresse")
    if not HOST.fullmatch(plain):
        missing = f"il manque l’extension de {words.quoted(host)}"
        return Reading(fault=missing if scheme and plain not in ("", "www") else "")
    usual = scheme != "" or plain.startswith("www.") or USUAL_ENDING.fullmatch(plain) is not None
    if not usual and not alone:
        return Reading()
    written = quote(page.replace("\\", "/"), safe="%/:=&?~#+!$,;'@()*[]")
    doubts = [f"accents retirés de {words.quoted(host)}"] * (plain != typed) + ["extension peu courante"] * (
        not usual
    )
    return Reading(
        f"{scheme.casefold() or 'http://'}{plain}{written}",
        mend="" if scheme else "http:// manquait",
        doubt=" ; ".join(doubts),
    )
