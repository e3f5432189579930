"""Opening hours in words: open until when, opening when, and the week as people read it.

The hours are OSM `opening_hours`, read with the French holidays; school holidays have no calendar here, and
are not guessed:
hours that hold then alone are told apart.

Hours are told in the language spoken, those that would not be said rightly (“1er mardi du mois”) in French,
as `typed`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

import opening_hours
from babel.dates import format_date, format_skeleton, get_day_names
from opening_hours import OpeningHours, State

from maillage.words.dates import in_words
from maillage.words.languages import FRENCH, say, speaking, spoken, to_say, typed
from maillage.words.wording import NBSP, listing, lower_first, series

DAYS = (
    *(to_say("Lundi"), to_say("Mardi"), to_say("Mercredi"), to_say("Jeudi")),
    *(to_say("Vendredi"), to_say("Samedi"), to_say("Dimanche")),
)
NEAR = 6  # days: until then a day of the week is told by its name alone
MIDNIGHT, EVENING = time(0), time(19)
WEEK_END = (5, 6)  # Monday is 0
YEAR_FROM, WEEKS = datetime(2026, 1, 5), 52  # any year: what is given in it, over its weeks
MOST_CHANGES = 60  # looked at before the next opening: a month of days
CLOSES = re.compile(r"\b(?:off|closed)$")
COMMENT = re.compile(r'"[^"]*"')
# What parts two rules, outside of comments: a semicolon, a fallback, a comma before another selector.
RULE = re.compile(r'(\s*(?:;|\|\|)\s*|,\s+(?=[A-Za-z]))(?=(?:[^"]*"[^"]*")*[^"]*$)')
SCHOOL = re.compile(r"(?P<public>PH,)?SH(?P<too>,PH)?\b:? ?(?P<rest>.*)")
# A comment that names the school holidays, and no hours: those of its rule hold then.
NAMED = re.compile(
    r'(?P<hours>[^"]*?) ?"\s*(?:(?:horaires|pendant|durant|en|les|des|de) )*vacances scolaires(?: seulement)?'
    r'[\s,:]*(?P<rest>[^\d"]*)"',
    re.IGNORECASE,
)
DAY_OF_MONTH = re.compile(r"(Mo|Tu|We|Th|Fr|Sa|Su)\[([\d,-]+)\]")
MONTHLY = re.compile(
    rf"({DAY_OF_MONTH.pattern}(?:,{DAY_OF_MONTH.pattern})*) "
    r"(?:(?P<spans>\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)|unknown)"
    r'(?: "(?P<note>[^"]*)")?'
)
SHORT = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
RANKS = {"1": "1er", "2": "2e", "3": "3e", "4": "4e", "5": "5e", "-1": "dernier"}
CLOSED, ALL_DAY = to_say("Fermé"), to_say("Toute la journée")
FROM = to_say("à partir de {hour}")  # of hours whose end nobody gave
OPEN_END = re.compile(r"(\d\d:\d\d)\+")
BY_APPOINTMENT = to_say("sur rendez-vous")  # the commonest of comments
TO_CONFIRM = to_say("horaires à confirmer")  # of a day whose hours were not all understood
UNSAID = to_say("non indiqué")  # of a day that a text on one other day does not name
ONE_DAY = re.compile(rf"({'|'.join(SHORT)}) [\d:,+ -]+")
APPOINTMENT = re.compile(r"(?:ou )?sur rendez-vous")
CUT_SHORT = "texte coupé"  # by the file: what its reader ends such a comment with
HOUR = re.compile(r"\d h\b|\d:\d")
SPAN = re.compile(r"\d+ h(?: \d\d)? – \d+ h(?: \d\d)?")  # two hours stay on their line
LONG_HOURS = 120  # characters
LONG_REMARK = 60  # characters
BRIEF = 30  # characters that fit in a tag
CHANGING = to_say("Horaires qui changent d’une semaine à l’autre : appelez.")
OTHER_DAYS = to_say("Hors vacances scolaires : horaires inconnus")


@dataclass(frozen=True, slots=True)
class Opening:
    """The words on a place now. `state`: open, soon (opens today), closed, or unknown; doubted: `words` say
    to confirm. brief, rest: the same in a few words, and what is to be said beside them; "" when `words`
    are few enough.
    """

    state: str
    words: str
    doubted: bool = False
    brief: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week, and its hours in words."""

    name: str
    words: str
    today: bool


