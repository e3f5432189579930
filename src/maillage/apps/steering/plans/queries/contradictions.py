"""The contradictions of an action with itself, and with its plan: told at once, each at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Plan, PlanAction
from maillage.apps.steering.plans.queries import budgets
from maillage.publishing.territory.certainty import upper_first
from maillage.words.wording import number


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fault that stops an action as it is typed. field: where it is corrected."""

    field: str
    why: str
    do: str


def contradictions(plan: Plan, pk: int | None, values: Mapping[str, Any]) -> list[Contradiction]:
    """Return all that the values of an action contradict. pk: of the action, None for a new one; values:
    those that are known, the others contradict nothing yet.
    """
    starts, ends, parent = values.get("starts_on"), values.get("ends_on"), values.get("parent")
    faults = [
        Contradiction(field, f"{upper_first(why)}.", "Corrigez ce jour, ou laissez-le vide.")
        for field, day in (("starts_on", starts), ("ends_on", ends))
        if isinstance(day, date) and (why := rules.stray_day_words(day))
    ]
    if starts is not None and ends is not None and ends < starts:
        faults.append(
            Contradiction("ends_on", "Elle finit avant de commencer.", "Corrigez l’un des deux jours.")
        )
    budget = values.get("budget")
    stored_action = plan.actions.filter(pk=pk).first() if pk is not None else None
    # A budget that is not touched locks nothing else of its action.
    funded = (
        stored_action.funded_with_parts or 0
        if stored_action is not None and stored_action.budget != budget
        else 0
    )
    if budget is not None and funded > budget:
        why = f"Ce qui est financé, {number(funded)} €, dépasse ce budget."
        do = "Écrivez un budget plus grand, ou retirez d’abord un financement."
        faults.append(Contradiction("budget", why, do))
    by_year = sum(running + investment for _, running, investment in values.get("costs") or ())
    if budget is not None and by_year > budget:
        why = f"Les années font {number(by_year)} €, plus que le budget de {number(budget)} €."
        do = "Corrigez une année, ou videz le budget : il sera leur somme."
        faults.append(Contradiction("costs", why, do))
    if values.get("counts", stored_action.counts if stored_action is not None else "") != rules.THINGS:
        faults += _of_people(stored_action, values)
    baseline, target, way = (values.get(name) for name in ("baseline", "target", "direction"))
    if way and rules.direction_of("", baseline, target) not in ("", way):
        why = f"Le nombre visé est plus {'haut' if way == rules.LOWER else 'bas'} que celui du départ."
        do = f"Corrigez l’un des deux, ou dites que l’on veut qu’il {_other_way(way)}."
        faults.append(Contradiction("direction", why, do))
    if parent is not None and (lacks := _of_parent(plan, pk, parent)):
        faults.append(Contradiction("parent", *lacks))
    elif (
        parent is not None
        and stored_action is not None
        and (why := budgets.passed_under(stored_action, parent))
    ):
        do = "Choisissez-en une autre, retirez d’abord un financement, ou changez ce budget."
        faults.append(Contradiction("parent", why, do))
    after = values.get("after")
    if after is not None and parent is not None and after.pk == parent.pk:
        why = "Elle attendrait la fin de l’action dont elle fait partie."
        faults.append(Contradiction("after", why, "Choisissez une autre action à attendre, ou aucune."))
    known = dict(plan.actions.values_list("pk", "after_id"))
    if after is not None and pk is not None and rules.makes_a_cycle(pk, after.pk, known):
        why = "D’une action à l’autre, elle attendrait sa propre fin."
        faults.append(Contradiction("after", why, "Choisissez une action qui n’attend pas celle-ci."))
    return faults


def _of_people(stored_action: PlanAction | None, values: Mapping[str, Any]) -> list[Contradiction]:
    """Return the numbers that are not whole of an indicator that counts people: as it is typed, and already
    counted.
    """
    faults = [
        Contradiction(
            name,
            "L’indicateur compte des personnes : ce nombre n’est pas entier.",
            "Écrivez un nombre entier.",
        )
        for name in ("baseline", "target")
        if (value := values.get(name)) is not None and not rules.is_whole(value)
    ]
    counted = stored_action.measures.filter(withdrawn_at=None) if stored_action is not None else ()
    if part := next((each for each in counted if not rules.is_whole(each.value)), None):
        why = f"Un nombre compté, {rules.amount(part.value)}, n’est pas entier : personne n’est à moitié."
        faults.append(Contradiction("counts", why, "Dites que l’indicateur compte autre chose."))
    return faults


def _other_way(way: str) -> str:
    return rules.DIRECTIONS[rules.HIGHER if way == rules.LOWER else rules.LOWER]


def _of_parent(plan: Plan, pk: int | None, parent: PlanAction) -> tuple[str, str] | None:
    """Return why an action may not be a part of another, and what to do; None when it may."""
    if parent.pk == pk:
        return "Une action ne fait pas partie d’elle-même.", "Choisissez-en une autre, ou aucune."
    if parent.plan_id != plan.pk:
        return "L’action choisie est celle d’un autre plan.", "Choisissez-en une de ce plan."
    if parent.parent is not None:
        return (
            "L’action choisie fait elle-même partie d’une autre : une sous-action n’a pas de sous-actions.",
            f"Choisissez plutôt l’action {parent.parent.label}.",
        )
    if pk is not None and plan.actions.filter(parent=pk).exists():
        return (
            "Elle a des sous-actions : elle ne peut pas devenir celle d’une autre.",
            "Sortez-en d’abord ses sous-actions.",
        )
    return None
