"""Searching the directory: words, a circle and facets in one statement, on SQLite and on PostgreSQL alike.

Both keep the same three things beside the places (migration 0002): their words, their point, their facets. The nearest
come first; without a point, the alphabet decides. Facets are counted over everything found, not over the page shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from django.db import connection

from maillage.kernel.names import plain

METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `facets`: every group must be met, by any of its members. radius: metres around the point."""

    text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius: float = 0.0
    facets: tuple[tuple[str, ...], ...] = ()
    communes: tuple[str, ...] = ()
    limit: int = 30
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Places by distance: (id, metres or None); how many there are in all, and how many have each facet."""

    places: list[tuple[int, float | None]]
    total: int
    facets: dict[str, int]


def search(wanted: Wanted) -> Found:
    """Return the places found, nearest first."""
    sql, values = _statement(wanted)
    places: list[tuple[int, float | None]] = []
    facets: dict[str, int] = {}
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for part, key, number in cursor.fetchall():
            if part == 0:
                places.append((int(key), None if number is None else number**0.5 * METRES_A_DEGREE))
            elif part == 1:
                facets[key] = int(number)
            else:
                total = int(number)
    order = {id: at for at, (id, _) in enumerate(places)}
    places.sort(key=lambda each: (each[1] is None, each[1] or 0.0, order[each[0]]))
    return Found(places, total, facets)


def _statement(wanted: Wanted) -> tuple[str, list[object]]:
    """Return the statement and its values: candidates by words, by circle, by facet, then the page, the facets, the total."""
    sqlite = connection.vendor == "sqlite"
    values: list[object] = []
    with_: list[str] = []
    joins: list[str] = []
    wheres = ["true"] if not sqlite else ["1"]
    located = wanted.latitude is not None and wanted.longitude is not None
    if words := plain(wanted.text).split():
        if sqlite:
            with_.append("t as materialized (select rowid id from directory_words where directory_words match %s)")
            values.append(" ".join(f'"{word}"*' for word in words))
        else:
            with_.append("t as materialized (select lieu id from directory_words where words @@ to_tsquery('simple', %s))")
            values.append(" & ".join(f"{word}:*" for word in words))
        joins.append("join t on t.id = p.id")
    if located and wanted.radius:
        high = wanted.radius / METRES_A_DEGREE
        wide = high / max(cos(radians(wanted.latitude)), 0.01)
        box = [wanted.latitude - high, wanted.latitude + high, wanted.longitude - wide, wanted.longitude + wide]
        if sqlite:
            with_.append(
                "g as materialized (select id from directory_points where minlat >= %s and maxlat <= %s "
                "and minlon >= %s and maxlon <= %s)"
            )
            values += [box[0] - 1e-4, box[1] + 1e-4, box[2] - 1e-4, box[3] + 1e-4]
        else:
            with_.append(
                "g as materialized (select lieu id from directory_points where place <@ box(point(%s, %s), point(%s, %s)))"
            )
            values += [box[2], box[0], box[3], box[1]]
        joins.append("join g on g.id = p.id")
    distance = "null"
    if located:
        scale = cos(radians(wanted.latitude))
        distance = "((p.latitude - %s) * (p.latitude - %s) + (p.longitude - %s) * (p.longitude - %s) * %s)"
    select_values: list[object] = [*([wanted.latitude] * 2), *([wanted.longitude] * 2), scale * scale] if located else []
    where_values: list[object] = []
    if wanted.communes:
        wheres.append(f"p.code_insee in ({_marks(wanted.communes)})")
        where_values += wanted.communes
    for group in wanted.facets:
        wheres.append(f"exists (select 1 from directory_facets f where f.lieu = p.id and f.facet in ({_marks(group)}))")
        where_values += group
    if located and wanted.radius:
        wheres.append(f"{distance} <= %s")
        where_values += [*select_values, (wanted.radius / METRES_A_DEGREE) ** 2]
    with_.append(
        f"r as materialized (select p.id, {distance} d, p.name from directory_lieu p {' '.join(joins)} "
        f"where p.state = 'published' and {' and '.join(wheres)})"
    )
    text = "cast({} as text)" if not sqlite else "{}"
    order = "d, name, id" if located else "name, id"
    sql = (
        f"with {', '.join(with_)} "
        f"select 0, {text.format('id')}, d from (select * from r order by {order} limit %s offset %s) page "
        f"union all select 1, f.facet, cast(count(*) as real) from r join directory_facets f on f.lieu = r.id group by f.facet "
        f"union all select 2, '', cast(count(*) as real) from r"
    )
    return sql, [*values, *select_values, *where_values, wanted.limit, wanted.offset]


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
