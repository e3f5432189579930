"""The funders of a plan: a name written once, the actions it funds, its erasure."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.steering.plans import access, actions
from maillage.apps.steering.plans.models import Funder
from maillage.apps.steering.plans.queries import funders as queries
from maillage.apps.steering.plans.views.reading import framed
from maillage.apps.steering.plans.views.writing import plan_to_write
from maillage.kernel.errors import Refused


@holding(access.LEADS)
@require_safe
def funders(request: HttpRequest, place: str) -> HttpResponse:
    """The funders of a plan, what each brings, and the amounts of which nobody said who."""
    plan = plan_to_write(request, place)
    context = framed(request, plan) | {
        "rows": queries.funders_of(plan),
        "nameless": queries.nameless(plan),
    }
    return render(request, "plans/funders.html", context)


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def funder(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """A funder: the actions it funds; its name, to correct or to erase."""
    plan = plan_to_write(request, place)
    row = get_object_or_404(Funder, plan=plan, pk=pk)
    context: dict[str, Any] = framed(request, plan)
    if request.method == "POST":
        by, at = account_of(request), timezone.now()
        if request.POST.get("geste") == "effacer":
            actions.erase_funder(row, by=by, at=at)
            messages.success(request, "Le nom est effacé. Les montants restent, sans dire de qui.")
            return redirect("plan_funders", plan.place)
        name = request.POST.get("name", "")
        original = {"name": request.POST["initial-name"]} if "initial-name" in request.POST else None
        try:
            actions.rename_funder(row, name, original=original, by=by, at=at)
        except Refused as refused:
            context |= {"error": refused, "typed": name}
            row = get_object_or_404(Funder, plan=plan, pk=pk)  # its name may be another by now
        else:
            messages.success(request, "Le nom est changé partout.")
            return redirect("plan_funder", plan.place, row.pk)
    fundings = queries.fundings_of(row)
    context |= {"row": row, "brought": queries.brought_by(fundings), "fundings": fundings}
    return render(request, "plans/funder.html", context, status=400 if "error" in context else 200)
