"""The dossier of a diagnosis: which blocks, in which order, with which words."""

from collections.abc import Mapping, Sequence
from datetime import date

from maillage.reference.glossary import terms
from maillage.reports.page import charts
from maillage.reports.page.blocks import (
    Beside,
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Cover,
    Document,
    Grid,
    Heading,
    KeyFigure,
    Picture,
    Text,
)
from maillage.reports.territory import atlas, evaluation, local_survey, sentences
from maillage.reports.territory.field import FieldReading
from maillage.reports.territory.field import chapters as field_chapters
from maillage.reports.territory.labels import BREAKDOWN_LABELS, CELL_LABELS
from maillage.reports.territory.published import CONTRADICTED
from maillage.reports.territory.reading import (
    Both,
    CommuneList,
    OfferLine,
    OfferReading,
    Reading,
    ZoneList,
    ZoneRow,
)
from maillage.studies.diagnosis.compare import NeedByDefinition
from maillage.studies.diagnosis.diagnosis import Diagnosis
from maillage.words import wording
from maillage.words.dates import in_words

LEGEND = (
    ("case-numerique", "difficulté numérique"),
    ("case-sociale", "difficulté sociale"),
    ("case-les-deux", "les deux"),
)
SECTIONS = {
    "besoins": "Les besoins",
    "cartes": "Où vivent ces personnes",
    "croisement": "Là où les deux difficultés se croisent",
    "zones": "Zone par zone",
    "offre": "L’offre face au besoin",
    "marges": "Ce dont nous sommes sûrs",
}
MOST_IN_BOTH = 5  # zones of the short table that stands under the joint map
LONGEST_TABLE = 250
UNIVERSE = "15 ans et plus en logement ordinaire"


def compose(
    d: Diagnosis,
    r: Reading,
    layers: Mapping[str, str],
    readings: Sequence[NeedByDefinition],
    *,
    on: date,
    comments: Mapping[str, str] | None = None,
    field: FieldReading | None = None,
) -> Document:
    """Return the dossier. comments: the analyst's own, by section of SECTIONS, kept apart from computed
    text. field: what the platform knows of the territory beside its study; None from a command line.
    """
    said = comments or {}
    chapters = [_guide(r), _summary(d, r, layers, said), _needs(r, readings, said)]
    if r.survey:
        chapters.append(local_survey.chapter(r.survey))
    if layers:
        chapters.append(_places(d, r, layers, said))
    if r.is_classed:
        chapters.append(_crossing(d, r, layers, said))
    chapters.append(_zones(r, said))
    if r.offer:
        chapters.append(_offer(r, r.offer, said))
    if field is not None:
        chapters += field_chapters(field)
    chapters += [
        _certainty(r, layers, said, gaps=sentences.measured_gaps(d)),
        _methods(r),
        _sources(r),
        _warnings(r),
        _glossary(),
    ]
    if r.withheld:
        chapters = [_guide(r), _untold(r, said), _sources(r), _glossary()]
    number = 0
    numbered = []
    for chapter in chapters:
        number += chapter.number == "n"
        numbered.append(
            Chapter(
                number=str(number) if chapter.number == "n" else "",
                title=chapter.title,
                lead=chapter.lead,
                blocks=chapter.blocks,
                short=chapter.short,
                flows=chapter.flows,
            )
        )
    t = r.territory
    return Document(
        title=f"Diagnostic d’inclusion numérique : {t.name}",
        cover=Cover(
            title=t.name,
            over="Diagnostic d’inclusion numérique",
            subtitle=t.subtitle,
            edition=f"Édition du {in_words(on)}",
            print=f"Empreinte {r.fingerprint}",
            svg=atlas.knitted(d, id="couverture"),
            alt=f"Carte tricotée : {t.name}, maille par maille.",
            legend=LEGEND if atlas.is_classed(d) else (),
        ),
        chapters=tuple(numbered),
        keywords=("inclusion numérique", "précarité", t.name),
    )


def _comment(said: Mapping[str, str], section: str) -> tuple[Block, ...]:
    text = said.get(section, "").strip()
    return (Callout(tone="commentaire", title="Commentaire de l’analyste", text=text),) if text else ()


