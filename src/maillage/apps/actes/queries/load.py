"""The load of acts: minutes in place, together and shown; what falls on social workers; what learning would
cost instead. Counted, never estimated; small counts are withheld.

Source: docs/methods/actes.md
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Count, QuerySet, Sum

from maillage.apps.actes import rules
from maillage.apps.actes.models import Act
from maillage.apps.directory.queries.seats import structures_in
from maillage.engine import disclosure
from maillage.kernel.estimate import Figure
from maillage.reference import offer
from maillage.reference.parameters import number
from maillage.studies.people.shares import share

K = TypeVar("K", bound=Hashable)
METHOD = "actes"
SOCIAL_WORK = ("departement", "ccas")  # types of structures whose trade is social work
MONTHS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())


@dataclass(frozen=True, slots=True)
class Cell:
    """Acts of one kind, and their minutes; None when too few to be shown."""

    n: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A month, or a type of structures: its cells in the order of KINDS, then its total."""

    label: str
    cells: list[Cell]
    total: Cell

    @property
    def by_kind(self) -> list[tuple[str, Cell]]:
        """Its cells, each with the name of its kind."""
        return list(zip(rules.KINDS.values(), self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Cost:
    """What was done in the place of people, and what learning it once would take. people: different pairs of
    a person and a procedure; breakeven: how many times in place last as long as learning once.
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
    """The load of a period. n: acts counted; examples: all of them are invented."""

    n: int
    examples: bool
    months: list[Row]
    kinds: list[Row]
    social: Figure
    cost: Cost | None


class Sums(NamedTuple):
    """Acts of a month (year, month), a kind of structure and a kind of act: how many, and their minutes."""

    month: tuple[int, int]
    structure: str
    kind: str
    n: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a reader may change: minutes in place, minutes to learn, seats of a workshop."""

    in_place: float
    learning: float
    seats: float


def assumptions() -> Assumptions:
    """Return the assumptions as they are stated in the parameters."""
    return Assumptions(
        number("acts/in_place_minutes"), number("acts/learning_minutes"), number("acts/workshop_seats")
    )


def load(communes: frozenset[str] | None, since: date, until: date, given: Assumptions) -> Load:
    """Return the load of the acts of some communes (None: everywhere), both days included. Invented acts are
    told apart: where there are some, they alone are
    counted.
    """
    rows = Act.objects.filter(on_day__gte=since, on_day__lte=until, struck_at=None).order_by()
    if communes is not None:
        rows = rows.filter(structure__in=structures_in(communes) or [])
    examples = rows.filter(example=True).exists()
    shown = rows.filter(example=examples)
    least = 0 if examples else int(number("protection/small_count"))
    held = [
        Sums((year, month), structure, kind, n, minutes)
        for year, month, structure, kind, n, minutes in shown.values_list(
            "on_day__year", "on_day__month", "structure__kind", "kind"
        ).annotate(Count("pk"), Sum("minutes"))
    ]
    n = sum(each.n for each in held)
    there = {each.structure for each in held}
    months = _rows(
        [(each.month, each) for each in held],
        sorted({each.month for each in held}),
        lambda month: f"{MONTHS[month[1] - 1]} {month[0]}",
        least,
    )
    kinds = _rows(
        [(each.structure, each) for each in held],
        [id for id in offer.kinds() if id in there],
        lambda id: offer.kinds()[id].label,
        least,
    )
    by_kind = Counter[str]()
    for each in held:
        by_kind[each.kind] += each.n
    found = any(_gives_back(rows, by_kind, least) for rows in (months, kinds))
    return Load(
        n=n,
        examples=examples,
        months=months,
        kinds=kinds,
        social=share(
            sum(each.n for each in held if each.structure in SOCIAL_WORK),
            n,
            least=least,
            things="actes",
            words="faits par des travailleurs sociaux",
            universe="actes d’aide notés",
            method=METHOD,
            nobody="Aucun acte n’est noté sur cette période.",
        ),
        cost=_cost(shown.filter(kind=rules.PLACE), given, least) if not found else None,
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the time of a territory goes: acts done in the place of people, and shown to them, by whole
    batches. learners: people and procedures among the former; to_learn: minutes to teach each once, one by
    one; examples: all of them are invented.
    """

    in_place: int
    minutes: int
    shown: int
    shown_minutes: int
    learners: int
    to_learn: float
    examples: bool


def balance(communes: frozenset[str] | None, since: date, until: date, given: Assumptions) -> Balance:
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
    held = {kind: _batch(*sums.get((examples, kind), (0, 0)), least) for kind in (rules.PLACE, rules.SHOWN)}
    (in_place, minutes), (shown, shown_minutes) = held[rules.PLACE], held[rules.SHOWN]
    learners = 0
    if in_place:
        learners = disclosure.batch(_learners(rows.filter(kind=rules.PLACE, example=examples)), least)
    return Balance(in_place, minutes, shown, shown_minutes, learners, learners * given.learning, examples)


def _batch(n: int, minutes: int, least: int) -> tuple[int, int]:
    """Return acts by whole batches, and their share of the minutes: the last few are in neither."""
    kept = disclosure.batch(n, least)
    return kept, round(minutes * kept / n) if n else 0


def _rows(
    held: Sequence[tuple[K, Sums]], labels: Sequence[K], name: Callable[[K], str], least: int
) -> list[Row]:
    """Return acts by a label and by kind; cells with too few are withheld, and so are those that would give
    them away.
    """
    n, time = Counter[tuple[K, str]](), Counter[tuple[K, str]]()
    for of, each in held:
        n[of, each.kind] += each.n
        time[of, each.kind] += each.minutes
    table = [[n[label, kind] for kind in rules.KINDS] for label in labels]
    totals = [sum(line) for line in table]
    if len(table) > 1:
        seen = disclosure.one_way(totals, least)
        of_kind = [sum(line[k] for line in table) >= least for k in range(len(rules.KINDS))]
        cells = disclosure.two_way(table, seen, of_kind, least).tolist()
    else:
        seen = [total >= least for total in totals]
        cells = [disclosure.one_way(line, least) for line in table]
    return [
        Row(
            name(label),
            [
                Cell(n[label, kind], time[label, kind]) if shown else Cell(None, None)
                for kind, shown in zip(rules.KINDS, line, strict=True)
            ],
            Cell(total, sum(time[label, kind] for kind in rules.KINDS)) if told else Cell(None, None),
        )
        for label, line, total, told in zip(labels, cells, totals, seen, strict=True)
    ]


def _gives_back(rows: Sequence[Row], by_kind: Counter[str], least: int) -> bool:
    """Return whether to tell the acts in place would give back, by subtraction, a few of another kind that
    the only line of a table withholds with them.
    """
    if len(rows) != 1:
        return False
    held = [kind for kind, cell in zip(rules.KINDS, rows[0].cells, strict=True) if cell.n is None]
    return rules.PLACE in held and 0 < sum(by_kind[kind] for kind in held if kind != rules.PLACE) < least


def _cost(rows: QuerySet[Act], given: Assumptions, least: int) -> Cost | None:
    """Return what learning would take instead of what was done in place, None when too few acts."""
    n, minutes = rows.aggregate(n=Count("pk"), minutes=Sum("minutes")).values()
    if not n or n < least:
        return None
    people = _learners(rows)
    hours = people * given.learning
    return Cost(
        acts=n,
        minutes=minutes,
        people=people,
        assumed=n * given.in_place,
        alone=hours,
        together=hours / given.seats,
        breakeven=given.learning / given.in_place,
    )


def _learners(rows: QuerySet[Act]) -> int:
    """Return people and procedures, each pair once; nobody knows whether two without a name are one."""
    named = rows.filter(person__isnull=False).values("person", "procedure").distinct().count()
    return named + rows.filter(person=None).count()
