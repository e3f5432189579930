"""XLSForm, in and out: the questionnaire that Kobo, ODK and spreadsheets exchange.

Rows are read here, so that a refusal names sheet, line and column; `pyxform` then judges the whole, and makes the XForm of ODK
Collect (never Java). What we know of a question beyond XLSForm travels in columns `maillage::…`, which others leave alone.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

import python_calamine as calamine
from rapidfuzz import fuzz, process

from maillage.kernel.errors import Refused
from maillage.kernel.languages import LANGUAGES
from maillage.pipeline.offer.forms import cells, compound, extent, zipped
from maillage.pipeline.offer.forms.decode import decoded
from maillage.pipeline.offer.forms.read import OTHERS, ZIP
from maillage.pipeline.offer.forms.sheet import Remarks, listed, shown, spaced
from maillage.pipeline.offer.forms.workbook import guarded
from maillage.reference import answering, edited, expressions
from maillage.reference.expressions import Unhandled
from maillage.reference.questionnaire import (
    CENSUS,
    UNSAID,
    Choice,
    Group,
    Kind,
    National,
    Question,
    Questionnaire,
    Texts,
    unsaid,
    words,
)
from maillage.reference.surveys import translations
from maillage.reference.typed_elsewhere import reader

MAX_BYTES, MAX_QUESTIONS, MAX_CHOICES, MAX_DEPTH = 16 * 2**20, 2_000, 20_000, 20
MAX_FILTERS = 50
WHY = "Le questionnaire ne pourrait pas être posé tel qu’il a été écrit."
EXPECTED = "Un XLSForm a une feuille « survey », avec les colonnes type, name et label, et une feuille « choices »."
TEXTS = ("label", "hint", "required_message", "constraint_message")
KNOWN = ("type", "name", *TEXTS, "required", "relevant", "constraint", "calculation", "choice_filter", "default", "appearance", "parameters")  # fmt: skip
ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "caption": "label", "list name": "list_name", "value": "name",
    "constraining_message": "constraint_message", "requiredmsg": "required_message", "command": "type", "tag": "name",
    "constraint message": "constraint_message", "required message": "required_message", "choice filter": "choice_filter",
    "bind::relevant": "relevant", "bind::constraint": "constraint", "bind::required": "required", "bind::calculate": "calculation",
    "control::appearance": "appearance", "bind::jr:constraintmsg": "constraint_message", "title": "form_title",
    "set form title": "form_title", "set form id": "form_id", "id_string": "form_id", "default language": "default_language",
}  # fmt: skip
TYPES: Mapping[str, Kind] = {
    "text": "text", "string": "text", "integer": "integer", "int": "integer", "decimal": "decimal", "date": "date", "time": "time",
    "datetime": "moment", "range": "range", "note": "note", "calculate": "calculate", "acknowledge": "acknowledge",
    "trigger": "acknowledge", "hidden": "hidden", "geopoint": "geopoint", "gps": "geopoint", "location": "geopoint",
    "image": "image", "photo": "image",
}  # fmt: skip
SELECTS: Mapping[str, Kind] = {
    "select_one": "one", "select one": "one", "select one from": "one", "select1": "one", "select_multiple": "many",
    "select multiple": "many", "select all that apply": "many", "select all that apply from": "many", "rank": "rank",
}  # fmt: skip
WRITTEN: Mapping[str, str] = {"one": "select_one", "many": "select_multiple", "rank": "rank", "moment": "datetime"}
RECORDED = ("start", "end", "today", "deviceid", "username", "audit", "phonenumber", "email", "simserial", "subscriberid", "start-geopoint")  # fmt: skip
ELSEWHERE = ("geotrace", "geoshape", "audio", "video", "file", "barcode", "osm", "background-audio", "select_one_external", "select_one_from_file", "select_multiple_from_file", "csv-external", "xml-external", "xml_external")  # fmt: skip
RESERVED = ("id", "uid", "poids", "poids_initial", "meta", "instanceid", "instancename")
YES = ("yes", "true", "true()", "oui", "vrai", "1")
NO = ("", "no", "false", "false()", "non", "faux", "0")
CITED = re.compile(r"\$\{[^}]*\}")
ABOVE = 10  # rows among which the names of columns are looked for, a title standing above them
HEADS: tuple[set[str], ...] = ({"type", "name"}, {"list_name", "name"}, {"form_title"}, {"form_id"})
OURS = (
    *("scale", "topic", "universe", "published", "rows", "ours", "observed", "census", "national"),
    *("choices", "constraint", "choice_filter"),
)


@dataclass(frozen=True, slots=True)
class Read:
    """A questionnaire that was read. warnings: what was left out or changed, in French, one sentence each."""

    questionnaire: Questionnaire
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet: the names of its columns, and its rows, each with its line in the file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


@dataclass(slots=True)
class _Reading:
    """What is found while a file is read. faults: what keeps it from being used; warnings: what was left."""

    name: str
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    recorded: list[str] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)

    def fault(self, sheet: str, line: int, column: str, what: str) -> None:
        self.faults.append(f"feuille « {sheet} », ligne {line}, colonne « {column} » : {what}")

    def warn(self, sheet: str, line: int, what: str) -> None:
        self.warnings.append(f"Feuille « {sheet} », ligne {line} : {what}{'' if what.endswith('?') else '.'}")


def read(content: bytes, name: str) -> Read:
    """Return the questionnaire that an XLSForm holds: .xlsx, .xlsm, .xls, .ods, .csv or .md, told apart by what it holds.

    name: told in messages. A question of a kind we do not ask is left out and told; so is an expression that others compute and
    we do not, its question being kept. Refused, in French, every fault with its sheet, line and column, for what cannot be asked:
    an expression that is wrong, a list that is not there, a name given twice, questions that go in circles.
    """
    remarks = Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier")
    if len(content) > MAX_BYTES:
        raise remarks.refusal(
            f"le fichier pèse {spaced(len(content) >> 20)} Mio, au plus {MAX_BYTES >> 20}.",
            why="Un questionnaire pèse quelques centaines de kilo-octets.",
            do="Retirez les images et les feuilles qui n’en sont pas.",
        )
    sheets = _sheets(content, remarks)
    reading = _Reading(remarks.name)
    reading.warnings += remarks.notes
    questionnaire = _questionnaire(sheets, reading, remarks)
    _stop(reading)
    try:
        xform(questionnaire)
    except Refused as refused:
        raise Refused(f"{remarks.name} : {refused.what}", why=refused.why, do=refused.do) from refused
    return Read(questionnaire, tuple(dict.fromkeys(reading.warnings)))


def write(questionnaire: Questionnaire) -> bytes:
    """Return the questionnaire as an .xlsx that Kobo, ODK and `read` take; every cell is text, none a formula.

    « Ne sait pas » and « Ne souhaite pas répondre » are added to the lists, so that Collect can send them; `read` takes them off.
    """
    from openpyxl import Workbook  # half a second: only who writes a form waits for it

    book = Workbook(write_only=True)
    for name, rows in _tables(questionnaire).items():
        sheet = book.create_sheet(name)
        header = list(dict.fromkeys(key for row in rows for key in row))
        widths = {key: max(len(key), *(len(row.get(key, "")) for row in rows)) if rows else len(key) for key in header}
        for rank, key in enumerate(header, 1):
            sheet.column_dimensions[extent.letters(rank)].width = min(60, widths[key] + 2)
        sheet.freeze_panes = "A2"
        for row in ({key: key for key in header}, *rows):
            sheet.append([_cell(sheet, row.get(key, "")) for key in header])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def xform(questionnaire: Questionnaire) -> str:
    """Return the questionnaire as the XForm that ODK Collect fills; Refused when pyxform finds it wrong."""
    from pyxform.errors import PyXFormError  # half a second too
    from pyxform.xls2xform import convert

    tables = {
        name: [{key: value for key, value in row.items() if not key.startswith("maillage")} for row in rows]
        for name, rows in _tables(questionnaire).items()
    }
    headers = {f"{name}_header": [dict.fromkeys(key for row in rows for key in row)] for name, rows in tables.items()}
    try:
        return str(convert({**tables, **headers, "sheet_names": list(tables)}, validate=False, warnings=[]).xform)
    except (PyXFormError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused(
            f"le questionnaire ne suit pas la norme XLSForm : « {' '.join(str(error).split())[:300]} ».",
            why="ODK Collect et Kobo ne pourraient pas l’ouvrir.",
            do="Corrigez ce point, cité comme l’outil de la norme le dit, puis recommencez.",
        ) from error


# --------------------------------------------------------------------------------------------------- the file, as sheets


def _sheets(content: bytes, remarks: Remarks) -> dict[str, _Sheet]:
    if not content.strip():
        raise remarks.refusal("le fichier est vide.", why=EXPECTED, do="Vérifiez que c’est le bon fichier.")
    if content.startswith((ZIP, compound.MAGIC)):
        records = _workbook(content, remarks)
    elif what := next((label for start, label in OTHERS.items() if content.startswith(start)), ""):
        raise remarks.refusal(f"c’est {what}, pas un XLSForm.", why=EXPECTED, do="Exportez le formulaire en XLSX.")
    else:
        records = _marked(_lines(decoded(content, remarks)))
    sheets = {name.strip().casefold(): _sheet(name.strip(), rows, remarks) for name, rows in records.items()}
    if "survey" not in sheets and len(sheets) == 1:
        sheets = {"survey": next(iter(sheets.values()))}
    if "survey" not in sheets or not {"type", "name"} <= set(sheets["survey"].header):
        seen = listed([f"« {shown(sheet.name)} » ({listed(sheet.header) or 'vide'})" for sheet in sheets.values()])
        raise remarks.refusal(
            f"ce n’est pas un XLSForm. Feuilles et colonnes vues : {seen or 'aucune'}.",
            why=EXPECTED,
            do="Vérifiez le fichier, ou téléchargez l’un de nos questionnaires prêts pour partir de sa forme.",
        )
    return sheets


def _workbook(content: bytes, remarks: Remarks) -> dict[str, list[tuple[int, list[str]]]]:
    """Return the rows of each sheet of a workbook; what a formula gave is read, never the formula; macros are never run."""
    if content.startswith(compound.MAGIC):
        extents = compound.measured(content, remarks)
    else:
        extents = zipped.measured(content, remarks)[1]
        if b"vbaProject.bin" in content:
            remarks.say("Le classeur contient des macros : elles ne sont ni lues ni gardées.")
    filled = [each for each in extents if each.filled]
    if not filled:
        raise remarks.refusal("toutes les feuilles sont vides.", why=EXPECTED, do="Vérifiez que c’est le bon fichier.")
    extent.check(filled, remarks.name)

    def found() -> dict[str, list[tuple[int, list[str]]]]:
        workbook = calamine.load_workbook(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_index(rank) for rank, each in enumerate(extents) if each.filled]
        return {
            sheet.name: [(line, [_text(value) for value in values]) for line, values in enumerate(sheet.iter_rows(), 1)]
            for sheet in sheets
        }

    return guarded(found, remarks)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time):
        return value.isoformat().removesuffix("T00:00:00")
    return cells.text_of(value).strip()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a form written as text: a table of Markdown, or CSV."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lstrip().startswith("|"):
        for number, line in enumerate(text.splitlines(), 1):
            parts = [part.strip().replace("\\|", "|") for part in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
            if parts and not all(re.fullmatch(r":?-+:?", part) or not part for part in parts):
                yield number, parts
        return
    head = next((line for line in text.splitlines()[:ABOVE] if _heads(re.split(r"[,;\t]", line.replace('"', "")))), first)
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    try:
        for row in reader:
            yield before + 1, [cell.strip() for cell in row]
            before = reader.line_num
    except csv.Error:
        return


def _marked(rows: Iterable[tuple[int, list[str]]]) -> dict[str, list[tuple[int, list[str]]]]:
    """Return the rows by sheet: in a text, the first column names the sheet; a lone table is the sheet of questions."""
    held = list(rows)
    header = next((row for _, row in held[:ABOVE] if _heads(row)), [])
    if header and header[0].casefold() not in ("", "survey", "choices", "settings"):
        return {"survey": held}
    found: dict[str, list[tuple[int, list[str]]]] = {}
    name = ""
    for line, row in held:
        name = row[0] if row and row[0] else name
        if name and any(row[1:]):
            found.setdefault(name, []).append((line, row[1:]))
    return found


def _sheet(name: str, rows: Sequence[tuple[int, list[str]]], remarks: Remarks) -> _Sheet:
    filled = [(line, row) for line, row in rows if any(row)]
    if not filled:
        return _Sheet(name, (), ())
    above = next((rank for rank, (_, row) in enumerate(filled[:ABOVE]) if _heads(row)), 0)
    if above:
        said = listed([f"« {shown(' '.join(filter(None, row)))} »" for _, row in filled[:above]])
        remarks.say(f"Feuille « {shown(name)} » : laissé au-dessus des noms de colonnes, {said}.")
    filled = filled[above:]
    header = [_column(cell) for cell in filled[0][1]]
    if twice := [key for key, n in Counter(filter(None, header)).items() if n > 1]:
        said = listed([f"« {shown(key)} »" for key in twice])
        remarks.say(
            f"Feuille « {shown(name)} » : plusieurs colonnes se lisent {said}. La dernière qui est remplie est prise."
        )
    kept = [(line, {key: cell for key, cell in zip(header, row, strict=False) if key and cell}) for line, row in filled[1:]]
    return _Sheet(name, tuple(dict.fromkeys(key for key in header if key)), tuple(kept))


def _heads(row: Sequence[str]) -> bool:
    """Return whether a row names the columns of a sheet: of questions, of choices or of settings."""
    names = {_column(cell) for cell in row if cell}
    return any(names >= needed for needed in HEADS)


def _column(text: str) -> str:
    """Return the name of a column as we call it: `Label::Français (fr)` → `label::Français (fr)`."""
    flat = " ".join(text.split())
    lower = flat.casefold()
    if lower in ALIASES:
        return ALIASES[lower]
    base, separator, language = flat.partition("::")
    if not separator and ":" in flat and flat.partition(":")[0].casefold() in TEXTS:
        base, separator, language = flat.partition(":")
    base = base.strip().casefold()
    base = ALIASES.get(base, base.replace(" ", "_"))
    return f"{base}::{language.strip()}" if separator else base


# ----------------------------------------------------------------------------------------------- sheets, as a questionnaire


def _questionnaire(sheets: Mapping[str, _Sheet], reading: _Reading, remarks: Remarks) -> Questionnaire:
    settings = dict(sheets["settings"].rows[0][1]) if "settings" in sheets and sheets["settings"].rows else {}
    length = sum(
        len(row.get(column, ""))
        for _, row in sheets["survey"].rows
        for column in ("relevant", "constraint", "calculation", "choice_filter")
    )
    if length > answering.LONGEST_ALL:
        raise remarks.refusal(
            f"ses conditions et ses calculs font {spaced(length)} caractères, au plus {spaced(answering.LONGEST_ALL)}.",
            why="Un téléphone ne les lirait pas entre deux questions.",
            do="Coupez le questionnaire en plusieurs, ou simplifiez ses conditions.",
        )
    languages = _languages(sheets, settings)
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
        languages=tuple(settings["maillage::languages"].split())
        if settings.get("maillage::languages")
        else tuple(languages.values()),
        lists=lists,
        items=items,
        aims=_aims(settings.get("maillage::aims", "")),
    )
    if not any(question.is_asked for question in questionnaire.questions()) and not reading.faults:
        reading.faults.append("feuille « survey » : aucune question à poser")
    questionnaire = _unbound(questionnaire, reading)
    if not reading.faults:
        reading.faults += answering.problems(questionnaire)
    if reading.faults:
        return questionnaire
    _doubt(questionnaire, reading)
    return replace(questionnaire, items=tuple(_supposed(questionnaire.items, questionnaire, reading)))


def _doubt(questionnaire: Questionnaire, reading: _Reading) -> None:
    """Tell what can be asked, and would surprise: conditions that wait for a later answer, or for one that is not offered."""
    told = {
        name: words(question.label) or name for name, question in ((each.name, each) for each in questionnaire.questions())
    }
    for name, later in edited.too_soon(questionnaire):
        reading.warn(
            "survey", reading.kept[name], f"« {told[name]} » attend la réponse à « {told[later]} », posée après elle"
        )
    for item in edited.every(questionnaire.items):
        for name, choice in edited.expected(item.relevant):
            question = questionnaire.question(name)
            offered = [*UNSAID, *(each.name for each in questionnaire.choices(question))] if question else []
            if question and question.kind in ("one", "many") and choice and choice not in offered:
                near = process.extractOne(choice, offered, score_cutoff=60)
                meant = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
                reading.warn(
                    "survey",
                    reading.kept.get(item.name, 1),
                    f"« {words(item.label) or item.name} » attend la réponse « {shown(choice)} », que « {told[name]} » ne propose pas{meant}",
                )


def _supposed(items: Iterable[Question | Group], form: Questionnaire, reading: _Reading) -> Iterator[Question | Group]:
    """Yield items whose default answers are ones: a date is read as in an answer (JJ/MM/AAAA), what is none is left and told."""
    for item in items:
        if isinstance(item, Group):
            yield replace(item, items=tuple(_supposed(item.items, form, reading)))
            continue
        said = item.default if item.is_asked else ""
        value = reader(form, item)(said)
        if said and not answering.may_be(form, item, value):
            reading.warn(
                "survey",
                reading.kept[item.name],
                f"la réponse par défaut « {shown(said)} » n’en est pas une : elle est laissée",
            )
            value = ""
        yield replace(item, default=value) if item.is_asked else item


def _stop(reading: _Reading) -> None:
    if not reading.faults:
        return
    first, others = reading.faults[0], reading.faults[1:]
    more = f" Et aussi : {' ; '.join(others[:9])}{' ; …' if len(others) > 9 else ''}." if others else ""
    raise Refused(
        f"{reading.name}, {first}{'' if first.endswith('?') else '.'}{more.replace('?.', '?')}",
        why=WHY if len(reading.faults) == 1 else f"{WHY} {len(reading.faults)} points sont à revoir.",
        do="Corrigez le fichier à ces endroits, puis recommencez : rien n’a été enregistré.",
    )


def _languages(sheets: Mapping[str, _Sheet], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the languages of a form, as its columns write them, with the code of each; the default one first, '' included."""
    default = settings.get("default_language", "")
    heads = [head for name in ("survey", "choices") if name in sheets for head in sheets[name].header]
    named = [head.partition("::")[2] for head in heads if head.partition("::")[0] in TEXTS and "::" in head]
    ordered = dict.fromkeys([*([default] if default else []), *named])
    found = {name: _code(name) for name in ordered}
    if any(head in TEXTS for head in heads):
        found = {"": _code(default) if default else "fr", **found}
    return found or {"": "fr"}


