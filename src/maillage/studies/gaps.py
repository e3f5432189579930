"""Who needs an offer that nobody gives nearby, zone by zone; what opening or closing a place would change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from maillage.engine import reach as engine
from maillage.engine import siting
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.offer import diagnosis_lines
from maillage.reference.parameters import numbers
from maillage.studies import centres as middles
from maillage.studies import reach
from maillage.studies.reach import EVERYBODY, Ground, Place, Reach
from maillage.studies.shapes import DEGREE_IN_METRES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]

METHOD, METHOD_SITES = "manques", "implantation"
MOST = 50.0  # percent of the people in need: more than half of them
SCARCE = 0.5  # of the offer per person of the whole
NOTABLE = 0.1  # share of the need from which a doubt is told
NEAR_CONTOUR = 100.0  # metres: contours of two sources do not quite meet
MANY_CANDIDATES = 20_000  # beyond, the greedy choice and its gap


# ------------------------------------------------------------------------------------------------------- what is here


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What is offered for 1 000 people in need, once shared between all who may walk to it.

    basis: `places-heures` (people at once × hours a week) when every place says both, else `lieux` (places counted).
    """

    value: float
    low: float
    high: float
    basis: str
    universe: str
    n: int
    method: str = METHOD
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One line of the offer in a zone, for one public.

    inside: places of the zone that give it to this public; perhaps: those that may be there, their address unknown;
    reserved: those of the zone that give it to other publics only.
    """

    reach: Reach
    inside: int
    perhaps: int
    reserved: int
    supply: Supply | Withheld


@dataclass(frozen=True, slots=True)
class Missing:
    """What a zone lacks: the line of the offer ('' for the zone as a whole), why, and the rule that says it."""

    offer: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneGaps:
    """Every line of the offer in one zone, or in all of them (code ''), and what it lacks.

    cell: its cell in the diagnosis (aucune, numerique, sociale, les_deux), None when it has none.
    missing: every rule that holds, the strongest first.
    """

    code: str
    name: str
    gaps: Mapping[str, Gap]
    cell: str | None
    missing: tuple[Missing, ...] = ()

    @property
    def told(self) -> tuple[Missing, ...]:
        """The strongest reason for each line of the offer, those of the zone as a whole left out."""
        first: dict[str, Missing] = {}
        for missing in self.missing:
            first.setdefault(missing.offer, missing)
        return tuple(first[line] for line in self.gaps if line in first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The whole answer for one public. nowhere: ids of places that nothing locates: they are near nobody.

    doubts: what the figures of this ground do not see, in French sentences.
    """

    public: str
    zones: tuple[ZoneGaps, ...]
    whole: ZoneGaps
    nowhere: tuple[str, ...]
    doubts: tuple[str, ...]

    def zone(self, code: str) -> ZoneGaps:
        return next(zone for zone in self.zones if zone.code == code)

    def where(self, rule: str, offer: str | None = None) -> tuple[str, ...]:
        """Return the codes of the zones where a rule holds, for one line of the offer or for any."""
        return tuple(z.code for z in self.zones if any(m.rule == rule and offer in (None, m.offer) for m in z.missing))


