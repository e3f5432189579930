"""Store what devices report of learners: each fact once, even if sent twice, late, or by two devices at
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from maillage.apps.learning import access, rules
from maillage.apps.learning.actions import plans
from maillage.apps.learning.models import Fact, Member, Plan, Route
from maillage.apps.learning.queries import progress as queries
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.kernel.errors import Refused
from maillage.modules.paths import paths


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a sending. known: the facts stored, now or before; new: how many are new."""

    known: Sequence[str]
    new: int


@transaction.atomic
def keep(person: Person, facts: Sequence[rules.Fact], *, at: datetime) -> Receipt:
    """Store the facts of a learner, each once.

    A device reports how long ago a fact happened: its clock may be wrong, so ours dates it.
    """
    if not Person.objects.select_for_update().filter(pk=person.pk, forgotten_at__isnull=True).exists():
        return Receipt((), 0)
    if Fact.objects.filter(person=person, kept_at__gt=at - timedelta(days=1)).count() > rules.MOST_A_DAY:
        raise Refused(
            "Ceci n’a pas été gardé.",
            why="Cette carte a déjà beaucoup servi aujourd’hui.",
            do="Continuez : ce que vous faites reste sur cet appareil, et partira demain.",
        )
    fact_by_uid = {UUID(fact.uid): fact for fact in reversed(facts)}  # the first of two that have one number
    before = set(Fact.objects.filter(uid__in=fact_by_uid).values_list("uid", flat=True))
    group = access.group_of(person)
    structure = group.structure_id if group else queries.following_structure(person)
    erased = queries.last_erasure(person)
    # A device whose clock was wrong: nothing was done with a card before it was made.
    done = {
        uid: max(at - timedelta(seconds=min(fact.ago, rules.MOST_BEFORE)), min(person.made_at, at))
        for uid, fact in fact_by_uid.items()
    }
    rows = [
        Fact(
            uid=uid,
            # Another device may say later what was done before: it was erased too, and counts without a name.
            person=None if erased is not None and done[uid] <= erased else person,
            group=group,
            structure_id=structure,
            module=fact.module,
            version=fact.version,
            step=fact.step,
            kind=fact.kind,
            state=fact.state,
            easier=fact.easier,
            tries=fact.tries,
            hints=fact.hints,
            seconds=fact.seconds,
            way=fact.way,
            screen=fact.screen,
            offline=fact.offline,
            example=person.example,
            at=done[uid],
            kept_at=at,
        )
        for uid, fact in reversed(fact_by_uid.items())
        if uid not in before
    ]
    Fact.objects.bulk_create(
        rows, ignore_conflicts=True
    )  # another device may send the same at this very moment
    people.touch(person, at=at)
    return Receipt([str(uid) for uid in reversed(fact_by_uid)], len(rows))


@transaction.atomic
def follow(person: Person, path: str, *, at: datetime) -> Route:
    """Choose a learner's path; it replaces the previous one."""
    if path not in paths():
        raise Refused(
            "Ce parcours n’existe pas.", why="Il a peut-être changé de nom.", do="Choisissez-en un autre."
        )
    return Route.objects.update_or_create(person=person, defaults={"path": path, "at": at})[0]


@transaction.atomic
@journal.written_last()
def erase(person: Person, *, at: datetime) -> int:
    """Erase a person's learning, at their request: notes and plans too; their card and their groups stay.

    What was counted still counts, anonymously.
    """
    people.lock(person)  # what a device sends at once waits, then is not theirs
    journal.record(by=None, verb=queries.ERASED, row=person, at=at)
    return _erase(person, at=at)


def _erase(person: Person, *, at: datetime) -> int:
    Route.objects.filter(person=person).delete()
    Member.objects.filter(person=person).update(note="", proposed="")
    plans.hush(person, at=at)
    Plan.objects.filter(person=person).update(person=None)
    return Fact.objects.filter(person=person).update(person=None)


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> None:
    """Strip all that links learning to a person who is erased: counts stay, groups and paths do not.

    structure: nothing is stripped for one alone, as what people learn is of none.
    """
    if structure is not None:
        return
    _erase(person, at=at)
    Member.objects.filter(person=person).delete()
