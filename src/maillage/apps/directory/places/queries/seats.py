"""The seats of structures: the commune of their seat, else that of their first place."""

from django.db.models import QuerySet

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.web import bulk


def seat(structure: Structure) -> str:
    """Return the commune of a structure: its seat, else that of its first place."""
    return structure.code_insee or str(
        _places().filter(structure=structure).values_list("code_insee", flat=True).first() or ""
    )


def structures_in(communes: frozenset[str] | None) -> list[int] | None:
    """Return the structures of some communes, by their seat, else by their first place; None: everywhere."""
    if communes is None:
        return None
    seated = Structure.objects.filter(code_insee__in=bulk.to_find(sorted(communes)))
    placed = _places().filter(structure__code_insee="").order_by("-pk").values_list("structure", "code_insee")
    by_place = (pk for pk, commune in dict(placed).items() if commune in communes)
    return [*seated.order_by("pk").values_list("pk", flat=True), *by_place]


def seats() -> dict[int, str]:
    """Return the commune of each structure that has one, by its seat, else by its first place."""
    commune_by_structure = dict(_places().order_by("-pk").values_list("structure", "code_insee"))
    return commune_by_structure | dict(
        Structure.objects.exclude(code_insee="").values_list("pk", "code_insee")
    )


def _places() -> QuerySet[Lieu]:
    return Lieu.objects.filter(state=rules.PUBLISHED).exclude(code_insee="").order_by("pk")
