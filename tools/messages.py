"""Keep the catalogues of `src/maillage/locale/` with the French sentences that pages may say.

    python tools/messages.py             put what is newly marked in each catalogue, take out what nobody says
    any more
    python tools/messages.py --check     fail when a sentence is missing, not translated, or has lost a
    {value} or a mark

What is marked: `{% trans "…" %}` and `"…"|trans` in templates, `say("…")` and `to_say("…")` in Python, the
    keys of YAML below.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.utils.text import smart_split, unescape_string_literal

from maillage.words.languages import CATALOGUES, FRENCH, LANGUAGES, key

SOURCE = Path(__file__).resolve().parents[1] / "src" / "maillage"
WRITTEN_ON = datetime(
    2026, 11, 20, tzinfo=UTC
)  # of every catalogue: a date of the day would change them all each time
# Files of YAML whose texts the public reads, and the keys that hold them; with a dot, only under that first
# key.
YAML: Mapping[str, Sequence[str]] = {
    "modules/paths.yaml": ("titre", "dit"),
    "reference/offer/practices.yaml": ("label", "need"),
    "reference/offer/diagnosis.yaml": ("label",),
    "reference/offer/lists.yaml": (
        "publics_specifiquement_adresses.plain",
        "prise_en_charge_specifique.plain",
        "frais_a_charge.plain",
        "modalites_acces.plain",
        "modalites_accompagnement.plain",
        "niveaux.plain",
        "endroits.plain",
        "hors_les_murs_ou.plain",
        "etats.plain",
        "soucis_wifi.plain",
        "objets_formation.plain",
        "publics_fragiles.plain",
        "barrieres.plain",
    ),
    "reference/safes.yaml": ("person_words", "label", "holds", "about", "before.text"),
    "reference/definitions/*.yaml": ("statement",),
    "reference/national_help.yaml": ("subjects", "places.name", "text"),
    "reference/connections.yaml": ("title", "text", "ask", "label", "bank", "email"),
    "reference/bilan/questions.yaml": ("text", "spoken", "label", "help", "knows", "has", "blocks"),
    "reference/bilan/screening.yaml": ("questions.text", "questions.label"),
    "reference/bilan/rule.yaml": (
        "faces.says",
        "faces.word",
        "faces.tells",
        "lines.says",
        "corrections.says",
        "flags.says",
        "modes.label",
        "unknown.label",
    ),
    "reference/bilan/tasks.yaml": (
        *(
            "text",
            "spoken",
            "why",
            "tells",
            "label",
            "helped",
            "keyboard",
            "pictures",
            "hit",
            "missed",
            "done",
            "hint",
        ),
        *(
            "title",
            "end",
            "button",
            "check",
            "right",
            "again",
            "enough",
            "missing",
            "from",
            "site",
            "table",
            "hours",
            "choices",
        ),
    ),
}
TAG = re.compile(r"\{%\s*trans\s+(.*?)\s*%\}")
FILTERED = re.compile(r"(\"[^\"{}%]+\"|'[^'{}%]+')\|trans\b")
VALUE = re.compile(r"\{(\w+)\}")
MARK = re.compile(r"</?(\w+)")
LETTERS = {
    "ar": (re.compile(r"[\u0600-\u06ff]"), re.compile(r"(?<=[\u0600-\u06ff])[?;,]")),
    "uk": (re.compile(r"[\u0400-\u04ff]"), re.compile(r"[ыэъёЫЭЪЁ]")),
    "ro": (re.compile(r""), re.compile(r"[şţŞŢ]")),
}
ENDS = {".": ".", "?": "?؟", "!": "!", ":": ":", "…": "…"}
Id = str | tuple[str, str]


def sentences() -> dict[Id, list[str]]:
    """Return every marked sentence, with the files that say it. A sentence with its plural is a pair."""
    files_by_id: dict[Id, list[str]] = {}
    for file, id in (*_templates(), *_python(), *_yaml()):
        where = str(file.relative_to(SOURCE))
        files_of_sentence = files_by_id.setdefault(
            key(id) if isinstance(id, str) else (key(id[0]), key(id[1])), []
        )
        if where not in files_of_sentence:
            files_of_sentence.append(where)
    return files_by_id


def _templates() -> Iterator[tuple[Path, Id]]:
    for path in sorted(SOURCE.glob("apps/**/templates/**/*.*")):
        text = path.read_text("utf-8")
        for tag in TAG.finditer(text):
            first, *arguments = smart_split(tag[1])
            if first[0] in "\"'" and "|" not in first:
                plural = next(
                    (each.partition("=")[2] for each in arguments if each.startswith("plural=")), ""
                )
                one = unescape_string_literal(first)
                yield path, (one, unescape_string_literal(plural)) if plural else one
        for literal in FILTERED.findall(text):
            yield path, unescape_string_literal(literal)


def _python() -> Iterator[tuple[Path, Id]]:
    for path in sorted(SOURCE.glob("**/*.py")):
        text = path.read_text("utf-8")
        if "words.languages" not in text and "words import languages" not in text:
            continue
        for call in ast.walk(ast.parse(text)):
            if not isinstance(call, ast.Call) or _name(call.func) not in ("say", "to_say"):
                continue
            texts = [
                each.value
                for each in call.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if len(texts) == len(call.args):
                yield path, (texts[0], texts[1]) if len(texts) > 1 else texts[0]
            elif any(isinstance(each, ast.JoinedStr) for each in call.args) or _name(call.func) == "to_say":
                raise SystemExit(
                    f"{path}:{call.lineno}: a marked text is written whole, with {{values}} to put in it."
                )


def _name(function: ast.expr) -> str:
    """Return the name called, '' for a method of something else than the languages."""
    if isinstance(function, ast.Attribute):
        return (
            function.attr if isinstance(function.value, ast.Name) and function.value.id == "languages" else ""
        )
    return function.id if isinstance(function, ast.Name) else ""


def _yaml() -> Iterator[tuple[Path, Id]]:
    for pattern, keys in YAML.items():
        for path in sorted(SOURCE.glob(pattern)):
            value = yaml.safe_load(path.read_text("utf-8"))
            for name in keys:
                first, _, inner = name.rpartition(".")
                yield from ((path, text) for text in _texts_under(value[first] if first else value, inner))


def _texts_under(value: Any, name: str) -> Iterator[str]:
    """Return the texts that stand under a key, however deep."""
    if isinstance(value, list):
        for each in value:
            yield from _texts_under(each, name)
    elif isinstance(value, dict):
        for key_, inner in value.items():
            if key_ == name:
                yield from _texts(inner)
            yield from _texts_under(inner, name)


def _texts(value: Any) -> Iterator[str]:
    """Return a text, those of a list, or those that a table of texts gives."""
    table = isinstance(value, dict) and "label" not in value
    many = value if isinstance(value, list) else list(value.values()) if table else [value]
    yield from (text for text in many if isinstance(text, str) and re.search(r"[^\W\d_]{2}|\d h", text))


def catalogue(code: str) -> Catalog:
    """Return a catalogue as it is written; empty when there is none yet."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def extract() -> None:
    """Write each catalogue again: what is marked, in the order of the files, with what is already
    translated.
    """
    for code in LANGUAGES:
        if code == FRENCH:
            continue
        current, updated = catalogue(code), _empty(code)
        for id, files in sentences().items():
            old = current.get(id)
            updated.add(
                id,
                old.string if old else None,
                locations=[(file, 1) for file in files],
                flags=old.flags if old else (),
            )
        with (CATALOGUES / f"{code}.po").open("wb") as file:
            write_po(file, updated, width=0, include_lineno=False)


