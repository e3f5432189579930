"""The directory on paper: a book of the places of a territory, a poster, a leaflet folded in three.

Places are numbered once, in the order of the list; the contents by need and the maps use the same numbers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import groupby

import segno
import shapely

from maillage.kernel.names import plain
from maillage.publishing.directory import numbered_map
from maillage.publishing.page import maps, pdf
from maillage.publishing.page.design import tokens
from maillage.publishing.page.logo import logo
from maillage.reference import offer
from maillage.reference.files import ASSETS
from maillage.words import opening
from maillage.words.wording import count

MAPPED = 6  # places of a group that deserve a map of their own
CROWD = 60  # places of one map of a whole territory
WHOLE_PAGE, THIRD, PANEL = 1.2, 0.62, 1.4  # height over width of a map
LARGE = 40  # letters of a map shown small
ON_POSTER, HOURS_OF_POSTER, FINDS_OF_POSTER = 8, 3, 4
SEE_HOURS = "Plusieurs horaires : appelez."
PLACES_OF_LEAFLET = 28
NEEDS_OF_LEAFLET = (
    "assistance",
    "libre_acces",
    "formation",
    "wifi",
    "reparation",
    "pret",
    "vente",
    "orientation",
)
UNKNOWN = {  # what nobody said of a place: its hours, what is found there
    (True, True): "Horaires et services inconnus : appelez.",
    (True, False): "Horaires inconnus : appelez.",
    (False, True): "Ce qu’on y trouve : à demander.",
    (False, False): "",
}


@dataclass(frozen=True, slots=True)
class Find:
    """A practice that a place offers: its title and its conditions in one line."""

    id: str
    icon: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place as it is printed. group: the heading it is listed under; hours: one per line; fresh: when it
    was last confirmed.

    point: longitude and latitude, None when only the street or the commune is known. rank: how complete its
    sheet is.
    """

    slug: str
    name: str
    address: str
    commune: str
    group: str
    phones: Sequence[str] = ()
    hours: Sequence[str] = ()
    finds: Sequence[Find] = ()
    price: str = ""
    before: str = ""
    fresh: str = ""
    old: bool = False
    full: str = ""
    point: tuple[float, float] | None = None
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Numbered:
    """A place and its number."""

    number: int
    entry: Entry

    @property
    def unknown(self) -> str:
        """The label of the information missing from its sheet."""
        return UNKNOWN[not self.entry.hours, not self.entry.finds]


