"""Answers ready to be tabulated: who is counted, with which weights, what may be said of them."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Questionnaire
from maillage.statistics.engine.variance import Plan
from maillage.statistics.survey import ties
from maillage.statistics.survey.age_classes import age_span
from maillage.statistics.survey.columns import (
    CITED,
    NO_CHOICE,
    SOME_DAY,
    UNLISTED,
    Column,
    Reader,
    discreet,
)
from maillage.statistics.survey.protection import NOTHING, Protection, chosen, rule_in
from maillage.statistics.survey.tables import Counted
from maillage.statistics.survey.universe import UNKNOWN, Universe
from maillage.statistics.survey.weight_words import people_text
from maillage.statistics.survey.withholding import (
    ANY,
    MARGIN,
    Axis,
    Condition,
    Key,
    Span,
    Variable,
    Withholding,
)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
MOST_JOINT = 200  # of the questions that a condition reads: beyond, its base is compared to each alone
AGREED = 1.25  # of the universe: beyond, the weights count others
GROUPED = ("ease", "satisfaction")
Least = int | None | Literal["rule"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Weights:
    """The weights of a table of answers, in its order.

    values: (n,). initial: (n,) before calibration; codes: for each variable of the margins, (n,) classes
    (`Weighting.codes`): without them the interval ignores calibration, and the table says it. variables:
    their names; a share that they impose has no sampling error. clusters: (n,) where people were met, when
    places were drawn rather than people.
    """

    values: Floats
    initial: Floats | None = None
    codes: Sequence[NDArray[np.int64]] = ()
    variables: tuple[str, ...] = ()
    clusters: NDArray[np.int64] | None = None


def weights_by_id(answers: Table, weights: Mapping[str, float]) -> Floats:
    """Return (n,) the weight of each answer, from weights by `id`. Raises Refused when a weight is missing or
    negative.
    """
    ids = [str(each) for each in answers["id"].tolist()]
    if missing := [each for each in ids if each not in weights]:
        raise Refused(
            f"{answers.name}, colonne id, valeur « {missing[0][:40]} » : cette réponse n’a pas de poids"
            f"{f' ({len(missing)} réponses sont dans ce cas)' if len(missing) > 1 else ''}.",
            why="Une réponse sans poids manquerait au total sans qu’on le voie.",
            do="Refaites les poids avec ce fichier de réponses : « maillage enquete ponderer ».",
        )
    values = np.array([weights[each] for each in ids])
    _checked(values, answers.name)
    return values


def _checked(weights: Floats, name: str) -> None:
    if wrong := np.flatnonzero(~(np.isfinite(weights) & (weights >= 0))).tolist():
        raise Refused(
            f"{name} : le poids de la réponse n° {wrong[0] + 1} est {weights[wrong[0]]:g}"
            f"{f' ({len(wrong)} réponses sont dans ce cas)' if len(wrong) > 1 else ''}.",
            why="Un poids dit combien de personnes une réponse représente : il est positif ou nul.",
            do="Refaites les poids avec la méthode « raking », ou donnez des bornes à la méthode linéaire.",
        )
    if len(weights) and not weights.sum() > 0:
        raise Refused(
            f"{name} : tous les poids sont nuls.", why="Personne ne serait compté.", do="Refaites les poids."
        )


@dataclass(frozen=True, eq=False)
class Sample:
    """Answers with their weights, ready to be tabulated. domain: (n,) those that a filter selects; words: how
    the filter is worded. universe: how many could have answered.
    """

    reader: Reader
    plan: Plan
    weights: Weights | None
    domain: Bools
    words: str
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    universe: Universe = UNKNOWN
    _withholdings: dict[Any, Withholding] = field(default_factory=dict, repr=False, compare=False)
    decisions: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)  # of weighted shares

    def positions(self, name: str, answers: Sequence[str]) -> tuple[int, ...]:
        """Return the positions of some answers of a question."""
        names = [category for category, _ in self.reader.group(name).categories]
        return tuple(sorted(names.index(each) for each in answers))

    def has_one_first(self, name: str) -> bool:
        """Return True if a question is a ranking where nobody put two answers first: its shares add up."""
        question = self.reader.questionnaire.question(name)
        if question is None or question.kind != "rank":
            return False
        column = self.reader.group(name)
        return bool((column.members[column.answered].sum(axis=1) == 1).all())

    @property
    def drawn(self) -> float:
        """The share of a finite universe that answered, 0 when nobody says how many it has."""
        return 0.0 if self.plan.population is None else float(self.plan.units[3][0])

    @property
    def is_unweighted(self) -> bool:
        """True when all weights are equal and people were drawn one by one."""
        plan = self.plan
        are_equal = bool(np.ptp(plan.weights) <= 1e-12 * plan.weights.max())
        return not plan.is_calibrated and plan.clusters is None and are_equal

    @property
    def is_simple(self) -> bool:
        """True when Wilson's interval is valid: no weights, in an endless universe."""
        return self.is_unweighted and self.plan.population is None

    @cached_property
    def rule(self) -> Protection:
        """The rule by which its tables are published: that of everybody who answered, filtered or not. The
        smaller of the universe and of the people whom the weights count decides.
        """
        known = [people for people in (self.universe.size, self._weighted_people) if people is not None]
        reader = self.reader
        rule = rule_in(
            reader.questionnaire,
            n=len(self.domain),
            population=min(known, default=None),
            columns=reader.answers.columns,
        )
        return replace(rule, disagreement=self.disagreement)

    @property
    def _weighted_people(self) -> int | None:
        """Return the people that the weights count; None without weights, or where their mean is one."""
        if self.weights is None:
            return None
        people = round(float(self.weights.values.sum()))
        return None if people == len(self.domain) and self.universe.size is not None else people

    @property
    def disagreement(self) -> str:
        """The sentence that says how the weights and the universe differ, in French; "" where they agree."""
        stated, weighted = self.universe.size, self._weighted_people
        if stated is None or weighted is None or 1 / AGREED <= weighted / stated <= AGREED:
            return ""
        return (
            f"Les poids comptent {people_text(weighted)}, l’univers déclaré {people_text(stated)} : le plus"
            " petit des deux décide du seuil."
        )

    def class_least(self, least: int) -> int:
        """Return how many respondents a number or a month must have to be named, in a table that withholds
        counts under `least`.
        """
        return max(least, self.rule.class_least) if least else 0

    def withholding(
        self, rule: Protection, classes: Mapping[str, Sequence[float]], before: Sequence[Counted] = ()
    ) -> Withholding:
        """Return the disclosure control of these answers, filtered or not: decided once for every table made
        of them.
        """
        key = (
            rule,
            tuple(sorted((name, tuple(bounds)) for name, bounds in classes.items())),
            tuple(sorted({each.edition for each in before})),
        )
        if key not in self._withholdings:
            self._withholdings[key] = _Cuts(self, rule, classes, before).withholding()
        return self._withholdings[key]

    def tells_margin(self, variable: str, before: Sequence[Counted] = ()) -> bool:
        """Return True if a publication may say how many answered in each class of a variable of the weights,
        beside its tables.
        """
        if self.weights is None or variable not in self.weights.variables:
            return False
        return self.withholding(self.rule, classes_then(before), before).tells_margin(MARGIN + variable)


