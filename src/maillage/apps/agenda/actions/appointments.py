"""Appointments: booked, moved, cancelled, put back, handed over, and whether the person came."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointment_messages as messages
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.actions.write import erase_again
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import permanences
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

NOT_BOOKED = "Le rendez-vous n’est pas pris."
NOT_CHANGED = "Le rendez-vous n’a pas été modifié."
NOT_MOVED = "Le rendez-vous n’a pas été déplacé."
NOT_RESTORED, STILL_CANCELLED = "Le rendez-vous n’a pas été rétabli.", "Le rendez-vous reste annulé."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The spot of an appointment: in a lieu, at an address, or by telephone. commune: its time."""

    where: str = rules.ON_SITE
    lieu: Lieu | None = None
    address: str = ""
    commune: str = ""

    def holds(self, row: Appointment) -> bool:
        """Return True if an appointment is already there."""
        place = row.where, row.lieu_id, row.address
        return place == (self.where, self.lieu.pk if self.lieu is not None else None, self.address)

    def put(self, row: Appointment) -> None:
        """Write the place in an appointment, not saved yet."""
        row.where, row.lieu, row.address = self.where, self.lieu, self.address
        row.commune = self.lieu.code_insee if self.lieu is not None else self.commune


@transaction.atomic
def book(
    draft: rules.Draft,
    *,
    structure: Structure,
    at: datetime,
    by: User | None = None,
    person: Person | None = None,
    permanence: Permanence | None = None,
    lieu: Lieu | None = None,
    helper: User | None = None,
    example: bool = False,
    tell: bool = True,
) -> Appointment:
    """Book an appointment: in a free slot of a permanence, or at any moment. by None: the person alone, in a
    published permanence only.

    The permanence, who receives and the person are locked from the first read to the last write: a slot is
    given once. What is sent twice (the same key) gives the appointment already booked. Refused when the
    person, or the helper out of a permanence, is already expected elsewhere then.
    """
    _check(draft, by=by, structure=structure, person=person, permanence=permanence, at=at)
    row = lock_permanence(permanence) if permanence is not None else None
    if row is None:
        lock_structure(structure)
    helper = row.helper if row is not None and helper is None else helper
    _lock_people(helper, person)
    known = Appointment.objects.filter(key=draft.key).first() if draft.key else None
    if known is not None:
        if (known.structure_id, known.starts_at) == (structure.pk, draft.starts_at):
            return known
        raise Refused(
            NOT_BOOKED,
            why="Cette page a déjà servi à en prendre un autre.",
            do="Ouvrez de nouveau la page, puis recommencez.",
        )
    seat = _seat(row, draft, by=by, at=at) if row is not None else None
    minutes = row.minutes if row is not None else draft.minutes
    _check_free(person, helper if row is None else None, draft.starts_at, minutes)
    place: Permanence | Spot = row or Spot(
        lieu=lieu,
        address="" if lieu is not None else line(draft.address, 200),
        commune=lieu.code_insee if lieu is not None else draft.commune,
    )
    appointment = Appointment(
        key=draft.key or secrets.token_hex(16),
        structure=structure,
        permanence=row,
        seat=seat,
        person=person,
        name=line(draft.name, 60),
        kind=draft.kind,
        subject=line(draft.subject, 120),
        starts_at=draft.starts_at,
        minutes=minutes,
        where=draft.where,
        lieu=place.lieu,
        address=place.address,
        commune=place.commune,
        helper=helper,
        helper_name=line(draft.helper_name, 60) or (row.helper_name if row is not None else ""),
        channel=draft.channel,
        way=draft.way if draft.contact else rules.NO_WAY,
        contact=draft.contact,
        language=draft.language,
        series=draft.series,
        made_at=at,
        changed_at=at,
        by=by,
        example=example or bool(person and person.example),
    )
    appointment.token = access.digest(access.link_of_appointment(appointment))
    appointment.save()
    record(appointment, "booked", by=by, at=at)
    if person is not None:
        people.touch(person, at=at)
    if tell and appointment.starts_at > at:
        messages.booked(appointment, at=at)
    return appointment


def lock_permanence(permanence: Permanence) -> Permanence:
    """Return a permanence as it is now, locked against other writers until the end of the transaction."""
    return (
        Permanence.objects.select_for_update(of=("self",))
        .select_related("structure", "lieu", "helper")
        .get(pk=permanence.pk)
    )


def _lock_people(helper: User | None, person: Person | None) -> None:
    """Let nobody else give an hour of who receives, or of the person, until the end of the transaction."""
    if helper is not None:
        User.objects.select_for_update().get(pk=helper.pk)
    if person is not None:
        people.lock(person)


