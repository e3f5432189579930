"""The latest answer of a query that is long at the size of a country: taken again in the background, so that
no reader waits for it twice.

A query is a function named by its path, `query(*words, on=day)`, which reads counts only; what it returns is
stored as it is, and belongs to all its readers: none changes it. What is small is read on the spot.
"""

import hashlib
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Any

from django.core.cache import caches
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.module_loading import import_string

STORE, BOOK = "default", "snapshots"
FRESH = timedelta(minutes=10)  # for what somebody read within the hour
DAILY = timedelta(hours=20)  # for the rest: once a day
OLDEST = timedelta(hours=26)  # beyond, nothing runs in the background: the reader waits
LATELY, MONTH = timedelta(hours=1), timedelta(days=30)
NEVER = (None, b"")  # when it was taken, and what it is
Words = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The answer of a query, with its date."""

    value: Any
    at: datetime


def latest(query: str, *words: Any, at: datetime) -> Snapshot:
    """Return the latest answer of a query, a day old at most; the first reader ever waits for it.

    words: what JSON can hold, lists for sets.
    """
    return _stored(query, words, at, lambda: True) or _take(query, words, at)


def answer(
    query: str, *words: Any, on: date, at: datetime, is_long: Callable[[], bool]
) -> tuple[Any, datetime | None]:
    """Return the answer of a query and its date: read on the spot, date None, as long as it is short. Once it
    was long, its latest answer, and nobody looks any more whether it is: in a country, that alone is long.

    words: what JSON can hold, lists for sets; on: the day of what is read on the spot.
    """
    is_wanted = cache(is_long)
    taken = _stored(query, words, at, is_wanted) or (_take(query, words, at) if is_wanted() else None)
    return (taken.value, taken.at) if taken else (import_string(query)(*words, on=on), None)


def _stored(query: str, words: Words, at: datetime, is_wanted: Callable[[], bool]) -> Snapshot | None:
    """Return the answer that is stored, None without one of less than a day; note who is read, for what will
    be taken again. is_wanted: asked when nothing is stored.
    """
    key = _key(query, words)
    entries = caches[STORE].get_many((key, BOOK))
    taken_at, packed = entries.get(key, NEVER)
    is_old = taken_at is None or at - taken_at > OLDEST
    if is_old and not is_wanted():
        return None
    book = entries.get(BOOK, {})
    if key not in book or at - book[key][2] > LATELY:
        caches[STORE].set(BOOK, {**book, key: (query, words, at)}, timeout=None)
    return None if is_old else Snapshot(_unpacked(packed), taken_at)


def run_deadlines(*, at: datetime) -> int:
    """Take again what is old: every ten minutes what somebody reads, the rest once a day; return how many.

    What nobody read for a month is left to its next reader.
    """
    book: dict[str, tuple[str, Words, datetime]] = caches[STORE].get(BOOK, {})
    wanted = {key: row for key, row in book.items() if at - row[2] <= MONTH}
    if wanted != book:
        caches[STORE].set(BOOK, wanted, timeout=None)
    taken = 0
    for key, (query, words, read_at) in wanted.items():
        taken_at, _ = caches[STORE].get(key, NEVER)
        wait = FRESH if at - read_at <= LATELY else DAILY
        if taken_at is None or at - taken_at >= wait:
            # What it was about, or the query of a former version, is no more: its next reader will know.
            with suppress(ObjectDoesNotExist, ImportError):
                _take(query, words, at)
                taken += 1
    return taken


def _take(query: str, words: Words, at: datetime) -> Snapshot:
    function: Callable[..., Any] = import_string(query)
    snapshot = Snapshot(function(*words, on=timezone.localdate(at)), at)
    caches[STORE].set(_key(query, words), (at, pickle.dumps(snapshot.value)), timeout=None)
    return snapshot


@lru_cache(maxsize=64)
def _unpacked(packed: bytes) -> Any:
    """Return the stored value: unpacked once by each process for as long as nothing is taken again."""
    return pickle.loads(packed)  # noqa: S301 - signed with the row that carries it: manage/requests/signed_cache.py


def _key(query: str, words: Words) -> str:
    # Another version may store other fields under the same name.
    digest = hashlib.sha256(json.dumps([version("maillage"), query, words]).encode())
    return f"snapshots:{digest.hexdigest()}"
