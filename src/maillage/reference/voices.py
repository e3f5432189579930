"""Statements of people in the founding studies, in our words: a library to quote with a figure."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.kernel.names import plain
from maillage.reference import findings
from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("voices.yaml")


@dataclass(frozen=True, slots=True)
class Voice:
    """A statement of one person. lines: of the document. kind: the finding that it speaks of, "" for none;
    among: which of those who speak, "" for any of them.
    """

    id: str
    says: str
    theme: str
    speaker_id: str
    kind: str
    document: Document
    lines: str
    place: str
    year: int
    among: str = ""

    @property
    def speaker(self) -> str:
        """The speaker, in words."""
        speaker = speakers()[self.speaker_id]
        return f"{speaker} {self.among}" if self.among else speaker

    @property
    def axis(self) -> str:
        """The axis of the grid that it speaks of, "" for none."""
        return findings.kinds()[self.kind].axis if self.kind else ""

    @property
    def where(self) -> str:
        """Its lines in the document, as a reader sees them."""
        return f"ligne{'' if self.lines.isdigit() else 's'} {self.lines}"


@cache
def _read() -> Any:
    return read_yaml(FILE)


@cache
def themes() -> dict[str, str]:
    """Return the subjects that people speak of, in words by id."""
    return dict(_read()["themes"])


@cache
def speakers() -> dict[str, str]:
    """Return the speakers, in words by id."""
    return dict(_read()["who"])


@cache
def places() -> dict[str, str]:
    """Return where they were heard, in words by document: two documents may tell of one place."""
    return {id: row["label"] for id, row in _read()["places"].items()}


@cache
def voices() -> dict[str, Voice]:
    """Return the statements by id, in order; BrokenSource when a row names what nobody knows."""
    return {id: _voice(id, row) for id, row in _read()["voices"].items()}


def chosen(*, theme: str = "", speaker_id: str = "", place: str = "", words: str = "") -> list[Voice]:
    """Return the voices of a subject, a speaker and a place that hold each of some words; "" asks for
    nothing. Accents and case do not count.
    """
    typed = plain(words).split()
    return [
        voice
        for voice in voices().values()
        if theme in ("", voice.theme)
        and speaker_id in ("", voice.speaker_id)
        and place in ("", voice.place)
        and all(word in plain(voice.says) for word in typed)
    ]


def of_axis(axis: str) -> list[Voice]:
    """Return the voices that speak of an axis of the grid."""
    return [voice for voice in voices().values() if voice.axis == axis]


def _voice(id: str, row: dict[str, str]) -> Voice:
    known = row["theme"] in themes() and row["who"] in speakers() and row["document"] in places()
    if not known or not (row["kind"] == "" or row["kind"] in findings.kinds()):
        raise BrokenSource(
            f"{FILE.name}: {id} names a theme, a speaker, a document or a finding that nobody knows.",
            why="Its page would have nowhere to put it.",
            do="Take them from the lists at the top of the file, and from findings.yaml.",
        )
    place = _read()["places"][row["document"]]
    return Voice(
        id=id,
        says=row["says"],
        theme=row["theme"],
        speaker_id=row["who"],
        kind=row["kind"],
        document=documents()[row["document"]],
        lines=row["lines"],
        place=place["label"],
        year=place["year"],
        among=row.get("among", ""),
    )
