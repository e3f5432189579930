"""Reading the country that this installation serves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from maillage.kernel.names import plain
from maillage.statistics.country import diagnosis
from maillage.statistics.country.card import Pack
from maillage.statistics.country.diagnosis import Country, Sheet, Territory
from maillage.words import opening

AHEAD = 14  # days in which a holiday is told beside the hours
HOLIDAYS = re.compile(r"(?<=\w),(?:PH|SH)\b|\b(?:PH|SH),(?=\w)")  # among the days of a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of a place in words: now, a line each, and the holiday that is near."""

    state: str
    now: str
    lines: Sequence[str]
    holiday: str


def home() -> Path:
    """Return where counted countries are kept."""
    return Path(settings.HOME) / "pays"


def country() -> Country:
    """Return the country that is served."""
    return diagnosis.current(home())


def places(country: Country, text: str, within: Territory) -> list[Sheet]:
    """Return the places of a territory whose name, address or services have words that begin so."""
    wanted = plain(text).split()
    matches = []
    for sheet in country.in_areas(within.areas):
        words = plain(" ".join((sheet.name, sheet.address, *sheet.services, *sheet.languages))).split()
        if all(any(word.startswith(part) for word in words) for part in wanted):
            matches.append(sheet)
    return matches


def place(country: Country, code: str) -> Sheet | None:
    """Return a place by its code."""
    return next((each for each in country.places if each.code == code), None)


def hours(pack: Pack, osm: str, at: datetime) -> Hours:
    """Return the hours of a place at a local moment.

    Rules of holidays are left out: the reader of hours knows those of France alone. On a holiday of the
    country nobody is told that it is open.
    """
    rules = (HOLIDAYS.sub("", part).strip() for part in osm.split(";"))
    usual = "; ".join(rule for rule in rules if rule and not rule.startswith(("PH", "SH")))
    today = at.date()
    near = _next_holiday(pack, today)
    status = opening.now(usual, at)
    lines = opening.hours(usual, today) if usual else []
    if near is not None and near[0] == today:
        return Hours(state="unknown", now=f"Aujourd’hui, {near[1]} : appelez avant", lines=lines, holiday="")
    holiday_text = (
        f"{near[1]}, le {opening.date_text(near[0])} : jour férié, renseignez-vous." if near else ""
    )
    return Hours(state=status.state, now=status.words, lines=lines, holiday=holiday_text)


def _next_holiday(pack: Pack, today: date) -> tuple[date, str] | None:
    holidays = [
        (day, each.label)
        for each in pack.holidays
        for year in (today.year, today.year + 1)
        if today <= (day := each.in_year(year)) <= today + timedelta(days=AHEAD)
    ]
    return min(holidays, default=None)
