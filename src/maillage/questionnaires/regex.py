"""Text patterns for `regex()` of an XLSForm, matched in time that grows with the text and never explodes.

Forms written by others run on a telephone and on the server: with the usual engines, a pattern such as
`(a+)+$` would block either for hours. Here all possible states of the pattern are followed at once, so that a
text costs at most its length times the pattern's, and both are bounded: what a pattern would make is counted
before it is made, what a text visits as it goes. The whole text must match, as in ODK Collect. The twin in
JavaScript is `enquetes/motifs.js`, with the same test vectors.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from maillage.kernel.errors import Refused

LONGEST_TEXT, MOST_STATES = 1000, 2000
MOST_REPEATS = 1000
MOST_PARTS = 10_000  # of classes, and states, that are read while a pattern is compiled
MOST_VISITS = 150_000  # of states and of parts of classes, by one text: some 25 ms
Test = Callable[[str], bool]
BLANKS = " \t\n\r\f\v"
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
CATEGORIES = ("L", "Lu", "Ll", "N", "Nd", "P", "Z", "M")


@dataclass(slots=True)
class _Pattern:
    """States of an automaton. steps: the character required to go to the next state, and how many parts are
    tried to tell; free: states reached without a character.
    """

    steps: list[tuple[Test, int, int] | None] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)
    edges: dict[int, str] = field(default_factory=dict)
    first: int = 0
    last: int = 0

    def state(self) -> int:
        self.steps.append(None)
        self.free.append([])
        return len(self.steps) - 1


def matches(text: str, pattern: str) -> bool:
    r"""Match the whole text with the pattern; False for a text of more than 1,000 characters, or
    that visits more than 150,000 states.

    Known: characters, `.`, classes, `\d \w \s \p{L}`, groups, `|`, `* + ? {m,n}`, `^` and `$`.
    Refused, in French, with the place: what looks around or back (`(?=`, `\1`), and a pattern too large.

    >>> matches("59600", "[0-9]{5}"), matches("5960", r"\d{5}"), matches("a" * 29 + "b", "(a+)+")
    (True, False, False)
    """
    return len(text) <= LONGEST_TEXT and _run(compiled(pattern), text)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> _Pattern:
    """Return the automaton of a pattern. Raises Refused for unsupported syntax."""
    return _Reader(pattern).read()


def _run(pattern: _Pattern, text: str) -> bool:
    states, n_visits = _reached(pattern, {pattern.first}, 0, len(text)), 0
    for place, character in enumerate(text, start=1):
        next_states = set()
        for state in states:
            if step := pattern.steps[state]:
                test, next_state, n_parts = step
                n_visits += n_parts
                if test(character):
                    next_states.add(next_state)
        n_visits += len(states)
        if not next_states or n_visits > MOST_VISITS:
            return False
        states = _reached(pattern, next_states, place, len(text))
    return pattern.last in states


def _reached(pattern: _Pattern, states: set[int], place: int, length: int) -> set[int]:
    """Return those states and all that can be reached without a character, where the edges of the text
    allow.
    """
    reached, pending = set(states), list(states)
    while pending:
        state = pending.pop()
        edge = pattern.edges.get(state)
        if (edge == "^" and place) or (edge == "$" and place != length):
            continue
        for other in pattern.free[state]:
            if other not in reached:
                reached.add(other)
                pending.append(other)
    return reached


class _Reader:
    """Parses a pattern into an automaton: each part returns the states where it begins and ends."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.pattern, self.n_parts = text, 0, _Pattern(), 0

    def read(self) -> _Pattern:
        self.pattern.first, self.pattern.last = self._either(0)
        if self.at < len(self.text):
            raise self._refused("une parenthèse se ferme sans s’être ouverte")
        return self.pattern

    def _refused(self, what: str) -> Refused:
        return Refused(
            f"Le motif « {self.text} » n’est pas compris, au caractère {self.at + 1} : {what}.",
            why="Aucune réponse ne pourrait être vérifiée.",
            do="Écrivez-le avec des caractères, des classes comme [0-9], des groupes, |, *, +, ? et {2,5}.",
        )

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _either(self, depth: int) -> tuple[int, int]:
        if depth > 30:
            raise self._refused("trop de parenthèses les unes dans les autres")
        first, last = self._row(depth)
        if self._next() != "|":
            return first, last
        begins, ends = self.pattern.state(), self.pattern.state()
        self.pattern.free[begins].append(first)
        self.pattern.free[last].append(ends)
        while self._next() == "|":
            self.at += 1
            first, last = self._row(depth)
            self.pattern.free[begins].append(first)
            self.pattern.free[last].append(ends)
        return begins, ends

    def _row(self, depth: int) -> tuple[int, int]:
        begins = ends = self.pattern.state()
        while self._next() not in ("", "|", ")"):
            first, last = self._times(depth)
            self.pattern.free[ends].append(first)
            ends = last
        return begins, ends

    def _times(self, depth: int) -> tuple[int, int]:
        start, before = self.at, self._size()
        part = self._one(depth)
        after = self.at
        low, high = self._count()
        if (low, high) == (1, 1):
            return part
        end = max(self.at, after)
        n_copies = max(low, high, 1)
        self._refuse_size(*((n_copies - 1) * (n - was) for n, was in zip(self._size(), before, strict=True)))
        parts = [part]
        while len(parts) < n_copies:
            self.at = start
            parts.append(self._one(depth))
        self.at = end
        return self._repeated(parts, low, high)

    def _size(self) -> tuple[int, int]:
        return len(self.pattern.steps), self.n_parts

    def _refuse_size(self, more_states: int = 0, more_parts: int = 0) -> None:
        """Refuse a pattern that has, or is about to have, more states and parts than it may."""
        n_states, n_parts = self._size()
        if n_states + more_states > MOST_STATES or n_states + n_parts + more_states + more_parts > MOST_PARTS:
            raise self._refused("il est trop long une fois ses répétitions comptées")

    def _repeated(self, parts: list[tuple[int, int]], low: int, high: int) -> tuple[int, int]:
        """Join the copies of a part in a row: the first `low` are required, the others optional; -1 as
        `high`: repeat the last one without limit.
        """
        pattern = self.pattern
        begins, ends = pattern.state(), pattern.state()
        state = begins
        for number, (first, last) in enumerate(parts):
            if number >= low:
                pattern.free[state].append(ends)
            pattern.free[state].append(first)
            state = last
        if high < 0:
            pattern.free[state].append(parts[-1][0])
        if high == 0:
            pattern.free[begins] = [ends]
        pattern.free[state].append(ends)
        self._refuse_size()
        return begins, ends

    def _count(self) -> tuple[int, int]:
        """Return the minimum and maximum number of repetitions; -1: any number."""
        sign = self._next()
        if sign in ("*", "+", "?") and sign:
            self.at += 1
            bounds = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[sign]
        elif sign == "{":
            bounds = self._braces()
        else:
            return 1, 1
        if self._next() == "?":
            self.at += 1  # as few as possible: the same when the whole text must match
        if self._next() in ("*", "+", "{") and self._next():
            raise self._refused("deux répétitions se suivent")
        return bounds

    def _braces(self) -> tuple[int, int]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not _digits(low) or (high and not _digits(high)):
            raise self._refused("on attend un nombre de fois, comme {5} ou {2,10}")
        self.at = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else -1
        if 0 <= most < least or max(least, most) > MOST_REPEATS:
            raise self._refused("ce nombre de fois n’est pas possible")
        return least, most

    def _one(self, depth: int) -> tuple[int, int]:
        sign = self._next()
        if sign == "(":
            return self._group(depth)
        if sign in ("*", "+", "?", "{"):
            raise self._refused("rien n’est à répéter")
        self.at += 1
        if sign in ("^", "$"):
            begins, ends = self.pattern.state(), self.pattern.state()
            self.pattern.edges[begins] = sign
            self.pattern.free[begins].append(ends)
            return begins, ends
        if sign == "[":
            test, n_parts = self._class()
            return self._step(test, n_parts)
        if sign == ".":
            return self._step(lambda character: character not in "\n\r")
        return self._step(self._escape() if sign == "\\" else _is(sign))

    def _group(self, depth: int) -> tuple[int, int]:
        self.at += 1
        if self._next() == "?":
            if not self.text.startswith("?:", self.at):
                raise self._refused("les groupes qui regardent autour ne sont pas connus")
            self.at += 2
        ends = self._either(depth + 1)
        if self._next() != ")":
            raise self._refused("une parenthèse n’est pas fermée")
        self.at += 1
        return ends

    def _step(self, test: Test, n_parts: int = 1) -> tuple[int, int]:
        begins, ends = self.pattern.state(), self.pattern.state()
        self.pattern.steps[begins] = (test, ends, n_parts)
        self.n_parts += n_parts
        self._refuse_size()
        return begins, ends

    def _escape(self) -> Test:
        """Return the meaning of what follows a backslash: a class, or a literal character."""
        sign = self._next()
        self.at += 1
        if sign and sign in "dDwWsS":
            inside = {"d": _digit, "w": _word, "s": _blank}[sign.lower()]
            return inside if sign.islower() else _not(inside)
        if sign and sign in "pP":
            return self._category(sign == "P")
        if not sign or (sign.isascii() and sign.isalnum() and sign not in ESCAPED):
            self.at -= 1
            raise self._refused(f"« \\{sign} » n’est pas connu")
        return _is(ESCAPED.get(sign, sign))

    def _category(self, other: bool) -> Test:
        end = self.text.find("}", self.at)
        name = self.text[self.at + 1 : end] if self._next() == "{" and end > 0 else ""
        if name not in CATEGORIES:
            raise self._refused(
                f"on attend l’une des sortes de caractères {', '.join(CATEGORIES)}, comme \\p{{L}}"
            )
        self.at = end + 1
        test: Test = lambda character: unicodedata.category(character).startswith(name)  # noqa: E731
        return _not(test) if other else test

    def _class(self) -> tuple[Test, int]:
        other = self._next() == "^"
        self.at += other
        tests: list[Test] = []
        while self._next() != "]" or not tests:
            tests.append(self._part())
        self.at += 1
        inside: Test = lambda character: any(test(character) for test in tests)  # noqa: E731
        return _not(inside) if other else inside, len(tests) + 2

    def _part(self) -> Test:
        start = self.at
        low = self._sign()
        if not isinstance(low, str):
            return low
        if self._next() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return _is(low)
        self.at += 1
        high = self._sign()
        if not isinstance(high, str) or high < low:
            self.at = start
            raise self._refused("cet intervalle de caractères va à l’envers")
        return _between(low, high)

    def _sign(self) -> str | Test:
        sign = self._next()
        if not sign:
            raise self._refused("un crochet n’est pas fermé")
        self.at += 1
        if sign != "\\":
            return sign
        if (after := self._next()) and (after in ESCAPED or not after.isalnum()):
            self.at += 1
            return ESCAPED.get(after, after)
        return self._escape()


def _is(sign: str) -> Test:
    return lambda character: character == sign


def _between(low: str, high: str) -> Test:
    return lambda character: low <= character <= high


def _not(test: Test) -> Test:
    return lambda character: not test(character)


def _digits(text: str) -> bool:
    return 0 < len(text) < 5 and text.isascii() and text.isdigit()


def _digit(character: str) -> bool:
    return "0" <= character <= "9"


def _word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _blank(character: str) -> bool:
    return character in BLANKS
