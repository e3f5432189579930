"""From the table of a question to its card: its lines, its groups, and what sentences may be written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.publishing.survey import findings, services, story
from maillage.publishing.survey.document import WILL_NOT, Card, Group, Results
from maillage.publishing.survey.findings import FindingTexts, Gap, Line, PeopleNoun, QuestionAnswers, Sentence
from maillage.publishing.survey.story import Crossing
from maillage.questionnaires.questionnaire import Question, Questionnaire, tabulable, words
from maillage.statistics.survey import differences as survey_differences
from maillage.statistics.survey.cells import NOBODY, UNRANKED
from maillage.statistics.survey.columns import CITED, DATES, UNREAD
from maillage.statistics.survey.differences import Compared
from maillage.statistics.survey.notes import ALONE, LOOSE, LOOSE_STRUCTURES, RAW
from maillage.statistics.survey.protection import Protection
from maillage.statistics.survey.samples import Sample
from maillage.statistics.survey.tables import METHOD, Counted, Row, Tabulation
from maillage.statistics.survey.tabulation import of_sample
from maillage.statistics.survey.universe import UNKNOWN, Universe
from maillage.words.wording import bounds, lower_first, number

ORDERED = ("ease", "satisfaction")  # scales from the worst to the best, drawn on both sides of a middle
COUNTS = (
    "Les effectifs de chaque réponse ne sont pas dits : à côté de parts redressées, ils diraient qui a"
    " répondu quoi"
)
MEASURES = {"mean": "Moyenne", "median": "Médiane", "mean_rank": "Rang moyen"}
UNPUBLISHED = {"mean": " non publiée", "median": " non publiée", "mean_rank": " non publié"}
EMPTY = (NOBODY, UNRANKED)  # what nobody said, or ranked: there is nothing to publish


def card(sample: Sample, tabulation: Tabulation, crossed: Tabulation | None = None) -> Card:
    """Return how a question is shown. crossed: the same one by another, its differences between groups
    tested.
    """
    question = sample.reader.questionnaire.question(tabulation.question)
    significant_gaps, looked = gaps(sample, crossed) if crossed else ([], "")
    return Card(
        answers=_question_answers(sample, tabulation, question),
        counts=(
            {
                row.category: row.n
                for row in tabulation.of()
                if tabulation.are_counts_public and row.n is not None and isinstance(row.figure, Estimate)
            }
        ),
        by=crossed.by if crossed else "",
        by_label=crossed.by_label if crossed else "",
        least=tabulation.least,
        crossed_least=crossed.least if crossed else 0,
        groups=(
            tuple(
                Group(label=group.label, n=group.n, lines=_lines(crossed.of(group.by)))
                for group in crossed.groups
                if group.n
            )
            if crossed
            else ()
        ),
        gaps=tuple(significant_gaps),
        looked=looked,
        notes=tuple(
            dict.fromkeys(
                (
                    *_notes(tabulation),
                    *([question.unmatched] if question and question.unmatched else ()),
                    *([COUNTS] * (not tabulation.are_counts_public)),
                    *(_table_notes(crossed) if crossed else ()),
                    *_absent(crossed),
                )
            )
        ),
    )


def _absent(crossed: Tabulation | None) -> list[str]:
    """Return the sentence that names the groups whose base is withheld: a table that omits one must say
    so.
    """
    withheld_labels = [group.label for group in crossed.groups if group.n is None] if crossed else []
    return (
        [f"Groupes non montrés, pour que personne ne soit reconnu : {', '.join(withheld_labels)}."]
        if withheld_labels
        else []
    )


def _question_answers(sample: Sample, tabulation: Tabulation, question: Question | None) -> QuestionAnswers:
    grouped = [row for row in tabulation.rows if not row.by and row.grouped]
    return QuestionAnswers(
        name=tabulation.question,
        label=tabulation.label,
        lines=_lines(tabulation.of()),
        n=tabulation.n,
        universe=tabulation.universe,
        weighted=tabulation.weighted,
        scale=tabulation.scale in ORDERED,
        several=tabulation.form == "many",
        exclusive=tabulation.form in ("one", "number", "date") or sample.has_one_first(tabulation.question),
        groups=[
            Line(name=" ".join(row.grouped), label=row.label, figure=row.figure, unpublished=row.unpublished)
            for row in grouped
        ],
        national=question.national if question else (),
        compared=[
            Line(
                name=each.national.choice,
                label=each.label,
                figure=Estimate(
                    value=each.percent,
                    low=each.low,
                    high=each.high,
                    unit="pourcent",
                    universe=tabulation.universe,
                    n=each.n,
                    method=METHOD,
                ),
            )
            for each in (
                survey_differences.beside_national(sample, tabulation)
                if question and question.national
                else ()
            )
        ],
        rounding=tabulation.rounding,
        is_base_public=tabulation.is_base_public,
        worry=tabulation.scale == "ease",
        partial=sample.reader.is_partial(tabulation.question)
        or bool(sample.reader.filtered_universe(tabulation.question)),
        n_respondents=int(sample.domain.sum()),
        observed=question is not None and question.observed,
        census=question is not None and bool(question.census),
    )


def _lines(rows: Sequence[Row]) -> list[Line]:
    return [
        Line(
            name=" ".join(row.grouped) or row.category,
            label=row.label,
            figure=row.figure,
            ceiling=row.ceiling,
            unpublished=row.unpublished,
            is_vague=row.fragile and bool(row.percent),
        )
        for row in rows
    ]


def _table_notes(tabulation: Tabulation) -> list[str]:
    """Return the notes of a table, without those a document makes once for all its tables.

    ALONE is for readers who already have the answers: published, it would count one respondent. So are the
    values of UNREAD, which are the words of a few.
    """
    notes = [note for note in tabulation.notes if note not in (ALONE, LOOSE, LOOSE_STRUCTURES, RAW)]
    return (
        notes
        if tabulation.inside
        else [f"{note.partition(' : ')[0]}." if UNREAD in note else note for note in notes]
    )


def _notes(tabulation: Tabulation) -> list[str]:
    notes = _table_notes(tabulation)
    total = [each for each in tabulation.measures if not each.by]
    is_ranked = any(each.value not in (None, 1.0) for each in total if each.measure == "mean_rank")
    for measure in total:
        if measure.measure == "mean_rank" and not is_ranked:
            continue  # a single answer was ranked
        about = f", {measure.label}" if measure.category else ""
        if measure.value is None:
            agreed = UNPUBLISHED[measure.measure] if measure.why not in EMPTY else ""
            notes.append(
                f"{MEASURES[measure.measure]}{about}{agreed} : {lower_first(measure.why).rstrip('.')}"
            )
            continue
        unpublished = f". {WILL_NOT} : {lower_first(measure.unpublished)}" if measure.unpublished else ""
        between = (
            ""
            if measure.low is None or measure.high is None
            else " (entre {} et {})".format(*bounds(measure.low, measure.high, 1))
        )
        notes.append(f"{MEASURES[measure.measure]}{about} : {number(measure.value, 1)}{between}{unpublished}")
    return notes


def gaps(sample: Sample, crossed: Tabulation) -> tuple[list[Gap], str]:
    """Return the differences between two groups that chance does not explain, largest first, and how many
    were looked at.
    """
    try:
        comparisons = survey_differences.between_groups(sample, crossed)
    except Refused as error:
        return [], " ".join(error.sentences)
    gaps_found = [gap(each, crossed.universe) for each in comparisons.significant]
    return sorted(gaps_found, key=lambda measured: -abs(measured.difference.value)), comparisons.note


def gap(comparison: Compared, universe: str) -> Gap:
    """Return a comparison as sentences need it: from `other` to `one`."""

    def estimate(value: float, low: float, high: float, n: int) -> Estimate:
        return Estimate(
            value=value, low=low, high=high, unit="pourcent", universe=universe, n=n, method=METHOD
        )

    return Gap(
        label=comparison.label,
        first=comparison.one,
        second=comparison.other,
        first_figure=estimate(
            comparison.one_percent, comparison.one_percent, comparison.one_percent, comparison.n
        ),
        second_figure=estimate(
            comparison.other_percent, comparison.other_percent, comparison.other_percent, comparison.other_n
        ),
        difference=estimate(
            comparison.points, comparison.low, comparison.high, comparison.n + comparison.other_n
        ),
    )


def every(
    sample: Sample,
    *,
    rounding: str = "nearest",
    by: str = "",
    before: Sequence[Counted] = (),
    skip: Sequence[str] = (),
    inside: bool = False,
) -> list[Card]:
    """Return the card of every question with answers. by: also cross them with this question, itself
    excepted. inside: for those who hold the answers.
    """
    tables_and_cards = tables(sample, rounding=rounding, by=by, before=before, skip=skip, inside=inside)
    return [question_card for _, question_card in tables_and_cards]


def tables(
    sample: Sample,
    *,
    rounding: str = "nearest",
    by: str = "",
    before: Sequence[Counted] = (),
    skip: Sequence[str] = (),
    inside: bool = False,
) -> list[tuple[Tabulation, Card]]:
    """Return the table and the card of every question with answers, in the order of the questionnaire.

    before: counts published by earlier editions. skip: questions left out. A question that makes no table is
    left out too; a ranking makes two, what comes first and all that is cited. Raises Refused when `by` is no
    question, or a date.
    """
    questionnaire, out = sample.reader.questionnaire, []
    crossing = questionnaire.question(by) if by else None
    if crossing is not None and crossing.kind in DATES:
        raise Refused(
            f"Les réponses ne se croisent pas avec « {words(crossing.label) or by} ».",
            why="C’est une date : elle situe une réponse, elle ne réunit pas des personnes.",
            do="Choisissez une question dont les réponses forment des groupes.",
        )
    questions = [question for question in tabulable(questionnaire) if question.name not in skip]
    for name in (name for question in questions for name in _tables_of(sample, question)):
        try:
            tabulation = of_sample(sample, name, rounding=rounding, before=before, inside=inside)
        except (
            Refused
        ):  # what was typed there is no number, no date: it is told where the question is asked for alone
            continue
        if not tabulation.n:
            continue
        crossed = None
        if by and by != name:
            crossed = of_sample(sample, name, by=by, rounding=rounding, before=before, inside=inside)
        out.append((tabulation, card(sample, tabulation, crossed)))
    return out


def _tables_of(sample: Sample, question: Question) -> list[str]:
    """Return the tables of a question with answers; of a ranking of several, what it cites too."""
    if question.name not in sample.reader.answers:
        return []
    ranks = sample.reader.column(question.name).ranks if question.kind == "rank" else None
    is_ranked = ranks is not None and bool((ranks > 1).any())
    return [question.name, *([question.name + CITED] if is_ranked else [])]


def sentences(cards: Sequence[Card], people: PeopleNoun) -> list[Sentence]:
    """Return the sentences that rules write about these questions and their differences between groups."""
    out: list[Sentence] = []
    for question_card in cards:
        out += findings.sentences(question_card.answers, people)
        if (
            question_card.gaps
            and (
                gap_text := findings.gap_sentence(
                    question_card.answers, question_card.gaps, question_card.by, question_card.by_label
                )
            )
            is not None
        ):
            out.append(gap_text)
    return out


def crossed(sample: Sample, cards: Sequence[Card], crossings: Sequence[Crossing]) -> list[Card]:
    """Return the cards of crossed questions, in the order of the crossings: each answer where all are
    published, else those that the finding takes together.
    """
    by_name = {card.answers.name: card for card in cards}
    out = []
    for crossing in crossings:
        differences, looked = gaps(sample, crossing.table)
        card = by_name[crossing.table.question]
        groups = _groups(crossing, together=False)
        if not all(isinstance(line.figure, Estimate) for group in groups for line in group.lines):
            lines = [line for line in card.answers.groups if {*line.name.split()} == crossing.answers]
            if lines and crossing.rows:
                card = replace(card, answers=replace(card.answers, lines=lines))
                groups = _groups(crossing, together=True)
                differences = [gap(pair, crossing.table.universe) for pair in crossing.sure]
                looked = ""
        out.append(
            replace(
                card,
                by=crossing.table.by,
                by_label=crossing.table.by_label,
                crossed_least=crossing.table.least,
                groups=groups,
                gaps=tuple(differences),
                looked=looked,
                notes=_absent(crossing.table),
            )
        )
    return out


def _groups(crossing: Crossing, *, together: bool) -> tuple[Group, ...]:
    """Return the groups of a crossing with each answer; before them, those that its finding takes together:
    the only ones printed then, the CSV having all.
    """
    table = crossing.table

    def rows(by: str) -> Sequence[Row]:
        merged = [row for row in table.rows if row.by == by and {*row.grouped} == crossing.answers]
        return [*(merged if together else []), *table.of(by)]

    return tuple(
        Group(label=group.label, n=group.n, lines=_lines(rows(group.by))) for group in table.groups if group.n
    )


def results(
    cards: Sequence[Card],
    *,
    title: str,
    questionnaire: Questionnaire,
    n: int,
    weighted: bool,
    on: date,
    sample: Sample | None = None,
    limits: Sequence[str] = (),
    finite: Universe = UNKNOWN,
    rule: Protection | None = None,
) -> Results:
    """Return the results of answers that come from files, without what only a platform knows of their
    collection. sample: the answers behind the cards, None when there are none.
    """
    people = findings.people_noun(questionnaire.kind, weighted=weighted)
    crossings = story.crossings(sample, cards) if sample else []
    highlights = story.story(cards, crossings, people)
    in_story = findings.questions_of(highlights)
    return Results(
        title=title,
        place="",
        universe="",
        kind=questionnaire.kind,
        n=n,
        on=on,
        weighted=weighted,
        rounding=cards[0].answers.rounding if cards else "nearest",
        questionnaire=questionnaire,
        cards=cards,
        aim=questionnaire.about,
        story=highlights,
        crossed=crossed(sample, cards, crossings) if sample else (),
        services=services.chapter(sample) if sample else None,
        sentences=FindingTexts(
            rest=tuple(each.text for each in sentences(cards, people) if each.question not in in_story)
        ),
        limits=limits,
        finite=finite,
        rule=rule,
    )
