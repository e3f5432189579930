"""Write messages in the transaction of the act that calls for them, and send each of them once."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import queries
from maillage.apps.platform.messages.models import Message, Received, Stop
from maillage.apps.platform.messages.rules import addresses, hours, sending, states, words
from maillage.apps.platform.messages.rules.sending import Provider
from maillage.kernel import sealed_links
from maillage.kernel.errors import Refused
from maillage.web import bulk
from maillage.words.languages import say, speaking

LONGEST_KEY, LONGEST_SUBJECT, LONGEST_TEXT = 150, 200, 20_000
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to put in the outbox.

    key: identifies it, such as « orientation-12-rappel-1 », without personal data: stored for ever. subject:
    read by those who manage the outbox, names nobody. structure, commune: on whose behalf it is sent: those
    who manage it see it; without them, the administration alone does.
    """

    channel: str
    to: str
    subject: str
    text: str
    key: str
    send_at: datetime | None = None
    never_after: datetime | None = None
    purge_on: date | None = None
    language: str = "fr"
    structure: int | None = None
    commune: str = ""
    purpose: str = states.OTHER


def put(*, at: datetime, **draft: Any) -> Message:
    """Write a message in the caller's transaction: it is sent after the commit, and never without it.

    draft: the parts of a `Draft`. The same key twice is the same message: the first row is returned as it is.
    An SMS waits for the morning of a working day. A message to an address on the STOP list is created already
    cancelled. Refused when the address cannot receive it, or when the text is empty.
    """
    parts = Draft(**draft)
    if existing := Message.objects.filter(key=parts.key).first():
        return existing
    message = Message(**_written(parts, at=at))
    if parts.purpose != states.ANSWER and queries.is_stopped(message.channel, message.to):
        message.state, message.reason = states.CANCELLED, "stopped"
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.get(key=parts.key)


def put_many(drafts: Iterable[Draft], *, at: datetime) -> int:
    """Write many messages as `put` would, in the caller's transaction, and return how many were given.

    Those whose address cannot receive them are left out: an address is read before, where it matters.
    """
    rows = []
    for draft in drafts:
        with suppress(Refused):
            rows.append(_written(draft, at=at))
    refused = queries.stopped_among((each["channel"], each["to"]) for each in rows)
    for row in rows if refused else ():
        way = row["channel"], addresses.same(row["channel"], row["to"])
        if row["purpose"] != states.ANSWER and way in refused:
            row |= {"state": states.CANCELLED, "reason": "stopped"}
    bulk.insert(Message, rows)
    return len(rows)


def _written(draft: Draft, *, at: datetime) -> dict[str, Any]:
    """Return the columns of a message."""
    if draft.channel not in states.CHANNELS or not 0 < len(draft.key) <= LONGEST_KEY:
        raise ValueError(f"a message by {draft.channel!r} under a key of {len(draft.key)} characters")
    address = readable(draft.channel, draft.to)
    text = words.body(draft.text)
    if text and draft.channel == states.SMS:
        text = words.short(_with_refusal(draft, text))
    if not text or len(text) > LONGEST_TEXT:
        raise Refused(
            "Le message n’a pas été préparé.",
            why="Son texte est vide." if not text else f"Son texte dépasse {LONGEST_TEXT} caractères.",
            do="Écrivez ce qu’il doit dire, puis recommencez."
            if not text
            else "Raccourcissez-le, puis recommencez.",
        )
    leaves_at = hours.leaves_at(draft.channel, address, draft.send_at or at)
    return {
        "channel": draft.channel,
        "to": address,
        "subject": words.line(draft.subject)[:LONGEST_SUBJECT],
        "text": text,
        "language": draft.language,
        "purpose": draft.purpose,
        "key": draft.key,
        "structure": draft.structure,
        "commune": draft.commune,
        "made_at": at,
        "due_at": leaves_at,
        "never_after": draft.never_after,
        "purge_on": draft.purge_on or _purge_on(leaves_at),
        "state": states.QUEUED,
    }


def _with_refusal(draft: Draft, text: str) -> str:
    """Return the text of an SMS that says how to have no more, where somebody reads the answers. A STOP is
    about a number, whatever was sent to it: each SMS says so, but the answer to a STOP.
    """
    if draft.purpose == states.ANSWER or not settings.SENDING["SMS_IN"]:
        return text
    with speaking(draft.language):
        return f"{text} {say('Pour ne plus en recevoir, répondez STOP.')}"


@lru_cache(maxsize=1024)
def _purge_on(leaves_at: datetime) -> date:
    return timezone.localdate(leaves_at + states.RETENTION)


