"""Files of a study: to read, to keep, to feed a program."""

import csv
import zipfile
from collections.abc import Sequence
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import queries, rules
from maillage.apps.dossiers.forms import ChoiceForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.views.pages import LAYERS
from maillage.apps.dossiers.views.requests import by_key, study_of
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.spreadsheet import Writer, bare
from maillage.reference.offer import diagnosis_lines
from maillage.web.refusals import problem


@require_safe
def download(request: HttpRequest, key: str, name: str) -> HttpResponse | FileResponse:
    """One file of an edition."""
    study = by_key(key, status=rules.DONE)
    path = queries.file(study, name)
    if path is None:
        raise Http404
    areas = queries.zone_areas(study, request.GET.dict()) if name == "zones.csv" and request.GET else ()
    if any(each.chosen for each in areas):
        return _narrowed(study, path, areas)
    kind = rules.FILES[name][0] if name in rules.FILES else "application/pdf"
    inline = name == "dossier.html" or (name.endswith(".pdf") and request.GET.get("voir"))
    response = FileResponse(
        path.open("rb"), content_type=kind, as_attachment=not inline, filename=_file_name(study, name)
    )
    if name == "dossier.html":
        # The file carries its own style, as it must to open by double click: this page alone allows it.
        allowed = {"style-src": ["'self'", "'unsafe-inline'"], "font-src": ["'self'", "data:"]}
        response._csp_replace = allowed  # type: ignore[attr-defined]
    return response


def _narrowed(study: Study, path: Path, areas: Sequence[ZoneAreas]) -> HttpResponse:
    """Return the rows of the zones asked, as the file writes them."""
    with path.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    at = head.index("code")
    zone_rows = [row for row in rows if all(each.keeps(bare(row[at])) for each in areas)]
    response = HttpResponse(content_type=rules.FILES[path.name][0])
    Writer(response).writerows([bare(cell) for cell in row] for row in (head, *zone_rows))
    areas_text = "-".join(f"{each.kind}-{each.chosen}" for each in areas if each.chosen)
    response["Content-Disposition"] = (
        f'attachment; filename="{_file_name(study, f"{areas_text}-{path.name}")}"'
    )
    return response


def _file_name(study: Study, name: str) -> str:
    return f"maillage-{study.place}-{name.replace('/', '-')}"


@require_safe
def everything(request: HttpRequest, key: str) -> HttpResponse:
    """Every file of an edition in one archive."""
    study = by_key(key, status=rules.DONE)
    buffer = BytesIO()
    folder = queries.folder(study)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted([*(folder / name for name in rules.FILES), *(folder / "fiches").glob("*.pdf")]):
            if path.exists():
                archive.write(path, path.relative_to(folder))
    response = HttpResponse(buffer.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="maillage-{study.place}.zip"'
    return response


@require_safe
def map_data(request: HttpRequest, key: str) -> HttpResponse | FileResponse:
    """Shapes and classes of the zones, for the map that moves."""
    study = by_key(key, status=rules.DONE)
    path = queries.folder(study) / "carte.json"
    if not path.exists():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="application/json")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def drawing(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One map as a picture: SVG or PNG."""
    study = by_key(key, status=rules.DONE)
    layer, _, form = name.rpartition(".")
    known = layer in LAYERS or layer.removeprefix("manque-") in diagnosis_lines()
    svg = queries.layer(study, layer) if known else ""
    if not svg or form not in ("svg", "png"):
        raise Http404
    content, kind = queries.picture(svg, form)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="maillage-{study.place}-{layer}.{form}"'
    return response


@require_safe
def api_study(request: HttpRequest, place: str) -> HttpResponse | FileResponse:
    """The study as the contract writes it; 202 while it is being computed."""
    form = ChoiceForm(request.GET)
    if not form.is_valid():
        error_texts = " ; ".join(f"{name} : {' '.join(texts)}" for name, texts in form.errors.items())
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "La demande ne se comprend pas.",
            f"{error_texts} Corrigez et recommencez : /api/v1/openapi.json dit ce que chaque paramètre"
            " accepte.",
            errors=[{"parametre": name, "raison": " ".join(texts)} for name, texts in form.errors.items()],
        )
    try:
        study, _ = study_of(request, place)
    except UnknownTerritory as error:
        return problem(HTTPStatus.NOT_FOUND, error.what, f"{error.why} {error.do}")
    except Refused as error:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.what, f"{error.why} {error.do}")
    if study is None:
        return problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Trop de calculs demandés.",
            "Chaque diagnostic nouveau demande un calcul. Attendez l’heure suivante, puis recommencez.",
        )
    if study.status == rules.DONE:
        path = queries.folder(study) / "etude.json"
        return FileResponse(path.open("rb"), content_type="application/json")
    return JsonResponse(
        {"etat": study.get_status_display(), "avancement": round(study.share, 2), "erreur": study.error},
        status=202 if study.is_alive else 500,
        json_dumps_params={"ensure_ascii": False},
    )
