"""Tables of a survey: weighted shares of respondents, each with its interval; small counts are withheld, and
so is whatever would reveal them.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from math import prod, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from maillage.engine import disclosure, variance
from maillage.engine.proportions import LEVEL, NEVER, Share
from maillage.engine.variance import Plan
from maillage.forms.questionnaire import DECLINED, UNKNOWN, Questionnaire
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.kernel.table import Table
from maillage.reference.parameters import number
from maillage.studies.survey import ties
from maillage.studies.survey.age_classes import age_span
from maillage.studies.survey.columns import BLANK, CITED, SOME_DAY, Column, Reader, discreet
from maillage.studies.survey.protection import NOTHING, Protection, chosen, rule_of
from maillage.studies.survey.tables import METHOD, Counted, Group, Measured, Row, Tabulation
from maillage.studies.survey.withholding import ANY, Axis, Condition, Key, Span, Variable, Withholding

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
NEAR = 5.0  # people: a count found nearer than this is as good as told
MOST_CELLS = (
    800  # of the questions read together: beyond, protecting them takes minutes, and nearly all are withheld
)
MOST_JOINT = 200  # of the questions that a condition reads: beyond, its base is compared to each alone
FRAGILE = number("protection/survey_fragile")
NO_TABLE = ("text", "note", "geopoint", "image", "time", "calculate", "hidden")
CELLS = 20_000_000  # rows × columns computed together
GROUPED = ("ease", "satisfaction")
Least = int | None | Literal["rule"]
MARGIN = "§"  # before the name of a variable of the margins: no question is called so
SUBTRACTED = "Masqué pour qu’une soustraction ne rende pas un petit effectif."
RAW = "Parts brutes : chaque réponse compte pour une."
LOOSE = "Fragile : coefficient de variation entre 20 et 33 %."
LOOSE_STRUCTURES = "Fragile : coefficient de variation de plus de 20 %."
ALONE = "Un seul répondant : aucun chiffre ne peut en être tiré."
BEFORE = (
    "Masqué : comparé à l’édition précédente, ce chiffre dirait la réponse de moins de {least} répondants."
)
FEW_MORE = (
    "Depuis l’édition précédente, moins de {least} réponses ont changé : ce tableau n’est pas refait, et"
    " se lit dans l’édition précédente."
)
OTHER_CLASSES = (
    "Masqué : les classes ne sont plus celles de l’édition précédente, et les deux se soustrairaient."
)
FEW_LEFT = "Masqué : le nombre de réponses à cette question dirait ce que quelques répondants ont dit avant."
SILENCES = {UNKNOWN: "ne savent pas", DECLINED: "ne souhaitent pas répondre", BLANK: "n’ont rien répondu"}
TOO_VAGUE = "Trop imprécis pour être publié : coefficient de variation de {cv} %, au-delà de 33 %."
TOO_FINE = "Tableau trop fin : presque toutes ses cases seraient masquées."
NOBODY = "Personne n’a répondu à cette question."
LIMITS_OF_MARGINS = (
    "Les poids sont appliqués, mais les marges qui les ont donnés ne sont pas connues ici : les intervalles"
    " ignorent ce que le redressement apporte, et sont le plus souvent trop larges."
)


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
    found = np.array([weights[each] for each in ids])
    _checked(found, answers.name)
    return found


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
    the filter is worded.
    """

    reader: Reader
    plan: Plan
    weights: Weights | None
    domain: Bools
    words: str
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _held: dict[Any, Withholding] = field(default_factory=dict, repr=False, compare=False)

    def positions(self, name: str, answers: Sequence[str]) -> tuple[int, ...]:
        """Return the positions of some answers of a question."""
        names = [category for category, _ in self.reader.group(name).categories]
        return tuple(sorted(names.index(each) for each in answers))

    def has_one_first(self, name: str) -> bool:
        """Return whether a question is a ranking where nobody put two answers first: its shares add up."""
        question = self.reader.questionnaire.question(name)
        if question is None or question.kind != "rank":
            return False
        column = self.reader.group(name)
        return bool((column.members[column.answered].sum(axis=1) == 1).all())

    @property
    def is_simple(self) -> bool:
        """Whether all weights are equal and people were drawn one by one: Wilson's interval is then valid."""
        plan = self.plan
        return (
            not plan.is_calibrated
            and plan.clusters is None
            and bool(np.ptp(plan.weights) <= 1e-12 * plan.weights.max())
        )

    def withholding(
        self, rule: Protection, classes: Mapping[str, Sequence[float]], before: Sequence[Counted] = ()
    ) -> Withholding:
        """Return what may be published about these answers, filtered or not: decided once for every table
        made of them.
        """
        key = (
            rule,
            tuple(sorted((name, tuple(bounds)) for name, bounds in classes.items())),
            tuple(sorted({each.edition for each in before})),
        )
        if key not in self._held:
            self._held[key] = _Cuts(self, rule, classes).withholding(before)
        return self._held[key]

    def tells_margin(self, variable: str, before: Sequence[Counted] = ()) -> bool:
        """Return whether a publication may say how many answered in each class of a variable of the weights,
        beside its tables.
        """
        if self.weights is None or variable not in self.weights.variables:
            return False
        rule = rule_of(self.reader.questionnaire.kind)
        return self.withholding(rule, _classes_then(before), before).tells_margin(MARGIN + variable)


