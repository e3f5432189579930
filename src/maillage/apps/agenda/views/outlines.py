"""The outlines of workshops: read, adapted for a territory beside the original, restored, exported."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import outlines as actions
from maillage.apps.agenda.forms import outlines as forms
from maillage.apps.agenda.queries import outlines as queries
from maillage.apps.agenda.queries import public, rooms
from maillage.apps.directory.memberships.access import name_of
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.typed import ROWS, whole_number
from maillage.modules import outlines
from maillage.modules.outlines import FORMATS, Outline, written
from maillage.modules.reading import own_modules
from maillage.web import refusals


@holding(access.MANAGE, access.EDIT)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The outlines: what a workshop may be made from, and which are the territory's."""
    adapted = queries.adapted_for(request.user)
    readable = queries.read_by(request.user).values()
    groups = [(label, [each for each in readable if each.format == id]) for id, label in FORMATS.items()]
    context = {
        "groups": [(label, outlines) for label, outlines in groups if outlines],
        "adapted": {id: name_of(territory) for id, (territory, _) in adapted.items()},
    }
    return render(request, "agenda/space/outlines.html", context)


@holding(access.MANAGE, access.EDIT)
@require_safe
def outline(request: HttpRequest, id: str) -> HttpResponse:
    """The facilitation sheet of an outline, one side of A4; with the day and the place of a workshop when
    one is asked; the original when it is asked.
    """
    original = _original(id)
    adapted = queries.adapted_for(request.user).get(id)
    first = adapted is None or "origine" in request.GET
    number = whole_number(request.GET.get("atelier", ""), ROWS)
    row = access.workshops_for(request.user).filter(pk=number).first() if number else None
    context = {
        "outline": original if first or adapted is None else adapted[1],
        "territory": name_of(adapted[0]) if adapted else "",
        "first": first,
        "writes": access.outline_territories(request.user),
        "shown": public.detail(rooms.counted(row)) if row else None,
        "modules": own_modules(),
    }
    return render(request, "agenda/space/outline.html", context)


@holding(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def adapt(request: HttpRequest, id: str) -> HttpResponse:
    """Write the outline of one's territory next to the original."""
    original, territory = _original(id), _territory(request)
    row = queries.adapted(territory, id)
    now = Outline.model_validate(row.content) if row is not None else original
    texts, stages = forms.initial(now, row.number if row is not None else 0)
    named = {each.id: each.title for each in own_modules().values()}
    sent = request.POST if request.method == "POST" else None
    form = forms.OutlineForm(sent, initial=texts)
    parts: Any = forms.Stages(
        sent, initial=stages, prefix="etape", form_kwargs={"modules": list(named.items())}
    )
    if sent is not None and form.is_valid() and parts.is_valid():
        typed = forms.values(form.cleaned_data, parts)
        with refusals.in_form(form):
            actions.adapt(
                territory,
                id,
                typed,
                number=form.cleaned_data["lu"],
                by=account_of(request),
                at=timezone.now(),
            )
            messages.success(request, f"Enregistrée pour {name_of(territory)}. L’originale reste à part.")
            return redirect("workshop_outline", id)
    context = {
        "outline": original,
        "form": form,
        "stages": parts,
        "territory": territory,
        "territories": [(each, name_of(each)) for each in access.outline_territories(request.user)],
        "name": name_of(territory),
        "row": row,
        "modules": own_modules(),
    }
    return render(request, "agenda/space/outline_edit.html", context, status=400 if sent is not None else 200)


@holding(access.EDIT)
@require_POST
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Come back to the original."""
    _original(id)
    territory = _territory(request)
    with refusals.as_message(request):
        number = whole_number(request.POST.get("lu", ""), ROWS)
        actions.restore(territory, id, number=number, by=account_of(request), at=timezone.now())
        messages.success(request, f"{name_of(territory)} lit de nouveau la trame d’origine.")
    return redirect("workshop_outline", id)


@holding(access.MANAGE, access.EDIT)
@require_safe
def export(request: HttpRequest, id: str) -> HttpResponse:
    """The file of an outline, as it is read here; or as a territory that one writes for has it."""
    _original(id)
    outline = queries.read_by(request.user)[id]
    if (territory := request.GET.get("territoire")) in access.outline_territories(request.user):
        row = queries.adapted(territory, id)
        outline = Outline.model_validate(row.content) if row is not None else outline
    answer = HttpResponse(written(outline), content_type="application/yaml")
    answer["Content-Disposition"] = f'attachment; filename="trame-{id}.yaml"'
    return answer


def _original(id: str) -> Outline:
    outline = outlines.outlines().get(id)
    if outline is None:
        raise Http404
    return outline


def _territory(request: HttpRequest) -> str:
    """Return the territory written for: the one asked for, else the first. Somebody else's does not exist."""
    territories = access.outline_territories(request.user)
    wanted = request.POST.get("territoire") or request.GET.get("territoire") or territories[0]
    if wanted not in territories:
        raise Http404
    return wanted
