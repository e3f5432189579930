"""The last chapters of a dossier: how sure it is, methods, sources, warnings, glossary."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    Heading,
    Picture,
    Text,
    as_data,
)
from maillage.reports.territory import evaluation, map_keys
from maillage.reports.territory.chapters.sections import SECTIONS, comment_of
from maillage.reports.territory.reading import Reading
from maillage.words.dates import in_words


def certainty_chapter(
    r: Reading, layers: Mapping[str, str], said: Mapping[str, str], *, gaps: str
) -> Chapter:
    """Return the chapter on where the width of the interval comes from, and what would narrow it."""
    blocks: list[Block] = []
    shares = Grid(
        caption="D’où vient la largeur de la fourchette",
        columns=("Source de doute", "Part"),
        align="gd",
        widths=(4, 1),
        rows=tuple((Cell(text=x.label), Cell(text=x.share)) for x in r.margins.parts),
        note="Part de la variance du nombre de personnes en précarité numérique du territoire.",
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
        blocks=(*blocks, *comment_of(said, "marges")),
    )


def _diagrams(r: Reading) -> tuple[Block, ...]:
    """Return how each precarity is worked out, drawn side by side."""
    drawn = (
        ("Évaluation de la précarité numérique", evaluation.digital(r)),
        ("Évaluation de la précarité sociale", evaluation.social(r)),
    )
    left, right = ((Picture(svg=each.svg, alt=each.words, caption=title),) for title, each in drawn)
    return (Beside(left=left, right=right),)


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
            f" quartier, puis tirés au sort {r.draws} fois."
        ),
        blocks=(
            *_diagrams(r),
            Bullets(
                items=(
                    (
                        "**Les habitants.** Pour chaque commune ou quartier, le recensement donne les"
                        " âges ; les diplômes viennent de la commune, et du métier, du logement et du"
                        " ménage des habitants à l’intérieur d’une ville. Leur croisement est calé."
                    ),
                    (
                        "**Les taux.** Un modèle retrouve exactement chaque taux publié par âge et par"
                        " diplôme. Ce qui n’est pas publié est déduit ou supposé, avec une plage."
                    ),
                    (
                        f"**Les marges.** {r.draws} tirages font varier l’enquête, ce qui n’est pas publié,"
                        " l’écart de la région, de l’intercommunalité, de la commune ou du quartier, le"
                        " recensement et le hasard des personnes. Une fourchette est la distance entre le"
                        " 5e et le 95e centile ; on additionne les tirages, jamais les fourchettes."
                    ),
                    (
                        "**La précarité sociale.** Une personne « modeste » vit dans les deux premiers"
                        " cinquièmes de niveau de vie, d’après le revenu médian de la commune et, dans la"
                        " ville, les minima sociaux."
                    ),
                    (
                        "**Les classes.** Cinq classes : les cinquièmes des habitants de France"
                        " métropolitaine, pour le numérique comme pour le social. « Élevée » réunit, sur une"
                        " carte croisée, les deux plus hautes. Le rang parmi les zones d’ici, et la classe"
                        " relative, sont dans le fichier zones.csv."
                    ),
                )
            ),
            Heading(text="Ce que la définition suppose", small=True),
            Bullets(items=tuple(r.deduced)) if r.deduced else Text(text="Rien n’est déduit.", tone="note"),
            Heading(text="La méthode de Strasbourg, à côté", small=True),
            Text(
                text=(
                    "Les parts nationales appliquées telles quelles à la population, sans tenir compte de la"
                    " structure locale. La base d’âge n’est pas imprimée par l’étude : en voici trois."
                )
            ),
            Grid(
                caption=f"Parts nationales appliquées à plat, au pas de {flat.step}",
                columns=("Base", "Habitants", *flat.columns),
                align="gd" + "d" * len(flat.columns),
                widths=(1.9, 1.2, *(1.5 for _ in flat.columns)),
                rows=tuple(
                    (Cell(text=x.base), Cell(text=x.people), *(Cell(text=value) for value in x.values))
                    for x in flat.rows
                ),
                note=(
                    "Estimations faites à partir de la population (Insee, recensement de 2021) et de parts"
                    " nationales (WeTechCare, 2017)."
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
            Text(
                text=(
                    "Le titre d’une source mène à la page de son producteur. Ce que nous en faisons :"
                    " [comment nous calculons](#methode)."
                )
            ),
            Grid(
                caption="Sources utilisées",
                columns=("Producteur", "Source", "Millésime", "Lue le", "Ce dont nous doutons"),
                align="ggggg",
                widths=(1.2, 2.5, 1.3, 1.1, 3.1),
                rows=tuple(
                    (
                        Cell(text=x.producer),
                        Cell(text=x.title, link=x.url),
                        Cell(text=x.vintage),
                        Cell(text=in_words(date.fromisoformat(x.accessed_on)) if x.accessed_on else "—"),
                        Cell(text=x.doubt),
                    )
                    for x in r.sources
                ),
                note=(
                    "Licence Ouverte 2.0 sauf mention contraire ; les licences sont détaillées sur la page «"
                    " Sources »."
                ),
            ),
        ),
    )


def warning_chapter(r: Reading) -> Chapter:
    return Chapter(
        number="n",
        short="Avertissements",
        flows=True,
        title="À savoir avant de citer un chiffre",
        blocks=(Bullets(items=tuple(r.warnings)),),
    )


def glossary_chapter(chapters: Sequence[Chapter]) -> Chapter | None:
    """Return the notions that these chapters use, None when they use none."""
    said = plain(" ".join(_words(as_data(list(chapters)))))
    used = [
        term
        for term in terms().values()
        if term.family == "notion" and any(re.search(found, said) for found in _patterns(term))
    ]
    if not used:
        return None
    return Chapter(
        number="",
        short="Glossaire",
        flows=True,
        title="Glossaire",
        blocks=(
            Grid(
                caption="Les mots de ce dossier",
                columns=("Terme", "Ce que nous entendons", "D’après"),
                align="ggg",
                widths=(1.5, 3.8, 3.2),
                rows=tuple(
                    (Cell(text=t.term, strong=True), Cell(text=t.definition), Cell(text=t.source))
                    for t in used
                ),
            ),
        ),
    )


# Terms whose word has another sense in a dossier, the bounds of a figure and the name of this software: how
# they are found all the same, none where they are not said.
OTHER_SENSES: Mapping[str, tuple[str, ...]] = {"borne": (), "maillage": (r"\ble maillage\b",)}


def _patterns(term: Term) -> tuple[str, ...]:
    """Return what finds a term in a text that `plain` wrote."""
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
