"""What learning gives: begun, finished, succeeded; where people stop; what is then done for real. Counted, never estimated.

Source: docs/methods/apprendre.md
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries.progress import finished, succeeded
from maillage.apps.learning.rules import plans, progress
from maillage.engine import disclosure
from maillage.kernel.estimate import Figure
from maillage.reference.learning import Module
from maillage.reference.parameters import number
from maillage.studies.shares import share

METHOD = "apprendre"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfModule:
    """A module in a period. begun: people who opened it, None when too few to tell; minutes: half of those who finished took less.

    stops: the step where most of those who did not finish are, with how many.
    """

    module: Module
    begun: int | None
    finished: Figure
    succeeded: Figure
    minutes: float | None
    stops: tuple[int, str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What became of the plans whose question is due. due: how many; parts: by answer, those without answer last, None withheld.

    converted: done online by the person, alone or with somebody beside, among all that are due: an unknown is no yes. obtained:
    the right is kept otherwise. steps: how many people from the accelerator begun to the procedure done.
    """

    due: int | None
    parts: Sequence[tuple[str, int | None]]
    known: Figure
    converted: Figure
    obtained: Figure
    steps: Sequence[tuple[str, int | None]]
    by_module: Sequence[tuple[str, int | None, int | None]]
    examples: bool


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _least(protected: bool, examples: bool) -> int:
    return 0 if examples or not protected else int(number("protection/small_count"))


def facts_of(structures: Iterable[int] | None, since: date, until: date) -> QuerySet[Fact]:
    """Return what was done in a period. structures: in the groups of these; None: everywhere."""
    rows = Fact.objects.filter(at__gte=_midnight(since), at__lt=_midnight(until + timedelta(days=1)))
    return rows if structures is None else rows.filter(structure__in=list(structures))


def seat(structure: Structure) -> str:
    """Return the commune of a structure: its seat, else that of its first place."""
    return structure.code_insee or str(
        _places().filter(structure=structure).values_list("code_insee", flat=True).first() or ""
    )


def structures_in(communes: frozenset[str] | None) -> list[int] | None:
    """Return the structures of some communes, by their seat, else by their first place; None: everywhere."""
    if communes is None:
        return None
    seats = dict(_places().order_by("-pk").values_list("structure", "code_insee"))
    seats |= dict(Structure.objects.exclude(code_insee="").values_list("pk", "code_insee"))
    return [pk for pk, commune in seats.items() if commune in communes]


def _places() -> QuerySet[Lieu]:
    return Lieu.objects.filter(state=directory.PUBLISHED).exclude(code_insee="").order_by("pk")


def modules(rows: QuerySet[Fact], *, protected: bool) -> tuple[list[OfModule], bool]:
    """Return each module that somebody opened, the most opened first, and whether these are invented people.

    Somebody erased since is no longer told from another: they are counted in what each step gives, not here.
    """
    examples = not rows.filter(example=False, person__isnull=False).exists()
    least = _least(protected, examples)
    held: dict[str, dict[int, list[tuple[int, int, str, int]]]] = defaultdict(lambda: defaultdict(list))
    wanted = rows.filter(example=examples, person__isnull=False).order_by("at", "pk")
    for module, person, version, step, state, seconds in wanted.values_list(
        "module", "person", "version", "step", "state", "seconds"
    ).iterator(chunk_size=2000):
        held[module][person].append((version, step, state, seconds))
    known = contents.modules()
    found = [_module(known[id], people, least) for id, people in held.items() if id in known]
    return sorted(found, key=lambda each: (-(each.begun or 0), each.module.number)), examples


def _module(module: Module, people: Mapping[int, list[tuple[int, int, str, int]]], least: int) -> OfModule:
    where = {
        who: progress.standings((module.id, v, n, s) for v, n, s, _ in rows)[module.id] for who, rows in people.items()
    }
    n = disclosure.batch(len(where), least)
    kept = dict(list(where.items())[:n])
    done = [who for who, held in kept.items() if finished(module, held)]
    able = sum(succeeded(module, held) for held in kept.values())
    universe = f"personnes avec une carte qui ont ouvert « {module.title} »"
    stops = Counter(held.last for who, held in kept.items() if who not in done)
    step, most = stops.most_common(1)[0] if stops else (0, 0)
    times = [_seconds(people[who]) / 60 for who in done]

    def told(part: int, words: str) -> Figure:
        return share(part, n, least=least, things="personnes", words=words, universe=universe, method=METHOD)

    return OfModule(
        module=module,
        begun=n or None,
        finished=told(len(done), "l’ont fini"),
        succeeded=told(able, "l’ont réussi"),
        minutes=median(times) if len(times) >= max(least, 1) else None,
        stops=(step, module.steps[step - 1].title, most) if most >= max(least, 1) else None,
    )


