"""Store a dropped file, correct how it is read, check it whole, import it: from the page, or from the worker.

A killed worker leaves nothing half done: the import is one transaction, and every attempt first schedules the
next, which finds the work done or does it.
"""

import fcntl
import hashlib
import json
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.intake.queries.pending import PendingFile, Progress
from maillage.apps.directory.places.models import Import, Source
from maillage.apps.platform.accounts.models import User
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources.offer import correct, files, mapping, propose
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.forms.sheet import Sheet

RETENTION = timedelta(hours=24)
AGAIN = timedelta(seconds=10)  # before the next attempt, in case the worker was killed
BETWEEN_SIGNS = 0.5  # seconds
DISTINCT = 1_000  # values of a column kept to be shown
ENOUGH = 0.5  # of the columns of a correspondence, for a file to be read with it

UNEXPECTED = (
    "L’import s’est arrêté sur une erreur imprévue. Rien n’est à moitié écrit.",
    "Ce n’est pas votre faute ; l’erreur est notée dans le journal du serveur.",
    "Relancez-le. S’il échoue encore, prévenez la personne qui tient cette installation.",
)


def keep(
    content: bytes,
    name: str,
    *,
    source: str,
    licence: str,
    by: User,
    at: datetime,
    awaits: timedelta = RETENTION,
    read_at_source: bool = False,
) -> PendingFile:
    """Store a file for a day, or as long as it awaits somebody, with the way it would be read.

    Refused when it contains no table.
    """
    sheet = forms.parse(content, name)
    how, title, draft, why = _first_draft(sheet, source)
    pending_file = PendingFile(
        key=secrets.token_hex(10),
        name=sheet.name,
        digest=hashlib.sha256(content).hexdigest(),
        source=source,
        licence=licence,
        by=by.pk,
        at=at.isoformat(),
        how=how,
        title=title,
        why=why,
        form=sheet.form,
        columns=sheet.columns,
        n_rows=len(sheet.rows),
        notes=sheet.notes,
        faults=len(sheet.faults),
        draft=draft,
        read_at_source=read_at_source,
    )
    write_whole(pending_file.path, content)
    first = [(row.number, row.line, list(row.cells.values())) for row in sheet.rows[: queries.SAMPLE]]
    _write(pending_file.key, "extrait.json", first)
    _write(pending_file.key, "valeurs.json", {column: _values(sheet, column) for column in sheet.columns})
    _write(pending_file.key, "fiche.json", asdict(pending_file))
    forget_later.using(run_after=at + awaits).enqueue(pending_file.key)
    return pending_file


def hold(content: bytes, name: str, *, at: datetime) -> str:
    """Store the bytes of a file while the rest of its form is completed, and return its key."""
    key = secrets.token_hex(10)
    write_whole(queries.folder(key) / "fichier", content)
    _write(key, "nom.json", name)
    forget_later.using(run_after=at + RETENTION).enqueue(key)
    return key


def let_go(key: str) -> None:
    """Delete a file stored while its form was completed."""
    if queries.dropped_file(key) is not None:
        shutil.rmtree(queries.folder(key), ignore_errors=True)


def _first_draft(sheet: Sheet, source: str) -> tuple[str, str, str, dict[str, str]]:
    """Return how a file is first read: like its source's last file, as a known format, else by guessing.
    Columns that the last file did not have are guessed too.
    """
    there = {plain(column) for column in sheet.columns}
    last = Source.objects.filter(name=source).values_list("correspondence", flat=True).first()
    if last:
        stored = mapping.load(last, source)
        used = stored.used() - set(stored.ignored)
        if len(used & there) >= ENOUGH * len(used):
            text, guesses = propose.completed(correct.parsed(last, source), stored, sheet)
            return "source", source, text or last, {guess.column: guess.why for guess in guesses}
    known = mapping.recognised(sheet.columns)
    text, _, guesses = files.draft(sheet)
    why = {guess.column: guess.why for guess in guesses}
    return ("propose", "", text, why) if known is None else ("format", known.title, text, why)


def _values(sheet: Sheet, column: str) -> dict[str, Any]:
    counts = Counter(value for row in sheet.rows if (value := row.cells[column]))
    most_common = counts.most_common(DISTINCT)
    return {"valeurs": most_common, "autres": len(counts) - len(most_common)}


