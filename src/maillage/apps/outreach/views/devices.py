"""The devices of a place, and the equipment of the whole network."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.accounts.models import User
from maillage.apps.directory import access as directory_access
from maillage.apps.directory.models import Lieu
from maillage.apps.outreach import access
from maillage.apps.outreach.actions import devices as actions
from maillage.apps.outreach.forms.devices import DeviceForm, LoanForm
from maillage.apps.outreach.models import Device
from maillage.apps.outreach.queries import devices
from maillage.kernel.errors import Refused
from maillage.reference.maintenance import advice, kits
from maillage.words.wording import spaced_within

USUAL_LOAN = timedelta(days=14)


@require_http_methods(["GET", "HEAD", "POST"])
def of_place(request: HttpRequest, place: str) -> HttpResponse:
    """The devices of a place; adding one."""
    lieu = get_object_or_404(directory_access.managed_by(request.user), slug=place)
    form = DeviceForm(request.POST or None)
    error = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            device = actions.enter(
                lieu,
                label=clean["appareil"],
                origin=clean["origine"],
                note=clean["note"],
                to_repair=clean["a_reparer"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, f"« {device.label} » est sur la liste.")
            return redirect("devices", lieu.slug)
    return _page(request, lieu, form, error)


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of a device: lent, back, in repair, gone."""
    found = get_object_or_404(access.devices_for(request.user), pk=pk)
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return redirect("devices", found.lieu.slug)
    try:
        messages.success(request, _gesture(request, found, by=account_of(request), at=timezone.localtime()))
    except Refused as error:
        return _page(request, found.lieu, DeviceForm(), error)
    return redirect("devices", found.lieu.slug)


def _gesture(request: HttpRequest, found: Device, *, by: User, at: datetime) -> str:
    gesture, note = request.POST.get("geste", ""), request.POST.get("note", "")
    if gesture == "preter":
        form = LoanForm(request.POST)
        if not form.is_valid():
            raise Refused(
                f"« {found.label} » n’a pas été prêté.",
                why="La date de retour manque, ou n’existe pas.",
                do="Choisissez un jour dans le calendrier.",
            )
        loan = actions.lend(
            found, to=form.cleaned_data["a_qui"], due_on=form.cleaned_data["jusquau"], by=by, at=at
        )
        return f"« {found.label} » est prêté jusqu’au {loan.due_on:%d/%m/%Y}."
    if gesture in ("rendu", "rendu-casse"):
        actions.give_back(found, to_repair=gesture == "rendu-casse", by=by, at=at)
        return f"« {found.label} » est revenu. Le nom de qui l’avait est effacé."
    if gesture == "retirer":
        actions.drop(found, by=by, at=at)
        return f"« {found.label} » n’est plus sur la liste."
    actions.set_state(found, gesture, note=note, by=by, at=at)
    return f"« {found.label} » : c’est noté."


@holding("directory.edit")
@require_safe
def equipment(request: HttpRequest) -> HttpResponse:
    """What places lack, have and lend; where machines are without anybody."""
    shown = devices.equipment(on=_today())
    return render(
        request,
        "outreach/devices/equipment.html",
        {"shown": shown, "kits": spaced_within([asdict(k) for k in kits()])},
    )


@holding("directory.edit")
@require_safe
def upkeep(request: HttpRequest) -> HttpResponse:
    """Shared advice on keeping devices alive."""
    return render(
        request, "outreach/devices/upkeep.html", {"advice": spaced_within([asdict(a) for a in advice()])}
    )


def _page(request: HttpRequest, lieu: Lieu, form: DeviceForm, error: Refused | None) -> HttpResponse:
    on = _today()
    context: dict[str, Any] = {
        "lieu": lieu,
        "form": form,
        "error": error,
        "sections": devices.of(lieu, on=on),
        "usual": (on + USUAL_LOAN).isoformat(),
        "first": on.isoformat(),
    }
    return render(
        request, "outreach/devices/place.html", context, status=400 if error or form.errors else 200
    )


def _today() -> date:
    return timezone.localtime().date()
