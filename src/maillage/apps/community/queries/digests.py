"""The week of the network for one account: answers, tasks, meetings, what was shared and asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community.models import Bulletin, Digest, Listing
from maillage.apps.community.queries import discussions, listings, meetings, resources
from maillage.apps.platform.accounts.models import User

WEEK = timedelta(days=7)
MOST = 8  # of a section: a sheet is read standing


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know: its title, a few words, its page."""

    title: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """Several things of one sort."""

    title: str
    lines: tuple[Line, ...]


def week(user: User, at: datetime) -> tuple[Section, ...]:
    """Return the last seven days of the network, and the coming ones, without empty sections."""
    since, today = at - WEEK, timezone.localdate(at)
    titled_lines = (
        ("On vous a répondu", [_question(each) for each in discussions.answers_to(user, since)]),
        ("Ce que vous avez à faire", [_task(each) for each in meetings.my_tasks(user, today)]),
        (
            "Une date à choisir",
            [
                Line(row.title, "Dites quand vous pouvez.", reverse("meeting", args=[row.pk]))
                for row in meetings.to_vote(at)[:MOST]
            ],
        ),
        (
            "À venir",
            [
                Line(row.title, f"{meetings.when(row)}, {meetings.place(row)}", _page("meeting", row))
                for row in meetings.to_come(at)[:MOST]
            ],
        ),
        (
            "Questions sans réponse",
            [_question(each) for each in discussions.unanswered_since(since, user, MOST)],
        ),
        (
            "Ressources partagées",
            [
                Line(row.title, row.about, reverse("resource", args=[row.pk]))
                for row in resources.shared().filter(at__gte=since)[:MOST]
            ],
        ),
        (
            "Annonces",
            [_listing(row) for row in listings.opened(today).filter(made_at__gte=since)[:MOST]],
        ),
        (
            "Bulletin",
            [
                Line(row.title, row.opening[:200], reverse("bulletin", args=[row.pk]))
                for row in Bulletin.objects.filter(published_at__gte=since)[:MOST]
            ],
        ),
    )
    return tuple(Section(title, tuple(lines[:MOST])) for title, lines in titled_lines if lines)


def _question(entry: discussions.Entry) -> Line:
    url = reverse("discussion", args=[entry.subject.kind, entry.subject.row])
    return Line(entry.question.words[:200], f"Sous « {entry.subject.title} »", f"{url}#m-{entry.question.pk}")


def _page(name: str, row: Model) -> str:
    return reverse(name, args=[row.pk])


def _listing(row: Listing) -> Line:
    title = f"{row.structure.name} {row.get_side_display()} {row.get_kind_display()}"
    return Line(title, row.words, _page("listing", row))


def _task(task: meetings.Task) -> Line:
    return Line(task.decision.words, task.when, reverse("meeting", args=[task.decision.meeting_id]))


def text(sections: tuple[Section, ...]) -> str:
    """Return the sheet as the text of an e-mail, each thing with its address."""
    parts = []
    for section in sections:
        lines = [
            f"- {line.title}{' : ' + line.words if line.words else ''}\n  {settings.ADDRESS}{line.url}"
            for line in section.lines
        ]
        parts.append(f"{section.title}\n" + "\n".join(lines))
    return "\n\n".join(parts)


def chosen() -> list[User]:
    """Return the accounts that receive it by e-mail, and may still sign in."""
    return [each.user for each in Digest.objects.filter(user__is_active=True).select_related("user")]
