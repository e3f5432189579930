"""The directory on paper: a page to print, a book, a poster, a leaflet."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.directory.places import access
from maillage.apps.directory.places.queries import districts, exports, paper, published, scope, where
from maillage.apps.directory.places.queries.paper import Request
from maillage.apps.directory.places.queries.scope import Scope
from maillage.apps.directory.places.views.etags import unless_changed
from maillage.apps.directory.places.views.exports import LONGEST
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.web import printing, refusals

SIZES = {"a4": "A4", "a3": "A3"}
TOO_MANY_PAPERS = Refused(
    "Ce document n’a pas été écrit.",
    why="Trop de documents ont été demandés par votre connexion cette heure-ci.",
    do="Attendez une heure, ou imprimez la page de l’annuaire depuis votre navigateur.",
)
NO_PLACE = Refused(
    "Il n’y a rien à imprimer ici.",
    why="L’annuaire ne connaît aucun lieu de ce territoire.",
    do="Choisissez un territoire plus grand, ou signalez-nous un lieu.",
)
TOO_LARGE = Refused(
    "Cet annuaire serait trop épais.",
    why=f"Il aurait plus de {paper.MOST} lieux : personne ne le porterait.",
    do="Choisissez un département ou une intercommunalité.",
)
NO_SPOT = Refused(
    "L’affiche n’a pas été écrite.",
    why="Nous ne savons pas où se trouve cet endroit, ou plusieurs portent ce nom.",
    do="Écrivez une commune, ou un quartier et sa commune : « Teisseire, Grenoble ».",
)


View = Callable[[HttpRequest, Scope], HttpResponse]


def of_scope(view: View) -> Callable[..., HttpResponse]:
    """Give a view the territory of its address, narrowed as it asks."""

    @wraps(view)
    def serve(request: HttpRequest, place: str) -> HttpResponse:
        try:
            territory = scope.narrowed(scope.of(place), districts.parse(request.GET))
        except UnknownTerritory as error:
            raise Http404 from error
        except Refused as error:
            return refusals.page(request, error)
        return view(request, territory)

    return serve


def _address(request: HttpRequest, territory: Scope) -> str:
    return printing.address(request, reverse("paper", args=[territory.code]) + territory.narrowing)


@require_safe
@of_scope
def page(request: HttpRequest, territory: Scope) -> HttpResponse:
    """The places of a territory on one page, to read or to print."""
    n = published.place_count(territory.communes, territory.facets).places
    context = {"where": territory, "n": n, "sizes": SIZES, "most": paper.MOST}
    if not n:
        return render(request, "directory/export/paper.html", context | {"empty": True})
    if n > paper.MOST:
        return render(request, "directory/export/paper.html", context | {"large": True})
    if n > paper.MOST_ON_PAGE:
        return render(request, "directory/export/paper.html", context | {"thick": True})
    directory = paper.directory(territory, on=timezone.localdate(), address=_address(request, territory))
    return render(
        request, "directory/export/paper.html", context | {"directory": directory, "url": directory.address}
    )


@require_safe
@unless_changed
@of_scope
def book(request: HttpRequest, territory: Scope) -> HttpResponse:
    """The whole directory, as PDF."""
    return _document(request, Request(kind="annuaire", where=territory, address=_address(request, territory)))


@require_safe
@unless_changed
@of_scope
def leaflet(request: HttpRequest, territory: Scope) -> HttpResponse:
    """A sheet folded in three, as PDF."""
    return _document(request, Request(kind="depliant", where=territory, address=_address(request, territory)))


@require_safe
@unless_changed
@of_scope
def poster(request: HttpRequest, territory: Scope) -> HttpResponse:
    """A poster, as PDF: of the places nearest to a spot, or of those best known."""
    size = request.GET.get("taille", "")
    text = request.GET.get("ou", "").strip()[:LONGEST]
    spot = where.find(text).spot if text else None
    if text and (spot is None or not spot.is_point):
        return refusals.page(request, NO_SPOT, status=404)
    document = Request(
        kind="affiche",
        where=territory,
        address=_address(request, territory),
        paper=size if size in SIZES else "a4",
        near=spot,
    )
    return _document(request, document)


def _document(request: HttpRequest, document: Request) -> HttpResponse:
    """Return a document, made when it is not there yet."""
    n = published.place_count(document.where.communes, document.where.facets).places
    if not n:
        return refusals.page(request, NO_PLACE, status=404)
    if n > paper.MOST:
        return refusals.page(request, TOO_LARGE, status=400)
    export_folder = exports.export_folder(document.where, timezone.localdate())
    content = paper.current_document(document, export_folder)
    if content is None:
        if not access.may_make_paper(request):
            return refusals.page(request, TOO_MANY_PAPERS, status=429)
        content = paper.make_document(document, export_folder)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.kind}-{document.where.folder}.pdf"'
    return response
