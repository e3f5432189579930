"""Quality of the diagnosis, from its answers: its length, its questions, its agreement. Withheld
below a minimum of answers.

Source: docs/methods/qualite-bilan.md
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from maillage.reference import bilan
from maillage.reference.bilan import PASSED, UNKNOWN
from maillage.statistics.engine import agreement, small_counts
from maillage.statistics.engine import bilan as engine
from maillage.statistics.engine.agreement import Measure
from maillage.statistics.people import shares
from maillage.statistics.people.observed import least

ENOUGH, ENOUGH_FOR_OMEGA = 30, 100
REWRITE, REVIEW = 0.15, 0.20  # shares beyond which a question, a line of the rule, is to be looked at
AGREES, CONSISTENT = 0.6, 0.7  # under which agreement, consistency, are too weak
LONG = 300  # seconds
CLOSE = timedelta(days=7)
SCREENS = ("self", "together", "aidant")
# From the least done without help to the most; an answer that is not there is no step of that scale.
SCALES: Mapping[str, Sequence[str]] = {
    "U2": ("slow", "easy"),
    "U3": ("no", "helped", "sometimes", "alone"),
    "U4": ("none", "someone", "locked", "rarely", "weekly"),
    "U5": ("not-done", "for-me", "helped", "alone"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A diagnosis that was stored or only counted. person, by: numbers, None when anonymous;
    mode: on a screen or on paper, alone or with somebody.
    """

    person: int | None
    by: int | None
    at: datetime
    mode: str
    version: str
    answers: engine.Answers
    timings: Mapping[str, int]
    declared: str
    observed: str
    use: str
    access: str
    line: str
    result: str
    changed: bool

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The questions that were asked."""
        return engine.path(self.answers)

    @property
    def seconds(self) -> int | None:
        """The seconds spent on the questions, None when one of them was not timed."""
        return (
            sum(self.timings[id] for id in self.questions)
            if all(id in self.timings for id in self.questions)
            else None
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure, or None with the reason. n: answers it rests on; needed: how many it takes; flagged:
    something should be changed.
    """

    measure: Measure | None
    n: int
    needed: int = ENOUGH
    why: str = ""
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """A figure and its label."""

    id: str
    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Pace:
    """The duration of a mode, in seconds."""

    label: str
    median: Figure
    p90: Figure


@dataclass(frozen=True, slots=True)
class QuestionSilence:
    """The frequency of no answer to a question: “don't know”, skipped, and both."""

    id: str
    text: str
    unknown: Figure
    passed: Figure
    both: Figure


