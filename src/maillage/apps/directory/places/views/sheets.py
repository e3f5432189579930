"""The sheet of a place for professionals: its fields, practices, quick actions and history; and new
places.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.actions import links, sheets
from maillage.apps.directory.places.forms.personal import FullForm
from maillage.apps.directory.places.forms.sheet import FIRST, POINT, ClosureForm, PracticeForm, SheetForm
from maillage.apps.directory.places.models import Change, Lieu, Structure
from maillage.apps.directory.places.queries import custody, districts, doubts, history, places, space
from maillage.apps.directory.places.queries.links import Closure
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.reference import offer
from maillage.reference.sheet import STATES, practices
from maillage.web import refusals
from maillage.web.withdrawal import was_withdrawn


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet: what it says and who said it, to correct; what is due; what happened."""
    lieu = get_object_or_404(access.managed_by(request.user), slug=place)
    form = SheetForm(_without_point(request.POST) or None, lieu=lieu)
    status = 200
    if request.method == "POST":
        status = 400
        written = form.written(today=timezone.localdate())
        if written is not None:
            runs = access.runs(request.user, lieu)
            change = sheets.edit(
                lieu, written.values, by=str(request.user), at=timezone.localtime(), confirms=runs
            )
            if change is None:
                messages.info(request, "Rien n’était différent : la fiche n’a pas changé.")
            else:
                messages.success(request, SAVED_BY_TEAM if runs else SAVED)
                _say_who_carries(request, lieu, written.values)
            for remark in written.remarks:
                messages.warning(request, f"{remark}.")
            return redirect("lieu_edit", lieu.slug)
    return render(request, "directory/space/sheet.html", _context(request, lieu, form), status=status)


def _without_point(posted: QueryDict) -> QueryDict:
    """Return the posted fields, the point emptied when it is to be found again by the address."""
    if posted.get("geste") != "point":
        return posted
    emptied = posted.copy()
    emptied |= {"latitude": "", "longitude": ""}
    return emptied


SAVED = "Fiche enregistrée. Ce que vous avez écrit est confirmé à votre nom."
SAVED_BY_TEAM = "Fiche enregistrée, et confirmée aujourd’hui par votre équipe."


def _say_who_carries(request: HttpRequest, lieu: Lieu, values: Mapping[str, Any]) -> None:
    """Report the limits of typing a structure or a number: the place and the name of its team stay."""
    if "structure_parente" not in values and "pivot" not in values:
        return
    handover = custody.pending(lieu)
    if handover is not None:
        messages.warning(
            request,
            f"Ce lieu reste à votre équipe, « {lieu.structure} » : ce que vous avez écrit désigne «"
            f" {handover.parts['name']} ». Lisez plus bas ce qui changerait, puis acceptez ou refusez.",
        )
    elif values.get("structure_parente") not in (None, "", lieu.structure.name):
        messages.info(
            request,
            f"Le nom de votre équipe ne change pas : elle reste « {lieu.structure} ». "
            "Pour la renommer partout : « Renommer la structure », en bas de la fiche.",
        )


