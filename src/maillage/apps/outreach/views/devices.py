"""The devices of a place, and the equipment of the whole network."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import groupby
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
from maillage.apps.outreach.actions import collections as gathering
from maillage.apps.outreach.actions import devices as actions
from maillage.apps.outreach.forms.devices import (
    CollectionForm,
    DeviceForm,
    LoanForm,
    ReceiptForm,
    ReservationForm,
)
from maillage.apps.outreach.models import Device
from maillage.apps.outreach.queries import devices
from maillage.kernel.errors import Refused
from maillage.reference.maintenance import advice, kits
from maillage.web import refusals
from maillage.web.long_lists import Choice, LongList, long_list, report, selection
from maillage.words.dates import in_words
from maillage.words.wording import count, spaced_within

USUAL_LOAN = timedelta(days=14)
SEVERAL = {"rendu": "Revenus", "repair": "En réparation", "here": "Remis en état, données effacées"}


@require_http_methods(["GET", "HEAD", "POST"])
def of_place(request: HttpRequest, place: str) -> HttpResponse:
    """The devices of a place; adding one."""
    lieu = get_object_or_404(directory_access.managed_by(request.user), slug=place)
    if request.POST.get("geste") in SEVERAL:
        return _several(request, lieu, request.POST["geste"])
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


def _several(request: HttpRequest, lieu: Lieu, gesture: str) -> HttpResponse:
    """The same gesture on several devices: each goes through, or says why not."""
    by, at = account_of(request), timezone.localtime()
    rows = list(access.devices_for(request.user).filter(lieu=lieu, pk__in=selection(request)))
    n_changed, refused = 0, dict[str, list[str]]()
    for row in rows:
        try:
            _gesture(request, row, by=by, at=at)
        except Refused as error:
            refused.setdefault(error.why, []).append(row.label)
        else:
            n_changed += 1
    report(request, rows, n_changed, refused, success=f"{SEVERAL[gesture]} : {count(n_changed, 'appareil')}.")
    return redirect("devices", lieu.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: lend, take back, repair, withdraw."""
    row = get_object_or_404(access.devices_for(request.user), pk=pk)
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return redirect("devices", row.lieu.slug)
    try:
        messages.success(request, _gesture(request, row, by=account_of(request), at=timezone.localtime()))
    except Refused as error:
        return _page(request, row.lieu, DeviceForm(), error)
    return redirect("devices", row.lieu.slug)


def _gesture(request: HttpRequest, lent: Device, *, by: User, at: datetime) -> str:
    gesture, note = request.POST.get("geste", ""), request.POST.get("note", "")
    if gesture == "preter":
        form = LoanForm(request.POST)
        if not form.is_valid():
            raise Refused(
                f"« {lent.label} » n’a pas été prêté.",
                why="La date de retour manque, ou n’existe pas.",
                do="Choisissez un jour dans le calendrier.",
            )
        loan = actions.lend(
            lent, to=form.cleaned_data["a_qui"], due_on=form.cleaned_data["jusquau"], by=by, at=at
        )
        return f"« {lent.label} » est prêté jusqu’au {in_words(loan.due_on)}."
    if gesture == "reserver":
        days = ReservationForm(request.POST)
        if not days.is_valid():
            raise Refused(
                f"« {lent.label} » n’est pas réservé.",
                why="Un jour manque, ou n’existe pas.",
                do="Choisissez les deux jours dans le calendrier.",
            )
        clean = days.cleaned_data
        row = actions.reserve(
            lent, to=clean["pour_qui"], from_on=clean["du"], until_on=clean["au"], by=by, at=at
        )
        return f"« {lent.label} » est réservé du {in_words(row.from_on)} au {in_words(row.until_on)}."
    if gesture in ("rendu", "rendu-casse"):
        actions.give_back(lent, to_repair=gesture == "rendu-casse", by=by, at=at)
        return f"« {lent.label} » est revenu. Le nom de son emprunteur est effacé."
    if gesture == "retirer":
        actions.drop(lent, by=by, at=at)
        return f"« {lent.label} » n’est plus sur la liste."
    actions.set_state(lent, gesture, note=note, by=by, at=at)
    return f"« {lent.label} » : c’est noté."


