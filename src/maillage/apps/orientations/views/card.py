"""A person and their card, without account: where their help stands, what is kept of them, and how to have
it erased.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import account_of, count, counted
from maillage.apps.documents.actions import sharing, storing
from maillage.apps.documents.models import Paper
from maillage.apps.documents.queries import papers as paper_queries
from maillage.apps.documents.rules.papers import TAKEN_BACK
from maillage.apps.mandats import actions as mandats
from maillage.apps.mandats import queries as mandat_queries
from maillage.apps.mandats.models import Mandat
from maillage.apps.mandats.rules import frame as mandat_frame
from maillage.apps.orientations.access import CODES_AN_HOUR
from maillage.apps.orientations.actions import agreements, forgetting, steps
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries import people as queries
from maillage.apps.orientations.queries import persons
from maillage.apps.orientations.views import relative
from maillage.apps.orientations.views.people import acting_for, copy_of, too_many
from maillage.apps.people import access, actions
from maillage.apps.people import queries as cards
from maillage.apps.people.models import Consent, Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole
from maillage.reports.assistance import models as papers
from maillage.web import printing, refusals
from maillage.words.languages import say

SHOWN_FOR = timedelta(minutes=20)  # on a shared computer, the next person must not read this one's card
KEY = "carte"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Type the code of a card. It is never in an address: the history of a shared computer would store it."""
    typed, error = request.POST.get("code", "").strip()[:20], None
    if request.method == "POST" and counted(request, "cartes") >= CODES_AN_HOUR:
        return render(
            request, "orientations/card/card.html", {"error": too_many(), "typed": typed}, status=429
        )
    if request.method == "POST":
        found = cards.by_code(typed)
        if found is not None:
            access.open_card(request, found, timezone.now(), key=KEY)
            return redirect("card_follow")
        count(request, "cartes")
        error = Refused(
            say("Aucune carte n’a ce code."),
            why=say("Une lettre ou un chiffre est peut-être mal lu."),
            do=say("Relisez la carte. Ou montrez-la à la personne qui vous aide."),
        )
    return render(
        request, "orientations/card/card.html", {"error": error, "typed": typed}, status=400 if error else 200
    )


def with_card(view: Callable[[HttpRequest, Person], HttpResponse]) -> Callable[..., HttpResponse]:
    """Require a card typed recently; ask for it again after twenty minutes."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, **more: Any) -> HttpResponse:
        at = timezone.now()
        person = access.card_in(request, at, key=KEY, shown_for=SHOWN_FOR)
        if person is None:
            access.close_card(request, key=KEY)
            return redirect("card")
        access.open_card(request, person, at, key=KEY)
        return view(request, person, **more)

    return answer


@with_card
@require_safe
def follow(request: HttpRequest, person: Person) -> HttpResponse:
    """Where each step stands, and who has to do something."""
    context = {
        "person": person,
        "standing": persons.where_it_stands(person.code),
        "mandats": [
            (row, state, state in (mandat_frame.RUNNING, mandat_frame.COMING))
            for row, state in mandat_queries.for_card(person, timezone.localdate())
        ],
        "states": mandat_frame.STATES,
    }
    return render(request, "orientations/card/follow.html", context)


@with_card
@require_POST
def stop_mandate(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Stopping a mandate, or taking one procedure back from it."""
    row = get_object_or_404(Mandat, pk=pk, person=person, signed_at__isnull=False)
    key = whole(request.POST.get("demarche", ""), ROWS)
    with refusals.as_message(request):
        if key is None:
            mandats.withdraw(row, by=None, at=timezone.now())
            messages.success(request, say("C’est arrêté. Plus rien ne se fait à votre place."))
        else:
            each = get_object_or_404(row.authorisations, pk=key)
            mandats.revoke(each, by=None, at=timezone.now())
            messages.success(request, say("C’est retiré. Cette démarche ne se fait plus à votre place."))
    return redirect("card_follow")


