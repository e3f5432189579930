"""The money of an action beside its budget: what funds it and its parts, what an amount more would pass.
Every gesture that moves money, or what counts it, asks here.
"""

from maillage.apps.plans import rules
from maillage.apps.plans.models import PlanAction
from maillage.words.wording import NBSP, number

OWN, OF_WHOLE = "le budget", "celui de l’action dont elle fait partie"


def passed(row: PlanAction, euros: int | None) -> str:
    """Return the budget that an amount more would pass: of an action, or of the one it is a part of, whose
    parts are funded in it; "" for neither.
    """
    return OWN if _passes(row, euros) else OF_WHOLE if row.parent and _passes(row.parent, euros) else ""


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
        told = f"{_euros(funded)} la financeraient, sous-actions comprises"
        return f"{told}, pour un budget de {_euros(row.budget)}."
    if back and row.parent is not None and _passes(row.parent, row.funded):
        return f"Avec {_euros(row.funded or 0)} qui la financent, le financement dépasserait {OF_WHOLE}."
    return ""


def _passes(row: PlanAction, euros: int | None) -> bool:
    return bool(euros) and row.budget is not None and (row.funded_with_parts or 0) + (euros or 0) > row.budget


def _euros(euros: int) -> str:
    return f"{number(euros)}{NBSP}€"
