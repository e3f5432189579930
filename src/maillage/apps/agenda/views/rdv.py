"""RDV Service Public: the page where an account links its agent, the way back, the notices that come."""

import json
import secrets
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import rdv as actions
from maillage.apps.agenda.models import RdvAccount
from maillage.apps.agenda.rules import rdv as rules
from maillage.apps.agenda.views.appointments import HELPS
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.exchanges.models import Pull
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import installation_keys, refusals

STATE = "rdv_state"


@holding(*HELPS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The link with RDV Service Public, its last reading, its conflicts."""
    by, at = account_of(request), timezone.now()
    row = RdvAccount.objects.filter(user=by).select_related("structure").first()
    if request.method == "POST":
        match request.POST.get("geste"):
            case "arreter" if row is not None:
                actions.disconnect(row, by=by, at=at)
                messages.success(
                    request, "RDV Service Public n’est plus lu. Les rendez-vous lus restent ici."
                )
            case "vu" if row and actions.settle(row, whole_number(request.POST.get("lien", ""), ROWS) or 0):
                messages.success(request, "C’est noté.")
            case _:
                raise Http404
        return redirect("rdv_account")
    request.session[STATE] = request.session.get(STATE) or secrets.token_urlsafe(32)
    is_linked = row is not None and row.stopped_at is None
    context = {
        "row": row if is_linked else None,
        "pull": Pull.objects.filter(name=actions.pull_name(row)).first() if row and is_linked else None,
        "conflicts": row.links.exclude(conflict="").select_related("appointment") if row else [],
        "structures": [
            (each, _authorization(request, each.pk)) for each in access.receiving_for(request.user)
        ],
        "is_on": bool(settings.RDV["client_id"]),
    }
    return render(request, "agenda/appointments/rdv.html", context)


def _authorization(request: HttpRequest, structure: int) -> str:
    query = {
        "client_id": settings.RDV["client_id"],
        "redirect_uri": request.build_absolute_uri(reverse("rdv_back")),
        "response_type": "code",
        "scope": "write",
        "state": f"{request.session[STATE]}.{structure}",
    }
    return f"{settings.RDV['address'].rstrip('/')}/oauth/authorize?{urlencode(query)}"


@holding(*HELPS)
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Read the agreement that somebody gave there, or did not."""
    if not settings.RDV["client_id"]:
        raise Http404
    state, _, number = request.GET.get("state", "").rpartition(".")
    expected_state = request.session.pop(STATE, "")
    is_valid_state = bool(expected_state) and secrets.compare_digest(state.encode(), expected_state.encode())
    structure = access.receiving_for(request.user).filter(pk=whole_number(number, ROWS) or 0).first()
    code = request.GET.get("code", "")
    if not (is_valid_state and code and structure is not None):
        messages.info(request, "Rien n’a été relié : l’accord n’a pas été donné, ou la page a trop attendu.")
        return redirect("rdv_account")
    at = timezone.now()
    with refusals.as_message(request):
        grant = actions.GRANTS.only()(code, request.build_absolute_uri(reverse("rdv_back")), at)
        actions.connect(grant, structure=structure, by=account_of(request), at=at)
        messages.success(request, "Votre compte est relié : vos rendez-vous arrivent dans la minute.")
    return redirect("rdv_account")


@csrf_exempt  # no cookie is read here: who tells signs what it tells
@require_POST
def notice(request: HttpRequest, organisation: int) -> HttpResponse:
    """A change told by RDV Service Public: kept once; refused when another wrote it, or too old."""
    if not settings.RDV["client_id"]:
        raise Http404
    if whole_number(request.META.get("CONTENT_LENGTH") or "0", rules.MAX_NOTICE_BYTES) is None:
        return _answer("Cet envoi est trop grand.", 413)
    signature = request.headers.get("X-Lapin-Signature", "")
    secrets_of = (rules.secret(key, organisation) for key in installation_keys.all_keys())
    if not any(rules.is_signed(request.body, signature, secret) for secret in secrets_of):
        return _answer("Cette signature n’est pas la bonne.", 401)
    at = timezone.now()
    try:
        content = json.loads(request.body)
        meta, data = content["meta"], content["data"]
        sent_at = datetime.fromisoformat(meta["timestamp"])
        age = at - sent_at
        if meta["model"] != "Rdv":
            return _answer("Rien à en garder.", 200)
        remote = rules.read(data, is_destroyed=meta["event"] == rules.DESTROYED)
    except (ValueError, KeyError, TypeError, RecursionError):
        return _answer("Ce n’est pas un rendez-vous.", 400)
    if age > rules.MAX_NOTICE_AGE or -age > rules.MAX_NOTICE_AGE:
        return _answer("Cet envoi est trop ancien, ou d’une horloge fausse.", 400)
    actions.follow(remote, read_at=min(sent_at, at), at=at, organisation=organisation)
    return _answer("Reçu.", 200)


def _answer(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
