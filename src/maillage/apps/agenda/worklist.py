"""Worklist lines of the agenda: hours, appointments without a word, registers to close."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda import access
from maillage.apps.agenda.models import RdvAccount, RdvLink, Workshop
from maillage.apps.agenda.queries import appointment_book, permanences, recalls, rooms, space, words
from maillage.apps.agenda.queries import appointment_words as appointment_texts
from maillage.apps.agenda.rules import recalls as recall_rules
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import (
    MAX_WAIT_DAYS,
    MOST,
    PEOPLE,
    TRAINING,
    Line,
    Moment,
    remainder,
)
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count

NAMED, NOUN = 2, "autre"


def _untold(user: Visitor, at: datetime) -> Iterable[Line]:
    untold = [each for each in appointment_book.untold(user, timezone.localdate(at), at) if each.untold]
    for line in untold[:MOST]:
        since = appointment_texts.local(line.appointment).date()
        yield Line(
            kind="appointment-untold",
            group=PEOPLE,
            title=line.appointment.called,
            words=f"{line.about}, {line.where}. La personne est-elle venue ?",
            since=since,
            late=(timezone.localdate(at) - since).days > MAX_WAIT_DAYS,
            url=reverse("appointment", args=[line.appointment.pk]),
            gesture="Indiquer le résultat",
            icon="pencil",
        )
    if len(untold) > MOST:
        yield Line(
            kind="appointment-untold-others",
            group=PEOPLE,
            n=len(untold) - MOST,
            title=remainder(len(untold) - MOST, "rendez-vous sans suite", "rendez-vous sans suite"),
            url=reverse("appointments"),
            gesture="Ouvrir la liste",
            icon="list",
        )


def _rdv(user: Visitor, at: datetime) -> Iterable[Line]:
    """Yield the conflicts with RDV Service Public, and an agreement to give again."""
    if not settings.RDV["client_id"] or not rights_of(user).any(access.SEE, access.SEE_OWN):
        return
    n = RdvLink.objects.filter(account__user=user.pk).exclude(conflict="").count()
    refused_accounts = RdvAccount.objects.filter(user=user.pk, stopped_at=None, refused_at__isnull=False)
    if n or refused_accounts.exists():
        yield Line(
            kind="rdv",
            group=PEOPLE,
            n=n or 1,
            title="RDV Service Public",
            words=f"{count(n, 'rendez-vous à regarder', 'rendez-vous à regarder')}."
            if n
            else "Votre accord n’y est plus reconnu : plus rien n’est échangé.",
            url=reverse("rdv_account"),
            gesture="Voir" if n else "Relier de nouveau",
            icon="calendar",
        )


def _ended(user: Visitor, at: datetime) -> QuerySet[Workshop]:
    since = at - timedelta(days=space.PAST)
    return access.workshops_for(user).filter(ends_at__lt=at, ends_at__gte=since, cancelled_at__isnull=True)


def _registers(user: Visitor, at: datetime) -> Iterable[Line]:
    # The rows alone: counted with their seats, they are grouped by every column that is read.
    counted = (
        _ended(user, at).select_related(None).annotate(n_unticked=space.UNTICKED).filter(n_unticked__gt=0)
    )
    rows = list(counted.order_by("starts_at")[: space.MOST])
    if not rows:
        return
    named = [f"{row.title} ({count(row.n_unticked, 'personne')})" for row in rows[:NAMED]]
    n_left = len(rows) - len(named)
    yield Line(
        kind="register",
        group=TRAINING,
        n=len(rows),
        title="Présence à compléter" if len(rows) == 1 else "Présences à compléter",
        words=f"{' ; '.join(named)}{f' ; et {count(n_left, NOUN)}' if n_left else ''}. Présents ou absents ?",
        since=words.local(rows[0]).date(),
        url=reverse("workshop_run", args=[rows[0].pk]) if len(rows) == 1 else reverse("workshops_space"),
        gesture="Compléter les présences",
        icon="check",
    )


def _absent(user: Visitor, at: datetime) -> Iterable[Line]:
    managed_structures = list(rights_of(user).structures(access.MANAGE))
    missed = space.missed(managed_structures, at) if managed_structures else []
    if missed:
        names = [seat.name for _, seat in missed[:3]]
        more = f", et {len(missed) - 3} de plus" if len(missed) > 3 else ""
        yield Line(
            kind="absent-learner",
            group=TRAINING,
            n=len(missed),
            title="Personne à appeler" if len(missed) == 1 else "Personnes à appeler",
            words=f"{', '.join(names)}{more} : absence aux trois dernières séances.",
            since=min(words.local(seat.workshop).date() for _, seat in missed),
            url=reverse("workshops_space"),
            gesture="Les appeler",
            icon="phone",
        )


def _recalls(user: Visitor, at: datetime) -> Iterable[Line]:
    recall_rows = recalls.pending_recalls(user, at)
    if recall_rows:
        names = [str(each.person) for each in recall_rows[:NAMED]]
        n_left = len(recall_rows) - len(names)
        yield Line(
            kind="recall",
            group=PEOPLE,
            n=len(recall_rows),
            title="Personne à rappeler" if len(recall_rows) == 1 else "Personnes à rappeler",
            words=f"{', '.join(names)}{f', et {n_left} de plus' if n_left else ''} : plus d’un mois depuis le"
            " rendez-vous ou l’atelier, et rien depuis.",
            since=recall_rows[0].last_on + recall_rules.AFTER,
            url=reverse("recalls"),
            gesture="Prendre des nouvelles",
            icon="phone",
        )


def _without_slot(user: Visitor, at: datetime) -> Iterable[Line]:
    """A territory reads places and hours, never a name."""
    if not rights_of(user).any(access.LEADS):
        return
    full = permanences.without_free_slot(access.led_permanences(user), at)
    for row in full[:MOST]:
        yield Line(
            kind="no-slot",
            group=PEOPLE,
            title=row.structure.name,
            words=f"{row.title} : plus aucun créneau libre d’ici un mois.",
            url=reverse("permanence_public", args=[row.pk]),
            gesture="Voir la permanence",
            icon="calendar",
        )
    if len(full) > MOST:
        yield Line(
            kind="no-slot-others",
            group=PEOPLE,
            n=len(full) - MOST,
            title=remainder(len(full) - MOST, "permanence complète", "permanences complètes"),
            url=reverse("permanences_public"),
            gesture="Voir les permanences",
            icon="list",
        )


def _appointments(user: Visitor, at: datetime) -> Iterable[Moment]:
    for line in appointment_book.of_day(user, timezone.localdate(at), at):
        row = line.appointment
        yield Moment(
            at=appointment_texts.local(row),
            ends_at=row.ends_at.astimezone(row.zone),
            title=row.called,
            words=f"{line.about}, {line.where}",
            tag=line.state if line.tone else "",
            tone=line.tone,
            url=reverse("appointment", args=[row.pk]),
        )


def _unfinished(user: Visitor, at: datetime) -> QuerySet[Workshop]:
    return access.workshops_for(user).filter(cancelled_at__isnull=True, ends_at__gte=at)


def _workshops(user: Visitor, at: datetime) -> Iterable[Moment]:
    """Return the workshops of the week."""
    today = timezone.localdate(at)
    rows = _unfinished(user, at).select_related(None).select_related("lieu")
    for workshop in rooms.with_room(rows).order_by("starts_at", "pk")[:12]:
        local = words.local(workshop)
        if local.date() > today + timedelta(days=6):
            break
        where = words.name_of_place(workshop) or workshop.address
        seats = "Sans inscription" if workshop.drop_in else words.seats_free(rooms.room(workshop))
        yield Moment(
            at=local,
            ends_at=workshop.ends_at.astimezone(local.tzinfo),
            title=workshop.title,
            words=", ".join(filter(None, (where, seats))),
            url=reverse("workshop_run", args=[workshop.pk]),
            tag="" if workshop.published_at is not None else "brouillon",
        )


# The appointments of which nobody said a word, the registers to close, the learners to call.
lines = Readings(
    Reading(_untold, appointment_book.started),
    Reading(_rdv, lambda user, _: RdvAccount.objects.filter(user=user.pk)),
    Reading(_registers, _ended),
    Reading(
        _absent,
        lambda user, at: space.recent_seats(list(rights_of(user).structures(access.MANAGE)), at),
    ),
    Reading(_recalls, recalls.received_before),
    Reading(_without_slot),
)
hours = Readings(
    Reading(
        _appointments, lambda user, at: appointment_book.appointments_around(user, timezone.localdate(at))
    ),
    Reading(_workshops, _unfinished),
)
