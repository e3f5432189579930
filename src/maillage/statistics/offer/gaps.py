"""People in need of an offer that no place provides nearby, zone by zone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Figure, Withheld
from maillage.kernel.later import sparse
from maillage.reference.offer import diagnosis_lines
from maillage.reference.parameters import number, numbers
from maillage.reference.travel import CAR, FOOT, HOUR, MOMENTS, WHEELCHAIR
from maillage.statistics.engine import reach as engine
from maillage.statistics.engine.chance import generator
from maillage.statistics.offer import reach
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.gap_rules import METHOD, Gap, Missing, Supply, ZoneGaps, rules
from maillage.statistics.offer.grounds import Ground, with_places
from maillage.statistics.offer.silence import Publishable, publishable
from maillage.statistics.offer.travel import MIDDLE, Travel, on_foot
from maillage.words.dates import in_words
from maillage.words.wording import count, listing, lower_first, shortened
from maillage.words.wording import number as number_text

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STRAIGHT_LINES = (
    "Distances à vol d’oiseau, allongées de 20 à 40 % selon les tirages ; ni relief, ni coupures, ni"
    " transports."
)
ALONG_STREETS = (
    "Distances par les rues (© les contributeurs d’OpenStreetMap, ODbL{day}), à une vitesse qui varie"
    " d’{doubt} selon les tirages{elders} ; {slopes}ni attente, ni transports."
)
ON_WHEELS = (
    " Ni escaliers, ni chemins, ni sols meubles ou défoncés, d’après les étiquettes de la carte : une rue qui"
    " n’en a pas est supposée passer. L’accès de chaque lieu n’est pas compté : lisez sa fiche."
)
ELDERS_WALK = ", et plus lente à partir de 60 ans ({speed} km/h)"
BY_TIMETABLE = (
    "Trajets d’après les horaires de {producers} ({day}), marche et attente comprises : le temps de la"
    " moitié des arrivées {moment}, entre {start} et {end} h ; il varie d’un dixième selon"
    " les tirages. Ni retards, ni lignes à réserver. {hours} À pied : {walks}"
)
STRAIGHT_ELSEWHERE = "Rues inconnues dans {n} : les distances y restent à vol d’oiseau, allongé de 20 à 40 %."
OFF_STREETS = (
    "À plus de {street} m de toute rue où s’arrêter (en mer, sur une autoroute, ou mal placé) : {names}."
    " La distance y reste à vol d’oiseau ; vérifiez le point."
)
MOST_NAMED = 3  # places, in a sentence
NOTABLE = 0.1  # share of the need from which a doubt is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The whole result for one public. nowhere: ids of places that cannot be located: they are near nobody.

    doubts: what these figures cannot take into account, in French sentences.
    """

    public: str
    zones: tuple[ZoneGaps, ...]
    total: ZoneGaps
    nowhere: tuple[str, ...]
    doubts: tuple[str, ...]

    def holds(self, code: str) -> bool:
        """Return True if a zone of the study has a result: not when its filter leaves nobody there."""
        return any(zone.code == code for zone in self.zones)

    def zone(self, code: str) -> ZoneGaps:
        return next(zone for zone in self.zones if zone.code == code)

    def where(self, rule: str, offer: str | None = None) -> tuple[str, ...]:
        """Return the codes of the zones where a rule applies, for one line of the offer or for any."""
        return tuple(
            z.code for z in self.zones if any(m.rule == rule and offer in (None, m.offer) for m in z.missing)
        )


