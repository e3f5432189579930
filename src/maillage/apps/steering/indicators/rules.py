"""The rules of indicators, whatever stores their counts: days that have had time, whole batches, divisions
that have a sense.

Source: docs/methods/indicateurs.md
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from maillage.reference.indicators import Indicator
from maillage.statistics.engine import comparisons, small_counts
from maillage.statistics.engine.funnel import limits
from maillage.statistics.engine.proportions import Share
from maillage.statistics.engine.suppression import leaves_parts_in_doubt
from maillage.words import wording

METHOD = "indicateurs"
# Measures whose rows are arrivals and departures: what stands on a day is their sum up to that day.
STRUCTURES, AIDANTS, PLACES, TALKING, PRACTICE, PLANNED = (
    *("structures", "aidants", "places"),
    *("talking", "practice", "planned"),
)
# Of the places that help or train: how many, how many say what they receive, and the sum of it, by week.
RECEIVING, SIZED, CAPACITY = "receiving", "sized", "capacity"
# Of the places with wifi or computers to use: how many, how many say how much they serve, and the sum.
ACCESS, VISITED, VISITS = "access", "visited", "visits"
STOPS = "stops"  # of places that move, cut by place: as many of the places above are one
OF_PLACES = (
    *(PLACES, TALKING, PRACTICE, PLANNED, RECEIVING, SIZED, CAPACITY),
    *(ACCESS, VISITED, VISITS, STOPS),
)
LASTING = (STRUCTURES, AIDANTS, *OF_PLACES)
# Measures whose rows are cases of their day.
SENT, CANCELLED, ANSWERED_FAST, KNOWN, SERVED = "sent", "cancelled", "answered_fast", "known", "served"
PLANS_QUESTIONED, PLANS_CONVERTED, LEARNERS, ACTS = "plans_due", "plans_converted", "learners", "acts"
# Of meetings of the network, which are nobody’s: nothing is withheld of them.
ANIMATIONS, EVENTS, PARTNERSHIPS = "animations", "events", "partnerships"
DEVICES = "devices"
OF_MEETINGS = (ANIMATIONS, EVENTS, PARTNERSHIPS)
FAST = timedelta(days=8)
PERIODS: Mapping[int, str] = {3: "3 mois", 6: "6 mois", 12: "1 an"}
USUAL = 12  # months
COUNTED, ESTIMATED, PUBLISHED, PARTLY = "counted", "estimated", "published", "partly"
MISSING, WITHHELD = "missing", "withheld"  # nobody knows; too few people to be told
EARLIER = "earlier"  # known, and not in an edition of a survey that is older than it
KINDS: Mapping[str, str] = {
    COUNTED: "compté",
    ESTIMATED: "estimé",
    PUBLISHED: "enquête publiée",
    PARTLY: "en partie inconnu",
    MISSING: "manquant",
    WITHHELD: "masqué",
    EARLIER: "édition antérieure",
}
ByDay = Mapping[date, tuple[int, int]]  # (part, whole) of each day


def is_scale(answer: str) -> bool:
    """Return True if an answer of a survey is several of a scale taken together.

    >>> is_scale("a_l_aise tres"), is_scale("oui"), is_scale("oui | aisance : Peu à l’aise")
    (True, False, False)
    """
    return " " in answer.partition(" | ")[0]


def period(on: date, months: int) -> date:
    """Return the first day of a period of whole months that ends with that of a day.

    >>> period(date(2026, 11, 22), 12)
    datetime.date(2025, 12, 1)
    """
    index = on.year * 12 + on.month - months
    return date(index // 12, index % 12 + 1, 1)


def period_starts(on: date) -> tuple[date, ...]:
    """Return the first day of each period that a page may tell, the longest first.

    >>> [f"{day:%m/%Y}" for day in period_starts(date(2026, 11, 22))]
    ['12/2025', '06/2026', '09/2026']
    """
    return tuple(period(on, months) for months in sorted(PERIODS, reverse=True))


def publishable_parts(days: ByDay, starts: Sequence[date], may: Callable[[ByDay], bool]) -> dict[date, ByDay]:
    """Return the cases of the longest period in parts, by the first day of each: one less the other, two
    periods tell the part that only one holds. A period begins a part when each part is empty, or `may` be
    told; the others cannot be told beside it.

    >>> march, august = date(2026, 3, 5), date(2026, 8, 5)
    >>> def parts(n):
    ...     held = {march: (0, n), august: (0, 30)}
    ...     return publishable_parts(held, [march, august], lambda part: totals(part)[1] > 10)
    >>> [len(parts(n)) for n in (20, 3)], parts(20)[august] == {august: (0, 30)}
    ([2, 1], True)
    """
    longest, *other_starts = starts
    for n in range(len(other_starts), 0, -1):
        for chosen in combinations(other_starts, n):
            parts = _between(days, (longest, *chosen))
            if all(may(part) for part in parts.values() if totals(part)[1]):
                return parts
    return _between(days, (longest,))


def _between(days: ByDay, firsts: Sequence[date]) -> dict[date, ByDay]:
    ends = (*firsts[1:], date.max)
    return {
        first: {day: day_counts for day, day_counts in days.items() if first <= day < end}
        for first, end in zip(firsts, ends, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Point:
    """A month of a series: its first day, a value with its bounds; None: withheld, or nothing; early: too
    recent to be told.
    """

    month: date
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An indicator on a day. value, low, high: in its unit, None when missing, for a reason; denominator:
    what it is divided by, None when there is none or it is withheld. exclusions: what is not in it, in
    sentences. part: the numerator of a share, when it may be told.
    """

    definition: Indicator
    on: date
    value: float | None = None
    low: float | None = None
    high: float | None = None
    denominator: float | None = None
    part: int | None = None
    reason: str = ""
    kind: str = COUNTED
    universe: str = ""
    source: str = ""
    exclusions: tuple[str, ...] = ()
    examples: bool = False
    series: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A share that moved beyond chance: percent and cases before, percent and cases of the latest month."""

    month: date
    before: float
    n_before: int
    now: float
    n_now: int

    @property
    def words(self) -> str:
        """The move, in a sentence: no cause is known."""
        way = "Hausse" if self.now > self.before else "Baisse"
        return (
            f"{way} au-delà du hasard : {wording.percent(self.now)} des {wording.number(self.n_now)} derniers"
            f" cas, {wording.percent(self.before)} des {wording.number(self.n_before)} d’avant. Rien ne dit"
            " pourquoi."
        )


CHANCE = 0.05  # of telling of a move that is none, over all the indicators of a page
FEWEST_MONTHS = 3  # before which nothing is said


def moved(points: Sequence[Point], looks: int) -> Move | None:
    """Return how the latest month of a share differs from those before it beyond chance, None when it does
    not. looks: how many shares are looked at together: the more there are, the less each may be alarmed.

    >>> year = [Point(date(2026, m, 1), 80.0, n=50) for m in range(1, 6)]
    >>> moved([*year, Point(date(2026, 6, 1), 40.0, n=50)], 5).now
    40.0
    >>> moved([*year, Point(date(2026, 6, 1), 74.0, n=50)], 5)
    """
    known_points = [
        (point_or_count, point_or_count.value, point_or_count.n)
        for point_or_count in points
        if point_or_count.value is not None and point_or_count.n
    ]
    if len(known_points) < FEWEST_MONTHS:
        return None
    *former, (latest, now, n_now) = known_points
    n = sum(point_or_count for _, _, point_or_count in former)
    before = sum(value * point_or_count for _, value, point_or_count in former) / n
    gap = comparisons.difference(_share(now, n_now), _share(before, n), level=1 - CHANCE / max(looks, 1))
    if gap.low <= 0 <= gap.high:
        return None
    return Move(latest.month, before, n, now, n_now)


def _share(percent: float, n: int) -> Share:
    p = percent / 100
    return Share(value=p, variance=p * (1 - p) / n, n=n, df=max(n - 1, 1), simple=True)


@dataclass(frozen=True, slots=True)
class FunnelPlace:
    """A territory in a funnel: its share and its limits, in percent, its cases, and which side it is on: -1
    under, 0 within, 1 above.
    """

    name: str
    share: float
    n: int
    low: float
    high: float
    side: int

    @property
    def words(self) -> str:
        """Return its position, in words: chance alone, or more."""
        return {
            -1: "plus bas que le hasard seul ne le ferait",
            0: "dans ce que le hasard donne",
            1: "plus haut que le hasard seul ne le ferait",
        }[self.side]


FEWEST_PLACES = 3  # of a funnel: two territories make no crowd to stand in


def funnel(cases: Sequence[tuple[str, int, int]]) -> tuple[float, tuple[FunnelPlace, ...]] | None:
    """Return the common share of some territories, in percent, and where each stands against the limits that
    chance gives around it; None for fewer than three. cases: (name, part, whole).

    >>> common, places = funnel([("A", 70, 100), ("B", 55, 100), ("C", 20, 100)])
    >>> [place.side for place in places]
    [1, 0, -1]
    """
    known = [(name, part, total) for name, part, total in cases if total > 0]
    if len(known) < FEWEST_PLACES:
        return None
    common = sum(part for _, part, _ in known) / sum(total for _, _, total in known)
    out = []
    for name, part, total in known:
        low, high = limits(common, total)
        share = part / total
        side = (share > high) - (share < low)
        out.append(FunnelPlace(name, 100 * share, total, 100 * low, 100 * high, side))
    return 100 * common, tuple(out)


def missing(definition: Indicator, on: date, reason: str) -> Value:
    """Return an indicator that nobody can tell that day, with the reason."""
    return Value(definition=definition, on=on, reason=reason, kind=MISSING, universe=definition.universe)


def batched(days: ByDay, least: int) -> ByDay:
    """Return the days counted: up to the last one that ends a batch of `least` cases, so that two readings
    never differ by a few people.

    >>> d = date(2026, 1, 1)
    >>> len(batched({d: (1, 6), d.replace(day=2): (2, 6), d.replace(day=3): (0, 4)}, 11))
    2
    """
    if not least:
        return days
    counted: dict[date, tuple[int, int]] = {}
    pending: dict[date, tuple[int, int]] = {}
    n_pending = 0
    for day in sorted(days):
        pending[day] = days[day]
        n_pending += days[day][1]
        if n_pending >= least:
            counted |= pending
            n_pending, pending = 0, {}
    return counted


def first_batches(days: ByDay, least: int) -> ByDay:
    """Return the first cases of some days by whole batches, as the loop counts them.

    >>> d = date(2026, 1, 1)
    >>> first_batches({d: (0, 20), d.replace(day=2): (0, 6)}, 11)[d.replace(day=2)]
    (0, 2)
    """
    n_remaining, counted = small_counts.batch(totals(days)[1], least), {}
    for day in sorted(days):
        n = min(days[day][1], n_remaining)
        n_remaining -= n
        if n:
            counted[day] = (0, n)
    return counted


def secondary_suppression(counts: Sequence[tuple[int, int]], may: Sequence[bool], least: int) -> list[bool]:
    """Return True for the shares of a whole cut in parts may be told, that of the whole being known: those
    withheld leave each other in doubt on either side; the smallest of the others goes with them.

    counts: (part, whole) of each; may: whether it is told on its own account.

    >>> secondary_suppression([(12, 24), (15, 30), (2, 4)], [True, True, False], 11)
    [False, True, False]
    >>> secondary_suppression([(12, 24), (15, 30)], [True, True], 11)
    [True, True]
    >>> secondary_suppression([(12, 24), (30, 30)], [True, False], 11)
    [False, False]
    >>> secondary_suppression([(10, 24), (10, 30), (15, 40), (30, 60)], [False, False, True, True], 11)
    [False, False, False, True]
    """
    published = list(may)
    while any(published) and not all(published):
        suppressed = [
            count for count, is_published in zip(counts, published, strict=True) if not is_published
        ]
        sides = zip(*((part, total - part) for part, total in suppressed), strict=True)
        if all(leaves_parts_in_doubt(side, float("inf"), least) for side in sides):
            break
        published[min((counts[k][1], k) for k, is_published in enumerate(published) if is_published)[1]] = (
            False
        )
    return published


def totals(days: ByDay) -> tuple[int, int]:
    """Return the part and the whole of some days."""
    return sum(part for part, _ in days.values()), sum(total for _, total in days.values())


def ripe(days: ByDay, wait: int, on: date) -> tuple[ByDay, int]:
    """Return the days whose cases have had more than `wait` days, and how many cases have not."""
    last = on - timedelta(days=wait)
    old = {day: day_counts for day, day_counts in days.items() if day < last or not wait}
    return old, sum(total for day, (_, total) in days.items() if day not in old)


def months_between(since: date, until: date) -> list[date]:
    """Return the first day of each month from a day to a day, both included.

    >>> [f"{day:%m}" for day in months_between(date(2026, 11, 20), date(2027, 1, 2))]
    ['11', '12', '01']
    """
    months, month = [], since.replace(day=1)
    while month <= until:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def per(n: float, base: float, times: float) -> float | None:
    """Return a density; None when nothing can be divided by.

    >>> per(3, 1500, 1000), per(3, 0, 1000)
    (2.0, None)
    """
    return times * n / base if base > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The weekly capacity that places declare. receiving: places that help or train; sized: those of them
    that say how many people; places: the sum of what they say.

    >>> Capacity(receiving=3, sized=1, places=12).words.replace("\\xa0", " ")
    'Au moins 12 places par semaine : 1 lieu sur 3 le dit.'
    >>> Capacity(receiving=2, sized=2, places=30).words.replace("\\xa0", " ")
    '30 places par semaine, dites par 2 lieux.'
    """

    receiving: int = 0
    sized: int = 0
    places: int = 0

    def __add__(self, other: "Capacity") -> "Capacity":
        """Return the capacity of both territories together."""
        return Capacity(
            receiving=self.receiving + other.receiving,
            sized=self.sized + other.sized,
            places=self.places + other.places,
        )

    @property
    def n_places(self) -> int | None:
        """People received in a week, None when no place says it: nobody knows, and it is not zero."""
        return self.places if self.sized else None

    @property
    def silent(self) -> int:
        """Return the number of places that help or train without saying for how many people."""
        return self.receiving - self.sized

    @property
    def words(self) -> str:
        """The whole as a sentence: known, partly known, or told by nobody."""
        if not self.receiving:
            return "Aucun lieu de ce territoire n’indique aider ou former."
        if not self.sized:
            if self.receiving == 1:
                return "Le seul lieu qui aide ou forme ne dit pas combien de personnes il reçoit par semaine."
            many = f"Aucun des {wording.number(self.receiving)} lieux qui aident ou forment"
            return f"{many} ne dit combien de personnes il reçoit par semaine."
        places_text = wording.count(self.places, "place")
        if not self.silent:
            return f"{places_text} par semaine, dites par {wording.count(self.sized, 'lieu', 'lieux')}."
        places_answering = (
            f"{wording.count(self.sized, 'lieu', 'lieux')} sur {wording.number(self.receiving)}"
        )
        return (
            f"Au moins {places_text} par semaine : {places_answering} le"
            f" {'disent' if self.sized > 1 else 'dit'}."
        )

    @property
    def silence(self) -> tuple[str, ...]:
        """The places left out, as a sentence: places that do not say."""
        if not self.silent:
            return ()
        many = self.silent > 1
        return (
            f"À part, {wording.count(self.silent, 'lieu', 'lieux')} qui {'aident' if many else 'aide'} ou"
            f" {'forment' if many else 'forme'} sans dire pour combien de personnes : la vraie capacité est"
            " plus haute.",
        )


def per_need(places: int, low: float, high: float, value: float) -> tuple[float, float, float] | None:
    """Return places for 1,000 people in need, with its bounds: few people make many places each; None where
    nobody may be in need.

    >>> per_need(30, 8_000, 12_000, 10_000)
    (3.0, 2.5, 3.75)
    """
    if low <= 0 or value <= 0:
        return None
    return 1000 * places / value, 1000 * places / high, 1000 * places / low


def local_share(
    rate: tuple[float, float, float], national: tuple[float, float, float], adults: float, everywhere: float
) -> tuple[float, float, float] | None:
    """Return the share (0 to 1) of the people in need of the country who live in a territory, with bounds.

    rate, national: value, low, high in percent; adults, everywhere: residents of 20 and over, there and in
    the country. None when there is nothing to divide by.
    """
    if everywhere <= 0 or min(national) <= 0:
        return None
    weight = adults / everywhere
    return (
        weight * rate[0] / national[0],
        weight * rate[1] / national[2],
        weight * rate[2] / national[1],
    )
