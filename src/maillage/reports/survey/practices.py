"""What professionals do with people who are lost online: in their place, detecting, orienting; and whether
they were trained.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.kernel.estimate import Figure, Withheld
from maillage.reference.practices import Practice, study
from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Grid, Picture, Text
from maillage.reports.survey import charts
from maillage.reports.survey.charts import Bar
from maillage.reports.survey.findings import SMALL, QuestionAnswers
from maillage.studies.survey import protection
from maillage.words.wording import DASH, NBSP, count, lower_first, number, survey_share

KIND = "professionals"
TITLE = "À la place, détecter, orienter, être formé"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A practice and the share that tells it here."""

    practice: Practice
    asked: QuestionAnswers
    figure: Figure
    unpublished: str = ""


def found(questions: Sequence[QuestionAnswers]) -> list[Found]:
    """Return the practices measured by these questions, in their order, without those not asked or not
    answered.
    """
    by = {each.name: each for each in questions if each.n}
    return [
        Found(practice=practice, asked=asked, figure=line.figure, unpublished=line.unpublished)
        for practice in study().practices
        if (asked := by.get(practice.question)) is not None
        for line in asked.lines
        if line.name == practice.choice
    ]


def blocks(questions: Sequence[QuestionAnswers], computed: str, *, id: str) -> list[Block]:
    """Return the page of the practices: a sentence each, one drawing, one table beside the study of 2015.
    computed: « brut ».
    """
    rows = found(questions)
    if not rows:
        return [Callout(tone="prudence", text="Aucune de ces quatre questions n’a encore de réponse.")]
    told, of = study(), rows[0].asked.rounding
    missing = [each.label for each in told.practices if each not in [row.practice for row in rows]]
    bars = [Bar(label=_label(row), figure=row.figure, other=row.practice.percent) for row in rows]
    alt = charts.in_words(bars, f"en {told.year}", of)
    return [
        Bullets(items=tuple(sentence(row) for row in rows)),
        Picture(
            svg=charts.bars(bars, id=id, label=alt, other=f"en {told.year}", rule=of),
            alt=alt,
            caption=(
                f"Le losange : {told.producer}, {told.year}, là où l’étude imprime un chiffre et non une"
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
                f"France, {told.year}",
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


def sentence(row: Found) -> str:
    """Return what a practice is here, then what the study printed: never one minus the other."""
    practice, told = row.practice, study()
    before = f"En {told.year}, l’étude nationale disait {practice.printed} des {practice.among}."
    if isinstance(row.figure, Withheld):
        return f"**{practice.label}** : non publié. {before}"
    few = f" *{NBSP}{count(row.asked.n, 'réponse', 'réponses')}." if row.asked.n < SMALL else ""
    here = charts.one(row.figure, row.asked.rounding)
    kept = f" Ne sera pas publié : {lower_first(row.unpublished)}" if row.unpublished else ""
    return f"**{practice.label}** : {here} {practice.says}.{kept} {before}{few}"


def _label(row: Found) -> str:
    says = row.practice.says
    return says[0].upper() + says[1:]


def _row(row: Found) -> tuple[Cell, ...]:
    shown = survey_share(row.figure, rule=row.asked.rounding)
    return (
        Cell(text=_label(row)),
        Cell(
            text=shown.value or "non publié",
            strong=True,
            mark="ne sera pas publié" if row.unpublished else "",
        ),
        Cell(text=shown.span),
        Cell(text=DASH if row.asked.base is None else number(row.asked.base)),
        Cell(text=f"{row.practice.printed} des {row.practice.among}"),
    )


def _note(rows: Sequence[Found], computed: str) -> str:
    told = study()
    universes = dict.fromkeys(row.asked.universe.rstrip(".") for row in rows if row.asked.universe)
    why = dict.fromkeys(row.figure.reason for row in rows if isinstance(row.figure, Withheld))
    return (
        f"Ici : {' ; '.join(universes) or 'toutes les réponses'} ; chiffres {computed}s. "
        f"{''.join(f'Non publié : {lower_first(reason)} ' for reason in why)}"
        f"{protection.words(KIND)} "
        f"France : {told.producer}, {told.title}, {told.year} ; {told.universe}. {told.doubt}"
    )
