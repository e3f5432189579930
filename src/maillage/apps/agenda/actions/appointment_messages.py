"""Messages about an appointment, to a person who can be reached, in their language: booked, moved, cancelled.

Reminders are planned elsewhere, from the appointments themselves.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from maillage.apps.accounts.models import User
from maillage.apps.agenda import access
from maillage.apps.agenda.actions.notifications import Notified, way_to
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.messages import actions as outbox
from maillage.apps.messages.queries import reaches
from maillage.apps.reminders.actions import forgetting
from maillage.apps.reminders.actions import planning as reminders
from maillage.apps.reminders.rules import ways
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking, typed


def booked(row: Appointment, *, at: datetime) -> Notified:
    """Notify the attendee of a new appointment."""
    return _put(
        row,
        f"pris-{row.sequence}",
        lambda: say("Votre rendez-vous"),
        lambda: say("Votre rendez-vous : {when}. Lieu : {where}.", **_facts(row)),
        at=at,
    )


def moved(row: Appointment, *, at: datetime) -> Notified:
    """Notify the attendee of the new moment of an appointment."""
    return _put(
        row,
        f"change-{row.sequence}",
        lambda: say("Votre rendez-vous change"),
        lambda: say("Votre rendez-vous change. Ce sera {when}. Lieu : {where}.", **_facts(row)),
        at=at,
    )


def received_by(row: Appointment, *, at: datetime) -> Notified:
    """Notify the person that somebody else receives them, at the same moment."""
    return _put(
        row,
        f"change-{row.sequence}",
        lambda: say("Votre rendez-vous"),
        lambda: say(
            "{who} vous recevra. Votre rendez-vous reste : {when}. Lieu : {where}.",
            who=typed(words.helper(row)),
            **_facts(row),
        ),
        at=at,
    )


def cancelled(row: Appointment, *, at: datetime) -> Notified:
    """Notify the attendee of a cancelled appointment."""
    return _put(
        row,
        f"annule-{row.sequence}",
        lambda: say("Votre rendez-vous est annulé"),
        lambda: " ".join(
            filter(
                None,
                (
                    say("Annulé : votre rendez-vous, {when}. Ne vous déplacez pas.", when=words.when(row)),
                    typed(row.cancel_reason),
                ),
            )
        ),
        at=at,
        link=False,
    )


def series_cancelled(rows: Sequence[Appointment], *, at: datetime) -> Notified:
    """Notify the attendee, once, that several appointments are cancelled, from the first one on."""
    row = rows[0]
    return _put(
        row,
        f"annule-serie-{row.sequence}",
        lambda: say("Vos rendez-vous sont annulés"),
        lambda: " ".join(
            filter(
                None,
                (
                    say(
                        "Annulés : vos rendez-vous de la même série, à partir de {when}. Leur nombre : {n}."
                        " Ne vous déplacez pas.",
                        n=len(rows),
                        when=words.when(row),
                    ),
                    typed(row.cancel_reason),
                ),
            )
        ),
        at=at,
        link=False,
    )


def series_put_back(rows: Sequence[Appointment], *, at: datetime) -> Notified:
    """Notify the attendee, once, that several appointments stand again, from the first one on, and hold the
    messages of their cancellation, unless they left already.
    """
    for each in rows:
        _hold(each)
    row = rows[0]
    return _put(
        row,
        f"pris-serie-{row.sequence}",
        lambda: say("Vos rendez-vous"),
        lambda: say(
            "Vos rendez-vous de la même série ont lieu, à partir de {when}. Leur nombre : {n}."
            " Lieu : {where}.",
            n=len(rows),
            **_facts(row),
        ),
        at=at,
    )


def not_coming(row: Appointment, *, at: datetime) -> None:
    """Write to who receives that the person does not come: they said so alone. The message names nobody."""
    _to_helper(row, "absente", "Une personne ne viendra pas", "est annulé par la personne", at=at)


def coming_again(row: Appointment, *, at: datetime) -> None:
    """Write to who receives that the person comes after all, unless they had not yet heard otherwise."""
    if not outbox.cancel(*(f"{_about(row)}absente-{n}" for n in range(row.sequence + 1))):
        _to_helper(row, "revient", "Une personne vient finalement", "tient de nouveau", at=at)


def another_moment(row: Appointment, moment: datetime, *, at: datetime) -> None:
    """Write to who receives that who comes proposes another moment. The message names nobody."""
    key = f"autre-{moment.astimezone(row.zone):%Y%m%d%H%M}"
    with speaking(FRENCH):
        proposal = f"peut changer. La personne propose {words.moment(moment, row.zone)}"
    _to_helper(row, key, "Un autre moment est proposé", proposal, at=at, until=moment)


def _to_helper(
    row: Appointment, what: str, subject: str, body: str, *, at: datetime, until: datetime | None = None
) -> None:
    helper = next((each for each in (row.helper, row.by) if each is not None and _sees(each, row)), None)
    if helper is None or row.example:
        return
    with speaking(FRENCH):
        text = f"Bonjour,\n\nLe rendez-vous de {words.when(row)} {body}."
    link = f"{settings.ADDRESS}{reverse('appointment', args=[row.pk])}"
    with suppress(Refused):  # an invalid address blocks nothing
        outbox.put(
            channel="email",
            to=helper.email,
            subject=subject,
            text=f"{text}\nLe voir : {link}",
            key=f"{_about(row)}{what}-{row.sequence}",
            at=at,
            never_after=until or row.starts_at,
            structure=row.structure_id,
            commune=row.commune,
        )


def _sees(helper: User, row: Appointment) -> bool:
    """Return True if an account still sees an appointment: who left the structure hears of nobody there."""
    return access.appointments_for(helper).filter(pk=row.pk).exists()


def put_back(row: Appointment, *, at: datetime) -> Notified:
    """Notify the attendee that their appointment stands again, and hold the message of its cancellation,
    unless it left already.
    """
    _hold(row)
    return booked(row, at=at)


def _hold(row: Appointment) -> None:
    """Keep back the messages that say an appointment is cancelled, if they have not left."""
    outbox.cancel(
        *(f"{_about(row)}{what}-{n}" for what in ("annule", "annule-serie") for n in range(row.sequence + 1))
    )


def take_back(row: Appointment, *, at: datetime) -> None:
    """Cancel the messages and reminders of an appointment that have not left yet."""
    reminders.withdraw(ways.APPOINTMENT, [row.pk], at=at)
    outbox.cancel(
        *(
            f"{_about(row)}{what}-{n}"
            for what in ("pris", "pris-serie", "change")
            for n in range(row.sequence + 1)
        )
    )


def forget(row: Appointment, *, at: datetime) -> None:
    """Erase the messages and reminders of an appointment."""
    forgetting.forget_events(ways.APPOINTMENT, [row.pk], at=at)
    outbox.forget(about=_about(row), at=at)


def _about(row: Appointment) -> str:
    return f"rendez-vous-{row.pk}-"


def _facts(row: Appointment) -> dict[str, str]:
    return {"when": words.when(row), "where": words.where(row)}


def _put(
    row: Appointment,
    what: str,
    subject: Callable[[], str],
    text: Callable[[], str],
    *,
    at: datetime,
    link: bool = True,
) -> Notified:
    """Write to who comes in their language, or in French where the pages do not have it. An invalid address
    blocks nothing. Nothing leaves once the appointment is past: whom no message reaches by then, on a Sunday
    or after a STOP, is to call.
    """
    channel, to = way_to(row)
    if not channel:
        return Notified.of(row.key, row.called, is_reached=False)
    language = row.language if row.language in LANGUAGES else FRENCH
    with speaking(language):
        address = f"{settings.ADDRESS}{reverse('appointment_mine', args=[access.link_of_appointment(row)])}"
        body = text()
        if link:
            body = f"{body}\n{say('Vous ne pouvez pas venir ? Dites-le ici :')} {address}"
        about = subject()
    if row.example:  # nobody real hears of people who were invented
        return Notified.of(row.key, row.called, is_reached=True)
    is_reached = False
    with suppress(Refused):
        message = outbox.put(
            channel=channel,
            to=to,
            subject=about,
            text=body,
            key=f"{_about(row)}{what}",
            at=at,
            never_after=row.starts_at,
            language=language,
            structure=row.structure_id,
            commune=row.commune,
        )
        is_reached = reaches(message)
    return Notified.of(row.key, row.called, is_reached=is_reached)
