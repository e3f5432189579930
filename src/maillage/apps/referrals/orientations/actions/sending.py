"""Actions of whoever sends a referral: each writes the state, its event and the messages together.

They take `by`, `at` and `was`, and repeat or refuse, as those of `answers`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.directory.intake.actions import proposals
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.actions import consents, register
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import drafts, notifications
from maillage.apps.referrals.orientations.actions.transitions import (
    change,
    check_giver,
    check_receiver,
    check_still_helped,
    link_until,
    lock,
    outsider_refusal,
    shortened,
)
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import delays, matching, timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.words import opening


class NoRoom(Refused):
    """A referral that a place cannot take; `instead` lists nearby places that can."""

    def __init__(self, what: str, *, why: str, do: str, instead: Sequence[matching.Match] = ()) -> None:
        super().__init__(what, why=why, do=do)
        self.instead = tuple(instead)


@transaction.atomic
@journal.written_last()
def send(
    orientation: Orientation, *, by: User | None, at: datetime, channel: str = "", mail: str = ""
) -> Orientation:
    """Send a prepared referral to its place; `channel` of CHANNELS, chosen when ''. mail: the address that
    the place gave, when its sheet has none; proposed for the sheet too.

    Refused once the person is no longer followed, or without their agreement to share with this structure;
    NoRoom, with neighbours, when the place has closed for good, is closed for long or is full. A merged place
    is replaced by the one it became. Without an account the person carries a card: nothing is mailed.
    """
    row = lock(orientation)
    check_giver(row, by)
    if row.state == cycle.DRAFT:
        check_still_helped(row, by)
        row.lieu = _open_place(row, at)
        row.lieu_name, row.to_structure = row.lieu.name, row.lieu.structure
        _check_agreed(row)
        _check_once(row)
        row.place_mail = mail if channel == "email" and not timeline.mail_of(row.lieu) else ""
        row.channel = _channel(row, by, channel)
    on = row.day(at)
    if row.channel == "email" and row.state == cycle.DRAFT:
        row.links += 1
        row.token = access.digest(access.link_of(row))
    last = cycle.expires_on(on, row.urgent_before)
    content = {"lieu": row.lieu_id, "channel": row.channel}
    values: dict[str, Any] = {}
    if row.state == cycle.DRAFT:
        days = delays.answer_days(row.place_commune)
        awaited = cycle.answer_by(on, last, days=days, commune=row.place_commune)
        values |= {"sent_at": at, "answer_by": awaited, "expires_on": last, "link_until": last}
    if row.channel in cycle.MESSENGER_BY_CHANNEL:
        values["held_by"] = cycle.MESSENGER_BY_CHANNEL[row.channel]
    event = change(row, "send", by=by, side=cycle.SENDER, at=at, content=content, **values)
    if event is not None:
        if row.channel == "email":
            notifications.invite(row, at=at)
        if row.place_mail and row.lieu is not None and not row.example:
            proposals.propose(row.lieu, field="courriels", value=[row.place_mail], by=str(by), at=at)
        notifications.person(row, event, lambda: notifications.notify_place(row), at=at)
    return row


@transaction.atomic
@journal.written_last()
def remind(orientation: Orientation, *, by: User | None, at: datetime, was: str = "") -> Orientation:
    """Remind the place, at most once a day. Its link opens again; without e-mail it is only written down."""
    row = lock(orientation)
    check_giver(row, by)
    on = row.day(at)
    content = {"on": on.isoformat()}
    values: dict[str, Any] = {"link_until": link_until(row, on)} if row.token is not None else {}
    event = change(row, "remind", was=was, by=by, side=cycle.SENDER, at=at, content=content, **values)
    if event is not None and row.token is not None:
        notifications.remind(row, at=at)
    return row


@transaction.atomic
@journal.written_last()
def cancel(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    person: Person | None = None,
    words: str = "",
    was: str = "",
) -> Orientation:
    """Cancel a referral, as the sender or as the person, known by their card; the other side is notified."""
    row = lock(orientation)
    side = cycle.SENDER
    if person is not None and by is None:
        side = cycle.PERSON
        if row.person_id != person.pk:
            raise outsider_refusal()
    else:
        check_giver(row, by)
    was_sent, over = row.sent_at is not None, notifications.no_longer(row, at)
    content = {"words": shortened(words, 300)}
    event = change(row, "cancel", was=was, by=by, side=side, at=at, content=content, ended_at=at)
    if event is not None:
        notifications.hush(row, at=at)
        if was_sent:
            notifications.stopped(row, at=at)
        if side == cycle.PERSON:
            notifications.sender(row, event, "La personne l’a annulée.", at=at)
        elif over:
            notifications.person(row, event, lambda: over(row), at=at)
    return row


@transaction.atomic
@journal.written_last()
def unsolved(
    orientation: Orientation, *, by: User | None, at: datetime, words: str = "", was: str = ""
) -> Orientation:
    """Note that no place suits: a need that was seen, counted where the person lives."""
    row = lock(orientation)
    check_giver(row, by)
    content = {"words": shortened(words, 300)}
    change(row, "unsolved", was=was, by=by, side=cycle.SENDER, at=at, content=content, ended_at=at)
    return row


@transaction.atomic
@journal.written_last()
def close(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", was: str = ""
) -> Orientation:
    """Close a referral: its outcome was read, and nothing more is expected."""
    row = lock(orientation)
    side = cycle.RECEIVER if token or not access.may_give(by, row) else cycle.SENDER
    if side == cycle.RECEIVER:
        check_receiver(row, by, token, at)
    if change(row, "close", was=was, by=by, side=side, at=at, ended_at=at) is not None:
        notifications.hush(row, at=at)
    return row


@transaction.atomic
def hand_over(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague follow the referral of a leaver: answers are told to them from now on."""
    row = Orientation.objects.select_for_update(of=("self",)).get(pk=pk, sender=leaver)
    if row.ended_at is not None or not (access.may_give(by, row) and access.still_helps(to, row)):
        raise Refused(
            "L’orientation n’est pas remise.",
            why=f"Elle est finie, ou {to} ne suit pas cette personne.",
            do="Choisissez quelqu’un d’autre, ou finissez l’orientation.",
        )
    row.sender = to
    row.save(update_fields=["sender"])
    journal.record(by=by, verb="orientation.handed_over", row=row, at=at, structure=row.from_structure_id)
    return ""


