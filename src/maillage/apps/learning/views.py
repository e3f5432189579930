"""Learning: the modules by theme, a module, its steps, its sheet. Nothing of what is done here leaves the device."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.learning import queries, rules
from maillage.reference.learning import Module


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The modules, by theme."""
    return render(request, "learning/index.html", {"themes": queries.themes()})


@require_safe
def module(request: HttpRequest, id: str) -> HttpResponse:
    """What a module is about, before it begins."""
    found = _module(id)
    context = {"module": found, "before": queries.titles(found.before), "then": queries.titles(found.then)}
    return render(request, "learning/module.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """One step; a try of an exercise made of words, for whoever has no script."""
    found = _module(id)
    shown = queries.shown(found, number, easier="facile" in request.GET)
    if shown is None:
        raise Http404
    said = None
    if request.method == "POST" and shown.on_paper:
        said = rules.judge(shown.exercise, dict(request.POST.lists()))
    context = {"shown": shown, "module": found, "step": shown.step, "exercise": shown.exercise, "said": said}
    return render(request, "learning/step.html", context | {"then": queries.titles(found.then)})


@require_safe
def sheet(request: HttpRequest, id: str) -> HttpResponse:
    """The sheet of a module, on paper."""
    return render(request, "learning/sheet.html", {"module": _module(id)})


def _module(id: str) -> Module:
    found = queries.module(id)
    if found is None:
        raise Http404
    return found
