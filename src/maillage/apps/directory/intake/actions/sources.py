"""Sources whose file has an address: read again on their rhythm, with what changed to be accepted.

Nothing is written in the directory before somebody accepts it. A reading that fails is said, and loses
nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q

from maillage.apps.directory.intake.actions import pending
from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.intake.queries.pending import PendingFile
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Source
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook

FILE_FETCHER: Hook[Callable[..., tuple[str, bytes]]] = Hook()
AWAITS = timedelta(days=60)  # a file read again stays until somebody decides, or the next one comes
AGAIN = timedelta(days=1)  # after a failure
EARLY = timedelta(hours=1)  # a daily reading does not drift by the length of the former one
LONGEST = 500  # characters of an address
NOBODY = Refused(
    "Le fichier n’a pas été relu : plus personne ne suit cette source.",
    why="Le compte qui la suivait est parti, ou n’importe plus dans tout l’annuaire.",
    do="Ouvrez la page de la source et enregistrez-la à votre nom.",
)


def follow(source: Source, *, address: str, every_days: int, by: User) -> None:
    """Say where the file of a source is published and how often to read it again; Refused without an address
    in https.
    """
    address = address.strip()
    if address and not _is_address(address):
        raise Refused(
            "L’adresse n’a pas été gardée.",
            why="Elle ne commence pas par https://, et n’importe qui pourrait changer le fichier en route ;"
            f" ou ce n’en est pas une, ou elle dépasse {LONGEST} signes.",
            do="Copiez l’adresse du fichier lui-même, telle que le producteur la publie.",
        )
    if every_days and not address:
        raise Refused(
            "Rien n’a été gardé.",
            why="Un rythme sans adresse ne relit rien.",
            do="Donnez l’adresse du fichier, ou choisissez « seulement quand on le demande ».",
        )
    if address != source.address:
        source.digest, source.read_at = "", None
    source.address, source.every_days, source.reader, source.error = address, every_days, by, []
    source.save()


def _is_address(text: str) -> bool:
    """Return True if a text is the address of a file: in https, or of this machine where that is allowed."""
    try:
        parts = urlsplit(text)
    except ValueError:  # what a person types
        return False
    inside = settings.SOURCES_INSIDE and parts.scheme == "http"
    return len(text) <= LONGEST and bool((parts.scheme == "https" or inside) and parts.hostname)


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Read again the sources whose day has come; files that change nothing are forgotten."""
    counts: Counter[str] = Counter()
    for source in Source.objects.exclude(address="").filter(every_days__gt=0).select_related("reader"):
        wait = AGAIN if source.error else timedelta(days=source.every_days)
        recent = at - wait + EARLY
        if source.read_at is not None and source.read_at > recent:
            continue
        try:
            counts["relues" if read_again(source, at=at) is not None else "sans_changement"] += 1
        except Refused:
            counts["echecs"] += 1
    for pending_file in queries.read_at_source():
        if queries.progress(pending_file.key).changes_nothing:
            pending.drop(pending_file)
            counts["sans_effet"] += 1
    return counts


def forget_old(at: datetime) -> int:
    """Delete the files that were to be deleted long ago, and return how many: the task that was to do it
    waited in a base that was moved or restored elsewhere, or was set aside.
    """
    n_erased = 0
    for key, since, at_source in queries.ages():
        if at - since > 2 * (AWAITS if at_source else pending.RETENTION):
            pending.erase(key)
            n_erased += 1
    return n_erased


def read_again(source: Source, *, at: datetime) -> PendingFile | None:
    """Fetch the file of a source and check it whole; return it, waiting for somebody, or None when it is the
    same as before. Refused when it cannot be had or read: the failure is kept with the source.
    """
    before = Q(read_at=source.read_at) if source.read_at else Q(read_at=None)
    if not Source.objects.filter(before, pk=source.pk).update(read_at=at):
        return None  # somebody else is at it
    try:
        pending_file = _fetched(source, at=at)
    except Refused as refused:
        Source.objects.filter(pk=source.pk).update(error=list(refused.sentences))
        raise
    Source.objects.filter(pk=source.pk).update(
        error=[], digest=F("digest") if pending_file is None else pending_file.digest
    )
    return pending_file


def _fetched(source: Source, *, at: datetime) -> PendingFile | None:
    reader = source.reader
    if reader is None or not access.holds(reader, ()):
        raise NOBODY
    name, content = FILE_FETCHER.only()(source.address, inside=settings.SOURCES_INSIDE)
    if hashlib.sha256(content).hexdigest() == source.digest:
        return None
    pending_file = pending.keep(
        content,
        name,
        source=source.name,
        licence=source.licence,
        by=reader,
        at=at,
        awaits=AWAITS,
        read_at_source=True,
    )
    for other in queries.read_at_source():  # the next version of a file replaces the former
        another = other.source == source.name and other.key != pending_file.key
        if another and not queries.progress(other.key).is_alive:
            pending.drop(other)
    pending.ask_check(pending_file, at=at)
    return pending_file


def rhythms() -> Mapping[int, str]:
    """Return how often a source may be read again, in words."""
    return rules.READING_RHYTHMS
