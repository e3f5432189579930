"""Anchors of the journal: its end, written each day in the database, in a file beside it, and in a mail."""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from maillage.apps.platform.accounts import actions, queries
from maillage.apps.platform.accounts.models import Anchor
from maillage.apps.platform.accounts.rules import anchors
from maillage.apps.platform.accounts.rules.journal import DAILY, RESTORED
from maillage.apps.platform.messages import actions as messages

FOLDER = "ancres"


def folder() -> Path:
    """Return where anchors are written, a file a month: a backup put back does not bring it back."""
    return Path(settings.HOME) / FOLDER


def write_daily(at: datetime) -> dict[str, int]:
    """Write the anchor of a day, if the journal went on since the last one, and send it when an address is
    set; return how many were written.
    """
    if not queries.to_anchor(at):
        return {}
    with transaction.atomic():
        actions.lock_head()
        if not queries.to_anchor(at):  # another process did, while this one waited
            return {}
        anchor = write(at=at, cause=DAILY, sent_to=settings.ANCHORS_TO)
    if settings.ANCHORS_TO and anchor is not None:  # afterwards: an address that is wrong undoes no anchor
        messages.put(
            channel="email",
            to=settings.ANCHORS_TO,
            subject=f"Ancre du journal, {anchor}",
            text=anchors.page(anchor.head),
            key=anchor.mail_key,
            at=at,
        )
    return {"ecrites": 1}


@transaction.atomic
def write(*, at: datetime, cause: str, sent_to: str = "") -> Anchor | None:
    """Write the end of the journal in the database and in its file; None when the journal has no line."""
    anchor = actions.anchor(at=at, cause=cause, sent_to=sent_to)
    if anchor is not None:
        _append(folder() / f"{anchor.at:%Y-%m}.txt", anchors.line(anchor.head))
    return anchor


def mark_restored(at: datetime) -> None:
    """Write in the file of anchors that a backup was put back, and where it ends. Not in the database: what
    was restored stays as it was saved.
    """
    head = queries.head(at=at, cause=RESTORED)
    if head is not None:
        _append(folder() / f"{head.at:%Y-%m}.txt", anchors.line(head))


def _append(path: Path, line: str) -> None:
    """Add a line to a file, on the disk before anything else is done; half a line left by a cut is taken
    off.
    """
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with path.open("a+", encoding="utf-8", errors="surrogateescape") as file:
        file.seek(0)
        there = file.read()
        sound = anchors.complete_lines(there)
        if sound != there:
            file.truncate(len(sound.encode("utf-8", "surrogateescape")))
        end = "\n" if sound and not sound.endswith("\n") else ""
        file.write(f"{end}{line}\n")
        file.flush()
        os.fsync(file.fileno())
    opened = os.open(path.parent, os.O_RDONLY)  # the name of a new file, too
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def files() -> list[Path]:
    """Return the files of anchors, oldest first."""
    return sorted(folder().glob("*.txt"))
