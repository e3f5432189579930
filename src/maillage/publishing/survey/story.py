"""Findings of a survey, ranked by how much they matter and how sure they are, each with its meaning and its
call; and the crossings that carry a message, kept when chance does not explain them.

Source: docs/methods/resultats-enquete.md
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.publishing.survey import findings
from maillage.publishing.survey.charts import Bar
from maillage.publishing.survey.document import Card
from maillage.publishing.survey.findings import (
    SMALL,
    GroupShare,
    Highlight,
    Line,
    PeopleNoun,
    QuestionAnswers,
)
from maillage.questionnaires.questionnaire import ZONE, National
from maillage.reference.survey_messages import OTHER_AXIS, Message, messages
from maillage.statistics.survey import differences, samples
from maillage.statistics.survey.columns import CITED, UNLISTED
from maillage.statistics.survey.differences import Compared
from maillage.statistics.survey.samples import Sample
from maillage.statistics.survey.tables import Counted, Row, Tabulation
from maillage.statistics.survey.tabulation import of_sample
from maillage.words.rounding import rounded
from maillage.words.wording import NBSP, lower_first, number, percent, survey_share

MOST = 10  # findings of the story
MOST_CROSSED = 12  # tables looked at, those by zone left out
MOST_ANSWERS = 30  # of a question that another is crossed with
MOST_GROUPS = 12  # of a question that another is crossed with
LEAST_IN_GROUP = 10  # respondents
MOST_BARS = 7  # of the drawing of a finding
NEARLY_ALL = 90.0  # percent: an answer that so many rank says nothing by being ranked
HALF = 50.0  # percent: what more people have is told by those without it
SURE = 14.0  # points: an interval this wide leaves a finding its whole weight
NATIONAL, CROSSED = 1.0, 1.5  # weight that a sure difference adds
PARTS = {
    "deux": "la moitié",
    "trois": "un tiers",
    "quatre": "un quart",
    "cinq": "un cinquième",
    "dix": "un dixième",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A question crossed by another for one message. pairs: groups compared two by two for `answers`, every
    comparison of the survey counted. share: that of the message within several answers taken together; the
    table is then the same crossing read the other way.
    """

    message: Message
    answers: frozenset[str]
    table: Tabulation
    pairs: tuple[Compared, ...]
    share: Estimate | None = None

    @property
    def question(self) -> str:
        """The question of its message."""
        return self.table.question if self.share is None else self.table.by

    @property
    def sure(self) -> tuple[Compared, ...]:
        """The differences that chance does not explain, the largest first."""
        return tuple(sorted((x for x in self.pairs if x.survives), key=lambda x: -abs(x.points)))

    @property
    def rows(self) -> dict[str, Row]:
        """The published share of these answers in each group, by the name of the group."""
        return {
            row.by: row
            for row in self.table.rows
            if row.by
            and {*(row.grouped or (row.category,))} == self.answers
            and isinstance(row.figure, Estimate)
        }


def crossings(sample: Sample, cards: Sequence[Card], before: Sequence[Counted] = ()) -> list[Crossing]:
    """Return the crossings worth telling, from what may be published: those where a difference between two
    groups is sure once every comparison looked at is counted, and the share of one group that a message asks
    for.
    """
    names = {variable: name for name, variable in sample.reader.questionnaire.counted().items()}
    if ZONE in sample.reader.answers:  # the communes of a zone taken together tell more than each of them
        names |= {"commune": ZONE, "zone": ZONE}
    looked: list[Crossing] = []
    for question, message, line in sorted(_candidates(cards), key=lambda x: -(x[1].weight_by or x[1].weight)):
        for by in (names.get(each, each) for each in (*message.by, *message.within)):
            n_looked = sum(each.table.by != ZONE for each in looked)
            if (by == ZONE or n_looked < MOST_CROSSED) and (
                crossing := _crossing(sample, question, message, line, by, before)
            ):
                looked.append(crossing)
    adjusted = iter(differences.adjusted([pair for each in looked for pair in each.pairs]))
    looked = [replace(each, pairs=tuple(next(adjusted) for _ in each.pairs)) for each in looked]
    return [each for each in looked if each.sure or each.message.within]


