"""The study of a territory for programs: the whole of it, its need alone, its zones by chosen fields."""

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from maillage.apps.dossiers import queries, rules
from maillage.apps.dossiers.forms import ChoiceForm
from maillage.apps.dossiers.views.requests import obtained
from maillage.apps.territories import queries as territories
from maillage.publishing.territory.study_json import ZoneJson
from maillage.reference.definitions import DEFAULT, definitions, offered
from maillage.reference.travel import MODES
from maillage.statistics.diagnosis import filters
from maillage.statistics.need.social_variables import VARIABLES
from maillage.web import programs
from maillage.web.programs import Operation, refusing
from maillage.web.refusals import problem

Json = dict[str, Any]
ZONE_FIELDS = tuple(ZoneJson.__annotations__)
USUAL_FIELDS = (
    *("code", "nom", "maille", "population", "precarite_numerique", "taux_precarite_numerique"),
    *("precarite_sociale", "cumul"),
)
NEEDS = ("precarite_numerique", "taux_precarite_numerique", "precarite_sociale", "cumul")
GROUNDS = ("insee-rp2021-iris", "insee-filosofi-communes")  # the residents, their income
INTERVAL = {"niveau": 0.9, "sens": "bas et haut sont les centiles 5 et 95 de nos tirages"}
CHOICES = (
    {
        "name": "definition",
        "schema": {"type": "string", "enum": [d.id for d in offered()], "default": DEFAULT},
        "description": "Ce qui est compté. Une autre valeur est refusée.",
    },
    {
        "name": "filtre",
        "schema": {"type": "string"},
        "description": (
            f"Ne compter qu’une partie des habitants : {', '.join(filters.LABELS)}, ou un filtre du"
            " territoire. Une autre valeur est refusée. « population » n’est alors plus un nombre"
            " entier : une zone peut compter pour une part."
        ),
    },
    {
        "name": "acces",
        "schema": {"type": "string", "enum": list(MODES)},
        "description": (
            "Comment on va aux lieux. Sinon, en voiture sous 300 habitants au km², à pied ailleurs."
            " Une autre valeur est refusée."
        ),
    },
    *(
        {
            "name": f"poids_{variable.id}",
            "schema": {"type": "number", "minimum": -10, "maximum": 10, "default": variable.weight},
            "description": f"Poids dans l’indice social : {variable.label}.",
        }
        for variable in VARIABLES
    ),
)
FIELDS = {
    "name": "champs",
    "schema": {"type": "string", "default": ",".join(USUAL_FIELDS)},
    "description": (
        f"Champs de chaque zone, séparés par des virgules : {', '.join(ZONE_FIELDS)}. « code » y est"
        " toujours. Un autre champ est refusé."
    ),
}
ANSWERS = {
    "200": "Le diagnostic.",
    "202": "Le calcul est en cours : « avancement » va de 0 à 1.",
    "400": "Un paramètre n’existe pas.",
    "404": "Ce territoire n’existe pas.",
    "422": "Cette définition, ce filtre, ce poids ou ce champ n’existe pas, ou ne garde personne.",
    "429": "Trop de calculs demandés, ou trop de réponses cette heure-ci.",
}
OPERATIONS = (
    Operation(
        id="etude",
        address="territoires/{code}/etude",
        summary="Le diagnostic d’un territoire",
        description=(
            "Les besoins, les zones et l’offre d’un territoire : le fichier etude.json d’un diagnostic. "
            "202 tant que le calcul n’est pas fini : redemandez."
        ),
        path=programs.TERRITORY,
        parameters=CHOICES,
        answers=ANSWERS,
        content={"type": "object"},
    ),
    Operation(
        id="besoin",
        address="territoires/{code}/besoin",
        summary="Le besoin d’un territoire, en quelques lignes",
        description=(
            "Combien de personnes, en moins de 5 ko : l’intervalle, l’univers, le nombre de répondants, la"
            " source et l’année sont à côté. « motif » dit pourquoi une valeur manque. 202 tant que le calcul"
            " n’est pas fini."
        ),
        path=programs.TERRITORY,
        parameters=CHOICES,
        answers=ANSWERS,
        content={"type": "object"},
    ),
    Operation(
        id="zones",
        address="territoires/{code}/zones",
        summary="Les zones d’un territoire, avec les champs choisis",
        description="Les zones du diagnostic, sans le reste. 202 tant que le calcul n’est pas fini.",
        path=programs.TERRITORY,
        parameters=(*CHOICES, FIELDS),
        answers=ANSWERS,
        content={"type": "object"},
    ),
)