def now(osm: str, at: datetime) -> Opening:
    """Return the state of a place at a moment (local time, naive), and until or from when.

    Nobody here knows whether it is the school holidays: when they would change the answer, it says so, or
    says nothing.
    """
    usual, holidays = _split_holidays(osm)
    if not holidays:
        return _now(osm, at)
    if not usual:
        return _to_ask(say("Horaires des vacances scolaires seulement"))
    one, other = _now(usual, at), _now(f"{usual}; {holidays}", at)
    if one == other:
        return one
    if {one.state, other.state} <= {"closed", "soon"}:
        rest = " ".join(filter(None, (one.rest, say("hors vacances scolaires"))))
        sentence = say("{words} hors vacances scolaires", words=one.words)
        return Opening(one.state, sentence, brief=one.brief or one.words, rest=rest)
    return _to_ask(say("Horaires de vacances : se renseigner"))


def _to_ask(words: str) -> Opening:
    return Opening("unknown", words, brief=say("Se renseigner"), rest=words)


def _commented(comment: str) -> Opening:
    """Return the words on a place whose hours are a comment; a long one stands beside a few words."""
    words, unread = _first_upper(_confirm(comment)), _is_unread(comment)
    if len(words) <= BRIEF:
        return Opening("unknown", words, unread)
    return Opening("unknown", words, brief=say("Se renseigner"), rest=words)


def _now(osm: str, at: datetime) -> Opening:
    hours = _hours(osm)
    if hours is None:
        return Opening("unknown", say("Horaires inconnus"))
    state, comment = hours.state(at)
    if comment == UNSAID:
        return _partly_known(osm, at)
    if state != State.CLOSED and (
        comment or state == State.UNKNOWN
    ):  # “sur rendez-vous”: nobody may just come
        return _commented(comment)
    if state == State.OPEN and "SH" in osm:
        return _to_ask(say("Horaires de vacances : se renseigner"))
    change = hours.next_change(at)
    if state == State.OPEN:
        if since := _since(osm, at):
            return _from(since)
        if change is None or change - at > timedelta(hours=24):
            return Opening("open", say("Ouvert"))
        return Opening("open", say("Ouvert jusqu’à {hour}", hour=closing(change)))
    if change is None:
        return Opening("closed", say(CLOSED))
    return _closed_until(osm, at, change)


def _partly_known(osm: str, at: datetime) -> Opening:
    """Return the next hours of a place, on a day of which nothing is said."""
    hours, moment = _hours(osm), at
    while hours.state(moment) == (State.UNKNOWN, UNSAID) or hours.state(moment)[0] == State.CLOSED:
        moment = hours.next_change(moment)
    remark = _remark(hours.state(moment)[1])
    when = say("{day} à {hour}", day=_day_from_today(moment.date(), at.date()), hour=clock(moment))
    when += f" ({remark})" if remark else ""
    brief = say("Horaires en partie connus")
    return Opening("unknown", f"{brief}{NBSP}: {when}", brief=brief, rest=when)


def _since(osm: str, at: datetime) -> datetime | None:
    """Return since when a place is open whose closing hour nobody gave (“14:00+”), None for any other."""
    if not _open_ended(osm):
        return None
    start = datetime.combine(at.date(), MIDNIGHT)
    spans = _hours(osm).intervals(start, start + timedelta(days=1))
    begin = next((first for first, last, *_ in spans if first <= at and (last is None or at < last)), at)
    return begin if _hour(begin) in _open_ended(osm) else None


def _from(since: datetime) -> Opening:
    words = to_confirm(_first_upper(say(FROM, hour=clock(since))))
    if len(words) <= BRIEF:
        return Opening("unknown", words, doubted=True)
    return Opening("unknown", words, True, say("Horaires à confirmer"), words)


