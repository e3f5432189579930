"""The changes since the wave before, from the figures that both published: a share rises or falls only
outside its interval.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from maillage.engine import comparisons
from maillage.kernel.estimate import Estimate
from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Grid, Text
from maillage.reports.survey.findings import Gap, Line, QuestionAnswers, change_sentence
from maillage.reports.survey.published_row import PublishedRow
from maillage.words.rounding import rounded
from maillage.words.wording import NBSP, bounds, listing, number, percent

METHOD = "resultats-enquete"
WEIGHTED_ONCE = "L’une des deux vagues est redressée, l’autre non."
NO_TREND = "Leurs parts ne se comparent pas : aucune hausse ni baisse n’est écrite."


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An edition of the wave before, as it was published. name, later_name: how columns call it and the wave
    after it; about: its title, number and year.

    rows: those of its tables (`reports.survey.document.COLUMNS`), without a cross, and of its scales. unlike:
    why its shares are not those of the same people (another territory, another universe), '' when they are.
    """

    name: str
    later_name: str
    about: str
    weighted: bool
    rows: Sequence[PublishedRow]
    unlike: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A share in both waves. moved: whether the change is outside its interval once every comparison is
    counted.
    """

    answers: QuestionAnswers
    gap: Gap
    moved: bool


def changes(before: Before, questions: Sequence[QuestionAnswers]) -> tuple[list[Change], list[str]]:
    """Return every share that both waves published, the later less the earlier; and the questions that are no
    longer the same: their words, the words of an answer, or those who are asked (universe, filter) changed.

    What the calibration imposes has no interval: it measures nothing and is left out, and so is who answered.
    """
    rows_by_answer = {
        (row["question"], row["modalite"]): row
        for row in before.rows
        if not row["groupe"] and row["part"] != ""
    }
    words = {row["question"]: (row["libelle"], row["univers"]) for row in before.rows}
    answers = {(row["question"], row["modalite"]): row["libelle_modalite"] for row in before.rows}
    pairs: list[tuple[QuestionAnswers, str, Estimate, Estimate]] = []
    reworded = []
    for wave_answers in questions:
        if wave_answers.of_whom or wave_answers.observed or wave_answers.name not in words:
            continue
        same = all(
            answers.get((wave_answers.name, line.name), line.label) == line.label
            for line in wave_answers.lines
        )
        if words[wave_answers.name] != (wave_answers.label, wave_answers.universe) or not same:
            reworded.append(wave_answers.label)
            continue
        pairs += [
            (wave_answers, line.label, *both)
            for line in (*wave_answers.groups, *wave_answers.lines)
            if (row := rows_by_answer.get((wave_answers.name, line.name)))
            and (both := _both(wave_answers, line, row))
        ]
    moves = comparisons.moves([(_interval(now), _interval(was)) for *_, was, now in pairs])
    return [
        Change(
            answers=question,
            gap=Gap(
                label=label,
                first=before.name,
                second=before.later_name,
                first_figure=was,
                second_figure=now,
                difference=_estimate(100 * x.value, 100 * x.low, 100 * x.high, question.universe, now.n),
            ),
            moved=moved,
        )
        for (question, label, was, now), (x, moved) in zip(pairs, moves, strict=True)
    ], reworded


def _both(question: QuestionAnswers, line: Line, row: PublishedRow) -> tuple[Estimate, Estimate] | None:
    now, share, low, high = line.figure, row["part"], row["bas"], row["haut"]
    if isinstance(share, str) or isinstance(low, str) or isinstance(high, str):  # withheld then
        return None
    if not isinstance(now, Estimate) or now.low == now.high or low == high:
        return None
    return _estimate(share, low, high, question.universe, int(row["base"] or 0)), now


def _interval(figure: Estimate) -> comparisons.Interval:
    return figure.value / 100, figure.low / 100, figure.high / 100


def _estimate(value: float, low: float, high: float, universe: str, n: int) -> Estimate:
    return Estimate(value=value, low=low, high=high, unit="pourcent", universe=universe, n=n, method=METHOD)


def blocks(before: Before, questions: Sequence[QuestionAnswers], *, weighted: bool) -> list[Block]:
    """Return the chapter: what moved, in sentences; every comparison, in a table; what could not be
    compared.
    """
    out: list[Block] = [Text(text=f"À côté de {before.about}.", tone="lead")]
    unlike = before.unlike or (WEIGHTED_ONCE if before.weighted != weighted else "")
    if unlike:
        return [*out, Callout(tone="prudence", text=f"{unlike} {NO_TREND}")]
    compared, reworded = changes(before, questions)
    if not compared:
        return [*out, Callout(tone="prudence", text="Aucune réponse n’est publiée dans les deux vagues.")]
    moved = [each for each in compared if each.moved]
    out.append(
        Bullets(
            items=tuple(
                f"{each.answers.label} {change_sentence(each.answers, each.gap).text}" for each in moved
            )
        )
        if moved
        else Text(text=_nothing_moved(compared))
    )
    out.append(
        Grid(
            caption="Chaque réponse publiée dans les deux vagues",
            columns=(
                "Question",
                "Réponse",
                before.name,
                before.later_name,
                "Changement, en points",
                f"Intervalle à 90{NBSP}%",
            ),
            align="ggdddd",
            rows=tuple(_rows([each for each in compared if _has_answers(each)])),
            note=_note(compared, reworded),
            widths=(2.7, 2.7, 1.6, 1.6, 1.5, 1.3),
        )
    )
    return out


def _nothing_moved(compared: Sequence[Change]) -> str:
    """Return the sentence of a wave without a sure change: how many answers leave their interval."""
    alone = [x for x in compared if x.gap.difference.low > 0 or x.gap.difference.high < 0]
    text = "Aucun changement n’est sûr : rien ne permet d’écrire une hausse ou une baisse."
    if not alone:
        return text
    out = (
        "Une réponse sort de son intervalle"
        if len(alone) == 1
        else f"{number(len(alone))} réponses sortent de leur intervalle"
    )
    return f"{text} {out}, mais le hasard y suffit : on en compare {number(len(compared))}."


def _has_answers(change: Change) -> bool:
    """Tell an answer that somebody gave, in one wave or the other: the CSV has every one."""
    return bool(change.gap.first_figure.value or change.gap.second_figure.value)


def _rows(compared: Sequence[Change]) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each answer, question by question."""
    for _, changes_ in groupby(compared, key=lambda change: change.answers.name):
        answers = list(changes_)
        first = Cell(text=answers[0].answers.label, strong=True, span=len(answers))
        for change in answers:
            yield first, *_row(change)
            first = Cell(span=0)


