"""Expressions of an XLSForm: when a question is asked, which answers are valid, what is computed.

The part of XPath 1.0 that forms use, read into a tree and computed on texts: `${nom}`, `.`, numbers, texts
between quotes, `or`, `and`, `= != < <= > >=`, `+ - * div mod`, and the functions of `FUNCTIONS`. An empty
value compares as in XPath: unequal to every number, and neither below nor above one. Two rules follow ODK
Collect rather than XPath: a date `AAAA-MM-JJ` counts as a number of days, so that dates compare and subtract,
and `regex()` must match the whole text. Nothing from a form is ever executed: the tree is walked. The twin in
JavaScript is `enquetes/expressions.js`, with the same test vectors (`tests/files/enquetes/expressions.json`).
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from maillage.kernel.errors import Refused
from maillage.questionnaires import regex
from maillage.words.dates import SHORT_DAYS, SHORT_MONTHS

Value = str | float | bool
LONGEST, DEEPEST, LONGEST_ROW = 4000, 40, 300
EPOCH = date(1970, 1, 1)
FIRST_DAY, AFTER_LAST_DAY = -719162, 2932897  # of the years 1 to 9999, in days since 1970
LAST_SECOND = AFTER_LAST_DAY * 86400 - 1
NAME = r"[A-Za-z_À-ÖØ-öø-ÿ][\w\-À-ÖØ-öø-ÿ.]*"
TOKEN = re.compile(
    r"""\s*(?:(?P<reference>\$\{\s*[^}]*\s*\})|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?P<sign><=|>=|!=|[=<>+\-*(),])|(?P<dot>\.(?!\.))|(?P<word>[A-Za-z_][A-Za-z0-9_:\-]*))""",
)
DATED = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
# functions known: fewest and most arguments
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "not": (1, 1), "true": (0, 0), "false": (0, 0), "boolean": (1, 1), "number": (1, 1), "string": (1, 1),
    "selected": (2, 2), "count-selected": (1, 1), "selected-at": (2, 2), "regex": (2, 2), "coalesce": (2,
    20), "if": (3, 3),
    "once": (1, 1), "today": (0, 0), "now": (0, 0), "date": (1, 1), "date-time": (1, 1), "format-date": (2,
    2),
    "format-date-time": (2, 2), "decimal-date-time": (1, 1), "int": (1, 1), "round": (1, 2), "abs": (1, 1),
    "pow": (2, 2),
    "min": (1, 50), "max": (1, 50), "sum": (1, 50), "string-length": (0, 1), "concat": (1, 50),
    "contains": (2, 2),
    "starts-with": (2, 2), "ends-with": (2, 2), "substr": (2, 3), "normalize-space": (0, 1), "translate": (3,
    3),
}  # fmt: skip


class Unhandled(Refused):
    """Raised for an expression that is valid elsewhere but uses something not supported here: its question is
    kept without it, with a remark.
    """


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a text, written in the expression."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Reference:
    """The answer to a question; an empty name for the answer the expression is about (`.`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """In a filter of choices, a property of the choice: its `name`, or one of its columns."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator, with its arguments."""

    name: str
    arguments: tuple["Node", ...]


Node = Literal | Reference | Column | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. names: the questions it refers to, in order, each once; columns: the columns of
    choices.
    """

    text: str
    node: Node
    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The values an expression is computed on. values: name → text, absent = empty. current: the answer it is
    about. moment: `AAAA-MM-JJTHH:MM:SS`.

    columns: in a filter, those of the choice it is computed for.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    current: str = ""
    today: date = EPOCH
    moment: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def parse(text: str, *, filtering: bool = False) -> Expression:
    """Return the expression parsed from a text. filtering: it is a `choice_filter`, where a bare word is a
    column of the list.

    Refused, in French with the place in the text, for what is not one; Unhandled for a function or a path
    that others know and we do not (`pulldata`, `indexed-repeat`, `jr:choice-name`, `instance(…)`, `../nom`…).

    >>> parse("${age} >= 18 and selected(${quoi}, 'pc')").names
    ('age', 'quoi')
    """
    if len(text) > LONGEST:
        raise _refused(text[:60] + "…", 1, f"elle a {len(text)} caractères, {LONGEST} au plus")
    node = _Reader(text, filtering).read()
    if _depth(node) > LONGEST_ROW:
        raise _refused(text[:60] + "…", 1, f"elle enchaîne plus de {LONGEST_ROW} calculs")
    return Expression(text, node, tuple(_named(node, Reference)), tuple(_named(node, Column)))


def compute(expression: str | Expression, context: Context) -> Value:
    """Return the value of an expression: a text, a number (nan: not one), true or false."""
    parsed = parse(expression) if isinstance(expression, str) else expression
    return _value(parsed.node, context)


def holds(expression: str | Expression, context: Context) -> bool:
    """Evaluate an expression as a condition, true for a number other than zero, a text that is not empty.

    >>> holds("${age} > 60", Context(values={"age": "71"})), holds("${age} > 60", Context(
    ...     values={"age": "nsp"}))
    (True, False)
    """
    return as_truth(compute(expression, context))


def written(expression: str | Expression, context: Context) -> str:
    """Return the value of an expression as the text of an answer; empty for nan.

    >>> written("${a} div 4", Context(values={"a": "10"})), written("${b} + 1", Context())
    ('2.5', '')
    """
    text = as_text(compute(expression, context))
    return "" if text == "NaN" else text


def _depth(node: Node) -> int:
    depth, level = 0, [node]
    while level:
        depth += 1
        level = [arguments for each in level if isinstance(each, Call) for arguments in each.arguments]
    return depth


def _named(node: Node, kind: type[Reference] | type[Column]) -> dict[str, None]:
    names, nodes = dict[str, None](), [node]
    while nodes:
        child = nodes.pop()
        if isinstance(child, kind) and child.name:
            names[child.name] = None
        elif isinstance(child, Call):
            nodes += reversed(child.arguments)
    return names


# ------------------------------------------------------------------------------------------------- reading


def _refused(text: str, place: int, what: str, kind: type[Refused] = Refused) -> Refused:
    return kind(
        f"L’expression « {text} » n’est pas comprise, au caractère {place} : {what}.",
        why="On ne saurait pas quand poser la question, ni quelle réponse accepter.",
        do="Corrigez l’expression, par exemple ${age} >= 18 and selected(${equipement}, 'smartphone').",
    )


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Reader:
    """Parses an expression, from the loosest-binding operator to the tightest."""

    BINDING: tuple[tuple[str, ...], ...] = (
        ("or",),
        ("and",),
        ("=", "!="),
        ("<", "<=", ">", ">="),
        ("+", "-"),
        ("*", "div", "mod"),
    )

    def __init__(self, text: str, filtering: bool) -> None:
        self.text, self.filtering, self.place = text, filtering, 0
        self.tokens = list(self._cut(text))

    def _cut(self, text: str) -> Iterator[_Token]:
        at = 0
        end = len(text.rstrip())
        text = (
            text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"')
            if not _quoted(text)
            else text
        )
        while at < end:
            match = TOKEN.match(text, at)
            if not match:
                at += len(text[at:]) - len(text[at:].lstrip())
                raise self._not_known(text, at)
            kind = str(match.lastgroup)
            yield _Token(kind, match[kind], match.start(kind))
            at = match.end()

    def _not_known(self, text: str, at: int) -> Refused:
        if text.startswith(("..", "/", "["), at):
            return _refused(self.text, at + 1, "les chemins ne sont pas connus, écrivez ${nom}", Unhandled)
        if text[at] in "\"'":
            return _refused(self.text, at + 1, "un guillemet n’est pas fermé")
        if text[at] == "$":
            return _refused(self.text, at + 1, "une question se cite ${nom}")
        return _refused(self.text, at + 1, f"« {text[at]} » n’a pas de sens ici")

    def read(self) -> Node:
        if not self.tokens:
            raise _refused(self.text, 1, "elle est vide")
        node = self._level(0, 0)
        if token := self._next():
            raise self._at(token, f"« {token.text} » n’est pas attendu ici")
        return node

    def _next(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _take(self) -> _Token:
        if not (token := self._next()):
            raise _refused(self.text, len(self.text) + 1, "la fin manque")
        self.place += 1
        return token

    def _at(self, token: _Token, what: str, kind: type[Refused] = Refused) -> Refused:
        return _refused(self.text, token.at + 1, what, kind)

    def _level(self, level: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise _refused(self.text, 1, "trop de parenthèses les unes dans les autres")
        if level == len(self.BINDING):
            return self._signed(depth)
        node = self._level(level + 1, depth)
        while (
            (token := self._next()) and token.kind in ("sign", "word") and token.text in self.BINDING[level]
        ):
            self.place += 1
            node = Call(token.text, (node, self._level(level + 1, depth)))
        return node

    def _signed(self, depth: int) -> Node:
        token = self._next()
        if token and token.text == "-":
            self.place += 1
            return Call("minus", (self._signed(depth + 1),)) if depth < DEEPEST else self._level(0, depth + 1)
        return self._one(depth)

    def _one(self, depth: int) -> Node:
        token = self._take()
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind == "text":
            return Literal(token.text[1:-1])
        if token.kind == "dot":
            return Reference("")
        if token.kind == "reference":
            return self._reference(token)
        if token.text == "(":
            node = self._level(0, depth + 1)
            self._closed(token)
            return node
        if token.kind == "word":
            return self._call(token, depth)
        raise self._at(token, f"« {token.text} » n’est pas attendu ici")

    def _reference(self, token: _Token) -> Node:
        name = token.text[2:-1].strip()
        if not re.fullmatch(NAME, name):
            raise self._at(token, f"« {name} » n’est pas un nom de question")
        return Reference(name)

    def _call(self, token: _Token, depth: int) -> Node:
        after = self._next()
        if (not after or after.text != "(") and self.filtering:
            return Column(token.text)
        if not after or after.text != "(":
            raise self._at(
                token, f"« {token.text} » : une question se cite ${{{token.text}}}, un texte entre guillemets"
            )
        self.place += 1
        arguments: list[Node] = []
        while (
            (after := self._next()) is None
            or after.text != ")"
            or (arguments and self.tokens[self.place - 1].text == ",")
        ):
            arguments.append(self._level(0, depth + 1))
            if (after := self._next()) is None or after.text == ")":
                break
            if self._take().text != ",":
                raise self._at(after, "on attend une virgule ou une parenthèse fermante")
        self._closed(token)
        return self._checked(token, tuple(arguments))

    def _closed(self, opened: _Token) -> None:
        token = self._next()
        if not token or token.text != ")":
            raise self._at(token or opened, "une parenthèse n’est pas fermée")
        self.place += 1

    def _checked(self, token: _Token, arguments: tuple[Node, ...]) -> Node:
        if token.text not in FUNCTIONS:
            raise self._at(token, f"la fonction {token.text}() n’est pas connue ici", Unhandled)
        low, high = FUNCTIONS[token.text]
        if not low <= len(arguments) <= high:
            expected = str(low) if low == high else f"de {low} à {high}"
            raise self._at(
                token,
                f"{token.text}() attend {expected} valeur(s) entre parenthèses, il y en a {len(arguments)}",
            )
        if token.text == "regex":
            if not isinstance(arguments[1], Literal):
                raise self._at(
                    token, "le motif de regex() s’écrit en toutes lettres entre guillemets", Unhandled
                )
            regex.compiled(str(arguments[1].value))
        return Call(token.text, arguments)


def _quoted(text: str) -> bool:
    """The presence of straight quotes in a text: curly ones are then letters, else a word processor wrote
    them for straight ones.
    """
    return "'" in text or '"' in text


# ------------------------------------------------------------------------------------------------- computing


def as_number(value: Value) -> float:
    """Return a value as a number: days since 1970 for a date, nan for what is none.

    >>> as_number(" 12.5 "), as_number(True), as_number("1970-01-03"), as_number("")
    (12.5, 1.0, 2.0, nan)
    """
    if isinstance(value, bool | float):
        return float(value)
    text = value.strip(regex.BLANKS)
    if re.fullmatch(r"-?(?:\d+(?:\.\d*)?|\.\d+)", text, re.ASCII):
        return float(text)
    return _days(text)


def _days(text: str) -> float:
    match = DATED.fullmatch(text) if text.isascii() else None
    if not match:
        return math.nan
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        n_days = (date(year, month, day) - EPOCH).days
    except ValueError:
        return math.nan
    return n_days + (hour * 3600 + minute * 60 + second) / 86400


def as_text(value: Value) -> str:
    """Return a value as a text: a whole number without its point, `NaN` for what is not a number.

    >>> as_text(2.0), as_text(True), as_text(0.1), as_text(1e21)
    ('2', 'true', '0.1', '1000000000000000000000')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_truth(value: Value) -> bool:
    """Return a value as true or false."""
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return bool(value)


def _value(node: Node, context: Context) -> Value:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Reference):
        return context.values.get(node.name, "") if node.name else context.current
    if isinstance(node, Column):
        return context.columns.get(node.name, "")
    if node.name in LAZY:
        return LAZY[node.name](node.arguments, context)
    return KNOWN[node.name](context, *(_value(each, context) for each in node.arguments))


