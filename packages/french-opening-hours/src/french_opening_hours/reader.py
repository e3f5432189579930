"""Opening hours, however typed, converted to OSM `opening_hours`: what was read, what was guessed, what was
not understood.

A text that is already valid OSM is kept byte for byte. Anything else goes through a small grammar of French
hours (tokens, items, grammar), fills a week, and is written in OSM, which the library then checks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from french_opening_hours.clock import in_digits, with_hours
from french_opening_hours.grammar import Change, Reading
from french_opening_hours.grammar import read as parse
from french_opening_hours.items import MIDNIGHT, NAMES, Day
from french_opening_hours.osm import CODES, is_valid, oddities, within_weeks
from french_opening_hours.tokens import (
    PUBLIC_HOLIDAY,
    SIGNS,
    WEEKEND,
    WORKDAYS,
    days_in_full,
    folded,
    unwrapped,
)
from french_opening_hours.week import Week

LONGEST = 2000  # characters; beyond, it is a page, not hours
FIELD_LENGTH = 255  # characters of many a column: a text that fills it was cut
TOO_LONG = f"texte de plus de {LONGEST} caractères : gardé, mais pas lu"
ALL_CLOSED = [Change("off", None)]
NOTHING = re.compile(r"[\W_]*|n[./]?[cr]\.?|néant|non renseigné|null|none|nan", re.IGNORECASE)
NO_DAY = "jours non précisés"  # hours without a day are shown with their doubt, never as firm ones
ENDED = re.compile(  # what says that the place no longer receives: the hours beside are old ones
    r"\bn'(?:accueill|recoi|ouvr|assur|exist|est\b|y a\b|a\b|sont\b)\w*[^.;\n]{0,40}?\bplus\b"
    r"(?! (?:d'un|de \d))"
    r"|\bne (?:recoi|propos|fonctionn|tien|ser|peu|pourr)\w*[^.;\n]{0,30}?\bplus\b"
    r"|\bplus (?:de |d'|aucun\w* )(?:permanences?|accueil|public|ouvertures?|receptions?|visites?)"
    r"|\bdefinitive(?:ment)?\b|\bsuspendue?s?\b|\binterrompue?s?\b|\ba cesse\b"
    r"|\b(?:ferm|pas d|aucun)[^.;\n]{0,60}\bjusqu'a nouvel ordre\b"
    r"|\bjusqu'a nouvel ordre\b[^.;\n]{0,40}\b(?:ferm|pas d|aucun)"
    r"|\bcessation\b"
    r"|\bfermee?s? (?:depuis|pour|actuellement|temporairement|provisoirement|jusqu)"
    r"|\b(?:actuellement|temporairement|provisoirement) fermee?s?|\b(?:arretee?|supprimee?|annulee?)s?\b"
)
ON_A_DATE = re.compile(  # « jeudi 12/03 », and dates where no day of the week is named; « 8/12 » may be hours
    r"\b\w{3,5}di (?:le )?\d{1,2}/0[1-9]\b(?! ?(?:au\b|[-h:]))"
    r"|^(?!.*(?:di\b|\bferme|\bjours\b|\bsemaine)).*\b\d{1,2}/0[1-9]\b(?! ?(?:au\b|[-h:]))",
    re.DOTALL,
)
ONCE = "ce texte donne des dates, pas des jours de chaque semaine : ses heures ne sont pas reprises"
FOOTNOTE = re.compile(r"(?<=\s)(?P<note>\*+ ?[^\W\d][^*]*)$")  # « 9h-12h* … * sauf pendant les vacances »
CALLS_A_NOTE = re.compile(r"[^\s*] *\*")  # a star that begins a line is a bullet
LIMITED = "une remarque du fichier limite ces heures"
DENIED = "ce texte dit que le lieu ne reçoit plus : ses heures ne sont pas reprises"
LOOSE = re.compile(r"(?=.* -|.*- )[\d:, -]+")  # « 09:00 - 11:00 »: OSM would read every day, nobody wrote OSM
IN_MARCH = re.compile(r"mar\b[\d\s,/-]+", re.IGNORECASE)  # OSM would read days of March, without hours
DASHES = re.compile(r"[\s/_‐-―−-]+")
CROSS = "« x », ouvert ou fermé"
TICK = re.compile(r"\s*x\s*", re.IGNORECASE)
NOT_OPEN = re.compile(r"\s*non\s*", re.IGNORECASE)
OPEN = re.compile(r"\s*(?:oui|ouvert)\s*", re.IGNORECASE)
PARITIES = {"paire": "week 2-52/2", "impaire": "week 1-53/2"}
ENGLISH = re.compile(r"\b(?:mo|tu|we|th|fr|su)\b", re.IGNORECASE)
DAY_AND_NIGHT = (0, MIDNIGHT)
WORKWEEK = tuple(Day(weekday) for weekday in WORKDAYS)
HALVES = {"": "", "am": " matin", "pm": " après-midi"}

Certainty = Literal["empty", "read", "mended", "doubtful"]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: valid OSM or '', the text as typed, the pieces not understood, how sure the reading is.

    certainty: `empty`, the text has no letter nor digit; `read`, valid OSM kept byte for byte, or French
    understood whole; `mended`, what was meant is sure, the form was not; `doubtful`, something was guessed,
    or not understood. reason: a French sentence, '' when nothing was guessed nor mended.
    """

    osm: str
    text: str
    unread: str
    certainty: Certainty
    reason: str = ""