def _code(name: str) -> str:
    """Return the code of a language: `Français (fr)` → fr, `en` → en, `Wolof` → wolof."""
    if found := re.search(r"\(([A-Za-z][\w-]{1,11})\)\s*$", name):
        return found[1].casefold()
    flat = name.strip().casefold()
    names = {language.name.casefold(): code for code, language in LANGUAGES.items()} | {"french": "fr", "default": "fr"}
    return names.get(flat, re.sub(r"[^\w-]+", "-", flat).strip("-") or "fr")


def _texts(row: Mapping[str, str], base: str, languages: Mapping[str, str]) -> Texts:
    found = {code: row.get(f"{base}::{name}" if name else base, "") for name, code in reversed(list(languages.items()))}
    return {code: CITED.sub("…", text) for code in dict.fromkeys(languages.values()) if (text := found[code])}


def _lists(sheet: _Sheet | None, languages: Mapping[str, str], reading: _Reading) -> dict[str, tuple[Choice, ...]]:
    if not sheet:
        return {}
    plain = [head for head in sheet.header if not head.startswith(("label", "hint", "media", "image", "audio", "maillage"))]
    columns = [head for head in plain if head not in ("list_name", "name") and "::" not in head]
    if len(columns) > MAX_FILTERS:
        reading.fault(
            sheet.name, 1, columns[MAX_FILTERS], f"{spaced(len(columns))} colonnes de filtre, au plus {MAX_FILTERS}"
        )
        columns = []
    if len(sheet.rows) > MAX_CHOICES:
        reading.fault(sheet.name, MAX_CHOICES, "name", f"{spaced(len(sheet.rows))} choix, au plus {spaced(MAX_CHOICES)}")
        return {}
    found: dict[str, dict[str, Choice]] = {}
    for line, row in sheet.rows:
        held, name = found.setdefault(row.get("list_name", ""), {}), row.get("name", "")
        if not row.get("list_name") or not name:
            column = "name" if row.get("list_name") else "list_name"
            reading.fault(sheet.name, line, column, "la case est vide")
        elif name in held:
            reading.fault(
                sheet.name, line, "name", f"le choix « {shown(name)} » est déjà dans la liste « {row['list_name']} »"
            )
        elif re.search(r"\s", name):
            reading.fault(
                sheet.name,
                line,
                "name",
                f"« {shown(name)} » contient une espace : les réponses se séparent par des espaces",
            )
        else:
            held[name] = _choice(row, name, columns, languages)
            _heard_elsewhere(held[name], line, sheet.name, reading)
    return {
        name: tuple(choice for choice in held.values() if choice.name not in UNSAID) for name, held in found.items() if name
    }


