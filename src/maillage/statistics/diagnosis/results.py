"""The answer of a diagnosis, for the whole and for each zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Figure, Withheld
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.need import context, doubt
from maillage.statistics.need.model import Model
from maillage.statistics.need.social import Social
from maillage.statistics.survey.local_survey import Composite
from maillage.statistics.zones.shapes import Shapes
from maillage.statistics.zones.zoning import Zone

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
LEVEL_NAMES = ("exclusion", "precarite_forte", "precarite_faible", "autonomie")


CLASS_NAMES = ("tres_faible", "faible", "moyenne", "forte", "tres_forte")


CELL_NAMES = ("aucune", "numerique", "sociale", "les_deux")


OUTSIDE = "Hors du filtre : aucun de ses habitants n’est compté."


def is_firm(odds: float | None) -> bool:
    """Decide if a zone may be named in a class or a cell: its probability is high enough."""
    return (odds or 0.0) >= number("protection/firm_class")


@dataclass(frozen=True, slots=True)
class Spread:
    """A count or a share that changes from draw to draw: its mean, its 5th and 95th centiles."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CellSpread:
    """A cell of the joint map once the doubt on classes is counted: zones (how many), residents
    (share, 0 to 1).
    """

    zones: Spread
    residents: Spread


@dataclass(frozen=True, slots=True)
class ZoneShare:
    """A zone and its shares of the territory, 0 to 1: of the people concerned, of the residents."""

    code: str
    need: float
    residents: float


@dataclass(frozen=True, slots=True)
class Where:
    """The distribution of the people concerned, against that of residents.

    zones: those that hold more than their share beyond doubt, in the order of the study; need: the share of
    the need that they hold together. half: the smallest share of residents whose zones hold half of the need,
    0.5 where both are spread alike.
    """

    verdict: Literal["concentre", "reparti", "inconnu"]
    zones: tuple[ZoneShare, ...]
    half: Spread
    need: Spread


