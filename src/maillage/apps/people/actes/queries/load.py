"""The load of acts: minutes in place, together and shown; what falls on social workers; what learning would
cost instead. Counted, never estimated; told by whole lots, as the activity report of a structure.

Source: docs/methods/actes.md
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from django.db.models import Count, QuerySet, Sum

from maillage.apps.directory.places.queries.seats import structures_in
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.kernel.estimate import Figure
from maillage.reference import offer
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.statistics.people.shares import share

METHOD = "actes"
HOUR = 60  # minutes
SOCIAL_WORK = ("departement", "ccas")  # types of structures whose trade is social work
MONTHS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())


@dataclass(frozen=True, slots=True)
class Cell:
    """Acts of one kind, and their minutes; None when fewer than a lot."""

    n: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A month, or a type of structures: its cells in the order of KINDS."""

    label: str
    cells: list[Cell]

    @property
    def by_kind(self) -> list[tuple[str, Cell]]:
        """Its cells, each with the name of its kind."""
        return list(zip(rules.KINDS.values(), self.cells, strict=True))

    @property
    def total(self) -> Cell:
        """The sum of what its cells tell."""
        counted = [each for each in self.cells if each.n is not None]
        if not counted:
            return Cell(None, None)
        return Cell(sum(each.n or 0 for each in counted), sum(each.minutes or 0 for each in counted))


@dataclass(frozen=True, slots=True)
class Cost:
    """Acts done in the place of people, and the time that learning them once would take. people: different
    pairs of a person and a procedure, by whole batches; breakeven: how many times in place last as long as
    learning once.
    """

    acts: int
    minutes: int
    people: int
    assumed: float
    alone: float
    together: float
    breakeven: float


@dataclass(frozen=True, slots=True)
class Load:
    """The load of a period. n: acts told; least: the size of a lot, 0 for invented acts, told one by one;
    examples: all of them are invented.
    """

    n: int
    least: int
    examples: bool
    months: list[Row]
    kinds: list[Row]
    social: Figure
    cost: Cost | None


