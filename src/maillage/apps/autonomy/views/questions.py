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

from maillage.apps.autonomy import access, actions, rules
from maillage.apps.autonomy.forms import carried
from maillage.apps.autonomy.forms.answers import AnswerForm, ModeForm, stamp
from maillage.apps.autonomy.queries import tasks
from maillage.apps.autonomy.rules import Carried
from maillage.apps.directory.models import Structure
from maillage.engine import bilan as engine
from maillage.kernel.errors import Refused
from maillage.reference import bilan

FEW_LEFT = 3  # questions from which the end is near


def count(request: HttpRequest, kind: str, value: str, *, structure: Structure | None = None) -> None:
    """Count something that happened, unless a connection counts too much."""
    if access.may_count(request):
        actions.count(kind, value, on=timezone.localdate(), structure=structure)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """What it is, what it is not, and who touches the screen."""
    held = carried.read(request)
    form = ModeForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        modes = [mode for id, mode in bilan.modes().items() if id != rules.PAPER]
        return render(
            request, "autonomy/opening.html", {"modes": modes, "held": held, "going_on": _next(held)}
        )
    started = begin(held, mode=form.cleaned_data["mode"])
    count(request, rules.START, started.mode)
    response = redirect("bilan_question", engine.next_question(started.answers))
    carried.write(response, started)
    return response


def begin(held: Carried, *, mode: str) -> Carried:
    """Return a new diagnosis, with the person and the previous one it was prepared for; any other under way
    is dropped.
    """
    kept = {"person": held.person, "structure": held.structure, "again": held.again} if not held.begun else {}
    answers = dict(held.answers) if held.again and not held.begun else {}
    form = rules.FORM_B if kept.get("again") else rules.FORM_A
    return Carried(mode=mode, form=form, answers=answers, token=secrets.token_hex(12), **kept)


def _next(held: Carried) -> str:
    """Return the address where a diagnosis under way resumes, '' when there is none."""
    if not held.begun:
        return ""
    waiting = engine.next_question(held.answers)
    return reverse("bilan_question", args=[waiting]) if waiting else reverse("bilan_result")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, id: str) -> HttpResponse:
    """One question: its images, and three ways to go on."""
    held = carried.read(request)
    asked = engine.path(held.answers)
    if id not in bilan.questions():
        raise Http404
    if not held.begun:
        return redirect("bilan")
    if id not in asked:
        return redirect("bilan_question", engine.next_question(held.answers) or asked[-1])
    error, at = None, timezone.now()
    if request.method == "POST":
        form = AnswerForm(request.POST, bilan.questions()[id])
        try:
            after = tasks.with_tasks(held.answered(id, form.answer(), seconds=form.seconds(at)))
            return _onward(request, after, id)
        except Refused as refused:
            error = refused
    return render(
        request, "autonomy/question.html", _screen(request, held, id) | {"error": error, "vu": stamp(at)}
    )


def _order(held: Carried, id: str) -> tuple[str, ...]:
    """Return the questions that the screens follow: those asked again, when it is done again."""
    again = engine.retest_path(held.answers) if held.again else ()
    return again if id in again else engine.path(held.answers)


def _screen(request: HttpRequest, held: Carried, id: str) -> dict[str, Any]:
    asked = _order(held, id)
    row, at = bilan.questions()[id], asked.index(id)
    given = request.POST.getlist("reponse") or held.answers.get(id, [])
    chosen = {given} if isinstance(given, str) else set(given)
    return {
        "question": row,
        "options": [(option, option.id in chosen) for option in row.options.values()],
        "unknown": bilan.unknown(),
        "said_unknown": bilan.UNKNOWN in chosen,
        "number": at + 1,
        "nearly": len(asked) - at <= FEW_LEFT and at > FEW_LEFT,
        "stitches": range(at),
        "previous": asked[at - 1] if at else "",
        "correcting": request.GET.get("corriger") or request.POST.get("corriger"),
        "together": held.mode != rules.SELF,
    }


def _onward(request: HttpRequest, held: Carried, id: str) -> HttpResponse:
    """Go to the next question, to the tasks after the last; back to the result when correcting an answer."""
    waiting = engine.next_question(held.answers)
    asked = _order(held, id)
    later = asked[asked.index(id) + 1 :]
    if request.POST.get("corriger"):
        response = redirect("bilan_question", waiting) if waiting else redirect("bilan_result")
    elif later:
        response = redirect("bilan_question", later[0])
    elif waiting:
        response = redirect("bilan_question", waiting)
    else:
        response = redirect("bilan_result" if held.ended else _after_questions())
        if not held.ended:
            count(request, rules.END, engine.conclude(held.answers, held.outcomes).result)
        held = replace(held, ended=True)
    carried.write(response, held)
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
    """What was said so far: to correct it, or to take it away on paper."""
    held = carried.read(request)
    if not held.begun:
        return redirect("bilan")
    rows = [
        (bilan.questions()[id], rules.chosen_answers(held.answers, bilan.questions()[id]))
        for id in engine.path(held.answers)
        if held.answers.get(id)
    ]
    return render(
        request,
        "autonomy/answers.html",
        {"rows": rows, "held": held, "done": not engine.next_question(held.answers)},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Stop at any time: erase, take away on paper, or go on."""
    held = carried.read(request)
    if request.method != "POST":
        return render(
            request,
            "autonomy/stop.html",
            {"held": held, "going_on": _next(held), "said": any(held.answers.values())},
        )
    if held.begun and (waiting := engine.next_question(held.answers)):
        count(request, rules.STOP, waiting)
    response = render(request, "autonomy/stopped.html", {"kept": held.kept})
    carried.erase(response)
    return response