# -------------------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that finds gaps. `holds` reads a zone, the whole, and one line of the offer ('' for a rule of zones).

    sentence: what is missing; condition: when the rule holds, in words.
    """

    id: str
    sentence: str
    condition: str
    holds: Callable[[ZoneGaps, ZoneGaps, str], bool]
    offers: tuple[str, ...] = ("",)


NO_PLACE = {
    "wifi": "Aucun wifi ouvert à tous dans la zone.",
    "libre_acces_autonome": "Aucun lieu d’accès libre autonome dans la zone.",
    "libre_acces_accompagne": "Aucun lieu d’accès libre accompagné dans la zone.",
    "formation": "Aucune formation dans la zone.",
    "equipement_solidaire": "Aucun équipement solidaire dans la zone.",
    "reparation": "Aucun lieu de réparation dans la zone.",
    "assistance": "Aucune aide aux démarches dans la zone.",
    "orientation": "Aucun lieu qui oriente dans la zone.",
}


def _empty(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.inside + gap.perhaps + gap.reserved == 0


def _reserved(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.inside + gap.perhaps == 0 and gap.reserved > 0


def _perhaps(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    gap = zone.gaps[offer]
    return gap.inside == 0 and gap.perhaps > 0


def _nobody(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    share = zone.gaps[offer].reach.share
    return isinstance(share, Estimate) and share.high == 0


def _far(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    share = zone.gaps[offer].reach.share
    return isinstance(share, Estimate) and 0 < share.high < MOST


def _edge(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    straight, winding = zone.gaps[offer].reach.straight, zone.gaps[offer].reach.winding
    known = isinstance(straight, Estimate) and isinstance(winding, Estimate)
    return known and straight.value >= MOST > winding.value  # type: ignore[union-attr]


def _unsure(zone: ZoneGaps, _: ZoneGaps, offer: str) -> bool:
    reached, unsure = zone.gaps[offer].reach.reached, zone.gaps[offer].reach.unsure
    known = isinstance(reached, Estimate) and isinstance(unsure, Estimate)
    return known and 2 * unsure.value > reached.value  # type: ignore[union-attr]


def _scarce(zone: ZoneGaps, whole: ZoneGaps, offer: str) -> bool:
    here, everywhere = zone.gaps[offer].supply, whole.gaps[offer].supply
    known = isinstance(here, Supply) and isinstance(everywhere, Supply)
    return known and 0 < here.high < SCARCE * everywhere.value  # type: ignore[union-attr]


def _no_free_access(zone: ZoneGaps, whole: ZoneGaps, _: str) -> bool:
    return all(_empty(zone, whole, offer) for offer in ("libre_acces_autonome", "libre_acces_accompagne"))


def _cell(name: str) -> Callable[[ZoneGaps, ZoneGaps, str], bool]:
    return lambda zone, _, __: zone.cell == name


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, the strongest first."""
    lines = tuple(diagnosis_lines())
    return (
        Rule(
            "personne-a-portee",
            "Aucun lieu à portée de marche, environ.",
            "À aucun tirage, une personne concernée n’a de lieu à 30 minutes à pied.",
            _nobody,
            lines,
        ),
        Rule(
            "hors-de-portee",
            "Plus de la moitié des personnes concernées n’ont aucun lieu à portée de marche.",
            "La borne haute de la part à portée est sous 50 %, sans être nulle.",
            _far,
            lines,
        ),
        Rule(
            "portee-incertaine",
            "La plupart n’ont à portée que des lieux dont l’adresse n’est pas connue.",
            "Plus de la moitié des personnes à portée ne le sont que par des lieux connus par leur commune seule.",
            _unsure,
            lines,
        ),
        Rule(
            "a-la-limite",
            "À la limite de la marche : tout dépend du chemin.",
            "La moitié des personnes sont à portée par des chemins directs (détour de 1,2), moins par des chemins sinueux (1,4).",
            _edge,
            lines,
        ),
        Rule(
            "offre-rare",
            "Moitié moins d’offre par personne concernée que dans l’ensemble.",
            "La borne haute de l’offre pour 1 000 personnes concernées est sous la moitié de celle de l’ensemble.",
            _scarce,
            lines,
        ),
        Rule(
            "reserve",
            "Les lieux de la zone sont réservés à certains publics.",
            "Chaque lieu de la zone qui donne cette offre la garde pour un public.",
            _reserved,
            lines,
        ),
        Rule(
            "lieu-mal-situe",
            "Peut-être un lieu dans la zone : son adresse n’est pas connue.",
            "Le seul lieu possible n’est connu que par sa commune.",
            _perhaps,
            lines,
        ),
        *(
            Rule(
                f"sans-{line.replace('_', '-')}",
                NO_PLACE[line],
                "Aucun lieu recensé dans la zone ne dit donner cette offre. Un lieu de la zone voisine peut être à pied.",
                _empty,
                (line,),
            )
            for line in lines
        ),
        Rule(
            "sans-acces-libre",
            "Aucun accès libre, ni autonome ni accompagné, dans la zone.",
            "Aucun lieu recensé dans la zone ne dit avoir d’ordinateurs en libre accès.",
            _no_free_access,
        ),
        Rule(
            "precarite-numerique-non-sociale",
            "Précarité numérique forte, précarité sociale non.",
            "Classe numérique forte ou très forte (deux cinquièmes des zones les plus touchées), classe sociale moyenne ou moins.",
            _cell("numerique"),
        ),
        Rule(
            "precarite-sociale-non-numerique",
            "Précarité sociale forte, précarité numérique non.",
            "Classe sociale forte ou très forte, classe numérique moyenne ou moins.",
            _cell("sociale"),
        ),
        Rule(
            "deux-precarites",
            "Les deux précarités sont fortes.",
            "Classes numérique et sociale fortes ou très fortes toutes les deux.",
            _cell("les_deux"),
        ),
    )


# --------------------------------------------------------------------------------------------------------------- gaps