@transaction.atomic
def follow_relative(*, lieu: Lieu, need: str, at: datetime, already: Person | None = None) -> Orientation:
    """Make a nameless card and send it to a place, counted as a relative's; `already`: the card made before.

    The same place for the same need is followed once. Refused as `send` refuses.
    """
    same = Orientation.objects.filter(
        person=already or 0, lieu=lieu, need=need, origin=cycle.RELATIVE, sender=None
    ).first()
    if same is not None:
        return same
    person = register.welcome(by=None, structure=None, at=at)
    consents.agree(person=person, purpose=persons.COUNT, how="click", at=at)
    row = drafts.prepare(
        drafts.Draft(need=need, person=person, origin=cycle.RELATIVE, lieu=lieu, commune=lieu.code_insee),
        by=None,
        at=at,
    )
    return send(row, by=None, at=at)


def _open_place(row: Orientation, at: datetime) -> Lieu:
    """Return the place of a draft as it is today; NoRoom when it takes nobody."""
    place = row.place
    if place is None:
        raise Refused(
            "L’orientation n’est pas partie.",
            why="Aucun lieu n’est choisi, ou il n’est plus dans l’annuaire.",
            do="Choisissez un lieu, ou notez qu’aucun ne convient.",
        )
    why = ""
    if place.state != directory.PUBLISHED:
        why = f"« {place.name} » n’est plus ouvert."
    elif fullness := places.full(place):
        why = f"« {place.name} » : {fullness.words[:1].lower()}{fullness.words[1:]}."
    elif matching.is_full_for(place, row.need):
        why = f"« {place.name} » est complet pour cette aide."
    elif until := matching.closed_for_long(place, row.day(at)):
        why = f"« {place.name} » est fermé jusqu’au {opening.date_text(until)}."
    if why:
        raise NoRoom(
            "L’orientation n’est pas partie.",
            why=why,
            do="Choisissez un autre lieu. En voici de proches.",
            instead=matching.instead(place, row.need, at),
        )
    return place


def _check_agreed(row: Orientation) -> None:
    if row.person is None or not row.shared:
        return
    if not people.agreed(row.person, persons.SHARE, row.to_structure_id):
        raise Refused(
            "L’orientation n’est pas partie.",
            why="La personne n’a pas dit oui au partage avec cette structure.",
            do="Lisez-lui la phrase, notez sa réponse, puis envoyez. Sans accord, donnez-lui la carte.",
        )


def _check_once(row: Orientation) -> None:
    """Refuse to send a person twice to one place for the same need."""
    if row.person is None:
        return
    same = {"person": row.person, "lieu": row.lieu, "need": row.need, "procedure": row.procedure}
    other = Orientation.objects.filter(state__in=cycle.RUNNING, **same).exclude(pk=row.pk).first()
    if other is not None:
        raise Refused(
            "L’orientation n’est pas partie.",
            why=(
                f"La personne est déjà envoyée à ce lieu pour cela : orientation n° {other.pk},"
                f" {other.get_state_display()}."
            ),
            do="Suivez celle-là, ou annulez-la d’abord.",
        )


def _channel(row: Orientation, by: User | None, chosen: str) -> str:
    """Return how the place is reached: as chosen, or as its sheet allows; without account, by the card."""
    if by is None:
        return "card"
    if chosen and chosen not in cycle.CHANNELS:
        raise ValueError(f"no channel {chosen!r}")
    mail = timeline.place_mail(row)
    if chosen == "email" and not mail:
        raise Refused(
            "L’orientation n’est pas partie.",
            why="La fiche de ce lieu ne donne pas d’adresse e-mail.",
            do="Écrivez celle qu’il vous donne, appelez-le, ou donnez la carte à la personne.",
        )
    if chosen == "email":
        outbox.readable("email", mail)
    phone = row.lieu and row.lieu.sheet.get("telephone")
    return chosen or ("email" if mail else "phone" if phone else "card")
