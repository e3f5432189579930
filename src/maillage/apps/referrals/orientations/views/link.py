"""A place answers by its personal link, without account: what is shared and nothing else."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.apps.platform.accounts.access import count, counted
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import answers, transitions
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.views import answering
from maillage.kernel.errors import Refused

# of the session: the links that somebody opened, so that a machine that fetches them reads nothing
KEY = "orientation-lue"
MAX_OPENED_LINKS = 20
VISIT = timedelta(minutes=10)  # a page shown again so soon is the same reading
NEW_LINKS_AN_HOUR = 6
UNKNOWN = Refused(
    "Ce lien n’est plus valable.",
    why="Il a été remplacé par un plus récent, ou mal recopié.",
    do="Ouvrez le lien du dernier e-mail reçu. Sinon, appelez la structure qui vous a envoyé la personne.",
)
TOO_MANY = Refused(
    "Trop de liens ont été essayés depuis votre connexion.",
    why="Cette limite protège les personnes de ceux qui essaieraient des liens au hasard.",
    do="Attendez une heure, puis ouvrez le lien de votre e-mail.",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Show the sender and the need; then, once somebody opens it, the shared fields and the answers."""
    if counted(request, "liens") >= access.LINKS_AN_HOUR:
        return _refusal_page(request, TOO_MANY, status=429)
    token, at = code, timezone.now()
    row = access.referral_of_link(token)
    if row is None:
        count(request, "liens")
        return _refusal_page(request, UNKNOWN, status=404)
    gesture = request.POST.get("geste", "") if request.method == "POST" else ""
    if gesture == "nouveau-lien":
        return _renew(request, row)
    if not access.is_link_open(row, at):
        context = {
            "row": row,
            "by": referral_detail.by_of(row),
            "expected": row.state in (*cycle.RUNNING, cycle.EXPIRED),
            "renews": row.state in cycle.RUNNING,
            "phones": referral_detail.phones_of(row),
        }
        return _page(request, "orientations/link/over.html", context)
    if gesture == "lire":
        _see(request, row, token, at)
        return redirect("orientation_link", token)
    if access.digest(token) not in request.session.get(KEY, []):
        if gesture in answering.ANSWERS:
            return _confirm(request, row, token, at)
        context = {"row": row, "by": referral_detail.by_of(row), "practice": row.need_text}
        return _page(request, "orientations/link/closed.html", context)
    if not gesture:
        answers.see(row, by=None, at=at, token=token, quiet=VISIT)
        return _open(request, token, row)
    was = request.POST.get("vu", "")
    try:
        sentence = answering.answer(request.POST, row, by=None, at=at, token=token, was=was)
    except answering.Unread as unread:
        return _open(request, token, row, unread=unread)
    except Refused as error:
        return _open(request, token, row, error=error)
    if sentence:
        messages.success(request, sentence)
    return redirect("orientation_link", token)


def _see(request: HttpRequest, row: Orientation, token: str, at: datetime) -> None:
    """Record that the referral was opened, here and in the session."""
    answers.see(row, by=None, at=at, token=token)
    request.session[KEY] = [*request.session.get(KEY, []), access.digest(token)][-MAX_OPENED_LINKS:]


def _confirm(request: HttpRequest, row: Orientation, token: str, at: datetime) -> HttpResponse:
    """Show an answer sent after the session expired, to be confirmed: none of it is lost."""
    error = transitions.too_late(row) if transitions.moved(row, request.POST.get("vu", "")) else None
    _see(request, row, token, at)
    unread = answering.typed(request.POST, row, at)
    return _open(request, token, row, error=error, unread=unread, again=error is None)


def _open(
    request: HttpRequest,
    token: str,
    row: Orientation,
    *,
    error: Refused | None = None,
    unread: answering.Unread | None = None,
    again: bool = False,
) -> HttpResponse:
    """Display the shared fields and the possible answers. again: the typed values are to be confirmed."""
    at = timezone.now()
    row = access.referral_of_link(token) or row
    context: dict[str, Any] = {
        "row": row,
        "detail": referral_detail.detail(row, referral_detail.RECEIVER, at),
        "error": error,
        "unread": unread,
        "again": again,
        "icons": referral_detail.ICONS,
        "side": referral_detail.RECEIVER,
        "answer_address": reverse("orientation_link", args=[token]),
    }
    context |= answering.forms(row, at, opened_verb=request.GET.get("faire", ""), unread=unread)
    status = 400 if error or unread or again else 200
    return _page(request, "orientations/link/open.html", context, status=status)


def _renew(request: HttpRequest, row: Orientation) -> HttpResponse:
    """Send a new link, to the place's own address only."""
    if count(request, "nouveaux-liens") > NEW_LINKS_AN_HOUR:
        return _refusal_page(request, TOO_MANY, status=429)
    try:
        answers.ask_again(row, at=timezone.now())
    except Refused as error:
        return _refusal_page(request, error, status=400)
    return _page(request, "orientations/link/renewed.html", {"row": row})


def _refusal_page(request: HttpRequest, error: Refused, *, status: int) -> HttpResponse:
    return _page(request, "orientations/link/refused.html", {"error": error}, status=status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a page without indexing, and whose address is not sent to other sites."""
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
