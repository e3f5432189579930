"""Marks that tell every process of a change in the contents of a public page: another one after each write.

A mark is left once a write is committed, and holds no lock while it lasts. A process killed in between leaves
none: whoever keeps what it read keeps it for a minute at most.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from uuid import uuid4

from django.core.cache import caches
from django.db import transaction

STORE, KEY = "default", "mark:"


def leave(subject: str) -> None:
    """Leave a mark on a subject at the end of the transaction under way, once."""
    write_mark = _mark_writer(subject)
    if not any(each[1] is write_mark for each in transaction.get_connection().run_on_commit):
        transaction.on_commit(write_mark, robust=True)


def latest(subjects: Sequence[str]) -> Mapping[str, str]:
    """Return the mark that the last change of each subject left; none where nothing ever changed."""
    return caches[STORE].get_many([KEY + subject for subject in subjects]) if subjects else {}


@cache
def _mark_writer(subject: str) -> Callable[[], None]:
    return partial(_write, KEY + subject)


def _write(key: str) -> None:
    caches[STORE].set(key, uuid4().hex, timeout=None)
