"""The streets and the timetables of an installation, loaded from the site."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.forms import WAYS_FORMS
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused


@holding("network.run")
@require_http_methods(["GET", "HEAD", "POST"])
def ways(request: HttpRequest) -> HttpResponse:
    """Streets and timetables in use, the progress of a load, and the forms of another."""
    kind, error = request.POST.get("quoi", ""), None
    if request.method == "POST" and kind not in WAYS_FORMS:
        raise Http404
    all_forms = {
        name: form(request.POST, request.FILES, auto_id=f"{name}-%s")
        if name == kind
        else form(auto_id=f"{name}-%s")
        for name, form in WAYS_FORMS.items()
    }
    if kind and (form := all_forms[kind]).is_valid():
        options = {name: form.cleaned_data[name] for name in ("licence",) if name in form.cleaned_data}
        options |= {"perimeter": form.cleaned_data["autour"]} if "autour" in form.cleaned_data else {}
        try:
            actions.load_ways(kind, form.uploaded, by=account_of(request), at=timezone.now(), **options)
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Fichier reçu : il est lu en arrière-plan.")
            return redirect("ways")
    loads = {name: queries.loading(name) for name in WAYS_FORMS}
    cards = queries.loaded_ways()
    context = {
        "parts": [
            (name, cards[name], queries.days_of(cards[name]), loads[name], form)
            for name, form in all_forms.items()
        ],
        "waits": any(load.is_alive for load in loads.values()),
        "error": error,
    }
    status = 400 if error or (kind and all_forms[kind].errors) else 200
    return render(request, "dossiers/ways.html", context, status=status)
