"""The date that a referral gives, as a row of the agenda: in its slot; its referral alone changes it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.actions.write import erase_again
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line

NOT_NOTED = "Le rendez-vous n’a pas été noté."


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Date of a referral. referral: its number; name, subject: the words that the place may read."""

    referral: int
    starts_at: datetime
    structure: Structure
    lieu: Lieu | None
    person: Person | None
    name: str
    subject: str
    language: str = "fr"
    example: bool = False


@transaction.atomic
def set_date(dated: Dated, *, at: datetime, strict: bool = True) -> Appointment:
    """Write the date of a referral in the agenda of the place, in the slot of a permanence if there is one.

    Refused when that slot is somebody else's, or when the person is expected elsewhere; strict False: it is
    written all the same, out of any slot.
    """
    rows = Appointment.objects.filter(referral=dated.referral)
    same = rows.filter(starts_at=dated.starts_at, state=rules.BOOKED).exists()
    doors: list[Permanence] = []  # locked before the appointment, as any gesture of the agenda
    if dated.lieu is not None and not same:
        standing = Permanence.objects.filter(lieu=dated.lieu, structure=dated.structure, stopped_at=None)
        doors = [booking.lock_permanence(each) for each in standing.order_by("pk")]
    if strict and dated.person is not None and not same:
        people.lock(dated.person)
    row = rows.select_for_update().first()
    values: dict[str, Any] = {
        "structure": dated.structure,
        "lieu": dated.lieu,
        "commune": dated.lieu.code_insee if dated.lieu is not None else "",
        "person": dated.person,
        "name": line(dated.name, 60),
        "subject": line(dated.subject, 120),
        "language": dated.language,
    }
    if row is not None and (row.starts_at, row.state) == (dated.starts_at, rules.BOOKED):
        if any(getattr(row, name) != value for name, value in values.items()):
            _write(row, values, at=at)
        return row
    if row is not None:  # its own slot is free for it
        Appointment.objects.filter(pk=row.pk).update(state=rules.CANCELLED, cancelled_at=at)
    values |= _slot(dated, doors, strict=strict)
    if strict and dated.person is not None:
        busy = permanences.expected_elsewhere(dated.starts_at, values["minutes"], person=dated.person)
        if busy is not None:
            why = f"La personne a déjà un rendez-vous {words.when(busy)}."
            raise Refused(NOT_NOTED, why=why, do="Choisissez une autre heure.")
    values |= {"starts_at": dated.starts_at, "state": rules.BOOKED, "cancelled_at": None, "cancelled_by": ""}
    is_new = row is None
    if row is None:
        row = Appointment(
            key=secrets.token_hex(16),
            referral=dated.referral,
            kind=rules.FIRST,
            where=rules.ON_SITE,
            channel=rules.REFERRAL,
            made_at=at,
            example=dated.example,
        )
        row.token = access.digest(access.link_of_appointment(row))
    _write(row, values, at=at)
    booking.record(row, "booked" if is_new else "moved", by=None, at=at)
    return row


@transaction.atomic
def set_state(referral: int, state: str, *, at: datetime, by_person: bool = False) -> None:
    """Set the state of the date of a referral. by_person: they stopped it."""
    row = Appointment.objects.select_for_update().filter(referral=referral).first()
    if row is None or row.state == state:
        return
    row.state = state
    off = state == rules.CANCELLED
    row.cancelled_at = at if off else None
    row.cancelled_by = (rules.PERSON if by_person else rules.STRUCTURE) if off else ""
    _write(row, {}, at=at)
    booking.record(row, state, by=None, at=at)


def _slot(dated: Dated, doors: Sequence[Permanence], *, strict: bool) -> Mapping[str, Any]:
    """Return the seat that a date takes in a permanence of the place, none when it has no slot then."""
    taken: Permanence | None = None
    for door in doors:
        slot = permanences.slot_at(door, dated.starts_at)
        if slot is not None and slot.seats:
            seat = {"permanence": door, "seat": slot.seats[0], "minutes": door.minutes}
            return seat | {"helper": door.helper, "helper_name": door.helper_name}
        taken = taken or (door if slot is not None else None)
    if taken is not None and strict:
        raise Refused(
            NOT_NOTED, why=f"Quelqu’un a déjà cette heure : {taken.title}.", do="Choisissez une autre heure."
        )
    return {"permanence": None, "seat": None, "minutes": rules.USUAL, "helper": None, "helper_name": ""}


def _write(row: Appointment, values: Mapping[str, Any], *, at: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.sequence += 1
    row.changed_at = at
    erase_again(row)
    row.save()
