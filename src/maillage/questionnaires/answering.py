"""The answers to a questionnaire, processed: which questions apply, what is computed, which answers are
invalid.

An invalid value is reported, never dropped: somebody met in the street cannot be asked again. In a repeated
group, the name of a question is followed by its number from the second time on: `appareil`, `appareil#2`,
`appareil#3`. The twin in JavaScript is `enquetes/questionnaire.js`, with the same test vectors
(`tests/files/enquetes/reponses.json`).
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from maillage.kernel.errors import Refused
from maillage.questionnaires import expressions
from maillage.questionnaires.expressions import Context
from maillage.questionnaires.questionnaire import UNSAID, Choice, Group, Question, Questionnaire, words
from maillage.words.languages import say, to_say

MOST_TIMES = 50
# characters of all the expressions: five hundred questions with a condition each take fifty thousand
LONGEST_ALL = 300_000
FaultKind = Literal["required", "unknown", "kind", "choice", "alone", "twice", "constraint"]
AGAIN = re.compile(r"(?P<name>.+)#(?P<time>[1-9]\d{0,3})", re.ASCII)  # beyond, it is no time of a group
REASONS: Mapping[str, str] = {
    "required": to_say("Une réponse est attendue."),
    "unknown": "Cette question n’est pas dans le questionnaire.",
    "choice": to_say("Cette réponse n’est pas proposée."),
    "alone": to_say("Cette réponse ne va pas avec une autre."),
    "twice": to_say("La même réponse est donnée deux fois."),
    "constraint": to_say("Cette réponse n’est pas possible."),
    "integer": to_say("On attend un nombre entier."),
    "decimal": to_say("On attend un nombre."),
    "range": to_say("On attend un nombre de l’échelle."),
    "date": to_say("On attend une date."),
    "time": to_say("On attend une heure."),
    "moment": to_say("On attend une date et une heure."),
    "geopoint": "On attend une latitude et une longitude.",
    "acknowledge": "On attend « OK ».",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An invalid answer. name: of the question (`appareil#2`). what: a sentence in the requested language."""

    name: str
    kind: FaultKind
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Answers after processing with their questionnaire.

    values: answers to the questions that apply, and computed values. dropped: names of questions answered
    that no longer apply, an earlier answer having changed. visible: names of the questions that apply, in
    order. faults: invalid answers; their value stays in `values`.
    """

    values: Mapping[str, str]
    visible: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A question with the groups that contain it, outermost first; `again`: the repeated one."""

    question: Question
    groups: tuple[Group, ...]
    again: str


@dataclass(slots=True)
class _Reading:
    today: date
    moment: str
    values: dict[str, str] = field(default_factory=dict)
    relevant: set[str] = field(default_factory=set)


def complete(
    questionnaire: Questionnaire,
    values: Mapping[str, str],
    today: date,
    *,
    language: str = "fr",
    moment: str = "",
) -> Completed:
    """Return the answers that count, the values computed from them, and the invalid ones.

    values: name of a question → raw text. A question counts when its `relevant` and those of its groups hold,
    given the answers that count; `nsp` and `refus` are valid for any question. Raises Refused when the
    questionnaire is circular.

    >>> age = Question(name="age", kind="integer", label={"fr": "Âge ?"}, constraint=". < 120")
    >>> work = Question(
    ...     name="travail", kind="text", label={"fr": "Travail ?"}, relevant="${age} < 62", required=True)
    >>> form = Questionnaire(id="f", title="Essai", items=(age, work))
    >>> complete(form, {"age": "70", "travail": "maçon"}, date(2026, 11, 20)).dropped
    ('travail',)
    >>> [fault.kind for fault in complete(form, {"age": "300"}, date(2026, 11, 20)).faults]
    ['constraint']
    """
    typed = {name: value.strip() for name, value in values.items() if value.strip()}
    places = _places(questionnaire)
    reading = _Reading(today, moment)
    for name in _order(questionnaire):
        place = places[name]
        for time in range(1, _times(place, typed) + 1):
            _answer(place, time, typed, reading)
    relevant_keys = tuple(key for key in _keys(places, typed) if key in reading.relevant)
    retained = {key: reading.values[key] for key in _keys(places, typed) if reading.values.get(key)}
    faults = [*_unknown(typed, places), *_faults(questionnaire, relevant_keys, places, reading, language)]
    dropped = tuple(key for key in typed if key not in retained and _known(key, places))
    visible_keys = tuple(
        key for key in relevant_keys if places[_split(key)[0]].question.kind not in ("calculate", "hidden")
    )
    return Completed(values=retained, visible=visible_keys, dropped=dropped, faults=tuple(faults))


