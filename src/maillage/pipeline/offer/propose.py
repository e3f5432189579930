"""Proposing a correspondence for a file nobody described: by the names of its columns, then by what they hold.

What is proposed is a mapping like any other, in YAML, that a person reads, corrects and keeps.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from rapidfuzz import fuzz

from maillage.kernel.names import plain
from maillage.pipeline.offer.clean import several
from maillage.pipeline.offer.forms.sheet import Sheet
from maillage.pipeline.offer.mapping import Correspondence, load
from maillage.reference import offer

SAMPLE = 200
BY_NAME, NEARLY, BY_CONTENT = 1.0, 0.8, 0.6
DAYS = {"lundi": "Mo", "mardi": "Tu", "mercredi": "We", "jeudi": "Th", "vendredi": "Fr", "samedi": "Sa", "dimanche": "Su"}
HALVES = {"matin": " am", "am": " am", "apres midi": " pm", "pm": " pm", "soir": " pm"}
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I)
SITE = re.compile(r"(https?://|www\.)\S+", re.I)
PHONE = re.compile(r"\(?(\+33|0033|0)[\s.]?[1-9]([\s./-]?\d{2}){4}")
HOURS = re.compile(r"\b\d{1,2}\s?[h:]\s?\d{0,2}|\b(Mo|Tu|We|Th|Fr|Sa|Su)\b")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})")


@dataclass(frozen=True, slots=True)
class Guess:
    """Why a column was given to a field: its name, a name near it, or what it holds."""

    column: str
    field: str
    score: float
    why: str


def propose(sheet: Sheet) -> tuple[str, list[Guess]]:
    """Return (the YAML of a correspondence, the reason of each choice). A column that nothing suits stays unread."""
    samples = {name: [v for row in sheet.rows[:SAMPLE] if (v := row.cells.get(name, ""))] for name in sheet.columns}
    days = _days(sheet.columns)
    left = [name for name in sheet.columns if name not in days.values()]
    guesses = sorted((g for name in left for g in _guesses(name, samples[name])), key=lambda g: (-g.score, g.column))
    fields: dict[str, Any] = {}
    kept: list[Guess] = []
    taken: set[str] = set()
    for guess in guesses:
        of = offer.fields()[guess.field]
        if guess.column in taken or (guess.field in fields and of.kind != "list"):
            continue
        if guess.field in fields:
            fields[guess.field] = [*_many(fields[guess.field]), {"from": guess.column}]
        else:
            fields[guess.field] = guess.column
        taken.add(guess.column)
        kept.append(guess)
    if days:
        fields["horaires"] = {"days": days}
        kept += [Guess(column, "horaires", BY_NAME, "un jour de la semaine") for column in days.values()]
    practices, why = _practices([n for n in left if n not in taken], samples)
    raw = {"id": plain(sheet.name).replace(" ", "-"), "title": sheet.name, "fields": fields, "practices": practices}
    return yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=120), [*kept, *why]


def proposed(sheet: Sheet) -> Correspondence:
    """Return the correspondence proposed for a file."""
    return load(propose(sheet)[0], sheet.name)


def _many(spec: Any) -> list[Any]:
    return spec if isinstance(spec, list) else [{"from": spec}]


def _guesses(column: str, values: Sequence[str]) -> list[Guess]:
    """Return the fields that a column may be."""
    name = plain(column)
    found = []
    for of in offer.fields().values():
        names = {plain(of.id), plain(of.label), *map(plain, of.also)}
        if name in names:
            found.append(Guess(column, of.id, BY_NAME if values else 0.1, "le nom de la colonne"))
        elif len(name) > 3 and (best := max(fuzz.ratio(name, other) for other in names)) >= 88:
            found.append(Guess(column, of.id, NEARLY * best / 100, "un nom de colonne voisin"))
        elif values and (share := _share(of, values)) >= 0.7:
            bonus = 0.15 if any(len(w) > 2 and w in name.split() for other in names for w in other.split()) else 0.0
            found.append(Guess(column, of.id, BY_CONTENT * share + bonus, "ce que contient la colonne"))
        elif values and any(len(other) > 4 and other in name for other in names) and _may_hold(of, values):
            found.append(Guess(column, of.id, 0.5, "un mot du nom de la colonne"))
    return found


def _may_hold(of: offer.Field, values: Sequence[str]) -> bool:
    """Return whether cells could be of a field that a word of their name suggests."""
    check = CONTENT.get(of.kind) or CONTENT.get(of.id)
    if of.kind == "list":
        return _share(of, values) >= 0.4
    return check is None or sum(map(check, values)) >= len(values) / 2


def _share(of: offer.Field, values: Sequence[str]) -> float:
    """Return the share of cells that look like the field, 0 where looks say nothing."""
    if of.kind == "list":
        closed = offer.lists()[of.list]
        tokens = [plain(token) for value in values for token in several.split(value)]
        counted = Counter(tokens)
        informative = sum(n for token, n in counted.items() if token not in ("oui", "non"))
        return sum(n for token, n in counted.items() if token in closed.words) / informative if informative else 0.0
    if of.kind == "kinds":
        known = offer.kinds_by_word()
        return sum(any(plain(t) in known for t in several.split(v)) for v in values) / len(values)
    check = CONTENT.get(of.kind)
    return sum(map(check, values)) / len(values) if check else 0.0


def _between(low: float, high: float) -> Callable[[str], bool]:
    def inside(text: str) -> bool:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return False
        return low <= value <= high and not value.is_integer()

    return inside


CONTENT: Mapping[str, Callable[[str], bool]] = {
    "mail": lambda text: bool(MAIL.search(text)),
    "site": lambda text: bool(SITE.match(text)),
    "phone": lambda text: bool(PHONE.match(text)),
    "hours": lambda text: bool(HOURS.search(text)),
    "date": lambda text: bool(DATE.match(text)),
    "postcode": lambda text: bool(re.fullmatch(r"\d{4,5}", text)),
    "pivot": lambda text: bool(re.fullmatch(r"\d{14}|W\d{9}", re.sub(r"[ .]", "", text))),
    "latitude": _between(41.0, 51.6),
    "longitude": _between(-5.6, 10.0),
}


def _days(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns that are days or half-days of the week."""
    found: dict[str, str] = {}
    for column in columns:
        words = plain(column).replace("h ", "", 1) if plain(column).startswith("h ") else plain(column)
        for day, osm in DAYS.items():
            if day in words.split():
                half = next((code for word, code in HALVES.items() if f" {word}" in f" {words}"), "")
                found.setdefault(osm + half, column)
    return found if len({key[:2] for key in found}) >= 3 else {}


def _practices(columns: Sequence[str], samples: Mapping[str, Sequence[str]]) -> tuple[list[dict[str, Any]], list[Guess]]:
    """Return a rule for each column that says whether a practice is there: few different answers, and a word of it."""
    rules: list[dict[str, Any]] = []
    why = []
    for column in columns:
        values = samples[column]
        answers = {plain(value) for value in values}
        if not values or len(answers) > max(12, len(values) // 4):
            continue
        said = f"{plain(column)} {' '.join(sorted(answers)[:3])}"
        hits = [p.id for p in offer.practices().values() if any(f" {word}" in f" {said}" for word in p.also)]
        for id in hits[:1]:
            rules.append({"practice": id, "from": column})
            why.append(Guess(column, f"pratique {id}", BY_CONTENT, "un mot de la colonne ou de ses réponses"))
    return rules, why
