"""The meetings of the network: proposed, voted, held, written down, followed; the shared agenda."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access
from maillage.apps.community.actions import meetings as actions
from maillage.apps.community.forms.meetings import (
    AgendaForm,
    DecisionForm,
    MeetingForm,
    MinutesForm,
    VoteForm,
)
from maillage.apps.community.models import Decision, Meeting, MeetingDate
from maillage.apps.community.queries import agenda as agenda_queries
from maillage.apps.community.queries import meetings as queries
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.rules import agenda as agenda_rules
from maillage.apps.community.rules import meetings as rules
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.reference import clocks
from maillage.web import refusals
from maillage.web.long_lists import PAGE, long_list
from maillage.web.withdrawal import was_withdrawn

DATES_A_PAGE = 12
ROWS = 10**15


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The meetings to vote, to come and past, and the open tasks."""
    at = timezone.localtime()
    past = long_list(
        request,
        queries.past(at),
        words=lambda row: f"{row.title} {row.structure or ''} {row.lieu or ''}",
        day=lambda row: row.starts_at.date() if row.starts_at else None,
    )
    context = {
        "votes": queries.to_vote(at)[:PAGE],
        "rows": [_line(row) for row in queries.to_come(at)[:PAGE]],
        "tasks": queries.open_tasks(at.date())[:PAGE],
        "list": past,
        "page": past.page,
        "past": [_line(row) for row in past.page],
        "may_write": access.may_propose(request.user),
        "tab": "reunions",
    }
    return render(request, "community/meetings/index.html", context)


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A meeting to propose, with one date or several; `?sorte=`: with the agenda that its kind proposes;
    `?suite=` and `?mois=`: the one that follows another; `?titre=` and `?jour=`: what another page knows.
    """
    if not access.may_propose(request.user):
        raise Http404
    # The meeting that this one follows, among those one leads; None for none, or without a date.
    number = whole_number(request.GET.get("suite", ""), most=ROWS)
    former = access.meetings_for(request.user).exclude(starts_at=None).filter(pk=number or 0).first()
    kind = former.kind if former else request.GET.get("sorte", "")
    form = MeetingForm(
        request.POST or None,
        structures=list(access.structures_for(request.user)),
        leads=access.leads(request.user),
        seat=access.seat_of(request.user),
        initial={
            "jeton": get_random_string(24),
            "jour_1": _first_day(request, former),
            "heure_1": "10:00",
            "titre": request.GET.get("titre", "")[:160],
            "sorte": kind,
            "ordre": rules.agenda(kind),
            **(_again(former) if former else {}),
        },
    )
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.propose(
                form.structure, actions.Draft(**form.values), by=account_of(request), at=timezone.localtime()
            )
        except Refused as refused:
            error = refused
        else:
            is_over = form.values["is_over"]
            words = (
                "C’est noté, et compté." if is_over else "La réunion est proposée : tout le réseau la voit."
            )
            messages.success(request, words)
            return redirect("meeting", row.pk)
    ready = [(id, rules.KINDS[id]) for id in rules.AGENDAS]
    context = {"form": form, "error": error, "ready": ready, "tab": "reunions"}
    return render(
        request, "community/meetings/new.html", context, status=400 if error or form.errors else 200
    )


def _first_day(request: HttpRequest, former: Meeting | None) -> date:
    """Return the day that a new meeting proposes: what its rhythm gives, or the page that leads here; else
    a working day in two weeks, as for a day that is over.
    """
    today = timezone.localdate()
    months = whole_number(request.GET.get("mois", ""), most=max(rules.RHYTHMS))
    try:
        day = date.fromisoformat(request.GET.get("jour", ""))
    except ValueError:
        day = today
    if former and former.starts_at and months in rules.RHYTHMS:
        day = rules.following(_local(former, former.starts_at).date(), months)
    if day > today:
        return day
    soon = today + timedelta(days=14)
    return soon + timedelta(days=7 - soon.weekday() if soon.weekday() > 4 else 0)


def _local(row: Meeting, moment: datetime) -> datetime:
    return moment.astimezone(clocks.zone(row.commune))


def _again(row: Meeting) -> dict[str, Any]:
    """Return the initial values of the next meeting: all those of this one but its day and its agenda."""
    return {
        "au_nom_de": str(row.structure_id or rules.COORDINATION),
        "titre": row.title,
        "avec": row.partners,
        "lieu": str(row.lieu_id or ""),
        "adresse": row.address,
        "commune": commune_name(row.commune),
        "duree": str(row.minutes),
        "heure_1": f"{_local(row, row.starts_at):%H:%M}" if row.starts_at else "",
    }


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: its dates to vote, or its day, its minutes, its decisions."""
    row = get_object_or_404(Meeting.objects.select_related("structure", "lieu"), pk=pk)
    form, error = VoteForm(request.POST or None, dates=list(row.dates.all())), None
    if form.is_bound and form.is_valid():
        try:
            actions.vote(row, form.answers, by=account_of(request), at=timezone.localtime())
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Votre réponse est notée. Vous pouvez la changer jusqu’au choix.")
            return redirect("meeting", row.pk)
    context = _context(request, row) | {"vote_error": error}
    return render(request, "community/meetings/meeting.html", context, status=400 if error else 200)


