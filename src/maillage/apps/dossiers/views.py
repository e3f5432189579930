"""Pages of territories and their diagnoses."""

import zipfile
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    CheckForm,
    ChoiceForm,
    CommentForm,
    CorrectionForm,
    MarkingForm,
    PerimeterForm,
)
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import Asked
from maillage.apps.territories import actions as territory_actions
from maillage.apps.territories import queries as territories
from maillage.apps.territories import rules as territory_rules
from maillage.apps.territories.models import Correction, Marking, Perimeter
from maillage.engine import base
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.reference.definitions import DEFAULT, definition
from maillage.reports import wording
from maillage.studies import compare
from maillage.studies.social import VARIABLES
from maillage.studies.territories import KIND_LABELS, gazetteer

LAYERS = {"les-deux": "Les deux", "numerique": "Numérique", "sociale": "Sociale", "certitude": "Certitude"}
FIRST_ROWS = 22
CELLS = ("les_deux", "numerique", "sociale", "aucune", None)
SORTS = {
    "personnes": ("Personnes", lambda z: -(z["personnes_valeur"] or -1)),
    "part": ("Part", lambda z: -(z["part_valeur"] or -1)),
    "nom": ("Nom", lambda z: z["nom"]),
    "precarite": ("Précarité", lambda z: (CELLS.index(z["case"]), -(z["personnes_valeur"] or -1))),
}
SUGGESTED = 8


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The search page: territories by name, code or postcode, and the studies already kept."""
    text = request.GET.get("q", "").strip()
    found = gazetteer().find(text, limit=30) if text else []
    if len(found) == 1 and request.GET.get("aller"):
        return redirect("territory", found[0].code)
    return render(
        request,
        "dossiers/search.html",
        {
            "q": text,
            "found": found,
            "kinds": KIND_LABELS,
            "kept": queries.kept_studies(),
            "perimeters": territories.perimeters(),
        },
    )


@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under a search field, as one types."""
    text = request.GET.get("q", "").strip()
    found = gazetteer().find(text, limit=SUGGESTED) if len(text) > 1 else []
    return render(request, "dossiers/_suggestions.html", {"found": found, "kinds": KIND_LABELS})


def _study(request: HttpRequest, place: str) -> tuple[Study | None, Asked]:
    """Return the study a page shows, asked for when it is new; None when too many were asked from one address."""
    asked = ChoiceForm(request.GET).asked(place)
    found = queries.study_for(asked)
    if found is None or queries.is_lost(found):
        if not access.may_compute(request.META.get("REMOTE_ADDR", "")):
            return None, asked
        found = actions.ask(asked)
    return found, asked


def _unknown(request: HttpRequest, place: str, error: UnknownTerritory) -> HttpResponse:
    near = [t for code, _ in error.nearest if (t := _territory_or_none(code))]
    return render(
        request,
        "dossiers/unknown.html",
        {"place": place, "what": error.what, "why": error.why, "do": error.do, "near": near, "kinds": KIND_LABELS},
        status=404,
    )


def _territory_or_none(code: str) -> Any:
    try:
        return gazetteer().get(code)
    except UnknownTerritory:
        return None