def _and(arguments: tuple[Node, ...], context: Context) -> Value:
    return as_truth(_value(arguments[0], context)) and as_truth(_value(arguments[1], context))


def _or(arguments: tuple[Node, ...], context: Context) -> Value:
    return as_truth(_value(arguments[0], context)) or as_truth(_value(arguments[1], context))


def _if(arguments: tuple[Node, ...], context: Context) -> Value:
    return _value(arguments[1] if as_truth(_value(arguments[0], context)) else arguments[2], context)


def _coalesce(arguments: tuple[Node, ...], context: Context) -> Value:
    return next((text for each in arguments if (text := as_text(_value(each, context)))), "")


def _once(arguments: tuple[Node, ...], context: Context) -> Value:
    return context.current or _value(arguments[0], context)


LAZY: Mapping[str, Callable[[tuple[Node, ...], Context], Value]] = {
    "and": _and,
    "or": _or,
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
}


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return as_truth(one) == as_truth(other)
    if isinstance(one, float) or isinstance(other, float):
        return as_number(one) == as_number(other)
    return one == other


def _compared(test: Callable[[float, float], bool]) -> Callable[[Context, Value, Value], Value]:
    return lambda context, one, other: test(as_number(one), as_number(other))


def _reckoned(reckon: Callable[[float, float], float]) -> Callable[[Context, Value, Value], Value]:
    def result(context: Context, one: Value, other: Value) -> Value:
        try:
            return float(reckon(as_number(one), as_number(other)))
        except (OverflowError, ValueError, ZeroDivisionError):
            return math.nan

    return result


