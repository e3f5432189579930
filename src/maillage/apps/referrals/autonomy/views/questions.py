"""Doing a diagnosis, one question per screen: the browser holds the answers, the server nothing."""

import secrets
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places.models import Structure
from maillage.apps.referrals.autonomy import access, actions, rules
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms.answers import AnswerForm, ModeForm, stamp
from maillage.apps.referrals.autonomy.queries import tasks
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.kernel.errors import Refused
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine

FEW_LEFT = 3  # questions from which the end is near


def count(request: HttpRequest, kind: str, value: str, *, structure: Structure | None = None) -> None:
    """Count something that happened, unless a connection counts too much."""
    if access.may_count(request):
        actions.count(kind, value, on=timezone.localdate(), structure=structure)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """Opening: the purpose, the limits, and who touches the screen."""
    diagnosis = carried.read(request)
    form = ModeForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        modes = [mode for id, mode in bilan.modes().items() if id != rules.PAPER]
        return render(
            request,
            "autonomy/opening.html",
            {"modes": modes, "diagnosis": diagnosis, "going_on": _next(diagnosis)},
        )
    started = begin(diagnosis, mode=form.cleaned_data["mode"])
    count(request, rules.START, started.mode)
    response = redirect("bilan_question", engine.next_question(started.answers))
    carried.write(response, started)
    return response


def begin(prepared: Carried, *, mode: str) -> Carried:
    """Return a new diagnosis, with the person and the previous one it was prepared for; any other under way
    is dropped.
    """
    token = secrets.token_hex(12)
    if prepared.begun:
        return Carried(mode=mode, token=token)
    return Carried(
        mode=mode,
        form=rules.FORM_B if prepared.again else rules.FORM_A,
        answers=dict(prepared.answers) if prepared.again else {},
        token=token,
        person=prepared.person,
        structure=prepared.structure,
        again=prepared.again,
    )


def _next(diagnosis: Carried) -> str:
    """Return the address where a diagnosis under way resumes, '' when there is none."""
    if not diagnosis.begun:
        return ""
    unanswered = engine.next_question(diagnosis.answers)
    return reverse("bilan_question", args=[unanswered]) if unanswered else reverse("bilan_result")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, id: str) -> HttpResponse:
    """One question: its images, and three ways to go on."""
    diagnosis = carried.read(request)
    path = engine.path(diagnosis.answers)
    if id not in bilan.questions():
        raise Http404
    if not diagnosis.begun:
        return redirect("bilan")
    if id not in path:
        return redirect("bilan_question", engine.next_question(diagnosis.answers) or path[-1])
    error, at = None, timezone.now()
    if request.method == "POST":
        form = AnswerForm(request.POST, bilan.questions()[id])
        try:
            after = tasks.with_tasks(diagnosis.answered(id, form.answer(), seconds=form.seconds(at)))
            return _onward(request, after, id)
        except Refused as refused:
            error = refused
    return render(
        request, "autonomy/question.html", _screen(request, diagnosis, id) | {"error": error, "vu": stamp(at)}
    )


def _order(diagnosis: Carried, id: str) -> tuple[str, ...]:
    """Return the questions that the screens follow: those asked again, when it is done again."""
    again = engine.retest_path(diagnosis.answers) if diagnosis.again else ()
    return again if id in again else engine.path(diagnosis.answers)


def _screen(request: HttpRequest, diagnosis: Carried, id: str) -> dict[str, Any]:
    order = _order(diagnosis, id)
    row, at = bilan.questions()[id], order.index(id)
    answer = request.POST.getlist("reponse") or diagnosis.answers.get(id, [])
    chosen = {answer} if isinstance(answer, str) else set(answer)
    return {
        "question": row,
        "options": [(option, option.id in chosen) for option in row.options.values()],
        "unknown": bilan.unknown(),
        "said_unknown": bilan.UNKNOWN in chosen,
        "number": at + 1,
        "nearly": len(order) - at <= FEW_LEFT and at > FEW_LEFT,
        "stitches": range(at),
        "previous": order[at - 1] if at else "",
        "correcting": request.GET.get("corriger") or request.POST.get("corriger"),
        "together": diagnosis.mode != rules.SELF,
    }


def _onward(request: HttpRequest, diagnosis: Carried, id: str) -> HttpResponse:
    """Go to the next question, to the tasks after the last; back to the result when correcting an answer."""
    unanswered = engine.next_question(diagnosis.answers)
    order = _order(diagnosis, id)
    later = order[order.index(id) + 1 :]
    if request.POST.get("corriger"):
        response = redirect("bilan_question", unanswered) if unanswered else redirect("bilan_result")
    elif later:
        response = redirect("bilan_question", later[0])
    elif unanswered:
        response = redirect("bilan_question", unanswered)
    else:
        response = redirect("bilan_result" if diagnosis.ended else _after_questions())
        if not diagnosis.ended:
            count(request, rules.END, engine.conclude(diagnosis.answers, diagnosis.outcomes).result)
        diagnosis = replace(diagnosis, ended=True)
    carried.write(response, diagnosis)
    return response


def _after_questions() -> str:
    """Return the name of the page of the small tasks, that of the result where there is none."""
    try:
        reverse("bilan_tasks")
    except NoReverseMatch:
        return "bilan_result"
    return "bilan_tasks"


@never_cache
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Answers so far: to correct them, or to take them away on paper."""
    diagnosis = carried.read(request)
    if not diagnosis.begun:
        return redirect("bilan")
    rows = [
        (bilan.questions()[id], rules.chosen_answers(diagnosis.answers, bilan.questions()[id]))
        for id in engine.path(diagnosis.answers)
        if diagnosis.answers.get(id)
    ]
    return render(
        request,
        "autonomy/answers.html",
        {"rows": rows, "diagnosis": diagnosis, "done": not engine.next_question(diagnosis.answers)},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Stop at any time: erase, take away on paper, or go on."""
    diagnosis = carried.read(request)
    if request.method != "POST":
        return render(
            request,
            "autonomy/stop.html",
            {
                "diagnosis": diagnosis,
                "going_on": _next(diagnosis),
                "has_answers": any(diagnosis.answers.values()),
            },
        )
    if diagnosis.begun and (unanswered := engine.next_question(diagnosis.answers)):
        count(request, rules.STOP, unanswered)
    response = render(request, "autonomy/stopped.html", {"stored_pk": diagnosis.stored_pk})
    carried.erase(response)
    return response
