"""The zones that an action may be for: a whole town or a zone of the network in one choice, or each zone of
the study.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.names import plain
from maillage.publishing.territory.reading import Reading, ZoneRow
from maillage.statistics.zones.territories import gazetteer
from maillage.statistics.zones.zoning import commune_merged_into
from maillage.words.wording import count

COMMUNE = slice(0, 5)  # of the code of an IRIS
ZONE_GROUPS = {  # of the choices: the first pattern that their value matches
    "Vos zones": r"zone-.+-.+",
    "Communes entières": r"commune-\w{5}",
    # a commune that the census does not cut ends with 0000
    "Communes": r"\d[\dAB]\d{3}(0000)?|fusion-\w{5}",
    "Quartiers": r"\d[\dAB]\d{7}",
    "Zones": r".*",
}
CENSUS_AREA = r"\d[\dAB]\d{7}"
WORDS = re.compile(r"[^\W\d_]+")
MOST_SMALL = 3  # letters of an article or of a word that joins
COMMON = frozenset(
    "vallee secteur pays canton quartier zone bassin commune ville centre bourg plaine".split()
)
EVERYWHERE = "tout"  # the choice of the whole territory


@dataclass(frozen=True, slots=True)
class ZoneUnion:
    """Zones of a study that one choice stands for. value: of the choice; codes: of the zones."""

    value: str
    label: str
    codes: frozenset[str]


def towns(reading: Reading) -> list[ZoneUnion]:
    """Return the communes of today that a study cuts into several zones: quarters, or the communes that they
    were in the census; none for a territory that is one commune.
    """
    zones_by_town: dict[str, list[ZoneRow]] = {}
    for zone in reading.zones:
        if re.fullmatch(CENSUS_AREA, zone.code):
            zones_by_town.setdefault(commune_merged_into(zone.code[COMMUNE]), []).append(zone)
    unions = []
    for code, zones in zones_by_town.items():
        if 1 < len(zones) < len(reading.zones):
            is_cut = any(not is_uncut(zone.code) for zone in zones)
            place = next((zone.place for zone in zones if zone.place), "") or gazetteer().get(code).name
            label = f"{place}, toute la commune ({count(len(zones), 'quartier')})" if is_cut else place
            value = f"{'commune' if is_cut else 'fusion'}-{code}"
            unions.append(ZoneUnion(value, label, frozenset(zone.code for zone in zones)))
    return sorted(unions, key=lambda union: (union.label, union.value))


def commune_name(code: str) -> str:
    """Return the name of the commune of a census area; the code itself where it is none."""
    try:
        return gazetteer().get(commune_merged_into(code[COMMUNE])).name
    except UnknownTerritory:
        return code


def is_uncut(code: str) -> bool:
    """Return True for the code of a commune that the census does not cut."""
    return code.endswith("0000")


def network_zones(place: str) -> list[ZoneUnion]:
    """Return the zones that perimeters draw in a territory, as the zones of its study make them up; a zone
    whose edge cuts one of these is left out. Its perimeter is named where another zone has its name.
    """
    study = dossiers.latest(place)
    if study is None:
        return []
    rows_by_zone, unions = dossiers.zone_rows(study), []
    for perimeter in Perimeter.objects.filter(code=place).order_by("name", "pk"):
        try:
            drawn = dossiers.drawn_zones(perimeter)
        except Refused:
            continue  # its file names what the census no longer has: its own page says so
        for zone in drawn:
            if codes := _made_of(rows_by_zone, zone.rows):
                unions.append((perimeter, zone, codes))
    names = Counter(row.name for row in dossiers.reading(study).zones) if unions else Counter[str]()
    names.update(zone.name for _, zone, _ in unions)
    return [
        ZoneUnion(
            f"zone-{perimeter.slug}-{zone.code}",
            zone.name if names[zone.name] == 1 else f"{zone.name} ({perimeter.name})",
            codes,
        )
        for perimeter, zone, codes in unions
    ]


def zones_in(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes of the zones that a text names, among names by code: in full, with capitals or not
    where a name has several words, or by the words of a name that say which, each with its capital.

    >>> zones_in("Un bus dans le Rabodeau et à Anould", {"A": "Vallée du Rabodeau", "B": "Anould"})
    ('A', 'B')
    >>> zones_in("Côte de Granit rose", {"A": "Trégor rural", "B": "Côte de Granit rose"})
    ('B',)
    >>> zones_in("Un annuaire papier", {"A": "Le Papier", "C": "Centre"})
    ()
    """
    full = f" {plain(text)} "
    capitalised = {word for each in WORDS.findall(text) if each[0].isupper() for word in plain(each).split()}
    return tuple(
        code
        for code, name in names.items()
        if ((is_full := f" {plain(name)} " in full) and " " in plain(name))
        or (
            capitalised >= (own := {word for word in plain(name).split() if len(word) > MOST_SMALL} - COMMON)
            and (own or is_full)
        )
    )


def zone_parts(place: str, study: Study) -> dict[str, frozenset[str]]:
    """Return the zones of the plan of a place that make up each zone of another study of its residents;
    none for the study of that place, whose zones are those of the plan, nor for a zone whose edge cuts one.
    """
    own = dossiers.latest(place) if study.place != place else None
    if own is None:
        return {}
    rows_by_zone = dossiers.zone_rows(own)
    parts = {code: _made_of(rows_by_zone, rows) for code, rows in dossiers.zone_rows(study).items()}
    return {code: codes for code, codes in parts.items() if codes}


def _made_of(rows_by_zone: Mapping[str, NDArray[np.int64]], rows: NDArray[np.int64]) -> frozenset[str]:
    """Return the codes of the zones that make up some areas, none where one of them goes beyond."""
    inside = {code: own for code, own in rows_by_zone.items() if np.isin(own, rows).all()}
    return frozenset(inside) if sum(own.size for own in inside.values()) == rows.size else frozenset()


def kind_of(value: str) -> str:
    """Return the group of a choice.

    >>> kind_of("zone-nord-1"), kind_of("commune-01053"), kind_of("x")
    ('Vos zones', 'Communes entières', 'Zones')
    >>> kind_of("013440000"), kind_of("010530101")
    ('Communes', 'Quartiers')
    """
    return next(name for name, pattern in ZONE_GROUPS.items() if re.fullmatch(pattern, value))


def codes_of(values: Iterable[str], unions: Iterable[ZoneUnion]) -> list[str]:
    """Return the codes of the zones that some choices stand for, each once."""
    codes_by_value = {union.value: sorted(union.codes) for union in unions}
    return list(dict.fromkeys(code for value in values for code in codes_by_value.get(value, [value])))


def choices_of(codes: Collection[str], unions: Sequence[ZoneUnion]) -> list[str]:
    """Return the fewest choices that stand for some zones, the widest first.

    >>> north = ZoneUnion("zone-nord", "Nord", frozenset("AB"))
    >>> choices_of(["A", "B", "C"], [north]), codes_of(["zone-nord", "C"], [north])
    (['zone-nord', 'C'], ['A', 'B', 'C'])
    """
    remaining = list(codes)
    values = []
    for union in sorted(unions, key=lambda union: -len(union.codes)):
        if union.codes <= set(remaining):
            values.append(union.value)
            remaining = [code for code in remaining if code not in union.codes]
    return [*values, *remaining]