def _crossing(
    sample: Sample,
    question: QuestionAnswers,
    message: Message,
    line: Line,
    by: str,
    before: Sequence[Counted],
) -> Crossing | None:
    reader, within = sample.reader, message.within.get(by, "").split()
    if by == question.name or by not in reader.answers or reader.is_partial(by):
        return None
    crossed, across = (by, question.name) if len(within) > 1 else (question.name, by)
    try:
        if not 1 < len(reader.group(by).categories) <= MOST_ANSWERS:
            return None
        table = of_sample(sample, crossed, by=across, rounding=question.rounding, before=before)
    except Refused:  # too fine, or words: nothing would be published
        return None
    if len(within) > 1:
        return _taken_together(sample, message, line, table, within)
    answers = frozenset(line.name.split())
    large = {group.label for group in table.groups if (group.n or 0) >= LEAST_IN_GROUP}
    if len(large) > MOST_GROUPS:
        return None
    pairs = [x for x in differences.contrasts(sample, table, answers) if {x.one, x.other} <= large]
    return Crossing(message=message, answers=answers, table=table, pairs=tuple(pairs))


def _taken_together(
    sample: Sample, message: Message, line: Line, table: Tabulation, within: Sequence[str]
) -> Crossing | None:
    """Return the share of an answer among those who gave one of several, where the crossing read the other
    way publishes these answers together: with the two tables it then follows, and reveals nothing more.

    table: of the question that makes the group, by that of the message.
    """
    crossing = Crossing(message=message, answers=frozenset(within), table=table, pairs=())
    if line.name not in crossing.rows:
        return None
    row = of_sample(samples.only(sample, {table.question: within}), table.by).row(line.name)
    if row is None or not isinstance(row.figure, Estimate):
        return None
    pairs = differences.contrasts(sample, table, crossing.answers)
    return replace(crossing, pairs=tuple(pairs), share=row.figure)


def story(
    cards: Sequence[Card], crossed: Sequence[Crossing], people: PeopleNoun, *, has_places: bool = False
) -> list[Highlight]:
    """Return the findings, ten at most, axis by axis then by weight. has_places: most communes of
    the territory have a known place, so that a meaning may tell that the offer is there.
    """
    by_name = {card.answers.name: card.answers for card in cards}
    shares = [
        (message, _finding(question, message, line, people, has_places=has_places))
        for question, message, line in _candidates(cards)
        if not message.within
    ]
    ids = {message.id for message, _ in shares if message.id}
    groups = [
        (crossing.message, highlight)
        for crossing in crossed
        if crossing.sure or crossing.message.joins in ids  # chance alone makes no finding: it nuances one
        if (highlight := _crossed(crossing, by_name, people)) is not None
    ]
    inside = [pair for pair in groups if pair[0].within]
    gaps = [highlight for message, highlight in groups if not message.within]
    chosen = sorted((*_joined([*shares, *inside]), *gaps), key=lambda finding: -finding.weight)[:MOST]
    axes = list(messages().axes.values())
    return sorted(chosen, key=lambda finding: (axes.index(finding.axis), -finding.weight))


def _joined(shares: Sequence[tuple[Message, Highlight]]) -> list[Highlight]:
    """Return the findings; one that joins another is told in its meaning, or alone where it is not there."""
    by_id = {message.id: highlight for message, highlight in shares if message.id}
    for message, highlight in shares:
        if (main := by_id.get(message.joins)) is not None:
            between = survey_share(highlight.figure).between
            note = f"{highlight.fact}{f' ({between})' if between else ''}."
            by_id[message.joins] = replace(
                main,
                meaning=f"{main.meaning} {note}".strip(),
                call=highlight.call
                if message.within and not findings.is_chance(highlight.meaning)
                else main.call,
                behind=(*main.behind, *highlight.behind[:1]),
                joined=(*main.joined, highlight),
            )
    return [by_id.get(message.id, highlight) for message, highlight in shares if message.joins not in by_id]


