"""The pages of a territory in the professional space: comments, perimeters, filters, corrections."""

import json
from collections.abc import Callable
from functools import wraps
from math import isnan
from typing import Any

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import (
    CommentForm,
    CorrectionForm,
    FindingForm,
    MarkingForm,
    MissionForm,
    PerimeterForm,
    PhotographForm,
    StepForm,
    ThemeForm,
)
from maillage.apps.dossiers.models import Finding, MissionStep, Scenario, Study, StudyMission, StudyTheme
from maillage.apps.dossiers.views.requests import address_of, unknown
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.territories import actions as territory_actions
from maillage.apps.territories import queries as territories
from maillage.apps.territories import rules as territory_rules
from maillage.apps.territories.models import Marking
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing.territory import connection
from maillage.reference.definitions import definitions
from maillage.web import refusals
from maillage.web.choices import editable_data
from maillage.web.overwrites import WrittenMeanwhile

FINDING_MESSAGES = {
    "retirer": "Constat retiré. Il reste en bas de la page.",
    "remettre": "Constat remis.",
}
STEP_MESSAGES = {
    "retirer": "Étape retirée. Elle reste en bas de la page.",
    "remettre": "Étape remise.",
}
LOOK_REMOVALS = {
    "effacer": (actions.remove_theme, "Les rapports reprennent les couleurs de Maillage."),
    "sans-photographie": (actions.remove_photograph, "Les rapports n’ont plus de photographie."),
}

OF_ROLES = Refused(
    "Le périmètre n’a pas été retiré.",
    why="Des rôles y sont donnés : leurs comptes n’auraient plus de territoire.",
    do="Retirez d’abord ces rôles, ou demandez à la coordination nationale.",
)


