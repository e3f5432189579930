"""The first chapters of a dossier: how to read it, the essential, what is withheld."""

from collections.abc import Mapping

from maillage.reports.page.blocks import (
    Beside,
    Block,
    Bullets,
    Callout,
    Chapter,
    Heading,
    KeyFigure,
    Picture,
    Text,
)
from maillage.reports.territory import atlas, map_keys, withheld
from maillage.reports.territory.chapters.sections import comment_of
from maillage.reports.territory.reading import Reading
from maillage.studies.diagnosis.results import Diagnosis
from maillage.words import wording

CLASSES = (
    "**Une classe (« élevée », « très élevée »)** compare chaque zone à la France métropolitaine. Rayures"
    " blanches sur une carte, ou pourcentage entre parenthèses : la classe n’est pas sûre. Une phrase ne"
    " nomme une zone qu’à 8 chances sur 10 ou plus.",
)

RANKING = " par quartier ou petite commune, à les classer entre eux quand les fourchettes se recouvrent"


def guide_chapter(r: Reading) -> Chapter:
    c = r.headline
    example = f"Environ {c.value}, {c.between}" if c.value else "Environ …, entre … et …"
    return Chapter(
        number="",
        short="Guide de lecture",
        flows=True,
        title="Comment lire ce dossier",
        lead=(
            "Chaque nombre de personnes en difficulté est une estimation. Il vient avec sa fourchette,"
            " le public qu’il compte et sa source."
        ),
        blocks=(
            Bullets(
                items=(
                    (
                        f"**« {example} »** : notre meilleure estimation, et deux bornes. Le vrai nombre se"
                        f" trouve entre elles {wording.NINE_TIMES}."
                    ),
                    (
                        "**Plein, hachures, trait** : sur les barres, le plein va jusqu’à la borne basse, les"
                        " hachures vont jusqu’à la borne haute, le trait marque l’estimation."
                    ),
                    *(CLASSES if r.class_bounds else ()),
                    (
                        "**« … vivent aussi modestement »** : une partie du premier nombre, jamais un nombre"
                        " de plus."
                    ),
                    "**« Masqué »** : un effectif trop petit pour être montré. Ce n’est jamais zéro.",
                )
            ),
            Callout(
                tone="prudence",
                title="À quoi ce dossier ne sert pas.",
                text=(
                    f"À fixer un objectif chiffré{RANKING if len(r.zones) > 1 else ''}, à suivre une"
                    " évolution d’une année à l’autre, ni à se passer d’une enquête locale."
                ),
            ),
            *((Text(text=r.target),) if r.target else ()),
            Text(
                text=f"Définition retenue : **{r.definition.label}**. {r.source.counts} Champ :"
                f" {r.definition.universe}.",
                tone="note",
            ),
        ),
    )


def withheld_chapter(r: Reading, said: Mapping[str, str]) -> Chapter:
    """Return the single chapter for a territory too small to publish figures on."""
    told = withheld.explain(r)
    return Chapter(
        number="",
        short="Synthèse",
        title=told.title,
        blocks=(
            Callout(tone="prudence", title=f"{told.headline}.", text=told.why),
            Text(text=told.more),
            Bullets(items=told.advice),
            *comment_of(said, "synthese"),
        ),
    )


def _figure(r: Reading) -> KeyFigure | Callout:
    c = r.headline
    if c.bar is None:
        return Callout(tone="prudence", title="Chiffre non montré.", text=c.reason)
    return KeyFigure(
        about=c.about if c.value else "entre",
        value=c.value or f"{c.low} et {c.high}",
        text=f"{c.sentence} : {c.share} des 15 ans et plus{f', soit {c.one_in}' if c.one_in else ''}.",
        between=(
            f"{c.between.capitalize()}." if c.value else "La fourchette est trop large pour un seul chiffre."
        ),
        svg=c.bar.wide,
        alt=f"{c.between} ; estimation {c.value or 'non donnée'}.",
    )


def contradiction(r: Reading) -> tuple[Block, ...]:
    """Return what published figures say against ours, to stand beside the headline wherever it is."""
    notes = [note.text for note in r.published if note.kind == "contredit"]
    parted = [note.removeprefix("**").partition("** ") for note in notes]
    return tuple(Callout(tone="prudence", title=title, text=text) for title, _, text in parted)


def _first_look(d: Diagnosis, r: Reading, layers: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the first sentences, beside the joint map when there is one."""
    said: Block = Bullets(items=tuple(r.sentences)) if r.sentences else Text(text=r.headline.reason)
    layer = next((name for name in ("les-deux", "numerique") if name in layers), "")
    if not layer:
        return (said,)
    picture = map_keys.picture(r, layer, atlas.small(d, layer), alt=atlas.description(d, layer))
    return (Beside(share=0.6, left=(said,), right=(picture,)),)


def summary_chapter(d: Diagnosis, r: Reading, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    levels = r.levels
    return Chapter(
        number="",
        short="Synthèse",
        title="L’essentiel",
        blocks=(
            _figure(r),
            *contradiction(r),
            *_first_look(d, r, layers),
            Heading(text="À quel point, et quelle réponse", small=True),
            *((Text(text=levels.link, tone="note"),) if levels.link else ()),
            Picture(svg=levels.bar.wide, alt=" ; ".join(f"{x.label} {x.share}" for x in levels.lines)),
            Bullets(
                items=tuple(
                    f"**{x.label}** : {x.in_full} {x.action}. Réponse : {x.answer.lower()}."
                    for x in levels.lines[:3]
                )
            ),
            *comment_of(said, "synthese"),
        ),
    )
