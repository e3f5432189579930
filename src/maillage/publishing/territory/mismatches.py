"""The zones whose need is strong and whose offer is short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.publishing.territory.gaps import Gap, lacks
from maillage.publishing.territory.reading import OfferReading, ZoneRow

# The needs of a zone, the heaviest first, as the joint map of both precarities has them.
NEEDS: Mapping[str, str] = {
    "les_deux": "Précarités numérique et sociale élevées",
    "numerique": "Précarité numérique élevée",
    "sociale": "Précarité sociale élevée",
}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A zone whose need is strong and whose offer is short. gaps: its sure lacks, the heaviest first."""

    code: str
    zone: str
    gaps: tuple[Gap, ...]


def mismatches(
    zones: Sequence[ZoneRow], offer: OfferReading | None
) -> list[tuple[str, tuple[Mismatch, ...]]]:
    """Return the zones whose need is very likely strong and that lack a line of the offer for sure, by need:
    both precarities first, then the digital one, then the social one; in each, the zone of the heaviest gap
    first. A zone that may be elsewhere on the joint map is named nowhere.
    """
    lacking: dict[str, list[Gap]] = {}
    for gap in lacks(offer):  # the heaviest first, so in each zone too
        if gap.doubt is None:
            lacking.setdefault(gap.code, []).append(gap)
    cells = {zone.code: zone.cell for zone in zones if zone.is_likely}
    by_need = []
    for cell, label in NEEDS.items():
        cell_mismatches = tuple(
            Mismatch(code, gaps[0].zone, tuple(gaps))
            for code, gaps in lacking.items()
            if cells.get(code) == cell
        )
        if cell_mismatches:
            by_need.append((label, cell_mismatches))
    return by_need
