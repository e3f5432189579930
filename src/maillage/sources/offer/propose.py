"""Propose how to read a file that nobody has described: which column is which field, and why.

What is found is written as a correspondence (`sources.offer.mapping`), which a person reads and corrects.
Columns are given in turn to days and hours (`days`), to points (`points`), to fields by their names and
what they hold (`fields`), then to practices by their words (`practices`); each takes them off the draft.
Source: docs/methods/importer.md
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import own, people
from maillage.sources.offer.columns import columns_of
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.mapping import Correspondence, load
from maillage.sources.offer.proposing.days import (
    take_closings,
    take_days,
    take_named_hours,
    take_spread_days,
)
from maillage.sources.offer.proposing.draft import Draft, Guess
from maillage.sources.offer.proposing.fields import (
    take_house_numbers,
    take_left_out,
    take_name,
    take_named,
    take_rest_of_address,
)
from maillage.sources.offer.proposing.points import (
    leave_countries,
    leave_translations,
    take_departement,
    take_geocoder,
    take_point,
)
from maillage.sources.offer.proposing.practices import (
    take_details,
    take_flag,
    take_numbered,
    take_repeated,
    take_series,
    take_value,
    take_words,
)

STATES = ("when", "planned")  # the words of a practice that is offered, or to come


def propose(sheet: Sheet) -> tuple[str, list[Guess]]:
    """Return (the YAML of a correspondence, the reason of each choice). A column that nothing suits stays
    unread.
    """
    draft = _drafted(sheet, {}, ())
    raw: dict[str, Any] = {"id": plain(sheet.name).replace(" ", "-"), "title": sheet.name}
    if draft.grouped:
        raw["grouped"] = True
    raw |= {"fields": draft.fields, "practices": draft.practices}
    raw |= {key: value for key, value in _aside(draft).items() if value}
    return _written(raw), draft.why


def proposed(sheet: Sheet) -> Correspondence:
    """Return the correspondence proposed for a file."""
    return load(propose(sheet)[0], sheet.name)


def completed(raw: Mapping[str, Any], known: Correspondence, sheet: Sheet) -> tuple[str, list[Guess]]:
    """Return a known correspondence, given by its raw YAML, with the columns of this file that it does not
    read.

    A field that it reads here is left to it, lists apart, which add up; a column of free words gets the words
    that it never had. ('', []) when there is nothing to add.
    """
    raw, why = _with_new_words(raw, known, sheet)
    filled = {plain(name) for name in sheet.columns if any(row.cells[name] for row in sheet.rows)}
    fields_by_id = {
        id
        for id, origins in known.fields.items()
        if any(origin.always or filled.intersection(origin.used()) for origin in origins)
    }
    exact = {name for name in filled if own.is_read(name, known.id)}
    draft = _drafted(sheet, dict.fromkeys(fields_by_id), known.used() | exact)
    if not draft.fields and not draft.practices and not draft.leave and not draft.personal:
        return (_written(raw), why) if why else ("", [])
    fields = dict(raw["fields"])
    for id, spec in draft.fields.items():
        if id in fields_by_id and offer.fields()[id].kind in ("list", "kinds"):
            fields[id] = [*_parts(fields[id]), *_parts(spec)]
        else:
            fields[id] = spec
    there = {rule["practice"] for rule in raw.get("practices") or ()}
    practices = [*(raw.get("practices") or ()), *(r for r in draft.practices if r["practice"] not in there)]
    aside = {
        key: [*(raw.get(key) or ()), *more] for key, more in _aside(draft).items() if more or raw.get(key)
    }
    return _written({**raw, "fields": fields, "practices": practices, **aside}), [*why, *draft.why]


def _with_new_words(
    raw: Mapping[str, Any], known: Correspondence, sheet: Sheet
) -> tuple[Mapping[str, Any], list[Guess]]:
    """Return a known correspondence, as raw YAML, with the words of its free columns that it never had, and
    the reason of each. A word that somebody gave a meaning, or none, keeps it.
    """
    free = {name for rule in known.practices if rule.is_free and rule.when for name in rule.origin.columns}
    if not free:
        return raw, []
    draft = _drafted(sheet, known.fields, {plain(name) for name in sheet.columns} - free)
    practices = [dict(rule) for rule in raw["practices"]]
    services = [dict(part) for part in _parts(raw["fields"].get("services", ()))]
    gives_by_column = {str(part["from"]): part["gives"] for part in services if "gives" in part}
    slugs = {
        (str(part["from"]), word): slug
        for part in _parts(draft.fields.get("services", ()))
        for word, slug in part.get("gives", {}).items()
    }
    settled = {(column, plain(str(word))) for column, gives in gives_by_column.items() for word in gives}
    settled |= {
        (column, plain(word))
        for column, word in _free_words(draft.practices)
        for rule in known.practices
        if plain(column) in rule.origin.columns
        and any(states.find(word) is not None for states in (rule.when, rule.planned) if states)
    }
    changed = False
    for rule in (rule for rule in draft.practices if rule.get("free")):
        column = rule["from"]
        words = {
            key: [word for word in rule.get(key, ()) if (column, plain(word)) not in settled]
            for key in STATES
        }
        stored = next(
            (
                each
                for each in practices
                if (each["practice"], each.get("from")) == (rule["practice"], column)
            ),
            None,
        )
        # Without a list of services, nothing tells a word that somebody took off from one never read.
        if not any(words.values()) or (stored is not None and column not in gives_by_column):
            continue
        if stored is None:
            practices.append(stored := {**rule, "when": []})
            stored.pop("planned", None)
        stored |= {key: [*stored.get(key, ()), *words[key]] for key in STATES if words[key]}
        for word in words["when"]:
            if (column, word) in slugs and column in gives_by_column:
                gives_by_column[column] = {word: slugs[column, word], **gives_by_column[column]}
        changed = True
    for part in services:
        if "gives" in part:
            part["gives"] = gives_by_column[str(part["from"])]
    fields = {**raw["fields"], **({"services": services} if services else {})}
    return ({**raw, "fields": fields, "practices": practices}, draft.why) if changed else (raw, [])


def _free_words(rules: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        if rule.get("free"):
            yield from ((rule["from"], word) for key in STATES for word in rule.get(key, ()))


def _aside(draft: Draft) -> dict[str, list[Any]]:
    """Return the statements of a correspondence about the rows and the columns that it does not read."""
    return {"leave": draft.leave, "ignored": draft.ignored, "personal": draft.personal}


def _parts(spec: Any) -> list[Any]:
    if not spec:
        return []
    many = spec if isinstance(spec, list) and any(isinstance(each, dict) for each in spec) else [spec]
    return [each if isinstance(each, dict) else {"from": each} for each in many]


class _Plain(yaml.SafeDumper):
    """Writes every value in full: a person reads and corrects it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(raw: Mapping[str, Any]) -> str:
    return yaml.dump(dict(raw), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


def _drafted(sheet: Sheet, fields_by_id: Mapping[str, Any], used: Iterable[str]) -> Draft:
    columns = [column for column in columns_of(sheet) if plain(column.name) not in set(used)]
    personal = people.personal(columns, sheet)
    draft = Draft([column for column in columns if column.name not in personal], personal=personal)
    take_geocoder(draft, fields_by_id)
    draft.unmapped = [column for column in draft.unmapped if column.cells]
    leave_countries(draft)
    leave_translations(draft)
    take_departement(draft, fields_by_id)
    take_left_out(draft)
    take_named_hours(draft, fields_by_id)
    take_days(draft, fields_by_id)
    take_spread_days(draft, fields_by_id)
    take_closings(draft, fields_by_id)
    take_point(draft, sheet, fields_by_id)
    take_numbered(draft)
    take_named(draft, fields_by_id)
    take_house_numbers(draft, sheet)
    take_rest_of_address(draft)
    take_name(draft, fields_by_id)
    for column in list(draft.unmapped):
        answers = column.answers
        if answers is not None:
            take_flag(draft, column, answers)
        elif not take_value(draft, column):
            take_words(draft, column)
    take_series(draft)
    take_details(draft)
    take_repeated(draft, sheet, fields_by_id)
    return draft
