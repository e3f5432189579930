"""Keeping the daily counts: the days touched since the last reading, and all of them once a day."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.models import DailyCount, Refresh
from maillage.apps.steering.indicators.queries import sources

EVERY = timedelta(minutes=10)
OVERLAP = timedelta(minutes=5)  # a row written while the last reading ran is read again
BATCH = 2_000


def run_deadlines(*, at: datetime, every: timedelta = EVERY) -> Counter[str]:
    """Read again what changed, at most once in `every`; everything on the first reading of a day, as what
    was erased since leaves no trace of its own. Return how many counts were written.
    """
    last = Refresh.objects.first()
    if last is not None and last.at > at - every:
        return Counter()
    full_reading = Refresh.objects.filter(whole=True).first()
    today = timezone.localdate(at)
    if last is None or full_reading is None or timezone.localdate(full_reading.at) < today:
        return Counter(comptes=rebuild(at=at))
    return Counter(comptes=refresh(last.at - OVERLAP, at=at))


@transaction.atomic
def rebuild(*, at: datetime) -> int:
    """Count every day again, and return how many counts were written; what lasts keeps its history."""
    _lock()
    written = 0
    for source in sources.SOURCES:
        DailyCount.objects.filter(measure__in=source.measures).delete()
        written += _write(source, None)
    return written + _places(at) + _note(at, is_full=True)


@transaction.atomic
def refresh(since: datetime, *, at: datetime) -> int:
    """Count again the days of the rows written since a moment; return how many counts were written."""
    _lock()
    written = 0
    for source in sources.SOURCES:
        days = source.changed(since)
        stale = DailyCount.objects.filter(measure__in=source.measures)
        if days is not None:
            stale = stale.filter(day__in=days)
        if days is None or days:
            stale.delete()
            written += _write(source, days)
    return written + _places(at) + _note(at, is_full=False)


def _lock() -> None:
    """Let nobody else count before this transaction ends: two at once would each write what neither sees of
    the other, and it would all count twice.
    """
    if connection.vendor == "postgresql":  # SQLite has a single writer
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(Refresh._meta.db_table)
            cursor.execute(f"lock table {table} in share row exclusive mode")


def _write(source: sources.Source, days: sources.Days) -> int:
    """Write the counts of a source, which must not be there yet; what the database sums never leaves it."""
    if source.counts is None:
        return len(DailyCount.objects.bulk_create(source.rows(), batch_size=BATCH))
    counts_query, params = source.counts(days).order_by().query.sql_with_params()
    columns = ["day", "commune", "example", *(["part"] if source.is_cut else []), *source.measures]
    part = "part" if source.is_cut else "''"
    selects = [
        f"select '{measure}', {part}, commune, example, day, {measure} from counted where {measure} <> 0"  # noqa: S608, our own names
        for measure in source.measures
    ]
    table = connection.ops.quote_name(DailyCount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"with counted ({', '.join(columns)}) as ({counts_query})"
            f" insert into {table} (measure, part, commune, example, day, n) {' union all '.join(selects)}",
            params,
        )
    written = DailyCount.objects.filter(measure__in=source.measures)
    return (written if days is None else written.filter(day__in=days)).count()


def _places(at: datetime) -> int:
    """Write what moved in the directory since the last reading, on the day it is read."""
    place_counts = DailyCount.objects.filter(measure__in=rules.OF_PLACES).values_list(
        "measure", "part", "commune"
    )
    stored_counts = {(m, p, c): n for m, p, c, n in place_counts.annotate(Sum("n")).order_by()}
    now, day = sources.standing_places(), timezone.localdate(at)
    moved = {key: now.get(key, 0) - stored_counts.get(key, 0) for key in {*now, *stored_counts}}
    rows = [
        DailyCount(measure=measure, part=part, commune=commune, day=day, n=n)
        for (measure, part, commune), n in sorted(moved.items())
        if n
    ]
    return len(DailyCount.objects.bulk_create(rows, batch_size=BATCH))


def _note(at: datetime, *, is_full: bool) -> int:
    """Keep when the rows were read; earlier readings are forgotten, but the last whole one."""
    Refresh.objects.filter(whole=is_full).delete()
    Refresh.objects.create(at=at, whole=is_full)
    return 0
