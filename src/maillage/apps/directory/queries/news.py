"""Recent events of the places that anyone may read, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.apps.directory import rules
from maillage.apps.directory.models import Change
from maillage.apps.directory.queries.scope import Scope
from maillage.apps.directory.queries.search import having
from maillage.reference import offer
from maillage.words.wording import listing, lower_first

LATEST = 100
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


def latest(where: Scope) -> list[News]:
    """Return the places of a territory that came, changed, filled up or ended, each by its latest change,
    most recent first.
    """
    rows = Change.objects.filter(lieu__state__in=(rules.PUBLISHED, rules.ENDED)).select_related(
        "lieu__source"
    )
    if where.communes:
        rows = rows.filter(lieu__code_insee__in=where.communes)
    rows = having(rows, where.facets, "lieu__")
    rows = rows.defer("lieu__origins", "lieu__to_check").order_by("-at", "-pk")[:READ_AT_ONCE]
    news_by_slug: dict[str, News] = {}
    for change in rows:
        if (news := _news(change)) is not None:
            news_by_slug.setdefault(news.slug, news)
    return list(news_by_slug.values())[:LATEST]


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
