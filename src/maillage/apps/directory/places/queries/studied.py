"""The published places in the form that studies take."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Max, Q, QuerySet

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Lieu, Pair
from maillage.apps.directory.places.queries import paper, published
from maillage.publishing.directory.census import Row
from maillage.statistics.offer.census import Census
from maillage.statistics.offer.census import census as census_of
from maillage.web import bulk
from maillage.words import wording


def census(departements: Collection[str]) -> Census:
    """Return the published places of some départements, of all by default; named after their producers."""
    rows = list(_within(departements).select_related("source").order_by("pk"))
    names = sorted({lieu.source.name for lieu in rows})
    declined_pairs = Pair.objects.filter(state=rules.DECLINED).values_list("first__slug", "second__slug")
    return census_of(
        f"l’annuaire ({wording.listing(names)})" if names else "",
        [{**lieu.sheet, "id": lieu.slug} for lieu in rows],
        source_of={lieu.slug: str(lieu.source_id) for lieu in rows},
        distinct_pairs=map(frozenset, declined_pairs),
        doubles=published.doubles(),
    )


def n_within(departements: Collection[str]) -> int:
    """Return how many places some départements have, published; the whole directory has for none."""
    return _within(departements).count()


def _within(departements: Collection[str]) -> QuerySet[Lieu]:
    inside = Q()
    for code in departements:
        inside |= Q(code_insee__startswith=code)
    return Lieu.objects.filter(inside, state=rules.PUBLISHED)


def dated(*, on: date, days: int | None = None) -> Q:
    """Return the condition of the sheets that `rules.dated_on` a day dates, all of them or those of less than
    some days.
    """
    lapse = (date.min if days is None else on - timedelta(days=days - 1), on)
    return Q(updated_on__range=lapse) | Q(confirmed_on__range=lapse)


def last_change() -> int:
    """Return a number that grows with each change of a place: while equal, the directory is unchanged."""
    return int(Change.objects.aggregate(last=Max("pk"))["last"] or 0)


def rows(communes: Collection[str], *, on: date) -> tuple[list[Row], int]:
    """Return the published places of some communes, in the form of a count, by name, and how many sheets were
    left out because another describes the same place: those of the printed directory.
    """
    lieux = list(
        Lieu.objects.filter(code_insee__in=bulk.to_find(communes), state=rules.PUBLISHED)
        .select_related("structure", "source")
        .order_by("name", "pk")
    )
    printed = paper.unique(lieux, on)
    return [_row(lieu, on) for lieu in printed], len(lieux) - len(printed)


def _row(lieu: Lieu, on: date) -> Row:
    """Return a place as a count reads it."""
    named = not rules.carries_itself(lieu.structure.key, lieu.sheet)
    return Row(
        id=lieu.slug,
        name=lieu.name,
        commune=lieu.code_insee,
        structure=lieu.structure.key if named else "",
        structure_name=lieu.structure.name if named else "",
        kind=rules.kind_of(lieu.sheet),
        sheet=lieu.sheet,
        last_confirmed=rules.dated_on(lieu.updated_on, lieu.confirmed_on, on=on),
        source=lieu.source.producer or lieu.source.name,
    )
