"""Sheets as a questionnaire: lists, groups, and expressions that depend on one another."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz import fuzz, process

from maillage.questionnaires import answering, editing, expressions
from maillage.questionnaires.other_text import reader
from maillage.questionnaires.questionnaire import (
    UNSAID,
    Choice,
    Group,
    Question,
    Questionnaire,
    unsaid,
    words,
)
from maillage.sources.offer.forms.sheet import Remarks, listed, quoted, spaced
from maillage.sources.survey.xls.rows import (
    Reading,
    languages_of,
    note_name,
    read_expression,
    read_question,
    read_texts,
)
from maillage.sources.survey.xls.sheets import Sheet
from maillage.sources.survey.xls.vocabulary import (
    CITED,
    KNOWN,
    MAX_CHOICES,
    MAX_DEPTH,
    MAX_FILTERS,
    MAX_QUESTIONS,
    PLATFORM_COLUMNS,
    TEXTS,
    YES,
)


def assembled(sheets: Mapping[str, Sheet], reading: Reading, remarks: Remarks) -> Questionnaire:
    """Return the questionnaire that the sheets hold; what prevents its use is in `reading.faults`."""
    settings = dict(sheets["settings"].rows[0][1]) if "settings" in sheets and sheets["settings"].rows else {}
    length = sum(
        len(row.get(column, ""))
        for _, row in sheets["survey"].rows
        for column in ("relevant", "constraint", "calculation", "choice_filter")
    )
    if length > answering.LONGEST_ALL:
        raise remarks.refusal(
            f"ses conditions et ses calculs font {spaced(length)} caractères, au plus"
            f" {spaced(answering.LONGEST_ALL)}.",
            why="Un téléphone ne les lirait pas entre deux questions.",
            do="Coupez le questionnaire en plusieurs, ou simplifiez ses conditions.",
        )
    languages = languages_of(sheets, settings)
    lists = _lists(sheets.get("choices"), languages, reading)
    items = _items(sheets["survey"], lists, languages, reading)
    _left_columns(sheets["survey"], reading)
    stem = re.sub(r"[^\w-]+", "-", remarks.name.rpartition(".")[0] or remarks.name).strip("-")
    questionnaire = Questionnaire(
        id=settings.get("form_id", stem or "formulaire"),
        title=settings.get("form_title") or settings.get("form_id") or stem or "Formulaire",
        version=settings.get("version", ""),
        kind=settings.get("maillage::kind", "other"),
        about=settings.get("maillage::about", ""),
        languages=(
            tuple(settings["maillage::languages"].split())
            if settings.get("maillage::languages")
            else tuple(languages.values())
        ),
        lists=lists,
        items=items,
        aims=_aims(settings.get("maillage::aims", "")),
    )
    if not any(question.takes_answer for question in questionnaire.questions()) and not reading.faults:
        reading.faults.append("feuille « survey » : aucune question à poser")
    questionnaire = _unbound(questionnaire, reading)
    if not reading.faults:
        reading.faults += answering.problems(questionnaire)
    if reading.faults:
        return questionnaire
    _doubt(questionnaire, reading)
    return replace(questionnaire, items=tuple(_supposed(questionnaire.items, questionnaire, reading)))


def _doubt(questionnaire: Questionnaire, reading: Reading) -> None:
    """Warn of conditions that wait for a later answer, or for an answer that is not offered."""
    labels = {
        name: words(question.label) or name
        for name, question in ((each.name, each) for each in questionnaire.questions())
    }
    for name, later in editing.too_soon(questionnaire):
        reading.warn(
            "survey",
            reading.line_by_name[name],
            f"« {labels[name]} » attend la réponse à « {labels[later]} », posée après elle",
        )
    for item in editing.every(questionnaire.items):
        for name, choice in editing.expected(item.relevant):
            question = questionnaire.question(name)
            offered = [*UNSAID, *(each.name for each in questionnaire.choices(question))] if question else []
            if question and question.kind in ("one", "many") and choice and choice not in offered:
                near = process.extractOne(choice, offered, score_cutoff=60)
                suggestion = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
                reading.warn(
                    "survey",
                    reading.line_by_name.get(item.name, 1),
                    f"« {words(item.label) or item.name} » attend la réponse « {quoted(choice)} », que «"
                    f" {labels[name]} » ne propose pas{suggestion}",
                )


def _supposed(
    items: Iterable[Question | Group], form: Questionnaire, reading: Reading
) -> Iterator[Question | Group]:
    """Yield items whose default answers are ones: a date is read as in an answer (JJ/MM/AAAA), what is none
    is left and told.
    """
    for item in items:
        if isinstance(item, Group):
            yield replace(item, items=tuple(_supposed(item.items, form, reading)))
            continue
        default = item.default if item.takes_answer else ""
        value = reader(form, item)(default)
        if default and not answering.may_be(form, item, value):
            reading.warn(
                "survey",
                reading.line_by_name[item.name],
                f"la réponse par défaut « {quoted(default)} » n’en est pas une : elle est laissée",
            )
            value = ""
        yield replace(item, default=value) if item.takes_answer else item


def _lists(
    sheet: Sheet | None, languages: Mapping[str, str], reading: Reading
) -> dict[str, tuple[Choice, ...]]:
    if not sheet:
        return {}
    plain = [
        head
        for head in sheet.header
        if not head.startswith(("label", "hint", "media", "image", "audio", "maillage"))
    ]
    columns = [head for head in plain if head not in ("list_name", "name") and "::" not in head]
    if len(columns) > MAX_FILTERS:
        reading.fault(
            sheet.name,
            1,
            columns[MAX_FILTERS],
            f"{spaced(len(columns))} colonnes de filtre, au plus {MAX_FILTERS}",
        )
        columns = []
    if len(sheet.rows) > MAX_CHOICES:
        reading.fault(
            sheet.name, MAX_CHOICES, "name", f"{spaced(len(sheet.rows))} choix, au plus {spaced(MAX_CHOICES)}"
        )
        return {}
    choices_by_list: dict[str, dict[str, Choice]] = {}
    for line, row in sheet.rows:
        choices, name = choices_by_list.setdefault(row.get("list_name", ""), {}), row.get("name", "")
        if not row.get("list_name") or not name:
            column = "name" if row.get("list_name") else "list_name"
            reading.fault(sheet.name, line, column, "la case est vide")
        elif name in choices:
            reading.fault(
                sheet.name,
                line,
                "name",
                f"le choix « {quoted(name)} » est déjà dans la liste « {row['list_name']} »",
            )
        elif re.search(r"\s", name):
            reading.fault(
                sheet.name,
                line,
                "name",
                f"« {quoted(name)} » contient une espace : les réponses se séparent par des espaces",
            )
        else:
            choices[name] = Choice(
                name=name,
                label=read_texts(row, "label", languages),
                alone=row.get("maillage_alone", "") in YES,
                inferred=row.get("maillage_inferred", "") in YES,
                printed=row.get("maillage_printed", ""),
                filters={column: row[column] for column in columns if row.get(column)},
            )
            _warn_of_unsaid(choices[name], line, sheet.name, reading)
    return {
        name: tuple(choice for choice in choices.values() if choice.name not in UNSAID)
        for name, choices in choices_by_list.items()
        if name
    }


def _warn_of_unsaid(choice: Choice, line: int, sheet: str, reading: Reading) -> None:
    """Tell a choice that says « ne sait pas » or « refuse » under another name: it is counted apart, like
    ours.
    """
    if choice.name not in UNSAID and (word := unsaid(choice)):
        label = next(iter(choice.label.values()))
        reading.warn(
            sheet, line, f"« {quoted(label)} » ({choice.name}) est compté à part, comme « {UNSAID[word]} »"
        )


@dataclass(slots=True)
class _Open:
    """A group being read: what its row says, and what it holds so far."""

    line: int
    row: Mapping[str, str]
    repeat: bool
    items: list[Question | Group] = field(default_factory=list)


def _items(
    sheet: Sheet, lists: dict[str, tuple[Choice, ...]], languages: Mapping[str, str], reading: Reading
) -> tuple[Question | Group, ...]:
    reading.cited = {
        cited[2:-1].strip() for _, row in sheet.rows for text in row.values() for cited in CITED.findall(text)
    }
    opened = [_Open(0, {}, False)]
    for line, row in sheet.rows:
        kind = " ".join(row.get("type", "").split())
        step = kind.casefold().replace("_", " ")
        if not kind:
            if row.get("name") or any(head in row for head in TEXTS):
                reading.fault(
                    sheet.name, line, "type", "la case est vide : la ligne ne dit pas quelle question c’est"
                )
        elif kind.startswith("#"):
            continue
        elif step in ("begin group", "begin repeat"):
            opened.append(_Open(line, row, step == "begin repeat"))
            if len(opened) > MAX_DEPTH:
                reading.fault(
                    sheet.name, line, "type", f"plus de {MAX_DEPTH} parties les unes dans les autres"
                )
                return ()
        elif step in ("end group", "end repeat"):
            if len(opened) == 1 or opened[-1].repeat != (step == "end repeat"):
                reading.fault(
                    sheet.name, line, "type", f"« {kind} » ne ferme aucune partie ouverte de cette sorte"
                )
                return ()
            _close(opened, languages, reading, sheet.name)
        elif question := read_question(kind, row, line, sheet.name, lists, languages, reading):
            opened[-1].items.append(question)
    for group in opened[1:]:
        reading.fault(
            sheet.name, group.line, "type", f"la partie « {group.row.get('name', '')} » n’est jamais fermée"
        )
    if len(reading.line_by_name) > MAX_QUESTIONS:
        reading.faults.append(
            f"feuille « {sheet.name} » : {spaced(len(reading.line_by_name))} questions, au plus"
            f" {spaced(MAX_QUESTIONS)}"
        )
    return tuple(opened[0].items)


def _close(opened: list[_Open], languages: Mapping[str, str], reading: Reading, sheet: str) -> None:
    done = opened.pop()
    name = done.row.get("name") or f"partie_{done.line}"
    note_name(name, done.line, sheet, reading)
    relevant = read_expression(
        done.row, "relevant", done.line, sheet, reading, "la partie est posée à tout le monde"
    )
    if done.repeat:
        reading.warn(
            sheet,
            done.line,
            f"la partie « {name} » se répète : un enquêteur la pose autant de fois qu’il faut, sur son"
            " appareil ; par lien, sur une borne et sur papier, elle n’est posée qu’une fois. Les tableaux"
            " comptent la première fois, l’export les a toutes",
        )
    opened[-1].items.append(
        Group(
            name=name,
            label=read_texts(done.row, "label", languages),
            relevant=relevant,
            repeat=done.repeat,
            items=tuple(done.items),
        )
    )


def _aims(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    try:
        return (
            tuple((str(title), tuple(map(str, lines))) for title, lines in json.loads(text)) if text else ()
        )
    except (ValueError, TypeError):
        return ()


def _left_columns(sheet: Sheet, reading: Reading) -> None:
    """Report the columns not read: unknown ones, and what the platform records by other means."""
    platform_columns = tuple(f"maillage::{key}" for key in PLATFORM_COLUMNS)
    unknown = [
        head for head in sheet.header if head.partition("::")[0] not in KNOWN and head not in platform_columns
    ]
    filled = [head for head in unknown if any(head in row for _, row in sheet.rows)]
    if filled:
        reading.warnings.append(
            "Colonnes qui ne sont pas reprises :"
            f" {listed([f'« {quoted(head)} »{_suggested_column(head)}' for head in filled], most=8)}."
        )
    if reading.recorded:
        recorded = listed(list(dict.fromkeys(reading.recorded)), most=8)
        reading.warnings.append(
            f"Les lignes {recorded} ne sont pas reprises : l’heure de chaque réponse est notée ici, jamais"
            " l’identité de l’appareil."
        )


def _suggested_column(head: str) -> str:
    """Return the column that one we do not know was perhaps to be."""
    near = process.extractOne(head.partition("::")[0], KNOWN, scorer=fuzz.ratio, score_cutoff=80)
    return f" (« {near[0]} » ?)" if near else ""


def _unbound(questionnaire: Questionnaire, reading: Reading) -> Questionnaire:
    """Return the questionnaire without the expressions that cite a question left out, which is told; nor what
    only computed from it.
    """
    missing = {name for name in reading.unread_questions if name not in reading.line_by_name}
    if not missing or reading.faults:
        return questionnaire
    while (
        more := {
            each.name
            for each in questionnaire.questions()
            if each.kind == "calculate" and _cites(each.calculation, missing)
        }
        - missing
    ):
        missing |= more
    return replace(questionnaire, items=tuple(_freed(questionnaire.items, missing, reading)))


def _cites(text: str, missing: set[str], *, filtering: bool = False) -> set[str]:
    return missing.intersection(expressions.parse(text, filtering=filtering).names) if text else set()


def _freed(
    items: Iterable[Question | Group], missing: set[str], reading: Reading
) -> Iterator[Question | Group]:
    for item in items:
        if item.name in missing:
            reading.warnings.append(
                f"Le calcul « {item.name} » est laissé : il part d’une question qui n’est pas reprise."
            )
            continue
        fields = (
            ("relevant",)
            if isinstance(item, Group)
            else ("relevant", "constraint", "calculation", "choice_filter")
        )
        changed: dict[str, Any] = {}
        for attribute in fields:
            text = getattr(item, attribute)
            if cited := _cites(text, missing, filtering=attribute == "choice_filter"):
                changed[attribute] = ""
                reading.warnings.append(
                    f"« {item.name} » : « {quoted(text)} » est retiré, il cite « {min(cited)} », qui n’est"
                    " pas reprise."
                )
        if isinstance(item, Group):
            changed["items"] = tuple(_freed(item.items, missing, reading))
        yield replace(item, **changed)
