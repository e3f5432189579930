"""Acts noted without network: the page that a device keeps, and what it sends once the network is back."""

import hashlib
import json
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.actions import acts as actions
from maillage.apps.people.actes.forms import note as forms
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.access import account_of, count, holding
from maillage.kernel.errors import Refused
from maillage.web.offline import worker

SCRIPT = "actes/hors-ligne.js"
FILES = (
    *("site/jetons.css", "site/figures.css", "site/maillage.css", "site/barre.css", "site/maillage.js"),
    *("site/marque.svg", "actes/actes.css", "actes/actes.js", "actes/memoire.js"),
    *("polices/atkinson.woff2", "polices/atkinson-plus.woff2"),
    *("polices/bricolage.woff2", "polices/bricolage-plus.woff2"),
)


@holding(*access.HELPS)
@require_safe
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page of acts on the device; another version whenever a file changes."""
    files = [static(name) for name in FILES]
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    page = reverse("act_new")
    contents = {"version": version, "statique": settings.STATIC_URL, "page": page, "fichiers": files}
    return worker(SCRIPT, contents)


@holding(*access.HELPS)
@never_cache
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """Account of the session, and the token of a sending: a device sends only the acts this account noted."""
    return JsonResponse({"compte": account_of(request).pk, "jeton": get_token(request)})


@holding(*access.HELPS)
@never_cache
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Acts that waited on a device: each kept once, acknowledged when on disk, refused with why."""
    if count(request, "actes-envois") > access.SENDINGS_AN_HOUR:
        reason = "Cet appareil envoie trop souvent. Les actes restent dessus et partiront dans une heure."
        return JsonResponse({"erreur": reason}, status=HTTPStatus.TOO_MANY_REQUESTS)
    at = timezone.now()
    try:
        if len(request.body) > rules.SENDING_BYTES:
            raise Refused(
                "Cet envoi est trop grand.",
                why="Trop d’actes partent en même temps.",
                do="Laissez la page ouverte : ils partiront en plusieurs fois.",
            )
        sending = forms.read(request.body, at)
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=HTTPStatus.BAD_REQUEST)
    structures = {each.pk: each for each in access.structures_for(request.user)}
    person_by_pk = people_for(request.user).in_bulk([each.person for each in sending.acts if each.person])
    drafts, refused = [], dict(sending.unread)
    for received_act in sending.acts:
        try:
            person = forms.person_of_card(received_act.card) or person_by_pk.get(received_act.person or 0)
            if received_act.person and person is None:
                raise Refused(
                    actions.NOT_NOTED,
                    why="Votre structure ne suit plus cette personne, ou sa fiche est effacée.",
                    do="Notez-le de nouveau, sans nom.",
                )
        except Refused as error:
            refused[str(received_act.draft.uid)] = " ".join(error.sentences)
        else:
            drafts.append((received_act.draft, structures.get(received_act.structure or 0), person))
    received = actions.receive(drafts, by=account_of(request), at=at)
    refused |= {str(uid): why for uid, why in received.refused.items()}
    return JsonResponse(
        {
            "recues": [str(uid) for uid in received.known],
            "a_regulariser": [str(uid) for uid in received.outside],
            "refusees": [{"uid": uid, "motif": why} for uid, why in refused.items()],
        }
    )
