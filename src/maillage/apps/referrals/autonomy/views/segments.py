"""The segment of studies that a territory reads in each result: the default may be changed, and is said."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.memberships.access import name_of
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.referrals.autonomy import access, actions
from maillage.apps.referrals.autonomy.forms.segments import SegmentsForm
from maillage.apps.referrals.autonomy.queries import segments as queries
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.reference import bilan


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def segments(request: HttpRequest, place: str) -> HttpResponse:
    """The segments of a territory, to change or to give back to the default."""
    try:
        known = territories.canonical(place)
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    if not access.may_choose_segments(request.user, known):
        raise Http404("Ce territoire n’est pas le vôtre.")
    form = SegmentsForm(request.POST or None, chosen=queries.chosen(known))
    reset = request.POST.get("geste") == "defaut"
    if form.is_bound and (reset or form.is_valid()):
        default = {id: result.segment for id, result in bilan.results().items()}
        chosen, original = (default, None) if reset else (form.values, form.original)
        actions.set_segments(known, chosen, original=original, by=account_of(request), at=timezone.now())
        messages.success(
            request, "Les segments par défaut sont remis." if reset else "C’est enregistré, et dit partout."
        )
        return redirect("bilan_segments", known)
    context = {"form": form, "place": known, "name": name_of(known), "by": queries.of_place(known).by}
    return render(request, "autonomy/space/segments.html", context, status=400 if form.errors else 200)
