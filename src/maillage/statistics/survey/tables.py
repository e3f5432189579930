"""The contents of a table of a survey: its rows, its universe, how many answered, answers missing, counts
withheld.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.statistics.engine.proportions import Share
from maillage.words import rounding

METHOD = "resultats-enquete"
Form = Literal["one", "many", "rank", "number", "date"]
Measures = Literal["mean", "median", "mean_rank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer, among those of one group. category, by: names of choices, `by` empty without a cross;
    label, by_label: in French.

    n: respondents who gave it, unweighted, None when withheld. base: respondents of the group who answered.
    figure: percent of the base, 90 % interval. grouped: it adds up rows that also appear on their own («
    plutôt et tout à fait à l’aise »). fragile: to be read with care, its coefficient of variation being
    between 20 and 33 %. share: what comparisons need, None when withheld. ceiling: percent that a share
    withheld for its imprecision alone cannot pass, its interval included; 100 elsewhere. unpublished: why a
    figure shown to those who hold the answers will not be published.
    """

    category: str
    label: str
    by: str = ""
    by_label: str = ""
    n: int | None
    base: int
    figure: Figure
    grouped: tuple[str, ...] = ()
    fragile: bool = False
    share: Share | None = None
    ceiling: float = 100.0
    unpublished: str = ""

    @property
    def percent(self) -> float | None:
        """The weighted share in percent, unrounded; None when withheld."""
        return self.figure.value if isinstance(self.figure, Estimate) else None

    @property
    def reason(self) -> str:
        """Return the reason that withholds it, empty without one."""
        return self.figure.reason if isinstance(self.figure, Withheld) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A mean, a median or a mean rank, overall or for one group, with its 90 % interval; `why` when it is
    withheld.

    values are in the unit of the question (years, euros, ranks). n: respondents behind it.
    """

    measure: Measures
    label: str
    by: str = ""
    by_label: str = ""
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    why: str = ""
    category: str = ""
    unpublished: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a crossed table and how many of its respondents answered; None when that is too few to
    publish. unpublished: told to those who hold the answers alone.
    """

    by: str
    label: str
    n: int | None
    unpublished: bool = False


class Counts(TypedDict):
    """The counts that a publication stores: cells as (category, by, n), None where withheld. The oldest
    publications have no bounds.
    """

    question: str
    by: str
    n: int | None
    groups: dict[str, int | None]
    cells: list[tuple[str, str, int | None]]
    bounds: NotRequired[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabulation:
    """The table of a question.

    universe: in words. n: respondents who answered, unweighted; is_base_public: n may be published;
    are_counts_public: the count of each row may be, beside its share.
    is_previous: too few answers changed since an earlier edition, whose figures stay. unsaid: how many
    answered `nsp` or `refus`, or nothing (`blank`), None when one of the three is of a few people. rows: by
    group, then in the order of the questionnaire, zeros included. weighted: the weights of shares; raw
    otherwise (E-029). rounding: the rule of the publication; step: points of which its shares are multiples,
    where finer ones would tell what a few answered. bounds: where its numbers or months are cut.
    cut: question → where the caller, or an earlier edition, had it cut. inside: for those who hold the
    answers: nothing is withheld, what will not be published is marked.
    """

    question: str
    label: str
    form: Form
    scale: str = ""
    by: str = ""
    by_label: str = ""
    universe: str
    n: int
    is_base_public: bool = True
    are_counts_public: bool = True
    is_previous: bool = False
    unsaid: Mapping[str, int | None] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    rows: tuple[Row, ...] = ()
    measures: tuple[Measured, ...] = ()
    notes: tuple[str, ...] = ()
    weighted: bool = False
    calibrated: tuple[str, ...] = ()
    rounding: str = "nearest"
    decimals: int = 0
    step: int = 1
    least: int = 11
    bounds: tuple[float, ...] = ()
    cut: Mapping[str, Sequence[float]] = field(default_factory=dict)
    inside: bool = False

    def of(self, by: str = "") -> tuple[Row, ...]:
        """Return the rows of a group, without the grouped answers."""
        return tuple(row for row in self.rows if row.by == by and not row.grouped)

    def row(self, category: str, by: str = "") -> Row | None:
        """Return the row with these names, None when there is none."""
        return next((row for row in self.rows if row.category == category and row.by == by), None)

    def published(self, row: Row) -> float | None:
        """Return the percentage of a row as this publication prints it; None when withheld."""
        return (
            None
            if row.percent is None
            else rounding.rounded(row.percent, rule=self.rounding, decimals=self.decimals)
        )

    def published_count(self, row: Row) -> int | None:
        """Return how many a row counts as this publication prints it; None when withheld."""
        return row.n if self.are_counts_public else None

    def counts(self) -> Counts:
        """Return the counts of people that its figures tell, as plain values to store with a publication;
        `counted` reads them back. Raises ValueError on a table made for those who hold the answers.
        """
        if self.inside:
            raise ValueError(f"{self.question} is a table for those who hold the answers, not a publication")
        return {
            "question": self.question,
            "by": self.by,
            "n": self.n if self.is_base_public else None,
            "groups": {group.by: group.n for group in self.groups},
            "cells": [(row.category, row.by, row.n) for row in self.rows],
            "bounds": list(self.bounds),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts that an earlier table published: n, groups and cells; None where withheld. edition: its
    number.
    """

    question: str
    by: str
    n: int | None
    groups: Mapping[str, int | None]
    cells: Mapping[tuple[str, str], int | None]
    bounds: tuple[float, ...] = ()
    edition: int = 0


def counted(stored_counts: Counts, edition: int = 0) -> Counted:
    """Return the counts that `Tabulation.counts` wrote.

    >>> counted({"question": "aise", "by": "", "n": 40, "groups": {}, "cells": [("oui", "", 28)]}).cells
    {('oui', ''): 28}
    """
    cells = {(category, by): n for category, by, n in stored_counts["cells"]}
    return Counted(
        question=stored_counts["question"],
        by=stored_counts["by"],
        n=stored_counts["n"],
        groups=stored_counts["groups"],
        cells=cells,
        bounds=tuple(stored_counts.get("bounds", ())),
        edition=edition,
    )
