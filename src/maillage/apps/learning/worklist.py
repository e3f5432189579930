"""Worklist lines of learning: people stuck on an exercise, and procedures tried for real with an unknown
outcome.
"""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from maillage.apps.learning import access
from maillage.apps.learning.models import Fact
from maillage.apps.learning.queries import plans, progress
from maillage.apps.people.persons.access import numbers_for, people_for
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import TRAINING, Line
from maillage.web.presence import Reading, Readings
from maillage.words.wording import series

NAMED = 3  # whom a line names


def _follow_ups(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for the follow-ups due: how many, the names of the first."""
    first_rows, n = plans.to_ask(user, timezone.localdate(at), NAMED)
    if first_rows:
        names = series([f"{_person_name(each)} ({each.title})" for each in first_rows])
        more = f", et {n - NAMED} de plus" if n > NAMED else ""
        yield Line(
            kind="follow-up",
            group=TRAINING,
            n=n,
            title="Suivi à faire" if n == 1 else "Suivis à faire",
            words=f"{names}{more} : ont-elles réussi pour de vrai ?",
            since=first_rows[0].plan.ask_on,
            url=reverse("plans"),
            gesture="Demander la suite",
            icon="graduation-cap",
        )


def _person_name(row: plans.PlanRow) -> str:
    """Return the name of a plan's person; no name if the reader no longer follows them."""
    return (
        str(row.plan.person) if getattr(row.plan, "is_visible", False) else "quelqu’un que l’on ne suit plus"
    )


def _stuck(user: Visitor, at: datetime) -> Iterable[Line]:
    stuck_rows = progress.stuck_now(access.groups_for(user), at, people_for(user))
    if not stuck_rows:
        return
    names = series([f"{row.member.person} ({row.member.group})" for row in stuck_rows[:NAMED]])
    more = f", et {len(stuck_rows) - NAMED} de plus" if len(stuck_rows) > NAMED else ""
    groups = {row.member.group_id for row in stuck_rows}
    yield Line(
        kind="learner-stuck",
        group=TRAINING,
        n=len(stuck_rows),
        title="Personne bloquée" if len(stuck_rows) == 1 else "Personnes bloquées",
        words=f"{names}{more} : sur un exercice, en ce moment.",
        url=reverse("group", args=[*groups]) if len(groups) == 1 else reverse("groups"),
        gesture="Aller voir",
        icon="graduation-cap",
    )


lines = Readings(
    Reading(
        _stuck,
        lambda user, at: Fact.objects.filter(person__in=numbers_for(user), at__gt=at - progress.LIVE),
    ),
    Reading(_follow_ups, lambda user, at: plans.plans_to_ask(user, timezone.localdate(at))),
)
