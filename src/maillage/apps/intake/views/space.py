"""What is due in the directory, and what others propose or report."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.accounts.access import holding
from maillage.apps.directory import access, rules
from maillage.apps.directory.queries import space
from maillage.apps.intake.actions import proposals as actions
from maillage.apps.intake.queries import pending
from maillage.kernel.errors import Refused


@holding("directory.edit")
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """The working list: what is due first, oldest first; or the sheets found by their words."""
    text = request.GET.get("q", "").strip()[:100]
    today = timezone.localdate()
    context = {
        "q": text,
        "totals": space.totals(request.user),
        "imports": space.imports(request.user)[:3],
        "manages": access.may_manage(request.user),
    }
    if text:
        return render(request, "intake/found.html", {**context, "hits": space.find(text, request.user)})
    shown = space.sections(request.user, today)
    return render(
        request,
        "intake/index.html",
        {
            **context,
            "sections": shown,
            "nothing": space.nothing(shown),
            "waiting": pending.everything(request.user),
        },
    )


@holding("directory.edit")
@require_safe
def section(request: HttpRequest, kind: str) -> HttpResponse:
    """One section of the working list, whole."""
    if kind not in space.SECTIONS:
        raise Http404
    shown, page = space.section(kind, request.user, timezone.localdate(), request.GET.get("page", "1"))
    return render(request, "intake/section.html", {"section": shown, "page": page})


@holding("directory.edit")
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """Values proposed beside those held, and messages of the public."""
    context = {
        "groups": space.proposals(request.user),
        "signals": space.signals(request.user),
        "answered": space.signals(request.user, state="accepted")[:10],
    }
    return render(request, "intake/proposals.html", context)


GESTURES = {
    "accepter": (actions.accept, "Valeur écrite dans la fiche."),
    "ecarter": (actions.decline, "Proposition écartée. La fiche n’a pas changé."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline a value, or close a message with a note; a proposal does not exist for a stranger."""
    found = get_object_or_404(access.proposals_for(request.user), pk=pk)
    if request.method != "POST":
        return redirect("proposals")
    if found.field == rules.CUSTODY and request.POST.get("geste") == "accepter":
        return redirect("custody", pk)  # what it would take along is read first
    gesture, by, at = request.POST.get("geste", ""), str(request.user), timezone.localtime()
    try:
        if gesture in GESTURES:
            act, told = GESTURES[gesture]
            act(found, by=by, at=at)
        else:
            actions.answer(found, request.POST.get("note", ""), by=by, at=at)
            told = "Réponse gardée. Le message est fermé."
        messages.success(request, told)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    if request.POST.get("suite") == "fiche":
        return redirect("lieu_edit", found.lieu.slug)
    return redirect("proposals")
