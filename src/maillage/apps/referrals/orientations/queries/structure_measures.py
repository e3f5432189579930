"""Measures of a structure on its referrals: the room left this week, the outcomes of a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference.parameters import number as parameter
from maillage.reference.sheet import weekly_places
from maillage.statistics.engine import agreement
from maillage.statistics.engine.agreement import Measure
from maillage.words.wording import number, share

YEAR = 365
LATELY = 500  # answers whose delay is told: the last ones
REFUSALS = (cycle.REFUSED, cycle.REDIRECTED)
MOST = 12  # stitches drawn one by one; beyond, the words are enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place this week. places: how many by its sheet, None if unknown; full: since when, in words."""

    lieu: Lieu
    taken: int
    places: int | None
    full: str

    @property
    def free(self) -> int:
        return max((self.places or 0) - self.taken, 0)

    @property
    def stitches(self) -> Sequence[bool]:
        """Return True for each place that is taken; nothing when they are unknown or too many to be drawn."""
        if self.places is None or self.places > MOST:
            return ()
        return [n < self.taken for n in range(self.places)]

    @property
    def drawn(self) -> list[tuple[int, bool]]:
        return [(12 + 24 * n, taken) for n, taken in enumerate(self.stitches)]

    @property
    def wide(self) -> int:
        return 24 * len(self.stitches)


def places_for(user: Visitor) -> QuerySet[Lieu]:
    """Return the places whose referrals somebody answers."""
    structures = rights_of(user).structures(access.ANSWER)
    return Lieu.objects.filter(structure__in=structures, state=directory.PUBLISHED).select_related(
        "structure"
    )


def rooms(user: Visitor, at: datetime) -> list[Room]:
    """Return the room of each of somebody's places, by name."""
    today = timezone.localdate(at)
    monday = today - timedelta(days=today.weekday())
    first, last = midnight(monday), midnight(monday + timedelta(days=7))
    own_places = list(places_for(user).order_by("name", "pk"))
    expected = Orientation.objects.filter(
        state__in=(cycle.APPOINTED, cycle.CAME, cycle.SERVED),
        lieu__in=own_places,
        appointment_at__gte=first,
        appointment_at__lt=last,
    )
    taken = dict(expected.order_by().values_list("lieu").annotate(n=Count("pk")))
    return [
        Room(
            lieu=lieu,
            taken=taken.get(lieu.pk, 0),
            places=weekly_places(lieu.sheet),
            full=fact.words if fact else "",
        )
        for lieu in own_places
        for fact in [places.full(lieu)]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year of our referrals, those taken back apart (cancelled). known: how many whose end is known; ripe,
    ripe_known: how many were sent long enough ago for their end to count, and whose end is known; share: the
    latter among the former, with its interval; days: to an answer, of the last 500.

    reasons: refusals by reason, in words, the most frequent first; full: those for want of room.
    """

    n: int
    cancelled: int
    known: int
    ripe: int
    ripe_known: int
    wait: int
    share: Measure | None
    days: Measure | None
    refused: int
    full: int
    reasons: Sequence[tuple[str, int]]
    origins: Sequence[tuple[str, int]]
    came: int
    absent: int
    served: int

    @property
    def percent(self) -> str:
        """The share whose end is known, '' when nothing was sent long enough ago."""
        return share(self.share.value) if self.share is not None else ""

    @property
    def between(self) -> str:
        return f"entre {share(self.share.low)} et {share(self.share.high)}" if self.share is not None else ""

    @property
    def delay(self) -> str:
        """Return the time that half of the answers took at most, in words."""
        if self.days is None:
            return ""
        return days_in_words(self.days.value) + (" ou moins" if self.days.value >= 1 else "")


def days_in_words(days: float) -> str:
    """Return a delay as it is said.

    >>> days_in_words(0.3), days_in_words(1.5), days_in_words(2.14), days_in_words(14.2)
    ('moins d’un jour', '1,5\xa0jour', '2,1\xa0jours', '14\xa0jours')
    """
    if days < 1:
        return "moins d’un jour"
    days_text = number(days, 1 if days < 10 else 0).removesuffix(",0")
    return f"{days_text}\u00a0jour{'s' if days >= 2 else ''}"


def received(user: Visitor, at: datetime) -> Year:
    return _year(access.received_by(user), at)


def sent(user: Visitor, at: datetime) -> Year:
    return _year(access.sent_by(user).filter(sent_at__isnull=False), at)


def _year(rows: QuerySet[Orientation], at: datetime) -> Year:
    year = rows.filter(sent_at__gte=at - timedelta(days=YEAR))
    taken_back = Q(state=cycle.CANCELLED, came=None)
    wanted, wait = year.exclude(taken_back), int(parameter("referrals/outcome_days"))
    old = ~taken_back & Q(sent_at__lt=at - timedelta(days=wait))
    known_ones = Q(came__isnull=False) | ~Q(reason="") | Q(state__in=REFUSALS)
    totals = year.aggregate(
        cancelled=Count("pk", filter=taken_back),
        ripe=Count("pk", filter=old),
        ripe_known=Count("pk", filter=old & known_ones),
    )
    ripe, ripe_known = totals["ripe"], totals["ripe_known"]
    counted = (
        wanted.order_by()
        .annotate(helped=Q(served_at__isnull=False))
        .values_list("state", "came", "reason", "origin", "helped")
    )
    counts: Counter[tuple[str, bool | None, str, str, bool]] = Counter()
    for state, came, reason, origin, helped, n in counted.annotate(n=Count("pk")):
        counts[state, came, reason, origin, helped] += n
    total = counts.total()
    known = sum(
        n
        for (state, came, reason, *_), n in counts.items()
        if came is not None or reason or state in REFUSALS
    )
    answered = wanted.filter(answered_at__isnull=False).order_by("-answered_at")
    moments = answered.values_list("sent_at", "answered_at")[:LATELY]
    delays = [(last - first).total_seconds() / 86_400 for first, last in moments if first and last]
    reasons, origins = Counter[str](), Counter[str]()
    for (_, _, reason, origin, _), n in counts.items():
        origins[origin] += n
        if reason:
            reasons[reason] += n
    return Year(
        n=total,
        cancelled=totals["cancelled"],
        known=known,
        ripe=ripe,
        ripe_known=ripe_known,
        wait=wait,
        share=agreement.share(ripe_known, ripe) if ripe else None,
        days=agreement.quantile(delays, 0.5) if delays else None,
        refused=sum(reasons.values()),
        full=reasons["full"],
        reasons=[(cycle.REASONS[id].label, n) for id, n in reasons.most_common()],
        origins=[(cycle.ORIGINS[id], n) for id, n in origins.most_common()],
        came=sum(n for (_, came, *_), n in counts.items() if came is True),
        absent=sum(n for (_, came, *_), n in counts.items() if came is False),
        served=sum(n for (*_, helped), n in counts.items() if helped),
    )
