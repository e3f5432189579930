"""Update the search index of places, in the same transaction as they change."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Pair, Structure
from maillage.apps.directory.places.queries import districts
from maillage.apps.platform.search import actions as search
from maillage.apps.territories.rules import AREAS
from maillage.web import marks

BATCH = 500
SUBJECT = "directory"  # of the marks that pages of places look at


def refresh(lieux: Iterable[Lieu]) -> None:
    """Write the words, point and facets of these places; those no longer published leave the index."""
    many = list(lieux)
    _write(many)
    marks.leave(SUBJECT)
    search.refresh_rows(Lieu, [lieu.pk for lieu in many])
    search.refresh_rows(Structure, {lieu.structure_id for lieu in many})


def add(lieux: Sequence[Lieu], structures: Sequence[Structure] = ()) -> None:
    """Write places and structures just created, which the index does not hold; the other structures of these
    places are read again.
    """
    _insert(lieux)
    marks.leave(SUBJECT)
    search.add_rows(Lieu, lieux)
    search.add_rows(Structure, structures)
    fresh = {structure.pk for structure in structures}
    search.refresh_rows(Structure, {lieu.structure_id for lieu in lieux} - fresh)


def superseded(numbers: Iterable[int]) -> set[int]:
    """Return those of these places that their source now writes otherwise: absent from its last file, they
    surely are a new place of it. Until somebody decides, the new one alone is found.
    """
    superseded_pks: set[int] = set()
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), BATCH):
        pairs = Pair.objects.filter(
            first__in=ordered[start : start + BATCH],
            first__missing_since__isnull=False,
            first__source=F("second__source"),
            second__state=rules.PUBLISHED,
            second__missing_since=None,
            sure=True,
            state=rules.OPEN,
        )
        superseded_pks |= set(pairs.values_list("first", flat=True))
    return superseded_pks


def _write(many: list[Lieu]) -> None:
    with connection.cursor() as cursor:
        ids = [lieu.pk for lieu in many]
        sqlite = connection.vendor == "sqlite"
        keys = {
            "directory_words": "rowid" if sqlite else "lieu",
            "directory_points": "id" if sqlite else "lieu",
            "directory_facets": "lieu",
        }
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            marks = ", ".join(["%s"] * len(some))
            for table, key in keys.items():
                cursor.execute(f"delete from {table} where {key} in ({marks})", some)  # noqa: S608, our own names
    written_anew = superseded(lieu.pk for lieu in many if lieu.missing_since_id is not None)
    published = [lieu for lieu in many if lieu.state == rules.PUBLISHED]
    _insert([lieu for lieu in published if lieu.pk not in written_anew])
    if written_anew:  # not found, but in the lists of whoever decides
        _insert_facets(districts.facets([lieu for lieu in published if lieu.pk in written_anew]))


def _insert(published: Sequence[Lieu]) -> None:
    with connection.cursor() as cursor:
        words = [(lieu.pk, rules.searched(lieu.sheet)) for lieu in published]
        points = [(lieu.pk, lieu.latitude, lieu.longitude) for lieu in published if lieu.latitude is not None]
        if connection.vendor == "sqlite":
            cursor.executemany("insert into directory_words(rowid, words) values (%s, %s)", words)
            cursor.executemany(
                "insert into directory_points values (%s, %s, %s, %s, %s)",
                [(id, lat, lat, lon, lon) for id, lat, lon in points],
            )
        else:
            cursor.execute(
                "insert into directory_words select lieu, to_tsvector('simple', words)"
                " from unnest(%s::bigint[], %s::text[]) as said(lieu, words)",
                _columns(words, 2),
            )
            cursor.execute(
                "insert into directory_points select lieu, point(longitude, latitude)"
                " from unnest(%s::bigint[], %s::float8[], %s::float8[]) as said(lieu, latitude, longitude)",
                _columns(points, 3),
            )
    facets = [(facet, lieu.pk) for lieu in published for facet in rules.facets(lieu.sheet)]
    _insert_facets(facets + districts.facets(published))


def _insert_facets(facets: Sequence[tuple[str, int]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("insert into directory_facets(facet, lieu) values (%s, %s)", facets)
        else:
            cursor.execute(
                "insert into directory_facets(facet, lieu) select * from unnest(%s::text[], %s::bigint[])",
                _columns(facets, 2),
            )


def mark_areas() -> None:
    """Write again where every published place stands, once the contours of areas have changed."""
    marks.leave(SUBJECT)
    with connection.cursor() as cursor:
        for kind in AREAS:
            cursor.execute("delete from directory_facets where facet like %s", [f"{kind}:%"])
    rows = Lieu.objects.filter(state=rules.PUBLISHED).only("code_insee", "latitude", "longitude", "sheet")
    remaining = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(remaining, BATCH)):
        _insert_facets(districts.facets(batch))


def _columns(rows: Sequence[tuple[Any, ...]], n: int) -> list[list[Any]]:
    return [[row[rank] for row in rows] for rank in range(n)]


def rebuild() -> int:
    """Rebuild the whole index, as after a restoration; return how many places it contains."""
    with connection.cursor() as cursor:
        for table in ("directory_words", "directory_points", "directory_facets"):
            cursor.execute(f"delete from {table}")  # noqa: S608, our own names
    n = 0
    batch: list[Lieu] = []
    for lieu in Lieu.objects.filter(state=rules.PUBLISHED).iterator():
        batch.append(lieu)
        n += 1
        if len(batch) == BATCH:
            _write(batch)
            batch = []
    _write(batch)
    return n
