"""Actions of the place that receives a referral: each writes the state, its event and the messages together.

Each takes `by` (None without an account), `at`, and `token`, that of the personal link of the place. `was` is
the state displayed to the user who answers (`Orientation.stamp`). Repeating an action does nothing; an action
overtaken by another user's is Refused, with who did what.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.droits.actions import telling as droits
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import notifications
from maillage.apps.referrals.orientations.actions.transitions import (
    change,
    check_receiver,
    is_same,
    link_until,
    lock,
    open_after,
    shortened,
)
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import people as written
from maillage.apps.referrals.orientations.queries import timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.words.wording import listing


@transaction.atomic
def see(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    token: str = "",
    quiet: timedelta = timedelta(0),
) -> Orientation:
    """Record the first time the place opens the referral; through its link, every time, unless the page is
    reloaded within `quiet`. What a viewer with an account reads is recorded by `opened`.
    """
    row = lock(orientation)
    check_receiver(row, by, token, at)
    if row.state == cycle.SENT:
        change(row, "see", by=by, side=cycle.RECEIVER, at=at, seen_at=at)
    elif token and not written.read_since(row, at - quiet):
        journal.record(by=by, verb=written.READ, row=row, at=at, structure=row.to_structure_id)
    return row


def opened(row: Orientation, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user read a referral: the sheet of its person stays closed to the place."""
    journal.record(by=by, verb=written.OPENED, row=row, at=at, structure=structure)