def readable(channel: str, to: str) -> str:
    """Return an address as it is stored; Refused when nothing can be sent to it."""
    if address := addresses.read(channel, to):
        return address
    if channel == states.SMS:
        raise Refused(
            "Ce numéro ne peut pas recevoir de SMS.",
            why="Ce n’est pas un numéro de téléphone mobile connu.",
            do="Vérifiez chaque chiffre : un mobile commence par 06 ou 07.",
        )
    raise Refused(
        "Cette adresse ne peut pas recevoir de message.",
        why="Elle n’est pas écrite comme une adresse." if to.strip() else "Elle est vide.",
        do="Vérifiez-la lettre par lettre, puis recommencez.",
    )


@transaction.atomic
def cancel(*keys: str) -> int:
    """Cancel the pending messages of these keys, and return how many.

    Those already sent are unaffected. One that somebody is sending just then is not counted: it may arrive,
    but is not tried again.
    """
    return _withdraw(Message.objects.filter(key__in=keys))


def _withdraw(written: QuerySet[Message]) -> int:
    """Cancel what is pending of these, and mark the others that did not surely leave: if an attempt is under
    way and fails, it is the last, and nobody sends them again.
    """
    alive = written.filter(state__in=(states.QUEUED, states.SENDING)).order_by("pk")
    # Locked before it is sorted: between two updates, a message could pass from one state to the other.
    pks = list(alive.select_for_update().values_list("pk", flat=True))
    written.filter(state__in=queries.FOR_SOMEBODY).update(is_withdrawn=True)
    if not pks:
        return 0
    locked = Message.objects.filter(pk__in=pks)
    locked.filter(state=states.SENDING).update(is_withdrawn=True)
    pending = locked.filter(state=states.QUEUED)
    return pending.update(state=_unless_unsure(states.CANCELLED), reason="withdrawn")


@transaction.atomic
def forget(*, about: str, at: datetime) -> int:
    """Cancel the messages whose keys start so, and erase their content at the next deadlines; return how
    many.

    about: the prefix of the keys, such as « orientation-12- ». Used when the recipient is erased.
    """
    if not about:
        raise ValueError("an empty start would erase everything")
    written = Message.objects.filter(key__startswith=about)
    _withdraw(written)
    return written.filter(purge_on__gt=timezone.localdate(at)).update(purge_on=timezone.localdate(at))


def _unless_unsure(state: str) -> Case:
    """Return a final state, or « doubtful » for a message that may have been sent by an earlier attempt."""
    return Case(When(unsure=True, then=Value(states.DOUBTFUL)), default=Value(state))


# -------------------------------------------------------------------------------------- what a person decides


@transaction.atomic
def resend(message: Message, *, by: User, at: datetime) -> None:
    """Send a message once more, knowing that it may arrive twice; Refused when it can no longer be sent."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.state not in states.AGAIN:
        raise Refused(
            "Rien n’a été renvoyé.",
            why=f"Ce message est {row.get_state_display()}.",
            do="Rechargez la page pour voir où il en est.",
        )
    is_erased = row.is_erased or row.purge_on <= timezone.localdate(
        at
    )  # to be erased: nothing keeps it longer
    if is_erased or (row.never_after and row.never_after <= at):
        raise Refused(
            "Ce message ne peut plus partir.",
            why="Son texte a été effacé."
            if is_erased
            else "Son heure limite est passée : son lien ne marche plus.",
            do="Refaites le geste qui l’avait écrit : un nouveau message partira.",
        )
    if row.is_over:
        raise Refused(
            "Ce message n’a pas été renvoyé.",
            why="Il n’a plus lieu d’être : ce qu’il annonçait a été annulé, changé, ou n’est plus voulu.",
            do="Refaites le geste qui l’avait écrit, s’il le faut encore : un nouveau message partira.",
        )
    if row.purpose != states.ANSWER and queries.is_stopped(row.channel, row.to):
        raise Refused(
            "Ce message n’a pas été renvoyé.",
            why=states.REASONS["stopped"],
            do="Appelez la personne, ou retirez son adresse de la liste si elle le demande.",
        )
    row.state, row.reason, row.code, row.unsure, row.attempts = states.QUEUED, "", None, False, 0
    row.rounds += 1
    row.due_at = hours.leaves_at(row.channel, row.to, at)
    row.purge_on = max(row.purge_on, timezone.localdate(row.due_at + states.RETENTION))
    row.save()
    journal.record(by=by, verb="message.resent", row=row, at=at, structure=row.structure)


@transaction.atomic
def hold(message: Message, *, by: User, at: datetime) -> None:
    """Prevent a message from being sent, or sent again; Refused when it is being sent or was sent."""
    stoppable = Message.objects.filter(pk=message.pk, state__in=(states.QUEUED, *queries.FOR_SOMEBODY))
    if not stoppable.update(state=states.CANCELLED, reason="held", code=None):
        raise Refused(
            "Rien n’a été arrêté.",
            why="Ce message est déjà parti, ou il est en train de partir.",
            do="Rechargez la page pour voir où il en est.",
        )
    journal.record(by=by, verb="message.held", row=message, at=at, structure=message.structure)


@transaction.atomic
def stop(*, channel: str, to: str, by: User | None, at: datetime) -> Stop:
    """Send nothing more to an address, and cancel its pending messages."""
    same = addresses.same(channel, readable(channel, to))
    row, new = Stop.objects.get_or_create(channel=channel, to=same, defaults={"at": at, "by": by})
    pending = Message.objects.filter(channel=channel, state=states.QUEUED).exclude(purpose=states.ANSWER)
    if channel == states.LETTER:
        letters = pending.only("pk", "to", "channel")
        pending = pending.filter(pk__in=[m.pk for m in letters if addresses.same(channel, m.to) == same])
    else:  # a mobile is stored in one way, and a mail has no accent
        pending = pending.filter(**{"to" if channel == states.SMS else "to__iexact": same})
    pending.update(state=_unless_unsure(states.CANCELLED), reason="stopped")
    if not new:
        return row
    journal.record(by=by, verb="address.stopped", row=row, at=at)
    return row


@transaction.atomic
def receive(id: str, *, at: datetime) -> bool:
    """Record that a gateway handed over a message, and return whether it was for the first time."""
    digest = sha256(id.encode("utf-8")).hexdigest()
    _, new = Received.objects.get_or_create(digest=digest, defaults={"at": at})
    return new


@transaction.atomic
def allow(row: Stop, *, by: User, at: datetime) -> None:
    """Allow messages to an address again, at its owner's request."""
    journal.record(by=by, verb="address.allowed", row=row, at=at)
    row.delete()