def _candidates(cards: Sequence[Card]) -> Iterator[tuple[QuestionAnswers, Message, Line]]:
    """Yield each message that a question bears with its answers, or its own words when none is written."""
    ranked = _ranking_tables(cards)
    for card in cards:
        question = card.answers
        if ranked.get(question.name.removesuffix(CITED), question.name) != question.name:
            continue
        if question.of_whom or question.observed or not question.n or question.name in messages().silent:
            continue
        if question.is_unlisted:
            continue
        written = messages().about(question.name, _scale(question))
        pairs = [(message, _line(question, message)) for message in written]
        known = [(message, line) for message, line in pairs if line is not None]
        for message, line in known or _own(question):
            if _is_tellable(question, message, line):
                yield question, message, line


def _ranking_tables(cards: Sequence[Card]) -> dict[str, str]:
    """Return, for each ranking, which of its two tables says something: what comes first where nearly all
    rank every answer, what is ranked elsewhere.
    """
    return {
        name: name
        if all(isinstance(x.figure, Estimate) and x.figure.value > NEARLY_ALL for x in card.answers.lines)
        else card.answers.name
        for card in cards
        if (name := card.answers.name.removesuffix(CITED)) != card.answers.name
    }


def _scale(question: QuestionAnswers) -> str:
    return ("ease" if question.worry else "satisfaction") if question.scale else ""


def _line(question: QuestionAnswers, message: Message) -> Line | None:
    """Return the answers of a message among those of a question, None where they are not all there."""
    if message.scale:
        return (question.groups[0] if question.worry else question.groups[-1]) if question.groups else None
    lines = (*question.lines, *question.groups, *question.compared)
    return next((line for line in lines if {*line.name.split()} == {*message.answers}), None)


def _own(question: QuestionAnswers) -> list[tuple[Message, Line]]:
    """Return the message of a question of no known questionnaire, in its own words."""
    if question.name.endswith(CITED):
        return []
    label = question.label.strip().rstrip(":").strip()
    printed = [line for line in question.lines if isinstance(line.figure, Estimate)]
    if question.scale and question.groups:
        line, weight = question.groups[0] if question.worry else question.groups[-1], 8
    elif yes := [line for line in printed if line.name.lower() in ("oui", "yes", "1")]:
        line, weight = yes[0], 4
    elif len(first := findings.leaders(question.lines, question)) == 1 and first[0].name != UNLISTED[0]:
        line, weight = first[0], 7 if _is_of_most(first[0]) else 4
    else:
        return []
    says = f"répondent « {line.label} » à « {label} »"
    axis = "besoins" if question.worry else OTHER_AXIS
    by = ("age", "sexe") if question.scale else ()
    return [(Message(axis=axis, weight=weight, says=says, calls="", by=by), line)]


def _is_of_most(line: Line) -> bool:
    return isinstance(line.figure, Estimate) and line.figure.low > HALF


def _is_tellable(question: QuestionAnswers, message: Message, line: Line) -> bool:
    if not isinstance(line.figure, Estimate) or not line.figure.value or line.unpublished:
        return False
    if message.first and line.name not in {each.name for each in _first(question)[:1]}:
        return False
    return bool(message.within) or message.least <= line.figure.value < message.most + 1e-9


def _first(question: QuestionAnswers) -> list[Line]:
    """Return the answers that come first among those published: two at most, none of a longer tie."""
    printed = {line.name: line.figure.value for line in question.lines if isinstance(line.figure, Estimate)}
    ranked = sorted(
        (line for line in question.lines if printed.get(line.name)), key=lambda x: -printed[x.name]
    )
    first = findings.tied(ranked)
    return first if len(first) <= findings.MOST_TIED else []


