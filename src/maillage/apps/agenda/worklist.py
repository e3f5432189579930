"""Worklist lines of the agenda: hours, appointments without a word, registers to close."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import LONG, MOST, PEOPLE, TRAINING, Line, Moment, remainder
from maillage.apps.agenda import access
from maillage.apps.agenda.queries import appointment_book, rooms, space, words
from maillage.apps.agenda.queries import appointment_words as appointment_texts
from maillage.words.wording import count

NAMED, NOUN = 2, "autre"


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the appointments of which nobody said a word, the registers to close, the learners to call."""
    rights = rights_of(user)
    if rights.any(access.SEE, access.SEE_OWN):
        yield from _untold(user, at)
    if rights.any(access.MANAGE):
        yield from _registers(user, at)
        yield from _absent(user, at)


def _untold(user: Any, at: datetime) -> Iterable[Line]:
    untold = [each for each in appointment_book.untold(user, timezone.localdate(at), at) if each.untold]
    for line in untold[:MOST]:
        since = appointment_texts.local(line.appointment).date()
        yield Line(
            kind="appointment-untold",
            group=PEOPLE,
            title=line.appointment.called,
            words=f"{line.about}, {line.where}. La personne est-elle venue ?",
            since=since,
            late=(timezone.localdate(at) - since).days > LONG,
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


def _registers(user: Any, at: datetime) -> Iterable[Line]:
    ended = access.workshops_for(user).filter(
        ends_at__lt=at, ends_at__gte=at - timedelta(days=space.PAST), cancelled_at__isnull=True
    )
    # The rows alone: counted with their seats, they are grouped by every column that is read.
    counted = ended.select_related(None).annotate(n_unticked=space.UNTICKED).filter(n_unticked__gt=0)
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


def _absent(user: Any, at: datetime) -> Iterable[Line]:
    managed_structures = list(rights_of(user).structures(access.MANAGE))
    missed = space.missed(managed_structures, at) if managed_structures else []
    if missed:
        names = [seat.name for _, seat in missed[:3]]
        more = f", et {len(missed) - 3} de plus" if len(missed) > 3 else ""
        absent = "pas venue" if len(missed) == 1 else "pas venues"
        yield Line(
            kind="absent-learner",
            group=TRAINING,
            n=len(missed),
            title="Personne à appeler" if len(missed) == 1 else "Personnes à appeler",
            words=f"{', '.join(names)}{more} : {absent} aux trois dernières séances.",
            since=min(words.local(seat.workshop).date() for _, seat in missed),
            url=reverse("workshops_space"),
            gesture="Les appeler",
            icon="phone",
        )


def hours(user: Any, at: datetime) -> Iterable[Moment]:
    """Return the appointments and the workshops of the day; without any workshop, the next one."""
    today, rights = timezone.localdate(at), rights_of(user)
    helps = rights.any(access.SEE, access.SEE_OWN)
    for line in appointment_book.of_day(user, today, at) if helps else ():
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
    if not rights.any(access.MANAGE):
        return
    workshops = access.workshops_for(user).select_related(None).select_related("lieu")
    rows = workshops.filter(cancelled_at__isnull=True, ends_at__gte=at)
    for row in rooms.with_room(rows).order_by("starts_at", "pk")[:12]:
        local = words.local(row)
        if local.date() > today + timedelta(days=6):
            break
        where = words.name_of_place(row) or row.address
        yield Moment(
            at=local,
            ends_at=row.ends_at.astimezone(local.tzinfo),
            title=row.title,
            words=", ".join(filter(None, (where, words.seats_free(rooms.room(row))))),
            url=reverse("workshop_run", args=[row.pk]),
            tag="" if row.published_at is not None else "brouillon",
        )
