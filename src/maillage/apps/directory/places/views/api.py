"""The public interface of programs, read only, shaped like data·inclusion v1: a client of theirs reads it
unchanged.
"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError
from ninja.parser import Parser

from maillage.apps.directory.places.forms import api as shapes
from maillage.apps.directory.places.queries import api as queries
from maillage.apps.directory.places.queries import incremental
from maillage.apps.directory.places.views.etags import unless_changed
from maillage.kernel.errors import Refused
from maillage.reference import standards
from maillage.web.programs import API, OPERATIONS, PROBLEM, answer
from maillage.web.refusals import problem

ABOUT = """Les lieux publiés de l’annuaire, en lecture seule, aux formes de l’API data·inclusion v1 : \
mêmes adresses, mêmes
filtres, même enveloppe, mêmes noms de champs. Un programme écrit pour data·inclusion lit celle-ci \
en changeant l’adresse.

Ce qui diffère :

- aucun jeton n’est demandé ; s’il y en a un, il n’est pas lu ;
- chaque adresse réseau a 600 réponses par heure, puis 429 et `Retry-After` ; `RateLimit` dit ce qu’il \
en reste ;
- une liste se lit aussi par `curseur`, et depuis un instant (`modifie_depuis`) ; `/suppressions` dit les \
lieux à oublier ;
- un paramètre inconnu est refusé (400), avec la liste de ceux de l’adresse ;
- aucune réponse ne pose de cookie ;
- les pages d’autres sites peuvent lire (CORS ouvert) ;
- `ETag` dit si quelque chose a changé : rendez-le dans `If-None-Match`, une réponse 304 suffit alors ;
- il n’y a qu’une source, `maillage`, et un service par lieu ;
- un filtre de liste se répète (`publics=jeunes&publics=seniors`), avec ou sans crochets (`publics[]`) ;
- `lat` et `lon` suffisent à la recherche, sans `code_commune` ;
- une erreur est un problème au sens de la RFC 9457, en français.

Le détail, et ce que data·inclusion ne peut pas dire d’un lieu, est dans les pages de méthode « api » \
et « formats ».
Chaque source a sa licence, dite à l’adresse `/donnees/`."""


class Brackets(Parser):
    """Reads `publics[]=…` as `publics=…`."""

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        plain = data.copy()
        for name in [name for name in data if name.endswith("[]")]:
            plain.setlist(name[:-2], [*plain.getlist(name[:-2]), *data.getlist(name)])
        return super().parse_querydict(plain, list_fields, request)


class Api(NinjaAPI):
    """The interface, and what other rooms answer at its addresses."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        schema["paths"] |= {f"{API}{each.address}": each.described() for each in OPERATIONS}
        for address in schema["paths"].values():
            for operation in address.values():
                for status, described in operation["responses"].items():
                    content = described.get("content", {})
                    if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in content:
                        content[PROBLEM] = content.pop("application/json")
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
STRICT = {400: shapes.Problem, 429: shapes.Problem}
REFUSED = {**STRICT, 422: shapes.Problem}
ABSENT = {404: shapes.Problem, **REFUSED}


def _today() -> date:
    return timezone.localdate()


@api.get(
    "/structures",
    response={200: shapes.Structures | shapes.StructuresRead, **REFUSED},
    summary="Lister les structures",
    operation_id="structures",
)
def structures(request: HttpRequest, query: Query[shapes.StructuresQuery]) -> HttpResponse:
    """Les structures publiées, dans l’ordre de leurs identifiants.

    Par `curseur` ou par `modifie_depuis`, la page porte `suivant` et `prochaine_fois` au lieu de son numéro.
    """
    if query.is_incremental:
        start = query.start(timezone.now())
        return answer(queries.structures_since(query.request(), start, on=_today()))
    return answer(queries.structures(query.request(), on=_today()))


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
    response={200: shapes.Services | shapes.ServicesRead, **REFUSED},
    summary="Lister les services",
    operation_id="services",
)
def services(request: HttpRequest, query: Query[shapes.ServicesQuery]) -> HttpResponse:
    """Les services publiés, dans l’ordre de leurs identifiants.

    Par `curseur` ou par `modifie_depuis`, la page porte `suivant` et `prochaine_fois` au lieu de son numéro.
    """
    if query.is_incremental:
        start = query.start(timezone.now())
        return answer(queries.services_since(query.request(), start, on=_today()))
    return answer(queries.services(query.request(), on=_today()))


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
    return answer(
        queries.nearest_services(
            query.request(), commune=query.code_commune or "", point=query.point, on=_today()
        )
    )


@api.get(
    "/suppressions",
    response={200: shapes.Removals, **REFUSED},
    summary="Lister les lieux à oublier",
    operation_id="suppressions",
)
def removals(request: HttpRequest, query: Query[shapes.RemovalsQuery]) -> HttpResponse:
    """Les lieux qui étaient publiés et ne le sont plus : leur identifiant, l’instant, ce qui est arrivé.

    Rien d’autre n’en est dit.
    """
    return answer(incremental.removals(query.start(timezone.now()), query.size))


@api.get(
    "/sources",
    response={200: list[shapes.Origin], **STRICT},
    summary="Lister les sources",
    operation_id="sources",
)
def sources(request: HttpRequest) -> HttpResponse:
    """La source de ces données, et l’organisme qui les a recensées."""
    return answer(queries.sources())


def _values(name: str) -> Callable[[HttpRequest], HttpResponse]:
    def values(request: HttpRequest) -> HttpResponse:
        return answer(standards.data_inclusion()[name])

    return values


for _name in standards.data_inclusion():
    api.get(
        f"/doc/{_name}",
        response={200: list[shapes.Value], **STRICT},
        summary=f"Les valeurs de la liste « {_name} »",
        operation_id=f"doc_{_name.replace('-', '_')}",
        tags=["Listes"],
    )(_values(_name))


# ----------------------------------------------------------------------------------------------------- errors


def _answer_or_survivor(request: HttpRequest, code: str, content: Any) -> HttpResponse:
    """Answer with what was found, or where it went: a place merged into another, as long as nobody takes
    them apart.
    """
    if content is not None:
        return answer(content)
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
    if names:
        return {"parametre": names[0], "raison": reason}
    parameters, _, reason = reason.partition(" : ")  # of several that do not go together
    return {"parametre": parameters, "raison": reason}


# -------------------------------------------------------------------------------------------------- addresses


def urls() -> tuple[list[URLResolver | URLPattern], str, str]:
    """Return the addresses of the interface, each answered again only when something changed."""
    url_patterns, app, namespace = api.urls
    for pattern in url_patterns:
        if isinstance(pattern, URLPattern) and pattern.callback is not None:
            pattern.callback = unknown if pattern.name == "api-root" else unless_changed(pattern.callback)
    return url_patterns, app, namespace


def unknown(request: HttpRequest, name: str = "") -> HttpResponse:
    """Answer an address of the interface that does not exist, as a program reads it; its root leads to its
    document.
    """
    if not name:
        return redirect(f"{api.urls_namespace}:openapi-json")
    return problem(
        HTTPStatus.NOT_FOUND,
        "Cette adresse n’existe pas.",
        f"« {name[:80]} » n’est pas une adresse de cette interface : /api/v1/openapi.json les dit toutes.",
    )