def _context(request: HttpRequest, lieu: Lieu, form: SheetForm) -> dict[str, Any]:
    on = timezone.localdate()
    full_history = request.GET.get("historique") == "tout"
    sheet = lieu.sheet
    return {
        "lieu": lieu,
        "form": form,
        "groups": _groups(lieu, form),
        "hours_by": space.origin_in_words(lieu.origins.get("horaires", {})),
        "spot": space.spot_in_words(lieu),
        "district": districts.district(lieu),
        "fresh": places.fresh(lieu, on),
        "expected": places.room_expected(lieu, on),
        "due": space.to_confirm(request.user, on).filter(pk=lieu.pk).exists(),
        "practices": _practices(sheet),
        "without": history.value_text("sans", sheet.get("sans")),
        "absent": [p for p in offer.practices().values() if p.id not in practices(sheet)],
        "closures": [
            (each, history.closure(each))
            for each in sheet.get("fermetures", ())
            if each["au"] >= on.isoformat()
        ],
        "closure_form": ClosureForm(auto_id="fermeture_%s"),
        "rhythms": rules.RHYTHMS.items(),
        "states": [(id, label) for id, label in STATE_CHOICES.items() if id != lieu.state],
        "changes": history.of(lieu, None if full_history else history.FIRST_CHANGES),
        "full_history": full_history,
        "reports": set(access.imports_for(request.user).values_list("pk", flat=True)),
        "manages": access.may_manage(request.user),
        "asked": space.proposals_of(lieu),
        "renames": access.structures_for(request.user).filter(pk=lieu.structure_id).exists(),
        "doubts": [
            (history.field_in_words(each["field"]), places.plain(each.get("value", "")), each["reason"])
            for each in lieu.to_check
        ],
        "remaining": doubts.in_words(lieu),
    }


def _groups(lieu: Lieu, form: SheetForm) -> list[dict[str, Any]]:
    """Return the groups of fields, each field with its origin: folded on a phone, everywhere when they change
    rarely, unless a field is invalid.
    """
    groups = []
    for label, fields in form.groups():
        lines = [(field, space.origin_in_words(lieu.origins.get(field.name, {}))) for field in fields]
        often = label in OFTEN
        first = [line for line in lines if not often or line[0].errors or _comes_first(line[0].name, lieu)]
        groups.append(
            {
                "label": label,
                "fields": first,
                "rest": [line for line in lines if line not in first],
                "n": len(lines),
                "filled": form.filled(fields),
                "often": often,
                "open": any(field.errors for field in fields),
            }
        )
    return groups


def _comes_first(name: str, lieu: Lieu) -> bool:
    """Return True for a field that is shown before the others unfold: an essential one, or one that was
    filled; a code or the point on the map only while the address does not give it.
    """
    if name in POINT:
        return not lieu.code_insee
    return name in FIRST or name in lieu.sheet


OFTEN = ("Identité", "Adresse", "Contact")


