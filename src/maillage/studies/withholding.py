"""Which counts of a survey may be shown, whatever tables of it are read together: crossed either way, filtered by one answer or by several.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from maillage.engine import disclosure

Bools = NDArray[np.bool_]
Positions = tuple[int, ...]
ANY: Positions = ()  # in a sum, a question that was answered, whatever the answer
Key = tuple[str, Positions]
Spec = tuple[Positions, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Variable:
    """A question as protection sees it.

    members: (n, answers) who gave each; answered: (n,). exclusive: one answer each. joined: answers also told together. told: answers
    whose total everybody knows (the base of a question asked of them only). never: question → answers of this one that are not asked it.
    """

    name: str
    members: Bools
    answered: Bools
    exclusive: bool
    joined: tuple[Positions, ...] = ()
    told: tuple[Positions, ...] = ()
    never: Mapping[str, Positions] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Withholding:
    """What may be shown of the counts of some questions together; decided once, from the fewest questions to the most.

    A count is of those who gave an answer to each question of a set. It is shown when it and what it leaves of each question alone
    are `least` or more, when the counts of fewer questions that it belongs to are shown, and when all that is shown of the same
    questions, of fewer, and of the answers to each of them leaves `least` people of doubt on each count withheld.
    """

    variable: Callable[[str], Variable]
    least: int
    _known: dict[tuple[Key, ...], dict[Spec, bool]] = field(default_factory=dict, repr=False)

    def shown(self, given: Mapping[str, Positions]) -> bool:
        """Return whether a count may be shown. given: question → positions of one of its answers, or of answers told together; ANY."""
        if not self.least:
            return True
        if all(positions == ANY for positions in given.values()) and len(given) == 1:
            return True
        read = sorted(self._key(name, positions) for name, positions in given.items())
        found = self._joint(tuple(key for key, _ in read))
        return found.get(tuple(positions for _, positions in read), True)

    def _key(self, name: str, positions: Positions) -> tuple[Key, Positions]:
        """Return how a question is cut for this count, and which part is counted: its answers, or one answer and the others."""
        variable = self.variable(name)
        if variable.exclusive and (len(positions) < 2 or positions in variable.joined):
            return (name, ANY), positions
        return (name, positions), (0,) if positions else ANY

    def _parts(self, key: Key) -> tuple[NDArray[np.int64], int, tuple[Positions, ...]]:
        """Return (n,) in which part of a question each stands, the last being those who said nothing; how many; parts told together."""
        variable = self.variable(key[0])
        if key[1]:
            given = variable.members[:, list(key[1])].any(axis=1)
            return np.where(variable.answered, np.where(given, 0, 1), 2), 2, ()
        size = variable.members.shape[1]
        return np.where(variable.answered, variable.members.argmax(axis=1) if size else 0, size), size, variable.joined

    def _joint(self, keys: tuple[Key, ...]) -> dict[Spec, bool]:
        if keys not in self._known:
            self._known[keys] = self._decided(keys)
        return self._known[keys]

    def _decided(self, keys: tuple[Key, ...]) -> dict[Spec, bool]:
        """Return which counts of these questions together may be shown; those of fewer questions are decided before."""
        least, every = self.least, range(len(keys))
        parts = [self._parts(key) for key in keys]
        shape = tuple(size + 1 for _, size, _ in parts)
        codes = np.ravel_multi_index(tuple(code for code, _, _ in parts), shape)
        people = np.bincount(codes, minlength=int(np.prod(shape))).astype(np.int64)
        place = np.stack([axis.ravel() for axis in np.indices(shape)])
        possible = self._possible(keys, place)

        def mask(spec: Sequence[Positions | None]) -> Bools:
            """None: said or not; ANY: said."""
            kept = possible.copy()
            for axis, positions in zip(every, spec, strict=True):
                if positions is not None:
                    kept &= np.isin(place[axis], positions) if positions else place[axis] < shape[axis] - 1
            return kept

        def count(spec: Spec) -> int:
            return int(people[mask(spec)].sum())

        told: list[Bools] = [np.ones(len(people), dtype=bool)]
        secret: list[Bools] = []
        for size in range(1, len(keys)):
            for some in combinations(every, size):
                told.append(mask([ANY if axis in some else None for axis in every]))
                for spec, seen in self._joint(tuple(keys[axis] for axis in some)).items():
                    lifted: list[Positions | None] = [None] * len(keys)
                    for axis, positions in zip(some, spec, strict=True):
                        lifted[axis] = positions
                    (told if seen else secret).append(mask(lifted))
        for axis, key in enumerate(keys):
            if not key[1]:
                for positions in self.variable(key[0]).told:
                    told.append(mask([positions if other == axis else None for other in every]))
        told.append(mask([ANY] * len(keys)))
        out: dict[Spec, bool] = {}
        options = [[*((k,) for k in range(size)), *joined] for _, size, joined in parts]
        for answered in range(1, len(keys) + 1):
            specs = [
                spec
                for some in combinations(every, answered)
                for spec in product(*(options[axis] if axis in some else [ANY] for axis in every))
            ]
            may = [self._may(keys, spec, count, out) for spec in specs]
            masks = np.array([mask(spec) for spec in specs], dtype=bool).reshape(-1, len(people))
            shown = disclosure.protect(people, masks, may, np.array(told), least, secret=np.array(secret))
            for spec, one, seen in zip(specs, masks, shown.tolist(), strict=True):
                out[spec] = seen
                (told if seen else secret).append(one)
        return out

    def _may(self, keys: tuple[Key, ...], spec: Spec, count: Callable[[Spec], int], decided: Mapping[Spec, bool]) -> bool:
        """Return whether a count is large enough, leaves enough on each side, and belongs to counts that are shown."""
        n = count(spec)
        if n < self.least:
            return False
        for axis, positions in enumerate(spec):
            fewer = (*spec[:axis], *spec[axis + 1 :])
            if any(fewer) and not self._joint((*keys[:axis], *keys[axis + 1 :])).get(fewer, True):
                return False
            if positions:
                wider = (*spec[:axis], ANY, *spec[axis + 1 :])
                if count(wider) - n < self.least or not decided.get(wider, True):
                    return False
        return True

    def _possible(self, keys: tuple[Key, ...], place: NDArray[np.int64]) -> Bools:
        """Return which cells may hold somebody: nobody answers a question that is not asked."""
        out = np.ones(place.shape[1], dtype=bool)
        for axis, key in enumerate(keys):
            for other, (name, _) in enumerate(keys):
                never = () if key[1] else self.variable(key[0]).never.get(name, ())
                out &= ~(np.isin(place[axis], never) & (place[other] < place[other].max()))
        return out
