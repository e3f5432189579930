"""A plan as who keeps the territory writes it: open it, its actions, what to keep or refuse of what is
proposed.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.forms import ChoiceField, Field, Form, ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.directory.memberships.access import name_of
from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.steering.plans import access, actions, rules
from maillage.apps.steering.plans.forms import (
    ActionForm,
    FrameForm,
    FundingForm,
    MeasureForm,
    NoteForm,
    PlanForm,
    steps_typed,
)
from maillage.apps.steering.plans.models import Plan, PlanAction, PlanAxis
from maillage.apps.steering.plans.queries import effects, overview, proposals
from maillage.apps.steering.plans.queries.zones import network_zones
from maillage.apps.steering.plans.views.reading import (
    COUNTING,
    OF_MEASURE,
    action_page,
    framed,
    offered_findings,
    place_of,
)
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line, whole_number
from maillage.reference.plan_frames import frames
from maillage.web import refusals
from maillage.web.choices import options
from maillage.web.overwrites import WrittenMeanwhile
from maillage.web.withdrawal import was_withdrawn
from maillage.words.dates import in_words
from maillage.words.wording import listing

ROWS = 2**31
OPTIONAL = " (facultatif)"
NO_GESTURE = Refused(
    "Rien n’a été changé.",
    why="Ce geste n’existe pas : la page d’où il vient a peut-être vieilli.",
    do="Rechargez la page, puis recommencez avec l’un de ses boutons.",
)
REPLACING = COUNTING[1]
PROPOSAL_REMOVED = "Cette proposition n’est plus là. Ses chiffres ont bougé, ou quelqu’un l’a traitée."
TAKEN_OFF = Refused(
    "Rien n’a été changé.",
    why="Ce que change ce bouton n’est plus dans l’action : quelqu’un l’a retiré.",
    do="Relisez l’action : autre chose a pu le remplacer.",
)
NO_STATE = Refused(
    "L’état n’a pas été changé.", why="Cet état n’existe pas.", do="Choisissez-en un dans la liste."
)


def _place(request: HttpRequest, place: str) -> str:
    canonical_place = place_of(place)
    if not may_write(request.user, canonical_place):
        raise Http404("Ce territoire n’est pas le vôtre.")
    return canonical_place


def plan_to_write(request: HttpRequest, place: str) -> Plan:
    """Return the plan of a territory that a user may write; Http404 otherwise."""
    return get_object_or_404(Plan, place=_place(request, place))


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, place: str) -> HttpResponse:
    """The plan of a territory, to open from a frame; an open one takes the proposal that `?de=` brings."""
    at_place = _place(request, place)
    if Plan.objects.filter(place=(plan_place := access.plan_place(at_place))).exists():
        if key := request.GET.get("de", ""):
            return redirect(f"{reverse('plan_action_new', args=[plan_place])}?{urlencode({'de': key})}")
        return redirect("plan", plan_place)
    form = FrameForm(request.POST or None, request.FILES or None, initial={"cadre": "grenoble"})
    if form.is_bound and form.is_valid():
        actions.open_plan(
            at_place,
            title=form.cleaned_data["title"],
            frame=form.frame,
            by=account_of(request),
            at=timezone.now(),
        )
        messages.success(
            request, "Le plan est ouvert. Vous seul et votre équipe le voyez, jusqu’à sa publication."
        )
        return redirect("plan", at_place)
    context = {
        "form": form,
        "place": at_place,
        "name": name_of(at_place),
        "frames": frames().values(),
        "reading": overview.reading_of(at_place),
    }
    return render(request, "plans/open.html", context, status=400 if form.errors else 200)


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, place: str) -> HttpResponse:
    """An action to write; from a proposal, its fields are filled. One that is gone is said; what was typed
    meanwhile is taken.
    """
    plan, key = plan_to_write(request, place), request.GET.get("de", "")
    initial: dict[str, Any] = {"token": get_random_string(24), "axis": request.GET.get("dynamique", "")}
    proposed = proposals.proposal(plan, key, timezone.localdate()) if key else None
    if key and proposed is None and request.method != "POST":
        messages.error(request, PROPOSAL_REMOVED)
        return redirect("plan", plan.place)
    if proposed is not None:
        initial |= {"title": proposed.title, "objective": proposed.why, "line": proposed.line}
        initial |= {"zones": list(proposed.zones), "pilot": proposed.pilot}
        initial |= {"budget": proposed.budget, "ends_on": proposed.ends_on}
        initial["axis"] = initial["axis"] or proposed.axis
    form = ActionForm(request.POST or None, plan=plan, by=account_of(request), initial=initial)
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.write(
                plan,
                token=form.cleaned_data["token"] or get_random_string(24),
                by=account_of(request),
                at=timezone.now(),
                milestones=form.cleaned_data["milestones"],
                **form.values,
                **_from(proposed),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "L’action est dans le plan.")
            if key not in ("", row.proposal):
                messages.warning(request, f"{PROPOSAL_REMOVED} Voyez si une autre action dit la même chose.")
            return redirect("plan_action", plan.place, row.pk)
    return _form(request, plan, form, error)


def _from(proposed: proposals.Proposal | None) -> dict[str, Any]:
    """Return the fields that an action copies from its proposal."""
    if proposed is None:
        return {}
    return {
        "proposal": proposed.key,
        "draft_id": proposed.draft,
        "proposed": line(proposed.why, 600),
        "evidence": actions.evidence_of(proposed),
        "version": 2,  # somebody read it in the form, its places included
    }


def _form(
    request: HttpRequest, plan: Plan, form: ActionForm, error: Refused | None, **more: Any
) -> HttpResponse:
    context = framed(request, plan) | {"form": form, "error": error, **more}
    return render(request, "plans/form.html", context, status=400 if error or form.errors else 200)


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """An action to change; two people who write at once both find their text."""
    plan = plan_to_write(request, place)
    row = get_object_or_404(PlanAction, plan=plan, pk=pk)
    form = ActionForm(request.POST or None, plan=plan, by=account_of(request), row=row)
    if form.is_bound and form.is_valid():
        try:
            actions.change(
                row,
                version=form.cleaned_data["version"] or 0,
                by=account_of(request),
                at=timezone.now(),
                milestones=form.cleaned_data["milestones"],
                original=form.original,
                **form.values,
            )
        except WrittenMeanwhile as conflict:
            row.refresh_from_db()
            changed_fields = [
                (str(field.label), _field_text(row, name, field))
                for name, field in form.fields.items()
                if name in conflict.now
            ]
            form.catch_up(row)  # once they are read, the next sending goes through
            return _form(request, plan, form, conflict, row=row, theirs=changed_fields)
        except Refused as refused:
            return _form(request, plan, form, refused, row=row)
        messages.success(request, "L’action est enregistrée.")
        return redirect("plan_action", plan.place, row.pk)
    return _form(request, plan, form, None, row=row)


def _field_text(row: PlanAction, name: str, field: Field) -> Any:
    """Return the value of a field of an action, in words for its readers."""
    if name == "milestones":
        return steps_typed(row) or "rien"
    if name == "zones":
        place = row.plan.place
        return overview.zones_named(row.zones, overview.reading_of(place), network_zones(place))
    if name == "costs":
        return rules.costs_words(row.costs) or "rien"
    if name == "state":
        return row.get_state_display()
    stored_value = getattr(row, name)
    if isinstance(stored_value, date):
        return in_words(stored_value)
    if isinstance(stored_value, int | float):
        return rules.amount(stored_value)
    if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
        named = dict(options(field))
        chosen = stored_value if isinstance(stored_value, list) else [stored_value or field.initial or ""]
        return listing([str(named.get(each, each)) for each in chosen])
    return "rien" if stored_value in ("", None) else stored_value


def _undecided(plan: Plan, on: date) -> list[overview.Undecided]:
    return overview.undecided(overview.actions_of(plan), on) if plan.published_at is None else []


@holding(access.LEADS)
@require_POST
def gesture(request: HttpRequest, place: str) -> HttpResponse:
    """Publish a plan, keep or refuse a proposal."""
    plan, by, at = plan_to_write(request, place), account_of(request), timezone.now()
    what, key = request.POST.get("geste", ""), request.POST.get("proposition", "")
    with refusals.as_message(request):
        if (
            what == "publier"
            and "sur" not in request.POST
            and (lacking := _undecided(plan, timezone.localdate(at)))
        ):
            return render(request, "plans/publish.html", framed(request, plan) | {"lacking": lacking})
        if what in ("publier", "retirer"):
            actions.publish(plan, is_public=what == "publier", by=by, at=at)
            published_text = "Le plan est publié : tout le monde le lit."
            messages.success(request, published_text if what == "publier" else "Le plan n’est plus public.")
        elif what == "redemander":
            refusal = get_object_or_404(plan.refusals, pk=whole_number(request.POST.get("refus", ""), ROWS))
            actions.take_back_refusal(refusal, by=by, at=at)
            messages.success(request, "La proposition peut revenir.")
        elif what in ("garder", "refuser"):
            proposed = proposals.proposal(plan, key, timezone.localdate(at))
            if proposed is None:
                messages.error(request, PROPOSAL_REMOVED)
            elif what == "garder":
                axis = _axis(plan, request.POST.get("dynamique", ""), proposed)
                finding = request.POST.get("constat", "")
                row = actions.keep(plan, proposed, axis=axis, finding=finding, by=by, at=at)
                messages.success(request, f"Gardée : c’est l’action {row.label}, à décider.")
                return redirect("plan_action", plan.place, row.pk)
            else:
                actions.refuse(plan, proposed, why=request.POST.get("motif", ""), by=by, at=at)
                messages.success(request, "Refusée. Elle reviendra si son chiffre bouge d’un dixième.")
        else:
            raise NO_GESTURE
    return redirect("plan", plan.place)


@holding(access.LEADS)
@require_POST
def action_gesture(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """Say where an action stands, pass a step, write in its journal; what is refused stays in its form."""
    plan = plan_to_write(request, place)
    row = get_object_or_404(PlanAction, plan=plan, pk=pk)
    gesture_of = ACTION_HANDLERS.get(request.POST.get("geste", ""))
    unsure = _unsure(request)
    if unsure is not None:
        messages.error(request, "Pas encore enregistré : ce que vous avez écrit est plus bas, à relire.")
        return action_page(request, plan, row.pk, status=400, sent=unsure)
    try:
        if gesture_of is None:
            raise NO_GESTURE
        gesture_of(request, row)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
        standing = refused.standing if isinstance(refused, actions.AlreadyCounted) else None
        return action_page(request, plan, row.pk, status=400, standing=standing)
    return redirect(f"{reverse('plan_action', args=[plan.place, row.pk])}#s-journal")


def _axis(plan: Plan, typed: str, proposed: proposals.Proposal) -> PlanAxis:
    """Return the dynamic that a form names; without one, where the plan answers the same line, or the first.
    Refused for one that the plan has not.
    """
    wanted = whole_number(typed, ROWS) if typed else proposed.axis or plan.axes.all()[0].pk
    axis = plan.axes.filter(Q(pk=wanted)).first()
    if axis is None:
        raise Refused(
            "La proposition n’a pas été gardée.",
            why="La dynamique choisie n’est plus dans le plan.",
            do="Choisissez-en une autre dans la liste.",
        )
    return axis


def _unsure(request: HttpRequest) -> PlanForm | None:
    """Return the words that were typed and seem to name or reach somebody, None when nothing does: the page
    asks about them, and loses none.
    """
    form_builders: Mapping[str, Callable[[], PlanForm]] = {
        "note": lambda: NoteForm(request.POST),
        **dict.fromkeys(COUNTING, lambda: MeasureForm(request.POST, auto_id=OF_MEASURE)),
    }
    build = form_builders.get(request.POST.get("geste", ""))
    form = build() if build else None
    if form is None or not form.warned or form.is_valid():
        return None
    form.fields[next(iter(form.warned))].widget.attrs["autofocus"] = True  # the page is long
    return form


def _chosen(request: HttpRequest, rows: Any, name: str) -> Any:
    """Return the row that a form names; Refused for one that is elsewhere, or that somebody took off."""
    row = rows.filter(pk=whole_number(request.POST.get(name, ""), ROWS)).first()
    if row is None:
        raise TAKEN_OFF
    return row


def _state(request: HttpRequest, row: PlanAction) -> None:
    state = request.POST.get("etat", "")
    if state not in rules.STATES:
        raise NO_STATE
    why = request.POST.get("motif", "")
    actions.set_state(row, state, by=account_of(request), at=timezone.now(), why=why)
    messages.success(request, f"État : {rules.STATES[state]}.")


def _answer_finding(request: HttpRequest, row: PlanAction) -> None:
    finding = request.POST.get("constat", "")
    if finding and finding not in offered_findings(row, overview.reading_of(row.plan.place)):
        raise TAKEN_OFF
    actions.answer_finding(row, finding, by=account_of(request), at=timezone.now())
    messages.success(request, "Le constat est relié." if finding else "L’action ne cite plus de constat.")


def _pass_step(request: HttpRequest, row: PlanAction) -> None:
    step = _chosen(request, row.milestones, "etape")
    was = was_withdrawn(request)
    passed = step.done_on is None if was is None else not was
    actions.pass_milestone(step, passed=passed, by=account_of(request), at=timezone.now())
    messages.success(request, "Étape passée." if step.done_on else "Étape à faire de nouveau.")


def _withdraw_measure(request: HttpRequest, row: PlanAction) -> None:
    measure = _chosen(request, row.measures, "mesure")
    actions.withdraw_measure(measure, was=was_withdrawn(request), by=account_of(request), at=timezone.now())
    messages.success(request, "Nombre retiré." if measure.withdrawn_at else "Nombre remis.")


def _withdraw_funding(request: HttpRequest, row: PlanAction) -> None:
    funding = _chosen(request, row.fundings, "financement")
    actions.withdraw_funding(funding, was=was_withdrawn(request), by=account_of(request), at=timezone.now())
    messages.success(request, "Financement retiré." if funding.withdrawn_at else "Financement remis.")


def _link_task(request: HttpRequest, row: PlanAction) -> None:
    chosen = whole_number(request.POST.get("tache", ""), ROWS)
    tasks = effects.offered(row, request.user)
    decision = next((task for task in tasks if task.pk == chosen), None)
    if decision is None:
        raise Refused(
            "La tâche n’a pas été reliée.",
            why="Elle est d’un autre territoire, elle n’est pas à vous, ou elle est déjà reliée.",
            do="Relisez les tâches de l’action, ou choisissez-en une autre.",
        )
    actions.link_task(row, decision, by=account_of(request), at=timezone.now())
    messages.success(request, "La tâche est reliée à cette action.")


def _unlink_task(request: HttpRequest, row: PlanAction) -> None:
    actions.unlink_task(_chosen(request, row.tasks, "tache"))
    messages.success(request, "Tâche déliée : sa réunion la garde.")


def _withdraw_note(request: HttpRequest, row: PlanAction) -> None:
    note = _chosen(request, row.notes, "note")
    actions.withdraw_note(note, was=was_withdrawn(request), by=account_of(request), at=timezone.now())
    messages.success(request, "Retirée du journal." if note.withdrawn_at else "Remise au journal.")


def _wrong_in(form: Form) -> str:
    """Return the faults of a form, each after the name of its field: it is far down the page."""
    return " ".join(
        f"« {str(form.fields[name].label).removesuffix(OPTIONAL)} » : {each}"
        for name, errors in form.errors.items()
        for each in errors
    )


def _count(request: HttpRequest, row: PlanAction) -> None:
    form = MeasureForm(request.POST)
    if not form.is_valid():
        raise Refused(
            "Ce nombre n’a pas été enregistré.", why=_wrong_in(form), do="Complétez, puis enregistrez."
        )
    replaces = (
        whole_number(request.POST.get("remplace", ""), ROWS) if request.POST["geste"] == REPLACING else None
    )
    actions.count(row, **form.cleaned_data, replaces=replaces, by=account_of(request), at=timezone.now())
    message = "Le nombre est noté, à côté de ce qui était attendu."
    messages.success(
        request, message if replaces is None else "Le nombre est remplacé : l’ancien est retiré."
    )


def _fund(request: HttpRequest, row: PlanAction) -> None:
    form = FundingForm(request.POST, plan=row.plan)
    if not form.is_valid():
        raise Refused(
            "Ce financement n’a pas été enregistré.", why=_wrong_in(form), do="Complétez, puis enregistrez."
        )
    actions.fund(row, **form.values, by=account_of(request), at=timezone.now())
    messages.success(request, "Le financement est noté.")


def _note(request: HttpRequest, row: PlanAction) -> None:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Refused(
            "Rien n’a été écrit au journal.", why=_wrong_in(form), do="Complétez, puis écrivez de nouveau."
        )
    actions.note(row, **form.cleaned_data, by=account_of(request), at=timezone.now())
    messages.success(request, "C’est au journal.")


ACTION_HANDLERS: Mapping[str, Callable[[HttpRequest, PlanAction], None]] = {
    "etat": _state,
    "constat": _answer_finding,
    "etape": _pass_step,
    "note": _note,
    "oter": _withdraw_note,
    **dict.fromkeys(COUNTING, _count),
    "oter-mesure": _withdraw_measure,
    "financer": _fund,
    "oter-financement": _withdraw_funding,
    "tache": _link_task,
    "oter-tache": _unlink_task,
}
