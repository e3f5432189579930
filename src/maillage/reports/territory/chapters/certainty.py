"""The last chapters of a dossier: how sure it is, methods, sources, warnings. Notions, where first used."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from maillage.kernel.names import plain
from maillage.reference.glossary import Term, terms
from maillage.reports.page.blocks import (
    Beside,
    Block,
    Bullets,
    Cell,
    Chapter,
    Grid,
    Picture,
    Text,
    as_data,
)
from maillage.reports.territory import evaluation, map_keys
from maillage.reports.territory.chapters.sections import SECTIONS, comment_of
from maillage.reports.territory.reading import Reading
from maillage.words import wording
from maillage.words.dates import in_words

DEDUCED = (
    "**Les taux.** Chaque taux publié est retrouvé exactement ; {} autres, jamais publiés, sont déduits."
)


def certainty_chapter(
    r: Reading, layers: Mapping[str, str], comments: Mapping[str, str], *, gaps: str
) -> Chapter:
    """Return the chapter on where the width of the interval comes from, and what would narrow it."""
    blocks: list[Block] = []
    shares = Grid(
        caption="D’où vient la largeur de la fourchette",
        columns=("Source de doute", "Part"),
        align="gd",
        widths=(4, 1),
        rows=tuple((Cell(text=x.label), Cell(text=x.share)) for x in r.margins.parts),
        note="Part de la variance du nombre de personnes concernées.",
    )
    if "certitude" in layers:
        blocks.append(
            Beside(
                share=0.4,
                left=(
                    map_keys.picture(
                        r,
                        "certitude",
                        layers["certitude"],
                        alt="Certitude de la classe de chaque zone.",
                    ),
                ),
                right=(shares,),
            )
        )
    else:
        blocks.append(shares)
    blocks += [
        Text(text=gaps),
        Grid(
            caption="Si les écarts entre territoires étaient plus faibles, ou plus forts",
            columns=(
                "Cas",
                "Région",
                "Département",
                "Intercommunalité",
                "Quartier ou commune",
                "Demi-fourchette",
            ),
            align="gddddd",
            widths=(2.2, 1, 1.3, 1.6, 1, 1.6),
            rows=tuple(
                (
                    Cell(text=x.label),
                    Cell(text=x.region),
                    Cell(text=x.departement),
                    Cell(text=x.epci),
                    Cell(text=x.area),
                    Cell(text=x.half_width, strong=True),
                )
                for x in r.margins.sensitivity
            ),
            note="Écarts-types sur l’échelle logit ; demi-fourchette en part du nombre estimé.",
        ),
    ]
    return Chapter(
        number="n",
        short=SECTIONS["marges"],
        flows=True,
        title="À quel point en sommes-nous sûrs ?",
        lead=r.source.margin,
        blocks=(*blocks, *comment_of(comments, "marges")),
    )


def _diagrams(r: Reading) -> tuple[Block, ...]:
    """Return how each precarity is worked out, drawn side by side."""
    drawn = (
        ("Évaluation de la précarité numérique", evaluation.digital(r)),
        ("Évaluation de la précarité sociale", evaluation.social(r)),
    )
    digital, social = (
        (Picture(svg=diagram.svg, alt=diagram.words, caption=title),) for title, diagram in drawn
    )
    return (Beside(left=digital, right=social),)


def method_chapter(r: Reading) -> Chapter:
    flat = r.flat
    return Chapter(
        number="n",
        short="Méthodes",
        anchor="methode",
        flows=True,
        title="Comment nous calculons",
        lead=(
            "Des taux nationaux par âge et par diplôme, appliqués aux habitants de chaque commune ou"
            " quartier."
        ),
        blocks=(
            *_diagrams(r),
            Bullets(
                items=(
                    *((DEDUCED.format(len(r.deduced)),) if r.deduced else ()),
                    (
                        f"**Les marges.** Le calcul est refait {r.draws} fois : l’enquête, ce qui n’est pas"
                        " publié et l’écart de chaque territoire y varient. 9 fois sur 10, le résultat tombe"
                        " entre les deux bornes."
                    ),
                    (
                        "**Les classes.** « Élevée » réunit, sur la carte des deux difficultés, les deux plus"
                        " hautes des cinq classes. Les rangs sont dans les données jointes."
                    ),
                )
            ),
            Grid(
                caption=f"La méthode de Strasbourg : les parts nationales seules, au pas de {flat.step}",
                columns=("Base", "Habitants", *flat.columns),
                align="gd" + "d" * len(flat.columns),
                widths=(1.9, 1.2, *(1.5 for _ in flat.columns)),
                rows=tuple(
                    (Cell(text=x.base), Cell(text=x.people), *(Cell(text=value) for value in x.values))
                    for x in flat.rows
                ),
                note=(
                    "Population : Insee, recensement de 2021 ; parts : WeTechCare, 2017, dont la base d’âge"
                    " n’est pas imprimée. Pour comparer seulement : nos nombres par niveau de difficulté"
                    " tiennent compte de l’âge et du diplôme."
                ),
            ),
        ),
    )


def source_chapter(r: Reading) -> Chapter:
    return Chapter(
        number="n",
        short="Sources",
        anchor="sources",
        flows=True,
        title="D’où viennent les chiffres",
        blocks=(
            Text(text="Ce que nous en faisons : [comment nous calculons](#methode)."),
            Grid(
                caption="Sources utilisées",
                columns=("Producteur", "Source", "Millésime"),
                align="ggg",
                widths=(1.5, 4.5, 2.0),
                rows=tuple(
                    (
                        Cell(text=x.producer),
                        Cell(text=x.title, link=x.url),
                        Cell(text=x.vintage),
                    )
                    for x in r.sources
                ),
                note=f"{_read_on(r)}Licence et limites de chacune : page « Sources » du logiciel.",
            ),
        ),
    )


def _read_on(r: Reading) -> str:
    """Return when the sources were read, from the first to the last; "" where none says it."""
    days = sorted(date.fromisoformat(each.accessed_on) for each in r.sources if each.accessed_on)
    if not days:
        return ""
    first, last = in_words(days[0]), in_words(days[-1])
    return f"Lues le {first}. " if first == last else f"Lues entre le {first} et le {last}. "


def warning_chapter(r: Reading) -> Chapter:
    """Return the annex of the warnings; those on the survey stand in its own annex."""
    of_survey = r.survey.sentences if r.survey else ()
    return Chapter(
        number="n",
        short="Avertissements",
        flows=True,
        title="À savoir avant de citer un chiffre",
        blocks=(Bullets(items=tuple(text for text in r.warnings if text not in of_survey)),),
    )


def explained(chapters: Sequence[Chapter], known: Sequence[str] = ()) -> list[Chapter]:
    """Return the chapters, each ending with the notions that it is the first to use. known: keys of those
    that another chapter defines.
    """
    notions = {key: term for key, term in terms().items() if term.family == "notion" and key not in known}
    chapters_out = []
    for chapter in chapters:
        text = plain(" ".join(_words(as_data([chapter]))))
        used = [
            term for term in notions.values() if any(re.search(regex, text) for regex in _term_regex(term))
        ]
        meanings = " ".join(f"**{term.term}** : {wording.lower_first(term.definition)}" for term in used)
        blocks = (*chapter.blocks, Text(text=meanings, tone="note")) if used else chapter.blocks
        chapters_out.append(replace(chapter, blocks=blocks))
        notions = {key: term for key, term in notions.items() if term not in used}
    return chapters_out


# Terms whose word has another sense in a dossier, the bounds of a figure and the name of this software: how
# they are found all the same, none where they are not comments.
OTHER_SENSES: Mapping[str, tuple[str, ...]] = {"borne": (), "maillage": (r"\ble maillage\b",)}


def _term_regex(term: Term) -> tuple[str, ...]:
    """Return the regular expressions that find a term in a text that `plain` wrote."""
    usual = (rf"\b{re.escape(plain(name))}s?\b" for name in (term.term, *term.aliases))
    return OTHER_SENSES[term.key] if term.key in OTHER_SENSES else tuple(usual)


def _words(value: object) -> Iterator[str]:
    """Yield every text within a value, drawings left out."""
    if isinstance(value, str):
        if not value.startswith("<svg"):
            yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, Iterable):
        for each in value:
            yield from _words(each)
