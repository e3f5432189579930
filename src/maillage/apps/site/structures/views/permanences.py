"""Permanences that two listings make possible, whom they would reach, and their draft."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.site.structures import access
from maillage.apps.site.structures.actions import permanences as actions
from maillage.apps.site.structures.queries import permanences as queries
from maillage.apps.site.structures.rules import permanences as rules
from maillage.kernel.errors import Refused
from maillage.web import refusals


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The permanences that the open listings make possible; the places equipped without anybody."""
    possibles = queries.without_repeats(queries.possible(request.user, timezone.localdate()))
    context = {
        "rows": [
            (each, queries.reached(each.lieu, rules.USUAL_LINE, compute=False) if each.lieu else None)
            for each in possibles
        ],
        "without_staff": queries.without_staff(request.user),
        "tab": "permanences",
    }
    return render(request, "network/possible.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, place: int, people: int) -> HttpResponse:
    """One possible permanence: why, whom it would newly reach, and its draft in one gesture."""
    on = timezone.localdate()
    possible = queries.one(request.user, place, people, on)
    if possible is None:
        raise Http404
    if request.method == "POST":
        try:
            row = actions.draft(possible, by=account_of(request), at=timezone.localtime())
        except Refused as refused:
            return refusals.page(request, refused, status=403)
        messages.success(
            request, "Le brouillon est fait. L’autre structure a reçu un message. Fixez les heures."
        )
        return redirect("permanence", row.pk)
    line = request.GET.get("offre", "")
    line = line if line in rules.LINES else rules.USUAL_LINE
    reached, error = None, None
    if possible.lieu is not None:
        try:
            reached = queries.reached(possible.lieu, line, compute="offre" in request.GET)
        except Refused as refused:
            error = refused
    context = {
        "found": possible,
        "line": line,
        "lines": rules.LINES,
        "reached": reached,
        "error": error,
        "may_compute": queries.may_be_computed(possible.lieu),
        "drafting": next(queries.drafting_structures(request.user, possible), None),
        "tab": "permanences",
    }
    return render(request, "network/possible_one.html", context)
