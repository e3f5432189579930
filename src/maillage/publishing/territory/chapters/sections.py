"""The titles that the chapters of a dossier share, with the analyst’s comments and the population."""

from collections.abc import Mapping

from maillage.publishing.page.blocks import Block, Callout
from maillage.publishing.territory.reading import Reading, ZoneRow
from maillage.words import wording

SECTIONS = {
    "besoins": "Les besoins",
    "cartes": "Où vivent ces personnes",
    "croisement": "Là où les deux difficultés se croisent",
    "zones": "Zone par zone",
    "offre": "L’offre face au besoin",
    "marges": "Ce dont nous sommes sûrs",
}


MOST_ROWS = 12  # of a table on zones or communes: a page that prints more is read by nobody
ZONES_TABLE = "tableau des zones, joint à l’étude"
SUBTOTALS_TABLE = "tableau des sous-totaux, joint à l’étude"
UNIVERSE = "15 ans et plus en logement ordinaire"


def comment_of(comments: Mapping[str, str], section: str) -> tuple[Block, ...]:
    text = comments.get(section, "").strip()
    return (Callout(tone="commentaire", title="Commentaire de l’analyste", text=text),) if text else ()


def universe_of(r: Reading) -> str:
    """Return the population that the tables count, the filter of the study named."""
    return f"{UNIVERSE} ; filtre : {wording.lower_first(r.filter.label)}" if r.filter else UNIVERSE


def unknown_zones(r: Reading) -> str:
    return " Blanc : indice social inconnu." if r.without_index else ""


def first_zones(r: Reading) -> list[ZoneRow]:
    """Return the zones that a table prints, in their order: those that surely hold more than their share,
    those where both difficulties are likely, then the ones that count the most people.
    """
    counted = [zone for zone in r.zones if not zone.is_outside]
    named = {zone.code for zone in counted if zone.is_likely and zone.cell == "les_deux"} | {*r.above}
    ranked = sorted(counted, key=lambda zone: zone.code not in named)[:MOST_ROWS]
    printed = {zone.code for zone in ranked}
    return [zone for zone in counted if zone.code in printed]
