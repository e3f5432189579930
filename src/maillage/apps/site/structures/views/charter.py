"""The charter: its register, read by everybody; what a structure declares; what is answered."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.site.structures import access
from maillage.apps.site.structures.actions import charter as actions
from maillage.apps.site.structures.forms.network import DeclarationForm, GrantForm
from maillage.apps.site.structures.models import Declaration
from maillage.apps.site.structures.queries import charter as queries
from maillage.apps.site.structures.rules import charter as rules
from maillage.kernel.errors import Refused
from maillage.reference.charter import charter
from maillage.reference.indicators import target
from maillage.web import refusals


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Purpose of a network, criteria of its charter, and structures granted, until when."""
    context = {
        "charter": charter(),
        "target": target(),
        "entries": queries.register(timezone.localdate()),
    }
    return render(request, "network/register.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Declarations of one's structures, and those to answer."""
    user, on = request.user, timezone.localdate()
    structures = list(access.own_structures(user))
    form = DeclarationForm(request.POST or None, structures=structures) if structures else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.declare(
                form.structure,
                form.answers,
                words=form.cleaned_data["mots"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Votre déclaration est partie : l’animation du réseau la lira.")
            return redirect("charter_own")
    context = {
        "charter": charter(),
        "form": form,
        "error": error,
        "mine": [
            (row, rules.in_force(row.state, row.until, on), rules.ends_soon(row.state, row.until, on))
            for row in access.own_declarations(user)[:30]
        ],
        "to_answer": queries.to_answer(user),
        "granted": access.declarations_for(user).filter(state=rules.GRANTED, until__gte=on),
        "tab": "charte",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "network/charter.html", context, status=400 if failed else 200)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, pk: int) -> HttpResponse:
    """One declaration: grant it, refuse it, withdraw what was granted."""
    rows = access.declarations_for(request.user) | access.own_declarations(request.user)
    row = get_object_or_404(Declaration.objects.filter(pk__in=rows.values("pk")), pk=pk)
    leads = access.declarations_for(request.user).filter(pk=pk).exists()
    at, by, geste = timezone.localtime(), account_of(request), request.POST.get("geste", "")
    usual = {"jusquau": at.date() + timedelta(days=365)}
    form = GrantForm(request.POST if geste == "accorder" and leads else None, initial=usual)
    if form.is_bound and form.is_valid():
        with refusals.as_message(request):
            clean = form.cleaned_data
            until, name, was = clean["jusquau"], clean["nom"], request.POST.get("vu", "")
            actions.grant(row, until=until, granted_by=name, by=by, at=at, was=was)
            messages.success(request, "La charte est accordée : le registre public le montre.")
        return redirect("declaration", pk)
    if (geste == "refuser" and leads) or geste == "retirer":
        with refusals.as_message(request):
            reason = request.POST.get("raison", "")
            if geste == "refuser":
                actions.refuse(row, was=request.POST.get("vu", ""), reason=reason, by=by, at=at)
            else:
                actions.withdraw(row, reason=reason, by=by, at=at)
            messages.success(request, "C’est noté : la structure lira pourquoi.")
        return redirect("declaration", pk)
    context = {
        "row": row,
        "stamp": actions.stamp(row),
        "answers": queries.answered(row),
        "lacking": rules.lacking(row.answers),
        "form": form,
        "leads": leads,
        "is_in_force": rules.in_force(row.state, row.until, at.date()),
        "tab": "charte",
    }
    return render(request, "network/declaration.html", context, status=400 if form.errors else 200)