def _seconds(rows: Sequence[tuple[int, int, str, int]]) -> int:
    """Return the active seconds of somebody in a module: the longest of each step, which a device says several times."""
    steps: dict[int, int] = {}
    for _version, step, _state, seconds in rows:
        steps[step] = max(steps.get(step, 0), seconds)
    return sum(steps.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class OfExercise:
    """An exercise as its authors read it: how many tries were kept, and how many ended without success, with hints, easier."""

    module: Module
    step: int
    title: str
    kind: str
    n: int
    failed: Figure
    hinted: float
    easier: float
    seconds: float

    @property
    def worrying(self) -> bool:
        return getattr(self.failed, "low", 0) >= 25


def exercises() -> tuple[list[OfExercise], bool]:
    """Return the exercises that were tried, those that fail most first. Nobody is told: only counts by step are kept.

    A try is the last state of somebody on a step; without card, nothing is known.
    """
    examples = not Fact.objects.filter(example=False).exists()
    least = _least(True, examples)
    known = contents.modules()
    rows: dict[tuple[str, int], list[tuple[str, int, bool, int]]] = defaultdict(list)
    wanted = Fact.objects.filter(example=examples).exclude(kind="").exclude(state=progress.SEEN)
    for module, version, step, state, hints, easier, seconds in wanted.values_list(
        "module", "version", "step", "state", "hints", "easier", "seconds"
    ):
        if module in known and version == known[module].version and step <= len(known[module].steps):
            rows[module, step].append((state, hints, easier, seconds))
    found = [_exercise(known[id], step, tries, least) for (id, step), tries in rows.items()]
    return sorted(found, key=lambda each: (-getattr(each.failed, "value", -1), -each.n)), examples


def _exercise(module: Module, step: int, tries: list[tuple[str, int, bool, int]], least: int) -> OfExercise:
    n = len(tries)
    failed = sum(state not in progress.SUCCEEDED for state, *_ in tries)
    of = module.steps[step - 1]
    universe = f"essais gardés de l’étape {step} de « {module.title} »"
    return OfExercise(
        module=module,
        step=step,
        title=of.title,
        kind=of.exercise.kind if of.exercise else "",
        n=n,
        failed=share(failed, n, least=least, things="essais", words="sans réussite", universe=universe, method=METHOD),
        hinted=100 * sum(hints > 0 for _, hints, _, _ in tries) / n,
        easier=100 * sum(easier for _, _, easier, _ in tries) / n,
        seconds=median(seconds for *_, seconds in tries),
    )


def conversion(
    structures: Iterable[int] | None, communes: frozenset[str] | None, on: date, *, since: date, protected: bool
) -> Conversion:
    """Return what became of the plans whose question was due between two days, by the structures or the communes of who helped.

    structures, communes: either; both None: everywhere. Only those made with a structure are counted: alone, at home, nobody
    vouches for them, and anybody could make a thousand.
    """
    every = Plan.objects.filter(ask_on__gte=since, ask_on__lte=on, structure__isnull=False)
    if structures is not None:
        every = every.filter(structure__in=list(structures))
    elif communes is not None:
        every = every.filter(commune__in=communes)
    examples = not every.filter(example=False).exists()
    least = _least(protected, examples)
    rows = list(every.filter(example=examples).order_by("ask_on", "pk").values_list("answer", "module"))
    n = disclosure.batch(len(rows), least)
    kept = rows[:n]
    answers = Counter(answer for answer, _ in kept)
    labels = {**plans.ANSWERS, "": "Pas de réponse, ou pas demandé"}
    ids = [id for id in labels if answers[id]]
    shown = disclosure.one_way([answers[id] for id in ids], least) if len(ids) > 1 else [n >= least] * len(ids)
    universe = "projets de démarche dont la question est venue"

    def told(part: int, words: str) -> Figure:
        return share(
            part, n, least=least, things="projets", words=words, universe=universe, method=METHOD, nobody="Aucun projet."
        )

    converted = sum(answers[id] for id in plans.CONVERTED)
    known = n - answers[""] - answers[plans.UNKNOWN]
    of_module = Counter(module for _, module in kept)
    done = Counter(module for answer, module in kept if answer in plans.CONVERTED)
    return Conversion(
        due=n if n or not rows else None,
        parts=[(labels[id], answers[id] if seen else None) for id, seen in zip(ids, shown, strict=True)],
        known=told(known, "de suite connue"),
        converted=told(converted, "faits en ligne par la personne"),
        obtained=told(sum(answers[id] for id in plans.OBTAINED), "faits autrement"),
        steps=_funnel(
            structures=structures,
            communes=communes,
            since=since,
            on=on,
            planned=n,
            converted=converted,
            known=known,
            least=least,
            examples=examples,
        ),
        by_module=[
            (
                _title(id),
                of_module[id] if of_module[id] >= least else None,
                done[id] if _clear(done[id], of_module[id], least) else None,
            )
            for id in sorted(of_module, key=lambda id: -of_module[id])
        ],
        examples=examples and bool(rows),
    )


def _clear(part: int, whole: int, least: int) -> bool:
    """Return whether a part and what remains may both be told."""
    return not least or (part >= least and whole - part >= least)


def _title(id: str) -> str:
    found = contents.module(id)
    return found.title if found else id


def _funnel(
    *,
    structures: Iterable[int] | None,
    communes: frozenset[str] | None,
    since: date,
    on: date,
    planned: int,
    converted: int,
    known: int,
    least: int,
    examples: bool,
) -> list[tuple[str, int | None]]:
    """Return how many people at each step, from the accelerator opened to the procedure done."""
    services = [id for id, module in contents.modules().items() if module.service]
    where = structures_in(communes) if structures is None else list(structures)
    rows = facts_of(where, since, on).filter(module__in=services, example=examples, person__isnull=False)
    begun = rows.values("person", "module").distinct().count()
    ends = [(id, len(contents.modules()[id].steps)) for id in services]
    ended = sum(rows.filter(module=id, step=last).values("person").distinct().count() for id, last in ends)
    told = (
        ("Accélérateur ouvert", begun),
        ("Entraînement fini", ended),
        ("Projet dont la question est venue", planned),
        ("Suite connue", known),
        ("Fait en ligne par la personne", converted),
    )
    return [(words, n if n >= least else None) for words, n in told]