class Sums(NamedTuple):
    """Acts of a month (its first day), a kind of structure and a kind of act: how many, and their minutes."""

    month: date
    structure: str
    kind: str
    n: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Assumptions a reader may change: minutes in place, minutes to learn, seats of a workshop."""

    in_place: float
    learning: float
    seats: float


def assumptions() -> Assumptions:
    """Return the assumptions as they are stated in the parameters."""
    return Assumptions(
        number("acts/in_place_minutes"), number("acts/learning_minutes"), number("acts/workshop_seats")
    )


def load(communes: frozenset[str] | None, since: date, until: date, assumptions: Assumptions) -> Load:
    """Return the load of the acts of some communes (None: everywhere) over whole months, both days included.
    Invented acts are told apart: where there are some, they alone are counted.

    Each line fills its own lots from the first month of a year: neither another period nor another territory
    gives back the acts of a few.
    """
    first = since.replace(day=1)
    rows = Act.objects.filter(
        on_day__gte=first.replace(month=1), on_day__lte=until, struck_at=None
    ).order_by()
    if communes is not None:
        rows = rows.filter(structure__in=structures_in(communes) or [])
    sums = [
        (example, Sums(date(year, month, 1), structure, kind, n, minutes))
        for example, year, month, structure, kind, n, minutes in rows.values_list(
            "example", "on_day__year", "on_day__month", "structure__kind", "kind"
        ).annotate(Count("pk"), Sum("minutes"))
    ]
    examples = any(example for example, _ in sums)
    least = 0 if examples else int(number("protection/small_count"))
    counted = [sum_of for example, sum_of in sums if example == examples]
    lots = partial(_lots, first=first, least=least)
    by_kind = {kind: lots(each for each in counted if each.kind == kind) for kind in rules.KINDS}
    social, other_acts = (
        _sum(lots(each for each in counted if (each.structure in SOCIAL_WORK) is wanted)).n
        for wanted in (True, False)
    )
    return Load(
        n=sum(_sum(months_of).n for months_of in by_kind.values()),
        least=least,
        examples=examples,
        months=[
            Row(
                f"{MONTHS[month.month - 1]} {month.year}",
                [_cell(months_of.get(month, NOTHING), least) for months_of in by_kind.values()],
            )
            for month in sorted(
                {month for months_of in by_kind.values() for month in months_of if months_of[month].n}
            )
        ],
        kinds=[
            Row(label, [_cell(cell, least) for cell in cells])
            for label, cells in _by_structure(counted, lots)
            if any(cell.n for cell in cells)
        ],
        social=share(
            social,
            social + other_acts,
            least=least,
            things="actes",
            universe="actes d’aide notés",
            method=METHOD,
            nobody="Trop peu d’actes sont notés sur cette période.",
        ),
        cost=_cost(
            rows.filter(kind=rules.PLACE, example=examples, on_day__gte=first),
            _sum(by_kind[rules.PLACE]),
            assumptions,
            least,
        ),
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """The use of a territory's time: acts done in the place of people, and shown to them, by whole batches.
    learners: people and procedures among the former; to_learn: minutes to teach each once, one by one;
    examples: all of them are invented.
    """

    in_place: int
    minutes: int
    taught: int
    taught_minutes: int
    learners: int
    to_learn: float
    examples: bool


def balance(communes: frozenset[str] | None, since: date, until: date, assumptions: Assumptions) -> Balance:
    """Return the time in place against the time teaching of some communes (None: everywhere), both days
    included: sums of the database, whatever the number of acts. Nothing is told of fewer than a batch.
    """
    rows = Act.objects.filter(on_day__gte=since, on_day__lte=until, struck_at=None).order_by()
    if communes is not None:
        rows = rows.filter(structure__in=structures_in(communes) or [])
    sums = {
        (example, kind): (n, minutes)
        for example, kind, n, minutes in rows.values_list("example", "kind").annotate(
            Count("pk"), Sum("minutes")
        )
    }
    examples = any(example for example, _ in sums)
    least = 0 if examples else int(number("protection/small_count"))
    batches = {
        kind: _batch(*sums.get((examples, kind), (0, 0)), least) for kind in (rules.PLACE, rules.DEMONSTRATED)
    }
    (in_place, minutes), (taught, taught_minutes) = batches[rules.PLACE], batches[rules.DEMONSTRATED]
    learners = 0
    if in_place:
        learners = small_counts.batch(_learners(rows.filter(kind=rules.PLACE, example=examples)), least)
    return Balance(
        in_place, minutes, taught, taught_minutes, learners, learners * assumptions.learning, examples
    )


def _batch(n: int, minutes: int, least: int) -> tuple[int, int]:
    """Return acts by whole batches, and their share of the minutes: the last few are in neither."""
    batch = small_counts.batch(n, least)
    return batch, round(minutes * batch / n) if n else 0


class _Lots(NamedTuple):
    """Acts told, and their minutes: whole lots, 0 for fewer."""

    n: int
    minutes: int


NOTHING = _Lots(0, 0)


def _lots(sums: Iterable[Sums], *, first: date, least: int) -> dict[date, _Lots]:
    """Return the publishable acts by month, from the first of a period: their lots fill from January, their
    minutes are rounded to the hour.
    """
    n, minutes = Counter[date](), Counter[date]()
    for each in sums:
        n[each.month] += each.n
        minutes[each.month] += each.minutes
    lots_by_month = small_counts.by_year(n, minutes, least, HOUR if least else 1)
    return {month: _Lots(*lots) for month, lots in lots_by_month.items() if month >= first}


def _sum(lots_by_month: Mapping[date, _Lots]) -> _Lots:
    return _Lots(
        sum(each.n for each in lots_by_month.values()), sum(each.minutes for each in lots_by_month.values())
    )


def _by_structure(
    sums: Sequence[Sums], lots: Callable[[Iterable[Sums]], dict[date, _Lots]]
) -> Iterable[tuple[str, list[_Lots]]]:
    """Yield the publishable acts of each type of structures, by kind."""
    for id, structures in offer.kinds().items():
        there = [each for each in sums if each.structure == id]
        if there:
            kinds = ([each for each in there if each.kind == kind] for kind in rules.KINDS)
            yield structures.label, [_sum(lots(each)) for each in kinds]


def _cell(lots: _Lots, least: int) -> Cell:
    """Return a displayed cell: fewer than a lot, nobody included, is not a number."""
    return Cell(*lots) if lots.n or not least else Cell(None, None)


def _cost(rows: QuerySet[Act], lots: _Lots, assumptions: Assumptions, least: int) -> Cost | None:
    """Return the time of learning instead of the acts done in place, None when too few acts, or too few
    people. rows: the acts in place of the period; lots: those of them that may be published.
    """
    if not lots.n:
        return None
    # Their lots may hold fewer acts than the period: some wait for the month that completes them.
    people = min(small_counts.batch(_learners(rows), least), lots.n)
    if not people:
        return None
    hours = people * assumptions.learning
    return Cost(
        acts=lots.n,
        minutes=lots.minutes,
        people=people,
        assumed=lots.n * assumptions.in_place,
        alone=hours,
        together=hours / assumptions.seats,
        breakeven=assumptions.learning / assumptions.in_place,
    )


def _learners(rows: QuerySet[Act]) -> int:
    """Return people and procedures, each pair once; nobody knows whether two without a name are one."""
    named = rows.filter(person__isnull=False).values("person", "procedure").distinct().count()
    return named + rows.filter(person=None).count()
