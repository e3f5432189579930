"""Information that a structure shares: the publics of its places, how one registers there, its results."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.site.structures.models import Profile
from maillage.apps.steering.pilotage.queries import activity_report
from maillage.publishing.territory.activity import ActivityReport
from maillage.reference import offer
from maillage.reference.sheet import practices
from maillage.words.wording import listing, lower_first


@dataclass(frozen=True, slots=True)
class OfferedPractice:
    """Practice offered by a place: for whom, its rhythm, how one registers; "" when it does not say."""

    practice: str
    publics: str
    rhythm: str
    registration: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a structure: whom it receives in all, then offer by offer."""

    lieu: Lieu
    publics: str
    offers: tuple[OfferedPractice, ...]


def places(structure: int) -> list[Place]:
    """Return the published places of a structure and what their sheets say of whom they receive and how one
    registers; an offer that says none of it is left out.
    """
    rows = Lieu.objects.filter(structure=structure, state=directory.PUBLISHED, merged_into=None)
    return [_place(lieu) for lieu in rows.order_by("name", "pk")]


def _place(lieu: Lieu) -> Place:
    labels = offer.practices()
    running = (
        (id, practice) for id, practice in practices(lieu.sheet).items() if practice.get("state") == "offered"
    )
    offered = [
        OfferedPractice(
            labels[id].label,
            _publics(practice.get("publics", ())),
            str(practice.get("regularite") or practice.get("permanence") or ""),
            str(practice.get("inscription", "")),
        )
        for id, practice in running
        if id in labels
    ]
    return Place(
        lieu,
        _publics(lieu.sheet.get("publics_specifiquement_adresses", ())),
        tuple(each for each in offered if each.publics or each.rhythm or each.registration),
    )


def _publics(slugs: Iterable[str]) -> str:
    known = offer.lists()["publics_specifiquement_adresses"].values
    return listing([lower_first(known[slug].label) for slug in slugs if slug in known])


def results(profile: Profile, on: date) -> ActivityReport | None:
    """Return a year of results of a structure, small counts withheld; None when it does not share them."""
    if not profile.results:
        return None
    structure: Any = profile.structure
    since, until = activity_report.last_year(on)
    return activity_report.report([structure], since=since, until=until, title=structure.name)
