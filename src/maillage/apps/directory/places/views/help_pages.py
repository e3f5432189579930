"""Pages of advice that belong to no place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.reference.connections import connections


@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Show the Internet connections possible, by situation."""
    return render(request, "directory/public/connections.html", {"guide": connections()})
