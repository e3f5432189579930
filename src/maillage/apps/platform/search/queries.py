"""Search what a user may see: the words say which rows, the rows themselves say whether they are theirs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search import rules
from maillage.apps.platform.search.models import SearchGram, SearchWord
from maillage.apps.platform.search.rules import FixedEntry, FixedKind, Hit, SearchKind, WordIndex
from maillage.web.bulk import among
from maillage.web.hooks import Hook

FEW, PAGE = 4, 20  # results of a kind among others; on a page of its own
KINDS: Hook[Sequence[SearchKind | FixedKind]] = Hook()  # of each feature, in the order of the page
MOST = 400  # rows of a kind that are counted and put in order: beyond, another word is asked for
READ = 8_000  # rows of all kinds that a word finds, whose numbers are read once
MAX_KIND_ROWS = 400  # of a word that finds more: rows of a kind whose numbers are read all the same
CANDIDATES = 400  # words whose letters are compared one by one
LAST = "z" * rules.LONGEST_WORD  # after every word that begins the same: they have letters and digits only


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the search, and the words almost like it."""

    typed: str
    near: tuple[str, ...] = ()

    def ways(self, **kinds: Any) -> list[QuerySet[SearchWord]]:
        """Return the words of rows that it finds: those that begin with it, then those that are almost it.
        Two statements: one that asks for either reads every word of the kinds.
        """
        rows = SearchWord.objects.filter(**kinds).order_by()
        begins = rows.filter(word__gte=self.typed, word__lte=self.typed + LAST)
        return [begins, rows.filter(word__in=self.near)] if self.near else [begins]


@dataclass(frozen=True, slots=True)
class Group:
    """The results of a kind. total: how many, MOST when there are at least as many."""

    kind: SearchKind | FixedKind
    hits: list[Hit]
    total: int
    page: int = 1

    @property
    def is_cut(self) -> bool:
        """True if there are more results than are counted."""
        return self.total >= MOST

    @property
    def pages(self) -> int:
        """Of how many pages, twenty results on each."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a search, by kind. is_near: nothing is spelled as typed, these are almost it."""

    groups: list[Group] = field(default_factory=list)
    is_near: bool = False

    @property
    def total(self) -> int:
        """Return the number of results in all."""
        return sum(group.total for group in self.groups)


@lru_cache(maxsize=1)
def kinds() -> tuple[SearchKind | FixedKind, ...]:
    """Return the kinds that each feature puts in the search, in the order of the
    page.
    """
    return tuple(kind for feature_kinds in KINDS for kind in feature_kinds)


@lru_cache(maxsize=1)
def kinds_of_rows() -> dict[str, list[SearchKind]]:
    """Return the kinds of the rows of each model, by its label."""
    kinds_by_model: dict[str, list[SearchKind]] = {}
    for kind in kinds():
        if isinstance(kind, SearchKind):
            kinds_by_model.setdefault(kind.model, []).append(kind)
    return kinds_by_model


def find(user: Visitor, text: str, *, only: str = "", page: int = 1) -> Results:
    """Return the results visible to a user that hold each word of a text; when nothing does, those that
    almost do.

    only: a kind, whose results come by pages.
    """
    words = [Word(each) for each in rules.typed_words(text)]
    if not words:
        return Results()
    searched_kinds = [kind for kind in kinds() if not only or kind.id == only]
    if groups := _groups(user, words, searched_kinds, forgiving=False, page=page if only else 0):
        return Results(groups)
    near = [replace(word, near=_near(word.typed)) for word in words]
    return Results(
        _groups(user, near, searched_kinds, forgiving=True, page=page if only else 0), is_near=True
    )


def _groups(
    user: Visitor,
    words: Sequence[Word],
    searched_kinds: Sequence[SearchKind | FixedKind],
    *,
    forgiving: bool,
    page: int,
) -> list[Group]:
    named = {each.id for each in searched_kinds} | {
        linked for each in searched_kinds if isinstance(each, SearchKind) for linked in each.kinds_linked
    }
    word_rows = [WordRows(word, named) for word in words]
    groups = []
    for kind in searched_kinds:
        if isinstance(kind, FixedKind):
            group = _fixed(user, kind, words, page, forgiving=forgiving)
        elif all(any(map(each.of_kind, (kind.id, *kind.kinds_linked))) for each in word_rows):
            group = _rows(user, kind, word_rows, page)
        else:
            continue
        if group.total:
            groups.append(group)
    return groups


