"""/sante/: whether the platform works, in words that a watching program reads.

A platform whose database answers may still keep nothing: the disk is full. What would make somebody lose
what they write answers 503; what only makes them wait is told, and answers 200.
"""

import os
import shutil
import time
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

from maillage.apps.platform.messages.queries import ready_to_send

VERSION = version("maillage")
WELL, SLOW, BROKEN = "ok", "ralenti", "en panne"
TRIED = 65_536  # bytes written and thrown away
AGAIN = 5  # seconds: anybody may ask, and the disk is not made to write for each
WRITE_STAMP = "ecriture.vue"  # touched in the home folder when a write went to its end
LITTLE = 200_000_000  # bytes: under this, a study or a backup may not fit
LATE = {"taches": 3_600, "messages": 1_800, "echeances": 300}  # seconds


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer with the state of the platform: 503 when a write would fail."""
    current_state = state(timezone.now())
    return JsonResponse(current_state, status=503 if current_state["etat"] == BROKEN else 200)


def state(at: datetime) -> dict[str, Any]:
    """Return the state that a watching program reads: `etat`, then each part; ages are in seconds, None when
    nothing waits or nothing was seen yet.
    """
    parts: dict[str, Any] = {"version": VERSION}
    parts["ecriture"] = WELL if is_written() else BROKEN
    parts["disque_libre_mo"] = free() // 1_000_000
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        parts["base"] = WELL
        parts |= _queue_ages(at)
    except DatabaseError:
        parts["base"] = BROKEN
    parts["echeances"] = _age(settings.HEARTBEAT)
    parts["sauvegarde"] = _age(settings.LAST_BACKUP)
    parts["restauration"] = _age(settings.LAST_RESTORATION)
    late = [name for name, most in LATE.items() if (parts.get(name) or 0) > most]
    if BROKEN in (parts["ecriture"], parts["base"]):
        overall = BROKEN
    else:
        overall = SLOW if late or parts["disque_libre_mo"] * 1_000_000 < LITTLE else WELL
    return {"etat": overall, **parts}


def is_written() -> bool:
    """Check that the home folder can be written, as it was tried a moment ago by any process of ours.

    A failure is never remembered, nor is a success once the folder is closed or the disk full: a probe is
    told at once.
    """
    if free() < TRIED or not os.access(settings.HOME, os.W_OK | os.X_OK):
        return False
    with suppress(OSError):
        if 0 <= time.time() - (settings.HOME / WRITE_STAMP).stat().st_mtime < AGAIN:
            return True
    return can_write()


def can_write() -> bool:
    """Check that a file of the home folder can be written to the end, as a row of SQLite would be."""
    path = settings.HOME / f".sante.{os.getpid()}"
    try:
        with path.open("wb") as file:
            file.write(bytes(TRIED))
            file.flush()
            os.fsync(file.fileno())
        (settings.HOME / WRITE_STAMP).touch()
    except OSError:
        with suppress(OSError):
            (settings.HOME / WRITE_STAMP).unlink()  # the others try in their turn
        return False
    finally:
        with suppress(OSError):  # a disk that only reads refuses to take off what is not there
            path.unlink()
    return True


def _queue_ages(at: datetime) -> dict[str, int | None]:
    task = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    message = ready_to_send(at).order_by("due_at").values_list("due_at", flat=True).first()
    return {
        "taches": round((at - task).total_seconds()) if task else None,
        "messages": round((at - message).total_seconds()) if message else None,
    }


def free() -> int:
    """Return how many bytes may still be written beside the home folder, none when it is not there."""
    try:
        return shutil.disk_usage(settings.HOME).free
    except OSError:
        return 0


def backup_size() -> int | None:
    """Return how many bytes the last backup weighs, None where none was made, or by a former version."""
    try:
        return int(settings.LAST_BACKUP.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _age(path: Path) -> int | None:
    """Return since how many seconds a file was touched, None when it never was."""
    try:
        return round(max(0.0, time.time() - path.stat().st_mtime))
    except OSError:
        return None
