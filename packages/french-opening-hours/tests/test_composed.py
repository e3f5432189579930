"""Opening hours composed at random, whose meaning is known: days, hours, one exception, in any order."""

import random
from datetime import datetime, timedelta

from opening_hours import OpeningHours, State

from french_opening_hours import read

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
        days_first, free, parts = self.any((True, False)), set(range(7)), list[str]()
        for _ in range(self.any((1, 2, 2, 3))):
            days, named = self._days()
            if set(days) <= free:
                free -= set(days)
                spans = [self.any(MORNINGS)] * self.any((0, 1)) + [self.any(AFTERNOONS)]
                self.week |= {day: list(spans) for day in days}
                hours = self.any((" et ", ", ")).join(map(self._span, spans))
                parts.append(f"{named}{self.any((' ', ' : '))}{hours}" if days_first else f"{hours} {named}")
        stop = self.any((". ", "\n", " ; "))
        return stop.join([*parts, *self._exception(parts)]) + self.any(("", "."))

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

    def _exception(self, parts: list[str]) -> list[str]:
        day = self.any(sorted(self.week))
        spans, kind = (
            self.week[day],
            self.any(("none", "month", "holidays", "shut", "half", "until", "since")),
        )
        alone = any(DAYS[day] in part and sum(name in part for name in DAYS) == 1 for part in parts)
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
    composer_by_text = {composer.text(): composer for composer in composers}
    wrong = {
        text: (read(text).osm, composer.osm())
        for text, composer in composer_by_text.items()
        if _states(read(text).osm) != _states(composer.osm())
    }
    assert wrong == {}


PLACES = (  # hours of a place, in three orders
    ("Du lundi au vendredi de 9h à 12h et de 14h à 17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
    ("Lundi, mardi et jeudi : 8h-12h / 13h-17h, vendredi : 8h-12h", "Mo,Tu,Th 08:00-12:00,13:00-17:00; Fr 08:00-12:00"),
    ("Lundi : 9h-12h\nMardi : 14h-18h\nMercredi : 9h-12h / 14h-18h", "Mo 09:00-12:00; Tu 14:00-18:00; We 09:00-12:00,14:00-18:00"),
    ("9h-12h du lundi au samedi", "Mo-Sa 09:00-12:00"),
)  # fmt: skip
SERVICES = (  # what may be said below them of something else, which closes no place and opens none without its name
    "Le service des cartes est fermé le mercredi", "Service courrier fermé le vendredi après-midi",
    "Le guichet des plantes ferme à 11h30", "Semences : fermé le mardi", "Greffe : mardi 14h-16h",
    "Cours de taille le mardi de 14h à 16h", "Permanence SPA le 1er mardi du mois de 9h à 12h",
    "Un jeudi par mois, bourse aux graines de 9h à 11h", "Accueil téléphonique de 8h à 12h du lundi au vendredi",
    "Le trésorier reçoit le samedi matin sur rendez-vous", "Jardinier présent le vendredi de 9h à 12h",
    "La caisse ferme 30 minutes avant", "Dernière visite à 16h30", "Le jardinier est absent le lundi",
    "Retrait des plants : lundi et jeudi de 15h à 17h", "Serre : mardi 9h-11h (fermé en août)",
    "Réunion chaque premier vendredi du mois à 14h", "Le troc (dans le hall) : du mardi au samedi, 9h-12h",
    "Fermeture du guichet unique de 12h à 13h",
)  # fmt: skip


def test_hours_of_a_service_close_no_place_and_open_none_firmly():
    spring = datetime(2027, 3, 1), datetime(2027, 3, 1 + 7)
    joints = (". {}.", "\n{}", " ; {}", " ({})")
    wrong = []
    for place, osm in PLACES:
        intended = _minutes(osm, *spring)
        for text in (place + joint.format(service) for service in SERVICES for joint in joints):
            read_states = _minutes(read(text).osm, *spring)
            shut = any(
                state == State.CLOSED and intended[at][0] == State.OPEN
                for at, (state, _) in read_states.items()
            )
            opens = any(
                (state, note) == (State.OPEN, "") and intended[at][0] == State.CLOSED
                for at, (state, note) in read_states.items()
            )
            wrong += [text] if shut or opens else []
    assert wrong == []


def _minutes(osm: str, first: datetime, last: datetime) -> dict[datetime, tuple[State, str]]:
    """Return the state and the comment every quarter of an hour."""
    state_by_time, quarter = dict[datetime, tuple[State, str]](), timedelta(minutes=15)
    for start, end, state, comment in OpeningHours(osm, country="FR").intervals(first, last):
        at = max(start, first)
        while at < min(end or last, last):
            state_by_time[at] = (state, str(comment or ""))
            at += quarter
    return state_by_time
