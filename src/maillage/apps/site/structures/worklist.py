"""Tasks of the network today: a new sheet to complete, applications, charters, letters."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.places.rules import gaps
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import (
    DIRECTORY,
    MAX_WAIT_DAYS,
    MOST,
    NETWORK,
    Line,
    remainder,
)
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Declaration, Letter, Revision
from maillage.apps.site.structures.queries import joining
from maillage.apps.site.structures.rules import charter
from maillage.web import bulk
from maillage.web.presence import Reading, Readings
from maillage.words.wording import at as in_place
from maillage.words.wording import count, listing, of

# What somebody looks for first on a sheet: its words, and where on the form it is written.
WANTED: Mapping[str, tuple[str, str]] = {
    "services": ("ce qu’on y trouve", "t-pratiques"),
    "hours": ("les horaires", "g-horaires"),
    "description": ("une phrase qui vous présente", "id_presentation_resume"),
}


def _undecided(user: Visitor, at: datetime) -> QuerySet[Revision]:
    return access.revisions_for(user).filter(chosen=None)


def _revisions(user: Visitor, at: datetime) -> Iterable[Line]:
    for row in _undecided(user, at).order_by("at", "pk")[:MOST]:
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


def _new_sheets(user: Visitor, at: datetime) -> Iterable[Line]:
    rows = joining.new_places(user) if access.is_member(user) else joining.new_places(user).none()
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


def _applications(user: Visitor, at: datetime) -> Iterable[Line]:
    rows = list(joining.to_answer(user).order_by("made_at", "pk")[: 10 * MOST])
    for row in rows[:MOST]:
        since = timezone.localdate(row.made_at)
        yield Line(
            kind="application",
            group=NETWORK,
            title=row.name,
            words=f"Demande à entrer dans le réseau, {in_place(commune_name(row.commune))}.",
            since=since,
            late=(timezone.localdate(at) - since).days > MAX_WAIT_DAYS,
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


def _declarations(user: Visitor, at: datetime) -> Iterable[Line]:
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


def _letters(user: Visitor, at: datetime) -> Iterable[Line]:
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
            late=(timezone.localdate(at) - since).days > MAX_WAIT_DAYS,
            url=reverse("letters"),
            gesture="Répondre",
            icon="mail",
        )


def _unanswered(user: Visitor, at: datetime) -> QuerySet[Letter]:
    return access.received_letters(user).filter(answered_at=None)


def _declared(user: Visitor, at: datetime) -> QuerySet[Declaration]:
    leads = access.holds_territory(user)
    return Declaration.objects.filter(state=charter.DECLARED) if leads else Declaration.objects.none()


# The structures that ask to join, the charters to read, the letters and the sheets to decide.
lines = Readings(
    Reading(_new_sheets, lambda user, _: joining.new_places(user)),
    Reading(_applications, lambda user, _: joining.to_answer(user)),
    Reading(_declarations, _declared),
    Reading(_letters, _unanswered),
    Reading(_revisions, _undecided),
)
