"""Follow-up of the procedures that people meant to do for real, from the accelerator to the screen that
blocked.

Source: docs/methods/apprendre.md
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, QuerySet

from maillage.apps.learning import rules
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries.measures import METHOD, least_of
from maillage.apps.learning.queries.progress import services
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.statistics.engine import small_counts
from maillage.statistics.people.shares import share, withheld_words
from maillage.web import bulk

LABELS: Mapping[str, str] = {**rules.ANSWERS, "": "Pas de réponse, ou pas demandé"}
SUMS: Mapping[str, Sequence[str]] = {  # of answers; what is known is what the last one leaves
    "converted": rules.CONVERTED,
    "obtained": rules.OBTAINED,
    "open": (rules.NOT_YET, rules.BLOCKED),
    "unknown": (rules.UNKNOWN, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The outcome of the plans whose question is due. parts: by answer, no answer last, None when withheld.

    converted: done online by the person, alone or with help, among all that are due: an unknown is not a yes.
    obtained: the right obtained by other means. steps: how many people from the accelerator begun to the
    procedure done. least: smallest count displayed.
    """

    n_plans: int | None
    parts: Sequence[tuple[str, int | None]]
    known: Figure
    converted: Figure
    obtained: Figure
    steps: Sequence[tuple[str, int | None]]
    by_module: Sequence[tuple[str, int | None, int | None]]
    least: int
    examples: bool


def plans_of(
    structures: Iterable[int] | None, communes: frozenset[str] | None, since: date, until: date
) -> QuerySet[Plan]:
    """Return the plans whose question was due between two days, by structure or by the helper's commune.

    structures, communes: either; both None: everywhere. Only plans made with a structure count: those made
    alone, at home, have no witness, and anyone could make a thousand.
    """
    rows = Plan.objects.filter(ask_on__gte=since, ask_on__lte=until, structure__isnull=False)
    if structures is not None:
        return rows.filter(structure__in=list(structures))
    return rows if communes is None else rows.filter(commune__in=bulk.to_find(communes))


def conversion(rows: QuerySet[Plan], facts: QuerySet[Fact], *, protected: bool) -> Conversion:
    """Return the outcome counts of some plans. facts: learning facts of the same structures and days."""
    examples = rows.filter(example=True).exists()
    least = least_of(protected, examples)
    every = list(rows.filter(example=examples).order_by("ask_on", "pk").values_list("answer", "module"))
    counted_plans = every[: small_counts.batch(len(every), least)]
    n = len(counted_plans)
    answers = Counter(answer for answer, _ in counted_plans)
    sums, parts = _publishable_answers(answers, least)
    of = {name: sum(answers[id] for id in ids) for name, ids in SUMS.items()}
    converted = _share(of["converted"], n, is_published=sums["converted"], least=least)
    known = _share(n - of["unknown"], n, is_published=sums["unknown"], least=least)
    return Conversion(
        n_plans=n if n or not every else None,
        parts=[(LABELS[id], answers[id] if is_published else None) for id, is_published in parts.items()],
        known=known,
        converted=converted,
        obtained=_share(of["obtained"], n, is_published=sums["obtained"], least=least),
        steps=[
            *_learnt(facts.filter(example=examples), least),
            ("Projets : la question est venue", n if n >= least else None),
            ("Projets : suite connue", n - of["unknown"] if isinstance(known, Estimate) else None),
            (
                "Projets : fait en ligne par la personne",
                of["converted"] if isinstance(converted, Estimate) else None,
            ),
        ],
        by_module=_by_module(counted_plans, least, converted=isinstance(converted, Estimate)),
        least=least,
        examples=examples and bool(every),
    )


def _publishable_answers(answers: Counter[str], least: int) -> tuple[dict[str, bool], dict[str, bool]]:
    """Return which sums of answers, and which answers, may be published together, so that none withheld is
    found by subtraction.

    Sums come first, as they matter most. The answers of a published sum add up to it; the others add up to
    what remains.
    """
    of = {name: [id for id in ids if answers[id]] for name, ids in SUMS.items()}
    there = [name for name, ids in of.items() if ids]
    publishable_sums = _one_way([sum(answers[id] for id in of[name]) for name in there], least)
    sums = dict.fromkeys(SUMS, True) | dict(zip(there, publishable_sums, strict=True))
    parts: dict[str, bool] = {}
    for ids in (
        [of[name] for name in there if sums[name]],
        [[id for name in there if not sums[name] for id in of[name]]],
    ):
        for each in ids:
            parts |= zip(each, _one_way([answers[id] for id in each], least), strict=True)
    return sums, {id: parts[id] for id in LABELS if id in parts}


def _one_way(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of a whole may be published; a whole in one part is published as itself."""
    return [counts[0] >= least] if len(counts) == 1 else small_counts.one_way(counts, least, lowest=1)


def _share(part: int, n: int, *, is_published: bool, least: int) -> Figure:
    universe = "projets de démarche dont la question est venue"
    figure = share(
        part,
        n,
        least=least,
        things="projets",
        universe=universe,
        method=METHOD,
        nobody="Aucun projet.",
    )
    if is_published or isinstance(figure, Withheld):
        return figure
    why = withheld_words(least, "projets")
    return Withheld(reason=why, unit="pourcent", universe=universe, n=n, method=METHOD)


def _learnt(rows: QuerySet[Fact], least: int) -> list[tuple[str, int | None]]:
    """Return how many people opened an accelerator, then finished it; each person counts once in each, by
    whole batches.
    """
    ends = {module.id: len(module.steps) for module in services()}
    training_facts = rows.filter(module__in=ends, person__isnull=False).values("module", "person", "step")
    first = training_facts.annotate(first=Min("at")).order_by("first", "module", "person", "step")
    steps: dict[tuple[str, int], set[int]] = {}
    for module, person, step in first.values_list("module", "person", "step"):
        steps.setdefault((module, person), set()).add(step)
    counted_people = list(steps.items())[: small_counts.batch(len(steps), least)]
    begun, ended = len(counted_people), sum(ends[module] in done for (module, _), done in counted_people)
    return [
        ("Personnes : entraînement ouvert", begun if begun >= least else None),
        ("Personnes : entraînement fini", ended if _clear(ended, begun, least) else None),
    ]


def _by_module(
    rows: Sequence[tuple[str, str]], least: int, *, converted: bool
) -> list[tuple[str, int | None, int | None]]:
    """Return the plans of each procedure, and those done online by the person. converted: True if their
    sum is published.
    """
    n = Counter(module for _, module in rows)
    done = Counter(module for answer, module in rows if answer in rules.CONVERTED)
    ids = sorted(n, key=lambda id: -n[id])
    is_row_published = _one_way([n[id] for id in ids], least)
    if len(ids) > 1 and converted:
        table = [[done[id], n[id] - done[id]] for id in ids]
        is_done_published = small_counts.two_way(table, is_row_published, [True, True], least)[:, 0].tolist()
    else:  # a single row is its own total
        is_done_published = [converted and row for row in is_row_published]
    return [
        (_title(id), n[id] if row else None, done[id] if cell else None)
        for id, row, cell in zip(ids, is_row_published, is_done_published, strict=True)
    ]


def _clear(part: int, total: int, least: int) -> bool:
    """Return True if a part and its remainder may both be published."""
    return not least or (part >= least and total - part >= least)


def _title(id: str) -> str:
    module = contents.module(id)
    return module.title if module else id