def lock_to_give(
    appointment: Appointment,
    *,
    by: User | None,
    token: str = "",
    room: Permanence | None = None,
    stays: bool = False,
    helper: User | None = None,
) -> Appointment:
    """Return an appointment, locked to be given an hour: first, as `book` does, the permanences it leaves and
    enters, always in the same order, then who receives and the person. room: where, None out of any
    permanence; stays: in its own.
    """
    now = Appointment.objects.select_related("structure", "permanence", "person", "helper").get(
        pk=appointment.pk
    )
    doors = {each.pk: each for each in (now.permanence, room) if each is not None}
    for pk in sorted(doors):
        lock_permanence(doors[pk])
    if not doors or (room is None and not stays):
        lock_structure(now.structure)
    _lock_people(helper or now.helper, now.person)
    row = lock(now, by=by, token=token)
    if helper is None and row.helper_id != now.helper_id:  # handed over between the two readings above
        raise Refused(
            NOT_CHANGED,
            why="Quelqu’un vient de remettre ce rendez-vous à un autre aidant.",
            do="Rechargez la page pour lire qui reçoit.",
        )
    return row


def lock(appointment: Appointment, *, by: User | None, token: str = "") -> Appointment:
    """Return an appointment as it is now, locked, its permanence first; Refused to who neither receives nor
    holds the person's link. by None and no token: the platform itself.
    """
    now = Appointment.objects.select_related("permanence").get(pk=appointment.pk)
    if now.permanence is not None:
        lock_permanence(now.permanence)
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("structure", "permanence", "person", "lieu", "helper")
        .get(pk=appointment.pk)
    )
    if row.permanence_id != now.permanence_id:  # between the two readings above
        why = "Quelqu’un vient de déplacer ce rendez-vous."
        do = "Rechargez la page pour lire sa nouvelle heure."
    elif by is not None and not access.appointments_for(by).filter(pk=row.pk).exists():
        why = "Ce rendez-vous n’est pas celui de votre structure."
        do = "Revenez à la liste de vos rendez-vous."
    elif row.referral is not None:
        why = (
            "C’est la date d’une orientation : elle se modifie à la page de cette orientation, qui prévient"
            " chacun."
        )
        do = "Appelez le lieu." if token else "Ouvrez l’orientation, et changez la date."
    elif by is None and token and access.digest(token) != row.token:
        why = "Ce lien n’est pas celui de ce rendez-vous."
        do = "Ouvrez le lien de votre message, ou appelez le lieu."
    else:
        return row
    raise Refused(NOT_CHANGED, why=why, do=do)


@transaction.atomic
@journal.written_last()
def cancel(
    appointment: Appointment,
    *,
    at: datetime,
    by: User | None = None,
    token: str = "",
    decided_by: str = rules.STRUCTURE,
    reason: str = "",
    tell: bool = True,
) -> tuple[Appointment, Notified]:
    """Cancel an appointment, by the person's link or by the structure; its slot is free again. Return who was
    notified; cancelled twice, it changes nothing. decided_by: who cannot, as the structure says; tell False:
    a message says it for several at once.
    """
    refuse_secrets(reason)
    row = lock(appointment, by=by, token=token)
    if row.state == rules.CANCELLED:
        return row, Notified()
    if row.state != rules.BOOKED or (token and row.starts_at <= at):
        raise Refused(
            "Le rendez-vous n’a pas été annulé.",
            why="Ce rendez-vous est déjà passé.",
            do="Appelez le lieu si vous n’êtes pas venu."
            if token
            else "Dites plutôt si la personne est venue.",
        )
    row.state, row.cancelled_at = rules.CANCELLED, at
    row.cancelled_by = rules.PERSON if token else decided_by
    row.cancel_reason = line(reason, 300)
    _changed(row, at)
    record(row, "cancelled", by=by, at=at)
    messages.take_back(row, at=at)
    if tell and row.cancelled_by == rules.STRUCTURE and row.starts_at > at:
        return row, messages.cancelled(row, at=at)
    if by is None and row.cancelled_by == rules.PERSON and row.starts_at > at:
        messages.not_coming(row, at=at)
    return row, Notified()


