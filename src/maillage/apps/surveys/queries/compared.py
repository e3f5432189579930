"""Two surveys side by side: inhabitants' answers and structures' perception of the same subject; one wave and
the next.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.answers import CHANNEL, PLACE, STRUCTURE
from maillage.apps.surveys.queries.frames import Frame
from maillage.kernel.errors import Refused
from maillage.publishing.survey import charts as survey_charts
from maillage.publishing.survey import waves as wave_rules
from maillage.publishing.survey.charts import Bar
from maillage.publishing.survey.findings import PROFILE
from maillage.publishing.survey.published_row import printed
from maillage.questionnaires.questionnaire import Question, tabulable, words
from maillage.statistics.survey import differences as survey_differences
from maillage.statistics.survey.differences import Compared
from maillage.statistics.survey.tables import Tabulation
from maillage.statistics.survey.tabulation import of_sample
from maillage.words.rounding import rounded
from maillage.words.wording import NBSP, bounds, number

Moves = Mapping[wave_rules.AnswerName, wave_rules.Move]
RESPONDENT_FACTS = PROFILE | {
    PLACE,
    STRUCTURE,
    CHANNEL,
}  # who answered, where and how: no subject of an answer


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


def shared_subjects(frame: Frame, other: Frame) -> list[Pair]:
    """Return the subjects that both surveys ask about, in the order of the first; nothing when they share
    none.

    A subject is matched by its topic, or by the name of its question. Samples are assumed independent: it is
    unknown whether the same people answered both.
    """
    if not len(frame.table) or not len(other.table):
        raise Refused(
            "Rien à comparer.",
            why="L’une des deux enquêtes n’a aucune réponse.",
            do="Choisissez une enquête qui en a.",
        )
    tables = [
        (
            own_question,
            other_question,
            of_sample(frame.sample, own_question.name, rounding=frame.survey.rounding),
            of_sample(other.sample, other_question.name, rounding=frame.survey.rounding),
        )
        for own_question, other_question in shared(frame, other)
    ]
    answered = [table for table in tables if table[2].n and table[3].n]
    moves = _moves(frame, other, answered)
    return [_pair(frame, other, *table, f"p{k}", moves) for k, table in enumerate(answered)]


def _moves(
    frame: Frame, other: Frame, tables: Sequence[tuple[Question, Question, Tabulation, Tabulation]]
) -> Moves:
    """Return the change of every answer from a wave to the next, as the report of the later one decides and
    rounds it: from published shares, every answer counted together; nothing where neither follows the other.
    """
    is_later = _follows(frame.survey, other.survey)
    if frame.survey.kind != other.survey.kind or not (is_later or _follows(other.survey, frame.survey)):
        return {}
    shares: list[dict[wave_rules.AnswerName, wave_rules.WaveShare]] = [{}, {}]
    for own_question, other_question, one, two in tables:
        is_same = own_question.name == other_question.name and _are_one(
            own_question, other_question, one, two, frame, other
        )
        if not is_same or own_question.observed:
            continue
        for wave, table, survey_frame in zip(shares, (one, two), (frame, other), strict=True):
            for row in (x for x in table.rows if not x.by):
                value, low, high = printed(
                    row.figure, weighted=survey_frame.weighted, rounding=table.rounding
                )
                if isinstance(value, str) or isinstance(low, str) or isinstance(high, str):
                    continue
                name = " ".join(row.grouped) or row.category
                wave[own_question.name, name] = wave_rules.WaveShare(
                    table.label, row.label, table.universe, str(survey_frame.weighted), (value, low, high)
                )
    own_shares, other_shares = shares
    if is_later:
        return wave_rules.moves(other_shares, own_shares)
    return wave_rules.moves(own_shares, other_shares)


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


def shared(frame: Frame, other: Frame) -> list[tuple[Question, Question]]:
    """Return the questions of both on the same subject, each used once.

    Respondent characteristics are excluded: an age does not rise, it describes the sample. Between
    inhabitants and structures, a name alone does not match: the « besoins » of a structure are not those of a
    person.
    """
    unmatched, same_people = (
        tabulable(other.questionnaire),
        frame.survey.kind == other.survey.kind,
    )
    out = []
    for own_question in tabulable(frame.questionnaire):
        if own_question.name in RESPONDENT_FACTS or own_question.census:
            continue
        named = (
            each for each in unmatched if each.name == own_question.name and each.kind == own_question.kind
        )
        match = next(
            (each for each in named if same_people or each.topic == own_question.topic), None
        ) or next(
            (each for each in unmatched if own_question.topic and each.topic == own_question.topic), None
        )
        if match is not None:
            unmatched.remove(match)
            out.append((own_question, match))
    return out


def _pair(
    frame: Frame,
    other: Frame,
    own_question: Question,
    other_question: Question,
    one: Tabulation,
    two: Tabulation,
    id: str,
    moves: Moves,
) -> Pair:
    names = frame.survey.title, other.survey.title
    differences: tuple[Compared, ...] = ()
    sentences: list[str] = []
    with suppress(Refused):  # no answer in common
        if _are_alike(own_question, other_question, one, two):
            differences = survey_differences.between(one, two, names=names).pairs
            if frame.survey.kind == other.survey.kind and own_question.name == other_question.name:
                waves = _follows(frame.survey, other.survey), _follows(other.survey, frame.survey)
                moved = (
                    differences
                    if not waves[1]
                    else survey_differences.between(two, one, names=names[::-1]).pairs
                )
                trend = any(waves) and _are_one(own_question, other_question, one, two, frame, other)
                differences = tuple(
                    _as_published(x, own_question.name, moves, is_later=waves[0]) for x in differences
                )
                moved = tuple(_as_published(x, own_question.name, moves, is_later=True) for x in moved)
                sentences = [survey_differences.in_words(each, waves=trend) for each in moved]
            elif frame.survey.kind != other.survey.kind and frame.survey.territory == other.survey.territory:
                sentences = [survey_differences.in_words(each) for each in differences if each.survives]
    panels = [
        (
            f"{title} (n{NBSP}={NBSP}{table.n})",
            [Bar(label=row.label, figure=row.figure) for row in table.of()],
        )
        for title, table in zip(names, (one, two), strict=True)
    ]
    label = " ".join(f"{title} : {survey_charts.in_words(bars, rule=one.rounding)}" for title, bars in panels)
    return Pair(
        topic=words(own_question.label) or own_question.name,
        first=words(own_question.label),
        second=words(other_question.label),
        same_words=words(own_question.label) == words(other_question.label),
        universes=(one.universe, two.universe),
        n=(one.n, two.n),
        svg=survey_charts.multiples(panels, id=id, label=label, rule=one.rounding),
        lines=[_line(each, one, two) for each in differences],
        sentences=sentences,
    )


def _follows(one: Survey, other: Survey) -> bool:
    """Return True if a survey is a later wave of another, as linked, on the same territory: only then may a
    share rise or fall.
    """
    wave, numbers = one.after, {one.pk}
    while wave is not None and wave.pk not in numbers:
        if wave.pk == other.pk:
            return one.territory == other.territory
        numbers.add(wave.pk)
        wave = wave.after
    return False


def _are_one(
    own_question: Question,
    other_question: Question,
    one: Tabulation,
    two: Tabulation,
    own_frame: Frame,
    other: Frame,
) -> bool:
    """Return True if both waves ask one question of one people, counted alike: else a share may differ, not
    rise.
    """
    both = (
        (words(question.label), table.universe, frame.survey.universe, frame.weighted)
        for question, table, frame in ((own_question, one, own_frame), (other_question, two, other))
    )
    labels = {row.category: row.label for row in two.of()}
    same_answers = all(labels.get(row.category, row.label) == row.label for row in one.of())
    return len(set(both)) == 1 and same_answers


def _are_alike(own_question: Question, other_question: Question, one: Tabulation, two: Tabulation) -> bool:
    """Return True if the share of one answer means the same in both: « non » to two questions is not one
    answer.
    """
    if own_question.name == other_question.name or (one.form == two.form == "many"):
        return True
    same = {row.category for row in one.of()} == {row.category for row in two.of()}
    return same and (
        words(own_question.label) == words(other_question.label)
        or bool(own_question.topic and own_question.topic == other_question.topic)
    )


def _line(difference: Compared, one: Tabulation, two: Tabulation) -> Line:
    own_row, other_row = one.row(difference.category), two.row(difference.category)
    return Line(
        label=difference.label,
        first=survey_charts.one(own_row.figure, one.rounding) if own_row else number(difference.one_percent),
        second=survey_charts.one(other_row.figure, two.rounding)
        if other_row
        else number(difference.other_percent),
        difference=f"{'+' if difference.points > 0 else ''}{number(rounded(difference.points))}",
        between=" à ".join(bounds(difference.low, difference.high)),
        significant=difference.survives,
    )
