"""The published places, as exports and the public interface read them."""

from collections.abc import Iterable

from maillage.apps.directory import rules
from maillage.apps.directory.models import Lieu
from maillage.kernel.table import Table
from maillage.reports.formats.published import Published


def all_places() -> list[Published]:
    """Return every published place, by identifier."""
    return [of(lieu) for lieu in published().order_by("slug")]


def published():
    """Return the rows that strangers may read."""
    return Lieu.objects.filter(state=rules.PUBLISHED).select_related("structure", "source")


def of(lieu: Lieu) -> Published:
    """Return a place without what is kept for professionals."""
    private = {f.id for f in rules.offer.fields().values() if f.private}
    return Published(
        id=lieu.slug,
        sheet={name: value for name, value in lieu.sheet.items() if name not in private},
        structure_id=f"structure-{lieu.structure_id}",
        structure_name=lieu.structure.name,
        updated_on=lieu.updated_on,
        confirmed_on=lieu.confirmed_on,
        source=lieu.source.name,
    )


def sheets(communes: Iterable[str] = ()) -> list[rules.Sheet]:
    """Return the sheets of published places, of some communes or of all, for studies."""
    rows = Lieu.objects.filter(state=rules.PUBLISHED).order_by("slug")
    wanted = list(communes)
    return [lieu.sheet for lieu in (rows.filter(code_insee__in=wanted) if wanted else rows)]


def table(communes: Iterable[str] = ()) -> Table:
    """Return the published places as studies read them: one row per place."""
    from maillage.studies.offer import places_table

    return places_table(sheets(communes))
