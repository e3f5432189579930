"""Write to another helper about the procedure that both follow."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.droits.actions.telling import record_event
from maillage.apps.referrals.droits.queries import lines
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets

LONGEST_LETTER = 600


def letter_to(person: Person, fact: int, *, by: User) -> lines.OtherHelper:
    """Return the author of a fact, to be written to; Refused when they follow the procedure no more, or
    without the person's agreement.
    """
    other = next((each for each in lines.other_helpers(by, person) if each.fact.pk == fact), None)
    if other is None:
        raise Refused(
            "Le message n’est pas parti.",
            why="Cet aidant ne suit plus cette démarche.",
            do="Rechargez la page pour voir qui la suit.",
        )
    return other


@transaction.atomic
def write_to(other: lines.OtherHelper, text: str, *, by: User, at: datetime) -> None:
    """Write to another helper about the procedure that both follow. The person is not named: the link opens
    their rights, to those who follow them.
    """
    fact, message = other.fact, text.strip()
    refuse_secrets(message)
    link = f"{settings.ADDRESS}{reverse('droits', args=[fact.person_id])}"
    outbox.put(
        channel="email",
        to=fact.by.email if fact.by else "",
        subject="Une démarche que nous suivons tous les deux",
        text=f"{by} vous écrit au sujet d’une démarche que vous suivez tous les deux :\n\n{message}\n\n{link}"
        f"\n\nPour répondre : {by.email}",
        key=f"droit-{fact.pk}-lettre-{by.pk}-{int(at.timestamp())}",
        at=at,
        structure=fact.structure_id,
    )
    record_event("droit.letter", fact, by=by, at=at)
