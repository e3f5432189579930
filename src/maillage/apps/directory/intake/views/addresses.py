"""Loading the addresses of a département from the site."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.intake.actions import addresses as actions
from maillage.apps.directory.intake.forms import AddressesForm
from maillage.apps.directory.intake.queries import addresses as queries
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def addresses(request: HttpRequest) -> HttpResponse:
    """The bases of this installation, the areas that lack one, and a file to drop."""
    form, error = AddressesForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["fichier"]
        try:
            actions.receive(file.name, file.chunks(), by=account_of(request), at=timezone.localtime())
            messages.success(request, f"« {file.name} » est reçu. Ses adresses se chargent.")
            return redirect("addresses")
        except Refused as refused:
            error = refused
    context = {
        "form": form,
        "error": error,
        "bases": queries.bases(),
        "areas": queries.missing_areas(),
        "loading": queries.loading(),
    }
    return render(request, "intake/addresses.html", context, status=400 if error or form.errors else 200)


@holding("directory.import")
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Return the progress of a load, for a page that waits: a fragment, and its status in a header."""
    loading = queries.loading()
    response = render(request, "intake/_addresses_progress.html", {"loading": loading})
    response["X-Etude"] = loading.status
    return response
