"""Data to take away: the public page, its files, and the folder to publish."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places import access
from maillage.apps.directory.places.forms.publish import PublishForm
from maillage.apps.directory.places.queries import districts, exports, published, scope
from maillage.apps.directory.places.queries.exports import FILES
from maillage.apps.directory.places.views.etags import unless_changed
from maillage.apps.platform.accounts.access import holding
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.publishing.directory.formats.publication import Producer
from maillage.web import refusals

TOO_MANY = Refused(
    "Ce fichier n’a pas été écrit.",
    why="Trop de fichiers ont été demandés par votre connexion cette heure-ci.",
    do="Attendez une heure, ou téléchargez le fichier de toute la France.",
)
LONGEST = 100


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every format, its size and what it leaves out; the sources and their licences."""
    text = request.GET.get("territoire", "").strip()[:LONGEST]
    where, near = scope.typed(text or scope.EVERYWHERE)
    choices = districts.choices(request.GET)
    if where is None:
        context = {"typed": text, "near": near, "choices": choices}
        return render(request, "directory/export/page.html", context, status=404)
    typed = "" if where.is_everywhere else text
    try:
        where = scope.narrowed(where, districts.parse(request.GET))
    except Refused as error:
        return refusals.page(request, error)
    if not access.may_read_data(request):
        return refusals.page(request, TOO_MANY, status=429)
    sources = exports.sources(where)
    return render(
        request,
        "directory/export/page.html",
        {
            "where": where,
            "typed": typed,
            "choices": choices,
            "count": published.place_count(where.communes, where.facets),
            "files": exports.offered(exports.export_folder(where, timezone.localdate())) if sources else [],
            "sources": sources,
            "shared": exports.licence_of(sources) if sources else None,
        },
    )


@require_safe
@unless_changed
def file(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """One file, of the whole directory or of a territory."""
    try:
        where = scope.of(request.GET.get("territoire", "").strip()[:LONGEST])
        where = scope.narrowed(where, districts.parse(request.GET))
    except UnknownTerritory as error:
        raise Http404 from error
    except Refused as error:
        return refusals.page(request, error)
    if name not in FILES:
        raise Http404
    export_folder = exports.export_folder(where, timezone.localdate())
    current = exports.current_file(export_folder, name)
    if current is None and not access.may_read_data(request):
        return refusals.page(request, TOO_MANY, status=429)
    current = current or exports.make(export_folder, name)
    response = FileResponse(
        current.path.open("rb"),
        content_type=FILES[name].kind,
        as_attachment=True,
        filename=f"maillage-{where.folder}-{name}",
    )
    response["Access-Control-Allow-Origin"] = "*"  # a map on somebody's site reads the points
    return response


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """The folder that data.gouv.fr expects, as an archive: a person uploads it."""
    if not access.may_manage(request.user):
        raise Http404
    form = PublishForm(request.POST if request.method == "POST" else None, initial={"territoire": "France"})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        where, sources = form.cleaned_data["territoire"], exports.sources(form.cleaned_data["territoire"])
        producer = Producer(
            id=form.cleaned_data["producteur"],
            name=form.cleaned_data["nom"],
            territory=where.name,
            zone=where.data_gouv,
            frequency=form.cleaned_data["frequence"],
            licence=exports.licence_of(sources).data_gouv,
        )
        try:
            content = exports.to_publish(where, producer, on=timezone.localdate())
        except Refused as error:
            context["error"] = error
        else:
            response = HttpResponse(content, content_type="application/zip")
            response["Content-Disposition"] = f'attachment; filename="publication-{where.code}.zip"'
            return response
    return render(
        request, "directory/export/publish.html", context | {"sources": exports.sources(scope.of(""))}
    )
