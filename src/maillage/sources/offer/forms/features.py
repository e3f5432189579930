"""GeoJSON: a feature becomes a row, its properties beside the latitude and longitude of its geometry."""

import math
from collections.abc import Iterator
from typing import Any

from maillage.sources.offer.forms.flat import MAX_DEPTH, Number, TooDeep, flattened
from maillage.sources.offer.forms.sheet import Remarks

KNOWN = {"type", "geometry", "properties", "bbox"}
WGS84 = ("4326", "CRS84", "4979")
DIGITS = 6  # decimals of a centre: ten centimetres

NOWHERE = "Élément sans géométrie, gardé sans coordonnées"
UNREADABLE = "Géométrie illisible, ligne gardée sans coordonnées"
CENTRED = "Géométrie autre qu’un point, remplacée par le centre de son rectangle"
TYPED = "Coordonnées données en texte, lues comme des nombres"
TWO_PLACES = "Propriété différente de la géométrie, gardée à côté d’elle"


def is_feature(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "Feature"
        and ("geometry" in value or "properties" in value)
    )


def tell_reference(collection: dict[str, Any], remarks: Remarks) -> None:
    """Tell when a collection says that its coordinates are not longitudes and latitudes."""
    name = str(flattened(collection.get("crs"), remarks, "crs", key="crs").get("crs.properties.name", ""))
    if name and not name.endswith(WGS84):
        remarks.say(
            f"Coordonnées annoncées en « {name} », et non en longitude et latitude (WGS 84) : un point qui,"
            " converti, tombe dans sa commune est gardé, et son lieu le dit."
        )


def cells_of(feature: dict[str, Any], remarks: Remarks, where: str) -> dict[str, str]:
    """Return the cells of a feature; those of its geometry are empty when it has none that can be read."""
    cells = flattened(feature.get("properties") or {}, remarks, where)
    extra_members = {key: value for key, value in feature.items() if key not in KNOWN}
    for key, value in extra_members.items():
        for name, text in flattened(value, remarks, where, key=key).items():
            _add(cells, name, text, remarks, where)
    latitude, longitude = _point(feature.get("geometry"), remarks, where)
    _add(cells, "latitude", latitude, remarks, where)
    _add(cells, "longitude", longitude, remarks, where)
    return cells


def _add(cells: dict[str, str], key: str, text: str, remarks: Remarks, where: str) -> None:
    """Add a cell beside the properties; what a property already says otherwise stays, the addition is « key
    (2) ».
    """
    if not cells.get(key):
        cells[key] = text
    elif text and cells[key] != text:
        remarks.count(TWO_PLACES, f"{where}, « {key} »")
        cells[f"{key} (2)"] = text


def _point(geometry: object, remarks: Remarks, where: str) -> tuple[str, str]:
    if geometry is None:
        remarks.count(NOWHERE, where)
        return "", ""
    positions = list(_positions(geometry, 0))
    if not positions:
        remarks.count(UNREADABLE, where)
        return "", ""
    if any(not isinstance(each, Number) for position in positions for each in position):
        remarks.count(TYPED, where)
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        longitude, latitude = positions[0]
        return latitude.strip(), longitude.strip()
    remarks.count(CENTRED, where)
    longitudes, latitudes = zip(*((_number(x), _number(y)) for x, y in positions), strict=True)
    return _middle(latitudes), _middle(longitudes)


def _positions(value: object, depth: int) -> Iterator[tuple[str, str]]:
    """Yield each position, longitude then latitude, however deep a geometry or a collection of them holds
    it.
    """
    if depth > MAX_DEPTH:
        raise TooDeep
    if isinstance(value, dict):
        yield from _positions([value.get("coordinates"), value.get("geometries")], depth + 1)
    elif isinstance(value, list) and len(value) > 1 and all(isinstance(each, str) for each in value[:2]):
        if math.isfinite(_number(value[0])) and math.isfinite(_number(value[1])):
            yield value[0], value[1]
    elif isinstance(value, list):
        for each in value:
            yield from _positions(each, depth + 1)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _middle(values: tuple[float, ...]) -> str:
    return f"{(min(values) + max(values)) / 2:.{DIGITS}f}"
