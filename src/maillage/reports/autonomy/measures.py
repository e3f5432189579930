"""The measures of the diagnosis in words: how reliable answers are, who was met, what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

from maillage.engine.agreement import Measure
from maillage.kernel.estimate import Estimate, Withheld
from maillage.reports.page import charts
from maillage.studies.people.bilan_quality import Figure, Labelled, Pace, Quality, QuestionSilence
from maillage.studies.people.observed import Comparison, Grid, Line, Moved, Observed
from maillage.words.wording import NBSP, count, lower_first, number, percent, rate

NOT_YET = "Pas encore assez de réponses"
ENOUGH = 11  # people under whom a share of them means nothing, even of invented ones


@dataclass(frozen=True, slots=True)
class FigureText:
    """A figure as a page shows it. value: '' when there is none, and `why` gives the reason; n: number of
    answers behind it; flag: what to do about it.
    """

    value: str
    between: str
    n: str
    why: str = ""
    flag: str = ""


@dataclass(frozen=True, slots=True)
class PaceText:
    """The time a mode takes."""

    name: str
    median: FigureText
    p90: FigureText


@dataclass(frozen=True, slots=True)
class QuestionText:
    """How often a question gets no answer: “don't know”, skipped, both."""

    id: str
    text: str
    unknown: FigureText
    passed: FigureText
    both: FigureText


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """A figure of one way, one group or one line."""

    id: str
    name: str
    figure: FigureText


