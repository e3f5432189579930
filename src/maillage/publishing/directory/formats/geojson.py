"""GeoJSON (RFC 7946): a feature for each place, null geometry where we only know the commune."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from maillage.kernel.disk import write_whole
from maillage.publishing.directory.formats import data_inclusion, lmn
from maillage.publishing.directory.formats.published import (
    Published,
    as_json,
    departement,
    freshness,
    ordered,
    point,
)
from maillage.reference import clocks, holidays
from maillage.reference.sheet import Sheet
from maillage.words import opening

DECIMALS = 6  # eleven centimetres
OPEN, CLOSED, UNKNOWN = "ouvert", "ferme", "inconnu"


class Geometry(TypedDict):
    """A point: longitude, then latitude."""

    type: Literal["Point"]
    coordinates: list[float]


class Feature(TypedDict):
    """A place on a map. properties: the columns of the national schema, the score and what a map needs."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: dict[str, str | float]


class Collection(TypedDict):
    """The places of a file, and the box that holds those whose point is known."""

    type: Literal["FeatureCollection"]
    bbox: NotRequired[list[float]]
    features: list[Feature]


def collection(places: Iterable[Published], *, on: date, at: datetime | None = None) -> Collection:
    """Return the FeatureCollection of places, by id: the names of the national schema, plus what a map needs.

    on: the day of the score (0 to 1) and of the freshness (0 to 4). at: a moment with its time zone; when
    given, each feature says whether the place is open then. Longitude comes first, in WGS84, with six
    decimals at most.
    """
    features = [feature(place, on=on, at=at) for place in ordered(places)]
    located = [each["geometry"]["coordinates"] for each in features if each["geometry"]]
    wests, souths = zip(*located, strict=True) if located else ((), ())
    if not located:
        return {"type": "FeatureCollection", "features": features}
    box = [min(wests), min(souths), max(wests), max(souths)]
    return {"type": "FeatureCollection", "bbox": box, "features": features}


def feature(place: Published, *, on: date, at: datetime | None = None) -> Feature:
    """Return the feature of a place; its coordinates are in its geometry alone."""
    located = point(place.sheet)
    known = {
        name: value
        for name, value in lmn.cells(place).items()
        if value and name not in ("latitude", "longitude")
    }
    score = data_inclusion.services(place, on=on)[0]["score_qualite"]
    return {
        "type": "Feature",
        "id": place.id,
        "geometry": {
            "type": "Point",
            "coordinates": [round(located[1], DECIMALS), round(located[0], DECIMALS)],
        }
        if located
        else None,
        "properties": {
            **known,
            "score_qualite": score,
            "fraicheur": freshness(place, on=on),
            **({"etat_ouverture": state(place.sheet, at)} if at else {}),
        },
    }


def state(sheet: Sheet, at: datetime) -> str:
    """Return the state of a place at a moment: ouvert, ferme, or inconnu when its hours do not say.

    Opening « sur rendez-vous » is unknown, since nobody may just come in; so is opening under hours that
    depend on school holidays, for which there is no calendar here. at: aware, read in the place's own time
    zone.
    """
    local_time = at.astimezone(clocks.zone(departement(sheet)))
    if any(
        closing.get("du", "") <= local_time.date().isoformat() <= closing.get("au", "9")
        for closing in sheet.get("fermetures", ())
    ):
        return CLOSED
    hours = holidays.with_local(sheet.get("horaires", {}).get("osm", ""), sheet.get("code_insee", ""))
    state = opening.now(hours, local_time.replace(tzinfo=None)).state
    return {"open": OPEN, "unknown": UNKNOWN}.get(state, CLOSED)


def write(path: Path, places: Sequence[Published], *, on: date, at: datetime | None = None) -> list[str]:
    """Write the file; nothing is ever left out, so the answer is always empty."""
    write_whole(path, as_json(collection(places, on=on, at=at)))
    return []
