"""Who funds a plan: each funder with what it brings, and what nobody is named for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from maillage.apps.plans.models import Funder, Funding, Plan


@dataclass(frozen=True, slots=True)
class FunderRow:
    """A funder and its fundings of today. euros: those that are known, None when none is."""

    funder: Funder
    fundings: Sequence[Funding]
    euros: int | None

    @property
    def n_actions(self) -> int:
        """How many actions it funds, however often it gave to each."""
        return len({each.action_id for each in self.fundings})


def _active(rows: QuerySet[Funding]) -> QuerySet[Funding]:
    return rows.filter(withdrawn_at=None).select_related(
        "funder", "action__plan", "action__axis", "action__parent"
    )


def _total(rows: Sequence[Funding]) -> int | None:
    known = [each.euros for each in rows if each.euros is not None]
    return sum(known) if known else None


def funders_of(plan: Plan) -> list[FunderRow]:
    """Return the funders of a plan by name, those that fund nothing any more included."""
    active = Prefetch("fundings", queryset=_active(Funding.objects.all()), to_attr="active")
    rows: QuerySet[Funder] = plan.funders.prefetch_related(active)
    return [FunderRow(row, row.active, _total(row.active)) for row in rows]  # type: ignore[attr-defined]


def fundings_of(funder: Funder) -> list[Funding]:
    """Return what a funder brings today, in the order of the plan."""
    return list(_active(funder.fundings.all()).order_by("action", "pk"))


def total_of(funder: Funder) -> int | None:
    """Return the euros that a funder brings, None when no amount is known."""
    return _total(fundings_of(funder))


def nameless(plan: Plan) -> list[Funding]:
    """Return the fundings of a plan of which nobody says who, or whose funder was erased."""
    return list(_active(Funding.objects.filter(action__plan=plan, funder=None)))
