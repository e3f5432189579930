"""Two surveys side by side: what inhabitants say and what structures believe of the same subject; one wave and the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.apps.surveys.queries import results
from maillage.apps.surveys.queries.results import Frame
from maillage.engine import comparisons
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.reference.questionnaire import Question, words
from maillage.reports import survey_cards, survey_charts, survey_findings
from maillage.reports.survey_charts import Bar
from maillage.reports.survey_findings import Gap, Sentence
from maillage.reports.wording import number
from maillage.studies.tabulated import Row, Tabulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer in both surveys. told: the difference stands outside its interval."""

    label: str
    first: str
    second: str
    difference: str
    between: str
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A subject in both surveys. lines: answers they share; sentences: of changes, when one survey is the wave before the other."""

    topic: str
    first: str
    second: str
    same_words: bool
    universes: tuple[str, str]
    n: tuple[int, int]
    svg: str
    lines: Sequence[Line]
    sentences: Sequence[Sentence]


def beside(held: Frame, other: Frame) -> list[Pair]:
    """Return the subjects that both surveys ask about, in the order of the first; nothing when they share none.

    A subject is the same by its topic, or by the name of its question. Samples are held to be independent: nobody says whether the
    same people answered both.
    """
    if not len(held.table) or not len(other.table):
        raise Refused(
            "Rien à comparer.", why="L’une des deux enquêtes n’a aucune réponse.", do="Choisissez une enquête qui en a."
        )
    out = []
    for k, (mine, theirs) in enumerate(_shared(held, other)):
        one, two = results.table_of(held, mine.name), results.table_of(other, theirs.name)
        if one.n and two.n:
            out.append(_pair(held, other, mine, theirs, one, two, f"p{k}"))
    return out


def _shared(held: Frame, other: Frame) -> list[tuple[Question, Question]]:
    """Return the questions of both on the same subject, each used once."""
    left = survey_cards.tabulable(other.questionnaire)
    out = []
    for mine in survey_cards.tabulable(held.questionnaire):
        if mine.name in (results.PLACE, results.CHANNEL):
            continue
        found = next((each for each in left if each.name == mine.name and each.kind == mine.kind), None) or next(
            (each for each in left if mine.topic and each.topic == mine.topic), None
        )
        if found is not None:
            left.remove(found)
            out.append((mine, found))
    return out


def _pair(held: Frame, other: Frame, mine: Question, theirs: Question, one: Tabulation, two: Tabulation, id: str) -> Pair:
    is_wave = other.survey.pk == held.survey.after_id or mine.name == theirs.name
    shared = [(row, match) for row in one.of() if (match := two.row(row.category)) is not None]
    gaps = [gap for row, match in shared if (gap := _gap(row, match, other, held)) is not None]
    asked = survey_cards.card(one, held.questionnaire).asked
    panels = [
        (f"{frame.survey.title} (n = {table.n})", [Bar(label=row.label, figure=row.figure) for row in table.of()])
        for frame, table in ((held, one), (other, two))
    ]
    label = " ".join(f"{title} : {survey_charts.in_words(bars)}" for title, bars in panels)
    return Pair(
        topic=mine.published or words(mine.label) or mine.name,
        first=words(mine.label),
        second=words(theirs.label),
        same_words=words(mine.label) == words(theirs.label),
        universes=(one.universe, two.universe),
        n=(one.n, two.n),
        svg=survey_charts.multiples(panels, id=id, label=label),
        lines=[_line(row, match, gap_of(gaps, row.label)) for row, match in shared],
        sentences=[survey_findings.change_sentence(asked, gap) for gap in gaps] if is_wave else (),
    )


def gap_of(gaps: Sequence[Gap], label: str) -> Gap | None:
    """Return the difference about one answer."""
    return next((gap for gap in gaps if gap.label == label), None)


def _gap(row: Row, match: Row, other: Frame, held: Frame) -> Gap | None:
    """Return the difference between two surveys, this one less the other; None where one is withheld."""
    if row.share is None or match.share is None:
        return None
    if not isinstance(row.figure, Estimate) or not isinstance(match.figure, Estimate):
        return None
    found = comparisons.difference(row.share, match.share)
    return Gap(
        label=row.label,
        first=other.survey.title,
        second=held.survey.title,
        first_figure=match.figure,
        second_figure=row.figure,
        difference=Estimate(
            value=100 * found.value,
            low=100 * found.low,
            high=100 * found.high,
            unit="pourcent",
            universe=row.figure.universe,
            n=row.base + match.base,
            method=row.figure.method,
        ),
    )


def _line(row: Row, match: Row, gap: Gap | None) -> Line:
    return Line(
        label=row.label,
        first=survey_charts.one(row.figure),
        second=survey_charts.one(match.figure),
        difference="" if gap is None else f"{'+' if gap.difference.value > 0 else ''}{number(gap.difference.value)}",
        between="" if gap is None else f"{number(gap.difference.low)} à {number(gap.difference.high)}",
        told=gap is not None and (gap.difference.low > 0 or gap.difference.high < 0),
    )
