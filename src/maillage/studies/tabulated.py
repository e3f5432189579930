"""What a table of a survey holds: its rows, of whom, how many answered, what was not said, what is withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from maillage.engine import proportions
from maillage.engine.proportions import Share
from maillage.kernel.estimate import Estimate, Figure, Withheld

METHOD = "resultats-enquete"
Form = Literal["one", "many", "rank", "number", "date"]
Measures = Literal["mean", "median", "mean_rank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer, among those of one group. category, by: names of choices, `by` empty without a cross; label, by_label: in French.

    n: respondents who gave it, unweighted, None when withheld. base: respondents of the group who answered.
    figure: percent of the base, 90 % interval. grouped: it adds up rows that stand apart (« plutôt et tout à fait à l’aise »).
    fragile: shown with care, its coefficient of variation being between 20 and 33 %. share: what comparisons need, None when withheld.
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

    @property
    def percent(self) -> float | None:
        """The weighted share in percent, unrounded; None when withheld."""
        return self.figure.value if isinstance(self.figure, Estimate) else None

    @property
    def reason(self) -> str:
        """Why it is withheld, nothing when it is shown."""
        return self.figure.reason if isinstance(self.figure, Withheld) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A mean, a median or a mean rank, whole or of one group, with its 90 % interval; `why` when it is not shown.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of a crossed table and how many of its respondents answered; None when that is too few to be told."""

    by: str
    label: str
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabulation:
    """The table of a question.

    universe: of whom, in words. n: respondents who answered, unweighted; told: whether others may know it. kept: too few answers changed since an
    earlier edition, whose figures stay. unsaid: how many said `nsp` or `refus`, or left it
    (`blank`), None under the smallest count shown. rows: by group, then in the order of the questionnaire, zeros included.
    weighted: by which weights the shares are; raw shares otherwise (E-029). rounding: the rule of the publication.
    bounds: where its numbers or months are cut.
    """

    question: str
    label: str
    form: Form
    scale: str = ""
    by: str = ""
    by_label: str = ""
    universe: str
    n: int
    told: bool = True
    kept: bool = False
    unsaid: Mapping[str, int | None] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    rows: tuple[Row, ...] = ()
    measures: tuple[Measured, ...] = ()
    notes: tuple[str, ...] = ()
    weighted: bool = False
    calibrated: tuple[str, ...] = ()
    rounding: str = "nearest"
    decimals: int = 0
    least: int = 11
    bounds: tuple[float, ...] = ()

    def of(self, by: str = "") -> tuple[Row, ...]:
        """Return the rows of a group, grouped answers left out."""
        return tuple(row for row in self.rows if row.by == by and not row.grouped)

    def row(self, category: str, by: str = "") -> Row | None:
        """Return one row, None when there is none of that name."""
        return next((row for row in self.rows if row.category == category and row.by == by), None)

    def shown(self, row: Row) -> float | None:
        """Return the percentage of a row as this publication prints it; None when withheld."""
        return None if row.percent is None else proportions.rounded(row.percent, rule=self.rounding, decimals=self.decimals)

    def counts(self) -> dict[str, Any]:
        """Return what it tells of people, as plain values to be kept with a publication: `counted` reads it again."""
        return {
            "question": self.question,
            "by": self.by,
            "n": self.n if self.told else None,
            "groups": {group.by: group.n for group in self.groups},
            "cells": [[row.category, row.by, row.n] for row in self.rows],
            "bounds": list(self.bounds),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts that a table published before has told: n, groups and cells; None where it withheld."""

    question: str
    by: str
    n: int | None
    groups: Mapping[str, int | None]
    cells: Mapping[tuple[str, str], int | None]
    bounds: tuple[float, ...] = ()


def counted(told: Mapping[str, Any]) -> Counted:
    """Return what `Tabulation.counts` wrote.

    >>> counted({"question": "aise", "by": "", "n": 40, "groups": {}, "cells": [["oui", "", 28]]}).cells
    {('oui', ''): 28}
    """
    cells = {(category, by): n for category, by, n in told["cells"]}
    return Counted(
        question=told["question"],
        by=told["by"],
        n=told["n"],
        groups=told["groups"],
        cells=cells,
        bounds=tuple(told.get("bounds", ())),
    )


def labels_of(rows: Sequence[Row]) -> dict[str, str]:
    """Return the label of each answer, in order, each once."""
    return {row.category: row.label for row in rows}
