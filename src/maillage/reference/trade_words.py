"""The words of the trade: ways of saying one thing, so that a search finds what others call otherwise."""

from functools import cache
from pathlib import Path

from maillage.kernel.names import plain
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("trade_words.yaml")


@cache
def groups() -> tuple[frozenset[str], ...]:
    """Return the groups of words that say the same thing, plain: without accents nor capitals."""
    return tuple(frozenset(plain(word) for word in row) for row in read_yaml(FILE))


def alternatives(words: str) -> tuple[frozenset[str], ...]:
    """Return, for each word of a search, its synonyms, itself included.

    An expression of several words is read before its words.

    >>> [sorted(each)[:2] for each in alternatives("mdp oublié")]
    [['mdp', 'mot de passe'], ['oublie']]
    """
    text, expressions = f" {plain(words)} ", []
    for group in groups():
        for word in sorted(group, key=len, reverse=True):
            if " " in word and f" {word} " in text:
                text = text.replace(f" {word} ", "  ", 1)
                expressions.append(group)
    return (*expressions, *(_ways(word) for word in text.split()))


def _ways(word: str) -> frozenset[str]:
    same = [group for group in groups() if word in group or word.rstrip("s") in group]
    return frozenset({word, *(each for group in same for each in group)})
