"""A referral before it leaves: prepared on a path, changed as long as it is a draft.

Each takes `by` (None without an account) and `at`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons.actions import register as people_actions
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import notifications
from maillage.apps.referrals.orientations.actions.transitions import (
    change,
    check_giver,
    check_still_helped,
    lock,
    outsider_refusal,
    shortened,
    write_event,
)
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.reference import clocks, offer
from maillage.words import opening

FREE = (
    *("procedure", "procedure_words", "availability", "urgent_before", "language", "result"),
    *("note", "shared", "need", "lieu", "commune"),
)
IDENTITY = ("nickname", "born", "reach")  # read on the sheet of the person: nobody without one shares them


class Reread(Refused):
    """A place changed hands since a page displayed it: the person answered to something else."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Values of a referral in preparation.

    structure: on whose behalf; None for a relative, or the person. follows: the previous step; path: an
    existing path, when it follows no step. language: "" for that of the person. example: about an invented
    person.
    """

    need: str
    structure: Structure | None = None
    person: Person | None = None
    origin: str = cycle.PROFESSIONAL
    lieu: Lieu | None = None
    commune: str = ""
    follows: Orientation | None = None
    path: Path | None = None
    procedure: str = ""
    procedure_words: str = ""
    availability: str = ""
    urgent_before: date | None = None
    language: str = ""
    result: str = ""
    note: str = ""
    shared: Sequence[str] = ()
    example: bool = False


@transaction.atomic
@journal.written_last()
def prepare(draft: Draft, *, by: User | None, at: datetime) -> Orientation:
    """Prepare one step of a path, not sent yet; the previous one ends, if nothing more is expected of it.

    What is prepared for an invented person is an example. Refused to a user who does not help this person on
    behalf of this structure, for an unknown need, or for a past date.
    """
    if draft.follows is not None:
        lock(draft.follows)  # before the person, as any gesture on it
    row = sketch(draft, by=by, at=at)
    path = _path_of(draft)
    if path is None:
        path = Path.objects.create(
            person=draft.person,
            made_at=at,
            by=by,
            structure=draft.structure,
            origin=draft.origin,
            commune=draft.commune,
            example=row.example,
        )
    else:
        path = Path.objects.select_for_update().get(pk=path.pk)
    row.path, row.position = path, path.steps.count() + 1
    row.save()
    write_event(row, "prepare", by=by, side=cycle.SENDER, at=at, content={"lieu": row.lieu_id})
    if draft.follows is not None:
        previous = lock(draft.follows)
        if cycle.allowed("close", previous.state, cycle.SENDER) and access.may_give(by, previous):
            change(previous, "close", by=by, side=cycle.SENDER, at=at, ended_at=at)
            notifications.hush(previous, at=at)
    return row


@transaction.atomic
def sketch(draft: Draft, *, by: User | None, at: datetime) -> Orientation:
    """Return a referral as it would be prepared, for a page to show: nothing of it is stored. Refused as
    `prepare` refuses.
    """
    path = _path_of(draft)
    _check_helper(by, draft.structure, draft.person, path)
    walks = draft.person or (path.person if path is not None else None)
    row = Orientation(
        person=walks,
        need="",
        from_structure=draft.structure,
        sender=by,
        origin=draft.origin,
        prepared_at=at,
        changed_at=at,
        example=draft.example or (walks is not None and walks.example) or (path is not None and path.example),
        held_by=cycle.SENDER,
    )
    values = {name: getattr(draft, name) for name in FREE} | {
        "shared": list(draft.shared),
        "language": draft.language or (walks.language if walks else "fr"),
        "commune": draft.commune or (path.commune if path is not None else ""),
    }
    _fill(row, values, at=at)
    return row


def _path_of(draft: Draft) -> Path | None:
    return draft.path if draft.follows is None else draft.follows.path


@transaction.atomic
def amend(
    orientation: Orientation, values: Mapping[str, Any], *, by: User | None, at: datetime
) -> Orientation:
    """Change fields (FREE) of a draft. Refused once it was sent, or once its person is no longer followed."""
    row = lock(orientation)
    check_giver(row, by)
    check_still_helped(row, by)
    if row.state != cycle.DRAFT:
        raise Refused(
            "L’orientation n’a pas été modifiée.",
            why="Cette orientation est déjà partie.",
            do="Annulez-la pour en préparer une autre.",
        )
    _fill(row, {name: value for name, value in values.items() if name in FREE}, at=at)
    row.changed_at = at
    row.save()
    return row


def _check_helper(
    by: User | None, structure: Structure | None, person: Person | None, path: Path | None
) -> None:
    """Refuse to prepare for a person the user does not help, or on another person's path."""
    walks = path.person if path is not None else None
    if walks is not None and person is not None and walks != person:
        raise outsider_refusal()
    if by is None:
        if structure is not None or (walks is not None and person is None):
            raise outsider_refusal()
        return
    if not people_access.may_help(by, structure and structure.pk):
        raise outsider_refusal()
    helped = person or walks
    if helped is not None:
        people_actions.lock(helped)
        if not access.helps(by, helped.pk, structure and structure.pk):
            raise Refused(
                "L’orientation n’a pas été modifiée.",
                why="Cette structure ne suit pas cette personne.",
                do="Orientez-la au nom de celle qui la suit, ou demandez-lui d’abord sa carte.",
            )


def _fill(row: Orientation, values: Mapping[str, Any], *, at: datetime) -> None:
    """Set the fields of a draft; Refused for an unknown value, a past date or one years away."""
    wrong = (
        values.get("need", row.need) not in offer.practices()
        or values.get("procedure", "") not in ("", *cycle.PROCEDURES)
        or not set(values.get("shared", ())) <= set(cycle.SHARED)
    )
    before, lieu = values.get("urgent_before"), values.get("lieu", row.lieu)
    there = lieu.code_insee if lieu is not None else values.get("commune", row.commune)
    on = at.astimezone(clocks.zone(there)).date()
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
        setattr(row, name, shortened(value, longest[name]) if name in longest else value)
    row.lieu_name = row.lieu.name if row.lieu is not None else ""
    may_share = cycle.SHARED if row.person is not None else [x for x in cycle.SHARED if x not in IDENTITY]
    row.shared = [name for name in may_share if name in row.shared]
    if not row.commune and row.lieu is not None:
        row.commune = row.lieu.code_insee
