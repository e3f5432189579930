"""The surveys that somebody runs: the list, a new one, one of them with what it lacks, its strata, its
answers and files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions import calculations, campaigns, importing
from maillage.apps.surveys.actions.receive import OTHER
from maillage.apps.surveys.forms import files, guessing, preview, space, values
from maillage.apps.surveys.models import Answer, Place, Survey, Surveyor
from maillage.apps.surveys.queries import answers, frames, places, targets
from maillage.apps.surveys.queries import space as queries
from maillage.apps.surveys.views.framed import framed
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import as_csv
from maillage.kernel.typed import ROWS, whole_number
from maillage.questionnaires.questionnaire import Question, Questionnaire, load, tabulable, words
from maillage.reference import surveys as banks
from maillage.sources.survey import xlsform
from maillage.statistics.survey import protection
from maillage.web import refusals, uploads
from maillage.web.long_lists import PAGE
from maillage.words.wording import count


def managed_survey(request: HttpRequest, pk: int) -> Survey:
    """Return a survey that somebody runs; 404 for any other."""
    survey: Survey = get_object_or_404(access.surveys_for(request.user), pk=pk)
    return survey


@holding(access.RUN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The surveys of somebody's territories, open ones first."""
    rows = queries.surveys(request.user)
    return render(
        request,
        "surveys/space/index.html",
        {"surveys": [(row, space.name_of(row.territory)) for row in rows]},
    )


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new survey: from a ready questionnaire, from a file, from another survey, or from nothing."""
    first: dict[str, Any] = {
        "depart": request.GET.get("depart") or f"{space.BANK}habitants",
        "territoire": request.GET.get("territoire", "")[:100],
        "arrondi": "nearest",
    }
    wave = (
        access.surveys_for(request.user)
        .filter(pk=whole_number(request.GET.get("suite", ""), most=ROWS) or 0)
        .first()
    )
    if wave is not None:
        again = ("titre", "territoire", "qui", "but", "champ", "comment", "vise", "arrondi")
        first = {name: value for name, value in space.from_survey(wave).items() if name in again}
        first |= {"depart": f"{space.OTHER}{wave.pk}", "vague": wave.pk}
    form = space.NewForm(request.POST or None, request.FILES or None, user=request.user, initial=first)
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            values = form.typed_values()
            questionnaire, notes = _origin(form)
            values["kind"] = values["kind"] or _kind_of(questionnaire, form)
            values["universe"] = values["universe"] or rules.UNIVERSES.get(values["kind"], "")
            questionnaire = replace(questionnaire, kind=values["kind"])
            row = campaigns.prepare(
                by=account_of(request),
                questionnaire=places.fitted(questionnaire, values["territory"]),
                at=timezone.now(),
                **values,
            )
            messages.success(request, "L’enquête est préparée. Relisez le questionnaire, puis ouvrez-la.")
            for line in notes:
                messages.info(request, line)
            if form.cleaned_data["fichier"] and form.cleaned_data["depart"] != space.FILE:
                # The browser sends the file again, to the page that reads answers.
                return HttpResponse(status=307, headers={"Location": reverse("survey_import", args=[row.pk])})
            return redirect("survey", row.pk)
    context = {"form": form, "banks": banks.banks().values()}
    return render(request, "surveys/space/new.html", context, status=400 if form.errors else 200)


def _kind_of(questionnaire: Questionnaire, form: space.NewForm) -> str:
    """Return the kind of respondents of a questionnaire; Refused when it was brought by somebody and does not
    declare it.
    """
    if questionnaire.kind == "other" and form.cleaned_data["depart"] in (space.FILE, space.BLANK):
        raise Refused(
            "Il manque qui répond.",
            why=(
                "Ce questionnaire ne le dit pas, et une enquête auprès d’habitants entre dans l’estimation du"
                " besoin."
            ),
            do="Choisissez dans la liste « Qui répond ».",
        )
    return questionnaire.kind


def _origin(form: space.NewForm) -> tuple[Questionnaire, list[str]]:
    """Return the questionnaire that a new survey starts from, and what to tell of its reading."""
    sort, source = form.origin()
    if sort == space.BANK:
        return banks.banks()[source], []
    if sort == space.OTHER:
        return load(source.versions.first().definition), []
    if sort == space.FILE:
        name, content = source
        read = xlsform.read(content, name)
        return read.questionnaire, [*read.warnings][:20]
    if sort == space.ANSWERS:
        name, content = source
        questionnaire, note = guessing.closest(content, name, timezone.localdate().year)
        return questionnaire, [note]
    title = form.cleaned_data["titre"]
    first = Question(name="age", kind="integer", label={"fr": "Quel âge avez-vous ?"}, is_own=True)
    return Questionnaire(id="enquete", title=title, items=(first,)), []


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts of a survey: its aim, its universe, how people are met, its target and dates."""
    row = managed_survey(request, pk)
    form = space.SurveyForm(
        request.POST or None, user=request.user, survey=row, initial=space.from_survey(row)
    )
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            campaigns.change(row, form.typed_values(), by=account_of(request), at=timezone.now())
            messages.success(request, "C’est enregistré.")
            return redirect("survey", row.pk)
    context = {"survey": row, "form": form}
    return render(request, "surveys/space/edit.html", context, status=400 if form.errors else 200)