def gaps(g: Ground, *, public: str = EVERYBODY, cells: Mapping[str, str | None] | None = None) -> Gaps:
    """Return what each zone lacks of each line of the offer, for one public.

    cells: by code of zone, its cell in the diagnosis: two rules read it.
    Figures of a public are persons of that public in need, never a share of those in need who belong to it.
    """
    inside, perhaps = _counts(g)
    by_line = {line: _line(g, line, public, inside, perhaps) for line in diagnosis_lines()}
    rows = [
        ZoneGaps(
            code=code, name=name, gaps={line: found[i] for line, found in by_line.items()}, cell=(cells or {}).get(code)
        )
        for i, (code, name) in enumerate(g.names())
    ]
    whole = rows[-1]
    zones = tuple(replace(zone, missing=_missing(zone, whole)) for zone in rows[:-1])
    return Gaps(
        public=public,
        zones=zones,
        whole=replace(whole, missing=_missing(whole, whole)),
        doubts=_doubts(whole, g),
        nowhere=tuple(p.id for p, centre in zip(g.places, g.where.centre, strict=True) if np.isnan(centre).any()),
    )


def _doubts(whole: ZoneGaps, g: Ground) -> tuple[str, ...]:
    first = next(iter(whole.gaps.values())).reach
    vague = any(not sure and not np.isnan(at).any() for sure, at in zip(g.where.sure, g.where.centre, strict=True))
    held = (
        (True, "Distances à vol d’oiseau allongées de 30 %, hors relief, coupures et transports."),
        (
            first.coarse >= NOTABLE,
            "Là où le contour des quartiers manque, les habitants sont répandus également dans leur commune : la part à "
            "portée y est sans doute trop basse.",
        ),
        (vague, "Des lieux dont l’adresse n’est pas connue sont placés au hasard dans leur commune, à chaque tirage."),
        (first.unplaced > 0, "Des habitants dont rien ne situe le quartier ne sont comptés ni à portée ni hors de portée."),
    )
    return tuple(sentence for holds, sentence in held if holds)


def _missing(zone: ZoneGaps, whole: ZoneGaps) -> tuple[Missing, ...]:
    return tuple(
        Missing(offer, rule.sentence, rule.id)
        for rule in rules()
        for offer in rule.offers
        if rule.holds(zone, whole, offer)
    )


def _line(g: Ground, line: str, public: str, inside: Flags, perhaps: Flags) -> list[Gap]:
    """Return one line of the offer in each zone, then in all of them."""
    serves, gives = g.serving(line, public), np.array([line in place.offers for place in g.places], dtype=bool)
    supplies = supply(g, line, public)
    return [
        Gap(
            reach=found,
            inside=int((inside[:, i] & serves).sum()),
            perhaps=int((perhaps[:, i] & serves).sum()),
            reserved=int((inside[:, i] & gives & ~serves).sum()),
            supply=supplies[i],
        )
        for i, found in enumerate(reach.reach(g, line, public))
    ]


def supply(g: Ground, line: str, public: str = EVERYBODY) -> list[Supply | Withheld]:
    """Return what each zone, then all of them, can count on for 1 000 people in need (floating catchments on foot).

    A place whose address is not known is shared out over the points where it may be.
    """
    kept = g.serving(line, public)
    offered = np.array([place.capacity * place.hours for place in g.places], dtype=np.float64)
    basis = "lieux" if np.isnan(offered[kept]).any() or not kept.any() else "places-heures"
    capacity = np.where(kept, offered if basis == "places-heures" else 1.0, 0.0)
    minutes = sparse.csr_array(
        (
            engine.minutes(engine.walked(g.near.data, g.walk.detour), g.walk.pace),
            g.near.indices,
            g.near.indptr,
        ),
        shape=g.near.shape,
    )
    weights = dict(zip(numbers("reach/bands"), numbers("reach/band_weights"), strict=True))
    spots = np.bincount(g.where.place, minlength=len(g.places))
    of_place = sparse.csr_array(
        (1 / spots[g.where.place], (np.arange(len(g.where.place)), g.where.place)),
        shape=(len(g.where.place), len(g.places)),
    )
    near = (g.areas.mean @ engine.nearness(minutes, g.walk.minutes, weights) @ of_place).tocsr()
    draws = np.asarray(g.areas.need[public], dtype=np.float64)
    need = np.column_stack((draws.mean(axis=1), draws))  # the value is that of the mean need: it shares the exact offer
    counted = g.by_zone(need * engine.shared(need, capacity, near))
    people = g.by_zone(need)
    per_1000 = 1000 * np.divide(counted, people, out=np.zeros(people.shape), where=people > 0)
    told = reach.figures(g, METHOD)(per_1000[:, 1:])
    return [_supply(figure, value, basis) for figure, value in zip(told, per_1000[:, 0].tolist(), strict=True)]


