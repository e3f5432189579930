"""The titles that the chapters of a dossier share, with the analyst’s comments and the population."""

from collections.abc import Mapping

from maillage.reports.page.blocks import Block, Callout
from maillage.reports.territory.reading import Reading
from maillage.words import wording

SECTIONS = {
    "besoins": "Les besoins",
    "cartes": "Où vivent ces personnes",
    "croisement": "Là où les deux difficultés se croisent",
    "zones": "Zone par zone",
    "offre": "L’offre face au besoin",
    "marges": "Ce dont nous sommes sûrs",
}


LONGEST_TABLE = 250
UNIVERSE = "15 ans et plus en logement ordinaire"


def comment_of(comments: Mapping[str, str], section: str) -> tuple[Block, ...]:
    text = comments.get(section, "").strip()
    return (Callout(tone="commentaire", title="Commentaire de l’analyste", text=text),) if text else ()


def universe_of(r: Reading) -> str:
    """Return the population that the tables count, the filter of the study named."""
    return f"{UNIVERSE} ; filtre : {wording.lower_first(r.filter.label)}" if r.filter else UNIVERSE


def unknown_zones(r: Reading) -> str:
    return " Blanc : indice social inconnu." if r.without_index else ""
