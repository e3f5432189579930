"""The small tasks of a diagnosis under way: which comes next, and what those measured say together."""

from dataclasses import asdict, replace

from maillage.apps.referrals.autonomy.rules import Carried
from maillage.reference.bilan_tasks import Task, tasks
from maillage.statistics.engine import tasks as engine
from maillage.statistics.engine.tasks import Measure, Reached, Scrolled, SearchTask, Sorted, Written

MEASURES: dict[str, type[Measure]] = {
    "T1": Reached,
    "T2": Scrolled,
    "T3": Written,
    "T4": Sorted,
    "T5": SearchTask,
}
UNMEASURED = "unmeasured"


def by_slug(slug: str) -> Task | None:
    return next((task for task in tasks().values() if task.slug == slug), None)


def following(task: Task | None, *, scripted: bool) -> Task | None:
    """Return the task tried after one, the first when none was; None after the last. Without script some
    cannot be tried.
    """
    rest = list(tasks().values())
    if task is not None:
        rest = rest[rest.index(task) + 1 :]
    return next((each for each in rest if scripted or not each.scripted), None)


def measured(diagnosis: Carried, id: str, measure: Measure) -> Carried:
    """Return the diagnosis with one more task measured."""
    row = asdict(measure)
    return with_tasks(diagnosis.measured(id, outcome=UNMEASURED, seconds=row.pop("seconds"), **row))


def with_tasks(diagnosis: Carried) -> Carried:
    """Return the diagnosis with what its tasks say together, after these answers: a failure stands for a
    hand that is sure.
    """
    known = {
        id: MEASURES[id](**{k: v for k, v in row.items() if k != "outcome"})
        for id, row in diagnosis.tasks.items()
    }
    outcomes = engine.outcomes(known, diagnosis.answers)
    return replace(
        diagnosis,
        tasks={id: {**row, "outcome": outcomes.get(id, UNMEASURED)} for id, row in diagnosis.tasks.items()},
    )
