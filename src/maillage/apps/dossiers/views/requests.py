"""From an address to its study, or to the page that explains why there is none."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    ChoiceForm,
)
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.publishing.territory import in_short
from maillage.publishing.territory.reading import Headline, Reading
from maillage.reference.definitions import DEFAULT, Definition, definition
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer
from maillage.web import refusals
from maillage.words import languages


def study_of(
    request: HttpRequest, place: str, *, is_check: bool = False
) -> tuple[Study | None, StudyRequest]:
    """Return the study of a page, queued when new; None when the visitor reached the limit."""
    study_request = ChoiceForm(request.GET).study_request(territories.canonical(place))
    return obtained(request, study_request, is_check=is_check), study_request


def obtained(
    request: HttpRequest, study_request: StudyRequest, *, remembers: bool = True, is_check: bool = False
) -> Study | None:
    """Return the study of a request, queued when new; None when the visitor reached the limit. remembers:
    whether the session of a browser keeps that it asked for it; is_check: whether it only serves to check a
    number.
    """
    study = queries.study_for(study_request)
    if study is None or queries.is_lost(study):
        if not access.may_compute(request):
            return None
        study = actions.ask(study_request, priority=access.priority(request), is_check=is_check)
        is_new = True
    elif study.status == rules.CANCELLED and not access.requested(request, study):
        # Who stops a study stops it for themself: whoever comes next waits for it as if it were new.
        is_new = access.may_compute(request)
        if is_new:
            actions.ask_again(study)
            study.refresh_from_db()
    else:
        is_new = False
    if is_new and remembers:
        access.remember(request, study)
    if not is_check:
        actions.hasten(study, access.priority(request))
    return study


def own_zones_of(place: str) -> str:
    """Return the address of the zones that a page of a territory names; itself where nobody knows it."""
    try:
        return queries.zones_place(territories.canonical(place))
    except UnknownTerritory:
        return place


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


def in_reader_language(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page whose sentences are marked, in its reader's language; its context is in French."""
    language = vars(request).get("language") or languages.spoken()
    with translation.override(language.code), languages.speaking(language.code):
        response = render(request, template, context)
    response.headers["Content-Language"] = language.code
    return response


def reader_words(request: HttpRequest, **tell: Callable[[], Any]) -> dict[str, Any]:
    """Return the words of each function in the language of a reader, nothing when it is French."""
    language = vars(request).get("language")
    if language is None or language.is_french:
        return {}
    with languages.speaking(language.code):
        return {name: words() for name, words in tell.items()}


def first_block(
    request: HttpRequest, headline: Headline | None, d: Definition, reading: Reading | None = None
) -> dict[str, Any]:
    """Return the first block of a territory in the language of a reader, nothing when it is French. reading:
    None while its study is under way.
    """
    if headline is None:
        return {}
    offer = reading.offer if reading else None
    return reader_words(
        request,
        figure=lambda: in_short.figure(headline, d),
        where=lambda: in_short.where(reading) if reading else (),
        lacking=lambda: in_short.lacking(offer) if offer else (),
    )


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


def study_or_answer(
    request: HttpRequest, place: str, *, is_check: bool = False
) -> tuple[Study | None, StudyRequest] | HttpResponse:
    """Return the study of a page, or the response to an inconsistent request."""
    try:
        return study_of(request, place, is_check=is_check)
    except UnknownTerritory as error:
        return unknown(request, place, error)
    except Refused as error:
        return refusals.page(request, error)


def awaited(study: Study, newer: Study | None) -> dict[str, Any]:
    """Return the announcements at the head of a page on a study: the newer study that is being computed, else
    the moment when it was requested again with the places of today, "" while they have not changed, and what
    did.
    """
    behind = "" if newer else actions.catch_up(study)
    return {"newer": newer, "behind": behind, "changed": queries.changed_since(study)}


def finished(
    request: HttpRequest, place: str, *, is_check: bool = False
) -> tuple[Study, StudyRequest, Study | None] | HttpResponse:
    """Return the finished study a page needs and the newer one that is not finished, or the response
    instead: how far it is, at the address that was asked, which shows once it is ready.
    """
    ready = study_or_answer(request, place, is_check=is_check)
    if isinstance(ready, HttpResponse):
        return ready
    study, study_request = ready
    if study is None:
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)
    if study.status != rules.DONE:
        before = queries.latest(study.place) if rules.is_plain(study.inputs) else None
        if before is not None and not queries.is_lost(before):
            return before, study_request, study
        headline = queries.first_headline(study) if study.status != rules.FAILED else None
        terms = definition(study_request.definition)
        context = {
            "study": study,
            "place": place,
            "query": request.GET.urlencode(),
            "mine": access.may_stop(request, study),
            "headline": headline,
            "d": terms,
        }
        return render(request, "dossiers/computing.html", context | first_block(request, headline, terms))
    return study, study_request, None