def _choice(row: Mapping[str, str], name: str, columns: Sequence[str], languages: Mapping[str, str]) -> Choice:
    return Choice(
        name=name,
        label=_texts(row, "label", languages),
        alone=row.get("maillage_alone", "") in YES,
        inferred=row.get("maillage_inferred", "") in YES,
        filters={column: row[column] for column in columns if row.get(column)},
    )


def _heard_elsewhere(choice: Choice, line: int, sheet: str, reading: _Reading) -> None:
    """Tell a choice that says « ne sait pas » or « refuse » under another name: it is counted apart, like ours."""
    if choice.name not in UNSAID and (word := unsaid(choice)):
        label = next(iter(choice.label.values()))
        reading.warn(sheet, line, f"« {shown(label)} » ({choice.name}) est compté à part, comme « {UNSAID[word]} »")


@dataclass(slots=True)
class _Open:
    """A group being read: what its row says, and what it holds so far."""

    line: int
    row: Mapping[str, str]
    repeat: bool
    items: list[Question | Group] = field(default_factory=list)


def _items(
    sheet: _Sheet, lists: dict[str, tuple[Choice, ...]], languages: Mapping[str, str], reading: _Reading
) -> tuple[Question | Group, ...]:
    reading.cited = {cited[2:-1].strip() for _, row in sheet.rows for text in row.values() for cited in CITED.findall(text)}
    opened = [_Open(0, {}, False)]
    for line, row in sheet.rows:
        kind = " ".join(row.get("type", "").split())
        step = kind.casefold().replace("_", " ")
        if not kind:
            if row.get("name") or any(head in row for head in TEXTS):
                reading.fault(sheet.name, line, "type", "la case est vide : la ligne ne dit pas quelle question c’est")
        elif kind.startswith("#"):
            continue
        elif step in ("begin group", "begin repeat"):
            opened.append(_Open(line, row, step == "begin repeat"))
            if len(opened) > MAX_DEPTH:
                reading.fault(sheet.name, line, "type", f"plus de {MAX_DEPTH} parties les unes dans les autres")
                return ()
        elif step in ("end group", "end repeat"):
            if len(opened) == 1 or opened[-1].repeat != (step == "end repeat"):
                reading.fault(sheet.name, line, "type", f"« {kind} » ne ferme aucune partie ouverte de cette sorte")
                return ()
            _close(opened, languages, reading, sheet.name)
        elif question := _question(kind, row, line, sheet.name, lists, languages, reading):
            opened[-1].items.append(question)
    for left in opened[1:]:
        reading.fault(sheet.name, left.line, "type", f"la partie « {left.row.get('name', '')} » n’est jamais fermée")
    if len(reading.kept) > MAX_QUESTIONS:
        reading.faults.append(
            f"feuille « {sheet.name} » : {spaced(len(reading.kept))} questions, au plus {spaced(MAX_QUESTIONS)}"
        )
    return tuple(opened[0].items)