class _Cuts:
    """The questions of a survey as disclosure control reads them, and which of them say one thing."""

    def __init__(self, held: Sample, rule: Protection, classes: Mapping[str, Sequence[float]]) -> None:
        self.held, self.rule, self.classes = held, rule, classes

    def withholding(self, before: Sequence[Counted]) -> Withholding:
        return Withholding(
            cache(self.variable), self.rule, self.tied, tuple(before), tuple(self.conditions())
        )

    def conditions(self) -> Iterator[Condition]:
        """Yield the condition of each question that says how many were put it, when it reads answers of which
        one only is given.
        """
        reader, least = self.held.reader, self.rule.least
        for name in reader.partial():
            asked = reader.eligible(name)
            if min(int(asked.sum()), int((~asked).sum())) < least:
                continue
            try:
                few = _leaves_few(reader, reader.group(name), self.rule)
                columns = [
                    reader.group(each, classes=self.classes.get(each, ())) for each in reader.read_by(name)
                ]
            except Refused:  # words: they make no table
                continue
            cells = prod(len(each.categories) + 1 for each in columns)
            if not few and columns and cells <= MOST_JOINT and all(each.exclusive for each in columns):
                yield Condition(name=name, asked=asked, by=tuple(each.name for each in columns))

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
        reader, least = self.held.reader, self.rule.least
        column = discreet(reader.group(name, classes=self.classes.get(name, ())), least)
        return Variable(
            name=name,
            members=column.members,
            answered=column.answered,
            exclusive=column.exclusive,
            names=tuple(each for each, _ in column.categories),
            joined=tuple(_joined(column)),
            public=name.removesuffix(CITED) in self.rule.public,
            counted=column.form in ("number", "date"),
            adds_up=self.held.has_one_first(name),
            spans=self._spans(column),
            **_asked_after(reader, column, least),
        )

    def _spans(self, column: Column) -> tuple[Span | None, ...]:
        """Return the numbers that each answer holds, or the ages that its label states."""
        if column.values is not None:
            ends = (-np.inf, *column.bounds, np.inf)
            return tuple(pairwise(ends)) if len(ends) == len(column.categories) + 1 else ()
        question = self.held.reader.questionnaire.question(column.name)
        if question is None or question.kind != "one":
            return ()
        stated = {each.name: age_span(each) for each in self.held.reader.questionnaire.choices(question)}
        found = [stated.get(name) for name, _ in column.categories]
        return tuple((span[0], span[1] + 1) if span else None for span in found)

    def _spans_met(self, margin: str, codes: NDArray[np.int64]) -> tuple[Span | None, ...]:
        """Return the numbers that each class of a margin may hold, from those that are met: up to those of
        its neighbours.
        """
        tied = next((group for group in self.groups if margin in group), {margin})
        columns = (self.held.reader.group(name) for name in sorted(tied) if not name.startswith(MARGIN))
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
        weights = self.held.weights
        if weights is None:
            return {}
        return {
            MARGIN + name: (name, np.asarray(code))
            for name, code in zip(weights.variables, weights.codes, strict=False)
        }

    @cached_property
    def groups(self) -> list[set[str]]:
        """The questions that say one thing."""
        reader, columns = self.held.reader, {}
        for question in reader.questionnaire.questions():
            if question.name not in reader.answers or (question.kind in NO_TABLE and not question.is_classed):
                continue
            try:
                column = reader.group(question.name, classes=self.classes.get(question.name, ()))
            except Refused:  # words, a place, too many values: it makes no table
                continue
            if column.exclusive:
                columns[question.name] = column
        return ties.of(reader, columns, self.margins)

    def tied(self, key: Key) -> Axis:
        """Return the cuts that say the same thing as one, itself among them."""
        name, positions = key
        if positions:
            question = self.held.reader.questionnaire.question(name.removesuffix(CITED))
            if question is None or question.kind != "rank":
                return (key,)
            return tuple((each, positions) for each in (question.name, question.name + CITED))
        group = next((each for each in self.groups if name in each), {name})
        return tuple((each, ANY) for each in sorted(group))


def _classes_then(before: Sequence[Counted]) -> dict[str, Sequence[float]]:
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
    today: date | None = None,
) -> Sample:
    """Return the answers ready to be tabulated. where: question → names of the answers selected; all
    questions must match.
    """
    if not len(answers):
        raise Refused(
            f"{answers.name} : aucune réponse.",
            why="Sans réponse, il n’y a pas de tableau.",
            do="Vérifiez le fichier.",
        )
    reader = Reader(answers, questionnaire, today or SOME_DAY)
    if weights is None:
        plan = Plan(np.ones(len(answers)))
    else:
        _checked(weights.values, answers.name)
        plan = Plan(
            weights.values, weights.initial, clusters=weights.clusters, codes=weights.codes, cautious=True
        )
    everybody = Sample(reader, plan, weights, np.ones(len(answers), dtype=bool), "")
    return only(everybody, where) if where else everybody


