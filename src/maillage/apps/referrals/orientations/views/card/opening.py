"""Opening one's page: by the code of the card and a secret of theirs, or with a helper; closing it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, overload

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.learning import access as learning
from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.access import Opened
from maillage.apps.people.persons.actions import card_secrets, corrections, register
from maillage.apps.people.persons.actions.card_secrets import Unlocked
from maillage.apps.platform.accounts.access import account_of, count, counted
from maillage.apps.referrals.orientations.access import CODES_AN_HOUR
from maillage.apps.referrals.orientations.actions import cards
from maillage.apps.referrals.orientations.forms import people as forms
from maillage.apps.referrals.orientations.queries import card as queries
from maillage.apps.referrals.orientations.views import relative
from maillage.apps.referrals.orientations.views.people import acting_for, too_many
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.words.languages import say, to_say

SHUT = Refused(
    to_say("La page ne s’est pas ouverte."),
    why=to_say("Le code ou le secret n’est pas le bon, ou il y a eu trop d’essais."),
    do=to_say(
        "Relisez la carte. Après 5 essais, attendez une heure, ou demandez à la personne qui vous aide."
    ),
)
SPENT = Refused(
    to_say("Rien n’a été fait."),
    why=to_say("Cette page était restée d’une autre fois."),
    do=to_say("Recommencez depuis cette page."),
)
Answer = Callable[..., HttpResponse]


@overload
def with_card(view: Answer, *, with_personal: bool = ...) -> Answer: ...


@overload
def with_card(*, with_personal: bool) -> Callable[[Answer], Answer]: ...


def with_card(view: Answer | None = None, *, with_personal: bool = True) -> Any:
    """Require the page of a person, opened less than ten minutes ago; what is sent must come from this
    opening. with_personal: with their secret or a helper; otherwise the code alone is enough.
    """
    if view is None:
        return lambda view_function: with_card(view_function, with_personal=with_personal)

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, **more: Any) -> HttpResponse:
        opened = access.page_in(request, timezone.now())
        if opened is None:
            return _closed(request)
        if with_personal and not opened.has_full_access:
            return redirect("card")
        if request.method == "POST" and not constant_time_compare(
            request.POST.get("ouverture", ""), opened.token
        ):
            messages.error(request, " ".join(say(each) for each in SPENT.sentences))
            return redirect("card")
        return view(request, opened, **more)

    return answer


def _closed(request: HttpRequest) -> HttpResponse:
    if request.session.get(access.PAGE):
        messages.info(request, say("Votre page s’est fermée seule, après 10 minutes."))
    access.close_page(request)
    return redirect("card")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Show the page of a person; until it is open, the form of the code and the secret, never in an address:
    the history of a shared computer would store them.
    """
    if request.method == "POST":
        return _tried(request)
    at = timezone.now()
    opened = access.page_in(request, at)
    if opened is None and request.session.get(access.PAGE):
        return _closed(request)
    if opened is None:
        return _code_page(request)
    if not opened.has_full_access:
        return _code_alone(request, opened)
    context = {"opened": opened, "person": opened.person, "card": queries.card(opened.person, at)}
    return render(request, "orientations/card/page.html", context)


