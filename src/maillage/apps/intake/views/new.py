"""A place added by hand, once nothing alike is found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.accounts.access import holding
from maillage.apps.directory import access
from maillage.apps.directory.forms.sheet import NewForm
from maillage.apps.directory.queries import space, where
from maillage.apps.intake.actions import quick_actions


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A place added by hand: its commune found by name, and the sheets that may already say it shown
    before it is kept.
    """
    form = NewForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        today = timezone.localdate()
        communes = _communes(request.POST.get("choisie", ""), form.cleaned_data["commune"])
        if len(communes) == 1:
            sheet = form.written(communes[0][0], today=today)
            context["alike"] = (
                space.alike(sheet, request.user) if sheet and "quand-meme" not in request.POST else []
            )
            if sheet and not access.holds(request.user, [communes[0][0]]):
                form.add_error(
                    "commune", "Cette commune n’est pas de votre territoire. Demandez à qui le coordonne."
                )
            elif sheet and not context["alike"]:
                lieu = quick_actions.add(sheet, by=str(request.user), at=timezone.localtime())
                messages.success(
                    request, f"« {lieu.name} » est ajouté. Complétez sa fiche : horaires, publics, pratiques."
                )
                return redirect("lieu_edit", lieu.slug)
            context["chosen"] = communes[0]
        elif communes:
            context["communes"] = communes
        else:
            form.add_error(
                "commune",
                "Cette commune n’est pas reconnue. Sans elle, le lieu ne serait sur aucune carte. "
                "Vérifiez son nom, ou écrivez son code postal.",
            )
    return render(request, "intake/new.html", context, status=400 if form.errors else 200)


def _communes(chosen: str, typed: str) -> list[tuple[str, str]]:
    """Return the communes that a text may mean, as (code, label): the one chosen, if it is among them."""
    answer = where.find(typed)
    found = [
        (choice.commune, choice.label)
        for choice in answer.choices
        if choice.commune and choice.kind.startswith("commune")
    ]
    if answer.spot is not None and answer.spot.communes:
        found = (
            [(answer.spot.communes[0], answer.spot.label)]
            if answer.spot.is_point or len(answer.spot.communes) == 1
            else []
        )
    return [each for each in found if each[0] == chosen] or found
