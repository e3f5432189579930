"""Calls for projects: read by everybody, led by who keeps the territory."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.volunteering.grants import access, actions, queries, rules
from maillage.apps.volunteering.grants.forms import CallForm
from maillage.apps.volunteering.grants.models import GrantCall, Juror
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.web.long_lists import Choice, long_list


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """The calls that anybody reads: open ones, those being judged, decided ones."""
    rows = queries.listed(access.published(), timezone.localdate())
    return render(request, "grants/public_list.html", {"rows": rows})


@require_safe
def public(request: HttpRequest, pk: int) -> HttpResponse:
    """A call: its rules, its days, then what it funds, why, and what became of it."""
    call = get_object_or_404(access.published(), pk=pk)
    context = _rules(call)
    if call.decided_at is not None:
        context |= {"granted": queries.granted(call), "follow_ups": queries.follow_ups(call)}
    return render(request, "grants/public.html", context)


def _rules(call: GrantCall) -> dict[str, object]:
    state = queries.state(call, timezone.localdate())
    return {
        "call": call,
        "state": rules.STATES[state],
        "is_open": state == rules.OPEN,
        "criteria": rules.CRITERIA.values(),
        "fewest": rules.FEWEST_JURORS,
    }


@holding(access.LEADS, access.APPLIES)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The calls one leads or judges, the applications of one’s structures, and the open calls."""
    on, user = timezone.localdate(), account_of(request)
    lines = long_list(
        request,
        queries.lines(user, on),
        words=lambda call_line: f"{call_line.title} {call_line.state}",
        choices=[
            Choice("quoi", "Lesquels", "Tous", lambda call_line: call_line.section, queries.SECTIONS),
            Choice("etat", "Où il en est", "Tous", lambda call_line: call_line.state, queries.STATES),
        ],
        day=lambda call_line: call_line.call.closes_on,
    )
    context = {
        "lines": lines,
        "sections": [
            (id, title, rows)
            for id, title in queries.SECTIONS.items()
            if (rows := [each for each in lines.page if each.section == id])
        ],
        "may_apply": access.structures_for(user).exists(),
    }
    return render(request, "grants/index.html", context)


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A call to write."""
    form = CallForm(request.POST or None, initial={"token": get_random_string(24)})
    error = None
    if form.is_bound and form.is_valid():
        place = form.cleaned_data["territoire"]
        if may_write(request.user, place):
            try:
                call = actions.prepare(
                    place,
                    token=form.cleaned_data["token"],
                    by=account_of(request),
                    at=timezone.now(),
                    **form.values,
                )
            except Refused as refused:
                error = refused
            else:
                messages.success(request, "L’appel est écrit. Relisez-le, puis publiez-le.")
                return redirect("grant", call.pk)
        else:
            form.add_error("territoire", "Ce territoire n’est pas le vôtre. Choisissez-en un que vous tenez.")
    context = {"form": form, "error": error}
    return render(request, "grants/new.html", context, status=400 if error or form.errors else 200)


@holding(access.LEADS)
@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """A call one leads: publish it, its jury, its applications, the decisions."""
    row = get_object_or_404(access.led_by(request.user), pk=pk)
    context = _rules(row) | {
        "jurors": row.jurors.select_related("account"),
        "applications": queries.jury(row),
        "left": row.budget - queries.total_granted(row),
        "is_judged": queries.state(row, timezone.localdate()) == rules.JUDGED,
        "follow_ups": queries.follow_ups(row),
    }
    return render(request, "grants/call.html", context)


@holding(access.LEADS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a call, seat its jury, announce its decisions."""
    row = get_object_or_404(access.led_by(request.user), pk=pk)
    by, at, what = account_of(request), timezone.now(), request.POST.get("geste", "")
    with refusals.as_message(request):
        if what == "publier":
            actions.publish(row, by=by, at=at)
            messages.success(request, "L’appel est publié : tout le monde le lit.")
        elif what == "jure":
            account = queries.account_named(request.POST.get("adresse", ""))
            if account is None:
                messages.error(
                    request,
                    "Personne n’a été ajouté. Aucun compte n’a cette adresse. Invitez d’abord la personne.",
                )
            else:
                actions.seat(row, account, by=by, at=at)
                messages.success(request, f"{account} est du jury.")
        elif what == "oter":
            juror = Juror.objects.filter(
                Q(pk=whole_number(request.POST.get("jure", ""), ROWS)), call=row
            ).first()
            if juror is not None:  # two who take the same off both have it
                actions.unseat(juror, by=by, at=at)
                messages.success(request, f"{juror.account} n’est plus du jury.")
        elif what == "annoncer":
            actions.announce(row, by=by, at=at)
            messages.success(request, "Les décisions sont publiées, avec leurs raisons.")
    return redirect("grant", row.pk)
