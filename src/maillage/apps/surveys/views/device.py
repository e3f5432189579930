"""Requests of surveyors' devices. No cookie, no account: a link that only lets add, in the
body of each sending.
"""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from maillage.apps.platform.accounts.access import count, count_of
from maillage.apps.surveys import access, rules
from maillage.apps.surveys.actions.receive import receive
from maillage.apps.surveys.forms import sent
from maillage.apps.surveys.models import Surveyor
from maillage.apps.surveys.queries import device
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number

TOO_BIG = (
    "Cet envoi est trop grand. Envoyez les réponses en plusieurs fois : rien n’est perdu sur l’appareil."
)
TOO_MANY = "Cet appareil envoie trop souvent. Les réponses restent dessus et partiront dans une heure."
NO_LINK = (
    "Ce lien d’enquête n’existe pas. Demandez-en un à la personne qui mène l’enquête ; les réponses "
    "restent sur"
    " l’appareil."
)
CLOSED = (
    "Ce lien d’enquête est fermé. Les réponses restent sur l’appareil : prévenez la personne qui mène "
    "l’enquête."
)


class _ErrorResponse(Exception):
    """Error response to a device, with its status."""

    def __init__(self, words: str, status: HTTPStatus) -> None:
        self.answer = JsonResponse({"erreur": words}, status=status)
        super().__init__(words)


@csrf_exempt  # no cookie is read here: the link of the device, which only lets add, is in what is sent
@require_POST
def kit(request: HttpRequest) -> JsonResponse:
    """Kit with which a device asks a survey."""
    try:
        surveyor = _surveyor(request, sent.device_link(_body(request)))
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=HTTPStatus.BAD_REQUEST)
    except _ErrorResponse as error_response:
        return error_response.answer
    return _not_cached(JsonResponse(device.kit(surveyor)))


@csrf_exempt  # as above
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Answers of a device: each kept once, acknowledged when it is on disk, whatever is sent twice."""
    try:
        sending = sent.read(_body(request))
        surveyor = _surveyor(request, sending.token)
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=HTTPStatus.BAD_REQUEST)
    except _ErrorResponse as error_response:
        return error_response.answer
    received = receive(
        surveyor.survey, sending.answers, at=timezone.now(), surveyor=surveyor, n_unsent=sending.n_unsent
    )
    refused = [*sending.refused, *((str(uid), why) for uid, why in received.refused.items())]
    return _not_cached(
        JsonResponse(
            {
                "recues": [str(uid) for uid in received.known],
                "refusees": [{"uid": uid, "motif": why} for uid, why in refused],
                "fermee": device.is_over(surveyor.survey),
                "version": surveyor.survey.versions.values_list("number", flat=True).first(),
            }
        )
    )


def _not_cached(answer: JsonResponse) -> JsonResponse:
    answer["Cache-Control"] = "no-store"
    return answer


def _body(request: HttpRequest) -> bytes:
    """Return the body of a sending, unless it is too large to be read."""
    if whole_number(request.META.get("CONTENT_LENGTH") or "0", rules.SENDING_BYTES) is None:
        raise _ErrorResponse(TOO_BIG, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise _ErrorResponse(TOO_BIG, HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    except UnreadablePostError as error:  # the network was cut in the middle
        raise _ErrorResponse("L’envoi a été coupé. Il va reprendre.", HTTPStatus.BAD_REQUEST) from error
    if len(body) > rules.SENDING_BYTES:
        raise _ErrorResponse(TOO_BIG, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def _surveyor(request: HttpRequest, token: str) -> Surveyor:
    """Return the device that holds a link; a stranger who tries links is soon told to wait, and so is one
    that sends too often.
    """
    surveyor = access.surveyor_of(token)
    if surveyor is None:
        if count(request, "enquetes-liens") > rules.LINKS_AN_HOUR:
            raise _ErrorResponse(TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS)
        raise _ErrorResponse(NO_LINK, HTTPStatus.FORBIDDEN)
    if surveyor.closed_at is not None:
        raise _ErrorResponse(CLOSED, HTTPStatus.FORBIDDEN)
    if count_of(f"device-{surveyor.pk}", "enquetes-envois") > rules.SENDINGS_AN_HOUR:
        raise _ErrorResponse(TOO_MANY, HTTPStatus.TOO_MANY_REQUESTS)
    return surveyor
