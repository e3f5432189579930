"""The first figure of a dossier, its contradictions, and the chapter that stands where it is withheld."""

from collections.abc import Mapping

from maillage.publishing.page.blocks import Block, Bullets, Callout, Chapter, KeyFigure, Text
from maillage.publishing.territory import withheld
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.sections import comment_of
from maillage.publishing.territory.local_survey import moved
from maillage.publishing.territory.reading import Reading


def withheld_chapter(r: Reading, comments: Mapping[str, str]) -> Chapter:
    """Return the single chapter for a territory too small to publish figures on."""
    explanation = withheld.explain(r)
    return Chapter(
        number="",
        short="Synthèse",
        title=explanation.title,
        blocks=(
            Callout(tone="prudence", title=f"{explanation.headline}.", text=explanation.why),
            Text(text=explanation.more),
            Bullets(items=explanation.advice),
            *comment_of(comments, "synthese"),
        ),
    )


def key_figure(r: Reading) -> KeyFigure | Callout:
    """Return the first figure with its bar; why it is not printed where it is withheld."""
    c = r.headline
    if c.bar is None:
        return Callout(tone="prudence", title="Chiffre non montré.", text=c.reason)
    return KeyFigure(
        about=c.about if c.value else "entre",
        value=c.value or f"{c.low} et {c.high}",
        text=f"{c.sentence} : {c.share} des 15 ans et plus{f', soit {c.one_in}' if c.one_in else ''}.",
        between=(
            f"{c.between.capitalize()}.{moved(r.survey)}"
            if c.value
            else "La fourchette est trop large pour un seul chiffre."
        )
        + (f" {upper_first(c.against_country)}." if c.against_country else ""),
        svg=c.bar.wide,
        alt=f"{c.between} ; estimation {c.value or 'non donnée'}.",
    )


def contradiction(r: Reading) -> tuple[Block, ...]:
    """Return the published figures that contradict the headline, a callout each."""
    notes = [note.text for note in r.published if note.kind == "contredit"]
    parted = [note.removeprefix("**").partition("** ") for note in notes]
    return tuple(Callout(tone="prudence", title=title, text=text) for title, _, text in parted)
