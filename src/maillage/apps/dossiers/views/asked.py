"""What an address asks for: the study it shows, or the page that says why there is none."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from maillage.apps.directory.views import refused
from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    ChoiceForm,
)
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import Asked
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.reference.definitions import DEFAULT
from maillage.studies.territories import KIND_LABELS, gazetteer


def study_of(request: HttpRequest, place: str) -> tuple[Study | None, Asked]:
    """Return the study a page shows, asked for when it is new; None when too many were asked from one address."""
    asked = ChoiceForm(request.GET).asked(territories.canonical(place))
    return obtained(request, asked), asked


def obtained(request: HttpRequest, asked: Asked) -> Study | None:
    """Return the study of a request, asked for when it is new; None when too many were asked from one address."""
    found = queries.study_for(asked)
    if found is None or queries.is_lost(found):
        if not access.may_compute(request):
            return None
        found = actions.ask(asked)
        access.remember(request, found)
    return found


def unknown(request: HttpRequest, place: str, error: UnknownTerritory) -> HttpResponse:
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


def query_of(asked: Asked) -> str:
    """Return the part of an address that repeats what was asked, '' for the usual question."""
    parts = {}
    if asked.definition != DEFAULT:
        parts["definition"] = asked.definition
    if asked.inside:
        parts["filtre"] = asked.inside
    parts |= {f"poids_{id}": f"{weight:g}" for id, weight in asked.weights.items()}
    return "&".join(f"{key}={value}" for key, value in parts.items())


def asked_for(request: HttpRequest, place: str) -> tuple[Study | None, Asked] | HttpResponse:
    """Return the study a page shows, or the answer to give where the request makes no sense."""
    try:
        return study_of(request, place)
    except UnknownTerritory as error:
        return unknown(request, place, error)
    except Refused as error:
        return refused.page(request, error)


def finished(request: HttpRequest, place: str) -> tuple[Study, Asked] | HttpResponse:
    """Return the finished study a page needs, or the answer to give instead."""
    found = asked_for(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    if study is None or study.status != rules.DONE:
        query = request.GET.urlencode()
        return redirect(f"{reverse('territory', args=[place])}{'?' + query if query else ''}")
    return study, asked