# ------------------------------------------------------------------------------------------------ one of them


@holding(access.RUN)
@never_cache
@require_safe
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey: where it stands, and what to do next."""
    return _page(request, managed_survey(request, pk))


def _page(request: HttpRequest, row: Survey, **more: Any) -> HttpResponse:
    last = row.versions.first()
    form = load(last.definition) if last else Questionnaire(id="", title="")
    context = {
        "survey": row,
        "territory": space.name_of(row.territory),
        "progress": answers.progress(row, timezone.now()),
        "version": last,
        "questions": sum(each.takes_answer for each in form.questions()),
        "repeated": [words(group.label) or group.name for group in form.repeated()],
        "languages": form.languages,
        "places": row.places.select_related("lieu__structure"),
        "known_places": targets.names(row),
        "channels": rules.CHANNELS,
        "imports": answers.imports(row),
        "late": rules.LATE.days,
        "of_people": row.kind in rules.OF_PEOPLE,
        "n_sensitive": None
        if row.kind in protection.ALWAYS_STRICT
        else len(protection.sensitive_labels(form)),
        "is_out_of_reach": row.state == "open"
        and not row.by_link
        and not row.surveyors.filter(closed_at=None).exists()
        and not row.targets.exists()
        and not row.answers.exists(),
        "is_checked": all(each.sensitive is not None for each in tabulable(form)),
    }
    return render(request, "surveys/space/survey.html", context | more)


@holding(access.RUN)
@never_cache
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """A gesture on a survey: opened, closed, a place, a link given or closed."""
    row = managed_survey(request, pk)
    verb = request.POST.get("geste", "")
    journal_fields: dict[str, Any] = {"by": account_of(request), "at": timezone.now()}
    if verb == "lien":
        return _give_link(request, row, journal_fields)
    if verb not in ACTIONS:
        raise Http404
    with refusals.as_message(request):
        messages.success(request, ACTIONS[verb](request, row, journal_fields))
    if verb == "effacer" and not Survey.objects.filter(pk=pk).exists():
        return redirect("surveys")
    return redirect("survey", pk)


def _give_link(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> HttpResponse:
    """A link is shown once, on the page that answers: only its digest is kept."""
    name = request.POST.get("nom", "")
    try:
        surveyor, token = campaigns.give_link(row, name, kiosk="borne" in request.POST, **journal_fields)
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
        return redirect("survey", row.pk)
    path = reverse("survey_kiosk", args=[token]) if surveyor.kiosk else f"/enquetes/collecte/#{token}"
    address = request.build_absolute_uri("/").rstrip("/") + path
    qr = segno.make(address, error="m").svg_data_uri(border=3, light="white")
    return render(
        request,
        "surveys/space/link.html",
        {"survey": row, "surveyor": surveyor, "address": address, "qr": qr},
    )


def _opened(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.open_survey(row, **journal_fields)
    return "L’enquête est ouverte. Donnez un lien à chaque appareil, ou partagez le lien public."


def _closed(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.close(row, **journal_fields)
    return (
        f"L’enquête est terminée. Ce que gardent les appareils peut encore arriver pendant {rules.LATE.days}"
        " jours."
    )


def _dropped(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.drop(row, **journal_fields)
    return "L’enquête est effacée."


def _link_shared(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.change(row, {"by_link": True}, **journal_fields)
    return "Chacun peut répondre seul, par le lien public."


def _link_withdrawn(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.change(row, {"by_link": False}, **journal_fields)
    return "Le lien public est fermé."


def _placed(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    name = request.POST.get("nom", "")
    lieu = targets.named(row, name)
    place = campaigns.add_place(
        row, name, channel=request.POST.get("moyen", "street"), lieu=lieu, **journal_fields
    )
    return f"« {place.name} » est ajouté{f', avec sa structure : {place.structure}' if lieu else ''}."


def _unplaced(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    place = get_object_or_404(Place, survey=row, pk=_number(request))
    campaigns.drop_place(place, **journal_fields)
    return f"« {place.name} » est retiré."


def _link_closed(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.close_link(get_object_or_404(Surveyor, survey=row, pk=_number(request)), **journal_fields)
    return "Le lien est fermé : cet appareil n’envoie plus rien."


def _link_reopened(request: HttpRequest, row: Survey, journal_fields: dict[str, Any]) -> str:
    campaigns.reopen_link(get_object_or_404(Surveyor, survey=row, pk=_number(request)), **journal_fields)
    return "Le lien est rouvert : cet appareil peut envoyer ce qu’il garde."


def _number(request: HttpRequest) -> int:
    return whole_number(request.POST.get("ligne", ""), ROWS) or 0


ACTIONS = {
    "ouvrir": _opened,
    "terminer": _closed,
    "effacer": _dropped,
    "public-ouvrir": _link_shared,
    "public-fermer": _link_withdrawn,
    "lieu": _placed,
    "lieu-retirer": _unplaced,
    "lien-fermer": _link_closed,
    "lien-rouvrir": _link_reopened,
}


@holding(access.RUN)
@never_cache
@require_safe
def quotas(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers beside the census, stratum by stratum: whom to meet next."""
    row = managed_survey(request, pk)
    quotas_now = calculations.quotas(row, at=timezone.now())
    if quotas_now is None:
        return render(request, "surveys/results/computing.html", framed(row, "quotas", "Calcul en cours"))
    context = {"survey": row, "territory": space.name_of(row.territory), "quotas": quotas_now}
    return render(request, "surveys/space/quotas.html", context)


