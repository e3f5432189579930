"""What changed between two frozen editions of the reports of a territory, or since one of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import queries
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.pages import study_page
from maillage.kernel.errors import Refused
from maillage.reports.page.folder import Frozen
from maillage.reports.territory import changes
from maillage.reports.territory.reading import Reading

REPORTS = {
    "plan": "Plan",
    "diagnostic": "Diagnostic",
    "restitution": "Restitution",
    "synthese": "Synthèse",
}
TODAY = "etude"
ALTERED = "Les deux éditions ne peuvent pas être comparées."


@require_safe
def changed(request: HttpRequest, place: str) -> HttpResponse:
    """Two editions side by side, or one beside the latest study: what may be said to have moved."""

    def more(study: Study, asked: StudyRequest, reading: Reading) -> dict[str, Any]:
        found = {f"{each.report}/{each.name}": each for each in queries.editions(study.place)}
        offered = {
            key: f"{REPORTS.get(each.report, each.report)}, « {each.name} »" for key, each in found.items()
        }
        before, after = request.GET.get("de", ""), request.GET.get("a", TODAY)
        before = before if before in found else next(iter(found), "")
        after = after if after in found else TODAY
        context = {"offered": offered, "before": before, "after": after, "today": TODAY}
        return context | (_compared(study, found, before, after) if before else {})

    return study_page(request, place, "dossiers/changed.html", "rapports", more)


def _compared(study: Study, found: dict[str, Frozen], before: str, after: str) -> dict[str, Any]:
    """Return the comparison, or why there is none: an altered edition proves nothing."""
    try:
        held = [queries.edition_of(study, found.get(key)) for key in (before, after)]
    except Refused as error:
        return {"error": error}
    one, other = held
    if one is None or other is None:
        return {
            "error": Refused(
                ALTERED,
                why="L’une a été figée sans ses chiffres, ou son plan n’est pas publié.",
                do="Choisissez-en une autre, ou figez-en une nouvelle : elle se comparera aux suivantes.",
            )
        }
    told = changes.compare(one, other)
    parts = [
        ("Les personnes", told.figures, "Aucun total n’a changé."),
        ("Zone par zone", told.zones, "Aucune zone n’est sortie de sa fourchette."),
        ("L’offre", told.offer, "Rien n’a changé dans l’offre."),
    ]
    if one.plan and other.plan:
        parts.append(("Le plan", told.plan, "Aucune action n’a changé."))
    return {"told": told, "parts": [] if told.apart else parts, "margin": changes.MARGIN}