@dataclass(frozen=True, slots=True)
class Dropped:
    """The questions at which diagnoses stop. begun: how many; stopped: by question; without_a_word: page
    closed before the end.
    """

    begun: int
    stopped: Sequence[Labelled]
    without_a_word: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All the measures of a version of the rule."""

    version: str
    n: int
    paces: Sequence[Pace]
    questions: Sequence[QuestionSilence]
    dropped: Dropped
    observed: Figure
    same: Figure
    twice: Figure
    two_aidants: Figure
    modes: Sequence[Labelled]
    readings: Sequence[tuple[str, Labelled, Labelled]]
    changed: Sequence[Labelled]
    omega: Figure
    came: Figure
    served: Figure


@dataclass(frozen=True, slots=True)
class Followed:
    """Outcomes of the referrals that followed a diagnosis: how many are known, how many people came, how many
    were served.
    """

    known: int = 0
    came: int = 0
    served: int = 0


def measured(
    version: str,
    rows: Sequence[Row],
    *,
    begun: int,
    stopped: Mapping[str, int],
    ended: int,
    followed: Followed | None = None,
) -> Quality:
    """Return the quality of a version. begun, stopped, ended: counters only; followed: None when there is no
    data on it.
    """
    version_rows = [row for row in rows if row.version == version]
    on_screen = [row for row in version_rows if row.mode in SCREENS]
    tried = [row for row in version_rows if row.observed]
    return Quality(
        version=version,
        n=len(version_rows),
        paces=[
            _pace(bilan.modes()[mode].label, [row for row in version_rows if row.mode == mode])
            for mode in SCREENS
        ],
        questions=[_question_silence(question, on_screen) for question in bilan.questions().values()],
        dropped=_dropped(begun, stopped, ended),
        observed=_kappa([(row.declared, row.observed) for row in tried]),
        same=_share(sum(row.declared == row.observed for row in tried), len(tried)),
        twice=_kappa(_pairs(version_rows, lambda first, second: not _by_two(first, second))),
        two_aidants=_kappa(_pairs(version_rows, _by_two)),
        modes=_modes(version_rows),
        readings=[_readings(use, version_rows) for use in ("G0", "G1")],
        changed=[_changed(line, version_rows) for line in bilan.lines()],
        omega=_omega(version_rows),
        came=_followed(followed, "came"),
        served=_followed(followed, "served"),
    )


# ----------------------------------------------------------------------------------------------- each of them


def _few(n: int, needed: int = ENOUGH) -> Figure:
    return Figure(None, n, needed)


def _share(part: int, n: int, *, beyond: float | None = None) -> Figure:
    """Return a share, flagged when it exceeds a limit."""
    if n < ENOUGH:
        return _few(n)
    estimate = agreement.share(part, n)
    return Figure(estimate, n, flagged=beyond is not None and estimate.value > beyond)


def _pace(label: str, rows: Sequence[Row]) -> Pace:
    seconds = [float(row.seconds) for row in rows if row.seconds is not None]
    if len(seconds) < ENOUGH:
        return Pace(label, _few(len(seconds)), _few(len(seconds)))
    median = agreement.quantile(seconds, 0.5)
    return Pace(
        label,
        Figure(median, median.n, flagged=median.value > LONG),
        Figure(agreement.quantile(seconds, 0.9), median.n),
    )


def _question_silence(question: bilan.Question, rows: Iterable[Row]) -> QuestionSilence:
    answers = [row.answers.get(question.id, PASSED) for row in rows if question.id in row.questions]
    unknown, passed = answers.count(UNKNOWN), sum(answer in (PASSED, "", []) for answer in answers)
    return QuestionSilence(
        question.id,
        question.text,
        _share(unknown, len(answers), beyond=REWRITE),
        _share(passed, len(answers), beyond=REWRITE),
        _share(unknown + passed, len(answers), beyond=REWRITE),
    )


def _dropped(begun: int, stopped: Mapping[str, int], ended: int) -> Dropped:
    """Return where diagnoses stop; those neither stopped nor ended count as a closed page."""
    known = {id: stopped[id] for id in bilan.questions() if stopped.get(id)}
    abandoned = max(begun - sum(known.values()) - ended, 0)
    labelled = [
        Labelled(id, bilan.questions()[id].text, _share(min(n, begun), begun)) for id, n in known.items()
    ]
    return Dropped(begun, labelled, _share(abandoned, begun))


def _kappa(pairs: Sequence[tuple[str, str]]) -> Figure:
    if len(pairs) < ENOUGH:
        return _few(len(pairs))
    counts = Counter(pairs)
    table = [[counts[first, second] for second in engine.USES] for first in engine.USES]
    try:
        estimate = agreement.kappa(table)
    except ValueError:
        return Figure(None, len(pairs), why="Tout le monde a le même usage : l’accord ne se mesure pas.")
    return Figure(estimate, estimate.n, flagged=estimate.value < AGREES)


def _by_two(first: Row, second: Row) -> bool:
    return first.by is not None and second.by is not None and first.by != second.by


def _pairs(rows: Iterable[Row], fits: Callable[[Row, Row], bool]) -> list[tuple[str, str]]:
    """Return the two uses found for a person within a week; each person counts once, by their first such
    pair.
    """
    of_person: dict[int, list[Row]] = {}
    for row in rows:
        if row.person is not None:
            of_person.setdefault(row.person, []).append(row)
    pairs = []
    for diagnoses in of_person.values():
        ordered = sorted(diagnoses, key=lambda row: row.at)
        near = ((a, b) for a, b in pairwise(ordered) if b.at - a.at <= CLOSE and fits(a, b))
        pairs += [(first.use, second.use) for first, second in list(near)[:1]]
    return pairs


MODES = {"alone": "La personne, sur l’écran", "led": "Avec quelqu’un, sur l’écran", "paper": "Sur papier"}


def _modes(rows: Sequence[Row]) -> list[Labelled]:
    """Return, for each mode, the share of people who manage with little or no help; flagged when two modes
    differ.
    """
    groups = {
        "alone": [row for row in rows if row.mode == "self"],
        "led": [row for row in rows if row.mode in ("together", "aidant")],
        "paper": [row for row in rows if row.mode == "paper"],
    }
    return _differing(
        [
            Labelled(
                id, MODES[id], _share(sum(row.use in ("G2", "G3") for row in rows_of_mode), len(rows_of_mode))
            )
            for id, rows_of_mode in groups.items()
        ]
    )


def _readings(use: str, rows: Sequence[Row]) -> tuple[str, Labelled, Labelled]:
    """Return, among people of one use, the share that the rule sends to learn: those who read with ease, then
    the others.
    """
    level = [
        row for row in rows if row.use == use and engine.one(row.answers, "O1") not in (UNKNOWN, "unsaid")
    ]
    easy = [row for row in level if engine.one(row.answers, "O1") == "easy"]
    other = [row for row in level if engine.one(row.answers, "O1") != "easy"]
    first, second = _differing(
        [
            Labelled(
                id,
                label,
                _share(sum(row.result == "autonomie" for row in rows_of_reading), len(rows_of_reading)),
            )
            for id, label, rows_of_reading in (
                ("easy", "Lit sans peine", easy),
                ("other", "Lit avec peine, ou dans une autre langue", other),
            )
        ]
    )
    return bilan.uses()[use].label, first, second


def _differing(shares: Sequence[Labelled]) -> list[Labelled]:
    """Return shares of several groups, flagged where their interval does not overlap that of another."""
    known = [each.figure.measure for each in shares if each.figure.measure is not None]

    def far(one: Measure) -> bool:
        return any(one.low > other.high or other.low > one.high for other in known)

    return [
        Labelled(each.id, each.label, Figure(m, each.figure.n, flagged=far(m)))
        if (m := each.figure.measure)
        else each
        for each in shares
    ]


def _changed(line: str, rows: Iterable[Row]) -> Labelled:
    led = [row for row in rows if row.line == line and row.by is not None]
    row = bilan.lines()[line]
    return Labelled(
        line,
        f"{bilan.results()[row.result].label} : {row.when}",
        _share(sum(r.changed for r in led), len(led), beyond=REVIEW),
    )


def _omega(rows: Iterable[Row]) -> Figure:
    scales = [{id: engine.one(row.answers, id) for id in SCALES} for row in rows]
    complete = [
        scores_of for scores_of in scales if all(scores_of[id] in scale for id, scale in SCALES.items())
    ]
    scores = [[scale.index(scores_of[id]) for id, scale in SCALES.items()] for scores_of in complete]
    if len(scores) < ENOUGH_FOR_OMEGA:
        return _few(len(scores), ENOUGH_FOR_OMEGA)
    try:
        estimate = agreement.omega(np.array(scores))
    except ValueError:
        return Figure(
            None,
            len(scores),
            ENOUGH_FOR_OMEGA,
            why="Ces quatre questions ne mesurent pas une seule chose.",
            flagged=True,
        )
    return Figure(estimate, estimate.n, ENOUGH_FOR_OMEGA, flagged=estimate.value < CONSISTENT)


def _followed(followed: Followed | None, what: str) -> Figure:
    if followed is None:
        return Figure(None, 0, why="Les orientations ne disent pas encore de quel bilan elles partent.")
    figure, few = _share(getattr(followed, what), followed.known), least()
    names = ("served", "came")
    counts = [getattr(followed, name) for name in names]
    publishable = dict(zip(names, small_counts.far_enough(counts, few), strict=True))
    n = counts[names.index(what)]
    if figure.measure is None or (publishable[what] and few <= n <= followed.known - few):
        return figure
    return Figure(None, followed.known, why=shares.withheld_words(few, "personnes"))
