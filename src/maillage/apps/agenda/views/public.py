"""Workshops for everybody: the list, one of them, registering, one's own seat, calendars, a poster."""

import secrets
from dataclasses import replace
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import seats
from maillage.apps.agenda.forms.public import FindForm, RegisterForm
from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.queries import calendar, public, rooms
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places import access as directory
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.platform.accounts.access import count, counted, once_more
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS
from maillage.web import printing, refusals
from maillage.words.languages import say, spoken, to_say

TOO_MANY = Refused(
    to_say("L’inscription n’a pas été faite."),
    why=to_say("Trop d’inscriptions sont venues de votre connexion cette heure-ci."),
    do=to_say("Attendez une heure, ou appelez le lieu."),
)
UNKNOWN = Refused(
    to_say("Ce lien n’est plus valable."),
    why=to_say("Il est mal recopié, ou l’inscription a été effacée."),
    do=to_say("Ouvrez le lien de votre message. Sinon, appelez le lieu."),
)
MOST_IN_FEED = 500


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The workshops to come, soonest first, with few filters."""
    form = FindForm(request.GET)
    answer, unknown = _spot(form)
    lieu = _lieu(request)
    search = form.search(answer.spot, lieu)
    at = timezone.now()
    context: dict[str, Any] = {
        "asked": search,
        "ou": answer.spot.label if answer.spot else form.typed("ou"),
        "structure": public.structure_of(search),
        "subjects": [(id, say(label)) for id, label in rules.SUBJECTS.items()],
        "levels": [(id, say(label)) for id, label in rules.LEVELS.items()],
        "suits": [(id, say(label)) for id, label in rules.SUITS.items()],
        "everything": reverse("workshops"),
        "feed": _address(request, "workshops_feed", montrer=""),
        "near": rules.NEAR_KM,
    }
    context["found"] = public.find(search, at)
    if unknown is not None or (form.typed("ou") and answer.spot is None):
        links = [
            (choice, _address(request, "workshops", ou=choice.label, territoire="", montrer=""))
            for choice in answer.choices
        ]
        context |= {"choices": links, "unknown": not links}
    else:
        context["more"] = _address(request, "workshops", montrer=str(search.limit + public.PAGE))
        context["wider"] = _address(
            request, "workshops", **dict.fromkeys(("sujet", "niveau", "langue", "pour", "libre"), "")
        )
    return render(request, "agenda/public/index.html", context)


def _spot(form: FindForm) -> tuple[where.Answer, UnknownTerritory | None]:
    text, code = form.typed("ou"), form.typed("territoire")
    try:
        spot = where.of_code(code) if code else None
    except UnknownTerritory as error:
        return where.Answer(), error
    return (
        (where.Answer(spot), None)
        if spot is not None and text in ("", spot.label)
        else (where.find(text), None)
    )


def _lieu(request: HttpRequest) -> Lieu | None:
    slug = request.GET.get("lieu", "")
    return directory.lieux_for(request.user).filter(slug=slug).first() if slug else None


def _address(request: HttpRequest, name: str, **changes: str) -> str:
    """Return the address of the same search with these changes; an empty value is dropped."""
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    return f"{reverse(name)}?{query.urlencode()}".removesuffix("?")


@require_http_methods(["GET", "HEAD", "POST"])
def workshop(request: HttpRequest, pk: int) -> HttpResponse:
    """One workshop, and the form to register: a first name is enough."""
    row = _published(pk)
    at = timezone.now()
    form = RegisterForm(request.POST if request.method == "POST" else None)
    no = None
    if form.is_bound and form.is_valid():
        if not once_more(request, "ateliers", access.BOOKINGS_AN_HOUR):
            return refusals.page(request, TOO_MANY, status=429)
        way, contact = form.cleaned_data["contact"]
        try:
            seat = seats.book(
                workshop=row,
                name=form.cleaned_data["prenom"],
                way=way,
                contact=contact,
                learner=form.cleaned_data["cle"],
                language=spoken().code,
                at=at,
            )
        except Refused as error:
            no = error
        else:
            return redirect(f"{reverse('seat', args=[access.link_of(seat)])}?merci=1")
    context = {
        "shown": (detail := public.detail(row)),
        "workshop": row,
        "form": form,
        "refused": no,
        "open": detail.may_register(at),
        "past": row.starts_at <= at,
        "key": form["cle"].value() or secrets.token_hex(16),
    }
    return render(request, "agenda/public/workshop.html", context, status=400 if form.errors or no else 200)


def _published(pk: int) -> Workshop:
    return get_object_or_404(rooms.with_room(access.published()), pk=pk)


@require_safe
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet to print and put up: what, when, where, how to come."""
    row = _published(pk)
    address = printing.address(request, reverse("workshop", args=[row.pk]))
    qr = segno.make(address).svg_data_uri(border=0) if address else ""
    context = {"shown": public.detail(row), "workshop": row, "url": address, "qr": qr}
    return render(request, "agenda/public/poster.html", context)


