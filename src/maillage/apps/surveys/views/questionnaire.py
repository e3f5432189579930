"""The questionnaire of a survey: read, changed by hand, carried to and from other tools; its versions, and
what each changed.
"""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.surveys import access
from maillage.apps.surveys.actions import versions
from maillage.apps.surveys.forms import editing
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import space as queries
from maillage.apps.surveys.views.space import managed_survey
from maillage.kernel import workbook
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.questionnaires import editing as forms_editing
from maillage.questionnaires.questionnaire import Questionnaire, load, tabulable
from maillage.sources.survey import xlsform
from maillage.statistics.survey import protection
from maillage.web import refusals, uploads

EXCEL = workbook.MEDIA_TYPE


def _last(row: Survey) -> Questionnaire:
    version = row.versions.first()
    if version is None:
        raise Http404
    return load(version.definition)


@holding(access.RUN)
@require_safe
def questionnaire(request: HttpRequest, pk: int) -> HttpResponse:
    """The questionnaire, as it is read; each question leads to its own page."""
    row = managed_survey(request, pk)
    form = _last(row)
    context = {
        "survey": row,
        "form": form,
        "parts": queries.parts(form),
        "version": row.versions.first(),
        "frozen": _is_frozen(row),
        "may_be_lighter": row.kind not in protection.ALWAYS_STRICT,
        "languages": [editing.language_name(code) for code in form.languages],
    }
    return render(request, "surveys/space/questionnaire.html", context)


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def sensitive(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions whose answers could harm: those guessed are ticked, and the author decides once."""
    row = managed_survey(request, pk)
    form = _last(row)
    questions = tabulable(form)
    if request.method == "POST":
        names = request.POST.getlist("sensible")
        with refusals.as_message(request):
            _write(
                request,
                row,
                forms_editing.marked_sensitive(form, names, [question.name for question in questions]),
            )
        return redirect("survey", row.pk)
    guessed = protection.sensitive_questions(form)
    context = {
        "survey": row,
        "questions": [(question, question.name in guessed) for question in questions],
        "checked": all(question.sensitive is not None for question in questions),
        "strict": protection.PERSONS.least,
        "light": protection.SAMPLED.least,
        "frozen": _is_frozen(row),
    }
    return render(request, "surveys/space/sensitive.html", context)


def _is_frozen(row: Survey) -> bool:
    """Return True if a change makes a new version: somebody may have answered the last one."""
    last = row.versions.first()
    return row.state != "draft" or (last is not None and last.answers.exists())


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One question: its words, its answers, when it is asked; beside it, as it will be asked."""
    row = managed_survey(request, pk)
    questionnaire = _last(row)
    current_question = questionnaire.question(name)
    if current_question is None:
        raise Http404
    form = editing.QuestionForm(request.POST or None, form=questionnaire, question=current_question)
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            values = form.typed_values(request.POST)
            _write(request, row, forms_editing.reworded(questionnaire, name, **values))
            return redirect("survey_questionnaire", row.pk)
    choices = [
        (choice.name, choice.label.get("fr", ""), n, queries.origin(choice))
        for n, choice in enumerate(questionnaire.choices(current_question))
    ]
    blanks = [("", "", len(choices) + n, "") for n in range(editing.BLANKS)]
    context: dict[str, Any] = {
        "survey": row,
        "form": form,
        "question": current_question,
        "line": next(line for line in queries.lines(questionnaire) if line.item is current_question),
        "choices": [*choices, *blanks] if current_question.kind in forms_editing.WITH_CHOICES else [],
        "frozen": _is_frozen(row),
    }
    return render(request, "surveys/space/question.html", context, status=400 if form.errors else 200)


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more question."""
    row = managed_survey(request, pk)
    questionnaire = _last(row)
    form = editing.AddForm(
        request.POST or None, form=questionnaire, initial={"apres": request.GET.get("apres", "")}
    )
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            extended, name = forms_editing.added(questionnaire, **form.values())
            _write(request, row, extended)
            return redirect("survey_question", row.pk, name)
    context = {"survey": row, "form": form, "frozen": _is_frozen(row)}
    return render(request, "surveys/space/add.html", context, status=400 if form.errors else 200)


@holding(access.RUN)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """A question moved one place, or taken away."""
    row = managed_survey(request, pk)
    verb, name = request.POST.get("geste", ""), request.POST.get("question", "")
    changes = {
        "monter": lambda form: forms_editing.moved(form, name, -1),
        "descendre": lambda form: forms_editing.moved(form, name, 1),
        "retirer": lambda form: forms_editing.removed(form, name),
    }
    if verb not in changes:
        raise Http404
    with refusals.as_message(request):
        _write(request, row, changes[verb](_last(row)))
    address = reverse("survey_questionnaire", args=[row.pk])
    return redirect(address if verb == "retirer" else f"{address}#q-{quote(name)}")


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def import_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Another version of the questionnaire, from an XLSForm."""
    row = managed_survey(request, pk)
    form = uploads.FileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        uploaded = form.cleaned_data["fichier"]
        try:
            read = xlsform.read(uploaded.read(), uploaded.name)
            _write(request, row, read.questionnaire)
        except Refused as error:
            form.add_error("fichier", " ".join(error.sentences))
        else:
            for line in [*read.warnings][:20]:
                messages.info(request, line)
            return redirect("survey_questionnaire", row.pk)
    return render(
        request,
        "surveys/space/import_form.html",
        {"survey": row, "form": form},
        status=400 if form.errors else 200,
    )


def _write(request: HttpRequest, row: Survey, form: Questionnaire) -> None:
    before = row.versions.first()
    version = versions.write(row, form, by=account_of(request), at=timezone.now())
    if before is None or version.number != before.number:
        messages.success(
            request, f"C’est la version {version.number}. Les réponses déjà données restent liées à la leur."
        )
    else:
        messages.success(request, "Le questionnaire est enregistré.")


@holding(access.RUN)
@require_safe
def version_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions, and what each changed."""
    row = managed_survey(request, pk)
    return render(request, "surveys/space/versions.html", {"survey": row, "versions": queries.changes(row)})


@holding(access.RUN)
@require_safe
def as_xlsform(request: HttpRequest, pk: int) -> HttpResponse:
    """The questionnaire as an XLSForm, for Kobo, ODK or a spreadsheet."""
    row, form = _requested_version(request, pk)
    return _file(xlsform.write(form), EXCEL, f"{row.slug}.xlsx")


@holding(access.RUN)
@require_safe
def as_xform(request: HttpRequest, pk: int) -> HttpResponse:
    """The questionnaire as ODK Collect reads it."""
    row, form = _requested_version(request, pk)
    try:
        xml = xlsform.xform(form)
    except Refused as error:
        return refusals.page(request, error)
    return _file(xml.encode(), "application/xml; charset=utf-8", f"{row.slug}.xml")


def _requested_version(request: HttpRequest, pk: int) -> tuple[Survey, Questionnaire]:
    """Return a survey and the version that is asked for, its last one otherwise."""
    row = managed_survey(request, pk)
    number = whole_number(request.GET.get("version", ""), 1_000_000)
    version = row.versions.filter(number=number).first() if number else row.versions.first()
    if version is None:
        raise Http404
    return row, load(version.definition)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
