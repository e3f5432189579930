"""Outcomes of referrals: those of one's structure, and those of a territory for whoever reads its
measures.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import holding, rights_of
from maillage.apps.orientations import access
from maillage.apps.orientations.queries import structure_measures, territory_measures

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
        context |= {
            "received": structure_measures.received(request.user, at),
            "given": structure_measures.sent(request.user, at),
        }
    if communes is None or communes:
        context |= territory_measures.of_territory(communes, on=timezone.localdate(at))
    return render(request, "orientations/measures/index.html", context)
