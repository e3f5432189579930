"""What was counted of an action beside what was expected of it, and the tasks that meetings gave for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.apps.community import access as network
from maillage.apps.community.models import Decision
from maillage.apps.community.queries.meetings import pilot_name
from maillage.apps.plans import rules
from maillage.apps.plans.models import PlanAction, PlanMeasure, PlanTask
from maillage.reports.page import series
from maillage.words.dates import SHORT_MONTHS, in_words
from maillage.words.wording import number

FEWEST = 2  # numbers under which a line says nothing
MOST_TASKS = 60  # offered


@dataclass(frozen=True, slots=True)
class Effect:
    """What was counted: the sentence, a sentence for each zone of comparison, the numbers, those withdrawn,
    the line of the numbers, "" for few.
    """

    sentence: str
    comparisons: Sequence[str]
    measures: Sequence[PlanMeasure]
    withdrawn: Sequence[PlanMeasure]
    chart: str


@dataclass(frozen=True, slots=True)
class LinkedTask:
    """A task of a meeting, who does it, whether it is late."""

    task: PlanTask
    pilot: str
    is_late: bool


def last_count(row: PlanAction) -> str:
    """Return the last number that was counted of an action, and its day, in words; "" when there is none."""
    last = row.measures.filter(withdrawn_at=None, elsewhere="").last()
    return f"{number(last.value)}, le {in_words(last.on)}" if last else ""


def effect(row: PlanAction) -> Effect:
    """Return what was counted of an action, beside its target; nothing says what caused it."""
    every = list(row.measures.all())
    measures = [each for each in every if each.withdrawn_at is None]
    others = sum(note.kind == rules.ELSEWHERE and note.withdrawn_at is None for note in row.notes.all())
    own = [each for each in measures if not each.elsewhere]
    counted = [(each.on, each.value) for each in own]
    start = (row.starts_on, row.baseline) if row.starts_on and row.baseline is not None else None
    there: dict[str, list[tuple[date, int]]] = {}
    for each in measures:
        if each.elsewhere:
            there.setdefault(each.elsewhere, []).append((each.on, each.value))
    return Effect(
        rules.effect_sentence(row.baseline, row.target, counted, others),
        [rules.comparison_sentence(start, counted, name, found) for name, found in there.items()],
        measures,
        [each for each in every if each.withdrawn_at],
        _chart(row, own),
    )


def _chart(row: PlanAction, measures: Sequence[PlanMeasure]) -> str:
    points = [(each.on, each.value) for each in measures]
    if row.baseline is not None and row.starts_on is not None:
        points.insert(0, (row.starts_on, row.baseline))
    if len(points) < FEWEST:
        return ""
    top = max([value for _, value in points] + [row.target or 0]) or 1
    steps = [
        series.Step(f"{on.day} {SHORT_MONTHS[on.month - 1]}", float(value)) for on, value in sorted(points)
    ]
    told = " ; ".join(f"{on.isoformat()} : {value}" for on, value in sorted(points))
    return series.monthly(steps, top=float(top), id="effet", label=f"{row.indicator or 'Compté'}. {told}")


def tasks(row: PlanAction, on: date) -> list[LinkedTask]:
    """Return the tasks of meetings for an action, the most pressing first."""
    rows = row.tasks.select_related("decision__pilot", "decision__meeting")
    return [
        LinkedTask(
            each,
            pilot_name(each.decision),
            each.decision.done_at is None
            and each.decision.until_on is not None
            and each.decision.until_on < on,
        )
        for each in rows
    ]


def offered(row: PlanAction, user: Any) -> list[Decision]:
    """Return the open tasks of the meetings that a user reads, and that this action has not yet."""
    linked = row.tasks.values("decision")
    open_ = network.decisions_for(user).exclude(leads="").filter(done_at=None, meeting__cancelled_at=None)
    return list(
        open_.exclude(pk__in=linked).select_related("meeting").order_by("until_on", "pk")[:MOST_TASKS]
    )
