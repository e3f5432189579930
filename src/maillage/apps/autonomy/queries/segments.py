"""The segment of studies that a territory reads in each result of the rule: the default, or what it chose."""

from collections.abc import Mapping
from dataclasses import dataclass

from maillage.apps.autonomy.models import SegmentChoice
from maillage.apps.memberships.access import communes_of, name_of
from maillage.reference import bilan


@dataclass(frozen=True, slots=True)
class Segments:
    """The segment of each result, in words; by: the territory that chose them, "" for the default."""

    labels: Mapping[str, str]
    by: str

    @property
    def source(self) -> str:
        """Where they come from, in words."""
        return f"choisi pour {self.by}" if self.by else "par défaut"


def chosen(place: str) -> dict[str, str]:
    """Return the segment of each result at a territory, the default where it chose nothing."""
    held = dict(SegmentChoice.objects.filter(place=place).values_list("result", "segment"))
    return {id: held.get(id, result.segment) for id, result in bilan.results().items()}


def of_place(place: str) -> Segments:
    """Return the segments as a territory reads them, "" for the default."""
    named = bool(place) and SegmentChoice.objects.filter(place=place).exists()
    labels = {id: bilan.segments()[segment] for id, segment in chosen(place).items()}
    return Segments(labels, name_of(place) if named else "")


def of_commune(commune: str) -> Segments:
    """Return the segments where a commune is: those of the smallest territory around it that chose them."""
    places = list(SegmentChoice.objects.order_by().values_list("place", flat=True).distinct())
    around = []
    for place in places if commune else ():
        communes = communes_of(place)
        if communes is None or commune in communes:
            around.append((len(communes) if communes is not None else float("inf"), place))
    return of_place(min(around)[1] if around else "")
