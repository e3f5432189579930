"""Tables of a survey: weighted shares of respondents, each with its interval; small counts are withheld, and
so is whatever would reveal them.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.parameters import number
from maillage.statistics.engine import variance
from maillage.statistics.engine.proportions import NEVER, Share
from maillage.statistics.survey import weighted_secrets
from maillage.statistics.survey.cells import FEW_MORE, Cells, inside_words
from maillage.statistics.survey.columns import Column, discreet
from maillage.statistics.survey.measures import measures_of, pinned
from maillage.statistics.survey.notes import notes_of, unsaid_of
from maillage.statistics.survey.protection import NOTHING, Protection
from maillage.statistics.survey.samples import (
    Least,
    Sample,
    classes_then,
    leaves_few,
    protection_of,
    universe_of,
)
from maillage.statistics.survey.tables import METHOD, Counted, Row, Tabulation
from maillage.statistics.survey.withholding import Withholding
from maillage.words.rounding import rounded, signed_outwards

COARSE = (
    "Parts arrondies à {step} points : plus précises, elles diraient, à côté de parts par groupe, ce que"
    " quelques-uns ont répondu."
)
MOST_CELLS = 800  # of the questions read together: beyond, it takes minutes and nearly all are withheld
FRAGILE = number("protection/survey_fragile")
CELLS = 20_000_000  # rows × columns computed together
TOO_VAGUE = "Trop imprécis pour être publié : coefficient de variation de {cv} %, au-delà de 33 %."
BY_CLASSES = "Ces nombres se lisent par les classes d’une autre question."
NEVER_CROSSED = "Masqué : croisez par la question qui dit la même chose en classes."
TOO_FINE = "Tableau trop fin : presque toutes ses cases seraient masquées."


def of_sample(
    sample: Sample,
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
    """Return the table of a question, optionally crossed by another.

    by: a question, or another column of the answers. least: number of respondents below which a count is
    withheld, that of the kind of survey by default (`protection.rule_of`); None withholds nothing: only for
    fictitious answers. inside: for readers who hold the answers: every figure, those that will not be
    published marked. rounding, decimals: the rule of the publication. before: tables already published.
    classes: question → where its numbers are cut. Raises Refused on a question that is unknown, free or
    absent from the answers, and on a number that `least` may not be.
    """
    rule = protection_of(sample, least)
    cut = {**classes_then(before), **(classes or {})}
    column = discreet(sample.reader.column(question, classes=cut.get(question, ())), rule.class_least)

    def groups_of(name: str) -> Column:
        return discreet(sample.reader.group(name, classes=cut.get(name, ())), rule.class_least)

    cross = groups_of(by) if by else None
    if by and by == question:
        raise Refused(
            f"« {question} » ne peut pas être croisée avec elle-même.",
            why="Chaque groupe aurait donné la même réponse.",
            do="Choisissez une autre question.",
        )
    read = [column, *([cross] if cross else []), *(sample.reader.group(name) for name in sample.where)]
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
    withholding = sample.withholding(NOTHING if too_fine else rule, cut, before)
    cells = _cells(sample, column, cross, withholding, rule, before, inside=inside)
    few = cells.least
    if too_fine:
        cells.withhold(TOO_FINE)
    are_counts_public, step = not (few and by and sample.weights is not None), 1
    if few and not too_fine and sample.weights is not None:

        def decision(of: Sample, name: str) -> weighted_secrets.Decision:
            key = (withholding, name, name == question, str(of.where), rounding, decimals)
            if key not in sample.decisions:
                own_column = column if name == question else groups_of(name)
                crossed = {
                    each: _cells(of, own_column, groups_of(each), withholding, rule, before)
                    for each in weighted_secrets.crossings(of, withholding, name)
                    if len(own_column.categories) * len(groups_of(each).categories) <= MOST_CELLS
                }
                total = _cells(of, own_column, None, withholding, rule, before)
                sample.decisions[key] = weighted_secrets.decided(
                    of, crossed, total, rule=rounding, decimals=decimals
                )
            known: weighted_secrets.Decision = sample.decisions[key]
            return known

        are_counts_public, step = _withhold_weighted(sample, cells, decision)
    step = 1 if inside else step
    rows = tuple(_rows(sample, cells, rule=rounding, decimals=decimals, step=step))
    table = Tabulation(
        question=question,
        label=column.label,
        form=column.form,
        scale=column.scale,
        by=by,
        by_label=cross.label if cross else "",
        universe=universe_of(sample, column),
        n=cells.n,
        is_base_public=cells.is_base_public or inside,
        is_previous=cells.note == FEW_MORE.format(least=few),
        unsaid=unsaid_of(sample, cells),
        groups=tuple(cells.groups()),
        rows=rows,
        measures=tuple(measures_of(sample, cells)),
        notes=(*notes_of(sample, cells, rows), *([COARSE.format(step=step)] * (step > 1))),
        weighted=sample.weights is not None,
        calibrated=sample.weights.variables if sample.weights else (),
        rounding=rounding,
        decimals=decimals,
        step=step,
        least=few,
        bounds=column.bounds,
        cut=cut,
        inside=inside,
    )
    return replace(table, are_counts_public=inside or (are_counts_public and not counts_tell(sample, table)))


def _withhold_weighted(
    sample: Sample, cells: Cells, decision: Callable[[Sample, str], weighted_secrets.Decision]
) -> tuple[bool, int]:
    """Withhold of a table what its weighted shares would tell of a class of the weights; return whether its
    counts may be published, and the points to which its shares are rounded. decision: of a sample, filtered
    or not, and a question.
    """
    question, by = cells.column.name, cells.cross.name if cells.cross else ""
    everybody = replace(sample, domain=np.ones_like(sample.domain), words="", where={})
    # The classes of the weights among those who gave an answer: their shares tell how many weigh what.
    if any(question in decision(everybody, name).with_secrets for name in (by, *sample.where) if name):
        cells.withhold()
    own, of_all = decision(sample, question), decision(everybody, question)
    if by in own.cells:
        cells.seen &= own.cells[by].seen
        cells.joined_seen &= own.cells[by].joined_seen
        if not sample.where:
            return own.are_counts_public and not by, 1 if by else own.step
    # Together, the shares of the groups of any other question, or of filters, would be those of everybody.
    for answers, joined_answers in (own.lost, of_all.lost):
        cells.seen[answers], cells.joined_seen[joined_answers] = False, False
    for name in sample.where.keys() & of_all.cells.keys():
        groups = list(sample.positions(name, sample.where[name]))
        cells.seen &= of_all.cells[name].seen[:, groups].all(axis=1, keepdims=True)
        cells.joined_seen &= of_all.cells[name].joined_seen[:, groups].all(axis=1, keepdims=True)
    return own.are_counts_public and not by, max(own.step, of_all.step)


def _cells(
    sample: Sample,
    column: Column,
    cross: Column | None,
    withholding: Withholding,
    rule: Protection,
    before: Sequence[Counted],
    *,
    inside: bool = False,
) -> Cells:
    """Return the cells of a table, as the counts alone decide which are withheld."""
    cells = Cells(sample, column, cross, withholding, inside=inside)
    if not cells.least:
        return cells
    question, by = column.name, cross.name if cross else ""
    read = [column, *([cross] if cross else []), *(sample.reader.group(name) for name in sample.where)]
    for earlier in before:
        if (earlier.question, earlier.by) == (question, by) and not cells.is_withheld:
            cells.keep_from(earlier)
    # How many answered this question would tell what a few answered to others.
    if not cells.is_withheld and any(leaves_few(sample.reader, each, rule) for each in read):
        cells.withhold()
    if not cells.is_withheld and (silent := withholding.silent & {each.name for each in read}):
        if silent == {question} and not by and column.values is not None:
            cells.note = BY_CLASSES  # its mean and its median stay
        else:
            cells.withhold(NEVER_CROSSED if by in silent else "")
    if not cells.is_withheld and not all(withholding.tells_eligible(each.name) for each in read):
        cells.withhold()
    return cells


def _rows(sample: Sample, cells: Cells, *, rule: str, decimals: int, step: int) -> Iterator[Row]:
    """Yield the rows of a table, group by group. step: beyond 1, what shares are rounded to, their intervals
    with them.
    """
    column, groups = cells.column, cells.cross.categories if cells.cross else (("", ""),)
    kinds: list[tuple[tuple[int, ...], str, str]] = [
        ((k,), name, label) for k, (name, label) in enumerate(column.categories)
    ]
    for positions in cells.joined:
        names, labels = zip(*(column.categories[k] for k in positions), strict=True)
        kinds.append((positions, "+".join(names), " ou ".join([labels[0], *map(inside_words, labels[1:])])))
    shares = _shares(sample, cells, [positions for positions, _, _ in kinds])
    for g, (by, by_label) in enumerate(groups):
        for position, (positions, name, label) in enumerate(kinds):
            grouped = len(positions) > 1
            j = position - len(column.categories)
            is_published = bool(cells.joined_seen[j, g] if grouped else cells.seen[position, g])
            count = int(cells.joined_counts[j, g] if grouped else cells.counts[position, g])
            base = int(cells.bases[g])
            share = shares(position, g)
            if share is not None and step > 1:
                share = _coarse(share, rule, decimals, step)
            figure, unpublished = _figure(sample, cells, share, "" if is_published else cells.reason, base)
            if isinstance(figure, Estimate) and step > 1:
                low, high = signed_outwards(figure.low, figure.high, step * 10.0**-decimals)
                figure = replace(figure, low=max(low, 0.0), high=min(high, 100.0))
            known = isinstance(figure, Estimate)
            is_published = is_published or cells.inside_only
            yield Row(
                category=name,
                label=label,
                by=by,
                by_label=by_label,
                n=count if is_published and base else None,
                base=base if cells.shown_bases[g] or cells.inside_only else 0,
                figure=figure,
                grouped=tuple(column.categories[k][0] for k in positions) if grouped else (),
                fragile=known and share is not None and share.variation > FRAGILE,
                share=share if known else None,
                # Its count may be published: how large it may be is no secret.
                ceiling=100 * share.interval()[1] if is_published and share and not known else 100.0,
                unpublished=unpublished if known else "",
            )


def _coarse(share: Share, rule: str, decimals: int, step: int) -> Share:
    """Return a share rounded, the rounding being part of its variance: as far as anything drawn from it can
    tell, it is what is printed.
    """
    value = rounded(100 * share.value, rule=rule, decimals=decimals, by=step) / 100
    width = step * 10.0 ** (-decimals - 2)
    # Evenly spread over its class; when truncated, from one end of it.
    doubt = width**2 / (12 if rule == "nearest" else 3)
    return replace(share, value=min(1.0, value), variance=share.variance + doubt, simple=False)


def _figure(sample: Sample, cells: Cells, share: Share | None, why: str, base: int) -> tuple[Figure, str]:
    """Return a share, or why it is withheld; and, for those who hold the answers, why it will not be
    published. why: what protection says of it.
    """
    universe, vague = universe_of(sample, cells.column), cells.rule.vague
    n = 0 if why or share is None else base
    if share is None:
        why = cells.reason
    elif not why and vague is not None and share.value > NEVER and share.variation > vague:
        exact = TOO_VAGUE.format(cv=f"{100 * share.variation:.0f}")
        why = exact if cells.inside_only else cells.reason
    if share is None or (why and not cells.inside_only):
        return Withheld(reason=why, unit="pourcent", universe=universe, n=n, method=METHOD), ""
    low, high = share.interval()
    estimate = Estimate(
        value=100 * share.value,
        low=100 * low,
        high=100 * high,
        unit="pourcent",
        universe=universe,
        n=base,
        method=METHOD,
    )
    return estimate, why


def _shares(
    sample: Sample, cells: Cells, kinds: Sequence[tuple[int, ...]]
) -> Callable[[int, int], Share | None]:
    """Return the share of each kind of answer in each group; None where the total weight is zero."""
    n, size = len(cells.q_said), cells.size
    at_once = max(1, CELLS // max(1, n * size))
    values, spreads = np.full((len(kinds), size), np.nan), np.full((len(kinds), size), np.nan)
    for start in range(0, len(kinds), at_once):
        some = kinds[start : start + at_once]
        gave_answer = np.stack([cells.column.members[:, list(each)].any(axis=1) for each in some], axis=1)
        y = np.repeat(gave_answer, size, axis=1)
        estimates = variance.of_means(y, np.tile(cells.inside[:, :size], len(some)), sample.plan)
        values[start : start + len(some)] = estimates.values.reshape(-1, size)
        spreads[start : start + len(some)] = np.diag(estimates.covariance).reshape(-1, size)
    weighed = [sample.plan.weights[cells.inside[:, g]] for g in range(size)]
    effects = [variance.kish(each[each > 0]) if (each > 0).any() else 1.0 for each in weighed]
    imposed = (
        cells.cross is None and sample.weights is not None and cells.column.name in sample.weights.variables
    )
    everybody = bool(
        sample.domain.all()
    )  # who says nothing is a class of its own: the others are still imposed

    def share(kind: int, g: int) -> Share | None:
        value, base = float(values[kind, g]), int(cells.bases[g])
        if not np.isfinite(value):
            return None
        return Share(
            value=min(1.0, max(0.0, value)),
            variance=float(spreads[kind, g]),
            n=base,
            df=min(sample.plan.df, base - 1) if sample.plan.clusters is None else sample.plan.df,
            effect=effects[g],
            fixed=imposed and everybody and float(spreads[kind, g]) < NEVER,
            simple=sample.is_simple,
            drawn=sample.drawn,
        )

    return share


def respondents(sample: Sample, table: Tabulation) -> list[int]:
    """Return how many gave each answer of a table without a cross, withheld or not: never to be published."""
    column = discreet(
        sample.reader.column(table.question, classes=table.bounds), sample.class_least(table.least)
    )
    inside = column.answered & sample.domain
    return [int(n) for n in column.members[inside].sum(axis=0).tolist()]


def counts_tell(sample: Sample, table: Tabulation) -> bool:
    """Return True if counts printed beside weighted shares would reveal, to within NEAR, how many of a class
    gave an answer.

    Whoever knows the margins and how many answered in each class knows the weights: a count and a weighted
    share then give two equations on those who gave an answer, class by class. Each share is known to within
    its rounding.
    """
    if sample.weights is None or not sample.weights.codes or not table.least or table.by:
        return False
    column = discreet(
        sample.reader.column(table.question, classes=table.bounds), sample.class_least(table.least)
    )
    inside = column.answered & sample.domain
    codes = np.stack([code[inside] for code in sample.weights.codes], axis=1)
    classes, at = np.unique(codes, axis=0, return_inverse=True)
    weights = sample.plan.weights[inside]
    people = np.bincount(at.reshape(-1), minlength=len(classes))
    weight = np.bincount(at.reshape(-1), weights, minlength=len(classes)) / people / weights.sum()
    gave_answer = column.members[inside]
    below, step = 0.0 if table.rounding == "down" else 0.5, 10.0**-table.decimals
    printed = [table.published(row) for row in table.of()]
    bounds = [
        None if p is None else ((p - below * step) / 100, (p + (1 - below) * step) / 100) for p in printed
    ]
    every = list(range(gave_answer.shape[1]))
    owned = [
        classes[:, code] == value for code in range(codes.shape[1]) for value in np.unique(classes[:, code])
    ]
    for group in [every] if column.exclusive else [[k] for k in every]:
        parts = np.column_stack([gave_answer[:, group], ~gave_answer[:, group].any(axis=1)])
        cells = np.array([np.bincount(at.reshape(-1)[part], minlength=len(classes)) for part in parts.T])
        if pinned(cells, weight, [*(bounds[k] for k in group), None], owned, table.least):
            return True
    return False
