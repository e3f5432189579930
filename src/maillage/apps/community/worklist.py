"""Tasks of the network today: tasks decided together, messages, dates to choose, meetings."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.models import Decision, Meeting, Reply, Vote
from maillage.apps.community.queries import listings, meetings
from maillage.apps.community.rules import listings as listing_rules
from maillage.apps.community.rules.meetings import STUDY_KINDS
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import (
    MOST,
    NETWORK,
    UNDO,
    Line,
    Moment,
    Undo,
    remainder,
)
from maillage.reference import clocks
from maillage.web import bulk
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count, series

NAMED = 3  # messages whose structures a line names


def _messages(user: Visitor, at: datetime) -> Iterable[Line]:
    if rights_of(user).any(*access.MEMBERS) and rights_of(user).any(access.WRITES):
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


def _undated(user: Visitor, at: datetime) -> QuerySet[Meeting]:
    """Return the meetings whose date an account is waited for to choose."""
    rights = rights_of(user)
    if not rights.any(*access.MEMBERS):
        return Meeting.objects.none()
    voted = Vote.objects.filter(by=user.pk).values("date__meeting")
    undated = meetings.to_vote(at).exclude(pk__in=voted).order_by("pk")
    if not rights.any(*access.KEEPS):  # whoever speaks for nobody there is waited for by a study alone
        undated = undated.filter(kind__in=STUDY_KINDS if rights.any("measures.see") else ())
    return undated


def _dates(user: Visitor, at: datetime) -> Iterable[Line]:
    for row in _undated(user, at)[:2]:
        yield Line(
            kind="meeting-vote",
            group=NETWORK,
            title=row.title,
            words=f"Date à choisir{_convened(row, user)} : dites quand vous pouvez.",
            url=reverse("meeting", args=[row.pk]),
            gesture="Dire quand je peux",
            icon="calendar",
        )


def _convened(row: Meeting, user: Visitor) -> str:
    """Return the convener of a meeting, in words; "" for one's own structure."""
    is_own = row.structure_id in {grant.structure for grant in rights_of(user).grants}
    return "" if row.structure_id and is_own else f" avec {meetings.convener(row)}"


def _votes(user: Visitor, at: datetime) -> Iterable[Line]:
    if not rights_of(user).any(*access.MEMBERS):
        return
    for decision in meetings.decisions_to_vote(user, timezone.localdate(at))[:2]:
        yield Line(
            kind="decision-vote",
            group=NETWORK,
            title=decision.words,
            words=f"Décision à voter, de la réunion « {decision.meeting.title} ».",
            until=decision.vote_until,
            url=f"{reverse('meeting', args=[decision.meeting_id])}#decisions",
            gesture="Voter",
            icon="check",
        )


def _tasks(user: Visitor, at: datetime) -> Iterable[Line]:
    if not rights_of(user).any(*access.MEMBERS):
        return
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


def _meetings(user: Visitor, at: datetime) -> QuerySet[Meeting]:
    return meetings.to_come(at).filter(starts_at__lt=at + timedelta(days=7))


def _hours(user: Visitor, at: datetime) -> Iterable[Moment]:
    """Return the meetings of the day, and the next one of the week."""
    if not rights_of(user).any(*access.MEMBERS):
        return
    for row in _meetings(user, at)[:3]:
        if row.starts_at is None:
            continue
        zone = clocks.zone(row.commune)
        yield Moment(
            at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone) if row.ends_at is not None else None,
            title=row.title,
            words=f"Réunion, {meetings.place(row)}, {count(row.minutes, 'minute')}",
            url=reverse("meeting", args=[row.pk]),
        )


def _undo(user: Visitor, at: datetime) -> Iterable[Undo]:
    """Return the tasks of meetings that an account said done a moment ago."""
    for row in meetings.just_finished(user, at)[:MOST]:
        yield Undo(
            title=row.words,
            words=f"C’est fait, décidé à « {row.meeting.title} ».",
            at=row.done_at or at,
            url=reverse("meeting_task", args=[row.pk]),
            sent=(("etait", "1"), ("retour", "aujourd-hui")),
        )


# The tasks of meetings, the messages to answer, the dates to choose and the decisions to vote.
lines = Readings(
    Reading(_tasks, lambda user, _: meetings.open_for(user)),
    Reading(
        _messages,
        lambda user, _: Reply.objects.filter(
            listing__structure__in=access.own_numbers(user), state=listing_rules.PENDING
        ),
    ),
    Reading(_dates, _undated),
    Reading(_votes, lambda user, at: meetings.decisions_to_vote(user, timezone.localdate(at))),
)
hours = Readings(Reading(_hours, _meetings))
undo = Readings(
    Reading(_undo, lambda user, at: Decision.objects.filter(done_by=user.pk, done_at__gte=at - UNDO)),
)
