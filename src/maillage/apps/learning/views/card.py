"""Learning with a card: typed, made, closed; what devices send of it; a group joined."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.accounts.access import count, counted, once_more
from maillage.apps.directory.views import refused
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups, progress
from maillage.apps.learning.forms import facts
from maillage.apps.learning.models import Group
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries import progress as queries
from maillage.apps.people import queries as cards
from maillage.apps.people.models import Person
from maillage.kernel import codes
from maillage.kernel.errors import Refused

NO_CARD = Refused(
    "Aucune carte n’a ce code.",
    why="Une lettre ou un chiffre est peut-être mal lu.",
    do="Relisez la carte. Ou montrez-la à la personne qui vous aide.",
)
CLOSED = Refused("Ce groupe est fermé.", why="La séance est finie.", do="Demandez à la personne qui vous aide.")
NO_GROUP = Refused(
    "Aucun groupe n’a ce code.", why="Une lettre ou un chiffre est peut-être mal lu.", do="Relisez-le au tableau."
)
TOO_MANY = Refused(
    "Trop d’essais.", why="Cet appareil en a fait beaucoup.", do="Attendez une heure, ou demandez de l’aide."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """One's card: typed, or open with what comes next."""
    at = timezone.now()
    typed, error = request.POST.get("code", "").strip()[:20], None
    if request.method == "POST":
        if counted(request, "cartes-apprendre") >= access.CARDS_AN_HOUR:
            return render(request, "learning/card.html", {"error": TOO_MANY, "typed": typed}, status=429)
        found = cards.by_code(typed)
        if found is not None:
            access.open_card(request, found, at)
            return redirect("learning_card")
        count(request, "cartes-apprendre")
        error = NO_CARD
    person = access.learner(request, at)
    if person is None:
        return render(request, "learning/card.html", {"error": error, "typed": typed}, status=400 if error else 200)
    held = queries.standings(person)
    known = contents.modules()
    context: dict[str, Any] = {
        "person": person,
        "to_note": access.to_note(request, at),
        "held": {
            "jeton": access.token(person),
            "image": person.drawn,
            "nom": person.nickname or person.get_picture_display(),
            "faits": queries.device(held),
        },
        "next": queries.following(person, held),
        "route": queries.route(person),
        "finished": [known[id] for id, one in held.items() if id in known and queries.finished(known[id], one)],
        "begun": [known[id] for id, one in held.items() if id in known and not queries.finished(known[id], one)],
    }
    return render(request, "learning/open_card.html", context)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Making one's card alone: a picture and a code, a name only if one wants."""
    if not once_more(request, "cartes-faites", access.CARDS_AN_HOUR):
        return render(request, "learning/card.html", {"error": TOO_MANY}, status=429)
    at = timezone.now()
    person = groups.alone(nickname=request.POST.get("surnom", "")[:60], at=at)
    access.open_card(request, person, at, made=True)
    return redirect("learning_card")


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Closing one's card on this computer."""
    access.close_card(request)
    return redirect("learning")


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erasing all that one learnt; the card stays."""
    person = access.learner(request, timezone.now())
    if person is not None:
        progress.erase(person, at=timezone.now())
        messages.success(request, "C’est effacé. Votre carte est vide, et toujours à vous.")
    return redirect("learning_card")


@csrf_exempt  # no cookie is read here: the token of the card, which only lets add, is in what is sent
@require_POST
def sync(request: HttpRequest) -> JsonResponse:
    """What a device did with a card: kept once, acknowledged when it is on disk."""
    if len(request.body) > facts.MOST_BYTES:
        return JsonResponse({"erreur": "Cet envoi est trop grand. Envoyez-le en plusieurs fois."}, status=413)
    try:
        sent = facts.read(request.body)
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=400)
    person = access.by_token(sent.token)
    if person is None:
        return JsonResponse({"erreur": "Cette carte n’existe plus, ou a été remplacée."}, status=410)
    try:
        kept = progress.keep(person, sent.facts, at=timezone.now())
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=429)
    if sent.facts and not kept.known:
        return JsonResponse({"erreur": "Cette carte n’existe plus."}, status=410)
    return JsonResponse({"recus": list(kept.known), "refuses": dict(sent.refused), "nouveaux": kept.new})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest) -> HttpResponse:
    """Joining a group, with its code; then with one's card, or a new one."""
    at, error = timezone.now(), None
    typed = request.POST.get("code", "").strip()[:20]
    found = None
    if typed:
        known = counted(request, "groupes") < access.CODES_AN_HOUR
        found = Group.objects.filter(code=codes.read(typed) or "-").select_related("structure").first() if known else None
        if found is None:
            count(request, "groupes")
            error = NO_GROUP
    if found is not None and found.closed_at is not None:
        found, error = None, CLOSED
    if found is not None and "rejoindre" in request.POST:
        person, made = _somebody(request, at)
        if person is None:
            error = NO_CARD
        else:
            with refused.told(request):
                groups.join(found, person, at=at)
                access.open_card(request, person, at, made=made)
            return redirect("learning_card")
    context = {"error": error, "typed": typed, "group": found, "person": access.learner(request, at)}
    return render(request, "learning/join.html", context, status=400 if error else 200)


def _somebody(request: HttpRequest, at: datetime) -> tuple[Person | None, bool]:
    """Return whoever joins, and whether their card was made just now: the one open here, the one typed, or a new one."""
    if "moi" in request.POST:
        return access.learner(request, at), False
    if typed := request.POST.get("carte", "").strip():
        count(request, "cartes-apprendre")
        known = counted(request, "cartes-apprendre") <= access.CARDS_AN_HOUR
        return (cards.by_code(typed) if known else None), False
    if not once_more(request, "cartes-faites", access.CARDS_AN_HOUR):
        return None, False
    return groups.alone(nickname=request.POST.get("surnom", "")[:60], at=at), True
