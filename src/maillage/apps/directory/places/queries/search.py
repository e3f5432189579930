"""Search the directory: words, a circle and facets in one statement, on SQLite and on PostgreSQL alike.

Both store the same three things beside the places (migration 0002): their words, their point, their facets.
The nearest come first; without a point, the order is alphabetical. Facets are counted over all the results,
not over one page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import TypeAlias, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from maillage.kernel.names import plain

METRES_A_DEGREE = 111_195.0
FIRST, SECOND = 1, 2  # which sheet of a pair is found, when one alone is; both: their sum
PAIR = "cast(first_id as text) || ':' || cast(second_id as text)"
MATCHED = (
    f"(case when first_id in (select id from r) then {FIRST} else 0 end"
    f" + case when second_id in (select id from r) then {SECOND} else 0 end)"
)


R = TypeVar("R", bound=Model)
Value: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search. `facets`: every group must match, by any of its members. radius: metres around the point."""

    text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius: float = 0.0
    facets: tuple[tuple[str, ...], ...] = ()
    communes: tuple[str, ...] = ()
    limit: int = 30
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Matches:
    """Sheets by distance: (id, metres or None); how many there are in all, and how many have each facet.

    pairs: sheets that surely describe one place, at least one of the two found; paired: those of them found.
    """

    places: list[tuple[int, float | None]]
    total: int
    facets: dict[str, int]
    pairs: list[tuple[int, int]]
    paired: set[int]


def search(criteria: Wanted) -> Matches:
    """Return the places found, nearest first."""
    sql, values = _statement(criteria)
    places: list[tuple[int, float | None]] = []
    facets: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    paired: set[int] = set()
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for part, key, number in cursor.fetchall():
            if part == 0:
                places.append((int(key), None if number is None else number**0.5 * METRES_A_DEGREE))
            elif part == 1:
                facets[key] = int(number)
            elif part == 2:
                one, other = map(int, key.split(":"))
                pairs.append((one, other))
                paired |= {
                    id for id, is_match in ((one, number != SECOND), (other, number != FIRST)) if is_match
                }
            else:
                total = int(number)
    order = {id: at for at, (id, _) in enumerate(places)}
    places.sort(key=lambda row: (row[1] is None, row[1] or 0.0, order[row[0]]))
    return Matches(places, total, facets, pairs, paired)


