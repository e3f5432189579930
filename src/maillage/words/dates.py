"""Dates as French says them, and writes them."""

import re
from datetime import date
from typing import Literal

from babel.dates import get_day_names, get_month_names

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


def read(text: str) -> date | None:
    """Return a date written `AAAA-MM-JJ`, `JJ/MM/AAAA` or `JJ.MM.AAAA`, with or without its hour; None for
    anything else.

    >>> read("2026-11-01T10:00"), read("1/11/2026"), read("11/13/2026")
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 1), None)
    """
    try:
        if found := ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := FRENCH.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None


def in_words(day: date, *, year: bool = True) -> str:
    """Return a date in French words.

    >>> in_words(date(2026, 11, 1)), in_words(date(2026, 9, 2), year=False)
    ('1er novembre 2026', '2 septembre')
    """
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
