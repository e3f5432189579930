"""Sums of people that may be published together: small ones are suppressed, and so are those that would give
them back to somebody who knows the rule.

A reader knows what is published, and may know the rule too: a suppressed count below the threshold is at most
the threshold less one, and the smallest counts are suppressed first. Every suppressed sum must stay uncertain
for both readers.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage.kernel.later import optimize, sparse

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR = 5.0  # people: a count known nearer than this is as good as published
KNOWS_RULE, PLAIN = 0, 1  # the two readers
TINY = 1e-6  # people: what a solver may miss
MOST_DRAWS, FEW_GOALS = 32, 3  # extreme tables drawn at random, while more sums than this are to be proved


@dataclass(frozen=True, eq=False, slots=True)
class Secret:
    """A sum of people that is never published.

    row: (cells,) true where it includes a cell. width: people by which it must stay uncertain. ceiling: what
    it cannot pass for whoever knows the rule (`ceilings`), infinite when the rule does not tell.
    """

    row: Floats
    width: float
    ceiling: float = np.inf


def doubt_required(least: int, lowest: int = 0) -> float:
    """Return how many people a suppressed count must range over for whoever knows that it is from `lowest` to
    `least` less one.

    >>> doubt_required(11), doubt_required(5), doubt_required(3, lowest=1)
    (5.0, 4.0, 1.0)
    """
    return max(0.0, min(NEAR, float(least - 1 - lowest)))


def ceilings(counts: ArrayLike, published: Sequence[bool], least: int) -> Floats:
    """Return the ceiling of each suppressed part of a whole, the rule being known: the threshold less one for
    a small part; else the smallest part published, since the smallest go first.

    >>> ceilings([30, 4, 20, 15], [True, False, True, False], 11).tolist()
    [inf, 10.0, inf, 20.0]
    """
    values, is_published = np.asarray(counts, dtype=np.float64), np.asarray(published, dtype=bool)
    smallest = values[is_published].min(initial=np.inf)
    large = np.where(values <= smallest, smallest, np.inf)
    return np.where(is_published, np.inf, np.where(values < least, least - 1.0, large))


def intervals(floors: Floats, tops: Floats, total: float) -> tuple[Floats, Floats]:
    """Return the least and the most that each part of a known total may be, each from its floor to its top.

    >>> [ends.tolist() for ends in intervals(np.zeros(2), np.array([10.0, np.inf]), 13)]
    [[0.0, 3.0], [10.0, 13.0]]
    """
    open_ = np.isinf(tops)
    finite = np.where(open_, 0.0, tops)
    rest = np.where(
        open_.sum() > open_, np.inf, finite.sum() - finite
    )  # the most that the other parts may be
    return np.maximum(floors, total - rest), np.minimum(tops, total - (floors.sum() - floors))


def leaves_parts_in_doubt(
    suppressed: Sequence[int], smallest_published: float, least: int, lowest: int = 0
) -> bool:
    """Check that the suppressed parts of a known whole stay uncertain for both readers.

    suppressed: their counts, each of `lowest` people at least, as everybody knows. smallest_published: the
    smallest part published, infinite without any.

    >>> leaves_parts_in_doubt([10, 10], 23, 11), leaves_parts_in_doubt([10, 10, 23], 37, 11)
    (False, True)
    >>> leaves_parts_in_doubt([4, 15], 20, 11), leaves_parts_in_doubt([10, 16], 16, 11)
    (True, False)
    """
    total = sum(suppressed)
    if not suppressed:
        return True
    if len(suppressed) < 2 or total - lowest * len(suppressed) < least:
        return False
    counts = np.array(suppressed, dtype=np.float64)
    tops = np.where(counts < least, least - 1.0, np.maximum(counts, smallest_published))
    low, high = intervals(np.full(len(counts), float(lowest)), tops, float(total))
    return bool((high - low >= doubt_required(least, lowest) - TINY).all())


def protect(
    counts: ArrayLike,
    sums: ArrayLike,
    publishable: Sequence[bool],
    public: ArrayLike,
    least: int,
    *,
    secrets: Sequence[Secret] = (),
    price: Sequence[float] = (),
    free: Sequence[bool] = (),
    lowest: int = 0,
    by_size: bool = False,
) -> Bools:
    """Return which of some sums may be published, so that no suppressed one is known to either reader.

    counts: (cells,) people in cells that do not overlap; sums: (sums, cells) true where a sum includes a
    cell; publishable: whether a sum may be published on its own account (it is large enough). public:
    (known, cells) sums that are public anyway (the whole, earlier publications). price: the cost of
    suppressing a sum, its count by default: the cheapest goes first. free: cells that may be negative
    (answers withdrawn between two editions). by_size: the sums are the parts of one question: a reader who
    knows the rule infers that a part suppressed for others is no larger than those that stay, and that a
    small one is of `lowest` people (1 where zeros are published).

    Both readers use linear programmes. For one who knows what is published alone, each suppressed sum must
    range over `least` people (a secret, over its width); for one who knows the rule too, over
    `doubt_required`. When it does not, the cheapest published sum that pins it is suppressed too, until all
    are safe. Nothing can be done for a sum that public ones alone reveal: it is left.
    """
    search = _Search(
        np.asarray(counts, dtype=np.float64),
        np.asarray(sums, dtype=np.float64),
        np.array(publishable, dtype=bool),
        np.asarray(public, dtype=np.float64),
        least,
        secrets,
        lowest,
    )
    if len(price):
        search.price = np.asarray(price, dtype=np.float64)
    if len(free):
        search.free = np.array(free, dtype=bool)
    if by_size:
        search.orders_by_size(lowest)
    _Lines(search).lower()
    while search.published.any() and search.suppresses_one():  # nothing published: nothing more is told
        pass
    return search.published


def leaves_doubt(
    counts: ArrayLike,
    public: ArrayLike,
    secrets: Sequence[Secret],
    least: int,
    *,
    free: Sequence[bool] = (),
    lowest: int = 0,
) -> bool:
    """Check that every secret stays uncertain for both readers, all the public sums being known.

    >>> whole, first = [1, 1, 1], Secret(np.array([0.0, 1.0, 0.0]), 11)
    >>> leaves_doubt([30, 4, 9], [whole, [1, 0, 0]], [first], 11)
    True
    >>> leaves_doubt([30, 4, 9], [whole, [1, 0, 1]], [first], 11)
    False
    """
    people = np.asarray(counts, dtype=np.float64)
    none = np.zeros((0, people.size))
    search = _Search(
        people, none, np.zeros(0, dtype=bool), np.asarray(public, dtype=np.float64), least, secrets, lowest
    )
    if len(free):
        search.free = np.array(free, dtype=bool)
    for reader in (KNOWS_RULE, PLAIN):
        knowledge = search.knowledge(reader)
        search.draw(reader, knowledge)
        for secret in np.flatnonzero(search.is_narrow(reader)).tolist():
            search.pins(reader, knowledge, secret)
            if search.hopeless[reader, secret]:
                return False
    return True


class _Search:
    """The suppression of some sums, in progress. Goals are the secrets, then the sums.

    low, high: (2, goals) the range over which each goal is proved to vary, for each reader: tables that agree
    with all that is published still do when less is. rivals: goal suppressed for others → sums it was chosen
    among. hopeless: (2, goals) those that public sums alone reveal.
    """

    def __init__(
        self,
        people: Floats,
        sums: Floats,
        published: Bools,
        public: Floats,
        least: int,
        secrets: Sequence[Secret],
        lowest: int,
    ) -> None:
        n = people.size
        self.people, self.published = people, published
        self.sums, self.public = sums.reshape(-1, n), public.reshape(-1, n)
        self.goals = np.concatenate([np.array([each.row for each in secrets]).reshape(-1, n), self.sums])
        self.n_secrets, self.true = len(secrets), self.goals @ people
        self.price, self.free, self.by_size = self.true[self.n_secrets :], np.zeros(n, dtype=bool), False
        widths = np.full(len(self.goals), float(least))
        widths[: len(secrets)] = [each.width for each in secrets]
        small = ~published & (self.price < least)
        self._tops = np.array([*(each.ceiling for each in secrets), *np.where(small, least - 1.0, np.inf)])
        # A secret of another threshold cannot vary beyond its own ceiling.
        most = np.minimum(doubt_required(least, lowest), np.maximum(0.0, self._tops - lowest))
        self.widths = np.stack([np.minimum(widths, most), widths])
        self.floors = np.zeros(len(self.goals))
        self.low, self.high = np.stack([self.true, self.true]), np.stack([self.true, self.true])
        self.rivals: dict[int, Ints] = {}
        self.hopeless = np.stack([~self.goals.any(axis=1)] * 2)
        self.is_lowered = self.hopeless.copy()
        self.chance = np.random.default_rng(len(self.goals))

    def orders_by_size(self, lowest: int) -> None:
        """Take the sums as parts of one question, small ones of `lowest` people at least."""
        self.by_size = True
        self.floors = np.where(np.isfinite(self._tops) & (self.true >= lowest), float(lowest), 0.0)

    def tops(self) -> Floats:
        """Return (goals,) what each cannot pass, the rule being known."""
        tops = self._tops.copy()
        for goal, sums in self.rivals.items():
            counts = self.true[self.n_secrets + sums[self.published[sums]]]
            tops[goal] = counts[counts >= self.true[goal]].min(initial=np.inf)
        return tops

    def is_narrow(self, reader: int) -> Bools:
        """Return (goals,) which suppressed ones are not proved to vary enough."""
        suppressed = np.concatenate([np.ones(self.n_secrets, dtype=bool), ~self.published])
        proved = self.high[reader] - self.low[reader] >= self.widths[reader] - TINY
        narrow: Bools = suppressed & ~proved & ~self.hopeless[reader]
        return narrow

    def suppress(self, candidates: Ints, price: Sequence[object]) -> int:
        """Suppress the cheapest of some published sums, and return it."""
        chosen = int(candidates[min(range(len(candidates)), key=lambda k: (price[k], candidates[k]))])
        self.published[chosen] = False
        if self.by_size:
            self.rivals[self.n_secrets + chosen] = candidates
        return chosen

    def suppresses_one(self) -> bool:
        """Suppress what a line, then a linear programme, shows to be needed; return whether anything was."""
        if not self.free.any():
            _Lines(self).suppress()
        for reader in (KNOWS_RULE, PLAIN):
            knowledge = self.knowledge(reader)
            self.draw(reader, knowledge)
            for goal in np.flatnonzero(self.is_narrow(reader)).tolist():
                if len(pinning := self.pins(reader, knowledge, goal)):
                    self.suppress(pinning, self.price[pinning].tolist())
                    return True
        return False

    def knowledge(self, reader: int, *, of_public: bool = False) -> "_Knowledge":
        """Return the knowledge of a reader. of_public: from public sums alone."""
        published = np.zeros(len(self.published), dtype=bool) if of_public else self.published
        if reader == PLAIN:
            return _Knowledge(self, published, np.full(len(self._tops), np.inf), 0 * self.floors)
        return _Knowledge(self, published, self._tops if of_public else self.tops(), self.floors)

    def see(self, reader: int, people: Floats) -> None:
        """Widen the ranges by a table that a reader cannot rule out: whoever knows less cannot either."""
        values = self.goals @ people
        self.low[reader:] = np.minimum(self.low[reader:], values)
        self.high[reader:] = np.maximum(self.high[reader:], values)

    def draw(self, reader: int, knowledge: "_Knowledge") -> None:
        """Look at extreme tables at random, while they prove that many goals vary enough."""
        for _ in range(MOST_DRAWS):
            narrow = self.is_narrow(reader)
            if narrow.sum() <= FEW_GOALS:
                return
            aim = self.chance.uniform(-1, 1, len(narrow))[narrow] @ self.goals[narrow]
            result = knowledge.solve(aim)
            if result.status != 0:
                return
            self.see(reader, knowledge.table(result))
            if self.is_narrow(reader).sum() == narrow.sum():
                return

    def pins(self, reader: int, knowledge: "_Knowledge", goal: int) -> Ints:
        """Return the published sums that keep a goal from varying enough, none when it does; a goal that none
        of them pins is hopeless.
        """
        pinned = np.zeros(len(self.sums), dtype=bool)
        room = knowledge.tops[goal] - self.true[goal]
        for sign in (-1.0, 1.0) if room >= self.true[goal] else (1.0, -1.0):  # the wider side first
            result = knowledge.solve(sign * self.goals[goal])
            if result.status == 3:  # unbounded
                self.low[reader, goal] = -np.inf
            elif result.status != 0:  # no table agrees: no uncertainty can be proved
                pinned[:] = self.published
            else:
                self.see(reader, knowledge.table(result))
                pinned |= knowledge.pinning(sign * self.goals[goal], result)
            if not self.is_narrow(reader)[goal]:
                return np.zeros(0, dtype=np.int64)
        if pinned.any() and not self.is_lowered[reader, goal]:
            self.lower(reader, goal)
        self.hopeless[reader, goal] = not pinned.any()
        return np.flatnonzero(pinned & self.is_narrow(reader)[goal])

    def lower(self, reader: int, goal: int) -> None:
        """Lower the width asked of a goal to the one that public sums leave, whatever is suppressed."""
        self.is_lowered[reader, goal] = True
        public = self.knowledge(reader, of_public=True)
        ends = [public.solve(sign * self.goals[goal]) for sign in (1.0, -1.0)]
        if all(end.status == 0 for end in ends):
            width = -float(ends[0].fun) - float(ends[1].fun)
            self.widths[reader, goal] = min(self.widths[reader, goal], width)


class _Knowledge:
    """The knowledge of a reader: published sums, exactly, and what suppressed ones cannot pass.

    Cells published alone are put aside: the linear programmes are about the others (live).
    """

    def __init__(self, search: _Search, published: Bools, tops: Floats, floors: Floats) -> None:
        self.search, self.tops = search, tops
        sums = np.concatenate([np.full(len(search.public), -1), np.flatnonzero(published)])
        known = np.concatenate([search.public, search.sums[published]])
        alone = known.sum(axis=1) == 1
        self.live: Bools = ~known[alone].any(axis=0)
        several = ~alone & known[:, self.live].any(axis=1)
        self.lines, self.sums = known[several], sums[several]  # of each line, -1 when it is public anyway
        self.bounds = np.stack([np.where(search.free, -np.inf, 0.0), np.full(search.people.size, np.inf)])
        one = search.goals.sum(axis=1) == 1
        for goal in np.flatnonzero(one & (np.isfinite(tops) | (floors > 0))).tolist():
            cell = int(search.goals[goal].argmax())
            self.bounds[0, cell] = max(self.bounds[0, cell], floors[goal])
            self.bounds[1, cell] = min(self.bounds[1, cell], tops[goal])
        high, low = np.flatnonzero(~one & np.isfinite(tops)), np.flatnonzero(~one & (floors > 0))
        self.limits = np.concatenate([search.goals[high], -search.goals[low]])
        most = np.concatenate([tops[high], -floors[low]])
        people, live = search.people, self.live
        self.programme: dict[str, object] = {"bounds": self.bounds[:, live].T}
        if len(self.limits):
            self.programme["A_ub"] = sparse.csr_array(self.limits[:, live])
            self.programme["b_ub"] = most - self.limits[:, ~live] @ people[~live]
        if len(self.lines):
            self.programme["A_eq"] = sparse.csr_array(self.lines[:, live])
            self.programme["b_eq"] = self.lines[:, live] @ people[live]

    def solve(self, aim: Floats) -> Any:
        """Return the table that a reader cannot rule out where a sum, of any factors, is smallest."""
        if not self.live.any():  # all is known
            none = optimize.OptimizeResult(marginals=np.zeros(len(self.limits)))
            return optimize.OptimizeResult(status=0, x=np.zeros(0), fun=0.0, ineqlin=none)
        # So small a programme is solved sooner than simplified.
        return optimize.linprog(aim[self.live], options={"presolve": False}, **self.programme)

    def table(self, result: Any) -> Floats:
        people = self.search.people.copy()
        people[self.live] = result.x
        return people

    def pinning(self, aim: Floats, result: Any) -> Bools:
        """Return (sums,) which published ones a smallest value depends on: those of a price of their own."""
        search, prices = self.search, aim.copy()
        if len(self.lines):
            prices -= result.eqlin.marginals @ self.lines
        if len(self.limits):
            prices -= result.ineqlin.marginals @ self.limits
        cells = (np.abs(prices) > TINY) & ~self.live
        cells &= ~search.public[search.public.sum(axis=1) == 1].any(axis=0)
        pinning: Bools = search.published & (search.sums.sum(axis=1) == 1) & (search.sums @ cells > 0)
        if len(self.lines):
            sums = self.sums[np.abs(result.eqlin.marginals) > TINY]
            pinning[sums[sums >= 0]] = True
        return pinning


class _Lines:
    """The suppression of cells line by line: a line is a published sum of several cells, less those published
    alone. It tells most of what linear programmes would, at once.
    """

    def __init__(self, search: _Search) -> None:
        self.search = search
        known = np.concatenate([search.public, search.sums[search.published]])
        several = known.sum(axis=1) > 1
        self.lines = sorted((np.flatnonzero(line) for line in known[several]), key=len)  # parts, then wholes
        self.crossing = known[several] > 0
        self.public: Bools = known[: len(search.public)][~several[: len(search.public)]].any(axis=0)
        n = search.people.size
        self.published, self.goal = (
            np.full(n, -1),
            np.full(n, -1),
        )  # of each cell: the sum, the goal, it is alone
        alone = search.sums.sum(axis=1) == 1
        for k in np.flatnonzero(alone).tolist():
            cell = int(search.sums[k].argmax())
            if search.published[k]:
                self.published[cell] = k
            else:
                self.goal[cell] = search.n_secrets + k

    def suppress(self) -> None:
        """Suppress the cheapest cells of the lines that pin one, until none does."""
        moved = True
        while moved:
            moved = False
            for cells in self.lines:
                while self.pins(cells) and self.suppresses_one(cells):
                    moved = True

    def suppresses_one(self, cells: Ints) -> bool:
        """Suppress the cheapest cell published in a line, first among those whose other lines already have
        some suppressed; return whether there was one.
        """
        search, suppressed = self.search, (self.published < 0) & ~self.public
        candidates = cells[(self.published[cells] >= 0) & ~self.public[cells]]
        if not len(candidates):
            return False
        unbroken = ~(self.crossing & suppressed).any(axis=1)
        opened = (self.crossing[:, candidates] & unbroken[:, None]).sum(axis=0)
        sums = self.published[candidates]
        chosen = search.suppress(sums, list(zip(opened.tolist(), search.price[sums].tolist(), strict=True)))
        cell = int(search.sums[chosen].argmax())
        self.published[cell], self.goal[cell] = -1, search.n_secrets + chosen
        return True

    def lower(self) -> None:
        """Lower the widths asked to those that public lines leave, whatever is suppressed: the parts of one
        question are also read in what a public sum leaves of another.
        """
        goal, published = self.goal, self.published
        lines = list(self.search.public)
        if self.search.by_size:
            self.goal = np.where(published >= 0, self.search.n_secrets + published, goal)  # suppressed later
            lines += [
                wide - narrow
                for wide, narrow in permutations(self.search.public, 2)
                if (wide >= narrow).all() and (wide > narrow).any()
            ]
        self.published = np.full(len(published), -1)
        for line in lines:
            goals, ranges = self.ranges(np.flatnonzero(line))
            for reader, reach in enumerate(ranges):
                np.minimum.at(self.search.widths[reader], goals, reach)
        self.goal, self.published = goal, published

    def pins(self, cells: Ints) -> bool:
        """Check whether a line alone tells a reader too much of a suppressed cell."""
        goals, ranges = self.ranges(cells)
        search = self.search
        return bool((~search.hopeless[:, goals] & (ranges < search.widths[:, goals] - TINY)).any())

    def ranges(self, cells: Ints) -> tuple[Ints, Floats]:
        """Return the suppressed goals of a line, and (2, goals) how far each reader lets them vary."""
        search = self.search
        cells = cells[(self.published[cells] < 0) & ~self.public[cells]]
        goals = self.goal[cells]
        known = goals >= 0
        floors, tops = np.zeros(len(cells)), np.full(len(cells), np.inf)
        floors[known], tops[known] = search.floors[goals[known]], search.tops()[goals[known]]
        total = float(search.people[cells].sum())
        low, high = intervals(floors, tops, total)
        plain = np.full(len(cells), total if len(cells) > 1 else 0.0)
        return goals[known], np.stack([high - low, plain])[:, known]


def people_before(sums: ArrayLike, public_counts: ArrayLike, now: ArrayLike) -> tuple[Floats, bool]:
    """Return (cells,) people of an earlier edition, never negative, who agree with what it published; and
    whether some of them have left since.

    sums: (known, cells) of the cells it published; public_counts: (known,) people of each; now: (cells,)
    people of today. Who was there then is not kept: when nobody need have left, all are still there. When
    nobody can agree with it, those who come nearest.

    >>> people_before([[1, 1, 0]], [5], [3, 9, 2])[1], people_before([[1, 1, 0]], [15], [3, 9, 2])[1]
    (False, True)
    """
    people = np.asarray(now, dtype=np.float64)
    known = np.asarray(sums, dtype=np.float64).reshape(-1, people.size)
    values = np.asarray(public_counts, dtype=np.float64)
    for most, have_left in ((people, False), (np.full(people.size, np.inf), True)):
        result = optimize.linprog(
            np.zeros(people.size), A_eq=known, b_eq=values, bounds=[(0, each) for each in most.tolist()]
        )
        if result.status == 0:
            return np.clip(result.x, 0.0, most), have_left  # a solver may leave a hair under zero
    return optimize.nnls(known, values)[0], True


def doubt(goal: ArrayLike, known: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return the width of the possible values of a sum of people, other sums being known between two bounds.

    goal: (cells,); known: (sums, cells), of any factors; low, high: (sums,).

    >>> round(doubt([1, 0], [[1, 1], [2, 1]], [10, 13], [10, 15]), 6)
    2.0
    """
    sums, aim = np.asarray(known, dtype=np.float64), np.asarray(goal, dtype=np.float64)
    bounds = np.concatenate([np.asarray(high, dtype=np.float64), -np.asarray(low, dtype=np.float64)])
    least, most = (
        optimize.linprog(sign * aim, A_ub=np.vstack([sums, -sums]), b_ub=bounds) for sign in (1, -1)
    )
    if 3 in (least.status, most.status):
        return float("inf")
    return -float(most.fun) - float(least.fun) if least.status == most.status == 0 else 0.0
