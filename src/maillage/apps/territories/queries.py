"""Reading perimeters, filters and corrections; none writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

import numpy as np

from maillage.apps.territories import rules
from maillage.apps.territories.models import Correction, Marking, Perimeter
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table, positions
from maillage.studies.diagnosis import filters
from maillage.studies.diagnosis.request import Inside
from maillage.studies.diagnosis.territories import Territory, gazetteer
from maillage.studies.need import corrections
from maillage.studies.need import population as frames


def perimeters() -> list[Perimeter]:
    """Return the kept perimeters by name, in the same order on every database: accents and case do not
    count.
    """
    return sorted(Perimeter.objects.all(), key=lambda p: (plain(p.name), p.pk))


def perimeters_named(text: str) -> list[Perimeter]:
    """Return the kept perimeters whose name holds every word of a text, however it is typed."""
    words = plain(text).split()
    return [p for p in perimeters() if words and all(word in plain(p.name) for word in words)]


def markings() -> list[Marking]:
    """Return the kept filters by name."""
    return sorted(Marking.objects.all(), key=lambda m: (plain(m.label), m.pk))


def latest_marking(kind: str) -> Marking | None:
    """Return the last dropped filter of a kind, None when there is none."""
    return Marking.objects.filter(kind=kind).order_by("created_at", "pk").last()


_of_this_page: ContextVar[dict[str, Perimeter | None] | None] = ContextVar("perimeters", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Read each perimeter once at most within: a page names many territories, few of which are perimeters."""
    token = _of_this_page.set({})
    try:
        yield
    finally:
        _of_this_page.reset(token)


def perimeter(slug: str) -> Perimeter | None:
    """Return the kept perimeter of an address; None when there is none."""
    known = _of_this_page.get()
    if known is None:
        return Perimeter.objects.filter(slug=slug).first()
    if not known:
        known |= dict.fromkeys(Perimeter.objects.values_list("slug", flat=True)) | {"": None}
    if slug in known and slug and known[slug] is None:
        known[slug] = Perimeter.objects.filter(slug=slug).first()
    return known.get(slug)


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
    kept = perimeter(code)
    return gazetteer().get(kept.code if kept else code)


def filters_offered() -> list[tuple[str, str]]:
    """Return (id, label) of every filter a page may offer."""
    return [*filters.LABELS.items(), *((m.slug, m.label) for m in markings())]


def inside(id: str) -> Inside | None:
    """Return a filter by id, None when it does not exist."""
    if id in filters.built_in():
        return filters.built_in()[id]()
    marking = Marking.objects.filter(slug=id).first()
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
    """Return what tells a filter from another of the same name: who it counts."""
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


def all_corrections() -> list[Correction]:
    return list(Correction.objects.select_related("made_by"))


def reference_table(id: str) -> Table:
    """Return a correctable table as its producer published it; Refused when the id names none."""
    tables = frames.sources()
    found: dict[str, Table] = {
        t.name: t
        for t in (tables.rp2021, tables.rp2018, tables.filosofi, tables.cnaf)
        if t.name in rules.CORRECTABLE
    }
    if id not in found:
        raise Refused(
            f"La table « {id} » ne se corrige pas.",
            why="Seules les tables de référence du recensement, des revenus et des allocations se corrigent.",
            do="Choisissez parmi : " + ", ".join(found) + ".",
        )
    return found[id]


def reference_row(id: str, key: str) -> dict[str, Any] | None:
    """Return one row of a correctable table, None when the code is absent."""
    table = reference_table(id)
    column = rules.CORRECTABLE[id][0]
    at = int(positions(table[column], np.array([key]))[0])
    if at < 0:
        return None
    return {name: values[at].item() for name, values in table.columns.items()}
