"""The cells of a table: what each counts, and which are withheld so that no subtraction gives a small one."""

from collections.abc import Iterator, Sequence

import numpy as np

from maillage.statistics.engine import suppression
from maillage.statistics.survey.columns import CITED, Column
from maillage.statistics.survey.samples import Bools, Sample, hides_newcomers, joined_answers
from maillage.statistics.survey.tables import Counted, Group
from maillage.statistics.survey.withholding import ANY, Withholding

FEW_MORE = (
    "Depuis l’édition précédente, moins de {least} réponses ont changé : ce tableau n’est pas refait, et"
    " se lit dans l’édition précédente."
)
OTHER_CLASSES = (
    "Masqué : les classes ne sont plus celles de l’édition précédente, et les deux se soustrairaient."
)
NOBODY = "Personne n’a répondu à cette question."
UNRANKED = "Aucune réponse ne classe ce choix : il n’a pas de rang."


class Cells:
    """The counts of a table, and which may be published.

    counts: (categories, groups) respondents; bases: (groups,); seen, shown_bases: which may be shown; joined:
    the grouped answers of a scale, positions of their categories; joined_seen: (joined, groups). Without a
    cross, one group: everybody who answered.
    """

    def __init__(
        self,
        sample: Sample,
        column: Column,
        cross: Column | None,
        withholding: Withholding,
        *,
        inside: bool = False,
    ) -> None:
        self.column, self.cross, self.inside_only = column, cross, inside
        names = {column.name.removesuffix(CITED), *([cross.name] if cross else []), *sample.where}
        axes = {withholding.tied((name, ANY)) for name in names} if withholding.least else set()
        self.rule = withholding.rule_for(tuple(axes)) if axes else withholding.rule
        self.least = self.rule.least
        self.q_said = column.answered
        groups = cross.members if cross else np.ones((len(sample.domain), 1), dtype=bool)
        self.size = groups.shape[1]
        both = column.answered & sample.domain & (cross.answered if cross else True)
        self.n = int(both.sum())
        self.inside = groups & both[:, None]
        self.bases = self.inside.sum(axis=0)
        self.counts = column.members.T.astype(np.int64) @ self.inside.astype(np.int64)
        self.joined = joined_answers(column)
        self.joined_counts = np.array([self.counts[list(each)].sum(axis=0) for each in self.joined]).reshape(
            -1, self.size
        )
        self.is_withheld = False  # the whole table is
        self.note = ""  # what the reader of a table withheld may be told of it
        filters = {
            name: sample.positions(name, answers)
            for name, answers in sample.where.items()
            if name != column.name
        }
        among = [{**filters, **({cross.name: (g,)} if cross else {})} for g in range(self.size)]

        def publishable(name: str, positions: Sequence[tuple[int, ...]]) -> Bools:
            cells = [
                [withholding.may_publish({name: each, **group}) for group in among] for each in positions
            ]
            return np.array(cells, dtype=bool).reshape(len(positions), self.size)

        answers = [(k,) for k in range(len(self.counts))]
        self.seen = publishable(column.name, answers)
        self.joined_seen = publishable(column.name, self.joined)
        self.shown_bases: Bools = publishable(column.name, [ANY])[0]
        # How many ranked an answer is told beside its mean rank.
        self.ranked_seen = publishable(column.name + CITED, answers if column.ranks is not None else [])
        self.is_base_public = not self.least or (
            not self.rule.is_small(self.n)
            and (not filters or withholding.may_publish({column.name: ANY, **filters}))
        )

    def groups(self) -> Iterator[Group]:
        """Yield the groups of the cross, in order."""
        if self.cross:
            for (name, label), n, is_published in zip(
                self.cross.categories, self.bases.tolist(), self.shown_bases, strict=False
            ):
                is_printed = bool(is_published) or self.inside_only
                yield Group(by=name, label=label, n=n if is_printed else None, unpublished=not is_published)

    def withhold(self, note: str = "") -> None:
        """Withhold the whole table, and how many answered."""
        self.seen[:], self.joined_seen[:], self.shown_bases[:], self.is_base_public = (
            False,
            False,
            False,
            False,
        )
        self.is_withheld, self.note = True, note

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
                may_publish = np.zeros(len(now), dtype=bool)
            elif self.column.exclusive:
                may_publish = self._since(old, base, g)
            else:
                come = None if base is None else int(self.bases[g]) - base
                may_publish = np.array(
                    [
                        then is None or hides_newcomers(n - then, come, least)
                        for n, then in zip(now, old, strict=True)
                    ]
                )
            for k in np.flatnonzero(~may_publish).tolist():
                if k >= len(self.counts):
                    self.joined_seen[k - len(self.counts), g] = False
                else:
                    self.seen[k, g] = False

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
        known_sums = [before[k] for k in since] + [np.ones(2 * size)]
        values = [float(n) for n in old if n is not None]
        if base is not None:
            known_sums.append(np.hstack([np.ones(size), np.zeros(size)]))
            values.append(float(base))
        # Parts withheld then are not kept: any people that agree with what was shown stand for them.
        own = [each[:size] for each in known_sums if not each[size:].any()]
        then, may_have_left = suppression.people_before(np.array(own), np.array(values), now)
        same = base is not None and int(now.sum()) == base
        secret = [before[k] for k in range(len(masks)) if k not in since]
        secret += [after[k] for k, come in since.items() if not same and abs(come) < least]
        return suppression.protect(
            np.concatenate([then, now - then]),
            both,
            [*self.seen[:, g].tolist(), *self.joined_seen[:, g].tolist()],
            np.array(known_sums),
            least,
            secrets=[suppression.Secret(row, least) for row in secret],
            free=[False] * size + [may_have_left] * size,
            lowest=self.rule.least_suppressed,
        )

    @property
    def reason(self) -> str:
        """Return why any of its figures is withheld: a question that nobody answers hides nobody."""
        return self.rule.suppression_reason if self.q_said.any() else NOBODY


def inside_words(label: str) -> str:
    """Return a label as written inside a sentence: without its capital, unless it is an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] in (" ", "") else label
