"""Count the places of each zone, and those of a commune cut in zones that nothing puts in one of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from maillage.reference.offer import diagnosis_lines
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.whereabouts import Place

Key = str | int  # of a place: its sheets, or its stops, share one


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignedPlaces:
    """Places of one commune that may stand in several zones: they count in the whole, in none of its zones.

    commune: its code. n_located: those whose point is known, where the contours of the zones are not. offers:
    by line, how many give it. is_inside: False when a part of their commune is out of the study: they may
    stand there, and count in no total.
    """

    commune: str
    n_places: int
    n_silent: int
    n_located: int
    offers: Mapping[str, int]
    is_inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCounts:
    """The number of places, by code of zone, '' for all of them: a moving place counts once in each zone,
    and once in all. n_unlocated: those counted there whose point is not known; n_perhaps: those that may
    stand there and are counted elsewhere, or nowhere. unassigned: what the whole counts beside its zones.
    """

    n_places: Mapping[str, int]
    n_silent: Mapping[str, int]
    n_vague: Mapping[str, int]
    n_unlocated: Mapping[str, int]
    n_perhaps: Mapping[str, int]
    unassigned: tuple[UnassignedPlaces, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A place: what its sheets have in common, and the zones where it may stand (-1: out of the study)."""

    key: Key
    place: Place
    zones: list[int]

    @property
    def is_assigned(self) -> bool:
        return len(self.zones) == 1

    @property
    def is_inside(self) -> bool:
        return min(self.zones) >= 0


def place_counts(g: Ground, *, silent: frozenset[str], vague: frozenset[str]) -> PlaceCounts:
    """Return how many places stand in each zone, in all, and in the communes that nothing settles more
    closely. silent, vague: ids, as in `Census`.
    """
    every = [
        _Standing(place.same or k, place, zones)
        for k, (place, zones) in enumerate(zip(g.places, g.zones_of_places(), strict=True))
        if zones and max(zones) >= 0
    ]
    mute = _silent_places(g, silent)
    silent_ones = [each for each in every if each.place.id in mute]
    n_unlocated, n_perhaps = _to_locate(g, every)
    return PlaceCounts(
        n_places=_by_zone(g, every),
        n_silent=_by_zone(g, silent_ones),
        n_vague=_by_zone(g, [each for each in every if each.place.id in vague]),
        n_unlocated=n_unlocated,
        n_perhaps=n_perhaps,
        unassigned=_unassigned(every, silent_ones),
    )


def _by_zone(g: Ground, standing: Iterable[_Standing]) -> dict[str, int]:
    """Return how many of these places surely stand in each zone, by code, and in all of them ('')."""
    keys: dict[str, set[Key]] = {code: set() for code, _ in g.names()}
    for row in standing:
        if row.is_inside:
            keys[""].add(row.key)
            if row.is_assigned:
                keys[g.zones[row.zones[0]].code].add(row.key)
    return {code: len(some) for code, some in keys.items()}


def _to_locate(g: Ground, standing: Iterable[_Standing]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many places without a known point are counted in each zone, and how many may stand there."""
    codes = [code for code, _ in g.names()]
    located, unlocated, perhaps = ({code: set[Key]() for code in codes} for _ in range(3))
    for row in standing:
        is_known = row.place.is_precise and row.is_assigned
        keys = located if is_known else unlocated if row.is_assigned else perhaps
        for zone in row.zones:
            if zone >= 0:
                keys[codes[zone]].add(row.key)
        total = located if is_known else unlocated if row.is_inside else perhaps
        total[""].add(row.key)
    return (
        {code: len(unlocated[code] - located[code]) for code in codes},
        {code: len(perhaps[code] - located[code] - unlocated[code]) for code in codes},
    )


def _unassigned(every: Sequence[_Standing], silent: Sequence[_Standing]) -> tuple[UnassignedPlaces, ...]:
    total, mute = _by_commune(every), _by_commune(silent)
    located = _by_commune([each for each in every if each.place.is_precise])
    by_line = {
        line: _by_commune([each for each in every if each.place.serves(line)]) for line in diagnosis_lines()
    }
    return tuple(
        UnassignedPlaces(
            commune=commune,
            n_places=n,
            n_silent=mute[commune, is_inside],
            n_located=located[commune, is_inside],
            offers={line: n_places[commune, is_inside] for line, n_places in by_line.items()},
            is_inside=is_inside,
        )
        for (commune, is_inside), n in sorted(total.items())
    )


def _by_commune(standing: Iterable[_Standing]) -> Counter[tuple[str, bool]]:
    """Return how many of these places may stand in several zones, by commune and whether all these zones are
    of the study. A place is counted in one commune, and in none when another of its sheets stands in a zone.
    """
    rows = sorted(standing, key=lambda standing_: not standing_.is_inside)
    counted = {each.key for each in rows if each.is_assigned}
    counts: Counter[tuple[str, bool]] = Counter()
    for row in rows:
        if row.key not in counted:
            counted.add(row.key)
            counts[row.place.commune, row.is_inside] += 1
    return counts


def _silent_places(g: Ground, sheets: frozenset[str]) -> frozenset[str]:
    """Return the silent sheets of silent places: a moving place with a stop that talks is not one."""
    talking = {place.same for place in g.places if place.same and place.id not in sheets}
    return frozenset(place.id for place in g.places if place.id in sheets and place.same not in talking)
