"""Read the days of a mandate, the lines of the journal that prove it, what its code says to anybody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.queries.catalogue import family_of
from maillage.apps.people.mandats.rules import frame, proof
from maillage.apps.platform.accounts import queries as journal
from maillage.apps.platform.accounts.models import Anchor, Entry
from maillage.apps.platform.messages import queries as messages
from maillage.apps.platform.messages.rules.states import EMAIL
from maillage.kernel import codes
from maillage.reference import procedures
from maillage.words.languages import to_say

# What the journal says of a mandate, as the person reads it too.
VERBS = {
    "mandat.prepared": to_say("a préparé un mandat"),
    "mandat.declined": to_say("a noté que le mandat est refusé"),
    "mandat.signed": to_say("a fait signer un mandat"),
    "mandat.withdrawn": to_say("a arrêté un mandat"),
    "mandat.revoked": to_say("a retiré une démarche du mandat"),
    "mandat.helper_added": to_say("a ajouté un aidant au mandat"),
    "mandat.helper_removed": to_say("a retiré un aidant du mandat"),
    "mandat.photographed": to_say("a joint la photographie du mandat"),
    "mandat.unphotographed": to_say("a effacé la photographie du mandat"),
    "mandat.regularised": to_say("a régularisé une urgence"),
    "mandat.not_regularised": to_say("a noté qu’une urgence reste sans vrai mandat : il est refusé"),
    "mandat.reminded": to_say("a rappelé qu’un mandat finit"),
    "mandat.seen": to_say("a ouvert le mandat"),
    "mandat.printed": to_say("a imprimé le mandat"),
    "mandat.proof": to_say("a imprimé la preuve d’arrêt"),
}
# What stands in the proof of one mandate, in the order of its life.
STEPS = {
    "mandat.prepared": "Préparé",
    "mandat.signed": "Signé",
    "mandat.revoked": "Une démarche retirée",
    "mandat.photographed": "Photographie du papier jointe",
    "mandat.unphotographed": "Photographie du papier effacée",
    "mandat.helper_added": "Un aidant ajouté",
    "mandat.helper_removed": "Un aidant retiré",
    "mandat.reminded": "Rappel de fin",
    "mandat.regularised": "Régularisé",
    "mandat.not_regularised": "Vrai mandat refusé",
    "mandat.withdrawn": "Arrêté",
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of a mandate, how many are left, and where today and the reminder stand, in percent."""

    days: int
    days_left: int
    today: int
    today_on: date
    reminder: int | None
    remind_on: date | None


def timeline(row: Mandat, today: date) -> Timeline:
    """Return the days of a mandate, as its sheet draws them."""
    days = (row.ends_on - row.starts_on).days + 1
    done = min(max((today - row.starts_on).days, 0), days)
    remind = row.ends_on - timedelta(days=max(frame.REMINDERS))
    reminded = row.duration in frame.REMINDED
    return Timeline(
        days=days,
        days_left=max(days - done, 0),
        today=round(100 * done / days),
        today_on=today,
        reminder=round(100 * (remind - row.starts_on).days / days) if reminded else None,
        remind_on=remind if reminded else None,
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the journal that proves a mandate: its words, who wrote it, the first end of the chain that
    covers it, one that left this computer if any, None before the next anchor; sent_at: when it left.
    """

    entry: Entry
    words: str
    author: str
    anchor: Anchor | None
    sent_at: datetime | None


def proof_of(row: Mandat) -> list[Link]:
    """Return the lines of the journal that prove a mandate, oldest first."""
    entries = list(journal.entries_about(row).filter(verb__in=list(STEPS)))
    names = journal.names(entries)
    anchors = journal.anchors_over(entries[0].pk) if entries else []
    departures = messages.departures(anchor.mail_key for anchor in anchors if anchor.sent_to)
    links = []
    for entry in entries:
        covering = [anchor for anchor in anchors if anchor.line >= entry.pk]
        sent = [anchor for anchor in covering if anchor.mail_key in departures]
        anchor = next(iter(sent or covering), None)
        sent_at = departures.get(anchor.mail_key) if anchor else None
        links.append(Link(entry, STEPS[entry.verb], names.get(entry.by or 0, ""), anchor, sent_at))
    return links


def leaves_server() -> bool:
    """Return True where the end of the journal is copied each day out of this computer."""
    return bool(settings.ANCHORS_TO) and messages.leaves(EMAIL)


def agrees_with_proof(row: Mandat) -> bool:
    """Compare the stored content of a signed mandate with its digest, in its row and in the journal: whoever
    rewrites the words may rewrite the digest beside them.
    """
    signature = Signature.objects.filter(mandat=row).first()
    image = b""
    if signature is not None:
        image = bytes(signature.photograph or b"") or signature.strokes.encode()
    digest = proof.digest(
        row.secret, words=row.words, how=row.how, witness=row.witness, image=image, civil=row.civil_digest
    )
    sealing = ("mandat.signed", "mandat.photographed", "mandat.unphotographed")
    written = journal.entries_about(row).filter(verb__in=sealing).order_by("pk")
    last = written.values_list("words", flat=True).last() or ""
    return constant_time_compare(digest, row.digest) and last.endswith(digest)


def is_civil_name(row: Mandat, name: str) -> bool:
    """Compare a civil name, as a paper bears it, with the digest that was signed."""
    digest = proof.name_digest(row.secret, name)
    return bool(row.secret and row.civil_digest) and constant_time_compare(digest, row.civil_digest)


@dataclass(frozen=True, slots=True)
class Public:
    """Public content of a mandate, for anybody who has a code: never its giver. suspended: it permits nothing
    while the photograph of its paper is missing.
    """

    code: str
    state: str
    suspended: bool
    structure: str
    families: list[str]
    until: date


def by_code(text: str, at: datetime) -> Public | None:
    """Return the public content of a code; None for a draft, an erased one, or no mandate at all."""
    code = codes.read(text)
    row = (
        Mandat.objects.filter(code=code, signed_at__isnull=False, stripped_at__isnull=True)
        .select_related("structure")
        .first()
        if code
        else None
    )
    if row is None:
        return None
    today = timezone.localdate(at)
    families = {family_of(each.key) for each in row.permitted}
    return Public(
        code=row.printed,
        state=row.state_on(today),
        suspended=row.suspended_on(today),
        structure=row.structure.name if row.structure else "",
        families=[family.label for key, family in procedures.families().items() if key in families],
        until=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else row.ends_on,
    )