def gaps(g: Ground, *, public: str = EVERYBODY, cells: Mapping[str, str | None] | None = None) -> Gaps:
    """Return which lines of the offer each zone lacks, for one public.

    cells: by code of zone, its cell in the diagnosis: two rules read it.
    Figures of a public are persons of that public in need, never a share of those in need who belong to it.
    """
    inside, perhaps = _counts(g)
    of = reach.totals(g, public)
    by_line = {line: _line(g, line, public, (inside, perhaps), of) for line in diagnosis_lines()}
    rows = [
        ZoneGaps(
            code=code,
            name=name,
            gaps={line: gaps_of_line[i] for line, gaps_of_line in by_line.items()},
            cell=(cells or {}).get(code),
        )
        for i, (code, name) in enumerate(g.names())
    ]
    total = rows[-1]
    zones = tuple(replace(zone, missing=_missing(zone, total, g.travel)) for zone in rows[:-1])
    return Gaps(
        public=public,
        zones=zones,
        total=replace(total, missing=_missing(total, total, g.travel)),
        doubts=_doubts(total, g),
        nowhere=tuple(
            p.id for p, centre in zip(g.places, g.where.centre, strict=True) if np.isnan(centre).any()
        ),
    )


def _doubts(territory: ZoneGaps, g: Ground) -> tuple[str, ...]:
    first = next(iter(territory.gaps.values())).reach
    vague = any(
        not sure and not np.isnan(at).any() for sure, at in zip(g.where.sure, g.where.centre, strict=True)
    )
    sentences = (
        (True, ways(g)),
        (first.coarse >= NOTABLE, _spread_words(g)),
        (
            vague,
            (
                "Des lieux dont l’adresse n’est pas connue sont placés au hasard dans leur commune, à chaque"
                " tirage."
            ),
        ),
        (
            first.unplaced > 0,
            "Des habitants dont rien ne situe le quartier ne sont comptés ni à portée ni hors de portée.",
        ),
    )
    return tuple(sentence for holds, sentence in sentences if holds)


def ways(g: Ground) -> str:
    """Return the sentences on how distances are counted: along streets, or by the crow's flight."""
    if g.timetable is not None and (moment := g.travel.mode.moment):
        day = g.timetable.days[MOMENTS.index(moment)]
        return BY_TIMETABLE.format(
            producers=listing(g.timetable.producers),
            day=in_words(date.fromisoformat(day)) if day else "aucun ce jour-là",
            moment=moment.label,
            start=moment.start // HOUR,
            end=moment.end // HOUR,
            hours=_hours_words(g),
            walks=lower_first(ways(replace(g, timetable=None))),
        )
    n_uncovered, n_zones = int(g.uncovered_zones.sum()), len(g.zones)
    if g.streets is None or g.uncovered_zones.all():
        return STRAIGHT_LINES if g.travel.mode is not CAR else _by_road()
    day = f", {in_words(date.fromisoformat(g.streets.day))}" if g.streets.day else ""
    zones = f"{count(n_uncovered, 'zone')} sur {n_zones}"
    elsewhere = f" {STRAIGHT_ELSEWHERE.format(n=zones)}" if n_uncovered else ""
    doubt = "un quart" if g.travel.mode is CAR else "un dixième"
    elders = ELDERS_WALK.format(speed=number_text(g.by_elders.pace, 1)) if g.by_elders else ""
    off = g.places_off_streets
    if off:
        names = shortened([place.name or place.id for place in off], MOST_NAMED)
        elsewhere += f" {OFF_STREETS.format(street=number_text(number('reach/street')), names=names)}"
    wheels = ON_WHEELS if g.travel.mode is WHEELCHAIR else ""
    slopes = "pentes comprises, " if g.streets.tiles and g.travel.mode is FOOT else "ni relief, "
    words = ALONG_STREETS.format(day=day, doubt=doubt, elders=elders, slopes=slopes)
    return f"{words}{wheels}{elsewhere}"


def _hours_words(g: Ground) -> str:
    """Return the sentence on the places closed at the hours of a way by public transport."""
    n_closed, n_unknown = g.n_closed_and_unknown
    closed = f" ({count(n_closed, 'lieu', 'lieux')})" if n_closed else ""
    unknown = f" ; sans horaires ({count(n_unknown, 'lieu', 'lieux')}), il compte" if n_unknown else ""
    return f"Un lieu fermé à ces heures{closed} ne compte pas{unknown}."


