"""Results of a survey: tables, weights, sentences, comparisons, method, publication; and what everybody
may read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions import calculations
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.forms.results import MarginsForm, TableForm, WeighForm
from maillage.apps.surveys.models import Finding, Publication, Survey, Weighting
from maillage.apps.surveys.queries import (
    answers,
    compared,
    frames,
    places,
    publications,
    sentences,
    verbatims,
    weights,
)
from maillage.apps.surveys.queries import calculations as calculation_queries
from maillage.apps.surveys.queries import margins as survey_margins
from maillage.apps.surveys.queries.sentences import EditedSentence
from maillage.apps.surveys.views.framed import framed
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.publishing.page import blocks, html, office_forms, pdf
from maillage.publishing.survey import charts as survey_charts
from maillage.publishing.survey import document, two_sides
from maillage.publishing.survey import practices as survey_practices
from maillage.publishing.survey import published_figure as survey_published_figure
from maillage.sources.survey.margins import Margin
from maillage.statistics.survey.weight_bounds import BoundsRefused
from maillage.web import refusals
from maillage.web.overwrites import WrittenMeanwhile

MOST = 10**9
HTML, PDF, CSV = "text/html; charset=utf-8", "application/pdf", "text/csv; charset=utf-8"
DOCX = office_forms.DOCX_TYPE


def _survey(request: HttpRequest, pk: int) -> Survey:
    return get_object_or_404(access.surveys_for(request.user), pk=pk)


# ----------------------------------------------------------------------------------------------------- tables


@holding(access.RUN)
@require_safe
def tables(request: HttpRequest, pk: int) -> HttpResponse:
    """One question, crossed or not, for everybody or some; or every question, one after the other."""
    survey = _survey(request, pk)
    context = framed(survey, "tableaux", "Résultats")
    if not answers.counted(survey).exists():
        return render(request, "surveys/results/tables.html", context)
    form = TableForm(request.GET or None, questionnaire=frames.collection_form(survey))
    part = _part(form)
    part_content = calculations.ask(survey, part, at=timezone.now())
    if part_content is None:
        return _computing(request, survey, "tableaux")
    context |= {
        "sample": part_content["head"],
        "n": part_content["head"]["n"],
        "computed": part_content["computed"],
        "form": form,
    }
    if "refused" in part_content:
        context["refused"] = dict(zip(("what", "why", "do"), part_content["refused"], strict=True))
    elif "one" in part_content:
        context |= {"one": mark_safe(part_content["one"]), "query": request.GET.urlencode()}
    else:
        context["chapters"] = _safe(part_content["chapters"])
    return render(request, "surveys/results/tables.html", context)


def _part(form: TableForm) -> str:
    """Return the part of the results that is asked for: one table, or all of them."""
    if not (form.is_bound and form.is_valid()):
        return calculation_queries.TABLES
    values = form.cleaned_data
    return calculation_queries.one(values["question"], values["par"], values["filtre"] or {})


def _computing(
    request: HttpRequest, survey: Survey, tab: str, public: Publication | None = None
) -> HttpResponse:
    """Return the page shown while results are computed, that loads itself again, without script. public: what
    everybody reads meanwhile.
    """
    context = framed(survey, tab, "Calcul en cours") | {"public": public}
    return render(request, "surveys/results/computing.html", context)


def _safe(chapters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "body": mark_safe(each["body"])} for each in chapters]


def _drawn(drawn_blocks: list[blocks.Block]) -> str:
    return mark_safe(html.fragment(drawn_blocks))


@holding(access.RUN)
@require_safe
def table_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The table that is on screen, or all of them, as CSV."""
    survey = _survey(request, pk)
    form = TableForm(request.GET or None, questionnaire=frames.collection_form(survey))
    if form.is_bound and not form.is_valid():
        raise Http404
    if not answers.counted(survey).exists():
        return _file(document.as_csv(document.COLUMNS, []), f"{survey.slug}-tableaux.csv", CSV)
    part_content = calculations.ask(survey, _part(form), at=timezone.now())
    if part_content is None:
        return _computing(request, survey, "tableaux")
    if "refused" in part_content:
        what, why, do = part_content["refused"]
        return refusals.page(request, Refused(what, why=why, do=do))
    name = form.cleaned_data["question"] if form.is_bound else "tableaux"
    content = document.as_csv((*document.COLUMNS, document.PUBLICATION), part_content["rows"])
    return _file(content, f"{survey.slug}-{name}.csv", CSV)


