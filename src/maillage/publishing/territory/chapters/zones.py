"""The chapters of the zones: the map of the need, the joint map, the table of all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from maillage.publishing.page import charts
from maillage.publishing.page.blocks import (
    Block,
    Callout,
    Cell,
    Chapter,
    Grid,
    Heading,
    Picture,
    Text,
    TwoColumns,
)
from maillage.publishing.territory import atlas, certainty, map_keys, sentences
from maillage.publishing.territory.chapters.sections import (
    MOST_ROWS,
    SECTIONS,
    SUBTOTALS_TABLE,
    ZONES_TABLE,
    comment_of,
    first_zones,
    universe_of,
    unknown_zones,
)
from maillage.publishing.territory.labels import CELL_LABELS
from maillage.publishing.territory.reading import Districts, Reading, ZoneRow
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.need.social_variables import BY_ID
from maillage.words import wording

NO_CELL = {"inconnue": "sans case"}
COMPARED = (
    "Précarité élevée : face à la France métropolitaine ; entre parenthèses, les chances que ce soit vrai"
    " quand elles sont sous 80 %. "
)
SOCIAL_MAP = (
    "Indice de précarité sociale, en cinq classes : chacune réunit un habitant sur cinq en France"
    " métropolitaine. Hachures : classe incertaine."
)
IN_DATA = f" L’indice de chaque zone : {ZONES_TABLE} ; chaque variable : page « Indice social »."


def where_chapter(
    d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str]
) -> Chapter:
    """Return the chapter on where people live: the classes of the need, whose map is in the story, then zones
    where digital and social difficulty meet, beside theirs. layers: SVG maps by name.
    """
    has_key = (
        "numerique" in layers and not r.only_class
    )  # the map of the story: its key tells what is compared
    compared = certainty.compared(r.territory.unit)
    words = [text for text in r.class_sentences if not has_key or text != compared]
    half = sentences.HALF.search(r.where_sentence)  # the rest stands in the story, but for what zones sum to
    _, in_all, total = r.where_sentence.partition("En tout")
    whose = "sa" if len(r.above) == 1 else "leur"
    above = f"{wording.count(len(r.above), r.territory.unit)} au-dessus de {whose} part d’habitants"
    words = [*([f"{above}, en tout{total}"] if in_all and r.above else []), *words]
    blocks: tuple[Block, ...] = tuple(Text(text=text) for text in words)
    if r.is_classed:
        blocks += _crossing(r, has_map="les-deux" in layers)
    layer = next((name for name in ("les-deux", "numerique") if r.is_classed and name in layers), "")
    town = map_keys.town_picture(r, layers, layer) if layer else ()
    if layer == "les-deux":
        picture = map_keys.picture(r, layer, layers[layer], alt=atlas.description(d, layer))
        blocks = (TwoColumns(share=0.5, left_blocks=(picture, *town), right_blocks=blocks),)
    elif town:
        blocks = (TwoColumns(share=0.5, left_blocks=town, right_blocks=blocks),)
    return Chapter(
        number="n",
        short=SECTIONS["cartes"],
        flows=True,
        title="Où vivent ces personnes",
        lead=half[0].strip() if half else "",
        blocks=(
            *((Text(text=r.map_note, tone="note"),) if r.map_note else ()),
            *comment_of(comments, "cartes"),
            *blocks,
            *(Callout(tone=x.kind, title=x.finding.replace("**", ""), text=x.advice) for x in r.discordances),
            *comment_of(comments, "croisement"),
        ),
    )


def _crossing(r: Reading, *, has_map: bool) -> tuple[Block, ...]:
    """Return how many residents live where both precarities are high, in which zones, by cell."""
    is_known = r.both_residents != certainty.NOT_KNOWN
    is_firm = is_known and not r.both_residents.startswith(certainty.AT_MOST)  # a vague number is not in bold
    residents = certainty.upper_first(r.both_residents)
    lead = (
        f"{f'**{residents}**' if is_firm else residents}{',' if is_known else ''} vivent dans une zone où"
        " les deux précarités, numérique et sociale, sont élevées face à la France. Tous ne sont pas en"
        " difficulté."
        if r.both_residents
        else "Aucune zone ne cumule ici une précarité numérique élevée et une précarité sociale élevée."
    )
    shares = Picture(
        svg=charts.joint_legend(r.cell_shares, id="legende"),
        alt=" ; ".join(
            f"{(CELL_LABELS | NO_CELL)[name]} {share}"
            for name, share in charts.cell_percents(r.cell_shares).items()
        ),
        caption="Part attendue des habitants dans chaque case",
        width=0.7 if has_map else 0.4,
    )
    return (
        Heading(text=SECTIONS["croisement"], small=True),
        Text(text=lead),
        *((Text(text=r.crossing_sentence),) if r.crossing_sentence else ()),
        *((shares,) if is_known else ()),  # shares to expect, beside a number that nobody knows
    )


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
                    swatch=z.swatch,
                ),
                Cell(text=z.people or "—"),
                Cell(text=z.between),
                Cell(text=z.share, strong=True),
                Cell(svg="" if z.reason else z.bar, text=z.reason or z.share_between or z.share),
                Cell(text=z.cell_label.replace(" de chances)", ")")),
            )
            for z in zones
        ),
        note=f"Champ : {universe}. {COMPARED if any(z.cell for z in zones) else ''}".rstrip(),
    )


def zone_chapter(d: Diagnosis, r: Reading, layers: Mapping[str, str], comments: Mapping[str, str]) -> Chapter:
    """Return the annex that lists the zones, the most concerned first, then their social index. layers: SVG
    maps by name.
    """
    counted = [zone for zone in r.zones if not zone.is_outside]
    listed_zones = first_zones(r)
    rest, outside = len(counted) - len(listed_zones), len(r.zones) - len(counted)
    unit = r.territory.unit
    title, lead = f"{'Une seule' if unit in certainty.FEMININE else 'Un seul'} {unit}", "Rien à comparer."
    if len(counted) > 1:
        title = "Zone par zone"
        leaders = r.leaders_sentence.partition(". ")[0].rstrip(
            "."
        )  # their classes stand in the reader's part
        caution = f"{leaders or 'Ce n’est pas un classement : les fourchettes se recouvrent'}."
        lead = f"Les zones qui comptent le plus de personnes concernées viennent d’abord. {caution}"
    if rest:
        rest_text = f"Les {wording.number(rest)} autres" if rest > 1 else "L’autre"
        lead += f" {rest_text} : {ZONES_TABLE}."
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
                )
                + (" : les plus concernées et les plus peuplées" if rest else ""),
                unit=unit,
                universe=universe_of(r),
            ),
            *(
                (Text(text=f"Classes de la part : {' ; '.join(r.class_bounds)}.", tone="note"),)
                if r.class_bounds
                else ()
            ),
            *_social_map(d, r, layers),
            *(Text(text=text) for text in r.cluster_sentences),
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
            rows = list(r.towns or rows)
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
                    for row in rows[:MOST_ROWS]
                ),
                note=f"Champ : {universe_of(r)}."
                + (f" Les autres : {SUBTOTALS_TABLE}." if len(rows) > MOST_ROWS else ""),
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
    unprinted = IN_DATA if len(r.zones) > 1 else ""
    words = (Text(text=f"{_index_variables(d)}{unprinted}"), *(Text(text=text) for text in r.without_index))
    yield TwoColumns(share=0.5, left_blocks=(picture,), right_blocks=words)


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
