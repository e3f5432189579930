"""Rows of one file that are the same place, put together; those that only look so, told apart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from maillage.reference import offer
from maillage.sources.offer.clean import grid
from maillage.sources.offer.mapping import Correspondence
from maillage.sources.offer.row_reader import Read, Remark, once, value_text

SECOND_KEY = ("telephone", "courriels", "site_web", "horaires", "latitude", "longitude", "pivot", "services")


def with_own_identifiers(
    rows: list[Read], correspondence: Correspondence, columns: Mapping[str, str]
) -> list[Read]:
    """Return rows of which no two have one identifier: what they hold gives their order, not the file's, so
    that the same rows in another order are the same places.
    """
    alike: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if not row.refused:
            alike.setdefault(row.sheet["id"], []).append(at)
    out = list(rows)
    origins = correspondence.fields.get("id", ())
    key = origins[0].columns[0] if origins and origins[0].columns else ""
    for id, many in alike.items():
        ordered = sorted(many, key=lambda at: (_second_key(rows[at].sheet), at)) if len(many) > 1 else ()
        for n, at in enumerate(ordered[1:], 2):
            has_identifier = any(remark.field == "id" for remark in rows[at].remarks)
            reason = (
                "deux lignes portent le même identifiant"
                if has_identifier
                else "deux lignes disent le même lieu"
            )
            remark = Remark(
                columns.get(key, key) if has_identifier else "", "id", "doubtful", id, f"{id}--{n}", reason
            )
            row = rows[at]
            out[at] = replace(row, sheet={**row.sheet, "id": f"{id}--{n}"}, remarks=(*row.remarks, remark))
    return out


def _second_key(sheet: Mapping[str, Any]) -> str:
    """Return the key that separates two places of one name at one address: how to reach them, when, where,
    then all.
    """
    first = [json.dumps(sheet.get(name), sort_keys=True, default=str) for name in SECOND_KEY]
    return json.dumps([first, sheet], sort_keys=True, default=str)


def united(rows: Sequence[Read]) -> list[Read]:
    """Return one row per identifier: the services of a structure, one row each in the file, make one
    place.
    """
    first: dict[str, int] = {}
    out: list[Read] = []
    for row in rows:
        id = row.sheet.get("id", "")
        if row.refused or id not in first:
            if not row.refused:
                first[id] = len(out)
            out.append(row)
            continue
        first_row = out[first[id]]
        sheet, differences = _united(first_row.sheet, row.sheet)
        remarks = (
            Remark("", field, "doubtful", value, became, why) for field, value, became, why in differences
        )
        out[first[id]] = Read(
            first_row.number,
            first_row.line,
            sheet,
            tuple(dict.fromkeys((*first_row.remarks, *row.remarks, *remarks))),
        )
    return out


POINT = ("latitude", "longitude", "precision")
DIFFERS = "une autre ligne du même lieu dit autre chose"
ValueDifference = tuple[str, str, str, str]  # field, value, what it became, why


def _united(
    first_sheet: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[dict[str, Any], list[ValueDifference]]:
    """Return the sheet of two rows of one place together, and the values on which they differ."""
    sheet, differences = dict(first_sheet), list[ValueDifference]()
    for name, value in other.items():
        if sheet.get(name) is None:
            sheet[name] = value
        else:
            sheet[name], more = _value_united(name, sheet[name], value)
            differences += more
    if sans := [practice for practice in sheet.get("sans", ()) if practice not in sheet.get("practices", {})]:
        sheet["sans"] = sans
    else:
        sheet.pop("sans", None)
    return sheet, differences


def _value_united(name: str, first_value: Any, other: Any) -> tuple[Any, list[ValueDifference]]:
    """Return the value of a field from those of two rows, and what the second says otherwise."""
    if name == "practices":
        return _practices_united(first_value, other)
    if isinstance(other, list):
        return once([*first_value, *other]), []
    if first_value == other or name in POINT:
        return first_value, []
    if name == "date_maj":
        return max(first_value, other), []
    if name == "horaires":
        both, why = _hours_united(first_value, other)
        return both, [(name, other["text"], both.get("osm", ""), why)] if why else []
    if offer.fields()[name].kind == "text":
        return first_value if str(other) in str(first_value) else f"{first_value} ; {other}", []
    return first_value, [(name, value_text(other), value_text(first_value), DIFFERS)]


def _practices_united(
    first_practices: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[dict[str, Any], list[ValueDifference]]:
    """Return the practices of two rows; of one that both have, what is offered wins, and other differences
    are told.
    """
    out, differences = dict(first_practices), list[ValueDifference]()
    for practice, practice_fields in other.items():
        before = out.setdefault(practice, practice_fields)
        out[practice] = {**practice_fields, **before}
        if "offered" in (practice_fields["state"], before["state"]):
            out[practice]["state"] = "offered"
        for id in set(practice_fields) & set(before) - {"state"}:
            if practice_fields[id] != before[id]:
                differences.append(
                    (f"{practice}.{id}", value_text(practice_fields[id]), value_text(before[id]), DIFFERS)
                )
    return out, differences


def _hours_united(first_hours: Mapping[str, str], other: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the hours of two rows put together day by day, and why they could not be, '' when they were."""
    tables = [grid.grid_of(each.get("osm", "")) for each in (first_hours, other)]
    text = " ; ".join(once(each.get("text", "") for each in (first_hours, other)))
    two_texts = {
        **first_hours,
        "text": text,
        "left": " … ".join(filter(None, (first_hours.get("left", ""), other.get("text", "")))),
    }
    if tables[0] is None or tables[1] is None:
        return two_texts, DIFFERS
    days = tuple(tuple(sorted({*a, *b})) for a, b in zip(tables[0].days, tables[1].days, strict=True))
    if any(one[1] > two[0] for spans in days for one, two in pairwise(spans)):
        return two_texts, DIFFERS
    osm = grid.osm_of(grid.Grid(days, tables[0].holidays_off or tables[1].holidays_off))
    unread_text = " … ".join(filter(None, (first_hours.get("left", ""), other.get("left", ""))))
    return {name: value for name, value in (("osm", osm), ("text", text), ("left", unread_text)) if value}, ""
