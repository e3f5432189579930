"""The permanences that a structure opens: made, changed, published, closed some days, stopped."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import permanences as actions
from maillage.apps.agenda.forms.appointments import ClosureForm, PermanenceForm, from_permanence
from maillage.apps.agenda.models import Permanence
from maillage.apps.agenda.queries import appointment_book, permanences
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.words.wording import count, spaced

CLOSED_DAYS_AHEAD = timedelta(days=120)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a permanence."""
    form = _form(request, list(access.structures_for(request.user)), initial={"du": timezone.localdate()})
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            row = actions.open_door(
                by=account_of(request),
                structure=form.chosen_structure(),
                values=form.values(),
                at=timezone.now(),
            )
            messages.success(
                request, "La permanence est ouverte pour vous. Publiez-la pour que l’on y prenne rendez-vous."
            )
            return redirect("permanence", row.pk)
    return _edit_page(request, form)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a permanence: the appointments already given stay as they are."""
    row = _own_permanence(request, pk)
    form = _form(request, [row.structure], initial=from_permanence(row), changed=row)
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            actions.change(
                row,
                form.values(),
                by=account_of(request),
                at=timezone.now(),
                number=form.cleaned_data["lu"],
            )
            out = len(permanences.out_of_hours(row, timezone.now()))
            are = count(out, "personne est attendue", "personnes sont attendues")
            more = f" {are} hors des nouvelles heures : déplacez-les sur cette page." if out else ""
            messages.success(
                request, spaced(f"La permanence est changée. Les rendez-vous déjà pris restent.{more}")
            )
            return redirect("permanence", row.pk)
    return _edit_page(request, form, row)


def _form(
    request: HttpRequest,
    structures: list[Structure],
    *,
    initial: dict[str, Any],
    changed: Permanence | None = None,
) -> PermanenceForm:
    """Return the form of a permanence. changed: the one that changes, whose place may be none of theirs."""
    lieux = list(Lieu.objects.filter(structure__in=structures, state=directory.PUBLISHED).order_by("name"))
    if changed is not None and changed.lieu is not None and changed.lieu not in lieux:
        lieux.append(changed.lieu)
    helpers = list(access.colleagues(structures, timezone.localdate()))
    return PermanenceForm(
        request.POST or None,
        structures=structures,
        lieux=lieux,
        helpers=helpers,
        address=changed.address if changed is not None else "",
        initial=initial,
    )


def _edit_page(request: HttpRequest, form: PermanenceForm, row: Permanence | None = None) -> HttpResponse:
    context = {"form": form, "permanence": row}
    return render(request, "agenda/permanences/edit.html", context, status=400 if form.errors else 200)


@holding(access.MANAGE)
@require_safe
def permanence(request: HttpRequest, pk: int) -> HttpResponse:
    """One permanence: its hours, the days when it is closed, who is expected, who can take an hour."""
    return _page(request, _own_permanence(request, pk))


def _page(request: HttpRequest, row: Permanence, *, closing: ClosureForm | None = None) -> HttpResponse:
    at = timezone.now()
    today = timezone.localdate(at)
    context = {
        "permanence": row,
        "shown": permanences.detail(row, at),
        "days": permanences.free_days(row, at, alone=False),
        "closures": [each for each in row.closures.all() if each.last_on >= today],
        "closed": permanences.closed_days(row, today, today + CLOSED_DAYS_AHEAD),
        "out": [appointment_book.line(each, at) for each in permanences.out_of_hours(row, at)],
        "closing": closing or ClosureForm(initial={"ferme_du": today, "alors": "deplacer"}),
        "address": request.build_absolute_uri(reverse("permanence_public", args=[row.pk])),
    }
    return render(request, "agenda/permanences/one.html", context, status=400 if closing else 200)


@holding(access.MANAGE)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, hide, close some days, take a closure back, stop, start again."""
    row, at, by = _own_permanence(request, pk), timezone.now(), account_of(request)
    gesture = request.POST.get("geste", "")
    if gesture == "fermer":
        return _close(request, row)
    with refusals.as_message(request):
        if gesture == "publier":
            actions.publish(row, by=by, at=at)
            messages.success(request, "C’est publié : chacun peut y prendre une heure libre.")
        elif gesture == "cacher":
            actions.hide(row, by=by, at=at)
            messages.success(request, "Seule votre structure y donne des rendez-vous.")
        elif gesture in ("replacer", "annuler-hors"):
            done = actions.rearrange(row, by=by, at=at, move=gesture == "replacer")
            messages.success(request, spaced(_became(done) or "Plus personne n’est attendu hors des heures."))
        elif gesture == "arreter":
            _, done = actions.stop(row, by=by, at=at, reason=request.POST.get("raison", "")[:300])
            messages.success(request, spaced(f"La permanence est arrêtée. {_became(done)}".strip()))
        elif gesture == "reprendre":
            actions.resume(row, by=by, at=at)
            messages.success(request, "La permanence reprend. Les rendez-vous annulés ne reviennent pas.")
        elif gesture == "rouvrir":
            closure = get_object_or_404(
                row.closures, pk=whole_number(request.POST.get("fermeture", ""), ROWS) or 0
            )
            actions.reopen(closure, by=by, at=at)
            messages.success(
                request, "Ces jours sont de nouveau ouverts. Les rendez-vous déplacés ou annulés le restent."
            )
        else:
            raise Http404
    return redirect("permanence", pk)


def _close(request: HttpRequest, row: Permanence) -> HttpResponse:
    form = ClosureForm(request.POST)
    if form.is_valid():
        cleaned = form.cleaned_data
        with refusals.in_form(form):
            _, done = actions.close(
                row,
                first_on=cleaned["ferme_du"],
                last_on=cleaned["ferme_au"] or cleaned["ferme_du"],
                reason=cleaned["raison"],
                move=cleaned["alors"] == "deplacer",
                by=account_of(request),
                at=timezone.now(),
            )
            messages.success(request, spaced(f"C’est fermé. {_became(done)}".strip()))
            return redirect("permanence", row.pk)
    return _page(request, row, closing=form)


def _became(done: actions.Rearranged) -> str:
    """Return the sentences on the expected attendees, and on those to call."""
    parts = []
    if done.moved:
        parts.append(f"{count(done.moved, 'rendez-vous déplacé', 'rendez-vous déplacés')}.")
    if done.cancelled:
        parts.append(f"{count(done.cancelled, 'rendez-vous annulé', 'rendez-vous annulés')}.")
    if done.to_say:
        parts.append(f"À prévenir vous-même : {' ; '.join(done.to_say)}.")
    elif done.notified.reached:
        parts.append("Toutes les personnes sont prévenues.")
    return " ".join(parts)


def _own_permanence(request: HttpRequest, pk: int) -> Permanence:
    return get_object_or_404(access.run_permanences_for(request.user).prefetch_related("closures"), pk=pk)
