"""Learning with a card: typed, made, closed; what devices send of it; a group joined."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.learning import access
from maillage.apps.learning.actions import groups, progress
from maillage.apps.learning.forms import facts
from maillage.apps.learning.models import Group
from maillage.apps.learning.queries import contents, readers
from maillage.apps.learning.queries import progress as queries
from maillage.apps.learning.queries.groups import by_code
from maillage.apps.people.persons import access as cards
from maillage.apps.people.persons.actions import card_secrets as people
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import read_secret
from maillage.apps.platform.accounts.access import count, counted, once_more
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.words.languages import say, spoken, to_say

NO_CARD = Refused(
    to_say("La carte ne s’ouvre pas."),
    why=to_say("Le code est peut-être mal lu, ou la carte a un secret."),
    do=to_say("Relisez la carte. Si elle a un secret, ouvrez-la d’abord dans « Ma carte »."),
)
CLOSED = Refused(
    to_say("Ce groupe est fermé."),
    why=to_say("La séance est finie."),
    do=to_say("Demandez à la personne qui vous aide."),
)
NO_GROUP = Refused(
    to_say("Aucun groupe n’a ce code."),
    why=to_say("Une lettre ou un chiffre est peut-être mal lu."),
    do=to_say("Relisez-le au tableau."),
)
OF_ANOTHER = Refused(
    to_say("Rien n’a été fait."),
    why=to_say("Cette page était celle d’une autre carte."),
    do=to_say("Regardez quelle carte est ouverte, puis recommencez depuis cette page."),
)
TOO_MANY = Refused(
    to_say("Trop d’essais."),
    why=to_say("Cet appareil en a fait beaucoup."),
    do=to_say("Attendez une heure, ou demandez de l’aide."),
)


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """Progress of the card that is open in this browser, and the next module."""
    at = timezone.now()
    person = _learner(request, at)
    if person is None:
        return redirect(f"{reverse('card')}?suite=apprendre")
    standings = queries.standings(person)
    opened = queries.opened(standings)
    following, reader = queries.following(person, standings), spoken()
    tongue = contents.translated(following.module.id, reader.code) if following else None
    context: dict[str, Any] = {
        "person": person,
        "to_note": access.to_note(request, at),
        "device_card": {
            "jeton": access.token(person),
            "image": person.drawn,
            "nom": person.nickname or say(person.get_picture_display()),
            "faits": queries.device(standings),
        },
        "next": following,
        "next_tongue": tongue,
        "route": queries.route(person),
        "finished": [module for module, _, is_finished in opened if is_finished],
        "begun": [module for module, _, is_finished in opened if not is_finished],
    }
    if following and tongue is None and not reader.is_french:
        context["nearest"] = contents.nearest_in(following.module, reader.code)
    return render(request, "learning/open_card.html", context)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Make one's card alone: a picture and a code, a name only if one wants; never over one that is open."""
    at = timezone.now()
    if _learner(request, at) is not None:
        return redirect("card")
    if not once_more(request, "cartes-faites", access.CARDS_AN_HOUR):
        return refusals.page(request, TOO_MANY, status=429)
    person = groups.alone(nickname=request.POST.get("surnom", "")[:60], at=at)
    cards.close_page(request)
    access.open_card(request, person, at, is_new=True)
    return redirect("learning_card")


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close one's card on this computer."""
    access.close_card(request)
    cards.close_page(request)
    return redirect("learning")


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase all that one learnt; the card stays."""
    at = timezone.now()
    person = access.learner(request, at)
    if not access.is_same_card(request, person):
        messages.error(request, " ".join(map(say, OF_ANOTHER.sentences)))
    elif person is not None:
        progress.erase(person, at=at)
        messages.success(request, say("C’est effacé. Votre carte est vide, et toujours à vous."))
    return redirect("learning_card")


def _learner(request: HttpRequest, at: datetime) -> Person | None:
    """Return the learner of this browser: of the open page, unless a helper opened it, or of the card."""
    page = cards.page_in(request, at)
    if page is not None and page.helper is None and page.person != access.learner(request, at):
        access.open_card(request, page.person, at)
    return access.learner(request, at)


def moved(request: HttpRequest, name: str) -> HttpResponse:
    """Send an address of before, kept on devices and on paper, to the one card."""
    return redirect(name, permanent=True, preserve_request=name != "learning_card")


@csrf_exempt  # no cookie is read here: the token of the card, which only lets add, is in what is sent
@require_POST
def sync(request: HttpRequest) -> JsonResponse:
    """Store the facts of a device, each once; acknowledge them when they are on disk."""
    if len(request.body) > facts.MOST_BYTES:
        return JsonResponse({"erreur": "Cet envoi est trop grand. Envoyez-le en plusieurs fois."}, status=413)
    try:
        token, rows = facts.content(request.body)
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=400)
    person = access.by_token(token)
    if person is None:
        return JsonResponse({"erreur": "Cette carte n’existe plus, ou a été remplacée."}, status=410)
    with contents.reading_as(lambda: readers.of_person(person)):  # no cookie says whose modules these are
        sent = facts.read(rows)
    try:
        receipt = progress.keep(person, sent.facts, at=timezone.now())
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=429)
    if sent.facts and not receipt.known:
        return JsonResponse({"erreur": "Cette carte n’existe plus."}, status=410)
    return JsonResponse(
        {"recus": list(receipt.known), "refuses": dict(sent.refused), "nouveaux": receipt.new}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest) -> HttpResponse:
    """Join a group, with its code; then with one's card, or a new one."""
    at = timezone.now()
    typed = request.POST.get("code", "").strip()[:20]
    group, error = _group_of_code(request, typed) if typed else (None, None)
    if group is not None and "rejoindre" in request.POST:
        error = _enter(request, group, at)
        if error is None:
            return redirect("learning_card")
    person = _learner(request, at)
    context = {"error": error, "typed": typed, "group": group, "person": person}
    context["card"] = access.token(person) if person is not None else ""
    return render(request, "learning/join.html", context, status=_status(error))


