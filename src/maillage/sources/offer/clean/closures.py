"""The days on which a place will be closed: of one year, which they say, or of every year."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from maillage.kernel.names import plain
from maillage.sources.offer.clean import hours
from maillage.sources.offer.clean.day import MONTHS

Closure = dict[str, str]  # « du » and « au », both included, in ISO 8601
LONGEST = timedelta(days=366)
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(?P<d{n}>\d\d?)(?: ?er)?"
    rf"(?:(?: ?[/.-] ?(?P<m{{n}}>[01]?\d)| (?P<w{{n}}>{MONTH})\.?)"
    r"(?: ?[/.-]? ?(?P<y{n}>20\d\d|\d\d(?![\d/:h])))?)?"
)
FIRST, LAST = DAY.format(n=1), DAY.format(n=2)
ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
SHUT = (
    r"\b(?:ferm[ée]e?s?|fermetures?|cong[ée]s?|clos)\b"
    r"(?: (?:estivales?|annuelles?|exceptionnelles?|hivernales?|d['’ ]?[ée]t[ée]|pr[ée]vues?|pour cong[ée]s"
    r"|annuels?))*"
)
SPAN = rf"(?:du |entre le |de )?\(?{FIRST} ?(?:au|et le|-|–|—|→|>|jusqu['’ ]?au|à|a) (?:le )?{LAST}(?!\d)\)?"
ALONE = rf"(?:les? )?{FIRST}(?!\d)"
LED_SPAN, LED_DAY = (re.compile(rf"\(?{SHUT} ?:? ?{days}", re.IGNORECASE) for days in (SPAN, ALONE))
BARE_SPAN, BARE_DAY = (
    re.compile(rf"(?:{SHUT} ?:? ?)?(?<![\d/]){days}", re.IGNORECASE) for days in (SPAN, ALONE)
)
NONE = re.compile(
    r"(?:non|aucune?|neant|jamais|pas|sans|ouvert|0)\b(?: (?:de |d )?(?:fermetures?|conges?|estivales?"
    r"|annuelles?|exceptionnelles?|en|ete|toute|l|annee|prevue?|cette|prevues))*"
)
MEANINGLESS_REST = re.compile(r"(?:et|ou|puis|inclus|compris|au soir|au matin|\s)*")
OFF = re.compile(r"Mo 09:00-10:00; (.+ off)")


@dataclass(frozen=True, slots=True)
class Closings:
    """The closings read in a text: those of a year, the OSM of those of every year, what is not read."""

    dated: tuple[Closure, ...] = ()
    yearly: str = ""
    unread: str = ""


def of_year(text: str) -> tuple[list[Closure], str]:
    """Return the closings of a text of hours that say their year, and the text without them.

    >>> of_year("mar-sam 10h-18h, fermeture estivale : du 20 juillet au 24 août 2026")
    ([{'du': '2026-07-20', 'au': '2026-08-24'}], 'mar-sam 10h-18h')
    >>> of_year("fermé du 3 au 24 août")
    ([], 'fermé du 3 au 24 août')
    """
    return _taken(text, LED_SPAN, LED_DAY)


@lru_cache(maxsize=4096)
def clean(text: str) -> Closings:
    """Return the closings of a cell, its days alone or after « fermé du ».

    >>> clean("du 3 au 24 août 2026").dated
    ({'du': '2026-08-03', 'au': '2026-08-24'},)
    >>> clean("du 24/12 au 01/01"), clean("Pas de fermeture estivale")
    (Closings(dated=(), yearly='Dec 24-Jan 01 off', unread=''), Closings(dated=(), yearly='', unread=''))
    """
    flat = ISO.sub(r"\3/\2/\1", " ".join(text.split()))
    dated, rest = _taken(flat, BARE_SPAN, BARE_DAY)
    if MEANINGLESS_REST.fullmatch(plain(rest)) or NONE.fullmatch(plain(rest)):
        return Closings(tuple(dated))
    bare = re.sub(rf"^{SHUT} ?:? ?", "", rest, flags=re.IGNORECASE)
    reading = hours.clean(f"lundi 9h-10h, fermeture {bare}")
    yearly = OFF.fullmatch(reading.value.osm) if reading.word != "doubtful" and reading.value else None
    return Closings(tuple(dated), yearly[1] if yearly else "", "" if yearly else rest)


def _taken(text: str, *shapes: re.Pattern[str]) -> tuple[list[Closure], str]:
    closures: list[Closure] = []

    def take(match: re.Match[str]) -> str:
        closure = _closure(match.groupdict())
        if closure is None:
            return match[0]
        closures.append(closure)
        return " "

    rest = text
    for shape in shapes:
        rest = shape.sub(take, rest)
    if not closures:
        return [], text
    rest = re.sub(r"\s*[,;.]?\s*$|^\s*[,;.]\s*", "", re.sub(r"\(\s*\)|[ \t]+(?= )", "", rest))
    return sorted(closures, key=lambda closure: closure["du"]), rest.strip()


def _closure(groups: dict[str, str | None]) -> Closure | None:
    """Return a closing whose year is written, on either side; None when it is not, or when it is no span."""
    last = "2" if groups.get("d2") else "1"
    month = _month(groups, last)
    year = groups.get(f"y{last}")
    if month is None or year is None:
        return None
    try:
        ends = date(_year(year), month, int(groups[f"d{last}"] or 0))
        begun = _year(groups["y1"] or year)
        begins = date(begun, _month(groups, "1") or month, int(groups["d1"] or 0))
        if begins > ends and not groups["y1"]:
            begins = begins.replace(year=begun - 1)
    except ValueError:
        return None
    if not begins <= ends <= begins + LONGEST:
        return None
    return {"du": begins.isoformat(), "au": ends.isoformat()}


def _month(groups: dict[str, str | None], n: str) -> int | None:
    if word := groups.get(f"w{n}"):
        return MONTHS[word.casefold()]
    number = groups.get(f"m{n}")
    return int(number) if number else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)
