"""Activity noted in a territory in twelve months, by commune: referrals, acts, seats, learners, procedures.
Counts only, by whole batches, small ones withheld. Where people are invented, they alone are told: the real
ones are counted apart.

Source: docs/methods/boucle.md
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet

from maillage.apps.agenda.models import Seat
from maillage.apps.agenda.rules.workshops import BOOKED, WORKSHOP
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.directory.places.queries.seats import seats, structures_in
from maillage.apps.learning import rules as learning_rules
from maillage.apps.learning.models import Fact as Learnt
from maillage.apps.learning.models import Plan as Project
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries.quality import INVENTED
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.rules import facts
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators.rules import USUAL, period
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.web import bulk

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral sent, as the loop counts it: what became of it, since when it waits, its delay in days."""

    became: str
    end: str
    reason: str
    waits: int | None
    delay: float | None


@dataclass(slots=True)
class Noted:
    """Activity noted in some communes, before suppression. counts: number by source."""

    referrals: list[Referral] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    minutes: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Activity noted by commune between two days. least: the smallest count told, 0 for invented people;
    real_activity: what is noted of real people beside invented ones, never mixed with them.
    """

    by_commune: Mapping[str, Noted]
    since: date
    until: date
    examples: bool
    least: int
    real_activity: Noted = field(default_factory=Noted)

    def of(self, communes: Iterable[str]) -> Noted:
        """Return the activity of some communes together, the first referrals first."""
        return together(self.by_commune[code] for code in sorted(communes) if code in self.by_commune)

    @property
    def is_active(self) -> bool:
        """Return True if anything at all was noted."""
        return any(each.referrals or each.counts for each in self.by_commune.values())


HELPED, REFUSED, ABSENT, UNANSWERED, OTHER = "helped", "refused", "absent", "waiting", "other"
# In words for one, then for several, when they differ.
BECAME: Mapping[str, str] = {
    HELPED: "aidée|aidées",
    REFUSED: "refusée|refusées",
    ABSENT: "pas venue|pas venues",
    UNANSWERED: "attend depuis plus d’une semaine|attendent depuis plus d’une semaine",
    OTHER: "en cours",
}
UNKNOWN = "unknown"
ENDS: Mapping[str, str] = {
    cycle.REACHED: "aboutie|abouties",
    cycle.PARTIAL: "en partie",
    cycle.DROPPED: "abandonnée|abandonnées",
    UNKNOWN: "sans effet connu",
}
# Each source of counts: what is counted, and in which link of the chain it is told.
UNSOLVED, ACTS, TAKEN, MISSED, LEARNERS, MANDATES, FOLLOWED = (
    *("unsolved", "acts", "taken", "missed"),
    *("learners", "mandates", "followed"),
)
OPENED, LOST, DENIED, ONLINE, OTHERWISE, REQUESTED, BETTER, AGAIN = (
    *("opened", "lost", "denied", "online"),
    *("otherwise", "asked", "better", "again"),
)
RIGHTS: Mapping[str, str] = {facts.OBTAINED: OPENED, facts.LOST: LOST, facts.REFUSED: DENIED}


def activity(communes: frozenset[str] | None, on: date) -> Activity:
    """Return the activity noted in some communes (None: everywhere) in the year that ends on a day: the
    months of the indicators, so that both count the same cases.
    """
    since, least = period(on, USUAL), int(number("protection/small_count"))
    where = _Where(communes)
    invented, real = (_read(where, since, on, examples=each) for each in (True, False))
    if not invented:
        return Activity(by_commune=real, since=since, until=on, examples=False, least=least)
    real_activity = together(real.values())
    return Activity(
        by_commune=invented, since=since, until=on, examples=True, least=0, real_activity=real_activity
    )


def reaches(communes: frozenset[str] | None, on: date, many: int) -> bool:
    """Return True if as many referrals, or steps of learning, are noted in some communes in a year."""
    first, where = midnight(period(on, USUAL)), _Where(communes)
    referrals = where.among(Orientation.objects.filter(sent_at__gte=first), "commune")
    steps = where.among(Learnt.objects.filter(at__gte=first), structure="structure")
    return any(rows.order_by()[:many].count() == many for rows in (referrals, steps))


def together(every: Iterable[Noted]) -> Noted:
    """Return the activity of several units, one after another."""
    total = Noted()
    for noted in every:
        total.referrals += noted.referrals
        total.counts += noted.counts
        total.minutes += noted.minutes
    return total


def batched(noted: Noted, least: int) -> Noted:
    """Return the counted activity of a unit: complete batches of each source, the first referrals first."""
    n_referrals = small_counts.batch(len(noted.referrals), least)
    acts = small_counts.batch(noted.counts[ACTS], least)
    counts = Counter({id: small_counts.batch(n, least) for id, n in noted.counts.items()})
    return Noted(noted.referrals[:n_referrals], +counts, noted.minutes[:acts])


def days_to_answer(rows: Sequence[Referral], least: int) -> float | None:
    """Return the days within which half of the referrals answered were; None when they are few."""
    delays = [row.delay for row in rows if row.delay is not None]
    return median(delays) if len(delays) >= max(least, 1) else None


# --------------------------------------------------------------------------------------------------- reading


def _read(where: "_Where", since: date, until: date, *, examples: bool) -> dict[str, Noted]:
    noted_by_commune: defaultdict[str, Noted] = defaultdict(Noted)
    first, last = midnight(since), midnight(until + DAY)
    for code, row in _referrals(where, first, last, examples):
        noted_by_commune[code].referrals.append(row)
    for id, code, n in _counted(where, first, last, examples):
        if where.holds(code):
            noted_by_commune[code].counts[id] += n
    for code, minutes in _acts(where, first, last, examples):
        if where.holds(code):
            noted_by_commune[code].counts[ACTS] += 1
            noted_by_commune[code].minutes.append(minutes)
    return dict(noted_by_commune)


@dataclass(frozen=True)
class _Where:
    """The communes that are read, None for all, and where each structure stands."""

    communes: frozenset[str] | None

    def holds(self, code: str) -> bool:
        return bool(code) and (self.communes is None or code in self.communes)

    def seat(self, structure: int | None) -> str:
        return self.seats.get(structure, "") if structure is not None else ""

    def among(self, rows: QuerySet[Any], *codes: str, structure: str = "") -> QuerySet[Any]:
        """Return the rows that one of these fields places there: the database reads no others."""
        if self.communes is None:
            return rows
        wanted = Q(pk__in=())
        for code in codes:
            wanted |= Q(**{f"{code}__in": self.codes})
        if structure:
            wanted |= Q(**{f"{structure}__in": self.structures})
        return rows.filter(wanted)

    @cached_property
    def seats(self) -> Mapping[int, str]:
        """The commune of each structure."""
        return seats()

    @cached_property
    def codes(self) -> Any:
        """Its communes, as the database looks for them."""
        return bulk.to_find(self.communes or ())

    @cached_property
    def structures(self) -> Any:
        """The structures that stand there, as the database looks for them."""
        return bulk.to_find(structures_in(self.communes) or ())


def _referrals(
    where: _Where, first: datetime, last: datetime, examples: bool
) -> Iterable[tuple[str, Referral]]:
    """Yield the referrals sent in a period by their commune: not those of relatives, nor those cancelled."""
    rows = Orientation.objects.filter(sent_at__gte=first, sent_at__lt=last, example=examples)
    rows = rows.exclude(origin=cycle.RELATIVE).exclude(state=cycle.CANCELLED, came=None)
    rows = where.among(rows, "commune")
    columns = ("commune", "state", "reason", "came", "outcome", "sent_at", "answered_at", "served_at")
    for code, state, reason, came, outcome, sent, answered, served in rows.order_by(
        "sent_at", "pk"
    ).values_list(*columns):
        waits = (last - sent).days if state in cycle.UNANSWERED else None
        became = (
            HELPED
            if served
            else REFUSED
            if reason or state in (cycle.REFUSED, cycle.REDIRECTED)
            else ABSENT
            if came is False
            else UNANSWERED
            if waits is not None and waits > MAX_WAIT_DAYS
            else OTHER
        )
        delay = (answered - sent) / DAY if answered else None
        yield code, Referral(became, outcome or UNKNOWN, reason, waits, delay)


def _acts(where: _Where, first: datetime, last: datetime, examples: bool) -> Iterable[tuple[str, int]]:
    rows = Act.objects.filter(done_at__gte=first, done_at__lt=last, struck_at=None, example=examples)
    rows = where.among(rows, "commune", "lieu__code_insee", structure="structure")
    for commune, of_lieu, structure, minutes in rows.order_by("done_at", "pk").values_list(
        "commune", "lieu__code_insee", "structure", "minutes"
    ):
        yield commune or of_lieu or where.seat(structure), minutes


def _counted(
    where: _Where, first: datetime, last: datetime, examples: bool
) -> Iterable[tuple[str, str, int]]:
    """Yield each thing to count: (source, commune, how many)."""
    common = {"example": examples}
    lacking = Orientation.objects.filter(
        state=cycle.UNSOLVED, ended_at__gte=first, ended_at__lt=last, **common
    )
    codes = where.among(lacking, "commune").order_by().values_list("commune").annotate(n=Count("pk"))
    yield from ((UNSOLVED, code, n) for code, n in codes)
    seated = Seat.objects.filter(
        status=BOOKED,
        came__isnull=False,
        workshop__starts_at__gte=first,
        workshop__starts_at__lt=last,
        workshop__example=examples,
        workshop__kind=WORKSHOP,  # a training seats aidants, whom nobody helps there
    )
    fields = ("workshop__commune", "workshop__lieu__code_insee", "workshop__structure")
    seated = where.among(seated, *fields[:2], structure=fields[2]).order_by()
    for code, of_lieu, structure, came, n in seated.values_list(*fields, "came").annotate(n=Count("pk")):
        yield (TAKEN if came else MISSED), of_lieu or code or where.seat(structure), n
    learnt = Learnt.objects.filter(at__gte=first, at__lt=last, **common)
    yield from _by_structure(LEARNERS, learnt, where)
    signed = Mandat.objects.filter(
        signed_at__isnull=False, withdrawn_at=None, ends_on__gte=last - DAY, **common
    )
    yield from _by_structure(MANDATES, signed, where)
    for id, code in (
        *_procedures(where, first, last, examples),
        *_projects(where, first, last, examples),
        *_again(where, first, last, examples),
    ):
        yield id, code, 1


def _by_structure(id: str, rows: QuerySet[Any], where: _Where) -> Iterable[tuple[str, str, int]]:
    """Yield each person once for each structure that notes them."""
    learnt = where.among(rows.filter(person__isnull=False, structure__isnull=False), structure="structure")
    for structure, n in learnt.order_by().values_list("structure").annotate(n=Count("person", distinct=True)):
        yield id, where.seat(structure), n


def _procedures(where: _Where, first: datetime, last: datetime, examples: bool) -> Iterable[tuple[str, str]]:
    """Yield each procedure of a person followed in the period, then what was decided of it last."""
    rows = Fact.objects.filter(at__gte=first, at__lt=last, struck_at=None, example=examples)
    rows = where.among(rows, structure="structure")
    latest: dict[tuple[int, int, str], str] = {}
    for structure, person, procedure, kind in rows.order_by("on", "at", "pk").values_list(
        "structure", "person", "procedure", "kind"
    ):
        known = latest.setdefault((structure, person, procedure), "")
        latest[structure, person, procedure] = RIGHTS.get(kind, known)
    for (structure, _, _), decided in latest.items():
        yield FOLLOWED, where.seat(structure)
        if decided:
            yield decided, where.seat(structure)


def _projects(where: _Where, first: datetime, last: datetime, examples: bool) -> Iterable[tuple[str, str]]:
    """Yield the projects of a procedure whose question came in the period, and what was answered."""
    rows = Project.objects.filter(
        ask_on__gte=first.date(), ask_on__lt=last.date(), structure__isnull=False, example=examples
    )
    for code, answer in where.among(rows, "commune").values_list("commune", "answer"):
        yield REQUESTED, code
        if answer in learning_rules.CONVERTED:
            yield ONLINE, code
        elif answer in learning_rules.OBTAINED:
            yield OTHERWISE, code


def _again(where: _Where, first: datetime, last: datetime, examples: bool) -> Iterable[tuple[str, str]]:
    """Yield the diagnoses done again in the period, and those where the use is easier than before."""
    rows = Bilan.objects.filter(at__gte=first, at__lt=last, retest_of__isnull=False)
    rows = rows.filter(INVENTED) if examples else rows.exclude(pk__in=rows.filter(INVENTED).values("pk"))
    rows = where.among(rows, "place", structure="structure")
    for code, structure, use, before in rows.values_list("place", "structure", "use", "retest_of__use"):
        there = code or where.seat(structure)
        yield AGAIN, there
        if use > before:
            yield BETTER, there
