"""The money of an action beside its budget: what funds it and its parts, what an amount more would pass.
Every gesture that moves money, or what counts it, asks here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import PlanAction
from maillage.publishing.plan.reading import YearTotal
from maillage.words.wording import NBSP, number

UNDATED = "Sans année encore"
OWN, OF_WHOLE = "le budget", "celui de l’action dont elle fait partie"


@dataclass(frozen=True, slots=True)
class Money:
    """The money of an action as its page tells it. words: its budget, and what funds it and its parts today;
    to_find, beyond: what its budget lacks, or what passes it; inactive_grants: what was granted to it, or
    to its parts, and counts no longer, "" for nothing; funders: who brings what, its parts’ too.
    """

    words: str
    to_find: int
    beyond: int
    inactive_grants: str
    funders: tuple[str, ...]


def money_of(row: PlanAction) -> Money:
    """Return the money of an action: nothing is to be found for one that was dropped."""
    every = (row, *row.parts.all())
    live_actions = [each for each in every if each.standing != rules.DROPPED]
    stopped = [each for each in every if each not in live_actions and each.funded is not None]
    euros, stopped_euros = _total(live_actions), _total(stopped)
    over_budget = 0 if row.budget is None else (euros or 0) - row.budget
    is_dropped, aside = row not in live_actions, ""
    words = "non renseigné" if row.budget is None else _euros(row.budget)
    if euros is not None:
        words += f", {_euros(euros)} acquis" if row.budget is None else f", financés pour {_euros(euros)}"
        words += ", sous-actions comprises" if euros != row.funded else ""
    if stopped_euros is not None and is_dropped:
        parts = ", sous-actions comprises" if stopped_euros != row.funded else ""
        aside = f"{_euros(stopped_euros)} acquis{parts}, hors des totaux du plan : elle est abandonnée"
    elif stopped_euros is not None:
        whose = "des sous-actions abandonnées" if len(stopped) > 1 else "une sous-action abandonnée"
        aside = f"En dehors : {_euros(stopped_euros)} acquis pour {whose}"
    return Money(
        words,
        to_find=0 if is_dropped else max(0, -over_budget),
        beyond=max(0, over_budget),
        inactive_grants=aside,
        funders=(
            *(str(each) for each in row.active_fundings),
            *(f"{each} ({_part_words(part)})" for part in every[1:] for each in part.active_fundings),
        ),
    )


def yearly(actions: Iterable[PlanAction]) -> list[YearTotal]:
    """Return the costs of the actions of a plan by year, then those of no year yet, then their total; none
    where no cost has a year. The budget of a part is in that of its action, when that one has one.
    """
    counted = [row for row in actions if row.budget is not None and row.standing != rules.DROPPED]
    counted = [row for row in counted if row.parent is None or row.parent.budget is None]
    if not any(row.costs for row in counted):
        return []
    undetailed: Counter[str] = Counter()
    running: Counter[str] = Counter()
    investment: Counter[str] = Counter()
    for row in counted:
        for year, runs, invests in row.costs:
            running[str(year)] += runs
            investment[str(year)] += invests
        undetailed[_years(row)] += (row.budget or 0) - sum(runs + invests for _, runs, invests in row.costs)
    labels = sorted({*running, *investment, *(label for label, rest in undetailed.items() if rest)})
    costs = [(x, running[x], investment[x], undetailed[x]) for x in labels]
    costs.append(("En tout", running.total(), investment.total(), undetailed.total()))
    return [
        YearTotal(label, runs, invests, rest, runs + invests + rest, is_total=label == "En tout")
        for label, runs, invests, rest in costs
    ]


def _years(row: PlanAction) -> str:
    """Return the years of the costs of an action that have no detail: those of its days, where it has some,
    after the years in the order of a table.
    """
    years = sorted({day.year for day in (row.starts_on, row.ends_on) if day is not None})
    return " à ".join(map(str, years)) or UNDATED


def _total(rows: Sequence[PlanAction]) -> int | None:
    known = [each.funded for each in rows if each.funded is not None]
    return sum(known) if known else None


def _part_words(part: PlanAction) -> str:
    stopped = ", abandonnée" if part.standing == rules.DROPPED else ""
    return f"sous-action {part.label}{stopped}"


def passed(row: PlanAction, euros: int | None) -> str:
    """Return the budget that an amount more would pass: of an action, or of the one it is a part of, whose
    parts are funded in it unless they are dropped; "" for neither.
    """
    parent = row.parent if row.standing != rules.DROPPED else None
    return OWN if _passes(row, euros) else OF_WHOLE if parent and _passes(parent, euros) else ""


def passed_under(row: PlanAction, parent: PlanAction) -> str:
    """Return why an action may not be made a part of another: what funds it would pass the budget there; ""
    when it may.
    """
    stops = rules.standing(row.state, parent.state) == rules.DROPPED
    euros = 0 if stops or row.parent_id == parent.pk else row.funded or 0
    if not _passes(parent, euros):
        return ""
    return f"Avec {_euros(euros)} qui la financent, le financement dépasserait le budget de l’action choisie."


def passed_once(row: PlanAction, state: str) -> str:
    """Return why an action may not stand otherwise: it and its parts would be counted again, and pass a
    budget; "" when it may.
    """
    parts = [each for each in row.parts.all() if rules.standing(each.state, state) != rules.DROPPED]
    funded = sum(each.funded or 0 for each in (row, *parts))
    back = row.standing == rules.DROPPED and state != rules.DROPPED
    if row.budget is not None and funded > max(row.budget, row.funded_with_parts or 0):
        funded_text = f"{_euros(funded)} la financeraient, sous-actions comprises"
        return f"{funded_text}, pour un budget de {_euros(row.budget)}."
    if back and row.parent is not None and _passes(row.parent, row.funded):
        return f"Avec {_euros(row.funded or 0)} qui la financent, le financement dépasserait {OF_WHOLE}."
    return ""


def _passes(row: PlanAction, euros: int | None) -> bool:
    return bool(euros) and row.budget is not None and (row.funded_with_parts or 0) + (euros or 0) > row.budget


def _euros(euros: int) -> str:
    return f"{number(euros)}{NBSP}€"
