"""Local time of each part of France: metropolitan, or overseas by the first digits of a commune code.

Source: IANA time zones, through zoneinfo; each collectivité of the COG has one.
"""

from functools import cache
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"
OVERSEAS = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/Guadeloupe",
    "978": "America/Guadeloupe",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
LATEST = "987"  # where a day ends last


def zone(code_insee: str) -> ZoneInfo:
    """Return the time zone of a commune or of a departement, by its code; that of Paris when unknown.

    >>> zone("38185").key, zone("97411").key, zone("").key
    ('Europe/Paris', 'Indian/Reunion', 'Europe/Paris')
    """
    return _zone(code_insee[:3])


@cache
def _zone(start: str) -> ZoneInfo:
    return ZoneInfo(OVERSEAS.get(start, PARIS))
