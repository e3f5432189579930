"""Run the census of a territory: whom to contact, commune by commune, by which rules, and its method."""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.outreach.actions import census as actions
from maillage.apps.directory.outreach.forms import BodyForm
from maillage.apps.directory.outreach.models import Body
from maillage.apps.directory.outreach.queries import census
from maillage.apps.directory.outreach.queries import field_form as field_forms
from maillage.apps.directory.outreach.queries import method as methods
from maillage.apps.directory.outreach.queries.census import RULES, Filter, Ground
from maillage.apps.directory.places import access as directory_access
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.spreadsheet import Writer
from maillage.kernel.typed import whole_number
from maillage.kernel.workbook import MEDIA_TYPE
from maillage.reference.offer import diagnosis_lines
from maillage.sources.offer.forms.read import parse
from maillage.sources.survey import xlsform
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer
from maillage.web import refusals
from maillage.web.uploads import FileForm
from maillage.words.opening import date_text
from maillage.words.wording import count

TABS = {
    "census_of": "À contacter",
    "census_towns": "Communes",
    "census_rules": "Règles",
    "census_field": "Terrain",
    "census_method": "Méthode",
}


@holding("directory.import")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Choose where a census is led."""
    text = request.GET.get("q", "").strip()[:100]
    matches = (
        [(t.code, t.long_name, KIND_LABELS[t.kind], t.place) for t in gazetteer().find(text, limit=12)]
        if text
        else []
    )
    perimeters = territories.perimeters_named(text) if text else territories.perimeters()
    context = {"q": text, "found": matches, "perimeters": perimeters, "led": census.led(request.user)}
    return render(request, "outreach/census/choose.html", context)


def led_in(view: Callable[[HttpRequest, Ground], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Pass a view the territory of its address, or answer why there is none."""

    @holding("directory.import")
    @wraps(view)
    def answer(request: HttpRequest, place: str) -> HttpResponse:
        try:
            ground = census.ground(place)
        except (Refused, UnknownTerritory) as error:
            return refusals.page(request, error, status=404)
        if not directory_access.holds(request.user, ground.lieux_communes):
            raise Http404
        return view(request, ground)

    return answer


@led_in
@require_http_methods(["GET", "HEAD", "POST"])
def bodies(request: HttpRequest, ground: Ground) -> HttpResponse:
    """Bodies to contact, commune by commune; adding one."""
    form = BodyForm(request.POST or None, ground=ground)
    error = None
    if form.is_bound and form.is_valid():
        try:
            body = actions.add(ground, form.typed_values(), by=account_of(request), at=timezone.localtime())
        except Refused as refusal:
            error = refusal
        else:
            messages.success(request, f"« {body.name} » est sur la liste. Au suivant.")
            return redirect(f"{reverse('census_of', args=[ground.place])}?ajout=1")
    start = request.GET.get("a_partir", "")
    filters = Filter(
        state=request.GET.get("etat", ""),
        commune=request.GET.get("commune", ""),
        text=request.GET.get("mot", "").strip()[:80],
        start=whole_number(start) or 0,
    )
    query = request.GET.copy()
    query.pop("a_partir", None)
    query.pop("ajout", None)
    context = {
        "form": form,
        "error": error,
        "asked": filters,
        "listed": census.listed(ground, filters),
        "done": census.completeness(ground),
        "names": census.names(ground),
        "states": rules.BODY_STATES,
        "query": query.urlencode(),
        "waiting": census.not_listed(ground),
    }
    return _page(
        request,
        ground,
        "census_of",
        "outreach/census/bodies.html",
        context,
        status=400 if form.errors or error else 200,
    )


@led_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, ground: Ground) -> HttpResponse:
    """The list a search starts from, edited, then written."""
    text, error = census.start_of(ground), None
    known = True
    if request.method == "POST":
        text, known = request.POST.get("lignes", "")[:5_000], "connus" in request.POST
        try:
            n = actions.begin(ground, text, known=known, by=account_of(request), at=timezone.localtime())
        except Refused as refusal:
            error = refusal
        else:
            words = (
                f"{n} organismes ajoutés à la liste."
                if n > 1
                else "Un organisme ajouté."
                if n
                else "Tout y était déjà."
            )
            messages.success(request, words)
            return redirect("census_of", ground.place)
    context = {"text": text, "known": known, "error": error, "waiting": census.not_listed(ground)}
    return _page(
        request, ground, "census_of", "outreach/census/start.html", context, status=400 if error else 200
    )