def _guide(r: Reading) -> Chapter:
    c = r.headline
    example = f"Environ {c.value}, {c.between}" if c.value else "Environ …, entre … et …"
    return Chapter(
        number="",
        short="Guide de lecture",
        flows=True,
        title="Comment lire ce dossier",
        lead=(
            "Chaque nombre est une estimation. Il vient avec sa fourchette, le public qu’il compte et sa"
            " source."
        ),
        blocks=(
            Bullets(
                items=(
                    (
                        f"**« {example} »** : notre meilleure estimation, et deux bornes. Le vrai nombre se"
                        f" trouve entre elles {wording.NINE_TIMES}."
                    ),
                    (
                        "**Plein, rayé, trait** : sur les barres, le plein va jusqu’à la borne basse, le rayé"
                        " dit ce qui est possible, le trait marque l’estimation."
                    ),
                    (
                        "**Une classe (« forte », « très forte »)** compare les zones de ce"
                        " territoire entre elles,"
                        " et à rien d’autre. Rayures blanches sur une carte, ou pourcentage entre"
                        " parenthèses : la"
                        " classe n’est pas sûre. Une phrase ne nomme une zone qu’à 8 chances sur 10 ou plus."
                    ),
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
                    "À fixer un objectif chiffré par quartier, à classer les quartiers entre eux quand les"
                    " fourchettes se recouvrent, à suivre une évolution d’une année à l’autre, ni à se passer"
                    " d’une enquête locale."
                ),
            ),
            *((Text(text=r.target),) if r.target else ()),
            Text(
                text=f"Définition retenue : **{r.definition.label}**. Champ : {r.definition.universe}.",
                tone="note",
            ),
        ),
    )


