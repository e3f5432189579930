"""Keep a paper, open it, erase it: its file is written before its row, and leaves after it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import access, queries, rules
from maillage.apps.people.documents.actions import scanning
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.documents.rules import refused
from maillage.apps.people.persons.access import check_supervised
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import HOW
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.typed import sent_by


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was examined: its media type, its number of pages, its metadata in French."""

    content: bytes
    media: str
    pages: int = 1
    metadata: tuple[str, ...] = ()


def store(
    upload: Upload,
    *,
    person: Person,
    structure: Structure,
    kind: str,
    purpose: str,
    days: int,
    how: str,
    by: User,
    at: datetime,
    token: str,
) -> Paper:
    """Keep a paper of a person, once they agreed: scanned, encrypted, until a date; sent twice, it is kept
    once.

    The file is whole on the disk before anything names it: cut in the middle, what is left is a file that no
    key opens, and that `sweep` removes.
    """
    keys = queries.keyring()
    if not access.keepers(by, person).filter(pk=structure.pk).exists():
        raise refused(
            "Vous n’aidez pas cette personne au nom de cette structure.",
            "Demandez-lui de montrer sa carte, puis recommencez.",
        )
    if kind not in rules.KINDS or purpose not in rules.purposes() or days not in rules.retention_days():
        raise refused("Un choix n’est pas dans la liste.", "Rechargez la page, puis choisissez.")
    if how not in HOW:
        raise refused(
            "Il manque comment la personne a dit oui.", "Lisez-lui la phrase, puis choisissez sa réponse."
        )
    token = sent_by(token, person.pk)
    if (former := Paper.objects.filter(token=token).first()) is not None:
        return former
    check_supervised(by, structure.pk, timezone.localdate(at), "Le papier n’a pas été gardé.")
    scanned = scanning.scan(upload.content)
    name, key = secrets.token_hex(16), rules.new_paper_key()
    _write(name, rules.seal(key, upload.content, name=name))
    try:
        with transaction.atomic():
            row = people.lock(person)
            twin = Paper.objects.filter(token=token).first()
            if twin is None:
                _refuse_one_more(row, at)
                paper = Paper.objects.create(
                    person=row,
                    structure=structure,
                    by=by,
                    token=token,
                    kind=kind,
                    purpose=purpose,
                    name=name,
                    wrapped=keys.wrap(key),
                    media=upload.media,
                    size=len(upload.content),
                    pages=upload.pages,
                    scanner=scanned,
                    how=how,
                    words=rules.words_to_keep(structure.name),
                    stored_at=at,
                    expires_on=rules.until(timezone.localdate(at), days),
                    example=row.example,
                )
                record("paper.stored", paper, by=by, at=at, structure=structure.pk)
                people.touch(row, at=at)
    except BaseException:
        queries.path_of(name).unlink(missing_ok=True)
        raise
    if twin is not None:
        queries.path_of(name).unlink(missing_ok=True)
        return twin
    return paper


def _refuse_one_more(person: Person, at: datetime) -> None:
    if access.current_papers(timezone.localdate(at)).filter(person=person).count() >= rules.most_papers():
        raise refused(
            f"{rules.most_papers()} papiers sont déjà gardés pour cette personne, c’est le plus.",
            "Effacez avec elle ceux qui ne servent plus.",
        )


def _write(name: str, sealed: bytes) -> None:
    try:
        write_whole(queries.path_of(name), sealed, mode=0o600)
    except Refused as error:
        why = reason(error.__cause__) if isinstance(error.__cause__, OSError) else error.why
        raise refused(
            f"Sur l’ordinateur de la plateforme, {why}. Rien n’a été laissé à moitié écrit.",
            "Rendez le papier à la personne, et prévenez la personne qui administre la plateforme.",
        ) from error


def read(paper: Paper, *, by: User, at: datetime) -> Iterator[bytes]:
    """Record that a user opens a paper, and return its content, a piece at a time; Refused when it cannot be
    opened: nothing is recorded then.
    """
    today = timezone.localdate(at)
    acting = access.acting_for(by, paper, today)
    check_supervised(by, acting, today, "Ce papier ne s’ouvre pas.")
    pieces = opened(paper)
    record("paper.read", paper, by=by, at=at, structure=acting)
    return pieces


def opened(paper: Paper) -> Iterator[bytes]:
    """Return the content of a paper, a piece at a time, telling nobody; Refused when it cannot be opened."""
    key = queries.keyring().unwrap(paper.wrapped)
    try:
        file = queries.path_of(paper.name).open("rb")
        pieces = rules.unseal(key, file, name=paper.name)
        first = next(pieces)  # of the wrong file, nothing is sent
    except (OSError, rules.Damaged) as error:
        raise Refused(
            "Ce papier ne peut pas être ouvert.",
            why="Son fichier manque, ou a été changé.",
            do="Redemandez le papier à la personne, et prévenez la personne qui administre la plateforme.",
        ) from error
    return _closing(chain((first,), pieces), file.close)


def _closing(pieces: Iterator[bytes], close: Callable[[], None]) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        close()


@transaction.atomic
def erase(paper: Paper, *, by: User | None, at: datetime, how: str) -> Paper:
    """Erase a paper: its key and its file are destroyed, its sharings stop, and that it was there stays told
    to the person. by: None for the person, with their card, and for its date.
    """
    row = lock(paper)
    row.wrapped, row.erased_at, row.erased_how = "", at, how
    row.save(update_fields=["wrapped", "erased_at", "erased_how"])
    Share.objects.filter(paper=row, withdrawn_at=None).update(withdrawn_at=at)
    record("paper.erased", row, by=by, at=at, structure=row.structure_id, more=rules.ERASED[how])
    _remove_after(row.name)
    return row


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> int:
    """Destroy the papers of a person being erased, files and keys; return how many. structure: that stores
    them; None for all.
    """
    papers = Paper.objects.filter(person=person)
    if structure is not None:
        papers = papers.filter(structure=structure)
    rows = list(papers.select_for_update())
    for row in rows:
        record("paper.forgotten", row, by=None, at=at, structure=row.structure_id, bare=True)
        _remove_after(row.name)
    Paper.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _remove_after(name: str) -> None:
    """Remove a file once no row names it; a program killed between the two leaves it to `sweep`."""
    transaction.on_commit(lambda: queries.path_of(name).unlink(missing_ok=True))


def lock(paper: Paper) -> Paper:
    """Return a paper as it is now, its person locked first; Refused once it is gone."""
    people.lock(paper.person)
    row = (
        Paper.objects.select_for_update(of=("self",))
        .select_related("person", "structure")
        .filter(pk=paper.pk, erased_at__isnull=True)
        .first()
    )
    if row is None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Ce papier est déjà effacé.",
            do="S’il sert encore, gardez-en une autre copie avec la personne.",
        )
    return row


def record(
    verb: str,
    row: Paper,
    *,
    by: User | None,
    at: datetime,
    structure: int | None,
    more: str = "",
    bare: bool = False,
) -> None:
    """Write in the journal what was done with a paper: its kind, and what it serves unless bare."""
    words = "" if bare else ", ".join(filter(None, (row.get_kind_display(), row.purpose_label, more)))
    journal.record(by=by, verb=verb, row=row, at=at, structure=structure, words=words)