class _Cuts:
    """The questions of a survey as disclosure control reads them, and which of them say one thing."""

    def __init__(
        self,
        sample: Sample,
        rule: Protection,
        classes: Mapping[str, Sequence[float]],
        before: Sequence[Counted],
    ) -> None:
        self.sample, self.rule, self.classes, self.before = sample, rule, classes, tuple(before)

    def withholding(self) -> Withholding:
        return Withholding(
            cache(self.variable), self.rule, self.tied, self.before, self.conditions, self.silent
        )

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(self._conditions())

    def _conditions(self) -> Iterator[Condition]:
        """Yield the condition of each question that says how many were put it, when it reads answers of which
        one only is given.
        """
        reader = self.sample.reader
        for name in reader.partial():
            eligible = reader.eligible(name)
            if min(int(eligible.sum()), int((~eligible).sum())) < self.rule.of((name,)).least:
                continue
            try:
                few = leaves_few(reader, reader.group(name), self.rule)
                columns = [
                    discreet(reader.group(each, classes=self.classes.get(each, ())), self.rule.class_least)
                    for each in reader.read_by(name)
                ]
            except Refused:  # words: they make no table
                continue
            cells = prod(len(each.categories) + 1 for each in columns)
            if not few and columns and cells <= MOST_JOINT and all(each.exclusive for each in columns):
                yield Condition(
                    name=name,
                    eligible=eligible,
                    by=tuple(each.name for each in columns),
                    would_ask=_would_ask(reader, name, columns),
                )

    def variable(self, name: str) -> Variable:
        """Return a question, or a variable of the margins, as disclosure control reads it."""
        if name.startswith(MARGIN):
            codes = self.margins[name][1]
            return Variable(
                name=name,
                members=codes[:, None] == np.arange(int(codes.max(initial=0)) + 1),
                answered=codes >= 0,
                exclusive=True,
                names=tuple(map(str, range(int(codes.max(initial=0)) + 1))),
                margin=True,
                spans=self._spans_met(name, codes),
            )
        reader = self.sample.reader
        column = discreet(reader.group(name, classes=self.classes.get(name, ())), self.rule.class_least)
        return Variable(
            name=name,
            members=column.members,
            answered=column.answered,
            exclusive=column.exclusive,
            names=tuple(category for category, _ in column.categories),
            joined=tuple(joined_answers(column)),
            public=name.removesuffix(CITED) in self.rule.public,
            counted=column.form in ("number", "date"),
            adds_up=self.sample.has_one_first(name),
            spans=self._spans(column),
            **_revealed_by_conditions(
                reader, column, self.rule, {category.name for category in self.conditions}
            ),
        )

    def _spans(self, column: Column) -> tuple[Span | None, ...]:
        """Return the numbers that each answer holds, or the ages that its label states."""
        if column.values is not None:
            ends = (-np.inf, *column.bounds, np.inf)
            return tuple(pairwise(ends)) if len(ends) == len(column.categories) + 1 else ()
        question = self.sample.reader.questionnaire.question(column.name)
        if question is None or question.kind != "one":
            return ()
        stated = {each.name: age_span(each) for each in self.sample.reader.questionnaire.choices(question)}
        ages = [stated.get(name) for name, _ in column.categories]
        return tuple((span[0], span[1] + 1) if span else None for span in ages)

    def _spans_met(self, margin: str, codes: NDArray[np.int64]) -> tuple[Span | None, ...]:
        """Return the numbers that each class of a margin may hold, from those that are met: up to those of
        its neighbours.
        """
        tied = next((group for group in self.groups if margin in group), {margin})
        columns = (self.sample.reader.group(name) for name in sorted(tied) if not name.startswith(MARGIN))
        column = next((each for each in columns if each.values is not None), None)
        if column is None or column.values is None:
            return ()
        met = {
            code: column.values[column.answered & (codes == code)]
            for code in range(int(codes.max(initial=0)) + 1)
        }
        ends = sorted((float(v.min()), float(v.max()), code) for code, v in met.items() if len(v))
        lows = [-np.inf, *(high + 1 for _, high, _ in ends)]
        highs = [*(low for low, _, _ in ends[1:]), np.inf]
        spans = {code: (low, high) for (_, _, code), low, high in zip(ends, lows, highs, strict=False)}
        return tuple(spans.get(code) for code in met)

    @cached_property
    def margins(self) -> dict[str, tuple[str, NDArray[np.int64]]]:
        """The variables of the weights: name → question, (n,) class of each respondent."""
        weights = self.sample.weights
        if weights is None:
            return {}
        return {
            MARGIN + name: (name, np.asarray(code))
            for name, code in zip(weights.variables, weights.codes, strict=False)
        }

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The questions that make a table, of one answer each."""
        reader, columns = self.sample.reader, {}
        for question in reader.questionnaire.questions():
            if question.name not in reader.answers or not (question.takes_answer or question.is_classed):
                continue
            try:
                column = reader.group(question.name, classes=self.classes.get(question.name, ()))
            except Refused:  # words, a place, too many values: it makes no table
                continue
            if column.exclusive:
                columns[question.name] = column
        return columns

    @cached_property
    def few(self) -> frozenset[str]:
        """The questions that hardly anybody answered: nothing of them is published."""
        return frozenset(
            name
            for name, column in self.columns.items()
            if int(column.answered.sum()) < self.rule.of((name,)).least
        )

    @cached_property
    def silent(self) -> frozenset[str]:
        """The questions of which no count is published, nor was in an earlier edition: those of a few people,
        and those that classes tell. Tied to others, they would take these with them.
        """
        printed = {each.question for each in self.before if any(n is not None for n in each.cells.values())}
        return (self.few | ties.redundant(self.sample.reader, self.columns)) - printed

    @cached_property
    def groups(self) -> list[set[str]]:
        """The questions that say one thing."""
        columns = {
            name: column
            for name, column in self.columns.items()
            if name not in self.silent or name not in self.few
        }
        groups = (each - self.silent for each in ties.of(self.sample.reader, columns, self.margins))
        return [each for each in groups if len(each) > 1]

    def tied(self, key: Key) -> Axis:
        """Return the cuts that say the same thing as one, itself among them."""
        name, positions = key
        if positions:
            question = self.sample.reader.questionnaire.question(name.removesuffix(CITED))
            if question is None or question.kind != "rank":
                return (key,)
            return tuple((each, positions) for each in (question.name, question.name + CITED))
        group = next((each for each in self.groups if name in each), {name})
        return tuple((each, ANY) for each in sorted(group))


def classes_then(before: Sequence[Counted]) -> dict[str, Sequence[float]]:
    """Return where numbers and dates were cut: other classes would give, by subtraction, what stands between
    the two.
    """
    return {each.question: each.bounds for each in before if each.bounds}


def sample(
    answers: Table,
    questionnaire: Questionnaire,
    weights: Weights | None = None,
    *,
    where: Mapping[str, Sequence[str]] | None = None,
    universe: Universe = UNKNOWN,
    today: date | None = None,
) -> Sample:
    """Return the answers ready to be tabulated. where: question → names of the answers selected; all
    questions must match. universe: how many could have answered; Refused when it is fewer than did.
    """
    if not len(answers):
        raise Refused(
            f"{answers.name} : aucune réponse.",
            why="Sans réponse, il n’y a pas de tableau.",
            do="Vérifiez le fichier.",
        )
    reader = Reader(answers, questionnaire, today or SOME_DAY)
    universe.check(len(answers), questionnaire.kind)
    population = None
    if universe.size is not None and (weights is None or weights.clusters is None):
        population = np.full(len(answers), float(universe.size))
    if weights is None:
        plan = Plan(np.ones(len(answers)), population=population)
    else:
        _checked(weights.values, answers.name)
        plan = Plan(
            weights.values,
            weights.initial,
            clusters=weights.clusters,
            population=population,
            codes=weights.codes,
            cautious=True,
        )
    everybody = Sample(reader, plan, weights, np.ones(len(answers), dtype=bool), "", universe=universe)
    return only(everybody, where) if where else everybody


def only(sample: Sample, where: Mapping[str, Sequence[str]]) -> Sample:
    """Return a selection of the answers, ready to be tabulated beside the whole. where: question → names of
    the answers selected.
    """
    reader, domain, labels = sample.reader, np.ones(len(sample.domain), dtype=bool), []
    for name, names in where.items():
        column = reader.group(name)
        at = {category: k for k, (category, _) in enumerate(column.categories)}
        if unknown := [each for each in names if each not in at]:
            raise Refused(
                f"Le filtre « {name} = {unknown[0]} » ne garde personne : cette réponse n’existe pas.",
                why="Aucune réponse ne serait dans le tableau.",
                do=f"Choisissez parmi : {', '.join(list(at)[:12])}.",
            )
        if column.values is not None:
            raise Refused(
                f"Le filtre « {name} » porte sur un nombre.",
                why=(
                    "Ses classes dépendent des réponses reçues : un filtre ne peut pas en choisir une à"
                    " l’avance."
                ),
                do="Filtrez par une question à choix, par exemple une classe d’âge.",
            )
        chosen = [at[each] for each in names]
        domain &= column.members[:, chosen].any(axis=1)
        labels.append(f"{column.label} : {' ou '.join(column.categories[k][1] for k in chosen)}")
    return replace(sample, domain=domain, words=" ; ".join(labels), where=where)


def protection_of(sample: Sample, least: Least) -> Protection:
    if least is None:
        return NOTHING
    return sample.rule if least == "rule" else chosen(sample.reader.questionnaire.kind, least)


def leaves_few(reader: Reader, column: Column, rule: Protection) -> bool:
    return column.name not in rule.public and reader.leaves_few(column, rule.of((column.name,)).least)


def universe_of(sample: Sample, column: Column) -> str:
    respondents = column.universe or "répondants à cette question"
    return respondents + (f" ; {sample.words}" if sample.words else "")


def hides_newcomers(more: int, come: int | None, least: int) -> bool:
    """Return True if the increase in one answer hides individuals: enough newcomers gave it, and enough did
    not.

    come: how many more answered, None when it was not published.

    >>> [hides_newcomers(more, 30, 11) for more in (0, 5, 15, 25, 30)]
    [False, False, True, False, False]
    >>> hides_newcomers(0, 0, 11), hides_newcomers(0, None, 11)
    (True, True)
    """
    if not come:
        return more == 0 or abs(more) >= least
    return abs(more) >= least and abs(come - more) >= least


def _would_ask(reader: Reader, name: str, columns: Sequence[Column]) -> Callable[[tuple[int, ...]], bool]:
    """Return the test of a question: True for the positions of answers, to those that its condition reads,
    that lead to it.
    """
    written = cache(lambda at, part: reader.written(columns[at], part))

    @cache
    def asks(parts: tuple[int, ...]) -> bool:
        return reader.would_ask(
            name,
            {
                column.name: written(at, part)
                for at, (column, part) in enumerate(zip(columns, parts, strict=True))
            },
        )

    return asks


def _revealed_by_conditions(
    reader: Reader, column: Column, rule: Protection, decided: Container[str]
) -> dict[str, Any]:
    """Return the fields of `Variable` that the conditions of other questions reveal about one: totals of some
    answers, and the answers whose respondents were not asked.

    A total is revealed by the base of the other question, once published: see `Reader.leaves_few`. decided:
    questions whose base is decided with these answers, and is no total that everybody knows.
    """
    public_totals: dict[tuple[int, ...], None] = {}
    never: dict[str, tuple[int, ...]] = {}
    gave_answer = column.members & column.answered[:, None]
    nobody = np.flatnonzero(~gave_answer.any(axis=0)).tolist() if column.exclusive else []
    for name in reader.after(column.name):
        eligible = reader.eligible(name)
        inside, outside = (
            np.asarray((gave_answer & mask[:, None]).any(axis=0)) for mask in (eligible, ~eligible)
        )
        if reader.read_by(name) == [column.name]:  # an answer that nobody gave leads somewhere too
            for part in nobody:
                leads = reader.would_ask(name, {column.name: reader.written(column, part)})
                inside[part], outside[part] = leads, not leads
        never[name] = tuple(np.flatnonzero(outside & ~inside).tolist())
        sides = int((column.answered & eligible).sum()), int((column.answered & ~eligible).sum())
        few = min(sides) < rule.of((name,)).least
        if column.exclusive and name not in decided and not few and not (inside & outside).any():
            public_totals[tuple(np.flatnonzero(inside).tolist())] = None
    return {"public_totals": tuple(public_totals), "never": never if column.exclusive else {}}


def joined_answers(column: Column) -> list[tuple[int, ...]]:
    """Return the answers of a scale that are also published together: the two worst, the two best."""
    size = sum(name not in (NO_CHOICE[0], UNLISTED[0]) for name, _ in column.categories)
    return (
        [(0, 1), (size - 2, size - 1)] if column.scale in GROUPED and size >= 4 and column.exclusive else []
    )
