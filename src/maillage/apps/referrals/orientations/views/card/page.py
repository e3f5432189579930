"""Lines of a person's page, and their decisions: give up, stop, correct, take away, erase."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access as agenda_access
from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.actions import seats as agenda
from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.rules.appointments import PERSON
from maillage.apps.learning import access as learning
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.documents.actions import sharing, storing
from maillage.apps.people.documents.models import Paper
from maillage.apps.people.documents.rules import TAKEN_BACK
from maillage.apps.people.mandats.actions import records, stopping
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.queries import lists, permissions
from maillage.apps.people.mandats.queries import papers as mandat_papers
from maillage.apps.people.mandats.queries import persons as mandat_persons
from maillage.apps.people.mandats.rules import frame as mandat_frame
from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons import queries as corrections
from maillage.apps.people.persons.access import Opened
from maillage.apps.people.persons.actions import corrections as people_corrections
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.models import Consent
from maillage.apps.referrals.droits.queries import persons as rights
from maillage.apps.referrals.orientations.actions import agreements, cards, sending
from maillage.apps.referrals.orientations.forms import people as forms
from maillage.apps.referrals.orientations.forms.people import OwnForm, RequestForm
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import card as queries
from maillage.apps.referrals.orientations.queries import people, register
from maillage.apps.referrals.orientations.views.card.opening import with_card
from maillage.apps.referrals.orientations.views.people import acting_for, copy_of
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing import assistance
from maillage.web import printing, refusals
from maillage.web.overwrites import WrittenMeanwhile
from maillage.words.languages import say, typed

RUNNING = (mandat_frame.RUNNING, mandat_frame.COMING)


def _page(request: HttpRequest, name: str, opened: Opened, **more: Any) -> HttpResponse:
    context = {"opened": opened, "person": opened.person, **more}
    return render(request, name, context)


@with_card
@require_safe
def bilan(request: HttpRequest, opened: Opened) -> HttpResponse:
    return _page(request, "orientations/card/bilan.html", opened, bilans=queries.bilans(opened.person))


@with_card
@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, opened: Opened) -> HttpResponse:
    """One's seats to come; one given up is taken back here."""
    at = timezone.now()
    if request.method == "POST":
        number = whole_number(request.POST.get("place", ""), ROWS) or 0
        row = get_object_or_404(Seat, pk=number, person=opened.person)
        with refusals.as_message(request):
            agenda.put_back(row, by=None, at=at, token=agenda_access.link_of(row))
            messages.success(request, say("Votre place est gardée."))
        return redirect("card_seats")
    return _page(request, "orientations/card/seats.html", opened, seats=queries.seats(opened.person, at))


