"""The chapter of the need: how many people, who they are, by which definition."""

from collections.abc import Mapping, Sequence

from maillage.publishing.page.blocks import Block, Bullets, Cell, Chapter, Grid, Text
from maillage.publishing.territory import local_survey
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.sections import SECTIONS, comment_of, universe_of
from maillage.publishing.territory.labels import BREAKDOWN_LABELS
from maillage.publishing.territory.reading import Both, Reading
from maillage.publishing.territory.subject import levels_note
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.words import wording

FIRST_YEAR = 2017  # of the definitions that a dossier prints
MODESTLY = "« Faibles revenus » : parmi les 40 % les plus bas de France."


def _joined(both: Both) -> str:
    """Return how many people are in both precarities, as a part of the first number."""
    if not both.modest:
        return both.about
    share = f" : {both.share} des personnes en précarité numérique{both.share_note}" if both.share else ""
    return (
        f"{upper_first(both.in_full)} sont en précarité numérique et ont aussi de faibles revenus{share}."
        f" C’est une partie d’entre elles, jamais un nombre à ajouter. {MODESTLY}"
    )


def _living_standards(both: Both) -> tuple[str, ...]:
    """Return the assumptions on people living modestly, none where the living standard is not estimated."""
    if not both.modest:
        return ()
    unlinked = f" Sans ce lien, on en compterait environ {both.independent}." if both.independent else ""
    return (
        "Hypothèse : à âge et diplôme égaux, avoir de faibles revenus rend la difficulté plus fréquente."
        + unlinked,
        both.limits,
        f"{both.modest.capitalize()} ont de faibles revenus.",
    )


def answer_chapter(r: Reading, comments: Mapping[str, str]) -> Chapter:
    """Return the chapter on which help for whom, after a page that told how many and who."""
    return Chapter(
        number="n",
        short=SECTIONS["besoins"],
        title="Quelle aide pour qui",
        flows=True,
        blocks=(*_levels(r), *comment_of(comments, "besoins")),
    )


def _levels(r: Reading) -> tuple[Block, ...]:
    """Return the people counted, then their number at each level of difficulty, with its answer."""
    return (
        Text(text=r.source.counts),
        Grid(
            caption="Combien de personnes, et quelle réponse",
            columns=("Niveau", "Ces personnes", "Personnes", "Fourchette", "Réponse"),
            align="ggddg",
            widths=(2.4, 3.4, 1.2, 2.7, 2.4),
            rows=tuple(
                (
                    Cell(text=x.label, strong=True, swatch=f"nv-{x.kind}"),
                    Cell(text=x.description),
                    Cell(text=x.value or "—", strong=True),
                    Cell(text=x.between),
                    Cell(text=x.answer),
                )
                for x in r.levels.lines
            ),
            note=levels_note(r),
        ),
    )


def need_annex(r: Reading) -> Chapter:
    """Return the tables behind the need: groups, living standards, the country."""
    both = r.both
    blocks: list[Block] = [
        Grid(
            caption="Âge, diplôme, niveau de vie et lieu de vie",
            columns=("Groupe", "Personnes concernées, sur 100", "Fourchette"),
            align="gdd",
            widths=(3, 2.4, 1.6),
            rows=tuple(
                (
                    Cell(text=x.label),
                    Cell(text=x.rate or "—"),
                    Cell(text=x.rate_span or "—"),
                )
                for family in BREAKDOWN_LABELS.values()
                for x in r.profile
                if x.family == family
            ),
            note="Un risque dans chaque groupe, non son poids parmi les personnes concernées.",
        ),
        Bullets(items=(*_living_standards(both), both.poverty)),
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
                        Cell(
                            text=f"{x.local_share} ({x.between})"
                            if x.between and x.local_share
                            else x.local_share or x.between
                        ),
                        Cell(text=x.country),
                        Cell(text=x.direction),
                    )
                    for x in r.context
                ),
                note="Recensements 2018 et 2021, Filosofi.",
            )
        )
    return Chapter(
        number="n",
        short="Le besoin en détail",
        flows=True,
        title="Le besoin en détail",
        lead=f"**{r.definition.label}**. Champ : {r.definition.universe}.",
        blocks=tuple(blocks),
    )


def definitions(r: Reading, readings: Sequence[NeedByDefinition]) -> tuple[Block, ...]:
    """Return the need of a territory under each definition, with what was published of it; nothing without
    any.
    """
    if not readings:
        return ()
    notes = (Text(text=note.text, tone="note") for note in r.published if note.kind == "note")
    return _definitions(readings, universe_of(r)), *notes


def _definitions(readings: Sequence[NeedByDefinition], universe: str) -> Grid:
    rows = []
    for reading in readings:
        if reading.definition.year < FIRST_YEAR:
            continue
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
            "Ce n’est pas une évolution : l’année, l’âge et la question changent. Avant"
            f" {FIRST_YEAR} : page « Comparer ». Champ : {universe}.{_surveyed(readings)}"
        ),
    )


def _surveyed(readings: Sequence[NeedByDefinition]) -> str:
    """Return which definition an inquiry of the territory moved, "" when none did."""
    moved = [each.definition.label for each in readings if each.need.method == local_survey.METHOD]
    return f" {moved[0]} : l’enquête et le modèle ensemble ; les autres : le modèle seul." if moved else ""