@led_in
@require_safe
def towns(request: HttpRequest, ground: Ground) -> HttpResponse:
    """Show the progress of each commune."""
    done = census.completeness(ground)
    states = [(done.counts[state], words[done.counts[state] > 1]) for state, words in census.STATES.items()]
    return _page(
        request, ground, "census_towns", "outreach/census/towns.html", {"done": done, "town_states": states}
    )


@led_in
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: HttpRequest, ground: Ground) -> HttpResponse:
    """The census on the ground with ODK: the entity list to take, the submissions to give back."""
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        uploaded = form.cleaned_data["fichier"]
        with refusals.in_form(form):
            submissions = parse(uploaded.read(), uploaded.name or "")
            n = actions.see(ground, submissions, by=account_of(request), at=timezone.localtime())
            words = count(n, "organisme noté « répondu »", "organismes notés « répondu »")
            messages.success(
                request, f"{words}." if n else "Personne de plus : aucun envoi n’en nomme d’autre."
            )
            return redirect("census_field", ground.place)
    return _page(
        request,
        ground,
        "census_field",
        "outreach/census/field.html",
        {"form": form},
        status=400 if form.errors else 200,
    )


@led_in
@require_safe
def entities(request: HttpRequest, ground: Ground) -> HttpResponse:
    """The bodies still to see, as an entity list of ODK."""
    out = io.StringIO()
    Writer(out).writerows(census.entities(ground))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="organismes.csv"'
    return response


