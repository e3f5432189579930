"""A row as a question, and what keeps it from being one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz import process

from maillage.kernel.errors import Refused
from maillage.questionnaires import expressions
from maillage.questionnaires.expressions import Unhandled
from maillage.questionnaires.questionnaire import (
    CENSUS,
    Choice,
    Kind,
    National,
    Question,
    Texts,
)
from maillage.sources.offer.forms.sheet import quoted
from maillage.sources.survey.xls.sheets import Sheet
from maillage.sources.survey.xls.vocabulary import (
    CITED,
    ELSEWHERE,
    NO,
    PLATFORM_COLUMNS,
    RECORDED,
    RESERVED,
    SELECTS,
    TEXTS,
    TYPES,
    YES,
)
from maillage.sources.survey.xls.writing import alone_of, constraint_of, filter_of
from maillage.words.languages import LANGUAGES


@dataclass(slots=True)
class Reading:
    """Remarks on a file being read. faults: what prevents its use; warnings: what is ignored; line_by_name:
    the line of each question; unread_questions: those ignored, with their line.
    """

    name: str
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    line_by_name: dict[str, int] = field(default_factory=dict)
    unread_questions: dict[str, int] = field(default_factory=dict)
    recorded: list[str] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)

    def fault(self, sheet: str, line: int, column: str, what: str) -> None:
        self.faults.append(f"feuille « {sheet} », ligne {line}, colonne « {column} » : {what}")

    def warn(self, sheet: str, line: int, what: str) -> None:
        self.warnings.append(f"Feuille « {sheet} », ligne {line} : {what}{'' if what.endswith('?') else '.'}")


def languages_of(sheets: Mapping[str, Sheet], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the languages of a form, as its columns write them, with the code of each; the default one
    first, '' included.
    """
    default = settings.get("default_language", "")
    heads = [head for name in ("survey", "choices") if name in sheets for head in sheets[name].header]
    named = [head.partition("::")[2] for head in heads if head.partition("::")[0] in TEXTS and "::" in head]
    ordered = dict.fromkeys([*([default] if default else []), *named])
    code_by_language = {name: _code(name) for name in ordered}
    if any(head in TEXTS for head in heads):
        code_by_language = {"": _code(default) if default else "fr", **code_by_language}
    return code_by_language or {"": "fr"}


def _code(name: str) -> str:
    """Return the code of a language: `Français (fr)` → fr, `en` → en, `Wolof` → wolof."""
    if written_code := re.search(r"\(([A-Za-z][\w-]{1,11})\)\s*$", name):
        return written_code[1].casefold()
    flat = name.strip().casefold()
    names = {language.name.casefold(): code for code, language in LANGUAGES.items()} | {
        "french": "fr",
        "default": "fr",
    }
    return names.get(flat, re.sub(r"[^\w-]+", "-", flat).strip("-") or "fr")


def read_texts(row: Mapping[str, str], base: str, languages: Mapping[str, str]) -> Texts:
    text_by_code = {
        code: row.get(f"{base}::{name}" if name else base, "")
        for name, code in reversed(list(languages.items()))
    }
    return {
        code: CITED.sub("…", text)
        for code in dict.fromkeys(languages.values())
        if (text := text_by_code[code])
    }


def note_name(name: str, line: int, sheet: str, reading: Reading) -> None:
    """Note a name; a fault when it is no name, is ours, or was given before."""
    if not re.fullmatch(expressions.NAME, name):
        reading.fault(
            sheet,
            line,
            "name",
            f"« {quoted(name)} » n’est pas un nom : une lettre d’abord, puis lettres, chiffres, tirets ou"
            " soulignés",
        )
    elif name.casefold() in RESERVED or name.startswith("collecte."):
        reading.fault(
            sheet, line, "name", f"« {name} » est un nom réservé ; écrivez par exemple « {name}_1 »"
        )
    elif name in reading.line_by_name:
        reading.fault(
            sheet, line, "name", f"« {name} » est déjà le nom de la ligne {reading.line_by_name[name]}"
        )
    reading.line_by_name.setdefault(name, line)


