"""The steps of every request to the interface for programs, whichever room answers it: only reading, by the
parameters of its document, counted, told again only once changed, without a cookie.
"""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from maillage.apps.directory.places import access
from maillage.apps.directory.places.views import api
from maillage.apps.platform.accounts.access import HOUR
from maillage.web.programs import API, unknown_parameters
from maillage.web.refusals import problem

READS = ("GET", "HEAD", "OPTIONS")
CACHE_CONTROL = "public, max-age=300"
ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(READS),
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, RateLimit, RateLimit-Policy, Retry-After",
    "Access-Control-Max-Age": "86400",
}
VARIABLE = re.compile(r"<[^>]*>|\{[^}]*\}")  # of an address, as Django and as OpenAPI write it


class Programs:
    """Serves the interface: to any site, a number of times an hour, and again only what changed."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API):
            return self.answer(request)
        response = self._shared(request)
        response.cookies.clear()
        for name, value in (ANYBODY | _rate(request)).items():
            response[name] = value
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """Refuse one answer too many, then a parameter that the document does not have."""
        if not request.path.startswith(API):
            return None
        n_remaining = access.answers_left(request)
        request.answers_left = n_remaining  # type: ignore[attr-defined]  # read by `_rate`
        if n_remaining is not None and n_remaining < 0:
            return _too_many()
        match = request.resolver_match
        is_known = match is not None and match.url_name not in ("api_root", "api_unknown")
        known = known_parameters(match.route) if match is not None and is_known else None
        unknown = [] if known is None else [n for n in request.GET if n.removesuffix("[]") not in known]
        return unknown_parameters(sorted(unknown), known or ()) if unknown else None

    def _shared(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what is the same for everybody, so that a shared cache may keep it, whatever cookies a
        browser sends along.
        """
        if request.method not in READS:
            return _read_only()
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        method, request.method = request.method, "GET"  # the server cuts the body of a HEAD
        response = self.answer(request)
        request.method = method
        vary = [word.strip() for word in response.get("Vary", "").split(",")]
        response.headers.pop("Vary", None)
        if remaining := ", ".join(word for word in vary if word and word.casefold() != "cookie"):
            response["Vary"] = remaining
        if response.status_code == HTTPStatus.OK:
            response["Cache-Control"] = CACHE_CONTROL
            if not response.has_header("ETag") and isinstance(response, HttpResponse):
                response["ETag"] = f'"{sha256(response.content).hexdigest()[:20]}"'
            unchanged = get_conditional_response(
                request,
                etag=response.get("ETag"),
                response=response,  # type: ignore[arg-type]  # whose headers alone are read
            )
            return unchanged or response
        if response.status_code == HTTPStatus.ACCEPTED:
            response["Cache-Control"] = "no-store"
        return response


def known_parameters(route: str) -> tuple[str, ...]:
    """Return the parameters that the document tells of an address, () for one that it does not tell."""
    return _parameters_by_address().get("/" + VARIABLE.sub("{}", route), ())


@cache
def _parameters_by_address() -> dict[str, tuple[str, ...]]:
    return {
        VARIABLE.sub("{}", address): tuple(
            each["name"] for each in operations["get"].get("parameters", ()) if each["in"] == "query"
        )
        for address, operations in api.api.get_openapi_schema()["paths"].items()
    }


def _rate(request: HttpRequest) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers: the limit of an hour, and what is left of
    it; none for whoever signed in, who is not counted.
    """
    n_remaining = getattr(request, "answers_left", None)
    if n_remaining is None:
        return {}
    return {
        "RateLimit-Policy": f'"heure";q={access.ANSWERS_AN_HOUR};w={HOUR}',
        "RateLimit": f'"heure";r={max(n_remaining, 0)};t={_seconds_left()}',
    }


def _seconds_left() -> int:
    """Return the seconds until the hour of the clock that answers are counted in ends."""
    return HOUR - int(timezone.now().timestamp()) % HOUR


def _too_many() -> HttpResponse:
    response = problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Trop de demandes.",
        f"Votre adresse a reçu {access.ANSWERS_AN_HOUR} réponses depuis le début de l’heure : d’autres"
        " attendent. Attendez l’heure suivante, ou demandez des pages plus longues.",
    )
    response["Retry-After"] = str(_seconds_left())
    return response


def _read_only() -> HttpResponse:
    response = problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Cette adresse ne fait que lire.",
        "L’annuaire ne peut pas être modifié par cette interface. Demandez-la par GET.",
    )
    response["Allow"] = ", ".join(READS)
    return response
