"""A word of a file among those of a closed list: as it is known, cut short, mistyped, or inside a longer
sentence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.offer import WordMeaning
from maillage.sources.offer.clean.cleaned import Word
from maillage.sources.offer.clean.words import quoted

Words = Mapping[str, tuple[WordMeaning, ...]]

SHORTEST_CUT = 18  # letters: survey tools cut answers at 30 or so; before, many wordings begin alike
SHORTEST_TYPO, ALIKE = 8, 92.0  # letters, and how much two wordings are alike out of 100
SHORT_ANSWER = 5  # words: in so few, one known word is what the answer says
CONDITIONAL = {"frais_a_charge"}  # lists whose parentheses may say the contrary: « Gratuit (si adhérent) »
PRICES, PUBLICS = "frais_a_charge", "publics_specifiquement_adresses"
CUT_WORD = re.compile(r"\b([^\W\d_]{2,})\.(?!\w)")  # « num. »
INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?")  # « C.C.A.S. »
AGES = re.compile(
    r"(?:jeunes?|adultes?|seniors?|séniors?)?\s*\(?(?:"
    r"(?:de\s)?\s*(?P<first>\d{1,2})\s*(?:ans\s*)?(?:-|–|/|à|a)\s*(?P<last>\d{1,3})"
    r"|(?:\+|plus de|à partir de|dès)\s*(?:de\s*)?(?P<over>\d{1,2})"
    r"|(?P<least>\d{1,2})\s*(?:ans\s*)?(?:\+|et\s*(?:\+|plus))"
    r"|(?:-|moins de|jusqu[’']à)\s*(?:de\s*)?(?P<under>\d{1,2}))\s*(?:ans)?\)?",
    re.IGNORECASE,
)
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
    """The meanings of a text in a list, the repair needed to understand it, and why, '' when it is known as
    it is.
    """

    meanings: tuple[WordMeaning, ...]
    word: Word = "read"
    reason: str = ""


@lru_cache(maxsize=65536)
def understood(list_id: str, text: str) -> Wording | None:
    """Return the meaning of a text in a closed list; None when nothing of it is known.

    Tried in turn: the whole text, spaces or not; the only wording that begins so, when it was cut; the only
    one it nearly is; the longest known wordings it holds, doubtful when other words stand around them but in
    parentheses. A sum of money makes a price that is paid certain.
    """
    words = offer.lists()[list_id].words
    spelt = spelled(text)
    if (meanings := words.get(spelt) or _without_spaces(list_id).get(spelt.replace(" ", ""))) is not None:
        return Wording(meanings)
    if list_id == PUBLICS and (aged := _aged(text)):
        return aged
    wording = _cut(words, spelt, text) or _mistyped(words, spelt, text) or _contained(list_id, spelt, text)
    if list_id != PRICES or not (priced := _priced(text)):
        return wording
    is_same = wording is not None and _slugs_of(wording) == _slugs_of(
        priced
    )  # « Adhésion 5 € »: it says how much
    return priced if wording is None or is_same else wording


def _slugs_of(wording: Wording) -> set[str]:
    return {each.slug for each in wording.meanings} - {""}


def _aged(text: str) -> Wording | None:
    """Return the public of an age or of a span of ages, and its words; these alone where it is no public."""
    flat = " ".join(text.split())
    match = AGES.fullmatch(flat)
    if match is None or not re.search(r"[^\W\d_]|\+", flat):  # « -5 », « 9-12 »: no age without a word
        return None
    ages = {name: int(age) for name, age in match.groupdict().items() if age}
    last = ages.get("last", ages.get("under", 120))
    first = ages.get(
        "first", ages.get("over", ages.get("least", min(last, 10)))
    )  # « moins de 26 ans »: youth
    fits = (slug for slug, (low, high) in offer.public_ages().items() if low <= first and last <= high)
    slug = next(fits, "")
    exact = WordMeaning("publics_precisions", text=flat)
    return Wording((WordMeaning(PUBLICS, slug), exact) if slug else (exact,))


def _priced(text: str) -> Wording | None:
    """Return the price that sums of money tell: to pay, the sums being kept as a text, or nothing to pay.

    None without a sum, and when some of them are nought: who pays is not known.
    """
    sums = [float(match[1].replace(",", ".")) for match in SUM.finditer(text)]
    if not sums or not any(sums):
        return Wording((WordMeaning(PRICES, "free"),)) if sums else None
    if not all(sums):
        return None
    flat = " ".join(text.split())
    return Wording((WordMeaning(PRICES, "paid"), WordMeaning("frais_precisions", text=flat)))


def _cut(words: Words, spelt: str, text: str) -> Wording | None:
    if len(spelt) < SHORTEST_CUT:
        return None
    return _one(words, [word for word in words if word.startswith(spelt)], f"{quoted(text)} : la fin manque")


def _mistyped(words: Words, spelt: str, text: str) -> Wording | None:
    if len(spelt) < SHORTEST_TYPO:
        return None
    near = process.extract(spelt, list(words), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4)
    same_numbers = [word for word, _, _ in near if re.findall(r"\d+", word) == re.findall(r"\d+", spelt)]
    return _one(words, same_numbers, f"écrit {quoted(text)}")


def _one(words: Words, candidates: Iterable[str], reason: str) -> Wording | None:
    """Return the meaning of several wordings when it is the same for all."""
    meanings = {words[word] for word in candidates}
    return Wording(meanings.pop(), "mended", reason) if len(meanings) == 1 else None


def _contained(list_id: str, spelt: str, text: str) -> Wording | None:
    """Return the meanings of the longest wordings inside a text; a single word counts in a short answer
    only.
    """
    words = offer.lists()[list_id].words
    short = len(spelt.split()) <= SHORT_ANSWER
    unread = f" {spelt} "
    meanings: list[WordMeaning] = []
    for word in _longest_first(list_id):
        if f" {word} " in unread and (" " in word or short) and not denied(word, spelt):
            meanings += words[word]
            unread = unread.replace(f" {word} ", " | ")
    if not meanings:
        return None
    aside = plain(" ".join(ASIDE.findall(text))).split() if list_id not in CONDITIONAL else []
    other_words = set(unread.split()) - {"|"} - SMALL - set(aside)
    return Wording(
        tuple(dict.fromkeys(meanings)), "doubtful" if other_words else "mended", f"lu dans {quoted(text)}"
    )


@lru_cache(maxsize=4096)
def kind_of(text: str) -> str | None:
    """Return the type of structure that a text is, or names among other words; None when it is none."""
    spelt = spelled(text)
    if spelt in offer.kinds_by_word():
        return offer.kinds_by_word()[spelt]
    hits = [word for word in offer.kinds_by_word() if len(word) > 3 and f" {word} " in f" {spelt} "]
    return offer.kinds_by_word()[max(hits, key=len)] if hits else None


@cache
def _longest_first(list_id: str) -> tuple[str, ...]:
    return tuple(
        sorted((word for word in offer.lists()[list_id].words if len(word) > 3), key=len, reverse=True)
    )


@cache
def _without_spaces(list_id: str) -> Words:
    return {word.replace(" ", ""): meanings for word, meanings in offer.lists()[list_id].words.items()}


@lru_cache(maxsize=1024)
def spelled(text: str) -> str:
    """Return the text as `plain` writes it, its cut words in full; the last texts are kept at hand, since
    many rules read the same cell.
    """
    return plain(full_words(text))


def full_words(text: str) -> str:
    """Return a text without the dots of its initials, its known cut words in full.

    >>> full_words("C.C.A.S."), full_words("Ateliers num."), full_words("9 h. 30")
    ('CCAS', 'Ateliers numérique', '9 h. 30')
    """
    if "." not in text:
        return text
    joined = INITIALS.sub(lambda match: match[0].replace(".", ""), text)
    return CUT_WORD.sub(lambda match: offer.abbreviations().get(plain(match[1]), match[0]), joined)


def denied(word: str, spelt: str) -> bool:
    """Recognise a word whose every mention is preceded by a denial: “pas d’ordinateur”."""
    before = [piece.split()[-3:] for piece in f" {spelt}".split(f" {word}")[:-1]]
    return bool(word) and all(DENIALS & set(words) for words in before)
