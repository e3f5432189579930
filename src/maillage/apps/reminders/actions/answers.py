"""A person who asks for no more messages: by a word to a gateway, or by the link of a mail. Told once; those
who help them know.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.apps.messages import actions as outbox
from maillage.apps.messages import queries as messages
from maillage.apps.messages.models import Message, Stop
from maillage.apps.messages.rules import addresses, states
from maillage.apps.messages.rules.incoming import Incoming, says_stop
from maillage.apps.people import rules as persons
from maillage.apps.people.models import Following, Person
from maillage.apps.reminders.models import Reminder
from maillage.apps.reminders.rules import ways
from maillage.words.languages import FRENCH, LANGUAGES, say, speaking

USEFUL = timedelta(days=2)  # a Sunday included; beyond, an answer surprises more than it reassures
DISPLAY_DELAY = timedelta(days=30)  # how long those who help are told
ASK = "Demandez-lui comment la prévenir, puis corrigez sa fiche."
STOP_SENTENCES = {
    states.SMS: f"A répondu STOP à un SMS : plus aucun ne part à son numéro. {ASK}",
    states.EMAIL: f"Ne veut plus d’e-mails : plus aucun ne part à son adresse. {ASK}",
}


@transaction.atomic
def receive(incoming: Incoming, *, at: datetime) -> bool:
    """Do what a message received asks, and return whether it stopped something.

    A second time, a number we never wrote to, or other words than STOP do nothing: neither the text nor the
    number is stored.
    """
    number = addresses.mobile(incoming.number)
    if not outbox.receive(incoming.id, at=at) or not number or not says_stop(incoming.text):
        return False
    written, known = messages.was_written_to(states.SMS, number), _reached(states.SMS, number)
    if written is None and not known:
        return False
    language = written.language if written is not None else known[0].language
    return _stop(states.SMS, number, known, language, at=at)


@transaction.atomic
def unsubscribe(message: Message, *, at: datetime) -> bool:
    """Send nothing more to the address of a message, as whoever received it asks; return whether it is
    new.
    """
    known = _reached(message.channel, message.to)
    return _stop(message.channel, message.to, known, message.language, at=at)


def _reached(channel: str, to: str) -> list[Person]:
    """Return the persons whose sheet gives this address."""
    same = addresses.same(channel, to)
    if channel == states.SMS:  # typed as one likes: its last two figures narrow the search
        criteria = {"reach": persons.PHONE, "reach_value__regex": rf"{same[-2]}\D*{same[-1]}\D*$"}
    else:
        criteria = {"reach": persons.EMAIL, "reach_value__iexact": same}
    persons_reached = Person.objects.filter(**criteria, forgotten_at__isnull=True).order_by("pk")
    return [each for each in persons_reached if addresses.same(channel, each.reach_value) == same]


def _stop(channel: str, to: str, known: list[Person], language: str, *, at: datetime) -> bool:
    if messages.is_stopped(channel, to):
        return False
    row = outbox.stop(channel=channel, to=to, by=None, at=at)
    if channel == states.SMS:
        _confirm(row, language, at=at)
    _tell_helpers(channel, known, at=at)
    return True


def _confirm(row: Stop, language: str, *, at: datetime) -> None:
    """Tell a person once that they are heard: the only message that a STOP lets leave."""
    with speaking(language if language in LANGUAGES else FRENCH):
        outbox.put(
            channel=row.channel,
            to=row.to,
            subject=say("C’est noté"),
            text=say(
                "C’est noté : vous ne recevrez plus de SMS de notre part. Pour en recevoir de nouveau,"
                " dites-le à la personne qui vous aide."
            ),
            key=f"refus-{row.pk}",
            at=at,
            never_after=at + USEFUL,
            language=language,
            purpose=states.ANSWER,
        )


def _tell_helpers(channel: str, known: list[Person], *, at: datetime) -> None:
    """Leave a word to each structure that helps these persons: to ask them how they want to hear of it."""
    followings = Following.objects.filter(person__in=known, ended_at=None).select_related("person")
    Reminder.objects.bulk_create(
        Reminder(
            kind=ways.REFUSAL,
            row=following.pk,
            days=0,
            moment=at + DISPLAY_DELAY,
            person=following.person,
            structure_id=following.structure_id,
            way=ways.NOTICE,
            subject="Plus de message",
            text=STOP_SENTENCES[channel],
            french=STOP_SENTENCES[channel],
            planned_at=at,
            purge_on=timezone.localdate(at + DISPLAY_DELAY) + timedelta(days=1),  # read until then
        )
        for following in followings
    )
