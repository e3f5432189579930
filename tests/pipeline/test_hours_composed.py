"""Opening hours composed at random, whose meaning is known: days, hours, one exception, in any order."""

import random
from datetime import datetime

from opening_hours import OpeningHours

from maillage.pipeline.offer.clean.hours import clean

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MORNINGS, AFTERNOONS = ((9, 12), (8, 11), (10, 12)), ((14, 17), (13, 16), (15, 18))
YEAR = datetime(2027, 1, 1), datetime(2028, 1, 1)
TEXTS = 400


class _Composer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.any = self.random.choice
        self.week: dict[int, list[tuple[int, int]]] = {}
        self.others = ""

    def text(self) -> str:
        self.hour = self.any((lambda at: f"{at}h", lambda at: f"{at} h", lambda at: f"{at:02}:00"))
        days_first, free, said = self.any((True, False)), set(range(7)), list[str]()
        for _ in range(self.any((1, 2, 2, 3))):
            days, named = self._days()
            if set(days) <= free:
                free -= set(days)
                spans = [self.any(MORNINGS)] * self.any((0, 1)) + [self.any(AFTERNOONS)]
                self.week |= {day: list(spans) for day in days}
                hours = self.any((" et ", ", ")).join(map(self._span, spans))
                said.append(f"{named}{self.any((' ', ' : '))}{hours}" if days_first else f"{hours} {named}")
        stop = self.any((". ", "\n", " ; "))
        return stop.join([*said, *self._exception(said)]) + self.any(("", "."))

    def osm(self) -> str:
        rules = [
            f"{CODES[day]} {','.join(f'{start:02}:00-{end:02}:00' for start, end in spans)}"
            for day, spans in sorted(self.week.items())
            if spans
        ]
        return "; ".join(rules) + self.others

    def _span(self, span: tuple[int, int]) -> str:
        return self.any(("{} - {}", "{} à {}", "de {} à {}")).format(*map(self.hour, span))

    def _days(self) -> tuple[list[int], str]:
        first = self.random.randrange(4)
        last = self.random.randrange(first + 2, 7)
        chosen = sorted(self.random.sample(range(7), 2))
        one, other = (DAYS[day] for day in chosen)
        return self.any(
            (
                (list(range(first, last + 1)), f"du {DAYS[first]} au {DAYS[last]}"),
                (
                    chosen,
                    self.any((f"{one} et {other}", f"les {one}s et {other}s", f"le {one} et le {other}")),
                ),
                ([first], self.any((f"le {DAYS[first]}", f"les {DAYS[first]}s", f"chaque {DAYS[first]}"))),
            )
        )

    def _exception(self, said: list[str]) -> list[str]:
        day = self.any(sorted(self.week))
        spans, kind = (
            self.week[day],
            self.any(("none", "month", "holidays", "shut", "half", "until", "since")),
        )
        alone = any(DAYS[day] in part and sum(name in part for name in DAYS) == 1 for part in said)
        if kind == "month":
            self.others = "; Aug off"
            return [self.any(("fermé en août", "fermeture annuelle en août"))]
        if kind == "holidays":
            self.others = "; PH off"
            return [self.any(("fermé les jours fériés", "sauf jours fériés"))]
        if kind == "shut" and not alone and len(self.week) > 1:
            self.week[day] = []
            return [self.any((f"fermé le {DAYS[day]}", f"fermeture le {DAYS[day]}"))]
        if kind == "half" and len(spans) > 1:
            self.week[day] = spans[:1]
            return [f"fermé le {DAYS[day]} après-midi"]
        if kind == "until":
            self.week[day] = [*spans[:-1], (spans[-1][0], 19)]
            return [self.any((f"jusqu’à {self.hour(19)} le {DAYS[day]}", f"fermeture à 19h le {DAYS[day]}"))]
        if kind == "since" and len(spans) == 1:
            self.week[day] = [(16, spans[0][1])] if spans[0][1] > 16 else spans
            return [f"ouverture à {self.hour(16)} le {DAYS[day]}"] if spans[0][1] > 16 else []
        return []


def _states(osm: str) -> list[tuple[object, ...]]:
    return [piece[:3] for piece in OpeningHours(osm, country="FR").intervals(*YEAR)] if osm else []


def test_what_is_composed_is_read_as_it_was_meant():
    composers = [_Composer(seed) for seed in range(TEXTS)]
    found = {composer.text(): composer for composer in composers}
    wrong = {
        text: (clean(text).value.osm, composer.osm())
        for text, composer in found.items()
        if _states(clean(text).value.osm) != _states(composer.osm())
    }
    assert wrong == {}
