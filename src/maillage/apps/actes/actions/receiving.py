"""Store the acts that a device noted without network, and those of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.actes import rules
from maillage.apps.actes.actions.noting import NOT_NOTED, note, stored_values
from maillage.apps.actes.models import Act
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Received:
    """Outcome of a device's sending. known: numbers stored, now or before; outside: those of them to be
    regularised; refused: number → why.
    """

    known: tuple[UUID, ...]
    outside: tuple[UUID, ...]
    refused: Mapping[UUID, str]


def receive(
    drafts: Sequence[tuple[rules.Draft, Structure | None, Person | None]], *, by: User, at: datetime
) -> Received:
    """Store the acts that a device noted without network, each once, acknowledged when on disk."""
    known, outside, refused = [], [], {}
    for draft, structure, person in drafts:
        try:
            if structure is None:
                raise Refused(
                    NOT_NOTED,
                    why="Vous n’aidez plus au nom de cette structure.",
                    do="Demandez à son responsable de vous y remettre.",
                )
            act = note(draft, by=by, structure=structure, person=person, at=at, offline=True)
        except Refused as error:
            refused[draft.uid] = " ".join(error.sentences)
        else:
            known.append(act.uid)
            outside += [act.uid] * act.lacks_mandate
    return Received(tuple(known), tuple(outside), refused)


@dataclass(frozen=True, slots=True)
class Read:
    """An act of a file, as it is to be kept."""

    draft: rules.Draft
    structure: Structure
    struck: bool = False
    regularise_before: datetime | None = None
    lieu: Lieu | None = None


def take_in(rows: Sequence[Read], *, source: str, at: datetime) -> int:
    """Store acts of a file together, each once; return how many are new. They name nobody, and no mandate is
    asked: what a file tells was done elsewhere.
    """
    try:
        return _store(rows, source=source, at=at)
    except IntegrityError:  # another import stored some meanwhile: they are known now
        return _store(rows, source=source, at=at)


@transaction.atomic
def _store(rows: Sequence[Read], *, source: str, at: datetime) -> int:
    known = set(Act.objects.filter(uid__in=[row.draft.uid for row in rows]).values_list("uid", flat=True))
    new = {row.draft.uid: row for row in rows if row.draft.uid not in known}
    if not new:
        return 0
    acts = Act.objects.bulk_create(
        Act(
            **stored_values(row.draft),
            uid=row.draft.uid,
            structure=row.structure,
            lieu=row.lieu,
            commune=row.draft.commune,
            noted_at=at,
            outside=rules.URGENT if row.regularise_before else "",
            regularise_before=row.regularise_before,
            struck_at=at if row.struck else None,
            source=source,
        )
        for row in new.values()
    )
    journal.record_many(
        journal.Note(by=None, verb="act.read", row=act, at=at, structure=act.structure_id) for act in acts
    )
    return len(new)