def _practices(sheet: rules.Sheet) -> list[dict[str, Any]]:
    """Return the practices of a place with their conditions: those declared, and those its services imply."""
    declared = sheet.get("practices", {})
    conditions = offer.conditions()
    return [
        {
            "practice": offer.practices()[id],
            "state": conditions_of.get("state", "offered"),
            "words": STATES[conditions_of.get("state", "offered")],
            "implied": id not in declared,
            "lines": [
                (condition.label, history.written(condition, conditions_of.get(n)))
                for n, condition in conditions.items()
                if n in conditions_of
            ],
        }
        for id, conditions_of in practices(sheet).items()
        if id in offer.practices()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """One practice of a place: offered, planned, not given or unknown, and on what conditions."""
    lieu = get_object_or_404(access.managed_by(request.user), slug=place)
    if code not in offer.practices():
        raise Http404
    current, denied = practices(lieu.sheet).get(code, {}), lieu.sheet.get("sans", ())
    form = PracticeForm(request.POST or None, id=code, current=current, without=code in denied)
    if request.method == "POST":
        written = form.written(today=timezone.localdate())
        if written is not None:
            sheets.edit_practice(
                lieu,
                code,
                written,
                denied=form.denies,
                by=str(request.user),
                at=timezone.localtime(),
                confirms=access.runs(request.user, lieu),
            )
            messages.success(request, f"« {offer.practices()[code].label} » enregistré.")
            return redirect("lieu_edit", lieu.slug)
    context = {"lieu": lieu, "practice": offer.practices()[code], "form": form, "current": current}
    return render(request, "directory/space/practice.html", context, status=400 if form.errors else 200)


# --------------------------------------------------------------------------------------------------- gestures

STATE_CHOICES = {
    rules.PUBLISHED: "Publier de nouveau",
    rules.EXCLUDED: "Mettre hors du recensement",
    rules.ENDED: "Fermé pour de bon",
}


@require_POST
def gesture(request: HttpRequest, place: str) -> HttpResponse:
    """Apply one quick action to a sheet."""
    lieu = get_object_or_404(access.managed_by(request.user), slug=place)
    act = POST_ACTIONS.get(request.POST.get("geste", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(request, lieu, str(request.user), timezone.localtime()))
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("lieu_edit", lieu.slug)


def _confirm(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    sheets.confirm(lieu, by=by, at=at)
    if remaining := doubts.in_words(lieu):
        return f"Noté : la fiche est confirmée aujourd’hui, sauf ce qui reste à vérifier : {remaining}."
    return "Noté : rien n’a changé. Toute la fiche est confirmée aujourd’hui."


def _settle(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    sheets.settle_doubts(lieu, by=by, at=at)
    return "Noté : ces points sont justes."


def _full(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    room_on = FullForm(request.POST).room_on()
    links.say_full(lieu, True, room_on=room_on, was=was_withdrawn(request), by=by, at=at)
    return "Noté : le lieu est complet. Les personnes le verront avant de venir."


def _free(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    links.say_full(lieu, False, by=by, at=at)
    return "Noté : il y a de nouveau de la place."


def _close(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    form = ClosureForm(request.POST)
    if not form.is_valid():
        why = refusals.error_texts(form)[0]
        raise Refused("La fermeture n’a pas été notée.", why=why, do="Donnez les deux dates.")
    closure = Closure(form.cleaned_data["du"], form.cleaned_data["au"], form.cleaned_data["motif"])
    links.close(lieu, closure, by=by, at=at)
    return "Fermeture notée. Le lieu rouvre tout seul le lendemain du dernier jour."


def _reopen(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    links.reopen(lieu, request.POST.get("du", ""), request.POST.get("au", ""), by=by, at=at)
    return "Fermeture retirée."


def _state(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    state = request.POST.get("etat", "")
    if state not in STATE_CHOICES:
        raise Refused(
            "L’état du lieu n’a pas changé.", why="Cet état n’existe pas.", do="Rechargez la fiche."
        )
    sheets.set_state(lieu, state, by=by, at=at, reason=request.POST.get("raison", ""))
    return f"Noté : {lieu.get_state_display()}."


def _rhythm(request: HttpRequest, lieu: Lieu, by: str, at: datetime) -> str:
    typed = request.POST.get("mois", "")
    links.set_rhythm(lieu, whole_number(typed) or 0, by=by, at=at)
    return "Rythme enregistré."


POST_ACTIONS: dict[str, Callable[[HttpRequest, Lieu, str, datetime], str]] = {
    "confirmer": _confirm,
    "justes": _settle,
    "complet": _full,
    "de-la-place": _free,
    "fermer": _close,
    "rouvrir": _reopen,
    "etat": _state,
    "rythme": _rhythm,
}


@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Restore a place to its state before a change."""
    change = get_object_or_404(
        Change.objects.filter(lieu__in=access.managed_by(request.user)).select_related("lieu"), pk=pk
    )
    moved = custody.returning([change])
    if moved and "oui" not in request.POST:  # the place would change hands: what it takes along is read first
        there = Structure.objects.filter(pk=(change.before or {})["structure"]).first()
        context = {
            "change": change,
            "handing": custody.handover(change.lieu, there, "", at=timezone.localtime()),
        }
        return render(request, "directory/space/put_back.html", context)
    try:
        sheets.undo(change, by=str(request.user), at=timezone.localtime())
        messages.success(request, "La fiche est remise comme avant ce changement.")
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    if moved and not access.managed_by(request.user).filter(pk=change.lieu_id).exists():
        return redirect("directory")  # whoever put it back holds it no more
    return redirect("lieu_edit", change.lieu.slug)
