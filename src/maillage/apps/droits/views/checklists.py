"""The lists of papers that a structure or a territory writes, in place of the common ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.droits import access
from maillage.apps.droits.actions import paper_lists
from maillage.apps.droits.forms import ChecklistForm
from maillage.apps.droits.queries import checklists
from maillage.apps.droits.rules import facts
from maillage.apps.mandats.access import ADDS, added_for, owners_for
from maillage.apps.mandats.queries.catalogue import Choice, by_family, label_of
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole
from maillage.web import refusals

writing = holding(*ADDS)


@writing
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every procedure, with the list that stands for it."""
    own_lists = {
        row.procedure: row for row in access.checklists_for(request.user).reverse()
    }  # the latest stays
    families = [
        (
            label,
            [
                (each, own_lists.get(each.key), checklists.common(each.key).common)
                for each in (*choices, *_added(request, key))
            ],
        )
        for key, label, choices in by_family(None)
    ]
    return render(request, "droits/checklists.html", {"families": families})


def _added(request: HttpRequest, family: str) -> list[Choice]:
    rows = added_for(request.user).filter(family=family)
    return [Choice(row.key, row.label, row.operator, row.family) for row in rows]


@writing
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest) -> HttpResponse:
    """One list: read, written anew, its former versions."""
    procedure = (request.POST.get("demarche") or request.GET.get("demarche", ""))[:40]
    label, owners = label_of(procedure), owners_for(request.user)
    if not label or not facts.follows(procedure):
        return redirect("checklists")
    own_lists = list(access.checklists_for(request.user).filter(procedure=procedure))
    common = checklists.common(procedure)
    start = checklists.Requirements(common.common, own_lists[0] if own_lists else None)
    form = ChecklistForm(
        request.POST or None,
        owners=[(key, name) for key, name, _ in owners],
        initial={
            "papiers": "\n".join(start.papers.values()),
            "source": own_lists[0].source if own_lists else "",
            "lue_le": timezone.localdate(),
        },
    )
    error = None
    if form.is_bound and form.is_valid():
        owner = next(choice for key, _, choice in owners if key == form.cleaned_data["pour"])
        try:
            paper_lists.write_checklist(
                procedure=procedure, by=account_of(request), at=timezone.now(), **form.values(), **owner
            )
        except Refused as refusal:
            error = refusal
        else:
            messages.success(request, "La liste est enregistrée : elle se coche dès maintenant.")
            return redirect(_address(procedure))
    context = {
        "procedure": procedure,
        "label": label,
        "form": form,
        "error": error,
        "common": common,
        "ours": [(row, checklists.history(row)) for row in own_lists],
    }
    return render(request, "droits/checklist.html", context, status=400 if error or form.errors else 200)


@writing
@require_POST
def retire(request: HttpRequest) -> HttpResponse:
    """Going back to the list of everybody."""
    pk = whole(request.POST.get("liste", ""), ROWS) or 0
    row = get_object_or_404(access.checklists_for(request.user), pk=pk)
    with refusals.as_message(request):
        paper_lists.retire_checklist(row, by=account_of(request), at=timezone.now())
        messages.success(request, "La liste de tous reprend sa place. Ce qui était coché le reste.")
    return redirect(_address(row.procedure))


def _address(procedure: str) -> str:
    return f"{reverse('checklist')}?{urlencode({'demarche': procedure})}"
