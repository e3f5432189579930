"""Search entries of workshops, permanences and appointments, and of discussions."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Permanence, Workshop
from maillage.apps.agenda.queries import appointment_words, words
from maillage.apps.agenda.rules.workshops import WORKSHOP
from maillage.apps.community.models import Meeting, Post
from maillage.apps.community.queries.resources import shared
from maillage.apps.community.queries.search_kinds import STRUCTURES, of_network
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.places.access import lieux_for
from maillage.apps.directory.places.queries.search_kinds import LIEUX
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, Matches, SearchKind

EXTRACT = 90  # letters of a message
NICKNAMES = "prenoms"  # the kind that the feature above declares


def _workshops(user: Visitor) -> QuerySet[Workshop]:
    """Return the workshops that a user runs, and those that everybody reads."""
    visible = Q(pk__in=access.workshops_for(user).values("pk")) | Q(published_at__isnull=False)
    return Workshop.objects.filter(visible, kind=WORKSHOP).select_related(*access.WITH)


def _workshop_words(row: Workshop) -> tuple[str, str]:
    labels = (row.get_subject_display(), row.get_format_display(), row.get_level_display())
    return row.title, " ".join((*labels, row.address, words.town(row)))


def _workshop_hit(row: Workshop, user: Visitor) -> Hit:
    name = "workshop_run" if access.may_run(user, row) else "workshop"
    off = " · annulé" if row.cancelled_at else ""
    return Hit(row.title, f"{words.when(row)} · {words.where(row)}{off}", reverse(name, args=[row.pk]))


def _permanences(user: Visitor) -> QuerySet[Permanence]:
    """Return the permanences where a user receives, and those where anybody books."""
    own = Q(pk__in=access.permanences_for(user).values("pk"))
    booked = Q(published_at__isnull=False, stopped_at__isnull=True)
    return Permanence.objects.filter(own | booked).select_related("structure", "lieu")


def _permanence_hit(row: Permanence, user: Visitor) -> Hit:
    about = " · ".join((row.structure.name, row.lieu.name if row.lieu else row.address))
    if access.may_lead(user, row.structure_id):
        return Hit(row.title, about, reverse("permanence", args=[row.pk]))
    if row.published_at is not None and row.stopped_at is None:
        return Hit(row.title, about, reverse("permanence_public", args=[row.pk]))
    return Hit(row.title, about, reverse("appointments"))  # read there by who receives, and opens nothing


def _appointment_hit(row: Appointment, user: Visitor) -> Hit:
    about = (appointment_words.when(row), appointment_words.about(row), appointment_words.state(row))
    return Hit(row.called, " · ".join(about), reverse("appointment", args=[row.pk]))


def _posts(user: Visitor) -> QuerySet[Post]:
    """Return the messages under the objects that a user reads."""
    row = OuterRef("row")  # one by one: the messages found are far fewer than what they may stand under
    under = (
        Q(Exists(shared().filter(pk=row)), kind="resource")
        | Q(Exists(Meeting.objects.filter(pk=row)), kind="meeting")
        | Q(Exists(lieux_for(user).filter(pk=row, merged_into=None)), kind="lieu")
        | Q(Exists(Outing.objects.filter(pk=row).exclude(state="cancelled")), kind="outing")
        | Q(Exists(access.published().filter(pk=row)), kind="workshop")
        | Q(Exists(access.workshops_for(user).filter(pk=row)), kind="workshop")
    )
    return of_network(lambda: Post.objects.filter(under, hidden_at=None))(user).select_related("structure")


def _post_hit(row: Post, user: Visitor) -> Hit:
    line = " ".join(row.words.split())
    title = line if len(line) <= EXTRACT else f"{line[:EXTRACT].rstrip()}…"
    writer = row.structure.name if row.structure else "La coordination"
    url = f"{reverse('discussion', args=[row.kind, row.row])}#m-{row.pk}"
    return Hit(title, f"{writer} · sous : {row.get_kind_display()}", url)


def _at_workshops(user: Visitor, matches: Matches) -> Any:
    return Q(structure__in=matches(STRUCTURES)) | Q(lieu__in=matches(LIEUX))


SEARCH_KINDS = (
    SearchKind(
        id="ateliers",
        label="Ateliers",
        icon="calendar",
        model="agenda.workshop",
        rows=_workshops,
        indexed=Workshop.objects.filter(kind=WORKSHOP).all,
        words=_workshop_words,
        hit=_workshop_hit,
        linked=_at_workshops,
        kinds_linked=(STRUCTURES, LIEUX),
    ),
    SearchKind(
        id="rendez-vous",
        label="Rendez-vous",
        icon="clock",
        model="agenda.appointment",
        rows=access.appointments_for,
        indexed=Appointment.objects.exclude(name="").all,
        words=lambda row: (row.name, ""),
        hit=_appointment_hit,
        # The name that its page says: the one typed, else that of the sheet.
        linked=lambda user, matches: Q(name="", person__in=matches(NICKNAMES)),
        kinds_linked=(NICKNAMES,),
    ),
    SearchKind(
        id="permanences",
        label="Permanences",
        icon="clock",
        model="agenda.permanence",
        rows=_permanences,
        indexed=Permanence.objects.all,
        words=lambda row: (row.title, row.address),
        hit=_permanence_hit,
        linked=_at_workshops,
        kinds_linked=(STRUCTURES, LIEUX),
    ),
    SearchKind(
        id="discussions",
        label="Discussions",
        icon="message-square",
        model="community.post",
        rows=_posts,
        indexed=lambda: Post.objects.filter(hidden_at=None),
        words=lambda row: ("", row.words),
        hit=_post_hit,
    ),
)
