"""The changes that a copy of the directory lacks: the places written since an instant, and those to forget.

A list is read by identifier, each page after the last one of the page before: a place that comes or goes
meanwhile shifts nothing. What is written while it is read is for the next reading, whose instant each page
says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import Max, QuerySet

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Deletion, Lieu
from maillage.apps.platform.exchanges.rules import LONGEST_WRITING, PLACE_CHANGED, PLACE_REMOVED, Event
from maillage.publishing.directory.formats import data_inclusion
from maillage.web.programs import API

Json = Mapping[str, Any]
CURSOR = re.compile(r"(\d{1,11})-([er]?)-(.{0,100})")
REMOVED, DELETED, JOINED = "retire", "efface", "reuni"
REASONS = {
    REMOVED: "n’est plus publié : fermé, ou hors du recensement",
    DELETED: "effacé : il venait d’un fichier dont l’import a été défait",
    JOINED: "réuni à un autre lieu, que « vers » nomme",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The start of a page of a list. since: None for everything; after: the address of the last place read,
    "" for none; part: of a list in several parts, the one it was in; next_since: the instant to give when
    all is read again.
    """

    since: datetime | None
    next_since: datetime
    after: str = ""
    part: str = ""


def start(since: datetime | None, cursor: str, *, at: datetime) -> Start | None:
    """Return where a page begins, from what a program gives back; None for a cursor that is not ours."""
    if not cursor:
        return Start(since=since, next_since=at.replace(microsecond=0) - LONGEST_WRITING)
    match = CURSOR.fullmatch(cursor)
    if match is None:
        return None
    next_since = datetime.fromtimestamp(int(match[1]), UTC)
    return Start(since=since, next_since=next_since, part=match[2], after=match[3])


def written(rows: QuerySet[Lieu], start: Start) -> QuerySet[Lieu]:
    """Return the rows of places written since an instant, by address."""
    if start.since is not None:
        rows = rows.filter(pk__in=Change.objects.filter(written_at__gte=start.since).values("lieu"))
    return rows.order_by("slug")


def envelope(items: Sequence[Json], start: Start, last: str | None, part: str = "") -> Json:
    """Return a page and how to go on. last: the address of its last place, None when nothing follows."""
    cursor = None if last is None else f"{start.next_since.timestamp():.0f}-{part}-{last}"
    return {
        "items": items,
        "size": len(items),
        "suivant": cursor,
        "prochaine_fois": start.next_since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def removals(start: Start, size: int) -> Json:
    """Return a page of the places to forget: the address of each, when, and why; nothing else of them."""
    items: list[Json] = []
    for part, slug, item in islice(_removals(start), size):
        items.append(item)
        if len(items) == size:
            return envelope(items, start, slug, part)
    return envelope(items, start, None)


def _removals(start: Start) -> Iterator[tuple[str, str, Json]]:
    """Return the places that are no longer published, then those that were deleted, each by address."""
    if start.part != "e":
        unpublished = departures(start.since).filter(lieu__slug__gt=start.after)
        for row in unpublished.values("lieu__slug", "lieu__state", "lieu__merged_into__slug").annotate(
            last=Max("written_at")
        ):
            into = row["lieu__merged_into__slug"] if row["lieu__state"] == rules.MERGED else None
            reason = JOINED if into else REMOVED
            yield "r", row["lieu__slug"], _removal(row["lieu__slug"], row["last"], reason, into)
    published_again = Lieu.objects.filter(state=rules.PUBLISHED).values("slug")
    deletions = Deletion.objects.exclude(slug__in=published_again)
    if start.since is not None:
        deletions = deletions.filter(written_at__gte=start.since)
    if start.part == "e":
        deletions = deletions.filter(slug__gt=start.after)
    for slug, last in deletions.values_list("slug").annotate(last=Max("written_at")).order_by("slug"):
        yield "e", slug, _removal(slug, last, DELETED, None)


def departures(since: datetime | None) -> QuerySet[Change]:
    """Return the changes by which places that anybody could read stopped being published, by address."""
    away = Lieu.objects.exclude(state=rules.PUBLISHED).values("pk")
    rows = Change.objects.filter(lieu__in=away, before__state=rules.PUBLISHED)
    rows = rows.exclude(after__state=rules.PUBLISHED)
    return (rows if since is None else rows.filter(written_at__gte=since)).order_by("lieu__slug")


def _removal(slug: str, at: datetime, reason: str, into: str | None) -> Json:
    return {
        "type": "lieu",
        "id": data_inclusion.identifier(slug),
        "instant": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "motif": reason,
        "vers": data_inclusion.identifier(into) if into else None,
    }


def events(since: datetime) -> Iterator[Event]:
    """Yield an event for each published place whose change was written since an instant."""
    changes = Change.objects.filter(written_at__gte=since).order_by("pk")
    columns = ("pk", "written_at", "lieu__slug", "before__state", "after__state")
    for pk, at, slug, before, after in changes.values_list(*columns).iterator():
        if rules.PUBLISHED in (before, after):
            kind = PLACE_CHANGED if after == rules.PUBLISHED else PLACE_REMOVED
            yield _event(kind, at, f"changement-{pk}", slug)
    deletions = Deletion.objects.filter(written_at__gte=since).order_by("pk")
    for pk, at, slug in deletions.values_list("pk", "written_at", "slug"):
        yield _event(PLACE_REMOVED, at, f"effacement-{pk}", slug)


def _event(kind: str, at: datetime, key: str, slug: str) -> Event:
    id = data_inclusion.identifier(slug)
    return Event(kind=kind, at=at, key=key, subject="lieu", id=id, address=f"{API}structures/{id}")
