"""One place: its page, its documents, and reports from visitors."""

from typing import Any
from urllib.parse import quote, urlsplit

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory import access, rules
from maillage.apps.directory.actions import signals
from maillage.apps.directory.forms.signal import SignalForm
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries import history, maps, places, results, where
from maillage.kernel.errors import Refused
from maillage.web import printing, refusals
from maillage.words.languages import say, to_say

CARDS = range(4)
TOO_MANY = Refused(
    to_say("Votre message n’est pas parti."),
    why=to_say("Trop de messages sont venus de votre connexion cette heure-ci."),
    do=to_say("Attendez une heure, ou appelez le lieu."),
)


@require_safe
def lieu(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet of a place; where it went when it was merged; why it closed when it ended."""
    found = _readable(request, place)
    if found.merged_into is not None:
        return redirect("lieu", found.merged_into.slug)  # not for ever: a merge may be undone
    at = timezone.localtime(timezone.now()).replace(tzinfo=None)
    context = {"shown": places.detail(found, at), "lieu": found, "back": _list_before(request)}
    if found.state != rules.PUBLISHED:
        return render(request, "directory/public/ended.html", context | {"near": results.beside(found, at)})
    svg = (
        maps.beside(found.longitude, found.latitude, say("Carte : {name}", name=found.name))
        if context["shown"].located
        else ""
    )
    context |= {
        "beside": _beside(found),
        "map": svg,
        "way": where.way(found),
        "route": where.route(found),
        "message": _message(request, context["shown"], found),
        "doubts": history.doubted(found),
        "may_edit": request.user.is_authenticated
        and access.managed_by(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "directory/public/place.html", context)


def _message(request: HttpRequest, shown: places.Sheet, found: Lieu) -> str:
    """Return what a telephone writes to somebody who must find the place: the link opens its own messages."""
    said = [found.name, shown.address, *(phone.words for phone in shown.phones[:1])]
    address = request.build_absolute_uri(reverse("lieu", args=[found.slug]))
    return f"sms:?&body={quote(' · '.join(filter(None, (*said, address))))}"


def _beside(found: Lieu) -> list[tuple[str, Any]]:
    """Return what features above add to this sheet, each a template and its rows, as named in the
    settings.
    """
    at = timezone.now()
    return [(name, import_string(path)(found, at)) for name, path in settings.SHOWN_WITH_A_PLACE.items()]


@require_safe
def to_print(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet on one page, in large letters."""
    found = _published(request, place)
    return render(request, "directory/public/print.html", _on_paper(found) | _way_back(request, found))


@require_safe
def cards(request: HttpRequest, place: str) -> HttpResponse:
    """Four cards on a page, to cut and hand over."""
    return render(request, "directory/public/cards.html", _on_paper(_published(request, place)))


def _on_paper(found: Lieu) -> dict[str, Any]:
    """Return the content of a printed sheet."""
    at = timezone.localtime(timezone.now()).replace(tzinfo=None)
    shown = places.detail(found, at)
    hours = places.in_words(found.sheet.get("horaires", {}), at.date())
    return {"lieu": found, "shown": shown, "hours": hours, "cards": CARDS, "way": where.way(found)}


def _way_back(request: HttpRequest, found: Lieu) -> dict[str, str]:
    """Return the address of a place and its QR code, as printed on documents; '' when nobody else could open
    it.
    """
    address = printing.address(request, reverse("lieu", args=[found.slug]))
    return {"url": address, "qr": segno.make(address).svg_data_uri(border=0) if address else ""}


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, place: str) -> HttpResponse:
    """Report an error on a sheet, without an account."""
    found = _readable(request, place)
    form = SignalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not access.may_signal(request):
            return refusals.page(request, TOO_MANY, status=429)
        try:
            signals.signal(
                found,
                about=form.about,
                text=form.cleaned_data["texte"],
                reach=form.cleaned_data["joindre"],
                at=timezone.now(),
            )
        except Refused as error:
            return refusals.page(request, error, status=400)
        return redirect(f"{reverse('lieu_report', args=[found.slug])}?merci=1")
    thanks = "merci" in request.GET and not form.is_bound
    return render(request, "directory/public/report.html", {"lieu": found, "form": form, "thanks": thanks})


@require_safe
def sign(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """A sign to print and put up: what is there, how to use it, what it asks."""
    found = _published(request, place)
    shown = places.sign(found.sheet, code)
    if shown is None:
        raise Http404
    return render(
        request, "directory/public/sign.html", {"lieu": found, "sign": shown} | _way_back(request, found)
    )


def _readable(request: HttpRequest, place: str) -> Lieu:
    return get_object_or_404(access.lieux_for(request.user), slug=place)


def _published(request: HttpRequest, place: str) -> Lieu:
    return get_object_or_404(access.lieux_for(request.user), slug=place, state=rules.PUBLISHED)


def _list_before(request: HttpRequest) -> str:
    """Return the address of the list the visitor comes from, '' when there is none."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # a header is whatever a stranger writes
        return ""
    if before.netloc == request.get_host() and before.path == reverse("find") and before.query:
        return f"{before.path}?{before.query}"
    return ""
