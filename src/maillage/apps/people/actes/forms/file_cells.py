"""Read one cell of a file of acts: its value, or what is wrong with it, as a person mends it."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.kernel.typed import line, whole_number

MAX_QUOTED = 60  # characters of a wrong cell: a quote left open swallows a whole file
COMMUNE = re.compile(r"\d[\dAB]\d{3}")


class WrongCell(Exception):
    """A cell that cannot be read. fault: its column, its value cut short, why, and what to do."""

    def __init__(self, column: str, value: str, reason: str, cure: str) -> None:
        super().__init__(column)
        self.fault = column, line("".join(filter(str.isprintable, value)), MAX_QUOTED), reason, cure


def keys(row: Mapping[str, str], column: str) -> list[str]:
    """Return the keys of a cell, parted by a bar."""
    return list(filter(None, row.get(column, "").split(rules.SEPARATOR)))


def uid(text: str) -> UUID:
    if not text:
        raise WrongCell("id", "", "il manque", "Donnez à chaque ligne un numéro qui ne change pas.")
    try:
        return UUID(text)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"coop:{text}")


def one_of(row: Mapping[str, str], column: str, words: Mapping[str, str]) -> str:
    value = row.get(column, "")
    for key, word in words.items():
        if word == value:
            return key
    raise WrongCell(
        column, value, "ce mot n’est pas connu", f"Écrivez l’un de : {', '.join(words.values())}."
    )


def minutes(row: Mapping[str, str], column: str) -> int:
    n = whole_number(row[column])
    if n is None or not 1 <= n <= rules.MOST_MINUTES:
        raise WrongCell(
            column, row[column], "ce n’est pas une durée possible", f"De 1 à {rules.MOST_MINUTES} minutes."
        )
    return n


def moment(text: str, at: time) -> datetime:
    try:
        day = date.fromisoformat(text)
        if not 2001 <= day.year < 2100:
            raise ValueError(text)
    except ValueError as error:
        raise WrongCell("date", text, "ce n’est pas un jour", "Écrivez-le ainsi : 2026-11-23.") from error
    return timezone.make_aware(datetime.combine(day, at.replace(tzinfo=None)))


def commune(row: Mapping[str, str]) -> str:
    code = row.get("commune", "")
    if code and not COMMUNE.fullmatch(code):
        raise WrongCell(
            *("commune", code, "ce n’est pas un code de commune"), "Écrivez ses cinq signes, comme 38185."
        )
    return code


def structure(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Structure:
    known_structure = structures.get(row["structure"])
    if known_structure is None:
        raise WrongCell(
            *("structure", row["structure"], "ce nom n’est pas celui d’une seule structure de l’annuaire"),
            "Importez-la d’abord, ou reprenez son nom exact. Si deux structures le portent, renommez-en une.",
        )
    return known_structure


def check_subjects(column: str, keys: Collection[str]) -> None:
    """Refuse more subjects than an act bears."""
    if len(set(keys)) > rules.MAX_SUBJECTS:
        raise WrongCell(
            *(column, str(len(set(keys))), "c’est trop pour un acte"),
            f"Gardez-en {rules.MAX_SUBJECTS} au plus.",
        )