@transaction.atomic
@journal.written_last()
def put_back(
    appointment: Appointment, *, at: datetime, by: User | None = None, token: str = "", tell: bool = True
) -> tuple[Appointment, Notified]:
    """Put back a cancelled appointment at the same moment, and return who was told: who was told not to come
    would stay at home. Refused once somebody else has the slot; to a person, when the structure cancelled it.
    tell False: a message says it for several at once.
    """
    row = lock_to_give(appointment, by=by, token=token, stays=True)
    if row.state != rules.CANCELLED:
        return row, Notified()
    if row.person is None and not row.name:
        raise Refused(
            STILL_CANCELLED,
            why="On ne sait plus pour qui il était : la personne est effacée.",
            do="Donnez-en un autre, s’il en faut un.",
        )
    if token and row.starts_at <= at:
        raise Refused(NOT_RESTORED, why="Ce moment est déjà passé.", do="Appelez le lieu.")
    if token and row.cancelled_by == rules.STRUCTURE:
        raise Refused(NOT_RESTORED, why="Le lieu a annulé ce rendez-vous.", do="Prenez une autre heure.")
    if row.permanence is not None:
        row.seat = _seat_in(row.permanence, row.starts_at, what=STILL_CANCELLED)
    _check_free(row.person, row.helper if row.permanence is None else None, row.starts_at, row.minutes)
    row.state, row.cancelled_at, row.cancelled_by, row.cancel_reason = rules.BOOKED, None, "", ""
    _changed(row, at)
    record(row, "put_back", by=by, at=at)
    if token:
        messages.coming_again(row, at=at)
    if token or not tell or row.starts_at <= at:
        return row, Notified()
    return row, messages.put_back(row, at=at)


@transaction.atomic
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: User | None,
    at: datetime,
    permanence: Permanence | None = None,
    spot: Spot | None = None,
    helper: User | None = None,
) -> tuple[Appointment, Notified]:
    """Move an appointment to another moment, in a slot of a permanence or out of any; return who was told.

    spot, helper: another place, somebody else who receives; None for the same.
    """
    row = lock_to_give(appointment, by=by, room=permanence, helper=helper)
    elsewhere = spot is not None and not spot.holds(row)
    wrong = rules.wrong_moment(starts_at, row.minutes, at)
    why, do = "", "Choisissez-en un autre."
    if row.state not in (rules.BOOKED, rules.ABSENT):
        why, do = f"Ce rendez-vous est {words.state(row)}.", "Donnez-en un autre à la personne."
    elif row.channel == rules.RDV:
        why, do = "Il est pris sur RDV Service Public.", "Déplacez-le là-bas : il changera ici."
    elif starts_at == row.starts_at and not elsewhere and helper in (None, row.helper):
        why = "C’est déjà ce jour et cette heure."
    elif starts_at <= at:
        why, do = "Ce moment est déjà passé.", "Choisissez-en un à venir."
    elif wrong:
        why, do = wrong, "Choisissez un autre moment."
    if why:
        raise Refused(NOT_MOVED, why=why, do=do)
    messages.take_back(row, at=at)
    room = lock_permanence(permanence) if permanence is not None else None
    # Its own seat is free for it: two slots of one permanence may share a moment.
    Appointment.objects.filter(pk=row.pk).update(state=rules.CANCELLED, cancelled_at=at)
    row.seat = _seat_in(room, starts_at, what=NOT_MOVED) if room is not None else None
    row.permanence = room
    row.minutes = room.minutes if room is not None else row.minutes
    row.helper = helper or row.helper
    if spot is not None and room is None:
        spot.put(row)
    _check_free(row.person, row.helper if room is None else None, starts_at, row.minutes)
    row.starts_at, row.state = starts_at, rules.BOOKED
    _changed(row, at)
    record(row, "moved", by=by, at=at)
    return row, messages.moved(row, at=at)


@transaction.atomic
@journal.written_last()
def hand_over(appointment: Appointment, *, to: User, by: User, at: datetime) -> Notified:
    """Let a colleague receive instead of somebody, at the same moment; return who was notified. Refused when
    they are expected elsewhere then, and once it is past or cancelled.
    """
    row = lock_to_give(appointment, by=by, stays=True, helper=to)
    if row.channel == rules.RDV:
        raise Refused(
            "Le rendez-vous n’est pas remis.",
            why="Il est pris sur RDV Service Public.",
            do="Changez d’agent là-bas : il changera ici.",
        )
    if row.state != rules.BOOKED or row.starts_at <= at:
        raise Refused(
            "Le rendez-vous n’est pas remis.",
            why="Il est passé, ou annulé.",
            do="Rechargez la page : il n’est plus à remettre.",
        )
    _check_free(None, to if row.permanence is None else None, row.starts_at, row.minutes)
    row.helper, row.helper_name = to, ""
    _changed(row, at)
    record(row, "handed_over", by=by, at=at)
    return messages.received_by(row, at=at)


@transaction.atomic
def tick(appointment: Appointment, came: bool | None, *, by: User | None, at: datetime) -> Appointment:
    """Record whether the person came, from the day itself on; None: not known any more."""
    row = lock(appointment, by=by)
    if row.state == rules.CANCELLED:
        raise Refused(
            "La présence n’a pas été notée.",
            why="Ce rendez-vous est annulé.",
            do="Remettez-le d’abord, s’il a eu lieu.",
        )
    if row.starts_at.astimezone(row.zone).date() > at.astimezone(row.zone).date():
        raise Refused(
            "La présence n’a pas été notée.",
            why="Ce rendez-vous n’a pas encore eu lieu.",
            do="Revenez le jour même.",
        )
    state = {True: rules.CAME, False: rules.ABSENT, None: rules.BOOKED}[came]
    if state == row.state:
        return row
    row.state = state
    row.changed_at = at
    row.save(update_fields=["state", "changed_at"])
    record(row, "untold" if came is None else row.state, by=by, at=at)
    if came and row.person is not None:
        people.touch(row.person, at=at)
    return row