@holding(*access.KEEPS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a date, put the vote back, cancel the meeting."""
    row = get_object_or_404(access.meetings_for(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    action = request.POST.get("geste", "")
    try:
        match action:
            case "choisir":
                number = whole_number(request.POST.get("date", ""), most=ROWS)
                option = get_object_or_404(MeetingDate.objects.filter(meeting=row), pk=number)
                actions.choose(row, option, by=by, at=at)
                messages.success(request, "La date est choisie. Elle est à l’agenda du réseau.")
            case "revoter":
                actions.reopen_vote(row, by=by, at=at)
                messages.success(request, "Le vote est remis. Les réponses données sont gardées.")
            case "annuler":
                was, why = was_withdrawn(request), request.POST.get("raison", "")
                row = actions.cancel(row, reason=why, was=was, by=by, at=at)
                messages.success(
                    request,
                    "La réunion est annulée. Vous pouvez la remettre."
                    if row.cancelled_at
                    else "La réunion a lieu, comme prévu.",
                )
            case _:
                raise Http404
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("meeting", row.pk)


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of a meeting, to write; what somebody else wrote meanwhile is shown beside."""
    row = get_object_or_404(access.meetings_for(request.user), pk=pk)
    initial = {"texte": row.record, "presentes": row.present, "etat": actions.stamp(row)}
    form, error = MinutesForm(request.POST or None, initial=initial), None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            actions.write_minutes(
                row,
                text=clean["texte"],
                present=clean["presentes"],
                version=clean["etat"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
            row.refresh_from_db()
            # The next saving takes over: whoever writes has just read what the other one wrote.
            stamped_post = request.POST.copy()
            stamped_post["etat"] = actions.stamp(row)
            form.data = stamped_post
        else:
            messages.success(request, "Le compte rendu est enregistré. Notez maintenant ce qui est décidé.")
            return redirect("meeting", row.pk)
    other_text = row.record if error and row.record != form.data.get("texte") else ""
    context = {"row": row, "form": form, "error": error, "theirs": other_text, "when": queries.when(row)}
    failed = error is not None or bool(form.errors)
    return render(request, "community/meetings/record.html", context, status=400 if failed else 200)


@holding(*access.KEEPS)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a decision of a meeting."""
    row = get_object_or_404(access.meetings_for(request.user), pk=pk)
    form, error = DecisionForm(request.POST), None
    if form.is_valid():
        try:
            decision = actions.decide(row, **form.values, by=account_of(request), at=timezone.localtime())
        except Refused as refused:
            error = refused
        else:
            pilot = queries.pilot_name(decision)
            messages.success(
                request,
                f"C’est noté. La tâche attend {pilot}, sur sa page Aujourd’hui." if pilot else "C’est noté.",
            )
            return redirect("meeting", row.pk)
    context = _context(request, row) | {"decision_form": form, "decision_error": error}
    return render(request, "community/meetings/meeting.html", context, status=400)


@holding(*access.MEMBERS)
@require_POST
def ballot(request: HttpRequest, pk: int) -> HttpResponse:
    """Vote a decision."""
    row = get_object_or_404(Decision, pk=pk)
    with refusals.as_message(request):
        actions.cast(row, request.POST.get("vote", ""), by=account_of(request), at=timezone.localtime())
        messages.success(request, "Votre vote est noté. Vous pouvez le changer jusqu’au dernier jour.")
    return redirect(f"{reverse('meeting', args=[row.meeting_id])}#decisions")


@holding(*access.MEMBERS)
@require_POST
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a task is done, or not after all; erase a decision noted by mistake."""
    row = get_object_or_404(access.decisions_for(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    try:
        if request.POST.get("geste") == "effacer":
            get_object_or_404(access.meetings_for(request.user), pk=row.meeting_id)
            actions.erase(row, by=by, at=at)
            messages.success(request, "La décision est effacée.")
        else:
            row = actions.finish(row, was=was_withdrawn(request), by=by, at=at)
            done = "La tâche est faite." if row.done_at else "La tâche est de nouveau à faire."
            messages.success(request, done)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    if request.POST.get("retour") == "aujourd-hui":
        return redirect("space")
    return redirect("meeting", row.meeting_id)


@holding(*access.MEMBERS)
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting, for a calendar."""
    row = get_object_or_404(
        Meeting.objects.exclude(starts_at=None).select_related("structure", "lieu"), pk=pk
    )
    return _file(queries.feed([row], row.title), "reunion.ics")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _line(row: Meeting) -> dict[str, Any]:
    return {"row": row, "when": queries.when(row), "where": queries.place(row)}


def _context(request: HttpRequest, row: Meeting) -> dict[str, Any]:
    """Return the context of the page of a meeting for this reader."""
    at = timezone.localtime()
    is_led = access.meetings_for(request.user).filter(pk=row.pk).exists()
    started = row.starts_at is not None and row.starts_at <= at and row.cancelled_at is None
    tasks = queries.tasks_of(row, at.date(), account_of(request))
    own_decisions = set(access.decisions_for(request.user).filter(meeting=row).values_list("pk", flat=True))
    return {
        "row": row,
        "when": queries.when(row),
        "where": queries.place(row),
        "convener": queries.convener(row),
        "options": queries.options(row, account_of(request)) if row.starts_at is None else [],
        "answers": rules.ANSWERS,
        "ballots": rules.BALLOTS,
        "rhythms": rules.RHYTHMS,
        "n_voters": queries.voters(row),
        "n_dates": row.dates.count(),
        "is_ours": is_led,
        "started": started,
        "map": None if started or row.cancelled_at else queries.published_map(row),
        "tasks": tasks,
        "mine": own_decisions,
        "now": at,
        "decision_form": DecisionForm(initial={"jeton": get_random_string(24)})
        if is_led and started
        else None,
        "tab": "reunions",
    }


# ------------------------------------------------------------------------------------------ the shared agenda


@holding(*access.MEMBERS)
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Occurrences of the network in the coming days."""
    at, form = timezone.localtime(), AgendaForm(request.GET or None)
    rows = agenda_queries.occurrences(at, agenda_rules.until(at, form.span), **form.wanted)
    query = request.GET.copy()
    page = Paginator(rows, DATES_A_PAGE).get_page(request.GET.get("page"))
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "days": agenda_rules.by_day(page),
        "count": len(rows),
        "is_full": len(rows) >= agenda_queries.MOST,
        "query": query.urlencode(),
        "is_asked": any(form.wanted.values()),
        "may_write": access.leads(request.user) or access.structures_for(request.user).exists(),
        "tab": "agenda",
    }
    return render(request, "community/agenda/index.html", context)


@holding(*access.MEMBERS)
@require_safe
def agenda_feed(request: HttpRequest) -> HttpResponse:
    """The same, as a calendar."""
    at, form = timezone.localtime(), AgendaForm(request.GET or None)
    rows = agenda_queries.occurrences(at, agenda_rules.until(at, form.span), **form.wanted)
    content = agenda_queries.feed(rows, "L’agenda du réseau", at)
    return _file(content, "agenda-du-reseau.ics")
