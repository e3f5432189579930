"""Free words to read again, interviews and groups, findings of actors."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.surveys import access
from maillage.apps.surveys.actions import verbatims as actions
from maillage.apps.surveys.forms.verbatims import MaterialForm, QuoteForm, ReviewForm, StatementForm
from maillage.apps.surveys.models import Answer, Survey
from maillage.apps.surveys.queries import verbatims as queries_verbatims
from maillage.apps.surveys.views.framed import framed
from maillage.kernel.typed import whole_number
from maillage.web import refusals

MOST = 10**9


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def verbatims(request: HttpRequest, pk: int) -> HttpResponse:
    """Free words, read again one by one before anybody else reads them."""
    survey = get_object_or_404(access.surveys_for(request.user), pk=pk)
    refused_form = _reviewed(request, survey) if request.method == "POST" else None
    if request.method == "POST" and refused_form is None:
        return redirect("survey_verbatims", pk)
    unread = queries_verbatims.unread(survey)
    left_out = queries_verbatims.counted(queries_verbatims.verbatims(survey, "left"))
    page = [
        (
            each,
            refused_form
            if refused_form and refused_form.prefix == f"{each.answer}-{each.question}"
            else ReviewForm(
                initial={"shown": each.text, "speaker": queries_verbatims.speaker_of(survey)},
                prefix=f"{each.answer}-{each.question}",
            ),
        )
        for each in unread[: queries_verbatims.PAGE]
    ]
    context = framed(survey, "paroles", "Paroles à relire") | {
        "left": len(unread),
        "page": page,
        "themes": queries_verbatims.themes(survey),
        "quotes": [
            (theme, queries_verbatims.counted(rows)) for theme, rows in queries_verbatims.quotes(survey)
        ],
        "n_left_out": len(left_out),
        "left_out": left_out[:50],
    }
    return render(request, "surveys/results/verbatims.html", context, status=400 if refused_form else 200)


def _reviewed(request: HttpRequest, survey: Survey) -> ReviewForm | None:
    """Record the review that a form asks for; return the form when it is refused, to show what was typed."""
    at, keep = timezone.now(), request.POST.get("geste") == "garder"
    if verbatim := whole_number(request.POST.get("parole", ""), most=MOST):
        row = get_object_or_404(queries_verbatims.verbatims(survey), pk=verbatim)
        with refusals.as_message(request):
            actions.review_again(
                row,
                by=account_of(request),
                published_text=request.POST.get("shown", row.shown)[:2000],
                theme=request.POST.get("theme", row.theme)[:60],
                keep=keep,
                at=at,
            )
            messages.success(request, "C’est noté.")
        return None
    answer = get_object_or_404(
        Answer, survey=survey, pk=whole_number(request.POST.get("reponse", ""), most=MOST) or 0
    )
    question = request.POST.get("question", "")
    form = ReviewForm(request.POST, prefix=f"{answer.pk}-{question}")
    if form.is_valid() and any(question == each.name for each in queries_verbatims.open_questions(survey)):
        with refusals.as_message(request):
            actions.review(
                by=account_of(request),
                answer=answer,
                question=question,
                published_text=form.cleaned_data["shown"],
                keep=keep,
                at=at,
                **{name: form.cleaned_data[name] for name in ("speaker", "theme", "device")},
            )
            done_words = (
                "Publiable : ces mots pourront être lus." if keep else "Écarté : ils ne seront pas publiés."
            )
            messages.success(request, done_words)
            return None
    else:
        messages.error(
            request,
            "Rien n’est enregistré. Le texte est trop long, ou la question n’est plus posée. Rechargez la"
            " page.",
        )
    return form


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def materials(request: HttpRequest, pk: int) -> HttpResponse:
    """Interviews and groups, words taken from them, and what actors find of their territory."""
    survey = get_object_or_404(access.surveys_for(request.user), pk=pk)
    rows, at, by = queries_verbatims.materials(survey), timezone.now(), account_of(request)
    gesture = request.POST.get("geste", "")
    note = MaterialForm(request.POST if gesture == "materiau" else None, prefix="m")
    words = QuoteForm(request.POST if gesture == "parole" else None, prefix="p", materials=rows)
    statement = StatementForm(
        request.POST if gesture == "constat" else None,
        prefix="c",
        materials=rows,
        initial={"said_on": timezone.localdate(at)},
    )
    done = ""
    if gesture == "retirer":
        done = _withdrawn(request, pk)
    elif note.is_bound and note.is_valid():
        with refusals.in_form(note):
            actions.note_material(survey, note.cleaned_data, by=by, at=at)
            done = "C’est noté : la page de méthode le compte."
    elif words.is_bound and words.is_valid():
        with refusals.in_form(words):
            actions.quote(**words.cleaned_data, published_text="", by=by, at=at)
            done = "Ces mots pourront être lus."
    elif statement.is_bound and statement.is_valid():
        with refusals.as_message(request):
            actions.state(survey, statement.cleaned_data, by=by, at=at)
            done = "Constat noté : il se lit dans le document et sur la grille du territoire."
    if done:
        messages.success(request, done)
        return redirect("survey_materials", pk)
    context = framed(survey, "materiaux", "Entretiens, groupes et acteurs") | {
        "rows": rows,
        "statements": queries_verbatims.statements(survey),
        "actors": queries_verbatims.actors(survey),
        "note": note,
        "words": words,
        "statement": statement,
        "asked": gesture,
    }
    return render(request, "surveys/results/materials.html", context, status=400 if gesture else 200)


def _withdrawn(request: HttpRequest, pk: int) -> str:
    survey = get_object_or_404(access.surveys_for(request.user), pk=pk)
    at = timezone.now()
    if material := whole_number(request.POST.get("materiau", ""), most=MOST):
        actions.withdraw_material(
            get_object_or_404(queries_verbatims.materials(survey), pk=material), by=account_of(request), at=at
        )
    else:
        row = get_object_or_404(
            queries_verbatims.statements(survey),
            pk=whole_number(request.POST.get("constat", ""), most=MOST) or 0,
        )
        actions.withdraw_statement(row, by=account_of(request), at=at)
    return "C’est retiré."
