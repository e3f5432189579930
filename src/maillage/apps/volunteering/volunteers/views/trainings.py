"""The catalogue of trainings, and their sessions: joined, ticked, attested."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import sessions as actions
from maillage.apps.volunteering.volunteers.actions import team
from maillage.apps.volunteering.volunteers.forms.trainings import (
    AudienceForm,
    EnrolForm,
    OwnTrainingForm,
    SessionForm,
)
from maillage.apps.volunteering.volunteers.models import Aidant, Attestation, Session
from maillage.apps.volunteering.volunteers.queries import catalogue
from maillage.apps.volunteering.volunteers.queries import team as queries
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing.assistance import duration
from maillage.web import refusals
from maillage.web.long_lists import Choice, long_list
from maillage.web.withdrawal import was_withdrawn
from maillage.words.wording import series


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The catalogue, the sessions to come, and one's own attestations."""
    at = timezone.localtime()
    form = AudienceForm(request.GET)
    audience = form.cleaned_data["pour"] if form.is_valid() else ""
    coming = queries.to_come(at)
    n = {row.session.training: 0 for row in coming}
    for row in coming:
        n[row.session.training] += 1
    own = Attestation.objects.filter(aidant__user=request.user.pk).select_related("structure")
    structures = {row.session.workshop.structure.name for row in coming}
    sessions = long_list(
        request,
        [row for row in coming if _fits(row.session, audience)],
        words=lambda row: f"{row.session.workshop.title} {row.place} {row.session.workshop.structure.name}",
        choices=[
            Choice(
                "par",
                "Proposée par",
                "Toutes",
                lambda row: row.session.workshop.structure.name,
                {name: name for name in sorted(structures)},
            ),
            Choice(
                "places",
                "Places",
                "Toutes",
                lambda row: "" if row.room.is_full else "libres",
                {"libres": "Avec des places libres"},
            ),
        ],
        page=12,
    )
    context = {
        "form": form,
        "rows": [(row, duration(row.minutes), n.get(row.key, 0)) for row in catalogue.items(audience)],
        "sessions": sessions,
        "own": own,
        "to_attest": queries.run_by(request.user, at),
        "may_write": access.structures_for(request.user).exists(),
        "tab": "catalogue",
    }
    return render(request, "volunteers/trainings/index.html", context)


