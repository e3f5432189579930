"""Two people at the same instant, each over a connection of their own: of two who write the first of
something, of two who give the same hour, of who erases somebody and who writes of them.

Prints one JSON document: for each pair of gestures, every way it ended; what each was told, what is left.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

from maillage.manage.deploy.bootstrap import ready
from tests.databases.planning import Race, together
from tests.support.profile import times as tried
from tests.support.speed import PATIENCE

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # in Paris
ROUNDS = tried(3, 6)
LOCK_SECONDS = 0.7  # seconds that the first holds what the second needs


def main() -> None:
    ready()
    from maillage.apps.platform.accounts.models import User
    from tests.conftest import with_role
    from tests.support.places import place

    library = place("bibliotheque", {"nom": "Bibliothèque"})
    users = []
    for name in ("lea", "ali"):
        user = User.objects.create_user(f"{name}@exemple.fr", None, name=name, is_demonstration=True)
        with_role(user, "coordination", territory="38")
        users.append(with_role(user, "aidant", structure=library.structure))
    ways: dict[str, Counter[str]] = {}
    for turn in range(ROUNDS):
        # Who erases waits for a lock that is held on purpose: it ends alike each time.
        for races in (firsts, roles, sheets_of_a_person, hours, *([] if turn else [erased])):
            for name, first, second, remainder in races(turn, library, *users):
                outcomes = together(first, second)
                ways.setdefault(name, Counter())[json.dumps([sorted(outcomes), remainder()])] += 1
    sys.stdout.write(json.dumps({name: [json.loads(way) for way in counts] for name, counts in ways.items()}))


def firsts(turn: int, library: Any, lea: Any, ali: Any) -> Iterator[Race]:
    """Two who write the first of something that is unique."""
    from maillage.apps.agenda.actions import outlines
    from maillage.apps.agenda.models import TerritoryOutline
    from maillage.apps.referrals.autonomy import actions as autonomy
    from maillage.apps.referrals.autonomy.models import SegmentChoice
    from maillage.modules.outlines import outlines as known
    from maillage.reference import bilan

    outline = sorted(known())[turn]

    def adapt(by: Any) -> Callable[[], object]:
        values = {"titre": f"Celle de {by.name}"}
        return lambda: outlines.adapt("38", outline, values, number=0, by=by, at=AT)

    def adapted() -> list[int]:
        return list(TerritoryOutline.objects.filter(outline=outline).values_list("number", flat=True))

    yield "the first outline of a territory", adapt(lea), adapt(ali), adapted
    result, segment_row = next(iter(bilan.results().items()))
    other_segments = [each for each in bilan.segments() if each != segment_row.segment]

    def choose(by: Any, segment: str) -> Callable[[], object]:
        return lambda: autonomy.set_segments(f"3818{turn}", {result: segment}, by=by, at=AT)

    def chosen() -> int:
        return SegmentChoice.objects.filter(place=f"3818{turn}").count()

    yield (
        "the first segments of a territory",
        choose(lea, other_segments[0]),
        choose(ali, other_segments[-1]),
        chosen,
    )


def roles(turn: int, library: Any, lea: Any, ali: Any) -> Iterator[Race]:
    """Two who do the same thing."""
    from maillage.apps.directory.intake.actions import proposals
    from maillage.apps.directory.memberships.actions import invitations, roles
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.directory.places.actions import sheets
    from maillage.apps.directory.places.models import Change, Proposal
    from maillage.apps.platform.accounts.models import User

    to = User.objects.create_user(f"nour{turn}@exemple.fr", None, name="Nour")

    def give() -> object:
        return roles.give(by=None, to=to, role="aidant", structure=library.structure, on=AT.date(), at=AT)

    yield "one role given by two", give, give, lambda: Membership.objects.filter(user=to).count()

    guests = [User.objects.create_user(f"hote{turn}{side}@exemple.fr", None, name="Hôte") for side in "ab"]
    _, token = invitations.invite(
        by=lea, role="prescripteur", for_whom="Hôte", structure=library.structure, at=AT
    )

    def accept(guest: User) -> Callable[[], object]:
        return lambda: invitations.accept(token=token, user=guest, on=AT.date(), at=AT)

    def accepted() -> int:
        return Membership.objects.filter(user__in=guests).count()

    yield "one invitation opened by two", accept(guests[0]), accept(guests[1]), accepted

    def propose() -> object:
        return proposals.propose(library, field="presentation_detail", value=f"x{turn}", by="x", at=AT)

    def proposed() -> int:
        return Proposal.objects.filter(lieu=library, value=f"x{turn}").count()

    yield "one value proposed by two", propose, propose, proposed
    sheets.say_full(library, True, by="x", at=AT)
    last = Change.objects.filter(lieu=library).latest("pk")

    def undo() -> object:
        return sheets.undo(Change.objects.get(pk=last.pk), by="x", at=AT)

    def undone() -> int:
        return Change.objects.filter(lieu=library, verb="undo", pk__gt=last.pk).count()

    yield "a sheet put back by two", undo, undo, undone


def sheets_of_a_person(turn: int, library: Any, lea: Any, ali: Any) -> Iterator[Race]:
    """Two who correct the sheet of a person, from what both read."""
    from maillage.apps.people.persons.actions import register
    from maillage.apps.people.persons.models import Person
    from maillage.apps.referrals.orientations.actions import cards

    person = register.welcome(by=lea, structure=library.structure, nickname="Fatou", at=AT)

    def correct(by: Any, value: str) -> Callable[[], object]:
        read = {"nickname": "Fatou"}
        return lambda: cards.correct(person, {"nickname": value}, displayed=read, by=by, at=AT)

    def corrected() -> int:
        return Person.objects.filter(pk=person.pk, nickname__in=("Fatoumata", "Awa")).count()

    yield "the sheet of a person corrected by two", correct(lea, "Fatoumata"), correct(ali, "Awa"), corrected


def hours(turn: int, library: Any, lea: Any, ali: Any) -> Iterator[Race]:
    """Two who give the same hour of somebody."""
    from maillage.apps.agenda.actions import appointments, permanences
    from maillage.apps.agenda.models import Appointment
    from maillage.apps.agenda.rules.appointments import BOOKED, Draft
    from maillage.apps.people.persons.actions import register

    at_nine = NINE + timedelta(days=7 * turn)
    person = register.welcome(by=lea, structure=library.structure, nickname="Fatou", at=AT)
    common = {"structure": library.structure, "by": lea, "at": AT, "lieu": library}

    def booked(days: int, **whose: Any) -> Appointment:
        draft = Draft(kind="other", starts_at=at_nine + timedelta(days=days), name="Awa")
        return appointments.book(draft, **common, **whose)

    def move(row: Appointment, by: Any) -> Callable[[], object]:
        return lambda: appointments.move(row, starts_at=at_nine, by=by, at=AT)

    def there(**whose: Any) -> Callable[[], int]:
        return lambda: Appointment.objects.filter(starts_at=at_nine, state=BOOKED, **whose).count()

    one, two = (booked(days, person=person) for days in (1, 2))
    yield "two meetings of a person moved to one hour", move(one, lea), move(two, ali), there(person=person)
    other = register.welcome(by=lea, structure=library.structure, nickname="Zohra", at=AT)
    off = booked(0, person=other)
    appointments.cancel(off, by=lea, at=AT, tell=False)
    third = booked(3, person=other)
    yield (
        "a meeting put back and another moved to its hour",
        lambda: appointments.put_back(off, by=lea, at=AT),
        move(third, ali),
        there(person=other),
    )
    first, second = (booked(days, helper=ali) for days in (1, 2))
    yield "two meetings of a helper moved to one hour", move(first, lea), move(second, ali), there(helper=ali)

    doors = [
        permanences.open_door(
            by=None,
            structure=library.structure,
            values={"title": title, "lieu": library, "hours": [[1, "09:00", "12:00"]], "minutes": 30}
            | {"first_on": date(2026, 11, 3)},
            at=AT,
        )
        for title in (f"Une {turn}", f"Deux {turn}")
    ]
    rows = [
        appointments.book(
            Draft(kind="other", starts_at=at_nine, name="Awa"),
            structure=library.structure,
            permanence=door,
            at=AT,
        )
        for door in doors
    ]
    later = at_nine + timedelta(minutes=30)

    def cross(row: Appointment, door: Any) -> Callable[[], object]:
        return lambda: appointments.move(row, starts_at=later, permanence=door, by=None, at=AT)

    yield (
        "two meetings that change permanences",
        cross(rows[0], doors[1]),
        cross(rows[1], doors[0]),
        lambda: Appointment.objects.filter(permanence__in=doors, starts_at=later, state=BOOKED).count(),
    )


def erased(turn: int, library: Any, lea: Any, ali: Any) -> Iterator[Race]:
    """Races between the erasure of a person and a write, while another writes where they are written of."""
    from django.db import transaction

    from maillage.apps.agenda.actions import appointments, planning, seats
    from maillage.apps.agenda.actions.write import lock
    from maillage.apps.agenda.models import Seat
    from maillage.apps.agenda.rules.appointments import Draft
    from maillage.apps.learning.actions import progress
    from maillage.apps.learning.models import Fact
    from maillage.apps.learning.rules import Fact as Done
    from maillage.apps.people.persons.actions import forgetting, register
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts import actions as journal
    from maillage.apps.referrals.orientations.actions import drafts

    def welcomed() -> Person:
        person = register.welcome(by=lea, structure=library.structure, nickname="Fatou", at=AT)
        drafts.prepare(
            drafts.Draft(structure=library.structure, person=person, need="formation"), by=lea, at=AT
        )
        return person

    begin = AT + timedelta(days=3)
    workshop = planning.plan(
        by=None,
        structure=library.structure,
        values={"title": f"x{turn}", "subject": "mail", "level": "debutant", "lieu": library, "capacity": 9}
        | {"starts_at": begin, "ends_at": begin + timedelta(hours=2)},
        at=AT,
    )
    planning.publish(workshop, by=None, at=AT)
    person = welcomed()
    seats.book(workshop=workshop, name="Fatou", person=person, at=AT)
    row = appointments.book(
        Draft(kind="other", starts_at=NINE + timedelta(hours=turn)),
        structure=library.structure,
        by=lea,
        at=AT,
        person=person,
        lieu=library,
    )

    def locked_by(hold: Callable[[], object], is_locked: Event) -> Callable[[], None]:
        def write() -> None:
            with transaction.atomic():
                hold()
                is_locked.set()
                time.sleep(LOCK_SECONDS)
                journal.record(by=lea, verb="x", row=library, at=AT)

        return write

    def forget(person: Person, is_locked: Event) -> Callable[[], None]:
        def erase() -> None:
            is_locked.wait(timeout=PATIENCE)
            forgetting.forget(person, by=ali, at=AT)

        return erase

    def n_remaining(person: Person) -> Callable[[], int]:
        return lambda: Person.objects.filter(pk=person.pk, forgotten_at=None).count()

    one = Event()
    yield (
        "erased while their workshop is written of",
        locked_by(lambda: lock([workshop]), one),
        forget(person, one),
        n_remaining(person),
    )
    other, two = welcomed(), Event()
    meeting = appointments.book(
        Draft(kind="other", starts_at=NINE + timedelta(days=1, hours=turn)),
        structure=library.structure,
        by=lea,
        at=AT,
        person=other,
        lieu=library,
    )
    yield (
        "erased while their meeting is written of",
        locked_by(lambda: appointments.lock(meeting, by=lea), two),
        forget(other, two),
        n_remaining(other),
    )
    third, three = welcomed(), Event()

    def erase_slowly() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=third.pk)
            three.set()
            time.sleep(LOCK_SECONDS)
            forgetting.forget(third, by=ali, at=AT)

    def seat() -> None:
        three.wait(timeout=PATIENCE)
        seats.book(workshop=workshop, name="Fatou", person=third, at=AT)

    yield (
        "erased while a seat is given to them",
        erase_slowly,
        seat,
        lambda: Seat.objects.filter(workshop=workshop, name="Fatou").count(),
    )
    assert row.pk
    learner, four = welcomed(), Event()

    def keep_slowly() -> None:
        with transaction.atomic():
            progress.keep(learner, [Done(str(uuid4()), "souris", 1, 1, "seen")], at=AT)
            four.set()
            time.sleep(LOCK_SECONDS)

    def erase_learnt() -> None:
        four.wait(timeout=PATIENCE)
        progress.erase(learner, at=AT + timedelta(minutes=1))

    yield (
        "what was learnt erased while a device sends it",
        keep_slowly,
        erase_learnt,
        lambda: Fact.objects.filter(person=learner).count(),
    )


if __name__ == "__main__":
    main()
