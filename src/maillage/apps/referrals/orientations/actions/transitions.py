"""Change a referral: every action goes through `change`, which writes state, event and journal together."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import dates
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.queries import timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.words import opening
from maillage.words.languages import say


def lock(orientation: Orientation) -> Orientation:
    """Return a referral as it is now, locked against other writers until the end of the transaction."""
    return Orientation.objects.select_for_update().get(pk=orientation.pk)


def lock_all(person: Person) -> None:
    """Lock the referrals of a person, before the person and any line of the journal: two gestures that lock
    in one order never wait for each other.
    """
    list(Orientation.objects.filter(person=person).select_for_update().values_list("pk"))


def shortened(text: str, longest: int) -> str:
    return text.strip()[:longest]


def outsider_refusal() -> Refused:
    return Refused(
        "L’orientation n’a pas été modifiée.",
        why="Vous n’aidez pas cette personne au nom de cette structure.",
        do="Demandez à son responsable de vous y ajouter.",
    )


def change(
    row: Orientation,
    verb: str,
    *,
    by: User | None,
    side: str,
    at: datetime,
    content: Mapping[str, Any] | None = None,
    aside: str = "",
    was: str = "",
    **values: Any,
) -> Event | None:
    """Apply an action to a locked referral, and return its event; None when it is repeated (a double click).

    values: fields of the row; aside: a note for the side that writes it. was: what the user's page showed, a
    state or a whole `stamp`, '' when unknown. Refused when the life cycle does not allow it, or when another
    user acted first.
    """
    event_content = dict(content or {})
    if is_same(row, verb, by=by, side=side, content=event_content):
        return None
    if moved(row, was) or not cycle.allowed(verb, row.state, side):
        if side != cycle.PERSON:
            raise too_late(row)
        raise Refused(
            say("Ce n’est pas annulé."),
            why=say(cycle.PLAIN_STATES[row.state]),
            do=say("Lisez plus bas où en est votre aide."),
        )
    row.state, row.held_by = cycle.after(verb, row.state, row.held_by)
    if side == cycle.SENDER and row.held_by == cycle.RECEIVER and row.channel in cycle.MESSENGER_BY_CHANNEL:
        row.held_by = cycle.SENDER  # the place only speaks: whoever sends asks it, and notes what it says
    for name, value in values.items():
        setattr(row, name, value)
    if row.state in cycle.UNSHARED:
        row.shared = [name for name in row.shared if name not in cycle.OF_PERSON]
    row.changed_at = at
    row.save()
    dates.sync(row, at=at, strict=verb in cycle.DATING, by_person=side == cycle.PERSON)
    return write_event(row, verb, by=by, side=side, at=at, content=event_content, aside=aside)


def moved(row: Orientation, was: str) -> bool:
    """Return True if a referral changed since a page showed it as `was`; being opened does not count."""
    return was not in ("", row.state, row.stamp) and (was, row.state) != (cycle.SENT, cycle.VIEWED)


def is_same(row: Orientation, verb: str, *, by: User | None, side: str, content: Mapping[str, Any]) -> bool:
    """Return True if the last action was this very one, by the same person."""
    last = row.events.order_by("-pk").first()
    action = (verb, side, by and by.pk, content)
    return last is not None and (last.verb, last.side, last.by_id, last.content) == action


def write_event(
    row: Orientation,
    verb: str,
    *,
    by: User | None,
    side: str,
    at: datetime,
    content: Mapping[str, Any],
    aside: str = "",
) -> Event:
    """Write the event of a gesture, and its line in the journal; Refused when its words hold a secret."""
    refuse_secrets(aside, *(str(content.get(name) or "") for name in ("words", "next_step")))
    event = Event.objects.create(
        orientation=row,
        at=at,
        verb=verb,
        side=side,
        by=by,
        state=row.state,
        content=dict(content),
        note=aside.strip(),
    )
    acting = {cycle.RECEIVER: row.to_structure_id, cycle.SENDER: row.from_structure_id}.get(side)
    journal.record(by=by, verb=f"orientation.{verb}", row=row, at=at, structure=acting)
    if row.person is not None and side != cycle.PLATFORM:
        people.touch(row.person, at=at)
    return event


def check_giver(row: Orientation, by: User | None) -> None:
    if not access.may_give(by, row):
        raise Refused(
            "L’orientation n’a pas été modifiée.",
            why="Cette orientation n’est pas envoyée par votre structure.",
            do="Revenez à la liste de vos orientations.",
        )


def check_still_helped(row: Orientation, by: User | None) -> None:
    if not access.still_helps(by, row):
        raise Refused(
            "Cette orientation ne peut plus partir.",
            why="Votre structure ne suit plus cette personne.",
            do="Demandez-lui sa carte pour la suivre de nouveau. Sinon, annulez l’orientation.",
        )


def check_receiver(row: Orientation, by: User | None, token: str, at: datetime) -> str:
    """Return the side a user answers as, or refuse; an open link answers until its last day."""
    if not access.may_answer(by, row, token):
        if access.may_relay(by, row):
            return cycle.SENDER
        raise Refused(
            "L’orientation n’a pas été modifiée.",
            why="Ce lien ne permet pas de répondre."
            if token
            else "Cette orientation n’est pas envoyée à votre structure.",
            do="Ouvrez le lien du dernier e-mail reçu."
            if token
            else "Revenez à la liste de vos orientations.",
        )
    if token and row.link_until is not None and row.day(at) > row.link_until:
        raise Refused(
            "Votre réponse n’a pas été enregistrée.",
            why=f"Ce lien n’est plus ouvert depuis le {opening.date_text(row.link_until)}.",
            do="Demandez un nouveau lien : il part à l’adresse du lieu.",
        )
    return cycle.RECEIVER


def link_until(row: Orientation, day: date) -> date:
    """Return the last day of a link given on a day: as long as the place may answer, or well after it did."""
    if row.state in cycle.UNANSWERED and row.expires_on is not None:
        return max(row.expires_on, day)
    appointment = row.local_appointment
    return open_after(max(day, appointment.date()) if appointment is not None else day)


def open_after(day: date) -> date:
    """Return the last day of a link, from the day of the last answer or of the appointment that it gave."""
    return day + timedelta(days=cycle.OPEN_LINK)


def too_late(row: Orientation) -> Refused:
    """Return the refusal of an action that the state no longer allows: who changed it, and when."""
    changing = [verb for verb, move in cycle.MOVES.items() if move.to]
    events = row.events.filter(verb__in=changing).select_related("by", "orientation__from_structure")
    last = events.order_by("-pk").first()
    return Refused(
        "Rien n’a changé : cette orientation a déjà avancé.",
        why=timeline.sentence(last) if last is not None else f"Elle est « {row.get_state_display()} ».",
        do="Relisez-la avant d’aller plus loin. Ce que vous avez écrit n’est pas parti.",
    )
