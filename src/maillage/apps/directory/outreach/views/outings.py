"""The register of awareness actions: what is planned, the kit to print, what came of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.actions import outings as actions
from maillage.apps.directory.outreach.forms import OutingForm
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.outreach.queries import outings
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.reference.awareness import kits

TYPED = tuple(OutingForm.base_fields)


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Every action, and a new one."""
    initial = {name: request.GET[name] for name in ("name", "place", "kind") if name in request.GET}
    form = OutingForm(request.POST or None, is_new=True, initial={"on": timezone.localdate(), **initial})
    if request.method == "POST" and (response := _save(request, form, None)):
        return response
    rows = outings.register(request.user)
    return render(
        request, "outreach/outings/index.html", {"form": form, "rows": rows, "summary": outings.summary(rows)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def outing(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: correct it, say what came of it."""
    row = _outing(request, pk)
    form = OutingForm(request.POST or None, initial={name: getattr(row, name) for name in TYPED})
    if request.method == "POST" and (response := _save(request, form, row)):
        return response
    return render(request, "outreach/outings/outing.html", {"form": form, "outing": row})


@require_safe
def kit(request: HttpRequest, pk: int) -> HttpResponse:
    """Documents to print and take along."""
    row = _outing(request, pk)
    return render(
        request,
        "outreach/outings/kit.html",
        {
            "outing": row,
            "kit": kits()[row.kind],
            "near": outings.nearby(row, on=timezone.localdate()),
        },
    )


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    row = _outing(request, pk)
    actions.drop(row)
    messages.success(request, f"« {row.name} » n’est plus au registre.")
    return redirect("outings")


def _outing(request: HttpRequest, pk: int) -> Outing:
    return get_object_or_404(access.outings_for(request.user), pk=pk)


def _save(request: HttpRequest, form: OutingForm, row: Outing | None) -> HttpResponse | None:
    """Return where to go once an action is saved: to its page when it was just marked done; None when it is
    invalid.
    """
    if not form.is_valid():
        return None
    try:
        saved = actions.keep(
            by=account_of(request), outing=row, today=timezone.localdate(), **form.cleaned_data
        )
    except Refused as error:
        form.add_error(None, " ".join(error.sentences))
        return None
    more = " Dites ce que cela a donné." if form.asks_more else ""
    messages.success(request, f"« {saved.name} » est au registre.{more}")
    return redirect("outing", saved.pk) if form.asks_more else redirect("outings")