# ---------------------------------------------------------------------------------------------------- answers


@holding(access.RUN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers, last first, each with what does not fit in it; one may be put aside, for a reason."""
    row = managed_survey(request, pk)
    if request.method == "POST":
        return _aside(request, row)
    rows = row.answers.select_related("place", "surveyor").order_by("-received_at", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    versions = {answer.pk: answer for answer in row.versions.all()}
    forms = {pk: load(answer.definition) for pk, answer in versions.items()}
    answer_rows = []
    for answer in page:
        form = forms[answer.version_id]
        read = answers.read(answer, form)
        answer_texts = [
            (words(q.label) or q.name, form.in_words(q, read.values.get(q.name, "")))
            for q in form.questions()
            if q.takes_answer
        ]
        answer_rows.append(
            (
                answer,
                versions[answer.version_id].number,
                [pair for pair in answer_texts if pair[1]],
                read.faults,
            )
        )
    return render(
        request, "surveys/space/answers.html", {"survey": row, "page": page, "answers": answer_rows}
    )


def _aside(request: HttpRequest, row: Survey) -> HttpResponse:
    answer = get_object_or_404(Answer, survey=row, pk=_number(request))
    by, at = account_of(request), timezone.now()
    with refusals.as_message(request):
        if "pourquoi" in request.POST:  # what the page asked, whatever a colleague has done since
            campaigns.put_aside(answer, request.POST.get("pourquoi", ""), by=by, at=at)
            messages.success(request, "La réponse est écartée : elle reste gardée, et ne compte plus.")
        else:
            campaigns.take_back(answer, by=by, at=at)
            messages.success(request, "La réponse compte de nouveau.")
    number = whole_number(request.POST.get("page", "")) or 1
    return redirect(f"{reverse('survey_answers', args=[row.pk])}?page={number}")


@holding(access.RUN)
@require_safe
def answers_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers, raw as they were sent, or only what counts, with its weight when the results have
    weights.
    """
    row = managed_survey(request, pk)
    answer_table = answers.table(row, raw=True) if "brut" in request.GET else frames.weighted_table(row)
    name = f"{row.slug}-reponses{'-brutes' if 'brut' in request.GET else ''}.csv"
    return _csv(list(answer_table.columns), answer_table.rows(), name)


@holding(access.RUN)
@require_safe
def codebook_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Meaning of each column of the answers, and of each of its words."""
    row = managed_survey(request, pk)
    return _csv(queries.CODEBOOK, queries.codebook(row), f"{row.slug}-dictionnaire.csv")


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], name: str) -> HttpResponse:
    content = as_csv(columns, ({name: row.get(name, "") for name in columns} for row in rows))
    response = HttpResponse(content.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@holding(access.RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def import_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers that come in a file: saved from a device, of Kobo, of ODK, of a spreadsheet."""
    row = managed_survey(request, pk)
    at = timezone.now()
    if brought := parse_datetime(request.POST.get("annuler", "")[:40]):
        with refusals.as_message(request):
            n = importing.undo(row, brought, by=account_of(request), at=at)
            messages.success(request, f"Import annulé : {count(n, 'réponse effacée', 'réponses effacées')}.")
        return redirect("survey_import", pk)
    form = uploads.CarriedFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"survey": row, "form": form}
    if form.is_bound and form.is_valid():
        name = form.file_name()
        try:
            content = form.content()
            chosen = _chosen(request)
            is_first = "apercu" in request.POST and not chosen.columns
            read = (files.read_as_proposed if is_first else files.read)(row, content, name, chosen)
            asks = any(True for _ in values.new_values(read.unread, chosen.values))
            needs_values = asks and bool(chosen.columns)
            if "apercu" in request.POST or needs_values or (read.doubt and not chosen.columns):
                last = row.versions.first()
                assert last is not None  # `files.read` refuses a survey without questions
                context["preview"] = preview.preview(read, read.form or load(last.definition), name, content)
                context |= {"read": read, "faults": read.faults, "asks": asks}
                context |= {"verbatim": values.VERBATIM, "silent": values.SILENT}
            elif not any(answer.values for answer in read.answers):
                raise Refused(
                    "Rien n’a été importé.",
                    why="Aucune colonne ne répond à une question de cette enquête.",
                    do="Voyez le fichier avant, et dites à quelle question répond chaque colonne.",
                )
            else:
                imported = importing.keep(
                    row,
                    read.answers,
                    by=account_of(request),
                    at=at,
                    file=name,
                    form=read.form,
                    reading=read.reading.record() if chosen.columns else None,
                )
                context |= _imported(read, imported)
        except Refused as error:
            form.add_error("fichier", " ".join((f"« {name} ».", *error.sentences)))
    context["imports"] = answers.imports(row)
    return render(request, "surveys/space/import.html", context, status=400 if form.errors else 200)


def _chosen(request: HttpRequest) -> values.Reading:
    """Return the choices that a page sends for the columns and values of a file."""
    sent = request.POST.getlist
    columns = zip(map(plain, sent("colonne")), sent("question"), strict=False)
    answers_sent = values.posted(sent("valeur-question"), sent("valeur"), sent("valeur-reponse"))
    is_first = "apercu" in request.POST and "colonne" not in request.POST  # nobody has unticked yet
    return values.Reading(dict(columns), answers_sent, is_first or "tranches" in request.POST)


def _imported(read: files.FileRead, imported: importing.Imported) -> dict[str, Any]:
    refused = [f"{read.where.get(uid, f'Réponse {uid}')} : {why}" for uid, why in imported.refused.items()]
    return {
        "done": imported,
        "read": read,
        "new_answers": count(imported.new, "réponse nouvelle", "réponses nouvelles"),
        "faults": [*read.faults, *refused],
        "n_other": sum(why == OTHER for why in imported.refused.values()),
    }
