"""The loop on the page of the day of who steers: what presses in their territory, one gesture each."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import PEOPLE
from maillage.apps.dossiers.models import Study
from maillage.apps.memberships.access import territories_with
from maillage.apps.pilotage import access
from maillage.apps.pilotage.queries import loop as loops
from maillage.apps.pilotage.rules import Sentence
from maillage.apps.plans.queries.overview import reading_of

REMINDS = "members.manage"  # who may remind the places that let people wait
TRIED = 3  # studies that may be of an earlier method before the home says nothing of the loop


@dataclass(frozen=True, slots=True)
class HomeLoop:
    """What presses in a territory, each sentence with the address of its button. several: whether its reader
    steers others too; examples: whether what is counted is invented.
    """

    study: Study
    sentences: tuple[tuple[Sentence, str], ...]
    several: bool
    examples: bool


def home_loop(user: Any, on: date) -> HomeLoop | None:
    """Return the loop of the territory that a user steers: the one of their role, else the latest studied;
    None for who steers none, or where nothing was computed.
    """
    studies = access.studies_of(user)
    own = set(territories_with(user, access.LEADS)) if studies else set()
    studies.sort(key=lambda study: study.place not in own)
    for study in studies[:TRIED]:
        reading = reading_of(study.place)
        if reading is not None:
            found = loops.loop(user, study, reading, on=on)
            return HomeLoop(
                study=study,
                sentences=addressed(user, found, study.place),
                several=len(studies) > 1,
                examples=found.activity.examples,
            )
    return None


def addressed(user: Any, found: loops.Loop, place: str) -> tuple[tuple[Sentence, str], ...]:
    """Return the sentences of a loop, each with where its button leads: to do it, for who may; else to what
    it is about.
    """
    reminds = rights_of(user).any(REMINDS)
    seen = f"{reverse('seen', args=[place])}#t-orientations"
    sites = {"offre": loops.LINE, "geste": "meilleurs", "combien": "1"}
    addresses = {
        "attente": f"{reverse('space')}#j-{PEOPLE}" if reminds else seen,
        "offre": f"{reverse('what_if', args=[place])}?{urlencode(sites)}",
        "effet": reverse("orientations_measures") if reminds else seen,
        "silence": reverse("join"),
        "plan": reverse("plan", args=[place]),
        "fiches": reverse("places", args=[place]),
    }
    return tuple((each, addresses[each.id]) for each in found.sentences)
