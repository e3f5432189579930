"""The findings of people on a territory, beside the verdicts of the grid: who confirms, who contradicts, and
where they part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.reference.findings import kinds, participants
from maillage.words.wording import count, listing, lower_first


@dataclass(frozen=True, slots=True)
class FieldFinding:
    """A finding of somebody: by whom, of what, True if they confirm it, their words, where and when they were
    said.

    people: how many stated it together, 0 when they were not counted.
    """

    speaker: str
    kind: str
    confirms: bool
    words: str
    source: str
    year: int
    people: int = 0


@dataclass(frozen=True, slots=True)
class Testimony:
    """The testimony of one group of people on a finding."""

    speakers: str
    contradicts: bool
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class FindingReading:
    """A finding with those who speak of it. gap: how they part, "" when they agree."""

    says: str
    how_many: str
    gap: str
    testimonies: tuple[Testimony, ...]


def read(rows: Sequence[FieldFinding], axis: str = "") -> tuple[FindingReading, ...]:
    """Return the findings of an axis of the grid (all when ''), each with those who speak of it, as a reader
    sees them.
    """
    out = []
    for kind in kinds().values():
        kind_rows = [row for row in rows if row.kind == kind.id]
        if not kind_rows or axis not in ("", kind.axis):
            continue
        voices = tuple(
            Testimony(participants()[row.speaker], not row.confirms, row.words, _source(row))
            for row in kind_rows
        )
        out.append(FindingReading(kind.says, count(len(kind_rows), "témoignage"), gap(kind_rows), voices))
    return tuple(out)


def _source(row: FieldFinding) -> str:
    """Return where it was collected, when, and how many people made it together: « Groupe de discussion,
    2026, 14 personnes ».
    """
    people = f", {count(row.people, 'personne')}" if row.people else ""
    return f"{row.source}, {row.year}{people}"


def gap(rows: Sequence[FieldFinding]) -> str:
    """Return, in a sentence, how those who comment on one finding disagree, '' when they agree.

    >>> institution = FieldFinding("institutions", "told", True, "", "s", 2026)
    >>> gap([institution, FieldFinding("public", "told", False, "", "s", 2026)])
    'Les avis s’écartent : les collectivités et opérateurs le confirment, les habitants non.'
    """
    yes, no = (
        [id for id in participants() if any(row.speaker == id and row.confirms == way for row in rows)]
        for way in (True, False)
    )
    if not yes or not no:
        return ""
    if set(yes) & set(no):
        return f"Les avis s’écartent parmi les {_named(sorted(set(yes) & set(no)))}."
    return f"Les avis s’écartent : les {_named(yes)} le confirment, les {_named(no)} non."


def _named(ids: Sequence[str]) -> str:
    return listing([lower_first(participants()[id]) for id in ids])