def _divided(one: float, other: float) -> float:
    if other:
        return one / other
    return (
        math.nan
        if one == 0 or math.isnan(one) or math.isnan(other)
        else math.copysign(math.inf, one) * math.copysign(1, other)
    )


def _modulo(one: float, other: float) -> float:
    return math.fmod(one, other) if other and not math.isinf(one) else math.nan


def _truncated(context: Context, value: Value) -> Value:
    number = as_number(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _round(context: Context, value: Value, digits: Value = 0.0) -> Value:
    number, places = as_number(value), as_number(digits)
    if not math.isfinite(number) or not math.isfinite(places):
        return number if math.isfinite(places) else math.nan
    scale = 10.0 ** max(-15, min(15, math.trunc(places)))
    scaled = number * scale
    return math.floor(scaled + 0.5) / scale if math.isfinite(scaled) else number  # so large, it has no digits


def _words(value: Value) -> list[str]:
    return re.split("[ \t\n\r]+", as_text(value).strip(" \t\n\r")) if as_text(value).strip(" \t\n\r") else []


def _selected_at(context: Context, value: Value, place: Value) -> Value:
    choices, number = _words(value), as_number(place)
    return choices[int(number)] if math.isfinite(number) and 0 <= number < len(choices) else ""


def _date(context: Context, value: Value) -> Value:
    number = as_number(value)
    return _day(number).isoformat() if _dated(number) else ""


def _moment(context: Context, value: Value) -> Value:
    number = as_number(value)
    if not _dated(number):
        return ""
    return _at_second(number).isoformat()


def _dated(number: float) -> bool:
    return math.isfinite(number) and FIRST_DAY <= number < AFTER_LAST_DAY


def _day(number: float) -> date:
    return EPOCH + timedelta(days=math.floor(number))


def _at_second(number: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=min(math.floor(number * 86400 + 0.5), LAST_SECOND))


def _format_date(context: Context, value: Value, form: Value) -> Value:
    number = as_number(value)
    if not _dated(number):
        return ""
    at = _at_second(number)
    parts = {
        "Y": f"{at.year:04d}", "y": f"{at.year % 100:02d}", "m": f"{at.month:02d}", "n": str(at.month),
        "b": SHORT_MONTHS[at.month - 1],
        "d": f"{at.day:02d}", "e": str(at.day), "H": f"{at.hour:02d}", "h": str(at.hour),
        "M": f"{at.minute:02d}",
        "S": f"{at.second:02d}", "3": "000", "a": SHORT_DAYS[at.weekday()], "%": "%",
    }  # fmt: skip
    return re.sub("%(.)", lambda match: parts.get(match[1], match[0]), as_text(form))


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., Value]:
    def result(context: Context, *arguments: Value) -> Value:
        numbers = [as_number(value) for value in arguments if value != ""]
        return (
            float(pick(numbers))
            if numbers and not any(math.isnan(number) for number in numbers)
            else math.nan
        )

    return result


