"""The public interface of programs, read only, shaped like data·inclusion v1: a client of theirs reads it
unchanged.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError
from ninja.parser import Parser

from maillage.apps.directory import access
from maillage.apps.directory.forms import api as shapes
from maillage.apps.directory.queries import api as queries
from maillage.apps.directory.views.etags import unless_changed
from maillage.kernel.errors import Refused
from maillage.reference import standards
from maillage.reference.definitions import DEFAULT, offered
from maillage.reference.travel import MODES
from maillage.studies.diagnosis import filters
from maillage.web.refusals import problem

PROBLEM = "application/problem+json"
CACHE_CONTROL = "public, max-age=300"
ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After",
    "Access-Control-Max-Age": "86400",
}
ABOUT = """Les lieux publiés de l’annuaire, en lecture seule, aux formes de l’API data·inclusion v1 : \
mêmes adresses, mêmes
filtres, même enveloppe, mêmes noms de champs. Un programme écrit pour data·inclusion lit celle-ci \
en changeant l’adresse.

Ce qui diffère :

- aucun jeton n’est demandé ; s’il y en a un, il n’est pas lu ;
- chaque adresse réseau a 600 réponses par heure, puis 429 et `Retry-After` ;
- les pages d’autres sites peuvent lire (CORS ouvert) ;
- `ETag` et `Last-Modified` disent si quelque chose a changé ; une réponse 304 suffit alors ;
- il n’y a qu’une source, `maillage`, et un service par lieu ;
- un filtre de liste se répète (`publics=jeunes&publics=seniors`), avec ou sans crochets (`publics[]`) ;
- `lat` et `lon` suffisent à la recherche, sans `code_commune` ;
- une erreur est un problème au sens de la RFC 9457, en français.

Le détail, et ce que data·inclusion ne peut pas dire d’un lieu, est dans les pages de méthode « api » \
et « formats ».
Chaque source a sa licence, dite à l’adresse `/donnees/`."""

STUDY = {
    "get": {
        "operationId": "etude",
        "summary": "Le diagnostic d’un territoire",
        "description": (
            "Les besoins, les zones et l’offre d’un territoire : le fichier etude.json d’un diagnostic. "
            "202 tant que le calcul n’est pas fini : redemandez."
        ),
        "parameters": [
            {
                "in": "path",
                "name": "code",
                "required": True,
                "schema": {"type": "string"},
                "description": (
                    "Code Insee d’une commune ou d’un département, SIREN d’une intercommunalité, R et deux "
                    "chiffres pour une région, ou adresse d’un périmètre gardé, qui répond alors ce"
                    " code et le "
                    "type « perimetre »."
                ),
            },
            {
                "in": "query",
                "name": "definition",
                "required": False,
                "schema": {"type": "string", "enum": [d.id for d in offered()], "default": DEFAULT},
                "description": "Ce qui est compté. Une autre valeur est refusée.",
            },
            {
                "in": "query",
                "name": "filtre",
                "required": False,
                "schema": {"type": "string"},
                "description": (
                    f"Ne compter qu’une partie des habitants : {', '.join(filters.LABELS)}, ou un filtre du"
                    " territoire. Une autre valeur est refusée. « population » n’est alors plus un nombre"
                    " entier : une zone peut compter pour une part."
                ),
            },
            {
                "in": "query",
                "name": "acces",
                "required": False,
                "schema": {"type": "string", "enum": list(MODES)},
                "description": (
                    "Comment on va aux lieux. Sinon, en voiture sous 300 habitants au km², à pied ailleurs."
                    " Une autre valeur est refusée."
                ),
            },
        ],
        "responses": {
            "200": {
                "description": "Le diagnostic.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "202": {"description": "Le calcul est en cours : « avancement » va de 0 à 1."},
            **{
                status: {
                    "description": description,
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, description in (
                    ("404", "Ce territoire n’existe pas."),
                    ("422", "Cette définition, ce filtre ou ce poids n’existe pas, ou ne garde personne."),
                    ("429", "Trop de calculs demandés."),
                )
            },
        },
    }
}


class Brackets(Parser):
    """Reads `publics[]=…` as `publics=…`."""

    def parse_querydict(self, data, list_fields, request):
        plain = data.copy()
        for name in [name for name in data if name.endswith("[]")]:
            plain.setlist(name[:-2], [*plain.getlist(name[:-2]), *data.getlist(name)])
        return super().parse_querydict(plain, list_fields, request)


class Api(NinjaAPI):
    """The interface, and the study of a territory, which another part of the platform answers."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        schema["paths"]["/api/v1/territoires/{code}/etude"] = STUDY
        for address in schema["paths"].values():
            for operation in address.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in answer.get(
                        "content", {}
                    ):
                        answer["content"][PROBLEM] = answer["content"].pop("application/json")
        return schema


