"""Words that find a row, spellings close to them, and what a feature declares of its rows."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from rapidfuzz.distance import OSA

from maillage.kernel.names import plain

LONGEST_TEXT = 200  # characters of a search that are read
MOST_TYPED, MOST_STORED = 8, 120  # words of a search; words of a row
LONGEST_WORD = 40
LINKING = frozenset("a au aux d de des du en et l la le les ou par pour sur un une".split())
GRAM = 3  # letters
FORGIVEN_FROM = 4  # letters: a shorter word is too near too many others
TWO_FAULTS_FROM = 8
BROKEN_BY_A_FAULT = 4  # grams that one transposition breaks, at most
PLURAL_FROM = 5
READING = (".seen", ".read", ".printed", ".exported")  # verbs of the journal that change nothing


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: what it is called, what tells it from another, where it opens."""

    title: str
    about: str
    url: str


# For a word of the search, and the kind of other rows: the numbers of those that the word finds.
Matches = Callable[[str], Any]


def _no_link(user: object, matches: Matches) -> Any:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKind:
    """A kind of rows that a feature declares so that they are found.

    model: label of the model, as the journal writes it. rows: those that a user may see, their rights in the
    query itself. indexed: all the rows that have words. words: the title of a row, and the rest of what finds
    it. linked: the condition that finds a row by the words of another, of `kinds_linked`. hit: the displayed
    result.
    """

    id: str
    label: str
    icon: str
    model: str
    rows: Callable[[Any], Any]
    indexed: Callable[[], Any]
    words: Callable[[Any], tuple[str, str]]
    hit: Callable[[Any, Any], Hit]
    linked: Callable[[Any, Matches], Any] = _no_link
    kinds_linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FixedEntry:
    """A content or a reference of the software. words: the others that find it; rights: any of these lets a
    user open it, none: everybody.
    """

    hit: Hit
    words: str = ""
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedKind:
    """A kind of results without a row. entries: the same object as long as nothing changes."""

    id: str
    label: str
    icon: str
    entries: Callable[[], Sequence[FixedEntry]]


def singular(word: str) -> str:
    """Return a word without the mark of the plural: « ateliers » finds « atelier ».

    >>> singular("ateliers"), singular("bus")
    ('atelier', 'bus')
    """
    return word[:-1] if len(word) >= PLURAL_FROM and word[-1] in "sx" else word


def index_words(text: str, most: int = MOST_STORED) -> list[str]:
    """Return the words of a text that find it, each once: no accent, no case, no plural, no linking word.

    >>> index_words("Les ateliers d’écriture de Fontaine")
    ['atelier', 'ecriture', 'fontaine']
    """
    significant = (singular(word)[:LONGEST_WORD] for word in plain(text).split() if word not in LINKING)
    return list(dict.fromkeys(significant))[:most]


def words_by_title(title: str, text: str) -> dict[str, bool]:
    """Return the words of a row, and whether its title has each.

    >>> words_by_title("Atelier mail", "mail, à Fontaine")
    {'mail': True, 'fontaine': False, 'atelier': True}
    """
    return dict.fromkeys(index_words(text), False) | dict.fromkeys(index_words(title), True)


def typed_words(text: str) -> list[str]:
    """Return the words of a search; linking words are looked for when there is nothing else."""
    clean = text[:LONGEST_TEXT].replace("\0", " ")
    return index_words(clean, MOST_TYPED) or [singular(word) for word in plain(clean).split()[:MOST_TYPED]]


def faults_forgiven(word: str) -> int:
    """Return how many faults of typing are forgiven in a word; a number or a code has none."""
    if len(word) < FORGIVEN_FROM or not word.isalpha():
        return 0
    return 2 if len(word) >= TWO_FAULTS_FROM else 1


def grams(word: str) -> list[str]:
    """Return the groups of three letters of a word, its ends marked: by them, almost the same word is found.

    >>> grams("aide")
    ['^ai', 'aid', 'ide', 'de$']
    """
    marked = f"^{word}$"
    return list(dict.fromkeys(marked[k : k + GRAM] for k in range(len(marked) - GRAM + 1)))


def shared_at_least(word: str) -> int:
    """Return how many grams a word shares with one that is almost it."""
    return max(1, len(grams(word)) - BROKEN_BY_A_FAULT * faults_forgiven(word))


def nearest(word: str, known: Iterable[str], most: int = 50) -> list[str]:
    """Return, among known words, those that somebody may have meant, the nearest first."""
    forgiven = faults_forgiven(word)
    near = [
        (distance, known_word)
        for known_word in known
        if (distance := OSA.distance(word, known_word, score_cutoff=forgiven)) <= forgiven
    ]
    return [known_word for _, known_word in sorted(near)[:most]]


class WordIndex:
    """The words of some texts, in memory: those that hold each word typed, or almost."""

    def __init__(self, entries: Sequence[FixedEntry]) -> None:
        numbers_by_word: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            for word in index_words(f"{entry.hit.title} {entry.words}"):
                numbers_by_word.setdefault(word, []).append(number)
        same = {word: word for word in numbers_by_word}
        # Tuples of words that are the same objects: thirty-six thousand sets take twenty megabytes more.
        self._titles = [tuple(same[word] for word in index_words(entry.hit.title)) for entry in entries]
        self._held = {word: tuple(numbers) for word, numbers in numbers_by_word.items()}
        self._words = sorted(numbers_by_word)
        self._by_gram: dict[str, list[str]] = {}
        for word in self._words:
            for gram in grams(word) if faults_forgiven(word) else ():
                self._by_gram.setdefault(gram, []).append(word)

    def find(self, typed: Sequence[str], *, forgiving: bool) -> list[int]:
        """Return the numbers of the texts that hold each word, those whose title has them first."""
        matches = [self._holding(word, forgiving=forgiving) for word in typed]
        every, wanted = set.intersection(*matches) if matches else set(), set(typed)
        return sorted(
            every, key=lambda n: (-len(wanted.intersection(self._titles[n])), len(self._titles[n]), n)
        )

    def _holding(self, word: str, *, forgiving: bool) -> set[int]:
        first = bisect_left(self._words, word)
        words = list(
            takewhile(lambda known_word: known_word.startswith(word), islice(self._words, first, None))
        )
        if forgiving:
            shared = Counter(known_word for gram in grams(word) for known_word in self._by_gram.get(gram, ()))
            least = shared_at_least(word)
            words += nearest(word, [known_word for known_word, n in shared.items() if n >= least])
        return {number for known_word in words for number in self._held[known_word]}