def correct_draft(pending_file: PendingFile, text: str) -> PendingFile:
    """Store another way of reading a file; Refused, naming the key at fault, when it cannot be applied.

    A column put to another use is no longer guessed.
    """
    before, after = (
        correct.uses(correct.parsed(each, "correspondance")) for each in (pending_file.draft, text)
    )
    why = {
        name: reason
        for name, reason in pending_file.why.items()
        if before.get(plain(name)) == after.get(plain(name))
    }
    changed = replace(pending_file, draft=text, why=why)
    _write(pending_file.key, "fiche.json", asdict(changed))
    return changed


def start_over() -> int:
    """Put every file that was read or was being read back as it was dropped, and return how many: what it
    would change was compared with other rows than those of today.
    """
    n = 0
    for key, *_ in queries.ages():
        if queries.progress(key).status in (*queries.ALIVE, queries.CHECKED):
            _tell(key, Progress())
            n += 1
    return n


def drop(pending_file: PendingFile) -> None:
    """Delete a file and all that was read from it."""
    erase(pending_file.key)


def erase(key: str) -> None:
    """Delete whatever is stored under a key."""
    if queries.KEY.fullmatch(key):
        shutil.rmtree(queries.folder(key), ignore_errors=True)


@task(queue_name="quick")
def forget_later(key: str) -> None:
    """Delete a file after its day, from the worker; later when it is being imported."""
    if queries.progress(key).is_alive:
        forget_later.using(run_after=timezone.now() + RETENTION).enqueue(key)
    else:
        erase(key)


# --------------------------------------------------------------------------------------------- the whole file


def ask_check(pending_file: PendingFile, *, at: datetime) -> None:
    """Request a check of the whole file: at once when it is short, else from the worker."""
    _tell(
        pending_file.key,
        Progress(status=queries.CHECKING, requested_at=at.isoformat(), version=pending_file.version),
    )
    _start(pending_file)


def ask_import(pending_file: PendingFile, *, is_complete: bool, at: datetime) -> None:
    """Request the import of a checked file; Refused when it was corrected since, or is already being
    imported.
    """
    progress = queries.progress(pending_file.key)
    if progress.status != queries.CHECKED or progress.version != pending_file.version:
        raise Refused(
            "L’import n’a pas commencé.",
            why="La correspondance a changé depuis la vérification, ou l’import est déjà en cours.",
            do="Vérifiez encore une fois le fichier, puis importez-le.",
        )
    _tell(
        pending_file.key,
        replace(
            progress,
            status=queries.IMPORTING,
            is_complete=is_complete,
            requested_at=at.isoformat(),
            step="",
            share=0.0,
        ),
    )
    _start(pending_file)


def ask_stop(pending_file: PendingFile) -> None:
    """Ask the work on a file to stop: it does at the next row, and nothing of it is written."""
    _stop_sign(pending_file.key).touch()
    with _alone(pending_file.key) as has_lock:
        if has_lock:  # nobody is at it yet
            _stopped(pending_file.key)


class _Stopped(Exception):
    """Somebody asked the work on a file to stop."""


def _stop_sign(key: str) -> Path:
    return Path(queries.folder(key) / "arret")


def _stopped(key: str) -> None:
    """Put a file back as it was before the work that was stopped."""
    progress = queries.progress(key)
    if progress.is_alive:
        before = queries.DRAFT if progress.status == queries.CHECKING else queries.CHECKED
        _tell(key, replace(progress, status=before, step="", share=0.0))
    _stop_sign(key).unlink(missing_ok=True)


def _start(pending_file: PendingFile) -> None:
    _stop_sign(pending_file.key).unlink(missing_ok=True)
    if pending_file.is_long:
        work_later.enqueue(pending_file.key)
    else:
        work(pending_file.key)


@task(queue_name="quick")
def work_later(key: str) -> None:
    """Do the requested work on a file, from the worker."""
    if queries.progress(key).is_alive:
        work_later.using(run_after=timezone.now() + AGAIN).enqueue(
            key
        )  # takes over, should this one be killed
        work(key)


