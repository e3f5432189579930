"""Actions on a referral, one function per verb: each writes the state, its event, the journal and the
messages together.

Each takes `by` (None without an account) and `at`; those of the place also take `token`, that of its personal
link. `was` is the state displayed to the user who answers (`Orientation.stamp`). Repeating an action does
nothing; an action overtaken by another user's is Refused, with who did what.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory import rules as directory
from maillage.apps.directory.actions import sheets
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.directory.queries import places
from maillage.apps.droits.actions import telling as droits
from maillage.apps.droits.actions.telling import Telling
from maillage.apps.messages import actions as outbox
from maillage.apps.orientations import access
from maillage.apps.orientations.actions import notifications
from maillage.apps.orientations.actions.transitions import (
    change,
    check_giver,
    check_receiver,
    check_still_helped,
    is_same,
    lock,
    write_event,
)
from maillage.apps.orientations.models import Orientation, Path
from maillage.apps.orientations.queries import matching
from maillage.apps.orientations.queries import people as written
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import access as people_access
from maillage.apps.people import queries as people
from maillage.apps.people import rules as persons
from maillage.apps.people.actions import register as people_actions
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.reference import clocks, offer
from maillage.words import opening
from maillage.words.wording import listing

FREE = (
    "procedure",
    "procedure_words",
    "availability",
    "urgent_before",
    "language",
    "result",
    "note",
    "shared",
    "need",
    "lieu",
)
IDENTITY = ("nickname", "born", "reach")  # read on the sheet of the person: nobody without one shares them


class NoRoom(Refused):
    """A referral that a place cannot take; `instead` lists nearby places that can."""

    def __init__(self, what: str, *, why: str, do: str, instead: Sequence[matching.Match] = ()) -> None:
        super().__init__(what, why=why, do=do)
        self.instead = tuple(instead)


# ---------------------------------------------------------------------------------------------- whoever sends


@transaction.atomic
def prepare(
    *,
    by: User | None,
    at: datetime,
    need: str,
    structure: Structure | None = None,
    person: Person | None = None,
    origin: str = cycle.PROFESSIONAL,
    lieu: Lieu | None = None,
    commune: str = "",
    follows: Orientation | None = None,
    path: Path | None = None,
    procedure: str = "",
    procedure_words: str = "",
    availability: str = "",
    urgent_before: date | None = None,
    language: str = "",
    result: str = "",
    note: str = "",
    shared: Sequence[str] = (),
    example: bool = False,
) -> Orientation:
    """Prepare one step of a path, not sent yet, and return it.

    structure: on whose behalf; None for a relative, or the person. follows: the previous step, which this one
    ends when nothing more is expected of it; path: an existing path, when it follows no step. example: about
    an invented person, as is everything prepared for one. Refused to a user who does not help this person on
    behalf of this structure, for an unknown need, or for a past date.
    """
    if follows is not None:
        path = follows.path
    _check_helper(by, structure, person, path)
    walks = person or (path.person if path is not None else None)
    example = example or (walks is not None and walks.example)
    if path is None:
        path = Path.objects.create(
            person=person,
            made_at=at,
            by=by,
            structure=structure,
            origin=origin,
            commune=commune,
            example=example,
        )
    else:
        path = Path.objects.select_for_update().get(pk=path.pk)
    row = Orientation(
        path=path,
        position=path.steps.count() + 1,
        person=person or path.person,
        need="",
        from_structure=structure,
        sender=by,
        origin=origin,
        commune=commune or path.commune,
        prepared_at=at,
        changed_at=at,
        example=example or path.example,
        held_by=cycle.SENDER,
    )
    values = {
        "need": need,
        "procedure": procedure,
        "procedure_words": procedure_words,
        "availability": availability,
    }
    values |= {
        "urgent_before": urgent_before,
        "result": result,
        "note": note,
        "shared": list(shared),
        "lieu": lieu,
    }
    values["language"] = language or (row.person.language if row.person else "fr")
    _fill(row, values, on=timezone.localdate(at))
    row.save()
    write_event(row, "prepare", by=by, side=cycle.SENDER, at=at, content={"lieu": row.lieu_id})
    if follows is not None:
        _end(lock(follows), by=by, at=at)
    return row


@transaction.atomic
def amend(
    orientation: Orientation, values: Mapping[str, Any], *, by: User | None, at: datetime
) -> Orientation:
    """Change a draft: fields of FREE. Refused once it was sent, or once its person is no longer followed."""
    row = lock(orientation)
    check_giver(row, by)
    check_still_helped(row, by)
    if row.state != cycle.DRAFT:
        raise Refused(
            "Rien n’a changé.",
            why="Cette orientation est déjà partie.",
            do="Annulez-la pour en préparer une autre.",
        )
    _fill(row, {name: value for name, value in values.items() if name in FREE}, on=timezone.localdate(at))
    row.changed_at = at
    row.save()
    return row


@transaction.atomic
def send(orientation: Orientation, *, by: User | None, at: datetime, channel: str = "") -> Orientation:
    """Send a prepared referral to its place; `channel` of CHANNELS, chosen when ''.

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
        row.channel = _channel(row, by, channel)
    on = timezone.localdate(at)
    if row.channel == "email" and row.state == cycle.DRAFT:
        row.links += 1
        row.token = access.digest(access.link_of(row))
    last = cycle.expires_on(on, row.urgent_before)
    content = {"lieu": row.lieu_id, "channel": row.channel}
    values = {"sent_at": at, "expires_on": last, "link_until": last} if row.state == cycle.DRAFT else {}
    if row.channel in cycle.TOLD_BY:
        values["held_by"] = cycle.TOLD_BY[row.channel]
    event = change(row, "send", by=by, side=cycle.SENDER, at=at, content=content, **values)
    if event is not None:
        if row.channel == "email":
            notifications.invite(row, at=at)
        notifications.person(row, event, lambda: notifications.notify_place(row), at=at)
    return row


