"""Addresses of mail as people type them: several in a cell, signs in place of @, blanks and commas in the
domain.
"""

import re

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.clean.several import Reading, gathered

MASKED = "adresse masquée dans le fichier"

ENDINGS = "(?:fr|com|org|net|eu)"  # enough to tell a broken domain from the words after it
UNENDED = r"(?<!\.fr)(?<!\.com)(?<!\.org)(?<!\.net)(?<!\.eu)"
END = r"(?=$|[\s;,/|])"
# What is typed, what was meant, and what to say of it; applied in this order.
REPAIRS = tuple(
    (re.compile(typed, re.IGNORECASE), replacement, reason)
    for typed, replacement, reason in (
        (r"\bmailto\s*:\s*", "", "« mailto: » retiré"),
        (r"\s*[\[({]\s*(?:a|at|@|arobase)\s*[\])}]\s*|\s+(?:at|arobase)\s+", "@", "arobase écrite autrement"),
        (r"\s*[\[({]\s*(?:dot|point)\s*[\])}]\s*", ".", "point écrit autrement"),
        (r"@(?:\s*@)+", "@", "arobase répétée"),
        (r"(?<=[\w.-])\s+@\s*(?=\w)|(?<=[\w.-])@\s+(?=\w)", "@", "espace près de l’arobase retiré"),
        (
            rf"(?<=\w){UNENDED}(?:\s+\.\s*|\.\s+)(?=(?:[\w-]+\.)?{ENDINGS}{END})",
            ".",
            "espace près du point retiré",
        ),
        (
            rf"(?<=@)([\w-]+(?:\.[\w-]+)*){UNENDED}\s+(?={ENDINGS}{END})",
            r"\1.",
            "point remis avant l’extension",
        ),
        (r"\.{2,}", ".", "point répété"),
    )
)
COMMAS_FOR_POINTS = re.compile(rf"@[\w.-]+{UNENDED}(?:,[\w-]+)*,{ENDINGS}(?=$|[\s;/|])", re.IGNORECASE)
SEPARATOR = re.compile(r"[\s;,/|<>()\[\]\"«»]+")
LEADING = re.compile(r"^(?:www\.|[:@.'’\-])+(?=[^@]*@)", re.IGNORECASE)
TRAILING = re.compile(r"[.:'’@\-]+$")
ADDRESS = re.compile(
    r"[\w!#$%&'*+=?^`{|}~-]+(?:\.[\w!#$%&'*+=?^`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}",
    re.ASCII | re.IGNORECASE,
)
LINKS = re.compile(r"et|ou|e?-?mails?|courriels?|adresse|contact|\W*", re.IGNORECASE)


def clean(text: str) -> Cleaned[list[str]]:
    """Return the addresses of a cell in the order typed, the domain in small letters and the rest as typed.

    Words around an address go in the reason. A masked or impossible address is left out and reported; the
    cell is refused when it holds no other.
    """
    if empty := words.nothing(text):
        return empty
    repaired, mends = " ".join(text.split()), []
    for pattern, replacement, reason in REPAIRS:
        before, repaired = repaired, pattern.sub(replacement, repaired)
        if repaired != before:
            mends.append(reason)
    if COMMAS_FOR_POINTS.search(repaired):
        repaired = COMMAS_FOR_POINTS.sub(lambda domain: domain[0].replace(",", "."), repaired)
        mends.append("virgule remplacée par un point")
    readings: list[Reading] = []
    other_words: list[str] = []
    for typed in filter(None, SEPARATOR.split(repaired)):
        token = TRAILING.sub("", LEADING.sub("", typed))
        if "@" in token:
            mends += ["signes autour de l’adresse retirés"] * (token != typed.rstrip(".:"))
            readings.append(_read(token))
        else:
            other_words.append(typed)
    remark = "" if all(map(LINKS.fullmatch, other_words)) else " ".join(other_words)
    return gathered(
        readings, mends=mends, surrounding_text=remark, otherwise=_what_it_is(repaired), harmless=MASKED
    )


def _read(token: str) -> Reading:
    plain = words.without_accents(token)
    name, _, domain = plain.partition("@")
    if "@" in domain:
        return Reading(fault=f"deux arobases dans {words.quoted(token)}")
    if not name:
        return Reading(fault=f"rien avant l’arobase de {words.quoted(token)}")
    if "." not in domain:
        return Reading(fault=f"il manque l’extension de {words.quoted(token)}")
    if not ADDRESS.fullmatch(plain):
        return Reading(fault=f"{words.quoted(token)} n’est pas une adresse")
    if "invalid" in domain.casefold().split("."):
        return Reading(fault=MASKED)
    doubt = "" if plain == token else f"accents retirés de {words.quoted(token)}"
    return Reading(f"{name}@{domain.casefold()}", doubt=doubt)


def _what_it_is(text: str) -> str:
    """Return why a cell without @ holds no address."""
    if re.search(r"https?:|www\.", text, re.IGNORECASE):
        return "une adresse de site, pas une adresse e-mail"
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", text):
        return "il manque l’arobase"
    return "aucune adresse dans ce texte"
