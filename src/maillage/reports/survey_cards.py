"""From the table of a question to what is read of it: its lines, its groups, what the rules may write."""

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from maillage.engine import comparisons
from maillage.kernel.estimate import Estimate
from maillage.reference.questionnaire import Question, Questionnaire, words
from maillage.reports import survey_findings as findings
from maillage.reports.survey import Card, Group, Results
from maillage.reports.survey_findings import Asked, Gap, Line, Sentence, Who
from maillage.reports.wording import number
from maillage.studies.tabulated import Counted, Row, Tabulation
from maillage.studies.tabulation import Sample, of_sample

ORDERED = ("ease", "satisfaction")  # scales from the worst to the best, drawn on both sides of a middle
NEVER = frozenset(
    {"text", "note", "calculate", "hidden", "geopoint", "image", "time", "moment", "acknowledge"}
)  # kinds without a table
CHANCE = 0.10  # two-sided: the 90 % interval of the difference leaves zero out
MEASURES = {"mean": "Moyenne", "median": "Médiane", "mean_rank": "Rang moyen"}


def card(
    whole: Tabulation, questionnaire: Questionnaire, crossed: Tabulation | None = None, gaps: Sequence[Gap] = ()
) -> Card:
    """Return how a question is shown. crossed: the same one by another; gaps: differences between groups that a test kept."""
    question = questionnaire.question(whole.question)
    rows = whole.of()
    return Card(
        asked=_asked(whole, question),
        counts={row.category: row.n for row in rows if row.n is not None and isinstance(row.figure, Estimate)},
        unsaid={name: n for name, n in whole.unsaid.items() if n},
        by=crossed.by if crossed else "",
        by_label=crossed.by_label if crossed else "",
        groups=tuple(
            Group(label=group.label, n=group.n or 0, lines=_lines(crossed.of(group.by)))
            for group in (crossed.groups if crossed else ())
            if group.n
        )
        if crossed
        else (),
        gaps=tuple(gaps),
        notes=(*_notes(whole), *(crossed.notes if crossed else ())),
    )


def _asked(whole: Tabulation, question: Question | None) -> Asked:
    grouped = [row for row in whole.rows if not row.by and row.grouped]
    return Asked(
        name=whole.question,
        label=whole.label,
        lines=_lines(whole.of()),
        n=whole.n,
        universe=whole.universe,
        weighted=whole.weighted,
        scale=whole.scale in ORDERED,
        several=whole.form == "many",
        groups=[Line(name=" ".join(row.grouped), label=row.label, figure=row.figure) for row in grouped],
        national=question.national if question else (),
        rounding=whole.rounding,
        ordered=bool(whole.scale) or whole.form in ("number", "date"),
    )


def _lines(rows: Sequence[Row]) -> list[Line]:
    return [Line(name=row.category, label=row.label, figure=row.figure) for row in rows]


def _notes(whole: Tabulation) -> list[str]:
    notes = list(whole.notes)
    if fragile := [row.label for row in whole.of() if row.fragile]:
        notes.append(f"À lire avec prudence, l’intervalle est large : {', '.join(fragile)}")
    for each in whole.measures:
        if each.by:
            continue
        if each.value is None:
            notes.append(f"{MEASURES[each.measure]} non publiée : {each.why}")
        else:
            between = (
                "" if each.low is None or each.high is None else f" (entre {number(each.low, 1)} et {number(each.high, 1)})"
            )
            about = f", {each.label}" if each.category else ""
            notes.append(f"{MEASURES[each.measure]}{about} : {number(each.value, 1)}{between}")
    return notes


def gaps(crossed: Tabulation) -> list[Gap]:
    """Return the differences between two groups of a crossed table that chance does not explain, all looks counted (Holm)."""
    pairs = []
    for category in dict.fromkeys(row.category for row in crossed.rows if row.by and not row.grouped):
        rows = [row for row in crossed.rows if row.category == category and row.by and row.share is not None]
        pairs += list(combinations(rows, 2))
    found = [comparisons.difference(then.share, first.share) for first, then in pairs if first.share and then.share]
    kept = comparisons.holm([each.p for each in found])
    out = []
    for (first, then), each, p in zip(pairs, found, kept, strict=True):
        if p < CHANCE and isinstance(first.figure, Estimate) and isinstance(then.figure, Estimate):
            out.append(
                Gap(
                    label=first.label,
                    first=then.by_label,
                    second=first.by_label,
                    first_figure=then.figure,
                    second_figure=first.figure,
                    difference=Estimate(
                        value=100 * each.value,
                        low=100 * each.low,
                        high=100 * each.high,
                        unit="pourcent",
                        universe=crossed.universe,
                        n=first.base + then.base,
                        method=first.figure.method,
                    ),
                )
            )
    return sorted(out, key=lambda gap: -abs(gap.difference.value))


def title_of(questionnaire: Questionnaire, name: str) -> str:
    """Return the words of a question, its name when it has none."""
    question = questionnaire.question(name)
    return words(question.label) if question else name


def every(sample: Sample, *, rounding: str = "nearest", by: str = "", before: Sequence[Counted] = ()) -> list[Card]:
    """Return every question of a questionnaire that somebody answered, as it is shown. by: crossed too by this question, itself apart."""
    return [made for _, made in tables(sample, rounding=rounding, by=by, before=before)]


def tables(
    sample: Sample, *, rounding: str = "nearest", by: str = "", before: Sequence[Counted] = ()
) -> list[tuple[Tabulation, Card]]:
    """Return the table of every question somebody answered, and how it is shown, in the order of the questionnaire.

    before: what earlier editions told. Raises Refused when `by` is no question.
    """
    questionnaire, out = sample.reader.questionnaire, []
    for question in tabulable(questionnaire):
        if question.name not in sample.reader.answers:
            continue
        whole = of_sample(sample, question.name, rounding=rounding, before=before)
        if not whole.n:
            continue
        crossed = None
        if by and by != question.name:
            crossed = of_sample(sample, question.name, by=by, rounding=rounding, before=before)
        out.append((whole, card(whole, questionnaire, crossed, gaps(crossed) if crossed else ())))
    return out


def tabulable(questionnaire: Questionnaire) -> list[Question]:
    """Return the questions that make a table."""
    return [question for question in questionnaire.questions() if question.is_asked and question.kind not in NEVER]


def sentences(cards: Sequence[Card], people: Who) -> list[Sentence]:
    """Return what the rules write of these questions, and of their differences between groups."""
    out: list[Sentence] = []
    for each in cards:
        out += findings.sentences(each.asked, people)
        if each.gaps and (said := findings.gap_sentence(each.asked, each.gaps, each.by)) is not None:
            out.append(said)
    return out


def results(
    cards: Sequence[Card],
    *,
    title: str,
    questionnaire: Questionnaire,
    n: int,
    weighted: bool,
    on: date,
    limits: Sequence[str] = (),
) -> Results:
    """Return the results of answers that come from files, without what only a platform knows of their collection."""
    people = findings.who(questionnaire.kind, weighted=weighted)
    return Results(
        title=title,
        place="",
        universe="",
        kind=questionnaire.kind,
        n=n,
        on=on,
        weighted=weighted,
        rounding=cards[0].asked.rounding if cards else "nearest",
        questionnaire=questionnaire,
        cards=cards,
        aim=questionnaire.about,
        sentences=[each.text for each in sentences(cards, people)],
        limits=limits,
    )
