"""The loop of a territory, read by everybody; the territories of who steers."""

import sys
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.memberships.access import name_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.dossiers.actions import catch_up, is_rewritten
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.rules import DONE
from maillage.apps.platform.accounts.access import account_of, holding, once_more
from maillage.apps.steering.pilotage import access, actions, rules
from maillage.apps.steering.pilotage.forms import ActivityForm, EditionForm
from maillage.apps.steering.pilotage.models import MonthlyReport
from maillage.apps.steering.pilotage.queries import activity_report, document, editions, home, reports
from maillage.apps.steering.pilotage.queries import loop as queries
from maillage.apps.steering.pilotage.queries import steering as territories_steered
from maillage.apps.steering.plans.access import funders_for, plan_for, plan_place
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import line
from maillage.publishing.catalogue import DECK
from maillage.publishing.page import pdf
from maillage.publishing.survey.document import as_csv
from maillage.publishing.territory import activity as report_words
from maillage.publishing.territory.activity import ActivityReport
from maillage.publishing.territory.changes import MARGIN
from maillage.publishing.territory.reading import Reading
from maillage.web import programs, refusals
from maillage.web.long_lists import PAGE
from maillage.web.programs import Operation

REPORTS_AN_HOUR = 60
OWN_STYLE = {  # of a file that opens by double click: it carries its style and its fonts
    "style-src": ["'self'", "'unsafe-inline'"],
    "font-src": ["'self'", "data:"],
    "img-src": ["'self'", "data:"],
}
EDITIONS = 10  # a page, each read and checked
STEERED = 4  # territories a page, each with its loop
TOO_MANY_REPORTS = Refused(
    "Ce rapport n’a pas été écrit.",
    why="Trop de rapports ont été demandés par votre connexion cette heure-ci.",
    do="Attendez une heure, ou téléchargez le dossier, déjà écrit.",
)


def _studied(place: str) -> tuple[Study, Reading] | None:
    """Return the latest study of a territory, by the zones that its pages name, None when nothing was
    computed; Http404 for a territory that nobody knows.
    """
    try:
        known = territories.canonical(place)
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    study = dossiers.latest(known)
    if study is None or dossiers.is_lost(study):
        return None
    study = dossiers.zoned(study)
    return study, dossiers.reading(study)


def _read(request: HttpRequest, place: str) -> tuple[Study, queries.Loop] | None:
    """Return the study of a territory and its loop, None when nothing was computed."""
    studied = _studied(place)
    if studied is None:
        return None
    study, _ = studied
    catch_up(study)
    chosen = request.GET.get("tri", "")
    sort = chosen if chosen in rules.SORTS else next(iter(rules.SORTS))
    most = sys.maxsize if request.GET.get("zones") == "toutes" else queries.MOST
    on, parameters = timezone.localdate(), request.GET.dict()
    return study, queries.loop(request.user, study, on=on, sort=sort, most=most, wanted_areas=parameters)


def _waited(request: HttpRequest, place: str) -> HttpResponse:
    """Send to the page that waits for the study of a territory, then comes back to the loop as it was
    requested.
    """
    query = request.GET.urlencode()
    after = urlencode({"apres": f"boucle/{f'?{query}' if query else ''}"})
    return redirect(f"{reverse('territory', args=[place])}?{after}")


@require_safe
def loop(request: HttpRequest, place: str) -> HttpResponse:
    """The loop of a territory: a line a zone, from what people need to what the plan answers."""
    read = _read(request, place)
    if read is None:
        return _waited(request, place)
    study, territory_loop = read
    narrowed = territories.areas_query(territory_loop.areas)
    context = {
        "place": study.place,
        "study": study,
        "loop_": territory_loop,
        "newer": (newer := dossiers.newer_study(study)),
        "behind": "" if newer else catch_up(study),
        "changed": dossiers.changed_since(study),
        "counted": territory_loop.activity.counted(timezone.localtime()),
        "reading": territory_loop.reading,
        "tab": "boucle",
        "areas": territory_loop.areas,
        "areas_query": f"?{narrowed}" if narrowed else "",
        "query": narrowed,
        "sorts": rules.SORTS,
        "on": timezone.localdate(),
        "sentences": home.addressed(request.user, territory_loop, study.place),
        "line": queries.LINE,
    }
    return render(request, "pilotage/loop.html", context)