def _spread_words(g: Ground) -> str:
    """Return why nothing says where some residents live in their commune: it has no quarters, or their
    contours are missing.
    """
    lived, lacking = g.zone_of >= 0, g.areas.how == "commune"
    causes = (
        ((g.areas.coarse & ~lacking & lived).any(), "la commune n’est pas découpée en quartiers"),
        ((lacking & lived).any(), "le contour des quartiers manque"),
    )
    return (
        f"Là où {' ou '.join(words for holds, words in causes if holds)}, on ignore où vivent les"
        " habitants : la fourchette y est large."
    )


def _by_road() -> str:
    """Return the assumptions of a way by car, in a sentence."""
    speeds = [f"{speed:.0f}" for speed in numbers("reach/car_speeds")]
    return (
        "Trajets estimés depuis le vol d’oiseau, allongé de 20 à 40 %, sans routes ni relief ; vitesse :"
        f" {', '.join(speeds[:-1])} ou {speeds[-1]} km/h selon la densité de la commune."
    )


def _missing(zone: ZoneGaps, territory: ZoneGaps, by: Travel) -> tuple[Missing, ...]:
    return tuple(
        Missing(offer, rule.sentence, rule.id)
        for rule in rules(by)
        for offer in rule.offers
        if rule.holds(zone, territory, offer)
    )


def _line(g: Ground, line: str, public: str, where: tuple[Flags, Flags], of: reach.Totals) -> list[Gap]:
    """Return one line of the offer in each zone, then in all of them. where: see `_counts`."""
    inside, perhaps = where
    brief = public != EVERYBODY
    serves = g.serving(line, public)
    gives = np.array([line in place.offers for place in g.places], dtype=bool)
    unsaid = g.unsaid(line, public)
    most: list[reach.Reach | None] = [None] * (len(g.zones) + 1)
    most_supplies: list[Supply | Withheld | None] = [None] * len(most)
    if unsaid.any() and line not in g.silence.unasked:
        most = list(reach.reach(g, line, public, serving=serves | unsaid, of=of, brief=brief))
        most_supplies = list(supply(g, line, public, serves | unsaid))
    supplies = supply(g, line, public)
    return [
        Gap(
            reach=zone_reach,
            inside=g.n_places(inside[:, i] & serves),
            perhaps=g.n_places(perhaps[:, i] & serves),
            reserved=g.n_places(inside[:, i] & gives & ~serves),
            unsaid=g.n_places((inside | perhaps)[:, i] & unsaid),
            supply=supplies[i],
            most=most[i],
            most_supply=most_supplies[i],
            is_surveyed=line not in g.silence.unasked,
        )
        for i, zone_reach in enumerate(reach.reach(g, line, public, of=of, brief=brief))
    ]


def supply(
    g: Ground, line: str, public: str = EVERYBODY, serving: Flags | None = None
) -> list[Supply | Withheld]:
    """Return the supply of each zone, then of all of them, per 1 000 people in need (floating
    catchments). serving: (places,) those that serve; by default, those that say they offer this line to this
    public.

    A place whose address is unknown is spread over the points where it may be; a moving place is shared
    between its stops.
    """
    by = g.travel
    serves = g.serving(line, public) if serving is None else serving
    offered = np.array([place.capacity for place in g.places], dtype=np.float64)
    basis = "lieux" if np.isnan(offered[serves]).any() or not serves.any() else "places"
    capacity = np.where(serves, offered if basis == "places" else g.share_of(serves), 0.0)
    minutes = sparse.csr_array(
        (
            engine.minutes(engine.walked(g.near.data, by.detour), by.pace) + by.parking[MIDDLE],
            g.near.indices,
            g.near.indptr,
        ),
        shape=g.near.shape,
    )
    weights = dict(zip(by.bands, by.weights, strict=True))
    spots = np.bincount(g.where.place, minlength=len(g.places))
    of_place = sparse.csr_array(
        (1 / spots[g.where.place], (np.arange(len(g.where.place)), g.where.place)),
        shape=(len(g.where.place), len(g.places)),
    )
    near = (g.areas.mean @ engine.nearness(minutes, by.minutes, weights) @ of_place).tocsr()
    draws = np.asarray(g.areas.need[public], dtype=np.float64)
    need = np.column_stack(
        (draws.mean(axis=1), draws)
    )  # the value is that of the mean need: it shares the exact offer
    counted = g.by_zone(need * engine.shared(need, capacity, near))
    people = g.by_zone(need)
    per_1000 = 1000 * np.divide(counted, people, out=np.zeros(people.shape), where=people > 0)
    figures = reach.figures(g, METHOD)(per_1000[:, 1:])
    return [
        _supply(figure, value, basis) for figure, value in zip(figures, per_1000[:, 0].tolist(), strict=True)
    ]


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
    """Return (places, zones + 1) whether each place is in the zone, and whether it may be without
    certainty.
    """
    inside = np.zeros((len(g.places), len(g.zones) + 1), dtype=bool)
    some = np.zeros_like(inside)
    for i, zones in enumerate(g.zones_of_places()):
        known = [zone for zone in zones if zone >= 0]
        some[i, known] = True
        inside[i, known] = len(zones) == 1
        some[i, -1] = bool(known)
        inside[i, -1] = bool(known) and len(known) == len(zones)
    return inside, some & ~inside