def read(text: str, *, parity: str = "", remark_text: str = "") -> Hours:
    """Return the opening hours written in a text, free French or OSM.

    parity: « Semaine paire » or « Semaine impaire » when another column says so. remark_text: what another
    column says of all these hours; LIMITED makes them doubtful. Never raises: a text that gives no hours has
    osm '', and is doubtful.
    """
    if NOTHING.fullmatch(text.strip()):
        return Hours("", text, "", "empty")
    if len(text) > LONGEST:
        return Hours("", text, text, "doubtful", TOO_LONG)
    is_cut = len(text) == FIELD_LENGTH and text[-1].isalnum()
    return _read(with_hours(text), parity, remark_text, is_cut)


def read_week(days: Mapping[str, str], *, parity: str = "", remark_text: str = "") -> Hours:
    """Return the opening hours of a table with one column a day, or two.

    days: what is typed under Mo, Tu, … Su, or under « Mo am », « Mo pm »; a day absent or empty says nothing.
    A dash means closed; a row of crosses, open at hours unsaid. A cross when other days give hours may mean
    one or the other: it is kept as it is typed.
    parity, remark_text: as in `read`. Raises ValueError on any other key.
    """
    cells = tuple((key, with_hours(value)) for key, value in days.items() if value.strip())
    if all(DASHES.fullmatch(value) for _, value in cells):
        return Hours("", "", "", "empty")
    return _week(cells, parity, remark_text)


_read_cell = lru_cache(maxsize=4096)(partial(parse, day_known=True))


