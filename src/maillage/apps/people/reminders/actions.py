"""A person who asks for no more messages: by a word to a gateway, or by the link of a mail. Told once;
those who help them know. Plan reminders when they fall due: each event once, by what reaches the
person; and take them back. Erase what is written of reminders: of a person, of an event, of what is
past. Decisions of a helper on a reminder: done or not, no more reminders, or reminders again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.people.reminders import rules
from maillage.apps.people.reminders.models import Refusal, Reminder, key_of
from maillage.apps.people.reminders.queries import AT_ONCE, Occasion, ways_to
from maillage.apps.people.reminders.rules import Way
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages import queries as messages
from maillage.apps.platform.messages.actions import Draft
from maillage.apps.platform.messages.models import Message, Stop
from maillage.apps.platform.messages.rules import addresses, states
from maillage.apps.platform.messages.rules.incoming import Incoming, says_stop
from maillage.kernel.errors import Refused
from maillage.web import bulk
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
            kind=rules.REFUSAL,
            row=following.pk,
            days=0,
            moment=at + DISPLAY_DELAY,
            person=following.person,
            structure_id=following.structure_id,
            way=rules.NOTICE,
            subject="Plus de message",
            text=STOP_SENTENCES[channel],
            french=STOP_SENTENCES[channel],
            planned_at=at,
            purge_on=timezone.localdate(at + DISPLAY_DELAY) + timedelta(days=1),  # read until then
        )
        for following in followings
    )


ROUNDS = 100  # batches in one run: what is beyond waits for the next
RETENTION = timedelta(days=30)  # what a helper reads to do it, after the event


def plan_all(
    events: QuerySet[Any],
    occasion: Callable[[Any], Occasion],
    *,
    at: datetime,
    mark: Callable[[QuerySet[Any]], object] | None = None,
) -> int:
    """Plan the reminders of events due now, in batches of one transaction each, and return how many people
    are to hear of theirs.

    events: those to remind of, fewer after each batch; another process plans those that this one holds. mark:
    records it on the events of a batch.
    """
    settle_recalled(at=at)
    planned, last = 0, 0
    with bulk.many_objects():
        for _ in range(ROUNDS):
            with transaction.atomic():
                # Those behind are planned, or another process holds them: they are not read again.
                locked = events.filter(pk__gt=last).select_for_update(of=("self",), skip_locked=True)
                rows = list(locked.order_by("pk")[:AT_ONCE])
                planned += plan([occasion(row) for row in rows], at=at)
                if mark is not None and rows:
                    mark(events.model.objects.filter(pk__in=bulk.among(row.pk for row in rows)))
            if len(rows) < AT_ONCE:
                break
            last = rows[-1].pk
    return planned


@transaction.atomic
def plan(occasions: Sequence[Occasion], *, at: datetime) -> int:
    """Plan one reminder of each event, and return how many people are to hear of it: nobody hears of it
    twice, nor after it.
    """
    coming = [each for each in occasions if each.moment > at]
    if not coming:
        return 0
    chosen = ways_to(coming)
    withdrawn = _withdrawn(coming)
    rows, drafts = [], []
    for occasion, way in zip(coming, chosen, strict=True):
        round = withdrawn[occasion.kind, occasion.row, occasion.days, occasion.moment]
        row = _row(occasion, way, round=round, at=at)
        rows.append(row)
        if way.way in rules.WRITTEN and not occasion.example:
            drafts.append(_draft(occasion, way, round))
        elif way.way in rules.BY_HAND:
            # The words for a helper: name, contact, the text in French and in the person's language.
            with speaking(FRENCH):
                french = occasion.text()
            with speaking(_language(occasion)):
                subject, text = occasion.subject(), occasion.text()
            contact = occasion.contact or (occasion.person.reach_value if occasion.person is not None else "")
            row |= {
                "name": occasion.name,
                "contact": contact,
                "subject": subject,
                "text": text,
                "french": french,
            }
    bulk.insert(Reminder, rows)
    outbox.put_many(drafts, at=at)
    return sum(way.way != rules.NONE for way in chosen)


def _withdrawn(occasions: Sequence[Occasion]) -> Counter[tuple[str, int, int, datetime]]:
    """Return how many reminders of each were taken back: an event moved, then moved back."""
    taken_back = Reminder.objects.filter(
        kind__in={each.kind for each in occasions},
        row__in=bulk.among(each.row for each in occasions),
        withdrawn_at__isnull=False,
    )
    keys = ("kind", "row", "days", "moment")
    return Counter(
        {row[:4]: row[4] for row in taken_back.order_by().values_list(*keys).annotate(n=Count("pk"))}
    )


def _row(occasion: Occasion, way: Way, *, round: int, at: datetime) -> dict[str, Any]:
    """Return the columns of a reminder."""
    return {
        "kind": occasion.kind,
        "row": occasion.row,
        "days": occasion.days,
        "moment": occasion.moment,
        "round": round,
        "person_id": occasion.person.pk if occasion.person is not None else None,
        "structure_id": occasion.structure,
        "commune": occasion.commune,
        "way": way.way,
        "reason": way.reason,
        "language": _language(occasion),
        "planned_at": at,
        "purge_on": _purge_on(occasion.moment),
        **NO_WORDS,
    }


@lru_cache(maxsize=4096)
def _purge_on(moment: datetime) -> date:
    return timezone.localdate(moment + RETENTION)


NO_WORDS = {"name": "", "contact": "", "subject": "", "text": "", "french": ""}


def _language(occasion: Occasion) -> str:
    return occasion.language if occasion.language in LANGUAGES else FRENCH


def _draft(occasion: Occasion, way: Way, round: int) -> Draft:
    with speaking(_language(occasion)):
        text = "\n".join(filter(None, (occasion.text(), occasion.link())))
        subject = occasion.subject()
    return Draft(
        channel=way.way,
        to=way.contact,
        subject=subject,
        text=text,
        key=key_of(occasion.kind, occasion.row, occasion.days, occasion.moment, round),
        never_after=occasion.moment,
        language=_language(occasion),
        structure=occasion.structure,
        commune=occasion.commune,
        purpose=states.REMINDER,
    )


# ------------------------------------------------------------------------------------------------ taking back


@transaction.atomic
def withdraw(kind: str, rows: Iterable[int], *, at: datetime) -> int:
    """Take back the reminders of events that moved, were cancelled or are over, unless they were heard of;
    return how many.
    """
    return _take_back(Reminder.objects.filter(kind=kind, row__in=list(rows)), at=at)


@transaction.atomic
def withdraw_of(person: Person, *, at: datetime) -> int:
    """Take back every reminder of a person that they did not hear of yet; return how many."""
    return _take_back(Reminder.objects.filter(person=person, moment__gt=at), at=at)


def _take_back(reminders: QuerySet[Reminder], *, at: datetime) -> int:
    reminders = reminders.filter(withdrawn_at=None)
    reminders.filter(done_at__isnull=False).update(is_recalled=True)
    alive = list(reminders.filter(done_at=None))
    keys = {row.key: row.pk for row in alive if row.way in rules.WRITTEN}
    outbox.cancel(*keys)
    state_by_key = messages.states_of(keys)
    sending = [keys[key] for key, state in state_by_key.items() if state == states.SENDING]
    Reminder.objects.filter(pk__in=sending).update(is_recalled=True)
    retained = {
        keys[key] for key, state in state_by_key.items() if state not in (states.CANCELLED, states.EXPIRED)
    }
    withdrawn = Reminder.objects.filter(pk__in=[row.pk for row in alive if row.pk not in retained])
    return withdrawn.update(withdrawn_at=at)


def settle_recalled(*, at: datetime) -> int:
    """Take back the reminders withdrawn while somebody was sending them, now that it is known that they did
    not leave, and return how many: their event may be told of again.
    """
    recalled_rows = Reminder.objects.filter(is_recalled=True, withdrawn_at=None, done_at=None)
    if not (recalled := list(recalled_rows[:AT_ONCE])):
        return 0
    state_by_key = messages.states_of(row.key for row in recalled)
    ended = [row for row in recalled if state_by_key.get(row.key) not in (states.SENDING, states.QUEUED)]
    absent = [
        row.pk for row in ended if state_by_key.get(row.key) in (None, states.CANCELLED, states.EXPIRED)
    ]
    with transaction.atomic():
        Reminder.objects.filter(pk__in=[row.pk for row in ended]).update(is_recalled=False)
        return Reminder.objects.filter(pk__in=absent, withdrawn_at=None).update(withdrawn_at=at)


NOTHING = {"name": "", "contact": "", "subject": "", "text": "", "french": ""}


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> None:
    """Erase what reminders say of a person being erased; that some were planned still counts.

    structure: nothing is erased for one alone, as the days of a person are of none.
    """
    if structure is not None:
        return
    withdraw_of(person, at=at)
    _erase(Reminder.objects.filter(person=person), at=at)
    Refusal.objects.filter(person=person).delete()


@transaction.atomic
def forget_events(kind: str, rows: Iterable[int], *, at: datetime) -> None:
    """Erase what the reminders of some events say."""
    _erase(Reminder.objects.filter(kind=kind, row__in=list(rows)), at=at)


def _erase(reminders: QuerySet[Reminder], *, at: datetime) -> None:
    for row in reminders.filter(way__in=rules.WRITTEN):
        outbox.forget(about=row.key, at=at)
    reminders.update(person=None, **NOTHING)


def forget_old(*, at: datetime) -> int:
    """Erase what helpers read of events past their retention; return how many."""
    old = Reminder.objects.filter(~Q(name="", text=""), purge_on__lte=timezone.localdate(at))
    return old.update(**NOTHING)


@transaction.atomic
def mark_done(reminder: Reminder, *, by: User, at: datetime) -> None:
    """Record that a reminder was said or handed over; Refused when it has no use any more."""
    row = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    if row.withdrawn_at is not None or row.way not in rules.BY_HAND:
        raise Refused(
            "Rien n’a été noté.",
            why="Ce rappel n’a plus lieu d’être : ce qu’il annonçait a changé.",
            do="Rechargez la page pour voir ce qui reste à faire.",
        )
    if row.done_at is None:
        row.done_at, row.done_by = at, by
        row.save(update_fields=["done_at", "done_by"])
        journal.record(by=by, verb="reminder.done", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def mark_undone(reminder: Reminder, *, by: User, at: datetime) -> None:
    """Take back a « fait »: the reminder is to do again, unless what it announces changed meanwhile; it is
    then planned anew if it still takes place.
    """
    row = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    if row.done_at is not None:
        row.done_at = row.done_by = None
        if row.is_recalled:
            row.withdrawn_at, row.is_recalled = at, False
        row.save(update_fields=["done_at", "done_by", "withdrawn_at", "is_recalled"])
        journal.record(by=by, verb="reminder.undone", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def refuse(person: Person, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Remind a person of nothing any more, and take back what was to leave. acting: the structure of whoever
    records it. Refused once they were erased.
    """
    people.lock(person)
    _, new = Refusal.objects.get_or_create(person=person, defaults={"at": at, "by": by})
    withdraw_of(person, at=at)
    if new:
        journal.record(by=by, verb="reminders.refused", row=person, at=at, structure=acting)


@transaction.atomic
def accept(person: Person, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Remind a person again, at their request."""
    n_removed, _ = Refusal.objects.filter(person=person).delete()
    if n_removed:
        journal.record(by=by, verb="reminders.accepted", row=person, at=at, structure=acting)
