"""Reading perimeters, filters and corrections; none writes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from django.apps import apps
from django.db.models import QuerySet
from django.utils.http import urlencode
from numpy.typing import NDArray

from maillage.apps.territories import rules
from maillage.apps.territories.models import Correction, District, Marking, Perimeter
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table, positions
from maillage.statistics.diagnosis import districts, filters
from maillage.statistics.diagnosis.request import Inside
from maillage.statistics.need import corrections
from maillage.statistics.need import population as frames
from maillage.statistics.offer.districts import Contours
from maillage.statistics.zones import zone_files, zoning
from maillage.statistics.zones.territories import Territory, gazetteer, rows_of
from maillage.statistics.zones.zone_files import ZoneFile
from maillage.words.wording import count


def perimeters() -> list[Perimeter]:
    """Return the kept perimeters by name, in the same order on every database: accents and case do not
    count.
    """
    return _by_name(Perimeter.objects.all())


def zone_file(content: bytes, *, name: str, code: str) -> ZoneFile:
    """Return the zones of a file as they are read in a territory; Refused as `zone_files.read` is, or where
    no territory has this code.
    """
    return zone_files.read(content, name=name, territory=gazetteer().get(code), iris=frames.sources().rp2021)


def _by_name(rows: Iterable[Perimeter]) -> list[Perimeter]:
    return sorted(rows, key=lambda p: (plain(p.name), p.pk))


def perimeters_named(text: str) -> list[Perimeter]:
    """Return the kept perimeters whose name holds every word of a text, however it is typed; their zones, up
    to five megabytes each, are read for none: a list under a field asks at each letter.
    """
    words = plain(text).split()
    if not words:
        return []
    rows = _by_name(Perimeter.objects.defer("zones"))
    return [p for p in rows if all(word in plain(p.name) for word in words)]


def perimeters_by_name(text: str) -> list[Perimeter]:
    """Return the kept perimeters that a name typed means: those called so; else those whose name holds its
    words, unless an official territory is called so: « Grenoble » is no « Grenoble et ses voisins ».
    """
    named = perimeters_named(text)
    called = [each for each in named if plain(each.name) == plain(text)]
    return called or ([] if named and official_namesakes(text) else named)


def official_namesakes(text: str) -> list[Territory]:
    """Return the official territories that are called so, by their official name or as pages write it,
    accents and case aside.
    """
    name = plain(text)
    return [t for t in gazetteer().find(text) if name in (plain(t.name), plain(t.long_name))]


def markings() -> list[Marking]:
    """Return the kept filters by name."""
    return sorted(Marking.objects.all(), key=lambda m: (plain(m.label), m.pk))


OF_ADDRESS = ("place", "territory")  # the columns that hold the address of a territory or of a perimeter
LONGEST_ADDRESS = 61
Floats = NDArray[np.float64]
Stamp = tuple[str, int, str]  # the kind of a filter of areas, its number, what its file was


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """The areas of a kept filter. source: its file, in words; outdated: why they no longer hold, "" when they
    do; departements: those it has an area in; undrawn_communes: those with a district of the list of 2024
    that a file of these districts leaves out; contours: None when the filter was dropped before they were
    kept.
    """

    kind: str
    slug: str
    label: str
    source: str
    doubt: str
    outdated: str
    shares: Mapping[str, float]
    departements: frozenset[str]
    undrawn_communes: frozenset[str]
    contours: Contours | None


def areas_stamps() -> tuple[Stamp, ...]:
    """Return the stamps of the filters of areas, the last dropped first; none when
    no file of contours was dropped.
    """
    rows = Marking.objects.filter(kind__in=rules.AREAS).order_by("-created_at", "-pk")
    return tuple(
        (kind, pk, f"{at.isoformat()} {digest}")
        for kind, pk, at, digest in rows.values_list("kind", "pk", "created_at", "digest")
    )


def areas_of(stamps: Sequence[Stamp], kind: str) -> list[Areas]:
    """Return the filters of a kind of area, the last dropped first."""
    return [_areas(stamp) for stamp in stamps if stamp[0] == kind]


@lru_cache(maxsize=16)
def _areas(stamp: Stamp) -> Areas:
    marking = Marking.objects.get(pk=stamp[1])
    drawn = list(District.objects.filter(marking=marking).order_by("pk").values_list("name", "shape", "code"))
    shapes = shapely.from_wkt([shape for _, shape, _ in drawn])
    departements = frozenset(rules.departement(code) for code in marking.shares)
    listed = districts.table()
    is_drawn = np.isin(listed["code"], [code for *_, code in drawn])
    undrawn = listed["commune"][~is_drawn].tolist() if is_drawn.any() else ()
    generation_text = f", génération {marking.generation}" if marking.generation else ""
    return Areas(
        kind=marking.kind,
        slug=marking.slug,
        label=marking.label,
        source=f"{marking.source}{generation_text}, déposé en {marking.created_at.year}",
        doubt=marking.doubt,
        outdated=rules.OUTDATED.get(marking.generation, ""),
        shares=marking.shares,
        departements=departements,
        undrawn_communes=frozenset(code for code in undrawn if rules.departement(code) in departements),
        contours=Contours([name for name, *_ in drawn], list(shapes)) if drawn else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneAreas:
    """The part of the residents of each zone who live in areas of a kind.

    shares: by code, nan where no file speaks of the whole zone; has_contours: whether a file was dropped;
    in_communes: of each zone in a commune that contains such an area, the codes of these communes; chosen: of
    `rules.ZONE_ANSWERS`, "" for every zone; source, doubt: of what answers.
    """

    kind: str
    source: str
    doubt: str
    shares: Mapping[str, float]
    has_contours: bool
    in_communes: Mapping[str, frozenset[str]]
    chosen: str

    def answer(self, code: str) -> str:
        """Return the answer: a zone holds a part of such an area."""
        return rules.zone_answer(self.shares.get(code, np.nan))

    def keeps(self, code: str) -> bool:
        """Return True if a zone is one of those asked."""
        if self.chosen == rules.COMMUNE:
            return code in self.in_communes
        return not self.chosen or self.answer(code) == self.chosen

    def words(self, code: str) -> str:
        """Return the words beside the name of a zone, "" where it holds none."""
        return rules.zone_words(self.kind, self.shares.get(code, np.nan)) if self.has_contours else ""

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        """The answers that some zones give: each with its words, and how many zones give it, or communes
        where it is told of these; not that of the commune when every zone gives it, unless it is asked.
        """
        counts = Counter(self.answer(code) for code in self.shares if self.has_contours)
        if len(self.in_communes) < len(self.shares) or self.chosen == rules.COMMUNE:
            counts[rules.COMMUNE] = len(self.in_communes)
        words = rules.ZONE_ANSWERS[self.kind]
        count_words = {id: count(counts[id], "zone") for id in words}
        n_communes = len(frozenset().union(*self.in_communes.values()))
        rest = f", {count_words.get(rules.COMMUNE)}" if counts[rules.COMMUNE] != n_communes else ""
        count_words[rules.COMMUNE] = f"{count(n_communes, 'commune')}{rest}"
        return [(id, words[id], count_words[id]) for id in words if counts[id] or id == self.chosen]


def zone_areas(
    stamps: tuple[Stamp, ...], zones: Mapping[str, NDArray[np.int64]], chosen_areas: Mapping[str, str]
) -> tuple[ZoneAreas, ...]:
    """Return, for each kind of area, what part of each zone the dropped contours hold, and the zones that are
    in a commune with one; no kind that has nothing to answer. zones: the rows of their census areas, by code;
    chosen_areas: the answer that is wanted of each kind.
    """
    areas = [_zone_areas(kind, stamps, zones, chosen_areas.get(kind, "")) for kind in rules.AREAS]
    return tuple(each for each in areas if each.answers)


def _zone_areas(
    kind: str, stamps: tuple[Stamp, ...], zones: Mapping[str, NDArray[np.int64]], value: str
) -> ZoneAreas:
    last = next(iter(areas_of(stamps, kind)), None)
    in_communes = _in_communes(zones) if rules.COMMUNE in rules.ZONE_ANSWERS[kind] else {}
    by_commune = value == rules.COMMUNE or last is None
    answers = (rules.COMMUNE,) if by_commune and in_communes else rules.ZONE_ANSWERS[kind] if last else ()
    return ZoneAreas(
        kind=kind,
        source=districts.SOURCE_WORDS if by_commune or last is None else last.source,
        doubt=districts.WHOLE_COMMUNES if by_commune or last is None else last.doubt,
        shares=_of_zones(_census_shares(stamps, kind), zones),
        has_contours=last is not None,
        in_communes=in_communes,
        chosen=value if value in answers else "",
    )


def _in_communes(zones: Mapping[str, NDArray[np.int64]]) -> dict[str, frozenset[str]]:
    """Return the communes with a priority district of each zone that has a census area in one."""
    has_one, communes = _has_district(), frames.sources().rp2021["commune"]
    return {
        code: frozenset(communes[rows[has_one[rows]]].tolist())
        for code, rows in zones.items()
        if has_one[rows].any()
    }


def _has_district() -> NDArray[np.bool_]:
    """Return (areas of the census,) whether the commune of each contains a priority district."""
    return np.isin(frames.sources().rp2021["commune"], districts.table()["commune"])


def contours_over(
    stamps: Sequence[Stamp], kind: str, shape_by_departement: Mapping[str, shapely.Geometry]
) -> list[shapely.Geometry]:
    """Return the dropped contours of a kind of area that touch some départements, those of the last file that
    draws one in each. shape_by_departement: what of each is looked at.
    """
    shapes: list[shapely.Geometry] = []
    undrawn = dict(shape_by_departement)
    for areas in areas_of(stamps, kind):
        looked_at = [undrawn.pop(code) for code in sorted(areas.departements & undrawn.keys())]
        if looked_at and areas.contours is not None:
            shapes += areas.contours.touching(shapely.union_all(looked_at))
    return shapes


def areas_query(areas: Sequence[ZoneAreas]) -> str:
    """Return the parameters of an address that keep the zones asked, "" for every zone."""
    return urlencode({each.kind: each.chosen for each in areas if each.chosen})


def _of_zones(share: Floats, zones: Mapping[str, NDArray[np.int64]]) -> dict[str, float]:
    """Return the share of the residents of each zone, nan where that of some of them is unknown; that of its
    census areas where nobody lives.
    """
    people = frames.sources().rp2021["pop"]
    share_by_zone = {}
    for code, rows in zones.items():
        lived = rows[people[rows] > 0] if people[rows].any() else rows
        share_by_zone[code] = float(
            np.average(share[lived], weights=people[lived] if people[rows].any() else None)
        )
    return share_by_zone


@lru_cache(maxsize=8)
def _census_shares(stamps: tuple[Stamp, ...], kind: str) -> Floats:
    """Return (areas of the census,) the share of each in areas of a kind: that of the last file that draws
    one in its département; where none does, or leaves out a district of the commune, nan, but 0 in a commune
    that is known to contain none.
    """
    iris = frames.sources().rp2021
    by_commune = rules.COMMUNE in rules.ZONE_ANSWERS[kind]
    share = np.where(_has_district() | (not by_commune), np.nan, 0.0)
    for areas in reversed(areas_of(stamps, kind)):
        share[np.isin(iris["departement"], sorted(areas.departements))] = 0.0
        share[np.isin(iris["commune"], sorted(areas.undrawn_communes))] = np.nan
        codes, values = np.array(list(areas.shares)), np.array(list(areas.shares.values()), dtype=np.float64)
        at = positions(iris["iris"], codes)
        share[at[at >= 0]] = values[at >= 0]
    return share


_of_this_page: ContextVar["_PerimetersRead | None"] = ContextVar("perimeters", default=None)


class _PerimetersRead:
    """The perimeters that a page has read. codes: the territory of each, by its address."""

    def __init__(self) -> None:
        self.rows: dict[str, Perimeter] = {}

    @cached_property
    def codes(self) -> dict[str, str]:
        return dict(Perimeter.objects.order_by("pk").values_list("slug", "code"))

    def get(self, slug: str) -> Perimeter | None:
        """Return the perimeter of an address; None when there is none."""
        if slug in self.codes and slug not in self.rows:
            self.rows |= {row.slug: row for row in Perimeter.objects.filter(slug=slug)}
        return self.rows.get(slug)


@contextmanager
def one_reading() -> Iterator[None]:
    """Read each perimeter once at most within: a page names many territories, few of which are perimeters."""
    token = _of_this_page.set(_PerimetersRead())
    try:
        yield
    finally:
        _of_this_page.reset(token)


def perimeter(slug: str) -> Perimeter | None:
    """Return the kept perimeter of an address; None when there is none."""
    read = _of_this_page.get()
    return read.get(slug) if read else Perimeter.objects.filter(slug=slug).first()


def same_places(place: str) -> tuple[str, ...]:
    """Return a place, then the others that count the same residents: the official territory that its zones
    cut whole, and the perimeters that cut that one. They share mission, look, surveys and plan.
    """
    row = perimeter(place)
    code = _cut_whole(row.code, row.zones, row.file_name) if row else place
    if code not in gazetteer():
        return (place,)
    within = {code, *(parent for parent, _ in gazetteer().get(code).within)}
    read = _of_this_page.get() or _PerimetersRead()
    perimeters_within = (read.get(slug) for slug, start in read.codes.items() if start in within)
    cutting = [
        row.slug
        for row in perimeters_within
        if row and _cut_whole(row.code, row.zones, row.file_name) == code
    ]
    return tuple(dict.fromkeys((place, code, *cutting)))


@lru_cache(maxsize=64)
def _cut_whole(start: str, zones: str, file_name: str) -> str:
    """Return the code of the official territory whose every resident the zones of a perimeter count, be it
    another than where they were cut; "" for none. start: where they were cut.
    """
    iris = frames.sources().rp2021
    try:
        cut = zoning.from_file(
            zones.encode("utf-8"), name=file_name, territory=gazetteer().get(start), iris=iris
        )
    except Refused:  # a code that no longer exists: its study says it
        return ""
    people = iris["pop"]
    lived = cut.rows[people[cut.rows] > 0]
    commune = gazetteer().get(str(iris["commune"][(lived if len(lived) else cut.rows)[0]]))
    for code in (start, commune.code, *(parent for parent, _ in commune.within)):
        rows = rows_of(gazetteer().get(code), iris)
        if people[rows].sum() == people[cut.rows].sum() and np.isin(lived, rows).all():
            return code
    return ""


def zone_by_commune(row: Perimeter) -> dict[str, str]:
    """Return the name of the zone of each commune of a perimeter; {} unless its zones are several, each of
    whole communes.
    """
    iris, start = frames.sources().rp2021, gazetteer().get(row.code)
    try:
        zones = zoning.from_file(row.zones.encode(), name=row.file_name, territory=start, iris=iris).zones
    except Refused:  # a code that no longer exists: its study says it
        return {}
    communes = [np.unique(iris["commune"][zone.rows]).tolist() for zone in zones]
    by_commune = {code: zone.name for zone, codes in zip(zones, communes, strict=True) for code in codes}
    return by_commune if len(zones) > 1 and len(by_commune) == sum(map(len, communes)) else {}


def stored_under(slug: str) -> bool:
    """Return True if something is stored under the address of a perimeter, kept or dropped: roles, a plan,
    workshops, studies.
    """
    columns = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name in OF_ADDRESS and field.max_length == LONGEST_ADDRESS
    ]
    return any(model._default_manager.filter(**{name: slug}).exists() for model, name in columns)


def canonical(place: str) -> str:
    """Return the one address of a place: the slug of a kept perimeter, else the official code;
    UnknownTerritory otherwise.
    """
    if not place.isprintable():
        return gazetteer().get(repr(place)[1:-1]).code  # told unknown in letters that a page can show
    return place if perimeter(place) else gazetteer().get(place).code


def territory(code: str) -> Territory:
    """Return the territory of an official code, or the one a kept perimeter starts from; UnknownTerritory
    otherwise.
    """
    own_perimeter = perimeter(code)
    return gazetteer().get(own_perimeter.code if own_perimeter else code)


def _filters() -> QuerySet[Marking]:
    """Return the kept files that say which residents to count."""
    return Marking.objects.exclude(kind=rules.CONNECTIONS)


def connections() -> Marking | None:
    """Return the kept file of connections of the latest year, the last dropped of that year; None without."""
    rows = Marking.objects.filter(kind=rules.CONNECTIONS)
    return rows.order_by("-generation", "-created_at", "-pk").first()


def filters_offered() -> list[tuple[str, str]]:
    """Return (id, label) of every filter a page may offer; not whom each counts, up to every area of the
    country.
    """
    own_filters = _filters().order_by("pk").values_list("slug", "label")
    return [
        *filters.LABELS.items(),
        *sorted(own_filters, key=lambda slug_and_label: plain(slug_and_label[1])),
    ]


def inside(id: str) -> Inside | None:
    """Return a filter by id, None when it does not exist."""
    if id in filters.built_in():
        return filters.built_in()[id]()
    marking = _filters().filter(slug=id).first()
    if marking is None:
        return None
    iris = frames.sources().rp2021
    share = np.zeros(len(iris))
    codes, values = np.array(list(marking.shares)), np.array(list(marking.shares.values()), dtype=np.float64)
    at = positions(iris["iris"], codes)
    share[at[at >= 0]] = values[at >= 0]
    return Inside(
        id=marking.slug, label=marking.label, share=share, source=marking.source, doubt=marking.doubt
    )


def digest(inside: Inside) -> str:
    """Return the digest of a filter, which tells two filters of one name apart by the people they count."""
    return sha256(inside.share.tobytes() + inside.label.encode("utf-8")).hexdigest()[:16]


def corrections_in_force() -> tuple[corrections.Correction, ...]:
    """Return the corrections that studies read with: the latest of each cell, unless withdrawn."""
    latest: dict[tuple[str, str, str], Correction] = {}
    for row in Correction.objects.filter(withdrawn_at=None).order_by("made_at", "pk"):
        latest[row.table, row.key, row.column] = row
    return tuple(corrections.Correction(c.table, c.key, c.column, c.value) for c in latest.values())


def corrected(table: str, key: str) -> dict[str, float]:
    """Return the values of one row that are read instead of the published ones, by column."""
    return {c.column: c.value for c in corrections_in_force() if (c.table, c.key) == (table, key)}


def corrections_of(table: str) -> list[Correction]:
    return list(Correction.objects.filter(table=table).select_related("made_by"))


def latest_correction() -> int:
    """Return the number of the latest correction made, 0 before the first: who writes later says what they
    had read.
    """
    return Correction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def all_corrections() -> list[Correction]:
    return list(Correction.objects.select_related("made_by"))


def reference_table(id: str) -> Table:
    """Return a correctable table as its producer published it; Refused when the id names none."""
    tables = frames.sources()
    table_by_name: dict[str, Table] = {
        t.name: t
        for t in (tables.rp2021, tables.rp2018, tables.filosofi, tables.cnaf)
        if t.name in rules.CORRECTABLE
    }
    if id not in table_by_name:
        raise Refused(
            f"La table « {id} » ne se corrige pas.",
            why="Seules les tables de référence du recensement, des revenus et des allocations se corrigent.",
            do="Choisissez parmi : " + ", ".join(table_by_name) + ".",
        )
    return table_by_name[id]


def reference_row(id: str, key: str) -> dict[str, Any] | None:
    """Return one row of a correctable table, None when the code is absent."""
    table = reference_table(id)
    column = rules.CORRECTABLE[id][0]
    at = int(positions(table[column], np.array([key]))[0])
    if at < 0:
        return None
    return {name: values[at].item() for name, values in table.columns.items()}
