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
KEPT = timedelta(days=30)  # what a helper reads to do it, after the event


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
    found = [each for each in occasions if each.moment > at]
    if not found:
        return 0
    chosen = ways_to(found)
    withdrawn = _withdrawn(found)
    rows, drafts = [], []
    for each, way in zip(found, chosen, strict=True):
        round = withdrawn[each.kind, each.row, each.days, each.moment]
        row = _row(each, way, round=round, at=at)
        rows.append(row)
        if way.way in ways.WRITTEN and not each.example:
            drafts.append(_draft(each, way, round))
        elif way.way in ways.BY_HAND:
            row |= _words(each)
    bulk.insert(Reminder, rows)
    outbox.put_many(drafts, at=at)
    return sum(way.way != ways.NONE for way in chosen)


def _withdrawn(occasions: Sequence[Occasion]) -> Counter[tuple[str, int, int, datetime]]:
    """Return how many reminders of each were taken back: an event moved, then moved back."""
    found = Reminder.objects.filter(
        kind__in={each.kind for each in occasions},
        row__in=bulk.among(each.row for each in occasions),
        withdrawn_at__isnull=False,
    )
    keys = ("kind", "row", "days", "moment")
    return Counter({row[:4]: row[4] for row in found.order_by().values_list(*keys).annotate(n=Count("pk"))})


def _row(each: Occasion, way: Way, *, round: int, at: datetime) -> dict[str, Any]:
    """Return the columns of a reminder."""
    return {
        "kind": each.kind,
        "row": each.row,
        "days": each.days,
        "moment": each.moment,
        "round": round,
        "person_id": each.person.pk if each.person is not None else None,
        "structure_id": each.structure,
        "commune": each.commune,
        "way": way.way,
        "reason": way.reason,
        "language": _language(each),
        "planned_at": at,
        "purge_on": _purge_on(each.moment),
        **NO_WORDS,
    }


@lru_cache(maxsize=4096)
def _purge_on(moment: datetime) -> date:
    return timezone.localdate(moment + KEPT)


NO_WORDS = {"name": "", "contact": "", "subject": "", "text": "", "french": ""}


def _language(each: Occasion) -> str:
    return each.language if each.language in LANGUAGES else FRENCH


def _words(each: Occasion) -> dict[str, str]:
    """Return what a helper needs: who, where, the words in French and in the person's language."""
    with speaking(FRENCH):
        french = each.text()
    with speaking(_language(each)):
        subject, text = each.subject(), each.text()
    contact = each.contact or (each.person.reach_value if each.person is not None else "")
    return {"name": each.name, "contact": contact, "subject": subject, "text": text, "french": french}


def _draft(each: Occasion, way: Way, round: int) -> Draft:
    with speaking(_language(each)):
        text = "\n".join(filter(None, (each.text(), each.link())))
        subject = each.subject()
    return Draft(
        channel=way.way,
        to=way.contact,
        subject=subject,
        text=text,
        key=key_of(each.kind, each.row, each.days, each.moment, round),
        never_after=each.moment,
        language=_language(each),
        structure=each.structure,
        commune=each.commune,
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
    found = messages.states_of(keys)
    sending = [keys[key] for key, state in found.items() if state == states.SENDING]
    Reminder.objects.filter(pk__in=sending).update(is_recalled=True)
    retained = {keys[key] for key, state in found.items() if state not in (states.CANCELLED, states.EXPIRED)}
    withdrawn = Reminder.objects.filter(pk__in=[row.pk for row in alive if row.pk not in retained])
    return withdrawn.update(withdrawn_at=at)


def settle_recalled(*, at: datetime) -> int:
    """Take back the reminders withdrawn while somebody was sending them, now that it is known that they did
    not leave, and return how many: their event may be told of again.
    """
    waiting = Reminder.objects.filter(is_recalled=True, withdrawn_at=None, done_at=None)
    if not (recalled := list(waiting[:AT_ONCE])):
        return 0
    found = messages.states_of(row.key for row in recalled)
    ended = [row for row in recalled if found.get(row.key) not in (states.SENDING, states.WAITING)]
    absent = [row.pk for row in ended if found.get(row.key) in (None, states.CANCELLED, states.EXPIRED)]
    with transaction.atomic():
        Reminder.objects.filter(pk__in=[row.pk for row in ended]).update(is_recalled=False)
        return Reminder.objects.filter(pk__in=absent, withdrawn_at=None).update(withdrawn_at=at)
