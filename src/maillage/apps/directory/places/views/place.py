"""One place: its page, its documents, and reports from visitors."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.actions import signals
from maillage.apps.directory.places.forms.signal import SignalForm
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import doubts, maps, places, results, walks, where
from maillage.kernel.errors import Refused
from maillage.web import printing, refusals
from maillage.web.hooks import Hook
from maillage.words.languages import say, to_say

# Panels of the sheet: a template, and the function giving its rows for a place at a moment.
PANELS: Hook[tuple[str, Callable[[Lieu, datetime], Any]]] = Hook()
CARDS = range(4)
TOO_MANY = Refused(
    to_say("Votre message n’est pas parti."),
    why=to_say("Trop de messages sont venus de votre connexion cette heure-ci."),
    do=to_say("Attendez une heure, ou appelez le lieu."),
)


@require_safe
def lieu(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet of a place; where it went when it was merged; why it closed when it ended."""
    row = _readable(request, place)
    if row.merged_into is not None:
        return redirect("lieu", row.merged_into.slug)  # not for ever: a merge may be undone
    at = timezone.localtime(timezone.now()).replace(tzinfo=None)
    sheet = places.detail(row, at)
    context: dict[str, object] = {"shown": sheet, "lieu": row, "back": _list_before(request)}
    if row.state != rules.PUBLISHED:
        return render(request, "directory/public/ended.html", context | {"near": results.nearest_to(row, at)})
    context |= _map(row, sheet) | {
        "panels": _panels(row),
        "way": where.way(row),
        "route": where.route(row),
        "message": _message(request, sheet, row),
        "doubts": doubts.in_words(row),
        "may_edit": request.user.is_authenticated
        and access.managed_by(request.user).filter(pk=row.pk).exists(),
    }
    return render(request, "directory/public/place.html", context)


def _map(row: Lieu, sheet: places.Sheet) -> dict[str, str]:
    """Return the small map of a place and the credit of its streets; '' for each that there is not."""
    svg = maps.place_map(row.point if sheet.located else None, say("Carte : {name}", name=row.name))
    return {"map": svg, "streets": walks.credit(row.point, results.RING) if svg and row.point else ""}


def _message(request: HttpRequest, sheet: places.Sheet, row: Lieu) -> str:
    """Return the text message that sends somebody to a place: the link opens their own messages."""
    parts = [row.name, sheet.address, *(phone.words for phone in sheet.phones[:1])]
    address = request.build_absolute_uri(reverse("lieu", args=[row.slug]))
    return f"sms:?&body={quote(' · '.join(filter(None, (*parts, address))))}"


def _panels(row: Lieu) -> list[tuple[str, Any]]:
    """Return the panels that features above add to this sheet, each a template and its rows."""
    at = timezone.now()
    return [(template, rows_of(row, at)) for template, rows_of in PANELS]


@require_safe
def to_print(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet on one page, in large letters."""
    row = _published(request, place)
    paper = _on_paper(row)
    context = paper | _map(row, paper["shown"]) | _way_back(request, row)
    return render(request, "directory/public/print.html", context)


@require_safe
def cards(request: HttpRequest, place: str) -> HttpResponse:
    """Four cards on a page, to cut and hand over."""
    return render(request, "directory/public/cards.html", _on_paper(_published(request, place)))


def _on_paper(row: Lieu) -> dict[str, Any]:
    """Return the content of a printed sheet."""
    at = timezone.localtime(timezone.now()).replace(tzinfo=None)
    sheet = places.detail(row, at)
    hours = places.in_words(row.sheet.get("horaires", {}), at.date())
    return {"lieu": row, "shown": sheet, "hours": hours, "cards": CARDS, "way": where.way(row)}


def _way_back(request: HttpRequest, row: Lieu) -> dict[str, str]:
    """Return the address of a place and its QR code, as printed on documents; '' when nobody else could open
    it.
    """
    address = printing.address(request, reverse("lieu", args=[row.slug]))
    return {"url": address, "qr": segno.make(address).svg_data_uri(border=0) if address else ""}


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, place: str) -> HttpResponse:
    """Report an error on a sheet, without an account."""
    row = _readable(request, place)
    form = SignalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not access.may_signal(request):
            return refusals.page(request, TOO_MANY, status=429)
        try:
            signals.signal(
                row,
                about=form.about,
                text=form.cleaned_data["texte"],
                reach=form.cleaned_data["joindre"],
                at=timezone.now(),
            )
        except Refused as error:
            return refusals.page(request, error, status=400)
        return redirect(f"{reverse('lieu_report', args=[row.slug])}?merci=1")
    thanks = "merci" in request.GET and not form.is_bound
    return render(request, "directory/public/report.html", {"lieu": row, "form": form, "thanks": thanks})


@require_safe
def sign(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """A sign to print and put up: what is there, how to use it, what it asks."""
    row = _published(request, place)
    practice_sign = places.sign(row.sheet, code)
    if practice_sign is None:
        raise Http404
    return render(
        request, "directory/public/sign.html", {"lieu": row, "sign": practice_sign} | _way_back(request, row)
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
