"""The chapters of the zones: the map of the need, the joint map, the table of all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from maillage.kernel.names import plain
from maillage.reports.page import charts
from maillage.reports.page.blocks import Beside, Block, Callout, Cell, Chapter, Grid, Picture, Text
from maillage.reports.territory import atlas, certainty, map_keys, sentences
from maillage.reports.territory.chapters.sections import (
    LONGEST_TABLE,
    SECTIONS,
    comment_of,
    universe_of,
    unknown_zones,
)
from maillage.reports.territory.labels import CELL_LABELS
from maillage.reports.territory.reading import Districts, Reading, ZoneRow
from maillage.studies.diagnosis.results import Diagnosis
from maillage.studies.need.social_variables import BY_ID
from maillage.words import wording

LONGEST_INDEX = 30  # zones whose variables are printed: beyond, they are in the data of the dossier alone
NO_CELL = {"inconnue": "sans case"}
COMPARED = (
    "Précarité élevée : face à la France métropolitaine ; entre parenthèses, les chances que ce soit vrai"
    " quand elles sont sous 80 %. "
)
SOCIAL_MAP = (
    "Indice de précarité sociale, en cinq classes : chacune réunit un habitant sur cinq en France"
    " métropolitaine. Hachures : classe incertaine."
)
IN_DATA = (
    "L’indice de chaque zone est dans les données jointes ; chaque variable, zone par zone, à la page"
    " « Indice social »."
)


def map_chapter(d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str]) -> Chapter:
    """Return the chapter of the map of the need, its classes beside it. layers: SVG maps by name."""
    words = tuple(Text(text=text) for text in r.class_sentences)
    blocks: tuple[Block, ...] = words
    half = sentences.HALF.search(r.where_sentence)  # the rest stands in the story
    if "numerique" in layers:
        alt = atlas.description(d, "numerique")
        picture = map_keys.picture(r, "numerique", layers["numerique"], alt=alt)
        town = () if "les-deux" in layers else map_keys.town_picture(r, layers, "numerique")  # once
        blocks = (Beside(share=0.5, left=(picture,), right=(*words, *town)),)
    return Chapter(
        number="n",
        short=SECTIONS["cartes"],
        flows=True,
        title="Où vivent ces personnes",
        lead=half[0].strip() if half else "",
        blocks=(
            *((Text(text=r.map_note, tone="note"),) if r.map_note else ()),
            *blocks,
            *comment_of(comments, "cartes"),
        ),
    )


def crossing_chapter(
    d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str]
) -> Chapter:
    """Return the chapter on zones where digital and social difficulty meet. layers: SVG maps by name."""
    lead = (
        f"**{certainty.upper_first(r.both_residents)}**, vivent dans une zone où les deux précarités,"
        " numérique et sociale, sont élevées face à la France. Tous ne sont pas en difficulté."
        f"{_without_cell(r)}"
        if r.both_residents
        else "Aucune zone ne cumule ici une précarité numérique élevée et une précarité sociale élevée."
    )
    blocks: tuple[Block, ...] = (
        *((Text(text=r.crossing_sentence),) if r.crossing_sentence else ()),
        Picture(
            svg=charts.joint_legend(r.cell_shares, id="legende"),
            alt=" ; ".join(
                f"{(CELL_LABELS | NO_CELL)[name]} {share}"
                for name, share in charts.cell_percents(r.cell_shares).items()
            ),
            caption="Part attendue des habitants dans chaque case",
            width=0.7 if "les-deux" in layers else 0.4,
        ),
    )
    if "les-deux" in layers:
        alt = atlas.description(d, "les-deux")
        picture = map_keys.picture(r, "les-deux", layers["les-deux"], alt=alt)
        town = map_keys.town_picture(r, layers, "les-deux")
        blocks = (Beside(share=0.5, left=(picture,), right=(*blocks, *town)),)
    return Chapter(
        number="n",
        short=SECTIONS["croisement"],
        flows=True,
        title="Là où les deux difficultés se croisent",
        lead=lead,
        blocks=(
            *blocks,
            *(
                (Callout(tone="prudence", title="À lire avec prudence.", text=r.leaders_sentence),)
                if r.leaders_sentence
                else ()
            ),
            *(Callout(tone=x.kind, title=x.finding.replace("**", ""), text=x.advice) for x in r.discordances),
            *comment_of(comments, "croisement"),
        ),
    )


def _without_cell(r: Reading) -> str:
    """Return the share of the residents whose zone has no cell, "" for none."""
    share = charts.cell_percents(r.cell_shares)["inconnue"]
    return f" {share} des habitants vivent dans une zone sans case." if r.cell_shares["inconnue"] > 0 else ""


def _zone_table(zones: Sequence[ZoneRow], *, caption: str, unit: str, universe: str) -> Grid:
    return Grid(
        caption=caption,
        columns=(unit.capitalize(), "Personnes", "Entre", "Part", "Part et marge", "Précarité élevée"),
        align="gdddgg",
        widths=(3.1, 1.1, 1.6, 0.8, 1.5, 2.6),
        rows=tuple(
            (
                Cell(
                    text=z.full_name,
                    strong=True,
                    swatch=z.mark,
                ),
                Cell(text=z.people or "—"),
                Cell(text=z.between),
                Cell(text=z.share, strong=True),
                Cell(svg="" if z.reason else z.bar, text=z.reason or z.share_between or z.share),
                Cell(text=z.cell_label.replace(" de chances)", ")")),
            )
            for z in zones
        ),
        note=(
            f"Champ : {universe}. Bornes : {wording.NINE_IN_TEN}."
            f" {COMPARED if any(z.cell for z in zones) else ''}Sources : Insee, Cnaf ; calculs Maillage."
        ),
    )


def zone_chapter(d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str]) -> Chapter:
    """Return the annex that lists the zones, the most concerned first, then their social index. layers: SVG
    maps by name.
    """
    counted = [zone for zone in r.zones if not zone.is_outside]
    listed_zones = counted[:LONGEST_TABLE]
    rest, outside = len(counted) - len(listed_zones), len(r.zones) - len(counted)
    unit = r.territory.unit
    title, lead = f"{'Une seule' if unit in certainty.FEMININE else 'Un seul'} {unit}", "Rien à comparer."
    if len(counted) > 1:
        title = "Zone par zone"
        lead = (
            "Les zones qui comptent le plus de personnes concernées viennent d’abord. Ce n’est pas un"
            " classement : les fourchettes se recouvrent."
        )
    if rest:
        rest_text = f"Les {wording.number(rest)} autres sont" if rest > 1 else "L’autre est"
        lead += f" {rest_text} dans les données jointes."
    if outside:
        lead += f" Hors du filtre, sans chiffre ni fiche : {wording.count(outside, 'zone', 'zones')}."
    return Chapter(
        number="n",
        short=title,
        flows=True,
        title=title,
        lead=lead,
        blocks=(
            *_subtotal_tables(r),
            *_districts(r.districts),
            _zone_table(
                listed_zones,
                caption=(
                    f"Les {wording.count(len(listed_zones), unit)}"
                    if len(listed_zones) > 1
                    else f"{'La' if unit in certainty.FEMININE else 'Le'} {unit}"
                ),
                unit=unit,
                universe=universe_of(r),
            ),
            *_social_map(d, r, layers),
            *(Text(text=text) for text in r.cluster_sentences),
            *([_social(r)] if 1 < len(r.zones) <= LONGEST_INDEX else []),
            *comment_of(comments, "zones"),
        ),
    )


def _subtotal_tables(r: Reading) -> Iterator[Grid]:
    """Return the subtotals by région, by département, and by commune: those cut into several zones, all of
    them where a file draws the zones.
    """
    levels = (("region", "Région"), ("departement", "Département"), ("commune", "Commune"))
    for level, noun in levels:
        rows = [row for row in r.subtotals if row.level == level]
        if level == "commune":
            rows = list(r.towns or rows)[:LONGEST_TABLE]
        only = " de plusieurs quartiers" if level == "commune" and r.towns else ""
        if rows:
            yield Grid(
                caption=f"Le besoin par {noun.lower()}{only}",
                columns=(noun, "Personnes", "Entre", "Part", "Part du besoin", "Part des habitants"),
                align="gdddgg",
                widths=(3.4, 1.2, 2.0, 0.9, 1.6, 1.6),
                rows=tuple(
                    (
                        Cell(text=row.name, strong=True),
                        Cell(text=row.people or "—"),
                        Cell(text=row.between or row.reason),
                        Cell(text=row.share, strong=True),
                        Cell(text=row.need_share),
                        Cell(text=row.residents),
                    )
                    for row in rows
                ),
                note=f"Champ : {universe_of(r)}. Bornes : {wording.NINE_IN_TEN}.",
            )


def _districts(listed: Districts) -> Iterator[Block]:
    """Return the priority districts of the territory: how many, then which, by commune."""
    yield Text(text=listed.sentence)
    if listed.communes:
        yield Grid(
            caption="Les quartiers prioritaires, par commune",
            columns=("Commune", "Quartiers", "Lesquels"),
            align="gdg",
            widths=(2.2, 0.9, 7.0),
            rows=tuple(
                (Cell(text=one.name, strong=True), Cell(text=one.n_districts), Cell(text=one.districts))
                for one in listed.communes
            ),
            note=" ".join([listed.unknown, *listed.notes]),
        )


def _social_map(d: Diagnosis, r: Reading, layers: Mapping[str, str]) -> Iterator[Block]:
    """Yield the map of the social index beside what the index compares, nothing without that map."""
    if "sociale" not in layers:
        return
    picture = Picture(
        svg=layers["sociale"],
        alt=atlas.description(d, "sociale"),
        caption=f"{SOCIAL_MAP}{unknown_zones(r)}",
        key=tuple((f"s{k}", label) for k, label in enumerate(r.social_classes, 1)),
    )
    unprinted = f" {IN_DATA}" if len(r.zones) > LONGEST_INDEX else ""
    words = (Text(text=f"{_index_variables(d)}{unprinted}"), *(Text(text=text) for text in r.without_index))
    yield Beside(share=0.5, left=(picture,), right=words)


def _index_variables(d: Diagnosis) -> str:
    """Return the variables that the index compares, each with the number of zones where it is known."""
    n_zones = Counter(id for zone in d.zones for id in zone.index_levels)
    by_n: dict[int, list[str]] = {}
    for id, n in n_zones.most_common():
        by_n.setdefault(n, []).append(wording.lower_first(BY_ID[id].short))
    known = [f"{wording.listing(names)} ({wording.count(n, 'zone')})" for n, names in by_n.items()]
    return (
        "L’indice compare chaque zone à la France métropolitaine par ce qui y est connu :"
        f" {' ; '.join(known)}."
    )


def _social(r: Reading) -> Block:
    index = r.index
    if not index.variables:
        return Text(text="Aucune variable ne distingue les zones de ce territoire.", tone="note")
    note = " ; ".join(f"{v.label} ({v.year})" for v in index.variables)
    weights = {v.weight for v in index.variables}
    if len(weights) > 1:
        listed = wording.listing([f"{v.short}, {v.weight}" for v in index.variables])
        note += f". Poids : {listed}"
    if inverse := [v.short for v in index.variables if "éloigne" in v.direction]:
        note += f". Écart compté à l’envers : {wording.listing(inverse)}"
    return Grid(
        caption="L’indice de précarité sociale, et les variables où les zones diffèrent (avec leur écart)",
        columns=("Zone", "Indice", *(v.short for v in index.variables)),
        align="gd" + "d" * len(index.variables),
        widths=(2.6, 1.6, *(1.5 for _ in index.variables)),
        rows=(
            (
                Cell(text="Moyenne des zones", strong=True),
                Cell(text=""),
                *(Cell(text=v.mean) for v in index.variables),
            ),
            *(
                (
                    Cell(text=row.name),
                    Cell(text=f"{row.index} ({row.between})" if row.index else "—"),
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
                for row in sorted(index.rows[:LONGEST_TABLE], key=lambda row: plain(row.name))
            ),
        ),
        note=f"Par ordre alphabétique : ce n’est pas un classement. {note}."
        " ¹ Écart borné entre −100 % et +150 %. Non disponibles : "
        + wording.listing(index.missing)
        + ". "
        + " ".join(f"Écartée : {text}." for text in index.left_out),
    )
