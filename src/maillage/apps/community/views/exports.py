"""Download of all the writings of a structure."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from maillage.apps.community import access
from maillage.apps.community.queries import exports as queries
from maillage.apps.platform.accounts.access import holding


@holding(access.WRITES)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The structures whose writings one may take."""
    context = {"structures": access.structures_for(request.user)}
    return render(request, "community/exports.html", context)


@holding(access.WRITES)
@require_safe
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything a structure wrote in the network, in open formats."""
    structure = get_object_or_404(access.structures_for(request.user), pk=pk)
    at = timezone.localtime()
    response = HttpResponse(queries.archive(structure, at), content_type="application/zip")
    name = f"{slugify(structure.name)[:60] or 'structure'}-{at:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