class WordRows:
    """The rows that a word finds, by kind: read once, for all the kinds that ask."""

    def __init__(self, word: Word, kinds: Collection[str]) -> None:
        self.word = word
        read = self._read(READ, kind__in=sorted(kinds))
        self.is_whole = len(read) <= READ
        self._rows: dict[str, dict[int, int]] = {}
        for kind, row, text, titled in read if self.is_whole else ():
            self._add(kind, row, text, titled)
        self._matches: dict[str, Any] = {}

    def of_kind(self, kind: str) -> dict[int, int]:
        """Return the rows of a kind, each with how well its title answers: all, or the first where the word
        finds too many.
        """
        if not self.is_whole and kind not in self._rows:
            self._rows[kind] = {}
            for row in self._read(MAX_KIND_ROWS, kind=kind):
                self._add(*row)
        return self._rows.get(kind, {})

    def matches(self, kind: str) -> Any:
        """Return the set that the rows of a statement must belong to: their numbers; where they are too many,
        the statement that finds them.
        """
        if kind not in self._matches:
            rows = self.of_kind(kind)
            many = not self.is_whole and len(rows) > MAX_KIND_ROWS
            self._matches[kind] = self._every(kind) if many else among(rows) if rows else ()
        return self._matches[kind]

    def _add(self, kind: str, row: int, text: str, titled: int) -> None:
        """Note a row: its title as typed counts for two."""
        rows = self._rows.setdefault(kind, {})
        points = titled * (2 if text == self.word.typed else 1)
        if rows.get(row, -1) < points:
            rows[row] = points

    def _read(self, most: int, **kinds: Any) -> list[tuple[str, int, str, int]]:
        # A number: SQLite would have each true and false of thousands read again by Django.
        titled = Cast("in_title", IntegerField())
        ways = [way.values_list("kind", "row", "word", titled) for way in self.word.ways(**kinds)]
        return list(ways[0].union(*ways[1:], all=True)[: most + 1])

    def _every(self, kind: str) -> Any:
        ways = [way.values("row") for way in self.word.ways(kind=kind)]
        return ways[0].union(*ways[1:], all=True) if len(ways) > 1 else ways[0]


def _near(word: str) -> tuple[str, ...]:
    """Return the words of rows that are almost a word typed, but for those that begin with it."""
    if not rules.faults_forgiven(word):
        return ()
    shared = (
        SearchGram.objects.filter(gram__in=rules.grams(word))
        .values("word")
        .annotate(n=Count("gram"))
        .filter(n__gte=rules.shared_at_least(word))
        .order_by("-n", "word")
    )
    near_words = rules.nearest(word, [row["word"] for row in shared[:CANDIDATES]])
    return tuple(each for each in near_words if not each.startswith(word))


def _rows(user: Visitor, kind: SearchKind, word_rows: Sequence[WordRows], page: int) -> Group:
    """Return the results of a kind: whose title has the words first, then the latest."""
    visible = kind.rows(user)
    rows = visible.order_by()
    links = [kind.linked(user, word_row.matches) for word_row in word_rows]
    if not any(links) and all(word_row.is_whole for word_row in word_rows):
        rows = rows.filter(
            pk__in=among(set.intersection(*(set(word_row.of_kind(kind.id)) for word_row in word_rows)))
        )
    else:
        for word_row, linked in zip(word_rows, links, strict=True):
            condition = Q(pk__in=word_row.matches(kind.id))
            rows = rows.filter(condition if linked is None else condition | linked)
    numbers = list(dict.fromkeys(rows.values_list("pk", flat=True)[:MOST]))
    if not numbers:
        return Group(kind, [], 0)
    ranks = [_ranks(kind.id, word_row, numbers) for word_row in word_rows] if len(numbers) > 1 else []
    numbers.sort(key=lambda pk: (-sum(rank.get(pk, 0) for rank in ranks), -pk))
    page, page_slice = _page_slice(len(numbers), page)
    chosen = numbers[page_slice]
    read = {row.pk: row for row in visible.filter(pk__in=chosen)}
    return Group(kind, [kind.hit(read[pk], user) for pk in chosen if pk in read], len(numbers), page)


def _page_slice(n: int, page: int) -> tuple[int, slice]:
    """Return the page that is shown, and its results among `n`: the last page for who asks for a later one;
    the first few for 0, a kind among others.
    """
    page = min(page, max(1, -(-n // PAGE)))
    return max(page, 1), slice((page - 1) * PAGE, page * PAGE) if page else slice(FEW)


def _ranks(kind: str, word_rows: WordRows, rows: Sequence[int]) -> Mapping[int, int]:
    """Return how well the titles of some rows answer a word."""
    if word_rows.is_whole:
        return word_rows.of_kind(kind)
    ranks: Counter[int] = Counter()
    for way in word_rows.word.ways(kind=kind, row__in=among(rows), in_title=True):
        for row, text in way.values_list("row", "word"):
            ranks[row] = max(ranks[row], 2 if text == word_rows.word.typed else 1)
    return ranks


def _fixed(user: Visitor, kind: FixedKind, words: Sequence[Word], page: int, *, forgiving: bool) -> Group:
    entries = kind.entries()
    numbers = _index(kind, entries).find([word.typed for word in words], forgiving=forgiving)
    rights = rights_of(user)
    hits = [entries[n].hit for n in numbers if not entries[n].rights or rights.any(*entries[n].rights)]
    page, page_slice = _page_slice(min(len(hits), MOST), page)
    return Group(kind, hits[page_slice], min(len(hits), MOST), page)


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
    """Return True if no row has words: the installation is new, or older than the search."""
    return not SearchWord.objects.exists()


def rows_out_of_step() -> Counter[str]:
    """Return, by kind, how many rows have not the words that they should, or have some and are no more."""
    wrong: Counter[str] = Counter()
    for kind in (each for model_kinds in kinds_of_rows().values() for each in model_kinds):
        stored: dict[int, dict[str, bool]] = {}
        for row, word, title in SearchWord.objects.filter(kind=kind.id).values_list(
            "row", "word", "in_title"
        ):
            stored.setdefault(row, {})[word] = title
        for each in kind.indexed().iterator(chunk_size=500):
            wrong[kind.id] += stored.pop(each.pk, {}) != rules.words_by_title(*kind.words(each))
        wrong[kind.id] += len(stored)
    return +wrong
