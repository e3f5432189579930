"""The rows that daily counts come from: one reading of each feature, summed by the database."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby
from typing import Any, TypeVar

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Min,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Now, NullIf, TruncDate
from django.utils import timezone

from maillage.apps.community.models import Meeting
from maillage.apps.community.rules.meetings import COOP_KINDS
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.outreach.models import Device
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import published
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.directory.places.queries.seats import seats
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.rules import CONVERTED
from maillage.apps.people.actes.models import Act
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.models import DailyCount
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.reference import coop
from maillage.reference.sheet import (
    Sheet,
    has_free_access,
    is_silent,
    practices,
    receives,
    weekly_places,
    weekly_visits,
)
from maillage.statistics.offer.census import moving
from maillage.web import bulk

R = TypeVar("R", bound=Model)

Days = Collection[date] | None  # None: every day
LONGEST = DailyCount._meta.get_field("part").max_length
FOREVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Source:
    """The source of some measures: their counts on some days, all by default. counts: a query that the
    database sums, by day, commune, example and, when `is_cut`, part, then a column for each measure;
    rows: else, what is summed here, which is little. changed: the days touched since a moment, None when
    they are all read again, which is cheap.
    """

    measures: tuple[str, ...]
    changed: Callable[[datetime], set[date] | None]
    counts: Callable[[Days], QuerySet[Any, Any]] | None = None
    rows: Callable[[], Iterable[DailyCount]] = tuple
    is_cut: bool = False


def _everything(since: datetime) -> None:
    return None


# ---------------------------------------------------------------------------------------------- referrals

IS_CANCELLED = Q(state=cycle.CANCELLED, came=None)
IS_KNOWN = Q(came__isnull=False) | Q(state__in=(cycle.REFUSED, cycle.REDIRECTED)) | ~Q(reason="")


def _referrals(days: Days) -> QuerySet[Any, Any]:
    rows = Orientation.objects.filter(sent_at__isnull=False).exclude(origin=cycle.RELATIVE)
    dated = _during(rows, "sent_at", days).annotate(sent_day=TruncDate("sent_at"))
    not_cancelled = ~IS_CANCELLED
    return dated.values_list("sent_day", "commune", "example").annotate(
        sent=Count("pk", filter=not_cancelled),
        cancelled=Count("pk", filter=IS_CANCELLED),
        answered_fast=Count("pk", filter=not_cancelled & Q(answered_at__lte=F("sent_at") + rules.FAST)),
        known=Count("pk", filter=not_cancelled & IS_KNOWN),
        served=Count("pk", filter=not_cancelled & Q(served_at__isnull=False)),
    )


def _referral_days(since: datetime) -> set[date]:
    rows = Orientation.objects.filter(sent_at__isnull=False, changed_at__gte=since)
    return _days(rows.annotate(sent_day=TruncDate("sent_at")), "sent_day")


# ------------------------------------------------------------------------------------------- what is learnt


def _plans(days: Days) -> QuerySet[Any, Any]:
    rows = _on(Plan.objects.filter(structure__isnull=False).annotate(day=F("ask_on")), days)
    return rows.values_list("day", "commune", "example", "module").annotate(
        plans_due=Count("pk"), plans_converted=Count("pk", filter=Q(answer__in=CONVERTED))
    )


def _plan_days(since: datetime) -> set[date]:
    rows = Plan.objects.filter(Q(at__gte=since) | Q(answered_at__gte=since) | Q(told_at__gte=since))
    return _days(rows.annotate(day=F("ask_on")))


def _learners(days: Days) -> QuerySet[Any, Any]:
    """Count each person once, on the day of their first step, where they made it."""
    earlier = Fact.objects.filter(person=OuterRef("person")).filter(
        Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    )
    firsts = Fact.objects.filter(person__isnull=False).filter(~Exists(earlier))
    rows = _during(firsts, "at", days).annotate(day=TruncDate("at"), there=_seat())
    return rows.values_list("day", "there", "example").annotate(learners=Count("pk"))


def _learner_days(since: datetime) -> set[date]:
    """Return the days where somebody begins that was not known to begin there, or was until now: what they
    did next counts nobody.
    """
    recent = Fact.objects.filter(kept_at__gte=since, person__isnull=False).order_by()
    firsts = (
        Fact.objects.filter(person__in=recent.values("person"))
        .order_by()
        .values("person")
        .annotate(first=Min("at"), before=Min("at", filter=Q(kept_at__lt=since)))
    )
    moved = firsts.filter(Q(before=None) | Q(before__gt=F("first")))
    first_days = list(moved.values_list("person", "first", "before"))
    # The last reading may have counted them on the day of any of these: it is read again for a while.
    again = recent.filter(person__in=bulk.among(person for person, *_ in first_days)).values_list(
        "at", flat=True
    )
    known = (at for _, *ats in first_days for at in ats if at is not None)
    return {timezone.localdate(at) for at in chain(known, again)}


def acts_and_communes() -> QuerySet[Act]:
    """Return the acts that count. there: the commune where the loop counts each: what is said, else where it
    was done, else where its structure stands.
    """
    there = Coalesce(NullIf(F("commune"), Value("")), NullIf(F("lieu__code_insee"), Value("")), _seat())
    return Act.objects.filter(struck_at=None).annotate(there=there)


def _acts(days: Days) -> QuerySet[Any, Any]:
    rows = _on(acts_and_communes().annotate(day=F("on_day")), days)
    return rows.values_list("day", "there", "example").annotate(acts=Count("pk"))


def _act_days(since: datetime) -> set[date]:
    rows = Act.objects.filter(Q(noted_at__gte=since) | Q(struck_at__gte=since))
    return _days(rows.annotate(day=F("on_day")))


def _meetings(days: Days) -> QuerySet[Any, Any]:
    """Count the meetings of the network that took place, by the type that the Coop gives each kind."""
    rows = Meeting.objects.filter(cancelled_at=None, starts_at__lte=Now()).exclude(commune="")
    dated = _during(rows, "starts_at", days).annotate(day=TruncDate("starts_at"))
    return dated.values_list("day", "commune", "example").annotate(
        **{
            measure: Count("pk", filter=Q(kind__in=[kind for kind, type_ in MEETING_TYPES if type_ == own]))
            for measure, own in MEETING_MEASURES.items()
        }
    )


def _meeting_days(since: datetime) -> set[date]:
    rows = Meeting.objects.filter(Q(changed_at__gte=since) | Q(starts_at__gte=since), starts_at__lte=Now())
    return _days(rows.annotate(day=TruncDate("starts_at")))


def _devices(days: Days) -> QuerySet[Any, Any]:
    """Count the devices and SIM cards handed over for good."""
    rows = Device.objects.filter(given_on__isnull=False).exclude(lieu__code_insee="")
    dated = rows.annotate(day=F("given_on"), commune=F("lieu__code_insee"), example=Value(False))
    counted = _on(dated, days).order_by().values_list("day", "commune", "example")
    return counted.annotate(devices=Count("pk"))


MEETING_MEASURES = {
    rules.ANIMATIONS: coop.ANIMATION,
    rules.EVENTS: coop.EVENT,
    rules.PARTNERSHIPS: coop.PARTNERSHIP,
}
MEETING_TYPES = [(kind, coop.COORDINATION_KINDS[key][0]) for kind, key in COOP_KINDS.items()]


# ------------------------------------------------------------------------------------------- what lasts


def _structures() -> Iterator[DailyCount]:
    """Count a structure from the first day of a role to the last one; an interruption is not seen."""
    rows = Membership.objects.filter(structure__isnull=False)
    role_rows = rows.values("structure", "user__is_demonstration").annotate(
        first=Min("since"), last=Max(Coalesce("until", FOREVER))
    )
    spans: dict[int, dict[bool, tuple[date, date]]] = {}
    for row in role_rows.order_by():
        spans.setdefault(row["structure"], {})[row["user__is_demonstration"]] = (row["first"], row["last"])
    seat = seats()
    for structure, span_by_example in spans.items():
        example = False not in span_by_example  # a real account makes a structure real
        first, last = span_by_example[example]
        place = (seat.get(structure, ""), example)
        yield from _count(rules.STRUCTURES, first, 1, *place)
        if last != FOREVER:
            yield from _count(rules.STRUCTURES, date.fromordinal(last.toordinal() + 1), -1, *place)


def _aidants() -> Iterator[DailyCount]:
    seat = seats()
    for field, sign in (("since", 1), ("until", -1)):
        rows = Aidant.objects.exclude(**{field: None}).values(field, "structure", "example")
        for row in rows.annotate(n=Count("pk")).order_by():
            place = (seat.get(row["structure"], ""), row["example"])
            yield from _count(rules.AIDANTS, row[field], sign * row["n"], *place)


def standing_places() -> Mapping[tuple[str, str, str], int]:
    """Count the places of the directory now: how many places, and how many people they receive in a week, by
    measure, practice and commune.
    """
    totals: Counter[tuple[str, str, str]] = Counter()
    named: list[Sheet] = []
    for commune, sheet in _places():
        for measure, part, n in _place_measures(sheet):
            totals[measure, part, commune] += n
        named_fields = {"nom": sheet.get("nom", ""), "itinerance": sheet.get("itinerance", ())}
        named.append({"id": str(len(named)), "code_insee": commune, **named_fields})
    for id, place in moving(named).items():
        totals[rules.STOPS, place[:LONGEST], named[int(id)]["code_insee"]] += 1
    return totals


def _places() -> Iterator[tuple[str, Sheet]]:
    """Yield each place once, by its commune and its sheet: of sheets that surely describe one place, the
    first that says what is there.
    """
    doubles = published.doubles()
    paired: list[tuple[str, str, Sheet]] = []
    rows = Lieu.objects.filter(state=PUBLISHED).values_list("slug", "code_insee", "sheet")
    for slug, commune, sheet in rows.iterator():
        if slug in doubles:
            paired.append((slug, commune, sheet))
        else:
            yield commune, sheet
    counted: set[str] = set()
    for slug, commune, sheet in sorted(paired, key=lambda row: (is_silent(row[2]), row[0])):
        if slug not in counted:
            counted |= published.alike(slug, doubles)
            yield commune, sheet


def _place_measures(sheet: Sheet) -> Iterator[tuple[str, str, int]]:
    """Yield the counts that one place adds: measure, practice, how many."""
    yield rules.PLACES, "", 1
    place_practices = practices(sheet)
    if not is_silent(sheet):
        yield rules.TALKING, "", 1
    for id, practice in place_practices.items():
        if practice["state"] in STATES:
            yield STATES[practice["state"]], id, 1
    if receives(sheet):
        yield rules.RECEIVING, "", 1
        weekly = weekly_places(sheet)
        if weekly is not None:
            yield rules.SIZED, "", 1
            yield rules.CAPACITY, "", weekly
    if has_free_access(sheet):
        yield rules.ACCESS, "", 1
        used = weekly_visits(sheet)
        if used is not None:
            yield rules.VISITED, "", 1
            yield rules.VISITS, "", used


STATES = {"offered": rules.PRACTICE, "planned": rules.PLANNED}
SOURCES = (
    Source(
        (rules.SENT, rules.CANCELLED, rules.ANSWERED_FAST, rules.KNOWN, rules.SERVED),
        _referral_days,
        _referrals,
    ),
    Source((rules.PLANS_QUESTIONED, rules.PLANS_CONVERTED), _plan_days, _plans, is_cut=True),
    Source((rules.LEARNERS,), _learner_days, _learners),
    Source((rules.ACTS,), _act_days, _acts),
    Source(rules.OF_MEETINGS, _meeting_days, _meetings),
    Source((rules.DEVICES,), _everything, _devices),
    Source((rules.STRUCTURES,), _everything, rows=_structures),
    Source((rules.AIDANTS,), _everything, rows=_aidants),
)


# ------------------------------------------------------------------------------------------- rows


def _on(rows: QuerySet[R], days: Days) -> QuerySet[R]:
    return rows if days is None else rows.filter(day__in=sorted(days))


def _during(rows: QuerySet[R], moment: str, days: Days) -> QuerySet[R]:
    """Return the rows of some days by their moment, asked as spans: an index of the moment follows them."""
    if days is None:
        return rows
    in_spans = Q(pk__in=())
    numbers = sorted(day.toordinal() for day in days)
    for _, run in groupby(
        enumerate(numbers), key=lambda numbered: numbered[1] - numbered[0]
    ):  # of days without a gap
        (_, first), *_ = run_days = list(run)
        begin, end = (midnight(date.fromordinal(n)) for n in (first, run_days[-1][1] + 1))
        in_spans |= Q(**{f"{moment}__gte": begin, f"{moment}__lt": end})
    return rows.filter(in_spans)


def _days(rows: QuerySet[Any, Any], name: str = "day") -> set[date]:
    return set(rows.order_by().values_list(name, flat=True).distinct())


def _seat() -> Coalesce:
    """Return the commune of the structure of a row, as `seats` does: its seat, else that of its first
    place.
    """
    places = Lieu.objects.filter(structure=OuterRef("structure"), state=PUBLISHED).exclude(code_insee="")
    return Coalesce(
        NullIf(F("structure__code_insee"), Value("")),
        Subquery(places.order_by("pk").values("code_insee")[:1]),
        Value(""),
    )


def _count(measure: str, day: date, n: int, commune: str, example: bool) -> Iterator[DailyCount]:
    if n:
        yield DailyCount(measure=measure, commune=commune, example=example, day=day, n=n)
