"""A word of a file among those of a closed list: as it is known, cut short, mistyped, or inside a longer
sentence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from maillage.kernel.names import plain
from maillage.pipeline.offer.clean.cleaned import Word
from maillage.pipeline.offer.clean.words import quoted
from maillage.reference import offer
from maillage.reference.offer import WordMeaning

Words = Mapping[str, tuple[WordMeaning, ...]]

SHORTEST_CUT = 18  # letters: survey tools cut answers at 30 or so; before, many wordings begin alike
SHORTEST_TYPO, ALIKE = 8, 92.0  # letters, and how much two wordings are alike out of 100
SHORT_ANSWER = 5  # words: in so few, one known word is what the answer says
CONDITIONAL = {"frais_a_charge"}  # lists whose parentheses may say the contrary: « Gratuit (si adhérent) »
PRICES = "frais_a_charge"
SUM = re.compile(r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*(?:€|euros?\b|eur\b)", re.IGNORECASE)
DENIALS = {"pas", "sans", "aucun", "aucune", "ni"}
ASIDE = re.compile(r"\([^)]*\)?")
SMALL = {  # words that change nothing to those around them
    "a", "accompagnement", "action", "actions", "activite", "activites", "atelier", "ateliers", "au", "aux",
    "avec",
    "ce", "ces", "chez", "d", "dans", "de", "des", "du", "en", "est", "et", "etre", "l", "la", "le", "les",
    "leur",
    "leurs", "nos", "notre", "ou", "par", "pour", "s", "sa", "se", "service", "services", "ses", "son",
    "sont", "sur",
    "un", "une", "uniquement", "vos", "votre",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text says to a list, what had to be done to understand it, and why, '' when it is known as it
    is.
    """

    said: tuple[WordMeaning, ...]
    word: Word = "read"
    reason: str = ""


@lru_cache(maxsize=65536)
def understood(list_id: str, text: str) -> Wording | None:
    """Return what a text says to a closed list; None when nothing of it is known.

    Tried in turn: the whole text, spaces or not; the only wording that begins so, when it was cut; the only
    one it nearly is; the longest known wordings it holds, doubtful when other words stand around them but in
    parentheses.
    """
    words = offer.lists()[list_id].words
    said = spelled(text)
    if (whole := words.get(said) or _without_spaces(list_id).get(said.replace(" ", ""))) is not None:
        return Wording(whole)
    found = _cut(words, said, text) or _mistyped(words, said, text) or _held(list_id, said, text)
    return _priced(text) if found is None and list_id == PRICES else found


def _priced(text: str) -> Wording | None:
    """Return what sums of money say of a price: to pay, the sums being kept as a text, or nothing to pay.

    None without a sum, and when some of them are nought: who pays is not known.
    """
    sums = [float(found[1].replace(",", ".")) for found in SUM.finditer(text)]
    if not sums or not any(sums):
        return Wording((WordMeaning(PRICES, "free"),)) if sums else None
    if not all(sums):
        return None
    said = " ".join(text.split())
    return Wording((WordMeaning(PRICES, "paid"), WordMeaning("frais_precisions", text=said)))


def _cut(words: Words, said: str, text: str) -> Wording | None:
    if len(said) < SHORTEST_CUT:
        return None
    return _one(words, [word for word in words if word.startswith(said)], f"{quoted(text)} : la fin manque")


def _mistyped(words: Words, said: str, text: str) -> Wording | None:
    if len(said) < SHORTEST_TYPO:
        return None
    near = process.extract(said, list(words), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4)
    same_numbers = [word for word, _, _ in near if re.findall(r"\d+", word) == re.findall(r"\d+", said)]
    return _one(words, same_numbers, f"écrit {quoted(text)}")


def _one(words: Words, found: Iterable[str], reason: str) -> Wording | None:
    """Return what several wordings say when they all say the same."""
    meanings = {words[word] for word in found}
    return Wording(meanings.pop(), "mended", reason) if len(meanings) == 1 else None


def _held(list_id: str, said: str, text: str) -> Wording | None:
    """Return what the longest wordings inside a text say; a single word counts in a short answer only."""
    words = offer.lists()[list_id].words
    short = len(said.split()) <= SHORT_ANSWER
    left = f" {said} "
    found: list[WordMeaning] = []
    for word in _longest_first(list_id):
        if f" {word} " in left and (" " in word or short) and not denied(word, said):
            found += words[word]
            left = left.replace(f" {word} ", " | ")
    if not found:
        return None
    aside = plain(" ".join(ASIDE.findall(text))).split() if list_id not in CONDITIONAL else []
    around = set(left.split()) - {"|"} - SMALL - set(aside)
    return Wording(tuple(dict.fromkeys(found)), "doubtful" if around else "mended", f"lu dans {quoted(text)}")


@lru_cache(maxsize=4096)
def kind_of(text: str) -> str | None:
    """Return the type of structure that a text is, or names among other words; None when it is none."""
    said = spelled(text)
    if said in offer.kinds_by_word():
        return offer.kinds_by_word()[said]
    hits = [word for word in offer.kinds_by_word() if len(word) > 3 and f" {word} " in f" {said} "]
    return offer.kinds_by_word()[max(hits, key=len)] if hits else None


@cache
def _longest_first(list_id: str) -> tuple[str, ...]:
    return tuple(
        sorted((word for word in offer.lists()[list_id].words if len(word) > 3), key=len, reverse=True)
    )


@cache
def _without_spaces(list_id: str) -> Words:
    return {word.replace(" ", ""): said for word, said in offer.lists()[list_id].words.items()}


@lru_cache(maxsize=1024)
def spelled(text: str) -> str:
    """Return what `plain` does; the last texts are kept at hand, since many rules read the same cell."""
    return plain(text)


def denied(word: str, said: str) -> bool:
    """Return whether every mention of a word is preceded by a denial: “pas d’ordinateur”."""
    before = [piece.split()[-3:] for piece in f" {said}".split(f" {word}")[:-1]]
    return bool(word) and all(DENIALS & set(words) for words in before)