Level = Literal["commune", "departement", "region"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """The need of the part of a territory that is in one commune, one département or one région.

    zones: the codes of the zones that have an area there. need_share: share of the need of the territory, 0
    to 1; residents: share of its residents; is_above: it holds more than its share beyond doubt. Figures are
    Withheld under 50 people aged 15 and over.
    """

    level: Level
    code: str
    name: str
    zones: tuple[str, ...]
    population: float
    need: Figure
    rate: Figure
    need_share: Spread
    residents: float
    is_above: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One census area inside a zone, with its own figure."""

    code: str
    name: str
    need: Figure
    rate: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResult:
    """The result for one zone. Figures are Withheld under 50 people aged 15 and over.

    share_inside: share of its residents that the filter keeps (1 without filter). index, beside metropolitan
    France, index_bounds, at 90 %, index_of_town, its part shared with its commune, rank among the zones,
    relative_rank, beside the mean of the zones, are None when withheld; digital_rank: that of its rate among
    the zones. digital_class and social_class stand beside metropolitan France: no cut of the territory
    changes them; relative_digital_class and relative_social_class, fifths of the zones, are None under five.
    firmness: share of draws in the same digital class; odds, social_odds: probability of each of the five, ()
    when it has none; cell_odds: probability of that cell, None without cell.
    index_levels: for each variable of the index known here, the level at which it is; no_index: why it has
    no index, "" when it has.
    rural: share of its residents in communes under 2,000. space: the kind of space of most of them.
    parts: the census areas that make up the zone, largest need first; empty when it is one of them. is_cut:
    whether only the table tells its classes, quarter by quarter: maps draw the commune without any.
    """

    zone: Zone
    population: float
    adults: float
    universe: float
    share_inside: float
    need: Figure
    rate: Figure
    both: Figure
    modest: Figure
    levels: dict[str, Figure]
    bounds: tuple[float, float]
    index: float | None
    index_bounds: tuple[float, float] | None
    index_of_town: float | None
    rank: int | None
    relative_rank: int | None
    digital_rank: int | None
    relative_digital_class: str | None
    relative_social_class: str | None
    digital_class: str | None
    social_class: str | None
    social_odds: tuple[float, ...]
    cell: str | None
    firmness: float | None
    odds: tuple[float, ...]
    cell_odds: float | None
    index_levels: Mapping[str, str]
    no_index: str
    flags: int
    parts: tuple[Part, ...]
    rural: float
    space: str
    is_cut: bool = False

    @property
    def strong_odds(self) -> float:
        """The share of draws in one of the two strongest digital classes, 0 when there is no class."""
        return sum(self.odds[class_engine.STRONG :])

    @property
    def top_odds(self) -> float:
        """The share of draws in the strongest digital class, 0 when there is no class."""
        return self.odds[-1] if self.odds else 0.0

    @property
    def social_firmness(self) -> float | None:
        """The probability of its social class, None when it has none."""
        return self.social_odds[CLASS_NAMES.index(self.social_class)] if self.social_class else None

    @property
    def is_strong_social(self) -> bool:
        """True if it may be named in one of the two strongest classes of social precarity."""
        return is_firm(sum(self.social_odds[class_engine.STRONG :]))

    @property
    def is_outside(self) -> bool:
        """True if the filter counts none of its residents: nothing is known of it, zero would be a figure."""
        return isinstance(self.need, Withheld) and self.need.reason == OUTSIDE

    @property
    def is_likely(self) -> bool:
        """True if the zone may be named in its cell."""
        return is_firm(self.cell_odds)

    @property
    def is_strong(self) -> bool:
        """True if it may be named in one of the two strongest digital classes."""
        return is_firm(self.strong_odds)

    @property
    def is_strongest(self) -> bool:
        """True if it may be named in the strongest digital class."""
        return is_firm(self.top_odds)


@dataclass(frozen=True, slots=True)
class Profile:
    """One group of the territory: how many of its members are concerned, and what part of all those concerned
    they make up.

    people: persons of the group, ordinary housing; concerned: persons, at the central rates scaled to the
    estimate. rate: share concerned among the group; part: share of the group among those concerned (0 to 1),
    both at the central rates, between their centiles.
    """

    breakdown: str
    group: str
    people: float
    concerned: float
    rate: Spread
    part: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The whole answer. Counts are persons, shares 0 to 1, rates in percent.

    model: the need it was drawn from, so that later steps draw from the same one. cell_shares: share of
    residents living in each cell of the joint map, as the map is coloured; cell_spreads: what each cell holds
    from draw to draw, empty without cells. variance: share of the interval's variance each source of
    doubt brings. sensitivity: (region, département, EPCI, area) spreads and the half-width they give, as a
    share. leaders: zones that may have the highest rate (in at least one draw out of twenty), most likely
    first. minima: share of residents in a
    household on RSA or AAH, None where too few areas are known. flat: by base (15+, 18+, total), persons by
    level when the national shares are applied as they are. draws: (draws,) persons in need of the whole,
    unrounded, for comparisons. subtotals: by commune, département and région, where there are several.
    composite: the model and the survey of the request, side by side;
    not_composed: why there is none, "" without a survey. move: (draws,) on the logit, what a survey of the
    territory adds to the need of each area, None when none moved it.
    """

    request: Request
    model: Model
    population: float
    adults: float
    universe: float
    need: Figure
    rate: Figure
    both: Figure
    modest: Figure
    levels: dict[str, Figure]
    poor: Figure
    poor_both: Figure
    both_independent: float
    bounds: tuple[float, float]
    zones: tuple[ZoneResult, ...]
    social: Social
    rate_bounds: tuple[float, ...]
    cell_shares: dict[str, float]
    cell_spreads: dict[str, CellSpread]
    digital_only: tuple[str, ...]
    social_only: tuple[str, ...]
    clusters: tuple[tuple[str, ...], ...]
    leaders: tuple[str, ...]
    where: Where
    profile: tuple[Profile, ...]
    context: tuple[context.Indicator, ...]
    variance: dict[str, float]
    sensitivity: tuple[doubt.Case, ...]
    minima: float | None
    flat: dict[str, dict[str, float]]
    deduced: dict[str, float]
    left_out: tuple[int, float]
    flags: dict[int, float]
    subtotals: tuple[Subtotal, ...]
    draws: Floats
    shapes: Shapes
    composite: Composite | None = None
    not_composed: str = ""
    move: Floats | None = None

    @property
    def is_drawable(self) -> bool:
        """True if most residents live in a zone that has a contour."""
        known = sum(
            r.population for r, shape in zip(self.zones, self.shapes.zones, strict=True) if shape is not None
        )
        return known > 0.9 * self.population

    @property
    def is_crossed(self) -> bool:
        """True if several zones are counted in the cells of the joint map."""
        return len(self.zones) > 1 and any(r.cell for r in self.zones)

    def zone(self, code: str) -> ZoneResult:
        return next(result for result in self.zones if result.zone.code == code)
