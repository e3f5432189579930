"""The search, embedded in another site's page."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from maillage.apps.directory.places.views.find import results_context


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def embed(request: HttpRequest) -> HttpResponse:
    """The list and the map, without header nor footer, that any page may frame."""
    return render(request, "directory/public/embed.html", results_context(request, embedded=True))


@require_safe
def explained(request: HttpRequest) -> HttpResponse:
    """Show the lines that put the search in a page."""
    address = request.build_absolute_uri(reverse("embed"))
    return render(request, "directory/public/embed_help.html", {"address": address})
