"""Tasks of the network today: tasks decided together, messages, dates to choose, meetings."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import MOST, NETWORK, Line, Moment, Undo, remainder
from maillage.apps.community import access
from maillage.apps.community.models import Vote
from maillage.apps.community.queries import listings, meetings
from maillage.reference import clocks
from maillage.web import bulk
from maillage.words.wording import count, series

NAMED = 3  # messages whose structures a line names


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the tasks of meetings, the messages to answer and the dates to choose."""
    rights = rights_of(user)
    if not rights.any(*access.MEMBERS):
        return
    yield from _tasks(user, at)
    if rights.any(access.WRITES):
        unanswered, n = bulk.firsts(listings.unanswered(user).order_by("at", "pk"), NAMED)
        if unanswered:
            yield Line(
                kind="network-message",
                group=NETWORK,
                n=n,
                title="Message du réseau sans réponse" if n == 1 else "Messages du réseau sans réponse",
                words=f"De {series(sorted({row.structure.name for row in unanswered}))}.",
                since=timezone.localdate(unanswered[0].at),
                url=reverse("listing", args=[unanswered[0].listing_id]),
                gesture="Répondre",
                icon="message-square",
            )
    voted = Vote.objects.filter(by=user.pk).values("date__meeting")
    for row in bulk.seldom(meetings.to_vote(at).exclude(pk__in=voted).order_by("pk")[:2]):
        yield Line(
            kind="meeting-vote",
            group=NETWORK,
            title=row.title,
            words=f"Date à choisir avec {meetings.convener(row)} : dites quand vous pouvez.",
            url=reverse("meeting", args=[row.pk]),
            gesture="Dire quand je peux",
            icon="calendar",
        )


def _tasks(user: Any, at: datetime) -> Iterable[Line]:
    tasks = meetings.my_tasks(user, timezone.localdate(at))
    for task in tasks[:MOST]:
        row = task.decision
        yield Line(
            kind="meeting-task",
            group=NETWORK,
            title=row.words,
            words=f"À faire par {task.pilot}, décidé à « {row.meeting.title} ».",
            until=row.until_on,
            late=task.late,
            url=reverse("meeting_task", args=[row.pk]),
            gesture="C’est fait",
            icon="check",
            posts=True,
            sent=(("etait", ""), ("retour", "aujourd-hui")),
        )
    if len(tasks) > MOST:
        yield Line(
            kind="meeting-task-others",
            group=NETWORK,
            n=len(tasks) - MOST,
            title=remainder(len(tasks) - MOST, "tâche décidée en réunion", "tâches décidées en réunion"),
            url=reverse("meetings"),
            gesture="Ouvrir la liste",
            icon="list",
        )


def hours(user: Any, at: datetime) -> Iterable[Moment]:
    """Return the meetings of the day, and the next one of the week."""
    if not rights_of(user).any(*access.MEMBERS):
        return
    for row in bulk.seldom(meetings.to_come(at).filter(starts_at__lt=at + timedelta(days=7))[:3]):
        zone = clocks.zone(row.commune)
        yield Moment(
            at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone) if row.ends_at is not None else None,
            title=row.title,
            words=f"Réunion, {meetings.place(row)}, {count(row.minutes, 'minute')}",
            url=reverse("meeting", args=[row.pk]),
        )


def undo(user: Any, at: datetime) -> Iterable[Undo]:
    """Return the tasks of meetings that an account said done a moment ago."""
    for row in bulk.seldom(meetings.just_finished(user, at)[:MOST]):
        yield Undo(
            title=row.words,
            words=f"C’est fait, décidé à « {row.meeting.title} ».",
            at=row.done_at,
            url=reverse("meeting_task", args=[row.pk]),
            sent=(("etait", "1"), ("retour", "aujourd-hui")),
        )
