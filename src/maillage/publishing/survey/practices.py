"""The practices of professionals with people who are lost online: in their place, detecting, orienting; and
whether they were trained.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.kernel.estimate import Figure, Withheld
from maillage.publishing.page.blocks import Block, Bullets, Callout, Cell, Grid, Picture, Text
from maillage.publishing.survey import charts
from maillage.publishing.survey.charts import Bar
from maillage.publishing.survey.findings import SMALL, QuestionAnswers
from maillage.reference.practices import Practice, study
from maillage.statistics.survey import protection
from maillage.words.wording import DASH, NBSP, count, lower_first, number, survey_share

KIND = "professionals"
TITLE = "À la place, détecter, orienter, être formé"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPractice:
    """A practice and the share that tells it here."""

    practice: Practice
    answers: QuestionAnswers
    figure: Figure
    unpublished: str = ""


def measured_practices(questions: Sequence[QuestionAnswers]) -> list[MeasuredPractice]:
    """Return the practices measured by these questions, in their order, without those not asked or not
    answered.
    """
    by = {each.name: each for each in questions if each.n}
    return [
        MeasuredPractice(practice=practice, answers=answers, figure=line.figure, unpublished=line.unpublished)
        for practice in study().practices
        if (answers := by.get(practice.question)) is not None
        for line in answers.lines
        if line.name == practice.choice
    ]


def blocks(questions: Sequence[QuestionAnswers], computed: str, *, id: str) -> list[Block]:
    """Return the page of the practices: a sentence each, one drawing, one table beside the study of 2015.
    computed: « brut ».
    """
    rows = measured_practices(questions)
    if not rows:
        return [Callout(tone="prudence", text="Aucune de ces quatre questions n’a encore de réponse.")]
    national_study, of = study(), rows[0].answers.rounding
    missing = [each.label for each in national_study.practices if each not in [row.practice for row in rows]]
    bars = [Bar(label=_label(row), figure=row.figure, other=row.practice.percent) for row in rows]
    alt = charts.in_words(bars, f"en {national_study.year}", of)
    return [
        Bullets(items=tuple(sentence(row) for row in rows)),
        Picture(
            svg=charts.bars(bars, id=id, label=alt, other=f"en {national_study.year}", rule=of),
            alt=alt,
            caption=(
                f"Le losange : {national_study.producer}, {national_study.year}, là où l’étude imprime un"
                " chiffre et non une"
                " borne."
            ),
            width=0.72,
        ),
        Grid(
            caption="Quatre pratiques, ici et dans l’étude nationale",
            columns=(
                "Pratique",
                f"Part ({computed}e)",
                f"Intervalle à 90{NBSP}%",
                "Base",
                f"France, {national_study.year}",
            ),
            align="gdddg",
            rows=tuple(_row(row) for row in rows),
            note=_note(rows, computed),
            widths=(3, 1.2, 1.6, 1, 2.4),
        ),
        *(
            [Text(text=f"Sans réponse ici : {', '.join(map(lower_first, missing))}.", tone="note")]
            if missing
            else []
        ),
    ]


def sentence(row: MeasuredPractice) -> str:
    """Return the local share of a practice, then the figure that the study printed: never one minus the
    other.
    """
    practice, national_study = row.practice, study()
    before = f"En {national_study.year}, l’étude nationale disait {practice.printed} des {practice.among}."
    if isinstance(row.figure, Withheld):
        return f"**{practice.label}** : non publié. {before}"
    few = f" *{NBSP}{count(row.answers.n, 'réponse', 'réponses')}." if row.answers.n < SMALL else ""
    local_share = charts.one(row.figure, row.answers.rounding)
    unpublished = f" Ne sera pas publié : {lower_first(row.unpublished)}" if row.unpublished else ""
    return f"**{practice.label}** : {local_share} {practice.says}.{unpublished} {before}{few}"


def _label(row: MeasuredPractice) -> str:
    says = row.practice.says
    return says[0].upper() + says[1:]


def _row(row: MeasuredPractice) -> tuple[Cell, ...]:
    share_text = survey_share(row.figure, rule=row.answers.rounding)
    return (
        Cell(text=_label(row)),
        Cell(
            text=share_text.value or "non publié",
            strong=True,
            mark="ne sera pas publié" if row.unpublished else "",
        ),
        Cell(text=share_text.span),
        Cell(text=DASH if row.answers.base is None else number(row.answers.base)),
        Cell(text=f"{row.practice.printed} des {row.practice.among}"),
    )


def _note(rows: Sequence[MeasuredPractice], computed: str) -> str:
    national_study = study()
    universes = dict.fromkeys(row.answers.universe.rstrip(".") for row in rows if row.answers.universe)
    why = dict.fromkeys(row.figure.reason for row in rows if isinstance(row.figure, Withheld))
    return (
        f"Ici : {' ; '.join(universes) or 'toutes les réponses'} ; chiffres {computed}s. "
        f"{''.join(f'Non publié : {lower_first(reason)} ' for reason in why)}"
        f"{protection.words(KIND)} "
        f"France : {national_study.producer}, {national_study.title}, {national_study.year} ;"
        f" {national_study.universe}. {national_study.doubt}"
    )