@lru_cache(maxsize=4_096)
def _open_ended(osm: str) -> frozenset[str]:
    """Return the hours from which a place is open, nobody said until when: {'14:00'} of “Mo 14:00+”."""
    return frozenset(OPEN_END.findall(COMMENT.sub("", osm)))


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _closed_until(osm: str, at: datetime, change: datetime) -> Opening:
    """Return when a closed place opens: a day alone when its hours are not known, the end of a closure when
    it is in one.
    """
    days = (change.date() - at.date()).days
    state, comment = _hours(osm).state(change)
    if days > NEAR and _in_closure(osm, at, change):
        last = _near(change.date() - timedelta(days=1), at.date())
        return Opening("closed", say("Fermé jusqu’au {day}", day=last))
    day = _day_from_today(change.date(), at.date())
    if state == State.UNKNOWN:
        when = day if change.time() == MIDNIGHT else say("{day} à {hour}", day=day, hour=clock(change))
        what = _confirm(comment)
        sentence, rest = (
            say("Fermé ; {when} : {what}", when=when, what=what),
            say("{when} : {what}", when=when, what=what),
        )
        return Opening("closed", sentence, _is_unread(comment), say(CLOSED), rest)
    comment_text = _remark(comment)
    note = f" ({comment_text})" if comment_text else ""
    if days < 2:
        words = (
            say("Ouvre {day} à {hour}", day=day, hour=clock(change))
            if days
            else say("Ouvre à {hour}", hour=clock(change))
        )
        return Opening("soon", words + note, _is_unread(comment), words if comment_text else "", comment_text)
    sentence = say("Fermé, ouvre {day} à {hour}", day=day, hour=clock(change))
    rest = say("ouvre {day} à {hour}", day=day, hour=clock(change))
    return Opening("closed", sentence + note, _is_unread(comment), say(CLOSED), rest + note)


def _day_from_today(day: date, today: date) -> str:
    """Return a day to come in words relative to today.

    >>> _day_from_today(date(2026, 11, 27), date(2026, 11, 20))
    'le 27 novembre'
    """
    days = (day - today).days
    if days > NEAR:
        return say("le {day}", day=_near(day, today))
    return (say("aujourd’hui"), say("demain"))[days] if days < 2 else weekday(day.weekday())


def _near(day: date, today: date) -> str:
    """Return a date in words, without its year when it is that of today."""
    return date_text(day, year=day.year != today.year)


def _in_closure(osm: str, at: datetime, change: datetime) -> bool:
    """Recognise a place kept closed until then by nothing but a rule that closes (“Aug off”)."""
    open_rules = [rule for rule, _ in _rules(osm) if not CLOSES.search(rule)]
    without = _hours("; ".join(open_rules))
    opens = without.next_change(at) if without is not None else None
    return without is not None and (
        without.state(at)[0] != State.CLOSED or (opens is not None and opens < change)
    )


def _confirm(comment: str) -> str:
    """Return the words that replace hours; a text that nobody understood is no hour: it is not shown."""
    return _comment(comment) if comment else say(TO_CONFIRM)


def to_confirm(words: str) -> str:
    return say("{words}, à confirmer", words=words)


def _remark(comment: str) -> str:
    """Return a comment as it stands beside an hour: a long one is read under the hours of the place."""
    text = _comment(comment) if comment else ""
    return text if len(text) <= LONG_REMARK else lower_first(say("Se renseigner"))


def _is_unread(comment: str) -> bool:
    """Recognise a comment that is the text of a file nobody understood, or stands for it."""
    return comment.startswith("«") or comment.endswith(CUT_SHORT) or comment == TO_CONFIRM


def without_unread(osm: str, unread: str) -> str:
    """Return hours whose comments that nobody understood say so in place of their text.

    unread: what the reader left, its pieces parted by “ … ”.

    >>> without_unread('Mo 09:00-12:00 "ORDINATEUR / TABLETTE"', "ORDINATEUR / TABLETTE")
    'Mo 09:00-12:00 "horaires à confirmer"'
    >>> without_unread('Mo 09:00-12:00 "sur rendez-vous, TABLETTE"', "TABLETTE")
    'Mo 09:00-12:00 "sur rendez-vous"'
    """
    pieces = {each for piece in unread.split(" … ") for each in (piece, piece.partition(" : ")[2]) if each}

    def replacement(comment: re.Match[str]) -> str:
        is_unread = any(piece in comment[0] for piece in pieces) and not NAMED.fullmatch(comment[0])
        if not is_unread:
            return comment[0]
        parts = comment[0].strip('"').split(", ")
        return f'"{next(filter(APPOINTMENT.fullmatch, parts), TO_CONFIRM)}"'

    return COMMENT.sub(replacement, osm)


