"""From an address to its study, or to the page that explains why there is none."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    ChoiceForm,
)
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.reference.definitions import DEFAULT, definition
from maillage.studies.diagnosis.territories import KIND_LABELS, gazetteer
from maillage.web import refusals


def study_of(request: HttpRequest, place: str) -> tuple[Study | None, StudyRequest]:
    """Return the study of a page, queued when new; None when the visitor reached the limit."""
    asked = ChoiceForm(request.GET).study_request(territories.canonical(place))
    return obtained(request, asked), asked


def obtained(request: HttpRequest, asked: StudyRequest) -> Study | None:
    """Return the study of a request, queued when new; None when the visitor reached the limit."""
    found = queries.study_for(asked)
    if found is None or queries.is_lost(found):
        if not access.may_compute(request):
            return None
        found = actions.ask(asked, priority=access.priority(request))
        access.remember(request, found)
    return found


def by_key(key: str, **more: str) -> Study:
    """Return the study of a key that an address bears; it does not exist once a survey that it counts is
    withdrawn: whoever kept the address would go on reading what is published no more.
    """
    study = get_object_or_404(Study, key=key, **more)
    if queries.is_taken_back(study):
        raise Http404
    return study


def unknown(request: HttpRequest, place: str, error: UnknownTerritory) -> HttpResponse:
    near = [t for code, _ in error.nearest if (t := _territory_or_none(code))]
    return render(
        request,
        "dossiers/unknown.html",
        {
            "place": place,
            "what": error.what,
            "why": error.why,
            "do": error.do,
            "near": near,
            "kinds": KIND_LABELS,
        },
        status=404,
    )


def _territory_or_none(code: str) -> Any:
    try:
        return gazetteer().get(code)
    except UnknownTerritory:
        return None


def query_of(asked: StudyRequest) -> str:
    """Return the query string of a request, '' for the default one."""
    parts = {}
    if asked.definition != DEFAULT:
        parts["definition"] = asked.definition
    if asked.inside:
        parts["filtre"] = asked.inside
    if asked.travel:
        parts["acces"] = asked.travel
    parts |= {f"poids_{id}": f"{weight:g}" for id, weight in asked.weights.items()}
    return "&".join(f"{key}={value}" for key, value in parts.items())


def address_of(study: Study) -> str:
    """Return the address of a study: that of its territory, with its options."""
    asked = StudyRequest(
        place=study.place,
        definition=study.inputs["definition"],
        inside=study.inputs["inside"],
        weights=study.inputs["weights"],
        travel=study.inputs.get("travel", ""),
    )
    query = query_of(asked)
    return reverse("territory", args=[study.place]) + (f"?{query}" if query else "")


def zone_areas(request: HttpRequest, study: Study, query: str) -> dict[str, Any]:
    """Return what a page needs to tell its zones by the areas they hold, and to keep those asked: the links
    of the page keep them too.
    """
    areas = queries.zone_areas(study, request.GET.dict())
    narrowed = territories.areas_query(areas)
    return {
        "areas": areas,
        "areas_query": f"?{narrowed}" if narrowed else "",
        "query": "&".join(filter(None, (query, narrowed))),
    }


def study_or_answer(request: HttpRequest, place: str) -> tuple[Study | None, StudyRequest] | HttpResponse:
    """Return the study of a page, or the response to an inconsistent request."""
    try:
        return study_of(request, place)
    except UnknownTerritory as error:
        return unknown(request, place, error)
    except Refused as error:
        return refusals.page(request, error)


def finished(request: HttpRequest, place: str) -> tuple[Study, StudyRequest, Study | None] | HttpResponse:
    """Return the finished study a page needs and the newer one that is being computed, or the response
    instead: how far it is, at the address that was asked, which shows once it is ready.
    """
    found = study_or_answer(request, place)
    if isinstance(found, HttpResponse):
        return found
    study, asked = found
    if study is None:
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)
    if study.status != rules.DONE:
        before = queries.latest(study.place) if study.is_alive and rules.is_plain(study.inputs) else None
        if before is not None and not queries.is_lost(before):
            return before, asked, study
        context = {
            "study": study,
            "place": place,
            "query": request.GET.urlencode(),
            "ahead": queries.ahead(study),
            "mine": access.may_stop(request, study),
            "headline": queries.first_headline(study) if study.is_alive else None,
            "d": definition(asked.definition),
        }
        return render(request, "dossiers/computing.html", context)
    return study, asked, None
