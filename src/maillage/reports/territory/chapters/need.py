"""The chapter of the need: how many people, who they are, by which definition."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from maillage.reports.page.blocks import Block, Bullets, Cell, Chapter, Grid, Heading, Picture, Text
from maillage.reports.territory import evaluation, local_survey
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.chapters.opening import contradiction, key_figure
from maillage.reports.territory.chapters.sections import SECTIONS, comment_of, universe_of
from maillage.reports.territory.labels import BREAKDOWN_LABELS
from maillage.reports.territory.reading import Both, Reading
from maillage.reports.territory.subject import levels_note
from maillage.studies.diagnosis.compare import NeedByDefinition
from maillage.words import wording

MODESTLY = "Vivre modestement : parmi les 40 % de la France aux plus faibles revenus."


def _factors(r: Reading) -> tuple[Block, ...]:
    """Return the chart of ages, none where no group may be told of."""
    ages = tuple(group for group in r.profile if group.family == BREAKDOWN_LABELS["age"])
    drawn = evaluation.factors(replace(r, profile=ages, context=()))
    if drawn is None:
        return ()
    return (Picture(svg=drawn.svg, alt=drawn.words, caption=drawn.words, width=0.6),)


def _joined(both: Both) -> str:
    """Return how many people are in both precarities, as a part of the first number."""
    if not both.modest:
        return both.about
    share = f" : {both.share} des personnes en précarité numérique" if both.share else ""
    return (
        f"{upper_first(both.in_full)} sont en précarité numérique et vivent aussi modestement{share}."
        f" C’est une partie d’entre elles, jamais un nombre à ajouter. {MODESTLY}"
    )


def _living_standards(both: Both) -> tuple[str, ...]:
    """Return the assumptions on people living modestly, none where the living standard is not estimated."""
    if not both.modest:
        return ()
    unlinked = f" Sans ce lien, on en compterait environ {both.independent}." if both.independent else ""
    return (
        "Hypothèse : à âge et diplôme égaux, vivre modestement rend la difficulté plus fréquente." + unlinked,
        both.limits,
        f"{both.modest.capitalize()} vivent modestement.",
    )


def need_chapter(r: Reading, comments: Mapping[str, str]) -> Chapter:
    """Return the chapter on how many people are concerned, and how hard it is for them."""
    return Chapter(
        number="n",
        short=SECTIONS["besoins"],
        title="Combien de personnes ont besoin d’aide",
        blocks=(
            key_figure(r),
            Text(text=r.source.counts),
            *contradiction(r),
            Heading(text="Quelle aide pour qui"),
            Grid(
                caption="Combien de personnes, et quelle réponse",
                columns=("Niveau", "Ces personnes", "Personnes", "Fourchette", "Réponse"),
                align="ggddg",
                widths=(2.4, 3.4, 1.2, 2.7, 2.4),
                rows=tuple(
                    (
                        Cell(text=x.label, strong=True, swatch=f"nv-{x.kind}"),
                        Cell(text=x.who),
                        Cell(text=x.value or "—", strong=True),
                        Cell(text=x.between),
                        Cell(text=x.answer),
                    )
                    for x in r.levels.lines
                ),
                note=levels_note(r),
            ),
            *comment_of(comments, "besoins"),
        ),
    )


def who_chapter(r: Reading) -> Chapter:
    """Return the chapter on who these people are: their ages, and those who also live modestly."""
    return Chapter(
        number="n",
        short="Qui sont ces personnes",
        title="Qui sont ces personnes",
        blocks=(
            *_factors(r),
            Heading(text="Qui cumule les deux précarités", small=True),
            Text(text=_joined(r.both)),
        ),
    )


def need_annex(r: Reading, readings: Sequence[NeedByDefinition]) -> Chapter:
    """Return the tables behind the need: groups, living standards, the country, other definitions.

    readings: the need of the territory under each definition.
    """
    both = r.both
    blocks: list[Block] = [
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
            note=f"Ne comparez jamais les deux parts. Bornes : {wording.NINE_IN_TEN}.",
        ),
        Bullets(items=(*_living_standards(both), both.poverty)),
        *((Text(text=r.levels.link),) if r.levels.link else ()),
        Text(text=r.levels.source, tone="note"),
    ]
    if r.territory.kind != "france":
        blocks.append(
            Grid(
                caption="Le territoire et la France",
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
                note="Recensements 2018 et 2021, Filosofi.",
            )
        )
    if readings:
        blocks += [
            _definitions(readings, universe_of(r)),
            *(Text(text=note.text, tone="note") for note in r.published if note.kind == "note"),
        ]
    return Chapter(
        number="n",
        short="Le besoin en détail",
        flows=True,
        title="Le besoin en détail",
        lead=f"**{r.definition.label}**. Champ : {r.definition.universe}.",
        blocks=tuple(blocks),
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
        note=(
            "Ce n’est pas une évolution : l’année, l’âge et la question changent de l’une à l’autre."
            f" Champ : {universe}. Même méthode.{_surveyed(readings)}"
        ),
    )


def _surveyed(readings: Sequence[NeedByDefinition]) -> str:
    """Return which definition an inquiry of the territory moved, "" when none did."""
    moved = [each.definition.label for each in readings if each.need.method == local_survey.METHOD]
    return f" {moved[0]} : l’enquête et le modèle ensemble ; les autres : le modèle seul." if moved else ""
