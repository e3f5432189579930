"""Keeping the daily counts: the days touched since the last reading, and all of them once a day."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from maillage.apps.indicators import rules
from maillage.apps.indicators.models import DailyCount, Refresh
from maillage.apps.indicators.queries import sources

EVERY = timedelta(minutes=10)
OVERLAP = timedelta(minutes=5)  # a row written while the last reading ran is read again
BATCH = 2_000


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Read again what changed, at most every ten minutes; everything on the first reading of a day, as what
    was erased since leaves no trace of its own. Return how many counts were written.
    """
    last = Refresh.objects.first()
    if last is not None and last.at > at - EVERY:
        return Counter()
    whole = Refresh.objects.filter(whole=True).first()
    today = timezone.localdate(at)
    if last is None or whole is None or timezone.localdate(whole.at) < today:
        return Counter(comptes=rebuild(at=at))
    return Counter(comptes=refresh(last.at - OVERLAP, at=at))


@transaction.atomic
def rebuild(*, at: datetime) -> int:
    """Count every day again, and return how many counts were written; what lasts keeps its history."""
    written = 0
    for source in sources.SOURCES:
        DailyCount.objects.filter(measure__in=source.measures).delete()
        written += len(DailyCount.objects.bulk_create(source.rows(None), batch_size=BATCH))
    return written + _places(at) + _note(at, whole=True)


@transaction.atomic
def refresh(since: datetime, *, at: datetime) -> int:
    """Count again the days of the rows written since a moment; return how many counts were written."""
    written = 0
    for source in sources.SOURCES:
        days = source.changed(since)
        stale = DailyCount.objects.filter(measure__in=source.measures)
        if days is not None:
            stale = stale.filter(day__in=days)
        if days is None or days:
            stale.delete()
            written += len(DailyCount.objects.bulk_create(source.rows(days), batch_size=BATCH))
    return written + _places(at) + _note(at, whole=False)


def _places(at: datetime) -> int:
    """Write what moved in the directory since the last reading, on the day it is read."""
    measures = (rules.PLACES, rules.TALKING, rules.PRACTICE, rules.PLANNED)
    kept = DailyCount.objects.filter(measure__in=measures).values_list("measure", "part", "commune")
    held = {(m, p, c): n for m, p, c, n in kept.annotate(Sum("n")).order_by()}
    now, day = sources.standing_places(), timezone.localdate(at)
    moved = {key: now.get(key, 0) - held.get(key, 0) for key in {*now, *held}}
    rows = [
        DailyCount(measure=measure, part=part, commune=commune, day=day, n=n)
        for (measure, part, commune), n in sorted(moved.items())
        if n
    ]
    return len(DailyCount.objects.bulk_create(rows, batch_size=BATCH))


def _note(at: datetime, *, whole: bool) -> int:
    """Keep when the rows were read; earlier readings are forgotten, but the last whole one."""
    Refresh.objects.filter(whole=whole).delete()
    Refresh.objects.create(at=at, whole=whole)
    return 0
