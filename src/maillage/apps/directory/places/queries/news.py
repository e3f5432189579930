"""Recent events of the places that anyone may read, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Deletion, Lieu
from maillage.apps.directory.places.queries import incremental
from maillage.apps.directory.places.queries.scope import Scope
from maillage.apps.directory.places.queries.search import having
from maillage.reference import offer
from maillage.words.wording import listing, lower_first

LATEST = 100
CURSOR = re.compile(r"(\d{1,17})-(\d{1,18})")  # the microsecond and the number of the last change read
READ_AT_ONCE = 400  # changes looked at, since those of a private field alone tell nothing
BACK = {  # what is told of a place published again, by what it was
    rules.ENDED: ("Lieu de nouveau ouvert", "Ce lieu est revenu dans l’annuaire."),
    rules.EXCLUDED: (
        "Lieu revenu dans l’annuaire",
        "Ce lieu n’y était plus depuis un temps. Cela ne dit pas qu’il avait fermé.",
    ),
    rules.MERGED: (
        "Fiche de nouveau à part",
        "Cette fiche avait été réunie à une autre. Ce sont deux lieux différents.",
    ),
}
EXTRA_LABELS = {"practices": "Ce qu’on y trouve", "precision": "Précision du point"}


@dataclass(frozen=True, slots=True)
class News:
    """A change that anyone may read. words: what differs, never who did it."""

    slug: str
    title: str
    words: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Removed:
    """News to take back: its place is published no more. at: when it was told; when: it was taken out."""

    slug: str
    at: datetime
    when: datetime


@dataclass(frozen=True, slots=True)
class NewsPage:
    """News, most recent first, and those to take back. following: the cursor of older news, "" without
    any.
    """

    news: Sequence[News]
    removed: Sequence[Removed]
    following: str


def page(where: Scope, cursor: str = "") -> NewsPage | None:
    """Return the places of a territory that came, changed, filled up or ended, each by its latest change,
    most recent first, from a cursor on; None for a cursor that is not ours.
    """
    rows = Change.objects.filter(lieu__state__in=(rules.PUBLISHED, rules.ENDED)).select_related(
        "lieu__source"
    )
    if where.communes:
        rows = rows.filter(lieu__code_insee__in=where.communes)
    rows = having(rows, where.facets, "lieu__")
    before = None
    if cursor:
        match = CURSOR.fullmatch(cursor)
        if match is None:
            return None
        before = datetime.fromtimestamp(int(match[1]) / 1_000_000, UTC)
        rows = rows.filter(Q(at__lt=before) | Q(at=before, pk__lt=int(match[2])))
    rows = rows.defer("lieu__origins", "lieu__to_check").order_by("-at", "-pk")[:READ_AT_ONCE]
    news_by_slug: dict[str, News] = {}
    last = None  # where the next page goes on
    for n_read, change in enumerate(rows, 1):
        if (news := _news(change)) is not None:
            news_by_slug.setdefault(news.slug, news)
        if len(news_by_slug) == LATEST or n_read == READ_AT_ONCE:
            last = change
            break
    following = f"{round(last.at.timestamp() * 1_000_000)}-{last.pk}" if last else ""
    removed = _removed(where, last.at if last else None, before)
    return NewsPage(list(news_by_slug.values()), removed, following)


def _removed(where: Scope, since: datetime | None, before: datetime | None) -> list[Removed]:
    """Return the news of places taken out between two instants; those closed for good have news of it."""
    rows = incremental.departures(None).exclude(lieu__state=rules.ENDED).order_by("-at", "-pk")
    deletions = Deletion.objects.exclude(slug__in=Lieu.objects.values("slug")).order_by("-written_at")
    if where.communes:  # of a place that was deleted, nothing says where it was
        rows = rows.filter(lieu__code_insee__in=where.communes)
    if since is not None:
        rows, deletions = rows.filter(at__gte=since), deletions.filter(written_at__gte=since)
    if before is not None:
        rows, deletions = rows.filter(at__lt=before), deletions.filter(written_at__lt=before)
    when_by_lieu = dict(reversed(rows.values_list("lieu", "at")[:LATEST]))
    changes = Change.objects.filter(lieu__in=when_by_lieu).select_related("lieu").order_by("-at", "-pk")
    return [
        *(
            Removed(change.lieu.slug, change.at, when_by_lieu[change.lieu_id])
            for change in changes[:READ_AT_ONCE]
            if change.after is not None and _event(change.before, change.after)[0]
        ),
        *(Removed(row.slug, row.entered_at, row.written_at) for row in deletions[:LATEST] if row.entered_at),
    ]


def _news(change: Change) -> News | None:
    """Return a change in words; None when nothing public differs."""
    lieu, after = change.lieu, change.after
    if after is None:
        return None
    sheet = after["sheet"]
    place = f"{sheet.get('nom', lieu.name)}{f' ({commune})' if (commune := sheet.get('commune')) else ''}"
    title, words = _event(change.before, after)
    if not title:
        return None
    return News(lieu.slug, f"{title} : {place}", words, change.at, lieu.source.name)


def _event(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, str]:
    """Return an event in a few words, then in a sentence; '' without any."""
    if before is None:
        return "Nouveau lieu", "Ce lieu vient d’entrer dans l’annuaire."
    if after["state"] != before["state"]:
        if after["state"] == rules.ENDED:
            return "Lieu fermé pour de bon", "Ce lieu n’accueille plus."  # why is for professionals
        return BACK.get(before["state"], ("", "")) if after["state"] == rules.PUBLISHED else ("", "")
    if bool(after["full_since"]) != bool(before["full_since"]):
        return (
            ("Lieu complet", "Ce lieu ne prend plus personne pour l’instant.")
            if after["full_since"]
            else (
                "Signaler qu’il y a de la place",
                "Ce lieu prend de nouveau des personnes.",
            )
        )
    fields = _different(before["sheet"], after["sheet"])
    return (
        ("Lieu modifié", f"A changé : {listing([lower_first(f) for f in fields])}.") if fields else ("", "")
    )


def _different(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[str]:
    """Return the labels of the public fields that differ, in the order of a sheet."""
    labels = {
        f.id: f.label for f in offer.fields().values() if not f.private and f.id not in rules.FOLLOWING
    } | EXTRA_LABELS
    return [label for name, label in labels.items() if before.get(name) != after.get(name)]
