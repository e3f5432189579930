"""Units of a territory with an activity: it is noted by commune, and some communes are cut in zones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.statistics.need import population as frames
from maillage.statistics.zones.territories import gazetteer
from maillage.words.wording import listing


@dataclass(frozen=True, slots=True)
class Unit:
    """Zones that share communes. The activity of one zone is known; that of several, only for all of them,
    whose name is that of their communes.
    """

    zones: tuple[str, ...]
    communes: frozenset[str]
    name: str


def units(study: Study) -> tuple[Unit, ...]:
    """Return the units of a study, each zone in one of them."""
    return _units(study.pk, study.key)


@lru_cache(maxsize=32)
def _units(pk: int, key: str) -> tuple[Unit, ...]:
    commune = frames.sources().rp2021["commune"]
    zones = dossiers.zone_rows(Study.objects.get(pk=pk))
    return together({code: frozenset(map(str, commune[rows].tolist())) for code, rows in zones.items()})


def by_commune(study: Study) -> Mapping[str, int]:
    """Return the rank of the unit that holds each commune of a study."""
    return _by_commune(study.pk, study.key)


@lru_cache(maxsize=32)
def _by_commune(pk: int, key: str) -> Mapping[str, int]:
    return {code: rank for rank, unit in enumerate(_units(pk, key)) for code in unit.communes}


def unlisted_communes(study: Study, listed_communes: Collection[str]) -> frozenset[str]:
    """Return the communes of a study of whose whole intercommunality no place is known, beside others that
    the directory lists; none where it lists none. listed_communes: those with a known place.
    """
    if not listed_communes:
        return frozenset()
    groupings = _groupings(study.pk, study.key)
    return frozenset().union(*(each for each in groupings if each.isdisjoint(listed_communes)))


@lru_cache(maxsize=32)
def _groupings(pk: int, key: str) -> tuple[frozenset[str], ...]:
    """Return the communes of each intercommunality of a study; a commune outside any stands alone."""
    iris = frames.sources().rp2021
    rows = np.unique(np.concatenate(list(dossiers.zone_rows(Study.objects.get(pk=pk)).values())))
    communes: dict[str, set[str]] = {}
    for commune, epci in zip(iris["commune"][rows].tolist(), iris["epci"][rows].tolist(), strict=True):
        communes.setdefault(epci or commune, set()).add(commune)
    return tuple(map(frozenset, communes.values()))


def together(communes: dict[str, frozenset[str]]) -> tuple[Unit, ...]:
    """Return the units that zones make, by code: those that share a commune are together.

    communes: by zone.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for zone, codes in communes.items():
        touched = [group for group in groups if group[1] & codes]
        merged = ({zone}.union(*(group[0] for group in touched)), codes.union(*(g[1] for g in touched)))
        groups = [group for group in groups if group not in touched]
        groups.append((set(merged[0]), set(merged[1])))
    order = {zone: k for k, zone in enumerate(communes)}
    return tuple(
        Unit(tuple(sorted(zones, key=order.__getitem__)), frozenset(codes), _name(codes))
        for zones, codes in sorted(groups, key=lambda group: min(order[zone] for zone in group[0]))
    )


def _name(communes: set[str]) -> str:
    return listing([gazetteer().get(code).name if code in gazetteer() else code for code in sorted(communes)])