def read_question(
    kind: str,
    row: Mapping[str, str],
    line: int,
    sheet: str,
    lists: dict[str, tuple[Choice, ...]],
    languages: Mapping[str, str],
    reading: Reading,
) -> Question | None:
    """Return the question of a row, None when it is left out, with a remark."""
    question_kind, choices = _kind(kind, row, line, sheet, lists, reading)
    name = row.get("name", "")
    if not question_kind:
        if name:
            reading.unread_questions[name] = line
        return None
    if not name:
        reading.fault(
            sheet, line, "name", "la case est vide : une réponse se range sous le nom de sa question"
        )
        return None
    calculation = "today()" if kind.casefold() == "today" else ""
    calculation = calculation or read_expression(
        row, "calculation", line, sheet, reading, "rien n’est calculé"
    )
    if question_kind == "calculate" and not calculation:
        if not row.get("calculation"):
            reading.warn(sheet, line, f"le calcul « {name} » est laissé : il ne dit pas quoi calculer")
        reading.unread_questions[name] = line
        return None
    note_name(name, line, sheet, reading)
    label = read_texts(row, "label", languages)
    if any(CITED.search(text) for head, text in row.items() if head.partition("::")[0] in TEXTS):
        reading.warn(
            sheet, line, f"« {name} » cite une réponse dans ses mots : elle y est remplacée par « … »"
        )
    if not label and question_kind not in ("calculate", "hidden"):
        reading.warn(sheet, line, f"« {name} » n’a pas de libellé : son nom est montré à la place")
        label = {next(iter(languages.values())): name}
    platform_values = {key: row.get(f"maillage::{key}", "") for key in PLATFORM_COLUMNS}
    alone = alone_of(lists.get(choices, ())) if question_kind == "many" else ()
    constraint = read_expression(row, "constraint", line, sheet, reading, "la réponse n’est pas vérifiée")
    if question_kind in ("one", "many") and constraint == constraint_of(
        platform_values["constraint"], alone, question_kind
    ):
        constraint = platform_values["constraint"]
    chosen = read_expression(row, "choice_filter", line, sheet, reading, "tous les choix sont proposés")
    if chosen == filter_of(platform_values["choice_filter"]):
        chosen = platform_values["choice_filter"]
    return Question(
        name=name,
        kind=question_kind,
        label=label,
        hint=read_texts(row, "hint", languages),
        choices=choices or platform_values["choices"],
        required=_required(row, line, sheet, reading),
        required_message=read_texts(row, "required_message", languages),
        relevant=read_expression(
            row, "relevant", line, sheet, reading, "la question est posée à tout le monde"
        ),
        constraint=constraint,
        constraint_message=read_texts(row, "constraint_message", languages),
        calculation=calculation,
        choice_filter=chosen,
        default=_default(row, line, sheet, reading),
        appearance=row.get("appearance", ""),
        parameters=_parameters(row.get("parameters", "")),
        scale=platform_values["scale"],
        topic=platform_values["topic"],
        universe=platform_values["universe"],
        published=platform_values["published"],
        rows=tuple(part.strip() for part in platform_values["rows"].split(";") if part.strip()),
        is_own=platform_values["ours"] in YES,
        observed=platform_values["observed"] in YES,
        census=_census(platform_values["census"], line, sheet, reading),
        # A word that is neither yes nor no protects.
        sensitive=platform_values["sensitive"].casefold() not in NO if platform_values["sensitive"] else None,
        unmatched=platform_values["unmatched"],
        national=_national(platform_values["national"], line, sheet, reading),
    )


