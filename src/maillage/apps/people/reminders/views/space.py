"""Reminders on the telephone or on paper: done, taken back, printed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.people.reminders import access, actions, queries, rules
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.web import refusals
from maillage.web.long_lists import PAGE

DECISIONS = {
    "fait": (actions.mark_done, "C’est noté : fait."),
    "pas-fait": (actions.mark_undone, "C’est noté : pas fait. S’il a encore lieu d’être, il est à faire."),
}
CARDS_AT_ONCE = 40
helping = holding(*access.SEES, access.WORKSHOPS)


@helping
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Reminders to say, to print or to know; the first to take place first."""
    at, readable = timezone.now(), access.reminders_for(request.user)
    counts = queries.counts(readable, at)
    first = next((id for id, n_pending in counts.items() if n_pending), queries.CALLS)
    kind = queries.KINDS.get(request.GET.get("quoi", first), queries.KINDS[first])
    pending = queries.to_do(readable, at).filter(way__in=kind.ways)
    page = Paginator(pending, PAGE).get_page(request.GET.get("page"))
    done = queries.done_lately(readable, at).filter(way__in=kind.ways)[:PAGE]
    context = {
        "kind": kind,
        "kinds": queries.KINDS.values(),
        "counts": counts,
        "page": page,
        "tasks": queries.tasks(page),
        "done": queries.tasks(done),
    }
    return render(request, "reminders/space/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a reminder was given, or take that back; it does not exist for who does not help there."""
    row = get_object_or_404(access.reminders_for(request.user), pk=pk)
    back = f"{reverse('reminders')}?quoi={_list_of(row)}"
    if request.method != "POST":  # a session that ended in between: the person signs in, and chooses again
        return redirect(back)
    if request.POST.get("geste") not in DECISIONS:
        raise Http404
    act, success = DECISIONS[request.POST["geste"]]
    with refusals.as_message(request):
        act(row, by=account_of(request), at=timezone.now())
        messages.success(request, success)
    return redirect(back)


def _list_of(row: Reminder) -> str:
    return next((kind.id for kind in queries.KINDS.values() if row.way in kind.ways), queries.CALLS)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card to print, in the person's language."""
    row = get_object_or_404(access.reminders_for(request.user), pk=pk, way=rules.PRINT)
    return render(request, "reminders/space/cards.html", {"tasks": queries.tasks([row])})


@helping
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """All the cards left to print, four on a sheet."""
    pending = queries.to_do(access.reminders_for(request.user), timezone.now()).filter(way=rules.PRINT)
    return render(request, "reminders/space/cards.html", {"tasks": queries.tasks(pending[:CARDS_AT_ONCE])})
