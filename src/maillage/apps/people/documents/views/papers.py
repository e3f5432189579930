"""One paper: what it is and serves, who may read it, who did; opened, shown, erased."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.people.documents import access, queries, rules
from maillage.apps.people.documents.actions import scanning, sharing, storing
from maillage.apps.people.documents.forms import ShareForm
from maillage.apps.people.documents.models import Paper
from maillage.apps.people.documents.queries import storage
from maillage.apps.people.documents.views.person import in_language_of
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.rules import HOW
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals


@holding(*access.SEES)
@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """The papers that persons let one’s structure read, and whether papers are kept here at all."""
    today = timezone.localdate()
    try:
        scanner = scanning.version()
    except scanning.ScannerFailed:
        scanner = ""
    context = {
        "received": queries.received(request.user, today),
        "storage": storage(),
        "scanner": scanner,
        "unread": "" if scanner else scanning.notice(),
    }
    return render(request, "documents/space/index.html", context)


@never_cache
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper, without opening it."""
    row, today = _paper(request, pk), timezone.localdate()
    context = {
        "paper": row,
        "shares": [(each, each.state_on(today)) for each in row.shares.select_related("structure", "by")],
        "states": rules.STATES,
        "openings": queries.openings(row),
        "ours": access.holdings_for(request.user, today).filter(pk=row.pk).exists(),
        "follows": people_for(request.user).filter(pk=row.person_id).exists(),
    }
    return render(request, "documents/space/paper.html", context)


@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The paper itself, decrypted as it leaves, to save and never to show inside a page. It is written."""
    row = _paper(request, pk)
    try:
        pieces = storing.read(row, by=account_of(request), at=timezone.now())
    except Refused as refusal:
        return refusals.page(request, refusal, status=409)
    response = StreamingHttpResponse(pieces, content_type=row.media)
    response["Content-Disposition"] = f'attachment; filename="{row.kind}.{rules.SUFFIXES[row.media]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Encoding"] = "identity"  # compressed beside a secret, its length would tell of it
    response["Content-Length"] = str(row.size)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one other structure read a paper: choose it, then what the person agrees to."""
    row, today = _own_paper(request, pk), timezone.localdate()
    structures = list(access.readers(today, but=row.structure_id))
    form = ShareForm(request.POST or request.GET or None, structures=structures)
    context = {"paper": row, "form": form, "how": HOW, "none": not structures}
    error = None
    if form.is_bound and form.is_valid():
        ends_on = rules.until(today, form.days, limit=row.expires_on)
        read = partial(
            rules.words_to_share,
            kind=row.kind,
            purpose=row.purpose,
            structure=form.chosen.name,
            ends_on=ends_on,
        )
        context |= {"words": read(), "spoken": in_language_of(row.person, read)}
        if request.method == "POST":
            try:
                sharing.share(
                    row,
                    structure=form.chosen,
                    days=form.days,
                    how=request.POST.get("comment", ""),
                    by=account_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                error = refusal
            else:
                messages.success(
                    request, f"{form.chosen.name} peut lire ce papier. La personne peut arrêter."
                )
                return redirect("kept_paper", pk)
    wrong = error or (form.is_bound and form.errors)
    return render(
        request, "documents/space/share.html", context | {"error": error}, status=400 if wrong else 200
    )


@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a sharing, or erase the paper."""
    row, by, at = _own_paper(request, pk), account_of(request), timezone.now()
    action_name = request.POST.get("geste", "")
    with refusals.as_message(request):
        if action_name == "arreter":
            running_share = get_object_or_404(
                row.shares, pk=whole_number(request.POST.get("partage", ""), ROWS) or 0
            )
            sharing.withdraw(running_share, by=by, at=at)
            messages.success(request, "C’est arrêté. Cette structure ne lit plus ce papier.")
        elif action_name == "effacer":
            how = rules.TAKEN_BACK if request.POST.get("parce_que") == rules.TAKEN_BACK else rules.USED
            storing.erase(row, by=by, at=at, how=how)
            messages.success(request, "Le papier est effacé, avec sa clé. Personne ne peut plus l’ouvrir.")
            return redirect("person_papers", row.person_id)
        else:
            raise Http404
    return redirect("kept_paper", pk)


def _paper(request: HttpRequest, pk: int) -> Paper:
    """Return a paper that the user may open today, or 404."""
    return get_object_or_404(access.papers_for(request.user, timezone.localdate()), pk=pk)


def _own_paper(request: HttpRequest, pk: int) -> Paper:
    """Return a paper that a structure of the user keeps, or 404."""
    return get_object_or_404(access.holdings_for(request.user, timezone.localdate()), pk=pk)
