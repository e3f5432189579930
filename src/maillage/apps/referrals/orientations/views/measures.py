"""Outcomes of referrals: of one's structure, of a territory, and after a diagnosis."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from maillage.apps.people.mandats.access import owners_for
from maillage.apps.platform.accounts.access import account_of, holding, rights_of
from maillage.apps.referrals.autonomy.queries import quality
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions.delays import choose
from maillage.apps.referrals.orientations.queries import delays, structure_measures, territory_measures
from maillage.apps.referrals.orientations.queries.measures import after_a_diagnosis
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.typed import whole_number
from maillage.publishing.autonomy import measures as bilan_measures
from maillage.reference import bilan
from maillage.web import refusals
from maillage.words.wording import count

MEASURES, EDIT = "measures.see", "territory.edit"


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
    context["answer_delays"] = _delays(request)
    context["max_days"] = cycle.MAX_ANSWER_DAYS
    return render(request, "orientations/measures/index.html", context)


def _delays(request: HttpRequest) -> list[tuple[str, str, int]]:
    """Return the territories whose delay a user chooses: code, name, working days."""
    chosen = delays.by_territory()
    return [
        (code, name, chosen.get(code, cycle.ANSWER_DAYS))
        for _, name, owner in owners_for(request.user)
        if (code := owner.get("territory"))
    ]


@holding(EDIT)
@require_POST
def delay(request: HttpRequest) -> HttpResponse:
    """Choose in how many working days the places of a territory answer."""
    name_by_code = {code: name for code, name, _ in _delays(request)}
    territory = request.POST.get("territoire", "")
    if territory not in name_by_code:
        raise Http404
    with refusals.as_message(request):
        days = whole_number(request.POST.get("jours", ""))
        row = choose(territory, days, by=account_of(request), at=timezone.now())
        words = count(row.days, "jour ouvré", "jours ouvrés")
        messages.success(request, f"{name_by_code[territory]} : un lieu répond en {words}, dès maintenant.")
    return redirect("orientations_measures")


@require_safe
def bilan_quality(request: HttpRequest) -> HttpResponse:
    """Show the quality of a version of the rule, the one in force unless another is asked."""
    version = request.GET.get("version", bilan.version())
    if version not in bilan.versions():
        raise Http404
    quality_page = quality.page(version, examples="exemples" in request.GET, followed=after_a_diagnosis())
    context = {
        "found": quality_page,
        "measures": bilan_measures.quality(quality_page.quality),
        "versions": bilan.versions().values(),
    }
    return render(request, "autonomy/quality/page.html", context)
