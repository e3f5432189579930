"""The counts of a survey that may be published, whatever is read together: tables crossed either way,
filtered by one answer or by several, two questions that say one thing, the sample beside the population,
and earlier editions.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.engine import suppression
from maillage.statistics.engine.suppression import Secret
from maillage.statistics.survey.columns import CITED
from maillage.statistics.survey.protection import Protection
from maillage.statistics.survey.tables import Counted

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Positions = tuple[int, ...]
Span = tuple[float, float]
ANY: Positions = ()  # in a sum, a question that was answered, whatever the answer
Key = tuple[str, Positions]  # how a question is cut: each answer apart (ANY), or one answer against the rest
Axis = tuple[Key, ...]  # cuts that say one thing, read together
Part = tuple[Key, Positions]  # of a cut: the answers counted, ANY for all
Spec = tuple[Part, ...]  # what a count is of: one part for each axis
MARGIN = "§"  # before the name of a variable of the margins: no question is called so
EVERYBODY = ""  # the question of a count of all those who answered an edition
ROUNDS = 12  # of protection against several editions: each hides more, and one or two are enough


@dataclass(frozen=True, eq=False, kw_only=True)
class Variable:
    """A question as seen by disclosure control.

    members: (n, answers) who gave each; answered: (n,). names: of the answers. exclusive: respondents give
    one answer only. joined: answers also published together. public_totals: answers whose total is known to
    everybody (the base of a question that only they lead to). never: question → answers to this one that are
    not asked it. public: its answers can be read elsewhere. counted: a number, cut in classes of ours.
    margin: the classes that weights are made to meet: published all together, or not at all. adds_up: what
    comes first in a ranking where nobody put two answers first. spans: for each answer, the ages or numbers
    it holds, (lowest, first above); None where it states none.
    """

    name: str
    members: Bools
    answered: Bools
    exclusive: bool
    names: tuple[str, ...] = ()
    joined: tuple[Positions, ...] = ()
    public_totals: tuple[Positions, ...] = ()
    never: Mapping[str, Positions] = field(default_factory=dict)
    public: bool = False
    counted: bool = False
    margin: bool = False
    adds_up: bool = False
    spans: tuple[Span | None, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Condition:
    """The respondents to whom a question is put. eligible: (n,); by: the questions that its condition reads,
    each of one answer. would_ask: positions of answers to them, after the last for none → True if these
    answers lead to the question.
    """

    name: str
    eligible: Bools
    by: tuple[str, ...]
    would_ask: Callable[[Positions], bool]


@dataclass(frozen=True, eq=False)
class Atoms:
    """The combinations of answers of the cuts of an axis. codes: (n,) of each respondent; table: (atoms,
    cuts) the part of each cut, its last part being those without an answer; sizes: of the cuts.
    """

    codes: NDArray[np.int64]
    table: NDArray[np.int64]
    sizes: tuple[int, ...]


@dataclass(eq=False)
class System:
    """Everything known of some people. people: the cells; known: sums of cells; secrets: sums that stay
    uncertain. both: sums of today are also of those who came since an edition. free: cells that may be
    negative.
    """

    people: Floats
    known: list[Floats] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    both: bool = False
    free: Sequence[bool] = ()

    def learn(self, mask: Bools, published: bool, least: int) -> None:
        """Take a sum of today's cells as known; or as a secret, known to be small when it is."""
        row = self.lift(mask[None])[0]
        if published:
            self.known.append(row)
        else:
            small = row @ self.people < least
            self.secrets.append(Secret(row, least, least - 1 if small else np.inf))

    def lift(self, masks: Sequence[Bools] | Bools) -> Floats:
        """Return sums of today's cells as sums of the cells of this system."""
        size = len(self.people) // 2 if self.both else len(self.people)
        sums = np.asarray(masks, dtype=np.float64).reshape(-1, size)
        return np.hstack([sums, sums]) if self.both else sums


