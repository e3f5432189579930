"""The pictures of a territory: a page, each as files at an address that does not change, each to embed."""

from functools import lru_cache
from http import HTTPStatus

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import access, actions
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.site.gallery import queries
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.publishing.gallery.frame import framed
from maillage.publishing.gallery.plate import FAMILIES, METHOD, PUBLISHED, Plate, in_numbers
from maillage.publishing.survey.document import as_csv
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer

MOST_PLACES = 30
LONGEST_NAME = 100
FIRST_PLATES = 10  # of a page of pictures: the others are folded
WAIT_SECONDS = 120
NOT_READY_WORDS = (
    "Cette image n’est pas prête. Les chiffres du territoire sont en cours de calcul. Revenez dans quelques"
    " minutes : l’adresse ne change pas."
)
FORMS = ("svg", "png", "csv", "metadata.json")
CACHED = "public, max-age=600"


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The choice of a territory, those already computed, and what published studies draw."""
    text = request.GET.get("q", "").strip()[:LONGEST_NAME]
    places = gazetteer().find(text, limit=MOST_PLACES) if text else []
    perimeters = territories.perimeters_named(text)
    if len(places) + len(perimeters) == 1:
        return redirect("images", places[0].code if places else perimeters[0].slug)
    context = {
        "q": text,
        "places": places,
        "perimeters": perimeters,
        "kinds": KIND_LABELS,
        "studies": dossiers.finished_studies(),
        "families": {id: FAMILIES[id] for id in PUBLISHED},
    }
    return render(request, "gallery/gallery.html", context)


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """Every picture of a territory, each with its source and its files; the page of the territory first,
    where it is not computed yet.
    """
    study = _finished(place)
    if study is None:
        return redirect(f"{reverse('territory', args=[place])}?apres=images/")
    plates = [plate for plate in queries.plates_of(study) if not plate.joined_in]
    drawn = [plate for plate in plates if plate.svg and plate.family != METHOD]
    context = {
        "study": study,
        "place": study.place,
        "reading": dossiers.reading(study),
        "cut": dossiers.cut_of(study),
        "tab": "images",
        "query": "",
        "site": f"{request.scheme}://{request.get_host()}",
        "plates": drawn,
        "first": FIRST_PLATES,
        "others": drawn[FIRST_PLATES:],
        "of_method": [plate for plate in plates if plate.svg and plate.family == METHOD],
        "missing": [plate for plate in plates if not plate.svg],
    }
    return render(request, "gallery/territory.html", context)


@require_safe
def territory_file(request: HttpRequest, place: str, id: str, form: str) -> HttpResponse:
    """One picture of a territory, or its figures, at an address that does not change."""
    study = _finished(place)
    if form not in FORMS:
        raise Http404
    if study is None:
        return _not_ready(request, place, id)
    plate = _plate(study, id)
    where = _page(request, study, plate)
    if form != "metadata.json":
        return _file(request, plate, form, name=f"maillage-{study.place}-{id}", where=where)
    reading = dossiers.reading(study)
    return _metadata(
        plate,
        territoire={"code": study.place, "nom": reading.territory.name},
        definition=reading.definition.label,
        empreinte=reading.fingerprint,
        calcule_le=study.finished_at.date().isoformat() if study.finished_at else None,
        page=where,
        integrer=request.build_absolute_uri(reverse("image_embed", args=[study.place, id])),
        fichiers={
            each: request.build_absolute_uri(reverse("image_file", args=[study.place, id, each]))
            for each in ("svg", "png", "csv")
        },
    )


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # csp knows views without parameters
def embed(request: HttpRequest, place: str, id: str) -> HttpResponse:
    """One picture of a territory, without header nor footer, that any page may frame."""
    study = _finished(place)
    if study is None:
        return _not_ready(request, place, id)
    plate = _plate(study, id)
    context = {"plate": plate, "place": study.place, "page": _page(request, study, plate)}
    return render(request, "gallery/embed.html", context)


@require_safe
def published(request: HttpRequest, family: str) -> HttpResponse:
    """The drawings of a family that published studies give, each with its table, its source and its files."""
    if family not in PUBLISHED:
        if family in FAMILIES:
            return redirect("gallery")  # these drawings are now those of a territory
        raise Http404
    context = {
        "family": family,
        "families": {id: FAMILIES[id] for id in PUBLISHED},
        "label": FAMILIES[family],
        "plates": [plate for plate in queries.published_plates() if plate.family == family],
    }
    return render(request, "gallery/family.html", context)


@require_safe
def published_file(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """One drawing of a published study, or its figures."""
    plate = queries.drawable(queries.published_plates(), id)
    if plate is None:
        raise Http404
    where = request.build_absolute_uri(f"{reverse('gallery_family', args=[plate.family])}#{id}")
    if form == "metadata.json":
        return _metadata(plate, page=where)
    return _file(request, plate, form, name=f"maillage-{id}", where=where)


def _finished(place: str) -> Study | None:
    """Return the study that the pages of a territory show today, None while there is none."""
    try:
        study = dossiers.latest(territories.canonical(place))
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    return study if study is not None and not dossiers.is_lost(study) else None


def _plate(study: Study, id: str) -> Plate:
    plate = queries.drawable(queries.plates_of(study), id)
    if plate is None:
        raise Http404
    return plate


def _page(request: HttpRequest, study: Study, plate: Plate) -> str:
    anchor = plate.joined_in or plate.id
    return request.build_absolute_uri(f"{reverse('images', args=[study.place])}#{anchor}")


def _not_ready(request: HttpRequest, place: str, id: str) -> HttpResponse:
    """Return the response of a picture that is not computed, whose computation this requests once."""
    study_request = StudyRequest(place=territories.canonical(place))
    if not queries.may_exist(study_request.place, id):
        raise Http404
    if dossiers.study_for(study_request) is None and access.may_compute(request):
        actions.ask(study_request)
    return HttpResponse(
        NOT_READY_WORDS,
        content_type="text/plain; charset=utf-8",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(WAIT_SECONDS)},
    )


def _file(request: HttpRequest, plate: Plate, form: str, *, name: str, where: str) -> HttpResponse:
    """Return a plate as a file; `?voir`: the drawing alone, for a page that prints its title and source.
    where: the address of its page, printed where it leads others somewhere.
    """
    if form == "csv":
        table = in_numbers(plate.table)
        columns = (*table.columns, "Source")
        rows = [dict(zip(columns, (*row, plate.source), strict=True)) for row in table.rows]
        content, kind = as_csv(columns, rows), "text/csv; charset=utf-8"
    elif form in ("svg", "png"):
        printed = where if settings.IS_PUBLIC else ""  # an address of this computer leads nobody anywhere
        svg = plate.svg if "voir" in request.GET else framed(plate, where=printed)
        content, kind = _picture(svg, form)
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    if "voir" not in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["Cache-Control"] = CACHED
    return response


@lru_cache(maxsize=128)
def _picture(svg: str, form: str) -> tuple[bytes, str]:
    """Return a picture, drawn once: anybody may ask for it."""
    return dossiers.picture(svg, form)


def _metadata(plate: Plate, **more: object) -> HttpResponse:
    """Return the facts of a plate: its title, nature, columns and source, and those of `more`."""
    return JsonResponse(
        {
            "id": plate.id,
            "titre": plate.title,
            "sujet": plate.about,
            "nature": plate.kind,
            "colonnes": list(plate.table.columns),
            "lignes": len(plate.table.rows),
            "source": plate.source,
            "licence": "Licence Ouverte 2.0",
        }
        | more,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Cache-Control": CACHED},
    )
