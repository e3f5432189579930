"""The people seen, for whoever reads the measures of a territory: counts, never persons."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.apps.directory.places.queries import scope
from maillage.apps.platform.accounts.access import holding, rights_of
from maillage.apps.referrals.autonomy.queries import totals
from maillage.kernel.errors import UnknownTerritory
from maillage.kernel.typed import whole_number


@holding("measures.see")
@never_cache
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """The people seen in the territory of the account, or in a part of it; over a year, or since the
    beginning.
    """
    readable = rights_of(request.user).communes("measures.see")
    typed = request.GET.get("territoire", "").strip()[:100]
    name, communes, choices, unknown = _where(typed, readable)
    known = totals.years(communes)
    year = whole_number(request.GET.get("annee", ""))
    year = year if year in known else None
    sums = totals.totals(communes, *((date(year, 1, 1), date(year, 12, 31)) if year else (None, None)))
    context = totals.page(sums) | {
        "name": name,
        "typed": typed,
        "choices": choices,
        "unknown": unknown,
        "years": known,
        "year": year,
    }
    return render(request, "autonomy/totals/measures.html", context)


def _where(text: str, readable: frozenset[str] | None) -> tuple[str, frozenset[str] | None, list[Any], bool]:
    """Resolve a typed territory: its name, its communes, the territories it may be, True when none has that
    name.
    """
    own = ("Votre territoire" if readable is not None else "France", readable)
    if not text:
        return (*own, [], False)
    try:
        territory, choices = scope.typed(text)
    except UnknownTerritory:
        return (*own, [], True)
    if territory is None:
        inside = [
            each
            for each in choices
            if readable is None or frozenset(scope.of(each.code).communes) <= readable
        ]
        return (*own, inside, not inside)
    communes = None if territory.is_everywhere else frozenset(territory.communes)
    if readable is not None and (communes is None or not communes <= readable):
        raise Http404
    return territory.name, communes, [], False