# ---------------------------------------------------------------------------------------------------- sending


def send_ready(*, at: datetime, providers: Callable[[str], Provider], limit: int = 20) -> Counter[str]:
    """Send what is due, and return how many messages reached each state; several processes may do so at once.

    Each message is claimed in a short transaction, sent outside any, then marked. If a process is killed in
    between, its message stays claimed: once its lease ends, the provider is asked what became of it; when it
    cannot tell, a person decides. at: the start, from which elapsed time is measured. providers: one per
    channel; Refused when badly configured.
    """
    now = _clock(at)
    n_by_state: Counter[str] = Counter()
    ready: dict[str, Provider] = {}
    for channel in states.CHANNELS:
        try:
            ready[channel] = providers(channel)
        except Refused as refused:
            log.error("%s : %s", states.CHANNELS[channel], " ".join(refused.sentences))
    n_by_state[states.EXPIRED] += _expire(now())
    n_by_state += _settle(now, ready, limit)
    for _ in range(limit):
        message = _claim(now(), ready)
        if message is None:
            break
        state, nobody_answers = _send(message, ready[message.channel], now)
        n_by_state[state] += 1
        if nobody_answers:  # the others would wait as long for nothing
            del ready[message.channel]
    return n_by_state


def _clock(at: datetime) -> Callable[[], datetime]:
    start = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - start)


def _expire(at: datetime) -> int:
    late = queries.too_late(at)
    if not late.exists():  # reading takes no lock
        return 0
    return late.update(state=_unless_unsure(states.EXPIRED), reason="too-late")


def _claim(at: datetime, ready: dict[str, Provider]) -> Message | None:
    """Return a message claimed for this process, None when none is due."""
    while True:
        rows = queries.ready_to_send(at).filter(channel__in=ready)
        if not rows.exists():
            return None
        with transaction.atomic(durable=True):
            message = rows.select_for_update(skip_locked=True).first()
            if message is None:  # others hold what is left
                return None
            if message.purpose != states.ANSWER and queries.is_stopped(message.channel, message.to):
                Message.objects.filter(pk=message.pk).update(
                    state=_unless_unsure(states.CANCELLED), reason="stopped"
                )
                continue
            if (later := hours.leaves_at(message.channel, message.to, at)) > at:
                Message.objects.filter(pk=message.pk).update(due_at=later)
                continue
            message.state = states.SENDING
            message.attempts += 1
            message.tried_at, message.lease_until = at, at + states.LEASE
            message.reason, message.code = "", None
            message.provider = ready[message.channel].name
            message.save()
            return message


def _send(message: Message, provider: Provider, now: Callable[[], datetime]) -> tuple[str, bool]:
    """Send a message and record the result: (its state, whether the provider is unreachable)."""
    try:
        if sealed_links.SEALED.search(message.text):
            raise sending.Never("sealed")
        id = provider.send(message)
    except sending.Never as no:
        return _mark(message, states.FAILED, reason=no.reason, code=no.code), False
    except sending.NotNow as later:
        return _again(message, now(), later.reason, later.code), isinstance(later, sending.Down)
    except Exception as error:
        reason, code = (
            (error.reason, error.code) if isinstance(error, sending.Unsure) else ("unexpected", None)
        )
        if not isinstance(error, sending.Unsure):
            log.error("message %s : %s", message.pk, type(error).__name__)
        _mark(message, states.SENDING, reason=reason, code=code, lease_until=now() + states.STATUS_DELAY)
        return states.SENDING, False
    units = provider.cost(message)
    return _mark(message, states.SENT, sent_at=now(), provider_id=id[:120], units=units, unsure=False), False


