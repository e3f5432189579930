"""Dates as French says them."""

from datetime import date

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def in_words(day: date, *, year: bool = True) -> str:
    """Return a date in French words.

    >>> in_words(date(2026, 11, 1)), in_words(date(2026, 9, 2), year=False)
    ('1er novembre 2026', '2 septembre')
    """
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"
