"""A place added by hand, once nothing alike is found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.intake.actions import quick_actions
from maillage.apps.directory.places import access
from maillage.apps.directory.places.forms.new_place import NewForm
from maillage.apps.directory.places.queries import space, where
from maillage.apps.platform.accounts.access import holding


@holding("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A place added by hand: its commune found by name, and the sheets that may already say it shown
    before it is kept.
    """
    form = NewForm(
        request.POST or None,
        carriers=access.carriers_for(request.user),
        any_carrier=access.may_manage(request.user),
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        communes = _communes(request.POST.get("choisie", ""), form.cleaned_data["commune"])
        if len(communes) == 1:
            context["chosen"] = communes[0]
            sheet = _sheet(request, form, communes[0][0])
            if sheet and "quand-meme" not in request.POST:
                context["alike"] = space.similar_places(sheet)
                context["managed"] = set(access.managed_by(request.user).values_list("pk", flat=True))
            if sheet and not context.get("alike"):
                lieu = quick_actions.add(
                    sheet,
                    by=str(request.user),
                    at=timezone.localtime(),
                    structure=form.carrier(),
                )
                messages.success(
                    request,
                    f"« {lieu.name} » est ajouté. Complétez sa fiche : horaires, publics, conditions.",
                )
                if "practices" not in sheet:
                    messages.warning(
                        request,
                        "Tant que sa fiche ne dit pas ce qu’on y trouve, ce lieu n’est proposé pour aucune"
                        " orientation.",
                    )
                return redirect("lieu_edit", lieu.slug)
        elif communes:
            context["communes"] = communes
        else:
            form.add_error(
                "commune",
                "Cette commune n’est pas reconnue. Sans elle, le lieu ne serait sur aucune carte. "
                "Vérifiez son nom, ou écrivez son code postal.",
            )
    return render(request, "intake/new.html", context, status=400 if form.errors else 200)


def _sheet(request: HttpRequest, form: NewForm, commune: str) -> dict[str, Any] | None:
    """Return the sheet of a new place, None with an error on the form. A place of one's own structure stands
    anywhere; any other, in one's territory.
    """
    sheet = form.written(commune, today=timezone.localdate())
    structure = form.cleaned_data.get("structure")
    own = structure is not None and access.runs_structure(request.user, structure)
    if sheet and not own and not access.holds(request.user, [commune]):
        form.add_error("commune", "Cette commune n’est pas de votre territoire. Demandez à sa coordination.")
        return None
    return sheet


def _communes(chosen: str, typed: str) -> list[tuple[str, str]]:
    """Return the communes that a text may mean, as (code, label): the one chosen, if it is among them."""
    answer = where.find(typed)
    candidates = [
        (choice.commune, choice.label)
        for choice in answer.choices
        if choice.commune and choice.kind.startswith("commune")
    ]
    if answer.spot is not None and answer.spot.communes:
        candidates = (
            [(answer.spot.communes[0], answer.spot.label)]
            if answer.spot.is_point or len(answer.spot.communes) == 1
            else []
        )
    return [each for each in candidates if each[0] == chosen] or candidates
