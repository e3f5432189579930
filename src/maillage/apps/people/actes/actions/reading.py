"""Store the acts that a file tells, and follow those that another system changes or deletes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions.acts import stored_values, trace, traced_values
from maillage.apps.people.actes.models import Act
from maillage.apps.platform.accounts import actions as journal


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


@transaction.atomic
def follow(rows: Sequence[Read], deleted: Sequence[UUID], *, source: str, at: datetime) -> Counter[str]:
    """Store acts as another system has them now, strike those that it deleted; return how many are new,
    corrected and struck. Nobody here corrects an act of a file: none of their gestures is undone.
    """
    numbers = [row.draft.uid for row in rows]
    known = Act.objects.select_for_update(of=("self",)).filter(uid__in=[*numbers, *deleted], source=source)
    act_by_uid = {act.uid: act for act in known.order_by("pk")}
    counts: Counter[str] = Counter()
    for row in rows:
        if act := act_by_uid.get(row.draft.uid):
            counts += _bring(act, row, at=at)
    for uid in deleted:
        if (act := act_by_uid.get(uid)) and act.struck_at is None:
            counts += _bring(act, None, at=at)
    counts["new"] += take_in(rows, source=source, at=at)
    return counts


def _bring(act: Act, row: Read | None, *, at: datetime) -> Counter[str]:
    """Bring an act to what another system says of it, None for deleted."""
    before, where_and_when = traced_values(act), (act.done_at, act.commune)
    is_back = row is not None and act.struck_at is not None
    if row is not None:
        for name, value in (stored_values(row.draft) | {"commune": row.draft.commune}).items():
            setattr(act, name, value)
        if (traced_values(act), (act.done_at, act.commune)) == (before, where_and_when) and not is_back:
            return Counter()
    act.struck_at = at if row is None else None
    act.save()
    verb = rules.STRUCK if row is None else rules.RESTORED if is_back else rules.CORRECTED
    trace(act, verb, before, by=None, at=at)
    return Counter({"struck" if row is None else "corrected": 1})