@dataclass(frozen=True, eq=False)
class Withholding:
    """The counts of some questions together that may be published; decided once, from the fewest questions to
    the most.

    A count is of those who gave an answer to each question of a set. It is published under three conditions:
    it and its complement in each question are large enough for the rule; the counts of fewer questions that
    contain it are published; and everything published about the same questions, about those that say the same
    thing (tied), about fewer, about who answered each, and by earlier editions, leaves every withheld count
    uncertain by `rule.least` people; those of a silent question are what published classes leave of it.

    conditions: of the questions that are put to some respondents; a table says how many were. silent: the
    questions of which no count is published, tied to nothing: others tell them, or too few answered.
    """

    variable: Callable[[str], Variable]
    rule: Protection
    tied: Callable[[Key], Axis] = lambda key: (key,)
    earlier: Sequence[Counted] = ()
    conditions: Sequence[Condition] = ()
    silent: frozenset[str] = frozenset()
    _known: dict[tuple[Axis, ...], dict[Spec, bool]] = field(default_factory=dict, repr=False)
    _margins: dict[str, bool] = field(default_factory=dict, repr=False)
    _tells: dict[str, bool] = field(default_factory=dict, repr=False)
    _atoms: dict[Axis, Atoms] = field(default_factory=dict, repr=False)
    _first: dict[str, tuple[bool, ...]] = field(default_factory=dict, repr=False)

    @property
    def least(self) -> int:
        return self.rule.least

    def may_publish(self, answers: Mapping[str, Positions]) -> bool:
        """Return True if a count may be published. answers: question → positions of one of its answers, or of
        answers published together; ANY.
        """
        if not self.least:
            return True
        if all(positions == ANY for positions in answers.values()) and len(answers) == 1:
            return True
        if self.silent & answers.keys():
            return False
        if any(
            positions and self.variable(name).adds_up and not all(self._firsts(name)[k] for k in positions)
            for name, positions in answers.items()
        ):
            return False
        parts = sorted((self._part(name, positions) for name, positions in answers.items()), key=self._order)
        axes = tuple(self.tied(key) for key, _ in parts)
        if len(set(axes)) < len(axes):
            return False  # one thing cut in two ways, crossed: each small piece between the two cuts
        return self._joint(axes).get(tuple(parts), True)

    def tells_margin(self, name: str) -> bool:
        """Return True if the respondents of each class of a margin may be published, beside all else."""
        if not self.least:
            return True
        self._joint((self.tied((name, ANY)),))
        return self._margins.get(name, False)

    def tells_eligible(self, name: str) -> bool:
        """Return True if a publication may say how many were put a question, beside what they had answered
        before.
        """
        condition = next((each for each in self.conditions if each.name == name), None)
        if not self.least or condition is None:
            return True
        self._joint(self.axes_of(condition))
        return self._tells.get(name, True)

    def axes_of(self, condition: Condition) -> tuple[Axis, ...]:
        """Return the axes of the questions that a condition reads, in the order of decisions."""
        return tuple(sorted({self.tied((name, ANY)) for name in condition.by}))

    def _firsts(self, name: str) -> tuple[bool, ...]:
        """Return which answers of a ranking may tell how often they come first: each is decided with how
        often it is cited, then all together, since they add up to those who answered.
        """
        if name not in self._first:
            variable = self.variable(name)
            counts = [int(n) for n in variable.members[variable.answered].sum(axis=0)]
            published = []
            for k in range(len(counts)):
                part = self._part(name, (k,))
                published.append(self._joint((self.tied(part[0]),)).get((part,), True))
            rule = self.rule_for((self.tied((name, ANY)),))
            while not self.doubted(counts, published, rule) and not variable.public:
                spare = [(n, k) for k, n in enumerate(counts) if published[k] and (n or not rule.empty)]
                if not spare:
                    break
                published[min(spare)[1]] = False
            self._first[name] = tuple(published)
        return self._first[name]

    def rule_for(self, axes: tuple[Axis, ...]) -> Protection:
        """Return the rule of what some axes say together: the strictest of their questions."""
        questions = [{name.removeprefix(MARGIN).removesuffix(CITED) for name, _ in axis} for axis in axes]
        rule = max(
            (self.rule.of(names) for names in product(*questions)), key=lambda protection: protection.least
        )
        if len(axes) > 1:
            return rule
        return rule.alone(min(int(self.variable(name).answered.sum()) for name, _ in axes[0]))

    def doubted(self, counts: Sequence[int], publishable: Sequence[bool], rule: Protection) -> bool:
        """Check that the counts suppressed of a whole that is known may each vary enough. Where a zero is
        published, each is of one person at least.
        """
        suppressed = [n for n, is_published in zip(counts, publishable, strict=True) if not is_published]
        published = [
            n
            for n, is_published in zip(counts, publishable, strict=True)
            if is_published and (n or not rule.empty)
        ]
        return suppression.leaves_parts_in_doubt(
            suppressed, min(published, default=np.inf), rule.least, int(rule.empty)
        )

    def _order(self, part: Part) -> tuple[Axis, Part]:
        return self.tied(part[0]), part

    def _part(self, name: str, positions: Positions) -> Part:
        """Return how a question is cut for this count, and which part is counted: each answer apart, or one
        answer against the rest.
        """
        variable = self.variable(name)
        if variable.exclusive and (len(positions) < 2 or positions in variable.joined):
            return (name, ANY), positions
        return (name, positions), (0,) if positions else ANY

    def _cut(self, key: Key) -> tuple[NDArray[np.int64], int]:
        """Return (n,) each respondent's part of a cut, the last being those without an answer, and the number
        of parts that answer.
        """
        variable = self.variable(key[0])
        if key[1]:
            gave_answer = variable.members[:, list(key[1])].any(axis=1)
            return np.where(variable.answered, np.where(gave_answer, 0, 1), 2), 2
        size = variable.members.shape[1]
        return np.where(variable.answered, variable.members.argmax(axis=1) if size else 0, size), size

    def _read(self, axis: Axis) -> Atoms:
        """Return the combinations of an axis: all of them for a cut alone; for several, those that are met,
        since who reads the questionnaire knows that most others cannot be, and those that an answer given by
        nobody could have made: without any, this zero would be known for certain.
        """
        if axis not in self._atoms:
            codes, sizes = zip(*map(self._cut, axis), strict=True)
            if len(axis) == 1:
                self._atoms[axis] = Atoms(codes[0], np.arange(sizes[0] + 1)[:, None], sizes)
            else:
                table, at = np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)
                table = np.vstack([table, *self._unmet(axis, sizes, table)])  # after: codes keep their rows
                self._atoms[axis] = Atoms(at.reshape(-1), table, sizes)
        return self._atoms[axis]

    def _unmet(
        self, axis: Axis, sizes: Sequence[int], table: NDArray[np.int64]
    ) -> Iterator[NDArray[np.int64]]:
        """Yield, for each answer that nobody gave to a cut, the combinations it could have been part of:
        beside what holds some of the same ages or numbers; beside anything met, when none are stated.
        """
        for cut, size in enumerate(sizes):
            if self.variable(axis[cut][0]).margin:
                continue  # a class that nobody is in withholds its margin anyway
            for part in sorted(set(range(size)) - set(table[:, cut].tolist())):
                if self._span(axis[cut], part) is None:
                    combinations_met = table.copy()
                    combinations_met[:, cut] = part
                    yield np.unique(combinations_met, axis=0)
                else:
                    yield np.array(
                        list(self._compatible_combinations(axis, sizes, cut, part)), dtype=np.int64
                    )

    def _compatible_combinations(
        self, axis: Axis, sizes: Sequence[int], cut: int, part: int
    ) -> Iterator[tuple[int, ...]]:
        """Yield an answer with those to the other cuts that the same person may give, each silent or not."""
        compatible_parts: list[list[int]] = []
        for key, size in zip(axis, sizes, strict=True):
            overlapping = [
                k for k in range(size) if _overlap(self._span(axis[cut], part), self._span(key, k))
            ]
            compatible_parts.append(
                overlapping if overlapping and self.variable(key[0]).margin else [*overlapping, size]
            )
        compatible_parts[cut] = [part]
        for parts in product(*compatible_parts):
            spans = [self._span(key, k) for key, k in zip(axis, parts, strict=True)]
            if all(_overlap(a, b) for a, b in combinations([each for each in spans if each], 2)):
                yield parts

    def _span(self, key: Key, part: int) -> Span | None:
        spans = () if key[1] else self.variable(key[0]).spans
        return spans[part] if part < len(spans) else None

    def _joint(self, axes: tuple[Axis, ...]) -> dict[Spec, bool]:
        if axes not in self._known:
            self._known[axes] = _Decision(self, axes).publishable_counts()
        return self._known[axes]


