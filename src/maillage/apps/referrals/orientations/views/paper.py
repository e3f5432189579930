"""The card that somebody takes away: where to go, when, whom to ask for, the code to follow it."""

from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import maps, places, where
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.queries import timeline
from maillage.web import printing
from maillage.words.languages import say


@never_cache
@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a referral, by whoever sends it. Opening the code of a person is written."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    if row.lieu is None:
        raise Http404
    back = {"back": reverse("orientation", args=[pk]), "back_words": "L’orientation"}
    person = row.person if access.still_helps(request.user, row) else None
    if person is not None:
        structure = row.from_structure_id
        people.card_printed(person, by=account_of(request), structure=structure, at=timezone.now())
    context = on_paper(request, row.lieu, row=row, person=person) | back
    return render(request, "orientations/paper/card.html", context)


def on_paper(
    request: HttpRequest, lieu: Lieu, *, row: Orientation | None, person: Person | None
) -> dict[str, Any]:
    """Return the context of a card: the facts of the place's sheet, the picture and code of the person."""
    at = timezone.localtime().replace(tzinfo=None)
    place_detail = places.detail(lieu, at)
    address = printing.address(request, reverse("card"))
    barriers = lieu.sheet.get("barrieres", ())
    to_bring = [places.sentence(line) for line in places.barriers(barriers)][:3] if barriers else []
    appointment = ""
    point = lieu.point if place_detail.located else None
    if row is not None and row.state == "appointed":
        appointment = referral_detail.appointment(row)
    return {
        "lieu": lieu,
        "shown": place_detail,
        "hours": places.in_words(lieu.sheet.get("horaires", {}), at.date()),
        "way": where.way(lieu),
        "map": maps.place_map(point, say("Carte : {name}", name=lieu.name)),
        "row": row,
        "door": timeline.at_the_door(row),
        "person": person,
        "drawing": f"carte-{person.picture}" if person is not None else "",
        "appointment": appointment,
        "bring": to_bring,
        "url": address.partition("://")[2] if address else "",
        "qr": segno.make(address, error="m").svg_data_uri(border=0) if address else "",
    }
