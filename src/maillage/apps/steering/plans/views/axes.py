"""The title of a plan and its dynamics: renamed, added, taken off once they are empty."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.steering.plans import access, actions
from maillage.apps.steering.plans.forms import AxisForm, PlanTitleForm, TextsForm
from maillage.apps.steering.plans.models import Plan, PlanAxis
from maillage.apps.steering.plans.views.reading import framed
from maillage.apps.steering.plans.views.writing import NO_GESTURE, ROWS, plan_to_write
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.web.overwrites import WrittenMeanwhile

AXIS_REMOVED = {
    "changer": "La dynamique n’a pas été changée.",
    "retirer": "La dynamique n’a pas été retirée.",
}


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def axes(request: HttpRequest, place: str) -> HttpResponse:
    """The title and the dynamics of a plan; what is refused stays in its form."""
    plan = plan_to_write(request, place)
    what, is_removed = request.POST.get("geste", ""), False
    if what in ("changer", "retirer"):
        chosen = plan.axes.filter(Q(pk=whole_number(request.POST.get("dynamique", ""), ROWS))).first()
        is_removed = chosen is None
    else:
        chosen = None

    def sent(gesture: str, axis: PlanAxis | None = None) -> object:
        return request.POST if what == gesture and axis == chosen else None

    about = {name: getattr(plan, name) for name in PlanTitleForm.compared}
    title = PlanTitleForm(sent("titre"), initial=about, auto_id="plan-%s")
    rescued = request.POST if is_removed and what == "changer" else None
    added = AxisForm(rescued or sent("ajouter"), auto_id="nouvelle-%s")
    rows = [
        (
            axis,
            axis.actions.count(),
            AxisForm(sent("changer", axis), initial=_texts(axis), auto_id=f"d{axis.pk}-%s"),
        )
        for axis in plan.axes.all()
    ]
    error = None
    if request.method == "POST":
        form = {"titre": title, "ajouter": added}.get(what) or next(
            (form for axis, _, form in rows if axis == chosen), None
        )
        try:
            if is_removed:
                raise actions.removed_axis(AXIS_REMOVED[what])
            if form is None:
                raise NO_GESTURE
            if what == "retirer" or form.is_valid():
                _do(request, plan, what, chosen, form)
                return redirect("plan_axes", plan.place)
        except WrittenMeanwhile as conflict:
            form.tell(conflict)  # type: ignore[union-attr]  # one that was none is refused above
        except Refused as refused:
            error = refused
    context = framed(request, plan) | {"title_form": title, "new_form": added, "rows": rows, "error": error}
    return render(request, "plans/axes.html", context, status=400 if request.method == "POST" else 200)


def _texts(axis: PlanAxis) -> dict[str, str]:
    return {"title": axis.title, "statement": axis.statement}


def _do(request: HttpRequest, plan: Plan, what: str, chosen: PlanAxis | None, form: TextsForm) -> None:
    """Do a gesture of the page, and say it."""
    by, at = account_of(request), timezone.now()
    if isinstance(form, PlanTitleForm):
        if form.values:
            actions.rename(plan, **form.values, original=form.original, by=by, at=at)
        renamed = "title" in form.values
        messages.success(
            request, "Le titre du plan est changé." if renamed else "Les rôles sont enregistrés."
        )
    elif chosen is None:
        title, statement = (form.cleaned_data[name] for name in ("title", "statement"))
        axis = actions.add_axis(plan, title=title, statement=statement, by=by, at=at)
        messages.success(request, f"La dynamique {axis.number} est dans le plan.")
    elif what == "retirer":
        actions.remove_axis(chosen, by=by, at=at)
        messages.success(request, f"La dynamique {chosen.number} est retirée.")
    else:
        if form.values:  # nothing of it may have changed
            actions.change_axis(chosen, **form.values, original=form.original, by=by, at=at)
        messages.success(request, f"La dynamique {chosen.number} est enregistrée.")