def _code_page(request: HttpRequest, error: Refused | None = None, status: int = 200) -> HttpResponse:
    context = {
        "error": error,
        "typed": request.POST.get("code", "").strip()[: forms.LONGEST_CODE],
        "suite": "apprendre" if "apprendre" in (request.GET.get("suite"), request.POST.get("suite")) else "",
        "sending": access.new_form(request),
        "learner": learning.learner(request, timezone.now()),
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/card/opening.html", context, status=status)


def _tried(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    if counted(request, "cartes") >= CODES_AN_HOUR:
        return _code_page(request, too_many(), 429)
    if not access.spend_form(request, request.POST.get("envoi", "")):
        return _code_page(request, SPENT, 400)
    unlocked = card_secrets.unlock(
        code=request.POST.get("code", ""), typed_secret=forms.secret(request.POST), at=at
    )
    if unlocked is None:
        count(request, "cartes")
        return _code_page(request, SHUT, 400)
    learning.close_card(request)
    access.open_page(request, unlocked.person, at, has_full_access=unlocked.has_full_access)
    _warn_of_misses(request, unlocked)
    return redirect("learning_card" if request.POST.get("suite") == "apprendre" else "card")


def _warn_of_misses(request: HttpRequest, unlocked: Unlocked) -> None:
    if unlocked.misses:
        messages.warning(
            request,
            say(
                "{n} essai faux depuis la dernière fois. Si ce n’est pas vous, changez de secret.",
                "{n} essais faux depuis la dernière fois. Si ce n’est pas vous, changez de secret.",
                n=unlocked.misses,
            ),
        )


def _code_alone(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Page that the code alone opens: the next appointment, the learning; never who helps."""
    ahead = [each for each in queries.coming(opened.person, timezone.now()) if not each.cancelled]
    context = {
        "opened": opened,
        "person": opened.person,
        "when": ahead[0].when if ahead else "",
        "alone": people.chooses_alone(opened.person),
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/card/code_alone.html", context)


@with_card(with_personal=False)
@require_http_methods(["GET", "HEAD", "POST"])
def secret(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Choose the secret of one's card, or another; the page opens whole."""
    error, at = None, timezone.now()
    if request.method == "POST":
        try:
            cards.choose_secret(
                opened.person,
                forms.secret(request.POST),
                by=opened.helper,
                at=at,
                recognised=opened.has_full_access,
            )
        except Refused as refused:
            error = refused
        else:
            access.open_page(request, opened.person, at, has_full_access=True, helper=opened.helper)
            messages.success(request, say("Votre secret est choisi. Gardez-le pour vous."))
            return redirect("card")
    context = {
        "opened": opened,
        "person": opened.person,
        "error": error,
        "current_secret": people.secret_of(opened.person),
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/card/secret.html", context, status=400 if error else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close one's page on this computer, what it learnt with, and the card that a relative had made."""
    opened = access.page_in(request, timezone.now())
    access.close_page(request)
    learning.close_card(request)
    access.close_card(request, key=relative.KEY)
    if opened is not None and opened.helper is not None:
        response = redirect("person", opened.person.pk)
    else:
        response = redirect("card")
        messages.info(request, say("Votre page est fermée."))
    response["Clear-Site-Data"] = '"cache"'  # nothing of it comes back with the button of the browser
    return response


# ---------------------------------------------------------------------------------------------- with a helper


@require_http_methods(["GET", "HEAD", "POST"])
def with_helper(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the page of a person with them, by their secret or their card. It is written, and they read it."""
    person, error = get_object_or_404(access.people_for(request.user), pk=pk), None
    by, at = account_of(request), timezone.now()
    if request.method == "POST":
        try:
            unlocked = card_secrets.open_with_helper(
                person,
                code=request.POST.get("code", ""),
                typed_secret=forms.secret(request.POST),
                by=by,
                structure=acting_for(request, person),
                at=at,
            )
        except Refused as refused:
            error = refused
        else:
            access.open_page(request, person, at, has_full_access=True, helper=by)
            _warn_of_misses(request, unlocked)
            return redirect("card")
    context = {
        "person": person,
        "error": error,
        "current_secret": people.secret_of(person),
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/people/opening.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def secret_with_helper(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the secret of a card with the helper who is there, from the sheet of the person or as they are
    referred. It is written, and told.
    """
    person, error = get_object_or_404(access.people_for(request.user), pk=pk), None
    referral = whole_number(request.GET.get("orientation", ""), ROWS)
    back = reverse("orientation_sent", args=[referral]) if referral else reverse("person", args=[pk])
    if request.method == "POST":
        try:
            cards.choose_secret(
                person,
                forms.secret(request.POST),
                by=account_of(request),
                at=timezone.now(),
                acting=acting_for(request, person),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Le secret est choisi. Il ouvre sa page, avec le code de sa carte.")
            return redirect(back)
    context = {
        "person": person,
        "back": back,
        "error": error,
        "current_secret": people.secret_of(person),
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/people/secret.html", context, status=400 if error else 200)


@require_safe
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a person, to print for them. Opening it is written."""
    person = get_object_or_404(access.people_for(request.user), pk=pk)
    register.card_printed(
        person, by=account_of(request), structure=acting_for(request, person), at=timezone.now()
    )
    return render(request, "orientations/card/print.html", {"person": person})


@require_POST
def answer_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a correction asked by a person."""
    row = get_object_or_404(access.corrections_for(request.user), pk=pk, done_at=None)
    with refusals.as_message(request):
        corrections.answer_correction(
            row, by=account_of(request), at=timezone.now(), answer=request.POST.get("reponse", "")
        )
        messages.success(request, "C’est répondu : la personne le lira sur sa page.")
    return redirect("person", row.person_id)