@transaction.atomic
def remind(orientation: Orientation, *, by: User | None, at: datetime, was: str = "") -> Orientation:
    """Remind the place; at most once a day. A place without e-mail must be called: only the timeline records
    it.
    """
    row = lock(orientation)
    check_giver(row, by)
    on = timezone.localdate(at)
    event = change(row, "remind", was=was, by=by, side=cycle.SENDER, at=at, content={"on": on.isoformat()})
    if event is not None and row.token is not None:
        notifications.remind(row, at=at)
    return row


@transaction.atomic
def cancel(
    orientation: Orientation,
    *,
    by: User | None,
    at: datetime,
    person: Person | None = None,
    words: str = "",
    was: str = "",
) -> Orientation:
    """Cancel a referral, as the sender or as the person, known by their card. The place is notified that
    nobody is coming.

    The person is notified too, when another party cancels after they were told to come.
    """
    row = lock(orientation)
    side = cycle.SENDER
    if person is not None and by is None:
        side = cycle.PERSON
        if row.person_id != person.pk:
            raise _not_theirs()
    else:
        check_giver(row, by)
    was_sent, over = row.sent_at is not None, notifications.no_longer(row, at)
    event = change(
        row, "cancel", was=was, by=by, side=side, at=at, content={"words": _short(words, 300)}, ended_at=at
    )
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
def unsolved(
    orientation: Orientation, *, by: User | None, at: datetime, words: str = "", was: str = ""
) -> Orientation:
    """Note that no place suits: a need that was seen, counted where the person lives."""
    row = lock(orientation)
    check_giver(row, by)
    change(
        row,
        "unsolved",
        was=was,
        by=by,
        side=cycle.SENDER,
        at=at,
        content={"words": _short(words, 300)},
        ended_at=at,
    )
    return row


@transaction.atomic
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


