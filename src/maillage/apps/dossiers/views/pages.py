"""Pages of territories and their diagnoses."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    CheckForm,
    ChoiceForm,
)
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import Asked
from maillage.apps.dossiers.views.asked import asked_for, finished, obtained, query_of
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories import queries as territories
from maillage.engine import base
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.reference.definitions import definition
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
FOUND_AT_MOST = 30
LONGEST_NAME = 100


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search page: territories by name, code or postcode, and the studies already kept."""
    text = request.GET.get("q", "").strip()[:LONGEST_NAME]
    found = gazetteer().find(text, limit=FOUND_AT_MOST + 1) if text else []
    named = territories.perimeters_named(text)
    if len(found) + len(named) == 1 and request.GET.get("aller"):
        return redirect("territory", found[0].code if found else named[0].slug)
    return render(
        request,
        "dossiers/search.html",
        {
            "q": text,
            "found": found[:FOUND_AT_MOST],
            "more": len(found) > FOUND_AT_MOST,
            "named": named,
            "named_count": len(named),
            "kinds": KIND_LABELS,
            "kept": queries.kept_studies(),
            "perimeters": territories.perimeters(),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under a search field, as one types."""
    text = request.GET.get("q", "").strip()[:LONGEST_NAME]
    found = gazetteer().find(text, limit=SUGGESTED) if len(text) > 1 else []
    named = territories.perimeters_named(text)
    return render(request, "dossiers/_suggestions.html", {"found": found, "named": named, "kinds": KIND_LABELS})


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The diagnosis of a territory, or how far its computation is."""
    found = asked_for(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    if study is None:
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)
    if study.status != rules.DONE:
        context = {"study": study, "place": place, "query": request.GET.urlencode(), "ahead": queries.ahead(study)}
        context["mine"] = access.may_stop(request, study)
        return render(request, "dossiers/computing.html", context)
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
        "query": query_of(asked),
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
        "editions": evidence.editions(study.place),
        "sections": rules.SECTIONS,
        "tab": "besoins",
    }


@require_safe
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """How far a study is, for a page that waits: a fragment, and its status in a header."""
    study = get_object_or_404(Study, key=key)
    response = render(
        request,
        "dossiers/_progress.html",
        {
            "study": study,
            "query": request.GET.get("suite", ""),
            "place": study.place,
            "ahead": queries.ahead(study),
            "mine": access.may_stop(request, study),
        },
    )
    response["X-Etude"] = study.status
    return response


@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    study = get_object_or_404(Study, key=key)
    if not access.may_stop(request, study):
        raise Http404
    actions.cancel(study)
    messages.info(request, "Arrêt demandé. Rien n’est à moitié écrit.")
    return redirect(_back(request, study))


@require_POST
def again(request: HttpRequest, key: str) -> HttpResponse:
    study = get_object_or_404(Study, key=key)
    if not access.may_compute(request):
        return render(request, "dossiers/too_many.html", {"place": study.place}, status=429)
    actions.ask_again(study)
    access.remember(request, study)
    return redirect(_back(request, study))


def _back(request: HttpRequest, study: Study) -> str:
    asked = Asked(
        place=study.place,
        definition=study.inputs["definition"],
        inside=study.inputs["inside"],
        weights=study.inputs["weights"],
    )
    query = query_of(asked)
    return reverse("territory", args=[study.place]) + (f"?{query}" if query else "")


def shown(
    request: HttpRequest,
    place: str,
    template: str,
    tab: str,
    more: Callable[[Study, Asked, dict[str, Any]], dict[str, Any]],
) -> HttpResponse:
    """Return a page on a finished study, with what every such page needs; more: what this one adds."""
    found = finished(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    told = queries.told(study)
    common = {"study": study, "place": study.place, "told": told, "asked": asked, "query": query_of(asked), "tab": tab}
    return render(request, template, common | more(study, asked, told))


@require_safe
def zone(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """The sheet of a zone, on screen."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        if code not in told["fiches"]:
            raise Http404
        pdf = queries.file(study, f"fiches/{code}.pdf") is not None
        return {"z": told["fiches"][code], "svg": queries.sheet_map(study, code), "pdf": pdf}

    return shown(request, place, "dossiers/zone.html", "besoins", more)


@require_safe
def definitions(request: HttpRequest, place: str) -> HttpResponse:
    """One territory under every definition, side by side."""
    return shown(
        request,
        place,
        "dossiers/definitions.html",
        "definitions",
        lambda study, asked, told: {"rows": told["definitions"]},
    )


@require_safe
def against(request: HttpRequest, place: str) -> HttpResponse:
    """Two territories under one definition, with the doubt on their difference."""
    typed = request.GET.get("avec", "").strip()[:LONGEST_NAME]

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = {"with": typed, "kept": [k for k in queries.kept_studies() if k.place != study.place]}
        return context | (_other(request, study, asked, told, typed) if typed else {})

    return shown(request, place, "dossiers/against.html", "comparer", more)


def _other(request: HttpRequest, study: Study, asked: Asked, told: dict[str, Any], typed: str) -> dict[str, Any]:
    """Return the second territory beside the first, or what keeps it from being there."""
    try:
        place, choices = _territory_typed(typed)
        if choices:
            return {"choices": choices, "kinds": KIND_LABELS}
        second = obtained(
            request, Asked(place=place, definition=asked.definition, inside=asked.inside, weights=asked.weights)
        )
    except (UnknownTerritory, Refused) as error:
        return {"error": error}
    if second is None:
        return {"error": TOO_MANY}
    context = {"second": second, "with": place, "second_mine": access.may_stop(request, second)}
    if second.status != rules.DONE:
        return context
    gap, likely = compare.difference(queries.draws(study), queries.draws(second), definition=definition(asked.definition))
    other = queries.told(second)
    theirs = {c["libelle"]: c for c in other["contexte"]}
    pairs = [(c, theirs[c["libelle"]]) for c in told["contexte"] if c["libelle"] in theirs]
    return context | {"other": other, "gap": _told_gap(gap, likely), "pairs": pairs}


TOO_MANY = Refused(
    "Trop de calculs ont été demandés depuis votre adresse cette heure-ci.",
    why="Chaque nouveau territoire occupe l’ordinateur quelques secondes.",
    do="Attendez un peu, ou comparez avec un territoire déjà calculé.",
)


def _territory_typed(text: str) -> tuple[str, list[dict[str, str]]]:
    """Return the code of a territory typed by code or by name, or the territories that a name may mean."""
    if territories.perimeter(text):
        return text, []
    try:
        return gazetteer().get(text).code, []
    except UnknownTerritory:
        found = gazetteer().find(text, limit=SUGGESTED)
        choices = [{"code": p.slug, "nom": p.name, "quoi": "périmètre gardé"} for p in territories.perimeters_named(text)]
        choices += [
            {"code": t.code, "nom": t.long_name, "quoi": ", ".join(filter(None, (KIND_LABELS[t.kind], t.place)))}
            for t in found
        ]
        if not choices:
            raise
        return (choices[0]["code"], []) if len(choices) == 1 else ("", choices)


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


@require_safe
def index(request: HttpRequest, place: str) -> HttpResponse:
    """The social index in full: each variable, each zone, and the weights the analyst may change."""
    return shown(
        request,
        place,
        "dossiers/index.html",
        "indice",
        lambda study, asked, told: {"variables": [(v, asked.weights.get(v.id, v.weight)) for v in VARIABLES]},
    )


@require_safe
def check(request: HttpRequest, place: str) -> HttpResponse:
    """Which population is behind a published count and share?"""
    form = CheckForm(request.GET if "effectif" in request.GET else None)
    return shown(
        request,
        place,
        "dossiers/check.html",
        "verifier",
        lambda study, asked, told: {"form": form, "result": _checked(form, told["bases"])},
    )


def _checked(form: CheckForm, bases: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not form.is_bound or not form.is_valid():
        return None
    clean = form.cleaned_data
    low, high = base.implied(
        clean["effectif"],
        clean["part"] / 100,
        count_step=clean["pas"],
        share_step=0.01 if clean["part_arrondie"] else 0.0,
    )
    return {
        "bas": wording.number(low),
        "haut": wording.number(high),
        "bases": [{**b, "convient": low <= b["valeur"] <= high} for b in bases],
    }


@require_safe
def reports(request: HttpRequest, place: str) -> HttpResponse:
    """The files of a study, to read, print or take away."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        folder = queries.folder(study)
        sizes = {name: (label, folder / name) for name, (_, label) in rules.FILES.items() if (folder / name).exists()}
        return {
            "files": {name: (label, path.stat().st_size) for name, (label, path) in sizes.items()},
            "sheets": len(list((folder / "fiches").glob("*.pdf"))),
            "comments": queries.comments(study.place),
            "sections": rules.SECTIONS,
        }

    return shown(request, place, "dossiers/reports.html", "rapports", more)
