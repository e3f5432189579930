"""The dossier of a diagnosis: which blocks, in which order, with which words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from maillage.kernel.dates import in_words
from maillage.reference.glossary import terms
from maillage.reports import atlas, charts, local_survey, wording
from maillage.reports.blocks import (
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
from maillage.reports.reading import BREAKDOWN_LABELS
from maillage.studies.compare import Reading
from maillage.studies.diagnosis import Diagnosis

Json = dict[str, Any]

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


def compose(
    d: Diagnosis,
    r: Json,
    layers: Mapping[str, str],
    readings: Sequence[Reading],
    *,
    on: date,
    comments: Mapping[str, str] | None = None,
) -> Document:
    """Return the dossier. comments: the analyst's own, by section of SECTIONS, kept apart from computed text."""
    said = comments or {}
    chapters = [_guide(r), _summary(d, r, layers, said), _needs(r, readings, said)]
    if r.get("enquete"):
        chapters.append(local_survey.chapter(r["enquete"]))
    if layers:
        chapters.append(_places(d, r, layers, said))
    if r["classees"]:
        chapters.append(_crossing(d, r, layers, said))
    chapters.append(_zones(r, said))
    if r.get("offre"):
        chapters.append(_offer(r, said))
    chapters += [_certainty(r, layers, said), _methods(r), _sources(r), _warnings(r), _glossary()]
    if r["tu"]:
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
    t = r["territoire"]
    return Document(
        title=f"Diagnostic d’inclusion numérique : {t['nom']}",
        cover=Cover(
            title=t["nom"],
            over="Diagnostic d’inclusion numérique",
            subtitle=t["sous_titre"],
            edition=f"Édition du {in_words(on)}",
            print=f"Empreinte {r['empreinte']}",
            svg=atlas.knitted(d, id="couverture"),
            alt=f"Carte tricotée : {t['nom']}, maille par maille.",
            legend=LEGEND if atlas.is_classed(d) else (),
        ),
        chapters=tuple(numbered),
        keywords=("inclusion numérique", "précarité", t["nom"]),
    )


def _comment(said: Mapping[str, str], section: str) -> tuple[Block, ...]:
    text = said.get(section, "").strip()
    return (Callout(tone="commentaire", title="Commentaire de l’analyste", text=text),) if text else ()


def _guide(r: Json) -> Chapter:
    c = r["chiffre"]
    example = f"Environ {c['valeur']}, {c['entre']}" if c["valeur"] else "Environ …, entre … et …"
    return Chapter(
        number="",
        short="Guide de lecture",
        flows=True,
        title="Comment lire ce dossier",
        lead="Chaque nombre est une estimation. Il vient avec sa fourchette, le public qu’il compte et sa source.",
        blocks=(
            Bullets(
                items=(
                    f"**« {example} »** : notre meilleure estimation, et les deux bornes entre "
                    "lesquelles le vrai nombre se trouve 90 fois sur 100.",
                    "**Plein, rayé, trait** : sur les barres, le plein va jusqu’à la borne basse, le rayé dit ce qui est "
                    "possible, le trait marque l’estimation.",
                    "**Rayures blanches sur une carte** : la classe de la zone n’est pas sûre.",
                    "**« … vivent aussi modestement »** : une partie du premier nombre, jamais un nombre de plus.",
                    "**« Masqué »** : un effectif trop petit pour être montré. Ce n’est jamais zéro.",
                )
            ),
            Callout(
                tone="prudence",
                title="À quoi ce dossier ne sert pas.",
                text="À fixer un objectif chiffré par quartier, à classer les quartiers entre eux quand les fourchettes se "
                "recouvrent, à suivre une évolution d’une année à l’autre, ni à se passer d’une enquête locale.",
            ),
            Text(
                text=f"Définition retenue : **{r['definition']['libelle']}**. Champ : {r['definition']['univers']}.",
                tone="note",
            ),
        ),
    )