@dataclass(frozen=True, slots=True)
class Land:
    """The ground of the maps: communes by name, the lines inside them, and the part of the territory that
    each belongs to, if any.
    """

    communes: Mapping[str, shapely.Geometry]
    inside: Sequence[shapely.Geometry] = ()
    part_of: Mapping[str, str] = field(default_factory=dict)

    def of(self, names: Collection[str]) -> "Land":
        """Return the land restricted to some communes."""
        shapes = {name: shape for name, shape in self.communes.items() if name in names}
        lines = [shapely.point_on_surface(line) for line in self.inside] if shapes else []
        inside_ranks = (
            set(shapely.STRtree(lines).query(list(shapes.values()), predicate="contains")[1].tolist())
            if lines
            else set()
        )
        return Land(shapes, [self.inside[k] for k in sorted(inside_ranks)])


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map of numbered places: its subject, its drawing, and a description for those who cannot see it."""

    name: str
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Group:
    """The places of a commune or of a quarter, and their map when there are many."""

    name: str
    places: Sequence[Numbered]
    map: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A need in everyday words, and the places that meet it."""

    id: str
    icon: str
    words: str
    places: Sequence[Numbered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory ready to be printed. level: the unit of a group, “commune” or “quartier”; off_map: places
    on no map; knitted: the cover, where a stitch is lit when there is a place in its commune or quarter.
    """

    name: str
    on: date
    level: str
    groups: Sequence[Group]
    needs: Sequence[Need]
    maps: Sequence[Drawn]
    off_map: Sequence[Numbered]
    knitted: str
    land: Land
    sources: Sequence[str]
    address: str = ""

    @property
    def places(self) -> list[Numbered]:
        return [place for group in self.groups for place in group.places]

    @property
    def size(self) -> str:
        return count(len(self.places), "lieu", "lieux")

    @property
    def promise(self) -> str:
        """The content that its cover announces."""
        owner = "leur adresse et leurs" if len(self.places) > 1 else "son adresse et ses"
        return f"{self.size}, avec {owner} horaires" if self.places else self.size

    @property
    def day(self) -> str:
        return opening.date_text(self.on)


def build(
    name: str,
    entries: Sequence[Entry],
    *,
    on: date,
    level: str,
    order: Sequence[str],
    land: Land,
    sources: Sequence[str],
    address: str = "",
) -> Directory:
    """Return the directory of some places: grouped, numbered, put on maps, and sorted by need.

    order: the groups, in the order they are printed; none is empty. Within a group, places are in
    alphabetical order.
    """
    at = {group: k for k, group in enumerate(order)}
    ranked = sorted(entries, key=lambda e: (at[e.group], plain(e.name), e.slug))
    places = [Numbered(k, entry) for k, entry in enumerate(ranked, 1)]
    groups = [
        _group(name, list(group_places), land, alone=len(at) == 1)
        for name, group_places in groupby(places, key=lambda p: p.entry.group)
    ]
    return Directory(
        name=name,
        on=on,
        level=level,
        groups=groups,
        needs=_needs(places),
        maps=_maps(name, places, land),
        off_map=[place for place in places if place.entry.point is None],
        knitted=_knitted(places, land),
        land=land,
        sources=sources,
        address=address,
    )


def _group(name: str, places: Sequence[Numbered], land: Land, *, alone: bool) -> Group:
    """Return a group, with the map of its commune when it holds many places and no other map is of it
    alone.
    """
    if alone or name not in land.communes or len(_located(places)) < MAPPED:
        return Group(name, places)
    return Group(name, places, _map(name, places, land.of([name]), THIRD))


def _maps(name: str, places: Sequence[Numbered], land: Land) -> list[Drawn]:
    """Return the map of a territory, or those of its parts when it has too many places for one."""
    located = _located(places)
    if len(located) <= CROWD or len(set(land.part_of.values())) < 2:
        return [territory_map] if (territory_map := _map(name, places, land, WHOLE_PAGE)) else []
    parts: dict[str, list[Numbered]] = {}
    for place in located:
        parts.setdefault(land.part_of.get(place.entry.group, place.entry.group), []).append(place)
    drawn = []
    for part in sorted(parts, key=plain):
        names = {commune for commune in land.communes if land.part_of.get(commune, commune) == part}
        drawn.append(_map(part, parts[part], land.of(names), THIRD))
    return [each for each in drawn if each]


def _map(
    name: str, places: Sequence[Numbered], land: Land, tallest: float, letters: int = numbered_map.LETTERS
) -> Drawn | None:
    """Return the map of some places by their numbers; None when nothing can be drawn. tallest: height over
    width.
    """
    marks = [(p.number, *p.entry.point, p.entry.group) for p in places if p.entry.point is not None]
    if not land.communes or not marks:
        return None
    title = f"Les lieux, {name}"
    id = f"m{marks[0][0]}-{len(marks)}"
    svg = numbered_map.draw(
        land.communes, inside=land.inside, marks=marks, title=title, id=id, tallest=tallest, letters=letters
    )
    alt = (
        f"{title} : {count(len(marks), 'lieu placé', 'lieux placés')} par son numéro. La liste dit chaque"
        " adresse."
    )
    return Drawn(name, svg, alt)


def _located(places: Sequence[Numbered]) -> list[Numbered]:
    return [place for place in places if place.entry.point is not None]


def _needs(places: Sequence[Numbered]) -> list[Need]:
    needs = []
    for practice in offer.practices().values():
        answering = [p for p in places if any(find.id == practice.id for find in p.entry.finds)]
        if answering:
            needs.append(Need(practice.id, practice.icon, practice.need, answering))
    return needs


def _knitted(places: Sequence[Numbered], land: Land) -> str:
    """Return the knitted territory, lit where there are places; '' where nothing is drawn."""
    shapes = list(land.inside) if len(land.communes) == 1 and land.inside else list(land.communes.values())
    points = [shapely.Point(place.entry.point) for place in _located(places)]
    if not shapes or not points:
        return ""
    lit = set(shapely.STRtree(shapes).query(points, predicate="within")[1].tolist())
    areas = [
        maps.Area(str(k), "", shape, kind="case-les-deux" if k in lit else "")
        for k, shape in enumerate(shapes)
    ]
    return maps.knitted(
        areas, title="Le territoire tricoté : une maille claire par endroit où un lieu aide", id="tricot"
    )


# -------------------------------------------------------------------------------------------------- documents


def book(directory: Directory) -> bytes:
    """Return the directory as PDF."""
    return pdf.compiled("annuaire.typ", _data(directory) | _contents(directory), on=directory.on)


def poster(directory: Directory, places: Sequence[Entry], *, near: str = "", paper: str = "a4") -> bytes:
    """Return a poster of a few places, as PDF.

    near: where they are the nearest to, '' for a choice over the territory.
    """
    place_data = [_entry(Numbered(k, _brief(entry))) for k, entry in enumerate(places, 1)]
    data = {
        "lieux": place_data,
        "pres": near,
        "autres": len(directory.places) - len(place_data),
        "papier": paper,
    }
    return pdf.compiled("affiche.typ", _data(directory) | data, on=directory.on)


def _brief(entry: Entry) -> Entry:
    """Return an entry cut down to fit a poster."""
    hours = entry.hours if len(entry.hours) <= HOURS_OF_POSTER else (SEE_HOURS,)
    return replace(entry, hours=hours, finds=entry.finds[:FINDS_OF_POSTER])


def leaflet(directory: Directory) -> bytes:
    """Return a sheet folded in three, as PDF: the needs, and for each the best-known places, numbered for
    this sheet alone.
    """
    needs = [need for id in NEEDS_OF_LEAFLET for need in directory.needs if need.id == id]
    wanted = needs or [Need("", "map-pin", "Les lieux où demander", directory.places)]
    share = max(PLACES_OF_LEAFLET // len(wanted), 1)
    selections = [chosen([place.entry for place in need.places], share) for need in wanted]
    slugs = {entry.slug for selection in selections for entry in selection}
    places = [place for place in directory.places if place.entry.slug in slugs]
    renumbered = [Numbered(k, place.entry) for k, place in enumerate(places, 1)]
    need_data = [
        {
            "icone": need.icon,
            "mots": need.words,
            "lieux": [_entry(place) for place in renumbered if place.entry in selection],
            "autres": len(need.places) - len(selection),
        }
        for need, selection in zip(wanted, selections, strict=True)
    ]
    drawn = _map(directory.name, renumbered, directory.land, PANEL, LARGE)
    data = {
        "besoins": need_data,
        "montres": str(len(places)),
        "autres": len(directory.places) - len(places),
        "carte": _drawing(drawn) if drawn else None,
        "tricot": pdf.styled(directory.knitted, cover=True) if directory.knitted else "",
    }
    return pdf.compiled("depliant.typ", _data(directory) | data, on=directory.on)


def chosen(entries: Iterable[Entry], most: int = ON_POSTER) -> list[Entry]:
    """Return the best-known places, one under each heading before any second one; in the order of headings
    and names.
    """
    ranked = sorted(entries, key=lambda e: (-e.rank, plain(e.name), e.slug))
    turn: dict[str, int] = {}
    turns = []
    for entry in ranked:
        turns.append((turn.get(entry.group, 0), entry))
        turn[entry.group] = turn.get(entry.group, 0) + 1
    selection = [entry for _, entry in sorted(turns, key=lambda pair: pair[0])][:most]
    return sorted(selection, key=lambda e: (plain(e.group), plain(e.name), e.slug))


def _data(directory: Directory) -> dict[str, object]:
    """Return the data that every document shows."""
    values, night = tokens("jour"), tokens("nuit")
    return {
        "nom": directory.name,
        "compte": directory.size,
        "promesse": directory.promise,
        "jour": directory.day,
        "niveau": directory.level,
        "adresse": directory.address.split("://")[-1],
        "qr": (
            segno.make(directory.address).svg_inline(border=0, dark=values["encre"])
            if directory.address
            else ""
        ),
        "sources": list(directory.sources),
        "couleurs": {name: value for name, value in values.items() if value.startswith("#")},
        "logo": logo(night["pastel"], night["garance"], values["sur-prune"]),
        "logo-clair": logo(values["pastel"], values["garance"], values["prune"]),
        "icones": icons(values["prune"]),
        "icones-claires": icons(values["sur-prune"]),
    }


def _contents(directory: Directory) -> dict[str, object]:
    return {
        "groupes": [
            {
                "nom": group.name,
                "carte": _drawing(group.map) if group.map else None,
                "lieux": [_entry(place) for place in group.places],
            }
            for group in directory.groups
        ],
        "besoins": [
            {
                "icone": need.icon,
                "mots": need.words,
                "lieux": [[p.number, p.entry.name, p.entry.commune] for p in need.places],
            }
            for need in directory.needs
        ],
        "cartes": [_drawing(each) for each in directory.maps],
        "exemple": [_entry(Numbered(12, EXAMPLE))],
        "dessins": [[name, words] for name, words in _drawings(directory).items()],
        "hors-carte": [place.number for place in directory.off_map],
        "tricot": pdf.styled(directory.knitted, cover=True) if directory.knitted else "",
    }


def _drawing(drawn: Drawn) -> dict[str, object]:
    return {"nom": drawn.name, "svg": pdf.styled(drawn.svg), "alt": drawn.alt}


EXAMPLE = Entry(
    slug="",
    name="Nom du lieu",
    address="Son adresse, code postal, commune",
    commune="",
    group="",
    phones=["Son téléphone"],
    hours=["Les jours : les heures où vous pouvez venir"],
    finds=[Find("", "graduation-cap", "Ce qu’on y trouve", "À quelle condition.")],
    price="Ce que cela coûte",
    before="Ce qu’il faut savoir avant de venir.",
    fresh="quand ces informations ont été confirmées",
)


def _drawings(directory: Directory) -> dict[str, str]:
    """Return the pictograms that the directory uses, and what each means."""
    used = {find.icon for place in directory.places for find in place.entry.finds}
    return {practice.icon: practice.label for practice in offer.practices().values() if practice.icon in used}


def _entry(place: Numbered) -> dict[str, object]:
    entry = place.entry
    return {
        "numero": place.number,
        "nom": entry.name,
        "adresse": entry.address,
        "commune": entry.commune,
        "telephones": list(entry.phones),
        "horaires": list(entry.hours),
        "trouve": [{"icone": f.icon, "titre": f.title, "mots": f.words} for f in entry.finds],
        "prix": entry.price,
        "avant": entry.before,
        "inconnu": place.unknown,
        "fraicheur": entry.fresh,
        "ancien": entry.old,
        "complet": entry.full,
    }


@cache
def icons(colour: str) -> dict[str, str]:
    """Return the pictograms of the practices, and those of the entries, in a colour."""
    names = {practice.icon for practice in offer.practices().values()} | {
        "phone",
        "clock",
        "map-pin",
        "euro",
        "info",
    }
    return {name: _icon(name, colour) for name in sorted(names)}


def _icon(name: str, colour: str) -> str:
    text = (ASSETS / "icons" / f"{name}.svg").read_text("utf-8")
    return text[text.index("<svg") :].replace("currentColor", colour)
