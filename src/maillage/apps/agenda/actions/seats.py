"""Seats: booked, given up, promoted from the waiting list; attendance; why a person stops."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import notifications
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.actions.write import check_run, erase_later, lock
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import rooms
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

NOT_RESTORED, NOT_TICKED = "L’inscription n’a pas été rétablie.", "Les présences n’ont pas été notées."


@transaction.atomic
def book(
    *,
    workshop: Workshop,
    name: str,
    at: datetime,
    by: User | None = None,
    channel: str = rules.LINK,
    learner: str = "",
    way: str = rules.NO_WAY,
    contact: str = "",
    person: Person | None = None,
    language: str = "fr",
) -> Seat:
    """Book a seat at a workshop and at the later meetings of its course; join the waiting list when one of
    them is full.

    The person, then the workshops are locked from the first read to the last write: two people never get the
    same seat, and nothing is written of who is being erased. by None: the person alone, on the public page.
    learner: makes a repeated request a single booking; an existing participant keeps their seats.
    """
    refuse_secrets(name)
    if person is not None:
        people.lock(person)
    called = line(name, 60) or (str(person) if person is not None else "")
    meetings = lock(rooms.open_meetings(workshop))
    first = _open(next((row for row in meetings if row.pk == workshop.pk), None), by, called, at)
    learner = _learner(meetings, learner, called, contact, person)
    same = Q(learner=learner) if person is None else Q(learner=learner) | Q(person=person)
    former_seats = list(Seat.objects.filter(same, workshop__in=meetings).order_by("pk"))
    taken = {seat.workshop_id: seat for seat in former_seats if seat.status != rules.CANCELLED}
    if first.pk in taken:  # a double click, or a person who is already there
        return taken[first.pk]
    missing = [row for row in meetings if row.pk not in taken]
    missing.sort(key=lambda row: (row.starts_at, row.pk))
    is_any_full = any(room.is_full for room in rooms.rooms(missing).values())
    waits = is_any_full or any(each.status == rules.WAIT_LISTED for each in taken.values())
    links = Seat.objects.filter(learner=learner).exclude(token="").order_by("pk")
    former_token = links.values_list("token", flat=True).first()  # one link opens all their seats
    new_seats = _seats(
        missing,
        {seat.workshop_id: seat for seat in former_seats if seat.learner == learner},
        learner=learner,
        person=person,
        name=called,
        way=way if contact else rules.NO_WAY,
        contact=contact,
        language=language,
        channel=channel,
        status=rules.WAIT_LISTED if waits else rules.BOOKED,
        booked_at=at,
        cancelled_at=None,
        token=access.digest(access.link_for(learner, former_token or "")),
    )
    erase_later(missing)
    seat = new_seats[0]
    journal.record(by=by, verb=f"seat.{seat.status}", row=seat, at=at, structure=first.structure_id)
    if person is not None:
        people.touch(person, at=at)
    if first.starts_at > at:
        notifications.confirm_seat(seat, at=at)
    return seat


def _seats(meetings: Sequence[Workshop], former_by_workshop: Mapping[int, Seat], **values: Any) -> list[Seat]:
    """Write one seat at each of these meetings: the one given up there, or a new one."""
    seats = [former_by_workshop.get(row.pk) or Seat() for row in meetings]
    for seat, row in zip(seats, meetings, strict=True):
        for name, value in {**values, "workshop": row}.items():
            setattr(seat, name, value)
    Seat.objects.bulk_create([seat for seat in seats if seat.pk is None])
    Seat.objects.bulk_update([seat for seat in seats if seat.workshop_id in former_by_workshop], list(values))
    return seats


def _open(row: Workshop | None, by: User | None, name: str, at: datetime) -> Workshop:
    """Return a workshop; Refused when it is closed (unpublished, cancelled, begun), or for no name."""
    if row is not None and by is not None:
        check_run(by, row)
    alone = by is None
    if row is None or row.cancelled_at is not None or (alone and row.published_at is None):
        why, do = "Cet atelier est annulé.", "Choisissez-en un autre dans la liste."
    elif alone and row.drop_in:
        why, do = "On vient ici sans s’inscrire.", "Venez à l’heure dite."
    elif alone and (not rules.is_open(row.starts_at, at) or rooms.has_begun(row)):
        why, do = "Il a déjà commencé.", "Choisissez-en un autre, ou appelez le lieu."
    elif not name:
        why, do = "Il manque un prénom.", "Écrivez un prénom ou un surnom : il suffit."
    else:
        return row
    raise Refused("L’inscription n’a pas été faite.", why=why, do=do)


def _learner(
    meetings: Sequence[Workshop], learner: str, name: str, contact: str, person: Person | None
) -> str:
    """Return the learner of a card, or of this very request, at these meetings; else a new one."""
    same = Q(learner=learner, name=name, contact=contact)
    if person is not None:
        same |= Q(person=person)
    workshop_seats = Seat.objects.filter(workshop__in=meetings)
    known = sorted(workshop_seats.filter(same), key=lambda seat: (seat.status == rules.CANCELLED, seat.pk))
    if known:
        return known[0].learner
    # Another name from the same page, or another way to be told, is somebody else: first names are shared.
    is_new = learner and not workshop_seats.filter(learner=learner).exists()
    return learner if is_new else secrets.token_hex(16)


@transaction.atomic
@journal.written_last()
def carry_on(seats: Iterable[Seat], *, to: Workshop, by: User, at: datetime) -> list[Seat]:
    """Let participants continue in another workshop, or course, as the same learners of the counts."""
    requested_seats = list(seats)
    carried_people = {seat.person for seat in requested_seats if seat.person is not None}
    for person in sorted(carried_people, key=lambda person: person.pk):
        people.lock(person)  # all of them before the workshop, as `book` does for one
    return [
        book(
            workshop=to,
            name=seat.name,
            at=at,
            by=by,
            channel=rules.COUNTER,
            learner=seat.learner,
            way=seat.way,
            contact=seat.contact,
            person=seat.person,
            language=seat.language,
        )
        for seat in requested_seats
        if seat.name or seat.person is not None
    ]


@transaction.atomic
@journal.written_last()
def give_up(
    seats: Sequence[Seat], *, at: datetime, by: User | None = None, token: str = ""
) -> tuple[list[Seat], Notified]:
    """Give up seats, by the person's own link or by whoever runs the workshop; return them, and who was
    notified of a free one.

    Once the workshop has begun, attendance is ticked instead.
    """
    rows = {row.pk: row for row in lock(seat.workshop for seat in seats)}
    done = []
    for seat in Seat.objects.select_for_update().filter(pk__in=[each.pk for each in seats]).order_by("pk"):
        row = rows[seat.workshop_id]
        if by is not None:
            check_run(by, row)
        elif not token or access.digest(token) != seat.token:
            raise Refused(
                "L’inscription n’a pas été annulée.",
                why="Ce lien n’est pas celui de cette inscription.",
                do="Ouvrez le lien de votre message.",
            )
        if seat.status == rules.CANCELLED:
            continue
        if row.starts_at <= at:
            raise Refused(
                "L’inscription n’a pas été annulée.",
                why="Cet atelier a déjà commencé.",
                do="Appelez le lieu si vous ne venez pas.",
            )
        seat.status, seat.cancelled_at = rules.CANCELLED, at
        seat.save(update_fields=["status", "cancelled_at"])
        seat.workshop = row
        notifications.take_back([seat], at=at)
        journal.record(by=by, verb="seat.cancelled", row=seat, at=at, structure=row.structure_id)
        done.append(seat)
    return done, promote(list(rows.values()), at=at) if done else Notified()


@transaction.atomic
def put_back(seat: Seat, *, by: User | None, at: datetime, token: str = "") -> Seat:
    """Restore a seat that was given up: at the end of the list, and waiting if the workshop is now full."""
    row = lock([seat.workshop])[0]
    if by is not None:
        check_run(by, row)
    elif access.digest(token) != seat.token:
        raise Refused(
            NOT_RESTORED, why="Ce lien n’est pas celui de cette inscription.", do="Ouvrez votre lien."
        )
    locked_seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if locked_seat.status != rules.CANCELLED:
        return locked_seat
    if locked_seat.person_id is None and not locked_seat.name:
        raise Refused(
            "La place reste libre.",
            why="On ne sait plus à qui elle était : la personne est effacée.",
            do="Inscrivez un prénom, s’il en faut un.",
        )
    if row.starts_at <= at and by is None:
        raise Refused(NOT_RESTORED, why="Cet atelier a déjà commencé.", do="Appelez le lieu.")
    if row.cancelled_at is not None:
        raise Refused(NOT_RESTORED, why="Cet atelier est annulé.", do="Choisissez-en un autre.")
    locked_seat.status = rules.WAIT_LISTED if rooms.rooms([row])[row.pk].is_full else rules.BOOKED
    locked_seat.cancelled_at, locked_seat.booked_at = None, at
    locked_seat.save(update_fields=["status", "cancelled_at", "booked_at"])
    verb = f"seat.{locked_seat.status}"
    journal.record(by=by, verb=verb, row=locked_seat, at=at, structure=row.structure_id)
    return locked_seat


def promote(workshops: Sequence[Workshop], *, at: datetime) -> Notified:
    """Give free seats to the waiting list, in order of arrival, and return who was notified.

    In a course, a person gets a seat at every meeting or at none. Call it with the workshops locked.
    """
    done = Notified()
    for learner, group in _waitlists(workshops, at):
        person_seats = list(
            group.filter(learner=learner, workshop__starts_at__gt=at)
            .select_related("workshop", "workshop__lieu", "person")
            .order_by("workshop__starts_at")
        )
        rows = lock(seat.workshop for seat in person_seats)
        known = rooms.rooms(rows)
        if not person_seats or any(known[seat.workshop_id].free < 1 for seat in person_seats):
            continue
        Seat.objects.filter(pk__in=[seat.pk for seat in person_seats]).update(status=rules.BOOKED)
        first = person_seats[0]
        journal.record(by=None, verb="seat.freed", row=first, at=at, structure=first.workshop.structure_id)
        done += notifications.freed(first, at=at)
    return done


def _waitlists(workshops: Sequence[Workshop], at: datetime) -> Iterator[tuple[str, QuerySet[Seat]]]:
    """Yield the learners who wait at these workshops, in order of arrival, with the seats to give at once."""
    waitlist = Seat.objects.filter(status=rules.WAIT_LISTED, workshop__cancelled_at__isnull=True)
    together: dict[tuple[str, int], QuerySet[Seat]] = {}
    for row in workshops:
        if row.starts_at <= at or row.cancelled_at is not None:
            continue
        if row.course_id is None:
            together["workshop", row.pk] = waitlist.filter(workshop=row)
        else:
            together["course", row.course_id] = waitlist.filter(workshop__course=row.course_id)
    for group in together.values():
        first = group.order_by("booked_at", "pk").values_list("learner", flat=True)
        yield from ((learner, group) for learner in dict.fromkeys(first))


# ------------------------------------------------------------------------------------------------- attendance


@transaction.atomic
def tick(
    workshop: Workshop,
    came: Mapping[int, bool | None],
    *,
    by: User | None,
    at: datetime,
    anonymous: int | None = None,
) -> None:
    """Record attendance, by number of seat; None clears it. anonymous: how many more came without giving a
    name.

    From the day itself on. A person from the waiting list who came takes a free seat; without one, the room
    is reported full.
    """
    row = lock([workshop])[0]
    check_run(by, row)
    if row.cancelled_at is not None:
        raise Refused(NOT_TICKED, why="Cet atelier est annulé.", do="Revenez à la liste.")
    if row.starts_at.astimezone(row.zone).date() > at.astimezone(row.zone).date():
        raise Refused(NOT_TICKED, why="L’atelier n’a pas encore eu lieu.", do="Revenez le jour même.")
    locked_seats = row.seats.select_for_update(of=("self",)).select_related("person")
    for seat in locked_seats.filter(pk__in=came).order_by("pk"):
        answer = came[seat.pk]
        if seat.status == rules.CANCELLED and answer is None:
            continue
        if answer and seat.status != rules.BOOKED:
            if rooms.rooms([row])[row.pk].free < 1:
                name = seat.name or "quelqu’un"
                raise Refused(
                    NOT_TICKED,
                    why=f"Les {row.capacity} places sont prises, et {name} était en attente.",
                    do="Ajoutez une place à l’atelier, ou notez qui n’est pas venu.",
                )
            seat.status, seat.cancelled_at = rules.BOOKED, None
        seat.came = answer
        seat.save(update_fields=["came", "status", "cancelled_at"])
        if answer and seat.person is not None:
            people.touch(seat.person, at=at)
    if anonymous is not None:
        row.anonymous = anonymous
        row.save(update_fields=["anonymous"])
    journal.record(by=by, verb="workshop.ticked", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def note(
    seat: Seat,
    *,
    by: User | None,
    at: datetime,
    because: str = "",
    words: str = "",
    then: str = "",
    then_words: str = "",
) -> Seat:
    """Record why a person stops or hesitates, and what was proposed; an empty note clears it."""
    lock([seat.workshop])
    locked_seat = Seat.objects.select_for_update(of=("self",)).select_related("workshop").get(pk=seat.pk)
    check_run(by, locked_seat.workshop)
    if because == rules.OTHER and not words.strip():
        raise Refused(
            "Rien n’a été gardé.",
            why="« Autre raison » demande quelques mots.",
            do="Écrivez-les, sans maladie ni mot de passe.",
        )
    refuse_secrets(words, then_words)
    locked_seat.stopped_because, locked_seat.stopped_words = because, line(words, 300)
    locked_seat.next_proposed, locked_seat.next_words = then, line(then_words, 300)
    locked_seat.save(update_fields=["stopped_because", "stopped_words", "next_proposed", "next_words"])
    erase_later([locked_seat.workshop])
    structure = locked_seat.workshop.structure_id
    journal.record(by=by, verb="seat.noted", row=locked_seat, at=at, structure=structure)
    return locked_seat
