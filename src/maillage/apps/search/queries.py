"""Search what a user may see: the words say which rows, the rows themselves say whether they are theirs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils.module_loading import import_string

from maillage.apps.accounts.access import rights_of
from maillage.apps.search import rules
from maillage.apps.search.models import SearchGram, SearchWord
from maillage.apps.search.rules import FixedEntry, FixedKind, Hit, Matches, SearchKind, WordIndex

FEW, PAGE = 4, 20  # results of a kind among others; on a page of its own
MOST = 400  # rows of a kind that are counted and put in order: beyond, another word is asked for
HELD = 400  # rows of a kind that a word finds, whose numbers are read once
CANDIDATES = 400  # words whose letters are compared one by one
LAST = "z" * rules.LONGEST_WORD  # after every word that begins the same: they have letters and digits only


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the search, and the words almost like it."""

    typed: str
    near: tuple[str, ...] = ()

    @property
    def condition(self) -> Q:
        """The words of rows that it finds: those that begin with it, those that are almost it."""
        begins = Q(word__gte=self.typed, word__lte=self.typed + LAST)
        return begins | Q(word__in=self.near) if self.near else begins


@dataclass(frozen=True, slots=True)
class Group:
    """The results of a kind. total: how many, MOST when there are at least as many."""

    kind: SearchKind | FixedKind
    hits: list[Hit]
    total: int
    page: int = 1

    @property
    def is_cut(self) -> bool:
        """Whether there are more results than are counted."""
        return self.total >= MOST

    @property
    def pages(self) -> int:
        """Of how many pages, twenty results on each."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, by kind. is_near: nothing is spelled as typed, these are almost it."""

    groups: list[Group] = field(default_factory=list)
    is_near: bool = False

    @property
    def total(self) -> int:
        """How many results in all."""
        return sum(group.total for group in self.groups)


@lru_cache(maxsize=1)
def kinds() -> tuple[SearchKind | FixedKind, ...]:
    """Return what each feature puts in the search (`settings.SEARCH_KINDS`), in the order of the page."""
    return tuple(kind for name in settings.SEARCH_KINDS for kind in import_string(name))


@lru_cache(maxsize=1)
def kinds_of_rows() -> dict[str, list[SearchKind]]:
    """Return the kinds of the rows of each model, by its label."""
    found: dict[str, list[SearchKind]] = {}
    for kind in kinds():
        if isinstance(kind, SearchKind):
            found.setdefault(kind.model, []).append(kind)
    return found


def find(user: Any, text: str, *, only: str = "", page: int = 1) -> Results:
    """Return what a user may see that holds each word of a text; when nothing does, what almost does.

    only: a kind, whose results come by pages.
    """
    words = [Word(each) for each in rules.typed_words(text)]
    if not words:
        return Results()
    asked = [kind for kind in kinds() if not only or kind.id == only]
    if groups := _groups(user, words, asked, forgiving=False, page=page if only else 0):
        return Results(groups)
    near = [replace(word, near=tuple(_near(word.typed))) for word in words]
    return Results(_groups(user, near, asked, forgiving=True, page=page if only else 0), is_near=True)


def _groups(
    user: Any,
    words: Sequence[Word],
    asked: Sequence[SearchKind | FixedKind],
    *,
    forgiving: bool,
    page: int,
) -> list[Group]:
    present = [_kinds_with(word) for word in words]
    matches = [_matches(word) for word in words]
    found = []
    for kind in asked:
        if isinstance(kind, FixedKind):
            group = _fixed(user, kind, words, page, forgiving=forgiving)
        elif all(there & {kind.id, *kind.kinds_linked} for there in present):
            group = _rows(user, kind, words, matches, page)
        else:
            continue
        if group.total:
            found.append(group)
    return found


def _kinds_with(word: Word) -> set[str]:
    """Return the kinds that have rows with a word: the others are not asked."""
    return set(SearchWord.objects.filter(word.condition).order_by().values_list("kind", flat=True).distinct())


