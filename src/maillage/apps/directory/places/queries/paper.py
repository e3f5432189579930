"""The printed directory: the places of a territory in few words, under the heading of their commune or
quarter.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from math import cos, hypot, radians

import numpy as np
import shapely

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import exports, places, published
from maillage.apps.directory.places.queries.exports import ExportFolder
from maillage.apps.directory.places.queries.quarters import iris_codes, iris_of
from maillage.apps.directory.places.queries.scope import Scope
from maillage.apps.directory.places.queries.where import Spot
from maillage.kernel.names import plain
from maillage.publishing.directory import book as directory_book
from maillage.publishing.directory.book import Directory, Entry, Find, Land
from maillage.sources import cog, contours, rp2021
from maillage.statistics.zones.territories import gazetteer
from maillage.words import opening
from maillage.words.wording import count

MOST = 1_500  # places of one directory: beyond, nobody carries the book
MOST_ON_PAGE = 150  # beyond, a page would be heavier than the book: it is read as one
MOST_DRAWN, MOST_NEAR = 600, 3_000  # communes of a map
FEW = 4  # places of a commune below which its quarters are not told apart
SHORT_CONDITIONS = (
    "accompagnement",
    "niveau",
    "frais",
    "publics",
    "ages",
    "residence",
    "prescription",
    "inscription",
    "barrieres",
    "endroit",
)
LONGEST_WORDS, LONGEST_BEFORE = 160, 280


@dataclass(frozen=True, slots=True)
class _Grouping:
    """A grouping of places: the kind of heading, the heading of each place, and their order."""

    level: str
    of: Callable[[Lieu], str]
    order: Callable[[set[str]], list[str]]


def directory(where: Scope, *, on: date, address: str = "") -> Directory:
    """Return the directory of a territory, all its places numbered. address: of its page, '' to print
    none.
    """
    rows = list(published.within(published.published(), where.communes, where.facets).order_by("slug"))
    grouping = _grouping(where, rows)
    every = [_entry(lieu, grouping.of(lieu), on) for lieu in rows]
    entries = _once(every, published.doubles())
    again = len(every) - len(entries)
    return directory_book.build(
        where.name,
        entries,
        on=on,
        level=grouping.level,
        order=grouping.order({entry.group for entry in entries}),
        land=_land(where, rows),
        sources=[
            *(_source(each) for each in exports.sources(where)),
            *([_duplicates_sentence(again)] if again else []),
        ],
        address=address,
    )


def unique(rows: Sequence[Lieu], on: date) -> list[Lieu]:
    """Return the places of a printed directory: of certain duplicates, the best documented."""
    slugs = {entry.slug for entry in _once([_entry(lieu, "", on) for lieu in rows], published.doubles())}
    return [lieu for lieu in rows if lieu.slug in slugs]


def _once(entries: Sequence[Entry], doubles: Mapping[str, Collection[str]]) -> list[Entry]:
    """Return the places without certain duplicates: of each group, the best documented is printed."""
    duplicates: set[str] = set()
    for entry in sorted(entries, key=lambda e: (-e.rank, e.old, e.slug)):
        if entry.slug not in duplicates:
            duplicates |= published.alike(entry.slug, doubles) - {entry.slug}
    return [entry for entry in entries if entry.slug not in duplicates]


def _duplicates_sentence(n: int) -> str:
    return (
        f"{count(n, 'fiche décrit', 'fiches décrivent')} sans doute un lieu déjà ici : seule la mieux remplie"
        " est imprimée"
    )


def _source(share: exports.SourceShare) -> str:
    producer = share.source.producer or share.source.name
    return f"{producer} : {count(share.n_sheets, 'fiche', 'fiches')}, licence {share.licence.name}"


# ---------------------------------------------------------------------------------------------------- entries


def _entry(lieu: Lieu, group: str, on: date) -> Entry:
    sheet = lieu.sheet
    schedule = sheet.get("horaires", {})
    hours = opening.hours(places.readable_hours(schedule), on, str(schedule.get("text", "")))
    fresh = places.fresh(lieu, on)
    full = places.full(lieu)
    price = places.price(sheet)
    point = lieu.point
    return Entry(
        slug=lieu.slug,
        name=lieu.name,
        address=places.full_address(sheet),
        commune=str(sheet.get("commune", "")),
        group=group,
        phones=[phone.words for phone in places.phones(sheet)],
        hours=hours,
        finds=_finds(sheet),
        price=price.words if price else "",
        before=_before(sheet),
        fresh=fresh.words,
        old=fresh.is_old or not fresh.stitches or bool(schedule.get("left")),
        full=full.words if full else "",
        point=(point[1], point[0]) if point and places.is_located(lieu) else None,
        rank=_rank(lieu, hours, fresh.stitches),
    )


def _rank(lieu: Lieu, hours: Sequence[str], stitches: int) -> float:
    """Return how much of what a visitor needs is known of a place: a poster lists the best documented
    first.
    """
    sheet = lieu.sheet
    known = (
        sheet.get("telephone"),
        hours,
        sheet.get("adresse"),
        sheet.get("frais_a_charge"),
        places.running(sheet),
    )
    full = lieu.full_since is not None
    return sum(map(bool, known)) + min(len(places.running(sheet)), 4) / 4 + stitches / 4 - 3 * full


def _finds(sheet: rules.Sheet) -> list[Find]:
    running = places.running(sheet)
    return [Find(each.id, each.icon, each.title, _words(running[each.id])) for each in places.offered(sheet)]


def _words(conditions: Mapping[str, object]) -> str:
    """Return the conditions of a practice that decide whether to come, in a line."""
    lines = [places.CONDITIONS[name](conditions[name]) for name in SHORT_CONDITIONS if name in conditions]
    short_lines = [line for line in lines if line and len(line) <= LONGEST_WORDS]
    return " ".join(places.sentence(line) for line in short_lines)


def _before(sheet: rules.Sheet) -> str:
    lines = [line for line in places.before_coming(sheet) if len(line) <= LONGEST_BEFORE]
    return " ".join(lines)


# --------------------------------------------------------------------------------------------------- headings


def _grouping(where: Scope, rows: Sequence[Lieu]) -> _Grouping:
    """Return the headings: the zones of a perimeter, the quarters of a commune, the communes of anything
    larger.
    """
    if where.zones:
        return _by_zone(where, rows)
    if where.kind == "commune" and len(rows) >= FEW and (quarters := _quarters(rows)):
        last = "Quartier à préciser"
        return _Grouping(
            "quartier", lambda lieu: quarters.get(lieu.pk, last), lambda headings: _alphabet(headings, last)
        )
    last = "Commune à préciser"
    names = _distinct_names(sorted({lieu.code_insee for lieu in rows}))
    return _Grouping(
        "commune", lambda lieu: names.get(lieu.code_insee, last), lambda headings: _alphabet(headings, last)
    )


def _alphabet(headings: set[str], last: str) -> list[str]:
    return sorted(headings, key=lambda name: (name == last, plain(name)))


def _by_zone(where: Scope, rows: Sequence[Lieu]) -> _Grouping:
    of_code = {code: zone.name for zone in where.zones for code in zone.codes}
    iris = iris_of(rows)

    def heading(lieu: Lieu) -> str:
        commune, quarter = lieu.code_insee, iris.get(lieu.pk, "")
        # the first digits of a quarter are those of the commune that it was of, or of its arrondissement
        zone = of_code.get(quarter) or of_code.get(quarter[:5]) or of_code.get(commune)
        return zone or f"{_names().get(commune, commune)}, quartier à préciser"

    names = list(dict.fromkeys(zone.name for zone in where.zones))

    def order(headings: set[str]) -> list[str]:
        return [name for name in names if name in headings] + sorted(headings - set(names))

    return _Grouping("quartier", heading, order)


def _quarters(rows: Sequence[Lieu]) -> dict[int, str]:
    """Return the name of the quarter of each located place; none where quarters have no contour."""
    names = _iris_names()
    return {pk: names[code] for pk, code in iris_of(rows).items() if names.get(code)}


@cache
def _iris_names() -> dict[str, str]:
    iris = rp2021.iris()
    return dict(zip(iris["iris"].tolist(), iris["name"].tolist(), strict=True))


@cache
def _names() -> dict[str, str]:
    rows = cog.communes()
    return dict(zip(rows["code"].tolist(), rows["name"].tolist(), strict=True))


def _distinct_names(codes: Sequence[str]) -> dict[str, str]:
    """Return the names of some communes; homonyms are distinguished by their code."""
    names = {code: _names()[code] for code in codes if code in _names()}
    many = Counter(names.values())
    return {code: f"{name} ({code})" if many[name] > 1 else name for code, name in names.items()}


# ------------------------------------------------------------------------------------------------------- land


def _land(where: Scope, rows: Sequence[Lieu]) -> Land:
    """Return the land of the maps: the communes of a territory, and their intercommunalités when there are
    several.

    In a large territory, only the communes that have a place are drawn, with the others of their
    intercommunalités when these are few.
    """
    table = cog.communes()
    with_places = sorted({lieu.code_insee for lieu in rows})
    codes: Sequence[str] = where.communes
    if not 0 < len(codes) <= MOST_DRAWN:
        groupings = [
            each for each in np.unique(table["epci"][np.isin(table["code"], with_places)]).tolist() if each
        ]
        near = table["code"][np.isin(table["epci"], groupings) & (table["parent"] == "")].tolist()
        codes = sorted({*with_places, *near}) if len(near) <= MOST_NEAR else with_places
    names = _distinct_names(codes)
    shapes = contours.communes(names)
    part_of = (
        {names[code]: _grouping_of(code) for code in shapes}
        if where.kind in ("departement", "region", "france")
        else {}
    )
    return Land({names[code]: shape for code, shape in shapes.items()}, _inside(codes), part_of)


def _grouping_of(code: str) -> str:
    """Return the name of the intercommunalité of a commune, its own name when it is in none."""
    grouping = _groupings().get(code, "")
    return gazetteer().get(grouping).long_name if grouping in gazetteer() else _names()[code]


@cache
def _groupings() -> dict[str, str]:
    rows = cog.communes()
    return dict(zip(rows["code"].tolist(), rows["epci"].tolist(), strict=True))


def _inside(codes: Sequence[str]) -> list[shapely.Geometry]:
    return list(contours.iris(iris_codes(codes)).values())


# -------------------------------------------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A document to print. kind: annuaire, affiche or depliant; paper: size of a poster; near: the spot where
    it is put up.
    """

    kind: str
    where: Scope
    address: str
    paper: str = "a4"
    near: Spot | None = None


