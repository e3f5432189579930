"""The figures to withhold where a question is crossed by a variable of its weights: all of a class weigh the
same, and a weighted share tells as much as a count.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from maillage.kernel.later import optimize
from maillage.statistics.engine.suppression import NEAR, TINY
from maillage.statistics.survey.cells import Cells
from maillage.statistics.survey.samples import Bools, Floats, Sample
from maillage.statistics.survey.withholding import ANY, MARGIN, Withholding
from maillage.words import rounding

ONE_WAY = -1  # the group of a figure of everybody
SAME = 1e-9  # weights nearer than this are equal
STEPS = (1, 2, 5)  # points to which shares of everybody are rounded, before any is withheld


@dataclass(frozen=True, eq=False, kw_only=True)
class Statement:
    """A figure of a question, published or not.

    group: of the crossing, ONE_WAY without; of_group: (classes,) true for those of it. n: people counted;
    cells: (answers × classes,) where. published, at: the decisions of a table, and its own. is_count: its
    share is a count, all of its group weighing the same. of_all: the same answers of everybody, for a group.
    """

    group: int
    n: int
    cells: Floats
    published: Bools
    at: tuple[int, int]
    of_group: Bools
    is_count: bool
    of_all: "Statement | None"

    @property
    def is_published(self) -> bool:
        return bool(self.published[self.at])

    @property
    def is_secret(self) -> bool:
        """True when it is withheld; what nobody gave, and that is published, is no secret of any group."""
        is_of_nobody = self.of_all is not None and self.of_all.is_published and self.of_all.n == 0
        return not self.is_published and not is_of_nobody


def crossings(sample: Sample, withholding: Withholding, question: str) -> list[str]:
    """Return the questions by which a crossing of this one cuts people as the weights do."""
    if sample.weights is None or not sample.weights.codes:
        return []
    names = {
        name
        for variable in sample.weights.variables
        for name, _ in (*withholding.tied((MARGIN + variable, ANY)), (variable, ANY))
        if not name.startswith(MARGIN) and name in sample.reader.answers
    }
    return sorted(names - {question} - withholding.silent)


@dataclass(frozen=True, eq=False, kw_only=True)
class Decision:
    """The cells to publish of a question and of its crossings by what cuts people as the weights do.

    are_counts_public: unweighted, of everybody; step: points to which shares of everybody are rounded (units
    of the last decimal). cells: crossing → its cells, "" for everybody; lost: (answers,) and (joined
    answers,) of everybody withheld for their weighted shares; with_secrets: the crossings of which a figure
    is withheld.
    """

    are_counts_public: bool
    step: int
    cells: Mapping[str, Cells]
    lost: tuple[Bools, Bools]
    with_secrets: frozenset[str]


def decided(
    sample: Sample, crossed: Mapping[str, Cells], total: Cells, *, rule: str, decimals: int
) -> Decision:
    """Withhold, of a question and of its crossings, the figures without which every one withheld stays
    unknown to within NEAR: unweighted counts first, then figures of groups, and last the precision of the
    shares of everybody, then some of those.
    """
    are_counts_public, step = True, 1
    published, joined_published = total.seen.copy(), total.joined_seen.copy()
    n_published = -1
    while n_published != (n_published := int(total.seen.sum() + total.joined_seen.sum())):
        for cells in crossed.values():
            counted, points = _withhold(sample, total, cells, rule=rule, decimals=decimals)
            are_counts_public, step = are_counts_public and counted, max(step, points)
    of_nobody = total.seen[:, 0] & (total.counts[:, 0] == 0)
    return Decision(
        are_counts_public=are_counts_public,
        step=step,
        cells={**crossed, "": total},
        lost=((published & ~total.seen)[:, 0], (joined_published & ~total.joined_seen)[:, 0]),
        with_secrets=frozenset(
            name for name, cells in crossed.items() if not (cells.seen | of_nobody[:, None]).all()
        ),
    )


def _withhold(sample: Sample, total: Cells, crossed: Cells, *, rule: str, decimals: int) -> tuple[bool, int]:
    """Withhold figures of a question and of one crossing; return whether its counts may be published, and its
    step.
    """
    published_cells, published_joined = crossed.seen.copy(), crossed.joined_seen.copy()
    every = range(len(total.column.categories))
    systems = [
        _System(sample, total, crossed, answers, rule=rule, decimals=decimals)
        for answers in ([tuple(every)] if total.column.exclusive else [(k,) for k in every])
    ]
    if all(system.known_secret(1, counts=True) is None for system in systems):
        return True, 1
    for step in STEPS:
        if all(system.protect(step) for system in systems):
            return False, step
        crossed.seen[:], crossed.joined_seen[:] = published_cells, published_joined
    # Coarser shares of everybody are in vain: those that tell are withheld, and the others stay precise.
    for system in systems:
        system.protect(1, of_everybody=True)
    return False, 1


class _System:
    """The people of each answer in each class of the weights, and what is published of them."""

    def __init__(
        self,
        sample: Sample,
        total: Cells,
        crossed: Cells,
        answers: tuple[int, ...],
        *,
        rule: str,
        decimals: int,
    ) -> None:
        weights = sample.weights
        assert weights is not None
        inside = total.inside[:, 0]
        groups = np.where(crossed.inside.any(axis=1), crossed.inside.argmax(axis=1), ONE_WAY)[inside]
        codes = np.stack([groups, *(code[inside] for code in weights.codes)], axis=1)
        classes, at = np.unique(codes, axis=0, return_inverse=True)
        at = at.reshape(-1)
        self.groups, self.sizes = classes[:, 0], np.bincount(at, minlength=len(classes))
        self.weights = np.bincount(at, sample.plan.weights[inside], minlength=len(classes)) / self.sizes
        self.answers, self.rounding, self.decimals = answers, rule, decimals
        gave_answer = total.column.members[inside][:, list(answers)]
        people = np.array([np.bincount(at, gave, minlength=len(classes)) for gave in gave_answer.T])
        if len(answers) == 1:  # and the others
            people = np.vstack([people, self.sizes - people[0]])
        self.people = people.reshape(-1).astype(np.float64)
        self.statements = [*self._statements(total, ONE_WAY)]
        for g in range(crossed.size):
            if crossed.bases[g] >= total.least:  # of a smaller class, nothing is told
                self.statements += self._statements(crossed, g)
        self.width = min(NEAR, total.least)
        self.hopeless: set[Statement] = set()
        # What nearly all leave is told anyway; groups this small leave hardly any doubt to keep; and a filter
        # makes a crossing of three questions, which masks nothing when nothing of it is published.
        rows = list(answers)
        is_of_nearly_all = total.counts[rows, 0] > total.n - total.least
        is_crossing_public = crossed.seen[rows].any() or crossed.joined_seen.any()
        self.keeps_everybody = bool(
            (is_of_nearly_all & total.seen[rows, 0]).any()
            or crossed.bases.max() < 2 * self.width
            or (sample.where and not is_crossing_public)
        )

    def _statements(self, cells: Cells, group: int) -> Iterator[Statement]:
        column = max(group, 0)
        of_group = np.ones(len(self.groups), dtype=bool) if group == ONE_WAY else self.groups == group
        is_count = bool(of_group.any() and np.ptp(self.weights[of_group]) <= SAME * self.weights.max())
        parts: list[tuple[tuple[int, ...], Bools, tuple[int, int]]] = [
            ((k,), cells.seen, (k, column)) for k in self.answers
        ]
        if len(self.answers) > 1:
            parts += [(answers, cells.joined_seen, (j, column)) for j, answers in enumerate(cells.joined)]
        for k, (answers, published, at) in enumerate(parts):
            rows = np.isin(
                np.arange(len(self.people) // len(self.groups)), np.searchsorted(self.answers, answers)
            )
            counted = np.outer(rows, of_group).ravel().astype(np.float64)
            yield Statement(
                group=group,
                n=round(float(counted @ self.people)),
                cells=counted,
                published=published,
                at=at,
                of_group=of_group,
                is_count=is_count,
                of_all=None if group == ONE_WAY else self.statements[k],
            )

    def known_secret(self, step: int, *, counts: bool = False) -> Statement | None:
        """Return a figure withheld that those published give to within NEAR, None without any. step: points
        to which shares of everybody are rounded. counts: of everybody, published too.
        """
        published = [each for each in self.statements if each.is_published]
        secrets = [each for each in self.statements if each.is_secret and each not in self.hopeless]
        if not published or not secrets:
            return None
        knowledge = _Knowledge(self, published, step, counts)
        return next(knowledge.known(secrets), None)

    def protect(self, step: int, *, of_everybody: bool = False) -> bool:
        """Withhold figures of groups, of the fewest people first, until no secret is known; return whether
        that is enough. of_everybody: withhold theirs too, where no figure of a group tells.
        """
        self.hopeless.clear()
        while (secret := self.known_secret(step)) is not None:
            published = [each for each in self.statements if each.is_published]
            pinning = _Knowledge(self, published, step).pinning(secret)
            if self.keeps_everybody or not of_everybody:
                pinning = [each for each in pinning if each.group != ONE_WAY]
            pinning.sort(key=lambda figure: (figure.group == ONE_WAY, figure.n))
            if not pinning:
                if not of_everybody and not self.keeps_everybody:
                    return False
                self.hopeless.add(secret)
                continue
            for spare in pinning:  # first those without which neither is known
                fewer = _Knowledge(self, [each for each in published if each is not spare], step)
                if next(fewer.known([secret, spare]), None) is None:
                    break
            else:
                spare = pinning[0]
            spare.published[spare.at] = False
        return True


class _Knowledge:
    """The knowledge of whoever read some published figures, and knows how many people each class has."""

    def __init__(self, system: _System, published: list[Statement], step: int, counts: bool = False) -> None:
        self.people, self.width = system.people, system.width
        size = len(system.people) // len(system.groups)
        exact = [each for each in published if each.is_count or (counts and each.group == ONE_WAY)]
        rounded_shares = [each for each in published if not each.is_count]
        self.sums = np.array(
            [*(np.tile(own, size) for own in np.eye(len(system.groups))), *(each.cells for each in exact)]
        )
        shares, low, high = [], [], []
        for figure in rounded_shares:
            by = step if figure.group == ONE_WAY else 1
            base = system.weights[figure.of_group] @ system.sizes[figure.of_group]
            shares.append(figure.cells * np.tile(100 * system.weights / base, size))
            share = rounding.rounded(
                float(shares[-1] @ self.people), rule=system.rounding, decimals=system.decimals, by=by
            )
            below, width = 0.0 if system.rounding == "down" else 0.5, by * 10.0**-system.decimals
            low.append(share - below * width)
            high.append(share + (1 - below) * width)
        self.shares = np.array([*shares, *(-each for each in shares)])
        self.bounds = np.array([*high, *(-each for each in low)])
        self.sources: list[Statement | None] = [
            *[None] * len(system.groups),
            *exact,
            *rounded_shares,
            *rounded_shares,
        ]

    def _solve(self, goal: Floats) -> Any:
        return optimize.linprog(
            goal,
            A_eq=self.sums,
            b_eq=self.sums @ self.people,
            A_ub=self.shares if len(self.shares) else None,
            b_ub=self.bounds if len(self.shares) else None,
        )

    def known(self, secrets: list[Statement]) -> Iterator[Statement]:
        """Yield the secrets known to within NEAR: those that no table of people is found to move enough."""
        goals = np.array([each.cells for each in secrets]).reshape(len(secrets), len(self.people))
        low, high = goals @ self.people, goals @ self.people
        for k, secret in enumerate(secrets):
            for sign in (1, -1):
                if high[k] - low[k] < self.width - TINY:
                    result = self._solve(sign * goals[k])
                    if result.status == 0:
                        low, high = np.minimum(low, goals @ result.x), np.maximum(high, goals @ result.x)
            if high[k] - low[k] < self.width - TINY:
                yield secret

    def pinning(self, secret: Statement) -> list[Statement]:
        """Return the published figures that bound a secret on either side."""
        pinning: dict[Statement, None] = {}
        for sign in (1, -1):
            result = self._solve(sign * secret.cells)
            if result.status == 0:
                prices = np.concatenate([result.eqlin.marginals, result.ineqlin.marginals])
                pinning |= {
                    figure: None
                    for figure, price in zip(self.sources, prices.tolist(), strict=True)
                    if figure is not None and abs(price) > TINY
                }
        return list(pinning)
