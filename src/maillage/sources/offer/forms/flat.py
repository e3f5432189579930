"""Nested values become one level of text: `location.lat`, `activites.0.nom`, words of a list joined by a
bar.
"""

import re
from typing import Any

from maillage.kernel.names import plain
from maillage.sources.offer.forms.cells import sound
from maillage.sources.offer.forms.sheet import Remarks

MAX_DEPTH = 20  # more than any schema of places, and far from exhausting the stack
JOIN = "|"
INTEGER_WITH_ZEROS = re.compile(r"-?\d+\.0+")
HALF = "Moitié de caractère (\\ud83d…), remplacée par « \ufffd »"
TWICE = "Clé donnée deux fois dans un même objet, la dernière valeur est gardée"


DAYS = {
    day: name
    for name, day_in_english in zip(
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        strict=True,
    )
    for day in (name, day_in_english)
}
OPEN_OR_NOT = {  # what « true » says of a day, by the name of the key
    **dict.fromkeys(("ouvert", "ouverte", "open", "is open", "isopen"), True),
    **dict.fromkeys(("ferme", "fermee", "fermeture", "closed", "is closed", "isclosed"), False),
}
CLOSES = frozenset(  # words of the key of a time at which a place closes
    "closes close closing closingtime closetime end ends endtime fin fermeture ferme to until a au jusqu"
    " finish".split()
)
REMARK_NAMES = {"commentaire", "commentaires", "comment", "remarque", "remarques", "note", "notes"}
REMARK_NAMES |= {"precision", "precisions"}
CLOCK = re.compile(r"(\d{1,2})\s?[:h]\s?(\d{2})?(?::\d{2})?")


class Number(str):
    """A number as it was typed: no digit is lost, no zero added."""

    __slots__ = ()


class TooDeep(ValueError):
    """Values nested deeper than MAX_DEPTH."""


def flattened(value: object, remarks: Remarks, where: str, *, key: str = "") -> dict[str, str]:
    """Return the cells of a nested value by dotted name; raise TooDeep beyond MAX_DEPTH levels.

    A list of plain values becomes one cell, joined by a bar; any other list is indexed from 0. Nothing is «
    ».
    """
    cells: dict[str, str] = {}
    _fill(cells, key, value, 0 if key else -1, remarks, where)
    return cells


def _fill(cells: dict[str, str], key: str, value: Any, depth: int, remarks: Remarks, where: str) -> None:
    if depth >= MAX_DEPTH:
        raise TooDeep
    if isinstance(value, list) and (week := _week(value)):
        value = week
    if isinstance(value, list) and any(isinstance(child, dict | list) for child in value):
        value = {str(rank): child for rank, child in enumerate(value)}
    if isinstance(value, dict) and value:
        for name, child in value.items():
            _fill(cells, f"{key}.{name}" if depth >= 0 else name, child, depth + 1, remarks, where)
        return
    if key in cells:
        remarks.count(TWICE, f"{where}, « {key} »")
    if isinstance(value, list):
        cells[key] = JOIN.join(filter(None, (_text(child, remarks, where) for child in value)))
    else:
        cells[key] = _text(value, remarks, where)


def _week(spans: list[Any]) -> str:
    """Return opening hours given as a list of days with their times, in words; '' for any other list.

    A day without times says nothing; one that is said not to be open is closed, whatever its times.

    >>> _week([{"jour": "lundi", "de": "9:00", "a": "12:00"}, {"dayOfWeek": "Tuesday", "opens": "14:00"}])
    ''
    >>> _week([{"dayOfWeek": ["Monday", "Friday"], "opens": "09:00", "closes": "12:30:00"}])
    'lundi 09:00-12:30 ; vendredi 09:00-12:30'
    >>> _week([{"jour": "lundi", "plages": [{"de": "9h", "a": "12h"}, {"de": "14h", "a": "17h"}]}])
    'lundi 09:00-12:00, 14:00-17:00'
    >>> _week([{"jour": "lundi", "horaire": "9h-12h", "note": "rdv"}, {"jour": "jeudi", "ouvert": False}])
    'lundi 09:00-12:00 (rdv) ; jeudi fermé'
    >>> _week([{"day": "Friday", "closes": "01:00", "opens": "18:00"}, {"jour": "jeudi", "h": "14h-0h"}])
    'vendredi 18:00-01:00 ; jeudi 14:00-00:00'
    >>> _week([{"day": "Monday", "opens": ["09:00", "14:00"], "closes": ["12:00", "17:00"]}])
    'lundi 09:00-12:00, 14:00-17:00'
    """
    texts, timed = [], False
    for span in spans:
        read = _Span()
        if not isinstance(span, dict) or not read.took(span) or not read.days or len(read.times) % 2:
            return ""
        remark_text = "".join(f" ({text})" for text in read.beside)
        if not read.open:
            texts += [f"{day} fermé{remark_text}" for day in read.days]
        elif read.times:
            texts += [f"{day} {', '.join(map('-'.join, read.pairs()))}{remark_text}" for day in read.days]
            timed = True
        elif remark_text:
            texts += [f"{day}{remark_text}" for day in read.days]
    return " ; ".join(texts) if timed else ""


class _Span:
    """The days of an object, their times (each with whether it ends), whether it is open then, and what is
    said beside.
    """

    def __init__(self) -> None:
        self.days, self.times, self.beside = list[str](), list[tuple[bool, str]](), list[str]()
        self.open = True

    def took(self, span: dict[str, Any]) -> bool:
        """Take what an object says, the objects within it too; return False when it says something else."""
        return all(
            self._took(name, each)
            for name, value in span.items()
            for each in (value if isinstance(value, list) else [value])
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return when it opens and closes, as the keys say, else the earlier of two times first."""
        opens, closes = ([clock for ends, clock in self.times if ends is end] for end in (False, True))
        if len(opens) == len(closes):
            return list(zip(opens, closes, strict=True))
        clocks = [clock for _, clock in self.times]
        return [(min(pair), max(pair)) for pair in zip(clocks[::2], clocks[1::2], strict=True)]

    def _took(self, name: str, value: object) -> bool:
        key, text = plain(name), "" if value is None else str(value).strip()
        if isinstance(value, dict):
            return self.took(value)
        if isinstance(value, bool):
            self.open = self.open and value is OPEN_OR_NOT.get(key)
            return key in OPEN_OR_NOT
        if day := DAYS.get(text.rpartition("/")[2].casefold()):
            self.days.append(day)
        elif clocks := _clocks(text):
            ends = [False, True] if len(clocks) == 2 else [not CLOSES.isdisjoint(key.split())]
            self.times += zip(ends, clocks, strict=True)
        elif text and key in REMARK_NAMES:
            self.beside.append(text)
        else:
            return not text or name.startswith("@")
        return True


def _clocks(text: str) -> list[str]:
    """Return the times of a text that holds only one, or two joined by a dash; [] for any other."""
    clocks = [CLOCK.fullmatch(part.strip()) for part in re.split(r"\s*[-–]\s*", text)]
    times = [f"{int(clock[1]):02}:{clock[2] or '00'}" for clock in clocks if clock]
    return times if len(times) == len(clocks) <= 2 else []


def _text(value: object, remarks: Remarks, where: str) -> str:
    match value:
        case Number():
            return value.partition(".")[0] if INTEGER_WITH_ZEROS.fullmatch(value) else str(value)
        case str():
            if (clean_text := sound(value)) != value:
                remarks.count(HALF, where)
            return clean_text.strip()
        case bool():
            return "oui" if value else "non"
    return ""
