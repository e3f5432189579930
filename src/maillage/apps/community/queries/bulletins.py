"""The bulletin of the network: the news that wait for the next one, what it may carry, those published."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.models import Bulletin, Meeting, News, Post, Resource, ServiceChange
from maillage.apps.community.queries import discussions, meetings, resources
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.rules import bulletins as rules
from maillage.apps.platform.accounts.models import Visitor
from maillage.publishing.assistance import Part, sheet
from maillage.words import opening

USUAL = timedelta(days=60)  # what a first bulletin looks back on
AHEAD = timedelta(days=75)


def published() -> QuerySet[Bulletin]:
    """Return the published bulletins, the latest first."""
    return Bulletin.objects.exclude(published_at=None).order_by("-published_at", "-pk")


def drafts(user: Visitor) -> QuerySet[Bulletin]:
    return access.bulletins_for(user).filter(published_at=None)


def pending_news(user: Visitor) -> QuerySet[News]:
    """Return the news of a territory that no bulletin carries yet, the latest first."""
    return News.objects.filter(access.in_territory(user), bulletin=None, withdrawn_at=None).select_related(
        "structure"
    )


def own_news(user: Visitor) -> QuerySet[News]:
    """Return the news that a user's structures wrote, the latest first."""
    rows = News.objects.filter(structure__in=access.structures_for(user), withdrawn_at=None)
    return rows.select_related("structure", "bulletin")


def items(user: Visitor, at: datetime) -> dict[str, list[dict[str, str]]]:
    """Return the possible contents of a bulletin today, by section: each with a key that the form gives back,
    a title, words, and its address.
    """
    last = published().values_list("published_at", flat=True).first()
    since = last or at - USUAL
    rows_by_section = {
        "news": [
            {
                "key": f"news-{row.pk}",
                "title": row.title,
                "words": f"{row.words} ({row.structure.name if row.structure else 'la coordination'})",
                "link": row.link,
            }
            for row in pending_news(user)
        ],
        "meetings": [
            {
                "key": f"meeting-{row.pk}",
                "title": row.title,
                "words": ". ".join(filter(None, (meetings.when(row), meetings.place(row)))),
                "link": "",
            }
            for row in meetings.between(at, at + AHEAD)
        ],
        "changes": [
            {
                "key": f"change-{row.pk}",
                "title": f"{row.operator} : {row.procedure}",
                "words": f"{row.obligation}, à partir du {opening.date_text(row.starts_on)}."
                f" Source : {row.source}.",
                "link": row.link,
            }
            for row in changes().filter(at__gte=since)
        ],
        "resources": [
            {
                "key": f"resource-{row.pk}",
                "title": row.title,
                "words": f"{row.about} ({row.author})",
                "link": row.link,
            }
            for row in resources.shared().filter(at__gte=since)
        ],
        "questions": [
            {
                "key": f"post-{each.question.pk}",
                "title": each.question.words[:200],
                "words": f"Posée sous « {each.subject.title} ».",
                "link": "",
            }
            for each in discussions.unanswered_since(since, user, rules.MOST)
        ],
    }
    return {section: rows[: rules.MOST] for section, rows in rows_by_section.items() if rows}


def standing(contents: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """Return the contents of a bulletin without those taken off, cancelled or hidden since."""
    published_rows = {
        "news": News.objects.filter(withdrawn_at=None),
        "meetings": Meeting.objects.filter(cancelled_at=None),
        "changes": changes(),
        "resources": Resource.objects.filter(withdrawn_at=None),
        "questions": Post.objects.filter(hidden_at=None),
    }
    remaining = {}
    for section, rows in contents.items():
        numbers = {each["key"]: int(each["key"].partition("-")[2]) for each in rows}
        there = set(published_rows[section].filter(pk__in=numbers.values()).values_list("pk", flat=True))
        if still := [each for each in rows if numbers[each["key"]] in there]:
            remaining[section] = still
    return remaining


def pdf(row: Bulletin, on: date) -> bytes:
    """Return a published bulletin as PDF."""
    parts = [Part("En ouverture", (row.opening,))] if row.opening else []
    for section, words in rules.SECTIONS.items():
        lines = tuple(
            f"{each['title']} : {each['words']}{' ' + each['link'] if each['link'] else ''}"
            for each in row.contents.get(section, ())
        )
        if lines:
            parts.append(Part(words, lines, listed=True))
    return sheet(row.title, parts, on=on, foot="Exemple" if row.example else "Le réseau")


# --------------------------------------------------------------------------------------- services that change


def changes() -> QuerySet[ServiceChange]:
    """Return the changes of services that territories wrote, the latest first."""
    return ServiceChange.objects.filter(withdrawn_at=None)


def where(row: ServiceChange) -> str:
    """Return the town from which a change was written, in words."""
    return commune_name(row.commune)


def ongoing(rows: QuerySet[ServiceChange], at: datetime) -> list[ServiceChange]:
    """Return the outages that last today."""
    today = timezone.localdate(at)
    return [
        row
        for row in rows
        if row.kind == rules.OUTAGE
        and row.starts_on <= today
        and (row.ends_on is None or row.ends_on >= today)
    ]
