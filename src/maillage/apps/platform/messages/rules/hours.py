"""Hours at which a phone may ring: neither at night nor on Sunday, where the phone lives."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maillage.apps.platform.messages.rules.states import SMS

OPENS, CLOSES = time(8), time(20)
SUNDAY = 6
PARIS = ZoneInfo("Europe/Paris")
# By the first digits of a number: the longest that fits. Elsewhere, the time of Paris.
ZONES = {
    "+262": ZoneInfo("Indian/Reunion"),
    "+262269": ZoneInfo("Indian/Mayotte"),
    "+262639": ZoneInfo("Indian/Mayotte"),
    "+508": ZoneInfo("America/Miquelon"),
    "+590": ZoneInfo("America/Guadeloupe"),
    "+594": ZoneInfo("America/Cayenne"),
    "+596": ZoneInfo("America/Martinique"),
    "+681": ZoneInfo("Pacific/Wallis"),
    "+687": ZoneInfo("Pacific/Noumea"),
    "+689": ZoneInfo("Pacific/Tahiti"),
}


def zone(number: str) -> ZoneInfo:
    """Return the time that a phone lives by."""
    if number.startswith("+33"):  # most, and thousands are read at once
        return PARIS
    fits = [prefix for prefix in ZONES if number.startswith(prefix)]
    return ZONES[max(fits, key=len)] if fits else PARIS


def leaves_at(channel: str, to: str, at: datetime) -> datetime:
    """Return the first moment, from `at` on, when a message may be sent: at once, except for an SMS at night
    or on Sunday.
    """
    return _rings_at(at, zone(to)) if channel == SMS else at


@lru_cache(maxsize=1024)
def _rings_at(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    if local.weekday() != SUNDAY and OPENS <= local.time() < CLOSES:
        return at
    day = local.date()
    if local.time() >= OPENS or day.weekday() == SUNDAY:
        day += timedelta(days=1)
    if day.weekday() == SUNDAY:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=local.tzinfo)
