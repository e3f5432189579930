"""The maps of a diagnosis: digital, social, joint, certainty; its sheet maps; its knitted cover."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate
from maillage.publishing.page import maps
from maillage.publishing.page.maps import Area, Base
from maillage.publishing.territory import certainty, ranges, sentences
from maillage.publishing.territory.labels import CELL_LABELS, CLASS_LABELS, SPACE_LABELS, name_of
from maillage.publishing.territory.offer import bare_communes
from maillage.publishing.territory.reading import SubtotalRow
from maillage.publishing.territory.study_json import geometry
from maillage.reference.offer import diagnosis_lines
from maillage.reference.parameters import number
from maillage.sources import contours
from maillage.statistics.diagnosis.results import CLASS_NAMES, Diagnosis, Subtotal, ZoneResult, is_firm
from maillage.statistics.need import population as frames
from maillage.statistics.need import rurality
from maillage.statistics.need.social_variables import WITH_DISTRICTS
from maillage.statistics.offer import silence, siting
from maillage.statistics.offer.census import Offered, places_in, unlisted_zones
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.silence import Between
from maillage.statistics.offer.whereabouts import Place
from maillage.words import wording
from maillage.words.wording import lower_first

LAYERS = ("numerique", "sociale", "les-deux", "espace", "certitude")
BARE = "sans-lieu"  # the layer of the communes where no place is known
TOWN = "-ville"  # after the name of a layer: its main town alone, larger
TITLES = {
    "numerique": "Part des personnes en précarité numérique, en cinq classes",
    "sociale": "Indice de précarité sociale, en cinq classes",
    "les-deux": "Où les deux précarités se croisent",
    "espace": "Rural, périurbain, urbain",
    "certitude": "À quel point la classe de chaque zone est sûre",
}
SPACES = {rurality.URBAN: "c1", rurality.PERIURBAN: "c2", rurality.RURAL: "c4"}  # one grey scale, no judgment
FIRM = 0.95  # around the share of draws from which a class is held firm
MOST_NAMES = 40
LEAST_QUARTERS = 4  # of a commune drawn again, larger
NO_SHADES: Mapping[str, int] = {}
IS_CUT = "plusieurs quartiers, chacun avec sa classe au tableau"
AnyTotal = TypeVar("AnyTotal", Subtotal, SubtotalRow)
Names = list[tuple[str, shapely.Geometry, float]]
SMALL_LETTERS = 42
OUTLINE = 0.0003  # degrees: the detail of the outline of a town on the map of its territory
ZONE = (  # a zone of a layer, with the patterns that lie over it
    r'<g class="z" data-zone="([^"]*)"><title>([^<]*)</title><path class="zone [^"]*" d="([^"]*)"/>'
    r'(?:<path fill="[^"]*" d="[^"]*"/>)*</g>'
)
SHEET_MARGIN = 0.35  # of the size of a zone, what its sheet shows on each side of it
SHEET_TALLEST = 1.2  # height of that drawing for a width of 1


@dataclass(frozen=True, slots=True)
class Label:
    """A place that a map names: a zone, or the commune of several zones."""

    name: str
    shape: shapely.Geometry
    population: float
    codes: tuple[str, ...]


def nearly() -> float:
    """Return the share of draws from which the class of a zone is held firm."""
    return number("protection/firm_class")


# Where the map of the whole country puts what is overseas, in degrees: a box in the Atlantic for each région.
BOXES = {"01": (-4.4, 46.6), "02": (-4.4, 45.3), "03": (-4.4, 44.0), "04": (-4.4, 42.7)}
BOX = 0.9


def has_boxes(d: Diagnosis) -> bool:
    """Return True if some zones, not all, are overseas: the map then draws these apart, on another scale."""
    overseas = np.isin(_regions(d), list(BOXES))
    return bool(overseas.any() and not overseas.all())


def _regions(d: Diagnosis) -> NDArray[np.str_]:
    """Return (zones,) the région of each."""
    return np.asarray(frames.sources().rp2021["region"][[r.zone.rows[0] for r in d.zones]])


def shapes_of(d: Diagnosis) -> tuple[shapely.Geometry | None, ...]:
    """Return the shape of each zone as maps draw it."""
    if not has_boxes(d):
        return d.shapes.zones
    regions = _regions(d)
    moved = list(d.shapes.zones)
    for region, (x, y) in BOXES.items():
        at = [i for i, shape in enumerate(moved) if regions[i] == region and shape is not None]
        if at:
            for i, shape in zip(at, _boxed([moved[i] for i in at], x, y), strict=True):
                moved[i] = shape
    return tuple(moved)


def _boxed(shapes: list[shapely.Geometry], x: float, y: float) -> list[shapely.Geometry]:
    """Return the shapes moved together around a point and scaled to the height of a box."""
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    own_squeeze, squeeze = np.cos(np.radians((south + north) / 2)), np.cos(np.radians(y))
    scale = BOX / max((east - west) * own_squeeze, north - south)
    centre = np.array([(west + east) / 2, (south + north) / 2])
    stretch = np.array([scale * own_squeeze / squeeze, scale])
    return [
        shapely.transform(shape, lambda xy: (xy - centre) * stretch + np.array([x, y])) for shape in shapes
    ]


def layers(d: Diagnosis, *, link: Callable[[str], str] = lambda code: f"#zone-{code}") -> dict[str, str]:
    """Return the SVG of each layer, or nothing where zones have no contour."""
    if not d.is_drawable:
        return {}
    base, frame = background(d), maps.frame_of([s for s in shapes_of(d) if s is not None])
    town = _town_of(d)
    drawings = {}
    for layer in LAYERS:
        if not has_layer(d, layer):
            continue
        drawings[layer] = _drawn(d, layer, base, frame, f"c-{layer}", link=link)
        if town:
            drawings[layer] = maps.overlaid(drawings[layer], [town.shape], frame, kind="choisie")
            zones = areas(d, layer, link)
            quarters = [area for area in zones if area.code in town.codes]
            drawings[layer + TOWN] = maps.draw(
                quarters,
                base=Base(
                    neighbours=[area.shape for area in zones if area.code not in town.codes],
                    names=[(area.name, area.shape, area.population) for area in quarters],
                ),
                title=f"{town.name}, en plus grand : {wording.count(len(quarters), 'quartier')}",
                description=f"{TITLES[layer]}. Le tableau des zones donne la même information.",
                id=f"c-{layer}{TOWN}",
            )
    return drawings


def main_town(subtotals: Sequence[AnyTotal], n_zones: int) -> AnyTotal | None:
    """Return the commune to draw again, larger: the one cut into most quarters; None where it is the whole
    territory, or holds too few.
    """
    communes = [one for one in subtotals if one.level == "commune"]
    town = max(communes, key=lambda one: len(one.zones), default=None)
    return town if town and LEAST_QUARTERS <= len(town.zones) < n_zones else None


def _town_of(d: Diagnosis) -> Label | None:
    """Return the main town of a diagnosis by quarter, with its outline; None as for `main_town`."""
    town = main_town(d.subtotals, len(d.zones)) if d.request.zoning.kind == "iris" else None
    if town is None or has_boxes(d):
        return None
    pairs = zip(d.zones, shapes_of(d), strict=True)
    quarters = [shape for r, shape in pairs if shape is not None and r.zone.code in town.zones]
    shape = shapely.union_all(maps.simplified(quarters, OUTLINE)) if quarters else None
    return Label(town.name, shape, town.population, town.zones) if shape else None


def relinked(svg: str, link: Callable[[str], str]) -> str:
    """Return a layer whose zones lead elsewhere than to their row; nowhere where `link` gives nothing.

    >>> relinked('<a href="#zone-1" tabindex="-1"><g/></a>', lambda code: f"zones/{code}/")
    '<a href="zones/1/" tabindex="-1"><g/></a>'
    >>> relinked('<a href="#zone-1" tabindex="-1"><g/></a>', lambda code: "")
    '<g/>'
    """

    def led(match: re.Match[str]) -> str:
        code, more, inside = match.groups()
        # The title within tells the zone and its figures: a name beside it would weigh twenty bytes a zone.
        more = re.sub(r' aria-label="[^"]*"', "", more)
        return f'<a href="{escape(link(code))}"{more}>{inside}</a>' if link(code) else inside

    linked_svg = re.sub(r'<a href="#zone-([^"]+)"([^>]*)>(.*?)</a>', led, svg, flags=re.DOTALL)
    return linked_svg if "<a href" in linked_svg else linked_svg.replace('role="group"', 'role="img"', 1)


def outlined(svg: str, title: str) -> str:
    """Return a layer without its classes: the outline of its zones and their names, under another title.

    >>> outlined('<title id="a">x</title><desc id="b">y</desc><path class="zone n3" d="M0"/>', "Périmètre")
    '<title id="a">Périmètre</title><desc id="b"></desc><path class="zone fond" d="M0"/>'
    """
    outline_svg = re.sub(r'class="zone [\w-]+"', 'class="zone fond"', relinked(svg, lambda code: ""))
    outline_svg = re.sub(r'<path fill="url\([^"]*\)"[^>]*/>', "", outline_svg)
    outline_svg = re.sub(
        r"(<title id=[^>]*>)[^<]*", lambda match: match[1] + escape(title), outline_svg, count=1
    )
    return re.sub(r"(<desc [^>]*>)[^<]*", r"\1", outline_svg, count=1)


def recoloured(svg: str, zones: Mapping[str, tuple[str, bool, str]], *, id: str, title: str) -> str:
    """Return a layer in other classes, under another title.

    zones: the class of style of each zone, whether it is hatched, and what it says; the others are unknown.
    id: prefix of the hatch to fill with.

    >>> before = '<g class="z" data-zone="1"><title>A</title><path class="zone n3" d="M0"/></g>'
    >>> recoloured(before, {"1": ("n2", False, "A : 13 %")}, id="m1", title="Parts")
    '<g class="z" data-zone="1"><title>A : 13 %</title><path class="zone n2" d="M0"/></g>'
    """

    def drawn(match: re.Match[str]) -> str:
        code, name, path = match.groups()
        kind_, doubtful, words = zones.get(code, ("inconnue", False, name))
        hatch = f'<path fill="url(#{id}-doute)" d="{path}"/>' if doubtful else ""
        return (
            f'<g class="z" data-zone="{code}"><title>{escape(words)}</title><path class="zone {kind_}"'
            f' d="{path}"/>{hatch}</g>'
        )

    new_svg = re.sub(ZONE, drawn, svg)
    new_svg = re.sub(r"(<title id=[^>]*>)[^<]*", lambda match: match[1] + escape(title), new_svg, count=1)
    return re.sub(r"(<desc [^>]*>)[^<]*", r"\1", new_svg, count=1)


def on_scale(svg: str, zones: Mapping[str, tuple[str, bool, str]], *, id: str, title: str) -> str:
    """Return a layer coloured by the classes of several small maps, without links. zones: as for
    `recoloured`. id: prefix of its identifiers, so that several stand on one page.
    """
    scaled_svg = recoloured(relinked(svg, lambda code: ""), zones, id=id, title=title)
    scaled_svg = re.sub(
        r'<text class="nom nom-large[^>]*>[^<]*</text>', "", scaled_svg
    )  # no room for them on a small map
    scaled_svg = re.sub(
        rf'<text class="nom(?: {maps.CITED})?"',
        f'<text class="nom" font-size="{maps.LABEL_NARROW}"',
        scaled_svg,
    )
    return re.sub(r"\bc-numerique-", f"{id}-", scaled_svg)


def in_two_classes(svg: str, codes: Collection[str]) -> str:
    """Return a layer in two classes, without hatching: dark for the zones of some codes, light for the other
    ones that have a figure.

    >>> before = '<g class="z" data-zone="1"><title>A</title><path class="zone n3" d="M0"/></g>'
    >>> in_two_classes(before, {"1"})
    '<g class="z" data-zone="1"><title>A</title><path class="zone n5" d="M0"/></g>'
    """

    def drawn(zone: re.Match[str]) -> str:
        code, name, path = zone.groups()
        if 'class="zone inconnue"' in zone[0]:
            return zone[0]
        class_name = "n5" if code in codes else "n1"
        return (
            f'<g class="z" data-zone="{code}"><title>{name}</title><path class="zone {class_name}"'
            f' d="{path}"/></g>'
        )

    return re.sub(ZONE, drawn, svg)


def small(d: Diagnosis, layer: str) -> str:
    """Return a layer to print small: larger names, no links."""
    base, frame = background(d), maps.frame_of([s for s in shapes_of(d) if s is not None])
    svg, town = _drawn(d, layer, base, frame, "c-petite", letters=SMALL_LETTERS), _town_of(d)
    return maps.overlaid(svg, [town.shape], frame, kind="choisie") if town else svg


def _drawn(
    d: Diagnosis,
    layer: str,
    base: Base,
    frame: maps.Frame,
    id: str,
    *,
    link: Callable[[str], str] = lambda code: "",
    letters: int = maps.LABEL,
) -> str:
    return maps.draw(
        areas(d, layer, link),
        base=base,
        title=f"{TITLES[layer]} : {name_of(d)}",
        description=description(d, layer),
        id=id,
        frame=frame,
        letters=letters,
    )


QUARTERS = (25.0, 50.0, 75.0)  # percent of the people in need out of reach


def gap_maps(d: Diagnosis, o: Offered) -> dict[str, str]:
    """Return, for each line of the offer that the census asked about, the map of the people in need who do
    not have it within a walk.

    Nothing where zones have no contour. A zone is hatched where silent places leave its class unknown, grey
    where the filter counts nobody or the census lists nothing. Places that give the line are marked where
    their address is known.
    """
    if not d.is_drawable:
        return {}
    (communes, places), shapes = _places(d), shapes_of(d)
    base = _background(d, communes, [])
    frame = maps.frame_of([s for s in shapes if s is not None])
    pairs = [(r, shape) for r, shape in zip(d.zones, shapes, strict=True) if shape is not None]
    maps_by_id, unlisted, near = {}, unlisted_zones(o), o.ground.travel.mode.near
    for line in diagnosis_lines().values():
        if not o.gaps.total.gaps[line.id].is_surveyed:
            continue
        shaded = [_gap_area(r, shape, o, line.id, unlisted) for r, shape in pairs]
        names = _named(places, {area.code: _shade(area.kind) for area in shaded})
        maps_by_id[f"manque-{line.id}"] = maps.draw(
            shaded,
            base=replace(base, names=names, dots=_dots(o, line.id, frame)),
            title=f"{line.label} : la part des personnes concernées qui n’en ont pas {near}",
            description=(
                "Plus c’est foncé, plus la part sans lieu à portée est forte. Hachuré : des lieux"
                " ne disent pas s’ils le proposent, on ne sait pas. Le tableau dit la même chose."
            ),
            id=f"m-{line.id}",
            frame=frame,
        )
    return maps_by_id


def bare_map(d: Diagnosis, o: Offered) -> dict[str, str]:
    """Return the map of the communes without a known place, by the share of them in each zone; nothing where
    each has one, and where zones have no contour.
    """
    bare, n_communes = bare_communes(o)
    if not (d.is_drawable and bare and n_communes > 1):
        return {}
    (communes, places), shapes, unlisted = _places(d), shapes_of(d), unlisted_zones(o)
    areas = []
    for at, (r, shape) in enumerate(zip(d.zones, shapes, strict=True)):
        inside = set(o.ground.areas.commune[o.ground.zone_of == at].tolist())
        if shape is None:
            continue
        n_bare, is_known = len(inside & bare.keys()), bool(inside) and r.zone.code not in unlisted
        words = "aucun lieu connu" if n_bare == len(inside) else "un lieu connu"
        if 0 < n_bare < len(inside):
            words = f"{wording.count(n_bare, 'commune', 'communes')} sur {len(inside)} sans lieu connu"
        areas.append(
            Area(
                code=r.zone.code,
                name=r.zone.name,
                shape=shape,
                kind=quarter(100 - 100 * n_bare / len(inside)) if is_known else "inconnue",
                title=f"{r.zone.name} : {words if is_known else 'on ne sait pas'}",
            )
        )
    base = _background(d, communes, [])
    return {
        BARE: maps.draw(
            areas,
            base=replace(base, names=_named(places, {area.code: _shade(area.kind) for area in areas})),
            title="Les communes où aucun lieu n’est connu",
            description="Plus c’est foncé, plus il y a de communes sans lieu connu. La liste est à côté.",
            id="m-sans-lieu",
            frame=maps.frame_of([area.shape for area in areas]),
        )
    }


def _shade(kind: str) -> int:
    """Return how dark a quarter is drawn, from 1; 0 for what has none.

    >>> _shade("m3"), _shade("inconnue")
    (3, 0)
    """
    return int(kind.removeprefix("m")) if kind.startswith("m") else 0


def _gap_area(
    r: ZoneResult, shape: shapely.Geometry, o: Offered, line: str, unlisted: Collection[str]
) -> Area:
    """Return a zone as the map of a line draws it. unlisted: those of which the census says nothing."""
    why = "département non recensé" if r.zone.code in unlisted else ""
    if why or not o.gaps.holds(r.zone.code):
        return Area(
            code=r.zone.code,
            name=r.zone.name,
            shape=shape,
            kind="inconnue",
            title=f"{r.zone.name} : {why or 'hors du filtre'}",
        )
    part = o.gaps.zone(r.zone.code).gaps[line].figure("share")
    ends = ranges.bounds(part)
    value = silence.value(part)
    classes = {quarter(value)} if value is not None else {quarter(end) for end in ends or ()}
    share_text = ranges.share(part)
    words = (
        f"{share_text.about} ont un lieu {o.ground.travel.mode.near}" if ends else lower_first(share_text.why)
    )
    if isinstance(part, Between):
        words = f"{words} ; {lower_first(part.reason)}"
    return Area(
        code=r.zone.code,
        name=r.zone.name,
        shape=shape,
        kind=min(classes) if classes else "inconnue",
        doubtful=len(classes) > 1,
        link=f"#manque-{r.zone.code}",
        title=f"{r.zone.name} : {words}",
    )


def gap_frame(ground: Ground) -> maps.Frame | None:
    """Return the frame of the maps of the gaps; None when the zones have no contour."""
    inside = [
        shape for shape, at in zip(ground.areas.shapes, ground.zone_of.tolist(), strict=True) if at >= 0
    ]
    return None if any(shape is None for shape in inside) else maps.frame_of(inside)


def marked(svg: str, ground: Ground, spots: Sequence[siting.Spot | Place]) -> str:
    """Return a map of the gaps with numbered spots over it; as it is when the zones have no contour."""
    frame = gap_frame(ground) if svg else None
    if frame is None:
        return svg
    return _numbered(svg, frame, enumerate(spots, 1))


def _numbered(svg: str, frame: maps.Frame, spots: Iterable[tuple[int, siting.Spot | Place]]) -> str:
    """Return a map with numbered points over it."""
    drawn = []
    for number_, spot in spots:
        at = frame.place(shapely.Point(spot.lon, spot.lat))
        drawn.append(
            f'<g class="repere-lieu"><title>{escape(spot.name)}</title><circle cx="{at.x:.0f}"'
            f' cy="{at.y:.0f}" r="22"/><text x="{at.x:.0f}" y="{at.y + 9:.0f}"'
            f' text-anchor="middle">{number_}</text></g>'
        )
    return svg.replace("</svg>", "".join(drawn) + "</svg>")


def quarter(share: float) -> str:
    """Return the class of style of the share out of reach, in quarters. share: percent within reach."""
    return f"m{1 + sum(100 - share > bound for bound in QUARTERS)}"


MANNER_WORDS = {
    "dedans": "en intérieur",
    "dehors": "en plein air",
    "partout": "en intérieur et en plein air",
    "conditions": "sous conditions",
    "tous": "tout public",
    "non-dit": "ne dit pas comment",
}


def _dots(o: Offered, line: str, frame: maps.Frame) -> list[tuple[shapely.Point, str, str]]:
    """Return the places that give a line and stand on the drawing, with how they give it where that is asked:
    wifi indoors or outdoors, training under conditions or not.
    """
    east = frame.west + maps.WIDTH / frame.scale / frame.squeeze
    south = frame.north - frame.height / frame.scale
    dots = []
    for p in o.ground.places:
        inside = frame.west <= p.lon <= east and south <= p.lat <= frame.north
        if line in p.offers and p.is_precise and inside:
            how = p.manner.get(line, "")
            words = f" : {MANNER_WORDS[how]}" if how else ""
            style = {"partout": "dehors"}.get(how, how)
            dots.append((shapely.Point(p.lon, p.lat), f"{p.name}{words}", style))
    return dots


def has_layer(d: Diagnosis, layer: str) -> bool:
    """Return True if the zones have the values that a layer shows."""
    return {
        "numerique": any(r.digital_class for r in d.zones),
        "sociale": any(r.social_class for r in d.zones),
        "les-deux": d.is_crossed,
        "espace": len({r.space for r in d.zones}) > 1,
        "certitude": len(d.zones) > 1 and any(r.digital_class for r in d.zones),
    }[layer]


def areas(
    d: Diagnosis,
    layer: str,
    link: Callable[[str], str] = lambda code: "",
    window: shapely.Geometry | None = None,
    *,
    titled: bool = True,
) -> list[Area]:
    """Return the zones that have a contour, as a map draws them. window: only those that touch it. titled:
    with what each says when it is pointed at, beyond its name.
    """
    shapes = shapes_of(d)
    near = np.array([shape is not None for shape in shapes])
    if window is not None:
        near &= shapely.intersects(np.array(shapes, dtype=object), window)
    return [
        Area(
            code=r.zone.code,
            name=r.zone.name,
            shape=shape,
            population=r.population,
            kind=kind(r, layer),
            doubtful=is_doubtful(r, layer),
            link=link(r.zone.code),
            title=title(r, layer) if titled else "",
        )
        for r, shape, is_near in zip(d.zones, shapes, near.tolist(), strict=True)
        if is_near and shape is not None
    ]


def is_doubtful(r: ZoneResult, layer: str) -> bool:
    """Return True if a zone is hatched on a layer: its side of the classes, or its cell, is under the
    floor.
    """
    odds = {
        "numerique": _odds_of_side(r.digital_class, r.odds),
        "sociale": _odds_of_side(r.social_class, r.social_odds),
        "les-deux": r.cell_odds,
    }.get(layer)
    return odds is not None and odds < nearly()


SIDES = (slice(0, 2), slice(0, 2), slice(1, 4), slice(3, 5), slice(3, 5))  # low, middle and high classes


def _odds_of_side(class_name: str | None, odds: tuple[float, ...]) -> float | None:
    """Return the chances of the side that a class is read on: the two high classes, as sentences name zones
    there, the two low ones; the three in the middle.
    """
    return None if class_name is None else sum(odds[SIDES[CLASS_NAMES.index(class_name)]])


def kind(r: ZoneResult, layer: str) -> str:
    """Return the class of style of a zone on a layer: that of no class where its cell is hardly more likely
    than the others.
    """
    if layer == "numerique" and r.digital_class:
        return f"n{CLASS_NAMES.index(r.digital_class) + 1}"
    if layer == "sociale" and r.social_class:
        return f"s{CLASS_NAMES.index(r.social_class) + 1}"
    if layer == "les-deux" and r.cell and (r.cell_odds is None or r.cell_odds >= certainty.WEAK):
        return f"case-{r.cell.replace('_', '-')}"
    if layer == "espace":
        return SPACES[r.space]
    if layer == "certitude" and r.firmness is not None:
        return f"c{1 + sum(r.firmness < bound for bound in (FIRM, nearly(), certainty.WEAK))}"
    return "inconnue"


def title(r: ZoneResult, layer: str) -> str:
    """Return the text of a zone when it is pointed at or read aloud."""
    place = f" ({r.zone.place})" if r.zone.place else ""
    if r.is_outside:
        return f"{r.zone.name}{place} : hors du filtre"
    need = wording.people(r.need)
    if r.is_cut and layer != "espace":
        return f"{r.zone.name} : {IS_CUT} ; {need.about}"
    words = {
        "numerique": "précarité numérique "
        + certainty.label(CLASS_LABELS.get(r.digital_class or "", "inconnue"), r.firmness),
        "sociale": "précarité sociale "
        + certainty.label(CLASS_LABELS.get(r.social_class or "", "inconnue"), r.social_firmness),
        "les-deux": "précarité élevée : "
        + certainty.label(CELL_LABELS.get(r.cell or "", "inconnue"), r.cell_odds),
        "espace": f"{SPACE_LABELS[r.space]}, {wording.share(r.rural)} des habitants dans une commune de moins"
        " de 2 000",
        "certitude": (
            "classe inconnue"
            if r.firmness is None
            else f"même classe dans {wording.share(r.firmness)} des calculs"
        ),
    }[layer]
    return f"{r.zone.name}{place} : {words} ; {need.about}"


def description(d: Diagnosis, layer: str) -> str:
    """Return the text that stands for a map: what its strongest zones very likely are."""
    strong = {
        "numerique": [r for r in d.zones if r.is_strongest],
        "sociale": [r for r in d.zones if r.social_class == "tres_forte" and is_firm(r.social_firmness)],
        "les-deux": [r for r in d.zones if r.cell == "les_deux" and r.is_likely],
        "espace": [r for r in d.zones if r.space == rurality.RURAL],
        "certitude": [r for r in d.zones if r.digital_class and not is_firm(r.firmness)],
    }[layer]
    lead = {
        "numerique": "Précarité numérique très élevée face à la France, probablement",
        "sociale": "Précarité sociale très élevée face à la France, probablement",
        "les-deux": "Précarité numérique et sociale à la fois face à la France, probablement",
        "espace": "Rural",
        "certitude": "Classe incertaine",
    }[layer]
    names = [r.zone.name for r in sorted(strong, key=lambda r: -r.population)]
    named = names[:12]
    n_unnamed = len(names) - len(named)
    more = f" et {wording.count(n_unnamed, 'autre')}" if n_unnamed else ""
    return (
        f"{lead} : {', '.join(named) or 'aucune zone'}{more}. Le tableau des zones donne la même information."
    )


def background(d: Diagnosis) -> Base:
    """Return the surroundings of the zones: neighbouring communes, limits of communes over IRIS, names of
    places.
    """
    communes, places = _places(d)
    codes = set(sentences.zones_named(d))
    cited = {place.name for place in places if not codes.isdisjoint(place.codes)}
    names = _named(places, dict.fromkeys(codes, 1))
    return replace(_background(d, communes, names), numbers=_numbers(d), cited=cited)


def _background(d: Diagnosis, communes: Sequence[shapely.Geometry], names: Names) -> Base:
    neighbour_shapes = neighbours(d) if d.request.zoning.kind in ("iris", "file") else ()
    return Base(neighbours=neighbour_shapes, limits=communes, names=names)


def _numbers(d: Diagnosis) -> dict[str, str]:
    """Return the number of each zone of a file by its name; none where zones are official."""
    if d.request.zoning.kind != "file":
        return {}
    return {r.zone.name: str(rank) for rank, r in enumerate(d.zones, 1)}


def _places(d: Diagnosis) -> tuple[list[shapely.Geometry], list[Label]]:
    """Return the limits to draw over the zones, none where these are communes, and the places to name."""
    zones = [(r, shape) for r, shape in zip(d.zones, shapes_of(d), strict=True) if shape is not None]
    by_place: dict[str, list[tuple[ZoneResult, shapely.Geometry]]] = {}
    iris = frames.sources().rp2021
    communes = frames.sources().communes
    kind_ = d.request.zoning.kind
    for r, shape in zones:
        key = _place_of(r, str(iris["commune"][r.zone.rows[0]])) if kind_ == "iris" else r.zone.code
        by_place.setdefault(key, []).append((r, shape))
    merged = {
        key: members[0][1] if len(members) == 1 else shapely.union_all([shape for _, shape in members])
        for key, members in by_place.items()
    }
    one_commune = kind_ == "iris" and len(by_place) == 1
    labels = []
    for key, members in by_place.items():
        if one_commune:
            labels += [Label(r.zone.name, shape, r.population, (r.zone.code,)) for r, shape in members]
            continue
        label = members[0][0].zone.name
        if kind_ == "iris":
            label = str(communes.aligned("code", np.array([key]), "name", missing=key)[0])
            label = label.removeprefix(f"{d.request.territory.name} ")  # Marseille 8e, on a map of Marseille
        codes = tuple(r.zone.code for r, _ in members)
        labels.append(Label(label, merged[key], sum(r.population for r, _ in members), codes))
    return list(merged.values()) if kind_ in ("iris", "file") and not one_commune else [], labels


def _place_of(r: ZoneResult, commune: str) -> str:
    """Return the code of the place that a map names for a quarter: its commune, or its arrondissement where
    the commune has some, whose code begins that of the quarter.
    """
    return r.zone.code[:5] if commune in WITH_DISTRICTS else commune


def _named(places: Sequence[Label], shades: Mapping[str, int] = NO_SHADES) -> Names:
    """Return the names of the places to write, with their rank as weight: as `_ranked`."""
    ranked = _ranked(places, shades)
    return [(place.name, place.shape, -float(rank)) for rank, place in enumerate(ranked)]


def _ranked(places: Sequence[Label], shades: Mapping[str, int] = NO_SHADES) -> list[Label]:
    """Return the places to name, first those whose darkest zone is darker, then the most peopled. shades: how
    dark each zone is, by its code.
    """

    def weight(place: Label) -> tuple[int, float]:
        return max(shades.get(code, 0) for code in place.codes), place.population

    return sorted(places, key=weight, reverse=True)[:MOST_NAMES]


def neighbours(d: Diagnosis) -> list[shapely.Geometry]:
    """Return the communes of the same départements, to tell the territory from the void around it."""
    iris = frames.sources().rp2021
    communes = frames.sources().communes
    rows = np.concatenate([r.zone.rows for r in d.zones])
    inside = np.isin(communes["departement"], np.unique(iris["departement"][rows])) & (
        communes["parent"] == ""
    )
    own = set(iris["commune"][rows].tolist())
    return list(
        contours.communes(code for code in communes["code"][inside].tolist() if code not in own).values()
    )


def knitted(d: Diagnosis, *, id: str = "tricot", columns: int = 56) -> str:
    """Return the knitted map of the joint classes, or of the bare territory where zones have no contour or
    class.
    """
    name = name_of(d)
    if d.is_drawable and has_layer(d, "les-deux"):
        knit = areas(d, "les-deux")
        title = f"{name}, maille par maille : précarité numérique, sociale, ou les deux"
    else:
        knit = [Area(code=code, name=code, shape=shape) for code, shape in _communes_of(d).items()]
        title = f"{name}, maille par maille"
    return maps.knitted(knit, title=title, id=id, columns=columns) if knit else ""


def is_classed(d: Diagnosis) -> bool:
    """Return True if the knitted map tells the joint classes, and so needs a legend."""
    return d.is_drawable and has_layer(d, "les-deux")


def _communes_of(d: Diagnosis) -> dict[str, shapely.Geometry]:
    iris = frames.sources().rp2021
    return contours.communes(
        sorted({str(iris["commune"][row]) for r in d.zones for row in r.zone.rows.tolist()})
    )


def sheet_map(d: Diagnosis, code: str, o: Offered | None = None, *, titled: bool = True) -> str:
    """Return the map of one zone among its neighbours, or nothing when it has no contour. o: the offer, whose
    places of known address are numbered in the order of the sheet; without it, none is drawn. titled: as for
    `areas`, which paper has no use for.
    """
    position = next(i for i, r in enumerate(d.zones) if r.zone.code == code)
    shape = shapes_of(d)[position]
    if shape is None:
        return ""
    layer = "les-deux" if has_layer(d, "les-deux") else "numerique"
    window = _sheet_window(shape)
    visible_areas = areas(d, layer, window=window, titled=titled)
    cut = shapely.intersection(shapely.make_valid(np.array([each.shape for each in visible_areas])), window)
    for area, inside in zip(visible_areas, cut, strict=True):
        area.shape = inside
    visible_areas = [area for area in visible_areas if bool(shapely.area(area.shape) > 0)]
    numbered_places = [
        (k, place) for k, place in enumerate(places_in(o, code) if o else (), 1) if place.is_precise
    ]
    names = [
        (area.name, area.shape, 1.0 + (area.code == code) * 1e9 + area.population)
        for area in visible_areas
        if not numbered_places
        or area.code != code  # the page is about this one: its places are read instead of its name
    ]
    r = d.zones[position]
    need = wording.people(r.need).about if isinstance(r.need, Estimate) else "chiffre non montré"
    frame = maps.frame_of([window], margin=0.0, tallest=SHEET_TALLEST)
    svg = maps.draw(
        visible_areas,
        base=Base(names=names[:12], inner=d.shapes.inside(r.zone, frames.sources().rp2021)),
        title=f"{r.zone.name} et ses voisines",
        description=f"{title(r, layer)}. {need}.",
        id=f"f-{position}",
        chosen=code,
        frame=frame,
        links=False,
        letters=38,
    )
    return _numbered(svg, frame, numbered_places)


def _sheet_window(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the rectangle that the sheet of a zone draws, in degrees: as wide as its drawing, whose
    neighbours end at its edges and nowhere before.
    """
    west, south, east, north = shape.bounds
    margin = SHEET_MARGIN * max(east - west, north - south)
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    least = (north - south + 2 * margin) / SHEET_TALLEST / squeeze
    side = max(margin, (least - (east - west)) / 2)
    return shapely.box(west - side, south - margin, east + side, north + margin)


