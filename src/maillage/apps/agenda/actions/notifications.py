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
from maillage.apps.messages import actions as outbox
from maillage.apps.messages.queries import reaches
from maillage.apps.messages.rules import addresses
from maillage.apps.people import queries as people
from maillage.apps.people import rules as persons
from maillage.apps.reminders.actions import forgetting
from maillage.apps.reminders.actions import planning as reminders
from maillage.apps.reminders.rules import ways
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking, typed


@dataclass(frozen=True, slots=True)
class Notified:
    """Notified attendees, and those to call instead, each once however many messages they get: identified
    by a key, since first names are shared. missed: the key, and the name to call.
    """

    told: frozenset[str] = frozenset()
    missed: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, name: str, *, is_reached: bool) -> "Notified":
        """Return the outcome for one person; a person without a name any more is not to be called."""
        if is_reached:
            return cls(told=frozenset({key}))
        return cls(missed=((key, name),) if name else ())

    @property
    def reached(self) -> int:
        """How many people were notified."""
        return len(self.told)

    @property
    def to_call(self) -> tuple[str, ...]:
        """The names of those who must be called."""
        return tuple(name for _, name in self.missed)

    def __add__(self, other: "Notified") -> "Notified":
        return Notified(self.told | other.told, tuple(dict.fromkeys((*self.missed, *other.missed))))


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


def _put(
    seat: Seat,
    what: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    at: datetime,
    may_say_no: bool = True,
) -> Notified:
    """Write to a participant in their language, or in French where the pages do not have it. An invalid
    address blocks nothing. Whom no message reaches in time, on a Sunday or after a STOP, is to call.
    """
    channel, to = way_to(seat)
    workshop = seat.workshop
    if not channel:
        return Notified.of(seat.learner, seat.name, is_reached=False)
    language = seat.language if seat.language in LANGUAGES else FRENCH
    with speaking(language):
        link = f"{settings.ADDRESS}{reverse('seat', args=[access.link_of(seat)])}"
        body = (
            f"{text()}\n{say('Vous ne pouvez pas venir ? Dites-le ici :')} {link}" if may_say_no else text()
        )
        about = subject()
    if workshop.example:  # nobody hears of people who were invented
        return Notified.of(seat.learner, seat.name, is_reached=False)
    is_reached = False
    with suppress(Refused):
        message = outbox.put(
            channel=channel,
            to=to,
            subject=about,
            text=body,
            key=f"atelier-{seat.learner}-{workshop.pk}-{what}",
            at=at,
            never_after=workshop.starts_at,
            language=language,
            structure=workshop.structure_id,
            commune=workshop.commune,
        )
        is_reached = reaches(message)
    return Notified.of(seat.learner, seat.name, is_reached=is_reached)


def _facts(workshop: Workshop) -> dict[str, str]:
    return {"what": typed(workshop.title), "when": words.when(workshop), "where": words.where(workshop)}


def confirm_seat(seat: Seat, *, at: datetime) -> Notified:
    """Notify a participant that their seat is booked, or that they are on the waiting list."""
    if seat.status == rules.WAITING:
        return _put(
            *(seat, f"attente-{at:%Y%m%d%H%M%S}"),
            lambda: say("Vous êtes sur la liste d’attente"),
            lambda: say(
                "Vous êtes sur la liste d’attente : {what}, {when}. Si une place se libère, nous vous le"
                " disons.",
                **{name: value for name, value in _facts(seat.workshop).items() if name != "where"},
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
    return _all(
        workshop,
        lambda seat: _put(
            *(seat, f"change-{workshop.sequence}"),
            lambda: say("Votre atelier change"),
            lambda: say("Votre atelier change : {what}. Ce sera {when}. Lieu : {where}.", **_facts(workshop)),
            at=at,
        ),
    )


def cancelled(workshop: Workshop, *, at: datetime) -> Notified:
    """Notify those registered or on the waiting list of a cancellation."""

    def text() -> str:
        sent_message = say(
            "Annulé : {what}, {when}. Ne vous déplacez pas.",
            what=typed(workshop.title),
            when=words.when(workshop),
        )
        return f"{sent_message} {typed(workshop.cancel_reason)}".strip()

    return _all(
        workshop,
        lambda seat: _put(
            seat, "annule", lambda: say("Votre atelier est annulé"), text, at=at, may_say_no=False
        ),
    )


def _all(workshop: Workshop, tell: Callable[[Seat], Notified]) -> Notified:
    seats: Iterable[Seat] = workshop.seats.exclude(status=rules.CANCELLED).select_related("person")
    done = Notified()
    for seat in seats:
        seat.workshop = workshop
        done += tell(seat)
    return done


def take_back(seats: Iterable[Seat], *, at: datetime) -> None:
    """Take back the reminders of participants who gave up their seat, or whose workshop changed."""
    reminders.withdraw(ways.SEAT, [seat.pk for seat in seats], at=at)


def forget(learner: str, *, at: datetime, workshop: Workshop | None = None) -> None:
    """Erase the messages to a participant, or about one workshop."""
    seats = Seat.objects.filter(learner=learner)
    if workshop is not None:
        seats = seats.filter(workshop=workshop)
    forgetting.forget_events(ways.SEAT, seats.values_list("pk", flat=True), at=at)
    outbox.forget(about=f"atelier-{learner}-{f'{workshop.pk}-' if workshop is not None else ''}", at=at)
