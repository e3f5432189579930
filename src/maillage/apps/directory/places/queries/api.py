"""The published places as data·inclusion lists them: structures, services, and services around a point.

The values that filters need are cached for all places, compactly, until something published changes; a page
then reads only its own rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from math import ceil, cos, hypot, radians
from typing import Any

import shapely

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import incremental, published
from maillage.apps.directory.places.queries.incremental import Start
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE, facets_by_place
from maillage.apps.territories.rules import AREAS
from maillage.kernel.names import plain
from maillage.publishing.directory.formats import data_inclusion
from maillage.publishing.directory.formats.published import Published, departement
from maillage.reference import standards
from maillage.sources import cog, contours
from maillage.sources.offer.own_services import SOURCE
from maillage.words.wording import listing

Json = Mapping[str, Any]
FARTHEST = 50.0  # km: what “around” means, as data·inclusion has it
NOTHING = (None, "", (), False)  # territories that have nothing in common, an empty set, do ask something
EVERYBODY = "tous-publics"
EVERYWHERE = ("france", "99100")
FEWEST_READ = 500  # rows at a time, where a short page passes few of them
AT_A_DISTANCE, ON_SITE = "a-distance", "en-presentiel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request from a program; '' and () filter nothing. areas: facets of areas, all of which must hold;
    least: the lowest quality score; once: only the best of duplicate places.
    """

    sources: Sequence[str] = ()
    networks: Sequence[str] = ()
    communes: Sequence[str] = ()
    departements: frozenset[str] | None = None
    themes: Sequence[str] = ()
    prices: Sequence[str] = ()
    publics: Sequence[str] = ()
    public_words: str = ""
    modes: Sequence[str] = ()
    types: Sequence[str] = ()
    areas: Sequence[str] = ()
    least: float | None = None
    once: bool = False
    page: int = 1
    size: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The values that filters need from a place and its service. point: latitude, longitude, even when only
    its commune is known.
    """

    pk: int
    slug: str
    commune: str
    departement: str
    point: tuple[float, float] | None
    networks: Sequence[str]
    themes: Sequence[str]
    price: str
    publics: Sequence[str]
    public_words: str
    modes: Sequence[str]
    type: str
    zone: Sequence[str]
    score: float
    areas: Sequence[str] = ()
    best: bool = True


# ---------------------------------------------------------------------------------------------------- answers


def structures(request: Request, *, on: date) -> Json:
    """Return a page of structures, in the order of their identifiers."""
    return _page(_matching(lines(on), request), request, on, _listed)


def services(request: Request, *, on: date) -> Json:
    """Return a page of services, in the order of their identifiers."""
    return _page(_matching(lines(on), request), request, on, lambda record: record.service)


def nearest_services(request: Request, *, commune: str, point: tuple[float, float] | None, on: date) -> Json:
    """Return a page of services, nearest first: those open to a commune, within fifty kilometres of it or of
    a point.

    A place of unknown position has no distance and comes last; it is found from its own commune alone, unless
    it also works remotely. Without a commune or a point, every service, as `services`.
    """
    matching = _matching(lines(on), request)
    if not commune and point is None:
        return _page(matching, request, on, lambda record: _result(record, None))
    where = point or _middle(commune)
    zones = _zones(commune) if commune else frozenset()
    near: list[tuple[float | None, Line]] = []
    for line in matching:
        if zones and line.zone and zones.isdisjoint(line.zone):
            continue
        away = _kilometres(where, line.point) if where and line.point else None
        if away is None:
            reached = line.commune == commune
        else:
            reached = away <= FARTHEST
        if reached or AT_A_DISTANCE in line.modes:
            near.append((away if ON_SITE in line.modes else None, line))
    near.sort(key=lambda pair: (pair[0] is None, pair[0] or 0.0))
    away_of = {line.pk: None if away is None else round(away) for away, line in near}
    return _page([line for _, line in near], request, on, lambda record: _result(record, away_of[record.pk]))


def structures_since(request: Request, start: Start, *, on: date) -> Json:
    """Return the structures written since an instant and after an identifier, as `structures`."""
    return _since(request, start, on, _listed)


def services_since(request: Request, start: Start, *, on: date) -> Json:
    """Return the services written since an instant and after an identifier, as `services`."""
    return _since(request, start, on, lambda record: record.service)


def structure(id: str, *, on: date) -> Json | None:
    """Return a structure, its services, and its certain duplicates; None when the identifier is unknown."""
    alike = published.doubles()
    records = _records({"slug": _slug(id)}, alike, on)
    if not records:
        return None
    duplicates = _records({"slug__in": records[0].place.duplicates}, alike, on)
    return {
        **records[0].structure,
        "services": [records[0].service],
        "doublons": [other.structure for other in duplicates],
    }


def service(id: str, *, on: date) -> Json | None:
    """Return a service and its structure; None when the identifier is unknown."""
    records = _records({"slug": _slug(id)}, {}, on)
    return {**records[0].service, "structure": records[0].structure} if records else None


def merged_into(id: str) -> str:
    """Return the identifier of the place that this one was merged into, '' when it was not."""
    into = (
        Lieu.objects.filter(slug=_slug(id), state=rules.MERGED)
        .values_list("merged_into__slug", flat=True)
        .first()
    )
    return data_inclusion.identifier(into) if into else ""


def sources() -> list[Json]:
    """Return the one source of this instance, and the producers of its data."""
    producers = [
        f"{s.producer or s.name} ({s.licence or 'licence non précisée'})"
        for s in Source.objects.order_by("name")
    ]
    collected = f" Recensés par {listing(producers)}." if producers else ""
    description = f"Lieux où se faire aider avec le numérique, tenus à jour dans Maillage.{collected}"
    return [{"slug": SOURCE, "nom": "Maillage", "description": description}]


@dataclass(frozen=True, slots=True)
class _Record:
    """A place, and how data·inclusion writes it."""

    pk: int
    place: Published
    structure: Json
    service: Json


def _listed(record: _Record) -> Json:
    return {**record.structure, "doublons": data_inclusion.duplicates(record.place)}


def _result(record: _Record, away: int | None) -> Json:
    return {"service": {**record.service, "structure": record.structure}, "distance": away}


def _page(matching: Sequence[Line], request: Request, on: date, serialize: Callable[[_Record], Json]) -> Json:
    """Return the envelope of data·inclusion: `size` is the number of elements on the page, not the number
    requested.
    """
    start = request.size * (request.page - 1)
    page_pks = [line.pk for line in matching[start : start + request.size]]
    record_by_pk = {each.pk: each for each in _records({"pk__in": page_pks}, published.doubles(), on)}
    # One may have left in between.
    items = [serialize(record_by_pk[pk]) for pk in page_pks if pk in record_by_pk]
    pages = ceil(len(matching) / request.size)
    return {"items": items, "total": len(matching), "page": request.page, "size": len(items), "pages": pages}


def _since(request: Request, start: Start, on: date, serialize: Callable[[_Record], Json]) -> Json:
    """Return the envelope of a list read after an identifier: only the rows that it reads are compared to the
    filters, so that a change of one place does not have all of them read again.
    """
    doubles, after, n = published.doubles(), start.after, max(request.size, FEWEST_READ)
    items: list[Json] = []
    while rows := list(incremental.written(published.published(), start).filter(slug__gt=after)[:n]):
        for record in _matching_records(rows, doubles, request, on):
            items.append(serialize(record))
            if len(items) == request.size:
                return incremental.envelope(items, start, record.place.id)
        after = rows[-1].slug
    return incremental.envelope(items, start, None)


def _matching_records(
    rows: Sequence[Lieu], doubles: Mapping[str, tuple[str, ...]], request: Request, on: date
) -> Iterator[_Record]:
    """Return the rows of `published` that pass the filters of a request, in their order."""
    duplicate_rows: list[Lieu] = []
    if request.once:  # a place is the best of its duplicates, wherever they stand in the list
        slugs = {row.slug for row in rows}
        groups = (published.alike(slug, doubles) for slug in slugs & doubles.keys())
        duplicate_rows = list(published.published().filter(slug__in=set().union(*groups) - slugs))
    pairs = [(row.pk, published.of(row, doubles.get(row.slug, ()))) for row in (*rows, *duplicate_rows)]
    records = {record.pk: record for record in _records_of(pairs, on)}
    areas = facets_by_place(AREAS) if request.areas else {}
    lines = tuple(
        _line(records[row.pk], row.point, areas.get(row.pk, ()))
        for row in (*rows, *duplicate_rows)
        if row.pk in records
    )
    matching_pks = {line.pk for line in _matching(_with_best(lines, doubles), request)}
    return (records[row.pk] for row in rows if row.pk in matching_pks)


def _records(which: Mapping[str, Any], alike: Mapping[str, tuple[str, ...]], on: date) -> list[_Record]:
    """Return the places that data·inclusion accepts among some rows, by identifier."""
    rows = published.published().filter(**which).order_by("slug")
    return list(_records_of(((lieu.pk, published.of(lieu, alike.get(lieu.slug, ()))) for lieu in rows), on))


def _records_of(places: Iterable[tuple[int, Published]], on: date) -> Iterator[_Record]:
    for pk, place in places:
        structures, services, _ = data_inclusion.rows([place], on=on)
        for structure, service in zip(structures, services, strict=True):
            yield _Record(pk, place, structure, service)


def _slug(id: str) -> str:
    """Return the address of the place with an identifier, '' when it is not one of this instance."""
    start = data_inclusion.identifier("")
    return id.removeprefix(start) if id.startswith(start) else ""


# ---------------------------------------------------------------------------------------------------- filters


def _matching(lines: Iterable[Line], request: Request) -> list[Line]:
    criteria = {name: value for name in TESTS if (value := getattr(request, name)) not in NOTHING}
    tests = [test for name, value in criteria.items() if (test := TESTS[name](value))]
    return [line for line in lines if all(test(line) for test in tests)]


def _any(column: str) -> Callable[[Sequence[str]], Callable[[Line], bool]]:
    def make(values: Sequence[str]) -> Callable[[Line], bool]:
        return lambda line: not set(values).isdisjoint(getattr(line, column))

    return make


def _among(column: str) -> Callable[[Sequence[str]], Callable[[Line], bool]]:
    def make(values: Sequence[str]) -> Callable[[Line], bool]:
        return lambda line: getattr(line, column) in values

    return make


def _of_theme(values: Sequence[str]) -> Callable[[Line], bool]:
    """Return the test of a theme, or of any theme of a category."""
    return lambda line: any(theme in values or theme.partition("--")[0] in values for theme in line.themes)


def _for_public(values: Sequence[str]) -> Callable[[Line], bool] | None:
    """Return the test of a public: a place for everybody suits them too; everybody filters nothing."""
    return None if EVERYBODY in values else _any("publics")([*values, EVERYBODY])


def _public_words(text: str) -> Callable[[Line], bool] | None:
    words = plain(text).split()
    return (lambda line: any(f" {word}" in line.public_words for word in words)) if words else None


TESTS: Mapping[str, Callable[[Any], Callable[[Line], bool] | None]] = {
    "sources": lambda values: lambda line: SOURCE in values,
    "networks": _any("networks"),
    "communes": _among("commune"),
    "departements": _among("departement"),
    "themes": _of_theme,
    "prices": _among("price"),
    "publics": _for_public,
    "public_words": _public_words,
    "modes": _any("modes"),
    "types": _among("type"),
    "areas": lambda values: lambda line: set(values) <= set(line.areas),
    "least": lambda least: lambda line: line.score >= least,
    "once": lambda _: lambda line: line.best,
}


# ------------------------------------------------------------------------------------------------------ lines


def lines(on: date) -> tuple[Line, ...]:
    """Return the values that filters need for every place that data·inclusion accepts, by identifier."""
    return _lines(published.state().digest, on)


@lru_cache(maxsize=2)
def _lines(digest: str, on: date) -> tuple[Line, ...]:
    rows = published.published().order_by("slug")
    points: dict[int, tuple[float, float] | None] = {}

    def places() -> Iterator[tuple[int, Published]]:
        for lieu in rows.iterator(chunk_size=1_000):
            points[lieu.pk] = lieu.point
            yield lieu.pk, published.of(lieu)

    areas = facets_by_place(AREAS)
    all_lines = tuple(
        _line(each, points.pop(each.pk), areas.get(each.pk, ())) for each in _records_of(places(), on)
    )
    return _with_best(all_lines, published.doubles())


def _line(record: _Record, point: tuple[float, float] | None, areas: Sequence[str]) -> Line:
    service = record.service
    words = [*(_label(public) for public in service["publics"]), service["publics_precisions"] or ""]
    return Line(
        pk=record.pk,
        slug=record.place.id,
        commune=service["code_insee"] or "",
        departement=departement(record.place.sheet),
        point=point,
        networks=tuple(record.structure["reseaux_porteurs"] or ()),
        themes=tuple(service["thematiques"] or ()),
        price=service["frais"] or "",
        publics=tuple(service["publics"]),
        public_words=f" {plain(' '.join(words))}",
        modes=tuple(service["modes_accueil"]),
        type=service["type"] or "",
        zone=tuple(service["zone_eligibilite"] or ()),
        score=service["score_qualite"],
        areas=tuple(areas),
    )


def _with_best(lines: tuple[Line, ...], alike: Mapping[str, tuple[str, ...]]) -> tuple[Line, ...]:
    """Mark all but the best scored of duplicate places; the first identifier wins a tie."""
    by_slug = {line.slug: line for line in lines if line.slug in alike}
    worse: set[str] = set()
    ranked_slugs: set[str] = set()
    for slug in by_slug:
        group = _together(slug, alike) - ranked_slugs
        ranked_slugs |= group
        ranked = sorted(
            (by_slug[each] for each in group if each in by_slug), key=lambda line: (-line.score, line.slug)
        )
        worse |= {line.slug for line in ranked[1:]}
    return tuple(replace(line, best=False) if line.slug in worse else line for line in lines)


def _together(slug: str, alike: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the groups of places linked by pairs, directly or not."""
    group, remaining = {slug}, [slug]
    while remaining:
        for other in alike.get(remaining.pop(), ()):
            if other not in group:
                group.add(other)
                remaining.append(other)
    return group


