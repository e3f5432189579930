"""Withdraw a consent: hide what was shared, cancel the messages to come, erase what was stored."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from maillage.apps.directory.places.models import Structure
from maillage.apps.learning.actions import plans
from maillage.apps.people.persons import rules
from maillage.apps.people.persons.actions import consents as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.autonomy import actions as autonomy
from maillage.apps.referrals.orientations.actions import dates, transitions
from maillage.apps.referrals.orientations.models import Orientation
from maillage.kernel.errors import Refused
from maillage.words.languages import say


@transaction.atomic
@journal.written_last()
def withdraw(consent: Consent, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Withdraw a consent and everything it allowed. acting: the structure of the user who records it.

    Refused when it no longer held: what another answer allows since is not undone.
    """
    transitions.lock_all(consent.person)
    if not people.withdraw(consent, by=by, at=at, acting=acting):
        raise Refused(
            say("Rien n’a été fait."),
            why=say("Cette page était restée d’une autre fois."),
            do=say("Recommencez depuis cette page."),
        )
    _undo(consent.person, consent.purpose, consent.structure_id, by=by, at=at, acting=acting)
    dates.sync_all(consent.person, at=at)


@transaction.atomic
@journal.written_last()
def answer(
    person: Person,
    *,
    purpose: str,
    how: str,
    agrees: bool,
    by: User | None,
    at: datetime,
    structure: Structure | None = None,
    acting: int | None = None,
) -> None:
    """Record a person's answer about a purpose, for one structure if any; a no withdraws a yes."""
    transitions.lock_all(person)
    people.agree(
        person=person,
        purpose=purpose,
        how=how,
        is_accepted=agrees,
        structure=structure,
        by=by,
        at=at,
        acting=acting,
    )
    if agrees and purpose == rules.SHARE:
        Orientation.objects.filter(person=person, to_structure=structure).update(
            agreed_with=None
        )  # it reads them again
    if not agrees:
        _undo(person, purpose, structure and structure.pk, by=by, at=at, acting=acting)
    dates.sync_all(person, at=at)


@transaction.atomic
@journal.written_last()
def share_again(orientation: Orientation, *, how: str, agrees: bool, by: User, at: datetime) -> None:
    """Record a person's answer about the structure that now runs the place they are sent to.

    Refused to anyone but the sender, or when nothing is hidden.
    """
    if orientation.person is not None:
        transitions.lock_all(orientation.person)  # in one order, whichever is asked for
    row = transitions.lock(orientation)
    transitions.check_giver(row, by)
    transitions.check_still_helped(row, by)
    if not row.is_suspended or row.person is None or row.to_structure is None:
        raise Refused(
            "Le partage n’a pas été modifié.",
            why="Ce que la personne partage n’est pas caché à ce lieu.",
            do="Rechargez la page.",
        )
    answer(
        row.person,
        purpose=rules.SHARE,
        structure=row.to_structure,
        how=how,
        agrees=agrees,
        by=by,
        at=at,
        acting=row.from_structure_id,
    )


def silence(person: Person, *, at: datetime) -> None:
    """Cancel the messages to come to a person who said no, or who is now reached otherwise."""
    for pk in Orientation.objects.filter(person=person).values_list("pk", flat=True):
        outbox.forget(about=f"orientation-{pk}-personne-", at=at)
    reminders_actions.withdraw_of(person, at=at)
    plans.hush(person, at=at)


def _undo(
    person: Person, purpose: str, structure: int | None, *, by: User | None, at: datetime, acting: int | None
) -> None:
    if purpose == rules.SHARE:
        agreed_rows = Q(to_structure=structure, agreed_with=None) | Q(agreed_with=structure)
        Orientation.objects.filter(agreed_rows, person=person).update(shared=[], note="", agreed_with=None)
    elif purpose == rules.WRITE:
        silence(person, at=at)
    elif purpose == rules.KEEP:
        # Erase the diagnoses stored by a structure; without one, all of them, and withdraw every earlier
        # yes.
        autonomy.forget(person, structure=structure)
        if structure is None:
            for consent in person.consents.filter(purpose=rules.KEEP, given=True, withdrawn_at=None):
                people.withdraw(consent, by=by, at=at, acting=acting)
