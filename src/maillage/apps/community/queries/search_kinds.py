"""Search kinds of the shared writings of the network, for its members only."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.models import Listing, Meeting, Resource
from maillage.apps.community.queries.listings import opened
from maillage.apps.community.queries.resources import procedure_label, shared
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.places.queries.search_kinds import LIEUX
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, Matches, SearchKind
from maillage.reference import clocks
from maillage.words.dates import in_words

R = TypeVar("R", bound=Model)

STRUCTURES = "structures"  # the kind that the feature above declares


def of_network(rows: Callable[[], QuerySet[R]]) -> Callable[[Visitor], QuerySet[R]]:
    """Return rows that any member of the network reads, and nobody else."""

    def readable(user: Visitor) -> QuerySet[R]:
        return rows() if rights_of(user).any(*access.MEMBERS) else rows().none()

    return readable


def _resource_words(row: Resource) -> tuple[str, str]:
    labels = (row.get_format_display(), row.get_theme_display(), procedure_label(row.procedure))
    return row.title, " ".join((row.about, row.author, *labels))


def _resource_hit(row: Resource, user: Visitor) -> Hit:
    about = " · ".join(filter(None, (row.get_format_display(), row.structure.name if row.structure else "")))
    return Hit(row.title, about, reverse("resource", args=[row.pk]))


def _meeting_hit(row: Meeting, user: Visitor) -> Hit:
    there = row.starts_at.astimezone(clocks.zone(row.commune)) if row.starts_at else None
    when = in_words(there.date()) if there else "date à choisir"
    off = " · annulée" if row.cancelled_at else ""
    about = f"{row.get_kind_display().capitalize()} · {when}{off}"
    return Hit(row.title, about, reverse("meeting", args=[row.pk]))


def _listing_hit(row: Listing, user: Visitor) -> Hit:
    about = " · ".join(filter(None, (row.structure.name, row.words)))
    return Hit(row.title, about, reverse("listing", args=[row.pk]))


def _outing_hit(row: Outing, user: Visitor) -> Hit:
    return Hit(row.name, f"{row.place} · {in_words(row.on)}", reverse("awareness_action", args=[row.pk]))


def _of_structure(user: Visitor, matches: Matches) -> Any:
    return Q(structure__in=matches(STRUCTURES))


def _of_structure_or_place(user: Visitor, matches: Matches) -> Any:
    return Q(structure__in=matches(STRUCTURES)) | Q(lieu__in=matches(LIEUX))


SEARCH_KINDS = (
    SearchKind(
        id="ressources",
        label="Ressources",
        icon="layers",
        model="community.resource",
        rows=of_network(shared),
        indexed=Resource.objects.all,
        words=_resource_words,
        hit=_resource_hit,
        linked=_of_structure,
        kinds_linked=(STRUCTURES,),
    ),
    SearchKind(
        id="reunions",
        label="Réunions",
        icon="users",
        model="community.meeting",
        rows=of_network(Meeting.objects.all),
        indexed=Meeting.objects.all,
        words=lambda row: (row.title, f"{row.about} {row.address} {row.record}"),
        hit=_meeting_hit,
        linked=_of_structure_or_place,
        kinds_linked=(STRUCTURES, LIEUX),
    ),
    SearchKind(
        id="annonces",
        label="Annonces",
        icon="share-2",
        model="community.listing",
        rows=of_network(lambda: opened(timezone.localdate())),
        indexed=Listing.objects.all,
        words=lambda row: (row.title, row.words),
        hit=_listing_hit,
        linked=_of_structure_or_place,
        kinds_linked=(STRUCTURES, LIEUX),
    ),
    SearchKind(
        id="actions",
        label="Actions d’aller vers",
        icon="flag",
        model="directory.outing",
        rows=of_network(lambda: Outing.objects.exclude(state="cancelled")),
        indexed=Outing.objects.all,
        words=lambda row: (row.name, f"{row.get_kind_display()} {row.place} {row.public} {row.effect}"),
        hit=_outing_hit,
    ),
)
