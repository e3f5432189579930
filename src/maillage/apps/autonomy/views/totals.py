"""The people seen, for whoever reads the measures of a territory: counts, never persons."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import holding, rights_of
from maillage.apps.autonomy.queries import totals
from maillage.apps.directory.queries import scope
from maillage.kernel.errors import UnknownTerritory
from maillage.kernel.typed import whole


@holding("measures.see")
@never_cache
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """The people seen in the territory of the account, or in a part of it; over a year, or since the
    beginning.
    """
    mine = rights_of(request.user).communes("measures.see")
    typed = request.GET.get("territoire", "").strip()[:100]
    name, communes, choices, unknown = _where(typed, mine)
    known = totals.years(communes)
    year = whole(request.GET.get("annee", ""))
    year = year if year in known else None
    found = totals.totals(communes, *((date(year, 1, 1), date(year, 12, 31)) if year else (None, None)))
    context = totals.page(found) | {
        "name": name,
        "typed": typed,
        "choices": choices,
        "unknown": unknown,
        "years": known,
        "year": year,
    }
    return render(request, "autonomy/totals/measures.html", context)


def _where(typed: str, mine: frozenset[str] | None) -> tuple[str, frozenset[str] | None, list[Any], bool]:
    """Return what was asked for: its name, its communes, the territories it may be, whether none is known
    by that name.
    """
    own = ("Votre territoire" if mine is not None else "France", mine)
    if not typed:
        return (*own, [], False)
    try:
        found, choices = scope.typed(typed)
    except UnknownTerritory:
        return (*own, [], True)
    if found is None:
        inside = [each for each in choices if mine is None or frozenset(scope.of(each.code).communes) <= mine]
        return (*own, inside, not inside)
    communes = None if found.is_everywhere else frozenset(found.communes)
    if mine is not None and (communes is None or not communes <= mine):
        raise Http404
    return found.name, communes, [], False