def _finding(
    question: QuestionAnswers, message: Message, line: Line, people: PeopleNoun, *, has_places: bool
) -> Highlight:
    figure, says, proof = line.figure, message.says, line.label
    assert isinstance(figure, Estimate)
    if message.lacks and figure.value > HALF:
        figure, says, proof = _without(figure, question), message.lacks, f"« {line.label} » non cité"
    means = message.means if has_places else message.means_unsure or message.means
    if question.several:  # nobody was asked what comes first
        says = says.replace(" d’abord", "")
    of_some = message.among or _of_some(question)
    among, fraction = of_some or _people(question, people), _fraction(question, figure, people)
    share = f"{_percent(figure, question)} {among}"
    notes = [
        *(_national(question, line, national, lacks=proof != line.label) for national in question.national),
        _planned(question, line),
        _runner_up(question, line) if message.first else "",
    ]
    differs = any(
        {*national.choice.split()} <= {*line.name.split()} and _is_apart(question, national)
        for national in question.national
    )
    return Highlight(
        key=f"{findings.LEADING}:{question.name}:{'+'.join(line.name.split())}",
        axis=messages().axes[message.axis],
        headline=f"{(not of_some and fraction) or share} {says}",
        fact=f"{share} {says}{_star(figure.n)}",
        meaning=" ".join([note for note in notes if note][:2]) or means,
        call=findings.FOLLOW if _is_favourable(question, message, line) else message.calls,
        figure=figure,
        bars=_bars(question, line),
        wording=question.label,
        universe=question.universe,
        weight=message.weight * _sureness(figure) + NATIONAL * differs,
        behind=(findings.behind(proof, figure, question),),
    )


def _crossed(
    crossing: Crossing, by_name: Mapping[str, QuestionAnswers], people: PeopleNoun
) -> Highlight | None:
    """Return the finding of a crossing: the group worst off beside the one best off; or the group that the
    message asks for, beside another.
    """
    rows, message, question = crossing.rows, crossing.message, by_name[crossing.question]
    if crossing.share is not None:
        return _of_answers(crossing, crossing.share, question)
    by_label = {row.by_label: row for row in rows.values()}
    by = crossing.table.by_label.rstrip(f" .?{NBSP}")
    if message.within:
        high = rows.get(next(iter(message.within.values())))
        low = next((row for row in rows.values() if row is not high), None)
    else:
        gap = crossing.sure[0]
        is_one_first = (gap.points > 0) != message.asset
        high, low = (by_label[name] for name in (gap.one, gap.other)[:: 1 if is_one_first else -1])
    least = message.least if message.within else 0.0
    if high is None or not isinstance(high.figure, Estimate) or high.figure.value < least:
        return None
    figure, call = high.figure, message.calls_by or message.calls
    if high.by in message.expected:
        if not message.calls_more or low is None or not isinstance(low.figure, Estimate):
            return None
        figure, call = low.figure, message.calls_more
        high, low = low, high
    names = _group_names(crossing, by_name.get(crossing.table.by), _people(question, people))
    fact = _of_group(high, question, names, message.says)
    lines = (*question.lines, *question.groups)
    label = next((line.label for line in lines if {*line.name.split()} == crossing.answers), question.label)
    return Highlight(
        key=f"{findings.LEADING}:{question.name}:{'+'.join(sorted(crossing.answers))}:{crossing.table.by}",
        axis=messages().axes[message.axis],
        headline=fact,
        fact=f"{fact}{_star(figure.n)}",
        meaning=_against(low, question, names, is_sure=bool(crossing.sure))
        + _nearest(crossing, high, low, question, names),
        call=call,
        figure=figure,
        bars=tuple(
            Bar(label=f"{row.by_label}{_star(row.figure.n)}", figure=row.figure)
            for row in rows.values()
            if isinstance(row.figure, Estimate)
        ),
        wording=f"{question.label} « {label} », selon : {lower_first(by)}.",
        universe=question.universe,
        weight=_weight(crossing, figure),
        behind=tuple(
            findings.behind(f"{label}, {names.get(row.by, row.by_label)}", row.figure, question)
            for row in (high, low)
            if row
        ),
        group=_group(crossing, label, high.by_label, figure),
    )