def _status(error: Refused | None) -> int:
    return 429 if error is TOO_MANY else 400 if error else 200


def _group_of_code(request: HttpRequest, typed: str) -> tuple[Group | None, Refused | None]:
    """Return the group that a code joins, or why there is none."""
    if counted(request, "groupes") >= access.CODES_AN_HOUR:
        return None, TOO_MANY
    group = by_code(typed)
    if group is None:
        count(request, "groupes")
        return None, NO_GROUP
    return (None, CLOSED) if group.closed_at is not None else (group, None)


def _enter(request: HttpRequest, group: Group, at: datetime) -> Refused | None:
    """Let somebody into a group, with the card open here, the one typed, or a new one; return why not."""
    person, typed = None, request.POST.get("carte", "").strip()
    if "moi" in request.POST or typed:
        person, error = (_learner(request, at), None) if "moi" in request.POST else _typed(request, typed)
        if person is None:
            return error or NO_CARD
        if not access.is_same_card(request, person):
            return OF_ANOTHER
    elif not once_more(request, "cartes-faites", access.CARDS_AN_HOUR):
        return TOO_MANY
    with refusals.as_message(request):
        if person is None:
            newcomer = groups.enter(group, nickname=request.POST.get("surnom", "")[:60], at=at)
            access.open_card(request, newcomer, at, is_new=True)
        else:
            groups.join(group, person, at=at)
            access.open_card(request, person, at)
    return None


def _typed(request: HttpRequest, typed: str) -> tuple[Person | None, Refused | None]:
    """Return the person whose card has a code, or the refusal; only codes that open nothing are counted: a
    full room has cards.
    """
    if counted(request, "cartes-apprendre") >= access.CARDS_AN_HOUR:
        return None, TOO_MANY
    card = people.unlock(code=typed, typed_secret=read_secret(""), at=timezone.now())
    if card is None:
        count(request, "cartes-apprendre")
        return None, NO_CARD
    return card.person, None
