"""The card of a person: its secret, and what they correct themselves."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.people.persons import queries, rules
from maillage.apps.people.persons.actions import card_secrets
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import CardSecret, Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.orientations.actions import agreements
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking
from maillage.words.wording import spaced

CHANNELS = {rules.PHONE: "sms", rules.EMAIL: "email"}


@transaction.atomic
def choose_secret(
    person: Person,
    secret: rules.Secret | None,
    *,
    by: User | None,
    at: datetime,
    recognised: bool = False,
    acting: int | None = None,
) -> CardSecret:
    """Keep the secret a person chose; a new one, before a helper, is told to the person if they agreed to be
    written to. Their page tells it in any case.
    """
    before = queries.secret_of(person)
    chosen_secret = card_secrets.choose_secret(
        person, secret, by=by, at=at, recognised=recognised, acting=acting
    )
    channel = CHANNELS.get(person.reach)
    if by is not None and before is not None and channel and queries.agreed(person, rules.WRITE):
        with (
            suppress(Refused),  # an address that receives nothing: the page tells it
            speaking(person.language if person.language in LANGUAGES else FRENCH),
        ):
            text = say("Le secret de votre carte a changé, avec {who}. Ce n’est pas vous ? Dites-le.", who=by)
            outbox.put(
                channel=channel,
                to=person.reach_value,
                subject="Le secret d’une carte",
                text=spaced(text),
                key=f"carte-{person.pk}-secret-{int(at.timestamp())}",
                at=at,
                language=person.language,
                structure=acting,
            )
    return chosen_secret


@transaction.atomic
def correct(
    person: Person,
    values: Mapping[str, Any],
    *,
    displayed: Mapping[str, Any] | None = None,
    by: User | None,
    at: datetime,
) -> Person:
    """Change what is known of a person; messages to come are cancelled where they are reached no more.
    displayed: what was read of it, to replace nothing else.
    """
    row = people.correct(person, values, displayed=displayed, by=by, at=at)
    if (row.reach, row.reach_value) != (person.reach, person.reach_value):
        agreements.silence(row, at=at)
    return row
