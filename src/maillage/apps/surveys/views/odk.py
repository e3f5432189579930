"""ODK Collect and its kin fetch our forms and send answers to us: the three addresses of OpenRosa, under a
device's own link.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.platform.accounts.access import count, count_of
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions.receive import receive
from maillage.apps.surveys.forms import odk
from maillage.apps.surveys.models import Surveyor
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.questionnaires.questionnaire import load
from maillage.sources.survey import xlsform

XML = "text/xml; charset=utf-8"


def device(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the device that holds a link, and put on its answer what OpenRosa asks for."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        surveyor = access.surveyor_of(token)
        if surveyor is None:
            tried = count(request, "enquetes-liens") > rules.LINKS_AN_HOUR
            return (
                _message(request, "Trop d’essais.", 429)
                if tried
                else _message(request, "Ce lien n’existe pas.", 404)
            )
        if surveyor.closed_at is not None:
            return _message(request, "Ce lien d’enquête est fermé. Les réponses restent sur l’appareil.", 403)
        if count_of(f"device-{surveyor.pk}", "enquetes-envois") > rules.SENDINGS_AN_HOUR:
            return _message(request, "Cet appareil envoie trop souvent. Les réponses restent dessus.", 429)
        return _rosa(request, view(request, surveyor, token, **more))

    return answer


def _rosa(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["X-OpenRosa-Version"] = "1.0"
    response["X-OpenRosa-Accept-Content-Length"] = str(rules.SENDING_BYTES)
    response["Date"] = http_date()
    response["Cache-Control"] = "no-store"
    return response


def _message(request: HttpRequest, words: str, status: int) -> HttpResponse:
    nature = "submit_success" if status < 400 else "submit_error"
    body = (
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message'
        f' nature="{nature}">{escape(words)}</message></OpenRosaResponse>'
    )
    return _rosa(request, HttpResponse(body, content_type=XML, status=status))


@require_safe
@device
def forms(request: HttpRequest, surveyor: Surveyor, token: str) -> HttpResponse:
    """The form that this device may ask: its survey's last version, while it is open."""
    survey, listed = surveyor.survey, ""
    version = survey.versions.first()
    if survey.state == "open" and version is not None:
        address = request.build_absolute_uri(reverse("survey_odk_form", args=[token, version.number]))
        xml = xlsform.xform(_form_of(surveyor, version))
        listed = (
            f"<xform><formID>{odk.form_id(survey.pk)}</formID><name>{escape(survey.title)}</name>"
            f"<version>{version.number}</version><hash>md5:{_md5(xml)}</hash>"
            f"<downloadUrl>{escape(address)}</downloadUrl></xform>"
        )
    body = f"<xforms xmlns={quoteattr('http://openrosa.org/xforms/xformsList')}>{listed}</xforms>"
    return HttpResponse(body, content_type=XML)


def _md5(text: str) -> str:
    return hashlib.md5(
        text.encode(), usedforsecurity=False
    ).hexdigest()  # what OpenRosa tells a form changed by


def _form_of(surveyor: Surveyor, version: Any) -> Any:
    form = load(version.definition)
    return replace(
        form, id=odk.form_id(surveyor.survey_id), title=surveyor.survey.title, version=str(version.number)
    )


@require_safe
@device
def form(request: HttpRequest, surveyor: Surveyor, token: str, number: int) -> HttpResponse:
    """One version of the questionnaire, as XForm."""
    version = surveyor.survey.versions.filter(number=min(number, 2**31 - 1)).first()
    if version is None:
        return _message(request, "Cette version n’existe pas.", 404)
    return HttpResponse(xlsform.xform(_form_of(surveyor, version)), content_type=XML)


@csrf_exempt  # no cookie is read here: the link of the device, which only lets add, is in the address
@require_http_methods(["HEAD", "POST"])
@device
def submission(request: HttpRequest, surveyor: Surveyor, token: str) -> HttpResponse:
    """An answer of Collect, kept once; told received once it is on disk."""
    if request.method == "HEAD":
        response = HttpResponse(status=204)
        response["Location"] = request.build_absolute_uri()
        return response
    if whole_number(request.META.get("CONTENT_LENGTH") or "0", rules.SENDING_BYTES) is None:
        return _message(request, "Cet envoi est trop grand.", 413)
    part = request.FILES.get(odk.PART)
    try:
        answer = odk.read(part.read() if part is not None else b"")
        version = surveyor.survey.versions.filter(number=answer.version).first()
        if answer.form != odk.form_id(surveyor.survey_id) or version is None:
            return _message(
                request, "Cette réponse est celle d’un autre formulaire, ou d’une version inconnue.", 404
            )
        sent = answer.sent(load(version.definition))
    except Refused as error:
        return _message(request, " ".join(error.sentences), 400)
    done = receive(surveyor.survey, [sent], at=timezone.now(), surveyor=surveyor)
    if sent.uid not in done.known:
        return _message(request, done.refused[sent.uid], 409)
    return _message(request, "Réponse reçue. Merci.", 201)