@require_http_methods(["GET", "HEAD", "POST"])
def reservation(request: HttpRequest, pk: int) -> HttpResponse:
    """A reservation: the device is lent to who comes, or the days are free again."""
    row = get_object_or_404(access.reservations_for(request.user), pk=pk)
    lieu, by, at = row.device.lieu, account_of(request), timezone.localtime()
    if request.method == "POST":
        with refusals.as_message(request):
            if request.POST.get("geste") == "donner":
                actions.lend(row.device, to=row.to, due_on=row.until_on, by=by, at=at, reservation=row)
                messages.success(
                    request, f"« {row.device.label} » est prêté jusqu’au {in_words(row.until_on)}."
                )
            else:
                actions.release(row, by=by, at=at)
                messages.success(request, "La réservation est annulée, le nom est effacé.")
    return redirect("devices", lieu.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest, place: str) -> HttpResponse:
    """The collections of a place; announcing one."""
    lieu = get_object_or_404(directory_access.managed_by(request.user), slug=place)
    form = CollectionForm(request.POST or None)
    error = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            row = gathering.announce(
                lieu,
                giver=clean["qui"],
                kind=clean["sorte"],
                what=clean["quoi"],
                announced=clean["combien"],
                on=clean["jour"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "La collecte est notée.")
            return redirect("collection", row.pk)
    rows = lieu.collections.prefetch_related("devices")
    context = {
        "lieu": lieu,
        "form": form,
        "error": error,
        "rows": [devices.account(each) for each in rows],
    }
    status = 400 if error or form.errors else 200
    return render(request, "outreach/devices/collections.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: HttpRequest, pk: int) -> HttpResponse:
    """One collection: what came, what became of it, told to who gave."""
    row = get_object_or_404(access.collections_for(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    form = ReceiptForm(request.POST if request.POST.get("geste") == "recevoir" else None)
    if request.method == "POST" and request.POST.get("geste") == "retirer":
        with refusals.as_message(request):
            gathering.drop(row, by=by, at=at)
            messages.success(request, "La collecte n’est plus sur la liste.")
            return redirect("collections", row.lieu.slug)
        return redirect("collection", row.pk)
    if form.is_bound and form.is_valid():
        with refusals.as_message(request):
            row = gathering.receive(
                row,
                received=form.cleaned_data["recus"],
                wiped=form.cleaned_data["effaces"],
                by=by,
                at=at,
            )
            messages.success(request, "C’est noté. Chaque appareil est sur la liste du lieu.")
        return redirect("collection", row.pk)
    context = {"row": row, "account": devices.account(row), "form": form, "today": at.date()}
    return render(request, "outreach/devices/collection.html", context, status=400 if form.errors else 200)


@holding("directory.edit")
@require_safe
def equipment(request: HttpRequest) -> HttpResponse:
    """Equipment that places lack, have and lend; machines without a helper."""
    page = devices.equipment(on=_today())
    return render(
        request,
        "outreach/devices/equipment.html",
        {"shown": page, "kits": spaced_within([asdict(k) for k in kits()])},
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
        "lines": (lines := _lines(request, lieu, on)),
        "sections": [
            (devices.SECTIONS[id], list(section))
            for id, section in groupby(lines.page, key=lambda line: line.section)
        ],
        "usual": (on + USUAL_LOAN).isoformat(),
        "first": on.isoformat(),
        "today": on,
    }
    return render(
        request, "outreach/devices/place.html", context, status=400 if error or form.errors else 200
    )


def _lines(request: HttpRequest, lieu: Lieu, on: date) -> LongList[devices.Line]:
    return long_list(
        request,
        devices.of(lieu, on=on),
        words=lambda line: f"{line.device.label} {line.device.origin} {line.device.note}",
        choices=[Choice("ou", "Où il en est", "Tous", lambda line: line.section, devices.SECTIONS)],
    )


def _today() -> date:
    return timezone.localtime().date()
