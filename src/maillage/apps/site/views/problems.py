"""Problems of the site: told by anybody, without an account; read and settled by who runs the platform."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import holding
from maillage.apps.site import access, actions
from maillage.apps.site.forms import ProblemForm
from maillage.apps.site.models import ProblemReport
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.words.languages import to_say

PAGE_SIZE = 25  # to a page
TOO_MANY = Refused(
    to_say("Votre message n’est pas parti."),
    why=to_say("Trop de messages sont venus de votre connexion cette heure-ci."),
    do=to_say("Revenez dans une heure. Ce que vous avez écrit n’est pas gardé ici."),
)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a problem of a page; thanks, and the way back to it."""
    form = ProblemForm(request.POST or None, initial={"page": request.GET.get("page", "")})
    if request.method == "POST" and form.is_valid():
        if not access.may_report(request):
            return refusals.page(request, TOO_MANY, status=429)
        row = actions.report(
            form.cleaned_data["page"],
            form.cleaned_data["texte"],
            reach=form.cleaned_data["joindre"],
            at=timezone.now(),
        )
        back = "" if "…" in row.page else row.page
        return render(request, "site/problem.html", {"thanks": True, "back": back})
    return render(request, "site/problem.html", {"form": form}, status=400 if form.errors else 200)


@holding(access.RUN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The open reports, the oldest first; then the settled ones that may still be taken back."""
    unsettled = Paginator(ProblemReport.objects.filter(closed_at=None), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    settled = ProblemReport.objects.exclude(closed_at=None).order_by("-closed_at")[:PAGE_SIZE]
    return render(request, "site/problems.html", {"page": unsettled, "settled": settled})


@holding(access.RUN)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a report, or put it back among those to read."""
    row = get_object_or_404(ProblemReport, pk=pk)
    if request.POST.get("geste") == "rouvrir":
        actions.reopen(row)
        messages.success(request, "Ce message est de nouveau à lire.")
    else:
        actions.settle(row, at=timezone.now())
        messages.success(
            request, "C’est réglé. Le message s’efface dans un mois ; d’ici là, vous pouvez le remettre."
        )
    return redirect("problems")
