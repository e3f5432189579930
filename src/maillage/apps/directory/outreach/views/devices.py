"""The devices of a place, and the equipment of the whole network."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.actions import collections as gathering
from maillage.apps.directory.outreach.actions import devices as actions
from maillage.apps.directory.outreach.forms import (
    CollectionForm,
    DeviceForm,
    LoanForm,
    ReceiptForm,
    ReservationForm,
)
from maillage.apps.directory.outreach.models import Device
from maillage.apps.directory.outreach.queries import devices
from maillage.apps.directory.places import access as directory_access
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.places import phones
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.reference.maintenance import advice, kits
from maillage.web import refusals
from maillage.web.long_lists import Choice, LongList, back, long_list, report, selection
from maillage.words.dates import in_words
from maillage.words.wording import count, spaced_within

USUAL_LOAN = timedelta(days=14)
SET_ASIDE: Mapping[str, type[LoanForm | ReservationForm]] = {"preter": LoanForm, "reserver": ReservationForm}
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
            entered = actions.enter_many(
                lieu,
                clean["combien"] or 1,
                label=clean["appareil"],
                kind=clean["sorte"] or "other",
                origin=clean["origine"],
                note=clean["note"],
                to_repair=clean["a_reparer"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            if len(entered) == 1:
                messages.success(request, f"« {entered[0].label} » est sur la liste.")
            else:
                messages.success(request, f"{count(len(entered), 'appareil')} sur la liste.")
            return back(request, "devices", lieu.slug)
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
    return back(request, "devices", lieu.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: lend, take back, repair, withdraw. What was typed for a refused loan stays in its form."""
    row = get_object_or_404(access.devices_for(request.user), pk=pk)
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return back(request, "devices", row.lieu.slug)
    by, at = account_of(request), timezone.localtime()
    form_class = SET_ASIDE.get(request.POST.get("geste", ""))
    form = form_class(request.POST, first=at.date(), auto_id=f"{row.pk}-%s") if form_class else None
    try:
        done = _set_aside(row, form, by=by, at=at) if form else _gesture(request, row, by=by, at=at)
    except Refused as error:
        if form and form.is_valid():
            form.add_error(list(form.fields)[-1], f"{error.why} {error.do}")
        return _page(request, row.lieu, DeviceForm(), error, {row.pk: form})
    messages.success(request, done)
    return back(request, "devices", row.lieu.slug)


def _set_aside(lent: Device, form: LoanForm | ReservationForm, *, by: User, at: datetime) -> str:
    """Lend a device, or reserve it, and return the words of it. Refused for a form that is not valid."""
    is_loan = isinstance(form, LoanForm)
    if not form.is_valid():
        raise Refused(
            f"« {lent.label} » n’{'a pas été prêté' if is_loan else 'est pas réservé'}.",
            why="Un champ manque, ou ne convient pas.",
            do="Corrigez le champ marqué : le reste de ce que vous avez écrit y est encore.",
        )
    clean = form.cleaned_data
    if is_loan:
        loan = actions.lend(lent, to=clean["a_qui"], until=clean["jusquau"], by=by, at=at)
        return f"« {lent.label} » est prêté jusqu’au {in_words(loan.due_on)}."
    row = actions.reserve(lent, to=clean["pour_qui"], from_on=clean["du"], until_on=clean["au"], by=by, at=at)
    return f"« {lent.label} » est réservé du {in_words(row.from_on)} au {in_words(row.until_on)}."


def _gesture(request: HttpRequest, lent: Device, *, by: User, at: datetime) -> str:
    gesture, note = request.POST.get("geste", ""), request.POST.get("note", "")
    if gesture in ("rendu", "rendu-casse"):
        actions.give_back(lent, to_repair=gesture == "rendu-casse", by=by, at=at)
        return f"« {lent.label} » est revenu. Le nom de son emprunteur est effacé."
    if gesture == "remettre":
        actions.hand_over(lent, by=by, at=at)
        return f"« {lent.label} » est remis. Imprimez le papier de remise : il ne nomme personne ici."
    if gesture.startswith("suite-"):
        actions.follow(lent, gesture.removeprefix("suite-"), by=by, at=at)
        return f"« {lent.label} » : c’est noté."
    if gesture == "retirer":
        actions.drop(lent, by=by, at=at)
        return f"« {lent.label} » n’est plus sur la liste."
    actions.set_state(lent, gesture, note=note, by=by, at=at)
    return f"« {lent.label} » : c’est noté."


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of a hand-over, filled in by hand: nothing of it is stored."""
    row = get_object_or_404(access.devices_for(request.user), pk=pk)
    context = {
        "device": row,
        "on": row.given_on or _today(),
        "news_on": row.follow_on,
        "phones": phones(row.lieu.sheet),
    }
    return render(request, "outreach/devices/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reservation(request: HttpRequest, pk: int) -> HttpResponse:
    """A reservation: the device is lent to who comes, or the days are free again."""
    row = get_object_or_404(access.reservations_for(request.user), pk=pk)
    lieu, by, at = row.device.lieu, account_of(request), timezone.localtime()
    if request.method == "POST":
        with refusals.as_message(request):
            if request.POST.get("geste") == "donner":
                actions.lend(row.device, to=row.to, until=row.until_on, by=by, at=at, reservation=row)
                messages.success(
                    request, f"« {row.device.label} » est prêté jusqu’au {in_words(row.until_on)}."
                )
            else:
                actions.release(row, by=by, at=at)
                messages.success(request, "La réservation est annulée, le nom est effacé.")
    return back(request, "devices", lieu.slug)


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


def _page(
    request: HttpRequest,
    lieu: Lieu,
    form: DeviceForm,
    error: Refused | None,
    tried: Mapping[int, LoanForm | ReservationForm | None] | None = None,
) -> HttpResponse:
    """Return the page of the devices of a place. tried: the refused form of a device, by its key."""
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
        "to_follow": devices.to_follow(Device.objects.filter(lieu=lieu), on),
        "outcomes": rules.DEVICE_OUTCOMES.items(),
        "forms": {
            line.device.pk: _forms(line.device, (tried or {}).get(line.device.pk), on) for line in lines.page
        },
        "today": on,
    }
    return render(
        request, "outreach/devices/place.html", context, status=400 if error or form.errors else 200
    )


def _forms(
    lent: Device, tried: LoanForm | ReservationForm | None, on: date
) -> dict[str, LoanForm | ReservationForm]:
    """Return the forms of a loan and of a reservation, the one that was refused as it was typed."""
    loan = LoanForm(first=on, auto_id=f"pret-{lent.pk}-%s", initial={"jusquau": on + USUAL_LOAN})
    days = ReservationForm(first=on, auto_id=f"reserve-{lent.pk}-%s")
    return {
        "loan": tried if isinstance(tried, LoanForm) else loan,
        "reservation": tried if isinstance(tried, ReservationForm) else days,
    }


def _lines(request: HttpRequest, lieu: Lieu, on: date) -> LongList[devices.Line]:
    return long_list(
        request,
        devices.of(lieu, on=on),
        words=lambda line: f"{line.device.label} {line.device.origin} {line.device.note}",
        choices=[Choice("ou", "Où il en est", "Tous", lambda line: line.section, devices.SECTIONS)],
    )


def _today() -> date:
    return timezone.localtime().date()