def _row(change: Change) -> tuple[Cell, ...]:
    gap = change.gap
    points = rounded(gap.difference.value)
    signed = f"{'+' if points > 0 else ''}{number(points)}"
    return (
        Cell(text=gap.label),
        *(
            Cell(
                text=(
                    f"{percent(rounded(figure.value, rule=change.answers.rounding))},"
                    f" n{NBSP}={NBSP}{number(figure.n)}"
                )
            )
            for figure in (gap.first_figure, gap.second_figure)
        ),
        Cell(text=signed if change.moved else f"{signed}, pas net", strong=change.moved),
        Cell(text=" à ".join(bounds(gap.difference.low, gap.difference.high))),
    )


def _note(compared: Sequence[Change], reworded: Sequence[str]) -> str:
    universes = listing(
        list(dict.fromkeys(each.answers.universe.rstrip(".") for each in compared if each.answers.universe))
    )
    reworded_text = (
        f" Reformulées, ou posées à d’autres, donc non comparées : {' ; '.join(reworded)}" if reworded else ""
    )
    return (
        f"Base : {universes or 'toutes les réponses'}. Les deux échantillons sont supposés indépendants. «"
        " Pas net » : le changement reste dans son intervalle, ou n’en sort que parce qu’on a regardé"
        f" {number(len(compared))} réponses (Holm).{reworded_text}"
    )
