"""The digital safes that exist, for anybody: what each asks, who helps with one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.apps.people.documents import queries, rules
from maillage.reference import safes as reference


@require_safe
def safes(request: HttpRequest) -> HttpResponse:
    """Every safe; those that suit what one has come first, once it was said."""
    return render(request, "documents/public/safes.html", chosen(request) | {"places": queries.places()})


def chosen(request: HttpRequest) -> dict[str, object]:
    """Return the guide, what was ticked, and the safes in the order that follows: nothing of it is kept."""
    guide = reference.safes()
    is_submitted = "a" in request.GET or "fait" in request.GET
    has = {id for id in request.GET.getlist("a") if id in guide.conditions}
    return {
        "guide": guide,
        "asked": is_submitted,
        "has": has,
        "fits": rules.ranking(has if is_submitted else set(guide.conditions)),
    }
