"""Learning: the modules by theme, a path, a module, its steps, its sheet. The same page for everybody: a
device may keep it.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.learning import access
from maillage.apps.learning.actions import progress as actions
from maillage.apps.learning.queries import contents
from maillage.kernel.typed import whole_number
from maillage.modules.format import Module
from maillage.modules.paths import paths
from maillage.modules.translations import Translated
from maillage.reference import everyday_tools
from maillage.words import languages
from maillage.words.languages import say, to_say

LONGEST_WORDS = 60
CONTENT_IN_FRENCH = to_say("Ce module est en français : seuls les boutons et les menus sont traduits.")
REST_IN_FRENCH = to_say("Ce qui n’est pas encore traduit reste en français.")
INSTRUCTIONS_ALONE = to_say("Seules les consignes sont traduites. Le reste est en français.")
SOME_IN_FRENCH = to_say("Les modules qui ne sont pas traduits sont en français.")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The modules, by theme; those that hold the words typed, when some are."""
    search_text = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    themes = contents.themes_holding(search_text)
    n_modules = sum(len(theme.modules) for theme in themes)
    everyday = {
        words: [tool for tool in everyday_tools.tools().values() if tool.aim == id]
        for id, words in everyday_tools.aims().items()
    }
    context = {
        "themes": themes,
        "translated": [] if search_text else contents.modules_in(languages.spoken().code),
        "french_part": SOME_IN_FRENCH,
        "paths": list(paths().values()),
        "q": search_text,
        "n_modules": n_modules,
        "everyday": everyday,
        "levers": everyday_tools.levers(),
    }
    return render(request, "learning/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def path(request: HttpRequest, id: str) -> HttpResponse:
    """A path: its modules in order; chosen for whoever has a card open."""
    path = paths().get(id)
    if path is None:
        raise Http404
    if request.method == "POST":
        at = timezone.now()
        person = access.learner(request, at)
        if person is not None:
            actions.follow(person, id, at=at)
        else:  # the page that opens a card comes next, and knows no path
            messages.info(
                request,
                say(
                    "Pour suivre « {path} », ouvrez d’abord votre carte, puis choisissez-le de nouveau.",
                    path=say(path.title),
                ),
            )
        return redirect("learning_card")
    context = {
        "path": path,
        "modules": contents.titles(path.modules),
        "french_part": SOME_IN_FRENCH,
    }
    return render(request, "learning/path.html", context)


@require_safe
def module(request: HttpRequest, id: str) -> HttpResponse:
    """Introduction of a module, and the languages in which it exists."""
    module, tongue = _in_language(request, id)
    context: dict[str, Any] = {
        "module": module,
        "before": contents.titles(module.before),
        "then": contents.titles(module.then),
        "ended": "fini" in request.GET,
    }
    tongues = contents.translations_of(id)
    reader = languages.spoken()
    if tongue is None and not reader.is_french and "langue" not in request.GET:
        context["nearest"] = contents.nearest_in(module, reader.code)
    context |= {"tongue": tongue, "tongues": tongues, "french_part": _french_part(tongue)}
    return render(request, "learning/module.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """One step; a try of its exercise, for whoever has no script."""
    module, tongue = _in_language(request, id)
    step_page = contents.step_page(module, number, easier="facile" in request.GET, tongue=tongue)
    if step_page is None:
        raise Http404
    sent = request.POST
    context: dict[str, Any] = {
        "step_page": step_page,
        "module": module,
        "step": step_page.step,
        "exercise": step_page.exercise,
    }
    context |= contents.tried(step_page, dict(sent.lists()) if request.method == "POST" else None)
    context |= {"then": contents.titles(module.then), "tongue": tongue}
    context["french_part"] = _french_part(tongue)
    context["reader"] = contents.narrowest()  # told with what is done here: a sending has no cookie
    if step_page.on_paper:  # what was answered is given back: only what is wrong is to be done again
        context["chosen"] = whole_number(sent.get("choix", ""))
        context["ticked"] = {whole_number(each) for each in sent.getlist("signe")} - {None}
        if step_page.exercise.kind == "ordre":
            rows = [
                (place, words, whole_number(sent.get(f"place-{place}", "")))
                for place, words in step_page.shuffled
            ]
            context["rows"] = rows
    return render(request, "learning/step.html", context)


@require_safe
def sheet(request: HttpRequest, id: str) -> HttpResponse:
    """The sheet of a module, on paper."""
    module, tongue = _in_language(request, id)
    context = {"module": module, "tongue": tongue, "french_part": _french_part(tongue)}
    return render(request, "learning/sheet.html", context)


def _french_part(tongue: Translated | None) -> str:
    if tongue is None:
        return CONTENT_IN_FRENCH
    if tongue.is_mostly_french:
        return INSTRUCTIONS_ALONE
    return REST_IN_FRENCH if tongue.untranslated else ""


def _in_language(request: HttpRequest, id: str) -> tuple[Module, Translated | None]:
    """Return a module in the language asked for, else in the reader's, and what is known of it; in French
    when nobody translated it.
    """
    module = _module(id)
    page_language: str = vars(request)["language"].code  # of the page, as the middleware says
    tongue = contents.translated(id, request.GET.get("langue", page_language) or "")
    return (tongue.module, tongue) if tongue else (module, None)


def _module(id: str) -> Module:
    module = contents.module(id)
    if module is None:
        raise Http404
    return module