def _close(opened: list[_Open], languages: Mapping[str, str], reading: _Reading, sheet: str) -> None:
    done = opened.pop()
    name = done.row.get("name") or f"partie_{done.line}"
    _name(name, done.line, sheet, reading)
    relevant = _expression(done.row, "relevant", done.line, sheet, reading, "la partie est posée à tout le monde")
    if done.repeat:
        reading.warn(
            sheet,
            done.line,
            f"la partie « {name} » se répète : un enquêteur la pose autant de fois qu’il faut, sur son appareil ; par lien, sur une "
            "borne et sur papier, elle n’est posée qu’une fois. Les tableaux comptent la première fois, l’export les a toutes",
        )
    opened[-1].items.append(
        Group(
            name=name,
            label=_texts(done.row, "label", languages),
            relevant=relevant,
            repeat=done.repeat,
            items=tuple(done.items),
        )
    )


def _name(name: str, line: int, sheet: str, reading: _Reading) -> None:
    """Note a name; a fault when it is no name, is ours, or was given before."""
    if not re.fullmatch(expressions.NAME, name):
        reading.fault(
            sheet,
            line,
            "name",
            f"« {shown(name)} » n’est pas un nom : une lettre d’abord, puis lettres, chiffres, tirets ou soulignés",
        )
    elif name.casefold() in RESERVED or name.startswith("collecte."):
        reading.fault(sheet, line, "name", f"« {name} » est un nom réservé ; écrivez par exemple « {name}_1 »")
    elif name in reading.kept:
        reading.fault(sheet, line, "name", f"« {name} » est déjà le nom de la ligne {reading.kept[name]}")
    reading.kept.setdefault(name, line)


