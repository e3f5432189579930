"""Reminders on the telephone or on paper: done, taken back, printed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.reminders import access
from maillage.apps.reminders.actions import tasks
from maillage.apps.reminders.models import Reminder
from maillage.apps.reminders.queries import lists
from maillage.apps.reminders.rules import ways
from maillage.web import refusals

DECISIONS = {
    "fait": (tasks.mark_done, "C’est noté : fait."),
    "pas-fait": (tasks.mark_undone, "C’est noté : pas fait. S’il a encore lieu d’être, il est à faire."),
}
CARDS_AT_ONCE = 40
helping = holding(*access.SEES, access.WORKSHOPS)


@helping
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Reminders to say, to print or to know; the first to take place first."""
    at, readable = timezone.now(), access.reminders_for(request.user)
    kind = lists.KINDS.get(request.GET.get("quoi", lists.CALLS), lists.KINDS[lists.CALLS])
    pending = lists.to_do(readable, at).filter(way__in=kind.ways)
    page = Paginator(pending, lists.PAGE).get_page(request.GET.get("page"))
    done = lists.done_lately(readable, at).filter(way__in=kind.ways)[: lists.PAGE]
    context = {
        "kind": kind,
        "kinds": lists.KINDS.values(),
        "counts": lists.counts(readable, at),
        "page": page,
        "tasks": lists.tasks(page),
        "done": lists.tasks(done),
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
    return next((kind.id for kind in lists.KINDS.values() if row.way in kind.ways), lists.CALLS)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card to print, in the person's language."""
    row = get_object_or_404(access.reminders_for(request.user), pk=pk, way=ways.PRINT)
    return render(request, "reminders/space/cards.html", {"tasks": lists.tasks([row])})


@helping
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """All the cards left to print, four on a sheet."""
    pending = lists.to_do(access.reminders_for(request.user), timezone.now()).filter(way=ways.PRINT)
    return render(request, "reminders/space/cards.html", {"tasks": lists.tasks(pending[:CARDS_AT_ONCE])})
