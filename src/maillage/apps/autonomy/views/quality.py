"""What the answers say of the diagnosis itself, for everybody to read."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.apps.autonomy.queries import quality
from maillage.reference import bilan
from maillage.reports import bilan_measures as told
from maillage.studies.bilan_quality import Followed


def answer(request: HttpRequest, followed: Followed) -> HttpResponse:
    """Show the quality of a version of the rule, the one in force unless another is asked.

    followed: what became of those who were referred from a diagnosis, which stands above this feature.
    """
    version = request.GET.get("version", bilan.version())
    if version not in bilan.versions():
        raise Http404
    found = quality.page(version, examples="exemples" in request.GET, followed=followed)
    return render(
        request,
        "autonomy/quality/page.html",
        {"found": found, "told": told.quality(found.quality), "versions": bilan.versions().values()},
    )
