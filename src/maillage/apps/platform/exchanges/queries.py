"""Reading: the events that an address has not been told, and how each address does."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.exchanges import rules
from maillage.apps.platform.exchanges.models import Pull, Webhook
from maillage.apps.platform.exchanges.rules import Event
from maillage.web.hooks import Hook

# Events of places since an instant: their changes are not lines of the journal.
PLACE_EVENTS: Hook[Callable[[datetime], Iterable[Event]]] = Hook()


def last_line() -> int:
    """Return the number of the last line of the journal. Lines are written under one lock: each one below it
    is there.
    """
    return Entry.objects.aggregate(last=Max("pk"))["last"] or 0


def events_for(webhook: Webhook, *, until_line: int, since: datetime) -> Iterator[Event]:
    """Yield the events that an address has not been told: places in the order of their changes, then lines of
    the journal.
    """
    if {rules.PLACE_CHANGED, rules.PLACE_REMOVED} & set(webhook.kinds):
        sent_lots = webhook.deliveries.filter(made_at__gte=since - rules.LONGEST_WRITING).values_list(
            "events", flat=True
        )
        sent_keys = {each["cle"] for events in sent_lots for each in events}
        for event in PLACE_EVENTS.only()(since):
            if event.kind in webhook.kinds and event.key not in sent_keys:
                yield event
    verbs = [verb for verb, kind in rules.KIND_BY_VERB.items() if kind in webhook.kinds]
    lines = Entry.objects.filter(pk__gt=webhook.line, pk__lte=until_line, verb__in=verbs).order_by("pk")
    for pk, at, verb, row in lines.values_list("pk", "at", "verb", "row"):
        kind = rules.KIND_BY_VERB[verb]
        subject = kind.partition(".")[0]
        path = f"/ateliers/{row}/" if subject == "atelier" else ""
        yield Event(kind=kind, at=at, key=f"ligne-{pk}", subject=subject, id=str(row), address=path)


def written(event: Event) -> dict[str, object]:
    """Return an event as its receiver reads it: what happened, when, to what; nobody’s name."""
    return {
        "cle": event.key,
        "type": event.kind,
        "instant": event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "objet": {"type": event.subject, "id": event.id}
        | ({"adresse": settings.ADDRESS + event.address} if event.address else {}),
    }


def webhooks() -> QuerySet[Webhook]:
    """Return every address, with how many deliveries wait and failed, and when the last one was taken."""
    return Webhook.objects.annotate(
        n_waiting=Count("deliveries", filter=Q(deliveries__state=rules.PENDING)),
        n_failed=Count("deliveries", filter=Q(deliveries__state=rules.FAILED)),
        last_taken=Max("deliveries__tried_at", filter=Q(deliveries__state=rules.SENT)),
    ).order_by("name", "pk")


def troubled() -> QuerySet[Webhook]:
    """Return the addresses that somebody must look at: stopped by their failures."""
    return Webhook.objects.filter(stopped_at__isnull=False, failing_since__isnull=False)


def pulls() -> QuerySet[Pull]:
    """Return every system that was asked for what changed in it."""
    return Pull.objects.order_by("name")