def _again(message: Message, at: datetime, reason: str, code: int | None = None) -> str:
    """Schedule the next attempt of a message, or mark it failed after the last."""
    wait = states.delay(message.attempts)
    if wait is None:
        return _mark(message, states.DOUBTFUL if message.unsure else states.FAILED, reason=reason, code=code)
    next_at = hours.leaves_at(message.channel, message.to, at + wait)
    return _mark(message, states.QUEUED, reason=reason, code=code, due_at=next_at, unsure=message.unsure)


def _mark(message: Message, state: str, **fields: object) -> str:
    """Record how an attempt ended, and return the state it came to, unless another one followed: its sender
    knows better than a process that only suspected.

    What was withdrawn meanwhile is not tried again.
    """
    if state != states.SENDING:
        fields["lease_until"] = None
    same = Message.objects.filter(pk=message.pk, attempts=message.attempts, rounds=message.rounds)
    same = same.filter(state__in=(states.SENDING, states.DOUBTFUL))
    if state not in (states.QUEUED, states.FAILED):
        same.update(state=state, **fields)
    elif not same.filter(is_withdrawn=False).update(state=state, **fields):
        # In this order: a message is withdrawn while it is sent, and never the other way round.
        ended = states.DOUBTFUL if message.unsure else states.CANCELLED
        fields |= {"reason": "withdrawn", "code": None}
        if same.filter(is_withdrawn=True).update(state=ended, **fields):
            return ended
    return state


def _settle(now: Callable[[], datetime], ready: dict[str, Provider], limit: int) -> Counter[str]:
    """Settle the messages whose process died while sending."""
    n_by_state: Counter[str] = Counter()
    for pk in queries.stuck(now()).values_list("pk", flat=True)[:limit]:
        with transaction.atomic(durable=True):
            locked = queries.stuck(now()).select_for_update(skip_locked=True)
            message = locked.filter(pk=pk).first()
            if message is None:
                continue
            message.lease_until = now() + states.STATUS_DELAY  # nobody else asks meanwhile
            message.save(update_fields=["lease_until"])
        n_by_state[_found_out(message, ready.get(message.channel), now())] += 1
    return n_by_state


def _found_out(message: Message, provider: Provider | None, at: datetime) -> str:
    reason = message.reason or "interrupted"
    known = sending.UNKNOWN
    if provider is not None and provider.name == message.provider:
        try:
            known = provider.status(message)
        except sending.NotNow:
            if message.tried_at is not None and at < message.tried_at + states.MAX_SILENCE:
                return states.SENDING
    if known == sending.SENT:
        units = provider.cost(message) if provider else 0
        return _mark(
            message, states.SENT, sent_at=message.tried_at, units=units, reason="", code=None, unsure=False
        )
    message.unsure = message.unsure or known != sending.ABSENT
    is_late = message.never_after is not None and message.never_after <= at
    if known == sending.ABSENT or (known == sending.REPEATABLE and not is_late):
        return _again(message, at, reason, message.code)
    return _mark(message, states.DOUBTFUL, reason=reason, unsure=True)


# ------------------------------------------------------------------------------------------------- forgetting


def forget_old(*, at: datetime, erase: Callable[[Message], None], limit: int = 500) -> int:
    """Erase the content and the address of messages past their retention, and return how many; their rows
    stay.

    erase: removes what is stored of a message outside the database.
    """
    Received.objects.filter(at__lt=at - states.RETENTION).delete()
    if queries.to_forget(at).filter(state=states.QUEUED).exists():
        queries.to_forget(at).filter(state=states.QUEUED).update(
            state=_unless_unsure(states.EXPIRED), reason="too-late"
        )
    pks = []
    for message in queries.to_forget(at)[:limit]:
        erase(message)
        pks.append(message.pk)
    if pks:
        Message.objects.filter(pk__in=pks).exclude(state=states.SENDING).update(to="", subject="", text="")
    return len(pks)


def hold_back_after_restore(*, at: datetime) -> int:
    """Put on hold the messages due before a restoration: they may have been sent since the backup."""
    overdue = Message.objects.filter(state__in=(states.QUEUED, states.SENDING), due_at__lte=at)
    return overdue.update(state=states.DOUBTFUL, reason="restored", unsure=True, lease_until=None)