def _question(
    kind: str,
    row: Mapping[str, str],
    line: int,
    sheet: str,
    lists: dict[str, tuple[Choice, ...]],
    languages: Mapping[str, str],
    reading: _Reading,
) -> Question | None:
    """Return the question of a row, None when it is left out, which is told."""
    found, choices = _kind(kind, row, line, sheet, lists, reading)
    name = row.get("name", "")
    if not found:
        if name:
            reading.left[name] = line
        return None
    if not name:
        reading.fault(sheet, line, "name", "la case est vide : une réponse se range sous le nom de sa question")
        return None
    calculation = "today()" if kind.casefold() == "today" else ""
    calculation = calculation or _expression(row, "calculation", line, sheet, reading, "rien n’est calculé")
    if found == "calculate" and not calculation:
        if not row.get("calculation"):
            reading.warn(sheet, line, f"le calcul « {name} » est laissé : il ne dit pas quoi calculer")
        reading.left[name] = line
        return None
    _name(name, line, sheet, reading)
    label = _texts(row, "label", languages)
    if any(CITED.search(text) for head, text in row.items() if head.partition("::")[0] in TEXTS):
        reading.warn(sheet, line, f"« {name} » cite une réponse dans ses mots : elle y est remplacée par « … »")
    if not label and found not in ("calculate", "hidden"):
        reading.warn(sheet, line, f"« {name} » n’a pas de libellé : son nom est montré à la place")
        label = {next(iter(languages.values())): name}
    told = {key: row.get(f"maillage::{key}", "") for key in OURS}
    alone = _alone(lists.get(choices, ())) if found == "many" else ()
    asked = _expression(row, "constraint", line, sheet, reading, "la réponse n’est pas vérifiée")
    if found in ("one", "many") and asked == _constrained(told["constraint"], alone, found):
        asked = told["constraint"]
    chosen = _expression(row, "choice_filter", line, sheet, reading, "tous les choix sont proposés")
    if chosen == _filtered(told["choice_filter"]):
        chosen = told["choice_filter"]
    return Question(
        name=name,
        kind=found,
        label=label,
        hint=_texts(row, "hint", languages),
        choices=choices or told["choices"],
        required=_required(row, line, sheet, reading),
        required_message=_texts(row, "required_message", languages),
        relevant=_expression(row, "relevant", line, sheet, reading, "la question est posée à tout le monde"),
        constraint=asked,
        constraint_message=_texts(row, "constraint_message", languages),
        calculation=calculation,
        choice_filter=chosen,
        default=_default(row, line, sheet, reading),
        appearance=row.get("appearance", ""),
        parameters=_parameters(row.get("parameters", "")),
        scale=told["scale"],
        topic=told["topic"],
        universe=told["universe"],
        published=told["published"],
        rows=tuple(part.strip() for part in told["rows"].split(";") if part.strip()),
        ours=told["ours"] in YES,
        observed=told["observed"] in YES,
        census=_census(told["census"], line, sheet, reading),
        national=_national(told["national"], line, sheet, reading),
    )


