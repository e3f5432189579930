"""Answers to our messages: a gateway that hands over an SMS, a refusal of e-mails."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.people.reminders import access, actions
from maillage.apps.platform.accounts.access import count, counted
from maillage.apps.platform.messages import queries as messages
from maillage.apps.platform.messages.rules import incoming
from maillage.apps.platform.messages.rules.incoming import Forged, Post, Unreadable
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.words.languages import to_say

UNKNOWN = Refused(
    to_say("Ce lien ne s’ouvre plus."),
    why=to_say("Il est trop ancien, ou il a été mal recopié."),
    do=to_say("Ouvrez le dernier message reçu, ou dites-le à la personne qui vous aide."),
)


@csrf_exempt
@require_POST
def received(request: HttpRequest) -> HttpResponse:
    """Take an SMS from our gateway; whatever it says, the answer is the same: nobody learns who is known."""
    way, secret = settings.SENDING["SMS_IN"], settings.SENDING["SMS_IN_SECRET"]
    if not way:
        raise Http404
    if int(request.headers.get("Content-Length") or 0) > incoming.LONGEST:
        return HttpResponse(status=413)
    post = Post(
        url=f"{settings.ADDRESS}{reverse('sms_received')}",
        headers={name.casefold(): value for name, value in request.headers.items()},
        body=request.body,
        at=timezone.now(),
    )
    try:
        actions.receive(incoming.read(way, secret, post), at=post.at)
    except Forged:
        return HttpResponse(status=403)
    except Unreadable:
        return HttpResponse(status=400)
    return HttpResponse(content_type="text/plain")


@csrf_exempt  # a mail program posts it without a page: the link is the proof (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the messages to an address, by the link of one of them; reading the page stops nothing."""
    if counted(request, "liens") >= access.LINKS_AN_HOUR:
        return refusals.page(request, UNKNOWN, status=429)
    message = messages.by_refusal_token(token)
    if message is None:
        count(request, "liens")
        return refusals.page(request, UNKNOWN, status=404)
    if request.method == "POST":
        actions.unsubscribe(message, at=timezone.now())
    stopped = messages.is_stopped(message.channel, message.to)
    return render(
        request, "reminders/public/unsubscribe.html", {"masked": message.masked, "stopped": stopped}
    )
