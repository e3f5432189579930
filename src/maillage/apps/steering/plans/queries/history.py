"""The changes of an edit in an action, in words: what its journal keeps of each."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field
from django.utils import timezone

from maillage.apps.directory.memberships.access import roles_of
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries.effects import baseline_words, least_of, target_words
from maillage.apps.steering.plans.queries.overview import reading_of
from maillage.apps.steering.plans.queries.zones import commune_name
from maillage.publishing.territory.reading import Reading
from maillage.reference.offer import diagnosis_lines
from maillage.words.dates import in_words
from maillage.words.wording import lower_first, number, shortened

TEXTS = ("title", "objective", "pilot", "partners", "public", "existing", "means", "risks", "indicator")
MOST_ZONES = 6  # named of a change
LETTERS = 90  # of a text before, as many after
TARGET = str(PlanAction._meta.get_field("target").verbose_name).capitalize()
LEAD = 20  # letters read before those that changed


def study_stamp(place: str, at: datetime) -> dict[str, Any]:
    """Return the stamp of the current study, stored with a text written from it."""
    read = reading_of(place)
    return {"written_for": read.fingerprint if read else "", "written_on": timezone.localdate(at)}


def stale(row: PlanAction, reading: Reading | None) -> str:
    """Return that the figures in the texts of an action are to be read again, "" when they need not be."""
    if reading is None or row.written_on is None:
        return ""
    texts = [getattr(row, name) for name in TEXTS]
    return rules.stale_sentence(texts, row.written_for, row.written_on, reading.fingerprint)


def target_assumption(row: PlanAction) -> str:
    """Return in words who supposes the number that an action aims at: no method computes it. A role and its
    structure or territory, never a name: nobody agreed to sign it.
    """
    target_note = re.compile(rf"(?:^|\. ){TARGET} : ")
    notes = row.notes.filter(automatic=True, kind=rules.EDIT).select_related("by")
    last = next((note for note in notes if target_note.search(note.words)), None)
    if last is None and row.plan.example:
        return "Nombre inventé, pour l’exemple."
    by = last.by if last is not None else row.by
    role, scope = next(iter(roles_of(by) if by is not None else ()), ("personne qui écrit le plan", ""))
    whose = ", ".join(filter(None, (lower_first(role), scope)))
    return f"C’est une hypothèse ({whose}) : Maillage ne l’a pas calculée."


@dataclass(frozen=True, slots=True)
class Recorded:
    """The values of an action, apart from the database. values: by field, its name, value and words, None
    when its journal may not tell them; zones: their codes; steps: the day, or the delay, and words of each.
    """

    values: Mapping[str, tuple[str, object, str | None]]
    zones: Sequence[str]
    steps: frozenset[tuple[date | int, str]]


def recorded(row: PlanAction) -> Recorded:
    """Return the current values of an action, as its public journal may tell it: never how many people were
    counted at first, since two starts would give back the few people whom the counts beside either of them
    withhold.
    """
    baseline = None if least_of(row) else baseline_words(row, 0)
    line = diagnosis_lines().get(row.line)
    words: dict[str, tuple[object, str | None]] = {name: (getattr(row, name),) * 2 for name in TEXTS}
    words |= {
        "number": (row.label, row.label),
        "axis": (row.axis_id, row.axis.title),
        "parent": (row.parent_id, row.parent.short if row.parent else ""),
        "after": (row.after_id, row.after.short if row.after else ""),
        "line": (row.line, line.label if line else row.line),
        "starts_on": (row.starts_on, in_words(row.starts_on) if row.starts_on else ""),
        "ends_on": (row.ends_on, in_words(row.ends_on) if row.ends_on else ""),
        "vote_on": (row.vote_on, in_words(row.vote_on) if row.vote_on else ""),
        "budget": (row.budget, "" if row.budget is None else f"{number(row.budget)} €"),
        "costs": ({tuple(cost) for cost in row.costs}, rules.costs_words(row.costs)),
        "counts": (counts := row.counts or rules.PEOPLE, rules.COUNTED[counts]),  # people, until it is said
        "unit": (row.unit, row.unit),
        "direction": (row.direction, rules.DIRECTIONS.get(row.direction, "")),
        "baseline": (row.baseline, baseline),
        "target": (row.target, target_words(row)),
    }
    label_by_field = {
        field.name: field.verbose_name for field in PlanAction._meta.get_fields() if isinstance(field, Field)
    }
    named = {name: str(label_by_field[name]) for name in words}
    return Recorded(
        values={name: (named[name], *value_and_words) for name, value_and_words in words.items()},
        zones=tuple(row.zones),
        steps=frozenset([*((step.on, step.words) for step in row.milestones.all()), *row.delays]),
    )


def fields_of(row: PlanAction, names: Collection[str]) -> dict[str, Any]:
    """Return the values of an action in some fields, as a form sends them."""
    values = {name: getattr(row, name) for name in names if name != "milestones"}
    if "costs" in values:
        values["costs"] = {tuple(cost) for cost in row.costs}
    if "counts" in values:
        values["counts"] = row.counts or rules.PEOPLE  # people, until somebody says otherwise
    if "milestones" in names:
        values["milestones"] = {*((each.on, each.words) for each in row.milestones.all()), *row.delays}
    return values


def edits(before: Recorded, after: Recorded, place: str) -> list[str]:
    """Return the changes, a sentence each: from what to what, of long texts around the first difference."""
    sentences = []
    for name, (label, value, words) in after.values.items():
        _, was, old = before.values[name]
        if value == was:
            continue
        both = "changé"
        if old is not None and words is not None:
            both = f"{_quoted(old, words)} → {_quoted(words, old)}"
        sentences.append(f"{label.capitalize()} : {both}.")
    sentences += _zones(before.zones, after.zones, place)
    for label, steps in (
        ("Étape ajoutée", after.steps - before.steps),
        ("Étape retirée", before.steps - after.steps),
    ):
        delays = sorted((at, words) for at, words in steps if isinstance(at, int))
        days = sorted((at, words) for at, words in steps if not isinstance(at, int))
        sentences += [
            f"{label} : {in_words(on)}, {_ended(_around_difference(words, words))}" for on, words in days
        ]
        sentences += [
            f"{label} : {rules.delay_words(at)}, {_ended(_around_difference(words, words))}"
            for at, words in delays
        ]
    return sentences


def _zones(before: Sequence[str], after: Sequence[str], place: str) -> list[str]:
    if set(before) == set(after):
        return []
    reading = reading_of(place)
    names = {zone.code: zone.full_name for zone in reading.zones} if reading else {}

    def named(codes: Sequence[str]) -> str:
        return shortened(
            list(dict.fromkeys(names.get(code) or commune_name(code) for code in codes)), MOST_ZONES
        )

    if not before or not after:
        return [f"Zones : {named(before) or 'tout le territoire'} → {named(after) or 'tout le territoire'}."]
    moved = (
        ("ajoutées", [code for code in after if code not in before]),
        ("retirées", [code for code in before if code not in after]),
    )
    return [f"Zones {words} : {named(codes)}." for words, codes in moved if codes]


def _quoted(text: str, other: str) -> str:
    return f"« {_around_difference(text, other)} »" if text else "rien"


def _ended(text: str) -> str:
    """Return a text as the end of a sentence: with a full stop, unless it has an end of its own.

    >>> _ended("Faire le point"), _ended("Faire le point ?"), _ended("Signer.")
    ('Faire le point.', 'Faire le point ?', 'Signer.')
    """
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _around_difference(text: str, other: str) -> str:
    """Return a text, or the part of it where another begins to differ when it is long.

    >>> _around_difference("court", "long"), len(_around_difference("a" * 200, "b"))
    ('court', 91)
    """
    if len(text) <= LETTERS:
        return text
    same = next((k for k, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), len(other))
    first = 0 if text == other else min(max(0, same - LEAD), len(text) - LETTERS)
    cut = text[first : first + LETTERS]
    return f"{'…' if first else ''}{cut}{'…' if first + LETTERS < len(text) else ''}"


def gathered(sentences: Sequence[str], most: int) -> list[str]:
    """Return sentences in as few lines as hold them, none longer than `most` letters when they are not.

    >>> gathered(["Un.", "Deux.", "Trois."], 9)
    ['Un. Deux.', 'Trois.']
    """
    lines: list[str] = []
    for sentence in sentences:
        if lines and len(lines[-1]) + 1 + len(sentence) <= most:
            lines[-1] = f"{lines[-1]} {sentence}"
        else:
            lines.append(sentence)
    return lines
