"""Awareness actions as the network reads them, and the kits to print."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from maillage.apps.community import access
from maillage.apps.community.queries import awareness as queries
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.places.rules import OUTING_KINDS
from maillage.apps.platform.accounts.access import holding, rights_of
from maillage.reference.awareness import kits

MAX_ROWS = 100


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The register of the network, and the kits."""
    kind, words = request.GET.get("sorte", ""), request.GET.get("mots", "")[:80]
    register = queries.register(kind=kind, words=words)
    context = {
        "rows": register.rows[:MAX_ROWS],
        "register": register,
        "kits": queries.kit_list(),
        "kinds": OUTING_KINDS,
        "kind": kind,
        "words": words,
        "may_write": rights_of(request.user).any("directory.import"),
        "tab": "sensibilisation",
    }
    return render(request, "community/awareness/index.html", context)


@holding(*access.MEMBERS)
@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: for whom, where, how often, what it cost, what it changed."""
    row = get_object_or_404(Outing.objects.exclude(state="cancelled"), pk=pk)
    context = {"row": row, "tab": "sensibilisation"}
    return render(request, "community/awareness/action.html", context)


@holding(*access.MEMBERS)
@require_safe
def kit(request: HttpRequest, kind: str) -> HttpResponse:
    """The kit of one kind of action, on one sheet."""
    if kind not in kits():
        raise Http404
    context = {"kit": kits()[kind], "title": OUTING_KINDS[kind], "tab": "sensibilisation"}
    return render(request, "community/awareness/kit.html", context)