def work(key: str) -> None:
    """Do the requested work on a file, unless another process is at it or it is done."""
    pending_file = queries.find(key)
    if pending_file is None:
        return
    with _alone(key) as has_lock:
        progress = queries.progress(key)
        if not has_lock or not progress.is_alive:
            return
        if _stop_sign(key).exists():
            _stopped(key)
            return
        try:
            if progress.status == queries.CHECKING:
                _check(pending_file, progress)
            else:
                _import(pending_file, progress)
        except _Stopped:
            _stopped(key)
        except Refused as error:
            _tell(key, Progress(status=queries.FAILED, error=error.sentences))
        except Exception:
            _tell(key, Progress(status=queries.FAILED, error=UNEXPECTED))
            raise


def _check(pending_file: PendingFile, progress: Progress) -> None:
    at = datetime.fromisoformat(progress.requested_at)
    steps = _Steps(pending_file, progress)
    result = queries.result(
        pending_file,
        today=timezone.localdate(at),
        tell=lambda share: steps.tell("Lecture du fichier", 0.95 * share),
    )
    steps.tell("Comparaison avec les fiches connues", 0.95)
    expected = queries.expected(result, pending_file.source, at=at)
    _write(pending_file.key, "lecture.json", queries.as_json(result))
    _tell(pending_file.key, replace(progress, status=queries.CHECKED, expected=expected, step="", share=1.0))


def _import(pending_file: PendingFile, progress: Progress) -> None:
    at = datetime.fromisoformat(progress.requested_at)
    row = Import.objects.filter(digest=pending_file.digest, started_at=at).first()
    if row is None:  # else it was written by somebody who was killed just after
        steps = _Steps(pending_file, progress)
        result = queries.checked_result(pending_file, progress) or queries.result(
            pending_file,
            today=timezone.localdate(at),
            tell=lambda share: steps.tell("Lecture du fichier", 0.0),
        )
        row = _take_in(pending_file, result, is_complete=progress.is_complete, at=at, tell=steps.tell)
    _tell(
        pending_file.key,
        replace(progress, status=queries.DONE, row=row.pk, expected=None, step="", share=1.0),
    )
    for name in ("fichier", "fiche.json", "extrait.json", "valeurs.json", "lecture.json"):
        (queries.folder(pending_file.key) / name).unlink(missing_ok=True)


@transaction.atomic
def _take_in(
    pending_file: PendingFile,
    result: Any,
    *,
    is_complete: bool,
    at: datetime,
    tell: Callable[[str, float], None] = lambda step, share: None,
) -> Import:
    """Import the places, and remember how the source is read: its next file will be read the same way."""
    source, _ = Source.objects.get_or_create(
        name=pending_file.source,
        defaults={
            "producer": result.correspondence.producer,
            "licence": pending_file.licence or result.correspondence.licence,
        },
    )
    source.correspondence = pending_file.draft
    if pending_file.licence:
        source.licence = pending_file.licence
    source.save()
    by = User.objects.filter(pk=pending_file.by).first()
    everywhere = (
        queries.communes_of(pending_file) is None
    )  # else places missing from the file may be those of another territory
    return importing.take_in(
        result,
        source=pending_file.source,
        digest=pending_file.digest,
        by=by,
        at=at,
        correspondence=pending_file.draft,
        is_complete=is_complete and everywhere,
        tell=tell,
    )


class _Steps:
    """The progress of a work, written at most twice a second; raises when somebody asked it to stop."""

    def __init__(self, pending_file: PendingFile, progress: Progress) -> None:
        self.file, self.progress, self.last, self.step = pending_file, progress, 0.0, ""

    def tell(self, step: str, share: float) -> None:
        """Store the current step and the share done, unless the last signal is recent."""
        if step != self.step or time.monotonic() - self.last > BETWEEN_SIGNS:
            self.last, self.step = time.monotonic(), step
            if _stop_sign(self.file.key).exists():
                raise _Stopped
            _tell(self.file.key, replace(self.progress, step=step, share=round(share, 3)))


@contextmanager
def _alone(key: str) -> Iterator[bool]:
    """Lock a file; the system releases it when the process dies. Yields whether it was free."""
    with (queries.folder(key) / "verrou").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _tell(key: str, progress: Progress) -> None:
    _write(key, "avancement.json", asdict(progress))


def _write(key: str, name: str, content: Any) -> None:
    write_whole(Path(queries.folder(key) / name), json.dumps(content, ensure_ascii=False))