def only(held: Sample, where: Mapping[str, Sequence[str]]) -> Sample:
    """Return a selection of the answers, ready to be tabulated beside the whole. where: question → names of
    the answers selected.
    """
    reader, domain, told = held.reader, np.ones(len(held.domain), dtype=bool), []
    for name, kept in where.items():
        column = reader.group(name)
        at = {category: k for k, (category, _) in enumerate(column.categories)}
        if unknown := [each for each in kept if each not in at]:
            raise Refused(
                f"Le filtre « {name} = {unknown[0]} » ne garde personne : cette réponse n’existe pas.",
                why="Un tableau de personne ne se lit pas.",
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
        chosen = [at[each] for each in kept]
        domain &= column.members[:, chosen].any(axis=1)
        told.append(f"{column.label} : {' ou '.join(column.categories[k][1] for k in chosen)}")
    return replace(held, domain=domain, words=" ; ".join(told), where=where)


def tabulate(
    answers: Table,
    questionnaire: Questionnaire,
    question: str,
    *,
    by: str = "",
    weights: Weights | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    least: Least = "rule",
    inside: bool = False,
    rounding: str = "nearest",
    decimals: int = 0,
    before: Sequence[Counted] = (),
    classes: Mapping[str, Sequence[float]] | None = None,
    today: date | None = None,
) -> Tabulation:
    """Return the table of a question, optionally crossed by another.

    answers: columns of text, `id` first. by: a question, or another column of the answers. where: a filter,
    question → answers kept. least: number of respondents below which a count is withheld, that of the kind
    of survey by default (`protection.rule_of`); None withholds nothing: only for fictitious answers. inside:
    for readers who hold the answers: every figure, those that will not be published marked. rounding,
    decimals: the rule of the publication. before: tables already published. classes: question → where its
    numbers are cut. Raises Refused on a question that is unknown, free or absent from the answers, and on a
    number that `least` may not be.
    """
    held = sample(answers, questionnaire, weights, where=where, today=today)
    return of_sample(
        held,
        question,
        by=by,
        least=least,
        inside=inside,
        rounding=rounding,
        decimals=decimals,
        before=before,
        classes=classes,
    )


def of_sample(
    held: Sample,
    question: str,
    *,
    by: str = "",
    least: Least = "rule",
    inside: bool = False,
    rounding: str = "nearest",
    decimals: int = 0,
    before: Sequence[Counted] = (),
    classes: Mapping[str, Sequence[float]] | None = None,
) -> Tabulation:
    """Return the table of a question, as `tabulate` does, from answers prepared once for many tables."""
    rule = _rule(held, least)
    cut = {**_classes_then(before), **(classes or {})}
    column = discreet(held.reader.column(question, classes=cut.get(question, ())), rule.least)
    cross = discreet(held.reader.group(by, classes=cut.get(by, ())), rule.least) if by else None
    if by and by == question:
        raise Refused(
            f"« {question} » ne peut pas être croisée avec elle-même.",
            why="Chaque groupe aurait donné la même réponse.",
            do="Choisissez une autre question.",
        )
    read = [column, *([cross] if cross else []), *(held.reader.group(name) for name in held.where)]
    size = prod(len(each.categories) for each in read)
    too_fine = bool(rule.least) and len(read) > 1 and size > MOST_CELLS
    if too_fine and not inside:
        raise Refused(
            f"Ce tableau aurait {size} cases, au plus {MOST_CELLS}.",
            why="Presque toutes seraient masquées, et la protection des autres prendrait plusieurs minutes.",
            do=(
                "Réunissez des réponses en quelques groupes dans une autre colonne, ou retirez le filtre ou"
                " le croisement."
            ),
        )
    withholding = held.withholding(NOTHING if too_fine else rule, cut, before)
    cells = _Cells(held, column, cross, withholding, inside=inside)
    few = rule.least
    if too_fine:
        cells.withhold(TOO_FINE)
    for earlier in before:
        if few and (earlier.question, earlier.by) == (question, by) and not cells.whole:
            cells.keep_from(earlier)
    if few and not cells.whole and any(_leaves_few(held.reader, each, rule) for each in read):
        cells.withhold(FEW_LEFT)
    if few and not cells.whole and not all(withholding.tells_eligible(each.name) for each in read):
        cells.withhold(FEW_LEFT)
    rows = tuple(_rows(held, cells))
    return Tabulation(
        question=question,
        label=column.label,
        form=column.form,
        scale=column.scale,
        by=by,
        by_label=cross.label if cross else "",
        universe=_universe(held, column),
        n=cells.n,
        told=cells.told or inside,
        kept=cells.whole == FEW_MORE.format(least=few),
        unsaid=_unsaid(held, cells),
        groups=tuple(cells.groups()),
        rows=rows,
        measures=tuple(_measures(held, cells)),
        notes=tuple(_notes(held, cells, rows)),
        weighted=held.weights is not None,
        calibrated=held.weights.variables if held.weights else (),
        rounding=rounding,
        decimals=decimals,
        least=few,
        bounds=column.bounds,
        inside=inside,
    )


def _rule(held: Sample, least: Least) -> Protection:
    kind = held.reader.questionnaire.kind
    if least is None:
        return NOTHING
    return rule_of(kind) if least == "rule" else chosen(kind, least)


def _leaves_few(reader: Reader, column: Column, rule: Protection) -> bool:
    return column.name not in rule.public and reader.leaves_few(column, rule.least)


def _universe(held: Sample, column: Column) -> str:
    who = column.universe or "répondants à cette question"
    return who + (f" ; {held.words}" if held.words else "")


# ----------------------------------------------------------------------------------------------- small counts


class _Cells:
    """The counts of a table, and which may be published.

    counts: (categories, groups) respondents; bases: (groups,); seen, shown_bases: which may be shown; joined:
    the grouped answers of a scale, positions of their categories; joined_seen: (joined, groups). Without a
    cross, one group: everybody who answered.
    """

    def __init__(
        self,
        held: Sample,
        column: Column,
        cross: Column | None,
        withholding: Withholding,
        *,
        inside: bool = False,
    ) -> None:
        self.column, self.cross, self.inside_only = column, cross, inside
        self.rule, self.least = withholding.rule, withholding.least
        self.q_said = column.answered
        groups = cross.members if cross else np.ones((len(held.domain), 1), dtype=bool)
        self.size = groups.shape[1]
        both = column.answered & held.domain & (cross.answered if cross else True)
        self.n = int(both.sum())
        self.inside = groups & both[:, None]
        self.bases = self.inside.sum(axis=0)
        self.counts = column.members.T.astype(np.int64) @ self.inside.astype(np.int64)
        self.joined = _joined(column)
        self.joined_counts = np.array([self.counts[list(each)].sum(axis=0) for each in self.joined]).reshape(
            -1, self.size
        )
        self.why: dict[tuple[int, int], str] = {}
        self.whole = ""  # why the whole table is withheld
        kept = {
            name: held.positions(name, answers) for name, answers in held.where.items() if name != column.name
        }
        among = [{**kept, **({cross.name: (g,)} if cross else {})} for g in range(self.size)]

        def shown(positions: Sequence[tuple[int, ...]]) -> Bools:
            found = [
                [withholding.may_publish({column.name: each, **group}) for group in among]
                for each in positions
            ]
            return np.array(found, dtype=bool).reshape(len(positions), self.size)

        self.seen, self.joined_seen = shown([(k,) for k in range(len(self.counts))]), shown(self.joined)
        self.shown_bases: Bools = shown([ANY])[0]
        self.told = not self.least or (
            not self.rule.is_small(self.n)
            and (not kept or withholding.may_publish({column.name: ANY, **kept}))
        )

    def groups(self) -> Iterator[Group]:
        """Yield the groups of the cross, in order."""
        if self.cross:
            for (name, label), n, seen in zip(
                self.cross.categories, self.bases.tolist(), self.shown_bases, strict=False
            ):
                shown = bool(seen) or self.inside_only
                yield Group(by=name, label=label, n=n if shown else None, unpublished=not seen)

    def withhold(self, why: str) -> None:
        """Withhold the whole table, and how many answered."""
        self.seen[:], self.joined_seen[:], self.shown_bases[:], self.told = False, False, False, False
        self.whole = why

    def keep_from(self, earlier: Counted) -> None:
        """Withhold whatever, compared with a table already published, would reveal the answers of a few
        newcomers.
        """
        least = self.least
        new = least if earlier.n is None else self.n - earlier.n
        names = [name for name, _ in self.column.categories]
        if self.column.form in (
            "number",
            "date",
        ):  # a class is known by its place: its name may change with its neighbours
            then = list(dict.fromkeys(name for name, _ in earlier.cells))
            if len(then) != len(names) and any(n is not None for n in earlier.cells.values()):
                self.withhold(OTHER_CLASSES)
                return
            names = then if len(then) == len(names) else names
        cells = {
            (k, g): earlier.cells.get((name, by))
            for k, name in enumerate(names)
            for g, (by, _) in enumerate(self.cross.categories if self.cross else (("", ""),))
        }
        moved = any(n is not None and self.seen[at] and n != self.counts[at] for at, n in cells.items())
        # Subtracting the two editions would give the answers of the few who came or left in between.
        if 0 < abs(new) < least or (new == 0 and moved):
            self.withhold(FEW_MORE.format(least=least))
            return
        for g in range(self.size):
            name = self.cross.categories[g][0] if self.cross else ""
            base = earlier.groups.get(name) if self.cross else earlier.n
            old = [cells[k, g] for k in range(len(self.counts))]
            old += [
                earlier.cells.get(("+".join(self.column.categories[k][0] for k in each), name))
                for each in self.joined
            ]
            now = [*self.counts[:, g].tolist(), *self.joined_counts[:, g].tolist()]
            if base is not None and 0 < abs(int(self.bases[g]) - base) < least:
                kept = np.zeros(len(now), dtype=bool)
            elif self.column.exclusive:
                kept = self._since(old, base, g)
            else:
                come = None if base is None else int(self.bases[g]) - base
                kept = np.array(
                    [then is None or _many(n - then, come, least) for n, then in zip(now, old, strict=True)]
                )
            for k in np.flatnonzero(~kept).tolist():
                if k >= len(self.counts):
                    self.joined_seen[k - len(self.counts), g] = False
                elif self.seen[k, g]:
                    self.seen[k, g] = False
                    self.why[k, g] = BEFORE.format(least=least)

    def _since(self, old: Sequence[int | None], base: int | None, g: int) -> Bools:
        """Return which cells, then grouped answers, of a group may be published, given those published
        before.

        A cell is made of the people counted then and of those who came since. What was withheld then stays
        withheld, and so do answers given by only a few newcomers.
        """
        now, least = self.counts[:, g], self.least
        size = len(now)
        masks = np.array(
            [*np.eye(size), *(np.isin(np.arange(size), each) for each in self.joined)], dtype=np.float64
        )
        none = np.zeros_like(masks)
        before, after, both = np.hstack([masks, none]), np.hstack([none, masks]), np.hstack([masks, masks])
        since = {k: int(masks[k] @ now) - n for k, n in enumerate(old) if n is not None}
        told = [before[k] for k in since] + [np.ones(2 * size)]
        values = [float(n) for n in old if n is not None]
        if base is not None:
            told.append(np.hstack([np.ones(size), np.zeros(size)]))
            values.append(float(base))
        # Parts withheld then are not kept: any people that agree with what was shown stand for them.
        own = [each[:size] for each in told if not each[size:].any()]
        then, left = disclosure.people_before(np.array(own), np.array(values), now)
        same = base is not None and int(now.sum()) == base
        secret = [before[k] for k in range(len(masks)) if k not in since]
        secret += [after[k] for k, come in since.items() if not same and abs(come) < least]
        return disclosure.protect(
            np.concatenate([then, now - then]),
            both,
            [*self.seen[:, g].tolist(), *self.joined_seen[:, g].tolist()],
            np.array(told),
            least,
            free=[False] * size + [left] * size,
            secret=secret,
        )

    def reason(self, k: int, g: int, count: int) -> str:
        """Return why a cell is withheld."""
        if self.whole:
            return self.whole
        if (k, g) in self.why:
            return self.why[k, g]
        if not self.n:
            return NOBODY
        small = self.rule.is_small
        if small(count) or small(int(self.bases[g]) - count) or not self.shown_bases[g]:
            return self.rule.few
        return SUBTRACTED


def _many(more: int, come: int | None, least: int) -> bool:
    """Return whether the increase in one answer hides individuals: enough newcomers gave it, and enough did
    not.

    come: how many more answered, None when it was not published.

    >>> [_many(more, 30, 11) for more in (0, 5, 15, 25, 30)], _many(0, 0, 11), _many(0, None, 11)
    ([False, False, True, False, False], True, True)
    """
    if not come:
        return more == 0 or abs(more) >= least
    return abs(more) >= least and abs(come - more) >= least


def _asked_after(reader: Reader, column: Column, least: int) -> dict[str, Any]:
    """Return what the conditions of other questions reveal about the answers to one: totals of some answers,
    and who was not asked.

    A total is revealed by the base of the other question, once published: see `Reader.leaves_few`.
    """
    told: dict[tuple[int, ...], None] = {}
    never: dict[str, tuple[int, ...]] = {}
    given = column.members & column.answered[:, None]
    for name in reader.after(column.name):
        asked = reader.eligible(name)
        inside, outside = ((given & mask[:, None]).any(axis=0) for mask in (asked, ~asked))
        never[name] = tuple(np.flatnonzero(outside & ~inside).tolist())
        few = min(int((column.answered & asked).sum()), int((column.answered & ~asked).sum())) < least
        if column.exclusive and not few and not (inside & outside).any():
            told[tuple(np.flatnonzero(inside).tolist())] = None
    return {"told": tuple(told), "never": never if column.exclusive else {}}


def _joined(column: Column) -> list[tuple[int, ...]]:
    """Return the answers of a scale that are also published together: the two worst, the two best."""
    size = len(column.categories)
    return (
        [(0, 1), (size - 2, size - 1)] if column.scale in GROUPED and size >= 4 and column.exclusive else []
    )


def _inside(label: str) -> str:
    """Return a label as written inside a sentence: without its capital, unless it is an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] in (" ", "") else label


# ---------------------------------------------------------------------------------------------------- figures


def _rows(held: Sample, cells: _Cells) -> Iterator[Row]:
    """Yield the rows of a table, group by group."""
    column, groups = cells.column, cells.cross.categories if cells.cross else (("", ""),)
    kinds: list[tuple[tuple[int, ...], str, str]] = [
        ((k,), name, label) for k, (name, label) in enumerate(column.categories)
    ]
    for each in cells.joined:
        names, labels = zip(*(column.categories[k] for k in each), strict=True)
        kinds.append((each, "+".join(names), " ou ".join([labels[0], *map(_inside, labels[1:])])))
    shares = _shares(held, cells, [each for each, _, _ in kinds])
    for g, (by, by_label) in enumerate(groups):
        for position, (each, name, label) in enumerate(kinds):
            grouped = len(each) > 1
            j = position - len(column.categories)
            seen = bool(cells.joined_seen[j, g] if grouped else cells.seen[position, g])
            count = int(cells.joined_counts[j, g] if grouped else cells.counts[position, g])
            base = int(cells.bases[g])
            share = shares(position, g)
            why = "" if seen else cells.reason(-1 if grouped else position, g, count)
            figure, unpublished = _figure(held, cells, share, why, base)
            known = isinstance(figure, Estimate)
            seen = seen or cells.inside_only
            yield Row(
                category=name,
                label=label,
                by=by,
                by_label=by_label,
                n=count if seen and base else None,
                base=base if cells.shown_bases[g] or cells.inside_only else 0,
                figure=figure,
                grouped=tuple(column.categories[k][0] for k in each) if grouped else (),
                fragile=known and share is not None and share.variation > FRAGILE,
                share=share if known else None,
                # Its count may be published: how large it may be is no secret.
                ceiling=100 * share.interval()[1] if seen and share and not known else 100.0,
                unpublished=unpublished if known else "",
            )


def _figure(held: Sample, cells: _Cells, share: Share | None, why: str, base: int) -> tuple[Figure, str]:
    """Return a share, or why it is withheld; and, for those who hold the answers, why it will not be
    published. why: what protection says of it.
    """
    universe, vague = _universe(held, cells.column), cells.rule.vague
    n = 0 if why or share is None else base
    if (
        share is not None
        and not why
        and vague is not None
        and share.value > NEVER
        and share.variation > vague
    ):
        why = TOO_VAGUE.format(cv=f"{100 * share.variation:.0f}")
    if share is None or (why and not cells.inside_only):
        reason = why if base and why else NOBODY
        return Withheld(reason=reason, unit="pourcent", universe=universe, n=n, method=METHOD), ""
    low, high = share.interval()
    found = Estimate(
        value=100 * share.value,
        low=100 * low,
        high=100 * high,
        unit="pourcent",
        universe=universe,
        n=base,
        method=METHOD,
    )
    return found, why


def _shares(
    held: Sample, cells: _Cells, kinds: Sequence[tuple[int, ...]]
) -> Callable[[int, int], Share | None]:
    """Return the share of each kind of answer in each group; None where the total weight is zero."""
    n, size = len(cells.q_said), cells.size
    at_once = max(1, CELLS // max(1, n * size))
    values, spreads = np.full((len(kinds), size), np.nan), np.full((len(kinds), size), np.nan)
    for start in range(0, len(kinds), at_once):
        some = kinds[start : start + at_once]
        given = np.stack([cells.column.members[:, list(each)].any(axis=1) for each in some], axis=1)
        y = np.repeat(given, size, axis=1)
        found = variance.of_means(y, np.tile(cells.inside[:, :size], len(some)), held.plan)
        values[start : start + len(some)] = found.values.reshape(-1, size)
        spreads[start : start + len(some)] = np.diag(found.covariance).reshape(-1, size)
    weighed = [held.plan.weights[cells.inside[:, g]] for g in range(size)]
    effects = [variance.kish(each[each > 0]) if (each > 0).any() else 1.0 for each in weighed]
    imposed = cells.cross is None and held.weights is not None and cells.column.name in held.weights.variables
    everybody = bool(
        held.domain.all()
    )  # who says nothing is a class of its own: the others are still imposed

    def share(kind: int, g: int) -> Share | None:
        value, base = float(values[kind, g]), int(cells.bases[g])
        if not np.isfinite(value):
            return None
        return Share(
            value=min(1.0, max(0.0, value)),
            variance=float(spreads[kind, g]),
            n=base,
            df=min(held.plan.df, base - 1) if held.plan.clusters is None else held.plan.df,
            effect=effects[g],
            fixed=imposed and everybody and float(spreads[kind, g]) < NEVER,
            simple=held.is_simple,
        )

    return share


def respondents(held: Sample, table: Tabulation) -> list[int]:
    """Return how many gave each answer of a table without a cross, withheld or not: never to be published."""
    column = discreet(held.reader.column(table.question, classes=table.bounds), table.least)
    inside = column.answered & held.domain
    return [int(n) for n in column.members[inside].sum(axis=0).tolist()]


def counts_tell(held: Sample, table: Tabulation) -> bool:
    """Return whether counts printed beside weighted shares would reveal, to within NEAR, how many of a class
    gave an answer.

    Whoever knows the margins and how many answered in each class knows the weights: a count and a weighted
    share then give two equations on those who gave an answer, class by class. Each share is known to within
    its rounding.
    """
    if held.weights is None or not held.weights.codes or not table.least or table.by:
        return False
    column = discreet(held.reader.column(table.question, classes=table.bounds), table.least)
    inside = column.answered & held.domain
    codes = np.stack([code[inside] for code in held.weights.codes], axis=1)
    classes, at = np.unique(codes, axis=0, return_inverse=True)
    weights = held.plan.weights[inside]
    people = np.bincount(at.reshape(-1), minlength=len(classes))
    weight = np.bincount(at.reshape(-1), weights, minlength=len(classes)) / people / weights.sum()
    given = column.members[inside]
    below, step = 0.0 if table.rounding == "down" else 0.5, 10.0**-table.decimals
    printed = [table.published(row) for row in table.of()]
    bounds = [
        None if p is None else ((p - below * step) / 100, (p + (1 - below) * step) / 100) for p in printed
    ]
    every = list(range(given.shape[1]))
    owned = [
        classes[:, code] == value for code in range(codes.shape[1]) for value in np.unique(classes[:, code])
    ]
    for group in [every] if column.exclusive else [[k] for k in every]:
        parts = np.column_stack([given[:, group], ~given[:, group].any(axis=1)])
        cells = np.array([np.bincount(at.reshape(-1)[part], minlength=len(classes)) for part in parts.T])
        if _pinned(cells, weight, [*(bounds[k] for k in group), None], owned, table.least):
            return True
    return False


def _pinned(
    cells: NDArray[np.int64],
    weight: Floats,
    bounds: Sequence[tuple[float, float] | None],
    owned: Sequence[Bools],
    least: int,
) -> bool:
    """Return whether a small count is known to within NEAR people.

    cells: (answers, classes) people; weight: (classes,) of one of them; bounds: of the weighted share of each
    answer, None when it is not shown; owned: (classes,) true where a class belongs to a class of one margin.
    """
    eye = np.eye(len(cells))
    known = [np.outer(np.ones(len(cells)), own) for own in np.eye(len(weight))]
    low: list[float] = cells.sum(axis=0).tolist()
    high = list(low)
    for row, bound in enumerate(bounds):
        if bound is not None:
            known += [np.outer(eye[row], np.ones(len(weight))), np.outer(eye[row], weight)]
            low += [cells[row].sum(), bound[0]]
            high += [cells[row].sum(), bound[1]]
    sums = np.array(known).reshape(len(known), -1)
    return any(
        disclosure.doubt(np.outer(eye[row], own).ravel(), sums, low, high) < NEAR
        for row in range(len(cells))
        for own in owned
        if 0 < cells[row, own].sum() < least <= cells[:, own].sum()  # a class of a few people is never told
    )


# --------------------------------------------------------------------------------------------------- measures


def _measures(held: Sample, cells: _Cells) -> Iterator[Measured]:
    """Yield means and medians of numbers, and mean ranks, overall or by group."""
    column = cells.column
    groups = cells.cross.categories if cells.cross else (("", ""),)
    for g, (by, by_label) in enumerate(groups):
        inside = cells.inside[:, g]
        n = int(inside.sum())
        told = not cells.least or (bool(cells.shown_bases[g]) and n >= cells.least)
        if column.values is not None:
            if cells.least and n and np.ptp(column.values[inside]) == 0:
                told = False  # the mean would be what each of them answered
            for measure, label in (("mean", "Moyenne"), ("median", "Médiane")):
                why = "" if told and n else cells.whole or (cells.rule.few if n else NOBODY)
                found = None
                if not why or (cells.inside_only and n):
                    found = (_mean if measure == "mean" else _median)(
                        held, np.nan_to_num(column.values), inside
                    )
                yield _measured(measure, label, by, by_label, found, n, why)
        if column.ranks is not None:
            for k, (name, label) in enumerate(column.categories):
                ranked = inside & np.isfinite(column.ranks[:, k])
                count = int(ranked.sum())
                few = cells.least and (not told or count < cells.least or 0 < n - count < cells.least)
                why = cells.whole or (cells.rule.few if few else "" if count else NOBODY)
                hidden = why and not (cells.inside_only and count)
                found = None if hidden else _mean(held, np.nan_to_num(column.ranks[:, k]), ranked)
                yield _measured("mean_rank", label, by, by_label, found, count, why, name)


def _measured(
    measure: str,
    label: str,
    by: str,
    by_label: str,
    found: tuple[float, float, float] | None,
    n: int,
    why: str,
    category: str = "",
) -> Measured:
    value, low, high = found or (None, None, None)
    return Measured(
        measure=measure,  # type: ignore[arg-type]
        label=label,
        by=by,
        by_label=by_label,
        value=value,
        low=low,
        high=high,
        n=n if found is not None else 0,
        why=why if found is None else "",
        category=category,
        unpublished=why if found is not None else "",
    )


def _mean(held: Sample, values: Floats, inside: Bools) -> tuple[float, float, float]:
    """Return a weighted mean and its 90 % interval (Student)."""
    found = variance.of_means(values[:, None], inside[:, None], held.plan)
    mean, n = float(found.values[0]), int(inside.sum())
    df = min(held.plan.df, n - 1)
    half = (
        float(stdtrit(df, 0.5 + LEVEL / 2)) * sqrt(max(0.0, float(found.covariance[0, 0])))
        if df > 0
        else float("inf")
    )
    return mean, mean - half, mean + half


def _median(held: Sample, values: Floats, inside: Bools) -> tuple[float, float, float]:
    """Return a weighted median and its 90 % interval: that of the share below it, converted back to values
    (Woodruff, 1952).
    """
    order = np.argsort(values[inside], kind="stable")
    ordered, weights = values[inside][order], held.plan.weights[inside][order]
    risen = np.cumsum(weights) / weights.sum()

    def at(share: float) -> float:
        return float(ordered[min(int(np.searchsorted(risen, share - 1e-12)), len(ordered) - 1)])

    middle = at(0.5)
    under = (values <= middle) & inside
    found = variance.of_means(under[:, None], inside[:, None], held.plan)
    n = int(inside.sum())
    half = Share(
        value=0.5, variance=float(found.covariance[0, 0]) or 0.25 / n, n=n, df=min(held.plan.df, n - 1)
    )
    low, high = half.interval()
    return middle, at(low), at(high)


# ------------------------------------------------------------------------------------------------------ words


def _notes(held: Sample, cells: _Cells, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what a reader must know about a table, in French."""
    column, cross = cells.column, cells.cross
    if cells.whole:
        yield cells.whole
    if column.form == "many":
        yield "Plusieurs réponses étaient possibles : le total dépasse 100 %."
    if cross is not None and not cross.exclusive:
        yield "Une même personne peut compter dans plusieurs groupes."
    if column.form == "rank":
        yield (
            "Part de ceux qui placent la réponse en premier ; les ex æquo comptent chacun. Le rang moyen ne"
            " porte que sur ceux qui l’ont classée : plus il est petit, plus elle compte."
        )
    yield from (column.notes + cross.notes if cross else column.notes)
    yield from _silent(held, cells)
    if held.weights is None:
        yield RAW
    elif not held.plan.is_calibrated and not held.is_simple:
        yield LIMITS_OF_MARGINS
    if any(row.share is not None and row.share.fixed for row in rows):
        yield (
            "Cette répartition est celle des marges : le redressement l’impose, et elle n’a pas d’intervalle."
        )
    masks = any(isinstance(row.figure, Withheld) or row.unpublished for row in rows)
    if cells.least and masks and cells.n and not cells.whole:
        yield cells.rule.masks
    if any(row.fragile for row in rows):
        yield LOOSE if cells.rule.vague else LOOSE_STRUCTURES
    if cells.n == 1:
        yield ALONE
    elif cells.n and cross is None and column.exclusive and _is_one_answer(cells, rows):
        yield "Tous ont donné la même réponse : cela ne prouve pas que toute la population la donnerait."


def _is_one_answer(cells: _Cells, rows: Sequence[Row]) -> bool:
    """Return whether all gave one answer, which may be said where it is published: a class may gather many
    numbers, and a table without a figure would tell what they all share.
    """
    values = cells.column.values
    if values is not None and np.ptp(values[cells.inside[:, 0]]) > 0:
        return False
    told = any(isinstance(row.figure, Estimate) for row in rows)
    return told and int((cells.counts[:, 0] > 0).sum()) == 1


def _unsaid(held: Sample, cells: _Cells) -> dict[str, int | None]:
    """Return how many said nothing, by kind of silence: all kinds, or none when one is of a few people."""
    found = {word: int((mask & held.domain).sum()) for word, mask in cells.column.unsaid.items()}
    few = not cells.told or any(0 < n < cells.least for n in found.values())
    return {word: None if few and not cells.inside_only else n for word, n in found.items()}


def _people(n: int) -> str:
    return f"{n} répondant{'s' * (n > 1)}"


def _silent(held: Sample, cells: _Cells) -> Iterator[str]:
    """Yield who is left out of the base. Bases are public: with the number of answers they give how many said
    nothing. Which kind of silence it was is told when no kind is of a few people.
    """
    column, least = cells.column, 0 if cells.inside_only else cells.least
    asked = int((column.asked & held.domain).sum())
    if not cells.told and not cells.inside_only:
        if 0 < asked < least and not column.asked[held.domain].all():
            yield "La question n’a été posée qu’à quelques répondants."
        return  # who is left out would tell how many answered
    outside = int(held.domain.sum()) - asked
    silent = {word: int((column.unsaid[word] & held.domain).sum()) for word in SILENCES}
    quiet = sum(silent.values())
    if 0 < outside < least:  # only with those who said nothing: the base gives them together
        out = _people(quiet + outside)
        yield f"Hors de la base : {out} sans réponse, ou à qui la question n’était pas posée."
        return
    if any(0 < n < least for n in silent.values()):
        yield f"Hors de la base : {_people(quiet)} sans réponse."
    elif quiet:
        told = [f"{n} {SILENCES[word]}" for word, n in silent.items() if n]
        yield f"Hors de la base : {', '.join(told)}."
    if outside:
        yield f"La question n’a pas été posée à tous : {outside} répondants n’avaient pas à y répondre."
