"""Change the key of the platform: each paper keeps its own key, sealed again by the new one."""

from dataclasses import dataclass

from django.db import transaction

from maillage.apps.people.documents import queries
from maillage.apps.people.documents.models import Paper
from maillage.kernel.errors import Refused


@dataclass(frozen=True, slots=True)
class Rotation:
    """Counts of papers sealed again by the first key, sealed by it already, and opened by no key given."""

    again: int
    already: int
    lost: int


def rotate() -> Rotation:
    """Seal again the key of each paper by the first key given; Refused when none is given."""
    keys = queries.keyring()
    again = already = lost = 0
    for pk in list(Paper.objects.filter(erased_at=None).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = Paper.objects.select_for_update().filter(pk=pk, erased_at=None).first()
            if row is None:
                continue
            if keys.is_sealed_by_first(row.wrapped):
                already += 1
                continue
            try:
                row.wrapped = keys.rewrap(row.wrapped)
            except Refused:
                lost += 1
                continue
            row.save(update_fields=["wrapped"])
            again += 1
    return Rotation(again, already, lost)
