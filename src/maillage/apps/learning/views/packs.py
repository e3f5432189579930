"""A pack to print: how to use it, its outlines, the papers to ask for, its sheets, and the places of where
one is.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.agenda.queries import outlines
from maillage.apps.directory.places.queries import results, where
from maillage.apps.learning import access
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.access import holding
from maillage.kernel.errors import UnknownTerritory
from maillage.modules.packs import packs

PLACES = 12


@holding(access.SEE, access.SEE_OWN, access.MEASURES)
@require_safe
def pack(request: HttpRequest, id: str) -> HttpResponse:
    """A pack, for a commune when one is said."""
    pack = packs().get(id)
    if pack is None:
        raise Http404
    typed = request.GET.get("ou", "").strip()[:100]
    try:
        answer = where.find(typed) if typed else where.Answer()
    except UnknownTerritory:
        answer = where.Answer()
    nearest = None
    if answer.spot is not None:
        at = timezone.localtime(timezone.now()).replace(tzinfo=None)
        nearest = results.find(
            results.Search(spot=answer.spot, need=pack.need, minutes=results.ALL, n_rows=PLACES), at
        )
    read = outlines.read_by(request.user)
    context: dict[str, Any] = {
        "pack": pack,
        "ou": answer.spot.label if answer.spot else typed,
        "unknown": bool(typed) and answer.spot is None and not answer.choices,
        "choices": answer.choices,
        "places": nearest.rows[:PLACES] if nearest else [],
        "has_search": nearest is not None,
        "outlines": [read[each] for each in pack.outlines],
        "services": contents.titles(pack.services),
        "modules": contents.modules(),
        "sheets": contents.titles(pack.sheets),
        "on": timezone.localdate(),
    }
    return render(request, "learning/team/pack.html", context)