def offered(
    questionnaire: Questionnaire, question: Question, values: Mapping[str, str], today: date, *, key: str = ""
) -> tuple[Choice, ...]:
    """Return the choices that `choice_filter` allows given those answers; all of them without a filter."""
    choices = questionnaire.choices(question)
    if not question.choice_filter:
        return choices
    name, time = _split(key or question.name)
    local_values = _local(values, _places(questionnaire)[name], time) if time > 1 else values
    expression = expressions.parse(question.choice_filter, filtering=True)
    return tuple(
        choice for choice in choices if expressions.holds(expression, _of_choice(choice, local_values, today))
    )


def _of_choice(choice: Choice, values: Mapping[str, str], today: date) -> Context:
    return Context(values=values, today=today, columns={**choice.filters, "name": choice.name})


def check(questionnaire: Questionnaire) -> None:
    """Raise Refused, in French, on a questionnaire with inconsistent names, lists or expressions, with all
    its faults.
    """
    if faults := problems(questionnaire):
        raise Refused(
            f"Le questionnaire « {questionnaire.title} » ne peut pas servir : "
            + " ; ".join(faults[:20])
            + ".",
            why="Une question serait posée à tort, ou jamais.",
            do="Corrigez chacun de ces points, puis recommencez.",
        )


def problems(questionnaire: Questionnaire) -> list[str]:
    """Return why a questionnaire cannot be used, one clause in French each; empty when it can."""
    faults, names, known = [], set[str](), set(_every_name(questionnaire.items))
    length = sum(len(text) for text in _expressions(questionnaire.items))
    if length > LONGEST_ALL:
        return [f"ses conditions et ses calculs font {length} caractères, au plus {LONGEST_ALL}"]
    for name in _every_name(questionnaire.items):
        if name in names:
            faults.append(f"le nom « {name} » est donné deux fois")
        names.add(name)
        if not re.fullmatch(expressions.NAME, name):
            faults.append(
                f"« {name} » n’est pas un nom : une lettre d’abord, puis lettres, chiffres, tirets ou"
                " soulignés"
            )
    for question in questionnaire.questions():
        faults += _of_question(questionnaire, question, known)
    for group in _groups(questionnaire.items):
        faults += _of_expression(group.relevant, f"la partie « {group.name} »", known)
    for name, choices in questionnaire.lists.items():
        faults += _of_list(name, choices)
    if not faults and (circle := cycle(questionnaire)):
        faults.append(f"les questions tournent en rond : {' → '.join(circle)}")
    return faults


