"""A mandate checked by its code, without account: whether it runs, never whose it is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.queries import proofs
from maillage.apps.people.mandats.rules import frame
from maillage.apps.platform.accounts.access import count, counted
from maillage.kernel import codes
from maillage.publishing import assistance

LIMIT = "mandats"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Type the code of a mandate."""
    typed = request.POST.get("code", "").strip()[:20]
    code = codes.read(typed)
    if request.method == "POST" and code:
        return redirect("mandat_check", codes.in_halves(code))
    if request.method == "POST":
        return _answer(request, typed)
    return render(request, "mandats/public/check.html", {})


@never_cache
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Public page of a code: running or not, until when, for which families, given to which structure."""
    return _answer(request, code[:20])


def _answer(request: HttpRequest, typed: str) -> HttpResponse:
    """Answer a code; wrong ones are counted, and all answered alike."""
    if counted(request, LIMIT) >= access.CODES_AN_HOUR:
        return render(request, "mandats/public/check.html", {"too_many": True}, status=429)
    public = proofs.by_code(typed, timezone.now())
    if public is None:
        count(request, LIMIT)
        return render(request, "mandats/public/check.html", {"unknown": True, "typed": typed}, status=404)
    context = {"found": public, "running": public.state == frame.RUNNING}
    return render(request, "mandats/public/check.html", context)


@require_safe
def blank(request: HttpRequest, slug: str) -> HttpResponse:
    """A paper to fill in by hand, for anybody: mandate, register of acts, charter, certificate."""
    if slug not in assistance.TITLES:
        raise Http404
    response = HttpResponse(assistance.blank(slug, on=timezone.localdate()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{slug}.pdf"'
    return response
