"""The look of the cells of a column, whatever its name; and whether they can be what its name says."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import answers, naming
from maillage.sources.offer.clean import (
    commune,
    day,
    hours,
    mail,
    number,
    phone,
    pivot,
    point,
    postcode,
    several,
    site,
    street,
    wording,
    yesno,
)

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I)
SITE = re.compile(
    r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.(fr|com|org|net|eu|info|io|re|nc|corsica|bzh|alsace)(/\S*)?",
    re.I,
)
PHONE = re.compile(r"\(?(\+\d{2,3}|0033|0)[\s.]?\(?[1-9]\)?([\s./-]?\d{2}){3,4}\b")
TIME = re.compile(r"\b\d{1,2}\s?[h:]\s?\d{0,2}\b|\b24\s?/\s?7\b", re.I)
DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su)\b", re.I)
DAYS_ALONE = re.compile(rf"(?:{DAY.pattern}|off|closed|[\s,;–-])+", re.I)
ENOUGH_DAYS = 3  # distinct ones in a column: FR is a country too, SA a legal form, « sa » a word
DATE = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}|\d{1,2}/\d{1,2}/\d{4}")
PAIR = re.compile(r"(?:POINT\s*)?[(\[]?\s*-?\d+[.,]\d+\s*[,;|\s]\s*-?\d+[.,]\d+\s*[)\]]?", re.I)
# « 914000 6458300 », « X = 914000,5 ; Y = 6458300,2 »: the northing of mainland France has seven digits.
METRES = re.compile(
    r"(?:POINT\s*)?[(\[]?\s*(?:x\s*[=:]?\s*)?\d{6,7}(?:[.,]\d+)?\s*[,;/|\s]\s*(?:y\s*[=:]?\s*)?\d{7}(?:[.,]\d+)?\s*[)\]]?",
    re.IGNORECASE,
)
MARKUP = re.compile(r"</?\w+[^<>]*>")
KEYED = re.compile(
    r"0+|(?:\d[\s.]?){9}|(?:\d[\s.]?){13,14}|\d[.,]\d+E\+?\d+", re.I
)  # a SIRET, be its key false
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
STREET = re.compile(
    r"\b(rue|avenue|av|place|pl|boulevard|bd|all[ée]es?|chemin|route|impasse|quai|cours|square|lieu[-"
    r" ]?dit|zac?)\b",
    re.I,
)
YES, NO = answers.YES, answers.NO
ORDINARY = date(2100, 1, 1)  # a day to come is a day all the same


@cache
def countries() -> frozenset[str]:
    """Return the countries as files write them: two or three letters, in French or in English."""
    names = {plain(name) for language in ("fr", "en") for name in Locale(language).territories.values()}
    codes = [
        *Locale("fr").territories,
        *get_global("territory_aliases"),
    ]  # the aliases are codes of three letters
    return frozenset(
        names | {code.casefold() for code in codes if code.isalpha()} | {"france metropolitaine"}
    )


def country(text: str) -> bool:
    """Return True if a cell is a country.

    >>> [country(text) for text in ("FR", "fra", "Côte d’Ivoire", "Pays de Caux")]
    [True, True, True, False]
    """
    return plain(text) in countries()


@cache
def french() -> frozenset[str]:
    """Return how files write France, and its territories beyond the sea, which have codes of countries."""
    codes = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF")
    names = {plain(Locale(language).territories[code]) for language in ("fr", "en") for code in codes}
    aliases = {alias for alias, of in get_global("territory_aliases").items() if not {*of}.isdisjoint(codes)}
    return frozenset(
        names | {code.casefold() for code in (*codes, *aliases)} | {"france metropolitaine", "fx"}
    )


def foreign(text: str) -> bool:
    """Return True if a cell is another country than France.

    >>> [foreign(text) for text in ("Belgique", "CH", "France", "Réunion", "NC", "Pays de Caux")]
    [True, True, False, False, False, False]
    """
    return country(text) and plain(text) not in french() and answers.meaning_of(text) != "unknown"


@cache
def kind_words() -> frozenset[str]:
    """Return the words that are a type of structure by themselves, and a telling one."""
    return frozenset(word for word, kind in offer.kinds_by_word().items() if kind != "autre")


LOOKS: Mapping[str, Callable[[str], bool]] = {
    "mail": lambda text: bool(MAIL.search(text)),
    "site": lambda text: bool(SITE.match(text)) and not MAIL.search(text) and "/maps" not in text,
    "phone": lambda text: bool(PHONE.match(text)) and not DATE.match(text),
    "hours": lambda text: (
        not DATE.match(text)
        and bool(TIME.search(text) or (DAY.search(text) and _digit(text) and READS["hours"](text)))
    ),
    "date": lambda text: bool(DATE.match(text)),
    "postcode": lambda text: postcode.clean(text).word == "read" and text in commune.index().postcodes,
    "pivot": lambda text: bool(re.fullmatch(r"\d{14}|W\d{9}", re.sub(r"[ .]", "", text))),
    "street": lambda text: is_street(text) and len(text) < 120,
    "commune": lambda text: bool(commune.named(text) or commune.several(text)) and not text.isdecimal(),
    "kinds": lambda text: any(plain(token) in kind_words() for token in several.split(text)),
}
READS: Mapping[str, Callable[[str], bool]] = {
    "mail": lambda text: (cleaned := mail.clean(text)).word != "refused" or mail.MASKED in cleaned.reason,
    "site": lambda text: site.clean(text).word != "refused",
    "phone": lambda text: (cleaned := phone.clean(text)).word != "refused" or phone.MASKED in cleaned.reason,
    "hours": lambda text: (
        len(text) > 2
        and bool((cleaned := hours.clean(text)).value and cleaned.value.osm)
        and not DATE.match(text)
    ),
    "date": lambda text: day.clean(text, today=ORDINARY).value is not None,
    "postcode": lambda text: postcode.clean(text).value is not None,
    "insee": lambda text: commune.insee(text).value is not None,
    "pivot": lambda text: pivot.clean(text).value is not None or bool(KEYED.fullmatch(text)),
    "street": lambda text: street.clean(text).value is not None and not alien(text),
    "commune": lambda text: bool(commune.named(text) or commune.nearest(text)) and not alien(text),
    "latitude": lambda text: bool(NUMBER.fullmatch(text)),
    "longitude": lambda text: bool(NUMBER.fullmatch(text)),
    "kinds": lambda text: any(wording.kind_of(token) for token in several.split(text)),
    "yesno": lambda text: yesno.clean(text).value is not None,
    "whole": lambda text: number.whole_number(text, low=0, high=100_000).value is not None,
}


def share(check: Callable[[str], bool], values: Sequence[str]) -> float:
    """Return the share of values that a check accepts, 0 when there is none."""
    return sum(map(check, values)) / len(values) if values else 0.0


def is_street(text: str) -> bool:
    """Return True if a text names a street, a square or a hamlet.

    >>> is_street("24 rue Riboud"), is_street("Bâtiment B, 2e étage")
    (True, False)
    """
    return bool(STREET.search(text))


def looks(of: offer.Field, values: Sequence[str]) -> float:
    """Return the share of cells that could hardly be anything else than this field, 0 where looks say
    nothing.
    """
    if of.kind == "list":
        return known_words(of.list, split_words(values), telling=True)
    if of.kind == "hours":
        # The share of cells that say hours; days without an hour count in a column that has several of
        # them.
        days = {day.casefold() for value in values for day in DAY.findall(value)}
        alone = DAYS_ALONE if len(days) >= ENOUGH_DAYS else None
        return share(
            lambda text: LOOKS["hours"](text) or bool(alone and DAY.search(text) and alone.fullmatch(text)),
            values,
        )
    return share(LOOKS[of.kind], values) if of.kind in LOOKS else 0.0


def _digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def reads(of: offer.Field, values: Sequence[str]) -> float:
    """Return the share of cells that the field can read: those of a text are all, but what is clearly
    something else.
    """
    if of.kind == "list":
        return known_words(of.list, split_words(values))
    return share(READS.get(of.kind, lambda text: not alien(text)), values)


def alien(text: str) -> bool:
    """Return True if a cell is clearly a contact, a day, a number, yes or no: nothing that names or
    describes.
    """
    plain_text = plain(text)
    if plain_text in YES | NO or NUMBER.fullmatch(text):
        return True
    return any(LOOKS[kind](text) for kind in ("mail", "site", "phone", "date"))


def split_words(values: Iterable[str]) -> Counter[str]:
    """Return the words of cells that may hold several, with their counts."""
    return Counter(token for value in values for token in several.split(value))


def known_words(list_id: str, words: Mapping[str, int], *, telling: bool = False) -> float:
    """Return the share of words that a closed list understands, yes and no apart.

    telling: count only those understood without a doubt that say something.
    """
    counted = {word: n for word, n in words.items() if plain(word) not in YES | NO | {""}}
    known = 0
    for word, n in counted.items():
        wording_found = wording.understood(list_id, word)
        tells = (
            wording_found is not None
            and wording_found.word != "doubtful"
            and not wording.SUM.search(word)  # a subsidy is a sum too
            and any(meaning.slug or meaning.text for meaning in wording_found.meanings)
        )
        known += n * (tells if telling else wording_found is not None or _nearly(list_id, word))
    return known / sum(counted.values()) if counted else 0.0


def _nearly(list_id: str, word: str) -> bool:
    """Return True if a list knows what to do with a word that none of its values is: a practice, or a word
    too vague.
    """
    return plain(word) in offer.lists()[list_id].vague or (
        list_id == "services" and bool(naming.practices(word))
    )


def whole_address(text: str) -> bool:
    """Return True if a cell is a street, then the postal code and the town.

    >>> whole_address("6 rue du Four, 38130 Échirolles"), whole_address("38130 Échirolles")
    (True, False)
    """
    rest, code, town = street.split_address(text)
    return bool(code and town) and street.clean(rest).value is not None and bool(commune.named(town))


def marked_up(values: Sequence[str]) -> bool:
    """Return True if cells are pieces of a web page."""
    return share(lambda text: bool(MARKUP.search(text)), values) >= 0.2


def pair(text: str) -> bool:
    """Return True if a cell is a whole point: two decimal numbers, or two sets of degrees, and nothing
    else.
    """
    bare = text.strip()
    metres = METRES.fullmatch(point.THOUSANDS.sub("", bare))
    return (
        bool(PAIR.fullmatch(bare))
        or bool(metres and point.clean(bare, bare).value)
        or (bare.count("°") == 2 and point.clean(bare, bare).value is not None)
    )


def coordinates(latitudes: Sequence[str], longitudes: Sequence[str]) -> float:
    """Return the share of rows whose two cells are a point, among those that are filled: zeros say
    nothing.
    """
    pairs = [(a, b) for a, b in zip(latitudes, longitudes, strict=True) if a.strip("0.,") and b.strip("0.,")]
    points: list[Any] = [point.clean(a, b) for a, b in pairs]
    return sum(each.value is not None for each in points) / len(pairs) if pairs else 0.0
