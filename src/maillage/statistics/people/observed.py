"""The people met in a territory, from their diagnoses: counts that identify nobody, and never stand for the
population.

Source: docs/methods/personnes-vues.md
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference import bilan
from maillage.reference.definitions import Definition, definition
from maillage.reference.parameters import number
from maillage.statistics.engine import agreement, small_counts
from maillage.statistics.engine import bilan as engine
from maillage.statistics.engine.agreement import Measure

METHOD = "personnes-vues"
UNIVERSE = "personnes vues, une fois chacune"
SMALL = "masqué : moins de {least} personnes, ou trop facile à deviner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A diagnosis. person: a number, None when anonymous; before: the results of the one it repeats, use then
    access.
    """

    person: int | None
    at: datetime
    answers: engine.Answers
    access: str
    use: str
    result: str
    flags: Sequence[str]
    before: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The number of people who gave an answer, and their share; withheld together."""

    id: str
    label: str
    count: int | Withheld
    share: Figure


@dataclass(frozen=True, slots=True)
class Grid:
    """Access crossed with use. rows: by use, then by access; every count is withheld unless it is proved
    that none can be deduced.
    """

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | Withheld]]]

    @property
    def is_empty(self) -> bool:
        return all(isinstance(cell, Withheld) for _, cells in self.rows for cell in cells)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A share of the people met beside a published one. gaps: why the two are not the same question."""

    id: str
    question: str
    share: Figure
    national: Definition
    gaps: Sequence[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """Change between two diagnoses of the same n people: better, same, worse; net: better less worse,
    None when withheld.
    """

    lines: Sequence[Line]
    net: Measure | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The people met. received: how many answers there are; n: how many are counted below, in whole
    batches.
    """

    received: int
    n: int
    least: int
    results: Sequence[Line]
    accesses: Sequence[Line]
    uses: Sequence[Line]
    grid: Grid
    flags: Sequence[Line]
    comparisons: Sequence[Comparison]
    moved: Moved


COMPARED: tuple[tuple[str, str, str, Sequence[str], Callable[[engine.Answers], bool | None]], ...] = (
    (
        "computer",
        "Pas d’ordinateur",
        "pas-d-ordinateur-2018",
        (
            (
                "Ici : « ne peut utiliser aucun ordinateur, où que ce soit ». En France : « pas d’ordinateur"
                " à la maison ». À la maison, la part locale serait donc plus grande."
            ),
            "Ici : les personnes vues, de tout âge. En France : 12 ans et plus, en métropole, en 2018.",
        ),
        lambda answers: "computer" not in devices if (devices := engine.several(answers, "A1")) else None,
    ),
    (
        "never",
        "Jamais sur internet",
        "jamais-connecte-credoc",
        (
            (
                "Ici : « jamais », sans compter les personnes pour qui quelqu’un le fait. En France : « ne se"
                " connectent jamais »."
            ),
            "Ici : les personnes vues, de tout âge. En France : 12 ans et plus, en métropole, en 2018.",
        ),
        lambda answers: None if (answer := engine.one(answers, "U1")) == bilan.UNKNOWN else answer == "never",
    ),
)
NOT_COMPARED = (
    "L’usage (de « pas encore » à « sans aide ») n’a pas d’équivalent publié. L’illectronisme de l’Insee"
    " compte d’autres compétences, par une enquête : il n’est pas mis à côté."
)


def least() -> int:
    """Return the smallest count of people that may be published."""
    return int(number("protection/small_count"))


def observed(rows: Sequence[Row], *, few: int) -> Observed:
    """Return the people in these diagnoses, each counted once, by the last one they had done when the last
    whole batch was complete.

    few: the smallest count published, `least()`; 0 for fictitious people, for whom there is nothing to
    protect.
    """
    firsts, known = _counted(rows, few)
    n = len(known)
    results = _lines(
        known, {id: row.label for id, row in bilan.results().items()}, lambda row: row.result, few
    )
    accesses = _lines(
        known, {id: level.label for id, level in bilan.accesses().items()}, lambda row: row.access, few
    )
    uses = _lines(known, {id: level.label for id, level in bilan.uses().items()}, lambda row: row.use, few)
    return Observed(
        received=firsts,
        n=n,
        least=few,
        results=results,
        accesses=accesses,
        uses=uses,
        grid=_grid(known, accesses, uses, few),
        flags=[_flag(known, flag, few) for flag in bilan.flags().values()],
        comparisons=[_compared(known, few, *each) for each in COMPARED],
        moved=moved(rows, few=few),
    )


def _counted(rows: Sequence[Row], few: int) -> tuple[int, list[Row]]:
    """Return how many people there are, and the last diagnosis of each of those counted: in whole batches, as
    they were when the last one was complete. One done again since would show alone in a batch already told.
    """
    firsts = sorted(_firsts(rows))
    n = small_counts.batch(len(firsts), few)
    return len(firsts), _latest(row for row in rows if not few or (n and row.at <= firsts[n - 1]))[:n]


def _firsts(rows: Iterable[Row]) -> list[datetime]:
    """Return when each person was first met; an anonymous diagnosis counts as one person."""
    first: dict[int, datetime] = {}
    alone = []
    for row in rows:
        if row.person is None:
            alone.append(row.at)
        else:
            first[row.person] = min(first.get(row.person, row.at), row.at)
    return [*alone, *first.values()]


def _latest(rows: Iterable[Row]) -> list[Row]:
    """Return the last diagnosis of each person, in order of time."""
    last: dict[object, Row] = {}
    for k, row in enumerate(sorted(rows, key=lambda row: row.at)):
        last["alone", k] = row
        if row.person is not None:
            del last["alone", k]
            last["person", row.person] = row
    return list(last.values())


# ----------------------------------------------------------------------------------------------------- counts


def _lines(rows: Sequence[Row], labels: Mapping[str, str], of: Callable[[Row], str], few: int) -> list[Line]:
    """Return the counts of people by part."""
    counts = [sum(of(row) == id for row in rows) for id in labels]
    publishable = small_counts.one_way(counts, few)
    return [
        _line(id, label, n if is_publishable else None, len(rows), few)
        for (id, label), n, is_publishable in zip(labels.items(), counts, publishable, strict=True)
    ]


def _line(id: str, label: str, n: int | None, total: int, few: int) -> Line:
    if n is None or not total or total < few:
        return Line(id, label, _hidden("personnes", total, few), _hidden("pourcent", total, few))
    estimate = agreement.share(n, total)
    share = Estimate(
        value=100 * estimate.value,
        low=100 * estimate.low,
        high=100 * estimate.high,
        unit="pourcent",
        universe=UNIVERSE,
        n=total,
        method=METHOD,
    )
    return Line(id, label, n, share)


def _hidden(unit: str, total: int, few: int) -> Withheld:
    reason = SMALL.format(least=few)
    return Withheld(
        reason=reason,
        unit="personnes" if unit == "personnes" else "pourcent",
        universe=UNIVERSE,
        n=total,
        method=METHOD,
    )


def _flag(rows: Sequence[Row], flag: bilan.Flag, few: int) -> Line:
    n = sum(flag.id in row.flags for row in rows)
    is_publishable, _ = small_counts.one_way([n, len(rows) - n], few)
    return _line(flag.id, flag.label, n if is_publishable else None, len(rows), few)


def _grid(rows: Sequence[Row], accesses: Sequence[Line], uses: Sequence[Line], few: int) -> Grid:
    table = [
        [sum(row.use == use.id and row.access == access.id for row in rows) for access in accesses]
        for use in uses
    ]
    publishable = [[not isinstance(line.count, Withheld) for line in lines] for lines in (uses, accesses)]
    publishable_cells = small_counts.two_way(table, publishable[0], publishable[1], few)
    hidden = _hidden("personnes", len(rows), few)
    cells = [
        [n if is_publishable else hidden for n, is_publishable in zip(*pair, strict=True)]
        for pair in zip(table, publishable_cells, strict=True)
    ]
    return Grid(
        [access.label for access in accesses],
        [(use.label, row) for use, row in zip(uses, cells, strict=True)],
    )


def _compared(
    rows: Sequence[Row],
    few: int,
    id: str,
    question: str,
    national: str,
    gaps: Sequence[str],
    holds: Callable[[engine.Answers], bool | None],
) -> Comparison:
    every = [answer for row in rows if (answer := holds(row.answers)) is not None]
    # Beside the number of people, that of answers would give the few who did not say.
    answers = every if len(every) == len(rows) else every[: small_counts.batch(len(every), few)]
    is_publishable, _ = small_counts.one_way([sum(answers), len(answers) - sum(answers)], few)
    line = _line(id, question, sum(answers) if is_publishable else None, len(answers), few)
    return Comparison(id, question, line.share, definition(national), gaps)


# --------------------------------------------------------------------------------------------------- re-tests


def moved(rows: Sequence[Row], *, few: int) -> Moved:
    """Return the change for people who repeated it: use first, then access; each person counts once, by the
    last one they had done when the last whole batch of these people was complete.
    """
    _, again = _counted([row for row in rows if row.before is not None], few)
    lines = _lines(again, WAYS, _way, few)
    better, _, worse = (line.count for line in lines)
    net = None
    if again and isinstance(better, int) and isinstance(worse, int):
        net = agreement.change(better, worse, len(again))
    return Moved(lines, net, len(again))


WAYS = {"better": "C’est plus facile", "same": "C’est comme avant", "worse": "C’est plus dur en ce moment"}


def _way(row: Row) -> str:
    """Classify a person who repeated it as better, the same or worse off: by use first, then access."""
    accesses = list(bilan.accesses())
    use, access = row.before or (row.use, row.access)
    was, now = (use, accesses.index(access)), (row.use, accesses.index(row.access))
    return "same" if was == now else "better" if now > was else "worse"
