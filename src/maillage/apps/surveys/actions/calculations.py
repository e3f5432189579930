"""Computing the results of a survey once: by the worker as soon as its answers rest, so that whoever opens
them waits for nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django_tasks import task

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import answers, places
from maillage.apps.surveys.queries import calculations as queries
from maillage.apps.surveys.queries.calculations import EDITION, METHOD, QUOTAS, TABLES, Json
from maillage.apps.surveys.queries.places import Quota
from maillage.kernel.disk import write_whole

QUICK = 40  # answers whose computation is shorter than the detour by the worker
AT_ONCE = 400  # computed while the page waits where nothing runs in the background: a few seconds
MOST_FILES = 60  # kept for a survey: the oldest go
RETRY_SECONDS = 60  # seconds before a computation that gave nothing is asked again
SILENT = timedelta(seconds=90)  # without the scheduler: nothing runs in the background
QUIET, LATEST = timedelta(minutes=1), timedelta(minutes=10)  # answers rest, or have kept coming for too long
BOOK, LOOKED = "resultats-vus", "resultats-regardes"  # what each survey was when it was last looked at


def ask(survey: Survey, part: str, *, at: datetime) -> Json | None:
    """Return a part of the results, already computed if nothing changed; None while the worker computes it.

    Where no worker answers, what is not too large is computed at once: nobody waits for ever.
    """
    part_content = queries.stored(survey, part, at)
    if part_content is not None:
        return part_content
    n = answers.counted(survey).count()
    if n <= QUICK or (n <= AT_ONCE and not _works(survey, part, at)):
        return compute(survey, part, at=at)
    _enqueue(survey, part, at)
    return None


def quotas(survey: Survey, *, at: datetime) -> list[Quota] | None:
    """Return how far each stratum is; None while the worker reads many answers. Each answer is read once."""
    names = list(places.offered_variables(survey))
    if not names:
        return []
    n = answers.unread(survey, queries.tally(survey, names))
    if n > AT_ONCE or (n > QUICK and _works(survey, QUOTAS, at)):
        _enqueue(survey, QUOTAS, at)
        return None
    return places.quotas(survey, names, tally(survey, names).counts)


def tally(survey: Survey, names: Sequence[str]) -> answers.Tally:
    """Count what the answers say to some questions, and keep the counts for the next time."""
    before = queries.tally(survey, names)
    tally_now = answers.tallied(survey, names, before)
    if tally_now is not before:
        target = queries.quotas_path(survey, names)
        target.parent.mkdir(parents=True, exist_ok=True)
        record = {"read": sorted(tally_now.read), "counts": tally_now.counts}
        write_whole(target, json.dumps(record, ensure_ascii=False))
        _tidy(survey, target.name)
    return tally_now


def _name(survey: Survey, part: str, at: datetime) -> str:
    return f"resultats-{queries.path(survey, part, at).name}"


def _works(survey: Survey, part: str, at: datetime) -> bool:
    """Return True if a worker is alive in the background, and did not ignore an earlier request."""
    try:
        heartbeat_at = datetime.fromtimestamp(settings.HEARTBEAT.stat().st_mtime, tz=at.tzinfo)
    except OSError:
        return False
    requested_at = cache.get(f"{_name(survey, part, at)}-depuis")
    in_vain = requested_at is not None and at - requested_at > timedelta(seconds=RETRY_SECONDS)
    return at - heartbeat_at <= SILENT and not in_vain


def _enqueue(survey: Survey, part: str, at: datetime) -> None:
    name = _name(survey, part, at)
    if cache.add(name, 1, timeout=RETRY_SECONDS):
        cache.add(f"{name}-depuis", at, timeout=20 * RETRY_SECONDS)
        compute_later.enqueue(survey.pk, part)


class Look(NamedTuple):
    """State of a survey when it was last looked at. since: it has been so; behind: its results have been; is
    requested: they were asked of the worker.
    """

    state: list[Any]
    since: datetime
    behind: datetime
    is_requested: bool


def run_deadlines(*, at: datetime) -> int:
    """Ask the worker for the results of each survey whose answers changed, once they rest for a minute or
    have kept coming for ten; return how many surveys.
    """
    if not cache.add(LOOKED, 1, timeout=int(QUIET.total_seconds()) // 2):
        return 0
    before: Mapping[int, Look] = cache.get(BOOK, {})
    book, requested = {}, 0
    for pk, state in queries.states().items():
        look = _look(before.get(pk), state, at)
        if not look.is_requested and (at - look.since >= QUIET or at - look.behind >= LATEST):
            _prepare(pk, at)
            look, requested = look._replace(is_requested=True), requested + 1
        book[pk] = look
    if book != before:
        cache.set(BOOK, book, timeout=None)
    return requested


def _look(before: Look | None, state: list[Any], at: datetime) -> Look:
    if before is None:
        return Look(state, at, at, is_requested=False)
    if before.state == state:
        return before
    return Look(state, at, at if before.is_requested else before.behind, is_requested=False)


def _prepare(pk: int, at: datetime) -> None:
    survey = Survey.objects.filter(pk=pk).first()
    if survey is None or answers.counted(survey).count() <= QUICK:
        return
    names = list(places.offered_variables(survey))
    if names and answers.unread(survey, queries.tally(survey, names)):
        _enqueue(survey, QUOTAS, at)
    for part in (TABLES, EDITION, METHOD):
        if queries.stored(survey, part, at) is None:
            _enqueue(survey, part, at)


def compute(survey: Survey, part: str, *, at: datetime) -> Json:
    """Compute a part and keep it. Its name was found first: what changes meanwhile makes another."""
    target = queries.path(survey, part, at)
    part_content = queries.content(survey, part, at)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, json.dumps(part_content, ensure_ascii=False))
    _tidy(survey, target.name)
    return part_content


def _tidy(survey: Survey, name: str) -> None:
    """Erase the older states of a part, and the oldest parts beyond MOST_FILES."""
    part = name.rpartition("-")[0]
    files = sorted(queries.folder(survey).glob("*.json"), key=_written, reverse=True)
    for rank, path in enumerate(files):
        if path.name != name and (path.name.rpartition("-")[0] == part or rank >= MOST_FILES):
            path.unlink(missing_ok=True)


def _written(path: Path) -> float:
    """Return when a file was written; 0 once another computation erased it."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


@task(queue_name="quick")
def compute_later(pk: int, part: str) -> None:
    """Compute a part of the results of a survey, from the worker."""
    survey = Survey.objects.filter(pk=pk).first()
    if survey is not None and part == QUOTAS:
        tally(survey, list(places.offered_variables(survey)))
    elif survey is not None and queries.stored(survey, part, timezone.now()) is None:
        compute(survey, part, at=timezone.now())
