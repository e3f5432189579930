"""Sheets of paper: to print, to type back in a minute each, to type twice and settle."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.surveys import access
from maillage.apps.surveys.actions import paper as actions
from maillage.apps.surveys.forms import paper as forms
from maillage.apps.surveys.models import Survey, Version
from maillage.apps.surveys.queries import paper
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, line, whole_number
from maillage.modules.translations import NAMES
from maillage.publishing.survey import paper as survey_paper
from maillage.questionnaires.answering import complete
from maillage.questionnaires.questionnaire import Questionnaire, load, words
from maillage.words.languages import FRENCH, LANGUAGES
from maillage.words.wording import spaced

running = holding(access.RUN)
LANGUAGE_NAMES = {**NAMES, FRENCH: LANGUAGES[FRENCH].name}


def _survey(request: HttpRequest, pk: int) -> Survey:
    return get_object_or_404(access.surveys_for(request.user), pk=pk)


def _version(survey: Survey, number: str) -> Version:
    """Return the version asked by its number, else the last one."""
    versions = list(survey.versions.all())
    return next((each for each in versions if str(each.number) == number), versions[0])


# --------------------------------------------------------------------------------------------------- to print


@running
@require_safe
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """Paper forms: print, type, check."""
    survey = _survey(request, pk)
    return _sheets(request, survey)


def _sheets(
    request: HttpRequest, survey: Survey, *, error: Refused | None = None, status: int = 200
) -> HttpResponse:
    form = load(_version(survey, "").definition)
    context = {
        "survey": survey,
        "progress": paper.progress(survey),
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in form.languages],
        "n": len(survey_paper.numbers(form)),
        "most": survey_paper.MOST,
        "error": error,
    }
    return render(request, "surveys/paper/sheets.html", context, status=status)


@running
@never_cache
@require_http_methods(["POST"])
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbered sheets as one PDF; their last number is noted, so that the next ones follow."""
    survey, at = _survey(request, pk), timezone.now()
    first, copies = (
        whole_number(request.POST.get("premiere", "")) or 0,
        whole_number(request.POST.get("copies", "")) or 0,
    )
    version = _version(survey, "")
    try:
        content = survey_paper.form(
            load(version.definition),
            on=timezone.localdate(at),
            version=version.number,
            title=survey.title,
            universe=survey.universe,
            back_to=line(request.POST.get("rendre", ""), 80),
            language=request.POST.get("langue", "fr")[:20],
            first=first,
            copies=copies,
        )
    except Refused as error:
        return _sheets(request, survey, error=error, status=400)
    actions.printed(survey, last=first + copies - 1, by=account_of(request), at=at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="feuilles-{survey.slug}-{first}.pdf"'
    return response


# ---------------------------------------------------------------------------------------------------- to type


@running
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typed(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet, question by question: the number of the box, Enter, the next one."""
    survey = _survey(request, pk)
    parameters = request.POST if request.method == "POST" else request.GET
    twice = parameters.get("saisie") == "seconde"
    version = _version(survey, parameters.get("version", ""))
    place = survey.places.filter(pk=whole_number(parameters.get("lieu", ""), ROWS) or 0).first()
    form = load(version.definition)
    context: dict[str, Any] = {"survey": survey, "version": version, "twice": twice, "place": place}
    if request.method != "POST":
        return _typed(request, form, context)
    read = forms.read(form, request.POST.dict())
    completed = complete(form, read.values, timezone.localdate())
    doubts = {fault.name: fault.what for fault in completed.faults if fault.name not in read.unread}
    doubts |= dict.fromkeys(
        completed.dropped, "Cette question ne devait pas être posée, d’après une autre réponse."
    )
    context |= {"read": read, "doubts": doubts, "sheet": request.POST.get("feuille", "")[:20]}
    if not read.values and not read.unread:
        context["error"] = NOTHING
    elif not read.unread and (not doubts or twice or "quand-meme" in request.POST):
        try:
            return _keep(request, survey, version, read, twice=twice, place=place)
        except Refused as error:
            context["error"] = error
    return _typed(request, form, context, status=400)


NOTHING = Refused(
    "La feuille n’a pas été enregistrée.",
    why="Aucune réponse n’est tapée.",
    do="Tapez au moins une réponse, ou écartez la feuille.",
)


def _keep(
    request: HttpRequest, survey: Survey, version: Version, read: forms.Typed, *, twice: bool, place: Any
) -> HttpResponse:
    by, at = account_of(request), timezone.now()
    if twice:
        row = actions.second(survey, version, form=read.form, values=read.values, by=by, at=at)
        comparison = (
            "les deux saisies disent la même chose"
            if row.settled_at
            else "les deux saisies diffèrent : à régler plus tard"
        )
        messages.success(request, f"Feuille n° {read.form} vérifiée : {comparison}. À la suivante.")
    else:
        actions.enter(
            survey, version, form=read.form, values=read.values, by=by, at=at, place=place and place.pk
        )
        messages.success(request, f"Feuille n° {read.form} enregistrée. À la suivante.")
    after = f"?saisie={'seconde' if twice else 'premiere'}&version={version.number}"
    return redirect(
        reverse("survey_paper_typed", args=[survey.pk]) + after + (f"&lieu={place.pk}" if place else "")
    )


def _typed(
    request: HttpRequest, form: Questionnaire, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    read, doubts = context.get("read"), context.get("doubts", {})
    rows = []
    for name, number in survey_paper.numbers(form).items():
        question = form.question(name)
        if question is not None:
            choices = [
                (k, words(choice.label))
                for k, choice in enumerate(survey_paper.printed_choices(form, question), 1)
            ]
            rows.append(
                {
                    "name": name,
                    "number": number,
                    "label": spaced(words(question.label)),
                    "kind": question.kind,
                    "choices": choices,
                    "value": read.raw.get(name, "") if read else "",
                    "unread": read.unread.get(name, "") if read else "",
                    "doubt": doubts.get(name, ""),
                }
            )
    survey = context["survey"]
    context |= {
        "rows": rows,
        "definition": context["version"].definition,
        "versions": list(survey.versions.all()),
        "places": list(survey.places.all()),
        "to_settle": paper.progress(survey).to_settle,
        "to_check": bool(doubts) and not (read and read.unread) and not context.get("error"),
    }
    return render(request, "surveys/paper/typed.html", context, status=status)


# -------------------------------------------------------------------------------------------------- to settle


@running
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """List where two typings of a sheet differ, to say which one is right with the sheet in hand."""
    survey = _survey(request, pk)
    error = None
    if request.method == "POST":
        answer = get_object_or_404(
            survey.answers, pk=whole_number(request.POST.get("feuille", ""), ROWS) or 0
        )
        choice_by_question = {
            name.removeprefix(forms.FIELD): value
            for name, value in request.POST.items()
            if name.startswith(forms.FIELD)
        }
        try:
            difference = next(
                (each for each in paper.differences(survey) if each.answer.pk == answer.pk), None
            )
            if difference is not None and any(
                choice_by_question.get(gap.name) not in ("1", "2") for gap in difference.gaps
            ):
                raise UNDECIDED
            actions.settle(
                survey,
                answer,
                [n for n, v in choice_by_question.items() if v == "2"],
                by=account_of(request),
                at=timezone.now(),
            )
            messages.success(request, f"Feuille n° {answer.form} : c’est réglé.")
            return redirect("survey_paper_gaps", survey.pk)
        except Refused as refused:
            error = refused
    context = {"survey": survey, "differences": paper.differences(survey), "error": error}
    return render(request, "surveys/paper/differences.html", context, status=400 if error else 200)


UNDECIDED = Refused(
    "Rien n’a été enregistré.",
    why="Il reste une différence sans choix.",
    do="Regardez la feuille, et dites pour chaque question quelle saisie est la bonne.",
)