def _of_answers(crossing: Crossing, share: Estimate, question: QuestionAnswers) -> Highlight | None:
    """Return the finding of the share of a message among those who gave one of several answers."""
    message, of_group = crossing.message, messages().groups[crossing.table.question]
    if not message.least <= share.value < message.most:
        return None
    people = of_group[message.within[crossing.table.question]]
    fact = f"{_percent(share, question)} {people.replace('les ', 'des ', 1)} {message.says}"
    line = next(line for line in question.lines if {*line.name.split()} == {*message.answers})
    label = line.label
    assert isinstance(line.figure, Estimate)
    is_better = bool(message.means_more) and share.value > line.figure.value
    return Highlight(
        key=f"{findings.LEADING}:{question.name}:{'+'.join(message.answers)}:{crossing.table.question}",
        axis=messages().axes[message.axis],
        headline=fact,
        fact=f"{fact}{_star(share.n)}",
        meaning=_compared_with_all(crossing, share, line, question),
        call=findings.FOLLOW if is_better and crossing.sure else message.calls,
        figure=share,
        bars=(Bar(label=label, figure=share),),
        wording=f"{question.label} « {label} », parmi {people}.",
        universe=question.universe,
        weight=_weight(crossing, share),
        behind=(findings.behind(f"{label}, {people}", share, question),),
        group=_group(crossing, label, people, share),
    )


def _compared_with_all(crossing: Crossing, share: Estimate, line: Line, question: QuestionAnswers) -> str:
    """Return on which side of everybody's share that of a group is, when chance does not explain it."""
    message = crossing.message
    assert isinstance(line.figure, Estimate)
    is_more = share.value > line.figure.value
    side = message.means_more if is_more else message.means
    gap_text = side if crossing.sure else f"{findings.NO_SURE_GAP}."
    return f"{gap_text} Pour tous : {_percent(line.figure, question)}."


def _group(crossing: Crossing, label: str, group: str, figure: Estimate) -> GroupShare:
    message = crossing.message
    is_carried = message.least <= figure.low and figure.high <= message.most
    return GroupShare(
        question=crossing.question,
        answers=" ".join(message.answers or sorted(crossing.answers)),
        label=label,
        by=crossing.table.by if crossing.share is None else crossing.table.question,
        group=group,
        axis=message.axis,
        weight=message.weight_by or message.weight,
        is_sure=is_carried if message.within else bool(crossing.sure),
    )


def _weight(crossing: Crossing, figure: Estimate) -> float:
    """Return the weight of a crossing: less than that of the whole, unless its message says otherwise."""
    message = crossing.message
    weight = (message.weight_by or message.weight) * _sureness(figure) + CROSSED * bool(crossing.sure)
    return weight if message.weight_by or message.within else min(weight, 0.9 * message.weight)


def _group_names(crossing: Crossing, by: QuestionAnswers | None, people: str) -> Mapping[str, str]:
    """Return the noun of each group, « les habitants de plus de 70 ans »: « Oui » says nothing without its
    question. by: the question that makes the groups; people: « des structures ».
    """
    noun, name = people.replace("des ", "les ", 1), crossing.table.by
    label = findings.question_words(by.label if by else crossing.table.by_label)
    is_age = by is not None and by.of_whom and name not in findings.PROFILE
    names = {
        each.by: f"{noun} {words}"
        if (words := findings.group_words(each.label, "age" if is_age else name))
        else f"{noun} qui disent « {each.label} » à « {label} »"
        for each in crossing.table.groups
    }
    return {**names, **messages().groups.get(name, {})}