def _empty(code: str) -> Catalog:
    return Catalog(
        locale=code,
        header_comment=(
            f"# Les phrases publiques de Maillage en {code}. Voir docs/decisions/0016-languages.md."
        ),
        project="Maillage",
        version="1",
        creation_date=WRITTEN_ON,
        revision_date=WRITTEN_ON,
        last_translator="Maillage",
        language_team="Maillage",
        msgid_bugs_address="-",
        fuzzy=False,
    )


def problems() -> list[str]:
    """Return the faults of the catalogues, a line each."""
    wanted = sentences()
    lines = []
    for code in LANGUAGES:
        if code == FRENCH:
            continue
        message_by_id = {message.id: message for message in catalogue(code) if message.id}
        lines += [f"{code}: absent: {_one(id)}" for id in wanted if id not in message_by_id]
        lines += [f"{code}: said by nobody: {_one(id)}" for id in message_by_id if id not in wanted]
        lines += [
            f"{code}: {fault}: {_one(id)}"
            for id, message in message_by_id.items()
            for fault in faults(code, message)
        ]
    return lines


def _one(id: Any) -> str:
    return str(id) if isinstance(id, str) else str(id[0])


def faults(code: str, message: Message) -> list[str]:
    """Return the faults of a translation."""
    translations = [message.string] if isinstance(message.string, str) else list(message.string or ("",))
    if message.fuzzy or not all(translations):
        return ["not translated"]
    return list(dict.fromkeys(fault for text in translations for fault in _faults(code, message.id, text)))


def _faults(code: str, id: Any, text: str) -> Iterator[str]:
    one, least = _one(id), set(VALUE.findall(_one(id))) - ({"n"} if isinstance(id, tuple) else set())
    if not least <= set(VALUE.findall(text)) <= least | set(VALUE.findall("".join(id))):
        yield "other values"
    if sorted(MARK.findall(one)) != sorted(MARK.findall(text)):
        yield "other marks"
    own, foreign = LETTERS.get(code, (re.compile(""), re.compile(r"(?!)")))
    plain = MARK.sub("", VALUE.sub("", text))
    if re.search(r"[a-zà-ÿ]{4}", VALUE.sub("", one)) and not own.search(plain):
        yield "other letters"
    if foreign.search(plain):
        yield "signs of another language"
    if one[-1] in ENDS and text[-1] not in ENDS[one[-1]]:
        yield "ends otherwise"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        extract()
        return
    if lines := problems():
        print(
            "\n".join(lines),
            "\nRun tools/messages.py, then translate what is empty in src/maillage/locale/.",
            sep="",
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
