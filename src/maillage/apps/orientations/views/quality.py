"""Quality of the diagnosis from its answers, with the outcomes of its proposals, for everybody to read."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.apps.autonomy.queries import quality
from maillage.apps.orientations.queries.measures import after_a_diagnosis
from maillage.reference import bilan
from maillage.reports.autonomy import measures as bilan_measures


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the quality of a version of the rule, the one in force unless another is asked."""
    version = request.GET.get("version", bilan.version())
    if version not in bilan.versions():
        raise Http404
    quality_page = quality.page(version, examples="exemples" in request.GET, followed=after_a_diagnosis())
    return render(
        request,
        "autonomy/quality/page.html",
        {
            "found": quality_page,
            "told": bilan_measures.quality(quality_page.quality),
            "versions": bilan.versions().values(),
        },
    )