def _of_group(row: Row, question: QuestionAnswers, names: Mapping[str, str], says: str) -> str:
    """Return « 43 % des personnes déjà formées restent mal à l’aise »."""
    return f"{_percent(row.figure, question)} {names[row.by].replace('les ', 'des ', 1)} {says}"


def _against(row: Row | None, question: QuestionAnswers, names: Mapping[str, str], *, is_sure: bool) -> str:
    if row is None or not isinstance(row.figure, Estimate):
        return ""
    printed = survey_share(row.figure, rule=question.rounding)
    share = f"{printed.value} {names[row.by].replace('les ', 'des ', 1)}"
    end = "L’écart est sûr." if is_sure else f"{findings.UNSURE_GAP}."
    return f"C’est le cas de {share}{f' ({printed.between})' if printed.low else ''}. {end}"


def _of_some(question: QuestionAnswers) -> str:
    """Return those to whom alone a question was put, as a sentence counts them; "" for one put to all."""
    if question.partial:
        return findings.those(question.universe)
    if question.is_base_public and findings.is_put_to_some(question.n, question.n_respondents):
        return f"des répondants à cette question ({number(question.n)} sur {number(question.n_respondents)})"
    return ""


def _people(question: QuestionAnswers, people: PeopleNoun) -> str:
    return f"des {findings.people_of(question, people).many}"


def _nearest(
    crossing: Crossing,
    high: Row,
    low: Row | None,
    question: QuestionAnswers,
    names: Mapping[str, str],
) -> str:
    """Return the share of the group nearest to the one that a finding names, where it is not the one farthest
    from it: the gap with a single group would pass for one with all.
    """
    values = {row.by: row.figure.value for row in crossing.rows.values() if isinstance(row.figure, Estimate)}
    other_rows = [row for row in crossing.rows.values() if row.by in values and row not in (high, low)]
    if low is None or not other_rows or crossing.message.within:
        return ""
    nearest = min((*other_rows, low), key=lambda row: abs(values[row.by] - values[high.by]))
    if nearest is low:
        return ""
    pair = {high.by_label, nearest.by_label}
    way = "écart sûr" if any({gap.one, gap.other} == pair for gap in crossing.sure) else "sans écart sûr"
    share = f"{_percent(nearest.figure, question)} {names[nearest.by].replace('les ', 'des ', 1)}"
    return f" Le plus proche : {share}, {way}."


def _without(figure: Estimate, question: QuestionAnswers) -> Estimate:
    """Return the share of those who did not give an answer: with the printed one, it makes a hundred."""
    value, low, high = (
        100 - rounded(figure.value, rule=question.rounding),
        100 - figure.high,
        100 - figure.low,
    )
    return replace(figure, value=min(max(value, low), high), low=low, high=high)


def _national(question: QuestionAnswers, line: Line, national: National, *, lacks: bool) -> str:
    """Return the share of the country for these answers or some of them, "" for others. lacks: of those who
    do not give them.
    """
    choice = {*national.choice.split()}
    if not choice <= {*line.name.split()}:
        return ""
    shared = 100 - national.percent if lacks else national.percent
    value = percent(shared, 0 if float(shared).is_integer() else 1)
    every = (*question.lines, *question.groups, *question.compared)
    part = next(each for each in every if {*each.name.split()} == choice)
    if not isinstance(part.figure, Estimate):
        return ""
    way = national.side_words(part.figure.low, part.figure.high)
    source = f"{value} en France ({national.producer}, {national.year})"
    if choice == {*line.name.split()}:
        return f"{source} : {way}."
    return f"« {part.label} » : {_percent(part.figure, question)}, contre {source}, {way}."


