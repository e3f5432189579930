"""Minutes that studies take and wait: the same figures on every page."""

from datetime import timedelta

from django import template
from django.utils import timezone

from maillage.apps.dossiers import queries
from maillage.apps.dossiers.models import Study

register = template.Library()


@register.simple_tag
def study_minutes() -> int:
    """Return the minutes that a study takes here."""
    return queries.study_minutes()


@register.simple_tag
def calculations_before(study: Study) -> int:
    """Return how many computations come before that of a study."""
    return queries.ahead(study)


@register.simple_tag
def minutes_until_done(study: Study) -> int:
    """Return the minutes until the computation of a study that waits is done."""
    return queries.minutes_until_done(study)


@register.filter
def is_late(study: Study, minutes: int) -> bool:
    """Return True if a study has run for longer than studies take here."""
    return study.started_at is not None and timezone.now() - study.started_at > timedelta(minutes=minutes)
