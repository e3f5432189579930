"""The changes since the wave before, from the figures that both published: a share rises or falls only
outside its interval.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from maillage.kernel.estimate import Estimate
from maillage.publishing.page.blocks import Block, Bullets, Callout, Cell, Grid, Text
from maillage.publishing.survey.findings import PROFILE, Gap, Line, QuestionAnswers, change_sentence
from maillage.publishing.survey.published_row import PublishedRow, printed
from maillage.reference.main_findings import headline_answers
from maillage.statistics.engine import comparisons
from maillage.words.rounding import rounded
from maillage.words.wording import NBSP, bounds, listing, number, percent

METHOD = "resultats-enquete"
WEIGHTED_ONCE = "L’une des deux vagues est redressée, l’autre non."
NO_TREND = "Leurs parts ne se comparent pas : aucune hausse ni baisse n’est écrite."
MOST_CHANGES = 12  # of answers, beyond which the chapter prints those that moved or change a decision
RISE, FALL, UNSURE = "hausse", "baisse", "pas d’écart sûr"


@dataclass(frozen=True, slots=True)
class WaveShare:
    """The share of an answer as a wave published it. question, label: their words; computed: « redressé » or
    « brut »; percents: the share and its bounds.
    """

    question: str
    label: str
    universe: str
    computed: str
    percents: comparisons.Interval


@dataclass(frozen=True, slots=True)
class Move:
    """The change of a share from a wave to the next: in points, with its interval, and whether it is sure
    once every answer that both waves published is counted.
    """

    points: float
    low: float
    high: float
    is_sure: bool

    @property
    def word(self) -> str:
        return (RISE if self.points > 0 else FALL) if self.is_sure else UNSURE


AnswerName = tuple[str, str]  # question, answer
Pair = tuple[comparisons.Interval, comparisons.Interval]  # later, earlier
ROUNDED = 0.0101  # that two printed shares of a whole may lack or exceed


def moves(
    earlier: Mapping[AnswerName, WaveShare], later: Mapping[AnswerName, WaveShare]
) -> dict[AnswerName, Move]:
    """Return the change of every answer that two waves of a survey published: the only rule of a rise or a
    fall, for its document, the comparison of two editions and the loop.

    Left out: who answered, a share without an interval, and a question whose words, answers, people asked or
    way of counting changed. The answers that change a decision are counted together, the others together
    (Holm): a risk of 10 % each, 20 % at most in all. An answer and the only other one are one test.
    """
    both = [key for key in later if key in earlier]
    reworded = {key[0] for key in both if _identity(earlier[key]) != _identity(later[key])}
    pairs = {
        key: (_of_one(later[key].percents), _of_one(earlier[key].percents))
        for key in both
        if key[0] not in reworded
        and key[0] not in PROFILE
        and all(x.percents[1] < x.percents[2] for x in (earlier[key], later[key]))
    }
    headlines = headline_answers()
    twins = _twins(sorted(pairs, key=lambda key: key not in headlines), pairs)
    verdicts: dict[AnswerName, bool] = {}
    for is_headline in (True, False):
        family = [key for key in pairs if key not in twins and (key in headlines) == is_headline]
        tested = comparisons.moves([pairs[key] for key in family])
        verdicts |= {key: is_sure for key, (_, is_sure) in zip(family, tested, strict=True)}
    differences = {key: comparisons.of_intervals(*pair) for key, pair in pairs.items()}
    return {
        key: Move(100 * x.value, 100 * x.low, 100 * x.high, verdicts[twins.get(key, key)])
        for key, x in differences.items()
    }


def _twins(ordered: Sequence[AnswerName], pairs: Mapping[AnswerName, Pair]) -> dict[AnswerName, AnswerName]:
    """Return the answers that are the rest of an earlier one of their question, each with that one."""
    twins: dict[AnswerName, AnswerName] = {}
    for k, key in enumerate(ordered):
        for first in ordered[:k]:
            sides = zip(pairs[key], pairs[first], strict=True)
            if first[0] == key[0] and first not in twins and all(is_rest(*both) for both in sides):
                twins[key] = first
    return twins


def is_rest(one: comparisons.Interval, other: comparisons.Interval) -> bool:
    """Return True for two answers that make everybody, each the rest of the other, but for rounding."""
    (value, low, high), (other_value, other_low, other_high) = one, other
    ends = ((value, other_value), (low, other_high), (high, other_low))
    return all(abs(x + y - 1) <= ROUNDED for x, y in ends)


def _identity(share: WaveShare) -> tuple[str, ...]:
    return share.question, share.label, share.universe, share.computed


def _of_one(percents: comparisons.Interval) -> comparisons.Interval:
    value, low, high = percents
    return value / 100, low / 100, high / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An edition of the wave before, as it was published. name, later_name: how columns call it and the wave
    after it; about: its title, number and year.

    rows: those of its tables (`publishing.survey.document.COLUMNS`), without a cross, and of its scales.
    unlike:
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
    """A share in both waves. name: of its question and answer; moved: whether the change is outside its
    interval once every comparison is counted.
    """

    name: AnswerName
    answers: QuestionAnswers
    gap: Gap
    moved: bool

    @property
    def figures(self) -> Pair:
        """The share of the later wave and of the earlier one, each with its bounds."""
        later, earlier = self.gap.second_figure, self.gap.first_figure
        return _of_one((later.value, later.low, later.high)), _of_one(
            (earlier.value, earlier.low, earlier.high)
        )

    @property
    def is_headline(self) -> bool:
        """True if its answer changes a decision."""
        return self.name in headline_answers()

    @property
    def earlier_words(self) -> str:
        """The share of the wave before, as a table prints it beside the later one."""
        return percent(rounded(self.gap.first_figure.value, rule=self.answers.rounding))


def changes(before: Before, questions: Sequence[QuestionAnswers]) -> tuple[list[Change], list[str]]:
    """Return every share that both waves published, the later less the earlier; and the questions that are no
    longer the same: their words, the words of an answer, or those who are asked (universe, filter) changed.

    What the calibration imposes has no interval: it measures nothing and is left out, and so is who answered.
    """
    words = {row["question"]: (row["libelle"], row["univers"]) for row in before.rows}
    labels = {(row["question"], row["modalite"]): row["libelle_modalite"] for row in before.rows}
    bases = {(row["question"], row["modalite"]): int(row["base"] or 0) for row in before.rows}
    reworded = []
    figures: dict[AnswerName, tuple[QuestionAnswers, Line, Estimate]] = {}
    for wave_answers in questions:
        if wave_answers.of_whom or wave_answers.observed or wave_answers.name not in words:
            continue
        same = all(
            labels.get((wave_answers.name, line.name), line.label) == line.label
            for line in wave_answers.lines
        )
        if words[wave_answers.name] != (wave_answers.label, wave_answers.universe) or not same:
            reworded.append(wave_answers.label)
            continue
        figures |= {
            (wave_answers.name, line.name): (wave_answers, line, line.figure)
            for line in (*wave_answers.groups, *wave_answers.lines)
            if isinstance(line.figure, Estimate)
        }
    later = {
        key: share
        for key, (wave_answers, line, _) in figures.items()
        if (share := _published(wave_answers, line))
    }
    earlier = {key: share for row in before.rows if (share := _stored(row)) for key in [_answer_name(row)]}
    changes_ = []
    for key, move in moves(earlier, later).items():
        wave_answers, line, now = figures[key]
        was = _estimate(*earlier[key].percents, wave_answers.universe, bases[key])
        gap = Gap(
            label=line.label,
            first=before.name,
            second=before.later_name,
            first_figure=was,
            second_figure=now,
            difference=_estimate(move.points, move.low, move.high, wave_answers.universe, now.n),
        )
        changes_.append(Change(name=key, answers=wave_answers, gap=gap, moved=move.is_sure))
    return changes_, reworded


def _published(wave_answers: QuestionAnswers, line: Line) -> WaveShare | None:
    """Return a share of the later wave as its tables print it; None where it has no interval."""
    percents = printed(line.figure, weighted=wave_answers.weighted, rounding=wave_answers.rounding)
    return _share(wave_answers.label, line.label, wave_answers.universe, percents)


def _stored(row: PublishedRow) -> WaveShare | None:
    """Return a row of the wave before; None where it was withheld, is of a group, or has no interval."""
    if row["groupe"]:
        return None
    percents = row["part"], row["bas"], row["haut"]
    return _share(row["libelle"], row["libelle_modalite"], row["univers"], percents)


def _share(
    question: str, label: str, universe: str, percents: tuple[float | str, float | str, float | str]
) -> WaveShare | None:
    value, low, high = percents
    if isinstance(value, str) or isinstance(low, str) or isinstance(high, str):
        return None
    return WaveShare(question, label, universe, "", (value, low, high))


def _answer_name(row: PublishedRow) -> AnswerName:
    return row["question"], row["modalite"]


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
    moved = _without_opposites([each for each in compared if each.moved])
    printed_changes = [each for each in compared if _has_answers(each)]
    if len(printed_changes) > MOST_CHANGES:
        printed_changes = [each for each in printed_changes if each.moved or each.is_headline]
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
            caption="Les réponses publiées dans les deux vagues",
            columns=(
                "Question",
                "Réponse",
                before.name,
                before.later_name,
                "Changement, en points",
                f"Intervalle à 90{NBSP}%",
            ),
            align="ggdddd",
            rows=tuple(_rows(printed_changes)),
            note=_note(compared, printed_changes, reworded),
            widths=(2.7, 2.7, 1.6, 1.6, 1.5, 1.3),
        )
    )
    return out


def _without_opposites(changes_: Sequence[Change]) -> list[Change]:
    """Return changes, what changes a decision first, without those that say another the other way round."""
    printed_changes: list[Change] = []
    for change in sorted(changes_, key=lambda compared: not compared.is_headline):
        pair = change.figures
        if not any(
            each.name[0] == change.name[0] and all(map(is_rest, pair, each.figures))
            for each in printed_changes
        ):
            printed_changes.append(change)
    return printed_changes


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
    """Return True for an answer that somebody gave, in one wave or the other: the CSV has every one."""
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


def _note(compared: Sequence[Change], printed_changes: Sequence[Change], reworded: Sequence[str]) -> str:
    universes = [each.answers.universe.rstrip(".") for each in printed_changes if each.answers.universe]
    base = listing(list(dict.fromkeys(universes))) or "toutes les réponses"
    reworded_text = (
        f" Reformulées, ou posées à d’autres, donc non comparées : {' ; '.join(reworded)}" if reworded else ""
    )
    more = (
        " Les autres réponses ont la part de la vague précédente à côté de la leur, dans les tableaux en"
        " annexe."
        if len(printed_changes) < sum(map(_has_answers, compared))
        else ""
    )
    return (
        f"Base : {base}. Les deux échantillons sont supposés indépendants. « Pas net » : le changement reste"
        f" dans son intervalle, ou n’en sort que par le nombre de réponses comparées, {number(len(compared))}"
        f" (Holm).{more}{reworded_text}"
    )