# -------------------------------------------------------------------------------------------------- calendars


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The workshops to come, as the list is asked, for a calendar; each meeting of a course is there."""
    form = FindForm(request.GET)
    answer, unknown = _spot(form)
    if unknown is not None or (form.typed("ou") and answer.spot is None):
        raise Http404
    lieu = _lieu(request)
    search = replace(form.search(answer.spot, lieu), limit=public.MOST)
    result = public.find(search, timezone.now())
    rows = [each for workshops in public.everything(result) for each in workshops][:MOST_IN_FEED]
    place = lieu.name if lieu is not None else answer.spot.label if answer.spot is not None else ""
    return _calendar(rows, f"Ateliers : {place}" if place else "Ateliers")


@require_safe
def feed_of_structure(request: HttpRequest, pk: int) -> HttpResponse:
    """The workshops of a structure, past and cancelled ones too: calendars take them off."""
    rows = public.of_structure(pk, timezone.now(), most=MOST_IN_FEED) if pk <= ROWS else []
    if not rows:
        raise Http404
    return _calendar(rows, f"Ateliers : {get_object_or_404(Structure, pk=pk)}")


@require_safe
def one_in_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """One workshop, and the meetings that follow it, to add to a calendar."""
    row = _published(pk)
    return _calendar(public.meetings_of(row), row.title)


def _calendar(rows: list[Workshop], name: str) -> HttpResponse:
    response = HttpResponse(calendar.of_workshops(rows, name), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="ateliers.ics"'
    response["Cache-Control"] = "public, max-age=600"
    return response


# ------------------------------------------------------------------------------------------------- one's seat


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, code: str) -> HttpResponse:
    """Show a person's seats, by their own link: when, where, and giving one up, which frees it at once."""
    if counted(request, "liens") >= access.LINKS_AN_HOUR:
        return refusals.page(request, UNKNOWN, status=429)
    registration = public.own_seats(code)
    if registration is None:
        count(request, "liens")
        return refusals.page(request, UNKNOWN, status=404)
    if request.method == "POST":
        return _decided(request, code, registration)
    at = timezone.now()
    context = {
        "mine": registration,
        "code": code,
        "new": "merci" in request.GET,
        "at": at,
        "address": printing.address(request, reverse("seat", args=[code]))
        or request.build_absolute_uri(request.path),
        "coming": [each for each in registration.alive if each[1].workshop.starts_at > at],
    }
    return render(request, "agenda/public/seat.html", context)


def _decided(request: HttpRequest, code: str, registration: public.OwnSeats) -> HttpResponse:
    """Give up one seat, or all those to come, or take one back."""
    at, typed_place = timezone.now(), request.POST.get("place", "")
    named = [(seat, row) for seat, row in registration.seats if typed_place in (str(seat.pk), "toutes")]
    chosen = [seat for seat, row in named if row.workshop.starts_at > at]
    if named and not chosen:  # the page was left open
        messages.error(request, say("Cet atelier a déjà commencé."))
    try:
        if request.POST.get("geste") == "reprendre":
            for seat in chosen[:1]:
                back = seats.put_back(seat, by=None, at=at, token=code)
                full = back.status == rules.WAIT_LISTED
                messages.success(
                    request,
                    say("Vous êtes sur la liste d’attente.") if full else say("Votre place est gardée."),
                )
        elif seats.give_up(chosen, at=at, token=code)[0]:
            messages.success(request, say("C’est noté : vous ne venez pas. Merci de l’avoir dit."))
    except Refused as error:
        messages.error(request, " ".join(say(each) for each in error.sentences))
    return redirect("seat", code)
