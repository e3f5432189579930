"""A case to read before a workshop: one theme with one operator, on one’s territory."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.directory.memberships.access import FRANCE, name_of, territories_with
from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.access import holding
from maillage.apps.steering.codesign import access
from maillage.apps.steering.codesign.forms import CaseForm
from maillage.apps.steering.codesign.queries import cases


@holding(access.LEADS)
@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """The case of a theme with an operator: need, offer, help given, dates, obstacles, actions."""
    own = [each for each in territories_with(request.user, access.LEADS) if each != FRANCE]
    form_data = request.GET if "operateur" in request.GET else None
    form = CaseForm(form_data, initial={"territoire": own[0] if own else ""})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        place = form.cleaned_data["territoire"]
        if may_write(request.user, place):
            case_found = cases.case(
                place,
                form.cleaned_data["operateur"],
                form.cleaned_data["theme"],
                on=timezone.localdate(),
            )
            begun = {"territoire": place, "titre": case_found.title, "operateur": case_found.known.label}
            context |= {
                "found": case_found,
                "name": name_of(place),
                "statements": (
                    ("Les obstacles", case_found.obstacles),
                    ("Leviers et solutions", case_found.answers),
                ),
                "prepared": urlencode(begun),
            }
        else:
            form.add_error(
                "territoire",
                "Ce territoire n’est pas le vôtre. Choisissez-en un dont vous tenez le diagnostic.",
            )
    return render(request, "codesign/case.html", context, status=400 if form.errors else 200)
