"""Units of a territory with an activity: it is noted by commune, and some communes are cut in zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.studies.diagnosis.territories import gazetteer
from maillage.studies.need import population as frames
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