def _invalid(errors: dict[str, str]) -> HttpResponse:
    error_texts = " ; ".join(f"{name} : {text}" for name, text in errors.items())
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "La demande ne se comprend pas.",
        f"{error_texts} Corrigez et recommencez : /api/v1/openapi.json dit ce que chaque paramètre accepte.",
        errors=[{"parametre": name, "raison": text} for name, text in errors.items()],
    )


def _answered(
    request: HttpRequest, place: str, answer: Callable[[Path], HttpResponseBase]
) -> HttpResponseBase:
    """Answer with the file of a study, unless the program has what it says; 202 while it is computed."""
    form = ChoiceForm(request.GET)
    if not form.is_valid():
        return _invalid({name: " ".join(map(str, texts)) for name, texts in form.errors.items()})
    study = obtained(request, form.study_request(territories.canonical(place)), remembers=False)
    if study is None:
        return problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Trop de calculs demandés.",
            "Chaque diagnostic nouveau demande un calcul. Attendez l’heure suivante, puis recommencez.",
        )
    if study.status != rules.DONE:
        return JsonResponse(
            {"etat": study.get_status_display(), "avancement": round(study.share, 2), "erreur": study.error},
            status=HTTPStatus.ACCEPTED if study.is_alive else HTTPStatus.INTERNAL_SERVER_ERROR,
            json_dumps_params={"ensure_ascii": False},
        )
    path = queries.folder(study) / "etude.json"
    etag = f'"{study.key}-{path.stat().st_mtime_ns:x}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    response = answer(path)
    if response.status_code == HTTPStatus.OK:
        response["ETag"] = etag
    return response


@refusing
def study(request: HttpRequest, code: str) -> HttpResponseBase:
    """The study as the contract writes it."""
    return _answered(
        request, code, lambda path: FileResponse(path.open("rb"), content_type="application/json")
    )


@refusing
def need(request: HttpRequest, code: str) -> HttpResponseBase:
    """The need of a territory: its figures, each with what makes it readable alone."""

    def answer(path: Path) -> HttpResponse:
        document = json.loads(path.read_bytes())
        source = definitions()[document["definition"]["id"]]
        return programs.answer(
            {
                **_head(document),
                "besoins": {name: document["besoins"][name] for name in NEEDS},
                "source": {
                    "producteur": source.producer,
                    "titre": source.title,
                    "annee": source.year,
                    "adresse": source.url,
                },
                "donnees": [each for each in document["sources"] if each["id"] in GROUNDS],
            }
        )

    return _answered(request, code, answer)


@refusing
def zones(request: HttpRequest, code: str) -> HttpResponseBase:
    """The zones of a territory, by the fields that a program names."""
    requested = [name.strip() for name in request.GET.get("champs", "").split(",") if name.strip()]
    if unknown := sorted(set(requested) - set(ZONE_FIELDS)):
        return _invalid(
            {"champs": f"{', '.join(unknown)} n’est pas un champ d’une zone : {', '.join(ZONE_FIELDS)}."}
        )
    names = ("code", *(name for name in requested or USUAL_FIELDS if name != "code"))

    def answer(path: Path) -> HttpResponse:
        document = json.loads(path.read_bytes())
        rows = [{name: zone[name] for name in names if name in zone} for zone in document["zones"]]
        return programs.answer({**_head(document), "zones": rows})

    return _answered(request, code, answer)


def _head(document: Json) -> Json:
    """Return the part of a study without which none of its figures can be read."""
    same = {name: document[name] for name in ("version", "territoire", "definition", "filtre")}
    return {**same, "intervalle": INTERVAL}