@require_GET
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The diagnosis of a territory, or how far its computation is."""
    try:
        study, asked = _study(request, place)
    except UnknownTerritory as error:
        return _unknown(request, place, error)
    except Refused as error:
        return _refused(request, error)
    if study is None:
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)
    if study.status != rules.DONE:
        return render(
            request, "dossiers/computing.html", {"study": study, "place": place, "query": request.GET.urlencode()}
        )
    told = queries.told(study)
    return render(request, "dossiers/territory.html", _page(request, study, asked, told))


def _page(request: HttpRequest, study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
    layers = {name: label for name, label in LAYERS.items() if (queries.folder(study) / f"carte-{name}.svg").exists()}
    chosen = request.GET.get("carte", "")
    layer = chosen if chosen in layers else next(iter(layers), "")
    sort = request.GET.get("tri", "personnes")
    sort = sort if sort in SORTS else "personnes"
    rows = sorted(told["zones"], key=lambda z: (SORTS[sort][1](z), z["code"]))
    all_asked = request.GET.get("zones") == "toutes"
    whole = all_asked or len(rows) <= FIRST_ROWS + 4
    return {
        "study": study,
        "place": study.place,
        "told": told,
        "d": definition(asked.definition),
        "form": ChoiceForm(initial={"definition": asked.definition, "filtre": asked.inside}),
        "filters": territories.filters_offered(),
        "asked": asked,
        "query": _query(asked),
        "layers": layers,
        "layer": layer,
        "svg": queries.layer(study, layer) if layer else "",
        "sorts": {key: label for key, (label, _) in SORTS.items()},
        "sort": sort,
        "rows": rows if whole else rows[:FIRST_ROWS],
        "whole": whole,
        "all_asked": all_asked,
        "files": rules.FILES,
        "perimeter": territories.perimeter(study.place),
        "comments": queries.comments(study.place),
        "sections": rules.SECTIONS,
        "tab": "besoins",
    }


def _query(asked: Asked) -> str:
    """Return the part of an address that repeats what was asked, '' for the usual question."""
    parts = {}
    if asked.definition != DEFAULT:
        parts["definition"] = asked.definition
    if asked.inside:
        parts["filtre"] = asked.inside
    parts |= {f"poids_{id}": f"{weight:g}" for id, weight in asked.weights.items()}
    return "&".join(f"{key}={value}" for key, value in parts.items())


def _refused(request: HttpRequest, error: Refused, status: int = 400) -> HttpResponse:
    return render(request, "site/refused.html", {"what": error.what, "why": error.why, "do": error.do}, status=status)


def _finished(request: HttpRequest, place: str) -> tuple[Study, Asked] | HttpResponse:
    """Return the finished study a page needs, or the answer to give instead."""
    try:
        study, asked = _study(request, place)
    except UnknownTerritory as error:
        return _unknown(request, place, error)
    except Refused as error:
        return _refused(request, error)
    if study is None or study.status != rules.DONE:
        query = request.GET.urlencode()
        return redirect(f"{reverse('territory', args=[place])}{'?' + query if query else ''}")
    return study, asked


@require_GET
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far a study is, for a page that waits: a fragment, and its status in a header."""
    study = get_object_or_404(Study, key=key)
    response = render(
        request, "dossiers/_progress.html", {"study": study, "query": request.GET.get("suite", ""), "place": study.place}
    )
    response["X-Etude"] = study.status
    return response


@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    study = get_object_or_404(Study, key=key)
    actions.cancel(study)
    messages.info(request, "Arrêt demandé. Rien n’est à moitié écrit.")
    return redirect(_back(request, study))


@require_POST
def again(request: HttpRequest, key: str) -> HttpResponse:
    study = get_object_or_404(Study, key=key)
    actions.ask_again(study)
    return redirect(_back(request, study))


def _back(request: HttpRequest, study: Study) -> str:
    asked = Asked(
        place=study.place,
        definition=study.inputs["definition"],
        inside=study.inputs["inside"],
        weights=study.inputs["weights"],
    )
    query = _query(asked)
    return reverse("territory", args=[study.place]) + (f"?{query}" if query else "")


