"""The ages and diplomas of a weighted sample beside those of the census, as a gap of need.

Source: docs/methods/enquete-et-estimation.md
"""

import re
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import DECLINED, UNKNOWN
from maillage.statistics.engine.ages import BINS, CELLS
from maillage.statistics.engine.cells import AGE_OF, DIPLOMA_OF, DIPLOMAS
from maillage.statistics.engine.composite import EDGE
from maillage.statistics.engine.logit import logit
from maillage.statistics.survey.age_classes import OLDEST, YOUNGEST, span_of
from maillage.statistics.survey.census_margins import DIPLOMA_CLASSES, people_between

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Span = tuple[int, int]
Answer = TypeVar("Answer", bound=Hashable)
UNSAID = frozenset(
    plain(word) for word in (UNKNOWN, DECLINED, "ne sait pas", "ne souhaite pas répondre", "refusé")
)
AGE_NAME = re.compile(
    r"(votre )?((classe|tranche|groupe)s?( d)? )?ages?( (ans|classes?|environ|revolus?|tranches?))?"
)
DIPLOMA_NAME = re.compile(r"(votre |niveau )?(de )?diplomes?")
CHILD = 10  # years: lower numbers in a column of ages are codes of classes
OLDEST_START = 18  # whoever says « 18 et plus » says no age
EDGES = [int(name.rstrip("+").partition("-")[0]) for name in BINS]
CLASS_AGES = [(EDGES[bins[0]], [*EDGES, OLDEST + 1][bins[-1] + 1] - 1) for bins in CELLS]  # of the model
READABLE = 0.9  # share of the answers given that must be read
DIPLOMA_BY_WORD = {
    plain(word): DIPLOMAS.index(part) for name, (part,), words in DIPLOMA_CLASSES for word in (name, *words)
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Shares of the weight of a sample, 0 to 1: by ages (lowest, highest) and by diplomas (their positions in
    DIPLOMAS); empty when its file does not say. is_weighted_by_age: a margin is of ages that can be read.
    """

    ages: tuple[tuple[Span, float], ...] = ()
    diplomas: tuple[tuple[int, float], ...] = ()
    is_weighted_by_age: bool = False


def sample_of(answers: Table, weights: Floats, counted: Bools, calibrated: Collection[str]) -> Sample:
    """Return the ages and diplomas of a sample. weights, counted: (respondents,); calibrated: the columns
    that the weights meet.
    """
    ages_by_column = {
        column: shares
        for column in answers.columns
        if AGE_NAME.fullmatch(_column_name(column))
        and (shares := _shares(answers[column], weights, counted, ages_of))
    }
    diplomas = [
        _shares(answers[column], weights, counted, diploma_of)
        for column in answers.columns
        if DIPLOMA_NAME.fullmatch(_column_name(column))
    ]
    return Sample(
        tuple(max(ages_by_column.values(), key=len, default={}).items()),
        tuple(max(diplomas, key=len, default={}).items()),
        not set(calibrated).isdisjoint(ages_by_column),
    )


def ages_of(text: str) -> Span | None:
    """Return the ages that an answer states, None when it states none, or any age.

    >>> ages_of("20"), ages_of("15_25"), ages_of("plus_70"), ages_of("3"), ages_of("18 ans et plus")
    ((20, 20), (15, 25), (71, 120), None, None)
    """
    years = re.fullmatch(r"(\d{1,3})( ans)?", text)
    span = (int(years[1]), int(years[1])) if years else span_of(text)
    if span is None or not CHILD <= span[1] <= OLDEST:
        return None
    return None if span[0] <= OLDEST_START and span[1] == OLDEST else span


def lone_class(sample: Sample) -> Span | None:
    """Return the class of age that holds everybody: one answer given by all, or ages of one class of the
    model; None otherwise.
    """
    spans = [span for span, share in sample.ages if share]
    if len(spans) == 1:
        return spans[0]
    lowest, highest = min((low for low, _ in spans), default=0), max((high for _, high in spans), default=0)
    within = any(low <= lowest and highest <= high for low, high in CLASS_AGES)
    return (lowest, highest) if spans and within else None


def need_gaps(sample: Sample, counts: Floats, ages: Floats, rates: Floats) -> tuple[float, ...]:
    """Return how far the ages, then the diplomas, of a sample move its need from that of the territory, on
    the logit; nothing for what its file does not say.

    counts: (35,) persons by cell; ages: (10,) persons by age bin; rates: (35,) of need, 0 to 1. The sex of
    people changes nothing: the model gives women and men the same rates.
    """
    census = float(counts @ rates / counts.sum())

    def by_class(position_of: NDArray[np.int_]) -> Floats:
        people = np.bincount(position_of, counts)
        return np.asarray(np.bincount(position_of, counts * rates) / np.where(people > 0, people, 1.0))

    by_age, by_diploma = by_class(AGE_OF), by_class(DIPLOMA_OF)

    def need_of_ages(span: Span) -> float:
        low, high = max(span[0], YOUNGEST), max(span[1], YOUNGEST)
        people = np.array(
            [
                people_between(ages, EDGES, max(low, first), min(high, last)) if first <= high else 0.0
                for first, last in CLASS_AGES
            ]
        )
        return float(people @ by_age / people.sum()) if people.sum() else census

    gaps = []
    adults = need_of_ages((YOUNGEST, OLDEST))
    if sample.ages:
        gaps.append(_gap(sum(share * need_of_ages(span) for span, share in sample.ages), adults))
    if sample.diplomas:
        gaps.append(_gap(sum(share * by_diploma[at] for at, share in sample.diplomas), census))
    return tuple(gaps)


def _gap(need: float, census: float) -> float:
    before, after = logit(np.clip([census, need], EDGE, 1 - EDGE))
    return float(after - before)


def _column_name(column: str) -> str:
    return plain(column.rpartition("/")[2])


def diploma_of(text: str) -> int | None:
    return DIPLOMA_BY_WORD.get(plain(text))


def _shares(
    column: NDArray[Any], weights: Floats, counted: Bools, read: Callable[[str], Answer | None]
) -> dict[Answer, float]:
    """Return the share of the weight of each answer that can be read; nothing when too few can."""
    texts = [str(raw or "").strip() for raw in column.tolist()]
    values = [read(text) for text in texts]
    n_answers = sum(bool(text) and plain(text) not in UNSAID for text in texts)
    if sum(value is not None for value in values) < READABLE * max(n_answers, 1):
        return {}
    weight_by_answer: dict[Answer, float] = {}
    for value, weight in zip(values, np.where(counted, weights, 0.0).tolist(), strict=True):
        if value is not None:
            weight_by_answer[value] = weight_by_answer.get(value, 0.0) + weight
    total = sum(weight_by_answer.values())
    return {value: weight / total for value, weight in weight_by_answer.items()} if total else {}
