"""What learning gives: for a structure, for a territory, for those who write the modules."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.views import holding
from maillage.apps.learning import access
from maillage.apps.learning.queries import measures as queries
from maillage.kernel.estimate import Figure, Withheld
from maillage.reports import charts, wording
from maillage.reports.opening import said

YEAR = timedelta(days=365)


@holding(access.SEE, access.MEASURES)
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """The modules and the procedures of a year: in one's structures, then in one's territory."""
    structures, communes = access.measures_of(request.user)
    if not structures and communes is not None and not communes:
        raise Http404
    on = timezone.localdate()
    context: dict[str, Any] = {"since": said(on - YEAR), "until": said(on), "sections": []}
    if structures:
        context["sections"].append(("Votre structure", *_section(structures, None, on, protected=False)))
    if communes is None or communes:
        context["sections"].append(("Le territoire", *_section(None, communes, on, protected=True)))
    return render(request, "learning/team/measures.html", context)


def _section(
    structures: frozenset[int] | None, communes: frozenset[str] | None, on: date, *, protected: bool
) -> tuple[Any, ...]:
    where = queries.structures_in(communes) if structures is None else structures
    rows, examples = queries.modules(queries.facts_of(where, on - YEAR, on), protected=protected)
    told = [
        {"of": row, "finished": _told(row.finished), "succeeded": _told(row.succeeded), "minutes": row.minutes}
        for row in rows
    ]
    return told, examples and bool(rows), of_plans(structures, communes, on, protected=protected)


def of_plans(
    structures: frozenset[int] | None, communes: frozenset[str] | None, on: date, *, protected: bool = True
) -> dict[str, Any]:
    """Return what `learning/_conversion.html` shows of the plans of some structures, or of some communes, in a year."""
    found = queries.conversion(structures, communes, on, since=on - YEAR, protected=protected)
    shares = (
        ("Faits en ligne par la personne", found.converted),
        ("Faits autrement : le droit est gardé", found.obtained),
        ("Dont on sait la suite", found.known),
    )
    return {
        "conversion": found,
        "shares": [{"label": label, **_told(figure)} for label, figure in shares],
        "since": said(on - YEAR),
        "until": said(on),
    }


@holding(access.SEE, access.MEASURES)
@require_safe
def authors(request: HttpRequest) -> HttpResponse:
    """For those who write: which exercise fails too often. Counts of the whole platform, nobody's."""
    rows, examples = queries.exercises()
    told = [{"of": row, "failed": _told(row.failed)} for row in rows[:200]]
    return render(request, "learning/team/authors.html", {"rows": told, "examples": examples and bool(rows)})


def _told(figure: Figure) -> dict[str, Any]:
    """Return a share in words, with its bounds for the bar."""
    if isinstance(figure, Withheld):
        return {"withheld": figure.reason, "n": figure.n}
    bar = charts.small_bar(figure, top=100, id="rayures")
    return {"value": wording.percent(figure.value), "between": wording.rate(figure).between, "n": figure.n, "bar": bar}