class _Decision:
    """The counts of some axes together that may be published; those of fewer axes are decided first."""

    def __init__(self, withholding: Withholding, axes: tuple[Axis, ...]) -> None:
        self.withholding, self.axes, self.rule = withholding, axes, withholding.rule_for(axes)
        self.atoms = [withholding._read(axis) for axis in axes]
        shape = tuple(len(each.table) for each in self.atoms)
        self.place = np.stack([axis.ravel() for axis in np.indices(shape)])
        codes = np.ravel_multi_index(tuple(each.codes for each in self.atoms), shape)
        of, self.codes = self._parted(codes)
        self.people = np.bincount(self.codes, minlength=len(of)).astype(np.int64)
        self.place = self.place[:, of]
        self._cells: dict[tuple[int, Part], Bools] = {}
        self.possible = self._possible()
        self.cuts = [[key for key in axis if not withholding.variable(key[0]).margin] for axis in axes]
        self.margins = [[key for key in axis if withholding.variable(key[0]).margin] for axis in axes]

    def publishable_counts(self) -> dict[Spec, bool]:
        """Return, for each count of these axes, whether it may be published."""
        system = System(self.people.astype(np.float64))
        out: dict[Spec, bool] = {}
        self._fewer(system)
        for answered in range(1, len(self.axes) + 1):
            specs = list(self._specs(answered))
            masks = np.array([self.mask(spec) for spec in specs], dtype=bool).reshape(-1, len(self.people))
            open_ = [self._is_public(spec) for spec in specs]
            system.known += list(system.lift(masks[np.array(open_, dtype=bool)])) if specs else []
            may = [
                is_published or self._may(spec, out) for spec, is_published in zip(specs, open_, strict=True)
            ]
            systems = [system, *(self._editions(system, masks) if len(self.axes) == 1 else [])]
            eligible = list(self._eligible_cells(reads_all_axes=True)) if answered == len(self.axes) else []
            extra = [mask for _, mask in eligible]
            publishable = self._protected(systems, specs, masks, may, open_, extra)
            finest = may
            while (
                self.rule.empty
                and len(self.axes) == 1
                and (lone := self._pinned_small(specs, publishable, open_, out))
            ):
                may = [
                    is_published and k not in lone for k, is_published in enumerate(publishable[: len(specs)])
                ]
                publishable = self._protected(systems, specs, masks, may, open_, extra)
            if answered == len(self.axes) < 3 and len(systems) == 1 and not any(open_) and not extra:
                publishable = self._coarser(publishable, system, specs, masks, finest)
            for (name, one), is_published in zip(eligible, publishable[len(specs) :], strict=True):
                self.withholding._tells[name] = is_published
                if is_published:
                    system.learn(one, is_published, self.rule.least)
            publishable = publishable[: len(specs)]
            for spec, one, is_published in zip(specs, masks, publishable, strict=True):
                out[spec] = is_published
                system.learn(one, is_published, self.rule.least)
        if len(self.axes) == 1:
            self._tell_margins([system, *systems[1:]], masks, publishable)
        return out

    def mask(self, spec: Sequence[Part | None]) -> Bools:
        """Return the cells of a count. None: answered or not."""
        cells: Bools = self.possible.copy()
        for axis, part in enumerate(spec):
            if part is not None:
                cells &= self._cells_of(axis, part)
        return cells

    def _cells_of(self, axis: int, part: Part) -> Bools:
        """Return the cells of a part of an axis, looked for once."""
        if (axis, part) not in self._cells:
            self._cells[axis, part] = self._within(axis, part)[self.place[axis]]
        return self._cells[axis, part]

    def _within(self, axis: int, part: Part) -> Bools:
        """Return (atoms,) which combinations of an axis a part holds."""
        key, positions = part
        at, atoms = self.axes[axis].index(key), self.atoms[axis]
        own = atoms.table[:, at]
        return np.isin(own, positions) if positions else own < atoms.sizes[at]

    def count(self, spec: Spec) -> int:
        return int(self.people[self.mask(spec)].sum())

    def _options(self, key: Key) -> list[Part]:
        """Return the parts of a cut that are counted: each answer, and those also published together."""
        _, size = self.withholding._cut(key)
        joined = () if key[1] else self.withholding.variable(key[0]).joined
        return [(key, positions) for positions in (*((k,) for k in range(size)), *joined)]

    def _specs(self, answered: int) -> Iterator[Spec]:
        """Yield the counts that name an answer on so many axes, and are of those who answered on the
        others.
        """
        every = range(len(self.axes))
        totals: list[list[Part]] = [[(key, ANY) for key in keys] for keys in self.cuts]
        parts = [[part for key in keys for part in self._options(key)] for keys in self.cuts]
        for some in combinations(every, answered):
            yield from product(*(parts[axis] if axis in some else totals[axis] for axis in every))

    def _lifted(self, some: Sequence[int], spec: Sequence[Part]) -> list[Part | None]:
        lifted: list[Part | None] = [None] * len(self.axes)
        for axis, part in zip(some, spec, strict=True):
            lifted[axis] = part
        return lifted

    def _fewer(self, system: System) -> None:  # noqa: C901
        """Tell a system what is known of fewer axes: who answered, what is published and what is not, what
        the conditions of other questions say, and the margins.
        """
        every, totals = range(len(self.axes)), [[(key, ANY) for key in keys] for keys in self.cuts]
        known_sums: list[Bools] = [np.ones(len(self.people), dtype=bool)]
        suppressed: list[tuple[Bools, int]] = []
        pieces: list[Bools] = []
        for size in range(1, len(self.axes) + 1):
            for some in combinations(every, size):
                known_sums += [
                    self.mask(self._lifted(some, spec)) for spec in product(*(totals[k] for k in some))
                ]
                if size == len(self.axes):
                    continue
                fewer = tuple(self.axes[axis] for axis in some)
                least = self.withholding.rule_for(fewer).least
                for spec, is_published in self.withholding._joint(fewer).items():
                    mask = self.mask(self._lifted(some, spec))
                    if is_published:
                        known_sums.append(mask)
                    else:
                        suppressed.append((mask, least))
        for axis, keys in enumerate(self.cuts):
            for key in keys:
                parts = () if key[1] else self.withholding.variable(key[0]).public_totals
                known_sums += [self.mask(self._lifted((axis,), [(key, positions)])) for positions in parts]
        known_sums += [mask for _, mask in self._eligible_cells(reads_all_axes=False)]
        for known, mask in self._parts():
            (known_sums if known else pieces).append(mask)
        if len(self.axes) > 1:
            for axis, keys in enumerate(self.margins):
                for key in keys:
                    if self.withholding.tells_margin(key[0]):
                        known_sums += [
                            self.mask(self._lifted((axis,), [part])) for part in self._options(key)
                        ]
        system.known = list(system.lift(known_sums))
        for mask, least in suppressed:
            system.learn(mask, False, least)
        system.secrets += [Secret(row, self.rule.least) for row in system.lift(pieces)]
        for quiet, mask in self._silent():
            width = min(self.rule.least, int(self.people[quiet].sum()))
            system.secrets.append(Secret(system.lift(mask[None])[0], width))

    def _parted(self, codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the combination of each cell, and (n,) the cell of each respondent: a combination is parted
        in two by each question that some of its people are put, and others not. One that nobody gives goes
        where its answers lead: whoever reads the questionnaire knows it.
        """
        axes, withholding = set(self.axes), self.withholding
        conditions = [each for each in withholding.conditions if set(withholding.axes_of(each)) <= axes]
        nobody = np.flatnonzero(np.bincount(codes, minlength=self.place.shape[1]) == 0)
        of = np.concatenate([codes, nobody])
        at, eligible = of, []
        for condition in conditions:
            eligible.append(np.concatenate([condition.eligible, self._would_ask(condition, nobody)]))
            at = np.unique(2 * at + eligible[-1], return_inverse=True)[1].reshape(-1)
        _, first, at = np.unique(at, return_index=True, return_inverse=True)
        self.eligible = [
            (condition, some[first]) for condition, some in zip(conditions, eligible, strict=True)
        ]
        return of[first], at.reshape(-1)[: len(codes)]

    def _would_ask(self, condition: Condition, cells: NDArray[np.int64]) -> Bools:
        """Return which combinations, that nobody gives, lead to a question."""
        parts = np.empty((len(condition.by), len(cells)), dtype=np.int64)
        for k, name in enumerate(condition.by):
            axis = next(axis for axis, keys in enumerate(self.axes) if (name, ANY) in keys)
            own = self.atoms[axis].table[:, self.axes[axis].index((name, ANY))]
            parts[k] = own[self.place[axis, cells]]
        return np.array([condition.would_ask(tuple(each)) for each in parts.T.tolist()], dtype=bool)

    def _eligible_cells(self, *, reads_all_axes: bool) -> Iterator[tuple[str, Bools]]:
        """Yield the cells of those who were put a question that these axes alone decide.

        reads_all_axes: its condition reads all of these axes; some of them otherwise.
        """
        for condition, eligible in self.eligible:
            if (self.withholding.axes_of(condition) == self.axes) == reads_all_axes and (
                reads_all_axes or self.withholding.tells_eligible(condition.name)
            ):
                yield condition.name, eligible & self.possible

    def _parts(self) -> Iterator[tuple[bool, Bools]]:
        """Yield the parts that a condition makes of one combination of answers. Among those who say nothing,
        the kinds of silence, told under the table, make the difference (True: known). Otherwise it cuts a
        class of numbers in two: a part of few people is a secret (False).
        """
        for condition, eligible in self.eligible:
            axes = self.withholding.axes_of(condition)
            own = self.place[[axis for axis, keys in enumerate(self.axes) if keys in axes]]
            at = np.unique(own, axis=1, return_inverse=True)[1].reshape(-1)
            sides = [np.bincount(at, self.people * side) for side in (eligible, ~eligible)]
            quiet = np.zeros(len(self.people), dtype=bool)
            cut = (np.minimum(*sides) > 0)[at]
            for name in condition.by:
                axis = next(axis for axis, keys in enumerate(self.axes) if (name, ANY) in keys)
                silent = ~self._cells_of(axis, ((name, ANY), ANY))
                if (silent & cut).any():
                    yield True, silent & eligible
                quiet |= silent
            for combination in np.unique(at[cut & ~quiet]).tolist():
                for side, n in zip((eligible, ~eligible), sides, strict=True):
                    if n[combination] < self.rule.least:
                        yield False, (at == combination) & side

    def _silent(self) -> Iterator[tuple[Bools, Bools]]:
        """Yield those who leave one cut of an axis without an answer, and those of them who give each answer
        to another cut that says the same thing: one table subtracted from the other would tell them.
        """
        if len(self.axes) > 1:
            return
        for silent in self.cuts[0]:
            quiet = self.possible & ~self._cells_of(0, (silent, ANY))
            if not self.people[quiet].any():
                continue
            for key in (*self.cuts[0], *self.margins[0]):
                if key != silent and not key[1]:
                    yield from ((quiet, quiet & self.mask([part])) for part in self._options(key))

    def _is_public(self, spec: Spec) -> bool:
        """Return True if a count is no secret: everybody can read its answers elsewhere, or nearly all of a
        wide base gave it, or it is what that leaves.
        """
        if all(self.withholding.variable(key[0]).public for key, positions in spec if positions):
            return True
        if len(spec) > 1:
            return False
        ((key, positions),) = spec
        if not positions or (key[1] and positions != (0,)):
            return False
        base = self.count(((key, ANY),))
        return self.rule.is_nearly_all(self.count(spec), base) or self._is_what_is_left(key, base)

    def _is_what_is_left(self, key: Key, base: int) -> bool:
        """Return True if nearly all gave one answer and a subtraction tells the others: there is one, or each
        is of one person, those of nobody being published.
        """
        if key[1]:
            return False
        counts = sorted(n for k in range(self.withholding._cut(key)[1]) if (n := self.count(((key, (k,)),))))
        *fewer, most = counts or [0]
        is_known = len(fewer) == 1 or sum(fewer) == len(fewer)
        return is_known and self.rule.is_nearly_all(most, base)

    def _may(self, spec: Spec, decided: Mapping[Spec, bool]) -> bool:
        """Return True if a count is large enough, leaves enough on each side, and is part of counts that are
        published.
        """
        n, small = self.count(spec), self.rule.is_small
        if small(n):
            return False
        for axis, (key, positions) in enumerate(spec):
            fewer = (*spec[:axis], *spec[axis + 1 :])
            axes = (*self.axes[:axis], *self.axes[axis + 1 :])
            if any(positions_of_axis for _, positions_of_axis in fewer) and not self.withholding._joint(
                axes
            ).get(fewer, True):
                return False
            if positions:
                wider = (*spec[:axis], (key, ANY), *spec[axis + 1 :])
                total = self.count(wider)
                # Subtracting this count from the total would reveal what the few others answered.
                if total < self.rule.least or self.rule.leaves_few(n, total) or not decided.get(wider, True):
                    return False
            elif not self._leaves_small_parts_in_doubt(spec, axis):
                return False
        return True

    def _leaves_small_parts_in_doubt(self, spec: Spec, axis: int) -> bool:
        """Check that a total is not of small counts alone, of each of which it would tell too much."""
        key, _ = spec[axis]
        _, size = self.withholding._cut(key)
        parts = [self.count((*spec[:axis], (key, (k,)), *spec[axis + 1 :])) for k in range(size)]
        lowest = int(self.rule.empty)
        counts = [n for n in parts if n >= lowest]
        return not all(map(self.rule.is_small, counts)) or suppression.leaves_parts_in_doubt(
            counts, np.inf, self.rule.least, lowest
        )

    def _protected(
        self,
        systems: Sequence[System],
        specs: Sequence[Spec],
        masks: Bools,
        may: Sequence[bool],
        open_: Sequence[bool],
        eligible: Sequence[Bools],
    ) -> list[bool]:
        """Return which counts may be published against every system at once: what one hides, the others then
        protect. eligible: those who are put other questions, whose number is counted last.
        """
        publishable = [*may, *(True for _ in eligible)]
        counted = [any(self.withholding.variable(key[0]).counted for key, _ in spec) for spec in specs]
        # Between two ways of saying one thing, the classes that the questionnaire names are kept first.
        price = masks @ self.people + self.people.sum() * ~np.array(counted, dtype=bool)
        if len(eligible):  # a whole question is lost without this number: it goes last
            bases = np.array(eligible, dtype=bool)
            costs = 2 * self.people.sum() + bases @ self.people
            for base, cost in zip(bases, costs, strict=True):  # an answer that tells how many were asked
                sides = (base, self.possible & ~base)
                price += cost * np.logical_or(*((masks == side).all(axis=1) for side in sides))
            masks, price = np.concatenate([masks, bases]), np.concatenate([price, costs])
            open_ = [*open_, *(False for _ in eligible)]
        for _ in range(ROUNDS):
            before = list(publishable)
            for system in systems:
                safe = suppression.protect(
                    system.people,
                    system.lift(masks),
                    publishable,
                    np.array(system.known),
                    self.rule.least,
                    secrets=system.secrets,
                    price=price.tolist(),
                    free=system.free,
                    lowest=self.rule.least_suppressed,
                    by_size=len(self.axes) == 1,
                )
                publishable = [bool(one) or public for one, public in zip(safe, open_, strict=True)]
            if len(systems) == 1 or publishable == before:
                break
        return publishable

    def _coarser(
        self, finest: list[bool], system: System, specs: Sequence[Spec], masks: Bools, may: Sequence[bool]
    ) -> list[bool]:
        """Publish a question, or a crossing, by the two halves of a scale, decided as one, without any single
        answer, if that publishes more halves. No single answer being published, nobody knows which are of few
        people.
        """
        halves: dict[Spec, list[int]] = {}
        for k, spec in enumerate(specs):
            at = next((axis for axis, (_, positions) in enumerate(spec) if len(positions) > 1), None)
            if at is not None:
                halves.setdefault((*spec[:at], (spec[at][0], ANY), *spec[at + 1 :]), []).append(k)
        pairs = [
            ks
            for base, ks in halves.items()
            if (masks[ks].sum(axis=0) == self.mask(base)).all() and len(ks) == 2
        ]
        first = [one for one, _ in pairs]
        if not pairs or 2 * len(pairs) == sum(finest[k] for ks in pairs for k in ks):
            return finest
        single = [k for k in range(len(specs)) if k not in {half for ks in pairs for half in ks}]
        publishable = suppression.protect(
            system.people,
            system.lift(masks[first]),
            [may[one] and may[other] for one, other in pairs],
            np.array(system.known),
            self.rule.least,
            secrets=[*system.secrets, *(Secret(row, self.rule.least) for row in system.lift(masks[single]))],
            free=system.free,
            lowest=self.rule.least_suppressed,
        )
        if 2 * sum(publishable) <= sum(finest[k] for ks in pairs for k in ks):
            return finest
        published = {
            k for ks, is_published in zip(pairs, publishable, strict=True) if is_published for k in ks
        }
        return [k in published for k in range(len(finest))]

    def _pinned_small(
        self,
        specs: Sequence[Spec],
        publishable: Sequence[bool],
        open_: Sequence[bool],
        out: Mapping[Spec, bool],
    ) -> set[int]:
        """Return the counts to withhold beside small ones where a zero is published: each withheld answer is
        then of one person at least, which linear programmes do not know. The cheapest that are published, one
        for each line that leaves too little doubt.
        """
        lines: dict[tuple[int, Spec], list[int]] = {}
        for k, spec in enumerate(specs):
            for axis, (key, positions) in enumerate(spec):
                if len(positions) == 1 and not key[1] and self.withholding.variable(key[0]).exclusive:
                    wider = (*spec[:axis], (key, ANY), *spec[axis + 1 :])
                    lines.setdefault((axis, wider), []).append(k)
        lone = set()
        for (_, wider), parts in lines.items():
            spare = [(self.count(specs[k]), k) for k in parts if publishable[k] and not open_[k]]
            spare = [each for each in spare if each[0]]
            counts = [self.count(specs[k]) for k in parts]
            published = sum(n for n, k in zip(counts, parts, strict=True) if publishable[k])
            if any(open_) and self.rule.is_nearly_all(published, sum(counts)):
                continue  # what is left is public already
            doubted = self.withholding.doubted(counts, [publishable[k] for k in parts], self.rule)
            if spare and not doubted and out.get(wider, True):
                lone.add(min(spare)[1])
        return lone

    def _editions(self, system: System, masks: Bools) -> Iterator[System]:
        """Yield, for each earlier edition that said something of cuts tied together, the people of then and
        those who came since.

        A cut alone is compared by the table itself.
        """
        if len(self.axes[0]) < 2:
            return
        for edition in sorted({each.edition for each in self.withholding.earlier}):
            before = [each for each in self.withholding.earlier if each.edition == edition and not each.by]
            if joint_system := self._since(before, system, masks):
                yield joint_system

    def _since(self, before: Sequence[Counted], system: System, masks: Bools) -> System | None:
        old: list[tuple[Bools, int]] = []
        for key in self.axes[0]:
            table = next((each for each in before if each.question == key[0]), None)
            if table is not None:
                old += self._published(key, table)
        if not old:
            return None
        n_respondents = next((each.n for each in before if each.question == EVERYBODY), None)
        old += [(np.ones(len(self.people), dtype=bool), n_respondents)] if n_respondents is not None else []
        known = np.array([mask for mask, _ in old], dtype=np.float64)
        values = np.array([n for _, n in old], dtype=np.float64)
        now, least = self.people.astype(np.float64), self.rule.least
        then, may_have_left = suppression.people_before(known, values, now)
        joint_system = System(
            people=np.concatenate([then, now - then]),
            both=True,
            free=[False] * len(now) + [may_have_left] * len(now),
        )
        joint_system.known = [
            *np.hstack([known, np.zeros_like(known)]),
            *joint_system.lift(np.array(system.known)),
        ]
        was = {mask.tobytes() for mask, _ in old}
        since = masks @ (now - then)
        for mask, come in zip(masks, since.tolist(), strict=True):
            own, none = mask.astype(np.float64), np.zeros(len(now))
            if mask.tobytes() not in was:
                joint_system.secrets.append(Secret(np.concatenate([own, none]), least))
            elif 0.5 < abs(come) < least:
                joint_system.secrets.append(Secret(np.concatenate([none, own]), least))
        for quiet, mask in self._silent():
            for row in (np.concatenate([mask, np.zeros(len(now))]), joint_system.lift(mask[None])[0]):
                joint_system.secrets.append(Secret(row, min(least, float(then[quiet].sum()))))
        return joint_system

    def _published(self, key: Key, table: Counted) -> list[tuple[Bools, int]]:
        """Return the sums that an earlier edition printed of a cut."""
        variable, out = self.withholding.variable(key[0]), []
        names = variable.names
        for part in self._options(key):
            if key[1] and part[1] == (1,):
                continue  # who did not give this answer: no table prints it
            chosen = key[1] or part[1]
            n = table.cells.get(("+".join(names[k] for k in chosen), ""))
            if n is not None:
                out.append((self.mask([part]), n))
        if table.n is not None:
            out.append((self.mask([(key, ANY)]), table.n))
        return out

    def _tell_margins(self, systems: Sequence[System], masks: Bools, publishable: Sequence[bool]) -> None:
        """Decide which margins may be published class by class, beside the tables: all their classes, or
        none.
        """
        for system in systems[1:]:
            for one, is_published in zip(masks, publishable, strict=True):
                system.learn(one, is_published, self.rule.least)
        for key in self.margins[0]:
            parts = self._options(key)
            classes = [self.mask([part]) for part in parts]
            counts = [int(self.people[mask].sum()) for mask in classes]
            small = any(n < self.rule.least or sum(counts) - n < self.rule.least for n in counts)
            is_publishable = not small and all(
                suppression.leaves_doubt(
                    system.people,
                    np.array([*system.known, *system.lift(classes)]),
                    system.secrets,
                    self.rule.least,
                    free=system.free,
                    lowest=self.rule.least_suppressed,
                )
                for system in systems
            )
            self.withholding._margins[key[0]] = is_publishable
            if is_publishable:
                for system in systems:
                    system.known += list(system.lift(classes))

    def _possible(self) -> Bools:
        """Return which cells may contain somebody: nobody answers a question that is not asked of them."""
        out = np.ones(self.place.shape[1], dtype=bool)
        for axis, keys in enumerate(self.axes):
            for at, key in enumerate(keys):
                never = {} if key[1] else self.withholding.variable(key[0]).never
                if not never:
                    continue
                own = self.atoms[axis].table[self.place[axis], at]
                for other, other_keys in enumerate(self.axes):
                    for other_at, (name, _) in enumerate(other_keys):
                        if other == axis or not never.get(name):
                            continue
                        parts = self.atoms[other].table[self.place[other], other_at]
                        answered = parts < self.atoms[other].sizes[other_at]
                        out &= ~(np.isin(own, never[name]) & answered)
        return out


def _overlap(one: Span | None, other: Span | None) -> bool:
    """Return True if two spans share something; False when one is not known.

    >>> _overlap((15, 26), (0, 30)), _overlap((15, 26), (26, 40)), _overlap(None, (0, 30))
    (True, False, False)
    """
    return one is not None and other is not None and max(one[0], other[0]) < min(one[1], other[1])