def _of_its_writers(view: Callable[[HttpRequest, str, str], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the one address of a territory that its visitor may write about, and its name; another one
    does not exist.
    """

    @wraps(view)
    def checked(request: HttpRequest, place: str) -> HttpResponse:
        try:
            place = territories.canonical(place)  # « r84 » writes about R84, which its pages read
            # The name of a kept perimeter, or of an official territory; raises UnknownTerritory.
            perimeter = territories.perimeter(place)
            name = perimeter.name if perimeter else territories.territory(place).long_name
        except UnknownTerritory as error:
            return unknown(request, place, error)
        if not access.may_write(request.user, place):
            raise Http404
        return view(request, place, name)

    return checked


@holding("territory.edit")
@require_safe
def territory_tools(request: HttpRequest) -> HttpResponse:
    """The tools of a territory: perimeters, filters, corrections, the latest studies."""
    rows: dict[str, Any] = {
        "perimeters": territories.perimeters(),
        "markings": territories.markings(),
        "corrections": territories.all_corrections(),
    }
    context = rows | {
        "studies": [(row, address_of(row)) for row in queries.led_to(Study.objects.all()[:30])],
        "removable": {
            name: access.removable_among(request.user, kind_rows) for name, kind_rows in rows.items()
        },
        "definitions": {id: row.label for id, row in definitions().items()},
        "tables": {id: label for id, (_, label, _) in territory_rules.CORRECTABLE.items()},
    }
    return render(request, "dossiers/tools.html", context)


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
@_of_its_writers
def comments(request: HttpRequest, place: str, name: str) -> HttpResponse:
    """The analyst's comments of a dossier."""
    form, error = CommentForm(request.POST or None, initial=queries.typed_comments(place)), None
    if request.method == "POST" and form.is_valid():
        try:
            actions.comment(by=account_of(request), place=place, texts=form.texts, original=form.original)
            messages.success(
                request,
                "Commentaires enregistrés. Le dossier s’écrit de nouveau, et les portera à part du texte"
                " calculé.",
            )
            return redirect("reports", place)
        except WrittenMeanwhile as conflict:
            form.tell(conflict)
        except Refused as refused:
            error = refused
    context = {"form": form, "place": place, "name": name, "error": error}
    return render(request, "dossiers/comments.html", context, status=400 if error or form.errors else 200)


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
@_of_its_writers
def findings(request: HttpRequest, place: str, name: str) -> HttpResponse:
    """The findings of actors and inhabitants on a territory: noted, withdrawn, put back."""
    rows = Finding.objects.filter(place=place)
    at = timezone.localtime()
    for gesture, message in FINDING_MESSAGES.items():
        if pk := whole_number(request.POST.get(gesture, ""), most=10**9):
            finding = get_object_or_404(rows, pk=pk)
            actions.withdraw(finding, withdrawn=gesture == "retirer", at=at)
            messages.success(request, message)
            return redirect("findings", place)
    form = FindingForm(request.POST or None, initial={"year": at.year}, on=at.date())
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.note(place, form.cleaned_data, by=account_of(request), at=at)
            messages.success(request, "Constat noté : il se lit sur la grille du territoire.")
            return redirect("findings", place)
        except Refused as refused:
            error = refused
    visible_rows, withdrawn = (
        [row for row in rows if (row.withdrawn_at is None) == is_visible] for is_visible in (True, False)
    )
    context = {"form": form, "place": place, "name": name, "rows": visible_rows, "withdrawn": withdrawn}
    return render(
        request,
        "dossiers/findings.html",
        context | {"error": error},
        status=400 if error or form.errors else 200,
    )


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
@_of_its_writers
def mission(request: HttpRequest, place: str, name: str) -> HttpResponse:
    """The mission of a study: who asked, who leads, why this perimeter; its steps, added and withdrawn."""
    row, at = StudyMission.objects.filter(place=place).first(), timezone.localtime()
    steps = MissionStep.objects.filter(mission__place=place)
    for gesture, message in STEP_MESSAGES.items():
        if pk := whole_number(request.POST.get(gesture, ""), most=10**9):
            step_row = get_object_or_404(steps, pk=pk)
            actions.withdraw_step(step_row, withdrawn=gesture == "retirer", at=at)
            messages.success(request, message)
            return redirect("study_mission", place)
    adds, by = "etape" in request.POST, account_of(request)
    form_data = request.POST if request.method == "POST" else None
    form = MissionForm(None if adds else form_data, initial=model_to_dict(row) if row else None)
    step = StepForm(form_data if adds else None, initial={"on": at.date(), "n": 1})
    error = None
    try:
        if adds and step.is_valid():
            actions.add_step(place, step.cleaned_data, by=by, at=at)
            step_values = step.cleaned_data
            is_past = step_values["on"] <= at.date()
            messages.success(
                request, rules.step_added(step_values["kind"], step_values["who"], is_past=is_past)
            )
            return redirect("study_mission", place)
        if form_data and not adds and form.is_valid():
            if form.values:  # nothing of it may have changed
                actions.set_mission(place, form.values, original=form.original, by=by, at=at)
            messages.success(request, "Mission enregistrée. Les rapports la reprennent.")
            return redirect("study_mission", place)
    except WrittenMeanwhile as conflict:
        form.tell(conflict)
    except Refused as refused:
        error = refused
    context = {"form": form, "step": step, "place": place, "name": name, "error": error}
    visible_steps, withdrawn = (
        [each for each in steps if (each.withdrawn_at is None) == is_visible] for is_visible in (True, False)
    )
    context |= {
        "mission": queries.mission(place, on=timezone.localdate()),
        "first_week": queries.FIRST_WEEK.only()(request.user, place, at.date()),
        "steps": visible_steps,
        "withdrawn": withdrawn,
    }
    return render(
        request, "dossiers/mission.html", context, status=400 if error or form.errors or step.errors else 200
    )


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
@_of_its_writers
def theme(request: HttpRequest, place: str, name: str) -> HttpResponse:
    """The look of the reports of a territory: its name, its colour, its logo, its photograph."""
    row, form_data = StudyTheme.objects.filter(place=place).first(), request.POST or None
    for button, (remove, message) in LOOK_REMOVALS.items():
        if form_data and button in form_data:
            remove(place)
            messages.success(request, message)
            return redirect("study_theme", place)
    initial = {"name": row.name, "colour": row.colour} if row else {"name": name}
    is_picture = form_data is not None and "photographie" in form_data
    form = ThemeForm(*(() if is_picture else (form_data, request.FILES or None)), initial=initial)
    drawn = queries.photograph(place)
    picture = PhotographForm(
        *((form_data, request.FILES or None) if is_picture else ()),
        initial={"alt": drawn.alt, "credit": drawn.credit} if drawn else None,
    )
    error = None
    if is_picture and picture.is_valid():
        try:
            actions.set_photograph(
                place,
                file=picture.cleaned_data["photograph"],
                alt=picture.cleaned_data["alt"],
                credit=picture.cleaned_data["credit"],
                by=account_of(request),
                at=timezone.now(),
            )
            messages.success(request, "La photographie est enregistrée : les prochains rapports la portent.")
            return redirect("study_theme", place)
        except Refused as refused:
            error = refused
    if form_data and not is_picture and form.is_valid():
        values = form.cleaned_data
        try:
            actions.set_theme(
                place,
                name=values["name"],
                colour=values["colour"],
                logo=values["logo"].read() if values["logo"] else None,
                by=account_of(request),
                at=timezone.now(),
            )
            messages.success(request, "C’est enregistré : les prochains rapports le reprennent.")
            return redirect("study_theme", place)
        except Refused as refused:
            error = refused
    context = {"form": form, "place": place, "name": name, "error": error, "row": row}
    context |= {"picture": picture, "photograph": drawn}
    is_refused = error or form.errors or picture.errors
    return render(request, "dossiers/theme.html", context, status=400 if is_refused else 200)


@holding("territory.edit")
@require_POST
@_of_its_writers
def scenarios(request: HttpRequest, place: str, name: str) -> HttpResponse:
    """Keep a what-if under a name, or take one away."""
    del name
    query = request.POST.get("essai", "")
    if (pk := whole_number(request.POST.get("retirer", ""))) is not None:
        row = Scenario.objects.filter(place=place, pk=pk).first()
        if row is None:
            messages.info(request, "Cet essai n’est plus là : quelqu’un l’a retiré.")
        else:
            row.delete()
            messages.success(request, f"« {row.name} » est retiré.")
        query = ""
    else:
        with refusals.as_message(request):
            row = actions.keep_scenario(
                place, request.POST.get("nom", ""), query, by=account_of(request), at=timezone.now()
            )
            messages.success(request, f"« {row.name} » est gardé : rouvrez-le quand vous voulez.")
            query = row.query
    address = reverse("what_if", args=[place])
    return redirect(f"{address}?{QueryDict(query).urlencode()}#essais" if query else f"{address}#essais")


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new_perimeter(request: HttpRequest) -> HttpResponse:
    """Keep a study perimeter: the zones of a file are shown as they are read, and stored once agreed."""
    form = PerimeterForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"title": "Garder un périmètre", "kind": "perimetre", "form": form}
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        file = values["fichier"]
        try:
            if not access.may_keep(request.user, values["adresse"], values["code"]):
                raise Refused(
                    "Le périmètre n’a pas été gardé.",
                    why="Cette adresse est déjà prise, ou ce territoire n’est pas le vôtre.",
                    do="Choisissez une autre adresse, ou un territoire dont vous répondez.",
                )
            if file:
                zone_file = territories.zone_file(file.read(), name=file.name, code=values["code"])
                form.data = read = editable_data(form)
                read["zones_lues"] = json.dumps(zone_file.content.decode("utf-8-sig"))
                read["nom_fichier"] = file.name[: territory_actions.LONGEST_FILE_NAME]
                context |= {"zone_file": zone_file, "file_name": file.name}
                return render(request, "dossiers/zones_read.html", context)
            perimeter = territory_actions.keep_perimeter(
                by=account_of(request),
                slug=values["adresse"],
                name=values["nom"],
                code=values["code"],
                reason=values["raison"],
                target_text=values["public"],
                target_publics=values["publics"],
                content=values["zones_lues"].encode(),
                file_name=values["nom_fichier"] or "zones.csv",
            )
        except Refused as refused:
            context["error"] = refused
        else:
            messages.success(request, f"Périmètre « {perimeter.name} » gardé.")
            return redirect("territory", perimeter.slug)
    return render(request, "dossiers/form.html", context)


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new_marking(request: HttpRequest) -> HttpResponse:
    """Keep a filter from a dropped file."""
    form, error = MarkingForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if not access.may_mark(request.user, values["adresse"]):
                raise Refused(
                    "Le filtre n’a pas été gardé.",
                    why="Cette adresse est déjà celle d’un filtre de quelqu’un d’autre.",
                    do="Choisissez une autre adresse.",
                )
            marking = territory_actions.keep_marking(
                by=account_of(request),
                slug=values["adresse"],
                label=values["nom"],
                content=values["fichier"].read(),
                file_name=values["fichier"].name,
            )
        except Refused as refused:
            error = refused
        else:
            if marking.kind == territory_rules.CONNECTIONS:
                _tell_connections(request, marking)
                return redirect("territory_tools")
            messages.success(request, f"Filtre « {marking.label} » gardé : {marking.concerned}.")
            if marking.generation in territory_rules.OUTDATED:
                messages.warning(request, territory_rules.OUTDATED[marking.generation])
            return redirect("territory_tools")
    context = {"title": "Ajouter un filtre", "kind": "filtre", "form": form, "error": error}
    return render(request, "dossiers/form.html", context)


def _tell_connections(request: HttpRequest, marking: Marking) -> None:
    """Write the dossiers again with a file of connections, and tell what was read of it, and its age."""
    actions.publish_all_again()
    messages.success(
        request,
        f"« {marking.label} » gardé : {marking.concerned}. Les dossiers s’écrivent de nouveau avec leur"
        " part.",
    )
    for words in (connection.age(int(marking.generation), timezone.localdate()), marking.doubt):
        if words:
            messages.warning(request, words)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take off a perimeter or a filter, or withdraw a correction."""
    user = account_of(request)
    removable = access.removable_by(user).get(kind)
    if removable is None:
        raise Http404
    row = get_object_or_404(removable, pk=pk)
    if kind == "correction" and not access.may_correct(user, row.key):
        raise Http404
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return redirect("territory_tools")
    if kind == "perimetre":
        if not access.may_drop(user, row):
            return refusals.page(request, OF_ROLES)
        territory_actions.drop_perimeter(by=user, perimeter=row)
        messages.success(request, "Périmètre retiré.")
    elif kind == "filtre":
        territory_actions.drop_marking(by=user, marking=row)
        if row.kind == territory_rules.CONNECTIONS:
            actions.publish_all_again()
        messages.success(request, f"« {row.label} » est retiré.")
    else:
        is_read = territory_actions.withdraw(by=user, correction=row, at=timezone.now())
        now = "la valeur d’avant elle est lue de nouveau" if is_read else "une plus récente reste lue"
        messages.success(request, f"Correction retirée : {now}.")
    return redirect("territory_tools")


def _published_value(value: float) -> float | None:
    """Return a reference value, None where its producer keeps it secret."""
    return None if isnan(value) else value


@holding("territory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, table: str) -> HttpResponse:
    """Correct a reference value, with a reason."""
    if table not in territory_rules.CORRECTABLE:
        raise Http404
    key, label, columns = territory_rules.CORRECTABLE[table]
    form = CorrectionForm(
        request.POST or None, initial={"code": request.GET.get("code", "")}, columns=columns
    )
    error = None
    code = (request.POST or request.GET).get("code", "").strip()
    read = territories.latest_correction()
    row = territories.reference_row(table, code) if code else None
    now = territories.corrected(table, code)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            if not access.may_correct(request.user, clean["code"].strip()):
                raise Refused(
                    "La valeur n’a pas été corrigée.",
                    why="Ce code n’est pas celui d’une commune ou d’un quartier de votre territoire.",
                    do="Demandez au responsable de ce territoire.",
                )
            territory_actions.correct(
                by=account_of(request),
                table=table,
                key=clean["code"].strip(),
                column=clean["colonne"],
                value=clean["valeur"],
                reason=clean["raison"],
                was=whole_number(request.POST.get("lue", ""), ROWS),
            )
        except Refused as raised:
            error = raised
        else:
            messages.success(
                request,
                "Correction enregistrée. Les prochains calculs la liront ; l’ancienne valeur reste lisible.",
            )
            return redirect("territory_tools")
    return render(
        request,
        "dossiers/correct.html",
        {
            "form": form,
            "error": error,
            "table": table,
            "label": label,
            "key": key,
            "code": code,
            "row": [(text, _published_value(now.get(name, row[name]))) for name, text in columns.items()]
            if row
            else None,
            "history": territories.corrections_of(table),
            "columns": columns,
            "read": read,
        },
    )
