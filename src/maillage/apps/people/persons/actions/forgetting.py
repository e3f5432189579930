"""Erase a person everywhere at once, and persons inactive for two years."""

from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q, QuerySet

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import queries, rules
from maillage.apps.people.persons.actions import card_secrets, register
from maillage.apps.people.persons.models import (
    CardSecret,
    Consent,
    CorrectionRequest,
    Following,
    PairDecision,
    Person,
)
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook
from maillage.words.languages import to_say


class Eraser(Protocol):
    """Erases what a feature holds of a person, in the transaction of `forget` or `forget_here`.

    structure: what it holds alone; None, everything.
    """

    def __call__(self, person: Person, *, at: datetime, structure: int | None) -> object: ...


class Lock(Protocol):
    """Locks rows of a person until the end of the transaction."""

    def __call__(self, person: Person) -> object: ...


# By the name of its application, in this order: every line of the register has one.
ERASERS: Hook[tuple[str, Eraser]] = Hook()
LOCK_REFERRALS: Hook[Lock] = Hook()
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
    return unlocked is not None and unlocked.has_full_access


def _not_erased(why: str, do: str) -> Refused:
    return Refused(to_say("La fiche n’a pas été effacée."), why=why, do=do)


@transaction.atomic
@journal.written_last()
def forget_here(person: Person, structure: Structure, *, by: User, at: datetime) -> None:
    """Erase what a structure holds of a person, and stop following them; Refused while it owes an answer."""
    LOCK_REFERRALS.only()(person)
    register.leave(person=person, structure=structure, by=by, at=at)
    for sheet in queries.sheets(person):  # a row that could not change hands stayed with the sheet joined
        for _, eraser in ERASERS:
            eraser(sheet, at=at, structure=structure.pk)
    person.consents.filter(structure=structure, withdrawn_at=None).update(withdrawn_at=at)
    journal.record(by=by, verb="person.forgotten_here", row=person, at=at, structure=structure.pk)


@transaction.atomic
@journal.written_last()
def forget(
    person: Person, *, by: User | None, at: datetime, unless_active_since: datetime | None = None
) -> bool:
    """Erase what identifies a person, on each of their sheets: their referrals end, or still count
    anonymously; return whether it was done, and not before, nor for who is helped again
    (`unless_active_since`).

    Their diagnoses are deleted, or counted anonymously if they agreed to it; what they learnt still counts,
    on its own. Seats, acts and mandates lose their words, papers are destroyed, told procedures are deleted.
    """
    LOCK_REFERRALS.only()(person)  # referrals first, as every gesture holds them
    locked_person = Person.objects.select_for_update().get(pk=person.pk)  # nobody writes of them from here on
    if locked_person.forgotten_at is not None:
        return False
    if unless_active_since is not None and locked_person.active_at >= unless_active_since:
        return False
    for _, eraser in ERASERS:
        eraser(person, at=at, structure=None)
    locked_person.refresh_from_db()  # as the erasers left it
    joined = list(locked_person.merged.order_by("pk"))
    _forget_identity(locked_person, by=by, at=at)
    for sheet in joined:
        forget(sheet, by=by, at=at)
    return True


def _forget_identity(row: Person, *, by: User | None, at: datetime) -> None:
    """Erase the identity of a locked person, whose card stops working; what was done still counts."""
    row.nickname, row.born, row.language, row.pix = "", None, "fr", None
    row.reach, row.reach_value = rules.NONE, ""
    row.code, row.forgotten_at = register.unused_code(), at
    row.save()
    Following.objects.filter(person=row, ended_at=None).update(ended_at=at)
    Consent.objects.filter(person=row, withdrawn_at=None).update(withdrawn_at=at)
    CardSecret.objects.filter(person=row).delete()
    CorrectionRequest.objects.filter(person=row).delete()
    PairDecision.objects.filter(Q(target=row) | Q(other=row)).delete()
    journal.destroy_seal(row, at=at)
    journal.record(by=by, verb="person.forgotten", row=row, at=at)


def forget_inactive(at: datetime) -> int:
    """Erase the persons inactive for two years, unless helped again meanwhile; return how many."""
    before = rules.forget_before(at)
    return sum(forget(each, by=None, at=at, unless_active_since=before) for each in queries.to_forget(at))