def _kind(
    kind: str, row: Mapping[str, str], line: int, sheet: str, lists: dict[str, tuple[Choice, ...]], reading: _Reading
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
            f"la question « {row.get('name', '')} », de type « {kind} », n’est pas reprise : nous ne posons pas ce type de question",
        )
        return None, ""
    near = process.extractOne(
        plain.split()[0], [*TYPES, "select_one", "select_multiple", "rank", "begin_group", "end_group"], score_cutoff=70
    )
    meant = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
    reading.warn(
        sheet,
        line,
        f"la question « {row.get('name', '')} » n’est pas reprise : le type « {shown(kind)} » n’existe pas{meant}",
    )
    return None, ""


def _list(name: str, line: int, sheet: str, lists: dict[str, tuple[Choice, ...]], reading: _Reading) -> str:
    if name.endswith((" or_other", " or specify other")):
        name = name.removesuffix(" or_other").removesuffix(" or specify other").strip()
        if name in lists and not any(choice.name == "other" for choice in lists[name]):
            lists[name] = (*lists[name], Choice(name="other", label={"fr": "Autre"}))
        reading.warn(sheet, line, "« or_other » : le choix « Autre » est ajouté, sans la précision écrite")
    if name not in lists:
        near = process.extractOne(name, list(lists), score_cutoff=60)
        meant = f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
        reading.fault(sheet, line, "type", f"la liste « {shown(name)} » n’est pas dans la feuille « choices »{meant}")
    return name


