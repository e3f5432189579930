"""Results of learning: begun, finished, succeeded; where people stop. Counted, never estimated.

Source: docs/methods/apprendre.md
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.learning import rules
from maillage.apps.learning.models import Fact
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries.progress import finished, succeeded
from maillage.kernel.estimate import Estimate, Figure
from maillage.modules.format import Module
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.statistics.people.shares import share, together
from maillage.web import snapshots

METHOD = "apprendre"
TAKEN_OUT = "retirée depuis"  # after « étape 6 »


@dataclass(frozen=True, slots=True, kw_only=True)
class OfModule:
    """A module in a period. begun: people who opened it, None when too few to publish; minutes: median of
    those who finished.

    stops: the step where most of those who did not finish stopped, its title, with how many.
    """

    module: Module
    begun: int | None
    finished: Figure
    succeeded: Figure
    minutes: float | None
    stops: tuple[int, str, int] | None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def least_of(protected: bool, examples: bool) -> int:
    """Return the smallest count displayed: any, when the reader knows these people, or all are invented."""
    return 0 if examples or not protected else int(number("protection/small_count"))


def facts_of(structures: Iterable[int] | None, since: date, until: date) -> QuerySet[Fact]:
    """Return the facts of a period. structures: those of the groups; None: everywhere."""
    rows = Fact.objects.filter(at__gte=_midnight(since), at__lt=_midnight(until + timedelta(days=1)))
    return rows if structures is None else rows.filter(structure__in=list(structures))


def modules(rows: QuerySet[Fact], *, protected: bool) -> tuple[list[OfModule], bool]:
    """Return each module that was opened, the most opened first, and whether the people are invented.

    Erased persons can no longer be told apart: they count in the results of each step, not here.
    """
    examples = rows.filter(example=True, person__isnull=False).exists()
    least = least_of(protected, examples)
    rows_by_person: dict[str, dict[int, list[tuple[int, int, str, int]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    wanted = rows.filter(example=examples, person__isnull=False).order_by("at", "pk")
    for module, person, version, step, state, seconds in wanted.values_list(
        "module", "person", "version", "step", "state", "seconds"
    ).iterator(chunk_size=2000):
        rows_by_person[module][person].append((version, step, state, seconds))
    known = contents.modules()
    module_measures = [
        _module(known[id], people, least) for id, people in rows_by_person.items() if id in known
    ]
    return sorted(
        module_measures, key=lambda measures: (-(measures.begun or 0), measures.module.number)
    ), examples


def _module(module: Module, people: Mapping[int, list[tuple[int, int, str, int]]], least: int) -> OfModule:
    where = {
        person: rules.standings((module.id, v, n, s) for v, n, s, _ in rows)[module.id]
        for person, rows in people.items()
    }
    n = small_counts.batch(len(where), least)
    counted_people = dict(list(where.items())[:n])
    done = [person for person, standing in counted_people.items() if finished(module, standing)]
    able = sum(succeeded(module, standing) for standing in counted_people.values())
    universe = f"personnes avec une carte qui ont ouvert « {module.title} »"
    stops = Counter(standing.last for person, standing in counted_people.items() if person not in done)
    step, most = stops.most_common(1)[0] if stops else (0, 0)
    times = [_seconds(people[person]) / 60 for person in done]

    def published_share(part: int) -> Figure:
        return share(part, n, least=least, things="personnes", universe=universe, method=METHOD)

    figures = {"succeeded": published_share(able), "finished": published_share(len(done))}
    figures = together(figures, least=least, things="personnes")
    # Beside who stopped there, the others: elsewhere, or at the end without their number being told.
    is_finished_published, is_succeeded_published = (
        isinstance(figures[name], Estimate) for name in ("finished", "succeeded")
    )
    n_elsewhere = n - most - (len(done) if is_finished_published else able if is_succeeded_published else 0)
    is_stop_published = n_elsewhere >= least or (is_finished_published and not n_elsewhere)
    return OfModule(
        module=module,
        begun=n or None,
        **figures,
        minutes=median(times) if len(times) >= max(least, 1) else None,
        stops=(step, _title(module, step), most) if most >= max(least, 1) and is_stop_published else None,
    )


def _title(module: Module, step: int) -> str:
    """Return the title of a step; those who stopped at one that was taken out of the module since are told
    as such.
    """
    return module.steps[step - 1].title if 1 <= step <= len(module.steps) else TAKEN_OUT


def _seconds(rows: Sequence[tuple[int, int, str, int]]) -> int:
    """Return the active seconds of somebody in a module: the longest of each step, which a device says
    several times.
    """
    steps: dict[int, int] = {}
    for _version, step, _state, seconds in rows:
        steps[step] = max(steps.get(step, 0), seconds)
    return sum(steps.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfExercise:
    """An exercise as its authors read it: how many people tried it, how many failed, used hints, chose
    easier; None: too few.
    """

    module: Module
    step: int
    title: str
    kind: str
    n: int | None
    failed: Figure
    hinted: float | None
    easier: float | None
    seconds: float | None

    @property
    def worrying(self) -> bool:
        return getattr(self.failed, "low", 0) >= 25


TRIES = 10_000  # of the platform, beyond which they are counted in the background


def exercises() -> tuple[list[OfExercise], bool, datetime | None]:
    """Return the exercises that were tried, the most failed first, whether the people are invented, and when
    they were counted, None for just now. Nobody is identified: only counts by step are stored.

    A try is a person's last state on a step, however often they came back; without a card, nothing is known.
    """
    now = timezone.now()
    (rows, examples), at = snapshots.answer(
        f"{__name__}.tries",
        on=timezone.localdate(now),
        at=now,
        is_long=lambda: Fact.objects.order_by()[:TRIES].count() == TRIES,
    )
    known = contents.modules()
    exercises = [
        _exercise(known[id], step, of)
        for (id, step), of in rows
        if id in known
        and step <= len(known[id].steps)  # a module may have lost steps since they were counted
    ]
    return (
        sorted(exercises, key=lambda exercise: (-getattr(exercise.failed, "value", -1), -(exercise.n or 0))),
        examples,
        at,
    )


def _exercise(module: Module, step: int, counts: Mapping[str, Any]) -> OfExercise:
    of = module.steps[step - 1]
    kind = of.exercise.kind if of.exercise else ""
    return OfExercise(module=module, step=step, title=of.title, kind=kind, **counts)


Counted = list[tuple[tuple[str, int], dict[str, Any]]]


def tries(*, on: date) -> tuple[Counted, bool]:
    """Return the try counts of each step of the current modules until a day, by module and step, and True if
    the people are invented.
    """
    examples = Fact.objects.filter(example=True).exists()
    least = least_of(True, examples)
    known = contents.modules()
    rows: dict[tuple[str, int], dict[tuple[int, int], tuple[str, int, bool, int]]] = defaultdict(dict)
    wanted = (
        Fact.objects.filter(example=examples, at__lt=_midnight(on + timedelta(days=1)))
        .exclude(kind="")
        .exclude(state=rules.OPENED)
        .order_by("at", "pk")
    )
    for pk, person, module, version, step, state, hints, easier, seconds in wanted.values_list(
        "pk", "person", "module", "version", "step", "state", "hints", "easier", "seconds"
    ).iterator():
        if module in known and version == known[module].version and step <= len(known[module].steps):
            somebody = (person, 0) if person else (0, pk)  # nobody knows whether two who were erased are one
            rows[module, step][somebody] = (state, hints, easier, seconds)
    return [
        ((id, step), _counts(known[id], step, list(of.values()), least)) for (id, step), of in rows.items()
    ], examples


def _counts(module: Module, step: int, every: list[tuple[str, int, bool, int]], least: int) -> dict[str, Any]:
    """Return the published counts of a step's tries, by complete batches, in the order of first tries."""
    n = small_counts.batch(len(every), least)
    tries = every[:n]
    failed = sum(state not in rules.SUCCEEDED for state, *_ in tries)
    enough = n >= max(least, 1)
    universe = f"personnes avec une carte qui ont essayé l’étape {step} de « {module.title} »"
    return {
        "n": n if enough else None,
        "failed": share(
            failed,
            n,
            least=least,
            things="personnes",
            universe=universe,
            method=METHOD,
        ),
        "hinted": _percent([hints > 0 for _, hints, _, _ in tries], least),
        "easier": _percent([easier for _, _, easier, _ in tries], least),
        "seconds": median(seconds for *_, seconds in tries) if enough else None,
    }


def _percent(answers: Sequence[bool], least: int) -> float | None:
    """Return a percentage; None when so few, or so few others, that they could be identified."""
    few = min(sum(answers), len(answers) - sum(answers))
    return (
        None if not answers or 0 < few < least or len(answers) < least else 100 * sum(answers) / len(answers)
    )
