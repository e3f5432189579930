"""Reading the outbox: what is due, what needs a decision, which channels really send."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.core.signing import BadSignature, Signer
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from maillage.apps.platform.messages.models import Message, Stop
from maillage.apps.platform.messages.rules import addresses, states

SECTION_ROWS, PAGE = 5, 50
MAX_PARAMETERS = 5000
REFUSAL = Signer(salt="messages.refusal")


@dataclass(frozen=True, slots=True)
class Kind:
    """A section of the page: its messages, its title, the possible actions. leaves: True for those that left
    this computer, False for those that were only written on it, None for both.
    """

    id: str
    title: str
    hint: str
    states: tuple[str, ...]
    nothing: str
    decisions: tuple[str, ...] = ()
    leaves: bool | None = None


def leaving(keys: Iterable[str]) -> dict[str, str]:
    """Return the messages that reached or are to reach somebody, among those with these keys: their channel,
    by key. What is only written on this computer reaches nobody.
    """
    return {each.key: each.channel for each in Message.objects.filter(key__in=list(keys)) if reaches(each)}


def reaches(message: Message) -> bool:
    """Return True for a message that reached, or is to reach, somebody: it left, or its channel leaves this
    computer, its address takes messages, and its hour is in time.
    """
    if message.state == states.SENT:
        return message.provider in states.LEAVING
    never = message.is_useless or message.state in (states.EXPIRED, states.FAILED)
    return leaves(message.channel) and not never


def departures(keys: Iterable[str]) -> dict[str, datetime]:
    """Return when the messages with these keys left this computer, by key, for those that did."""
    departed = Message.objects.filter(key__in=list(keys), state=states.SENT, provider__in=states.LEAVING)
    return {key: at for key, at in departed.values_list("key", "sent_at") if at}


def reaching(key: Combinable) -> QuerySet[Message]:
    """Return the messages of a key, an expression, that `reaches` somebody: for a question on many rows."""
    reaches_somebody = Q(state=states.SENT, provider__in=states.LEAVING)
    for channel in filter(leaves, (states.EMAIL, states.SMS)):
        in_time = Q(never_after=None) | Q(never_after__gt=F("due_at"))
        never = (states.SENT, states.EXPIRED, states.FAILED, states.CANCELLED)
        reaches_somebody |= Q(channel=channel) & ~Q(state__in=never) & (in_time | ~Q(state=states.QUEUED))
    return Message.objects.filter(reaches_somebody, key=key)


def states_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the state of the messages with these keys, by key."""
    return dict(Message.objects.filter(key__in=list(keys)).values_list("key", "state"))


KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "a-verifier",
            "À vérifier",
            "Peut-être partis : rien n’est renvoyé sans vous.",
            (states.DOUBTFUL,),
            "Aucun envoi n’est en doute.",
            ("renvoyer", "ne-pas-envoyer"),
        ),
        Kind(
            "pas-partis",
            "Pas partis",
            "Plusieurs essais, sans succès.",
            (states.FAILED,),
            "Aucun envoi n’a échoué.",
            ("renvoyer", "ne-pas-envoyer"),
        ),
        Kind(
            "en-attente",
            "En attente",
            "Ils partiront seuls, à leur heure.",
            (states.QUEUED, states.SENDING),
            "Rien n’attend.",
            ("ne-pas-envoyer",),
        ),
        Kind(
            "trop-tard",
            "Trop tard",
            "Leur heure limite est passée.",
            (states.EXPIRED,),
            "Aucun message n’a trop attendu.",
        ),
        Kind("annules", "Annulés", "Ils ne partiront pas.", (states.CANCELLED,), "Aucun.", ("renvoyer",)),
        Kind(
            "partis",
            "Partis",
            "Les derniers d’abord.",
            (states.SENT,),
            "Aucun pour l’instant.",
            leaves=True,
        ),
        Kind(
            "ecrits",
            "Écrits ici",
            "Ils restent sur cet ordinateur, à lire ou à imprimer : aucun n’est parti.",
            (states.SENT,),
            "Aucun.",
            leaves=False,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Section:
    """A kind of messages, how many there are, and some of them."""

    kind: Kind
    total: int
    rows: list[Message]


FOR_SOMEBODY = (states.DOUBTFUL, states.FAILED)


def ready_to_send(at: datetime) -> QuerySet[Message]:
    """Return the messages that may be sent now, the oldest first."""
    late = Q(never_after__isnull=True) | Q(never_after__gt=at)
    return Message.objects.filter(late, state=states.QUEUED, due_at__lte=at).order_by("due_at", "pk")


def too_late(at: datetime) -> QuerySet[Message]:
    """Return the pending messages past their last hour."""
    return Message.objects.filter(state=states.QUEUED, never_after__lte=at)


def stuck(at: datetime) -> QuerySet[Message]:
    """Return the messages claimed by a process that never reported back."""
    return Message.objects.filter(state=states.SENDING, lease_until__lte=at).order_by("lease_until", "pk")


def to_forget(at: datetime) -> QuerySet[Message]:
    """Return the messages whose content is past its retention."""
    return Message.objects.filter(~Q(text=""), purge_on__lte=timezone.localdate(at)).exclude(
        state=states.SENDING
    )


def is_stopped(channel: str, to: str) -> bool:
    return Stop.objects.filter(channel=channel, to=addresses.same(channel, to)).exists()


def stopped_among(ways: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the addresses that asked for no more messages, among many: (channel, address as compared)."""
    if not (stops := Stop.objects.count()):
        return set()
    ways_compared = {(channel, addresses.same(channel, to)) for channel, to in ways}
    if stops <= MAX_PARAMETERS:  # reading them all takes less than asking for each
        return ways_compared & set(Stop.objects.values_list("channel", "to"))
    stopped: set[tuple[str, str]] = set()
    known = sorted({to for _, to in ways_compared})
    for first in range(0, len(known), MAX_PARAMETERS):
        rows = Stop.objects.filter(to__in=known[first : first + MAX_PARAMETERS])
        stopped |= ways_compared & set(rows.values_list("channel", "to"))
    return stopped


def was_written_to(channel: str, to: str) -> Message | None:
    """Return the last message to an address whose content is not erased yet; None when there is none."""
    same = addresses.same(channel, to)
    written = Message.objects.filter(channel=channel).order_by("-pk")
    return written.filter(**{"to" if channel == states.SMS else "to__iexact": same}).first()


def refusal_token(message: Message) -> str:
    """Return the token by which whoever receives a message refuses the next ones."""
    return REFUSAL.sign(str(message.pk))


def by_refusal_token(token: str) -> Message | None:
    """Return the message of a token; None when it is forged, or its address is already erased."""
    try:
        return Message.objects.filter(pk=int(REFUSAL.unsign(token))).exclude(to="").first()
    except (BadSignature, ValueError):
        return None


def leaves(channel: str) -> bool:
    """Return True for a channel that sends its messages, False for one that writes them on this computer."""
    return bool({states.EMAIL: settings.SENDING["SMTP"], states.SMS: settings.SENDING["SMS"]}.get(channel))


def counts(visible: QuerySet[Message]) -> dict[str, int]:
    """Return how many messages each section has, among those a user may see."""
    rows = visible.order_by().values_list("state", "provider").annotate(n=Count("pk"))
    return {
        kind.id: sum(
            n
            for state, provider, n in rows
            if state in kind.states and kind.leaves in (None, provider in states.LEAVING)
        )
        for kind in KINDS.values()
    }


def for_somebody(visible: QuerySet[Message]) -> QuerySet[Message]:
    """Return the messages that await a decision, among those a user may see."""
    return visible.filter(state__in=FOR_SOMEBODY)


def _listed(visible: QuerySet[Message], kind: Kind) -> QuerySet[Message]:
    """Return the messages of a section: pending ones by due time, the rest latest first."""
    listed = visible.filter(state__in=kind.states)
    if kind.leaves is not None:
        has_left = Q(provider__in=states.LEAVING)
        listed = listed.filter(has_left if kind.leaves else ~has_left)
    return (
        listed.order_by("due_at", "pk") if states.QUEUED in kind.states else listed.order_by("-due_at", "-pk")
    )


def sections(visible: QuerySet[Message]) -> list[Section]:
    """Return each section with its first messages, among those a user may see."""
    totals = counts(visible)
    return [
        Section(kind, totals[kind.id], list(_listed(visible, kind)[:SECTION_ROWS]) if totals[kind.id] else [])
        for kind in KINDS.values()
    ]


def section(visible: QuerySet[Message], id: str, number: str) -> tuple[Section, Page[Message]]:
    """Return one section and a page of it."""
    kind = KINDS[id]
    page = Paginator(_listed(visible, kind), PAGE).get_page(number)
    return Section(kind, page.paginator.count, list(page)), page


def ways() -> list[tuple[str, bool]]:
    """Return each channel in words, and whether it really sends its messages."""
    return [(words, leaves(channel)) for channel, words in states.CHANNELS.items()]


def sent_since(visible: QuerySet[Message], at: datetime) -> list[tuple[str, int, int]]:
    """Count the messages sent since a moment: (channel in words, messages, how many they are billed as)."""
    settling = visible.filter(state=states.SENT, sent_at__gte=at, provider__in=states.LEAVING)
    counted = settling.order_by("channel").values_list("channel").annotate(n=Count("pk"), units=Sum("units"))
    return [(states.CHANNELS[channel], n, units) for channel, n, units in counted]
