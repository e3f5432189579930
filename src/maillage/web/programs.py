"""The interface for programs, `/api/v1/`: operations that each room declares, and refusals that all share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.web.hooks import Hook
from maillage.web.refusals import problem

API = "/api/v1/"
PROBLEM = "application/problem+json"
Json = Mapping[str, Any]
TERRITORY: Json = {
    "code": {
        "schema": {"type": "string"},
        "description": (
            "Code Insee d’une commune ou d’un département, SIREN d’une intercommunalité, R et deux chiffres"
            " pour une région, ou adresse d’un périmètre gardé, qui répond alors ce code et le type"
            " « perimetre »."
        ),
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An address that a room answers by itself, as the document of the interface describes it.

    address: after `API`, its variables in braces. parameters: of the query, as OpenAPI writes them.
    answers: the meaning of each status, errors included. content: the schema of a 200.
    """

    id: str
    address: str
    summary: str
    description: str
    path: Json
    parameters: Sequence[Json] = ()
    answers: Json
    content: Json

    def described(self) -> Json:
        """Return the operation as OpenAPI writes it."""
        refusal = {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        return {
            "get": {
                "operationId": self.id,
                "summary": self.summary,
                "description": self.description,
                "parameters": [
                    *(
                        {"in": "path", "name": name, "required": True, **described}
                        for name, described in self.path.items()
                    ),
                    *({"in": "query", "required": False, **each} for each in self.parameters),
                ],
                "responses": {
                    status: {"description": words}
                    | ({"content": {"application/json": {"schema": self.content}}} if status == "200" else {})
                    | (refusal if int(status) >= HTTPStatus.BAD_REQUEST else {})
                    for status, words in self.answers.items()
                },
            }
        }


OPERATIONS: Hook[Operation] = Hook()


def refusing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a refusal of a view as programs read it: 404 for a territory that nobody knows, else 422."""

    @wraps(view)
    def serve(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            return view(request, **path)
        except UnknownTerritory as error:
            return problem(HTTPStatus.NOT_FOUND, error.what, f"{error.why} {error.do}")
        except Refused as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.what, f"{error.why} {error.do}")

    return serve


def answer(content: Any) -> JsonResponse:
    """Answer with a content as programs read it: without a space that nothing asks for."""
    compact = {"ensure_ascii": False, "separators": (",", ":")}
    return JsonResponse(content, safe=False, json_dumps_params=compact)


def unknown_parameters(unknown: Sequence[str], known: Sequence[str]) -> HttpResponseBase:
    """Refuse parameters that an address does not have, with those that it has: ignored, they would pass for
    obeyed.
    """
    list_text = f"Ceux de cette adresse : {', '.join(known)}." if known else "Cette adresse n’en a aucun."
    return problem(
        HTTPStatus.BAD_REQUEST,
        "Un paramètre n’existe pas.",
        f"{', '.join(unknown)} : l’ignorer laisserait croire que la réponse en tient compte. {list_text}"
        " Corrigez et recommencez : /api/v1/openapi.json dit ce que chaque paramètre accepte.",
        errors=[{"parametre": name, "raison": "paramètre inconnu"} for name in unknown],
        connus=list(known),
    )
