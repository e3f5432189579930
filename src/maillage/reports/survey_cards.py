"""From the table of a question to what is read of it: its lines, its groups, what the rules may write."""

from collections.abc import Sequence
from datetime import date

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.reference.questionnaire import Question, Questionnaire, words
from maillage.reports import survey_findings as findings
from maillage.reports.survey import Card, Group, Results
from maillage.reports.survey_findings import Asked, Gap, Line, Sentence, Who
from maillage.reports.wording import number
from maillage.studies import survey_differences
from maillage.studies.survey_differences import Compared
from maillage.studies.tabulated import METHOD, Counted, Row, Tabulation
from maillage.studies.tabulation import ALONE, LOOSE, RAW, Sample, counts_tell, masked, of_sample

ORDERED = ("ease", "satisfaction")  # scales from the worst to the best, drawn on both sides of a middle
NEVER = frozenset(
    {"text", "note", "calculate", "hidden", "geopoint", "image", "time", "moment", "acknowledge"}
)  # kinds without a table
COUNTS = "Les effectifs de chaque réponse ne sont pas dits : à côté de parts redressées, ils diraient qui a répondu quoi"
MEASURES = {"mean": "Moyenne", "median": "Médiane", "mean_rank": "Rang moyen"}


def card(sample: Sample, whole: Tabulation, crossed: Tabulation | None = None) -> Card:
    """Return how a question is shown. crossed: the same one by another, its differences between groups tested."""
    question = sample.reader.questionnaire.question(whole.question)
    found, looked = gaps(sample, crossed) if crossed else ([], "")
    silent = counts_tell(sample, whole)
    return Card(
        asked=_asked(sample, whole, question),
        counts={}
        if silent
        else {row.category: row.n for row in whole.of() if row.n is not None and isinstance(row.figure, Estimate)},
        by=crossed.by if crossed else "",
        by_label=crossed.by_label if crossed else "",
        groups=tuple(
            Group(label=group.label, n=group.n, lines=_lines(crossed.of(group.by))) for group in crossed.groups if group.n
        )
        if crossed
        else (),
        gaps=tuple(found),
        looked=looked,
        notes=tuple(
            dict.fromkeys((*_notes(whole), *([COUNTS] * silent), *(_said(crossed) if crossed else ()), *_absent(crossed)))
        ),
    )


def _absent(crossed: Tabulation | None) -> list[str]:
    """Return the sentence that names the groups whose base is withheld: a table that leaves one out says so."""
    held = [group.label for group in crossed.groups if group.n is None] if crossed else []
    return [f"Groupes non montrés, pour que personne ne soit reconnu : {', '.join(held)}."] if held else []


def _asked(sample: Sample, whole: Tabulation, question: Question | None) -> Asked:
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
        beside=[
            Line(
                name=each.national.choice,
                label=each.label,
                figure=Estimate(
                    value=each.percent,
                    low=each.low,
                    high=each.high,
                    unit="pourcent",
                    universe=whole.universe,
                    n=each.n,
                    method=METHOD,
                ),
            )
            for each in (survey_differences.beside_national(sample, whole) if question and question.national else ())
        ],
        rounding=whole.rounding,
        least=whole.least,
        told=whole.told,
        ordered=bool(whole.scale) or whole.form in ("number", "date"),
        partial=sample.reader.is_partial(whole.question),
        observed=question is not None and question.observed,
        census=question is not None and bool(question.census),
    )


def _lines(rows: Sequence[Row]) -> list[Line]:
    return [Line(name=row.category, label=row.label, figure=row.figure) for row in rows]


def _said(whole: Tabulation) -> list[str]:
    """Return the notes of a table, without those a document says once for all its tables.

    ALONE is for whoever holds the answers: published, it counts one.
    """
    return [note for note in whole.notes if note not in (ALONE, LOOSE, RAW, masked(whole.least))]


def _notes(whole: Tabulation) -> list[str]:
    notes = _said(whole)
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


def gaps(sample: Sample, crossed: Tabulation) -> tuple[list[Gap], str]:
    """Return the differences between two groups that chance does not explain, largest first; and how many were looked at."""
    try:
        found = survey_differences.between_groups(sample, crossed)
    except Refused as error:
        return [], " ".join(error.sentences)
    made = [gap(each, crossed.universe) for each in found.told]
    return sorted(made, key=lambda each: -abs(each.difference.value)), found.note


def gap(found: Compared, universe: str) -> Gap:
    """Return a comparison as sentences need it: from `other` to `one`."""

    def estimate(value: float, low: float, high: float, n: int) -> Estimate:
        return Estimate(value=value, low=low, high=high, unit="pourcent", universe=universe, n=n, method=METHOD)

    return Gap(
        label=found.label,
        first=found.one,
        second=found.other,
        first_figure=estimate(found.one_percent, found.one_percent, found.one_percent, found.n),
        second_figure=estimate(found.other_percent, found.other_percent, found.other_percent, found.other_n),
        difference=estimate(found.points, found.low, found.high, found.n + found.other_n),
    )


def title_of(questionnaire: Questionnaire, name: str) -> str:
    """Return the words of a question, its name when it has none."""
    question = questionnaire.question(name)
    return words(question.label) if question else name


def every(sample: Sample, *, rounding: str = "nearest", by: str = "", before: Sequence[Counted] = ()) -> list[Card]:
    """Return every question of a questionnaire that somebody answered, as it is shown. by: crossed too by this question, itself apart."""
    return [made for _, made in tables(sample, rounding=rounding, by=by, before=before)]


def tables(
    sample: Sample, *, rounding: str = "nearest", by: str = "", before: Sequence[Counted] = (), skip: Sequence[str] = ()
) -> list[tuple[Tabulation, Card]]:
    """Return the table of every question somebody answered, and how it is shown, in the order of the questionnaire.

    before: what earlier editions told. skip: questions left out. A question that makes no table is left out too. Raises Refused when
    `by` is no question.
    """
    questionnaire, out = sample.reader.questionnaire, []
    for question in tabulable(questionnaire):
        if question.name in skip or question.name not in sample.reader.answers:
            continue
        try:
            whole = of_sample(sample, question.name, rounding=rounding, before=before)
        except Refused:  # what was typed there is no number, no date: it is told where the question is asked for alone
            continue
        if not whole.n:
            continue
        crossed = None
        if by and by != question.name:
            crossed = of_sample(sample, question.name, by=by, rounding=rounding, before=before)
        out.append((whole, card(sample, whole, crossed)))
    return out


def tabulable(questionnaire: Questionnaire) -> list[Question]:
    """Return the questions that make a table."""
    return [question for question in questionnaire.questions() if question.kind not in NEVER or question.is_classed]


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
        sentences=findings.told((each.text, each.leads) for each in sentences(cards, people)),
        limits=limits,
    )
