"""The chapter of the offer: what the census of places counts, who is in reach, the gaps."""

from collections.abc import Mapping, Sequence

from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Chapter, Grid, Heading, Text
from maillage.reports.territory import gaps
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.chapters.sections import LONGEST_TABLE, SECTIONS, comment_of
from maillage.reports.territory.reading import (
    CommuneList,
    OfferLine,
    OfferReading,
    Reading,
    ZoneList,
    ZoneOffer,
)
from maillage.reports.territory.subject import offer_chart
from maillage.words import wording

MOST_GAPS = 3
FIRST_NAMED = 5  # of a list of zones or communes: the others are counted


def silence(o: OfferReading) -> str:
    """Return how many places do not say what they propose, after a space; "" for none."""
    n = o.whole.n_silent
    words = wording.count(n, "lieu ne précise pas son offre", "lieux ne précisent pas leur offre")
    return f" {words}." if n else ""


def offer_chapter(r: Reading, o: OfferReading, comments: Mapping[str, str]) -> Chapter:
    """Return the chapter on what the census counts, who is out of reach, and the gaps that are certain."""
    total = o.whole
    lacks = gaps.sentences(o, MOST_GAPS)
    absent = () if lacks or (gaps.unknown(o) and not o.no_place) else (Text(text=gaps.absence_sentence(o)),)
    chart = offer_chart(gaps.known_lines(o))
    return Chapter(
        number="n",
        short=SECTIONS["offre"],
        flows=True,
        title=f"Ce qui est {o.mode.near}, et ce qui ne l’est pas",
        lead=(
            f"{upper_first(wording.count(total.n_places, 'lieu', 'lieux'))} dans le périmètre"
            f"{', dans les zones que le filtre garde' if o.filter else ''}.{silence(o)}"
        ),
        blocks=(
            *(
                (Heading(text=f"Personnes concernées sans offre à moins de {o.limit}", small=True), chart)
                if chart
                else ()
            ),
            *(
                (
                    Heading(text=f"Les manques les plus lourds : {gaps.tally(o)}", small=True),
                    Bullets(items=tuple(lacks)),
                )
                if lacks
                else absent
            ),
            *((Text(text=o.other_way),) if o.other_way else ()),
            Text(text=f"Source des lieux : {o.source}.", tone="note"),
            *comment_of(comments, "offre"),
        ),
    )


def offer_annex(r: Reading, o: OfferReading) -> Chapter:
    """Return the tables of the offer: by line, by zone, by rule, by commune, then the places to call."""
    known = gaps.known_lines(o)
    visible_zones = [o.zones[z.code] for z in r.zones[:LONGEST_TABLE] if z.code in o.zones]
    return Chapter(
        number="n",
        short="L’offre en détail",
        flows=True,
        title="L’offre en détail",
        lead=(
            f"Les lieux sont comptés ; les personnes à portée ({o.limit}, environ) sont estimées. « ? » : des"
            " lieux ne précisent pas leur offre, ou ne sont pas situés."
        ),
        blocks=(
            Grid(
                caption=f"Chaque sorte d’offre, et les personnes concernées qui l’ont {o.mode.near}",
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
            Callout(
                tone="prudence",
                text=" ".join(text for text in o.cautions if text != o.other_way),
                title="À lire avec prudence.",
            ),
            Grid(
                caption=(
                    "Zone par zone. Un nombre : lieux dans la zone · • plus de la moitié des personnes"
                    " concernées en ont un à portée · × plus de la moitié n’en ont pas · ? on ne peut pas le"
                    " dire · — trop peu d’habitants"
                ),
                columns=("Zone", "Lieux", *(line.label for line in known)),
                align="gd" + "c" * len(known),
                widths=(2.6, 0.8, *(1.2 for _ in known)),
                rows=(*(_zone_row(z, known) for z in visible_zones), *_count_rows(o, known)),
            ),
            Bullets(items=tuple(_listed(each) for each in o.lists if not each.id)),
            *(
                (
                    Heading(text="Commune par commune, les lieux sur place"),
                    Text(text=o.on_the_spot),
                    Bullets(items=tuple(_commune_list(x) for x in o.communes)),
                )
                if o.communes
                else ()
            ),
            *_calls(o),
        ),
    )


def _calls(o: OfferReading) -> tuple[Block, ...]:
    """Return the places to call, once for all the lines that they settle; nothing where silence decides
    nowhere.
    """
    labels: dict[tuple[str, ...], list[str]] = {}
    for line in o.whole.lines:
        if calls := o.to_call.get(line.id):
            labels.setdefault(calls.names, []).append(line.label)
    lines = [
        f"**{upper_first(wording.listing([wording.lower_first(each) for each in lines]))}** : appelez"
        f" {wording.listing(names)}."
        for names, lines in labels.items()
    ]
    first = (Text(text=f"**{o.to_locate}**"),) if o.to_locate else ()
    if not lines:
        return first
    return (*first, Heading(text="Qui appeler pour en savoir plus"), Bullets(items=tuple(lines)))


def _zone_row(zone: ZoneOffer, known: Sequence[OfferLine]) -> tuple[Cell, ...]:
    """Return the cells of a zone, one for each known line, in the order of the columns."""
    by_id = {line.id: line for line in zone.lines}
    return (
        Cell(text=zone.name, strong=True),
        Cell(text=zone.places_text),
        *(
            Cell(text=line.places if line.n_places else line.sign, strong=line.n_places > 0)
            for line in (by_id[each.id] for each in known)
        ),
    )


def _count_rows(o: OfferReading, known: Sequence[OfferLine]) -> list[tuple[Cell, ...]]:
    """Return the places that no zone counts, commune by commune, and those of the whole: a column sums."""
    rows = [
        (
            f"{each.commune}, à situer",
            each.n_places,
            *("?" if (n := each.offers[line.id]) is None else n for line in known),
        )
        for each in o.unassigned
    ]
    return [
        tuple(Cell(text=str(cell)) for cell in row)
        for row in (*rows, ("Ensemble", o.whole.n_places, *(line.places for line in known)))
    ]


def _listed(zone_list: ZoneList) -> str:
    """Return a list of zones in one sentence: its rule, how many out of which, the first ones named."""
    kind = f" ({wording.lower_first(zone_list.offer)})" if zone_list.offer else ""
    names = [zone.name for zone in zone_list.zones]
    named = f" : {_first_names(names, 'au tableau')}" if names else ""
    return f"**{zone_list.sentence}**{kind} : {wording.number(len(names))} sur {zone_list.out_of}{named}."


def _commune_list(commune_list: CommuneList) -> str:
    """Return how many communes have no place of a line, then those that nobody can tell, the first ones
    named.
    """
    parts = [
        f"{words}, {wording.count(len(names), 'commune')} : {_first_names(names, 'à la page des manques')}"
        for words, names in (
            ("aucun lieu sur place", commune_list.without),
            ("on ne sait pas s’il y en a un sur place", commune_list.unknown),
        )
        if names
    ]
    return f"**{commune_list.offer}** : {' ; '.join(parts) or 'toutes en ont au moins un lieu'}."


def _first_names(names: Sequence[str], where: str) -> str:
    """Return the first names of a list, then how many others and where they stand."""
    rest = len(names) - FIRST_NAMED
    if rest <= 1:
        return wording.listing(names)
    return f"{', '.join(names[:FIRST_NAMED])} et {wording.count(rest, 'autre')}, {where}"
