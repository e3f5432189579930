"""Write that a person was called back, or need not be."""

from datetime import datetime

from django.db import transaction

from maillage.apps.agenda.queries import recalls
from maillage.apps.agenda.rules.recalls import OUTCOMES
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused


@transaction.atomic
def settle(person: Person, outcome: str, *, by: User, at: datetime) -> None:
    """Record the outcome of a recall on the appointments and seats that called for it; Refused when none does
    any more.
    """
    if outcome not in OUTCOMES:
        raise Refused(
            "Le rappel n’est pas noté.",
            why="Cette réponse n’existe pas.",
            do="Choisissez « Nouvelles prises » ou « Inutile ».",
        )
    n = recalls.met(by, at).filter(person=person).update(recalled_at=at, recall=outcome)
    n += recalls.taught(by, at).filter(person=person).update(recalled_at=at, recall=outcome)
    if not n:
        raise Refused(
            "Le rappel n’est pas noté.",
            why="Cette personne n’est plus à rappeler : quelqu’un l’a fait, ou elle est revenue.",
            do="Rechargez la page.",
        )
    journal.record(by=by, verb="person.recalled", row=person, at=at, words=outcome)
