"""The chapter of the need: how many people, who they are, by which definition."""

from collections.abc import Mapping, Sequence

from maillage.reports.page.blocks import Block, Bullets, Cell, Chapter, Grid, Heading, Picture, Text
from maillage.reports.territory import evaluation, local_survey
from maillage.reports.territory.chapters.opening import contradiction
from maillage.reports.territory.chapters.sections import SECTIONS, comment_of, universe_of
from maillage.reports.territory.labels import BREAKDOWN_LABELS
from maillage.reports.territory.reading import Both, Reading
from maillage.studies.diagnosis.compare import NeedByDefinition
from maillage.words import wording


def _factors(r: Reading) -> tuple[Block, ...]:
    """Return the chart of what weighs, none where nobody is told of."""
    drawn = evaluation.factors(r)
    if drawn is None:
        return ()
    return (Picture(svg=drawn.svg, alt=drawn.words, caption=drawn.words, width=0.5, tall=True),)


def _living_standards(both: Both) -> tuple[str, ...]:
    """Return what is said of people living modestly; nothing where the living standard is not estimated."""
    if not both.modest:
        return ()
    unlinked = f" Sans ce lien, on en compterait environ {both.independent}." if both.independent else ""
    return (
        "Hypothèse : à âge et diplôme égaux, vivre modestement rend la difficulté plus fréquente." + unlinked,
        both.limits,
        f"{both.modest.capitalize()} vivent modestement : les deux premiers cinquièmes de niveau de vie.",
    )


def need_chapter(r: Reading, readings: Sequence[NeedByDefinition], said: Mapping[str, str]) -> Chapter:
    """Return the chapter on how many people are concerned, and how hard it is for them."""
    c, levels, both = r.headline, r.levels, r.both
    verb = r.definition.statement
    if c.value:
        lead = f"Environ **{c.value} personnes** {verb}, {c.between}."
    else:
        lead = f"{c.between.capitalize()} personnes {verb}." if c.low else c.reason
    blocks: list[Block] = [
        *contradiction(r),
        *((Text(text=levels.link),) if levels.link else ()),
        Grid(
            caption="Combien de personnes, et quelle réponse",
            columns=("Niveau", "Part", "Personnes", "Fourchette", "Réponse"),
            align="gdddg",
            widths=(3.2, 1.0, 1.5, 2.9, 2.6),
            rows=tuple(
                (
                    Cell(text=x.label, strong=True, swatch=f"nv-{x.kind}"),
                    Cell(text=x.share),
                    Cell(text=x.value or "—", strong=True),
                    Cell(text=x.between),
                    Cell(text=x.answer),
                )
                for x in levels.lines
            ),
            note=f"{levels.source} {levels.doubt}",
        ),
        Heading(text="Qui sont ces personnes"),
        Text(
            text=(
                "Deux lectures d’un même tableau, à ne jamais comparer : sur 100 personnes d’un groupe,"
                " combien sont concernées ; et sur 100 personnes concernées, combien viennent de ce groupe."
            )
        ),
        Grid(
            caption="Âge, diplôme, niveau de vie et lieu de vie",
            columns=("Groupe", "Sur 100 du groupe", "Fourchette", "Sur 100 concernées", "Fourchette"),
            align="gdddd",
            widths=(3, 1.6, 1.6, 1.6, 1.6),
            rows=tuple(
                (
                    Cell(text=x.label),
                    Cell(text=x.rate or "—"),
                    Cell(text=x.rate_span or "—"),
                    Cell(text=x.share or "—"),
                    Cell(text=x.share_span or "—"),
                )
                for family in BREAKDOWN_LABELS.values()
                for x in r.profile
                if x.family == family
            ),
            note=f"{r.cards.profile.how} {r.cards.profile.margin}",
        ),
        *_factors(r),
        Heading(text="Qui cumule les deux précarités"),
        Text(
            text=(
                f"{both.in_full.capitalize()} sont en précarité numérique et vivent aussi modestement"
                + (f" : {both.share} des personnes en précarité numérique" if both.share else "")
                + ". C’est une partie d’entre elles, jamais un nombre à ajouter."
                if both.modest
                else both.about
            )
        ),
        Bullets(items=(*_living_standards(both), both.poverty)),
    ]
    if r.territory.kind != "france":
        blocks += [
            Heading(text="Le territoire et la France"),
            Grid(
                caption="Ce qui rend la difficulté plus ou moins fréquente ici",
                columns=("Indicateur", "Ici", "France", "Lecture"),
                align="gddg",
                widths=(4.0, 1.5, 0.8, 2.0),
                rows=tuple(
                    (
                        Cell(text=x.label),
                        Cell(text=f"{x.here} ({x.between})" if x.between and x.here else x.here or x.between),
                        Cell(text=x.country),
                        Cell(text=x.direction),
                    )
                    for x in r.context
                ),
                note=(
                    "Recensements 2018 et 2021, Filosofi. Chaque indicateur se lit seul : ils ne vont pas"
                    " tous dans le même sens."
                ),
            ),
        ]
    if readings:
        blocks += [
            Heading(text="Selon ce que l’on compte"),
            Text(
                text=(
                    "Ces définitions ne forment pas une évolution : l’année, l’âge, la durée sans Internet et"
                    " la question changent de l’une à l’autre."
                )
            ),
            _definitions(readings, universe_of(r)),
            *(Text(text=note.text, tone="note") for note in r.published if note.kind == "note"),
        ]
    return Chapter(
        number="n",
        short=SECTIONS["besoins"],
        title="Combien de personnes ont besoin d’aide",
        lead=lead,
        blocks=(*blocks, *comment_of(said, "besoins")),
    )


def _definitions(readings: Sequence[NeedByDefinition], universe: str) -> Grid:
    rows = []
    for reading in readings:
        need, rate = wording.people(reading.need), wording.rate(reading.rate)
        rows.append(
            (
                Cell(text=reading.definition.label),
                Cell(text=need.value or "—", strong=True),
                Cell(text=need.span),
                Cell(text=rate.value or rate.span),
            )
        )
    return Grid(
        caption="Le même territoire, plusieurs définitions",
        columns=("Définition", "Personnes", "Fourchette", "Part"),
        align="gddd",
        widths=(4.4, 1.3, 2.2, 1.1),
        rows=tuple(rows),
        note=f"Champ : {universe}. Même méthode, mêmes tirages.{_surveyed(readings)}",
    )


def _surveyed(readings: Sequence[NeedByDefinition]) -> str:
    """Return which definition an inquiry of the territory moved, "" when none did."""
    moved = [each.definition.label for each in readings if each.need.method == local_survey.METHOD]
    return f" {moved[0]} : l’enquête et le modèle ensemble ; les autres : le modèle seul." if moved else ""
