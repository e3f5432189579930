"""A questionnaire as sheets."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from maillage.questionnaires.questionnaire import (
    UNSAID,
    Choice,
    Group,
    Question,
    Questionnaire,
    Texts,
)
from maillage.reference.surveys import translations
from maillage.sources.survey.xls.vocabulary import WRITTEN
from maillage.words.languages import LANGUAGES


def text_cell(sheet: Any, text: str) -> Any:
    """Return a cell of text, whatever it begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text) or None)
    if text:
        cell.data_type = "s"
    return cell


def tables_of(questionnaire: Questionnaire) -> dict[str, list[dict[str, str]]]:
    names = {
        code: f"{LANGUAGES[code].name if code in LANGUAGES else code} ({code})"
        for code in questionnaire.languages
    }
    return {
        "survey": list(_survey(questionnaire, questionnaire.items, names)),
        "choices": list(_choices(questionnaire, names)),
        "settings": [_settings(questionnaire, names)],
    }


def _settings(questionnaire: Questionnaire, names: Mapping[str, str]) -> dict[str, str]:
    settings = {
        "form_title": questionnaire.title,
        "form_id": questionnaire.id,
        "version": questionnaire.version,
        "default_language": next(iter(names.values())),
        "maillage::kind": questionnaire.kind,
        "maillage::about": questionnaire.about,
        "maillage::languages": " ".join(questionnaire.languages),
        "maillage::aims": json.dumps(questionnaire.aims, ensure_ascii=False) if questionnaire.aims else "",
    }
    return {key: value for key, value in settings.items() if value}


def _survey(
    questionnaire: Questionnaire, items: Iterable[Question | Group], names: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    for item in items:
        if isinstance(item, Group):
            kind = "repeat" if item.repeat else "group"
            row = {
                "type": f"begin_{kind}",
                "name": item.name,
                **_texts_by_column("label", item.label, names),
                "relevant": item.relevant,
            }
            yield {key: value for key, value in row.items() if value}
            yield from _survey(questionnaire, item.items, names)
            yield {"type": f"end_{kind}"}
        else:
            yield _row(questionnaire, item, names)


def _row(questionnaire: Questionnaire, question: Question, names: Mapping[str, str]) -> dict[str, str]:
    kind = question.kind
    listed_kind = kind in ("one", "many", "rank")
    alone = alone_of(questionnaire.choices(question)) if kind == "many" else ()
    label = question.label or (
        {next(iter(names)): question.name} if question.kind not in ("calculate", "hidden") else {}
    )
    cells = {
        "type": f"{WRITTEN.get(kind, kind)} {question.choices}" if listed_kind else WRITTEN.get(kind, kind),
        "name": question.name,
        **_texts_by_column("label", label, names),
        **_texts_by_column("hint", question.hint, names),
        "required": "yes" if question.required else "",
        **_texts_by_column("required_message", question.required_message, names),
        "relevant": question.relevant,
        "constraint": (
            constraint_of(question.constraint, alone, kind)
            if kind in ("one", "many")
            else question.constraint
        ),
        **_texts_by_column("constraint_message", question.constraint_message, names),
        "calculation": question.calculation,
        "choice_filter": filter_of(question.choice_filter),
        "default": question.default,
        "appearance": question.appearance,
        "parameters": " ".join(f"{key}={value}" for key, value in question.parameters.items()),
        "maillage::scale": question.scale,
        "maillage::topic": question.topic,
        "maillage::universe": question.universe,
        "maillage::published": question.published,
        "maillage::rows": "; ".join(question.rows),
        "maillage::ours": "yes" if question.is_own else "",
        "maillage::observed": "yes" if question.observed else "",
        "maillage::census": question.census,
        "maillage::sensitive": {None: "", True: "yes", False: "no"}[question.sensitive],
        "maillage::unmatched": question.unmatched,
        "maillage::national": (
            json.dumps([asdict(each) for each in question.national], ensure_ascii=False)
            if question.national
            else ""
        ),
        "maillage::choices": question.choices if not listed_kind else "",
        "maillage::constraint": question.constraint if kind in ("one", "many") else "",
        "maillage::choice_filter": question.choice_filter,
    }
    return {key: value for key, value in cells.items() if value}


def _texts_by_column(base: str, texts: Texts, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{base}::{name}": texts[code] for code, name in names.items() if texts.get(code)}


def _choices(questionnaire: Questionnaire, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    ranked = {question.choices for question in questionnaire.questions() if question.kind == "rank"}
    lists_with_unsaid = {
        question.choices for question in questionnaire.questions() if question.kind in ("one", "many")
    } - ranked
    for name, choices in questionnaire.lists.items():
        unsaid_choices = [
            Choice(name=code, label=_translated(text, names))
            for code, text in UNSAID.items()
            if name in lists_with_unsaid
        ]
        for choice in (*choices, *unsaid_choices):
            yield {
                "list_name": name,
                "name": choice.name,
                **_texts_by_column("label", choice.label, names),
                **choice.filters,
                **({"maillage_alone": "yes"} if choice.alone else {}),
                **({"maillage_inferred": "yes"} if choice.inferred else {}),
                **({"maillage_printed": choice.printed} if choice.printed else {}),
            }


def _translated(text: str, names: Mapping[str, str]) -> Texts:
    """Return « Ne sait pas » in the languages of a form; in French where we do not know it."""
    return {code: translations().get(text, {}).get(code, text) for code in names}


def alone_of(choices: Sequence[Choice]) -> tuple[str, ...]:
    return (*(choice.name for choice in choices if choice.alone), *UNSAID)


def constraint_of(constraint: str, alone: Sequence[str], kind: str) -> str:
    """Return a constraint as Collect needs it: what excludes the others stands alone, and who does not know
    may say so.
    """
    free = " or ".join(f"selected(., '{name}')" for name in UNSAID)
    own = f"(({constraint}) or {free})" if constraint else ""
    if kind != "many":
        return own
    exclusive = " and ".join(f"not(selected(., '{name}') and count-selected(.) > 1)" for name in alone)
    return f"{own} and {exclusive}" if own else exclusive


def filter_of(text: str) -> str:
    return f"({text}) or " + " or ".join(f"name = '{name}'" for name in UNSAID) if text else ""