api = Api(
    title="Maillage",
    version="1",
    description=ABOUT,
    docs_url=None,
    urls_namespace="api",
    parser=Brackets(),
    openapi_extra={"info": {"license": {"name": "Selon la source : voir /donnees/"}}},
)
REFUSED = {422: shapes.Problem, 429: shapes.Problem}
ABSENT = {404: shapes.Problem, **REFUSED}


def _today():
    return timezone.localdate()


@api.get(
    "/structures",
    response={200: shapes.Structures, **REFUSED},
    summary="Lister les structures",
    operation_id="structures",
)
def structures(request: HttpRequest, query: Query[shapes.StructuresQuery]) -> HttpResponse:
    """Les structures publiées, dans l’ordre de leurs identifiants."""
    return _answer(queries.structures(query.request(), on=_today()))


@api.get(
    "/structures/{str:code}",
    response={200: shapes.DetailedStructure, **ABSENT},
    summary="Détailler une structure",
    operation_id="structure",
)
def structure(request: HttpRequest, code: str) -> HttpResponse:
    """Une structure, ses services et ses doublons. `code` est son identifiant : maillage--…"""
    return _answer_or_survivor(request, code, queries.structure(code, on=_today()))


@api.get(
    "/services",
    response={200: shapes.Services, **REFUSED},
    summary="Lister les services",
    operation_id="services",
)
def services(request: HttpRequest, query: Query[shapes.ServicesQuery]) -> HttpResponse:
    """Les services publiés, dans l’ordre de leurs identifiants."""
    return _answer(queries.services(query.request(), on=_today()))