def _near(word: str) -> list[str]:
    """Return the words of rows that are almost a word typed."""
    if not rules.faults_forgiven(word):
        return []
    shared = (
        SearchGram.objects.filter(gram__in=rules.grams(word))
        .values("word")
        .annotate(n=Count("gram"))
        .filter(n__gte=rules.shared_at_least(word))
        .order_by("-n", "word")
    )
    return rules.nearest(word, [row["word"] for row in shared[:CANDIDATES]])


def _matches(word: Word) -> Matches:
    """Return what gives the rows of a kind that have a word: their numbers, read once for all the kinds that
    ask; beyond some hundreds, the statement that finds them.
    """

    @cache
    def rows(kind: str) -> Any:
        found = SearchWord.objects.filter(word.condition, kind=kind).order_by()
        numbers = list(found.values_list("row", flat=True).distinct()[: HELD + 1])
        return numbers if len(numbers) <= HELD else found.values("row")

    return rows


def _rows(user: Any, kind: SearchKind, words: Sequence[Word], matches: Sequence[Matches], page: int) -> Group:
    """Return the results of a kind: whose title has the words first, then the latest."""
    seen = kind.rows(user)
    rows = seen
    for each in matches:
        condition = Q(pk__in=each(kind.id))
        linked = kind.linked(user, each)
        rows = rows.filter(condition if linked is None else condition | linked)
    numbers = list(dict.fromkeys(rows.order_by().values_list("pk", flat=True)[:MOST]))
    if not numbers:
        return Group(kind, [], 0)
    ranks = dict.fromkeys(numbers, 0)
    if len(numbers) > 1:
        typed = {word.typed for word in words}
        condition = reduce(or_, (word.condition for word in words))
        titles = SearchWord.objects.filter(condition, kind=kind.id, row__in=numbers, in_title=True)
        for row, title in titles.values_list("row", "word"):
            ranks[row] += 2 if title in typed else 1
    numbers.sort(key=lambda pk: (-ranks[pk], -pk))
    start, size = ((page - 1) * PAGE, PAGE) if page else (0, FEW)
    chosen = numbers[start : start + size]
    read = {row.pk: row for row in seen.filter(pk__in=chosen)}
    return Group(kind, [kind.hit(read[pk], user) for pk in chosen if pk in read], len(numbers), page or 1)


def _fixed(user: Any, kind: FixedKind, words: Sequence[Word], page: int, *, forgiving: bool) -> Group:
    entries = kind.entries()
    found = _index(kind, entries).find([word.typed for word in words], forgiving=forgiving)
    rights = rights_of(user)
    hits = [entries[n].hit for n in found if not entries[n].rights or rights.any(*entries[n].rights)]
    start, size = ((page - 1) * PAGE, PAGE) if page else (0, FEW)
    return Group(kind, hits[start : start + size], min(len(hits), MOST), page or 1)


_INDEXES: dict[str, tuple[Sequence[FixedEntry], WordIndex]] = {}


def _index(kind: FixedKind, entries: Sequence[FixedEntry]) -> WordIndex:
    """Return the words of a kind's texts, read again only when they are others."""
    if kind.id not in _INDEXES or _INDEXES[kind.id][0] is not entries:
        _INDEXES[kind.id] = (entries, WordIndex(entries))
    return _INDEXES[kind.id][1]


def read_ahead() -> None:
    """Read once what is found without a row, before somebody waits for it."""
    for kind in kinds():
        if isinstance(kind, FixedKind):
            _index(kind, kind.entries())


def is_empty() -> bool:
    """Return whether no row has words: the installation is new, or older than the search."""
    return not SearchWord.objects.exists()


def rows_out_of_step() -> Counter[str]:
    """Return, by kind, how many rows have not the words that they should, or have some and are no more."""
    wrong: Counter[str] = Counter()
    for kind in (each for held in kinds_of_rows().values() for each in held):
        stored: dict[int, dict[str, bool]] = {}
        for row, word, title in SearchWord.objects.filter(kind=kind.id).values_list(
            "row", "word", "in_title"
        ):
            stored.setdefault(row, {})[word] = title
        for each in kind.indexed().iterator(chunk_size=500):
            wrong[kind.id] += stored.pop(each.pk, {}) != rules.words_by_title(*kind.words(each))
        wrong[kind.id] += len(stored)
    return +wrong