def _sum(context: Context, *arguments: Value) -> Value:
    total = 0.0
    for value in arguments:
        total += as_number(value) if value != "" else 0.0
    return total


def _substr(context: Context, value: Value, start: Value, end: Value | None = None) -> Value:
    text, first = as_text(value), as_number(start)
    last = float(len(text)) if end is None else as_number(end)
    if not math.isfinite(first) or not math.isfinite(last):
        return ""
    return text[slice(int(first), int(last))]


def _spaced(context: Context, *arguments: Value) -> Value:
    return " ".join(_words(arguments[0] if arguments else context.current))


def _translated(context: Context, value: Value, old: Value, new: Value) -> Value:
    before, after = as_text(old), as_text(new)
    pairs: dict[str, str] = {}
    for place, character in enumerate(before):
        pairs.setdefault(character, after[place : place + 1])
    return "".join(pairs.get(character, character) for character in as_text(value))


KNOWN: Mapping[str, Callable[..., Value]] = {
    "=": lambda context, one, other: _equal(one, other),
    "!=": lambda context, one, other: not _equal(one, other),
    "<": _compared(lambda one, other: one < other),
    "<=": _compared(lambda one, other: one <= other),
    ">": _compared(lambda one, other: one > other),
    ">=": _compared(lambda one, other: one >= other),
    "+": _reckoned(lambda one, other: one + other),
    "-": _reckoned(lambda one, other: one - other),
    "*": _reckoned(lambda one, other: one * other),
    "div": _reckoned(_divided),
    "mod": _reckoned(_modulo),
    "pow": _reckoned(math.pow),
    "minus": lambda context, value: -as_number(value),
    "not": lambda context, value: not as_truth(value),
    "true": lambda context: True,
    "false": lambda context: False,
    "boolean": lambda context, value: as_truth(value),
    "number": lambda context, value: as_number(value),
    "string": lambda context, value: as_text(value),
    "selected": lambda context, value, name: as_text(name).strip(" ") in _words(value),
    "count-selected": lambda context, value: float(len(_words(value))),
    "selected-at": _selected_at,
    "regex": lambda context, value, pattern: regex.matches(as_text(value), as_text(pattern)),
    "today": lambda context: context.today.isoformat(),
    "now": lambda context: context.moment or f"{context.today.isoformat()}T00:00:00",
    "date": _date,
    "date-time": _moment,
    "format-date": _format_date,
    "format-date-time": _format_date,
    "decimal-date-time": lambda context, value: as_number(value),
    "int": _truncated,
    "round": _round,
    "abs": lambda context, value: abs(as_number(value)),
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": _sum,
    "string-length": lambda context, *arguments: float(
        len(as_text(arguments[0] if arguments else context.current))
    ),
    "concat": lambda context, *arguments: "".join(as_text(value) for value in arguments),
    "contains": lambda context, value, part: as_text(part) in as_text(value),
    "starts-with": lambda context, value, part: as_text(value).startswith(as_text(part)),
    "ends-with": lambda context, value, part: as_text(value).endswith(as_text(part)),
    "substr": _substr,
    "normalize-space": _spaced,
    "translate": _translated,
}
