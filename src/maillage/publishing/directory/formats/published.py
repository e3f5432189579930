"""A place as it is published, and the helpers that several formats share."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.reference import offer
from maillage.reference.offer import Field
from maillage.reference.sheet import Sheet
from maillage.sources.offer.clean.point import extent, shapes

Row = Mapping[str, str]
LAST_DEGREE = 3  # beyond 18 months, age no longer matters


@dataclass(frozen=True, slots=True)
class Published:
    """A published place. `id` is its public name, that of its address; the sheet keeps the one its source
    gave it.

    updated_on: the value of `date_maj`, None when there is none. confirmed_on: when somebody last confirmed
    the whole sheet. source: who collected it, when the sheet does not say. duplicates: the ids of places that
    may be this one.
    """

    id: str
    sheet: Sheet
    structure_id: str
    structure_name: str
    updated_on: date | None
    confirmed_on: date | None
    source: str
    duplicates: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.sheet.get("nom", "lieu sans nom"))

    @property
    def date_maj(self) -> str:
        return self.updated_on.isoformat() if self.updated_on else ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A field of a place that a format rejects: `index` is its rank in the export, from 1; `message` is in
    French.
    """

    index: int
    id: str
    name: str
    field: str
    message: str

    @property
    def sentence(self) -> str:
        return f"{self.name} ({self.id}) : {self.message}"


def ordered(places: Iterable[Published]) -> list[Published]:
    """Return the places in the order every export has: that of their ids."""
    return sorted(places, key=lambda place: place.id)


def point(sheet: Sheet) -> tuple[float, float] | None:
    """Return latitude and longitude; None when unknown, or when only the middle of the commune stands for
    them.
    """
    if "latitude" not in sheet or "longitude" not in sheet:
        return None
    position = float(sheet["latitude"]), float(sheet["longitude"])
    if "precision" in sheet:
        code = str(sheet.get("code_insee", ""))
        centre = extent(code) if code in shapes() else None
        if centre is None or position == (centre.latitude, centre.longitude):
            return None
    return position


def departement(sheet: Sheet) -> str:
    """Return the code of the département (two characters, three overseas), '' when neither commune nor
    postcode says it.
    """
    code = str(sheet.get("code_insee") or sheet.get("code_postal") or "")
    if code.startswith("20"):  # a postcode of Corsica: 200 and 201 in the south
        return "2A" if code[2:3] in "01" else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def freshness(place: Published, *, on: date) -> int:
    """Return how recent the last update of a place is: 4 under 6 months, 3 under 12, 2 under 18, 1 beyond, 0
    without a date.

    A date in the future counts as none.
    """
    days = [day for day in (place.updated_on, place.confirmed_on) if day and day <= on]
    if not days:
        return 0
    latest = max(days)
    months = (on.year - latest.year) * 12 + on.month - latest.month - (on.day < latest.day)
    return 4 - min(months // 6, LAST_DEGREE)


def labels(field: Field, slugs: Iterable[str], *, strict: bool = False) -> list[str]:
    """Return the wording of the national schema for slugs; strict: spelled as its pattern is, mistakes
    included.
    """
    values = offer.lists()[field.list].values
    return [(strict and values[slug].strict) or values[slug].label for slug in slugs]


def value_text(field: Field, value: Any, *, between: str = ", ") -> str:
    """Return a value of a sheet or of a practice as text: labels for lists, oui or non, hours as OSM writes
    them.
    """
    match field.kind:
        case "list":
            return between.join(labels(field, value))
        case "yesno":
            return "oui" if value else "non"
        case "hours":
            return str(value.get("osm") or value.get("text", ""))
        case "closures":
            return between.join(closure(each) for each in value)
        case _:
            return between.join(map(str, value)) if isinstance(value, list) else str(value)


def closure(closing: Mapping[str, str]) -> str:
    """Return a closing as an interval of dates and its reason: « 2026-08-01/2026-08-15 : congés »."""
    days = f"{closing.get('du', '')}/{closing.get('au', '')}"
    return f"{days} : {closing['motif']}" if closing.get("motif") else days


def practice_text(details: Mapping[str, object], *names: str) -> str:
    """Return the details of a practice, or of some of its conditions, as one sentence; '' when there are
    none.

    « Il faut être envoyé par un professionnel ; Niveau demandé : Débutant ». A « non » is not told.
    """
    parts = []
    for name, field in offer.conditions().items():
        if name in details and (not names or name in names):
            value = details[name]
            if field.kind != "yesno":
                parts.append(f"{field.label} : {value_text(field, value)}")
            elif value:
                parts.append(field.label)
    return " ; ".join(parts)


def joined(values: Sequence[str]) -> str:
    """Return several values in one cell, parted by | as the national schema does; a | inside a value
    becomes /.
    """
    return "|".join(value.replace("|", "%7C" if "://" in value else "/") for value in values)


def as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