def _file(content: bytes, name: str, kind: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


@holding(access.RUN)
@require_safe
def published_figure(request: HttpRequest) -> HttpResponse:
    """A percentage somebody published: may it come from so many answers? And two ways to one share: may
    both be true?
    """
    typed, other, n = (request.GET.get(name, "")[:40] for name in ("part", "autre", "n"))
    context: dict[str, Any] = {"typed": typed, "other": other, "n": n}
    if typed or n:
        answers = whole_number(n, most=survey_published_figure.MOST)
        try:
            if other.strip():
                context["compared"] = survey_published_figure.compared(typed, other, answers)
            else:
                context["found"] = survey_published_figure.origin_of(typed, answers)
        except Refused as error:
            context["refused"] = error
    return render(
        request, "surveys/results/figure.html", context, status=400 if "refused" in context else 200
    )


# ---------------------------------------------------------------------------------------------------- weights


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def weighting(request: HttpRequest, pk: int) -> HttpResponse:
    """The weights: what the population looks like, class by class; thin classes merged in one click; the
    method; what came of it.
    """
    survey = _survey(request, pk)
    gesture = request.POST.get("geste", "")
    context = framed(survey, "redressement", "Redresser les réponses")
    if gesture == "choisir":
        with refusals.as_message(request):
            _choose(request, survey)
        return redirect("survey_weighting", pk)
    offered = places.offered_variables(survey)
    start = MarginsForm(
        request.POST if gesture == "preparer" else None,
        request.FILES if gesture == "preparer" else None,
        offered=offered,
        zones=places.offered_zones(survey),
    )
    margins: Sequence[Margin] = ()
    error = None
    try:
        margins = _margins(request, survey, start)
        if gesture == "reunir":
            margins = survey_margins.merged_page(survey, margins, request.POST.get("classes", ""))
    except Refused as problem:
        error = problem
    how = WeighForm(request.POST if gesture == "calculer" else None)
    if gesture == "calculer" and margins and how.is_valid():
        error = _weigh(request, survey, margins, how.cleaned_data)
        if error is None:
            messages.success(request, "Les poids sont calculés. Les résultats se lisent avec eux.")
            return redirect("survey_weighting", pk)
    chosen = frames.chosen(survey)
    usual = list(offered)[:2] if survey.kind in rules.OF_RESIDENTS else []
    in_use = margins or [survey_margins.margin_of(each) for each in (chosen.variables if chosen else ())]
    start.initial["variables"] = places.offered_names(survey, in_use) or usual
    context |= {
        "start": start,
        "how": how,
        "error": error,
        "n": answers.counted(survey).count(),
        "offered": offered,
        "residents": survey.kind in rules.OF_RESIDENTS,
        "rows": Weighting.objects.filter(survey=survey).defer("weights")[:12],
    }
    if margins:
        try:
            context |= {
                "strata": survey_margins.strata(survey, margins),
                "marges": json.dumps(
                    [survey_margins.margin_record(margin) for margin in margins], ensure_ascii=False
                ),
            }
        except Refused as problem:
            context["error"] = error or problem
    if chosen is not None:
        context |= _chosen(survey, chosen)
    return render(
        request, "surveys/results/weighting.html", context, status=400 if error or start.errors else 200
    )


def _margins(request: HttpRequest, survey: Survey, start: MarginsForm) -> Sequence[Margin]:
    """Return the margins of a file, else of the census; those that the page carries once they are shown."""
    if start.is_bound:
        if not start.is_valid():
            return ()
        values = start.cleaned_data
        return places.named(survey, values["fichier"] or ()) or places.census_margins(
            survey, values["variables"]
        )
    if request.POST.get("geste") in ("reunir", "calculer"):
        return survey_margins.margins_of_page(request.POST.get("marges", ""))
    return ()


def _weigh(
    request: HttpRequest, survey: Survey, margins: Sequence[Margin], values: Mapping[str, Any]
) -> Refused | None:
    """Compute the weights, and return why they are refused, None when they are not."""
    try:
        actions.weigh(
            survey,
            margins,
            by=account_of(request),
            at=timezone.now(),
            method=values["methode"],
            bounds=values["bornes"],
            trim=values["plafond"],
        )
    except BoundsRefused as problem:
        return problem.on_page()
    except Refused as problem:
        return problem
    return None


def _choose(request: HttpRequest, survey: Survey) -> None:
    typed = whole_number(request.POST.get("redressement", ""), most=MOST) or 0
    row = Weighting.objects.filter(survey=survey, pk=typed).first()
    actions.choose(survey, row, by=account_of(request), at=timezone.now())
    messages.success(
        request, "Les résultats se lisent avec ces poids." if row else "Les résultats se lisent bruts."
    )


def _chosen(survey: Survey, row: Weighting) -> dict[str, Any]:
    """Return the context of the weights in use: their effect, their spread, the sample beside the
    population.
    """
    spread = survey_charts.histogram(
        list(row.weights.values()),
        label="Répartition des poids, en poids moyens : 1 est une réponse qui compte pour une.",
    )
    drawn: list[blocks.Block] = []
    for k, sample in enumerate(weights.samples(row)):
        drawn += document.sample_blocks(sample, id=f"s{k}")
    known = answers.counted(survey).values_list("uid", flat=True)
    labels = {each["question"]: each["label"] for each in row.variables}
    return {
        "chosen": row,
        "behind": sum(str(uid) not in row.weights for uid in known),
        "spread": mark_safe(spread),
        "sample": _drawn(drawn),
        "coefficients": [
            (
                labels.get(each["variable"], each["variable"]),
                each | {"weighted": each["n"] * each["coefficient"]},
            )
            for each in row.told["strata"]
        ],
    }


# -------------------------------------------------------------------------------------------------- sentences


@holding(access.RUN)
@require_safe
def practices(request: HttpRequest, pk: int) -> HttpResponse:
    """Practices of professionals: in the place of people, detecting, orienting; training. Of their
    survey alone.
    """
    survey = _survey(request, pk)
    if survey.kind != survey_practices.KIND:
        return redirect("survey_tables", pk)
    context = framed(survey, "pratiques", survey_practices.TITLE)
    if answers.counted(survey).exists():
        part_content = calculations.ask(survey, calculation_queries.TABLES, at=timezone.now())
        if part_content is None:
            return _computing(request, survey, "pratiques")
        context |= {"drawn": mark_safe(part_content["practices"]), "n": part_content["head"]["n"]}
    return render(request, "surveys/results/practices.html", context)


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def findings(request: HttpRequest, pk: int) -> HttpResponse:
    """Findings of the survey, written by rules from figures; edited, hidden; flagged when the figure
    behind has changed.
    """
    survey, head, edited_sentences = _survey(request, pk), None, []
    if answers.counted(survey).exists():
        part_content = calculations.ask(survey, calculation_queries.TABLES, at=timezone.now())
        if part_content is None:
            return _computing(request, survey, "constats")
        head, edited_sentences = (
            part_content["head"],
            sentences.edited_sentences(survey, calculation_queries.sentences(part_content)),
        )
    if request.method == "POST":
        sentence = sentences.sentence_of(edited_sentences, request.POST.get("cle", ""))
        if sentence is None:
            messages.error(request, "Rien n’a changé : cette phrase n’est plus écrite. Rechargez la page.")
            return redirect("survey_findings", pk)
        by, at, gesture = account_of(request), timezone.now(), request.POST.get("geste", "")
        if gesture in ("retirer", "remettre"):
            actions.show(survey, sentence, is_published=gesture == "remettre", by=by, at=at)
            messages.success(
                request, "Phrase retirée de ce qui sera publié." if gesture == "retirer" else "Phrase remise."
            )
        else:
            text = "" if gesture == "revenir" else request.POST.get("texte", "")[:1000]
            figures_digest = request.POST.get("vu", "")
            displayed = request.POST.get("texte_lu")
            try:
                row = actions.edit(
                    survey,
                    sentence,
                    text=text,
                    by=by,
                    at=at,
                    figures_digest=figures_digest,
                    displayed=displayed,
                )
                messages.success(request, _edited(row))
            except WrittenMeanwhile as refusal:
                messages.error(
                    request, " ".join((*refusal.sentences, f"Le sien : « {refusal.now['text']} »"))
                )
                edited = [
                    replace(each, typed=text) if each.sentence is sentence else each
                    for each in edited_sentences
                ]
                return _findings(request, survey, edited, head)
        return redirect("survey_findings", pk)
    return _findings(request, survey, edited_sentences, head)


def _findings(
    request: HttpRequest, survey: Survey, edited: Sequence[EditedSentence], head: Any
) -> HttpResponse:
    """Return the page of the findings; with a text that was refused, as it was typed."""
    context = framed(survey, "constats", "Les constats") | {
        "shown": sentences.readable(edited),
        "hidden": [each for each in edited if each.hidden],
        "flagged": sum(each.flagged for each in edited),
        "sample": head,
    }
    status = 400 if any(each.typed for each in edited) else 200
    return render(request, "surveys/results/findings.html", context, status=status)


def _edited(row: Finding) -> str:
    """Return the message after the edit of a sentence."""
    if not row.edited:
        return "La phrase de la règle est revenue."
    if not row.figures:
        return "Phrase reprise. Son chiffre n’est plus dans les résultats : elle n’est pas publiée."
    late = " Son chiffre a changé pendant que vous l’écriviez : elle n’est pas publiée avant d’être relue."
    return f"Phrase reprise.{'' if row.edited_from else late}"


# ------------------------------------------------------------------------------------- comparisons and method


@holding(access.RUN)
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Beside another survey, subject by subject: what inhabitants say and what structures believe; one
    wave and the next.
    """
    survey = _survey(request, pk)
    other_surveys = access.surveys_for(request.user).exclude(pk=survey.pk)
    context = framed(survey, "comparer", "Comparer à une autre enquête") | {"others": other_surveys}
    chosen = whole_number(request.GET.get("avec", ""), most=MOST)
    other = (
        other_surveys.filter(pk=chosen).first()
        if chosen
        else survey.after
        if survey.after in other_surveys
        else None
    )
    if other is not None:
        try:
            context |= {
                "other": other,
                "found": compared.shared_subjects(frames.frame(survey), frames.frame(other)),
            }
        except Refused as error:
            context["refused"] = error
    return render(request, "surveys/results/compare.html", context)


@holding(access.RUN)
@require_safe
def method(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of method, printed from the record: how answers were collected, weighted, what they cannot
    say; the variables.
    """
    survey = _survey(request, pk)
    method_content = calculations.ask(survey, calculation_queries.METHOD, at=timezone.now())
    if method_content is None:
        return _computing(request, survey, "methode")
    questionnaire = frames.collection_form(survey)
    context = framed(survey, "methode", "Comment cette enquête est faite") | {
        "method": method_content,
        "codebook": document.codebook(questionnaire),
        "aims": questionnaire.aims,
        "thread": mark_safe(method_content["thread"]),
        "reading": method_content["reading"],
    }
    return render(request, "surveys/results/method.html", context)


# ------------------------------------------------------------------------------------------------ publication


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Edition to publish, as it would be read; then published, frozen; then, if it must, withdrawn."""
    survey, at = _survey(request, pk), timezone.now()
    if request.method == "POST":
        with refusals.as_message(request):
            if withdrawn := whole_number(request.POST.get("retirer", ""), most=MOST):
                actions.withdraw(
                    get_object_or_404(Publication, survey=survey, pk=withdrawn), by=account_of(request), at=at
                )
                messages.success(
                    request, "Édition retirée. Sa page n’est plus publique ; ce qu’elle disait reste protégé."
                )
            else:
                row = actions.publish(
                    survey, {"digest": request.POST.get("empreinte", "")}, by=account_of(request), at=at
                )
                messages.success(request, f"Édition {row.number} publiée.")
                return redirect(f"{reverse('survey_publish', args=[pk])}?publiee")
        return redirect("survey_publish", pk)
    public = publications.public_edition(survey.slug)
    at_once = (
        "publiee" in request.GET
        and calculation_queries.stored(survey, calculation_queries.EDITION, at) is None
    )
    edition = None if at_once else calculations.ask(survey, calculation_queries.EDITION, at=at)
    if edition is None:
        return _computing(request, survey, "publier", public)
    context = framed(survey, "publier", "Publier les résultats") | {
        "made": edition,
        "chapters": _safe(edition["drawn"]),
        "rows": publications.publications(survey),
        "public": public,
        "same": public is not None and public.content["digest"] == edition["digest"],
        "unread": len(verbatims.unread(survey)),
    }
    if public is not None:
        address = request.build_absolute_uri(reverse("survey_results", args=[survey.slug]))
        context |= {
            "address": address,
            "code": segno.make(address, error="m").svg_data_uri(border=3, light="white"),
        }
    return render(request, "surveys/results/publish.html", context)


@holding(access.RUN)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF that would be published."""
    survey, at = _survey(request, pk), timezone.now()
    edition = calculations.ask(survey, calculation_queries.EDITION, at=at)
    if edition is None:
        return _computing(request, survey, "publier")
    write = partial(pdf.dossier, on=timezone.localdate(at))
    content = publications.dressed(write, edition["document"], publications.look_of(survey))
    return _file(content, f"{survey.slug}-apercu.pdf", PDF, inline=True)


@require_safe
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """The results of a survey, for everybody: the latest edition, as it was the day it was published."""
    row = _public(slug)
    context = {
        "row": row,
        "survey": row.survey,
        "content": row.content,
        "chapters": _published(row.pk, row.content["digest"]),
    }
    return render(request, "surveys/results/public.html", context)


@require_safe
def public_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """A file of the edition that everybody may read: the document, or its tables."""
    row = _public(slug)
    file, on = f"{slug}-edition-{row.number}", timezone.localdate(row.published_at)
    if name == "synthese.pdf":
        content = _pdf(row.pk, row.content["digest"], publications.look_of(row.survey))
        return _file(content, f"{file}.pdf", PDF, inline=True)
    if name in ("synthese.docx", "synthese.html"):
        edition, look = publications.document_to_read(row), publications.look_of(row.survey)
        if name == "synthese.html":
            return _file(publications.dressed(html.dossier, edition, look), f"{file}.html", HTML)
        write = partial(office_forms.docx, on=on)
        return _file(publications.dressed(write, edition, look), f"{file}.docx", DOCX)
    if name == "tableaux.csv":
        lines = document.as_csv(document.COLUMNS, publications.tables_to_read(row))
        return _file(lines, f"{slug}-tableaux.csv", CSV)
    if name == "ecarts.csv" and row.content.get("gaps"):
        return _file(document.as_csv(two_sides.COLUMNS, row.content["gaps"]), f"{slug}-ecarts.csv", CSV)
    if name == "variables.csv":
        columns = ("nom", "question", "sorte", "reponses")
        questions = [dict(zip(columns, each, strict=True)) for each in row.content["codebook"]]
        return _file(document.as_csv(columns, questions), f"{slug}-variables.csv", CSV)
    raise Http404


def _public(slug: str) -> Publication:
    row = publications.public_edition(slug)
    if row is None:
        raise Http404
    return row


@lru_cache(maxsize=16)
def _published(pk: int, digest: str) -> list[dict[str, Any]]:
    """Return the chapters of an edition, drawn once: it never changes. digest: of what it says."""
    row = Publication.objects.select_related("survey").get(pk=pk)
    return _safe(calculation_queries.read_on_page(blocks.load(publications.document_to_read(row))))


@lru_cache(maxsize=8)
def _pdf(pk: int, digest: str, look: publications.Look) -> bytes:
    row = Publication.objects.select_related("survey").get(pk=pk)
    write = partial(pdf.dossier, on=timezone.localdate(row.published_at))
    return publications.dressed(write, publications.document_to_read(row), look)
