"""Results of learning: for a structure, for a territory, for the authors of modules."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.learning import access
from maillage.apps.learning.queries import measures as queries
from maillage.apps.learning.queries import summary
from maillage.apps.learning.queries.conversion import plans_of
from maillage.apps.platform.accounts.access import holding
from maillage.words.opening import date_text

EXERCISES = 20  # to a page, those that fail the most first


@holding(access.SEE, access.MEASURES)
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """The modules and the procedures of a year: in one's structures, then in one's territory."""
    structures, communes = access.measures_of(request.user)
    if not structures and communes is not None and not communes:
        raise Http404
    on = timezone.localdate()
    context: dict[str, Any] = {"since": date_text(on - summary.YEAR), "until": date_text(on), "sections": []}
    if structures:
        facts = queries.facts_of(structures, on - summary.YEAR, on)
        own_rows, examples = queries.modules(facts, protected=False)
        plans = plans_of(structures, None, on - summary.YEAR, on)
        conversion = summary.of_plans(plans, facts, on, protected=False)
        context["sections"].append(("Votre structure", *_section(own_rows, examples), conversion, None))
    if communes is None or communes:
        rows, examples, conversion, at = summary.territory(communes, on)
        context["sections"].append(("Le territoire", *_section(rows, examples), conversion, at))
    return render(request, "learning/team/measures.html", context)


def _section(rows: Sequence[queries.OfModule], examples: bool) -> tuple[list[dict[str, Any]], bool]:
    figures = [
        {
            "of": row,
            "finished": summary.figure(row.finished),
            "succeeded": summary.figure(row.succeeded),
            "minutes": row.minutes,
        }
        for row in rows
    ]
    return figures, examples and bool(rows)


@holding(access.SEE, access.MEASURES)
@require_safe
def authors(request: HttpRequest) -> HttpResponse:
    """For those who write: which exercise fails too often. Counts of the whole platform, nobody's."""
    rows, examples, at = queries.exercises()
    page = Paginator(rows, EXERCISES).get_page(request.GET.get("page"))
    failure_rows = [{"of": row, "failed": summary.figure(row.failed)} for row in page]
    context = {"rows": failure_rows, "page": page, "examples": examples and bool(rows), "counted_at": at}
    return render(request, "learning/team/authors.html", context)
