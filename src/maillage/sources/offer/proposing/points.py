"""Columns added by geocoders, countries that say nothing, and coordinates."""

import re
from collections.abc import Mapping
from typing import Any

from maillage.sources.offer import looks
from maillage.sources.offer.clean import commune
from maillage.sources.offer.columns import LANGUAGES, SAMPLE, Column
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.proposing.draft import BY_CONTENT, BY_NAME, ENOUGH, Draft, by_name

GEOCODER = re.compile(r"(result|di) ")
COUNTRY = {"pays", "country", "codepays", "countrycode", "payscode"}
UNWRITTEN = re.compile(r"[\s°NSEO]")  # what may stand in a coordinate beside its number


def take_geocoder(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Leave aside the answer of a geocoder but its confidence: the file says the rest in its own words."""
    for column in [c for c in draft.unmapped if GEOCODER.match(c.spellings[0])]:
        if column.spellings[0] in ("result score", "di geocodage score") and "confidence" not in fields_by_id:
            draft.give([column], "confidence", column.name, BY_NAME, "la confiance du géocodage")
        else:
            draft.ignored.append(column.name)
            draft.unmapped.remove(column)


def leave_countries(draft: Draft) -> None:
    """Leave aside the columns that say the country, at any depth: the commune says it, and FR is a Friday
    too. Rows of another country are left out: their towns and postal codes may well have a French namesake.
    """
    for column in [
        c for c in draft.unmapped if c.has(COUNTRY) and looks.share(looks.country, c.sample) >= ENOUGH
    ]:
        if any(looks.foreign(cell) for cell in column.cells):
            draft.leave.append({"from": column.name, "abroad": True})
        draft.ignored.append(column.name)
        draft.unmapped.remove(column)


def leave_translations(draft: Draft) -> None:
    """Leave aside what is said again in another language, « label.en » beside « label.fr »."""
    names = {column.name for column in draft.unmapped}
    for column in list(draft.unmapped):
        stem, _, language = column.name.rpartition(".")
        if stem and language in LANGUAGES and language != "fr" and f"{stem}.fr" in names:
            draft.ignored.append(column.name)
            draft.unmapped.remove(column)


def take_departement(draft: Draft, fields_by_id: Mapping[str, Any]) -> None:
    """Keep the column that says the département: it tells communes of one name apart."""
    for column in list(draft.unmapped):
        named = column.has({"departement", "dept", "dep", "dpt"})
        if named and "departement" not in fields_by_id and looks.share(_area, column.sample) >= ENOUGH:
            draft.give([column], "departement", column.name, BY_NAME, "le nom de la colonne")
            return


def _area(text: str) -> bool:
    return bool(commune.area(text))


def take_point(draft: Draft, sheet: Sheet, fields_by_id: Mapping[str, Any]) -> None:
    """Map to latitude and longitude the two columns, or the only one, that hold a point."""
    if "latitude" in fields_by_id:
        return
    pairs = []
    sides = {
        id: [(c, by_name(c, id)[0]) for c in draft.unmapped if _coordinate(c)]
        for id in ("latitude", "longitude")
    }
    for first, by_first in sides["latitude"]:
        for second, by_second in sides["longitude"]:
            if first is not second and by_first and by_second:
                pairs.append((by_first + by_second, first, second))
    cells = {c.name: [row.cells[c.name] for row in sheet.rows[: 4 * SAMPLE]] for c in draft.unmapped}
    for score, first, second in sorted(pairs, key=lambda pair: -pair[0]):
        if looks.coordinates(cells[first.name], cells[second.name]) >= ENOUGH:
            crossed = _range(first) == "longitude" and _range(second) == "latitude"
            north, east = (second, first) if crossed else (first, second)
            draft.give([north], "latitude", north.name, score / 2, "le nom de la colonne")
            draft.give([east], "longitude", east.name, score / 2, "le nom de la colonne")
            return
    for column in draft.unmapped:
        if looks.share(looks.pair, column.sample) >= ENOUGH:
            draft.give(
                [column], "latitude", column.name, BY_CONTENT, "latitude et longitude dans une seule colonne"
            )
            draft.fields["longitude"] = column.name
            return
    norths = [c for c in draft.unmapped if _range(c) == "latitude"]
    easts = [c for c in draft.unmapped if _range(c) == "longitude"]
    if len(norths) == len(easts) == 1:
        draft.give(norths, "latitude", norths[0].name, BY_CONTENT, "ce que contient la colonne")
        draft.give(easts, "longitude", easts[0].name, BY_CONTENT, "ce que contient la colonne")


def _coordinate(column: Column) -> bool:
    return (
        looks.share(
            lambda text: bool(looks.NUMBER.fullmatch(UNWRITTEN.sub("", text))) or "°" in text, column.sample
        )
        >= ENOUGH
    )


def _range(column: Column) -> str:
    """Return the coordinate of mainland France that decimal cells can only be, '' when they may be others."""
    numbers = [float(cell.replace(",", ".")) for cell in column.sample if looks.NUMBER.fullmatch(cell)]
    if len(numbers) < len(column.sample) or all(number.is_integer() for number in numbers):
        return ""
    if all(41 <= number <= 51.6 for number in numbers):
        return "latitude"
    return "longitude" if all(-5.6 <= number <= 10 for number in numbers) else ""
