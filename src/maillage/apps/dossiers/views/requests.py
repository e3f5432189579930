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
    study_request = ChoiceForm(request.GET).study_request(territories.canonical(place))
    return obtained(request, study_request), study_request


def obtained(request: HttpRequest, study_request: StudyRequest) -> Study | None:
    """Return the study of a request, queued when new; None when the visitor reached the limit."""
    study = queries.study_for(study_request)
    if study is None or queries.is_lost(study):
        if not access.may_compute(request):
            return None
        study = actions.ask(study_request, priority=access.priority(request))
        access.remember(request, study)
    return study


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


def query_of(study_request: StudyRequest) -> str:
    """Return the query string of a request, '' for the default one."""
    parts = {}
    if study_request.definition != DEFAULT:
        parts["definition"] = study_request.definition
    if study_request.inside:
        parts["filtre"] = study_request.inside
    if study_request.travel:
        parts["acces"] = study_request.travel
    parts |= {f"poids_{id}": f"{weight:g}" for id, weight in study_request.weights.items()}
    return "&".join(f"{key}={value}" for key, value in parts.items())


def address_of(study: Study) -> str:
    """Return the address of a study: that of its territory, with its options."""
    study_request = StudyRequest(
        place=study.place,
        definition=study.inputs["definition"],
        inside=study.inputs["inside"],
        weights=study.inputs["weights"],
        travel=study.inputs.get("travel", ""),
    )
    query = query_of(study_request)
    return reverse("territory", args=[study.place]) + (f"?{query}" if query else "")


def zone_areas(request: HttpRequest, study: Study, query: str) -> dict[str, Any]:
    """Return the context to mark zones by the areas they hold, and to filter them by area: the links
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


def awaited(study: Study, newer: Study | None) -> dict[str, Any]:
    """Return the announcements at the head of a page on a study: the newer study that is being computed, else
    the moment when it was requested again with the places of today, "" while they have not changed.
    """
    return {"newer": newer, "behind": "" if newer else actions.catch_up(study)}


def finished(request: HttpRequest, place: str) -> tuple[Study, StudyRequest, Study | None] | HttpResponse:
    """Return the finished study a page needs and the newer one that is being computed, or the response
    instead: how far it is, at the address that was asked, which shows once it is ready.
    """
    ready = study_or_answer(request, place)
    if isinstance(ready, HttpResponse):
        return ready
    study, study_request = ready
    if study is None:
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)
    if study.status != rules.DONE:
        before = queries.latest(study.place) if study.is_alive and rules.is_plain(study.inputs) else None
        if before is not None and not queries.is_lost(before):
            return before, study_request, study
        context = {
            "study": study,
            "place": place,
            "query": request.GET.urlencode(),
            "ahead": queries.ahead(study),
            "mine": access.may_stop(request, study),
            "headline": queries.first_headline(study) if study.is_alive else None,
            "d": definition(study_request.definition),
        }
        return render(request, "dossiers/computing.html", context)
    return study, study_request, None