@cache
def _labels() -> dict[str, str]:
    return {str(each["value"]): str(each["label"]) for each in standards.data_inclusion()["publics"]}


def _label(public: str) -> str:
    return _labels().get(public, public)


# ------------------------------------------------------------------------------------------------ territories


def _kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance between two points (latitude, longitude): a plane is right to 0.1 % within fifty
    kilometres.
    """
    squeeze = cos(radians((a[0] + b[0]) / 2))
    return hypot(a[0] - b[0], (a[1] - b[1]) * squeeze) * METRES_A_DEGREE / 1_000


@lru_cache(maxsize=4_096)
def _middle(commune: str) -> tuple[float, float] | None:
    """Return the middle of a commune, latitude first; None without contour."""
    parts = list(contours.communes(parts_of(commune)).values())
    if not parts:
        return None
    centre = shapely.centroid(shapely.multipolygons(shapely.get_parts(parts)))
    return float(centre.y), float(centre.x)


def _zones(commune: str) -> frozenset[str]:
    """Return the eligibility zones that contain a commune."""
    row = communes()[commune]
    return frozenset(filter(None, (commune, row["departement"], row["epci"], *EVERYWHERE)))


@cache
def communes() -> Mapping[str, Mapping[str, str]]:
    """Return the communes and arrondissements of today, by code."""
    return {row["code"]: row for row in cog.communes().rows()}


def parts_of(commune: str) -> tuple[str, ...]:
    """Return a commune and its arrondissements."""
    return (commune, *_arrondissements().get(commune, ()))


@cache
def _arrondissements() -> Mapping[str, Sequence[str]]:
    parts: dict[str, list[str]] = {}
    for code, row in communes().items():
        if row["parent"]:
            parts.setdefault(row["parent"], []).append(code)
    return parts


@cache
def areas() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the départements that a filter of territory means: by the name of the filter, then by its
    value.
    """
    names = ("departement", "departement_name", "region", "region_name")
    codes_by_filter: dict[str, dict[str, set[str]]] = {}
    for row in {tuple(row[name] for name in names) for row in cog.communes().rows()}:
        departement_code, departement_name, region_code, region_name = row
        value_by_filter = {
            "code_departement": departement_code,
            "slug_departement": _as_address(departement_name),
            "code_region": region_code,
            "slug_region": _as_address(region_name),
        }
        for filter, value in value_by_filter.items():
            codes_by_filter.setdefault(filter, {}).setdefault(value, set()).add(departement_code)
    return {
        filter: {value: tuple(sorted(codes)) for value, codes in by.items()}
        for filter, by in codes_by_filter.items()
    }


def _as_address(name: str) -> str:
    return "-".join(plain(name).split())
