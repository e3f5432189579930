"""Remind a place that lets people wait, from the page of the day."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.memberships.access import holds_territory, structures_with
from maillage.apps.orientations.actions import nudges
from maillage.apps.orientations.queries import pressing
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.words.wording import of

HOW = {
    pressing.WRITTEN: "Un message part dans 10 minutes.",
    pressing.CALLED: "Votre appel est noté.",
    pressing.SHOWN: "Personnes inventées : aucun message ne part.",
}


@holding(pressing.LEADS)
@require_POST
def nudge(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind one structure, or take its reminder back; another territory's does not exist."""
    if not holds_territory(request.user):
        raise Http404
    get_object_or_404(structures_with(request.user, pressing.LEADS), pk=pk)
    if request.POST.get("geste") == "annuler":
        with refusals.as_message(request):
            row = nudges.take_back(pk, by=account_of(request), at=timezone.localtime())
            messages.success(request, f"La relance {of(row.name)} est annulée : rien ne part.")
        return redirect("space")
    try:
        place = nudges.nudge(pk, by=account_of(request), at=timezone.localtime())
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    else:
        messages.success(
            request, f"{place.name} est relancé. {HOW[place.way]} Il ne revient ici que dans 7 jours."
        )
    return redirect("space")
