"""The chapter of the offer: what the census of places counts, who is in reach, the gaps."""

from collections.abc import Mapping, Sequence

from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Chapter, Grid, Heading
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
from maillage.words import wording

MOST_LISTED = 12  # zones named under a rule; the others are counted
MOST_COMMUNES = 60  # named of a list of communes: a département has hundreds, which nobody reads on paper


def offer_chapter(r: Reading, o: OfferReading, said: Mapping[str, str]) -> Chapter:
    total = o.whole
    known = [line for line in total.lines if line.state != "donnee-manquante"]
    visible_zones = [o.zones[z.code] for z in r.zones[:LONGEST_TABLE] if z.code in o.zones]
    return Chapter(
        number="n",
        short=SECTIONS["offre"],
        title=f"Ce qui est {o.mode.near}, et ce qui ne l’est pas",
        lead=(
            f"{upper_first(wording.count(total.n_places, 'lieu', 'lieux'))} dans le périmètre"
            f"{', dans les zones que le filtre garde' if o.filter else ''}, d’après {o.source}. Les lieux"
            f" sont comptés ; les personnes à portée ({o.limit}, environ) sont estimées,"
            " comme le besoin. « ? » : des lieux ne disent pas ce qu’ils proposent, ou ne sont pas situés."
            " Une fourchette sans valeur : des lieux se taisent, ou la valeur serait trop peu sûre."
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
                text=" ".join(o.cautions),
                title="À lire avec prudence",
            ),
            *_calls(o),
            Heading(text="Zone par zone"),
            Grid(
                caption=(
                    "Un nombre : lieux dans la zone · • plus de la moitié des personnes concernées en ont un"
                    " à portée, dans une zone voisine ou à situer · × plus de la moitié n’en ont"
                    " pas · ? on ne peut pas le dire · — trop peu d’habitants"
                ),
                columns=("Zone", "Lieux", *(line.label for line in known)),
                align="gd" + "c" * len(known),
                widths=(2.6, 0.8, *(1.2 for _ in known)),
                rows=(*(_zone_row(z) for z in visible_zones), *_count_rows(o, known)),
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
            *comment_of(said, "offre"),
        ),
    )


def _calls(o: OfferReading) -> tuple[Block, ...]:
    """Return the places to call, by line where silence decides; nothing where it decides nowhere."""
    lines = [
        f"**{line.label}.** {calls.sentence} Appelez : {wording.listing(calls.names)}."
        for line in o.whole.lines
        if (calls := o.to_call.get(line.id))
    ]
    return (Heading(text="Qui appeler pour en savoir plus"), Bullets(items=tuple(lines))) if lines else ()


def _zone_row(zone: ZoneOffer) -> tuple[Cell, ...]:
    return (
        Cell(text=zone.name, strong=True),
        Cell(text=zone.places_text),
        *(
            Cell(text=line.places if line.n_places else line.sign, strong=line.n_places > 0)
            for line in zone.lines
            if line.state != "donnee-manquante"
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
        ("personne-a-portee", f"Personne n’en a {o.mode.near}"),
        ("hors-de-portee", f"La plupart n’en ont pas {o.mode.near}"),
        ("a-la-limite", "À la limite de la portée"),
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
    """Return the communes without a line of the offer, then those that nobody can tell, in one sentence; how
    many they are alone, where they are too many to be read.
    """
    parts = [
        f"{words}, {wording.count(len(names), 'commune')}"
        + (
            f" : {wording.listing(names)}"
            if len(names) <= MOST_COMMUNES
            else ", nommées à la page des manques"
        )
        for words, names in (("sans", each.without), ("on ne sait pas", each.unknown))
        if names
    ]
    return f"**{each.offer}** : {' ; '.join(parts) or 'toutes en ont au moins un lieu'}."