@lru_cache(maxsize=8192)
def _read(text: str, parity: str, remark_text: str, is_cut: bool) -> Hours:
    weeks, unread = _weeks(parity)
    osm = text.strip()
    quoted = [(osm.strip("\"'[] "), ["guillemets retirés"])] if osm.startswith(('"', "'", "[")) else []
    for candidate, mends in (*quoted, (osm, [])):
        if is_valid(candidate) and not (LOOSE.fullmatch(candidate) or IN_MARCH.fullmatch(candidate)):
            with_weeks = within_weeks(candidate, weeks) if weeks else candidate
            doubts = [*_doubts_of_osm(candidate), *_limits(remark_text)]
            return _answer(with_weeks or candidate, text, unread if with_weeks else [parity], doubts, mends)
    with_plain_signs = text.translate(SIGNS)
    flat = folded(unwrapped(with_plain_signs))
    if why := DENIED if ENDED.search(flat) else ONCE if ON_A_DATE.search(flat) else "":
        return Hours("", text, text, "doubtful", why)
    typed, footnote = _without_footnote(in_digits(days_in_full(with_plain_signs)))
    reading, table = parse(typed, is_cut=is_cut), Week(", ".join(filter(None, (remark_text, footnote))))
    if footnote:  # hours of a note are those of nobody: a day that it alone names is not firmly closed
        noted, stated = (_days_with_hours(each) for each in (parse(footnote), reading))
        table.unsure |= noted - stated
    unread_pieces, mends = (
        [*reading.unread, *unread],
        [*reading.mends, *(["écriture OSM redressée"] if ENGLISH.search(text) else [])],
    )
    if reading.note:
        return _answer(
            f'{weeks} unknown "{reading.note}"'.strip(), text, unread_pieces, reading.doubts, mends
        )
    if not reading.statements and reading.changes == ALL_CLOSED:
        return _answer("off", text, unread_pieces, reading.doubts, mends)
    shut = {
        day
        for change in reading.changes
        if change.verb == "off" and not change.half
        for day in change.days or ()
    }
    closed = [day.weekday for change in reading.changes for day in change.days or () if change.verb == "off"]
    last = max(
        day for day in (4, *closed) if day < PUBLIC_HOLIDAY
    )  # « 9h-19h, fermé le dimanche » is about the whole week
    seasons = any(statement.weeks[:1].isupper() for statement in reading.statements)
    last = 6 if Day(0) in shut or (shut and seasons) else last  # « 9h-19h, fermé le lundi » too
    dayless = [statement for statement in reading.statements if statement.days is None]
    always = {span[:2] for each in dayless for span in each.spans} == {DAY_AND_NIGHT}
    for statement in () if always else dayless:
        statement.comment = ", ".join(filter(None, (statement.comment, NO_DAY)))
    titled = any(each.comment != NO_DAY for each in dayless)
    if dayless and last == WORKDAYS[-1] and Day(last) in shut:
        table.unsure |= set(WEEKEND) - _days_with_hours(
            reading
        )  # « 9h-17h, fermé le vendredi »: and on Saturdays?
    if titled and not always and any(each.days for each in reading.statements):
        table.unsure |= set(WEEKEND) - _days_with_hours(reading)  # two things, of which one has its days
    table.add(reading, tuple(map(Day, range(7 if always else last + 1))), weeks=weeks)
    guess = [f"aucun jour n’est écrit : lu du lundi au {NAMES[last]}"] if dayless and not always else []
    guess += (
        ["un jour est écrit deux fois : ses heures sont réunies"]
        if ENGLISH.search(text) and _twice(reading)
        else []
    )
    guess += [f"« {footnote} » : gardé en commentaire"] if footnote else []
    return _answer(
        table.osm(),
        text,
        unread_pieces,
        [*guess, *_limits(remark_text), *table.doubts, *reading.doubts],
        mends,
    )


def _without_footnote(text: str) -> tuple[str, str]:
    """Return a text without the note that its stars call, and that note: it limits hours, no one knows which.

    >>> _without_footnote("lundi 9h-12h*, mardi 9h-12h * sauf vacances")
    ('lundi 9h-12h , mardi 9h-12h ', '* sauf vacances')
    """
    match = FOOTNOTE.search(text)
    if not match or not CALLS_A_NOTE.search(text[: match.start("note")]):
        return text, ""
    return text[: match.start("note")].replace("*", " "), " ".join(match["note"].split())