def _expression(row: Mapping[str, str], column: str, line: int, sheet: str, reading: _Reading, without: str) -> str:
    """Return an expression that can be read, '' when it is right elsewhere only; without: what happens then."""
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


def _required(row: Mapping[str, str], line: int, sheet: str, reading: _Reading) -> bool:
    text = row.get("required", "").casefold()
    if text not in (*YES, *NO):
        reading.warn(sheet, line, f"la réponse n’est pas obligatoire : « {shown(text)} » n’est ni yes ni no")
    return text in YES


def _default(row: Mapping[str, str], line: int, sheet: str, reading: _Reading) -> str:
    text = row.get("default", "")
    if "${" in text or re.search(r"\w\(.*\)", text):
        reading.warn(sheet, line, f"la réponse par défaut « {shown(text)} » n’est pas reprise : elle se calcule")
        return ""
    return text


def _parameters(text: str) -> dict[str, str]:
    found = re.findall(r"([\w-]+)\s*=\s*([^\s;,]+)", text)
    return dict(found)


def _national(text: str, line: int, sheet: str, reading: _Reading) -> tuple[National, ...]:
    try:
        return tuple(National(**each) for each in json.loads(text)) if text else ()
    except (ValueError, TypeError):
        reading.warn(sheet, line, "les repères nationaux ne se lisent pas, ils sont laissés")
        return ()


def _census(text: str, line: int, sheet: str, reading: _Reading) -> str:
    """Return what a question asks that the census counts, once in a questionnaire; nothing, and why, for another word."""
    if not text:
        return ""
    if text not in CENSUS:
        reading.warn(sheet, line, f"« maillage::census » : « {shown(text)} » est laissé, on y écrit {', '.join(CENSUS)}")
    elif text in reading.counted:
        reading.warn(
            sheet, line, f"« maillage::census » : une question avant celle-ci est déjà « {text} », celle-ci ne l’est pas"
        )
    else:
        reading.counted.add(text)
        return text
    return ""