@led_in
@require_safe
def field_form(request: HttpRequest, ground: Ground) -> HttpResponse:
    """The form of the census for ODK, as an XLSForm."""
    response = HttpResponse(xlsform.write_tables(field_forms.tables(ground)), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="recensement.xlsx"'
    return response


@led_in
@require_http_methods(["GET", "HEAD", "POST"])
def inclusion(request: HttpRequest, ground: Ground) -> HttpResponse:
    """The rules of the census, and the places they leave out."""
    error, at, by = None, timezone.localtime(), str(request.user)
    if request.method == "POST":
        try:
            if "regles" in request.POST:
                actions.set_rules(
                    ground, {id: id in request.POST for id in RULES}, by=account_of(request), at=at
                )
                messages.success(request, "Règles gardées.")
            elif "services" in request.POST:
                chosen = request.POST.getlist("service")
                actions.set_lines(ground, chosen, by=account_of(request), at=at)
                messages.success(request, "Services gardés.")
            elif "revenir" in request.POST:
                lieu = get_object_or_404(Lieu, slug=request.POST["revenir"])
                actions.take_back(ground, lieu, by=by, at=at)
                messages.success(request, f"« {lieu.name} » est de nouveau dans le recensement.")
            else:
                lieu = _named(ground, request.POST.get("lieu", ""))
                why = request.POST.get("pourquoi", "")[:250]
                actions.exclude(ground, lieu, request.POST.get("regle", ""), why=why, by=by, at=at)
                messages.success(
                    request, f"« {lieu.name} » est écarté, avec sa raison. Le public ne le voit plus."
                )
        except Refused as refusal:
            error = refusal
        else:
            return redirect("census_rules", ground.place)
    on = census.rules_of(ground)
    looked_for = census.lines_of_census(ground)
    context = {
        "rules": [(rule, on[rule.id]) for rule in RULES.values()],
        "lines": [(line, line.id in looked_for) for line in diagnosis_lines().values()],
        "excluded": census.excluded(ground),
        "names": census.place_names(ground),
        "error": error,
        "typed": request.POST,
    }
    return _page(
        request, ground, "census_rules", "outreach/census/rules.html", context, status=400 if error else 200
    )


def _named(ground: Ground, text: str) -> Lieu:
    lieux = census.place_named(ground, text)
    if len(lieux) == 1:
        return lieux[0]
    what = f"« {text[:80]} » n’est pas écarté." if text else "Aucun lieu n’est écarté."
    if lieux:
        raise Refused(
            what,
            why=f"{len(lieux)} lieux publiés portent ce nom.",
            do="Écrivez aussi sa commune, après une virgule.",
        )
    raise Refused(
        what,
        why="Aucun lieu publié ici ne porte ce nom.",
        do="Choisissez-le dans la liste qui s’ouvre sous la case.",
    )


@led_in
@require_safe
def method(request: HttpRequest, ground: Ground) -> HttpResponse:
    """Show the method of the census, as a report tells it."""
    on = timezone.localtime().date()
    return _page(
        request,
        ground,
        "census_method",
        "outreach/census/method.html",
        {"parts": methods.method(ground), "on": date_text(on)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def body(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """One body: what is known, its state, its sheet."""
    ground, row = _body(request, place, pk)
    at, by = timezone.localtime(), account_of(request)
    gesture = request.POST.get("geste", "")
    edited = BodyForm(
        request.POST if gesture == "garder" else None,
        ground=ground,
        initial=BodyForm.initial_of(row, ground),
    )
    error = None
    if request.method == "POST":
        try:
            if gesture == "retirer":
                actions.drop(row, by=by, at=at)
                messages.success(request, f"« {row.name} » est retiré de la liste.")
                return redirect("census_of", ground.place)
            if gesture == "relier":
                slug = request.POST.get("lieu", "")
                lieu = get_object_or_404(Lieu, slug=slug) if slug else None
                actions.link(ground, row, lieu, by=by, at=at)
                messages.success(request, "C’est relié." if lieu else "Le lien est retiré.")
            elif edited.is_bound and edited.is_valid():
                actions.amend(ground, row, edited.typed_values(), by=by, at=at)
                messages.success(request, "C’est gardé.")
            if not edited.errors:
                return redirect("census_body", ground.place, row.pk)
        except Refused as refusal:
            error = refusal
            row = get_object_or_404(census.bodies(ground), pk=pk)
    context = {
        "body": row,
        "form": edited,
        "error": error,
        "town": ground.by_code.get(row.commune),
        "states": rules.BODY_STATES,
        "names": census.names(ground),
        "lieux": census.linkable(row, ground),
        "recommended": census.bodies(ground).filter(recommended_by=row),
        "phones": places.phones({"telephone": [t for t in row.telephone.split(", ") if t]}),
        "changed_by": places.named(str(row.changed_by)) if row.changed_by else "",
    }
    return _page(
        request,
        ground,
        "census_of",
        "outreach/census/body.html",
        context,
        status=400 if edited.errors or error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """Note where a body stands, from the list or from its page."""
    ground, row = _body(request, place, pk)
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return redirect("census_body", ground.place, row.pk)
    try:
        state = request.POST.get("etat", "")
        note = request.POST.get("raison", "")[:2_000]
        actions.say(row, state, note=note, by=account_of(request), at=timezone.localtime())
        messages.success(request, f"« {row.name} » : {rules.BODY_STATES[state]}.")
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
        return redirect("census_body", ground.place, row.pk)
    back = request.POST.get("retour", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(f"{back}#organisme-{row.pk}")
    return redirect("census_body", ground.place, row.pk)


# ----------------------------------------------------------------------------------------------------- shared


def _body(request: HttpRequest, place: str, pk: int) -> tuple[Ground, Body]:
    """Return a body and its territory; to a stranger, neither exists."""
    if not directory_access.may_manage(request.user):
        raise Http404
    try:
        ground = census.ground(place)
    except (Refused, UnknownTerritory) as error:
        raise Http404 from error
    if not directory_access.holds(request.user, ground.lieux_communes):
        raise Http404
    return ground, get_object_or_404(census.bodies(ground), pk=pk)


def _page(
    request: HttpRequest,
    ground: Ground,
    tab: str,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    page_context = {"ground": ground, "tab": tab, "tabs": TABS, **context}
    return render(request, template, page_context, status=status)
