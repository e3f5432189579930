"""The procedures that a structure or a territory adds to the common ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions import local_procedures
from maillage.apps.people.mandats.forms import ProcedureForm
from maillage.apps.people.mandats.queries import catalogue
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals


@holding(*access.ADDS)
@require_http_methods(["GET", "HEAD", "POST"])
def procedures(request: HttpRequest) -> HttpResponse:
    """Added procedures, and adding one."""
    owners = access.owners_for(request.user)
    form = ProcedureForm(request.POST or None, owners=[(key, name) for key, name, _ in owners])
    error = None
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        owner = next(fields for key, _, fields in owners if key == cleaned["pour"])
        try:
            local_procedures.add_procedure(
                label=cleaned["nom"],
                operator=cleaned["organisme"],
                family=cleaned["famille"],
                by=account_of(request),
                at=timezone.now(),
                **owner,
            )
        except Refused as refusal:
            error = refusal
        else:
            messages.success(request, "La démarche est ajoutée : elle se choisit dans les mandats.")
            return redirect("mandat_procedures")
    context = {
        "form": form,
        "error": error,
        "added": access.added_for(request.user),
        "families": catalogue.by_family(None),
    }
    return render(
        request, "mandats/space/procedures.html", context, status=400 if error or form.errors else 200
    )


@holding(*access.ADDS)
@require_POST
def retire(request: HttpRequest) -> HttpResponse:
    """Withdraw a procedure from those offered."""
    pk = whole_number(request.POST.get("demarche", ""), ROWS) or 0
    added = get_object_or_404(access.added_for(request.user), pk=pk)
    with refusals.as_message(request):
        local_procedures.retire_procedure(added, by=account_of(request), at=timezone.now())
        messages.success(request, f"« {added.label} » ne se propose plus. Les mandats signés la gardent.")
    return redirect("mandat_procedures")