@dataclass(frozen=True, slots=True)
class GroupsOfUse:
    """Who is sent to learn, at the same use, in two groups."""

    use: str
    groups: tuple[NamedFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """The quality of a version.

    `*_waiting`: what has too few answers to be published, in one line; to_rewrite: questions too often left
    unanswered.
    """

    paces: tuple[PaceText, ...]
    questions: tuple[QuestionText, ...]
    questions_waiting: str
    to_rewrite: tuple[str, ...]
    stopped: tuple[NamedFigure, ...]
    begun: str
    left: FigureText
    observed: FigureText
    same: FigureText
    twice: FigureText
    two_aidants: FigureText
    modes: tuple[NamedFigure, ...]
    readings: tuple[GroupsOfUse, ...]
    changes: tuple[NamedFigure, ...]
    lines_waiting: str
    omega: FigureText
    came: FigureText
    served: FigureText


def quality(found: Quality) -> QualityPage:
    """Return the quality of a version as a page shows it."""
    return QualityPage(
        paces=tuple(_pace(pace) for pace in found.paces),
        questions=tuple(_asked(each) for each in found.questions if each.both.measure),
        questions_waiting=_waiting([(each.id, each.both) for each in found.questions]),
        to_rewrite=tuple(each.id for each in found.questions if each.both.flagged),
        stopped=tuple(
            sorted((_labelled(each, share) for each in found.dropped.stopped), key=lambda x: x.name)
        ),
        begun=number(found.dropped.begun),
        left=figure_text(found.dropped.without_a_word, share),
        observed=figure_text(
            found.observed, plain, flag="L’accord est faible : ce qui est dit ne suffit pas."
        ),
        same=figure_text(found.same, share),
        twice=figure_text(
            found.twice, plain, noun="paire", flag="Deux passages proches se ressemblent trop peu."
        ),
        two_aidants=figure_text(
            found.two_aidants, plain, noun="paire", flag="Deux aidants trouvent trop souvent deux usages."
        ),
        modes=tuple(
            _labelled(each, share, flag="S’écarte d’une autre façon de faire.") for each in found.modes
        ),
        readings=tuple(
            GroupsOfUse(
                use, tuple(_labelled(each, share, flag="S’écarte de l’autre groupe.") for each in pair)
            )
            for use, *pair in found.readings
        ),
        changes=tuple(
            _labelled(each, share, flag="Plus d’une fois sur cinq : la ligne est à revoir.")
            for each in found.changed
            if each.figure.measure
        ),
        lines_waiting=_waiting([(each.id, each.figure) for each in found.changed]),
        omega=figure_text(
            found.omega, plain, noun="personne", flag="Trop peu : ces questions ne vont pas ensemble."
        ),
        came=figure_text(found.came, share, noun="orientation"),
        served=figure_text(found.served, share, noun="orientation"),
    )


def figure_text(
    figure: Figure, words: Callable[[float], str], *, noun: str = "réponse", flag: str = ""
) -> FigureText:
    """Return a figure in words; `flag` when it calls for a change."""
    n = count(figure.n, noun)
    if figure.measure is None:
        missing = f"{NOT_YET} : {number(figure.n)} sur {figure.needed}"
        return FigureText("", "", n, figure.why or missing, flag if figure.flagged else "")
    return FigureText(
        words(figure.measure.value), between(figure.measure, words), n, flag=flag if figure.flagged else ""
    )


def between(measure: Measure, words: Callable[[float], str]) -> str:
    low, high = words(measure.low), words(measure.high)
    return f"entre {low} et {high}" if low != high else ""


def share(value: float) -> str:
    """Return a share, whole points."""
    return percent(floor(100 * value + 0.5))


def plain(value: float) -> str:
    return number(value, 2)


def minutes(seconds: float) -> str:
    """Return a duration in seconds as people say it.

    >>> minutes(255), minutes(40), minutes(120)
    ('4\\xa0min\\xa015', '40\\xa0s', '2\\xa0min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{NBSP}s"
    return f"{whole // 60}{NBSP}min" + (f"{NBSP}{whole % 60:02d}" if whole % 60 else "")


def _pace(pace: Pace) -> PaceText:
    return PaceText(
        pace.label,
        figure_text(pace.median, minutes, noun="bilan", flag="Plus de 5 minutes : trop long."),
        figure_text(pace.p90, minutes, noun="bilan"),
    )


def _asked(asked: QuestionSilence) -> QuestionText:
    flag = "Plus de 15 % sans réponse : à récrire."
    return QuestionText(
        id=asked.id,
        text=asked.text,
        unknown=figure_text(asked.unknown, share),
        passed=figure_text(asked.passed, share),
        both=figure_text(asked.both, share, flag=flag),
    )


def _waiting(figures: Sequence[tuple[str, Figure]]) -> str:
    """Return what has too few answers to be published, in one line, with the number of answers of each."""
    few = [f"{id} ({number(figure.n)})" for id, figure in figures if figure.measure is None]
    needed = figures[0][1].needed
    return f"{NOT_YET}, il en faut {needed} : {', '.join(few)}" if few else ""


def _labelled(each: Labelled, words: Callable[[float], str], flag: str = "") -> NamedFigure:
    return NamedFigure(each.id, each.label, figure_text(each.figure, words, noun="bilan", flag=flag))


# ------------------------------------------------------------------------------------------------ people seen


@dataclass(frozen=True, slots=True)
class LineText:
    """A count with its share.

    n: "" when it is withheld, with `reason`; share: "" when it would be meaningless.
    """

    id: str
    name: str
    n: str
    share: str
    reason: str
    bar: str


@dataclass(frozen=True, slots=True)
class GridText:
    """Access by use; a cell is "" when it is withheld."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonText:
    """A share of the people seen beside a published one. here: "" when it is withheld, for a reason."""

    question: str
    here: str
    between: str
    n: str
    reason: str
    country: str
    year: int
    producer: str
    title: str
    doubt: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovedText:
    """What changed between two diagnoses of the same people.

    sentence: "" when there are too few people for it to mean anything.
    """

    n: int
    lines: tuple[LineText, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """The people met.

    received: answers; by_batches: whether n is rounded down so that nobody can be identified from it.
    """

    n: int
    received: int
    least: int
    is_enough: bool
    sentence: str
    by_batches: bool
    results: tuple[LineText, ...]
    accesses: tuple[LineText, ...]
    uses: tuple[LineText, ...]
    grid: GridText | None
    flags: tuple[LineText, ...]
    comparisons: tuple[ComparisonText, ...]
    again: MovedText


def people(found: Observed) -> PeoplePage:
    """Return the people met, as a page shows them.

    Counts, and shares where there are enough people for one to mean something.
    """
    enough = found.n >= ENOUGH
    return PeoplePage(
        n=found.n,
        received=found.received,
        least=found.least,
        is_enough=bool(found.n),
        sentence=_lead(found) if enough else "",
        by_batches=found.least > 1 and found.received != found.n,
        results=tuple(_line(line, enough) for line in found.results),
        accesses=tuple(_line(line, enough) for line in found.accesses),
        uses=tuple(_line(line, enough) for line in found.uses),
        grid=None if found.grid.is_empty else _grid(found.grid),
        flags=_sorted(found.flags, enough),
        comparisons=tuple(_compared(each) for each in found.comparisons) if enough else (),
        again=moved(found.moved),
    )


def _lead(found: Observed) -> str:
    """Return the result that comes first, '' when another might: two shares whose intervals overlap are not
    ranked.
    """
    shares = [(line, line.share) for line in found.results if isinstance(line.share, Estimate)]
    if len(shares) < len(found.results):
        return ""
    first, share = max(shares, key=lambda pair: pair[1].value)
    if any(share.low <= other.high for line, other in shares if line is not first):
        return ""
    return (
        f"Le résultat le plus fréquent : « {lower_first(first.label)} », pour {first.count} personnes sur"
        f" {found.n}."
    )


def _line(line: Line, enough: bool) -> LineText:
    """Return a count with its share. enough: whether the share is meaningful."""
    shown, known = rate(line.share), isinstance(line.share, Estimate)
    return LineText(
        id=line.id,
        name=line.label,
        n=number(line.count) if isinstance(line.count, int) else "",
        share=(f"{shown.value}, {shown.between}" if shown.value else shown.between)
        if known and enough
        else "",
        reason=line.share.reason if isinstance(line.share, Withheld) else "",
        bar=charts.small_bar(line.share, top=100, id="rayures") if enough else "",
    )


def _sorted(lines: Sequence[Line], enough: bool) -> tuple[LineText, ...]:
    """Return the flags that may be published and apply to somebody, most frequent first."""
    counted = [(line.count, line) for line in lines if isinstance(line.count, int) and line.count]
    return tuple(_line(line, enough) for _, line in sorted(counted, key=lambda pair: -pair[0]))


def _grid(grid: Grid) -> GridText:
    return GridText(
        tuple(grid.columns),
        tuple(
            (use, tuple(number(n) if isinstance(n, int) else "" for n in cells)) for use, cells in grid.rows
        ),
    )


def _compared(each: Comparison) -> ComparisonText:
    here, there = rate(each.share), each.national
    known = isinstance(each.share, Estimate)
    return ComparisonText(
        question=each.question,
        here=here.value or here.span if known else "",
        between=here.between if known and here.value else "",
        n=number(each.share.n),
        reason=each.share.reason if isinstance(each.share, Withheld) else "",
        country=percent(100 * there.total),
        year=there.year,
        producer=there.producer,
        title=there.title,
        doubt=there.doubt,
        differences=tuple(each.gaps),
    )


def moved(found: Moved) -> MovedText:
    """Return what changed between two diagnoses of the same people."""
    enough = found.n >= ENOUGH
    sentence = _net(found.net) if found.net is not None and enough else ""
    return MovedText(found.n, tuple(_line(line, enough) for line in found.lines), sentence)


def _net(net: Measure) -> str:
    by = f"{_points(net.value)} de différence, entre {_points(net.low)} et {_points(net.high)}"
    if net.low > 0:
        return f"Plus souvent plus facile que plus dur : {by}."
    if net.high < 0:
        return f"Plus souvent plus dur que plus facile : {by}."
    return f"On ne peut pas dire lequel l’emporte : {by}."


def _points(value: float) -> str:
    """Return a difference of shares as people out of a hundred.

    >>> _points(0.2), _points(-0.034)
    ('20 sur 100', '−3 sur 100')
    """
    return f"{number(floor(100 * value + 0.5))} sur 100"