@with_card
@require_safe
def mandate_proof(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """The proof that a mandate was stopped."""
    row = get_object_or_404(Mandat, pk=pk, person=person, withdrawn_at__isnull=False)
    mandats.record_view(row, by=None, at=timezone.now(), verb="mandat.proof")
    path = reverse("mandat_check", args=[row.printed])
    check = (printing.address(request, path).partition("://")[2] or path, "")
    content = papers.withdrawal(mandat_queries.paper(row), check=check, on=timezone.localdate())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="arret-du-mandat.pdf"'
    return response


@with_card
@require_safe
def personal_data(request: HttpRequest, person: Person) -> HttpResponse:
    """What is kept, what was agreed, who saw it."""
    context = {
        "person": person,
        "consents": queries.consents(person),
        "followings": queries.structures_following(person),
        "bilans": queries.bilans(person),
        "papers": paper_queries.for_card(person, timezone.localdate()),
        "traces": queries.traces(person),
    }
    return render(request, "orientations/card/kept.html", context)


@with_card
@require_safe
def copy(request: HttpRequest, person: Person) -> HttpResponse:
    return copy_of(request, person)


@with_card
@require_POST
def withdraw(request: HttpRequest, person: Person) -> HttpResponse:
    """Taking back an agreement."""
    said = get_object_or_404(
        Consent, pk=whole(request.POST.get("accord", ""), ROWS) or 0, person=person, withdrawn_at=None
    )
    agreements.withdraw(said, by=None, at=timezone.now())
    messages.success(request, say("C’est noté. Cet accord ne vaut plus."))
    return redirect("card_kept")


@with_card
@require_POST
def paper(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Showing a paper to a structure no more, or having it erased. A card never opens one: it can be lost."""
    row = get_object_or_404(Paper, pk=pk, person=person, erased_at__isnull=True)
    key = whole(request.POST.get("partage", ""), ROWS)
    with refusals.as_message(request):
        if key is None:
            storing.erase(row, by=None, at=timezone.now(), how=TAKEN_BACK)
            messages.success(request, say("C’est effacé. Personne ne peut plus ouvrir ce papier."))
        else:
            sharing.withdraw(get_object_or_404(row.shares, pk=key), by=None, at=timezone.now())
            messages.success(request, say("C’est arrêté. Cette structure ne lit plus ce papier."))
    return redirect("card_kept")


@with_card
@require_POST
def cancel(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Giving up a step."""
    row = get_object_or_404(Orientation, pk=pk, person=person)
    with refusals.as_message(request):
        steps.cancel(row, by=None, at=timezone.now(), person=person)
        messages.success(request, say("C’est annulé."))
    return redirect("card_follow")


@with_card
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, person: Person) -> HttpResponse:
    """Having everything erased, once the card was typed again."""
    error = None
    if request.method == "POST":
        if cards.by_code(request.POST.get("code", "")) == person:
            forgetting.forget(person, by=None, at=timezone.now())
            access.close_card(request, key=KEY)
            messages.success(request, say("C’est effacé. Votre carte n’ouvre plus rien."))
            return redirect("card")
        error = Refused(
            say("Rien n’a été effacé."),
            why=say("Ce n’est pas le code de votre carte."),
            do=say("Relisez votre carte, puis recommencez."),
        )
    context = {"person": person, "error": error}
    return render(request, "orientations/card/forget.html", context, status=400 if error else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Closing one's card on this computer, and the one that a relative had made."""
    for key in (KEY, relative.KEY):
        access.close_card(request, key=key)
    return redirect("card")


@with_card
@require_safe
def to_print(request: HttpRequest, person: Person) -> HttpResponse:
    return render(request, "orientations/card/print.html", {"person": person})


@require_safe
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a person, to print for them. Opening it is written."""
    found = get_object_or_404(access.people_for(request.user), pk=pk)
    actions.card_printed(
        found, by=account_of(request), structure=acting_for(request, found), at=timezone.now()
    )
    return render(request, "orientations/card/print.html", {"person": found})
