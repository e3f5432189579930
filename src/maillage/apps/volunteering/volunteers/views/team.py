"""The team of a structure: who is trained in what; the figures of those who help."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import account_of, holding, rights_of
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import team as actions
from maillage.apps.volunteering.volunteers.forms.trainings import AidantForm, DeclaredForm, known_of
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.apps.volunteering.volunteers.queries import indicators
from maillage.apps.volunteering.volunteers.queries import team as queries
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import as_csv
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing.assistance import duration
from maillage.web import refusals
from maillage.web.withdrawal import was_withdrawn


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Team of a structure: trainings and their ends; somebody to add."""
    at = timezone.localtime()
    structures = list(access.structures_for(request.user))
    structure = _chosen(structures, request.GET.get("structure", ""))
    form = AidantForm(
        request.POST or None,
        structure=structure,
        on=at.date(),
        with_contract=_reads_contracts(request, structure),
    )
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.add(structure, form.values, by=account_of(request), at=at)
        except Refused as refused:
            error = refused
        else:
            messages.success(request, f"{row.name} est dans l’équipe.")
            return redirect(f"{request.path}?structure={structure.pk}")
    context = {
        "structures": structures,
        "structure": structure,
        "rows": queries.team(request.user, structure, at),
        "departed": queries.departed(request.user).filter(structure=structure)[:30],
        "form": form,
        "error": error,
        "tab": "equipe",
    }
    status = 400 if error or form.errors else 200
    return render(request, "volunteers/team/index.html", context, status=status)


def _reads_contracts(request: HttpRequest, structure: Structure) -> bool:
    return structure.pk in access.contract_structures(request.user)


def _chosen(structures: list[Structure], typed: str) -> Structure:
    """Return the structure that is asked for among one's own, the first by default."""
    if not structures:
        raise Http404
    return next((each for each in structures if str(each.pk) == typed), structures[0])


@holding(access.MANAGE)
@require_POST
def accounts(request: HttpRequest) -> HttpResponse:
    """Write down each account of a structure."""
    number = whole_number(request.POST.get("structure", ""), ROWS) or 0
    structure = get_object_or_404(access.structures_for(request.user), pk=number)
    n = actions.take_accounts(structure, by=account_of(request), at=timezone.localtime())
    messages.success(
        request,
        f"{n} compte{'s' if n > 1 else ''} ajouté{'s' if n > 1 else ''} à l’équipe."
        if n
        else "Tous les comptes de la structure y sont déjà.",
    )
    return redirect(f"{reverse('aidants')}?structure={structure.pk}")


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def aidant(request: HttpRequest, pk: int) -> HttpResponse:
    """One aidant: what is known of them, their attestations, a training followed elsewhere to note."""
    row, at = _aidant(request, pk), timezone.localtime()
    sent = request.POST if request.method == "POST" else None
    declares = sent is not None and "titre" in sent
    known = AidantForm(
        None if declares else sent,
        structure=row.structure,
        on=at.date(),
        with_contract=_reads_contracts(request, row.structure),
        initial=known_of(row),
    )
    declared = DeclaredForm(sent if declares else None)
    form: Any = declared if declares else known
    if form.is_bound and form.is_valid():
        with refusals.as_message(request):
            if declares:
                actions.declare(row, form.values, by=account_of(request), at=at)
                messages.success(request, "La formation est notée.")
            else:
                actions.correct(row, form.values, by=account_of(request), at=at)
                messages.success(request, "C’est corrigé.")
        return redirect("aidant", row.pk)
    (member,) = queries.aidants(Aidant.objects.filter(pk=row.pk), at)
    context = {
        "row": row,
        "member": member,
        "attestations": [
            (each, duration(each.minutes) if each.minutes else "") for each in row.attestations.all()
        ],
        "form": known,
        "declared": declared,
        "tab": "equipe",
    }
    return render(request, "volunteers/team/aidant.html", context, status=400 if form.errors else 200)


def _aidant(request: HttpRequest, pk: int) -> Aidant:
    return get_object_or_404(access.team_for(request.user), pk=pk)


@holding(access.MANAGE)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody left or came back; erase them, once that was confirmed."""
    row, by, at = _aidant(request, pk), account_of(request), timezone.localtime()
    step = request.POST.get("geste", "")
    if step == "partir":
        row = actions.leave(row, was=was_withdrawn(request), by=by, at=at)
        messages.success(
            request,
            "Cette personne n’est plus dans l’équipe. Vous pouvez la remettre."
            if row.until
            else "Cette personne est de nouveau dans l’équipe.",
        )
        return redirect("aidant", row.pk)
    if step == "effacer" and request.POST.get("confirme") == "oui":
        actions.erase(row, by=by, at=at)
        messages.success(request, "La personne est effacée, avec ses attestations.")
        return redirect("aidants")
    if step == "effacer":
        messages.error(request, "Rien n’est effacé. Cochez la case pour dire que vous êtes sûr.")
        return redirect("aidant", row.pk)
    raise Http404


@holding(access.MANAGE)
@require_safe
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is known of an aidant, to give them."""
    row = _aidant(request, pk)
    content = queries.copy_of(row, with_contract=_reads_contracts(request, row.structure))
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="copie.json"'
    return response


# -------------------------------------------------------------------------------------------------- figures


@holding(access.MANAGE, access.MEASURES)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The shares of those who help, each with its denominator."""
    at = timezone.localtime()
    report, scope = _report(request)
    context = {
        "report": report,
        "scope": scope,
        "scopes": _scopes(request),
        "today": at,
        "risk_until": rules.add_months(at.date(), rules.RISK_MONTHS),
        "tab": "chiffres",
    }
    return render(request, "volunteers/team/figures.html", context)


@holding(access.MANAGE, access.MEASURES)
@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same in a table."""
    report, _ = _report(request)
    content = as_csv(list(indicators.COLUMNS), indicators.table(report, timezone.localtime()))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="aidants.csv"'
    return response


def _scopes(request: HttpRequest) -> list[tuple[str, str]]:
    rights = rights_of(request.user)
    scopes = [("structure", "Votre structure")] if rights.any(access.MANAGE) else []
    return [*scopes, ("territoire", "Le territoire")] if rights.any(access.MEASURES) else scopes


def _report(request: HttpRequest) -> tuple[indicators.Report, str]:
    """Return the figures of a scope that the account reads: its structures, or its territory."""
    rights, at = rights_of(request.user), timezone.localtime()
    scopes = [key for key, _ in _scopes(request)]
    scope = request.GET.get("pour", "")
    scope = scope if scope in scopes else scopes[0]
    if scope == "structure":
        own = frozenset(rights.structures(access.MANAGE))
        return indicators.report(None, at, own=own), scope
    return indicators.report(rights.communes(access.MEASURES), at), scope