def _untold(r: Reading, said: Mapping[str, str]) -> Chapter:
    """Return the single chapter for a territory too small to publish figures on."""
    larger = " ou ".join(f"**{x.name}**" for x in r.territory.within[:2])
    return Chapter(
        number="",
        short="Synthèse",
        title="Un territoire trop petit pour une estimation",
        blocks=(
            Callout(tone="prudence", title="Chiffre non montré.", text=r.headline.reason),
            Text(
                text=(
                    f"Moins de 50 personnes de 15 ans et plus vivent ici ({r.territory.subtitle}) : une"
                    " fourchette honnête irait de presque personne à presque tout le monde, et un chiffre"
                    " pourrait désigner quelqu’un."
                )
            ),
            *(
                (Text(text=f"Lisez plutôt le diagnostic d’un territoire plus grand : {larger}."),)
                if larger
                else ()
            ),
            Text(
                text="Pour connaître les besoins d’un si petit lieu, le plus sûr est d’y parler avec chacun."
            ),
            *_comment(said, "synthese"),
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


def _contradicted(r: Reading) -> tuple[Block, ...]:
    """Return what a published figure says against ours, to stand beside the headline wherever it is."""
    return tuple(
        Callout(
            tone="prudence",
            title="Un chiffre publié contredit le nôtre.",
            text=note.text.removeprefix(CONTRADICTED),
        )
        for note in r.published
        if note.kind == "contredit"
    )


def _first_look(d: Diagnosis, r: Reading, layers: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the first sentences, beside the joint map when there is one."""
    said: Block = Bullets(items=tuple(r.sentences)) if r.sentences else Text(text=r.headline.reason)
    layer = next((name for name in ("les-deux", "numerique") if name in layers), "")
    if not layer:
        return (said,)
    caption = (
        "Bleu : numérique. Brique : sociale. Prune : les deux."
        if layer == "les-deux"
        else "Précarité numérique"
    )
    picture = Picture(svg=atlas.small(d, layer), alt=atlas.description(d, layer), caption=caption)
    return (Beside(share=0.6, left=(said,), right=(picture,)),)


def _summary(d: Diagnosis, r: Reading, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    levels = r.levels
    return Chapter(
        number="",
        short="Synthèse",
        title="L’essentiel",
        blocks=(
            _figure(r),
            *_contradicted(r),
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
            *_comment(said, "synthese"),
        ),
    )


def _factors(r: Reading) -> tuple[Block, ...]:
    """Return the chart of what weighs, none where nobody is told of."""
    drawn = evaluation.factors(r)
    return (Picture(svg=drawn.svg, alt=drawn.words, caption=drawn.words, width=0.8),) if drawn else ()


def _living_standards(both: Both) -> tuple[str, ...]:
    """Return what is said of people living modestly; nothing where the living standard is not estimated."""
    if not both.modest:
        return ()
    return (
        "Hypothèse : à âge et diplôme égaux, vivre modestement rend la difficulté plus fréquente."
        f" Sans ce lien, on en compterait environ {both.independent}.",
        f"Quoi qu’on suppose, ce nombre est entre {both.lowest} et {both.highest}.",
        f"{both.modest.capitalize()} vivent modestement : les deux premiers cinquièmes de niveau de vie.",
    )


def _needs(r: Reading, readings: Sequence[NeedByDefinition], said: Mapping[str, str]) -> Chapter:
    c, levels, both = r.headline, r.levels, r.both
    verb = r.definition.statement
    if c.value:
        lead = f"Environ **{c.value} personnes** {verb}, {c.between}."
    else:
        lead = f"{c.between.capitalize()} personnes {verb}." if c.low else c.reason
    blocks: list[Block] = [
        *_contradicted(r),
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
            _definitions(readings, _universe(r)),
            *(Text(text=note.text, tone="note") for note in r.published if note.kind == "note"),
        ]
    return Chapter(
        number="n",
        short=SECTIONS["besoins"],
        title="Combien de personnes ont besoin d’aide",
        lead=lead,
        blocks=(*blocks, *_comment(said, "besoins")),
    )


def _universe(r: Reading) -> str:
    """Return whom the tables count, the filter of the study named."""
    return f"{UNIVERSE} ; filtre : {wording.lower_first(r.filter.label)}" if r.filter else UNIVERSE


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


def _places(d: Diagnosis, r: Reading, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    blocks: list[Block] = []
    if "numerique" in layers:
        blocks.append(
            Beside(
                share=0.44,
                left=(
                    Picture(
                        svg=layers["numerique"],
                        alt=atlas.description(d, "numerique"),
                        caption=(
                            "Précarité numérique : cinquièmes des zones, comparées entre elles. Rayé"
                            " : moins de 8"
                            " chances sur 10 que la classe soit la bonne."
                        ),
                    ),
                ),
                right=(
                    Heading(text="La précarité numérique", small=True),
                    *(Text(text=text) for text in r.class_sentences),
                    _scale("n", r.class_bounds),
                ),
            )
        )
    else:
        blocks += [Text(text=text) for text in r.class_sentences]
    if "sociale" in layers:
        blocks.append(
            Beside(
                share=0.44,
                left=(
                    Picture(
                        svg=layers["sociale"],
                        alt=atlas.description(d, "sociale"),
                        caption="Indice de précarité sociale : cinquièmes des zones." + _unknown(r),
                    ),
                ),
                right=(
                    Heading(text="La précarité sociale", small=True),
                    *(Text(text=text) for text in r.cluster_sentences),
                    Text(
                        text="L’indice est la moyenne des écarts de chaque zone à la moyenne des zones : "
                        + wording.listing([wording.lower_first(v.label) for v in r.index.variables])
                        + ".",
                    ),
                    _scale("s", ["très faible", "faible", "moyenne", "forte", "très forte"]),
                ),
            )
        )
    return Chapter(
        number="n",
        short=SECTIONS["cartes"],
        title="Où vivent ces personnes",
        lead=r.half_sentence,
        blocks=(*blocks, *_comment(said, "cartes")),
    )


def _unknown(r: Reading) -> str:
    return " Blanc : indice social inconnu." if r.n_without_index else ""


def _scale(family: str, labels: Sequence[str]) -> Block:
    return Grid(
        caption=f"Classes de précarité {'numérique' if family == 'n' else 'sociale'}",
        columns=("Classe",),
        align="g",
        rows=tuple((Cell(text=label, swatch=f"{family}{k + 1}"),) for k, label in enumerate(labels)),
    )


def _crossing(d: Diagnosis, r: Reading, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    both = sorted(
        (z for z in r.zones if z.cell == "les_deux"), key=lambda z: (not z.is_likely, -(z.cell_odds or 0.0))
    )
    lead = (
        f"Sans doute **{r.both_residents}**, vivent dans une zone où la difficulté est numérique et"
        " sociale à la"
        " fois : les zones ne sont pas toutes sûres, et leur nombre d’habitants suit."
        if r.both_residents
        else "Aucune zone ne cumule ici une précarité numérique forte et une précarité sociale forte."
    )
    right: list[Block] = [Heading(text="Ce que l’on voit", small=True)]
    if r.crossing_sentence:
        right.append(Text(text=r.crossing_sentence))
    right.append(
        Picture(
            svg=charts.joint_legend(r.cell_shares, id="legende"),
            alt=" ; ".join(
                f"{CELL_LABELS[name]} {wording.share(value)}" for name, value in r.cell_shares.items()
            ),
            caption="Part des habitants à attendre dans chaque case",
            width=0.85 if "les-deux" in layers else 0.4,
        )
    )
    if r.leaders_sentence:
        right.append(Callout(tone="prudence", title="À lire avec prudence.", text=r.leaders_sentence))
    blocks: list[Block] = right
    if "les-deux" in layers:
        caption = (
            "Précarité numérique et sociale, zones comparées entre elles. Forte : les deux plus"
            " hautes classes"
            " sur cinq. Rayé : moins de 8 chances sur 10."
        )
        picture = Picture(
            svg=layers["les-deux"], alt=atlas.description(d, "les-deux"), caption=caption + _unknown(r)
        )
        blocks = [Beside(share=0.46, left=(picture,), right=tuple(right))]
    else:
        blocks[1:1] = [Text(text=text) for text in (*r.class_sentences, *r.cluster_sentences)]
    if r.discordances:
        blocks.append(Heading(text="Là où les deux ne vont pas ensemble"))
        blocks += [
            Callout(tone=x.kind, title=x.finding.replace("**", ""), text=x.advice) for x in r.discordances
        ]
    if both:
        blocks.append(
            _zone_table(
                both[:MOST_IN_BOTH], caption="Là où le cumul est le plus probable", universe=_universe(r)
            )
        )
    return Chapter(
        number="n",
        short=SECTIONS["croisement"],
        title="Là où les deux difficultés se croisent",
        lead=lead,
        blocks=(*blocks, *_comment(said, "croisement")),
    )


def _zone_table(zones: Sequence[ZoneRow], *, caption: str, universe: str) -> Grid:
    return Grid(
        caption=caption,
        columns=("Zone", "Personnes", "Entre", "Part", "Part et marge", "Précarité forte"),
        align="gdddgg",
        widths=(3.4, 1.2, 2.0, 0.9, 1.6, 1.6),
        rows=tuple(
            (
                Cell(
                    text=f"{z.name} ({z.place})" if z.place else z.name,
                    strong=True,
                    swatch=z.mark,
                ),
                Cell(text=z.people or "—"),
                Cell(text=z.between),
                Cell(text=z.share, strong=True),
                Cell(svg="" if z.reason else z.bar, text=z.reason or z.share_between),
                Cell(text=z.cell_label),
            )
            for z in zones
        ),
        note=(
            f"Champ : {universe}. Bornes : {wording.NINE_IN_TEN}. Précarité forte : par rapport aux"
            " autres zones"
            " d’ici ; entre parenthèses, les chances que ce soit vrai quand elles sont sous 80 %. Sources :"
            " Insee, Cnaf ; calculs Maillage."
        ),
    )


def _zones(r: Reading, said: Mapping[str, str]) -> Chapter:
    counted = [zone for zone in r.zones if not zone.is_outside]
    shown = counted[:LONGEST_TABLE]
    rest, outside = len(counted) - len(shown), len(r.zones) - len(counted)
    lead = "Une seule zone : rien à comparer."
    if len(counted) > 1:
        lead = (
            "Toutes les zones, de la plus nombreuse à la moins nombreuse. L’ordre n’est pas un classement :"
            " les fourchettes se recouvrent."
        )
    if rest:
        lead += f" Les {wording.number(rest)} autres sont dans le fichier zones.csv."
    if outside:
        lead += f" Hors du filtre, sans chiffre ni fiche : {wording.count(outside, 'zone', 'zones')}."
    return Chapter(
        number="n",
        short=SECTIONS["zones"],
        flows=True,
        title="Zone par zone",
        lead=lead,
        blocks=(
            _zone_table(
                shown,
                caption=f"Les {wording.number(len(shown))} zones" if len(shown) > 1 else "La zone",
                universe=_universe(r),
            ),
            _social(r),
            *_comment(said, "zones"),
        ),
    )


MOST_LISTED = 12  # zones named under a rule; the others are counted


def _offer(r: Reading, o: OfferReading, said: Mapping[str, str]) -> Chapter:
    whole = o.whole
    known = [line for line in whole.lines if line.state != "donnee-manquante"]
    shown = [o.zones[z.code] for z in r.zones[:LONGEST_TABLE] if z.code in o.zones]
    return Chapter(
        number="n",
        short=SECTIONS["offre"],
        title="Ce qui est à portée de marche, et ce qui ne l’est pas",
        lead=(
            f"{wording.count(whole.n_places, 'lieu', 'lieux')} dans le périmètre"
            f"{', dans les zones que le filtre garde' if o.filter else ''}, d’après {o.source}. Les lieux"
            f" sont comptés ; les personnes à portée de marche ({o.minutes} minutes, environ) sont estimées,"
            " comme le besoin. « ? » : des lieux ne disent pas ce qu’ils proposent. Une fourchette sans"
            " valeur : pour la même raison, ou parce que la valeur serait trop peu sûre."
        ),
        blocks=(
            Grid(
                caption="Chaque sorte d’offre, et les personnes concernées qui l’ont à pied",
                columns=(
                    *("Offre", "Lieux", "À portée", "Entre", "Hors de portée", "Entre"),
                    *("Part à portée", "Entre"),
                ),
                align="gddddddd",
                widths=(2.2, 0.7, 1.0, 1.4, 1.1, 1.4, 1.0, 1.2),
                rows=tuple(
                    tuple(
                        Cell(text=text, strong=text == line.label)
                        for text in (
                            line.label,
                            line.places,
                            line.reached,
                            line.reached_between,
                            line.missing,
                            line.missing_between,
                            line.share,
                            line.share_between,
                        )
                    )
                    for line in known
                ),
                note=(
                    f"Champ : {r.definition.universe}. Bornes : {wording.NINE_IN_TEN}. Sources : {o.source}"
                    " pour les lieux, celles du besoin pour les personnes ; calculs Maillage."
                ),
            ),
            Callout(tone="prudence", text=" ".join(o.cautions), title="À lire avec prudence"),
            Heading(text="Zone par zone"),
            Grid(
                caption=(
                    "Un nombre : lieux dans la zone · • plus de la moitié des personnes concernées en ont un"
                    " à pied, dans une zone voisine · × plus de la moitié n’en ont pas · ? on ne peut pas le"
                    " dire · — trop peu d’habitants"
                ),
                columns=("Zone", "Lieux", *(line.label for line in known)),
                align="gd" + "c" * len(known),
                widths=(2.6, 0.8, *(1.2 for _ in known)),
                rows=tuple(
                    (
                        Cell(text=z.name, strong=True),
                        Cell(text=str(z.n_places)),
                        *(
                            Cell(text=line.places if line.n_places else line.sign, strong=line.n_places > 0)
                            for line in z.lines
                            if line.state != "donnee-manquante"
                        ),
                    )
                    for z in shown
                ),
            ),
            Heading(text="Les listes, et leur règle"),
            _rules(o, known),
            Bullets(items=tuple(_listed(each) for each in o.lists if each.rule in NAMED)),
            *(
                (
                    Heading(text="Commune par commune"),
                    Bullets(items=tuple(_commune_list(x) for x in o.communes)),
                )
                if o.communes
                else ()
            ),
            *_comment(said, "offre"),
        ),
    )


NAMED = (
    *("sans-libre-acces-accompagne", "sans-acces-libre", "sans-formation", "sans-wifi"),
    *("offre-inconnue", "acces-libre-inconnu"),
    *("precarite-numerique-non-sociale", "precarite-sociale-non-numerique", "deux-precarites"),
)


def _rules(o: OfferReading, known: Sequence[OfferLine]) -> Block:
    """Return how many zones each rule finds, for each line of the offer."""
    found = {(each.rule, each.id): len(each.zones) for each in o.lists}
    rules = (
        ("offre-inconnue", "On ne sait pas"),
        ("personne-a-portee", "Personne n’en a à pied"),
        ("hors-de-portee", "La plupart n’en ont pas à pied"),
        ("a-la-limite", "À la limite de la marche"),
        ("offre-rare", "Moitié moins d’offre qu’ailleurs"),
    )
    return Grid(
        caption=f"Combien de zones, sur {wording.number(len(o.zones))}, répondent à chaque règle",
        columns=("Offre", "Aucun lieu dans la zone", *(label for _, label in rules)),
        align="gdddddd",
        widths=(2.2, 1.2, 1.1, 1.3, 1.4, 1.2, 1.3),
        rows=tuple(
            (
                Cell(text=line.label, strong=True),
                Cell(text=str(found.get((f"sans-{line.id.replace('_', '-')}", line.id), 0))),
                *(Cell(text=str(found.get((rule, line.id), 0))) for rule, _ in rules),
            )
            for line in known
        ),
    )


def _listed(each: ZoneList) -> str:
    """Return a list of zones in one sentence: its rule, how many out of which, and their names when they are
    few.
    """
    names = [zone.name for zone in each.zones]
    kind = f" ({wording.lower_first(each.offer)})" if each.offer else ""
    head = f"**{each.sentence}**{kind} : "
    counted = f"{wording.number(len(names))} sur {each.out_of}"
    if len(names) > MOST_LISTED:
        return f"{head}{counted}."
    return f"{head}{counted} : {wording.listing(names)}."


def _commune_list(each: CommuneList) -> str:
    """Return the communes without a line of the offer, then those that nobody can tell, in one sentence."""
    parts = []
    if each.without:
        parts.append(f"sans, {wording.count(len(each.without), 'commune')} : {wording.listing(each.without)}")
    if each.unknown:
        parts.append(
            f"on ne sait pas, {wording.count(len(each.unknown), 'commune')} : {wording.listing(each.unknown)}"
        )
    return f"**{each.offer}** : {' ; '.join(parts) or 'toutes en ont au moins un lieu'}."


def _social(r: Reading) -> Block:
    index = r.index
    if not index.variables:
        return Text(text="Indice social : aucune variable n’est connue à cette échelle.", tone="note")
    note = " ; ".join(f"{v.label} ({v.year}, {v.direction}, poids {v.weight})" for v in index.variables)
    return Grid(
        caption="L’indice de précarité sociale : écart de chaque zone à la moyenne des zones",
        columns=("Zone", "Rang", "Indice", *(v.short for v in index.variables)),
        align="gdd" + "d" * len(index.variables),
        widths=(2.6, 0.8, 0.9, *(1.5 for _ in index.variables)),
        rows=(
            (
                Cell(text="Moyenne des zones", strong=True),
                Cell(text=""),
                Cell(text="0"),
                *(Cell(text=v.mean) for v in index.variables),
            ),
            *(
                (
                    Cell(text=row.name),
                    Cell(text=str(row.rank or "—")),
                    Cell(text=row.index or "—"),
                    *(
                        Cell(
                            text=(
                                f"{x.value} ({x.gap}{'¹' if x.is_clipped else ''})"
                                if x.gap != "—"
                                else x.value
                            )
                        )
                        for x in row.values
                    ),
                )
                for row in index.rows[:LONGEST_TABLE]
            ),
        ),
        note=f"Rang 1 : la plus précaire. {note}. ¹ Écart borné entre −100 % et +150 %. Non disponibles : "
        + wording.listing(index.missing)
        + ". "
        + " ".join(f"Écartée : {text}." for text in index.left_out),
    )


def _certainty(r: Reading, layers: Mapping[str, str], said: Mapping[str, str], *, gaps: str) -> Chapter:
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
                    Picture(
                        svg=layers["certitude"],
                        alt="Certitude de la classe de chaque zone.",
                        caption="Certitude : du clair (classe sûre) au foncé (classe incertaine).",
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
            columns=("Cas", "Région", "Département", "Intercommunalité", "Quartier", "Demi-fourchette"),
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
        blocks=(*blocks, *_comment(said, "marges")),
    )


def _diagrams(r: Reading) -> tuple[Block, ...]:
    """Return how each precarity is worked out, drawn side by side."""
    drawn = (
        ("Évaluation de la précarité numérique", evaluation.digital(r)),
        ("Évaluation de la précarité sociale", evaluation.social(r)),
    )
    left, right = ((Picture(svg=each.svg, alt=each.words, caption=title),) for title, each in drawn)
    return (Beside(left=left, right=right),)


def _methods(r: Reading) -> Chapter:
    flat = r.flat
    return Chapter(
        number="n",
        short="Méthodes",
        flows=True,
        title="Comment nous calculons",
        lead=(
            "Des taux nationaux par âge et par diplôme, appliqués aux habitants de chaque quartier, puis"
            f" tirés au sort {r.draws} fois."
        ),
        blocks=(
            *_diagrams(r),
            Bullets(
                items=(
                    (
                        "**Les habitants.** Pour chaque quartier, le recensement donne les âges ; les"
                        " diplômes viennent de la commune, et du métier, du logement et du ménage des"
                        " habitants à l’intérieur d’une ville. Leur croisement est calé."
                    ),
                    (
                        "**Les taux.** Un modèle retrouve exactement chaque taux publié par âge et par"
                        " diplôme. Ce qui n’est pas publié est déduit ou supposé, avec une plage."
                    ),
                    (
                        f"**Les marges.** {r.draws} tirages font varier l’enquête, ce qui n’est pas publié,"
                        " l’écart de la région, de l’intercommunalité et du quartier, le recensement et le"
                        " hasard des personnes. Une fourchette est la distance entre le 5e et le 95e centile"
                        " ; on additionne les tirages, jamais les fourchettes."
                    ),
                    (
                        "**La précarité sociale.** Une personne « modeste » vit dans les deux premiers"
                        " cinquièmes de niveau de vie, d’après le revenu médian de la commune et, dans la"
                        " ville, les minima sociaux."
                    ),
                    (
                        "**Les classes.** Cinq classes : les cinquièmes des zones. « Forte » réunit les deux"
                        " plus hautes."
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


def _sources(r: Reading) -> Chapter:
    return Chapter(
        number="n",
        short="Sources",
        flows=True,
        title="D’où viennent les chiffres",
        blocks=(
            Grid(
                caption="Sources utilisées",
                columns=("Producteur", "Source", "Millésime", "Ce dont nous doutons"),
                align="gggg",
                widths=(1.2, 2.6, 1.5, 3.4),
                rows=tuple(
                    (Cell(text=x.producer), Cell(text=x.title), Cell(text=x.vintage), Cell(text=x.doubt))
                    for x in r.sources
                ),
                note=(
                    "Licence Ouverte 2.0 sauf mention contraire ; les licences sont détaillées sur la page «"
                    " Sources »."
                ),
            ),
        ),
    )


def _warnings(r: Reading) -> Chapter:
    return Chapter(
        number="n",
        short="Avertissements",
        flows=True,
        title="À savoir avant de citer un chiffre",
        blocks=(Bullets(items=tuple(r.warnings)),),
    )


def _glossary() -> Chapter:
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
                    for t in terms().values()
                    if t.family == "notion"
                ),
            ),
        ),
    )