def _supply(figure: Figure, value: float, basis: str) -> Supply | Withheld:
    if isinstance(figure, Withheld):
        return figure
    return Supply(
        value=value,
        low=figure.low,
        high=figure.high,
        basis=basis,
        universe=figure.universe,
        n=figure.n,
        sources=figure.sources,
    )


def _counts(g: Ground) -> tuple[Flags, Flags]:
    """Return (places, zones + 1) whether each place is in the zone, and whether it may be without being sure."""
    found = located(g)
    zones = np.append(g.zone_of, -1)
    inside = np.zeros((len(g.places), len(g.zones) + 1), dtype=bool)
    some = np.zeros_like(inside)
    for i, areas in enumerate(found):
        held = np.unique(zones[areas])
        here = held[held >= 0]
        some[i, here] = True
        inside[i, here] = len(held) == 1
        some[i, -1] = bool(len(here))
        inside[i, -1] = bool(len(here)) and len(here) == len(held)
    return inside, some & ~inside


def located(g: Ground) -> list[Positions]:
    """Return, for each place, the areas where it may be; one when its point or its commune tells, none when nothing does.

    A point falls in the contour that holds it. Where areas have no contour of their own, their commune tells.
    """
    by_commune: dict[str, list[int]] = {}
    for column in (g.areas.commune, g.areas.published):
        for position, code in enumerate(column.tolist()):
            members = by_commune.setdefault(code, [])
            if position not in members[-1:]:
                members.append(position)
    drawn = [position for position, shape in enumerate(g.areas.shapes) if shape is not None]
    tree = shapely.STRtree([g.areas.shapes[position] for position in drawn])
    out = []
    for place in g.places:
        found = np.unique(np.array(by_commune.get(place.commune, []), dtype=np.int64))
        if place.is_precise and len(found) != 1:
            point = shapely.Point(place.lon, place.lat)
            close = np.array(
                [drawn[k] for k in tree.query(point, "dwithin", NEAR_CONTOUR / DEGREE_IN_METRES)], dtype=np.int64
            )
            close = close[np.isin(close, found)] if len(found) else close
            if len(close):
                away = shapely.distance(np.array([g.areas.shapes[k] for k in close.tolist()], dtype=object), point)
                found = close[[int(np.argmin(away))]]
        out.append(found)
    return out


