"""The material of the indicators of a territory: residents, places, and what was counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np
from django.db.models import Q, Sum
from django.utils import timezone

from maillage.apps.directory.places.queries import districts, scope
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.models import DailyCount, Refresh
from maillage.apps.steering.plans.models import Plan
from maillage.apps.steering.plans.rules import DONE, DROPPED
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories.queries import perimeter
from maillage.kernel.errors import UnknownTerritory
from maillage.publishing.territory.criteria import Surveyed
from maillage.sources import cog
from maillage.statistics.diagnosis.surface import square_kilometres
from maillage.statistics.need import population as frames
from maillage.statistics.zones.territories import gazetteer, rows_of
from maillage.web import bulk, snapshots
from maillage.words.dates import counted

MANY_COUNTS = 20_000  # sums of a day in a commune: beyond, nobody waits while they are added up
NO_STUDY = "Le diagnostic de ce territoire n’est pas calculé : demandez-le sur sa page."
Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True, slots=True)
class Need:
    """The need of a territory, as its latest study says: persons, percent of its universe, and which one."""

    people: Interval
    rate: Interval
    definition: str
    universe: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of a territory by (measure, part, example), then by day."""

    series: Mapping[tuple[str, str, bool], Mapping[date, int]]

    def is_example(self, measure: str) -> bool:
        """Return True if the published part of a measure is invented: some of it is, or, of what happens,
        some of another measure is. A demonstration is told whole, and its real rows apart.
        """
        of = {measure} if measure in rules.LASTING else self._happening
        return any(example and name in of for name, _, example in self.series)

    @property
    def _happening(self) -> set[str]:
        return {name for name, _, _ in self.series} - set(rules.LASTING)

    def days(self, measure: str, parts: Collection[str] | None = None, *, example: bool) -> dict[date, int]:
        """Return the counts of a measure by day, summed over some parts, over all by default."""
        count_by_day: dict[date, int] = {}
        for (name, part, invented), days in self.series.items():
            if name == measure and invented == example and (parts is None or part in parts):
                for day, n in days.items():
                    count_by_day[day] = count_by_day.get(day, 0) + n
        return count_by_day

    def parts(self, measure: str) -> set[str]:
        """Return the parts that a measure is cut by."""
        return {part for name, part, _ in self.series if name == measure}

    def standing(self, measure: str, on: date, part: str = "") -> int:
        """Return the count on a day of something that lasts."""
        days = self.days(measure, (part,), example=self.is_example(measure))
        return sum(n for day, n in days.items() if day <= on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A territory on a day. since: first day of the period asked for; counts: those of the longest period;
    population: residents, 0 where unknown; n_communes, n_covered: communes, and those with a place; surveyed:
    what its published surveys say; invented: what its examples say, where no survey does; one_by_one: the
    questions whose edition takes no scale together; actions: of its published plan by state, None without
    one; districts: published places by how they stand to a priority district, None without contours;
    counted_at: when the rows were last read, None when they never were; no_need: why the need is not known,
    "" when it is.
    """

    code: str
    name: str
    on: date
    since: date
    population: int
    communes: frozenset[str] | None
    n_communes: int
    n_covered: int
    counts: Counts
    need: Need | None
    no_need: str
    surveyed: Surveyed
    invented: Surveyed
    one_by_one: Collection[tuple[str, str]]
    actions: Mapping[str, int] | None
    districts: Mapping[str, int] | None
    counted_at: datetime | None

    def counted(self, now: datetime) -> str:
        """Return between which days its cases were counted, and when, in the hour of `now`; "" when they
        never were.
        """
        if self.counted_at is None:
            return ""
        return counted(self.since, self.on, timezone.localtime(self.counted_at, now.tzinfo), now)

    @property
    def surface(self) -> float:
        """Square kilometres, 0 where no contour is known."""
        return float(_surface(self.communes))

    @property
    def adults(self) -> tuple[float, float]:
        """Residents of 20 and over, there and in the country."""
        return _adults(self.communes), _adults(None)


def ground(place: str, *, on: date, months: int = rules.USUAL) -> Ground:
    """Return the ground of a territory, in a constant number of queries; UnknownTerritory otherwise."""
    area = scope.of(place)
    need = need_of(area.code)
    communes = None if area.is_everywhere else frozenset(area.communes)
    since = rules.period(on, months)
    every = _communes(communes)
    with_places = DailyCount.objects.filter(_there(communes), measure=rules.PLACES, day__lte=on)
    surveyed = evidence.published(area.code, by_group=True)
    counts, taken_at = _counts(communes, rules.period_starts(on)[0], on)
    read_at = Refresh.objects.values_list("at", flat=True).first()
    covered = with_places.values("commune").annotate(total=Sum("n")).filter(total__gt=0).order_by()
    return Ground(
        code=area.code,
        name=area.name,
        on=on,
        since=since,
        population=_population(area.code, every),
        communes=communes,
        n_communes=len(set(every.values())),
        n_covered=len({every[c] for c in covered.values_list("commune", flat=True) if c in every}),
        counts=counts,
        need=need,
        no_need="" if need is not None else why_no_need(area.code),
        surveyed=surveyed,
        invented=evidence.invented(area.code, real_answers=surveyed, by_group=True),
        one_by_one=evidence.answer_by_answer(area.code),
        actions=_actions(area.code),
        districts=districts.counts(area.communes),
        counted_at=read_at and min(read_at, taken_at),
    )


def _there(communes: Collection[str] | None) -> Q:
    return Q() if communes is None else Q(commune__in=bulk.to_find(sorted(communes)))


def _counts(communes: frozenset[str] | None, since: date, on: date) -> tuple[Counts, datetime]:
    """Return the counts of some communes, and when they were added up."""
    at = timezone.now()
    codes = None if communes is None else sorted(communes)
    if on != timezone.localdate(at):
        return Counts(by_day(codes, since.isoformat(), on=on)), at
    counts_by_day, taken_at = snapshots.answer(
        f"{__name__}.by_day", codes, since.isoformat(), on=on, at=at, is_long=lambda: _is_large(communes)
    )
    return Counts(counts_by_day), taken_at or at


def _is_large(communes: frozenset[str] | None) -> bool:
    """Return True if its days take long to be summed."""
    return DailyCount.objects.filter(_there(communes)).order_by()[:MANY_COUNTS].count() == MANY_COUNTS


def by_day(
    communes: Sequence[str] | None, since: str, *, on: date
) -> dict[tuple[str, str, bool], dict[date, int]]:
    """Return the counts of some communes (None: everywhere) by measure, part and example, then by day, since
    a day (ISO) for cases, since ever for what lasts.
    """
    first = date.fromisoformat(since)
    in_time = Q(day__lte=on) & (Q(measure__in=rules.LASTING) | Q(day__gte=first))
    rows = DailyCount.objects.filter(_there(communes), in_time)
    counts_by_key: dict[tuple[str, str, bool], dict[date, int]] = {}
    day_rows = rows.values_list("measure", "part", "example", "day").annotate(Sum("n")).order_by()
    for measure, part, example, day, n in day_rows:
        counts_by_key.setdefault((measure, part, example), {})[day] = n
    return counts_by_key


def capacities(communes: frozenset[str] | None, on: date) -> dict[str, rules.Capacity]:
    """Return the weekly capacity declared by the places of each commune (None: everywhere), as last
    counted on a day; communes where no place helps or trains are left out.
    """
    rows = DailyCount.objects.filter(
        _there(communes), measure__in=(rules.RECEIVING, rules.SIZED, rules.CAPACITY), day__lte=on
    )
    counts_by_commune: dict[str, dict[str, int]] = {}
    for commune, measure, n in rows.values_list("commune", "measure").annotate(Sum("n")).order_by():
        counts_by_commune.setdefault(commune, {})[measure] = n
    return {
        commune: rules.Capacity(
            receiving=commune_counts[rules.RECEIVING],
            sized=commune_counts.get(rules.SIZED, 0),
            places=commune_counts.get(rules.CAPACITY, 0),
        )
        for commune, commune_counts in counts_by_commune.items()
        if commune_counts.get(rules.RECEIVING)
    }


def _communes(communes: frozenset[str] | None) -> dict[str, str]:
    """Return the commune of each code of a territory: itself, or that of a municipal arrondissement."""
    rows = cog.communes()
    parents = zip(rows["code"].tolist(), rows["parent"].tolist(), strict=True)
    return {code: parent or code for code, parent in parents if communes is None or code in communes}


def _population(code: str, every: Mapping[str, str]) -> int:
    if perimeter(code) is None:
        return gazetteer().get(code).population
    known = gazetteer()
    return sum(known.get(each).population for each in set(every.values()) if each in known)


def need_of(place: str) -> Need | None:
    """Return the need of a territory from its latest study, None without one or when it is withheld."""
    study = dossiers.latest(place)
    path = dossiers.file(study, "etude.json") if study is not None else None
    return None if path is None else _need(dossiers.needs(path))


def why_no_need(place: str) -> str:
    """Return why the need of a territory is not known: its study withholds it, none can be made, none was."""
    study = dossiers.latest(place)
    path = dossiers.file(study, "etude.json") if study is not None else None
    if path is not None:
        return str(dossiers.needs(path).territory["precarite_numerique"].get("motif") or NO_STUDY)
    try:
        territory = gazetteer().get(place)
    except UnknownTerritory:  # a perimeter is cut in a territory that has figures
        return NO_STUDY
    try:
        rows_of(territory, frames.sources().rp2021)
    except UnknownTerritory as outside:
        return outside.sentences[0]
    return NO_STUDY


def _need(needs: dossiers.Needs) -> Need | None:
    people, rate = (needs.territory[id] for id in ("precarite_numerique", "taux_precarite_numerique"))
    if people["valeur"] is None or rate["valeur"] is None:
        return None
    return Need(_interval(people), _interval(rate), needs.definition["id"], needs.definition["univers"])


def _interval(figure: Mapping[str, float]) -> Interval:
    return figure["valeur"], figure["bas"], figure["haut"]


def _actions(place: str) -> Mapping[str, int] | None:
    plan = Plan.objects.filter(place=place, published_at__isnull=False).first()
    if plan is None:
        return None
    states = list(plan.actions.filter(parent=None).values_list("state", flat=True))
    running = [state for state in states if state != DROPPED]
    return {"done": running.count(DONE), "all": len(running), "dropped": len(states) - len(running)}


@lru_cache(maxsize=64)
def _surface(communes: frozenset[str] | None) -> float:
    return square_kilometres(set(_communes(communes).values()))


@lru_cache(maxsize=64)
def _adults(communes: frozenset[str] | None) -> float:
    iris = frames.sources().rp2021
    adults = iris["pop_20_64"] + iris["pop_65p"]
    if communes is None:
        return float(np.nansum(adults))
    return float(np.nansum(adults[np.isin(iris["commune"], sorted(communes))]))
