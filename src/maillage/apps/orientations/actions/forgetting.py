"""Erase a person everywhere at once, and persons inactive for two years."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User
from maillage.apps.actes.actions import corrections as acts
from maillage.apps.agenda.actions import forgetting as agenda
from maillage.apps.autonomy import actions as autonomy
from maillage.apps.directory.models import Structure
from maillage.apps.documents.actions import storing as documents
from maillage.apps.droits.actions import telling as droits
from maillage.apps.learning.actions import progress as learning
from maillage.apps.mandats.actions import stopping as mandats
from maillage.apps.orientations.actions import deadlines, transitions
from maillage.apps.people import queries, rules
from maillage.apps.people.actions import card_secrets, register
from maillage.apps.people.actions import forgetting as people
from maillage.apps.people.models import Following, Person
from maillage.apps.reminders.actions import forgetting as reminders
from maillage.kernel.errors import Refused
from maillage.words.languages import to_say

# What erases what each feature holds, in this order, by the name of its application: every line of the
# register has one. Referrals come first, as every gesture holds them; then nobody writes of the person. A
# structure: what it holds alone; None, everything. What the person learnt, and the days when they are
# reminded, are of no structure.
ERASERS: Mapping[str, Callable[[Person, datetime, int | None], Any]] = {
    "orientations": lambda person, at, structure: deadlines.strip(person, at=at, structure=structure),
    "autonomy": lambda person, at, structure: autonomy.forget(person, structure=structure),
    "learning": lambda person, at, structure: structure is None and learning.forget(person, at=at),
    "agenda": lambda person, at, structure: agenda.forget(person, at=at, structure=structure),
    "mandats": lambda person, at, structure: mandats.forget(person, at=at, structure=structure),
    "documents": lambda person, at, structure: documents.forget(person, at=at, structure=structure),
    "actes": lambda person, at, structure: acts.forget(person, structure=structure),
    "reminders": lambda person, at, structure: structure is None and reminders.forget(person, at=at),
    "droits": lambda person, at, structure: droits.forget(person, at=at, structure=structure),
}
ONE_DAY = timedelta(days=1)  # from which a secret chosen with a helper proves that the person is there


def foreign_followings(person: Person, by: User) -> QuerySet[Following]:
    """Return the followings of a person by other structures than those for which a helper acts."""
    rights = rights_of(by)
    own = rights.structures("people.see") | rights.structures("people.mine")
    return Following.objects.filter(person=person, ended_at=None).exclude(structure__in=own)


def erase(person: Person, *, secret: rules.Secret | None, by: User | None, at: datetime) -> None:
    """Erase a person everywhere, at their own request or at that of a helper (`by`). Once other structures
    follow them, refused that day to whoever opens their card with a secret chosen with a helper, and to a
    helper without this secret. Outside any transaction: a wrong secret counts as a try.
    """
    chosen = queries.secret_of(person)
    helper = by or (chosen.by if chosen is not None else None)
    if helper is not None and foreign_followings(person, helper).exists():
        if chosen is not None and chosen.by is not None and chosen.at > at - ONE_DAY:
            raise _not_erased(
                to_say("Le secret de cette carte vient d’être choisi avec un aidant."),
                to_say("Recommencez demain."),
            )
        if by is not None and not _has_whole_secret(person, secret, at):
            raise _not_erased(
                to_say("D’autres structures suivent la personne : elle seule efface tout, avec son secret."),
                to_say("La personne tape elle-même le secret de sa carte."),
            )
    forget(person, by=by, at=at)


def _has_whole_secret(person: Person, secret: rules.Secret | None, at: datetime) -> bool:
    unlocked = card_secrets.unlock(code=person.code, typed_secret=secret, at=at)
    return unlocked is not None and unlocked.whole


def _not_erased(why: str, do: str) -> Refused:
    return Refused(to_say("La fiche n’a pas été effacée."), why=why, do=do)


@transaction.atomic
@journal.written_last()
def forget_here(person: Person, structure: Structure, *, by: User, at: datetime) -> None:
    """Erase what a structure holds of a person, and stop following them; Refused while it owes an answer."""
    transitions.lock_all(person)
    register.leave(person=person, structure=structure, by=by, at=at)
    for eraser in ERASERS.values():
        eraser(person, at, structure.pk)
    person.consents.filter(structure=structure, withdrawn_at=None).update(withdrawn_at=at)
    journal.record(by=by, verb="person.forgotten_here", row=person, at=at, structure=structure.pk)


@transaction.atomic
@journal.written_last()
def forget(
    person: Person, *, by: User | None, at: datetime, unless_active_since: datetime | None = None
) -> bool:
    """Erase what identifies a person: their referrals end, or still count anonymously; return whether it was
    done, and not before, nor for who is helped again (`unless_active_since`).

    Their diagnoses are deleted, or counted anonymously if they agreed to it; what they learnt still counts,
    on its own. Seats, acts and mandates lose their words, papers are destroyed, told procedures are deleted.
    """
    transitions.lock_all(person)  # referrals first, as every gesture holds them
    locked_person = Person.objects.select_for_update().get(pk=person.pk)  # nobody writes of them from here on
    if locked_person.forgotten_at is not None:
        return False
    if unless_active_since is not None and locked_person.active_at >= unless_active_since:
        return False
    for eraser in ERASERS.values():
        eraser(person, at, None)
    people.forget(person, by=by, at=at)
    return True


def forget_inactive(at: datetime) -> int:
    """Erase the persons inactive for two years, unless helped again meanwhile; return how many."""
    before = rules.forget_before(at)
    return sum(forget(each, by=None, at=at, unless_active_since=before) for each in queries.to_forget(at))