# -------------------------------------------------------------------------------------------------- the place


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
    reloaded within `quiet`. A viewer with an account is also recorded on the person's sheet.
    """
    row = lock(orientation)
    check_receiver(row, by, token, at)
    if row.state == cycle.SENT:
        change(row, "see", by=by, side=cycle.RECEIVER, at=at, seen_at=at)
    elif token and not written.read_since(row, at - quiet):
        journal.record(by=by, verb=written.READ, row=row, at=at, structure=row.to_structure_id)
    return row


@transaction.atomic
def accept(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Accept the person. note: read by the place alone."""
    row, side = _answered(orientation, by, token, at)
    values = {"answered_at": row.answered_at or at, "link_until": _later(row, timezone.localdate(at))}
    event = change(row, "accept", was=was, by=by, side=side, at=at, aside=note, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(row, event, f"{row.lieu_name} accepte de recevoir la personne.", at=at)
        notifications.person(row, event, lambda: notifications.welcome(row), at=at)
    return row


@transaction.atomic
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
    """Refuse, with a reason from the list; the referral goes back to its sender. Refused without a reason.

    The person is notified if they had been told to come.

    full: the place takes no more people for now: its sheet is updated at once, and neighbours are proposed
    instead.
    """
    row, side = _answered(orientation, by, token, at)
    said = _short(words, 300)
    if reason not in cycle.REASONS or (reason in cycle.NEEDS_WORDS and not said):
        raise Refused(
            "Votre réponse n’a pas été enregistrée.",
            why="Sans raison, on ne saura pas où envoyer la personne.",
            do="Choisissez une raison, et dites-la en un mot si c’est une autre.",
        )
    content = {"reason": reason, "words": said}
    values = {"reason": reason, "reason_words": said, "answered_at": row.answered_at or at}
    over = notifications.no_longer(row, at)
    event = change(row, "refuse", was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(
            row, event, f"{row.lieu_name} ne peut pas : {cycle.REASONS[reason].label.lower()}.", at=at
        )
        if over:
            notifications.person(row, event, lambda: over(row), at=at)
        if full and side == cycle.RECEIVER:
            _say_full(row, by, at)
    return row


@transaction.atomic
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
    """Propose another place; the sender decides with the person, whose agreement covers one structure at a
    time.
    """
    row, side = _answered(orientation, by, token, at)
    if (
        lieu.pk == row.lieu_id
        or lieu.state != directory.PUBLISHED
        or (reason and reason not in cycle.REASONS)
    ):
        raise Refused(
            "Votre réponse n’a pas été enregistrée.",
            why="Ce lieu ne peut pas être proposé : c’est le vôtre, ou il a fermé.",
            do="Choisissez un autre lieu.",
        )
    content = {"lieu": lieu.pk, "reason": reason, "words": _short(words, 300)}
    values = {
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
def appoint(
    orientation: Orientation, *, by: User | None, at: datetime, when: datetime, token: str = "", was: str = ""
) -> Orientation:
    """Set an appointment, or a new one for a person who did not come. Refused for a moment that is past, or
    more than a year away.
    """
    return _dated(orientation, "appoint", was=was, by=by, at=at, when=when, token=token)


@transaction.atomic
def move(
    orientation: Orientation, *, by: User | None, at: datetime, when: datetime, token: str = "", was: str = ""
) -> Orientation:
    """Change the appointment."""
    return _dated(orientation, "move", was=was, by=by, at=at, when=when, token=token)


@transaction.atomic
def came(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Note that the person came."""
    row, side = _answered(orientation, by, token, at)
    values = {
        "came": True,
        "met_at": at,
        "answered_at": row.answered_at or at,
        "link_until": _later(row, timezone.localdate(at)),
    }
    event = change(row, "came", was=was, by=by, side=side, at=at, aside=note, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.sender(row, event, "La personne est venue.", at=at)
    return row


@transaction.atomic
def absent(
    orientation: Orientation, *, by: User | None, at: datetime, token: str = "", note: str = "", was: str = ""
) -> Orientation:
    """Record, in one action, that the person did not come; the sender is notified, and the place may set
    another date.

    Refused before the appointment.
    """
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
    """Record what was done and its outcome. did: practices of the offer; outcome of OUTCOMES; level_after of
    LEVELS; telling: of a procedure of the person, for their rights as whoever sent them follows them.

    Refused without a practice or an outcome, or for a value outside these lists.
    """
    row, side = _answered(orientation, by, token, at)
    known = [each for each in offer.practices() if each in did]
    wrong = (
        len(known) != len(set(did)) or outcome not in cycle.OUTCOMES or level_after not in ("", *cycle.LEVELS)
    )
    if wrong or not known or (minutes is not None and not 0 < minutes <= cycle.MOST_MINUTES):
        raise Refused(
            "Ce qui a été fait n’est pas enregistré.",
            why="Il manque ce qui a été fait, ou ce que cela a donné ; ou le temps n’est pas possible.",
            do="Choisissez au moins une aide, puis une issue. Le temps se compte en minutes.",
        )
    content = {"did": known, "outcome": outcome, "level_after": level_after, "minutes": minutes}
    content |= {"words": _short(words, cycle.LONGEST), "next_step": _short(next_step, 300)}
    values = {name: value for name, value in content.items() if name != "words"} | {
        "outcome_words": content["words"]
    }
    values |= {
        "came": True,
        "met_at": row.met_at if row.came else at,
        "served_at": at,
        "answered_at": row.answered_at or at,
    }
    event = change(row, "serve", was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        done = listing([offer.practices()[each].asked for each in known])
        notifications.sender(
            row, event, f"La personne a été aidée : {done}. Issue : {cycle.OUTCOMES[outcome]}.", at=at
        )
        if telling is not None and row.person is not None and row.from_structure is not None:
            source = f"orientation-{row.pk}"
            droits.tell(row.person, telling, by=by, at=at, structure=row.from_structure, source=source)
    return row


@transaction.atomic
def ask_again(orientation: Orientation, *, at: datetime, by: User | None = None) -> Orientation:
    """Send a new link to the place's own address, and to no other; the previous link stops working.

    Refused when the sheet has no address, or when nothing is expected of the place.
    """
    row = lock(orientation)
    if not notifications.mail_of(row.lieu):
        raise Refused(
            "Aucun lien n’est parti.",
            why="La fiche de ce lieu ne donne pas d’adresse e-mail.",
            do="Appelez qui vous a envoyé la personne.",
        )
    on = timezone.localdate(at)
    waiting = row.state in cycle.WAITING
    until = row.expires_on if waiting and row.expires_on is not None else _later(row, on)
    row.links += 1
    values = {"token": access.digest(access.link_of(row)), "link_until": max(until, on), "channel": "email"}
    event = change(row, "ask_again", by=by, side=cycle.PLATFORM, at=at, content={"link": row.links}, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.invite(row, at=at) if waiting else notifications.open_again(row, at=at)
        notifications.ask_if_came(row, at=at)
    return row


# ----------------------------------------------------------------------------------------------------- pieces


def _answered(orientation: Orientation, by: User | None, token: str, at: datetime) -> tuple[Orientation, str]:
    """Return a locked referral and the side that answers: the place, or the sender to whom the place
    spoke.
    """
    row = lock(orientation)
    return row, check_receiver(row, by, token, at)


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
    day, content = when.astimezone(clocks.zone(row.place_commune)).date(), {"when": when.isoformat()}
    if any(is_same(row, given, by=by, side=side, content=content) for given in ("appoint", "move")):
        return row  # the same date, sent again after going back
    values = {
        "appointment_at": when,
        "answered_at": row.answered_at or at,
        "link_until": _later(row, day),
        "came": None,
    }
    event = change(row, verb, was=was, by=by, side=side, at=at, content=content, **values)
    if event is not None:
        notifications.hush(row, at=at)
        notifications.ask_if_came(row, at=at)
        notifications.sender(row, event, f"Rendez-vous {notifications.appointment_in_words(row)}.", at=at)
        notifications.person(row, event, lambda: notifications.where_and_when(row), at=at)
    return row


def _end(row: Orientation, *, by: User | None, at: datetime) -> None:
    """End the previous step, when nothing more is expected of it."""
    if cycle.allowed("close", row.state, cycle.SENDER) and access.may_give(by, row):
        change(row, "close", by=by, side=cycle.SENDER, at=at, ended_at=at)
        notifications.hush(row, at=at)


def _fill(row: Orientation, values: Mapping[str, Any], *, on: date) -> None:
    """Set the fields of a draft; Refused for an unknown value, a past date or one years away."""
    wrong = (
        values.get("need", row.need) not in offer.practices()
        or values.get("procedure", "") not in ("", *cycle.PROCEDURES)
        or not set(values.get("shared", ())) <= set(cycle.SHARED)
    )
    before = values.get("urgent_before")
    if before is not None and not on <= before <= on + timedelta(days=cycle.FARTHEST):
        when = "déjà passée" if before < on else "dans plus de deux ans"
        raise Refused(
            "L’orientation n’a pas été préparée.",
            why=f"La date du {opening.date_text(before)} est {when}.",
            do="Corrigez la date, ou laissez-la vide.",
        )
    if wrong:
        raise Refused(
            "L’orientation n’a pas été préparée.",
            why="Il manque ce qui est cherché.",
            do="Choisissez ce dont la personne a besoin.",
        )
    longest = {"note": cycle.LONGEST, "availability": 200, "procedure_words": 120}
    refuse_secrets(*(values[name] for name in longest if name in values))
    for name, value in values.items():
        setattr(row, name, _short(value, longest[name]) if name in longest else value)
    row.lieu_name = row.lieu.name if row.lieu is not None else ""
    row.shared = [
        name
        for name in cycle.SHARED
        if name in row.shared and (row.person is not None or name not in IDENTITY)
    ]
    if not row.commune and row.lieu is not None:
        row.commune = row.lieu.code_insee


def _short(text: str, longest: int) -> str:
    """Return a text as it is stored: its lines, cut to the maximum length."""
    return text.strip()[:longest]


def _later(row: Orientation, day: date) -> date:
    """Return the last day of the link once the place has answered."""
    return max(filter(None, (row.link_until, day + timedelta(days=cycle.OPEN_LINK))))


def _check_helper(
    by: User | None, structure: Structure | None, person: Person | None, path: Path | None
) -> None:
    """Refuse to prepare for a person the user does not help, on behalf of another structure, or on another's
    path.
    """
    walks = path.person if path is not None else None
    if walks is not None and person is not None and walks != person:
        raise _not_theirs()
    if by is None:
        if structure is not None or (walks is not None and person is None):
            raise _not_theirs()
        return
    if not people_access.may_help(by, structure and structure.pk):
        raise _not_theirs()
    helped = person or walks
    if helped is not None:
        people_actions.lock(helped)
        if not people_access.people_for(by).filter(pk=helped.pk).exists():
            raise _not_theirs()


def _open_place(row: Orientation, at: datetime) -> Lieu:
    """Return the place of a draft as it is today; NoRoom when it takes nobody."""
    place = row.lieu
    while place is not None and place.merged_into is not None:
        place = place.merged_into
    if place is None:
        raise Refused(
            "L’orientation n’est pas partie.",
            why="Aucun lieu n’est choisi, ou il n’est plus dans l’annuaire.",
            do="Choisissez un lieu, ou notez qu’aucun ne convient.",
        )
    why = ""
    if place.state != directory.PUBLISHED:
        why = f"« {place.name} » n’est plus ouvert."
    elif found := places.full(place):
        why = f"« {place.name} » : {found.words[:1].lower()}{found.words[1:]}."
    elif matching.is_full_for(place, row.need):
        why = f"« {place.name} » est complet pour cette aide."
    elif until := matching.closed_for_long(place, timezone.localdate(at)):
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
    same = Orientation.objects.filter(
        person=row.person, lieu=row.lieu, need=row.need, procedure=row.procedure
    )
    other = same.filter(state__in=cycle.RUNNING).exclude(pk=row.pk).first()
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
    """Return how the place is reached: as chosen, or as its sheet allows; without an account, by the card
    alone.
    """
    if by is None:
        return "card"
    if chosen and chosen not in cycle.CHANNELS:
        raise ValueError(f"no channel {chosen!r}")
    mail = notifications.mail_of(row.lieu)
    if chosen == "email" and not mail:
        raise Refused(
            "L’orientation n’est pas partie.",
            why="La fiche de ce lieu ne donne pas d’adresse e-mail.",
            do="Appelez le lieu, ou donnez la carte à la personne.",
        )
    if chosen == "email":
        outbox.readable("email", mail)
    return chosen or (
        "email" if mail else "phone" if row.lieu and row.lieu.sheet.get("telephone") else "card"
    )


def _say_full(row: Orientation, by: User | None, at: datetime) -> None:
    """Record on the sheet of the place that it is full, unless it says so already."""
    place = Lieu.objects.select_for_update().get(pk=row.lieu_id)
    if place.full_since is None:
        sheets.say_full(place, True, by=str(by) if by is not None else row.lieu_name, at=at)


def _not_theirs() -> Refused:
    return Refused(
        "Rien n’a changé.",
        why="Vous n’aidez pas cette personne au nom de cette structure.",
        do="Demandez à son responsable de vous y ajouter.",
    )