@transaction.atomic
@journal.written_last()
def accept(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Accept the person. note: read by the place alone."""
    row, side = _answered(orientation, by, token, at)
    values: dict[str, Any] = {"answered_at": row.answered_at or at, "link_until": open_after(row.day(at))}
    event = change(row, "accept", was=was, by=by, side=side, at=at, aside=note, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(row, event, f"{row.lieu_name} accepte de recevoir la personne.", at=at)
        notifications.person(row, event, lambda: notifications.welcome(row), at=at)
    return row


@transaction.atomic
@journal.written_last()
def refuse(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    words: str = "",
    token: str = "",
    full: bool = False,
    was: str = "",
) -> Orientation:
    """Refuse, with a reason from the list; the person is notified, without the reason: they had been told to
    come, or to wait for an answer.

    full: the place takes nobody for now: its sheet is updated, and neighbours are proposed instead.
    """
    row, side = _answered(orientation, by, token, at)
    quoted = shortened(words, 300)
    if reason not in cycle.REASONS or (reason in cycle.NEEDS_WORDS and not quoted):
        raise Refused(
            "Votre réponse n’a pas été enregistrée.",
            why="Sans raison, on ne saura pas où envoyer la personne.",
            do="Choisissez une raison, et dites-la en un mot si c’est une autre.",
        )
    content = {"reason": reason, "words": quoted}
    values: dict[str, Any] = {"reason": reason, "reason_words": quoted, "answered_at": row.answered_at or at}
    over = notifications.no_longer(row, at) or (
        notifications.not_received if row.sender is not None and row.state in cycle.UNANSWERED else None
    )
    event = change(row, "refuse", was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(
            row, event, f"{row.lieu_name} ne peut pas : {cycle.REASONS[reason].label.lower()}.", at=at
        )
        if over:
            notifications.person(row, event, lambda: over(row), at=at)
        if full and side == cycle.RECEIVER:
            place = Lieu.objects.select_for_update().filter(Q(pk=row.lieu_id)).first()
            if place is not None and place.full_since is None:
                sheets.say_full(place, True, by=str(by) if by is not None else row.lieu_name, at=at)
    return row


@transaction.atomic
@journal.written_last()
def redirect(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    lieu: Lieu,
    reason: str = "",
    words: str = "",
    token: str = "",
    was: str = "",
) -> Orientation:
    """Propose another place: the sender decides with the person, whose agreement covers one structure."""
    row, side = _answered(orientation, by, token, at)
    is_elsewhere = lieu.pk != row.lieu_id and lieu.state == directory.PUBLISHED
    if not is_elsewhere or reason not in ("", *cycle.REASONS):
        raise Refused(
            "Votre réponse n’a pas été enregistrée.",
            why="Ce lieu ne peut pas être proposé : c’est le vôtre, ou il a fermé.",
            do="Choisissez un autre lieu.",
        )
    content = {"lieu": lieu.pk, "reason": reason, "words": shortened(words, 300)}
    values: dict[str, Any] = {
        "proposed": lieu,
        "reason": reason,
        "reason_words": content["words"],
        "answered_at": row.answered_at or at,
    }
    over = notifications.no_longer(row, at)
    event = change(row, "redirect", was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(row, event, f"{row.lieu_name} propose un autre lieu : {lieu.name}.", at=at)
        if over:
            notifications.person(row, event, lambda: over(row), at=at)
    return row


@transaction.atomic
@journal.written_last()
def appoint(
    orientation: Orientation, *, by: User | None, at: datetime, when: datetime, token: str = "", was: str = ""
) -> Orientation:
    """Set an appointment, or a new one for a person who did not come; Refused if past or over a year away."""
    return _dated(orientation, "appoint", was=was, by=by, at=at, when=when, token=token)


@transaction.atomic
@journal.written_last()
def move(
    orientation: Orientation, *, by: User | None, at: datetime, when: datetime, token: str = "", was: str = ""
) -> Orientation:
    return _dated(orientation, "move", was=was, by=by, at=at, when=when, token=token)


@transaction.atomic
@journal.written_last()
def came(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Note that the person came. Refused before the day of the appointment."""
    row, side = _answered(orientation, by, token, at)
    _check_day(row, at, "La venue n’a pas été notée.")
    values: dict[str, Any] = {
        "came": True,
        "met_at": at,
        "answered_at": row.answered_at or at,
        "link_until": open_after(row.day(at)),
    }
    event = change(row, "came", was=was, by=by, side=side, at=at, aside=note, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(row, event, "La personne est venue.", at=at)
    return row


@transaction.atomic
@journal.written_last()
def absent(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Record that the person did not come; Refused before the appointment. Another date may be set."""
    row, side = _answered(orientation, by, token, at)
    if row.state == cycle.APPOINTED and row.appointment_at is not None and row.appointment_at > at:
        raise Refused(
            "L’absence n’a pas été notée.",
            why=f"Le rendez-vous est {notifications.appointment_in_words(row)} : il n’est pas encore passé.",
            do="Attendez l’heure du rendez-vous, ou changez sa date.",
        )
    event = change(row, "absent", was=was, by=by, side=side, at=at, aside=note, came=False, met_at=at)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(
            row, event, "La personne n’est pas venue. Une autre date peut lui être proposée.", at=at
        )
    return row


@transaction.atomic
@journal.written_last()
def serve(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    did: Sequence[str],
    outcome: str,
    level_after: str = "",
    minutes: int | None = None,
    words: str = "",
    next_step: str = "",
    telling: Telling | None = None,
    token: str = "",
    was: str = "",
) -> Orientation:
    """Record what was done and its outcome. did: practices of the offer; telling: of one of their procedures.

    Refused without a practice or an outcome, for an unknown value, and before the day of the appointment.
    """
    row, side = _answered(orientation, by, token, at)
    _check_day(row, at, "Ce qui a été fait n’est pas enregistré.")
    known = [each for each in offer.practices() if each in did]
    is_known = len(known) == len(set(did)) and outcome in cycle.OUTCOMES
    is_possible = minutes is None or 0 < minutes <= cycle.MOST_MINUTES
    if not (known and is_known and is_possible and level_after in ("", *cycle.LEVELS)):
        raise Refused(
            "Ce qui a été fait n’est pas enregistré.",
            why="Il manque ce qui a été fait, ou ce que cela a donné ; ou le temps n’est pas possible.",
            do="Choisissez au moins une aide, puis une issue. Le temps se compte en minutes.",
        )
    content = {
        "did": known,
        "outcome": outcome,
        "level_after": level_after,
        "minutes": minutes,
        "words": shortened(words, cycle.LONGEST),
        "next_step": shortened(next_step, 300),
    }
    values: dict[str, Any] = {
        **{name: value for name, value in content.items() if name != "words"},
        "outcome_words": content["words"],
        "came": True,
        "met_at": row.met_at if row.came else at,
        "served_at": at,
        "answered_at": row.answered_at or at,
        "link_until": open_after(row.day(at)),
    }
    event = change(row, "serve", was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        done = listing([offer.practices()[each].need_text for each in known])
        notifications.sender(
            row, event, f"La personne a été aidée : {done}. Issue : {cycle.OUTCOMES[outcome]}.", at=at
        )
        if telling is not None and row.person is not None and row.from_structure is not None:
            source = f"orientation-{row.pk}"
            droits.tell(row.person, telling, by=by, at=at, structure=row.from_structure, source=source)
    return row


@transaction.atomic
@journal.written_last()
def ask_again(orientation: Orientation, *, at: datetime, by: User | None = None) -> Orientation:
    """Send a new link to the address that told the place, and to no other; the previous link stops working.

    Refused when the sheet has no address, or when nothing is expected of the place.
    """
    row = lock(orientation)
    if not timeline.place_mail(row):
        raise Refused(
            "Aucun lien n’est parti.",
            why="La fiche de ce lieu ne donne pas d’adresse e-mail.",
            do="Appelez la structure qui vous a envoyé la personne.",
        )
    is_unanswered, until = row.state in cycle.UNANSWERED, link_until(row, row.day(at))
    row.links += 1
    values: dict[str, Any] = {
        "token": access.digest(access.link_of(row)),
        "link_until": until,
        "channel": "email",
    }
    event = change(row, "ask_again", by=by, side=cycle.PLATFORM, at=at, content={"link": row.links}, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.invite(row, at=at) if is_unanswered else notifications.open_again(row, at=at)
        notifications.ask_if_came(row, at=at)
    return row


def _answered(orientation: Orientation, by: User | None, token: str, at: datetime) -> tuple[Orientation, str]:
    """Return a locked referral and the side that answers: the place, or the sender it spoke to."""
    row = lock(orientation)
    return row, check_receiver(row, by, token, at)


def _check_day(row: Orientation, at: datetime, refusal: str) -> None:
    """Refuse an outcome, which needs the person to have come, before the day of their appointment."""
    if row.state == cycle.APPOINTED and row.is_before_appointment(at):
        raise Refused(
            refusal,
            why=f"Le rendez-vous est {notifications.appointment_in_words(row)} : ce jour n’est pas venu.",
            do="Revenez ce jour-là. Venue plus tôt ? Changez d’abord la date du rendez-vous.",
        )


def _dated(
    orientation: Orientation,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    when: datetime,
    token: str,
    was: str,
) -> Orientation:
    row, side = _answered(orientation, by, token, at)
    if not at < when <= at + timedelta(days=366):
        raise Refused(
            "Le rendez-vous n’a pas été noté.",
            why="Ce moment est déjà passé, ou trop loin." if when != at else "Ce moment est maintenant.",
            do="Choisissez un jour et une heure à venir.",
        )
    content = {"when": when.isoformat()}
    if any(is_same(row, verb, by=by, side=side, content=content) for verb in ("appoint", "move")):
        return row  # the same date, sent again after going back
    values: dict[str, Any] = {
        "appointment_at": when,
        "answered_at": row.answered_at or at,
        "link_until": open_after(row.day(when)),
        "came": None,
    }
    event = change(row, verb, was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.ask_if_came(row, at=at)
        notifications.sender(row, event, f"Rendez-vous {notifications.appointment_in_words(row)}.", at=at)
        notifications.person(row, event, lambda: notifications.where_and_when(row), at=at)
    return row
