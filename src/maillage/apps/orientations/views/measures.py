"""Outcomes of referrals: of one's structure, of a territory, and after a diagnosis."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import holding, rights_of
from maillage.apps.autonomy.queries import quality
from maillage.apps.orientations import access
from maillage.apps.orientations.queries import structure_measures, territory_measures
from maillage.apps.orientations.queries.measures import after_a_diagnosis
from maillage.reference import bilan
from maillage.reports.autonomy import measures as bilan_measures

MEASURES = "measures.see"


@holding(access.SEE, access.SEE_OWN, access.ANSWER, MEASURES)
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Our own referrals of a year, and those of the communes whose measures one reads."""
    rights, at = rights_of(request.user), timezone.now()
    own = rights.any(access.SEE, access.SEE_OWN, access.ANSWER)
    communes = rights.communes(MEASURES)
    if not own and communes is not None and not communes:
        raise Http404
    context: dict[str, Any] = {"own": own}
    if own:
        context["received"] = structure_measures.received(request.user, at)
        context["given"] = structure_measures.sent(request.user, at)
    if communes is None or communes:
        context |= territory_measures.of_territory(communes, on=timezone.localdate(at))
    return render(request, "orientations/measures/index.html", context)


@require_safe
def bilan_quality(request: HttpRequest) -> HttpResponse:
    """Show the quality of a version of the rule, the one in force unless another is asked."""
    version = request.GET.get("version", bilan.version())
    if version not in bilan.versions():
        raise Http404
    quality_page = quality.page(version, examples="exemples" in request.GET, followed=after_a_diagnosis())
    context = {
        "found": quality_page,
        "told": bilan_measures.quality(quality_page.quality),
        "versions": bilan.versions().values(),
    }
    return render(request, "autonomy/quality/page.html", context)
