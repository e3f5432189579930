"""Files of a study: to read, to keep, to feed a program."""

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import actions, queries, rules
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.views.pages import LAYERS
from maillage.apps.dossiers.views.requests import by_key
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.spreadsheet import Writer, bare
from maillage.publishing.territory import connection
from maillage.reference.offer import diagnosis_lines

FORMER = "version-precedente-"  # before the name of a dossier that is being rewritten


@require_safe
def download(request: HttpRequest, key: str, name: str) -> HttpResponse | FileResponse:
    """One file of an edition. A dossier that is being rewritten leads to the page that says so; from there,
    `avant` asks for the former one, under a name that tells it apart.
    """
    study = by_key(key, status=rules.DONE)
    path = queries.file(study, name)
    if path is None:
        raise Http404
    is_former = name in rules.DOSSIERS and actions.is_rewritten(study)
    if is_former and "avant" not in request.GET:
        return redirect("reports", study.place)
    areas = queries.zone_areas(study, request.GET.dict()) if name == "zones.csv" and request.GET else ()
    if any(each.chosen for each in areas):
        return _narrowed(study, path, areas)
    kind = rules.FILES[name][0] if name in rules.FILES else "application/pdf"
    inline = name == "dossier.html" or (name.endswith(".pdf") and request.GET.get("voir"))
    response = FileResponse(
        path.open("rb"),
        content_type=kind,
        as_attachment=is_former or not inline,
        filename=_file_name(study, f"{FORMER if is_former else ''}{name}"),
    )
    if name == "dossier.html":
        # The file carries its own style, as it must to open by double click: this page alone allows it.
        allowed = {"style-src": ["'self'", "'unsafe-inline'"], "font-src": ["'self'", "data:"]}
        response._csp_replace = allowed  # type: ignore[attr-defined]  # as django-csp reads it
    if name.endswith(".csv"):
        response.sources = _sources(study)  # type: ignore[attr-defined]  # read by TableFormats
    return response


def _sources(study: Study) -> tuple[str, ...]:
    """Return the sources of the figures of a study, for the second sheet of a workbook."""
    source = queries.reading(study).source
    return (
        f"{source.producer} {source.year}, {source.title}",
        "Insee, recensement de la population de 2021",
        f"Maillage, diagnostic {study.place}, calculé le {study.finished_at:%Y-%m-%d}",
    )


def _narrowed(study: Study, path: Path, areas: Sequence[ZoneAreas]) -> HttpResponse:
    """Return the rows of the zones asked, as the file writes them."""
    with path.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    at = head.index("code")
    zone_rows = [row for row in rows if all(each.keeps(bare(row[at])) for each in areas)]
    response = HttpResponse(content_type=rules.FILES[path.name][0])
    Writer(response).writerows([bare(cell) for cell in row] for row in (head, *zone_rows))
    response.sources = _sources(study)  # type: ignore[attr-defined]  # read by TableFormats
    areas_text = "-".join(f"{each.kind}-{each.chosen}" for each in areas if each.chosen)
    response["Content-Disposition"] = (
        f'attachment; filename="{_file_name(study, f"{areas_text}-{path.name}")}"'
    )
    return response


def _file_name(study: Study, name: str) -> str:
    return f"maillage-{study.place}-{name.replace('/', '-')}"


@require_safe
def everything(request: HttpRequest, key: str) -> HttpResponse:
    """Every file of an edition in one archive: a dossier that is being rewritten has the name of a former
    one.
    """
    study = by_key(key, status=rules.DONE)
    buffer = BytesIO()
    folder = queries.folder(study)
    former_names = rules.DOSSIERS if actions.is_rewritten(study) else ()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted([*(folder / name for name in rules.FILES), *(folder / "fiches").glob("*.pdf")]):
            if path.exists():
                name = f"{path.relative_to(folder)}"
                archive.write(path, f"{FORMER if name in former_names else ''}{name}")
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
    response: HttpResponse | FileResponse
    if "connexion" in request.GET and (styles := queries.connection_styles(study)):
        response = JsonResponse(_with_layer(json.loads(path.read_bytes()), connection.LAYER, styles))
    else:
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


def _with_layer(
    map_data: dict[str, Any], layer: str, zones: Mapping[str, tuple[str, bool, str]]
) -> dict[str, Any]:
    """Return the data of the map that moves with one more layer. zones: as for `atlas.recoloured`."""
    map_data["couches"] = [*map_data["couches"], layer]
    for zone in map_data["zones"]:
        for key, value in zip(("classes", "doutes", "titres"), zones[zone["id"]], strict=True):
            zone["properties"][key][layer] = value
    return map_data
