"""The search across everything that one may see."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.apps.platform.search import queries, rules
from maillage.kernel.typed import whole_number

LAST_PAGE = queries.MOST // queries.PAGE
# Words to try, when nothing was typed or found: each is the name of something that any space has.
EXAMPLES = ("carte", "atelier", "impôts", "CAF", "mot de passe", "mandat")


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The results of a search, by kind; those of one kind by pages: `?quoi=`."""
    text, only = _typed(request), request.GET.get("quoi", "")
    if only not in {kind.id for kind in queries.kinds()}:
        only = ""
    page = min(max(whole_number(request.GET.get("page", ""), LAST_PAGE) or 1, 1), LAST_PAGE)
    results = queries.find(request.user, text, only=only, page=page)
    context: dict[str, Any] = {
        "q": text,
        "only": only,
        "results": results,
        "examples": EXAMPLES,
        "group": results.groups[0] if only and results.groups else None,
    }
    return render(request, "search/search.html", context)


@login_required
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under the field, as one types."""
    results = queries.find(request.user, _typed(request))
    return render(request, "search/_suggestions.html", {"results": results})


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", " ").strip()[: rules.LONGEST_TEXT]