def record(row: Appointment, verb: str, *, by: User | None, at: datetime) -> None:
    journal.record(by=by, verb=f"appointment.{verb}", row=row, at=at, structure=row.structure_id)


def _changed(row: Appointment, at: datetime) -> None:
    row.sequence += 1
    row.changed_at = at
    erase_again(row)
    row.save()


def _seat(row: Permanence, draft: rules.Draft, *, by: User | None, at: datetime) -> int:
    """Return the free seat of the slot that is asked for; who books alone only reaches the next ones."""
    alone = by is None and draft.channel == rules.LINK
    if alone and not at + permanences.SOONEST <= draft.starts_at <= at + permanences.BOOKABLE_AHEAD:
        why = "Ce créneau ne peut pas être réservé sur cette page : il est trop proche, ou trop loin."
        do = "Choisissez-en une autre, ou appelez le lieu."
    elif alone and row.published_at is None:
        why = "On ne peut pas prendre rendez-vous sur cette page."
        do = "Appelez le lieu, ou passez le voir."
    elif row.kinds and draft.kind not in row.kinds:
        why, do = "On ne vient pas pour cela ici.", "Choisissez une autre raison, ou un autre lieu."
    else:
        return _seat_in(row, draft.starts_at, what=NOT_BOOKED)
    raise Refused(NOT_BOOKED, why=why, do=do)


def _seat_in(row: Permanence, starts_at: datetime, *, what: str) -> int:
    slot = doors.slot_at(row, starts_at)
    if slot is None:
        why, do = "La permanence n’est pas ouverte à cette heure.", "Choisissez une heure de la liste."
    elif not slot.seats:
        why = "Quelqu’un vient de prendre cette heure."
        do = "Choisissez-en une autre : la liste est à jour."
    else:
        return slot.seats[0]
    raise Refused(what, why=why, do=do)


def _check(
    draft: rules.Draft,
    *,
    by: User | None,
    structure: Structure,
    person: Person | None,
    permanence: Permanence | None,
    at: datetime,
) -> None:
    """Refuse what cannot be: a stranger, nobody to receive, values out of their lists, a secret."""
    if by is not None and not access.may_receive(by, structure.pk):
        why = "Vous ne recevez personne au nom de cette structure."
        do = "Demandez à son responsable de vous y ajouter."
    elif by is not None and person is not None and not people_for(by).filter(pk=person.pk).exists():
        why = "Votre structure ne suit pas cette personne, ou sa fiche est effacée."
        do = "Ouvrez d’abord sa fiche avec sa carte, ou écrivez seulement un prénom."
    elif person is None and not line(draft.name):
        why, do = "Il manque un prénom.", "Un prénom ou un surnom suffit."
    elif draft.kind not in rules.KINDS or draft.where not in rules.WHERE:
        why, do = "Il manque pour quoi, ou l’endroit.", "Choisissez dans la liste."
    elif wrong := rules.wrong_moment(draft.starts_at, draft.minutes, at):
        why, do = wrong, "Choisissez un autre moment."
    elif permanence is not None and permanence.structure_id != structure.pk:
        why, do = "Cette permanence est celle d’une autre structure.", "Choisissez-en une autre."
    else:
        refuse_secrets(draft.name, draft.subject, draft.address)
        if by is None or draft.way != rules.EMAIL or not persons.belongs_to_helpers(by, draft.contact):
            return
        why = "Cette adresse est celle d’un professionnel ou d’une structure : la personne n’y lira rien."
        do = "Laissez le contact vide, ou écrivez son adresse à elle."
    raise Refused(NOT_BOOKED, why=why, do=do)


def _check_free(person: Person | None, helper: User | None, starts_at: datetime, minutes: int) -> None:
    """Refuse a moment when the person, or who receives, is expected elsewhere."""
    other = doors.expected_elsewhere(starts_at, minutes, person=person) if person is not None else None
    if other is not None:
        raise Refused(
            NOT_BOOKED,
            why=f"La personne a déjà un rendez-vous {words.when(other)}.",
            do="Choisissez une autre heure, ou déplacez l’autre rendez-vous.",
        )
    busy = doors.expected_elsewhere(starts_at, minutes, helper=helper) if helper is not None else None
    if busy is not None:
        raise Refused(
            NOT_BOOKED,
            why=f"{helper} reçoit déjà quelqu’un {words.when(busy)}.",
            do="Choisissez une autre heure, ou quelqu’un d’autre pour recevoir.",
        )
