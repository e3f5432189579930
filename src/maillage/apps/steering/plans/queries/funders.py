"""The funders of a plan: each with its contributions, and the fundings without a named funder. What was
brought to an action that was dropped is told apart: it funds the plan no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Funder, Funding, Plan


@dataclass(frozen=True, slots=True)
class Brought:
    """The contributions to a plan today. euros: those that are known, None when none is; inactive_grants:
    what was brought to dropped actions, "" for nothing.
    """

    fundings: Sequence[Funding]
    euros: int | None
    inactive_grants: str

    @property
    def n_actions(self) -> int:
        """Return the number of actions it funds, however often it gave to each."""
        return len({each.action_id for each in self.fundings})


@dataclass(frozen=True, slots=True)
class FunderRow:
    """A funder and what it brings."""

    funder: Funder
    brought: Brought


def brought_by(rows: Sequence[Funding]) -> Brought:
    """Return the contributions of some fundings, those of dropped actions apart."""
    dropped = [each for each in rows if each.action.standing == rules.DROPPED]
    live_fundings = [each for each in rows if each not in dropped]
    return Brought(
        live_fundings, _total(live_fundings), rules.dropped_money_words(len(dropped), _total(dropped))
    )


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
    return [FunderRow(row, brought_by(vars(row)["active"])) for row in rows]


def fundings_of(funder: Funder) -> list[Funding]:
    """Return the fundings of a funder today, in the order of the plan, dropped actions included."""
    return list(_active(funder.fundings.all()).order_by("action", "pk"))


def nameless(plan: Plan) -> list[Funding]:
    """Return the fundings of a plan of which nobody says who, or whose funder was erased."""
    return list(_active(Funding.objects.filter(action__plan=plan, funder=None)))
