"""Shares of a survey compared: between groups, waves, places and surveys, and with a national figure. A
difference is worded only beyond chance.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import sqrt
from typing import Literal

import numpy as np

from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import National, Question, Questionnaire
from maillage.statistics.engine import comparisons, variance
from maillage.statistics.engine.proportions import LEVEL, Share
from maillage.statistics.survey.columns import Column, discreet
from maillage.statistics.survey.samples import Bools, Least, Sample
from maillage.statistics.survey.tables import Row, Tabulation
from maillage.statistics.survey.tabulation import of_sample
from maillage.words.rounding import rounded, signed_outwards

Way = Literal["more", "less", "close"]
MOST_PAIRS = 60  # pairs compared at once: beyond, the cross is too fine to be looked at two by two
ONCE = "À 90 %, une comparaison sur dix trouverait un écart sans qu’il y en ait."


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two shares of one answer, `one` minus `other`, in points, with its 90 % interval.

    significant: whether zero is outside the interval. p: probability of such a difference by chance alone;
    p_looked: the same, adjusted for all the comparisons looked at together (Holm). way: « more » or « less »
    only when significant. n, other_n: respondents of each.
    """

    category: str
    label: str
    one: str
    other: str
    one_percent: float
    other_percent: float
    points: float
    low: float
    high: float
    p: float
    p_looked: float
    n: int
    other_n: int

    @property
    def significant(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def survives(self) -> bool:
        """True if it remains significant once every comparison looked at is counted."""
        return self.significant and self.p_looked < 1 - LEVEL

    @property
    def way(self) -> Way:
        return "close" if not self.survives else "more" if self.points > 0 else "less"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The comparisons of a table, adjusted for their number. n_suppressed: pairs that could not be compared,
    a share being withheld.
    """

    pairs: tuple[Compared, ...]
    n_suppressed: int
    note: str

    @property
    def significant(self) -> tuple[Compared, ...]:
        """Return the differences that chance does not explain, even with every comparison counted."""
        return tuple(each for each in self.pairs if each.survives)


def between_groups(sample: Sample, table: Tabulation) -> Differences:
    """Return the comparison of every pair of groups of a crossed table, answer by answer.

    Groups of one sample weighted together are linked: the correlation of their shares is counted. A share
    that is withheld is not compared. Raises Refused on a table without a cross, or with too many pairs to be
    read.
    """
    if not table.by:
        raise Refused(
            f"Le tableau de « {table.question} » n’est pas croisé.",
            why="Une comparaison de groupes a besoin de groupes.",
            do="Croisez-le d’abord avec une autre question.",
        )
    column, cross = _columns(sample, table)
    groups = [group.by for group in table.groups]
    names = [name for name, _ in column.categories]
    published_rows = {
        (row.category, row.by): row for row in table.rows if not row.grouped and row.share is not None
    }
    pairs = [
        (name, one, other)
        for name in names
        for one, other in combinations(groups, 2)
        if (name, one) in published_rows and (name, other) in published_rows
    ]
    every = len(names) * len(groups) * (len(groups) - 1) // 2
    if every > MOST_PAIRS * 10:
        raise Refused(
            f"{every} paires seraient comparées.",
            why="À force de regarder, on trouve toujours un écart qui n’existe pas.",
            do="Réunissez des groupes ou des réponses, puis recommencez.",
        )
    ends, differences = _ends(sample, column, cross), []
    for name, one, other in pairs:
        y = column.members[:, names.index(name)]
        correlation = _correlation(sample, y, ends[one], ends[other])
        differences.append(
            _compared(published_rows[name, one], published_rows[name, other], one, other, correlation)
        )
    labels = {group.by: group.label for group in table.groups}
    named = [
        replace(difference, one=labels[difference.one], other=labels[difference.other])
        for difference in differences
    ]
    return _together(named, every - len(pairs))


def contrasts(sample: Sample, table: Tabulation, answers: Collection[str]) -> list[Compared]:
    """Return the comparison of every pair of groups of a crossed table for some answers taken together, each
    alone: whoever looks at several adjusts them (`adjusted`). Groups where the share is withheld are left
    out.
    """
    rows = [row for row in table.rows if {*(row.grouped or (row.category,))} == {*answers} and row.share]
    by_name = {row.by: row for row in rows if row.by}
    labels = {group.by: group.label for group in table.groups}
    column, cross = _columns(sample, table)
    chosen = [k for k, (name, _) in enumerate(column.categories) if name in answers]
    y = np.asarray(column.members[:, chosen].any(axis=1))
    ends = _ends(sample, column, cross)
    compared = []
    for one, other in combinations(by_name, 2):
        correlation = _correlation(sample, y, ends[one], ends[other])
        pair = _compared(by_name[one], by_name[other], one, other, correlation)
        compared.append(replace(pair, one=labels[one], other=labels[other]))
    return compared


def adjusted(pairs: Sequence[Compared]) -> list[Compared]:
    """Return comparisons with the probability that counts how many were looked at together (Holm)."""
    looked = comparisons.holm([pair.p for pair in pairs])
    return [replace(pair, p_looked=p) for pair, p in zip(pairs, looked, strict=True)]


def _columns(sample: Sample, table: Tabulation) -> tuple[Column, Column]:
    """Return a question and the one it is crossed with as the table cut them: a number that few gave is in a
    class.
    """
    column, cross = (
        discreet(sample.reader.group(name, classes=table.cut.get(name, ())), sample.class_least(table.least))
        for name in (table.question, table.by)
    )
    return column, cross


def _ends(sample: Sample, column: Column, cross: Column) -> dict[str, Bools]:
    """Return (n,) by group: those who answered both questions and are in it."""
    inside = cross.members & (column.answered & sample.domain & cross.answered)[:, None]
    return {name: inside[:, g] for g, (name, _) in enumerate(cross.categories)}


def _correlation(sample: Sample, y: Bools, one: Bools, other: Bools) -> float:
    """Return the correlation of the shares of two groups of one sample."""
    spread = variance.of_means(
        np.stack([y, y], axis=1), np.stack([one, other], axis=1), sample.plan
    ).covariance
    scale = sqrt(max(0.0, float(spread[0, 0]) * float(spread[1, 1])))
    return float(spread[0, 1]) / scale if scale > 0 else 0.0


def between(one: Tabulation, other: Tabulation, *, names: tuple[str, str], by: str = "") -> Differences:
    """Return the comparison of two tables of the same question, answer by answer: two places, or two waves
    (`one` the later).

    The two samples are assumed independent, since nothing links their answers. names: the name of each.
    Answers are matched by name, then by label. Raises Refused when no answer is common to both.
    """
    other_rows = {row.category: row for row in other.rows if row.by == by}
    by_label = {row.label.casefold(): row for row in other_rows.values()}
    pairs, n_suppressed, common = [], 0, 0
    for row in one.rows:
        match = other_rows.get(row.category) or by_label.get(row.label.casefold())
        if row.by != by or match is None:
            continue
        common += 1
        if row.share is None or match.share is None:
            n_suppressed += 1
        elif not row.grouped:
            pairs.append(_compared(row, match, *names, 0.0))
    if not common:
        raise Refused(
            f"« {one.label} » et « {other.label} » n’ont aucune réponse en commun.",
            why="On ne compare que la part d’une même réponse.",
            do="Gardez les mêmes réponses d’une vague à l’autre.",
        )
    return _together(pairs, n_suppressed)


def _compared(row: Row, match: Row, one: str, other: str, correlation: float) -> Compared:
    assert row.share is not None
    assert match.share is not None
    difference = comparisons.difference(row.share, match.share, correlation=correlation)
    return Compared(
        category=row.category,
        label=row.label,
        one=one,
        other=other,
        one_percent=100 * row.share.value,
        other_percent=100 * match.share.value,
        points=100 * difference.value,
        low=100 * difference.low,
        high=100 * difference.high,
        p=difference.p,
        p_looked=difference.p,
        n=row.share.n,
        other_n=match.share.n,
    )


def _together(pairs: Sequence[Compared], n_suppressed: int) -> Differences:
    adjusted_pairs = tuple(adjusted(pairs))
    alone, n_surviving = (
        sum(each.significant for each in adjusted_pairs),
        sum(each.survives for each in adjusted_pairs),
    )
    if not adjusted_pairs:
        note = "Aucune comparaison n’est possible : les parts sont masquées."
    elif len(adjusted_pairs) == 1:
        note = f"Une seule comparaison regardée. {ONCE}"
    else:
        note = (
            f"{len(adjusted_pairs)} comparaisons regardées ensemble : {alone}"
            f" {'sortent' if alone > 1 else 'sort'} du hasard prise une à une,"
            f" {n_surviving} une fois compté ce nombre (Holm). {ONCE}"
        )
    return Differences(pairs=adjusted_pairs, n_suppressed=n_suppressed, note=note)


def in_words(difference: Compared, *, waves: bool = False) -> str:
    """Return the wording that a comparison allows: « en hausse » or « plus souvent » only when zero is
    outside the interval.

    waves: `one` was asked later of the same population as `other`; otherwise both are named, and no change is
    claimed.
    """
    low, high = signed_outwards(difference.low, difference.high)
    gap = rounded(difference.points)
    points = f"{_signed(gap)} point{'s' * (abs(gap) > 1)}, de {_signed(low)} à {_signed(high)}"
    if waves:
        words = {
            "more": "en hausse",
            "less": "en baisse",
            "close": "sans changement que l’enquête permette de voir",
        }
        return f"{difference.label} : {words[difference.way]} ({points})"
    if difference.way == "close":
        return f"{difference.label} : sans écart que l’enquête permette de voir ({points})"
    word = {"more": "plus", "less": "moins"}[difference.way]
    one, other = difference.one, difference.other
    return f"{difference.label} : {word} souvent dans « {one} » que dans « {other} » ({points})"


def _signed(value: float) -> str:
    text = f"{abs(value):.0f}"
    return f"{'−' if value < 0 and text != '0' else '+' if text != '0' else ''}{text}"


# -------------------------------------------------------------------------------- national figure, perception


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalComparison:
    """A local share beside a published national one. way: computed; « more » or « less » only when it lies
    outside the local interval.

    points: local minus national. The national figure is taken as published, without an error of its own.
    """

    label: str
    national: National
    percent: float
    low: float
    high: float
    n: int
    points: float
    way: Way


def beside_national(sample: Sample, table: Tabulation) -> tuple[NationalComparison, ...]:
    """Return the national figures attached to the question of a table, each beside the local share for the
    same answers.

    A figure that adds up several answers is set beside the share of those who gave any of them. A withheld
    share is left out.
    """
    question = sample.reader.question(table.question)
    return tuple(
        comparison
        for national in question.national
        if (comparison := _national_comparison(sample, table, national)) is not None
    )


def _national_comparison(sample: Sample, table: Tabulation, national: National) -> NationalComparison | None:
    names = national.choice.split()
    rows = [row for row in table.rows if row.by == "" and not row.grouped and row.category in names]
    if len(rows) < len(names) or not names or table.by:
        return None
    if len(rows) == 1:
        share, label = rows[0].share, rows[0].label
    else:
        joined = next((row for row in table.rows if row.by == "" and set(row.grouped) == set(names)), None)
        label = " ou ".join(row.label for row in rows)
        known = joined.share if joined is not None else None
        share = (
            known
            if joined is not None
            else _sum_of(sample, table, names)
            if all(row.share for row in rows)
            else None
        )
    if share is None:
        return None
    low, high = (100 * bound for bound in share.interval())
    points = 100 * share.value - national.percent
    way: Way = "more" if low > national.percent else "less" if high < national.percent else "close"
    return NationalComparison(
        label=label,
        national=national,
        percent=100 * share.value,
        low=low,
        high=high,
        n=share.n,
        points=points,
        way=way,
    )


def _sum_of(sample: Sample, table: Tabulation, names: Sequence[str]) -> Share:
    """Return the share of those who gave any of several answers."""
    column = sample.reader.column(table.question)
    chosen = [k for k, (name, _) in enumerate(column.categories) if name in names]
    inside = np.asarray(column.answered & sample.domain)
    gave_answer = np.asarray(column.members[:, chosen].any(axis=1))
    estimate = variance.of_means(gave_answer[:, None], inside[:, None], sample.plan)
    n = int(inside.sum())
    return Share(
        value=float(estimate.values[0]),
        variance=float(estimate.covariance[0, 0]),
        n=n,
        df=min(sample.plan.df, n - 1),
        effect=variance.kish(sample.plan.weights[inside]),
        simple=sample.is_simple,
        drawn=sample.drawn,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One topic covered by two surveys (E-018): their two tables and, where answers match, the differences.

    differ: why they are not the same question, in words: universe, wording, answers.
    """

    topic: str
    one: Tabulation
    other: Tabulation
    differences: Differences | None
    differ: tuple[str, ...]


def topics(one: Questionnaire, other: Questionnaire) -> tuple[tuple[str, Question, Question], ...]:
    """Return the pairs of questions of two questionnaires on one topic, each pair once, in the order of the
    first.
    """
    questions_by_topic: dict[str, list[Question]] = {}
    for question in other.questions():
        questions_by_topic.setdefault(question.topic, []).append(question)
    return tuple(
        (question.topic, question, match)
        for question in one.questions()
        if question.topic
        for match in questions_by_topic.get(question.topic, [])
    )


def perception(
    one: Sample, other: Sample, *, names: tuple[str, str], least: Least = "rule"
) -> tuple[Gap, ...]:
    """Return each topic common to two surveys, side by side: what inhabitants say, what structures
    believe.
    """
    gaps = []
    for topic, own_question, other_question in topics(one.reader.questionnaire, other.reader.questionnaire):
        if own_question.name not in one.reader.answers or other_question.name not in other.reader.answers:
            continue
        tables = (
            of_sample(one, own_question.name, least=least),
            of_sample(other, other_question.name, least=least),
        )
        try:
            differences = between(*tables, names=names)
        except Refused:
            differences = None
        gaps.append(
            Gap(
                topic=topic,
                one=tables[0],
                other=tables[1],
                differences=differences,
                differ=_differ(*tables, names),
            )
        )
    return tuple(gaps)


def _differ(one: Tabulation, other: Tabulation, names: tuple[str, str]) -> tuple[str, ...]:
    reasons = []
    if one.universe != other.universe:
        reasons.append(
            f"On ne parle pas des mêmes : {one.universe} ({names[0]}), {other.universe} ({names[1]})."
        )
    if one.label != other.label:
        reasons.append(f"Les questions ne sont pas dites pareil : « {one.label} », « {other.label} ».")
    own_labels, other_labels = (
        {row.label.casefold() for row in one.rows},
        {row.label.casefold() for row in other.rows},
    )
    if alone := sorted(own_labels ^ other_labels):
        reasons.append(f"Réponses proposées d’un seul côté : {', '.join(alone[:8])}{'…' * (len(alone) > 8)}.")
    if one.form != other.form:
        reasons.append(
            "L’une permet plusieurs réponses, l’autre une seule : les parts ne sont pas comparables."
        )
    return tuple(reasons)
