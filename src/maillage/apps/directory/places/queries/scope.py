"""The territory of a request: an official code, or the address of a stored perimeter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

import numpy as np

from maillage.apps.directory.places.queries import districts, published
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import UnknownTerritory
from maillage.publishing.directory.formats.published import Published
from maillage.sources import cog
from maillage.statistics.zones.territories import Kind, Territory, gazetteer
from maillage.statistics.zones.zoning import communes_of, composition

EVERYWHERE = "france"
CHOICES = 6
DATA_GOUV = {
    "commune": "fr:commune:",
    "epci": "fr:epci:",
    "departement": "fr:departement:",
    "region": "fr:region:",
    "france": "country:",
}


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of a stored perimeter: its name, and its IRIS or communes."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A territory, or the part of its places that have some facets. code: official, or the address of a
    perimeter; communes: none for the whole of France.
    """

    code: str
    name: str
    kind: Kind
    communes: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = ()
    facets: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        return self.kind == "france" and not self.facets

    @property
    def folder(self) -> str:
        """The name of what is written about it: its code, then what its places have."""
        return "-".join([self.code, *(facet.replace(":", "-") for facet in self.facets)])

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters that narrow it: `{"qpv": "oui"}`."""
        return dict(facet.split(":") for facet in self.facets)

    @property
    def narrowing(self) -> str:
        """The same, as an address writes them after its path."""
        return f"?{urlencode(self.parameters)}" if self.facets else ""

    @property
    def query(self) -> str:
        """The parameters of an address that leads to it."""
        territory = {} if self.kind == "france" else {"territoire": self.code}
        return f"?{urlencode(territory | self.parameters)}" if territory or self.facets else ""

    @property
    def data_gouv(self) -> str:
        """Its name on data.gouv.fr, '' for what has none there: a perimeter, an établissement territorial."""
        if self.zones or self.kind == "ept":
            return ""
        return DATA_GOUV[self.kind] + ("fr" if self.kind == "france" else self.code.removeprefix("R"))


def of(code: str) -> Scope:
    """Return the territory of a code, or of the address of a stored perimeter; UnknownTerritory otherwise."""
    place = territories.canonical(code or EVERYWHERE)
    perimeter = territories.perimeter(place)
    if perimeter is not None:
        return _of_perimeter(perimeter)
    territory = gazetteer().get(place)
    return Scope(
        code=territory.code, name=territory.long_name, kind=territory.kind, communes=_members(territory)
    )


def typed(text: str) -> tuple[Scope | None, Sequence[Territory]]:
    """Return the territory typed by code or by name; else None, and the possible ones."""
    try:
        return of(text.strip()), ()
    except UnknownTerritory:
        named = territories.perimeters_by_name(text)
        territories_found = gazetteer().find(text, limit=CHOICES)
    exact = [each.code for each in territories.official_namesakes(text) or territories_found]
    codes = [perimeter.slug for perimeter in named] or exact
    return (of(codes[0]), ()) if len(codes) == 1 else (None, territories_found)


def narrowed(scope: Scope, facets: tuple[str, ...]) -> Scope:
    """Return the part of a territory whose places have these facets."""
    if not facets:
        return scope
    return replace(scope, name=f"{scope.name}, {districts.in_words(facets)}", facets=facets)


def places(scope: Scope) -> list[Published]:
    """Return the published places of a territory, by identifier."""
    return published.places(scope.communes, scope.facets)


@lru_cache(maxsize=128)
def _members(territory: Territory) -> tuple[str, ...]:
    rows = cog.communes()
    code = territory.code.removeprefix("R") if territory.kind == "region" else territory.code
    match territory.kind:
        case "france":
            return ()
        case "commune":
            inside = (rows["code"] == code) | (rows["parent"] == code)
        case _:
            inside = rows[territory.kind] == code
    codes: list[str] = rows["code"][np.flatnonzero(inside)].tolist()
    return tuple(codes)


def _of_perimeter(perimeter: Perimeter) -> Scope:
    zones = tuple(Zone(name, codes) for name, codes in composition(perimeter.zones, name=perimeter.file_name))
    communes = communes_of(code for zone in zones for code in zone.codes)
    return Scope(code=perimeter.slug, name=perimeter.name, kind="epci", communes=communes, zones=zones)
