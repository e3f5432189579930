"""The outlines that somebody reads: ours, and in place of them those that their territories adapted."""

from collections.abc import Mapping, Sequence

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Course, TerritoryOutline, Workshop
from maillage.apps.directory.memberships.access import seat_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.modules import outlines
from maillage.modules.outlines import Outline


def read_by(user: Visitor) -> Mapping[str, Outline]:
    """Return the outlines as a user reads them: for each, that of the narrowest territory around them."""
    return {**outlines.outlines(), **{id: outline for id, (_, outline) in adapted_for(user).items()}}


def adapted_for(user: Visitor) -> Mapping[str, tuple[str, Outline]]:
    """Return the adapted outlines that a user reads, each with the territory that wrote it. One whose
    original is no longer there is not shown.
    """
    return _adapted(access.territories_of(user))


def of(row: Workshop | Course) -> Outline | None:
    """Return the outline of a workshop or a course, as its structure reads it; None without one."""
    if not row.outline:
        return None
    adapted = _adapted(access.territories_around(seat_of(row.structure))).get(row.outline)
    return adapted[1] if adapted is not None else outlines.outlines().get(row.outline)


def _adapted(order: Sequence[str]) -> Mapping[str, tuple[str, Outline]]:
    rows = TerritoryOutline.objects.filter(territory__in=order, outline__in=list(outlines.outlines()))
    adapted_rows = sorted(rows, key=lambda row: order.index(row.territory))
    return {row.outline: (row.territory, Outline.model_validate(row.content)) for row in adapted_rows}


def adapted(territory: str, id: str) -> TerritoryOutline | None:
    return TerritoryOutline.objects.filter(territory=territory, outline=id).first()
