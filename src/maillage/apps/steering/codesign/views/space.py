"""For who leads a co-design workshop: prepare it, seat people, run its steps, end it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access as community
from maillage.apps.directory.memberships.access import name_of
from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.steering.codesign import access, actions, rules
from maillage.apps.steering.codesign.forms import ProfileForm, SeatForm, SessionForm
from maillage.apps.steering.codesign.models import Group, Session
from maillage.apps.steering.codesign.queries import boards as queries
from maillage.kernel import codes
from maillage.kernel.typed import ROWS, whole_number
from maillage.reference.codesign import journeys
from maillage.web import printing, refusals
from maillage.web.long_lists import Choice, long_list
from maillage.web.overwrites import WrittenMeanwhile
from maillage.web.withdrawal import was_withdrawn

CLOSED = "clos"


@holding(access.LEADS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The workshops of one's territories, and the journeys already written."""
    rows = list(access.sessions_for(request.user))
    places = {row.place: name_of(row.place) for row in rows}
    sessions = long_list(
        request,
        rows,
        words=lambda row: f"{row.title} {row.operator} {row.objective} {places[row.place]}",
        choices=[
            Choice("etape", "Où il en est", "Toutes les étapes", _stage, {**rules.STEPS, CLOSED: "Clos"}),
            Choice("territoire", "Territoire", "Tous", lambda row: row.place, places),
        ],
        day=lambda row: row.closed_at and row.closed_at.date(),
    )
    return render(request, "codesign/index.html", {"sessions": sessions, "journeys": journeys().values()})


