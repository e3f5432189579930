"""The last chapters of a dossier: how sure it is, methods, sources, warnings. Notions, where first used."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from maillage.kernel.names import plain
from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Grid,
    Picture,
    Text,
    TwoColumns,
    as_data,
)
from maillage.publishing.territory import evaluation
from maillage.publishing.territory.chapters.sections import SECTIONS, comment_of
from maillage.publishing.territory.reading import Reading
from maillage.publishing.territory.sentences import INDEX_COMPARED
from maillage.reference.glossary import Term
from maillage.words import wording
from maillage.words.dates import in_words

NEARLY_NONE = ("0\xa0%", "moins de 1\xa0%")  # shares of a source of doubt that one sentence tells together
DEDUCED = (
    "**Les taux.** Chaque taux publié est retrouvé exactement ; {} autres, jamais publiés, sont déduits."
)


def certainty_chapter(r: Reading, comments: Mapping[str, str], *, gaps: str) -> Chapter:
    """Return the chapter on where the width of the interval comes from, and what would change it."""
    parts = [x for x in r.margins.parts if x.share not in NEARLY_NONE]
    rest = " Les autres : moins de 1 % chacune." if len(parts) < len(r.margins.parts) else ""
    shares = Grid(
        caption="D’où vient la largeur de la fourchette",
        columns=("Source de doute", "Part"),
        align="gd",
        widths=(4, 1),
        rows=tuple((Cell(text=x.label), Cell(text=x.share)) for x in parts),
        note=f"Part de la variance du nombre de personnes concernées.{rest}",
    )
    widths = wording.listing([f"{x.half_width} ({x.label})" for x in r.margins.sensitivity])
    return Chapter(
        number="n",
        short=SECTIONS["marges"],
        flows=True,
        title="À quel point en sommes-nous sûrs ?",
        blocks=(
            shares,
            Text(text=f"{gaps} Demi-fourchette, en part du nombre estimé : {widths}."),
            *comment_of(comments, "marges"),
        ),
    )


def _diagrams(r: Reading) -> tuple[Block, ...]:
    """Return how each precarity is worked out, drawn side by side."""
    drawn = (
        ("Évaluation de la précarité numérique", evaluation.digital(r)),
        ("Évaluation de la précarité sociale", evaluation.social(r)),
    )
    digital, social = (
        (Picture(svg=diagram.svg, alt=diagram.words, caption=title, width=0.8),) for title, diagram in drawn
    )
    return (TwoColumns(left_blocks=digital, right_blocks=social),)


def method_chapter(r: Reading, definitions: Sequence[Block] = ()) -> Chapter:
    """Return the chapter of the method. definitions: the need under each of them."""
    return Chapter(
        number="n",
        short="Méthodes",
        anchor="methode",
        flows=True,
        title="Comment nous calculons",
        blocks=(
            *_diagrams(r),
            *((Text(text=DEDUCED.format(len(r.deduced))),) if r.deduced else ()),
            *definitions,
        ),
    )


def source_chapter(r: Reading, *, has_method: bool = True) -> Chapter:
    """Return the sources as a table. has_method: the document holds the chapter that says how they serve."""
    method = (
        (Text(text="Ce que nous en faisons : [comment nous calculons](#methode)."),) if has_method else ()
    )
    return Chapter(
        number="n",
        short="Sources",
        anchor="sources",
        flows=True,
        title="D’où viennent les chiffres",
        blocks=(
            *method,
            Grid(
                caption="Sources utilisées",
                columns=("Producteur", "Source", "Millésime", "Ce qu’elle donne ici"),
                align="gggg",
                widths=(1.2, 3.3, 1.5, 3.2),
                rows=tuple(
                    (
                        Cell(text=x.producer),
                        Cell(text=x.title, link=x.url),
                        Cell(text=x.vintage),
                        Cell(text=x.use),
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
    """Return the annex of the warnings; those on the survey and on the social index stand in the annexes that
    print these, and in no other document.
    """
    of_survey = r.survey.sentences if r.survey else ()
    elsewhere = {*of_survey, *r.without_index, wording.spaced(INDEX_COMPARED)}
    return Chapter(
        number="n",
        short="Avertissements",
        flows=True,
        title="À savoir avant de citer un chiffre",
        blocks=(Bullets(items=tuple(text for text in r.warnings if text not in elsewhere)),),
    )


def notions_used(chapters: Sequence[Chapter], notions: Iterable[Term]) -> list[Term]:
    """Return the notions, among some, that the words of chapters use."""
    text = plain(" ".join(_words(as_data(chapters))))
    return [term for term in notions if any(re.search(regex, text) for regex in _term_regex(term))]


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
