"""Two surveys side by side: inhabitants' answers and structures' perception of the same subject; one wave and
the next.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.surveys.queries.frames import Frame
from maillage.forms.questionnaire import Question, words
from maillage.kernel.errors import Refused
from maillage.reports.survey import cards as survey_cards
from maillage.reports.survey import charts as survey_charts
from maillage.reports.survey import waves as wave_rules
from maillage.reports.survey.charts import Bar
from maillage.reports.survey.findings import PROFILE
from maillage.reports.survey.published_row import printed
from maillage.studies.survey import differences as survey_differences
from maillage.studies.survey.differences import Compared
from maillage.studies.survey.tables import Tabulation
from maillage.studies.survey.tabulation import of_sample
from maillage.words.rounding import rounded
from maillage.words.wording import NBSP, bounds, number

Moves = Mapping[wave_rules.AnswerName, wave_rules.Move]
NOT_SAID = PROFILE | {PLACE, STRUCTURE, CHANNEL}  # who answered, where and how: no subject of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer in both surveys. significant: the interval of the difference excludes zero."""

    label: str
    first: str
    second: str
    difference: str
    between: str
    significant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A subject in both surveys. lines: answers they share; sentences: of changes, when one survey is a wave
    before the other, or of
    differences, when both only ask the same of such people.
    """

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
    """Return the subjects that both surveys ask about, in the order of the first; nothing when they share
    none.

    A subject is matched by its topic, or by the name of its question. Samples are assumed independent: it is
    unknown whether the same people answered both.
    """
    if not len(held.table) or not len(other.table):
        raise Refused(
            "Rien à comparer.",
            why="L’une des deux enquêtes n’a aucune réponse.",
            do="Choisissez une enquête qui en a.",
        )
    tables = [
        (
            mine,
            theirs,
            of_sample(held.sample, mine.name, rounding=held.survey.rounding),
            of_sample(other.sample, theirs.name, rounding=held.survey.rounding),
        )
        for mine, theirs in shared(held, other)
    ]
    answered = [each for each in tables if each[2].n and each[3].n]
    moves = _moves(held, other, answered)
    return [_pair(held, other, *each, f"p{k}", moves) for k, each in enumerate(answered)]


def _moves(
    held: Frame, other: Frame, tables: Sequence[tuple[Question, Question, Tabulation, Tabulation]]
) -> Moves:
    """Return the change of every answer from a wave to the next, as the report of the later one decides and
    rounds it: from published shares, every answer counted together; nothing where neither follows the other.
    """
    is_later = _follows(held.survey, other.survey)
    if held.survey.kind != other.survey.kind or not (is_later or _follows(other.survey, held.survey)):
        return {}
    shares: list[dict[wave_rules.AnswerName, wave_rules.WaveShare]] = [{}, {}]
    for mine, theirs, one, two in tables:
        is_same = mine.name == theirs.name and _are_one(mine, theirs, one, two, held, other)
        if not is_same or mine.observed:
            continue
        for wave, table, frame in zip(shares, (one, two), (held, other), strict=True):
            for row in (x for x in table.rows if not x.by):
                value, low, high = printed(row.figure, weighted=frame.weighted, rounding=table.rounding)
                if isinstance(value, str) or isinstance(low, str) or isinstance(high, str):
                    continue
                name = " ".join(row.grouped) or row.category
                wave[mine.name, name] = wave_rules.WaveShare(
                    table.label, row.label, table.universe, str(frame.weighted), (value, low, high)
                )
    here, there = shares
    return wave_rules.moves(there, here) if is_later else wave_rules.moves(here, there)


def _as_published(compared: Compared, question: str, moves: Moves, *, is_later: bool) -> Compared:
    """Return a comparison with the numbers and the verdict of the report, where it makes it. is_later: it is
    the later wave less the earlier.
    """
    move = moves.get((question, compared.category))
    if move is None:
        return compared
    ends = (move.low, move.high) if is_later else (-move.high, -move.low)
    return replace(
        compared,
        points=move.points if is_later else -move.points,
        low=ends[0],
        high=ends[1],
        p_looked=0.0 if move.is_sure else 1.0,
    )


def shared(held: Frame, other: Frame) -> list[tuple[Question, Question]]:
    """Return the questions of both on the same subject, each used once.

    Respondent characteristics are excluded: an age does not rise, it describes the sample. Between
    inhabitants and structures, a name alone does not match: the « besoins » of a structure are not those of a
    person.
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


