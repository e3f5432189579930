"""The shared agenda of the network: everything on one list, filters, one calendar."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import holding
from maillage.apps.community import access
from maillage.apps.community.forms.agenda import AgendaForm
from maillage.apps.community.queries import agenda as queries
from maillage.apps.community.rules import agenda as rules

PAGE = 12  # dates


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Occurrences of the network in the coming days."""
    at, form = timezone.localtime(), AgendaForm(request.GET or None)
    rows = queries.occurrences(at, rules.until(at, form.span), **form.wanted)
    query = request.GET.copy()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "days": rules.by_day(page),
        "count": len(rows),
        "is_full": len(rows) >= queries.MOST,
        "query": query.urlencode(),
        "is_asked": any(form.wanted.values()),
        "may_write": access.leads(request.user) or access.structures_for(request.user).exists(),
        "tab": "agenda",
    }
    return render(request, "community/agenda/index.html", context)


@holding(*access.MEMBERS)
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The same, as a calendar."""
    at, form = timezone.localtime(), AgendaForm(request.GET or None)
    rows = queries.occurrences(at, rules.until(at, form.span), **form.wanted)
    content = queries.feed(rows, "L’agenda du réseau", at)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="agenda-du-reseau.ics"'
    return response