def with_unsaid_days(osm: str, text: str, unread: str) -> str:
    """Return hours whose other days are not said, rather than closed, when they were read in a free text
    that names one day and comments on it: such a text tells a slot, not a week. unread: as above.

    >>> with_unsaid_days('Fr 14:00-17:00 "sur rendez-vous"', "vendredi 14h-17h, sur rendez-vous", "")
    'Fr 14:00-17:00 "sur rendez-vous"; Mo,Tu,We,Th,Sa,Su unknown "non indiqué"'
    >>> with_unsaid_days("Fr 14:00-17:00", "vendredi 14h-17h", "")
    'Fr 14:00-17:00'
    """
    only_day = ONE_DAY.fullmatch(COMMENT.sub("", osm).strip())
    if not only_day or not text or not (unread or COMMENT.search(osm)):
        return osm
    return f'{osm}; {",".join(day for day in SHORT if day != only_day[1])} unknown "{UNSAID}"'


def _comment(comment: str) -> str:
    """Return a comment of the hours: those that everybody writes are said, one that nobody understood, or
    that its file cut short, is to be confirmed, the others stay as they were typed.
    """
    if _is_unread(comment):
        return say(TO_CONFIRM)
    return say(comment) if comment in (BY_APPOINTMENT, UNSAID) else typed(comment)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_open(osm: str, at: datetime) -> bool:
    """Return True for a place surely open at a moment."""
    return now(osm, at).state == "open"


def is_closed(osm: str, at: datetime) -> bool:
    """Tell a place surely closed at a moment from any other: hours unknown, or by appointment, are neither.

    >>> [is_closed(osm, datetime(2026, 11, 24, 9)) for osm in ("Tu 14:00-18:00", "Tu 09:00-12:00", "")]
    [True, False, False]
    """
    return now(osm, at).state in ("closed", "soon")


def opens_at(osm: str, at: datetime) -> datetime | None:
    """Return when a place is next surely open (local time, naive): `at` itself when it is; None when nobody
    knows.

    Hours that hold in the school holidays alone, or by appointment, are not surely open.

    >>> opens_at("Mo 09:00-12:00", datetime(2026, 11, 20, 10)), opens_at(
    ...     'unknown "sur rendez-vous"', datetime(2026, 11, 20))
    (datetime.datetime(2026, 11, 23, 9, 0), None)
    """
    usual = _split_holidays(osm)[0]
    hours, moment = _hours(usual), at
    for _ in range(MOST_CHANGES if hours is not None else 0):
        state, comment = hours.state(moment)
        if state == State.OPEN and not comment and _since(usual, moment) in (None, moment):
            return moment
        moment = hours.next_change(moment)
        if moment is None:
            return None
    return None


def week(osm: str, on: date) -> list[Day]:
    """Return the seven days of the week that holds a day, Monday first; [] when the hours say nothing of it.

    Those of the school holidays are left out: see `hours`.
    """
    usual = _split_holidays(osm)[0]
    hours = _hours(usual)
    if hours is None:
        return []
    monday = on - timedelta(days=on.weekday())
    days = []
    for n in range(len(DAYS)):
        day = monday + timedelta(days=n)
        start = datetime(day.year, day.month, day.day)
        parts, uncertain = [], dict[str, None]()
        night = start + timedelta(days=1)
        spans = [
            (max(first, start), min(last or night, night), state, comment)
            for first, last, state, comment in hours.intervals(start, night)
            if state != State.CLOSED
        ]
        known_comments = _around_known(spans, start, night)
        for begin, end, state, comment in spans:
            is_full_day = begin == start and end == night
            if is_full_day and state == State.UNKNOWN:  # the day is known, not the hours
                parts.append(_first_upper(_confirm(comment)))
                continue
            if state == State.UNKNOWN and (comment == TO_CONFIRM or comment in known_comments):
                uncertain[_confirm(comment)] = None
                continue
            if is_full_day:
                span_words = say(ALL_DAY)
            elif end == night and _hour(begin) in _open_ended(usual):
                span_words = say(FROM, hour=clock(begin))
            else:
                span_words = say("{begin} – {end}", begin=clock(begin), end=closing(end))
            parts.append(f"{span_words} ({_comment(comment)})" if comment else span_words)
        span_words = _first_upper(series([*parts, *uncertain]) or say(CLOSED))
        days.append(Day(_first_upper(weekday(n)), span_words, day == on))
    return days