def _pair(
    held: Frame,
    other: Frame,
    mine: Question,
    theirs: Question,
    one: Tabulation,
    two: Tabulation,
    id: str,
    moves: Moves,
) -> Pair:
    names = held.survey.title, other.survey.title
    found: tuple[Compared, ...] = ()
    sentences: list[str] = []
    with suppress(Refused):  # no answer in common
        if _are_alike(mine, theirs, one, two):
            found = survey_differences.between(one, two, names=names).pairs
            if held.survey.kind == other.survey.kind and mine.name == theirs.name:
                waves = _follows(held.survey, other.survey), _follows(other.survey, held.survey)
                moved = (
                    found if not waves[1] else survey_differences.between(two, one, names=names[::-1]).pairs
                )
                trend = any(waves) and _are_one(mine, theirs, one, two, held, other)
                found = tuple(_as_published(x, mine.name, moves, is_later=waves[0]) for x in found)
                moved = tuple(_as_published(x, mine.name, moves, is_later=True) for x in moved)
                sentences = [survey_differences.in_words(each, waves=trend) for each in moved]
            elif held.survey.kind != other.survey.kind and held.survey.territory == other.survey.territory:
                sentences = [survey_differences.in_words(each) for each in found if each.survives]
    panels = [
        (
            f"{title} (n{NBSP}={NBSP}{table.n})",
            [Bar(label=row.label, figure=row.figure) for row in table.of()],
        )
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
        sentences=sentences,
    )


def _follows(one: Survey, other: Survey) -> bool:
    """Return whether a survey is a later wave of another, as linked, on the same territory: only then may a
    share rise or fall.
    """
    each, seen = one.after, {one.pk}
    while each is not None and each.pk not in seen:
        if each.pk == other.pk:
            return one.territory == other.territory
        seen.add(each.pk)
        each = each.after
    return False


def _are_one(
    mine: Question, theirs: Question, one: Tabulation, two: Tabulation, held: Frame, other: Frame
) -> bool:
    """Return whether both waves ask one question of one people, counted alike: else a share may differ, not
    rise.
    """
    both = (
        (words(question.label), table.universe, frame.survey.universe, frame.weighted)
        for question, table, frame in ((mine, one, held), (theirs, two, other))
    )
    labels = {row.category: row.label for row in two.of()}
    same_answers = all(labels.get(row.category, row.label) == row.label for row in one.of())
    return len(set(both)) == 1 and same_answers


def _are_alike(mine: Question, theirs: Question, one: Tabulation, two: Tabulation) -> bool:
    """Return whether the share of one answer means the same in both: « non » to two questions is not one
    answer.
    """
    if mine.name == theirs.name or (one.form == two.form == "many"):
        return True
    same = {row.category for row in one.of()} == {row.category for row in two.of()}
    return same and (
        words(mine.label) == words(theirs.label) or bool(mine.topic and mine.topic == theirs.topic)
    )


def _line(found: Compared, one: Tabulation, two: Tabulation) -> Line:
    mine, theirs = one.row(found.category), two.row(found.category)
    return Line(
        label=found.label,
        first=survey_charts.one(mine.figure, one.rounding) if mine else number(found.one_percent),
        second=survey_charts.one(theirs.figure, two.rounding) if theirs else number(found.other_percent),
        difference=f"{'+' if found.points > 0 else ''}{number(rounded(found.points))}",
        between=" à ".join(bounds(found.low, found.high)),
        significant=found.survives,
    )