def _aims(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    try:
        return tuple((str(title), tuple(map(str, lines))) for title, lines in json.loads(text)) if text else ()
    except (ValueError, TypeError):
        return ()


def _left_columns(sheet: _Sheet, reading: _Reading) -> None:
    """Tell what is not taken: columns we do not know, and what the platform records otherwise."""
    ours = tuple(f"maillage::{key}" for key in OURS)
    unknown = [head for head in sheet.header if head.partition("::")[0] not in KNOWN and head not in ours]
    filled = [head for head in unknown if any(head in row for _, row in sheet.rows)]
    if filled:
        reading.warnings.append(
            f"Colonnes qui ne sont pas reprises : {listed([f'« {shown(head)} »{_meant(head)}' for head in filled], most=8)}."
        )
    if reading.recorded:
        told = listed(list(dict.fromkeys(reading.recorded)), most=8)
        reading.warnings.append(
            f"Les lignes {told} ne sont pas reprises : l’heure de chaque réponse est notée ici, jamais l’identité de l’appareil."
        )


def _meant(head: str) -> str:
    """Return the column that one we do not know was perhaps to be."""
    near = process.extractOne(head.partition("::")[0], KNOWN, scorer=fuzz.ratio, score_cutoff=80)
    return f" (« {near[0]} » ?)" if near else ""


def _unbound(questionnaire: Questionnaire, reading: _Reading) -> Questionnaire:
    """Return the questionnaire without the expressions that cite a question left out, which is told; nor what only computed from it."""
    gone = {name for name in reading.left if name not in reading.kept}
    if not gone or reading.faults:
        return questionnaire
    while (
        more := {
            each.name for each in questionnaire.questions() if each.kind == "calculate" and _cites(each.calculation, gone)
        }
        - gone
    ):
        gone |= more
    return replace(questionnaire, items=tuple(_freed(questionnaire.items, gone, reading)))


def _cites(text: str, gone: set[str], *, filtering: bool = False) -> set[str]:
    return gone.intersection(expressions.parse(text, filtering=filtering).names) if text else set()


def _freed(items: Iterable[Question | Group], gone: set[str], reading: _Reading) -> Iterator[Question | Group]:
    for item in items:
        if item.name in gone:
            reading.warnings.append(f"Le calcul « {item.name} » est laissé : il part d’une question qui n’est pas reprise.")
            continue
        fields = ("relevant",) if isinstance(item, Group) else ("relevant", "constraint", "calculation", "choice_filter")
        changed: dict[str, Any] = {}
        for each in fields:
            text = getattr(item, each)
            if cited := _cites(text, gone, filtering=each == "choice_filter"):
                changed[each] = ""
                reading.warnings.append(
                    f"« {item.name} » : « {shown(text)} » est retiré, il cite « {min(cited)} », qui n’est pas reprise."
                )
        if isinstance(item, Group):
            changed["items"] = tuple(_freed(item.items, gone, reading))
        yield replace(item, **changed)


# ------------------------------------------------------------------------------------------------ a questionnaire, as sheets


def _cell(sheet: Any, text: str) -> Any:
    """Return a cell of text, whatever it begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text) or None)
    if text:
        cell.data_type = "s"
    return cell


def _tables(questionnaire: Questionnaire) -> dict[str, list[dict[str, str]]]:
    names = {code: f"{LANGUAGES[code].name if code in LANGUAGES else code} ({code})" for code in questionnaire.languages}
    return {
        "survey": list(_survey(questionnaire, questionnaire.items, names)),
        "choices": list(_choices(questionnaire, names)),
        "settings": [_settings(questionnaire, names)],
    }


def _settings(questionnaire: Questionnaire, names: Mapping[str, str]) -> dict[str, str]:
    told = {
        "form_title": questionnaire.title,
        "form_id": questionnaire.id,
        "version": questionnaire.version,
        "default_language": next(iter(names.values())),
        "maillage::kind": questionnaire.kind,
        "maillage::about": questionnaire.about,
        "maillage::languages": " ".join(questionnaire.languages),
        "maillage::aims": json.dumps(questionnaire.aims, ensure_ascii=False) if questionnaire.aims else "",
    }
    return {key: value for key, value in told.items() if value}


def _survey(
    questionnaire: Questionnaire, items: Iterable[Question | Group], names: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    for item in items:
        if isinstance(item, Group):
            kind = "repeat" if item.repeat else "group"
            row = {
                "type": f"begin_{kind}",
                "name": item.name,
                **_said("label", item.label, names),
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
    alone = _alone(questionnaire.choices(question)) if kind == "many" else ()
    label = question.label or ({next(iter(names)): question.name} if question.kind not in ("calculate", "hidden") else {})
    told = {
        "type": f"{WRITTEN.get(kind, kind)} {question.choices}" if listed_kind else WRITTEN.get(kind, kind),
        "name": question.name,
        **_said("label", label, names),
        **_said("hint", question.hint, names),
        "required": "yes" if question.required else "",
        **_said("required_message", question.required_message, names),
        "relevant": question.relevant,
        "constraint": _constrained(question.constraint, alone, kind) if kind in ("one", "many") else question.constraint,
        **_said("constraint_message", question.constraint_message, names),
        "calculation": question.calculation,
        "choice_filter": _filtered(question.choice_filter),
        "default": question.default,
        "appearance": question.appearance,
        "parameters": " ".join(f"{key}={value}" for key, value in question.parameters.items()),
        "maillage::scale": question.scale,
        "maillage::topic": question.topic,
        "maillage::universe": question.universe,
        "maillage::published": question.published,
        "maillage::rows": "; ".join(question.rows),
        "maillage::ours": "yes" if question.ours else "",
        "maillage::observed": "yes" if question.observed else "",
        "maillage::census": question.census,
        "maillage::national": json.dumps([asdict(each) for each in question.national], ensure_ascii=False)
        if question.national
        else "",
        "maillage::choices": question.choices if not listed_kind else "",
        "maillage::constraint": question.constraint if kind in ("one", "many") else "",
        "maillage::choice_filter": question.choice_filter,
    }
    return {key: value for key, value in told.items() if value}


def _said(base: str, texts: Texts, names: Mapping[str, str]) -> dict[str, str]:
    return {f"{base}::{name}": texts[code] for code, name in names.items() if texts.get(code)}


def _choices(questionnaire: Questionnaire, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    ranked = {question.choices for question in questionnaire.questions() if question.kind == "rank"}
    asked = {question.choices for question in questionnaire.questions() if question.kind in ("one", "many")} - ranked
    for name, choices in questionnaire.lists.items():
        ours = [Choice(name=each, label=_translated(text, names)) for each, text in UNSAID.items() if name in asked]
        for choice in (*choices, *ours):
            yield {
                "list_name": name,
                "name": choice.name,
                **_said("label", choice.label, names),
                **choice.filters,
                **({"maillage_alone": "yes"} if choice.alone else {}),
                **({"maillage_inferred": "yes"} if choice.inferred else {}),
            }


def _translated(text: str, names: Mapping[str, str]) -> Texts:
    """Return « Ne sait pas » in the languages of a form; in French where we do not know it."""
    return {code: translations().get(text, {}).get(code, text) for code in names}


def _alone(choices: Sequence[Choice]) -> tuple[str, ...]:
    return (*(choice.name for choice in choices if choice.alone), *UNSAID)


def _constrained(constraint: str, alone: Sequence[str], kind: str) -> str:
    """Return a constraint as Collect needs it: what excludes the others stands alone, and who does not know may say so."""
    free = " or ".join(f"selected(., '{name}')" for name in UNSAID)
    own = f"(({constraint}) or {free})" if constraint else ""
    if kind != "many":
        return own
    apart = " and ".join(f"not(selected(., '{name}') and count-selected(.) > 1)" for name in alone)
    return f"{own} and {apart}" if own else apart


def _filtered(text: str) -> str:
    return f"({text}) or " + " or ".join(f"name = '{name}'" for name in UNSAID) if text else ""
