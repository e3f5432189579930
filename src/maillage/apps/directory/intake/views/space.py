"""Worklist of the directory, with proposals and reports."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.intake.actions import proposals as actions
from maillage.apps.directory.intake.actions import quick_actions
from maillage.apps.directory.intake.queries import pending
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Change
from maillage.apps.directory.places.queries import facets, space
from maillage.apps.platform.accounts.access import holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.words.wording import count

SETTLED = "fiches-relues"  # the changes of the last sheets settled together, to take back


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
    sections = space.sections(request.user, today)
    return render(
        request,
        "intake/index.html",
        {
            **context,
            "sections": sections,
            "nothing": space.nothing(sections),
            "waiting": pending.everything(request.user),
        },
    )


@holding("directory.edit")
@require_safe
def section(request: HttpRequest, kind: str) -> HttpResponse:
    """One section of the working list, whole."""
    if kind not in space.SECTIONS:
        raise Http404
    filters, on = facets.read(request.GET), timezone.localdate()
    section, page = space.section(kind, request.user, on, request.GET.get("page", "1"), filters)
    context = {
        "section": section,
        "page": page,
        "asked": filters,
        "choices": space.choices(kind, request.user, on, filters),
        "several": kind == space.DOUBTFUL and section.total > 1,
        "settled": len(request.session.get(SETTLED, ())) if kind == space.DOUBTFUL else 0,
    }
    return render(request, "intake/section.html", context)


@holding("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest) -> HttpResponse:
    """Say of several doubtful sheets at once that what was read is right; or take that back."""
    if request.method != "POST":  # a session that ended in between: the person signs in, and ticks again
        return redirect("directory_section", space.DOUBTFUL)
    by, at = str(request.user), timezone.localtime()
    if "defaire" in request.POST:
        settled = Change.objects.filter(
            pk__in=request.session.pop(SETTLED, ()), lieu__in=access.managed_by(request.user)
        )
        back, n_skipped = quick_actions.doubt_again(settled, by=by, at=at)
        messages.success(request, f"{count(back, 'fiche')} de nouveau à vérifier.")
        if n_skipped:
            messages.warning(
                request,
                f"{count(n_skipped, 'fiche')} changée{'s' * (n_skipped > 1)} depuis : laissée telle quelle.",
            )
        return redirect("directory_section", space.DOUBTFUL)
    numbers = [n for typed in request.POST.getlist("fiche") if (n := whole_number(typed)) is not None]
    changes = quick_actions.settle_doubts(space.doubtful(request.user, numbers), by=by, at=at)
    if changes:
        request.session[SETTLED] = [change.pk for change in changes]
    else:
        messages.error(
            request, "Rien n’a changé. Aucune fiche n’était cochée. Cochez celles que vous avez relues."
        )
    query = request.POST.get("suite", "")
    address = reverse("directory_section", args=[space.DOUBTFUL])
    return redirect(f"{address}?{query}" if query else address)


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


ANSWERS = {
    "accepter": (actions.accept, "Valeur écrite dans la fiche."),
    "ecarter": (actions.decline, "Proposition écartée. La fiche n’a pas changé."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline a value, or close a message with a note; a proposal does not exist for a stranger."""
    proposal = get_object_or_404(access.proposals_for(request.user), pk=pk)
    if request.method != "POST":
        return redirect("proposals")
    if proposal.field == rules.CUSTODY and request.POST.get("geste") == "accepter":
        return redirect("custody", pk)  # what it would take along is read first
    gesture, by, at = request.POST.get("geste", ""), str(request.user), timezone.localtime()
    try:
        if gesture in ANSWERS:
            act, message = ANSWERS[gesture]
            act(proposal, by=by, at=at)
        else:
            actions.answer(proposal, request.POST.get("note", ""), by=by, at=at)
            message = "Réponse gardée. Le message est fermé."
        messages.success(request, message)
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    if request.POST.get("suite") == "fiche":
        return redirect("lieu_edit", proposal.lieu.slug)
    return redirect("proposals")
