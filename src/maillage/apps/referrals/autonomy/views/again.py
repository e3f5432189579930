"""Doing it again, by the code of one's card: never before two weeks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.apps.people.persons import access as people
from maillage.apps.people.persons.queries import secret_of
from maillage.apps.platform.accounts.access import count, counted
from maillage.apps.referrals.autonomy import actions, rules
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms.answers import CardForm
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import retained
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.kernel.errors import Refused
from maillage.words.languages import to_say

WRONG_CARDS_AN_HOUR = 30  # by a connection, whichever page they are typed on, and signed in or not
TOO_MANY = Refused(
    to_say("Trop de codes ont été essayés."),
    why=to_say("C’est pour protéger les cartes des autres."),
    do=to_say("Revenez dans une heure, ou demandez à la personne qui vous aide."),
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Type the code of a card, and answer again what may have changed."""
    context: dict[str, Any] = {"code": request.POST.get("code", "")[:20]}
    if request.method != "POST":
        return render(request, "autonomy/again.html", context)
    if counted(request, "cartes") >= WRONG_CARDS_AN_HOUR:
        return render(request, "autonomy/again.html", context | {"error": TOO_MANY}, status=429)
    try:
        # The last diagnosis kept with a card; Refused, and counted, when no card has this code, when none
        # was kept, or when the card has a secret and its page is not open here.
        person, page = CardForm(request.POST).person(), people.page_in(request, timezone.now())
        if person is not None and secret_of(person) is not None and (page is None or page.person != person):
            person = None
        latest = retained.latest(person) if person is not None else None
        if latest is None:
            count(request, "cartes")
            raise Refused(
                to_say("Nous ne trouvons pas cette carte."),
                why=to_say("Le code a 8 signes, et un bilan doit être gardé avec."),
                do=to_say("Relisez la carte. Si elle a un secret, ouvrez-la d’abord dans « Ma carte »."),
            )
        return start(latest)
    except Refused as error:
        return render(request, "autonomy/again.html", context | {"error": error}, status=400)


def start(previous: Bilan, *, structure: int | None = None) -> HttpResponse:
    """Start it again from the one before; Refused before two weeks."""
    actions.check_again(previous, on=timezone.localdate())
    response = redirect("bilan")
    person = previous.person_id if structure is not None else None
    carried.write(
        response,
        Carried(answers=rules.again(previous.answers), again=previous.pk, person=person, structure=structure),
    )
    return response