@dataclass(frozen=True, slots=True)
class TownOnFoot:
    """The line that most people surely lack on foot in the dense communes (codes) of a study by car, and how
    many of the same people lack it by car.
    """

    communes: tuple[str, ...]
    offer: str
    on_foot: Publishable
    by_car: Publishable


def town_on_foot(g: Ground) -> TownOnFoot | None:
    """Return the worst line on foot in the dense communes of a study by car; None elsewhere, and where nobody
    lacks a line.
    """
    dense = g.density >= MIDDLE
    town = dense & (g.zone_of >= 0)
    if g.travel.mode is not CAR or not town.any():
        return None
    by_car = replace(g, counted=g.counted * dense)
    walk = on_foot()
    detours = engine.detours(g.areas.n_draws, walk.straight, walk.winding, generator(g.seed, "detour"))
    walked = with_places(replace(by_car, travel=walk, detours=detours), g.places)
    figures = {line: _lacking(walked, line) for line in diagnosis_lines() if line not in g.silence.unasked}
    bounds = {line: (of.low, of.high) for line, of in figures.items() if not isinstance(of, Withheld)}
    worst = max(bounds, key=bounds.__getitem__, default=None)
    if worst is None or bounds[worst][1] < 1:
        return None
    codes = tuple(sorted(set(g.areas.commune[town].tolist())))
    return TownOnFoot(codes, worst, figures[worst], _lacking(by_car, worst))


def _lacking(g: Ground, line: str) -> Publishable:
    """Return the people of all zones without a line within reach, silent places counted as they may be."""
    serves, unsaid = g.serving(line), g.unsaid(line)
    known = reach.reach(g, line, brief=True)[-1].missing
    most = reach.reach(g, line, serving=serves | unsaid, brief=True)[-1].missing if unsaid.any() else None
    return publishable(known, most)


@dataclass(frozen=True, slots=True)
class CommuneGap:
    """Codes of the communes where no place gives a line, and of those where none says so but some may."""

    without: tuple[str, ...]
    unknown: tuple[str, ...]


def by_commune(g: Ground) -> dict[str, CommuneGap]:
    """Return, for each line that the census asked about, the communes of the zones that lack it or may."""
    codes = sorted(set(g.areas.commune[g.zone_of >= 0].tolist()))
    areas_by_commune: dict[str, set[int]] = {code: set() for code in codes}
    for k, areas in enumerate(g.standing):
        for code in set(g.areas.commune[areas].tolist()) & areas_by_commune.keys():
            areas_by_commune[code].add(k)
    gaps_by_line = {}
    for line in diagnosis_lines():
        if line in g.silence.unasked:
            continue
        gives = {k for k, place in enumerate(g.places) if line in place.offers}
        silent = set(np.flatnonzero(g.unsaid(line)).tolist())
        lacking = [code for code in codes if not areas_by_commune[code] & gives]
        unknown = tuple(code for code in lacking if areas_by_commune[code] & silent)
        gaps_by_line[line] = CommuneGap(tuple(code for code in lacking if code not in unknown), unknown)
    return gaps_by_line
