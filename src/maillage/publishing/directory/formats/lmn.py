"""The national schema of places, 1.0.2: a CSV of 32 columns, and its JSON twin."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.directory.formats.published import (
    Published,
    Remark,
    Row,
    as_json,
    joined,
    labels,
    ordered,
    point,
)
from maillage.reference import offer, standards
from maillage.reference.offer import UNKNOWN_PIVOT, Field

COLUMNS = offer.lmn_columns()
CONSTRAINTS: dict[str, dict[str, Any]] = {
    field["name"]: field["constraints"] for field in standards.lmn()["fields"]
}
# Closed lists are checked by their values: the patterns of the schema accept what they should not.
COLUMN_REGEX = {
    name: re.compile(rule["pattern"])
    for name, rule in CONSTRAINTS.items()
    if "pattern" in rule and offer.fields()[name].kind != "list"
}
SUMMARY = int(CONSTRAINTS["presentation_resume"]["maxLength"])
ONE_ONLY = ("fiche_acces_libre", "prise_rdv")
MISSING = {
    "nom": "nom manquant",
    "commune": "commune manquante",
    "code_postal": "code postal manquant",
    "adresse": "adresse manquante",
    "date_maj": "date de mise à jour manquante",
}


def cells(place: Published) -> dict[str, str]:
    """Return the 32 cells of a place, '' where nothing is known; nothing is checked yet."""
    located = point(place.sheet)
    own = {
        "id": str(place.sheet.get("id", place.id)),
        "date_maj": place.date_maj,
        "source": str(place.sheet.get("source") or place.source),
        "latitude": decimal(located[0]) if located else "",
        "longitude": decimal(located[1]) if located else "",
    }
    fields = offer.fields()
    return {
        name: (
            own[name] if name in own else cell(fields[name], place.sheet[name]) if name in place.sheet else ""
        )
        for name in COLUMNS
    }


def cell(field: Field, value: Any) -> str:
    """Return a value as the schema writes it."""
    match field.kind:
        case "list":
            return joined(labels(field, value, strict=True))
        case "phone":
            return next((number for number in value if COLUMN_REGEX["telephone"].fullmatch(number)), "")
        case "hours":
            return str(value.get("osm", ""))
        case "kinds" | "mail" | "site" | "lines":
            return joined(value[:1] if field.id in ONE_ONLY else value)
    text = str(value)
    if field.id == "presentation_resume" and len(text) > SUMMARY:
        return text[: SUMMARY - 3] + "..."
    return text


def rows(places: Iterable[Published]) -> tuple[list[Row], list[Remark]]:
    """Return the rows that the schema accepts, by id, and what was left out: a whole place, or one of its
    cells.

    A place that lacks a required column, or holds an impossible one, is left out; an optional cell the schema
    refuses is emptied; a place without pivot has the number that says so; two places of one id have their
    public ids instead.
    """
    valid_rows: list[Row] = []
    remarks: list[Remark] = []
    in_order = ordered(places)
    written = [cells(place) for place in in_order]
    ids = _unique({place.id: row["id"] for place, row in zip(in_order, written, strict=True)})
    for index, (place, row) in enumerate(zip(in_order, written, strict=True), 1):
        faults, good = _checked(row)
        if row["id"] != ids[place.id]:
            faults.append(
                (
                    "id",
                    f"identifiant « {row['id']} » donné aussi à un autre lieu, remplacé par {ids[place.id]}",
                )
            )
            row["id"] = ids[place.id]
        remarks += [Remark(index, place.id, place.name, column, message) for column, message in faults]
        if good:
            valid_rows.append(row)
    return valid_rows, remarks


def _unique(ids: dict[str, str]) -> dict[str, str]:
    """Return the id to write for each public id: the one of its source, or the public one when two places
    share it.
    """
    while twice := {name for name, n in Counter(ids.values()).items() if n > 1}:
        ids = {public: public if name in twice else name for public, name in ids.items()}
    return ids


def _checked(row: dict[str, str]) -> tuple[list[tuple[str, str]], bool]:
    """Return the faults of a row, column by column, emptying optional cells, and True if the row is still
    valid.
    """
    row["pivot"] = row["pivot"] or UNKNOWN_PIVOT
    faults, good = [], True
    for column, rule in CONSTRAINTS.items():
        value = row[column]
        if not value and rule["required"]:
            faults.append((column, f"{MISSING[column]}, colonne exigée par le format"))
            good = False
        elif value and column in COLUMN_REGEX and not COLUMN_REGEX[column].fullmatch(value):
            refused = f"{offer.fields()[column].label} « {value} » : forme refusée par le format"
            if column == "pivot":
                row[column] = UNKNOWN_PIVOT
                faults.append((column, f"{refused}, remplacé par {UNKNOWN_PIVOT}"))
            elif rule["required"]:
                faults.append((column, refused))
                good = False
            else:
                row[column] = ""
                faults.append((column, f"{refused}, colonne laissée vide"))
    return faults, good


def decimal(number: float) -> str:
    """Return a number with the digits it has, without exponent.

    >>> decimal(43.52609), decimal(0.00001)
    ('43.52609', '0.00001')
    """
    return format(Decimal(repr(number)), "f")


def to_json(table_rows: Iterable[Row]) -> list[dict[str, str | float]]:
    """Return the JSON twin: the same 32 keys, absent when empty; coordinates are numbers, several values
    stay parted by |.
    """
    numbers = ("latitude", "longitude")
    return [
        {name: float(value) if name in numbers else value for name, value in row.items() if value}
        for row in table_rows
    ]


def file_name(*, on: date, producer: str, territory: str, suffix: str) -> str:
    """Return the name the standard recommends. producer: its SIRET or RNA; territory: its name, with or
    without accents.

    >>> file_name(on=date(
    ...     2022, 7, 25), producer="24330031600011", territory="Bordeaux Métropole", suffix="csv")
    '2022-07-25_24330031600011_lieux-de-mediation-numerique_BordeauxMetropole.csv'
    """
    place = "".join(word.capitalize() for word in plain(territory).split())
    return f"{on.isoformat()}_{producer}_lieux-de-mediation-numerique_{place}.{suffix}"


def write(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write the file, JSON when its name ends so and CSV otherwise; return in French what was left out."""
    valid_rows, remarks = rows(places)
    write_whole(path, as_json(to_json(valid_rows)) if path.suffix == ".json" else as_csv(COLUMNS, valid_rows))
    return [remark.sentence for remark in remarks]