# ----------------------------------------------------------------------------------------------------------- what if


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """What a change does to a zone, or to all of them (code ''): people in need newly reached, or lost, and the gap."""

    code: str
    name: str
    moved: Figure
    before: Figure
    after: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What opening or closing places changes, zone by zone and in all."""

    offer: str
    public: str
    zones: tuple[ZoneChange, ...]
    whole: ZoneChange


def opened(g: Ground, offer: str, new: Iterable[Place], public: str = EVERYBODY) -> Change:
    """Return what these new places would bring: people in need newly reached, and who would still lack it.

    Both worlds are drawn with the same numbers: the difference has its own interval, narrower than theirs.
    """
    return _change(g, reach.with_places(g, (*g.places, *new)), offer, public)


def closed(g: Ground, offer: str, ids: Iterable[str], public: str = EVERYBODY) -> Change:
    """Return what closing these places would take: people in need who would lose their only place within reach."""
    gone = set(ids)
    return _change(reach.with_places(g, [p for p in g.places if p.id not in gone]), g, offer, public, losing=True)


def _change(less: Ground, more: Ground, offer: str, public: str, *, losing: bool = False) -> Change:
    low, high = (reach.drawn(ground, ground.serving(offer, public), public) for ground in (less, more))
    before, after = (high, low) if losing else (low, high)
    figures = reach.figures(less, METHOD)
    moved, then, now = (
        figures(draws)
        for draws in (
            reach.left(high.reached, low.reached),
            reach.left(before.placed, before.reached),
            reach.left(after.placed, after.reached),
        )
    )
    zones = tuple(
        ZoneChange(code=code, name=name, moved=moved[i], before=then[i], after=now[i])
        for i, (code, name) in enumerate(less.names())
    )
    return Change(offer=offer, public=public, zones=zones[:-1], whole=zones[-1])


@dataclass(frozen=True, slots=True)
class Spot:
    """A point where something could open, or stop."""

    id: str
    name: str
    lon: float
    lat: float


def without(g: Ground, offer: str, public: str = EVERYBODY) -> tuple[Spot, ...]:
    """Return the places whose address is known and that do not give this offer yet."""
    lacking = ~g.serving(offer, public) & g.where.sure
    return tuple(Spot(p.id, p.name, p.lon, p.lat) for p, keep in zip(g.places, lacking.tolist(), strict=True) if keep)


def middle(g: Ground, areas: Flags) -> tuple[float, float]:
    """Return the middle (lon, lat) of where the residents of some areas (flags) may live."""
    weight = np.where(areas, g.areas.population, 0.0)[g.areas.at] * g.areas.weight
    lon, lat = (g.areas.points * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-9)
    return float(lon), float(lat)


def centres(names: Mapping[str, str]) -> tuple[Spot, ...]:
    """Return the centre of each commune (name by code) that has a contour: not surely its town centre."""
    return tuple(Spot(code, names[code], each.lon, each.lat) for code, each in middles.centres(names).items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A spot, the people in need it adds to those before it, and why it is there."""

    spot: Spot
    gained: Figure
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Where to open, best first: what they bring together, who still lacks it, and how far from the best that may be.

    margin: share that a better choice might still add to people reached; 0 when the choice is proved best (`exact`).
    The spots that bring nothing are left out: there may be fewer than asked.
    """

    spots: tuple[Proposed, ...]
    gained: Figure
    before: Figure
    after: Figure
    margin: float
    exact: bool


FIRST, NEXT = (
    "D’ici, le plus de personnes concernées aujourd’hui hors de portée.",
    "Le plus de celles qui restent hors de portée.",
)
FIRST_STOP = "D’ici, le plus de personnes concernées qu’aucun lieu n’atteint à pied."
NEXT_STOP = "Le plus de celles que ni lieu ni arrêt n’atteint encore à pied."


def best(
    g: Ground, offer: str, spots: Sequence[Spot], n: int, public: str = EVERYBODY, *, seconds: float = 60.0
) -> Proposal:
    """Return the n spots where this offer would newly reach the most people in need.

    The choice is made on mean need, for the usual detour; its figures have their interval. Two spots whose intervals
    overlap are not told apart.
    """
    return _proposal(g, offer, spots, n, public, seconds, (FIRST, NEXT))


def stops(g: Ground, spots: Sequence[Spot], n: int, public: str = EVERYBODY, *, seconds: float = 60.0) -> Proposal:
    """Return the n spots where half a day of a mobile team reaches the most people in need whom no place reaches."""
    return _proposal(g, "", spots, n, public, seconds, (FIRST_STOP, NEXT_STOP))


def _proposal(
    g: Ground, offer: str, spots: Sequence[Spot], n: int, public: str, seconds: float, reasons: tuple[str, str]
) -> Proposal:
    need = g.areas.need[public]
    inside = (g.zone_of >= 0)[g.areas.at]
    now = reach.shares(g, g.serving(offer, public), g.walk.detour)
    lacking = np.where(inside, need.mean(axis=1, dtype=np.float64)[g.areas.at] * g.areas.weight * (1 - now.chance), 0.0)
    at = np.array([(spot.lon, spot.lat) for spot in spots], dtype=np.float64).reshape(len(spots), 2)
    covers = engine.pairs(g.areas.points, at, g.walk.metres / g.walk.detour)
    sites = (
        siting.best_sites(lacking, covers, n, seconds=seconds)
        if len(spots) <= MANY_CANDIDATES
        else siting.greedy(lacking, covers, n)
    )
    chosen = [spots[k] for k in sites.chosen]
    new = [Place(id=f"+{s.id}", name=s.name, lon=s.lon, lat=s.lat, offers=frozenset({offer} - {""})) for s in chosen]
    later = reach.with_places(g, (*g.places, *new))
    serves = later.serving(offer, public)
    worlds = [
        reach.drawn(later, serves & (np.arange(len(serves)) < len(g.places) + k), public) for k in range(len(new) + 1)
    ]
    placed, reached = worlds[0].placed[-1], [world.reached[-1] for world in worlds]
    steps = [reach.left(after, before) for before, after in pairwise(reached)]
    draws = np.array(
        [*steps, reach.left(reached[-1], reached[0]), reach.left(placed, reached[0]), reach.left(placed, reached[-1])]
    )
    figures = reach.figures(g, METHOD_SITES)
    *added, gained, before, after = replace(figures, why=figures.why[-1:] * len(draws), n=figures.n[-1:] * len(draws))(
        draws
    )
    return Proposal(
        spots=tuple(
            Proposed(spot=spot, gained=figure, reason=reasons[min(k, 1)])
            for k, (spot, figure) in enumerate(zip(chosen, added, strict=True))
        ),
        gained=gained,
        before=before,
        after=after,
        margin=sites.gap,
        exact=sites.exact,
    )