def _stage(row: Session) -> str:
    return CLOSED if row.closed_at else row.step


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A workshop to prepare; `?comme=`: with the profiles of another one, for another operator; `?titre=`,
    `?operateur=`, `?territoire=`: as the page of a case begins it.
    """
    at = timezone.localtime()
    like = _like(request)
    start = {"jour": at.date(), "groupes": 4, "voix": 4, "jeton": get_random_string(24)}
    start |= {
        key: request.GET[key][:120] for key in ("territoire", "titre", "operateur") if key in request.GET
    }
    if like is not None:
        start |= {
            "territoire": like.place,
            "objectif": like.objective,
            "question": like.question,
            "groupes": like.groups.count(),
            "voix": like.votes_each,
        }
    form = SessionForm(request.POST or None, initial=start)
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        if may_write(request.user, clean["territoire"]):
            row = actions.prepare(
                clean["territoire"],
                title=clean["titre"],
                objective=clean["objectif"],
                operator=clean["operateur"],
                question=clean["question"],
                day=clean["jour"],
                groups=clean["groupes"],
                votes_each=clean["voix"],
                token=clean["jeton"],
                by=account_of(request),
                at=at,
                like=like,
            )
            messages.success(request, "L’atelier est prêt. Écrivez le profil de chaque groupe.")
            return redirect("codesign_session", row.pk)
        form.add_error(
            "territoire", "Ce territoire n’est pas le vôtre. Choisissez-en un dont vous tenez le diagnostic."
        )
    context = {"form": form, "like": like}
    return render(request, "codesign/new.html", context, status=400 if form.errors else 200)


def _like(request: HttpRequest) -> Session | None:
    """Return the workshop whose profiles serve again, None when none is said; Http404 for one not theirs."""
    typed = request.POST.get("comme", "") or request.GET.get("comme", "")
    return (
        get_object_or_404(access.sessions_for(request.user), pk=whole_number(typed, ROWS) or 0)
        if typed
        else None
    )


@holding(access.LEADS)
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """A workshop: its steps, its groups and their codes, who sits there, what comes out of it."""
    row = _session_or_404(request, pk)
    return _page(request, row)


def _call(row: Session) -> str:
    """Return where the network is told the hour and the place of a workshop to come; "" once it is over."""
    if row.held_on <= timezone.localdate():
        return ""
    known = {"sorte": "group", "titre": row.title, "jour": row.held_on.isoformat()}
    return f"{reverse('meeting_new')}?{urlencode(known)}"


def _page(request: HttpRequest, row: Session, *, form: SeatForm | None = None) -> HttpResponse:
    at = timezone.now()
    context = {
        "row": row,
        "question": queries.question(row),
        "steps": [
            (id, title, rules.before(id, row.step), id == row.step) for id, title in rules.STEPS.items()
        ],
        "next": rules.next_step(row.step),
        "next_title": rules.STEPS.get(rules.next_step(row.step), ""),
        "ends_at": row.step_ends_at if row.step_ends_at and row.step_ends_at > at else None,
        "tables": queries.table(row),
        "standing": row.participants.filter(group=None),
        "form": form or SeatForm(),
        "call": _call(row) if community.may_propose(request.user) else "",
        "causes": queries.ticked(row),
        "drafts": queries.drafts(row),
        "cards": queries.chosen_cards(row),
        "n_ballots": row.participants.filter(voted_at__isnull=False).count(),
        "address": printing.address(request, reverse("codesign_enter"))
        or request.build_absolute_uri(reverse("codesign_enter")),
    }
    return render(request, "codesign/session.html", context, status=400 if form else 200)


@holding(access.LEADS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a step, seat somebody or take them off, put a draft aside, end the workshop or open it again."""
    row = _session_or_404(request, pk)
    by, at, what = account_of(request), timezone.now(), request.POST.get("geste", "")
    with refusals.as_message(request):
        if what in rules.STEPS:
            actions.go_to(row, what, minutes=whole_number(request.POST.get("minutes", ""), 240), by=by, at=at)
            messages.success(request, f"C’est le temps de : {rules.STEPS[what].lower()}.")
        elif what == "asseoir":
            form = SeatForm(request.POST)
            if not form.is_valid():
                return _page(request, row, form=form)
            group = row.groups.filter(number=whole_number(request.POST.get("groupe", ""), 99) or 0).first()
            actions.seat(row, group, **form.cleaned_data)
        elif what == "lever":
            number = whole_number(request.POST.get("numero", ""), 10**4)
            actions.unseat(row, number)
            messages.success(request, f"Le n° {number} est retiré, avec ses voix.")
        elif what == "ecarter":
            draft = get_object_or_404(row.drafts, pk=whole_number(request.POST.get("action", ""), 2**31))
            actions.drop(draft, was=was_withdrawn(request))
        elif what == "clore":
            actions.close(row, by=by, at=at)
            messages.success(
                request, "L’atelier est clos. Les causes cochées se lisent sur la grille du territoire."
            )
        elif what == "rouvrir":
            actions.reopen(row, by=by, at=at)
            messages.success(request, "L’atelier est rouvert. Ses causes sont retirées de la grille.")
    return redirect("codesign_session", row.pk)


@holding(access.LEADS)
@require_safe
def ballots(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballots to cut out: one a participant, with its own address."""
    row = _session_or_404(request, pk)
    people: list[dict[str, Any]] = [
        {
            "number": each.number,
            "group": each.group,
            "trade": each.get_trade_display(),
            "code": codes.in_halves(each.code),
            "address": request.build_absolute_uri(reverse("codesign_ballot", args=[each.code])),
        }
        for each in row.participants.select_related("group")
    ]
    return render(request, "codesign/ballots.html", {"row": row, "people": people})


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """The invented profile of a group."""
    group = get_object_or_404(
        Group.objects.select_related("session"), pk=pk, session__in=access.sessions_for(request.user)
    )
    initial = {key: getattr(group, key) for key in ("name", "who", "equipment", "skills", "zone")}
    form = ProfileForm(request.POST or None, place=group.session.place, initial=initial)
    if form.is_bound and form.is_valid():
        with refusals.as_message(request):
            try:
                group_row = actions.describe(group, original=form.original, **form.values)
            except WrittenMeanwhile as conflict:
                form.tell(conflict)
            else:
                messages.success(request, f"Le groupe {group_row.number} suit {group_row.name}.")
                return redirect("codesign_session", group_row.session_id)
    context = {"group": group, "form": form}
    return render(request, "codesign/profile.html", context, status=400 if form.errors else 200)


def _session_or_404(request: HttpRequest, pk: int) -> Session:
    return get_object_or_404(access.sessions_for(request.user), pk=pk)
