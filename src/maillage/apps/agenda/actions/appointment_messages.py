"""Messages about an appointment, to a person who can be reached, in their language: booked, moved, cancelled.

Reminders are planned elsewhere, from the appointments themselves.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.actions.notifications import Notified, send
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH, say, speaking, typed


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
    return _put(
        row,
        f"annule-{row.sequence}",
        lambda: say("Votre rendez-vous est annulé"),
        lambda: say("Annulé : votre rendez-vous, {when}. Ne vous déplacez pas.", when=words.when(row)),
        at=at,
        is_off=True,
    )


def series_cancelled(rows: Sequence[Appointment], *, at: datetime) -> Notified:
    """Notify the attendee, once, that several appointments are cancelled, from the first one on."""
    row = rows[0]
    return _put(
        row,
        f"annule-serie-{row.sequence}",
        lambda: say("Vos rendez-vous sont annulés"),
        lambda: say(
            "Annulés : vos rendez-vous de la même série, à partir de {when}. Leur nombre : {n}."
            " Ne vous déplacez pas.",
            n=len(rows),
            when=words.when(row),
        ),
        at=at,
        is_off=True,
    )


def series_put_back(rows: Sequence[Appointment], *, at: datetime) -> Notified:
    """Notify the attendee, once, that several appointments stand again, from the first one on, and hold the
    messages of their cancellation, unless they left already.
    """
    for each in rows:
        _withhold(each, "annule", "annule-serie")
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
    if not _withhold(row, "absente"):
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
    # Who left the structure hears of nobody there.
    accounts = (each for each in (row.helper, row.by) if each is not None)
    helper = next((u for u in accounts if access.appointments_for(u).filter(pk=row.pk).exists()), None)
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


def put_back(row: Appointment, *, at: datetime) -> Notified:
    """Notify the attendee that their appointment stands again; hold what said otherwise, if it can be."""
    _withhold(row, "annule", "annule-serie")
    return booked(row, at=at)


def _withhold(row: Appointment, *whats: str) -> int:
    """Keep back some messages, of any version of an appointment, and return how many had not left."""
    return outbox.cancel(*(f"{_about(row)}{what}-{n}" for what in whats for n in range(row.sequence + 1)))


def take_back(row: Appointment, *, at: datetime) -> None:
    """Cancel the messages and reminders of an appointment that have not left yet."""
    reminders_actions.withdraw(reminders_rules.APPOINTMENT, [row.pk], at=at)
    _withhold(row, "pris", "pris-serie", "change")


def forget(row: Appointment, *, at: datetime) -> None:
    """Erase the messages and reminders of an appointment."""
    reminders_actions.forget_events(reminders_rules.APPOINTMENT, [row.pk], at=at)
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
    is_off: bool = False,
) -> Notified:
    """Write to who comes. is_off: it is cancelled: why is added, and nobody has to say that they cannot."""
    if not is_off:
        link = reverse("appointment_mine", args=[access.link_of_appointment(row)])
        return send(row, row, f"{_about(row)}{what}", subject, text, at=at, link=link)

    def with_reason() -> str:
        return f"{text()} {typed(row.cancel_reason)}".strip()

    return send(row, row, f"{_about(row)}{what}", subject, with_reason, at=at, link="")
