"""The loop of a territory, read by everybody; the territories of who steers."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import holding, rights_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.pilotage import access, rules
from maillage.apps.pilotage.queries import document
from maillage.apps.pilotage.queries import loop as queries
from maillage.apps.plans.queries.overview import reading_of
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.reports.survey.document import as_csv

LEADS = "members.manage"  # who may remind the places that let people wait


def _read(request: HttpRequest, place: str) -> tuple[Study, queries.Loop] | None:
    """Return the study of a territory and its loop, None when nothing was computed; Http404 for a territory
    that nobody knows.
    """
    try:
        known = territories.canonical(place)
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    study, reading = dossiers.latest(known), reading_of(known)
    if study is None or reading is None:
        return None
    chosen = request.GET.get("tri", "")
    sort = chosen if chosen in rules.SORTS else "manque"
    return study, queries.loop(request.user, study, reading, on=timezone.localdate(), sort=sort)


@require_safe
def loop(request: HttpRequest, place: str) -> HttpResponse:
    """The loop of a territory: a line a zone, from what people need to what the plan answers."""
    read = _read(request, place)
    if read is None:
        return redirect("territory", place)
    study, found = read
    leads = rights_of(request.user).any(LEADS)
    context = {
        "place": study.place,
        "study": study,
        "loop_": found,
        "reading": found.reading,
        "tab": "boucle",
        "query": "",
        "sorts": rules.SORTS,
        "on": timezone.localdate(),
        "sentences": [(each, _address(each, study.place, leads=leads)) for each in found.sentences],
        "line": queries.LINE,
    }
    return render(request, "pilotage/loop.html", context)


def _address(sentence: rules.Sentence, place: str, *, leads: bool) -> str:
    """Return where the button of a sentence leads: to do it, for who may; else to what it is about."""
    sites = {"offre": queries.LINE, "geste": "meilleurs", "combien": "1"}
    return {
        "attente": reverse("space") if leads else f"{reverse('seen', args=[place])}#t-orientations",
        "offre": f"{reverse('what_if', args=[place])}?{urlencode(sites)}",
        "effet": reverse("orientations_measures")
        if leads
        else f"{reverse('seen', args=[place])}#t-orientations",
        "silence": reverse("join"),
        "plan": reverse("plan", args=[place]),
        "fiches": reverse("places", args=[place]),
    }[sentence.id]


@require_safe
def table(request: HttpRequest, place: str) -> HttpResponse:
    """The loop as a file: a row a zone, an empty cell with its reason where a link is missing."""
    read = _read(request, place)
    if read is None:
        return redirect("territory", place)
    study, found = read
    content = as_csv(document.COLUMNS, document.rows(document.loop_json(study, found)))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="boucle-{study.place}.csv"'
    return response


@holding(access.LEADS)
@require_safe
def steering(request: HttpRequest) -> HttpResponse:
    """The territories of who steers, each with its loop, its plan, its reports."""
    return render(request, "pilotage/steering.html", {"studies": access.studies_of(request.user)})
