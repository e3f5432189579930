"""An attestation: its paper, and its code checked by an outsider, without account."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, count, counted, holding
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import sessions as actions
from maillage.apps.volunteering.volunteers.forms.trainings import WithdrawForm
from maillage.apps.volunteering.volunteers.models import Attestation
from maillage.apps.volunteering.volunteers.queries import catalogue
from maillage.apps.volunteering.volunteers.queries import team as queries
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.publishing import assistance
from maillage.web import printing, refusals

LIMIT = "attestations"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Type the code of an attestation."""
    typed = request.POST.get("code", "").strip()[:20]
    code = codes.read(typed)
    if request.method == "POST" and code:
        return redirect("attestation_check", codes.in_halves(code))
    if request.method == "POST":
        return _answer(request, typed)
    return render(request, "volunteers/public/check.html", {})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Check of a code: valid or not, of what, until when; whether a typed name is the one written."""
    return _answer(request, code[:20])


def _answer(request: HttpRequest, typed: str) -> HttpResponse:
    """Answer a code; wrong codes and wrong names are counted together, and stop after twenty in an hour."""
    template = "volunteers/public/check.html"
    if counted(request, LIMIT) >= access.CODES_AN_HOUR:
        return render(request, template, {"too_many": True}, status=429)
    checked = queries.by_code(typed, timezone.localdate())
    if checked is None:
        count(request, LIMIT)
        return render(request, template, {"unknown": True, "typed": typed}, status=404)
    context = {"found": checked, "duration": assistance.duration(checked.minutes)}
    name = request.POST.get("nom", "").strip()[:80]
    if name:
        context |= {"name": name, "same": queries.same_name(typed, name)}
        if not context["same"]:
            count(request, LIMIT)
    return render(request, template, context)


@holding(*access.MEMBERS)
@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of an attestation."""
    row = get_object_or_404(access.attestations_for(request.user), pk=pk)
    if not row.code:
        return refusals.page(
            request,
            Refused(
                "Cette attestation n’est pas chez nous.",
                why="La formation a été suivie ailleurs : le papier est celui de l’organisme.",
                do="Demandez-le à la personne.",
            ),
        )
    return paper(request, row)


def paper(request: HttpRequest, row: Attestation) -> HttpResponse:
    """Return the paper of an attestation, of a training or of hours."""
    item = catalogue.item(row.training)
    certificate = assistance.Certificate(
        code=codes.in_halves(row.code),
        name=row.name,
        structure=row.structure.name,
        title=row.title,
        minutes=row.minutes,
        begins_on=row.begins_on,
        ends_on=row.obtained_on,
        valid_until=row.valid_until,
        body=row.body or (item.body if item else ""),
        level=row.get_level_display() if row.level else "",
        contents=[title for _, _, title in item.modules] if item else (),
        example=row.example,
    )
    make = assistance.training if item is not None else assistance.hours
    path = reverse("attestation_check", args=[certificate.code])
    address = printing.address(request, path)
    qr = segno.make(address, error="m").svg_inline(border=0) if address else ""
    content = make(certificate, check=(address.partition("://")[2] or path, qr), on=timezone.localdate())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="attestation-{certificate.code}.pdf"'
    return response


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an attestation given by mistake, or put it back."""
    row = get_object_or_404(access.issued_by(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and request.POST.get("geste") == "remettre":
        with refusals.as_message(request):
            actions.restore(row, by=by, at=at)
            messages.success(request, "L’attestation est de nouveau vraie : son code le dit.")
        return redirect("attestation_withdraw", row.pk)
    if form.is_bound and form.is_valid():
        with refusals.as_message(request):
            actions.withdraw(row, because=form.cleaned_data["pourquoi"], by=by, at=at)
            messages.success(request, "L’attestation est retirée : son code le dit dès maintenant.")
        return redirect("attestation_withdraw", row.pk)
    context = {"row": row, "form": form, "code": codes.in_halves(row.code) if row.code else ""}
    status = 400 if form.errors else 200
    return render(request, "volunteers/trainings/withdraw.html", context, status=status)