def _kind(
    kind: str,
    row: Mapping[str, str],
    line: int,
    sheet: str,
    lists: dict[str, tuple[Choice, ...]],
    reading: Reading,
) -> tuple[Kind | None, str]:
    """Return the kind of question a type is, with its list."""
    plain = kind.casefold()
    if plain in TYPES:
        return TYPES[plain], ""
    if plain == "today" and row.get("name") in reading.cited:
        return "calculate", ""
    if plain in RECORDED:
        reading.recorded.append(plain)
        return None, ""
    for start in sorted(SELECTS, key=len, reverse=True):
        if plain.startswith(f"{start} "):
            return SELECTS[start], _list(kind[len(start) + 1 :].strip(), line, sheet, lists, reading)
    if plain.split()[0] in ELSEWHERE:
        reading.warn(
            sheet,
            line,
            f"la question « {row.get('name', '')} », de type « {kind} », n’est pas reprise : nous ne posons"
            " pas ce type de question",
        )
        return None, ""
    near = process.extractOne(
        plain.split()[0],
        [*TYPES, "select_one", "select_multiple", "rank", "begin_group", "end_group"],
        score_cutoff=70,
    )
    hint = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
    reading.warn(
        sheet,
        line,
        f"la question « {row.get('name', '')} » n’est pas reprise : le type « {quoted(kind)} » n’existe"
        f" pas{hint}",
    )
    return None, ""


def _list(name: str, line: int, sheet: str, lists: dict[str, tuple[Choice, ...]], reading: Reading) -> str:
    if name.endswith((" or_other", " or specify other")):
        name = name.removesuffix(" or_other").removesuffix(" or specify other").strip()
        if name in lists and not any(choice.name == "other" for choice in lists[name]):
            lists[name] = (*lists[name], Choice(name="other", label={"fr": "Autre"}))
        reading.warn(sheet, line, "« or_other » : le choix « Autre » est ajouté, sans la précision écrite")
    if name not in lists:
        near = process.extractOne(name, list(lists), score_cutoff=60)
        hint = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
        reading.fault(
            sheet, line, "type", f"la liste « {quoted(name)} » n’est pas dans la feuille « choices »{hint}"
        )
    return name


def read_expression(
    row: Mapping[str, str], column: str, line: int, sheet: str, reading: Reading, without: str
) -> str:
    """Return an expression that can be read, '' when it is right elsewhere only; without: what happens
    then.
    """
    text = row.get(column, "")
    if not text:
        return ""
    try:
        expressions.parse(text, filtering=column == "choice_filter")
    except Unhandled as refused:
        reading.warn(sheet, line, f"{refused.what.rstrip('.')} ; {without}")
        return ""
    except Refused as refused:
        reading.fault(sheet, line, column, f"{refused.what[:1].lower()}{refused.what[1:].rstrip('.')}")
    return text


def _required(row: Mapping[str, str], line: int, sheet: str, reading: Reading) -> bool:
    text = row.get("required", "").casefold()
    if text not in (*YES, *NO):
        reading.warn(sheet, line, f"la réponse n’est pas obligatoire : « {quoted(text)} » n’est ni yes ni no")
    return text in YES


def _default(row: Mapping[str, str], line: int, sheet: str, reading: Reading) -> str:
    text = row.get("default", "")
    if "${" in text or re.search(r"\w\(.*\)", text):
        reading.warn(
            sheet, line, f"la réponse par défaut « {quoted(text)} » n’est pas reprise : elle se calcule"
        )
        return ""
    return text


def _parameters(text: str) -> dict[str, str]:
    pairs = re.findall(r"([\w-]+)\s*=\s*([^\s;,]+)", text)
    return dict(pairs)


def _national(text: str, line: int, sheet: str, reading: Reading) -> tuple[National, ...]:
    try:
        return tuple(National(**each) for each in json.loads(text)) if text else ()
    except (ValueError, TypeError):
        reading.warn(sheet, line, "les repères nationaux sont illisibles : ils ne sont pas repris")
        return ()


def _census(text: str, line: int, sheet: str, reading: Reading) -> str:
    """Return the census variable that a question asks, once in a questionnaire; "" with a warning for any
    other word.
    """
    if not text:
        return ""
    if text not in CENSUS:
        reading.warn(
            sheet,
            line,
            f"« maillage::census » : « {quoted(text)} » est laissé, on y écrit {', '.join(CENSUS)}",
        )
    elif text in reading.counted:
        reading.warn(
            sheet,
            line,
            f"« maillage::census » : une question avant celle-ci est déjà « {text} », celle-ci ne l’est pas",
        )
    else:
        reading.counted.add(text)
        return text
    return ""
