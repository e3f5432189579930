"""Computing the results of a survey once: at once when it is small, by the worker when it is large."""

import json
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone
from django_tasks import task

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import answers
from maillage.apps.surveys.queries import calculations as queries
from maillage.apps.surveys.queries.calculations import Json
from maillage.kernel.disk import write_whole

AT_ONCE = 400  # answers that are computed while the page waits: a second or two
MOST_FILES = 60  # kept for a survey: the oldest go
ASKED_AGAIN = 60  # seconds before a computation that gave nothing is asked again


def ask(survey: Survey, part: str, *, at: datetime) -> Json | None:
    """Return a part of the results, already computed if nothing changed; None while the worker computes
    it.
    """
    found = queries.stored(survey, part, at)
    if found is not None:
        return found
    if answers.counted(survey).count() <= AT_ONCE:
        return compute(survey, part, at=at)
    if cache.add(f"resultats-{queries.path(survey, part, at).name}", 1, timeout=ASKED_AGAIN):
        compute_later.enqueue(survey.pk, part)
    return None


def compute(survey: Survey, part: str, *, at: datetime) -> Json:
    """Compute a part and keep it. Its name was found first: what changes meanwhile makes another."""
    target = queries.path(survey, part, at)
    made = queries.content(survey, part, at)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, json.dumps(made, ensure_ascii=False))
    _tidy(survey, target.name)
    return made


def _tidy(survey: Survey, name: str) -> None:
    """Erase the older states of a part, and the oldest parts beyond MOST_FILES."""
    part = name.rpartition("-")[0]
    files = sorted(queries.folder(survey).glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for rank, path in enumerate(files):
        if path.name != name and (path.name.rpartition("-")[0] == part or rank >= MOST_FILES):
            path.unlink(missing_ok=True)


@task()
def compute_later(pk: int, part: str) -> None:
    """Compute a part of the results of a survey, from the worker."""
    survey = Survey.objects.filter(pk=pk).first()
    if survey is not None and queries.stored(survey, part, timezone.now()) is None:
        compute(survey, part, at=timezone.now())