def _fits(session: Session, audience: str) -> bool:
    item = catalogue.item(session.training)
    return not audience or (item is not None and audience in item.audiences)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A training of a body, added to the catalogue."""
    form = OwnTrainingForm(request.POST or None, structures=list(access.structures_for(request.user)))
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.add_training(
                form.structure, form.values, by=account_of(request), at=timezone.localtime()
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "La formation est au catalogue : tout le réseau la voit.")
            return redirect("training", f"{catalogue.ADDED}{row.pk}")
    context = {"form": form, "error": error, "tab": "catalogue"}
    status = 400 if error or form.errors else 200
    return render(request, "volunteers/trainings/add.html", context, status=status)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: HttpRequest, key: str) -> HttpResponse:
    """One training: what it is, its sessions, and a session to plan."""
    item = catalogue.item(key)
    if item is None:
        raise Http404
    at = timezone.localtime()
    structures = list(access.structures_for(request.user))
    if request.method == "POST" and not structures:
        raise Http404
    form = SessionForm(request.POST or None, structures=structures) if structures else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            row = actions.plan(
                item,
                structure=form.structure,
                values=form.values,
                level=form.cleaned_data["niveau"],
                by=account_of(request),
                at=at,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, "La session est planifiée : elle est dans l’agenda, et ouverte au réseau."
            )
            return redirect("training_session", row.pk)
    context = {
        "item": item,
        "duration": duration(item.minutes),
        "coming": queries.to_come(at, item.key),
        "form": form,
        "error": error,
        "is_ours": item.own is not None
        and access.own_trainings_for(request.user).filter(pk=item.own.pk).exists(),
        "tab": "catalogue",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "volunteers/trainings/training.html", context, status=400 if failed else 200)


@holding(*access.KEEPS)
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a training that was added out of the catalogue, or put it back."""
    item = catalogue.item(key)
    if item is None or item.own is None:
        raise Http404
    row = get_object_or_404(access.own_trainings_for(request.user), pk=item.own.pk)
    by, was = account_of(request), was_withdrawn(request)
    row = actions.withdraw_training(row, was=was, by=by, at=timezone.localtime())
    messages.success(
        request,
        "La formation n’est plus au catalogue. Vous pouvez la remettre."
        if row.withdrawn_at
        else "La formation est de nouveau au catalogue.",
    )
    return redirect("training", key)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who may join it; for those who run it, who came and who has an attestation."""
    row = _session(request, pk)
    at = timezone.localtime()
    aidants = _aidants(request, row)
    form = EnrolForm(
        request.POST or None,
        aidants=aidants,
        several=len({each.structure_id for each in aidants}) > 1,
    )
    if form.is_bound and form.is_valid():
        _enrol(request, row, form.chosen, at)
        return redirect("training_session", row.pk)
    runs = access.sessions_for(request.user).filter(pk=row.pk).exists()
    enrolled = queries.enrolled(row)
    own_aidants = {each.pk for each in access.team_for(request.user)} | {
        each.pk for each in queries.own_aidant(request.user)
    }
    attestations = Attestation.objects.filter(session=row).order_by(
        F("withdrawn_at").asc(nulls_last=True), "pk"
    )
    by_aidant: dict[int, Any] = {each.aidant_id: each for each in attestations}
    over, zone = row.workshop.ends_at <= at, row.workshop.zone
    context = {
        "row": row,
        "shown": queries.session_row(row),
        "item": catalogue.item(row.training),
        "duration": duration(row.workshop.minutes),
        "joins": _own_structures(request, row) if row.workshop.starts_at > at else (),
        "form": form if aidants and row.workshop.cancelled_at is None and not over else None,
        "runs": runs,
        "people": [
            (each, by_aidant.get(each.aidant_id))
            for each in enrolled
            if runs or each.aidant_id in own_aidants
        ],
        "n_enrolled": len(enrolled),
        "begun": row.workshop.starts_at.astimezone(zone).date() <= at.astimezone(zone).date(),
        "over": over,
        "to_come": row.workshop.starts_at > at,
        "missing": [each for each in enrolled if each.seat.came and each.aidant_id not in by_aidant],
        "tab": "catalogue",
    }
    return render(request, "volunteers/trainings/session.html", context, status=400 if form.errors else 200)


def _enrol(request: HttpRequest, row: Session, chosen: list[Aidant], at: datetime) -> None:
    """Enrol those who were ticked, and say of each what became of it: the last seats may be taken."""
    seated: list[str] = []
    queued: list[str] = []
    for aidant in chosen:
        with refusals.as_message(request):
            enrolment = actions.enrol(row, aidant, by=account_of(request), at=at)
            (queued if enrolment.seat.status == agenda.WAIT_LISTED else seated).append(str(aidant))
    if seated:
        what = "la place est gardée" if len(seated) == 1 else "les places sont gardées"
        messages.success(request, f"C’est noté : {what} pour {series(seated)}.")
    if queued:
        messages.success(request, f"C’est noté : sur la liste d’attente, {series(queued)}.")


def _session(request: HttpRequest, pk: int) -> Session:
    """Return a session that a user reads: open to the network, or one they run."""
    rows = Session.objects.select_related("workshop__structure", "workshop__lieu")
    row = get_object_or_404(rows, pk=pk)
    if row.workshop.published_at is None and not access.sessions_for(request.user).filter(pk=pk).exists():
        raise Http404
    return row


def _aidants(request: HttpRequest, row: Session) -> list[Aidant]:
    """Return the aidants that a user may enrol: their teams, and themselves; those enrolled already apart."""
    taken = row.enrolments.exclude(seat__status=agenda.CANCELLED).values("aidant")
    aidant_by_number = {
        aidant.pk: aidant for aidant in access.team_for(request.user).filter(until=None).exclude(pk__in=taken)
    }
    aidant_by_number |= {
        aidant.pk: aidant for aidant in queries.own_aidant(request.user).exclude(pk__in=taken)
    }
    return sorted(aidant_by_number.values(), key=lambda aidant: (aidant.structure.name, aidant.name))


def _own_structures(request: HttpRequest, row: Session) -> list[Structure]:
    """Return the structures for which a user may enrol themselves; none once they are, or may be above."""
    own = queries.own_aidant(request.user)
    if row.workshop.cancelled_at is not None or own.exists():
        return []
    return list(access.helped_structures(request.user))


@holding(*access.MEMBERS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Act on a session: give up a seat, note who came, give the attestations."""
    row = _session(request, pk)
    by, at = account_of(request), timezone.localtime()
    step = request.POST.get("geste", "")
    if step == "moi":
        number = whole_number(request.POST.get("structure", ""), ROWS) or 0
        structure = get_object_or_404(access.helped_structures(request.user), pk=number)
        with refusals.as_message(request), transaction.atomic():
            aidant = team.add_oneself(structure, by=by, at=at)
            _enrol(request, row, [aidant], at)
        return redirect("training_session", row.pk)
    if step == "rendre":
        number = whole_number(request.POST.get("inscription", ""), ROWS) or 0
        enrolment = get_object_or_404(
            row.enrolments.select_related("aidant", "seat", "session__workshop"), pk=number
        )
        with refusals.as_message(request):
            actions.give_up(enrolment, by=by, at=at)
            messages.success(request, "La place est rendue.")
        return redirect("training_session", row.pk)
    if not access.sessions_for(request.user).filter(pk=row.pk).exists():
        raise Http404
    if step == "appel":
        with refusals.as_message(request):
            actions.tick(row, _came(request, row), by=by, at=at)
            messages.success(
                request, "Les présences sont notées. Remettez les attestations quand la session est finie."
            )
    elif step == "attester":
        with refusals.as_message(request):
            n = len(actions.attest(row, by=by, at=at))
            messages.success(
                request,
                f"{n} attestation{'s' if n > 1 else ''} remise{'s' if n > 1 else ''}."
                if n
                else "Rien à remettre : chacun a la sienne.",
            )
    else:
        raise Http404
    return redirect("training_session", row.pk)


def _came(request: HttpRequest, row: Session) -> dict[int, bool]:
    """Return the attendance by number of enrolment, for those of the page only: another user may have
    noted the others since it was read. Refused when it has none.
    """
    values = {"1": True, "0": False}
    came_by_number = {
        has_come.pk: values.get(request.POST.get(f"venu-{has_come.pk}", ""))
        for has_come in queries.enrolled(row)
    }
    if came := {pk: has_come for pk, has_come in came_by_number.items() if has_come is not None}:
        return came
    raise Refused(
        "Les présences n’ont pas été notées.",
        why="Personne n’est noté présent ou absent.",
        do="Choisissez pour une personne au moins, puis recommencez.",
    )
