"""Register addresses of other systems, tell them what happens, and give up on those that never answer."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.exchanges import queries, rules
from maillage.apps.platform.exchanges.models import Delivery, Pull, Webhook
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook
from maillage.web.hosts import is_public

# Posts a body to an address, and returns the code of its answer; raises `rules.Unanswered`.
POSTER: Hook[Callable[[str, bytes, Mapping[str, str]], int]] = Hook()


@transaction.atomic
def register(*, name: str, address: str, kinds: Sequence[str], by: User, at: datetime) -> Webhook:
    """Tell an address of what happens from now on; Refused when it is none that may be called."""
    parts = urlsplit(address)
    is_inside = settings.SOURCES_INSIDE and parts.scheme == "http"
    if not (parts.scheme == "https" or is_inside) or not parts.hostname or parts.username or parts.password:
        raise Refused(
            "L’adresse n’a pas été gardée.",
            why="Elle ne commence pas par https://, ou elle contient un mot de passe.",
            do="Donnez l’adresse https:// que l’autre système indique. Le secret se règle à part.",
        )
    if not settings.SOURCES_INSIDE and not is_public(parts.hostname):
        raise Refused(
            "L’adresse n’a pas été gardée.",
            why="Elle est celle de cet ordinateur ou de son réseau : rien ne lui serait envoyé.",
            do="Donnez l’adresse publique que l’autre système indique.",
        )
    if Webhook.objects.filter(address=address).exists() or Webhook.objects.count() >= rules.MAX_WEBHOOKS:
        raise Refused(
            "L’adresse n’a pas été gardée.",
            why=f"Elle est déjà dans la liste, ou la liste en a {rules.MAX_WEBHOOKS}.",
            do="Ouvrez-la dans la liste, ou retirez d’abord une adresse qui ne sert plus.",
        )
    row = Webhook.objects.create(
        name=name,
        address=address,
        kinds=[kind for kind in rules.KINDS if kind in kinds],
        by=by,
        made_at=at,
        line=queries.last_line(),
        places_since=at,
        next_try_at=at,
    )
    journal.record(by=by, verb="webhook.opened", row=row, at=at)
    return row


@transaction.atomic
def stop(row: Webhook, *, by: User, at: datetime) -> None:
    """Send nothing more to an address until somebody starts it again."""
    Webhook.objects.filter(pk=row.pk).update(stopped_at=at, failing_since=None)
    journal.record(by=by, verb="webhook.stopped", row=row, at=at)


@transaction.atomic
def retry(row: Webhook, *, by: User, at: datetime) -> int:
    """Start an address again, with what it did not take; return how many deliveries wait."""
    Webhook.objects.filter(pk=row.pk).update(stopped_at=None, failing_since=None, next_try_at=at)
    unsent = row.deliveries.exclude(state=rules.SENT)
    journal.record(by=by, verb="webhook.retried", row=row, at=at)
    return unsent.update(state=rules.PENDING, attempts=0)


@transaction.atomic
def replay(row: Webhook, pk: int, *, by: User, at: datetime) -> bool:
    """Send a delivery once more, under the same key; False when it is no longer there."""
    again = row.deliveries.filter(pk=pk).update(state=rules.PENDING, attempts=0)
    Webhook.objects.filter(pk=row.pk).update(next_try_at=at)
    journal.record(by=by, verb="webhook.replayed", row=row, at=at)
    return bool(again)


@transaction.atomic
def change_secret(row: Webhook, *, by: User, at: datetime) -> None:
    """Sign the next deliveries by another secret."""
    Webhook.objects.filter(pk=row.pk).update(secret_round=row.secret_round + 1)
    journal.record(by=by, verb="webhook.secret_changed", row=row, at=at)


@transaction.atomic
def remove(row: Webhook, *, by: User, at: datetime) -> None:
    """Forget an address, and what was sent to it."""
    journal.record(by=by, verb="webhook.removed", row=row, at=at)
    row.delete()


@transaction.atomic
def read_now(name: str, *, by: User, at: datetime) -> bool:
    """Ask a system again at the next turn; False when none has this name."""
    row = Pull.objects.filter(name=name).first()
    if row is None:
        return False
    Pull.objects.filter(pk=row.pk).update(next_try_at=at, attempts=0)
    journal.record(by=by, verb="pull.asked", row=row, at=at)
    return True


def claim(name: str, *, at: datetime, lease: timedelta, label: str = "") -> bool:
    """Take the turn of reading a system, which ends by itself; False when another has it, or it rests."""
    row, _ = Pull.objects.get_or_create(name=name, defaults={"next_try_at": at, "label": label})
    available_pulls = Pull.objects.filter(pk=row.pk, next_try_at__lte=at)
    return bool(available_pulls.update(next_try_at=at + lease, label=label))


def fail(name: str, refused: Refused, *, at: datetime) -> None:
    """Keep why a system was not read, and wait longer each time."""
    row = Pull.objects.get(name=name)
    row.error, row.attempts = list(refused.sentences), row.attempts + 1
    row.next_try_at = at + (states.delay(row.attempts) or states.RETRIES[-1])
    row.save(update_fields=["error", "attempts", "next_try_at"])


def rest(name: str, *, at: datetime, every: timedelta) -> None:
    """Say when to read a system again: at once when pages are left."""
    row = Pull.objects.get(name=name)
    Pull.objects.filter(pk=row.pk).update(next_try_at=at if row.cursor else at + every)


def run_deadlines(*, at: datetime) -> Mapping[str, int]:
    """Tell each address what it has not been told; return how many deliveries came to each state."""
    Delivery.objects.filter(made_at__lt=at - rules.RETENTION).delete()
    counts: Counter[str] = Counter()
    if settings.WEBHOOKS:
        for row in Webhook.objects.filter(stopped_at=None).order_by("pk"):
            collect(row, at=at)
            counts += deliver(row, at=at)
    return {rules.STATES[state].replace(" ", "_"): n for state, n in counts.items()}


@transaction.atomic
def collect(webhook: Webhook, *, at: datetime) -> None:
    """Write in lots the events that an address has not been told, once each: what was read, and how far, are
    written together.
    """
    row = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    if row is None:
        return
    line = queries.last_line()
    events = map(queries.written, queries.events_for(row, until_line=line, since=row.places_since))
    while lot := list(islice(events, rules.MAX_EVENTS)):
        Delivery.objects.create(webhook=row, events=lot, made_at=at)
    row.line, row.places_since = line, max(row.places_since, at - rules.LONGEST_WRITING)
    row.save(update_fields=["line", "places_since"])


def deliver(webhook: Webhook, *, at: datetime) -> Counter[str]:
    """Send what waits for an address, the oldest first, until one is not taken. One process at a time: a
    claim that outlives its process ends by itself, and its delivery leaves again under the same key.
    """
    counts: Counter[str] = Counter()
    start = time.monotonic()
    same_webhook = Webhook.objects.filter(pk=webhook.pk, stopped_at=None)
    pending_deliveries = Delivery.objects.filter(webhook=webhook, state=rules.PENDING).order_by("pk")
    if not pending_deliveries.exists() or not same_webhook.filter(next_try_at__lte=at).update(
        next_try_at=at + rules.LEASE
    ):
        return counts
    next_try_at = at
    while (spent := time.monotonic() - start) < rules.SECONDS_EACH and (
        row := pending_deliveries.first()
    ) is not None:
        now = at + timedelta(seconds=spent)
        if not same_webhook.exists():  # stopped, or removed, meanwhile
            break
        state, wait = _attempt(webhook, row, now)
        counts[state] += 1
        if state != rules.SENT:
            next_try_at = now + wait
            break
    same_webhook.update(next_try_at=next_try_at)
    return counts


def _attempt(webhook: Webhook, row: Delivery, now: datetime) -> tuple[str, timedelta]:
    """Send a delivery and write its state; return it, and how long to leave its address alone."""
    row.attempts += 1
    row.tried_at, row.code, row.reason = now, None, "interrupted"
    row.save(update_fields=["attempts", "tried_at", "code", "reason"])
    try:
        row.code, row.reason = _post(webhook, row, now), ""
    except rules.Unanswered as failure:
        row.reason = failure.reason
    is_taken = row.code is not None and 200 <= row.code < 300
    wait = states.delay(row.attempts)
    row.state = rules.SENT if is_taken else rules.FAILED if wait is None else rules.PENDING
    row.save(update_fields=["state", "code", "reason"])
    same_webhook = Webhook.objects.filter(pk=webhook.pk)
    if is_taken:
        same_webhook.update(failing_since=None)
        return row.state, timedelta(0)
    same_webhook.filter(failing_since=None).update(failing_since=now)
    is_hopeless = (
        row.state == rules.FAILED and same_webhook.filter(failing_since__lte=now - rules.MAX_SILENCE).exists()
    )
    if is_hopeless or row.code == rules.UNSUBSCRIBED:
        _give_up(webhook, now)
    return row.state, wait or timedelta(0)


def _post(webhook: Webhook, row: Delivery, now: datetime) -> int:
    content = {"id": str(row.key), "evenements": row.events}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(row.key),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            rules.signature(secret, str(row.key), timestamp, body) for secret in webhook.secrets
        ),
    }
    return POSTER.only()(webhook.address, body, headers)


@transaction.atomic
def _give_up(webhook: Webhook, now: datetime) -> None:
    """Stop an address, and write to who opened it."""
    if not Webhook.objects.filter(pk=webhook.pk, stopped_at=None).update(stopped_at=now):
        return
    journal.record(by=None, verb="webhook.given_up", row=webhook, at=now)
    if webhook.by is not None and webhook.by.is_active:
        outbox.put(
            channel=states.EMAIL,
            to=webhook.by.email,
            subject="Un système n’est plus prévenu",
            text=f"Maillage ne prévient plus « {webhook.name} » : son adresse ne prend plus ce qui lui est"
            " envoyé. Ce qui attend est gardé 30 jours, et partira quand vous le relancerez, ici :"
            f" {settings.ADDRESS}{reverse('exchange', args=[webhook.pk])}",
            key=f"webhook-{webhook.pk}-arret-{now:%Y%m%d%H%M%S}",
            at=now,
        )
