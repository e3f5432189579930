"""The actions of plans that an account pilots: it is told once that it does, then what is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, NETWORK, NEWS_DAYS, Line, News, remainder
from maillage.apps.steering.plans import access, rules
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries import overview
from maillage.web.presence import Reading, Readings


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Yield the piloted actions that should have begun or ended, the oldest day first."""
    on = timezone.localdate(at)
    late = [row for row in _piloted(user) if rules.is_late(overview.schedule(row), on)]
    late.sort(key=lambda row: (row.ends_on or row.starts_on, row.pk))
    for row in late[:MOST]:
        yield Line(
            kind="plan-action",
            group=NETWORK,
            title=row.title,
            words=f"Vous pilotez cette action de « {row.plan.title} ».",
            until=row.ends_on if row.ends_on and row.ends_on < on else row.starts_on,
            late=True,
            url=_address(row),
            gesture="Ouvrir l’action",
            icon="clock",
        )
    if len(late) > MOST:
        yield Line(
            kind="plan-actions",
            group=NETWORK,
            n=len(late) - MOST,
            title=remainder(len(late) - MOST, "action en retard", "actions en retard"),
            url=reverse("plan", args=[late[MOST].plan.place]),
            gesture="Ouvrir le plan",
            icon="list",
        )


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Yield the actions that an account was named pilot of this month."""
    for row in _piloted(user):
        opened_at = row.pilot_invitation.used_at if row.pilot_invitation is not None else None
        named_at = max(moment for moment in (row.pilot_at, opened_at) if moment is not None)
        if named_at >= at - timedelta(days=NEWS_DAYS):
            yield News(
                key=f"plan-pilot-{row.pk}-{named_at:%Y%m%d%H%M%S}",
                title=row.title,
                words=f"Vous pilotez cette action de « {row.plan.title} ».",
                at=named_at,
                url=_address(row),
                icon="flag",
            )


def _piloted(user: Visitor) -> list[PlanAction]:
    rows = _alive(user).select_related("plan", "parent", "after__parent", "pilot_invitation")
    return list(rows.prefetch_related("fundings", "measures", "parts__fundings"))


def _alive(user: Visitor, at: datetime | None = None) -> QuerySet[PlanAction]:
    return access.piloted_by(user).filter(state__in=rules.ALIVE, pilot_at__isnull=False)


def _address(row: PlanAction) -> str:
    return reverse("plan_action", args=[row.plan.place, row.pk])


lines = Readings(Reading(_lines, _alive))
news = Readings(Reading(_news, _alive))
