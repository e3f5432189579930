"""A questionnaire cut into screens that need no script: no question of a screen depends on another of the
same screen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.dateparse import parse_date, parse_time
from django.utils.formats import date_format, get_format

from maillage.publishing.survey.paper import how
from maillage.questionnaires import expressions
from maillage.questionnaires.answering import offered
from maillage.questionnaires.questionnaire import (
    DECLINED,
    UNKNOWN,
    UNSAID,
    Choice,
    Group,
    Question,
    Questionnaire,
    words,
)
from maillage.words import dates
from maillage.words.languages import FRENCH, LANGUAGES, say, to_say
from maillage.words.wording import spaced

MOST = 4  # questions of one screen
UNASKED = ("calculate", "hidden", "geopoint", "image")  # what nobody answers alone
TICKS = ("one", "many")
LONG = 15  # answers, over which one is chosen in a list: sixty communes do not make a page of buttons
# What a surveyor writes « Ne sait pas » is said by oneself here.
UNSAID_TEXTS: Mapping[str, str] = {
    UNKNOWN: to_say("Je ne sais pas"),
    DECLINED: to_say("Je ne souhaite pas répondre"),
}


@dataclass(frozen=True, slots=True)
class Screen:
    """Questions asked at once. title: that of their group; items: questions and notes."""

    title: Mapping[str, str]
    items: tuple[Question, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.items if item.kind != "note")


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """A question as a page shows it. options: (name, words, chosen, alone, apart), or a list to open;
    fault: what does not fit, ''.
    """

    question: Question
    label: str
    hint: str
    value: str
    options: tuple[tuple[str, str, bool, bool, bool], ...]
    listed: tuple[tuple[str, str, bool], ...]
    ranks: tuple[tuple[str, str, str], ...]
    unsaid: tuple[tuple[str, str, bool], ...]
    fault: str


def cut(questionnaire: Questionnaire) -> list[Screen]:
    """Return the screens of a questionnaire, in order: a group keeps its title from one screen to the
    next.
    """
    needs = _needs(questionnaire)
    blocks: list[tuple[str, Mapping[str, str], list[Question]]] = []
    for group, title, question, conditions in _leaves(questionnaire.items, "", {}, ()):
        if question.kind in UNASKED or question.observed:
            continue
        names_read = {name for text in (*conditions, question.choice_filter) for name in _names(text, needs)}
        last = blocks[-1] if blocks else None
        block_names = {each.name for each in last[2]} if last else set[str]()
        full = last is not None and sum(each.kind != "note" for each in last[2]) >= MOST
        if last is None or last[0] != group or full or names_read & block_names:
            blocks.append((group, title, [question]))
        else:
            last[2].append(question)
    return [Screen(title, tuple(items)) for _, title, items in blocks]


def _leaves(
    items: Sequence[Question | Group], group: str, title: Mapping[str, str], conditions: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, str], Question, tuple[str, ...]]]:
    for item in items:
        inside = (*conditions, item.relevant) if item.relevant else conditions
        if isinstance(item, Group):
            yield from _leaves(item.items, f"{group}/{item.name}", item.label or title, inside)
        else:
            yield group, title, item, inside


def _needs(questionnaire: Questionnaire) -> Mapping[str, str]:
    """Return the expressions of computed values, by name."""
    return {each.name: each.calculation for each in questionnaire.questions() if each.calculation}


def _names(text: str, needs: Mapping[str, str], visited: frozenset[str] = frozenset()) -> set[str]:
    """Return the questions that an expression reads, through what is computed."""
    if not text:
        return set()
    named = set(expressions.parse(text, filtering=True).names)
    for name in named & needs.keys() - visited:
        named |= _names(needs[name], needs, visited | {name})
    return named


def question_page(
    questionnaire: Questionnaire,
    question: Question,
    values: Mapping[str, str],
    *,
    language: str,
    on: date,
    fault: str = "",
) -> QuestionPage:
    """Return a question as a page shows it, with what was answered."""
    value = values.get(question.name, "")
    chosen_names = value.split()
    choices = [each for each in offered(questionnaire, question, values, on) if each.name not in UNSAID]
    unsaid_choices = {each.name: each for each in questionnaire.choices(question) if each.name in UNSAID}
    unsaid_options = tuple(
        (name, _unsaid(name, unsaid_choices, language), name in chosen_names) for name in UNSAID
    )
    asks = question.kind not in ("note", "acknowledge")
    long = question.kind == "one" and len(choices) > LONG
    ticked = question.kind in TICKS and not long
    options = [
        (each.name, words(each.label, language), each.name in chosen_names, each.alone, False)
        for each in choices
        if ticked
    ]
    options += [(name, label, chosen, True, True) for name, label, chosen in unsaid_options if ticked]
    ranks = {name: str(rank) for rank, step in enumerate(chosen_names, 1) for name in step.split("=")}
    return QuestionPage(
        question=question,
        label=spaced(words(question.label, language)),
        hint=spaced(
            " ".join(
                filter(
                    None, (words(question.hint, language), how(question) if question.kind == "range" else "")
                )
            )
        ),
        value="" if value in UNSAID else value,
        options=tuple(options),
        listed=tuple(
            (each.name, words(each.label, language), each.name in chosen_names) for each in choices if long
        ),
        ranks=tuple(
            (c.name, words(c.label, language), ranks.get(c.name, ""))
            for c in choices
            if question.kind == "rank"
        ),
        unsaid=unsaid_options if asks and not ticked else (),
        fault=fault,
    )


def _unsaid(name: str, unsaid_choices: Mapping[str, Choice], language: str) -> str:
    return words(unsaid_choices[name].label, language) if name in unsaid_choices else say(UNSAID_TEXTS[name])


def in_words(questionnaire: Questionnaire, question: Question, value: str, language: str) -> str:
    """Return an answer as its author would read it."""
    labels = {text.name: words(text.label, language) for text in questionnaire.choices(question)}
    unsaid = {name: say(text) for name, text in UNSAID_TEXTS.items()}
    if question.kind in (*TICKS, "rank"):
        return ", ".join(labels.get(text) or unsaid.get(text, text) for text in value.split())
    if value in unsaid:
        return unsaid[value]
    with translation.override(language if language in LANGUAGES else FRENCH):
        return READ.get(question.kind, str)(value)


def _day(value: str) -> str:
    day = parse_date(value) if len(value) == 10 else None
    if day and translation.get_language() == FRENCH:
        return dates.in_words(day)
    return date_format(day, "DATE_FORMAT") if day else value


def _moment(value: str) -> str:
    day, _, hour = value.partition("T")
    return f"{_day(day)}, {_clock(hour[:5])}" if hour else value


def _clock(value: str) -> str:
    at = parse_time(value) if len(value) == 5 else None
    if at is None or translation.get_language() != FRENCH:
        return value
    return f"{at.hour} h {at.minute:02d}" if at.minute else f"{at.hour} h"


def _number(value: str) -> str:
    return value.replace(".", get_format("DECIMAL_SEPARATOR"))


READ: Mapping[str, Callable[[str], str]] = {
    "acknowledge": lambda value: say("Oui") if value == "OK" else value,
    "date": _day,
    "moment": _moment,
    "decimal": _number,
    "range": _number,
}
