"""The appointments and the permanences of those who leave a structure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.queries import MOST, Duties
from maillage.apps.directory.memberships.rules import Duty

APPOINTMENT, PERMANENCE = "appointment", "permanence"


def _appointments(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Appointment]:
    """Return the appointments to come that leavers receive; the date of a referral follows the referral."""
    return Appointment.objects.filter(
        access.leaving("helper", "structure", user=user, on=timezone.localdate(at)),
        structure__in=structures,
        state=rules.BOOKED,
        referral=None,
        starts_at__gt=at,
    )


def _appointment_duties(received: QuerySet[Appointment], user: int | None) -> Iterable[Duty]:
    rows = list(received.select_related("person").order_by("starts_at")[:MOST])
    taken = _taken(rows) if user is not None else {}
    for row in rows:
        yield Duty(
            kind=APPOINTMENT,
            pk=row.pk,
            user=row.helper_id,
            structure=row.structure_id,
            title=f"Rendez-vous, {words.when(row)}",
            words=row.called,
            at=row.starts_at,
            url=reverse("appointment", args=[row.pk]),
            busy=taken.get(row.pk, frozenset()),
        )


def _taken(rows: Collection[Appointment]) -> dict[int, frozenset[int]]:
    """Return the accounts that receive somebody else during each appointment."""
    if not rows:
        return {}
    first = min(row.starts_at for row in rows) - timedelta(days=1)
    busy_rows: Any = Appointment.objects.filter(
        ~Q(pk__in=[row.pk for row in rows]),
        state=rules.BOOKED,
        helper__isnull=False,
        starts_at__range=(first, max(row.ends_at for row in rows)),
    ).values_list("helper", "starts_at", "minutes")
    spans = [(helper, begin, begin + timedelta(minutes=minutes)) for helper, begin, minutes in busy_rows]
    return {
        row.pk: frozenset(
            helper for helper, begin, end in spans if begin < row.ends_at and row.starts_at < end
        )
        for row in rows
    }


def _permanences(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Permanence]:
    """Return the permanences that go on and that leavers hold."""
    today = timezone.localdate(at)
    return Permanence.objects.filter(
        access.leaving("helper", "structure", user=user, on=today),
        Q(until_on=None) | Q(until_on__gte=today),
        structure__in=structures,
        stopped_at=None,
    )


def _permanence_duties(rows: QuerySet[Permanence], user: int | None) -> Iterable[Duty]:
    for row in rows.order_by("pk")[:MOST]:
        yield Duty(
            kind=PERMANENCE,
            pk=row.pk,
            user=row.helper_id,
            structure=row.structure_id,
            title=f"Permanence, {row.title}",
            words="Les rendez-vous qui y seront pris.",
            url=reverse("permanence", args=[row.pk]),
        )


appointments = Duties(_appointments, _appointment_duties)
permanences = Duties(_permanences, _permanence_duties)