def _untold(r: Json, said: Mapping[str, str]) -> Chapter:
    """Return the one chapter of a territory too small to be told."""
    larger = " ou ".join(f"**{x['nom']}**" for x in r["territoire"]["dans"][:2])
    return Chapter(
        number="",
        short="Synthèse",
        title="Un territoire trop petit pour une estimation",
        blocks=(
            Callout(tone="prudence", title="Chiffre non montré.", text=r["chiffre"]["motif"]),
            Text(
                text=f"Moins de 50 personnes de 15 ans et plus vivent ici ({r['territoire']['sous_titre']}) : une fourchette "
                "honnête irait de presque personne à presque tout le monde, et un chiffre pourrait désigner quelqu’un."
            ),
            *((Text(text=f"Lisez plutôt le diagnostic d’un territoire plus grand : {larger}."),) if larger else ()),
            Text(text="Pour connaître les besoins d’un si petit lieu, le plus sûr est d’y parler avec chacun."),
            *_comment(said, "synthese"),
        ),
    )


def _figure(r: Json) -> KeyFigure | Callout:
    c = r["chiffre"]
    if "barre" not in c:
        return Callout(tone="prudence", title="Chiffre non montré.", text=c["motif"])
    return KeyFigure(
        about=c["environ"] if c["valeur"] else "entre",
        value=c["valeur"] or f"{c['bas']} et {c['haut']}",
        text=f"{c['phrase']} : {c['part']} des 15 ans et plus, soit {c['une_sur']}.",
        between=f"{c['entre'].capitalize()}." if c["valeur"] else "La fourchette est trop large pour un seul chiffre.",
        svg=c["barre"]["large"],
        alt=f"{c['entre']} ; estimation {c['valeur'] or 'non donnée'}.",
    )


