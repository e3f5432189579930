"""The five small tasks, between the questions and the result: optional, stopped when one likes, never
punished.
"""

from collections.abc import Callable
from secrets import SystemRandom
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms import tasks as forms
from maillage.apps.referrals.autonomy.queries import tasks as queries
from maillage.reference import bilan_tasks
from maillage.reference.bilan_tasks import Task
from maillage.statistics.engine import bilan
from maillage.statistics.engine.tasks import TRIES, Measure

Answer = Callable[[HttpRequest, rules.Carried, Task], HttpResponse]


@never_cache
@require_safe
def opening(request: HttpRequest) -> HttpResponse:
    """Offer of the tasks, once the questions are answered."""
    diagnosis = carried.read(request)
    if not diagnosis.begun:
        return redirect("bilan")
    if unanswered := bilan.next_question(diagnosis.answers):
        return redirect("bilan_question", unanswered)
    helped = diagnosis.mode in (rules.TOGETHER, rules.AIDANT)
    introduction = bilan_tasks.opening()
    context = {
        "opening": introduction,
        "text": introduction.text,
        "spoken": introduction.text,
        "helped": helped,
        **_next(None),
    }
    return render(request, "autonomy/tasks/opening.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """One task: its screen, then what was measured."""
    task_row = queries.by_slug(slug)
    if task_row is None:
        raise Http404
    diagnosis = carried.read(request)
    return SCREENS[task_row.id](request, diagnosis, task_row) if diagnosis.begun else redirect("bilan")


def _reach(request: HttpRequest, diagnosis: rules.Carried, task: Task) -> HttpResponse:
    if request.method == "POST":
        form = forms.Reaching(request.POST)
        return _measured(request, diagnosis, task, form.measure() if form.is_valid() else None)
    return _show(request, "autonomy/tasks/reach.html", task, {})


def _scroll(request: HttpRequest, diagnosis: rules.Carried, task: Task) -> HttpResponse:
    if request.method == "POST":
        form = forms.Scrolling(request.POST)
        return _measured(request, diagnosis, task, form.measure() if form.is_valid() else None)
    return _show(request, "autonomy/tasks/scroll.html", task, {"hinted": "indice" in request.GET})


def _write(request: HttpRequest, diagnosis: rules.Carried, task: Task) -> HttpResponse:
    models = bilan_tasks.form(diagnosis.form).models
    if request.method == "POST":
        form = forms.Writing(request.POST, models=models)
        return _measured(request, diagnosis, task, form.measure() if form.is_valid() else None)
    return _show(request, "autonomy/tasks/write.html", task, {"models": models, "tries": TRIES})


def _sort(request: HttpRequest, diagnosis: rules.Carried, task: Task) -> HttpResponse:
    """The messages one after the other, in an order drawn for this person."""
    messages = bilan_tasks.form(diagnosis.form).messages
    order = SystemRandom().sample(sorted(messages), len(messages))
    before: list[str] = []
    missing = False
    if request.method == "POST":
        form = forms.Sorting(request.POST, messages=messages)
        if form.is_valid():
            order, before = form.cleaned_data["ordre"], form.sorted
            if len(before) == len(order):
                return _measured(request, diagnosis, task, form.measure())
        else:
            missing = True
            order, before = form.cleaned_data.get("ordre", order), form.cleaned_data.get("avant", before)
    context = {
        "message": messages[order[len(before)]],
        "number": len(before) + 1,
        "of": len(order),
        "order": ",".join(order),
        "before": ",".join(before),
        "choices": bilan_tasks.choices().values(),
        "missing": missing,
    }
    return _show(request, "autonomy/tasks/sort.html", task, context)


def _find(request: HttpRequest, diagnosis: rules.Carried, task: Task) -> HttpResponse:
    search = bilan_tasks.form(diagnosis.form).search
    opened = forms.Opened(request.POST or request.GET)
    context = {"search": search, "text": search.text, "spoken": search.spoken, **opened.read(search)}
    if request.method == "POST":
        form = forms.Finding(request.POST, search=search)
        if not form.is_valid():
            return _show(request, "autonomy/tasks/find.html", task, {**context, "missing": True})
        measure = form.measure()
        if measure.right or measure.answers >= TRIES:
            return _measured(request, diagnosis, task, measure)
        context |= {"wrong": True, "tries": measure.answers}
    return _show(request, "autonomy/tasks/find.html", task, context)


SCREENS: dict[str, Answer] = {"T1": _reach, "T2": _scroll, "T3": _write, "T4": _sort, "T5": _find}


def _next(task: Task | None) -> dict[str, str]:
    """Return where one goes after a task, with script and without."""
    return {
        name: _address(queries.following(task, scripted=scripted))
        for name, scripted in (("next", True), ("next_plain", False))
    }


def _address(task: Task | None) -> str:
    return reverse("bilan_task", args=[task.slug]) if task else reverse("bilan_result")


def _show(request: HttpRequest, template: str, task: Task, more: dict[str, Any]) -> HttpResponse:
    ids = list(bilan_tasks.tasks())
    place = ids.index(task.id) + 1
    stitches = ["" if id < place else "ici" if id == place else "apres" for id in range(1, len(ids) + 1)]
    common = {
        "text": task.text,
        "spoken": task.spoken,
        "place": place,
        "count": len(ids),
        "stitches": stitches,
    }
    return render(request, template, {"task": task, **common, **_next(task), **more})


def _measured(
    request: HttpRequest, diagnosis: rules.Carried, task: Task, measure: Measure | None
) -> HttpResponse:
    """Go on to the next task; what could not be read was not measured."""
    response = redirect(_address(queries.following(task, scripted=bool(request.POST.get("script")))))
    if measure is not None:
        carried.write(response, queries.measured(diagnosis, task.id, measure))
    return response
