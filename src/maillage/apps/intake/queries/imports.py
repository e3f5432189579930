"""What an import must know of the stored places, before it writes or previews."""

from collections.abc import Container, Iterable, Mapping

from django.db.models import QuerySet

from maillage.apps.directory import rules
from maillage.apps.directory.models import Change, Import, Lieu, Pair, Source


def survivors(held: Iterable[Lieu]) -> dict[int, Lieu]:
    """Return, by the key of each merged place, its survivor, however many merges lie between.

    A survivor that is among `held` is that very object, so that it is never written twice.
    """
    rows = {lieu.pk: lieu for lieu in held}
    merged = [lieu for lieu in rows.values() if lieu.merged_into_id]
    while missing := {lieu.merged_into_id for lieu in rows.values() if lieu.merged_into_id} - rows.keys():
        rows |= Lieu.objects.select_related("source", "structure").in_bulk(missing)
    return {lieu.pk: _last(lieu, rows) for lieu in merged}


def _last(lieu: Lieu, rows: dict[int, Lieu]) -> Lieu:
    while lieu.merged_into_id:
        lieu = rows[lieu.merged_into_id]
    return lieu


def dropped(held: Iterable[Lieu], there: Container[str], kept: Mapping[int, Lieu]) -> list[Lieu]:
    """Return the published places absent from their source's new file, both themselves and those merged into
    them.

    there: the identifiers in the file; kept: as `survivors` returns it.
    """
    rows = list(held)
    given = {kept[lieu.pk].pk for lieu in rows if lieu.pk in kept and lieu.identifier in there}
    return [
        lieu
        for lieu in rows
        if lieu.state == rules.PUBLISHED
        and lieu.missing_since_id is None
        and lieu.identifier not in there
        and lieu.pk not in given
    ]


def missing_from(source: Source) -> QuerySet[Lieu]:
    """Return the published places that are missing from their source, in order."""
    return Lieu.objects.filter(source=source, state=rules.PUBLISHED, missing_since__isnull=False).order_by(
        "pk"
    )


def to_confirm(row: Import) -> QuerySet[Pair]:
    """Return the pairs to decide between a place made by an import and one missing from its source."""
    made = Change.objects.filter(within=row, before__isnull=True).values("lieu")
    pairs = Pair.objects.filter(
        state=rules.OPEN, first__state=rules.PUBLISHED, second__state=rules.PUBLISHED, second__in=made
    )
    return pairs.filter(first__source=row.source, first__missing_since__isnull=False).select_related("second")