def _around_known(
    spans: Sequence[tuple[datetime, datetime, Any, str]], start: datetime, night: datetime
) -> set[str]:
    """Return the comments on the rest of a day some hours of which are known: from when to when is not, and «
    0 h – 9 h (l’après-midi, sur rendez-vous) » would be hours that nobody gave.
    """
    if all(state == State.UNKNOWN for *_, state, _ in spans):
        return set()
    return {
        comment
        for begin, end, state, comment in spans
        if state == State.UNKNOWN and (begin == start or end == night)
    }


def weekdays(osm: str, on: date) -> frozenset[int] | None:
    """Return the days on which a place opens in the week that holds a day, Monday 0; None when the hours say
    nothing.

    A day whose hours are not known counts: it is open at some time.

    >>> sorted(weekdays("Mo,We 09:00-12:00", date(2026, 11, 20)) or ()), weekdays("", date(2026, 11, 20))
    ([0, 2], None)
    >>> sorted(weekdays('Sa unknown "horaires à confirmer"', date(2026, 11, 20)) or ())
    [5]
    """
    hours = _hours(_split_holidays(osm)[0])
    if hours is None:
        return None
    monday = datetime.combine(on - timedelta(days=on.weekday()), MIDNIGHT)
    sunday_night = monday + timedelta(days=7)
    weekdays = set[int]()
    for first, last, state, _ in hours.intervals(monday, sunday_night):
        if state != State.CLOSED:
            begin, end = max(first, monday), min(last or sunday_night, sunday_night)
            nights = -((begin - end) // timedelta(days=1))  # a whole day ends when the next one begins
            weekdays |= {(begin.date() + timedelta(days=n)).weekday() for n in range(nights)}
    return frozenset(weekdays)


def weekly_hours(osm: str) -> float | None:
    """Return how many hours a week a place is open, on the average of a whole year: a fortnightly stop counts
    half, a seasonal one its season; None when the hours say nothing of it.

    >>> weekly_hours("We 09:00-12:00"), weekly_hours("week 1-53/2 We 09:00-12:00"), weekly_hours("mercredi")
    (3.0, 1.5, None)
    """
    hours = _hours(_split_holidays(osm)[0])
    if hours is None:
        return None
    spans = hours.intervals(YEAR_FROM, YEAR_FROM + timedelta(weeks=WEEKS))
    seconds = sum((last - begin).total_seconds() for begin, last, state, _ in spans if state == State.OPEN)
    return round(seconds / 3600 / WEEKS, 2) or None


def is_late(osm: str, on: date) -> bool | None:
    """Tell a place that opens after 19 h, on a Saturday or on a Sunday, some week of the year that a day
    begins; None when no hour of it is known. A comment is not read, and a day off is not open.

    >>> is_late("Mo-Fr 09:00-12:00; Sa off", date(2026, 11, 20)), is_late("24/7", date(2026, 11, 20))
    (False, True)
    """
    usual, holidays = _split_holidays(osm)
    hours = _hours(usual or holidays)
    if hours is None:
        return None
    start = datetime.combine(_plain_week(on), MIDNIGHT)
    is_known = False
    for first, last, state, comment in hours.intervals(
        start, start + timedelta(days=7 if every_week(usual) else 366)
    ):
        if state == State.OPEN:
            is_known = True
            begin = max(first, start)
            evening = datetime.combine(begin.date(), EVENING)
            if begin >= evening or (
                (last is None or last > evening) and _hour(begin) not in _open_ended(usual or holidays)
            ):
                return True
        if (state == State.OPEN or comment == TO_CONFIRM) and max(first, start).weekday() in WEEK_END:
            return True
    return False if is_known else None


def every_week(osm: str) -> bool:
    """Recognise hours that are the same each week: no “first Tuesday of the month”, no even weeks, no
    dates.
    """
    bare = COMMENT.sub("", osm)
    return not _split_holidays(osm)[1] and not any(mark in bare for mark in ("[", "week", "SH", *_OSM_MONTHS))


def clock(moment: datetime) -> str:
    """Return a time as it is said.

    >>> clock(datetime(2026, 1, 1, 18, 30)), clock(datetime(2026, 1, 1, 9, 0))
    ('18 h 30', '9 h')
    """
    if not spoken().is_french:
        return f"{moment.hour}:{moment.minute:02d}"
    return f"{moment.hour} h {moment.minute:02d}" if moment.minute else f"{moment.hour} h"


def closing(moment: datetime) -> str:
    """Return the hour when a place closes as it is said: midnight ends the day, it does not begin it.

    >>> closing(datetime(2026, 1, 2, 0, 0)), closing(datetime(2026, 1, 1, 18, 30))
    ('24 h', '18 h 30')
    """
    if moment.time() != MIDNIGHT:
        return clock(moment)
    return "24 h" if spoken().is_french else "24:00"


def date_text(day: date, *, year: bool = True) -> str:
    """Return a date in words.

    >>> date_text(date(2026, 9, 1)), date_text(date(2026, 9, 2), year=False)
    ('1er septembre 2026', '2 septembre')
    """
    if not spoken().is_french:
        locale = spoken().locale
        words = format_date(day, "long", locale) if year else format_skeleton("MMMMd", day, locale=locale)
        return words.replace("\u202f", NBSP)  # no font of ours has it
    return in_words(day, year=year)


def weekday(n: int) -> str:
    """Return a day of the week as it stands inside a sentence, Monday being 0.

    >>> weekday(0)
    'lundi'
    """
    return (
        DAYS[n].lower()
        if spoken().is_french
        else str(get_day_names("wide", "stand-alone", spoken().locale)[n])
    )


# ------------------------------------------------------------------------------------------------------ words


def hours(osm: str, on: date, text: str = "") -> list[str]:
    """Return opening hours as a few lines, days of the same hours together; [] when they say nothing.

    Read on a week without holiday, so that what is printed holds for the others. text: the words of whoever
    gave them, printed where no week is like another.

    >>> hours("Mo-Fr 09:00-12:00; Sa 14:00-18:30", date(2026, 11, 11))
    ['Du lundi au vendredi : 9\\xa0h\\xa0–\\xa012\\xa0h', 'Samedi : 14\\xa0h\\xa0–\\xa018\\xa0h\\xa030']
    >>> hours('unknown "sur rendez-vous"', date(2026, 11, 11))
    ['Sur rendez-vous']
    """
    if not osm:
        return []
    usual, _ = _split_holidays(osm)
    away = [_away(line) for line in in_holidays(osm, on)]
    if not usual:
        return [*away, say(OTHER_DAYS)] if away else []
    if every_week(usual):
        return [*_by_day(usual, on), *away]
    words = " ".join(text.split())
    return by_month(osm, on) or [typed(f"« {words} »") if 0 < len(words) <= LONG_HOURS else say(CHANGING)]


def _away(line: str) -> str:
    """Return hours as those of the school holidays."""
    if ": " in line:
        return say("Vacances scolaires, {line}", line=lower_first(line) if spoken().is_french else line)
    return say("Vacances scolaires\u00a0: {line}", line=lower_first(line))


def by_month(osm: str, on: date) -> list[str]:
    """Return hours that hold “the first Tuesday of the month” in words, with the others; [] when they are
    anything else.
    """
    usual, holidays = _split_holidays(osm)
    if holidays:
        return []
    ranked = [rule for rule, _ in _rules(usual) if "[" in COMMENT.sub("", rule)]
    weekly = _joined([(rule, mark) for rule, mark in _rules(usual) if rule not in ranked])
    with speaking(FRENCH):
        lines = [line for rule in ranked for line in _monthly(rule) or [""]]
    days = {day for rule in ranked for day, _ in DAY_OF_MONTH.findall(rule)}
    by_day = _by_day(weekly, on)
    if not lines or "" in lines or (weekly and (not every_week(weekly) or days & _days_open(weekly, on))):
        return []  # on that day of the month, the hours of each week no longer hold
    return [*by_day, *map(typed, lines)]


def in_holidays(osm: str, on: date) -> list[str]:
    """Return the hours of the school holidays in words, a line each; [] when nothing is said of them."""
    _, holidays = _split_holidays(osm)
    return (_by_day(holidays, on) or [say(CLOSED)]) if holidays else []


def _by_day(osm: str, on: date) -> list[str]:
    """Return the hours of a week, days of the same hours together."""
    alike: dict[str, list[int]] = {}
    for k, day in enumerate(week(osm, _plain_week(on))):
        if day.words != say(CLOSED):
            alike.setdefault(day.words, []).append(k)
    return [_line(days, words) for words, days in alike.items()]


def _days_open(osm: str, on: date) -> set[str]:
    days = zip(SHORT, week(osm, _plain_week(on)), strict=False)
    return {code for code, day in days if day.words != say(CLOSED)}


def _line(days: Sequence[int], words: str) -> str:
    if len(days) == len(SHORT) and not words.startswith(say(ALL_DAY)) and not HOUR.search(words):
        return words
    spans = SPAN.sub(lambda span: span[0].replace(" ", NBSP), lower_first(words))
    return say("{days} : {hours}", days=_days(days), hours=spans)


def _days(days: Sequence[int]) -> str:
    """Return days in words.

    >>> _days([0, 1, 2, 3, 4]), _days([0, 3]), _days([5]), _days(range(7))
    ('Du lundi au vendredi', 'Lundi et jeudi', 'Samedi', 'Tous les jours')
    """
    names = [weekday(k) for k in days]
    if len(names) == len(SHORT):
        return say("Tous les jours")
    if len(names) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return _first_upper(say("Du {first} au {last}", first=names[0], last=names[-1]))
    return _first_upper(listing(names))


def _monthly(rule: str) -> list[str]:
    """Return a rule on “the first Tuesday of the month” in words; [] when it says anything else."""
    match = MONTHLY.fullmatch(rule)
    days = DAY_OF_MONTH.findall(match[1]) if match else []
    if not match or any(n not in RANKS for _, ranks in days for n in ranks.split(",")):
        return []
    spans = ", ".join(
        f"{NBSP}–{NBSP}".join(map(_clock, span.split("-")))
        for span in (match["spans"] or "").split(",")
        if span
    )
    note = match["note"] or ""
    details = f"{spans} ({note})" if spans and note else spans or _confirm(note)
    lines = []
    for day, ranks in days:
        which = listing([RANKS[n] for n in ranks.split(",")])
        lines.append(f"{which.capitalize()} {lower_first(DAYS[SHORT.index(day)])} du mois : {details}")
    return lines


def _clock(text: str) -> str:
    hour, minute = (int(part) for part in text.split(":"))
    return f"{hour}{NBSP}h{NBSP}{minute:02d}" if minute else f"{hour}{NBSP}h"


@cache
def _plain_week(on: date) -> date:
    """Return a day of the first week, from that of a day on, without any public holiday."""
    day = on
    while any(each.words != say(CLOSED) for each in week("PH 10:00-11:00", day)):
        day += timedelta(days=7)
    return day


# ------------------------------------------------------------------------------------------------------ rules


@lru_cache(maxsize=4_096)
def _split_holidays(osm: str) -> tuple[str, str]:
    """Return the hours of most weeks, and those of the school holidays alone, written as if they held each
    week.

    >>> _split_holidays('Tu 10:00-12:00; SH We 14:00-17:00')
    ('Tu 10:00-12:00', 'We 14:00-17:00')
    >>> _split_holidays('Tu 15:00-18:30 "Vacances scolaires"')
    ('', 'Tu 15:00-18:30')
    """
    usual, holidays = list[tuple[str, str]](), list[tuple[str, str]]()
    for rule, mark in _rules(osm):
        if match := SCHOOL.match(rule):
            holidays.append((match["rest"], mark))
            if match["public"] or match["too"]:
                usual.append((f"PH {match['rest']}", mark))
        elif match := NAMED.fullmatch(rule):
            comment = f' "{match["rest"]}"' if match["rest"] else ""
            holidays.append((f"{match['hours']}{comment}", mark))
        else:
            usual.append((rule, mark))
    split = _joined(usual), _joined(holidays)
    return split if split[1] and all(not each or _hours(each) for each in split) else (osm, "")


def _rules(osm: str) -> list[tuple[str, str]]:
    """Return the rules of OSM hours, each with what joins it to the one before."""
    rules, mark = list[tuple[str, str]](), ""
    for part in RULE.split(osm):
        if part.strip() in (";", ",", "||"):
            mark = part
        elif part.strip():
            rules.append((part.strip(), mark))
    return rules


def _joined(rules: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{mark if k else ''}{rule}" for k, (rule, mark) in enumerate(rules))


_OSM_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "easter")


@lru_cache(maxsize=4_096)
def _hours(osm: str) -> Any:
    if not osm:
        return None
    try:
        return OpeningHours(osm, country="FR")
    except opening_hours.ParserError:  # type: ignore[attr-defined]  # left out of its stubs
        return None