def cycle(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the names of questions that depend on one another, the first repeated at the end; empty when
    there is none.
    """
    needs = _needs(questionnaire)
    done = dict[str, None]()
    return next((circle for start in needs if (circle := _circle(start, needs, done))), ())


def _of_question(questionnaire: Questionnaire, question: Question, known: set[str]) -> list[str]:
    faults = []
    where = f"la question « {question.name} »"
    if question.kind in ("one", "many", "rank") and question.choices not in questionnaire.lists:
        faults.append(f"{where} cite la liste « {question.choices} », qui n’existe pas")
    for text in (question.relevant, question.constraint, question.calculation):
        faults += _of_expression(text, where, known)
    if question.choice_filter:
        columns = {column for choice in questionnaire.choices(question) for column in choice.filters}
        faults += _of_expression(question.choice_filter, where, known, {*columns, "name"})
    return faults


def _of_expression(text: str, where: str, known: set[str], columns: set[str] | None = None) -> list[str]:
    if not text:
        return []
    try:
        read = expressions.parse(text, filtering=columns is not None)
    except Refused as refused:
        return [f"{where} : {refused.what[:1].lower()}{refused.what[1:].rstrip('.')}"]
    faults = [
        f"{where} cite « {name} », qui n’est pas une question" for name in read.names if name not in known
    ]
    absent = [name for name in read.columns if name not in (columns or ())]
    return faults + [
        f"{where} trie ses choix par « {name} », qui n’est pas une colonne de la liste" for name in absent
    ]


def _of_list(name: str, choices: tuple[Choice, ...]) -> list[str]:
    faults, names = [], set[str]()
    if not choices:
        faults.append(f"la liste « {name} » est vide")
    for choice in choices:
        if choice.name in names:
            faults.append(f"la liste « {name} » a deux fois le choix « {choice.name} »")
        names.add(choice.name)
        if not choice.name or re.search(r"\s", choice.name):
            faults.append(
                f"la liste « {name} » a un choix dont le nom est vide ou coupé d’une espace : «"
                f" {choice.name} »"
            )
    return faults


def _every_name(items: tuple[Question | Group, ...]) -> Iterator[str]:
    for item in items:
        yield item.name
        if isinstance(item, Group):
            yield from _every_name(item.items)


def _expressions(items: tuple[Question | Group, ...]) -> Iterator[str]:
    for item in items:
        yield item.relevant
        if isinstance(item, Group):
            yield from _expressions(item.items)
        else:
            yield from (item.constraint, item.calculation, item.choice_filter)


def _groups(items: tuple[Question | Group, ...]) -> Iterator[Group]:
    for item in items:
        if isinstance(item, Group):
            yield item
            yield from _groups(item.items)


# --------------------------------------------------------------------------------------------- in which order


def _places(questionnaire: Questionnaire) -> dict[str, _Place]:
    return {place.question.name: place for place in _within(questionnaire.items, (), "")}


def _within(items: tuple[Question | Group, ...], groups: tuple[Group, ...], again: str) -> Iterator[_Place]:
    for item in items:
        if isinstance(item, Group):
            yield from _within(item.items, (*groups, item), item.name if item.repeat else again)
        else:
            yield _Place(item, groups, again)


def _needs(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Return, for each question, those whose answers decide whether it is asked, or its value."""
    places = _places(questionnaire)
    needs = {}
    for name, place in places.items():
        texts = [group.relevant for group in place.groups]
        texts += [place.question.relevant, place.question.calculation]
        cited = [each for text in texts if text for each in expressions.parse(text).names]
        needs[name] = tuple(dict.fromkeys(each for each in cited if each in places))
    return needs


def _circle(start: str, needs: Mapping[str, tuple[str, ...]], done: dict[str, None]) -> tuple[str, ...]:
    """Follow the needs from a question, without recursion; add to `done` what is settled, what it needs
    first.
    """
    path, branches = {start: None}, [iter(needs[start])]
    while branches and start not in done:
        name = next(branches[-1], None)
        if name is None:
            branches.pop()
            done[path.popitem()[0]] = None
        elif name in path:
            steps = list(path)
            return (*steps[steps.index(name) :], name)
        elif name not in done:
            path[name] = None
            branches.append(iter(needs[name]))
    return ()


def _order(questionnaire: Questionnaire) -> Iterator[str]:
    """Return the names of the questions, each after those it needs, otherwise in the order of the
    questionnaire.
    """
    needs, done = _needs(questionnaire), dict[str, None]()
    for start in needs:
        if circle := _circle(start, needs, done):
            raise Refused(
                f"Les questions tournent en rond : {' → '.join(circle)}.",
                why="Chacune attend la réponse d’une autre pour être posée ou calculée.",
                do="Changez la condition ou le calcul de l’une d’elles.",
            )
    return iter(done)


# -------------------------------------------------------------------------------------------- asked, answered


def _split(key: str) -> tuple[str, int]:
    match = AGAIN.fullmatch(key)
    return (match["name"], int(match["time"])) if match else (key, 1)


def _key(name: str, time: int) -> str:
    return name if time == 1 else f"{name}#{time}"


def _known(key: str, places: Mapping[str, _Place]) -> bool:
    name, time = _split(key)
    place = places.get(key) or places.get(name)
    return bool(place) and (time == 1 or bool(place and place.again and 2 <= time <= MOST_TIMES))


def _times(place: _Place, typed: Mapping[str, str]) -> int:
    """Return how many times the group of a question was filled in, at least once."""
    if not place.again:
        return 1
    group = next(group for group in place.groups if group.name == place.again)
    names = set(_every_name(group.items))
    times = [time for name, time in map(_split, typed) if name in names and time <= MOST_TIMES]
    return max(times, default=1)


def _local(values: Mapping[str, str], place: _Place, time: int) -> Mapping[str, str]:
    """Return answers as they are read from the nth time a group is asked: its own answers stand for the first
    ones.
    """
    question = place.question
    expressions_read = (question.relevant, question.constraint, question.calculation, question.choice_filter)
    if time == 1 or not any((*expressions_read, *(group.relevant for group in place.groups))):
        return values
    group = next(group for group in place.groups if group.name == place.again)
    return {**values, **{name: values.get(_key(name, time), "") for name in _every_name(group.items)}}


def _answer(place: _Place, time: int, typed: Mapping[str, str], reading: _Reading) -> None:
    """Settle one question: whether it is asked, and its value."""
    question, key = place.question, _key(place.question.name, time)
    local_values = _local(reading.values, place, time)
    context = Context(
        values=local_values, current=typed.get(key, ""), today=reading.today, moment=reading.moment
    )
    conditions = (*(group.relevant for group in place.groups), question.relevant)
    if not all(expressions.holds(text, context) for text in conditions if text):
        return
    reading.relevant.add(key)
    if question.kind == "calculate" or (question.calculation and not typed.get(key)):
        reading.values[key] = (
            expressions.written(question.calculation, context) if question.calculation else ""
        )
    elif question.kind != "note":
        reading.values[key] = typed.get(key, question.default if question.kind == "hidden" else "")


def _keys(places: Mapping[str, _Place], typed: Mapping[str, str]) -> Iterator[str]:
    for name, place in places.items():
        for time in range(1, _times(place, typed) + 1):
            yield _key(name, time)


# ------------------------------------------------------------------------------------------ what does not fit


def _unknown(typed: Mapping[str, str], places: Mapping[str, _Place]) -> Iterator[Fault]:
    for key in typed:
        if not _known(key, places):
            yield Fault(key, "unknown", REASONS["unknown"])


def _faults(
    questionnaire: Questionnaire,
    relevant_keys: tuple[str, ...],
    places: Mapping[str, _Place],
    reading: _Reading,
    language: str,
) -> Iterator[Fault]:
    for key in relevant_keys:
        name, time = _split(key)
        place, value = places[name], reading.values.get(key, "")
        question = place.question
        if not question.takes_answer:
            continue
        local_values = _local(reading.values, place, time)
        context = Context(values=local_values, current=value, today=reading.today, moment=reading.moment)
        if fault := _fault(questionnaire, question, context, language):
            kind, what = fault
            yield Fault(key, kind, what)


def _fault(
    questionnaire: Questionnaire, question: Question, context: Context, language: str
) -> tuple[FaultKind, str] | None:
    value = context.current
    if not value:
        return (
            ("required", words(question.required_message, language) or say(REASONS["required"]))
            if question.required
            else None
        )
    if value in UNSAID:
        return None
    if question.kind in ("one", "many", "rank"):
        kind = _fault_of_choice(questionnaire, question, context)
        if kind:
            return kind, say(REASONS[kind])
    elif not _fits(question, value):
        return "kind", say(REASONS[question.kind])
    if question.constraint and not expressions.holds(question.constraint, context):
        return "constraint", words(question.constraint_message, language) or say(REASONS["constraint"])
    return None


def _fault_of_choice(questionnaire: Questionnaire, question: Question, context: Context) -> FaultKind | None:
    names = context.current.split() if question.kind != "one" else [context.current]
    choices = {
        choice.name: choice for choice in offered(questionnaire, question, context.values, context.today)
    }
    if any(name not in choices for name in names):
        return "choice"
    if len(set(names)) < len(names):
        return "twice"
    if question.kind == "many" and len(names) > 1 and any(choices[name].alone for name in names):
        return "alone"
    return None


def may_be(questionnaire: Questionnaire, question: Question, value: str) -> bool:
    """Check a value for a question, whatever the other answers."""
    if value in UNSAID or question.kind == "text":
        return True
    if question.kind in ("one", "many", "rank"):
        names = {choice.name for choice in questionnaire.choices(question)}
        return names.issuperset(value.split() if question.kind != "one" else [value])
    return _fits(question, value)


def _fits(question: Question, value: str) -> bool:
    """Check a text against the kind that a question expects."""
    if question.kind == "integer":
        return bool(re.fullmatch(r"-?\d{1,15}", value, re.ASCII))
    if question.kind == "decimal":
        return bool(re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value, re.ASCII))
    if question.kind == "range":
        return _on_scale(question, expressions.as_number(value))
    if question.kind in ("date", "time", "moment"):
        return _timed(question.kind, value)
    if question.kind == "geopoint":
        parts = [expressions.as_number(part) for part in value.split(" ")]
        return 2 <= len(parts) <= 4 and abs(parts[0]) <= 90 and abs(parts[1]) <= 180
    return question.kind != "acknowledge" or value == "OK"


def _on_scale(question: Question, number: float) -> bool:
    start, end, step = (
        expressions.as_number(question.parameters.get(key, other))
        for key, other in (("start", "1"), ("end", "10"), ("step", "1"))
    )
    steps = (number - start) / step if step else math.nan
    return min(start, end) <= number <= max(start, end) and abs(steps - math.floor(steps + 0.5)) < 1e-9


def _timed(kind: str, value: str) -> bool:
    form = {
        "date": r"\d{4}-\d\d-\d\d",
        "time": r"\d\d:\d\d(:\d\d(\.\d+)?)?",
        "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?",
    }[kind]
    match = re.fullmatch(rf"({form})(Z|[+-]\d\d:?\d\d)?" if kind != "date" else rf"({form})", value, re.ASCII)
    if not match:
        return False
    text = match[1]
    try:
        datetime.fromisoformat({"date": text, "time": f"2000-01-01T{text[:5]}", "moment": text[:16]}[kind])
    except ValueError:
        return False
    return True