@api.get(
    "/services/{str:code}",
    response={200: shapes.DetailedService, **ABSENT},
    summary="Détailler un service",
    operation_id="service",
)
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Un service et sa structure. `code` est son identifiant : maillage--…"""
    return _answer_or_survivor(request, code, queries.service(code, on=_today()))


@api.get(
    "/search/services",
    response={200: shapes.Results, **REFUSED},
    summary="Rechercher des services autour d’une commune ou d’un point",
    operation_id="search_services",
)
def search(request: HttpRequest, query: Query[shapes.SearchQuery]) -> HttpResponse:
    """Les services les plus proches d’abord, jusqu’à 50 km, puis ceux dont la distance est inconnue.

    Avec `code_commune`, seuls les services dont la zone d’éligibilité contient cette commune sont rendus.
    """
    return _answer(
        queries.nearest_services(
            query.request(), commune=query.code_commune or "", point=query.point, on=_today()
        )
    )


@api.get(
    "/sources",
    response={200: list[shapes.Origin], 429: shapes.Problem},
    summary="Lister les sources",
    operation_id="sources",
)
def sources(request: HttpRequest) -> HttpResponse:
    """La source de ces données, et l’organisme qui les a recensées."""
    return _answer(queries.sources())


def _values(name: str) -> Callable[[HttpRequest], HttpResponse]:
    def values(request: HttpRequest) -> HttpResponse:
        return _answer(standards.data_inclusion()[name])

    return values


for _name in standards.data_inclusion():
    api.get(
        f"/doc/{_name}",
        response={200: list[shapes.Value], 429: shapes.Problem},
        summary=f"Les valeurs de la liste « {_name} »",
        operation_id=f"doc_{_name.replace('-', '_')}",
        tags=["Listes"],
    )(_values(_name))


# ----------------------------------------------------------------------------------------------------- errors


def _answer(content: Any) -> HttpResponse:
    return JsonResponse(
        content, safe=False, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )


def _answer_or_survivor(request: HttpRequest, code: str, content: Any) -> HttpResponse:
    """Answer with what was found, or where it went: a place merged into another, as long as nobody takes
    them apart.
    """
    if content is not None:
        return _answer(content)
    if survivor := queries.merged_into(code):
        return redirect(request.path.removesuffix(code) + survivor)
    raise Http404


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(
        HTTPStatus.NOT_FOUND,
        "Personne n’a cet identifiant.",
        "Il n’existe pas, ou n’est plus publié. Demandez la liste pour lire les identifiants d’aujourd’hui.",
    )


@api.exception_handler(Refused)
def _unanswerable(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.what, f"{error.why} {error.do}")


REASONS = {
    "greater_than_equal": "au moins {ge}",
    "less_than_equal": "au plus {le}",
    "int_parsing": "un nombre entier est attendu",
    "float_parsing": "un nombre est attendu, avec un point pour les décimales",
    "bool_parsing": "true ou false est attendu",
    "literal_error": "une de ces valeurs est attendue : oui, limite, non, inconnu",
    "enum": "valeur inconnue ; les valeurs sont à l’adresse /api/v1/doc/ de cette liste",
    "value_error": "{error}",
}


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = {str(fault["loc"]): _fault(fault) for fault in error.errors}
    reasons = " ; ".join(f"{fault['parametre']} : {fault['raison']}" for fault in faults.values())
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "La demande ne se comprend pas.",
        f"{reasons}. Corrigez et recommencez : /api/v1/openapi.json dit ce que chaque paramètre accepte.",
        errors=list(faults.values()),
    )


def _fault(fault: dict[str, Any]) -> dict[str, str]:
    """Return a refusal of pydantic in French: which parameter, and why."""
    where = [
        str(part)
        for part in fault["loc"]
        if part not in ("query", "path", "asked") and not isinstance(part, int)
    ]
    names = [part for part in where if part.islower() and "[" not in part]
    reason = REASONS.get(fault["type"], "valeur refusée").format(**fault.get("ctx", {}))
    return {"parametre": names[0] if names else "lat, lon", "raison": reason}


# ---------------------------------------------------------------------------------------------------- serving


def served(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve to any site, a number of times an hour, and again only what changed."""
    fresh = unless_changed(view)

    @wraps(view)
    def serve(request: HttpRequest, **path: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=HTTPStatus.NO_CONTENT)
        elif not access.may_read_data(request):
            response = _too_many()
        else:
            if request.method == "HEAD":
                request.method = "GET"  # its body is cut by the server
            response = fresh(request, **path)
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                response = _read_only(response.get("Allow", "GET, HEAD, OPTIONS"))
            if response.status_code < HTTPStatus.BAD_REQUEST:
                response.setdefault("Cache-Control", CACHE_CONTROL)
        for name, value in ANYBODY.items():
            response[name] = value
        return response

    return serve


def _too_many() -> HttpResponse:
    response = problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Trop de demandes.",
        f"Votre adresse a reçu {access.ANSWERS_AN_HOUR} réponses depuis le début de l’heure : d’autres"
        " attendent. Attendez l’heure suivante, ou demandez des pages plus longues.",
    )
    response["Retry-After"] = str(3_600 - int(timezone.now().timestamp()) % 3_600)
    return response


def _read_only(allowed: str) -> HttpResponse:
    response = problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Cette adresse ne fait que lire.",
        "L’annuaire ne peut pas être modifié par cette interface. Demandez-la par GET.",
    )
    response["Allow"] = allowed
    return response


def urls() -> tuple[list[URLPattern], str, str]:
    """Return the addresses of the interface, each served as `served` does."""
    url_patterns, app, namespace = api.urls
    for pattern in url_patterns:
        pattern.callback = served(pattern.callback)
    return url_patterns, app, namespace


def _unknown(request: HttpRequest, name: str) -> HttpResponse:
    return problem(
        HTTPStatus.NOT_FOUND,
        "Cette adresse n’existe pas.",
        f"« {name[:80]} » n’est pas une adresse de cette interface : /api/v1/openapi.json les dit toutes.",
    )


# What answers an address of the interface that does not exist, as a program reads it.
unknown = csrf_exempt(served(_unknown))