def _first_look(d: Diagnosis, r: Json, layers: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the first sentences, beside the joint map when there is one."""
    said: Block = Bullets(items=tuple(r["phrases"])) if r["phrases"] else Text(text=r["chiffre"]["motif"])
    layer = next((name for name in ("les-deux", "numerique") if name in layers), "")
    if not layer:
        return (said,)
    caption = "Bleu : numérique. Brique : sociale. Prune : les deux." if layer == "les-deux" else "Précarité numérique"
    picture = Picture(svg=atlas.small(d, layer), alt=atlas.description(d, layer), caption=caption)
    return (Beside(share=0.6, left=(said,), right=(picture,)),)


def _summary(d: Diagnosis, r: Json, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    levels = r["niveaux"]
    return Chapter(
        number="",
        short="Synthèse",
        title="L’essentiel en une page",
        blocks=(
            _figure(r),
            *_first_look(d, r, layers),
            Heading(text="À quel point, et quelle réponse", small=True),
            Picture(svg=levels["barre"]["large"], alt=" ; ".join(f"{x['libelle']} {x['part']}" for x in levels["lignes"])),
            Bullets(
                items=tuple(
                    f"**{x['libelle']}** : {x['dit']} {x['action']}. Réponse : {x['reponse'].lower()}."
                    for x in levels["lignes"][:3]
                )
            ),
            *_comment(said, "synthese"),
        ),
    )


def _needs(r: Json, readings: Sequence[Reading], said: Mapping[str, str]) -> Chapter:
    c, levels, both = r["chiffre"], r["niveaux"], r["cumul"]
    verb = r["definition"]["verbe"]
    if c["valeur"]:
        lead = f"Environ **{c['valeur']} personnes** {verb}, {c['entre']}."
    else:
        lead = f"{c['entre'].capitalize()} personnes {verb}." if c["bas"] else c["motif"]
    blocks: list[Block] = [
        Grid(
            caption="Combien de personnes, et quelle réponse",
            columns=("Niveau", "Part", "Personnes", "Fourchette", "Réponse"),
            align="gdddg",
            widths=(3.2, 1.0, 1.5, 2.9, 2.6),
            rows=tuple(
                (
                    Cell(text=x["libelle"], strong=True, swatch=f"nv-{x['classe']}"),
                    Cell(text=x["part"]),
                    Cell(text=x["valeur"] or "—", strong=True),
                    Cell(text=x["entre"]),
                    Cell(text=x["reponse"]),
                )
                for x in levels["lignes"]
            ),
            note=f"{levels['source']} {levels['doute']}",
        ),
        Heading(text="Qui sont ces personnes"),
        Text(
            text="Deux lectures d’un même tableau, à ne jamais comparer : sur 100 personnes d’un groupe, combien sont concernées ; "
            "et sur 100 personnes concernées, combien viennent de ce groupe."
        ),
        Grid(
            caption="Âge, diplôme et niveau de vie",
            columns=("Groupe", "Sur 100 du groupe", "Sur 100 concernées"),
            align="gdd",
            widths=(3, 1.6, 1.6),
            rows=tuple(
                (Cell(text=x["groupe"]), Cell(text=x["taux"]), Cell(text=x["part"]))
                for family in BREAKDOWN_LABELS.values()
                for x in r["profil"]
                if x["famille"] == family
            ),
            note="Taux nationaux appliqués aux habitants d’ici ; les classes que personne ne publie sont déduites.",
        ),
        Heading(text="Qui cumule les deux précarités"),
        Text(
            text=f"{both['dit'].capitalize()} sont en précarité numérique et vivent aussi modestement : "
            f"{both['part']} des personnes en précarité numérique. C’est une partie d’entre elles, jamais un nombre à ajouter."
            if both["part"]
            else both["environ"]
        ),
        Bullets(
            items=(
                f"Hypothèse : à âge et diplôme égaux, vivre modestement rend la difficulté plus fréquente. Sans ce lien, on "
                f"en compterait environ {both['independance']}.",
                f"Quoi qu’on suppose, ce nombre est entre {both['borne_basse']} et {both['borne_haute']}.",
                f"{both['modestes'].capitalize()} vivent modestement : les deux premiers cinquièmes de niveau de vie.",
                both["pauvrete"],
            )
        ),
    ]
    if r["territoire"]["type"] != "france":
        blocks += [
            Heading(text="Le territoire et la France"),
            Grid(
                caption="Ce qui rend la difficulté plus ou moins fréquente ici",
                columns=("Indicateur", "Ici", "France", "Lecture"),
                align="gddg",
                widths=(4.4, 0.8, 0.9, 2.0),
                rows=tuple(
                    (
                        Cell(text=x["libelle"]),
                        Cell(text=x["ici"], strong=True),
                        Cell(text=x["france"]),
                        Cell(text=x["sens"]),
                    )
                    for x in r["contexte"]
                ),
                note="Recensements 2018 et 2021, Filosofi. Chaque indicateur se lit seul : ils ne vont pas tous dans le même sens.",
            ),
        ]
    if readings:
        blocks += [
            Heading(text="Selon ce que l’on compte"),
            Text(
                text="Ces définitions ne forment pas une évolution : l’année, l’âge, la durée sans Internet et la question "
                "changent de l’une à l’autre."
            ),
            _definitions(readings),
        ]
    return Chapter(
        number="n",
        short=SECTIONS["besoins"],
        title="Combien de personnes ont besoin d’aide",
        lead=lead,
        blocks=(*blocks, *_comment(said, "besoins")),
    )


def _definitions(readings: Sequence[Reading]) -> Grid:
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
        note="Champ : 15 ans et plus en logement ordinaire. Même méthode, mêmes tirages.",
    )


def _places(d: Diagnosis, r: Json, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    blocks: list[Block] = []
    if "numerique" in layers:
        blocks.append(
            Beside(
                share=0.44,
                left=(
                    Picture(
                        svg=layers["numerique"],
                        alt=atlas.description(d, "numerique"),
                        caption="Précarité numérique : cinquièmes des zones. Rayé : classe incertaine.",
                    ),
                ),
                right=(
                    Heading(text="La précarité numérique", small=True),
                    *(Text(text=text) for text in r["classes"]),
                    _scale("n", r["bornes"]),
                ),
            )
        )
    else:
        blocks += [Text(text=text) for text in r["classes"]]
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
                    *(Text(text=text) for text in r["grappes"]),
                    Text(
                        text="L’indice est la moyenne des écarts de chaque zone à la moyenne des zones : "
                        + wording.listing([wording.lower_first(v["libelle"]) for v in r["indice"]["variables"]])
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
        lead=r["phrase_moitie"],
        blocks=(*blocks, *_comment(said, "cartes")),
    )


def _unknown(r: Json) -> str:
    return " Blanc : indice social inconnu." if r["sans_indice"] else ""


def _scale(family: str, labels: Sequence[str]) -> Block:
    return Grid(
        caption=f"Classes de précarité {'numérique' if family == 'n' else 'sociale'}",
        columns=("Classe",),
        align="g",
        rows=tuple((Cell(text=label, swatch=f"{family}{k + 1}"),) for k, label in enumerate(labels)),
    )


def _crossing(d: Diagnosis, r: Json, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    both = [z for z in r["zones"] if z["case"] == "les_deux"]
    lead = (
        f"**{r['habitants_les_deux']} habitants**, soit {wording.share(r['part_cases']['les_deux'])}, vivent dans une zone "
        "où la difficulté est numérique et sociale à la fois."
        if both
        else "Aucune zone ne cumule ici une précarité numérique forte et une précarité sociale forte."
    )
    right: list[Block] = [Heading(text="Ce que l’on voit", small=True)]
    if r["phrase_croisement"]:
        right.append(Text(text=r["phrase_croisement"]))
    right.append(
        Picture(
            svg=charts.joint_legend(r["part_cases"], id="legende"),
            alt="; ".join(f"{name} {wording.share(value)}" for name, value in r["part_cases"].items()),
            caption="Part des habitants dans chaque case",
            width=0.85 if "les-deux" in layers else 0.4,
        )
    )
    if r["phrase_egaux"]:
        right.append(Callout(tone="prudence", title="À lire avec prudence.", text=r["phrase_egaux"]))
    blocks: list[Block] = right
    if "les-deux" in layers:
        caption = "Précarité numérique et sociale. Forte : les deux plus hautes classes sur cinq. Rayé : incertain."
        picture = Picture(svg=layers["les-deux"], alt=atlas.description(d, "les-deux"), caption=caption + _unknown(r))
        blocks = [Beside(share=0.46, left=(picture,), right=tuple(right))]
    else:
        blocks[1:1] = [Text(text=text) for text in (*r["classes"], *r["grappes"])]
    if r["discordances"]:
        blocks.append(Heading(text="Là où les deux ne vont pas ensemble"))
        blocks += [
            Callout(tone=x["genre"], title=x["constat"].replace("**", ""), text=x["suite"]) for x in r["discordances"]
        ]
    if both:
        blocks.append(_zone_table(both[:MOST_IN_BOTH], caption="Les zones qui cumulent les deux précarités"))
    return Chapter(
        number="n",
        short=SECTIONS["croisement"],
        title="Là où les deux difficultés se croisent",
        lead=lead,
        blocks=(*blocks, *_comment(said, "croisement")),
    )


def _zone_table(zones: Sequence[Json], *, caption: str) -> Grid:
    return Grid(
        caption=caption,
        columns=("Zone", "Personnes", "Entre", "Part", "Part et marge", "Précarité"),
        align="gdddgg",
        widths=(3.4, 1.2, 2.0, 0.9, 1.6, 1.6),
        rows=tuple(
            (
                Cell(
                    text=f"{z['nom']} ({z['lieu']})" if z["lieu"] else z["nom"],
                    strong=True,
                    swatch=z["marque"],
                ),
                Cell(text=z["personnes"] or "—"),
                Cell(text=z["entre"]),
                Cell(text=z["part"], strong=True),
                Cell(svg="" if z["motif"] else z["barre"], text=z["motif"] or z["part_entre"]),
                Cell(text=z["case_mot"]),
            )
            for z in zones
        ),
        note="Champ : 15 ans et plus en logement ordinaire. Bornes : 90 chances sur 100. Sources : Insee, Cnaf ; calculs Maillage.",
    )


def _zones(r: Json, said: Mapping[str, str]) -> Chapter:
    shown = r["zones"][:LONGEST_TABLE]
    rest = len(r["zones"]) - len(shown)
    lead = "Une seule zone : rien à comparer."
    if len(r["zones"]) > 1:
        lead = "Toutes les zones, de la plus nombreuse à la moins nombreuse. L’ordre n’est pas un classement : les fourchettes se recouvrent."
    if rest:
        lead += f" Les {wording.number(rest)} autres sont dans le fichier zones.csv."
    return Chapter(
        number="n",
        short=SECTIONS["zones"],
        title="Zone par zone",
        lead=lead,
        blocks=(
            _zone_table(shown, caption=f"Les {wording.number(len(shown))} zones" if len(shown) > 1 else "La zone"),
            _social(r),
            *_comment(said, "zones"),
        ),
    )


MOST_LISTED = 12  # zones named under a rule; the others are counted


def _offer(r: Json, said: Mapping[str, str]) -> Chapter:
    o = r["offre"]
    whole = o["ensemble"]
    known = [line for line in whole["lignes"] if line["etat"] != "donnee-manquante"]
    shown = [o["zones"][z["code"]] for z in r["zones"][:LONGEST_TABLE] if z["code"] in o["zones"]]
    return Chapter(
        number="n",
        short=SECTIONS["offre"],
        title="Ce qui est à portée de marche, et ce qui ne l’est pas",
        lead=f"{wording.count(whole['lieux'], 'lieu', 'lieux')} dans le périmètre, d’après {o['source']}. Les lieux sont comptés ; "
        f"les personnes à portée de marche ({o['minutes']} minutes, environ) sont estimées, comme le besoin.",
        blocks=(
            Grid(
                caption="Chaque sorte d’offre, et les personnes concernées qui l’ont à pied",
                columns=("Offre", "Lieux", "À portée", "Entre", "Hors de portée", "Entre", "Part à portée"),
                align="gdddddd",
                widths=(2.4, 0.8, 1.1, 1.5, 1.2, 1.5, 1.1),
                rows=tuple(
                    tuple(
                        Cell(text=str(line[key]), strong=key == "libelle")
                        for key in ("libelle", "lieux", "a_portee", "a_portee_entre", "hors", "hors_entre", "part")
                    )
                    for line in known
                ),
            ),
            Callout(tone="prudence", text=" ".join(o["prudence"]), title="À lire avec prudence"),
            Heading(text="Zone par zone"),
            Grid(
                caption="Un nombre : lieux dans la zone · • à pied dans une zone voisine · × hors de portée · ? inconnu",
                columns=("Zone", "Lieux", *(line["libelle"] for line in known)),
                align="gd" + "c" * len(known),
                widths=(2.6, 0.8, *(1.2 for _ in known)),
                rows=tuple(
                    (
                        Cell(text=z["nom"], strong=True),
                        Cell(text=str(z["lieux"])),
                        *(
                            Cell(text=str(line["lieux"] or line["signe"]), strong=line["lieux"] > 0)
                            for line in z["lignes"]
                            if line["etat"] != "donnee-manquante"
                        ),
                    )
                    for z in shown
                ),
            ),
            Heading(text="Les listes, et leur règle"),
            _rules(o, known),
            Bullets(items=tuple(_listed(each, len(o["zones"])) for each in o["listes"] if each["regle"] in NAMED)),
            *_comment(said, "offre"),
        ),
    )


NAMED = (
    *("sans-libre-acces-accompagne", "sans-acces-libre", "sans-formation", "sans-wifi"),
    *("precarite-numerique-non-sociale", "precarite-sociale-non-numerique", "deux-precarites"),
)


def _rules(o: Json, known: Sequence[Json]) -> Block:
    """Return how many zones each rule finds, for each line of the offer."""
    found = {(each["regle"], each["id"]): len(each["zones"]) for each in o["listes"]}
    rules = (
        ("personne-a-portee", "Personne n’en a à pied"),
        ("hors-de-portee", "La plupart n’en ont pas à pied"),
        ("a-la-limite", "À la limite de la marche"),
        ("offre-rare", "Moitié moins d’offre qu’ailleurs"),
    )
    return Grid(
        caption=f"Combien de zones, sur {wording.number(len(o['zones']))}, répondent à chaque règle",
        columns=("Offre", "Aucun lieu dans la zone", *(label for _, label in rules)),
        align="gddddd",
        widths=(2.2, 1.2, 1.3, 1.4, 1.2, 1.3),
        rows=tuple(
            (
                Cell(text=line["libelle"], strong=True),
                Cell(text=str(found.get((f"sans-{line['id'].replace('_', '-')}", line["id"]), 0))),
                *(Cell(text=str(found.get((rule, line["id"]), 0))) for rule, _ in rules),
            )
            for line in known
        ),
    )


def _listed(each: Json, total: int) -> str:
    """Return a list of zones in one sentence: its rule, how many, and their names when they are few."""
    names = [zone["nom"] for zone in each["zones"]]
    kind = f" ({wording.lower_first(each['offre'])})" if each["offre"] else ""
    head = f"**{each['phrase']}**{kind} : "
    counted = f"{wording.number(len(names))} sur {wording.number(total)}"
    if len(names) > MOST_LISTED:
        return f"{head}{counted}."
    return f"{head}{counted} : {wording.listing(names)}."


def _social(r: Json) -> Block:
    index = r["indice"]
    if not index["variables"]:
        return Text(text="Indice social : aucune variable n’est connue à cette échelle.", tone="note")
    note = " ; ".join(f"{v['libelle']} ({v['annee']}, {v['sens']}, poids {v['poids']})" for v in index["variables"])
    return Grid(
        caption="L’indice de précarité sociale : écart de chaque zone à la moyenne des zones",
        columns=("Zone", "Rang", "Indice", *(v["court"] for v in index["variables"])),
        align="gdd" + "d" * len(index["variables"]),
        widths=(2.6, 0.8, 0.9, *(1.5 for _ in index["variables"])),
        rows=(
            (
                Cell(text="Moyenne des zones", strong=True),
                Cell(text=""),
                Cell(text="0"),
                *(Cell(text=v["moyenne"]) for v in index["variables"]),
            ),
            *(
                (
                    Cell(text=row["nom"]),
                    Cell(text=str(row["rang"] or "—")),
                    Cell(text=row["indice"] or "—"),
                    *(
                        Cell(
                            text=f"{x['valeur']} ({x['ecart']}{'¹' if x['borne'] else ''})"
                            if x["ecart"] != "—"
                            else x["valeur"]
                        )
                        for x in row["valeurs"]
                    ),
                )
                for row in index["lignes"][:LONGEST_TABLE]
            ),
        ),
        note=f"Rang 1 : la plus précaire. {note}. ¹ Écart borné entre −100 % et +150 %. Non disponibles : "
        + wording.listing(index["absentes"])
        + ". "
        + " ".join(f"Écartée : {text}." for text in index["ecartees"]),
    )


def _certainty(r: Json, layers: Mapping[str, str], said: Mapping[str, str]) -> Chapter:
    blocks: list[Block] = []
    shares = Grid(
        caption="D’où vient la largeur de la fourchette",
        columns=("Source de doute", "Part"),
        align="gd",
        widths=(4, 1),
        rows=tuple((Cell(text=x["libelle"]), Cell(text=x["part"])) for x in r["marges"]["parts"]),
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
        Text(
            text="L’écart d’une région ou d’une intercommunalité à ce que prédisent l’âge, le diplôme et le revenu ne se mesure pas "
            "avec des données nationales. C’est une hypothèse ; voici ce qu’elle change."
        ),
        Grid(
            caption="Si les écarts entre territoires étaient plus faibles, ou plus forts",
            columns=("Cas", "Région", "Intercommunalité", "Quartier", "Demi-fourchette"),
            align="gdddd",
            widths=(2.4, 1, 1.5, 1, 1.5),
            rows=tuple(
                (
                    Cell(text=x["cas"]),
                    Cell(text=x["region"]),
                    Cell(text=x["epci"]),
                    Cell(text=x["quartier"]),
                    Cell(text=x["demi_largeur"], strong=True),
                )
                for x in r["marges"]["sensibilite"]
            ),
            note="Écarts-types sur l’échelle logit ; demi-fourchette en part du nombre estimé.",
        ),
    ]
    return Chapter(
        number="n",
        short=SECTIONS["marges"],
        flows=True,
        title="À quel point en sommes-nous sûrs ?",
        lead=r["source"]["marge"],
        blocks=(*blocks, *_comment(said, "marges")),
    )


def _methods(r: Json) -> Chapter:
    flat = r["a_plat"]
    return Chapter(
        number="n",
        short="Méthodes",
        flows=True,
        title="Comment nous calculons",
        lead=f"Des taux nationaux par âge et par diplôme, appliqués aux habitants de chaque quartier, puis tirés au sort {r['tirages']} fois.",
        blocks=(
            Bullets(
                items=(
                    "**Les habitants.** Pour chaque quartier, le recensement donne les âges ; les diplômes viennent de la commune, "
                    "et du métier, du logement et du ménage des habitants à l’intérieur d’une ville. Leur croisement est calé.",
                    "**Les taux.** Un modèle retrouve exactement chaque taux publié par âge et par diplôme. Ce qui n’est pas "
                    "publié est déduit ou supposé, avec une plage.",
                    f"**Les marges.** {r['tirages']} tirages font varier l’enquête, ce qui n’est pas publié, l’écart de la région, de "
                    "l’intercommunalité et du quartier, le recensement et le hasard des personnes. Une fourchette est la "
                    "distance entre le 5e et le 95e centile ; on additionne les tirages, jamais les fourchettes.",
                    "**La précarité sociale.** Une personne « modeste » vit dans les deux premiers cinquièmes de niveau de vie, "
                    "d’après le revenu médian de la commune et, dans la ville, les minima sociaux.",
                    "**Les classes.** Cinq classes : les cinquièmes des zones. « Forte » réunit les deux plus hautes.",
                )
            ),
            Heading(text="Ce que la définition suppose", small=True),
            Bullets(items=tuple(r["deduits"])) if r["deduits"] else Text(text="Rien n’est déduit.", tone="note"),
            Heading(text="La méthode de Strasbourg, à côté", small=True),
            Text(
                text="Les parts nationales appliquées telles quelles à la population, sans tenir compte de la structure locale. "
                "La base d’âge n’est pas imprimée par l’étude : en voici trois."
            ),
            Grid(
                caption=f"Parts nationales appliquées à plat, au pas de {flat['pas']}",
                columns=("Base", "Habitants", *flat["colonnes"]),
                align="gd" + "d" * len(flat["colonnes"]),
                widths=(1.9, 1.2, *(1.5 for _ in flat["colonnes"])),
                rows=tuple(
                    (Cell(text=x["base"]), Cell(text=x["habitants"]), *(Cell(text=value) for value in x["valeurs"]))
                    for x in flat["lignes"]
                ),
                note="Estimations faites à partir de la population (Insee, recensement de 2021) et de parts nationales (WeTechCare, 2017).",
            ),
        ),
    )


def _sources(r: Json) -> Chapter:
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
                    (Cell(text=x["producteur"]), Cell(text=x["titre"]), Cell(text=x["millesime"]), Cell(text=x["doute"]))
                    for x in r["sources"]
                ),
                note="Licence Ouverte 2.0 sauf mention contraire ; les licences sont détaillées sur la page « Sources ».",
            ),
        ),
    )


def _warnings(r: Json) -> Chapter:
    return Chapter(
        number="n",
        short="Avertissements",
        flows=True,
        title="À savoir avant de citer un chiffre",
        blocks=(Bullets(items=tuple(r["avertissements"])),),
    )


def _glossary() -> Chapter:
    return Chapter(
        number="",
        short="Glossaire",
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
