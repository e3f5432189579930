"""A survey of structures: choosing them in the directory, following who answered; and the page of each, by
its own link.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.places.queries import places
from maillage.apps.platform.accounts.access import account_of, count, counted, holding
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions import targets as actions
from maillage.apps.surveys.models import Target
from maillage.apps.surveys.queries import sheets, targets
from maillage.apps.surveys.views import alone
from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import load

running = holding(access.RUN)
CALL_STATES = ("phoned", "declined", "waiting")


@running
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """List the structures asked, those that have not answered, and those to add, write to or phone."""
    survey = get_object_or_404(access.surveys_for(request.user), pk=pk)
    free = targets.candidates(survey)
    kinds, towns = targets.kinds(free), targets.towns(free)
    error = None
    if request.method == "POST":
        by, at = account_of(request), timezone.now()
        try:
            if "relancer" in request.POST:
                n = actions.remind(survey, by=by, at=at, signed=str(request.user))
                messages.success(
                    request, f"{n} message{'s' if n > 1 else ''} prêt{'s' if n > 1 else ''} à partir."
                )
            else:
                chosen = targets.chosen(free, request.POST.getlist("type"), request.POST.getlist("commune"))
                n = actions.choose(survey, chosen, by=by, at=at)
                messages.success(
                    request, f"{n} structure{'s' if n > 1 else ''} ajoutée{'s' if n > 1 else ''}."
                )
            return redirect("survey_targets", survey.pk)
        except Refused as refused:
            error = refused
    rows = targets.listed(survey)
    context: dict[str, Any] = {
        "survey": survey,
        "rows": [(row, targets.mail_of(row), rules.CALLS[row.state]) for row in rows],
        "counts": targets.counts(rows),
        "free": len(free),
        "kinds": kinds,
        "towns": towns,
        "error": error,
    }
    return render(request, "surveys/structures/list.html", context, status=400 if error else 200)


@running
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One structure: its link to copy, what was said by phone."""
    target = get_object_or_404(
        Target.objects.select_related("survey", "lieu", "answer"),
        pk=pk,
        survey__in=access.surveys_for(request.user),
    )
    error = None
    if request.method == "POST":
        by, at = account_of(request), timezone.now()
        try:
            if "retirer" in request.POST:
                actions.remove(target, by=by, at=at)
                messages.success(request, f"« {target.lieu.name} » n’est plus interrogée.")
            else:
                state = request.POST.get("etat", "")
                actions.note(
                    target, state if state in CALL_STATES else "", request.POST.get("note", ""), by=by, at=at
                )
                messages.success(request, "C’est noté.")
            return redirect("survey_targets", target.survey_id)
        except Refused as refused:
            error = refused
    context = {
        "target": target,
        "survey": target.survey,
        "state": rules.CALLS[target.state],
        "states": [(state, rules.CALLS[state]) for state in CALL_STATES],
        "phones": places.phones(target.lieu.sheet),
        "mail": targets.mail_of(target),
        "address": actions.address(target),
        "path": reverse("survey_target", args=[access.link_of(target)]),
        "error": error,
    }
    return render(request, "surveys/structures/one.html", context, status=400 if error else 200)


def by_token(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the door of the structure that a link was given to; a link never given opens nothing."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, token: str, *words: Any, **more: Any) -> HttpResponse:
        if counted(request, "enquetes-liens") > rules.LINKS_AN_HOUR:
            return render(request, "429.html", status=429)
        target = access.target_of(token)
        if target is None:
            count(request, "enquetes-liens")
            raise Http404
        version = target.survey.versions.first()
        known = sheets.known(load(version.definition), target.lieu.sheet) if version else {}
        door = alone.Door(target.survey, "survey_target", (token,), "link", target=target, known=known)
        response = (
            view(request, door, *words, **more)
            if alone.takes(request, door)
            else alone.over(request, target.survey)
        )
        response["Referrer-Policy"] = "same-origin"
        return response

    return answer


opening, page = by_token(alone.opening), by_token(alone.page)
review, thanks = by_token(alone.review), by_token(alone.thanks)
