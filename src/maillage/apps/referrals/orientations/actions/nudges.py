"""Remind a place that lets people wait, on behalf of whoever leads the network around it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.rules.worklist import UNDO, age
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.apps.referrals.orientations.queries import pressing
from maillage.apps.referrals.orientations.queries.pressing import SilentPlace
from maillage.kernel.errors import Refused


@transaction.atomic
def nudge(structure: int, *, by: User, at: datetime) -> SilentPlace:
    """Write to a structure that lets referrals wait, or note a call; once a week, Refused if none waits."""
    Structure.objects.select_for_update().filter(pk=structure).first()  # two coordinators, one message
    place = pressing.silent_place(by, structure, at)
    if place is None:
        raise Refused(
            "Ce lieu n’a pas été relancé.",
            why="Il a répondu, ou quelqu’un l’a déjà relancé cette semaine.",
            do="Rien : il reviendra ici si des personnes attendent encore.",
        )
    row = Structure.objects.get(pk=structure)
    if place.way == pressing.WRITTEN:
        outbox.put(at=at, send_at=at + UNDO, **_letter(place, at))
    journal.record(by=by, verb=pressing.NUDGED, row=row, at=at, structure=row.pk, words=place.way)
    return place


@transaction.atomic
def take_back(structure: int, *, by: User, at: datetime) -> Structure:
    """Take back one's own reminder given a moment ago; Refused once the message may have left."""
    row = Structure.objects.select_for_update().filter(pk=structure).first()
    entry = pressing.own_nudges(by, at).filter(row=structure).first()
    written = entry is not None and entry.words == pressing.WRITTEN
    if row is None or entry is None or (written and not outbox.cancel(_key(structure, entry.at))):
        raise Refused(
            "La relance n’est pas annulée.",
            why="Elle est partie, ou quelqu’un l’a déjà annulée.",
            do="Appelez le lieu si vous aviez relancé par erreur.",
        )
    journal.record(by=by, verb=pressing.UNDONE, row=row, at=at, structure=row.pk)
    return row


def _key(structure: int, at: datetime) -> str:
    return f"relance-{structure}-{timezone.localtime(at):%Y-%m-%d-%H%M%S}"


def _letter(place: SilentPlace, at: datetime) -> dict[str, Any]:
    days = age((timezone.localdate(at) - timezone.localdate(place.first)).days)
    text = f"{place.n} personnes attendent votre réponse"
    if place.n == 1:
        text = "Une personne attend votre réponse"
    return {
        "channel": states.EMAIL,
        "to": place.mail,
        "subject": "Des personnes attendent votre réponse",
        "text": (
            f"Bonjour,\n\n{text}, la plus ancienne depuis {days}. Dire oui, non, ou donner une date prend une"
            f" minute :\n{settings.ADDRESS}{reverse('orientations')}\n\nVous pouvez aussi répondre par le"
            " lien de chaque message reçu.\n\nLa coordination du réseau d’aide au numérique"
        ),
        "key": _key(place.structure, at),
        "structure": place.structure,
        "commune": place.commune,
    }
