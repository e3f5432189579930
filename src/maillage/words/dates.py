"""Dates as French says them, and writes them."""

import re
from datetime import date, datetime
from typing import Literal

from babel.dates import get_day_names, get_month_names

from maillage.kernel.names import plain

Names = tuple[str, ...]


def _days(width: Literal["wide", "abbreviated"]) -> Names:
    names = get_day_names(width, locale="fr")
    return tuple(
        names[day] for day in range(7)
    )  # from Monday, as `weekday` counts; babel's own order is from Sunday


MONTHS: Names = tuple(get_month_names("wide", locale="fr").values())
SHORT_MONTHS: Names = tuple(get_month_names("abbreviated", locale="fr").values())
DAYS, SHORT_DAYS = _days("wide"), _days("abbreviated")
ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
FRENCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
SPELLED = re.compile(r"(?:le )?(\d{1,2})(?:er)? ([^\W\d_]{3,})\.? (\d{4})", re.IGNORECASE)
MONTH_BY_NAME = {plain(name): n for names in (MONTHS, SHORT_MONTHS) for n, name in enumerate(names, 1)}


def read(text: str, *, year: int | None = None) -> date | None:
    """Return a date written in words, as `AAAA-MM-JJ`, `JJ/MM/AAAA` or `JJ.MM.AAAA`, with or without its
    hour; None for anything else. year: of a day written without its own, which is not read without it.

    >>> read("2026-11-01T10:00"), read("1/11/2026"), read("11/13/2026")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 1), None)
    >>> read("le 1er février 2027"), read("15 fevr. 2027"), read("31 février 2027"), read("3 ateliers 2027")
    (datetime.date(2027, 2, 1), datetime.date(2027, 2, 15), None, None)
    >>> read("1er mars"), read("1er mars", year=2027), read("1/3", year=2027), read("mars", year=2027)
    (None, datetime.date(2027, 3, 1), datetime.date(2027, 3, 1), None)
    """
    if year is not None:
        return read(text) or read(f"{text} {year}") or read(f"{text}/{year}")
    try:
        if match := ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := FRENCH.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := SPELLED.fullmatch(text):
            return date(int(match[3]), MONTH_BY_NAME.get(plain(match[2]), 0), int(match[1]))
    except ValueError:
        return None
    return None


def ago(at: datetime, now: datetime) -> str:
    """Return since when something is known, as one says it: a day beyond the same day.

    >>> now = datetime(2026, 11, 26, 9, 30)
    >>> ago(now, now), ago(datetime(2026, 11, 26, 9, 26), now), ago(datetime(2026, 11, 26, 7), now)
    ('à l’instant', 'il y a 4\xa0minutes', 'il y a 2\xa0heures')
    >>> ago(datetime(2026, 11, 25, 9), now)
    'le 25 novembre 2026'
    """
    minutes = int((now - at).total_seconds() // 60)
    if at.date() != now.date():
        return f"le {in_words(at.date())}"
    if minutes < 1:
        return "à l’instant"
    n, noun = (minutes, "minute") if minutes < 60 else (minutes // 60, "heure")
    return f"il y a {n}\xa0{noun}{'s' if n > 1 else ''}"


def counted(since: date, until: date, at: datetime | None, now: datetime) -> str:
    """Return between which days something was counted, and when; at: None for just now. What was counted on a
    day says nothing of the days that came after.

    >>> counted(date(2025, 12, 1), date(2026, 11, 26), None, datetime(2026, 11, 26, 9))
    'du 1er décembre 2025 au 26 novembre 2026, compté à l’instant'
    >>> counted(date(2025, 12, 1), date(2026, 11, 26), datetime(2026, 11, 24, 9), datetime(2026, 11, 26, 9))
    'du 1er décembre 2025 au 24 novembre 2026, compté le 24 novembre 2026'
    """
    at = at or now
    return f"{window(since, min(until, at.date()))}, compté {ago(at, now)}"


def window(since: date, until: date) -> str:
    """Return two days as the bounds of what is between them.

    >>> window(date(2025, 12, 1), date(2026, 11, 26))
    'du 1er décembre 2025 au 26 novembre 2026'
    """
    return f"du {in_words(since)} au {in_words(until)}"


def months(since: date | None, until: date | None) -> str:
    """Return the months between two days, as a table has room for them.

    >>> months(date(2027, 3, 1), date(2028, 12, 31)), months(date(2027, 3, 1), date(2027, 12, 31))
    ('mars 2027 – déc. 2028', 'mars – déc. 2027')
    >>> months(date(2027, 3, 1), None), months(None, date(2027, 3, 1)), months(None, None)
    ('dès mars 2027', 'avant fin mars 2027', '')
    """
    first, last = (f"{SHORT_MONTHS[day.month - 1]} {day.year}" if day else "" for day in (since, until))
    if since and until:
        start = SHORT_MONTHS[since.month - 1] if since.year == until.year else first
        return last if first == last else f"{start} – {last}"
    return f"dès {first}" if first else f"avant fin {last}" if last else ""


def in_words(day: date, *, year: bool = True) -> str:
    """Return a date in French words.

    >>> in_words(date(2026, 11, 1)), in_words(date(2026, 9, 2), year=False)
    ('1er novembre 2026', '2 septembre')
    """
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
