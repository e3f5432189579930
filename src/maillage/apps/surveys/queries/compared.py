"""Two surveys side by side: what inhabitants say and what structures believe of the same subject; one wave and the next."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.surveys.queries.results import Frame
from maillage.kernel.errors import Refused
from maillage.reference.questionnaire import Question, words
from maillage.reports import survey_cards, survey_charts
from maillage.reports.survey_charts import Bar
from maillage.reports.survey_findings import PROFILE
from maillage.reports.wording import NBSP, number
from maillage.studies import survey_differences
from maillage.studies.survey_differences import Compared
from maillage.studies.tabulated import Tabulation
from maillage.studies.tabulation import of_sample

NOT_SAID = PROFILE | {PLACE, STRUCTURE, CHANNEL}  # who answered, where and how: no subject of an answer


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
    sentences: Sequence[str]


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
    for k, (mine, theirs) in enumerate(shared(held, other)):
        one = of_sample(held.sample, mine.name, rounding=held.survey.rounding)
        two = of_sample(other.sample, theirs.name, rounding=held.survey.rounding)
        if one.n and two.n:
            out.append(_pair(held, other, mine, theirs, one, two, f"p{k}"))
    return out


def shared(held: Frame, other: Frame) -> list[tuple[Question, Question]]:
    """Return the questions of both on the same subject, each used once.

    Who answered is left out: an age is not on the rise, it tells the sample. Between inhabitants and structures, a name alone is no
    subject: the « besoins » of a structure are not those of a person.
    """
    left, same_people = survey_cards.tabulable(other.questionnaire), held.survey.kind == other.survey.kind
    out = []
    for mine in survey_cards.tabulable(held.questionnaire):
        if mine.name in NOT_SAID or mine.census:
            continue
        named = (each for each in left if each.name == mine.name and each.kind == mine.kind)
        found = next((each for each in named if same_people or each.topic == mine.topic), None) or next(
            (each for each in left if mine.topic and each.topic == mine.topic), None
        )
        if found is not None:
            left.remove(found)
            out.append((mine, found))
    return out


def _pair(held: Frame, other: Frame, mine: Question, theirs: Question, one: Tabulation, two: Tabulation, id: str) -> Pair:
    names = held.survey.title, other.survey.title
    found: tuple[Compared, ...] = ()
    moved: tuple[Compared, ...] = ()  # from the earlier wave to the later one
    with suppress(Refused):  # no answer in common
        if _are_alike(mine, theirs, one, two):
            found = survey_differences.between(one, two, names=names).pairs
            if held.survey.kind == other.survey.kind and mine.name == theirs.name:
                is_last = not _is_before(held.survey, other.survey)
                moved = found if is_last else survey_differences.between(two, one, names=names[::-1]).pairs
    panels = [
        (f"{title} (n{NBSP}={NBSP}{table.n})", [Bar(label=row.label, figure=row.figure) for row in table.of()])
        for title, table in zip(names, (one, two), strict=True)
    ]
    label = " ".join(f"{title} : {survey_charts.in_words(bars, rule=one.rounding)}" for title, bars in panels)
    return Pair(
        topic=words(mine.label) or mine.name,
        first=words(mine.label),
        second=words(theirs.label),
        same_words=words(mine.label) == words(theirs.label),
        universes=(one.universe, two.universe),
        n=(one.n, two.n),
        svg=survey_charts.multiples(panels, id=id, label=label, rule=one.rounding),
        lines=[_line(each, one, two) for each in found],
        sentences=[survey_differences.in_words(each, waves=True) for each in moved],
    )


def _is_before(one: Survey, other: Survey) -> bool:
    """Return whether a survey was asked before another: as its waves are linked, else as it opened, else as it was prepared."""
    for first, last in ((one, other), (other, one)):
        each, seen = last.after, {last.pk}
        while each is not None and each.pk not in seen:
            if each.pk == first.pk:
                return first is one
            seen.add(each.pk)
            each = each.after
    if one.opens_on and other.opens_on and one.opens_on != other.opens_on:
        return one.opens_on < other.opens_on
    return one.made_at < other.made_at


def _are_alike(mine: Question, theirs: Question, one: Tabulation, two: Tabulation) -> bool:
    """Return whether the share of one answer means the same in both: « non » to two questions is not one answer."""
    if mine.name == theirs.name or (one.form == two.form == "many"):
        return True
    return {row.category for row in one.of()} == {row.category for row in two.of()} and words(mine.label) == words(
        theirs.label
    )


def _line(found: Compared, one: Tabulation, two: Tabulation) -> Line:
    mine, theirs = one.row(found.category), two.row(found.category)
    return Line(
        label=found.label,
        first=survey_charts.one(mine.figure, one.rounding) if mine else number(found.one_percent),
        second=survey_charts.one(theirs.figure, two.rounding) if theirs else number(found.other_percent),
        difference=f"{'+' if found.points > 0 else ''}{number(found.points)}",
        between=f"{number(found.low)} à {number(found.high)}",
        told=found.survives,
    )
