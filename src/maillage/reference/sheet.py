"""The sheet of a place: what is known of it, field by field, as plain values that any store can keep.

A sheet is a mapping from the fields of `reference/offer/fields.yaml` to:

- text (kinds key, name, line, text, street, commune, postcode, insee, pivot): str;
- latitude, longitude: float, WGS84 degrees;
- typologie: codes of the national list; `type_origine` keeps the words of the file;
- telephone, courriels, site_web, fiche_acces_libre, prise_rdv, lines: list of str;
- horaires: {"osm", "text", "left"}: valid OSM hours, the original text, what was not understood;
- date: "AAAA-MM-JJ"; list: slugs of the closed list; yesno: bool; whole: int;
- fermetures: list of {"du", "au", "motif"};
- "precision": metres of doubt around the point, absent when the point is given by the file;
- "sans": the practices that the place says it does not give, absent from "practices";
- "practices": {practice: {"state": "offered" | "planned" | "ended", and its conditions}}.

A field that nobody filled is absent: never '', None or an empty list.
"""

from collections.abc import Mapping
from typing import Any

Sheet = Mapping[str, Any]

STATES = {"offered": "proposé", "planned": "en projet", "ended": "arrêté"}


def dated(sheet: Sheet) -> str:
    """Return the day the sheet was last confirmed, '' when unknown."""
    return str(sheet.get("date_maj", ""))


def practices(sheet: Sheet) -> dict[str, dict[str, Any]]:
    """Return the practices of a place: those it says, and those its services imply; what it says wins, were
    it “no”.
    """
    without = sheet.get("sans", ())
    return {
        **{id: held for id, held in implied(sheet).items() if id not in without},
        **sheet.get("practices", {}),
    }


def implied(sheet: Sheet) -> dict[str, dict[str, Any]]:
    """Return the practices that the nine services of the national schema imply, none guessed beyond their
    words.
    """
    services = set(sheet.get("services", ()))
    ways = [way for way in sheet.get("modalites_accompagnement", ()) if way in ("alone", "person", "group")]
    found: dict[str, dict[str, Any]] = {}
    if "access" in services:
        found["libre_acces"] = _with({"accompagnement": [way for way in ways if way != "group"]})
    if "equipment" in services:
        found["vente"] = _with({})
    if "procedures" in services:
        found["assistance"] = _with({"accompagnement": [way for way in ways if way == "person"]})
    if services & {"everyday", "work", "safety", "parenting", "leisure", "understanding"}:
        found["formation"] = _with({"accompagnement": [way for way in ways if way != "alone"]})
    return found


def _with(conditions: dict[str, Any]) -> dict[str, Any]:
    return {"state": "offered", **{name: value for name, value in conditions.items() if value}}
