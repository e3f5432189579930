"""A referral before it leaves: prepared on a path, changed as long as it is a draft.

Each takes `by` (None without an account) and `at`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.orientations import access
from maillage.apps.orientations.actions import notifications
from maillage.apps.orientations.actions.transitions import (
    change,
    check_giver,
    check_still_helped,
    lock,
    not_theirs,
    shortened,
    write_event,
)
from maillage.apps.orientations.models import Orientation, Path
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import access as people_access
from maillage.apps.people.actions import register as people_actions
from maillage.apps.people.models import Person
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
    """A draft changed since a page displayed it: the person answered to something else."""


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
    path = draft.path if draft.follows is None else draft.follows.path
    if draft.follows is not None:
        lock(draft.follows)  # before the person, as any gesture on it
    _check_helper(by, draft.structure, draft.person, path)
    walks = draft.person or (path.person if path is not None else None)
    example = draft.example or (walks is not None and walks.example)
    if path is None:
        path = Path.objects.create(
            person=draft.person,
            made_at=at,
            by=by,
            structure=draft.structure,
            origin=draft.origin,
            commune=draft.commune,
            example=example,
        )
    else:
        path = Path.objects.select_for_update().get(pk=path.pk)
    row = Orientation(
        path=path,
        position=path.steps.count() + 1,
        person=walks,
        need="",
        from_structure=draft.structure,
        sender=by,
        origin=draft.origin,
        prepared_at=at,
        changed_at=at,
        example=example or path.example,
        held_by=cycle.SENDER,
    )
    values = {name: getattr(draft, name) for name in FREE} | {
        "shared": list(draft.shared),
        "language": draft.language or (walks.language if walks else "fr"),
        "commune": draft.commune or path.commune,
    }
    _fill(row, values, at=at)
    row.save()
    write_event(row, "prepare", by=by, side=cycle.SENDER, at=at, content={"lieu": row.lieu_id})
    if draft.follows is not None:
        previous = lock(draft.follows)
        if cycle.allowed("close", previous.state, cycle.SENDER) and access.may_give(by, previous):
            change(previous, "close", by=by, side=cycle.SENDER, at=at, ended_at=at)
            notifications.hush(previous, at=at)
    return row


@transaction.atomic
def amend(
    orientation: Orientation, values: Mapping[str, Any], *, by: User | None, at: datetime, was: str = ""
) -> Orientation:
    """Change fields (FREE) of a draft. was: what the page displayed of it (`Orientation.draft_stamp`), or ''.

    Refused once it was sent, or once its person is no longer followed; Reread when it changed meanwhile.
    """
    row = lock(orientation)
    check_giver(row, by)
    check_still_helped(row, by)
    if row.state != cycle.DRAFT:
        raise Refused(
            "L’orientation n’a pas été modifiée.",
            why="Cette orientation est déjà partie.",
            do="Annulez-la pour en préparer une autre.",
        )
    if was not in ("", row.draft_stamp):
        raise Reread(
            "L’orientation n’est pas partie.",
            why="Le lieu, ou la demande, a changé depuis que cette page est ouverte.",
            do="Relisez avec la personne ce que le lieu va lire, puis notez ce qu’elle répond.",
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
        raise not_theirs()
    if by is None:
        if structure is not None or (walks is not None and person is None):
            raise not_theirs()
        return
    if not people_access.may_help(by, structure and structure.pk):
        raise not_theirs()
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
