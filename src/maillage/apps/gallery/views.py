"""The gallery: a page for each family of drawings, and each drawing as a file."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.apps.dossiers.queries import picture
from maillage.apps.gallery import queries
from maillage.reports.gallery.plate import FAMILIES
from maillage.reports.survey.document import as_csv


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every drawing by its row in the reference list, and the pages that are no drawing."""
    found = queries.plates()
    context = {
        "families": [
            (id, label, [each for each in found if each.family == id]) for id, label in FAMILIES.items()
        ],
        "pages": queries.pages(),
        "missing": sum(not each.svg for each in found),
        "count": len(found),
    }
    return render(request, "gallery/gallery.html", context)


@require_safe
def family(request: HttpRequest, family: str) -> HttpResponse:
    """The drawings of a family, each with its table, its source and its files."""
    if family not in FAMILIES:
        raise Http404
    context = {
        "family": family,
        "families": FAMILIES,
        "label": FAMILIES[family],
        "plates": [each for each in queries.plates() if each.family == family],
    }
    return render(request, "gallery/family.html", context)


@require_safe
def drawing(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """One drawing as a picture that carries its own colours: SVG or PNG."""
    found = queries.plate(id)
    if found is None or form not in ("svg", "png"):
        raise Http404
    content, kind = _picture(found.svg, form)
    response = HttpResponse(content, content_type=kind)
    if "voir" not in request.GET:
        response["Content-Disposition"] = f'attachment; filename="maillage-{id}.{form}"'
    response["Cache-Control"] = "public, max-age=3600"
    return response


@lru_cache(maxsize=128)
def _picture(svg: str, form: str) -> tuple[bytes, str]:
    """Return a picture, drawn once: anybody may ask for it."""
    content, kind = picture(svg, form)
    return content, kind


@require_safe
def table(request: HttpRequest, id: str) -> HttpResponse:
    """The figures behind a drawing as a file, with their source."""
    found = queries.plate(id)
    if found is None:
        raise Http404
    columns = (*found.table.columns, "Source")
    rows = [dict(zip(columns, (*row, found.source), strict=True)) for row in found.table.rows]
    response = HttpResponse(as_csv(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="maillage-{id}.csv"'
    return response
