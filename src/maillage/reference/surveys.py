"""The five questionnaires that are ready: inhabitants, structures, Caf, professionals, first appointment.

One YAML file each (`surveys/*.yaml`), in French, every question with the source it comes from; what the
sources lost and we propose is marked. Translations stand apart, by sentence (`surveys/translations.yaml`), so
that a sentence is translated once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

from maillage.kernel.errors import UnsourcedFigure
from maillage.questionnaires import answering
from maillage.questionnaires.questionnaire import (
    Choice,
    Group,
    Kind,
    National,
    Question,
    Questionnaire,
    Texts,
)
from maillage.reference.files import read_yaml

FOLDER = Path(__file__).with_name("surveys")
FILES = ("habitants", "structures", "caf", "professionnels", "premier_rendez_vous")
SCALES: Mapping[str, str] = {
    "ease": "Niveau d’aisance",
    "satisfaction": "Satisfaction",
    "states": "Aujourd’hui, en projet, non",
    "motivation": "Motivation",
}
VERSION = "2026112101"


@cache
def banks() -> dict[str, Questionnaire]:
    """Return the ready questionnaires by id, in the order they are proposed.

    UnsourcedFigure, before anybody is asked anything: an expression that cannot be read, a list that is not
    there, a sentence without its translation in a language the questionnaire says it speaks, a question whose
    source nobody can find.
    """
    banks = {name: bank(name) for name in FILES}
    for each in banks.values():
        _checked(each)
    return banks


def national_shares(kind: str, name: str, choice: str) -> list[National]:
    """Return the national figures published beside an answer of the ready questionnaire of a kind."""
    form = next((form for form in banks().values() if form.kind == kind), None)
    question = form.question(name) if form else None
    return [each for each in (question.national if question else ()) if each.choice == choice]


def bank(name: str) -> Questionnaire:
    """Return one ready questionnaire, unchecked: `banks` checks it."""
    raw = read_yaml(FOLDER / f"{name}.yaml")
    languages = tuple(raw.get("languages", ("fr",)))
    return Questionnaire(
        id=raw["id"],
        title=raw["title"],
        version=VERSION,
        kind=raw["kind"],
        about=raw["about"],
        languages=languages,
        lists={name: tuple(_choices(choices, languages)) for name, choices in raw["lists"].items()},
        items=tuple(_item(item, raw, languages) for item in raw["items"]),
        aims=tuple((aim["title"], tuple(aim["lines"])) for aim in raw.get("aims", ())),
    )


@cache
def translations() -> Mapping[str, Mapping[str, str]]:
    """Return the translations of a French sentence, by language."""
    read: Mapping[str, Mapping[str, str]] = read_yaml(FOLDER / "translations.yaml") or {}
    return read


def _texts(french: str, languages: tuple[str, ...]) -> Texts:
    if not french:
        return {}
    wordings = translations().get(french, {})
    return {"fr": french, **{language: wordings[language] for language in languages if language in wordings}}


def _choices(raw: Mapping[str, Any], languages: tuple[str, ...]) -> Iterator[Choice]:
    for name, text in raw.items():
        wordings: Mapping[str, Any] = {"fr": text} if isinstance(text, str) else text
        yield Choice(
            name=name,
            label=_texts(wordings["fr"], languages),
            alone=wordings.get("alone", False),
            inferred=wordings.get("inferred", False),
            printed=wordings.get("printed", ""),
        )


PLAIN = frozenset(field.name for field in fields(Question)) - {
    "label",
    "hint",
    "constraint_message",
    "rows",
    "national",
}


def _item(raw: Mapping[str, Any], bank: Mapping[str, Any], languages: tuple[str, ...]) -> Question | Group:
    if "group" in raw:
        bank = {**bank, "universe": raw.get("universe", bank.get("universe", ""))}
        return Group(
            name=raw["group"],
            label=_texts(raw["fr"], languages),
            relevant=raw.get("relevant", ""),
            repeat=raw.get("repeat", False),
            items=tuple(_item(item, bank, languages) for item in raw["items"]),
        )
    plain_fields = {key: value for key, value in raw.items() if key in PLAIN}
    return Question(
        **{"universe": bank.get("universe", ""), **plain_fields},
        label=_texts(raw["fr"], languages),
        hint=_texts(raw.get("hint", ""), languages),
        constraint_message=_texts(raw.get("message", ""), languages),
        rows=tuple(raw.get("rows", ())),
        national=tuple(National(**{**bank.get("national", {}), **each}) for each in raw.get("national", ())),
    )


def _checked(questionnaire: Questionnaire) -> None:
    problems = answering.problems(questionnaire)
    for question in questionnaire.questions():
        if question.kind not in get_args(Kind) or (question.scale and question.scale not in SCALES):
            problems.append(f"{question.name}: kind or scale unknown")
        if not question.universe:
            problems.append(f"{question.name}: of whom it is asked is not said")
        if not (question.rows or question.is_own):
            problems.append(f"{question.name}: neither a source nor ours")
    problems += [f"not in {language}: {words}" for language, words in _untranslated(questionnaire)]
    problems += [
        f"{name}/{choice.name}: the end of its label is lost, and it is not marked inferred"
        for name, choices in questionnaire.lists.items()
        for choice in choices
        if choice.printed and not choice.inferred
    ]
    if problems:
        raise UnsourcedFigure(
            f"surveys/{questionnaire.id}.yaml: {'; '.join(problems[:20])}.",
            why="People in the street would be asked it as it is.",
            do="Correct the file, or translations.yaml.",
        )


def _untranslated(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Yield the languages and sentences that miss a translation."""
    texts = [choice.label for name, choices in questionnaire.lists.items() for choice in choices]
    texts += [
        text
        for question in questionnaire.questions()
        for text in (question.label, question.hint, question.constraint_message)
    ]
    texts += [item.label for item in questionnaire.items if isinstance(item, Group)]
    for text in texts:
        for language in questionnaire.languages:
            if text and language not in text:
                yield language, text["fr"]
