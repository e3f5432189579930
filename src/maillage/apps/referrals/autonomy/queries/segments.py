"""The segment of studies that a territory reads in each result of the rule: the default, or what it chose."""

from collections.abc import Mapping
from dataclasses import dataclass

from maillage.apps.directory.memberships.access import communes_of, name_of
from maillage.apps.referrals.autonomy.models import SegmentChoice
from maillage.reference import bilan


@dataclass(frozen=True, slots=True)
class Segments:
    """The segment of each result, in words; by: the territory that chose them, "" for the default."""

    labels: Mapping[str, str]
    by: str

    @property
    def source(self) -> str:
        """Return their origin, in words."""
        return f"choisi pour {self.by}" if self.by else "par défaut"


Choices = Mapping[str, Mapping[str, str]]


def choices(place: str = "") -> Choices:
    """Return the segment of each result that each territory chose, by place; those of one place alone when it
    is named.
    """
    rows = SegmentChoice.objects.filter(place=place) if place else SegmentChoice.objects.all()
    by_place: dict[str, dict[str, str]] = {}
    for where, result, segment in rows.values_list("place", "result", "segment"):
        by_place.setdefault(where, {})[result] = segment
    return by_place


def chosen(place: str, among: Choices | None = None) -> dict[str, str]:
    """Return the segment of each result at a territory, the default where it chose nothing."""
    own_choices = (choices(place) if among is None else among).get(place, {})
    return {id: own_choices.get(id, result.segment) for id, result in bilan.results().items()}


def of_place(place: str, among: Choices | None = None) -> Segments:
    """Return the segments as a territory reads them, "" for the default."""
    among = (choices(place) if place else {}) if among is None else among
    labels = {id: bilan.segments()[segment] for id, segment in chosen(place, among).items()}
    return Segments(labels, name_of(place) if place in among else "")


def of_commune(commune: str, among: Choices | None = None) -> Segments:
    """Return the segments where a commune is: those of the smallest territory around it that chose them.
    among: what every territory chose, to read many communes at once.
    """
    among = choices() if among is None else among
    covering = []
    for place in among if commune else ():
        communes = communes_of(place)
        if communes is None or commune in communes:
            covering.append((len(communes) if communes is not None else float("inf"), place))
    return of_place(min(covering)[1] if covering else "", among)
