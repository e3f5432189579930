"""Worklist lines of calls for projects: an agreement, an application to send, files to judge."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, NETWORK, NEWS_DAYS, Line, News
from maillage.apps.volunteering.grants import access, rules
from maillage.apps.volunteering.grants.models import GrantApplication, GrantCall, GrantDecision, Juror, Score
from maillage.web import bulk
from maillage.web.presence import Reading, Readings


def _unsent(user: Visitor, at: datetime) -> QuerySet[GrantApplication]:
    today = timezone.localdate(at)
    return access.written_by(user).filter(
        state=rules.WRITTEN, call__closes_on__gte=today, call__published_at__isnull=False
    )


def _to_send(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the applications that a structure finishes or agrees to."""
    if rights_of(user).any(access.APPLIES):
        for row in _unsent(user, at).order_by("call__closes_on", "pk")[:MOST]:
            yield Line(
                kind="grant-application",
                group=NETWORK,
                title=row.title,
                words=f"Candidature à « {row.call.title} » : pas encore déposée.",
                until=row.call.closes_on,
                url=reverse("grant_application", args=[row.pk]),
                gesture="La finir",
                icon="pencil",
            )


def _undecided(user: Visitor, at: datetime) -> Q:
    return Q(closes_on__lt=timezone.localdate(at), decided_at=None, published_at__isnull=False)


def _to_decide(user: Visitor, at: datetime) -> Iterable[Line]:
    if rights_of(user).any(access.LEADS):
        ended = access.led_by(user).filter(_undecided(user, at))
        n_submitted = Count("applications", filter=Q(applications__state=rules.SUBMITTED))
        for call in ended.annotate(n=n_submitted).order_by("closes_on", "pk")[:MOST]:
            yield Line(
                kind="grant-decision",
                group=NETWORK,
                n=call.n,
                title=f"Candidatures à « {call.title} »",
                words="L’appel est fermé : les porteurs attendent la décision.",
                since=call.closes_on,
                url=reverse("grant", args=[call.pk]),
                gesture="Décider",
                icon="check",
            )


def _to_judge(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the applications that a juror may note today: not those of a call still open, nor their own."""
    seats = Juror.objects.filter(account=user.pk)
    read = Score.objects.filter(application=OuterRef("pk"), juror__account=user.pk)
    rows = GrantApplication.objects.filter(
        Q(state=rules.SUBMITTED),
        call__in=seats.values("call"),
        call__decided_at=None,
        call__closes_on__lt=timezone.localdate(at),
    ).exclude(Exists(read) | Q(conflicts__juror__account=user.pk))
    rows = rows.exclude(pk__in=access.written_by(user).values("pk"))
    first_rows, n = bulk.firsts(rows.select_related("call").order_by("submitted_at", "pk"), 1)
    if first_rows:
        yield Line(
            kind="grant-jury",
            group=NETWORK,
            n=n,
            title="Candidature à lire" if n == 1 else "Candidatures à lire",
            words=f"Vous êtes du jury de « {first_rows[0].call.title} ».",
            since=timezone.localdate(first_rows[0].submitted_at),
            url=reverse("grant_application", args=[first_rows[0].pk]),
            gesture="Lire et noter",
            icon="list",
        )


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Return the projects of a user’s structures that were funded lately."""
    if not rights_of(user).any(access.APPLIES):
        return
    own_applications = access.written_by(user).values("pk")
    rows = GrantDecision.objects.filter(application__in=own_applications, granted=True)
    for row in rows.select_related("application__call").order_by("-pk")[:6]:
        decided = row.application.call.decided_at
        if decided is not None and (at - decided).days <= NEWS_DAYS:
            yield News(
                key=f"projet-{row.application_id}",
                title=row.application.title,
                words=f"Retenu par « {row.application.call.title} ».",
                at=decided,
                url=reverse("grant_application", args=[row.application_id]),
                icon="thumbs-up",
            )


def _funded(user: Visitor, at: datetime) -> QuerySet[GrantDecision]:
    lately = Q(application__call__decided_at__gt=at - timedelta(days=NEWS_DAYS + 1))
    own = access.written_by(user).values("pk")
    return GrantDecision.objects.filter(lately, application__in=own, granted=True)


lines = Readings(
    Reading(_to_send, _unsent),
    Reading(_to_judge, lambda user, _: Juror.objects.filter(account=user.pk)),
    Reading(_to_decide, lambda user, at: GrantCall.objects.filter(_undecided(user, at))),
)
news = Readings(Reading(_news, _funded))
