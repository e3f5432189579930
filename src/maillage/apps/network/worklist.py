"""Tasks of the network today: a new sheet to complete, applications, charters, letters."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.rules.worklist import DIRECTORY, LONG, MOST, NETWORK, Line, remainder
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.rules import gaps
from maillage.apps.network import access
from maillage.apps.network.queries import joining
from maillage.apps.network.rules import charter
from maillage.web import bulk
from maillage.words.wording import at as in_place
from maillage.words.wording import count, listing, of

# What somebody looks for first on a sheet: its words, and where on the form it is written.
WANTED: Mapping[str, tuple[str, str]] = {
    "services": ("ce qu’on y trouve", "t-pratiques"),
    "hours": ("les horaires", "g-horaires"),
    "description": ("une phrase qui vous présente", "id_presentation_resume"),
}


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the structures that ask to join, the charters to read, the letters and the sheets to decide."""
    if not access.is_member(user):
        return
    yield from _new_sheets(user)
    if access.holds_territory(user):
        yield from _applications(user, at)
        yield from _declarations(user)
    yield from _letters(user, at)
    for row in bulk.seldom(access.revisions_for(user).filter(chosen=None).order_by("at", "pk")[:MOST]):
        yield Line(
            kind="sheet-revision",
            group=NETWORK,
            title=f"Fiche {of(row.profile.structure.name)}",
            words="Deux personnes l’ont écrite en même temps : une version est à choisir.",
            since=timezone.localdate(row.at),
            url=reverse("profile", args=[row.profile.structure_id]),
            gesture="Choisir",
            icon="columns-2",
        )


def _new_sheets(user: Any) -> Iterable[Line]:
    rows = joining.new_places(user)
    lacking = ((lieu, gaps(lieu.sheet)) for lieu in rows.order_by("name", "pk"))
    for lieu, missing in islice(((lieu, lacks) for lieu, lacks in lacking if lacks), MOST):
        yield Line(
            kind="sheet-incomplete",
            group=DIRECTORY,
            title="Complétez votre fiche",
            words=f"{lieu.name}. Il manque {listing([WANTED[each][0] for each in missing])}.",
            url=f"{reverse('lieu_edit', args=[lieu.slug])}#{WANTED[missing[0]][1]}",
            gesture="Compléter",
            icon="pencil",
        )


def _applications(user: Any, at: datetime) -> Iterable[Line]:
    rows = list(joining.to_answer(user).order_by("made_at", "pk")[: 10 * MOST])
    for row in rows[:MOST]:
        since = timezone.localdate(row.made_at)
        yield Line(
            kind="application",
            group=NETWORK,
            title=row.name,
            words=f"Demande à entrer dans le réseau, {in_place(commune_name(row.commune))}.",
            since=since,
            late=(timezone.localdate(at) - since).days > LONG,
            url=reverse("application", args=[row.pk]),
            gesture="Répondre",
            icon="building-2",
        )
    if len(rows) > MOST:
        yield Line(
            kind="application-others",
            group=NETWORK,
            n=len(rows) - MOST,
            title=remainder(
                len(rows) - MOST, "structure qui demande à entrer", "structures qui demandent à entrer"
            ),
            url=reverse("applications"),
            gesture="Ouvrir la liste",
            icon="list",
        )


def _declarations(user: Any) -> Iterable[Line]:
    rows = access.declarations_for(user).filter(state=charter.DECLARED).order_by("declared_at", "pk")
    for row in rows[:MOST]:
        yield Line(
            kind="declaration",
            group=NETWORK,
            title=f"Charte, {row.structure.name}",
            words="Déclarée par la structure : à lire, puis accorder ou refuser.",
            since=timezone.localdate(row.declared_at),
            url=reverse("declaration", args=[row.pk]),
            gesture="Lire la déclaration",
            icon="file-text",
        )


def _letters(user: Any, at: datetime) -> Iterable[Line]:
    read = access.received_letters(user).select_related(None).select_related("sender")
    rows, n = bulk.firsts(read.filter(answered_at=None).order_by("at", "pk"), 1)
    if rows:
        since = timezone.localdate(rows[0].at)
        more = f", et {count(n - 1, 'autre')}" if n > 1 else ""
        yield Line(
            kind="letter",
            group=NETWORK,
            n=n,
            title="Lettre sans réponse" if n == 1 else "Lettres sans réponse",
            words=f"De {rows[0].sender.name}{more}.",
            since=since,
            late=(timezone.localdate(at) - since).days > LONG,
            url=reverse("letters"),
            gesture="Répondre",
            icon="mail",
        )
