"""The published places as a study takes them."""

from collections.abc import Collection

from django.db.models import Max, Q

from maillage.apps.directory import rules
from maillage.apps.directory.models import Change, Lieu
from maillage.reports import wording
from maillage.reports.census import Row
from maillage.studies.offer import Census
from maillage.studies.offer import census as census_of


def census(departements: Collection[str]) -> Census:
    """Return the published places of some départements, of all when none is given; named after who gave them."""
    inside = Q()
    for code in departements:
        inside |= Q(code_insee__startswith=code)
    found = Lieu.objects.filter(inside, state=rules.PUBLISHED).select_related("source").order_by("pk")
    rows = list(found)
    names = sorted({lieu.source.name for lieu in rows})
    sheets = [{**lieu.sheet, "id": lieu.slug} for lieu in rows]
    return census_of(f"l’annuaire ({wording.listing(names)})" if names else "", sheets)


def last_change() -> int:
    """Return what grows each time a place changes: an unchanged number means an unchanged directory."""
    return int(Change.objects.aggregate(last=Max("pk"))["last"] or 0)


def rows(communes: Collection[str]) -> list[Row]:
    """Return the published places of some communes, as their count reads them, in the order of names."""
    found = (
        Lieu.objects.filter(code_insee__in=communes, state=rules.PUBLISHED)
        .select_related("structure", "source")
        .order_by("name", "pk")
    )
    return [
        Row(
            id=lieu.slug,
            name=lieu.name,
            commune=lieu.code_insee,
            structure=lieu.structure.key,
            structure_name=lieu.structure.name,
            kind=rules.kind_of(lieu.sheet),
            sheet=lieu.sheet,
            last_said=max(filter(None, (lieu.updated_on, lieu.confirmed_on)), default=None),
            source=lieu.source.producer or lieu.source.name,
        )
        for lieu in found
    ]
