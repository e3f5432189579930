"""Public holidays of France, where each holds: metropolitan, of Alsace and Moselle, overseas.

Source: Code du travail, L3133-1, L3134-13, L3422-2; Easter by the Gregorian algorithm of Meeus (1991).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "holidays.yaml"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A rule of OSM hours on days of the week and public holidays: “PH off”, “Su,PH 10:00-12:00”.
PUBLIC_RULE = re.compile(r'(?:^|;)\s*[A-Za-z,\-]*\bPH\b[A-Za-z,\-]*\s+(?P<hours>(?:"[^"]*"|[^;"])+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A holiday of each year: a month and a day, or days after Easter. where: first digits of the communes
    that have it, empty when all do.
    """

    label: str
    source: str
    month: int = 0
    day: int = 0
    easter: int | None = None
    where: Sequence[str] = ()
    doubt: str = ""

    def in_year(self, year: int) -> date:
        if self.easter is None:
            return date(year, self.month, self.day)
        return easter(year) + timedelta(days=self.easter)

    @property
    def osm(self) -> str:
        """The day as OSM hours write it."""
        if self.easter is None:
            return f"{MONTHS[self.month - 1]} {self.day:02d}"
        return f"easter {self.easter:+d} days"


@cache
def holidays() -> tuple[Holiday, ...]:
    """Return every holiday, as its source gives it."""
    return tuple(Holiday(**row) for row in read_yaml(FILE))


@cache
def of_year(year: int, code_insee: str = "") -> Mapping[date, str]:
    """Return the holidays of a year in a commune, with their names."""
    local_holidays = (
        each for each in holidays() if not each.where or code_insee.startswith(tuple(each.where))
    )
    return {each.in_year(year): each.label for each in local_holidays}


def name_of(day: date, code_insee: str = "") -> str:
    """Return the name of the holiday that a day is in a commune, '' when it is none.

    >>> name_of(date(2026, 5, 25)), name_of(date(2026, 12, 20)), name_of(date(2026, 12, 20), "97411")
    ('Lundi de Pentecôte', '', 'Abolition de l’esclavage')
    """
    return of_year(day.year, code_insee).get(day, "")


@lru_cache(maxsize=4_096)
def with_local(osm: str, code_insee: str) -> str:
    """Return OSM hours whose rules on public holidays name those of a commune too: readers of OSM hours know
    those of the whole country alone. A rule that a season opens (“Jul PH off”) stays as it is.

    >>> with_local("Mo-Fr 09:00-12:00; PH off", "97411"), with_local("PH off", "38185")
    ('Mo-Fr 09:00-12:00; PH off; Dec 20 off', 'PH off')
    """
    local = ",".join(
        each.osm for each in holidays() if each.where and code_insee.startswith(tuple(each.where))
    )
    return PUBLIC_RULE.sub(lambda rule: f"{rule[0]}; {local} {rule['hours']}", osm) if local else osm


def easter(year: int) -> date:
    """Return Easter Sunday.

    >>> easter(2026), easter(2027)
    (datetime.date(2026, 4, 5), datetime.date(2027, 3, 28))
    """
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarter, odd = divmod(in_century, 4)
    week = (32 + 2 * rest + 2 * quarter - moon - odd) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)
