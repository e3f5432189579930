"""The measures of the diagnosis in words: how reliable answers are, who was met, what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.page import charts
from maillage.statistics.engine.agreement import Measure
from maillage.statistics.people.bilan_quality import Figure, Labelled, Pace, Quality, QuestionSilence
from maillage.statistics.people.observed import Comparison, Grid, Line, Moved, Observed
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
    """The frequency of no answer to a question: “don't know”, skipped, both."""

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
    """People sent to learn at the same use, in two groups."""

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
    unpublished_questions: str
    to_rewrite: tuple[str, ...]
    stopped: tuple[NamedFigure, ...]
    begun: str
    dropped_out: FigureText
    observed: FigureText
    same: FigureText
    twice: FigureText
    two_aidants: FigureText
    modes: tuple[NamedFigure, ...]
    readings: tuple[GroupsOfUse, ...]
    changes: tuple[NamedFigure, ...]
    unpublished_lines: str
    omega: FigureText
    came: FigureText
    served: FigureText


def quality(measures: Quality) -> QualityPage:
    """Return the quality of a version as a page shows it."""
    return QualityPage(
        paces=tuple(_pace(pace) for pace in measures.paces),
        questions=tuple(_question_text(each) for each in measures.questions if each.both.measure),
        unpublished_questions=_unpublished([(each.id, each.both) for each in measures.questions]),
        to_rewrite=tuple(each.id for each in measures.questions if each.both.flagged),
        stopped=tuple(
            sorted((_labelled(each, share) for each in measures.dropped.stopped), key=lambda x: x.name)
        ),
        begun=number(measures.dropped.begun),
        dropped_out=figure_text(measures.dropped.without_a_word, share),
        observed=figure_text(
            measures.observed, plain, flag="L’accord est faible : ce qui est dit ne suffit pas."
        ),
        same=figure_text(measures.same, share),
        twice=figure_text(
            measures.twice, plain, noun="paire", flag="Deux passages proches se ressemblent trop peu."
        ),
        two_aidants=figure_text(
            measures.two_aidants, plain, noun="paire", flag="Deux aidants trouvent trop souvent deux usages."
        ),
        modes=tuple(
            _labelled(each, share, flag="S’écarte d’une autre façon de faire.") for each in measures.modes
        ),
        readings=tuple(
            GroupsOfUse(
                use, tuple(_labelled(each, share, flag="S’écarte de l’autre groupe.") for each in pair)
            )
            for use, *pair in measures.readings
        ),
        changes=tuple(
            _labelled(each, share, flag="Plus d’une fois sur cinq : la ligne est à revoir.")
            for each in measures.changed
            if each.figure.measure
        ),
        unpublished_lines=_unpublished([(each.id, each.figure) for each in measures.changed]),
        omega=figure_text(
            measures.omega, plain, noun="personne", flag="Trop peu : ces questions ne vont pas ensemble."
        ),
        came=figure_text(measures.came, share, noun="orientation"),
        served=figure_text(measures.served, share, noun="orientation"),
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
    rounded_seconds = round(seconds)
    if rounded_seconds < 60:
        return f"{rounded_seconds}{NBSP}s"
    return f"{rounded_seconds // 60}{NBSP}min" + (
        f"{NBSP}{rounded_seconds % 60:02d}" if rounded_seconds % 60 else ""
    )


def _pace(pace: Pace) -> PaceText:
    return PaceText(
        pace.label,
        figure_text(pace.median, minutes, noun="bilan", flag="Plus de 5 minutes : trop long."),
        figure_text(pace.p90, minutes, noun="bilan"),
    )


def _question_text(silence: QuestionSilence) -> QuestionText:
    flag = "Plus de 15 % sans réponse : à récrire."
    return QuestionText(
        id=silence.id,
        text=silence.text,
        unknown=figure_text(silence.unknown, share),
        passed=figure_text(silence.passed, share),
        both=figure_text(silence.both, share, flag=flag),
    )


def _unpublished(figures: Sequence[tuple[str, Figure]]) -> str:
    """Return in one line the figures that have too few answers to be published, with the number of answers of
    each.
    """
    few = [f"{id} ({number(figure.n)})" for id, figure in figures if figure.measure is None]
    needed = figures[0][1].needed
    return f"{NOT_YET}, il en faut {needed} : {', '.join(few)}" if few else ""


def _labelled(row: Labelled, words: Callable[[float], str], flag: str = "") -> NamedFigure:
    return NamedFigure(row.id, row.label, figure_text(row.figure, words, noun="bilan", flag=flag))


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
    """A share of the people seen beside a published one. local_share: "" when it is withheld, for a"
    " reason."""

    question: str
    local_share: str
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
    """The changes between two diagnoses of the same people.

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


def people(observed: Observed) -> PeoplePage:
    """Return the people met, as a page shows them.

    Counts, and shares where there are enough people for one to mean something.
    """
    enough = observed.n >= ENOUGH
    return PeoplePage(
        n=observed.n,
        received=observed.received,
        least=observed.least,
        is_enough=bool(observed.n),
        sentence=_lead(observed) if enough else "",
        by_batches=observed.least > 1 and observed.received != observed.n,
        results=tuple(_line(line, enough) for line in observed.results),
        accesses=tuple(_line(line, enough) for line in observed.accesses),
        uses=tuple(_line(line, enough) for line in observed.uses),
        grid=None if observed.grid.is_empty else _grid(observed.grid),
        flags=_sorted(observed.flags, enough),
        comparisons=tuple(_compared(each) for each in observed.comparisons) if enough else (),
        again=moved(observed.moved),
    )


def _lead(observed: Observed) -> str:
    """Return the result that comes first, '' when another might: two shares whose intervals overlap are not
    ranked.
    """
    shares = [(line, line.share) for line in observed.results if isinstance(line.share, Estimate)]
    if len(shares) < len(observed.results):
        return ""
    first, share = max(shares, key=lambda pair: pair[1].value)
    if any(share.low <= other.high for line, other in shares if line is not first):
        return ""
    return (
        f"Le résultat le plus fréquent : « {lower_first(first.label)} », pour {first.count} personnes sur"
        f" {observed.n}."
    )


def _line(line: Line, enough: bool) -> LineText:
    """Return a count with its share. enough: whether the share is meaningful."""
    share_text, known = rate(line.share), isinstance(line.share, Estimate)
    return LineText(
        id=line.id,
        name=line.label,
        n=number(line.count) if isinstance(line.count, int) else "",
        share=(f"{share_text.value}, {share_text.between}" if share_text.value else share_text.between)
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


def _compared(comparison: Comparison) -> ComparisonText:
    local_share, national = rate(comparison.share), comparison.national
    known = isinstance(comparison.share, Estimate)
    return ComparisonText(
        question=comparison.question,
        local_share=local_share.value or local_share.span if known else "",
        between=local_share.between if known and local_share.value else "",
        n=number(comparison.share.n),
        reason=comparison.share.reason if isinstance(comparison.share, Withheld) else "",
        country=percent(100 * national.total),
        year=national.year,
        producer=national.producer,
        title=national.title,
        doubt=national.doubt,
        differences=tuple(comparison.gaps),
    )


def moved(changes: Moved) -> MovedText:
    """Return the changes between two diagnoses of the same people."""
    enough = changes.n >= ENOUGH
    sentence = _net(changes.net) if changes.net is not None and enough else ""
    return MovedText(changes.n, tuple(_line(line, enough) for line in changes.lines), sentence)


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