@lru_cache(maxsize=8192)
def _week(cells: tuple[tuple[str, str], ...], parity: str, remark_text: str) -> Hours:
    weeks, unread = _weeks(parity)
    table, doubts, mends, shut = (
        Week(remark_text),
        dict[str, list[str]](),
        list[str](),
        list[Day](),
    )
    hours = any(character.isdigit() for _, value in cells for character in value)
    for key, value in cells:
        day = _day(key)
        name = _name(day)
        cell_doubts: list[str] = []
        if DASHES.fullmatch(value):
            shut.append(day)
            mends.append("« - » lu « fermé »")
        elif TICK.fullmatch(value) and hours:
            table.open_at(day, CROSS, weeks)
            cell_doubts.append("« x » ne dit pas si c’est ouvert ou fermé")
        elif TICK.fullmatch(value) or OPEN.fullmatch(value):
            table.open_at(day, "", weeks)
        elif len(value) > LONGEST:
            unread.append(value)
            cell_doubts.append(TOO_LONG)
        elif NOT_OPEN.fullmatch(value) or (
            (reading := _read_cell(value)).changes == ALL_CLOSED and not reading.unread
        ):
            shut.append(day)
        else:
            table.add(reading, (day,), weeks=weeks)
            if not reading.statements and not reading.changes and not reading.note:
                table.open_at(day, f"« {' '.join(value.split())} »", weeks)
            unread += [f"{name} : {piece}" for piece in reading.unread]
            mends += reading.mends
            cell_doubts += reading.doubts
            if {other.weekday for statement in reading.statements for other in statement.days or ()} - {
                day.weekday
            }:
                cell_doubts.append("cette case parle d’autres jours")
        for doubt in cell_doubts:
            doubts.setdefault(doubt, []).append(name)
    table.shut(shut, weeks)
    typed = " ; ".join(f"{_name(_day(key))} : {value}" for key, value in cells)
    named = [f"{', '.join(names)} : {doubt}" for doubt, names in doubts.items()]
    return _answer(table.osm(), typed, unread, [*named, *_limits(remark_text), *table.doubts], mends)


def _answer(osm: str, text: str, unread_pieces: list[str], doubts: list[str], mends: list[str]) -> Hours:
    if osm and not is_valid(osm):
        doubts, osm = [*doubts, f"« {osm} » n’est pas accepté par OSM"], ""
    pieces = " … ".join(unread_pieces) if osm else text
    if pieces and not doubts:
        doubts = [f"non compris : « {pieces} »" if osm else "ni jour ni heure dans ce texte"]
    reasons = dict.fromkeys(doubts or mends)
    certainty: Certainty = "doubtful" if doubts else "mended" if mends else "read"
    return Hours(osm, text, pieces, certainty, " ; ".join(reasons))


def _limits(remark_text: str) -> list[str]:
    return [remark_text] if remark_text == LIMITED else []


def _day(key: str) -> Day:
    code, _, half = key.partition(" ")
    if code not in CODES or half not in HALVES:
        raise ValueError(f"{key!r} is no column of a week: expected Mo to Su, alone or followed by am or pm.")
    return Day(CODES.index(code), half=half)


def _twice(reading: Reading) -> bool:
    """Recognise two statements about the same day: French adds them up, OSM lets the last one speak."""
    days = [weekday for statement in reading.statements for weekday in statement.weekdays]
    return len(days) > len(set(days))


def _days_with_hours(reading: Reading) -> set[int]:
    return {day for each in reading.statements if each.spans for day in each.weekdays}


def _name(day: Day) -> str:
    return NAMES[day.weekday] + HALVES[day.half]


def _weeks(parity: str) -> tuple[str, list[str]]:
    """Return the OSM weeks of « Semaine paire », and the pieces that could not be read."""
    if NOTHING.fullmatch(parity.strip()):
        return "", []
    word = parity.casefold().split()[-1].rstrip("s")
    return (PARITIES[word], []) if word in PARITIES else ("", [parity.strip()])


def _doubts_of_osm(osm: str) -> list[str]:
    """Return the oddities of valid OSM, and its meaning if read as probably intended."""
    doubts = oddities(osm)
    if any("annule" in reason for reason in doubts) and not (reading := parse(osm)).unread:
        table = Week()
        table.add(reading, WORKWEEK)
        doubts.append(f"sans doute {table.osm()}")
    return doubts