def _is_favourable(question: QuestionAnswers, message: Message, line: Line) -> bool:
    """Return True if the country is surely worse off: a difficulty rarer here, an asset more common here."""
    for national in question.national:
        if {*national.choice.split()} != {*line.name.split()} or not _is_apart(question, national):
            continue
        assert isinstance(line.figure, Estimate)
        return (line.figure.value > national.percent) == (message.asset or bool(message.lacks))
    return False


def _is_apart(question: QuestionAnswers, national: National) -> bool:
    """Return True for a published figure outside the interval of the same answers."""
    for line in (*question.lines, *question.groups, *question.compared):
        if {*line.name.split()} == {*national.choice.split()} and isinstance(line.figure, Estimate):
            return not line.figure.low <= national.percent <= line.figure.high
    return False


def _planned(question: QuestionAnswers, line: Line) -> str:
    planned = next((each.figure for each in question.lines if each.name == "en_projet"), None)
    if line.name != "aujourdhui" or not isinstance(planned, Estimate) or not planned.value:
        return ""
    return f"{_percent(planned, question)} l’ont en projet."


def _runner_up(question: QuestionAnswers, line: Line) -> str:
    """Return the answer that comes after, or beside in a tie; "" where one is withheld, nobody gave another,
    or several come after together.
    """
    first = _first(question)
    if len(first) > 1:
        other = next(tie for tie in first if tie.name != line.name)
        if other.name == UNLISTED[0]:
            return ""
        return f"Sans écart net avec « {other.label} » ({_percent(other.figure, question)})."
    excluded_names = (line.name, "autre", UNLISTED[0])
    below = [line_below for line_below in question.lines if line_below.name not in excluded_names]
    if not below or not all(isinstance(line_below.figure, Estimate) for line_below in below):
        return ""
    best, *runners_up = sorted(
        below,
        key=lambda line_below: -line_below.figure.value if isinstance(line_below.figure, Estimate) else 0.0,
    )
    best_share = _percent(best.figure, question)
    is_tied = any(_percent(each.figure, question) == best_share for each in runners_up)
    if is_tied or not (isinstance(best.figure, Estimate) and best.figure.value):
        return ""
    return f"Ensuite : « {best.label} » ({best_share})."


def _fraction(question: QuestionAnswers, figure: Estimate, people: PeopleNoun) -> str:
    persons = findings.PERSONS if question.partial else findings.people_of(question, people)
    words = findings.portion(figure, persons, question.rounding) or findings.most(figure, persons)
    for parts, part in PARTS.items():
        # « Un habitant sur trois » would ask for a verb in the singular.
        words = re.sub(rf"\bune? {persons.one} sur {parts}$", f"{part} des {persons.many}", words)
    words = words.replace("d’la", "de la")
    return f"{words[:1].upper()}{words[1:]}"


def _bars(question: QuestionAnswers, line: Line) -> tuple[Bar, ...]:
    """Return the answers that were given, the one that a finding speaks of among them."""
    national = {each.choice: each.percent for each in question.national}
    printed = [
        each
        for each in question.lines
        if isinstance(each.figure, Estimate) and (each.figure.value or each is line)
    ]
    if question.scale:
        return tuple(Bar(label=each.label, figure=each.figure) for each in question.printed)
    ranked = sorted(printed, key=lambda x: -x.figure.value if isinstance(x.figure, Estimate) else 0.0)
    return tuple(
        Bar(label=each.label, figure=each.figure, other=national.get(each.name))
        for each in ranked[:MOST_BARS]
    )


def _sureness(figure: Estimate) -> float:
    """Return 1 for a narrow interval, towards a half for one that says little."""
    width = figure.high - figure.low
    return 0.5 + 0.5 * min(1.0, SURE / width) if width else 1.0


def _percent(figure: object, question: QuestionAnswers) -> str:
    return survey_share(figure, rule=question.rounding).value or ""  # type: ignore[arg-type]  # a figure of the survey, by its callers


def _star(n: int) -> str:
    return f"{NBSP}*" if n < SMALL else ""
