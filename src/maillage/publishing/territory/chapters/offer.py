"""The chapter of the offer: what the census of places counts, who is in reach, the gaps."""

from collections.abc import Mapping, Sequence

from maillage.publishing.page.blocks import (
    Bullets,
    Cell,
    Chapter,
    Grid,
    Heading,
    Text,
    without_empty_columns,
)
from maillage.publishing.territory import gaps, priorities, service_groups
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.sections import SECTIONS, ZONES_TABLE, comment_of, first_zones
from maillage.publishing.territory.reading import OfferLine, OfferReading, Reading, ZoneOffer
from maillage.words import wording

MOST_GAPS = 3


def silence(o: OfferReading) -> str:
    """Return how many places do not say what they propose, after a space; "" for none."""
    n = o.territory.n_silent
    words = wording.count(n, "lieu ne précise pas son offre", "lieux ne précisent pas leur offre")
    return f" {words}." if n else ""


def offer_chapter(r: Reading, o: OfferReading, comments: Mapping[str, str]) -> Chapter:
    """Return the chapter on what the census counts, who is out of reach, and the gaps that are certain."""
    total = o.territory
    lacks = gaps.sentences(o, MOST_GAPS)
    absent = () if lacks or (gaps.unknown(o) and not o.no_place) else (Text(text=gaps.absence_sentence(o)),)
    services = _services(o)
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
            *((services,) if services.rows else ()),
            *(
                (
                    Heading(text=f"Les manques les plus lourds : {gaps.tally(o)}", small=True),
                    Bullets(items=tuple(lacks)),
                )
                if lacks
                else absent
            ),
            *(Text(text=text) for text in (priorities.town_sentence(r),) if text),
            Text(text=f"Source des lieux : {o.source}.", tone="note"),
            *comment_of(comments, "offre"),
        ),
    )


def _services(o: OfferReading) -> Grid:
    """Return the services that the census tells of, those of one answer on a row: the people without them,
    and what to do first.
    """
    return Grid(
        caption=f"Personnes concernées sans ces services à moins de {o.limit}",
        columns=("Services", "Personnes sans", "Certitude", "À faire d’abord"),
        align="gdgg",
        widths=(2.4, 1.5, 1.5, 2.8),
        rows=tuple(
            (
                Cell(text=group.services, strong=True),
                Cell(text=group.people),
                Cell(text=group.verdict),
                Cell(text=group.step),
            )
            for group in service_groups.read(o)
        ),
        note="Une ligne réunit les services dont les fourchettes ne permettent pas de choisir.",
    )


def _offer_table(r: Reading, o: OfferReading) -> Grid:
    """Return every line of the offer: its places, the people who have it within reach, their share."""
    table = Grid(
        caption=f"Chaque sorte d’offre, et les personnes concernées qui l’ont {o.mode.near}",
        columns=("Offre", "Lieux", "À portée", "Entre", "Part à portée", "Entre"),
        align="gddddd",
        widths=(2.2, 0.7, 1.0, 1.4, 1.0, 1.2),
        rows=tuple(
            tuple(
                Cell(text=text, strong=text == line.label)
                for text in (
                    line.label,
                    line.places,
                    line.reached,
                    line.reached_between,
                    line.share,
                    line.share_between,
                )
            )
            for line in gaps.known_lines(o)
        ),
        note=f"Champ : {r.definition.universe}. Lieux : {o.source} ; calculs Maillage.",
    )
    return without_empty_columns(table)


def offer_annex(r: Reading, o: OfferReading) -> Chapter:
    """Return the tables of the offer: by line, then by zone, those that matter first."""
    known = gaps.known_lines(o)
    printed = [o.zones[zone.code] for zone in first_zones(r) if zone.code in o.zones]
    rest = len(o.zones) - len(printed)
    rest_text = f" Les autres zones ({wording.number(rest)}) : {ZONES_TABLE}." if rest > 0 else ""
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
            _offer_table(r, o),
            Grid(
                caption=(
                    "Zone par zone. Un nombre : lieux dans la zone · • plus de la moitié des personnes"
                    " concernées en ont un à portée · × plus de la moitié n’en ont pas · ? on ne peut pas le"
                    " dire · — trop peu d’habitants"
                ),
                columns=("Zone", "Lieux", *(line.label for line in known)),
                align="gd" + "c" * len(known),
                widths=(4.2, 0.8, *(1.2 for _ in known)),
                rows=(*_zone_rows(printed, known), *_count_rows(o, known)),
                note=f"Commune par commune, et les lieux à appeler : page « Manques ».{rest_text}",
            ),
            Bullets(items=tuple(text for text in o.cautions if text != o.within_reach)),
        ),
    )


def _zone_rows(zones: Sequence[ZoneOffer], known: Sequence[OfferLine]) -> list[tuple[Cell, ...]]:
    """Return the cells of zones, one for each known line: those that have no place and say the same share a
    row, for sixty rows of dots tell nothing.
    """
    names: dict[tuple[Cell, ...], list[str]] = {}
    for zone in zones:
        by_id = {line.id: line for line in zone.lines}
        cells = tuple(
            Cell(text=line.places if line.n_places else line.sign, strong=line.n_places > 0)
            for line in (by_id[each.id] for each in known)
        )
        own_row = (Cell(text=zone.places_text), *cells)
        has_place = zone.places_text not in ("0", "")
        names.setdefault((*own_row, Cell(text=zone.name)) if has_place else own_row, []).append(zone.name)
    return [
        (Cell(text=", ".join(named), strong=len(named) == 1), *cells[: len(known) + 1])
        for cells, named in names.items()
    ]


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
        for row in (*rows, ("Ensemble", o.territory.n_places, *(line.places for line in known)))
    ]