def facets_of(family: str) -> list[str]:
    """Return the facets of a family that some published place has: `langue:Arabe`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct facet from directory_facets where facet like %s order by facet", [f"{family}:%"]
        )
        return [facet for (facet,) in cursor.fetchall()]


def facets_by_place(families: Iterable[str]) -> dict[int, list[str]]:
    """Return the facets of some families that each published place has, by its number."""
    facets_by_pk: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        for family in families:
            cursor.execute("select lieu, facet from directory_facets where facet like %s", [f"{family}:%"])
            for lieu, facet in cursor.fetchall():
                facets_by_pk.setdefault(int(lieu), []).append(facet)
    return facets_by_pk


def having(rows: QuerySet[R], facets: Sequence[str], prefix: str = "") -> QuerySet[R]:
    """Return the rows whose published place has every one of some facets. prefix: the path from a row to its
    place, '' when it is one.
    """
    for facet in facets:
        matching = RawSQL("select lieu from directory_facets where facet = %s", [facet])
        rows = rows.filter(**{f"{prefix}pk__in": matching})
    return rows


class _Parts:
    """The parts of a statement, each with its parameters in order."""

    def __init__(self) -> None:
        self.tables = "directory_lieu p"
        self.with_: list[str] = []
        self.with_values: list[Value] = []
        self.wheres = ["p.state = 'published'"]
        self.values: list[Value] = []

    def also(self, name: str, select: str, values: Sequence[Value]) -> None:
        self.with_.append(f"{name} as materialized ({select})")
        self.with_values += values

    def only(self, condition: str, values: Sequence[Value]) -> None:
        self.wheres.append(condition)
        self.values += values


def _statement(wanted: Wanted) -> tuple[str, list[Value]]:
    """Return the statement and its parameters: candidates by circle, words and facets, then the page, the
    facets, the pairs, the total.
    """
    sqlite = connection.vendor == "sqlite"
    parts = _Parts()
    indexed = f"exists (select 1 from directory_words i where i.{'rowid' if sqlite else 'lieu'} = p.id)"
    parts.only(f"(p.missing_since_id is null or {indexed})", [])  # its source may write it otherwise
    distance, at = _distance(wanted)
    if wanted.radius and at:
        _circle(parts, wanted, sqlite=sqlite)
        parts.only(f"{distance} <= %s", [*at, (wanted.radius / METRES_A_DEGREE) ** 2])
    if words := plain(wanted.text).split():
        _words(parts, words, sqlite=sqlite, circle=bool(wanted.radius and at))
    if wanted.communes:
        parts.only(f"p.code_insee in ({_marks(wanted.communes)})", wanted.communes)
    for group in wanted.facets:
        parts.only(
            f"exists (select 1 from directory_facets f where f.lieu = p.id and f.facet in ({_marks(group)}))",
            group,
        )
    candidates = f"select p.id, {distance} d, p.name from {parts.tables} where {' and '.join(parts.wheres)}"
    parts.also("r", candidates, [*at, *parts.values])
    id = "id" if sqlite else "cast(id as text)"
    order = "d, name, id" if at else "name, id"
    sql = (
        f"with {', '.join(parts.with_)} select 0, {id}, d from (select * from r order by {order} limit %s"
        " offset %s) page union all select 1, f.facet, cast(count(*) as real) from r"
        f" {'cross join' if sqlite else 'join'} directory_facets f on f.lieu = r.id group by f.facet union"
        f" all select 2, {PAIR}, cast({MATCHED} as real) from directory_pair where sure and state = 'open'"
        f" and {MATCHED} > 0 union all select 3, '', cast(count(*) as real) from r"
    )
    return sql, [*parts.with_values, wanted.limit, wanted.offset]


def _distance(wanted: Wanted) -> tuple[str, list[Value]]:
    """Return (the square of the distance to the point, in degrees of latitude; its values), null without a
    point.
    """
    if wanted.latitude is None or wanted.longitude is None:
        return "cast(null as real)", []  # PostgreSQL asks for the type of what it unites
    scale = cos(radians(wanted.latitude))
    return (
        "((p.latitude - %s) * (p.latitude - %s) + (p.longitude - %s) * (p.longitude - %s) * %s)",
        [*([wanted.latitude] * 2), *([wanted.longitude] * 2), scale * scale],
    )


def _circle(parts: _Parts, wanted: Wanted, *, sqlite: bool) -> None:
    """Select first the places in the bounding box of the circle."""
    assert wanted.latitude is not None and wanted.longitude is not None
    high = wanted.radius / METRES_A_DEGREE
    wide = high / max(cos(radians(wanted.latitude)), 0.01)
    south, north = wanted.latitude - high, wanted.latitude + high
    west, east = wanted.longitude - wide, wanted.longitude + wide
    if sqlite:
        box = (
            "select id from directory_points where minlat >= %s and maxlat <= %s and minlon >= %s and maxlon"
            " <= %s"
        )
        coarse = 1e-4  # the tree keeps its boxes in single precision
        parts.also("g", box, [south - coarse, north + coarse, west - coarse, east + coarse])
        parts.tables = (  # in this order: few in a box, many in France
            "g cross join directory_lieu p on p.id = g.id"
        )
    else:
        box = "select lieu id from directory_points where place <@ box(point(%s, %s), point(%s, %s))"
        parts.also("g", box, [west, south, east, north])
        parts.tables = "g join directory_lieu p on p.id = g.id"


def _words(parts: _Parts, words: Sequence[str], *, sqlite: bool, circle: bool) -> None:
    """Select the places that contain every word, each as typed or as a prefix."""
    if (
        sqlite and circle
    ):  # reading the words of a few places beats listing all those of France that hold them
        parts.tables += " cross join directory_words w on w.rowid = p.id"
        for word in words:
            parts.only("(' ' || w.words) like %s", [f"% {word}%"])
        return
    if sqlite:
        select, value = (
            "select rowid id from directory_words where directory_words match %s",
            " ".join(f'"{w}"*' for w in words),
        )
    else:
        select = "select lieu id from directory_words where words @@ to_tsquery('simple', %s)"
        value = " & ".join(f"{word}:*" for word in words)
    parts.also("t", select, [value])
    parts.tables += " join t on t.id = p.id"


def _marks(values: Sequence[Value]) -> str:
    return ", ".join(["%s"] * len(values))
