"""Whether a place stands in a priority district (QPV), from what is known without a network."""

from dataclasses import dataclass

from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries import paper
from maillage.apps.territories.queries import latest_marking
from maillage.pipeline.dares import clean as dares
from maillage.words import wording

WHOLE = 0.999  # of a census quarter: its contour and that of the district never share every point
NO_CONTOUR = (
    "Les contours des quartiers ne sont pas livrés : déposez le fichier officiel pour en savoir plus."
)
OF_COMMUNE = "Dares, communes ayant un quartier prioritaire, 2019"


@dataclass(frozen=True, slots=True)
class District:
    """What is known of a place and priority districts. told: a sentence; source: who says it, and when;
    limit: what cannot be told, "" when all is.
    """

    told: str
    source: str
    limit: str = ""


def district(lieu: Lieu) -> District | None:
    """Return whether a place is in a priority district; None where not even its commune is known.

    A file of contours that somebody dropped says what part of each census quarter they cover: all of it, or
    none, decides of every place there; a part decides of none. Without such a file, only the commune speaks.
    """
    if not lieu.code_insee:
        return None
    marking = latest_marking("qpv")
    if marking is None:
        held = lieu.code_insee in set(dares.communes()["commune"].tolist())
        told = "au moins un quartier prioritaire" if held else "pas de quartier prioritaire connu"
        return District(
            f"Sa commune compte {told}." if held else f"Sa commune n’a {told}.", OF_COMMUNE, NO_CONTOUR
        )
    source = f"{marking.source}, déposé en {marking.created_at.year}"
    quarter = paper.iris_of([lieu]).get(lieu.pk)
    if quarter is None:
        return District(
            "On ne sait pas s’il est dans un quartier prioritaire.", source, "Son point n’est pas connu."
        )
    share = marking.shares.get(quarter, 0.0)
    if share == 0:
        return District("Hors des quartiers prioritaires.", source)
    if share >= WHOLE:
        return District("Dans un quartier prioritaire.", source)
    part = wording.share(share)
    return District(
        "Peut-être dans un quartier prioritaire.", source, f"Ils couvrent {part} de son quartier Insee."
    )
