"""Notifications to participants who can be reached, in their language: a seat booked, freed, moved,
cancelled.

The texts are fixed: what, when, where, and how to cancel a seat.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat, Workshop
from maillage.apps.agenda.queries import words
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.queries import reaches
from maillage.apps.platform.messages.rules import addresses
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking, typed


@dataclass(frozen=True, slots=True)
class Notified:
    """Notified attendees, and those to call instead, each once however many messages they get: identified
    by a key, since first names are shared. missed: the key, and the name to call.
    """

    notified_keys: frozenset[str] = frozenset()
    missed: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, name: str, *, is_reached: bool) -> "Notified":
        """Return the outcome for one person; a person without a name any more is not to be called."""
        if is_reached:
            return cls(notified_keys=frozenset({key}))
        return cls(missed=((key, name),) if name else ())

    @property
    def reached(self) -> int:
        return len(self.notified_keys)

    @property
    def to_call(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.missed)

    def __add__(self, other: "Notified") -> "Notified":
        return Notified(
            self.notified_keys | other.notified_keys, tuple(dict.fromkeys((*self.missed, *other.missed)))
        )


def way_to(row: Seat | Appointment) -> tuple[str, str]:
    """Return the channel and address to reach who comes; ('', '') when there is none.

    What they left for this meeting first; else what their sheet says, if they agreed to be written to.
    """
    way, value = row.way, row.contact
    if way == rules.NO_WAY and row.person is not None and people.agreed(row.person, persons.WRITE):
        way, value = row.person.reach, row.person.reach_value
    if way == rules.EMAIL:
        return ("email", value) if addresses.read("email", value) else ("", "")
    mobile = addresses.mobile(value) if way == rules.PHONE else ""
    return ("sms", mobile) if mobile else ("", "")


def send(
    comer: Seat | Appointment,
    event: Workshop | Appointment,
    key: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    at: datetime,
    link: str,
) -> Notified:
    """Write to who comes in their language, or in French where the pages do not have it. An invalid address
    blocks nothing. Nothing leaves once the event is past: whom no message reaches by then, on a Sunday or
    after a STOP, is to call. link: the page where they say that they cannot come, '' for none.
    """
    attendee = (comer.learner, comer.name) if isinstance(comer, Seat) else (comer.key, comer.called)
    channel, to = way_to(comer)
    if not channel:
        return Notified.of(*attendee, is_reached=False)
    language = comer.language if comer.language in LANGUAGES else FRENCH
    with speaking(language):
        about, body = subject(), text()
        if link:
            body = f"{body}\n{say('Vous ne pouvez pas venir ? Dites-le ici :')} {settings.ADDRESS}{link}"
    if event.example:  # nobody real hears of people who were invented
        return Notified.of(*attendee, is_reached=isinstance(comer, Appointment))
    is_reached = False
    with suppress(Refused):
        message = outbox.put(
            channel=channel,
            to=to,
            subject=about,
            text=body,
            key=key,
            at=at,
            never_after=event.starts_at,
            language=language,
            structure=event.structure_id,
            commune=event.commune,
        )
        is_reached = reaches(message)
    return Notified.of(*attendee, is_reached=is_reached)


def _put(
    seat: Seat,
    what: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    at: datetime,
    may_say_no: bool = True,
) -> Notified:
    key = f"atelier-{seat.learner}-{seat.workshop_id}-{what}"
    link = reverse("seat", args=[access.link_of(seat)]) if may_say_no else ""
    return send(seat, seat.workshop, key, subject, text, at=at, link=link)


def _facts(workshop: Workshop) -> dict[str, str]:
    return {"what": typed(workshop.title), "when": words.when(workshop), "where": words.where(workshop)}


def confirm_seat(seat: Seat, *, at: datetime) -> Notified:
    """Notify a participant that their seat is booked, or that they are on the waiting list."""
    if seat.status == rules.WAIT_LISTED:
        return _put(
            *(seat, f"attente-{at:%Y%m%d%H%M%S}"),
            lambda: say("Vous êtes sur la liste d’attente"),
            lambda: say(
                "Vous êtes sur la liste d’attente : {what}, {when}. Si une place se libère, nous vous le"
                " disons.",
                what=typed(seat.workshop.title),
                when=words.when(seat.workshop),
            ),
            at=at,
        )
    return _put(
        *(seat, f"place-{at:%Y%m%d%H%M%S}"),
        lambda: say("Votre place est gardée"),
        lambda: say("Votre place est gardée : {what}, {when}. Lieu : {where}.", **_facts(seat.workshop)),
        at=at,
    )


def freed(seat: Seat, *, at: datetime) -> Notified:
    """Notify a person on the waiting list that they now have a seat."""
    return _put(
        *(seat, f"libre-{at:%Y%m%d%H%M%S}"),
        lambda: say("Une place est libre pour vous"),
        lambda: say(
            "Une place est libre pour vous : {what}, {when}. Lieu : {where}.", **_facts(seat.workshop)
        ),
        at=at,
    )


def moved(workshop: Workshop, *, at: datetime) -> Notified:
    """Notify those registered or on the waiting list of a new day, hour or place."""

    def text() -> str:
        return say("Votre atelier change : {what}. Ce sera {when}. Lieu : {where}.", **_facts(workshop))

    what = f"change-{workshop.sequence}"
    return _all(workshop, what, lambda: say("Votre atelier change"), text, at=at)


def cancelled(workshop: Workshop, *, at: datetime) -> Notified:
    """Notify those registered or on the waiting list of a cancellation."""

    def text() -> str:
        what, when = typed(workshop.title), words.when(workshop)
        sentence = say("Annulé : {what}, {when}. Ne vous déplacez pas.", what=what, when=when)
        return f"{sentence} {typed(workshop.cancel_reason)}".strip()

    return _all(workshop, "annule", lambda: say("Votre atelier est annulé"), text, at=at, may_say_no=False)


def _all(
    workshop: Workshop,
    what: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    at: datetime,
    may_say_no: bool = True,
) -> Notified:
    done = Notified()
    for seat in workshop.seats.exclude(status=rules.CANCELLED).select_related("person"):
        seat.workshop = workshop
        done += _put(seat, what, subject, text, at=at, may_say_no=may_say_no)
    return done


def take_back(seats: Iterable[Seat], *, at: datetime) -> None:
    reminders_actions.withdraw(reminders_rules.SEAT, [seat.pk for seat in seats], at=at)


def forget(learner: str, *, at: datetime, workshop: Workshop | None = None) -> None:
    """Erase the messages to a participant, or about one workshop."""
    seats = Seat.objects.filter(learner=learner)
    if workshop is not None:
        seats = seats.filter(workshop=workshop)
    reminders_actions.forget_events(reminders_rules.SEAT, seats.values_list("pk", flat=True), at=at)
    outbox.forget(about=f"atelier-{learner}-{f'{workshop.pk}-' if workshop is not None else ''}", at=at)
