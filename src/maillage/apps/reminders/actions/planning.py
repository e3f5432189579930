"""Plan reminders when they fall due: each event once, by what reaches the person; and take them back."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from maillage.apps.messages import actions as outbox
from maillage.apps.messages import queries as messages
from maillage.apps.messages.actions import Draft
from maillage.apps.messages.rules import states
from maillage.apps.people.models import Person
from maillage.apps.reminders.models import Reminder, key_of
from maillage.apps.reminders.queries.occasions import AT_ONCE, Occasion, ways_to
from maillage.apps.reminders.rules import ways
from maillage.apps.reminders.rules.ways import Way
from maillage.web import bulk
from maillage.words.languages import FRENCH, LANGUAGES, speaking

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
        if way.way in ways.WRITTEN and not occasion.example:
            drafts.append(_draft(occasion, way, round))
        elif way.way in ways.BY_HAND:
            row |= _words(occasion)
    bulk.insert(Reminder, rows)
    outbox.put_many(drafts, at=at)
    return sum(way.way != ways.NONE for way in chosen)


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


def _words(occasion: Occasion) -> dict[str, str]:
    """Return the words for a helper: name, contact, the text in French and in the person's language."""
    with speaking(FRENCH):
        french = occasion.text()
    with speaking(_language(occasion)):
        subject, text = occasion.subject(), occasion.text()
    contact = occasion.contact or (occasion.person.reach_value if occasion.person is not None else "")
    return {"name": occasion.name, "contact": contact, "subject": subject, "text": text, "french": french}


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
    keys = {row.key: row.pk for row in alive if row.way in ways.WRITTEN}
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
    ended = [row for row in recalled if state_by_key.get(row.key) not in (states.SENDING, states.WAITING)]
    absent = [
        row.pk for row in ended if state_by_key.get(row.key) in (None, states.CANCELLED, states.EXPIRED)
    ]
    with transaction.atomic():
        Reminder.objects.filter(pk__in=[row.pk for row in ended]).update(is_recalled=False)
        return Reminder.objects.filter(pk__in=absent, withdrawn_at=None).update(withdrawn_at=at)
