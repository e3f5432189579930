"""Load a file of addresses dropped on the site: stored at once, read by the worker."""

import fcntl
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django_tasks import task

from maillage.apps.directory.intake.actions.pending import AGAIN, UNEXPECTED
from maillage.apps.directory.intake.queries import addresses as queries
from maillage.apps.directory.intake.queries.addresses import Loading
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.sources.offer import addresses

NAME = re.compile(r"[^\w.-]+")


def receive(name: str, chunks: Iterable[bytes], *, by: User, at: datetime) -> None:
    """Store a file of addresses and ask the worker to load it; Refused while another one is being loaded."""
    queries.folder().mkdir(parents=True, exist_ok=True)
    with _alone() as has_lock:
        if not has_lock:
            raise Refused(
                "Ce fichier n’est pas chargé.",
                why="Un autre fichier d’adresses est en train de l’être.",
                do="Attendez qu’il soit fini, puis recommencez.",
            )
        name = NAME.sub("-", name).lstrip(".")[:80] or "adresses"
        _dropped(name).parent.mkdir(exist_ok=True)
        with _dropped(name).open("wb") as file:
            file.writelines(chunks)
        _tell(Loading(name=name, status=queries.RUNNING))
    journal.record(by=by, verb="addresses.loaded", row=by, at=at, words=name)
    load_later.enqueue(name)


@task(queue_name="quick")
def load_later(name: str) -> None:
    """Load a file of addresses, from the worker; the next attempt takes over should this one be killed."""
    if queries.loading().is_alive and _dropped(name).exists():
        load_later.using(run_after=timezone.now() + AGAIN).enqueue(name)
        load(name)


def load(name: str) -> None:
    """Load a dropped file unless another process is at it, and erase it."""
    path = _dropped(name)
    with _alone() as has_lock:
        if not has_lock or not path.exists():
            return
        progress = Loading(name=name, status=queries.RUNNING)
        try:
            loaded = addresses.load(
                path,
                queries.folder(),
                tell=lambda share, n: _tell(replace(progress, share=round(share, 3), n=n)),
            )
            _tell(replace(progress, status=queries.DONE, share=1.0, n=loaded.numbers, note=loaded.first_left))
        except Refused as error:
            _tell(replace(progress, status=queries.FAILED, error=error.sentences))
        except Exception:
            path.unlink(missing_ok=True)
            _tell(replace(progress, status=queries.FAILED, error=UNEXPECTED))
            raise
        path.unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[bool]:
    """Lock the folder; the system releases it when the process dies. Yields whether it was free."""
    with (queries.folder() / "verrou").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def _dropped(name: str) -> Path:
    return queries.folder() / "depots" / name


def _tell(progress: Loading) -> None:
    fields: dict[str, Any] = asdict(progress)
    write_whole(queries.folder() / "avancement.json", json.dumps(fields, ensure_ascii=False))
