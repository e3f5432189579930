"""Pairs to decide, grouped by what their names and addresses have in common: one decision may serve many."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Pair
from maillage.apps.directory.places.queries import space
from maillage.apps.platform.accounts.models import Visitor
from maillage.statistics.engine import duplicates

NAMES = (*duplicates.NAMES, duplicates.ONE_LETTER)
SORTS = frozenset((*NAMES, *duplicates.ADDRESSES, *duplicates.CONTRADICTIONS))
LEAST = 2  # pairs of a group: one alone is decided on its own page
AT_ONCE = 100  # pairs read on one page of a group


@dataclass(frozen=True, slots=True)
class Group:
    """Pairs that agree in the same way: their key in an address, what is said of all, and how many."""

    key: str
    words: str
    n: int


def sort(reasons: Sequence[str]) -> tuple[str, ...]:
    """Return the reasons of a pair about its names and its addresses."""
    return tuple(reason for reason in reasons if reason in SORTS)


def key(words: Sequence[str]) -> str:
    """Return the key of a group in an address.

    >>> key(("même nom", "même adresse")) == key(("même nom", "adresses différentes"))
    False
    """
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:12]


def groups(user: Visitor, on: date) -> list[Group]:
    """Return the groups of pairs to decide, the largest first."""
    counts = Counter(sort(reasons) for reasons in space.pairs(user, on).values_list("reasons", flat=True))
    groups = [Group(key(words), " ; ".join(words), n) for words, n in counts.items() if words and n >= LEAST]
    return sorted(groups, key=lambda group: (-group.n, group.words))


def of_group(user: Visitor, on: date, group_key: str) -> tuple[str, list[int]]:
    """Return the words of a group of pairs, and their numbers, the likeliest first; no number if there is no
    such group.
    """
    words, numbers = "", []
    for pk, reasons in space.pairs(user, on).values_list("pk", "reasons"):
        if key(agreed := sort(reasons)) == group_key and agreed:
            words = " ; ".join(agreed)
            numbers.append(pk)
    return words, numbers


def decided_between(user: Visitor, by: str, start: datetime, end: datetime) -> QuerySet[Pair]:
    """Return the pairs that somebody decided together, the last first."""
    decided = access.pairs_for(user).filter(answered_by=by, answered_at__gte=start, answered_at__lte=end)
    return decided.exclude(state=rules.OPEN).order_by("-answered_at", "-pk")