@require_safe
def table(request: HttpRequest, place: str) -> HttpResponse:
    """The loop as a file: a row a zone, an empty cell with its reason where a link is missing."""
    read = _read(request, place)
    if read is None:
        return _waited(request, place)
    study, territory_loop = read
    territory_loop = replace(territory_loop, rows=territory_loop.visible_rows)
    rows = document.rows(document.loop_json(territory_loop))
    if territories.areas_query(territory_loop.areas):  # communes and the whole are told of every zone
        rows = [row for row in rows if row["niveau"] == document.ZONE]
    content = as_csv(document.COLUMNS, rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="boucle-{study.place}.csv"'
    return response


LOOP = Operation(
    id="boucle",
    address="territoires/{code}/boucle",
    summary="La boucle d’un territoire",
    description=(
        "Zone par zone, du besoin à ce que le plan y répond : ce que la page et son fichier disent à tous."
        " Une valeur vide a son « motif »."
    ),
    path=programs.TERRITORY,
    answers={
        "200": "La boucle.",
        "400": "Un paramètre n’existe pas.",
        "404": "Ce territoire n’existe pas, ou n’a pas encore été étudié.",
        "429": "Trop de réponses cette heure-ci.",
    },
    content={"type": "object"},
)


@programs.refusing
def loop_data(request: HttpRequest, code: str) -> HttpResponse:
    """The loop for programs, as anybody reads it; nothing is computed for it."""
    study = dossiers.latest(territories.canonical(code))
    if study is None or dossiers.is_lost(study):
        return refusals.problem(
            HTTPStatus.NOT_FOUND,
            "Ce territoire n’a pas encore été étudié.",
            f"La boucle part de son diagnostic. Demandez {programs.API}territoires/{code}/etude, puis revenez"
            " quand il est prêt.",
        )
    territory_loop = queries.loop(AnonymousUser(), study, on=timezone.localdate(), most=sys.maxsize)
    return programs.answer(document.loop_json(territory_loop))


@require_safe
def changed(request: HttpRequest, place: str) -> HttpResponse:
    """Two editions side by side, or one beside the study and the plan of today: what may be said to have
    moved.
    """
    studied = _studied(place)
    if studied is None:
        return redirect("territory", place)
    study, reading = studied
    before, after = (request.GET.get(name, "") for name in ("de", "a"))
    planned = plan_for(request.user, plan_place(study.place)) is not None
    writes = may_write(request.user, study.place)
    compared = editions.compared(study, before, after, planned=planned, writes=writes)
    context = {
        "place": study.place,
        "study": study,
        "reading": reading,
        "tab": "rapports",
        "compared": compared,
        "may_write": writes,
        "newer": (newer := dossiers.newer_study(study)),
        "behind": "" if newer else catch_up(study),
        "changed": dossiers.changed_since(study),
        "today": editions.TODAY,
        "margin": MARGIN,
    }
    status = 404 if compared.error is editions.UNKNOWN else 200
    return render(request, "pilotage/changed.html", context, status=status)


@require_safe
def report_file(request: HttpRequest, key: str, report: str, form: str) -> HttpResponse:
    """A report on the territory of a study, written when it is asked for."""
    study = get_object_or_404(Study, key=key, status=DONE)
    # Of an earlier version, or without its files: there is nothing to write it from.
    if dossiers.is_lost(study) or dossiers.is_taken_back(study):
        raise Http404
    catch_up(study)
    planned = plan_for(request.user, plan_place(study.place)) is not None
    write = reports.read(study, report, form, timezone.localdate(), planned=planned)
    if write is None:
        raise Http404
    if not once_more(request, "rapport", REPORTS_AN_HOUR, reads=True):
        return refusals.page(request, TOO_MANY_REPORTS, status=429)
    response = HttpResponse(write(), content_type=reports.FILES[form])
    disposition = "inline" if form == "html" else "attachment"
    response["Content-Disposition"] = f'{disposition}; filename="{report}-{study.place}.{form}"'
    if form == "html":
        response._csp_replace = OWN_STYLE  # type: ignore[attr-defined]  # as django-csp reads it
    return response


def _led(request: HttpRequest, place: str) -> str:
    """Return the code of a territory that a user writes about; Http404 for another's."""
    try:
        known = territories.canonical(place)
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    if not may_write(request.user, known):
        raise Http404
    return known


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def editions_page(request: HttpRequest, place: str) -> HttpResponse:
    """The editions of the reports of a territory: frozen under a name, then handed in again as they were."""
    place, at = _led(request, place), timezone.now()
    studied, error = _studied(place), None
    page = Paginator(dossiers.editions(place), EDITIONS).get_page(request.GET.get("page"))
    form = EditionForm(request.POST or None, initial={"report": DECK})
    newer = dossiers.newer_study(studied[0]) if studied else None
    behind = catch_up(studied[0]) if studied and newer is None else ""
    waits_for = newer.key if newer else "lieux" if behind else ""
    is_chosen = not waits_for or request.POST.get("avant") == waits_for  # the page that was sent said so
    if request.method == "POST" and studied and form.is_valid() and is_chosen:
        if not once_more(request, "rapport", REPORTS_AN_HOUR, reads=True):
            return refusals.page(request, TOO_MANY_REPORTS, status=429)
        values = form.cleaned_data
        try:
            actions.freeze(studied[0], values["report"], values["name"], by=account_of(request), at=at)
            messages.success(
                request, f"« {values['name']} » est figée : ses fichiers et son empreinte ne changeront plus."
            )
            return redirect("editions", place)
        except Refused as refused:
            error = refused
    elif request.method == "POST" and studied and form.is_valid():
        error = Refused(
            "Cette édition n’a pas encore été figée.",
            why="L’étude se recalcule, et celle d’avant serait gardée.",
            do="Attendez sa fin, puis figez ; ou figez quand même, par le bouton ci-dessous.",
        )
    context = {
        "place": place,
        "name": name_of(place),
        "form": form if studied else None,
        "error": error,
        "newer": newer,
        "behind": behind,
        "changed": dossiers.changed_since(studied[0]) if studied and behind else "",
        "waits_for": waits_for,
        "rewritten": studied[0] if studied and is_rewritten(studied[0]) else None,
        "page": page,
        "rows": editions.listed(list(page)),
    }
    is_refused = error or (form.errors and studied)
    return render(request, "pilotage/editions.html", context, status=400 if is_refused else 200)


@holding(access.LEADS)
@require_safe
def edition_file(
    request: HttpRequest, place: str, report: str, edition: str, file: str
) -> HttpResponse | FileResponse:
    """A file of an edition, as it was frozen."""
    place = _led(request, place)
    try:
        content = editions.file_of(place, report, edition, file)
    except Refused as altered:
        return refusals.page(request, altered, status=409)
    if content is None:
        raise Http404
    name = f"{Path(file).stem}-{place}-{edition}{Path(file).suffix}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


def _activity_form(request: HttpRequest, *, to_hand: bool = False) -> ActivityForm:
    """Return the form of an activity report: this year (in January, the year before too), all the structures,
    unless it says otherwise.
    """
    on = timezone.localdate()
    structures = access.structures_of(request.user)
    if not structures:
        raise Http404("Aucune structure ne vous regarde.")
    funders = {str(each.pk): each for each in funders_for(request.user).select_related("plan")}
    funder_key = request.GET.get("financeur", "")
    if funder_key and funder_key not in funders:
        raise Http404("Ce financeur n’est pas à vous.")
    usual = {"du": on.replace(year=on.year - (on.month == 1), month=1, day=1), "au": on}
    sent = usual | request.GET.dict() if set(request.GET) <= {"financeur", "page"} else request.GET
    return ActivityForm(
        sent,
        structures=structures,
        on=on,
        funders=list(funders.values()),
        own=access.own_structures_of(request.user),
        within=access.structures_of_plan(funders[funder_key].plan) if funder_key else None,
        to_hand=to_hand,
    )


def _report(form: ActivityForm) -> ActivityReport:
    values, chosen = form.cleaned_data, form.chosen
    funder = form.funder
    report = activity_report.latest(
        chosen,
        since=values["du"],
        until=values["au"],
        title=chosen[0].name if len(chosen) == 1 else "",
        funder=funder.name if funder else line(values["pour"], 120),
        actions=activity_report.funded_actions(funder, values["au"]) if funder else (),
        is_complete=form.is_whole,
    )
    if funder is None:
        return report
    return replace(report, title=f"{report.title}, {name_of(funder.plan.place)}")


@holding(access.MEASURES, access.MANAGES)
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """Activity of structures over a period: time, help, workshops, outcomes; to hand to a funder."""
    return _activity_page(request, _activity_form(request))


def _activity_page(request: HttpRequest, form: ActivityForm) -> HttpResponse:
    valid = form.is_valid()
    report = _report(form) if valid else None
    query = request.GET.copy()
    page = Paginator(report.rows if report else (), PAGE).get_page("".join(query.pop("page", ())))
    context = {
        "form": form,
        "report": report,
        "page": page,
        "notes": report_words.notes(report) if report else (),
        "no_structure": report_words.NO_STRUCTURE,
        "outcome_total": report_words.TOTAL,
        "funded_total": report_words.FUNDED,
        "no_sum": report_words.NO_SUM,
        "query": query.urlencode(),
        "is_monthly": MonthlyReport.objects.filter(user=request.user.pk).exists(),
    }
    return render(request, "pilotage/activity.html", context, status=200 if valid else 400)


@holding(access.MEASURES, access.MANAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def activity_monthly(request: HttpRequest) -> HttpResponse:
    """Receive the report of each month by e-mail, or no more."""
    if request.method == "POST":
        is_wanted = request.POST.get("recevoir") == "oui"
        actions.choose_monthly(account_of(request), is_wanted=is_wanted, at=timezone.localtime())
        words = (
            "Vous recevrez le rapport de chaque mois." if is_wanted else "Vous ne recevrez plus ce rapport."
        )
        messages.success(request, words)
    return redirect("activity_report")


@holding(access.MEASURES, access.MANAGES)
@require_safe
def activity_file(request: HttpRequest, form: str) -> HttpResponse:
    """The same report as a table, or as a PDF."""
    if form not in ("csv", "pdf"):
        raise Http404
    request_form = _activity_form(request, to_hand=True)
    if not request_form.is_valid():
        return _activity_page(request, request_form)
    report, on = _report(request_form), timezone.localdate()
    if form == "csv":
        content = as_csv(activity_report.COLUMNS, activity_report.table(report))
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    else:
        content = pdf.dossier(report_words.document(report, on=on), on=on)
        response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="activite-{report.since}-{report.until}.{form}"'
    return response


@holding(access.LEADS)
@require_safe
def steering(request: HttpRequest) -> HttpResponse:
    """The territories of who steers, each with what its loop, its plan and its indicators say."""
    page = Paginator(access.studies_of(request.user), STEERED).get_page(request.GET.get("page"))
    rows = territories_steered.steered(request.user, list(page), timezone.localdate())
    return render(request, "pilotage/steering.html", {"rows": rows, "page": page})