def current_document(request: Request, export_folder: ExportFolder) -> bytes | None:
    """Return a document that was made since the directory last changed, None otherwise."""
    path = export_folder.folder / _name(request)
    return path.read_bytes() if path.exists() else None


def make_document(request: Request, export_folder: ExportFolder) -> bytes:
    """Return a document, and store it."""
    content_directory = directory(request.where, on=export_folder.on, address=request.address)
    match request.kind:
        case "affiche":
            near = request.near.label if request.near else ""
            content = directory_book.poster(
                content_directory, _of_poster(content_directory, request.near), near=near, paper=request.paper
            )
        case "depliant":
            content = directory_book.leaflet(content_directory)
        case _:
            content = directory_book.book(content_directory)
    exports.keep(export_folder, _name(request), content)
    return content


def _name(request: Request) -> str:
    identity = f"{request.address} {request.paper} {request.near.label if request.near else ''}"
    return f"{request.kind}-{sha256(identity.encode()).hexdigest()[:12]}.pdf"


def _of_poster(content_directory: Directory, near: Spot | None) -> list[Entry]:
    """Return the places of a poster: the nearest to a spot, else the best known over the territory."""
    entries = [place.entry for place in content_directory.places]
    if near is None or near.latitude is None or near.longitude is None:
        return directory_book.chosen(entries)
    origin = (near.longitude, near.latitude)
    located = [(_away(origin, entry.point), entry) for entry in entries if entry.point is not None]
    return [entry for _, entry in sorted(located, key=lambda pair: pair[0])][: directory_book.ON_POSTER]


def _away(origin: tuple[float, float], point: tuple[float, float]) -> float:
    """Return a distance in degrees of latitude: accurate enough to rank places."""
    return hypot((origin[0] - point[0]) * cos(radians(origin[1])), origin[1] - point[1])