@require_GET
def zone(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """The sheet of a zone, on screen."""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    sheet = told["fiches"].get(code)
    if sheet is None:
        raise Http404
    return render(
        request,
        "dossiers/zone.html",
        {
            "study": study,
            "place": place,
            "told": told,
            "z": sheet,
            "query": _query(asked),
            "svg": queries.sheet_map(study, code),
            "pdf": queries.file(study, f"fiches/{code}.pdf") is not None,
            "tab": "besoins",
        },
    )


@require_GET
def definitions(request: HttpRequest, place: str) -> HttpResponse:
    """One territory under every definition, side by side."""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    return render(
        request,
        "dossiers/definitions.html",
        {
            "study": study,
            "place": place,
            "told": told,
            "rows": told["definitions"],
            "asked": asked,
            "query": _query(asked),
            "tab": "definitions",
        },
    )


@require_GET
def against(request: HttpRequest, place: str) -> HttpResponse:
    """Two territories under one definition, with the doubt on their difference."""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    other_place = request.GET.get("avec", "").strip()
    context: dict[str, Any] = {
        "study": study,
        "place": place,
        "told": queries.told(study),
        "asked": asked,
        "query": _query(asked),
        "with": other_place,
        "kept": [kept for kept in queries.kept_studies() if kept.place != place],
        "tab": "comparer",
    }
    if not other_place:
        return render(request, "dossiers/against.html", context)
    try:
        other = _territory_typed(other_place)
        second = actions.ask(Asked(place=other, definition=asked.definition, weights=asked.weights))
    except UnknownTerritory as error:
        context |= {"error": error}
        return render(request, "dossiers/against.html", context)
    context |= {"second": second, "with": other}
    if second.status == rules.DONE:
        gap, likely = compare.difference(
            queries.draws(study), queries.draws(second), definition=definition(asked.definition)
        )
        other_told = queries.told(second)
        pairs = list(zip(context["told"]["contexte"], other_told["contexte"], strict=True))
        context |= {"other": other_told, "gap": _told_gap(gap, likely), "pairs": pairs}
    return render(request, "dossiers/against.html", context)


def _territory_typed(text: str) -> str:
    """Return the code of a territory typed by code or by name."""
    if territories.perimeter(text):
        return text
    try:
        return gazetteer().get(text).code
    except UnknownTerritory:
        found = gazetteer().find(text, limit=1)
        if not found:
            raise
        return found[0].code


def _told_gap(gap: Any, likely: float) -> dict[str, Any]:
    low, high = gap.low, gap.high
    sure = low > 0 or high < 0
    return {
        "sure": sure,
        "bas": wording.number(low, 1),
        "haut": wording.number(high, 1),
        "valeur": wording.number(gap.value, 1),
        "chance": wording.share(likely),
        "plus": gap.value > 0,
    }


@require_GET
def index(request: HttpRequest, place: str) -> HttpResponse:
    """The social index in full: each variable, each zone, and the weights the analyst may change."""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    return render(
        request,
        "dossiers/index.html",
        {
            "study": study,
            "place": place,
            "told": told,
            "asked": asked,
            "query": _query(asked),
            "variables": [(v, asked.weights.get(v.id, v.weight)) for v in VARIABLES],
            "tab": "indice",
        },
    )


@require_GET
def check(request: HttpRequest, place: str) -> HttpResponse:
    """Which population is behind a published count and share?"""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    form = CheckForm(request.GET if "effectif" in request.GET else None)
    result = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        low, high = base.implied(
            clean["effectif"],
            clean["part"] / 100,
            count_step=clean["pas"],
            share_step=0.01 if clean["part_arrondie"] else 0.0,
        )
        bases = told["bases"]
        result = {
            "bas": wording.number(low),
            "haut": wording.number(high),
            "bases": [{**b, "convient": low <= b["valeur"] <= high} for b in bases],
        }
    return render(
        request,
        "dossiers/check.html",
        {
            "study": study,
            "place": place,
            "told": told,
            "form": form,
            "result": result,
            "query": _query(asked),
            "tab": "verifier",
        },
    )


@require_GET
def reports(request: HttpRequest, place: str) -> HttpResponse:
    """The files of a study, to read, print or take away."""
    found = _finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    sizes = {
        name: (label, (queries.folder(study) / name).stat().st_size)
        for name, (_, label) in rules.FILES.items()
        if (queries.folder(study) / name).exists()
    }
    return render(
        request,
        "dossiers/reports.html",
        {
            "study": study,
            "place": place,
            "told": told,
            "query": _query(asked),
            "files": sizes,
            "sheets": len(list((queries.folder(study) / "fiches").glob("*.pdf"))),
            "comments": queries.comments(place),
            "sections": rules.SECTIONS,
            "tab": "rapports",
        },
    )


@require_GET
def download(request: HttpRequest, key: str, name: str) -> HttpResponse | FileResponse:
    """One file of an edition."""
    study = get_object_or_404(Study, key=key, status=rules.DONE)
    path = queries.file(study, name)
    if path is None:
        raise Http404
    kind = rules.FILES[name][0] if name in rules.FILES else "application/pdf"
    inline = name == "dossier.html" or (name.endswith(".pdf") and request.GET.get("voir"))
    response = FileResponse(path.open("rb"), content_type=kind, as_attachment=not inline, filename=_file_name(study, name))
    if name == "dossier.html":
        # The file carries its own style, as it must to open by double click: this page alone allows it.
        response._csp_replace = {"style-src": ["'self'", "'unsafe-inline'"], "font-src": ["'self'", "data:"]}  # type: ignore[attr-defined]
    return response


def _file_name(study: Study, name: str) -> str:
    return f"maillage-{study.place}-{name.replace('/', '-')}"


@require_GET
def everything(request: HttpRequest, key: str) -> HttpResponse:
    """Every file of an edition in one archive."""
    study = get_object_or_404(Study, key=key, status=rules.DONE)
    buffer = BytesIO()
    folder = queries.folder(study)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted([*(folder / name for name in rules.FILES), *(folder / "fiches").glob("*.pdf")]):
            if path.exists():
                archive.write(path, path.relative_to(folder))
    response = HttpResponse(buffer.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="maillage-{study.place}.zip"'
    return response


@require_GET
def map_data(request: HttpRequest, key: str) -> HttpResponse | FileResponse:
    """Shapes and classes of the zones, for the map that moves."""
    study = get_object_or_404(Study, key=key, status=rules.DONE)
    path = queries.folder(study) / "carte.json"
    if not path.exists():
        raise Http404
    response = FileResponse(path.open("rb"), content_type="application/json")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_GET
def drawing(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One map as a picture: SVG or PNG."""
    study = get_object_or_404(Study, key=key, status=rules.DONE)
    layer, _, form = name.rpartition(".")
    svg = queries.layer(study, layer) if layer in LAYERS else ""
    if not svg or form not in ("svg", "png"):
        raise Http404
    content, kind = queries.picture(svg, form)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="maillage-{study.place}-{layer}.{form}"'
    return response


@require_GET
def api_study(request: HttpRequest, place: str) -> HttpResponse | FileResponse:
    """The study as the contract writes it; 202 while it is being computed."""
    try:
        study, _ = _study(request, place)
    except UnknownTerritory as error:
        return JsonResponse({"erreur": list(error.sentences)}, status=404, json_dumps_params={"ensure_ascii": False})
    except Refused as error:
        return JsonResponse({"erreur": list(error.sentences)}, status=400, json_dumps_params={"ensure_ascii": False})
    if study is None:
        return JsonResponse({"erreur": ["Trop de calculs demandés."]}, status=429)
    if study.status == rules.DONE:
        path = queries.folder(study) / "etude.json"
        return FileResponse(path.open("rb"), content_type="application/json")
    return JsonResponse(
        {"etat": study.get_status_display(), "avancement": round(study.share, 2), "erreur": study.error},
        status=202 if study.is_alive else 500,
        json_dumps_params={"ensure_ascii": False},
    )


# ------------------------------------------------------------------------------------------------ professional space


@login_required
@require_GET
def space(request: HttpRequest) -> HttpResponse:
    """What the network keeps: perimeters, filters, corrections, studies."""
    return render(
        request,
        "dossiers/space.html",
        {
            "perimeters": territories.perimeters(),
            "markings": Marking.objects.all(),
            "corrections": territories.all_corrections(),
            "studies": Study.objects.all()[:30],
            "tables": {id: label for id, (_, label, _) in territory_rules.CORRECTABLE.items()},
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, place: str) -> HttpResponse:
    """The analyst's comments of a dossier."""
    try:
        name = ((kept := territories.perimeter(place)) and kept.name) or territories.territory(place).long_name
    except UnknownTerritory as error:
        return _unknown(request, place, error)
    form = CommentForm(request.POST or None, initial=queries.comments(place))
    if request.method == "POST" and form.is_valid():
        actions.comment(by=request.user, place=place, texts=form.cleaned_data)  # type: ignore[arg-type]
        messages.success(
            request, "Commentaires enregistrés. Le dossier les porte dans quelques secondes, à part du texte calculé."
        )
        return redirect("reports", place)
    return render(request, "dossiers/comments.html", {"form": form, "place": place, "name": name})


@login_required
@require_http_methods(["GET", "POST"])
def new_perimeter(request: HttpRequest) -> HttpResponse:
    """Keep a study perimeter from a file of zones."""
    form = PerimeterForm(request.POST or None, request.FILES or None)
    error = None
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            kept = territory_actions.keep_perimeter(
                by=request.user,  # type: ignore[arg-type]
                slug=clean["adresse"],
                name=clean["nom"],
                code=clean["code"],
                reason=clean["raison"],
                content=clean["fichier"].read(),
                file_name=clean["fichier"].name,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, f"Périmètre « {kept.name} » gardé.")
            return redirect("territory", kept.slug)
    return render(
        request, "dossiers/form.html", {"form": form, "error": error, "title": "Garder un périmètre", "kind": "perimetre"}
    )


@login_required
@require_http_methods(["GET", "POST"])
def new_marking(request: HttpRequest) -> HttpResponse:
    """Keep a filter from a dropped file."""
    form = MarkingForm(request.POST or None, request.FILES or None)
    error = None
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            kept = territory_actions.keep_marking(
                by=request.user,  # type: ignore[arg-type]
                slug=clean["adresse"],
                label=clean["nom"],
                content=clean["fichier"].read(),
                file_name=clean["fichier"].name,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, f"Filtre « {kept.label} » gardé : {len(kept.shares)} quartiers concernés.")
            return redirect("space")
    return render(
        request, "dossiers/form.html", {"form": form, "error": error, "title": "Ajouter un filtre", "kind": "filtre"}
    )


@login_required
@require_POST
def drop(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take off a perimeter or a filter, or withdraw a correction."""
    user: Any = request.user
    if kind == "perimetre":
        territory_actions.drop_perimeter(by=user, perimeter=get_object_or_404(Perimeter, pk=pk))
        messages.success(request, "Périmètre retiré.")
    elif kind == "filtre":
        territory_actions.drop_marking(by=user, marking=get_object_or_404(Marking, pk=pk))
        messages.success(request, "Filtre retiré.")
    elif kind == "correction":
        found = get_object_or_404(Correction, pk=pk, withdrawn_at=None)
        territory_actions.withdraw(by=user, correction=found, at=timezone.now())
        messages.success(request, "Correction retirée : l’ancienne valeur est lue de nouveau.")
    else:
        raise Http404
    return redirect("space")


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, table: str) -> HttpResponse:
    """Correct a reference value, with a reason."""
    if table not in territory_rules.CORRECTABLE:
        raise Http404
    key, label, columns = territory_rules.CORRECTABLE[table]
    form = CorrectionForm(request.POST or None, initial={"code": request.GET.get("code", "")}, columns=columns)
    error = None
    code = (request.POST or request.GET).get("code", "").strip()
    row = territories.reference_row(table, code) if code else None
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            territory_actions.correct(
                by=request.user,  # type: ignore[arg-type]
                table=table,
                key=clean["code"].strip(),
                column=clean["colonne"],
                value=clean["valeur"],
                reason=clean["raison"],
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, "Correction enregistrée. Les prochains calculs la liront ; l’ancienne valeur reste lisible."
            )
            return redirect("space")
    return render(
        request,
        "dossiers/correct.html",
        {
            "form": form,
            "error": error,
            "table": table,
            "label": label,
            "key": key,
            "code": code,
            "row": [(text, row[name]) for name, text in columns.items()] if row else None,
            "history": territories.corrections_of(table),
            "columns": columns,
        },
    )
