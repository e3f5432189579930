"""Structure of a place: effects of giving it to another one, read before it is done; and the name
of a structure.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.intake.actions import custody as actions
from maillage.apps.directory.intake.actions import proposals
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.queries import custody
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Effects of giving a place to another structure; the team of the place, or the coordination, answers
    yes or no.
    """
    proposal = get_object_or_404(access.proposals_for(request.user), pk=pk, field=rules.CUSTODY)
    if proposal.state != rules.OPEN:
        messages.info(
            request, f"C’est déjà décidé : {proposal.get_state_display()}, par {proposal.answered_by}."
        )
        return redirect("lieu_edit", proposal.lieu.slug)
    at, lieu, error = timezone.localtime(), proposal.lieu, None
    if request.method == "POST":
        by, name = str(request.user), proposal.parts["name"]
        try:
            if request.POST.get("geste") == "accepter":
                actions.accept(proposal, by=by, at=at)
                messages.success(request, f"« {lieu.name} » est confié à « {name} ».")
            else:
                proposals.decline(proposal, by=by, at=at)
                messages.success(request, f"« {lieu.name} » reste à « {lieu.structure} ». Rien n’a changé.")
            if access.managed_by(request.user).filter(pk=lieu.pk).exists():
                return redirect("lieu_edit", lieu.slug)
            return redirect("directory")  # whoever gave it away holds it no more
        except Refused as refused:
            error = refused
    effects = custody.handover(lieu, custody.recipient(proposal), proposal.parts["name"], at=at)
    context = {"proposal": proposal, "lieu": lieu, "handing": effects, "error": error}
    return render(request, "intake/custody.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, place: str) -> HttpResponse:
    """Choose the structure to which a place would be given: nothing is done before what it would do is
    read.
    """
    lieu = get_object_or_404(access.managed_by(request.user), slug=place)
    typed, error = (request.POST.get("nom") or request.GET.get("nom") or "").strip(), None
    if request.method == "POST" and (chosen := whole_number(request.POST.get("structure", ""), 10**9)):
        try:
            there = get_object_or_404(custody.structures_matching(typed), pk=chosen)
            proposal = actions.propose(lieu, there, by=str(request.user), at=timezone.localtime())
            return redirect("custody", proposal.pk)
        except Refused as refused:
            error = refused
    context = {
        "lieu": lieu,
        "typed": typed,
        "found": custody.structures_matching(typed).exclude(pk=lieu.structure_id),
        "error": error,
    }
    return render(request, "intake/custody_propose.html", context, status=400 if error else 200)


@holding("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a structure another name, once somebody has read where it is written."""
    row = get_object_or_404(access.structures_for(request.user), pk=pk)
    typed, error = request.POST.get("nom", row.name), None
    if request.method == "POST":
        try:
            actions.rename(row, typed, by=account_of(request), at=timezone.localtime())
            messages.success(request, f"La structure s’appelle maintenant « {typed.strip()} », partout.")
            back = (
                access.managed_by(request.user)
                .filter(structure=row, slug=request.GET.get("lieu", ""))
                .first()
            )
            return redirect("lieu_edit", back.slug) if back is not None else redirect("directory")
        except Refused as refused:
            error = refused
    n_members = custody.stakes(at=timezone.localtime(), structures=[row.pk], lieux=[]).members.get(row.pk, 0)
    context = {"row": row, "typed": typed, "error": error, "n_members": n_members}
    context["lieux"] = row.lieux.filter(state=rules.PUBLISHED).order_by("name", "pk")
    return render(request, "intake/rename.html", context, status=400 if error else 200)
