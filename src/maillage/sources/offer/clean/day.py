"""Days as files write them: every usual form, counted in seconds or in days, and those no calendar has."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

FRANCE = ZoneInfo("Europe/Paris")
SPREADSHEET_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 30_000, 60_000  # 1982 to 2064
EARLIEST, LONG_AGO = date(1900, 1, 1), date(2000, 1, 1)

MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "février": 2, "fevrier": 2, "févr": 2, "fevr": 2, "fév": 2, "fev": 2,
    "mars": 3,
    "avril": 4, "avr": 4, "mai": 5, "juin": 6, "juillet": 7, "juil": 7, "août": 8, "aout": 8, "septembre": 9,
    "sept": 9,
    "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "décembre": 12, "decembre": 12, "déc": 12, "dec": 12,
    "january": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6,
    "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sep": 9, "october": 10,
    "november": 11, "december": 12,
}  # fmt: skip
MONTH = rf"(?P<month>{'|'.join(MONTHS)})\.?"
TIME = (
    r"(?:(?:\s*T\s*|\s+à\s+|\s*,\s+|\s+[-–—]\s+|\s+)"
    r"(?P<hour>\d{1,2})\s?[:h]\s?(?P<minute>\d{2})?(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?\s*(?P<zone>Z|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?)?"
)
WEEKDAY = r"(?:le\s+)?(?:(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]{0,2}\s+)?"
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){TIME}",
        rf"{WEEKDAY}(?P<d>\d{{1,2}})\s?[-/.]\s?(?P<m>\d{{1,2}})\s?[-/.]\s?(?P<y>\d{{4}}|\d{{2}}){TIME}",
        rf"{WEEKDAY}(?P<d>\d{{1,2}})(?:\s?er)?[\s-]+{MONTH}[\s-]+(?P<y>\d{{4}}){TIME}",
        rf"{WEEKDAY}{MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<y>\d{{4}}){TIME}",
        r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)",
        rf"{MONTH}\s+(?P<y>\d{{4}})",
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})",
        r"(?P<m>\d{1,2})[-/](?P<y>\d{4})",
        r"(?P<y>(?:19|20)\d{2})",
    )
)
OFFSET = re.compile(r"\D*?([+-]\d{1,2})?:?(\d{2})?")
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
SECONDS = re.compile(r"(\d{10})(?:\d{3})?(?:[.,]\d+)?")


def clean(text: str, *, today: date) -> Cleaned[date]:
    """Return the day in a cell, read day before month; the day in France, when it also has a time and a zone.

    A month alone is its first day, a year alone its first of January, both doubtful; so are a day to come,
    kept as it is, and a day before 2000. A day that no calendar has is refused.
    """
    if empty := words.nothing(text):
        return empty
    typed = " ".join(text.strip().lstrip("'’").split())
    if serial := SERIAL.fullmatch(typed):
        if not FIRST_SERIAL <= int(serial[1]) <= LAST_SERIAL:
            return Cleaned.refused("ce nombre n’est pas une date de tableur")
        return _judged(
            SPREADSHEET_ZERO + timedelta(days=int(serial[1])), today, "nombre de jours d’un tableur", ""
        )
    if seconds := SECONDS.fullmatch(typed):
        moment = datetime.fromtimestamp(int(seconds[1]), tz=UTC).astimezone(FRANCE)
        return _judged(moment.date(), today, "nombre de secondes depuis 1970", "")
    match = next((candidate for form in FORMS if (candidate := form.fullmatch(typed))), None)
    if match is None:
        return Cleaned.refused("ce texte n’est pas une date")
    return _from(match.groupdict(), typed, today)


def _from(groups: dict[str, str | None], typed: str, today: date) -> Cleaned[date]:
    mend = doubt = ""
    year = int(groups["y"] or 0)
    if len(groups["y"] or "") == 2:
        year += 2000 if year <= today.year % 100 + 1 else 1900
        mend = "année écrite sur deux chiffres"
    worded = (groups.get("month") or "").casefold()
    month = MONTHS[worded] if worded else int(groups.get("m") or 1)
    day = int(groups.get("d") or 1)
    if not groups.get("d"):
        doubt = (
            "jour inconnu : le premier du mois"
            if worded or groups.get("m")
            else "année seule : le 1er janvier"
        )
    if month > 12 >= day:
        month, day, doubt = day, month, "mois et jour inversés"
    try:
        day_read = date(year, month, day)
    except ValueError:
        if not (year and month and day):
            return Cleaned.refused(
                "la date n’est pas remplie : un zéro tient lieu de jour, de mois ou d’année"
            )
        return Cleaned.refused(f"{words.quoted(typed)} n’existe dans aucun calendrier")
    if day_read < EARLIEST:
        return Cleaned.refused(f"l’année {year} ne peut pas être celle d’un lieu")
    return _judged(_in_france(day_read, groups), today, mend, doubt)


def _in_france(day: date, groups: dict[str, str | None]) -> date:
    """Return the day it was in France at a time with its zone: midnight in Paris is the day before in UTC."""
    if not (zone := groups.get("zone")):
        return day
    hours, minutes = OFFSET.fullmatch(zone).groups()  # type: ignore[union-attr]  # read by the same expression just before
    offset = f"{int(hours or 0):+03}:{minutes or '00'}"
    hour = int(groups["hour"] or 0)
    if half := (groups.get("half") or "").casefold():
        hour = hour % 12 + 12 * (half == "p")
    try:
        moment = datetime.fromisoformat(f"{day}T{hour:02}:{groups.get('minute') or '00'}:00{offset}")
        return moment.astimezone(FRANCE).date()
    except (ValueError, OverflowError):
        return day


def _judged(day: date, today: date, mend: str, doubt: str) -> Cleaned[date]:
    doubts = [doubt] if doubt else []
    if day > today:
        doubts.append("date à venir")
    if day < LONG_AGO:
        doubts.append("date d’avant 2000")
    return words.verdict(day, mends=[mend] if mend else [], doubts=doubts)