def map_data(d: Diagnosis) -> dict[str, object]:
    """Return the data of the map that moves: zones with their class on each layer, limits, neighbours, names.

    Coordinates are degrees on a grid of about ten metres.
    """
    if not d.is_drawable:
        return {}
    limits, places = _places(d)
    base, numbers = _background(d, limits, []), _numbers(d)
    layers = [layer for layer in LAYERS if has_layer(d, layer)]
    pairs = [(r, shape) for r, shape in zip(d.zones, shapes_of(d), strict=True) if shape is not None]
    simple = _lighter([shape for _, shape in pairs])
    west, south, east, north = maps.main_bounds([shape for _, shape in pairs])
    return {
        "couches": layers,
        "cadre": [[round(south, 4), round(west, 4)], [round(north, 4), round(east, 4)]],
        "zones": [
            {
                "type": "Feature",
                "id": r.zone.code,
                "geometry": geometry(shape, 4),
                "properties": {
                    "nom": r.zone.name,
                    "classes": {layer: kind(r, layer) for layer in layers},
                    "titres": {layer: title(r, layer) for layer in layers},
                    "doutes": {layer: is_doubtful(r, layer) for layer in layers},
                },
            }
            for (r, _), shape in zip(pairs, simple, strict=True)
        ],
        "voisins": [geometry(shape, 3) for shape in _lighter(list(base.neighbours))],
        "limites": [geometry(shape, 4) for shape in _lighter(list(base.limits))],
        "noms": [
            {
                "nom": place.name,
                "lat": round(point.y, 4),
                "lon": round(point.x, 4),
                "zones": list(place.codes),
            }
            | ({"numero": numbers[place.name]} if place.name in numbers else {})
            for place in _ranked(places)
            for point in (shapely.point_on_surface(place.shape),)
        ],
    }


def _lighter(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Return the shapes with about a thousandth of their extent as detail."""
    if not shapes:
        return []
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object)).tolist()
    return maps.simplified(shapes, max(east - west, north - south) / 900)