@with_card
@require_safe
def follow(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Show the state of each step, and who has to do something."""
    return _page(request, "orientations/card/follow.html", opened, steps=queries.steps(opened.person))


@with_card
@require_safe
def procedures(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Show the state of each of one's procedures, as far as anybody told it."""
    own = rights.for_card(opened.person, timezone.localdate())
    return _page(request, "orientations/card/procedures.html", opened, own=own)


@with_card
@require_safe
def mandates(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Mandates given to others, and how to stop them."""
    mandates = mandat_persons.for_card(opened.person, timezone.localdate())
    return _page(
        request,
        "orientations/card/mandates.html",
        opened,
        mandats=[(row, state, state in RUNNING, permissions.helpers(row)) for row, state in mandates],
    )


@with_card
@require_safe
def traces(request: HttpRequest, opened: Opened) -> HttpResponse:
    return _page(
        request, "orientations/card/seen.html", opened, traces=queries.traces(opened.person, timezone.now())
    )


@with_card
@require_safe
def personal_data(request: HttpRequest, opened: Opened) -> HttpResponse:
    return _page(
        request,
        "orientations/card/kept.html",
        opened,
        consents=people.consents(opened.person),
        followings=people.structures_following(opened.person),
        papers=documents_queries.for_card(opened.person, timezone.localdate()),
        bilans=queries.bilans(opened.person),
        holdings=register.of_person(opened.person),
    )


@never_cache
@require_safe
def to_print(request: HttpRequest) -> HttpResponse:
    """Show the card to cut: the one that is open, or that was made here a moment ago."""
    at = timezone.now()
    opened = access.page_in(request, at)
    person = opened.person if opened is not None else learning.to_note(request, at)
    if person is None:
        return redirect("card")
    return render(request, "orientations/card/print.html", {"person": person})


@with_card
@require_http_methods(["GET", "HEAD", "POST"])
def absent(request: HttpRequest, opened: Opened, kind: str, pk: int) -> HttpResponse:
    """Say that one cannot come: asked once, then told to the place."""
    at = timezone.now()
    coming = (each for each in queries.coming(opened.person, at) if not each.cancelled)
    line = next((each for each in coming if (each.kind, each.pk) == (kind, pk)), None)
    if line is None:
        raise Http404
    if request.method == "POST":
        with refusals.as_message(request):
            if kind == queries.SEAT:
                row = get_object_or_404(Seat, pk=pk, person=opened.person)
                agenda.give_up([row], at=at, token=agenda_access.link_of(row))
            elif kind == queries.MEETING:
                appointment = get_object_or_404(Appointment, pk=pk, person=opened.person)
                appointments.cancel(appointment, at=at, decided_by=PERSON)
            else:
                step = get_object_or_404(Orientation, pk=pk, person=opened.person)
                sending.cancel(step, by=None, at=at, person=opened.person)
            messages.success(request, say("C’est noté : vous ne venez pas. Merci de l’avoir dit."))
        return redirect("card")
    return _page(request, "orientations/card/absent.html", opened, coming=line)


@with_card
@require_POST
def cancel(request: HttpRequest, opened: Opened, pk: int) -> HttpResponse:
    """Give up a step."""
    row = get_object_or_404(Orientation, pk=pk, person=opened.person)
    with refusals.as_message(request):
        sending.cancel(row, by=None, at=timezone.now(), person=opened.person)
        messages.success(request, say("C’est annulé."))
    return redirect("card_follow")


@with_card
@require_POST
def stop_mandate(request: HttpRequest, opened: Opened, pk: int) -> HttpResponse:
    """Stop a mandate, or take one procedure back from it."""
    row = get_object_or_404(Mandat, pk=pk, person=opened.person, signed_at__isnull=False)
    key, named = (whole_number(request.POST.get(name, ""), ROWS) for name in ("demarche", "aidant"))
    by, at = opened.helper, timezone.now()
    with refusals.as_message(request):
        if named is not None:
            after = stopping.remove_helper(get_object_or_404(row.named, pk=named), by=by, at=at)
            stopped = after.withdrawn_at is not None
            messages.success(
                request,
                _stopped(opened, row, at)
                if stopped
                else say("C’est noté. Cet aidant n’agit plus à votre place."),
            )
        elif key is None:
            stopping.withdraw(row, by=by, at=at)
            messages.success(request, _stopped(opened, row, at))
        else:
            authorisation = get_object_or_404(row.authorisations, pk=key)
            after = stopping.revoke(authorisation, by=by, at=at)
            other = lists.still_permitted(opened.person, authorisation.key, timezone.localdate(at))
            if other is not None:
                words = say(
                    "C’est retiré. Mais un autre mandat permet encore cette démarche, à {structure}.",
                    structure=typed(other.structure.name if other.structure else ""),
                )
            elif after.withdrawn_at is not None:
                words = _stopped(opened, row, at)
            else:
                words = say("C’est retiré. Plus personne ne fait cette démarche à votre place.")
            messages.success(request, words)
    return redirect("card_mandates")


def _stopped(opened: Opened, row: Mandat, at: Any) -> str:
    """Return the message after a mandate is stopped: it tells if others still run."""
    other_mandates = lists.running_of(opened.person, timezone.localdate(at)).exclude(pk=row.pk)
    if not other_mandates:
        return say("C’est arrêté. Plus personne ne fait rien à votre place.")
    to = ", ".join(dict.fromkeys(each.structure.name for each in other_mandates if each.structure))
    return say("Ce mandat est arrêté. Mais un autre mandat dure encore : {structure}.", structure=typed(to))


@with_card
@require_safe
def mandate_proof(request: HttpRequest, opened: Opened, pk: int) -> HttpResponse:
    """The proof that a mandate was stopped."""
    row = get_object_or_404(Mandat, pk=pk, person=opened.person, withdrawn_at__isnull=False)
    records.record_view(row, by=opened.helper, at=timezone.now(), verb="mandat.proof")
    path = reverse("mandat_check", args=[row.printed])
    check = (printing.address(request, path).partition("://")[2] or path, "")
    content = assistance.withdrawal(mandat_papers.paper(row), check=check, on=timezone.localdate())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="arret-du-mandat.pdf"'
    return response


@with_card
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Correct what is known of oneself, or ask who helps to correct what they wrote."""
    person, at = opened.person, timezone.now()
    structures = [each.structure for each in people.structures_following(person)]
    asks = request.method == "POST" and "quoi" in request.POST
    own = OwnForm(request.POST if request.method == "POST" and not asks else None, person=person)
    request_form = RequestForm(request.POST if asks else None, structures=structures)
    error = None
    try:
        if own.is_bound and own.is_valid():
            cards.correct(person, own.values, displayed=own.original, by=opened.helper, at=at)
            messages.success(request, say("C’est corrigé."))
            return redirect("card")
        if request_form.is_bound and request_form.is_valid():
            words = request_form.cleaned_data["quoi"]
            people_corrections.ask_correction(
                person, request_form.structure(), words, by=opened.helper, at=at
            )
            messages.success(request, say("La demande est partie. La réponse sera ici."))
            return redirect("card_correct")
    except Refused as refused:
        if isinstance(refused, WrittenMeanwhile):
            own.tell(refused)
        error = refused
    context = {
        "opened": opened,
        "person": person,
        "form": own,
        "structures": structures,
        "words": request.POST.get("quoi", "")[:300] if asks else "",
        "asked": corrections.corrections(person),
        "error": error,
    }
    bad = error is not None or own.errors or request_form.errors
    return render(request, "orientations/card/correct.html", context, status=400 if bad else 200)


@with_card
@require_safe
def copy(request: HttpRequest, opened: Opened) -> HttpResponse:
    structure = acting_for(request, opened.person) if opened.helper else None
    return copy_of(request, opened.person, by=opened.helper, structure=structure)


@with_card
@require_POST
def withdraw(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take back an agreement."""
    consent = get_object_or_404(
        Consent, pk=whole_number(request.POST.get("accord", ""), ROWS) or 0, person=opened.person
    )
    with refusals.as_message(request):
        agreements.withdraw(consent, by=opened.helper, at=timezone.now())
        messages.success(request, say("C’est noté. Cet accord ne vaut plus."))
    return redirect("card_kept")


@with_card
@require_POST
def paper(request: HttpRequest, opened: Opened, pk: int) -> HttpResponse:
    """Stop showing a paper to a structure, or have it erased. The page never opens one: it may be read over a
    shoulder.
    """
    row = get_object_or_404(Paper, pk=pk, person=opened.person, erased_at__isnull=True)
    key = whole_number(request.POST.get("partage", ""), ROWS)
    with refusals.as_message(request):
        if key is None:
            storing.erase(row, by=opened.helper, at=timezone.now(), how=TAKEN_BACK)
            messages.success(request, say("C’est effacé. Personne ne peut plus ouvrir ce papier."))
        else:
            sharing.withdraw(get_object_or_404(row.shares, pk=key), by=opened.helper, at=timezone.now())
            messages.success(request, say("C’est arrêté. Cette structure ne lit plus ce papier."))
    return redirect("card_kept")


@with_card
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Have everything erased: asked once, with what goes and what the law keeps."""
    by, at, error = opened.helper, timezone.now(), None
    if request.method == "POST":
        try:
            forgetting.erase(opened.person, secret=forms.secret(request.POST), by=by, at=at)
            access.close_page(request)
            learning.close_card(request)
            messages.success(request, say("C’est effacé. Votre carte n’ouvre plus rien."))
            return redirect("card")
        except Refused as refused:
            error = refused
    asks = by is not None and forgetting.foreign_followings(opened.person, by).exists()
    context: dict[str, Any] = {"fates": register.by_fate(register.of_person(opened.person)), "error": error}
    context |= {"pictures": rules.PICTURES, "asks_secret": asks}
    return _page(request, "orientations/card/forget.html", opened, **context)
