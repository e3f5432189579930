"""Whose learning is shown to whom: a card opens one's own, a structure sees its groups, a territory sees counts."""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from maillage.apps.accounts.access import rights_of
from maillage.apps.learning.models import Group, Plan
from maillage.apps.people import access as cards
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person

SEE, MINE, MEASURES, EDIT = "people.see", "people.mine", "measures.see", "modules.edit"
KEY, NEW = "apprenant", "apprenant-nouveau"
LEARNING_FOR, NOTED = timedelta(hours=3), timedelta(minutes=20)
CODES_AN_HOUR, CARDS_AN_HOUR = 60, 60  # one connection may be a whole room
SALT = "apprendre"


def token(person: Person) -> str:
    """Return what a device says whose learning it keeps: it lets add to it, never read it, and tells nothing of the card."""
    return signing.dumps([person.pk, cards.digest(person)], salt=SALT)


def by_token(text: str) -> Person | None:
    """Return the person of a token; None when it is not ours, or when the card was erased or replaced since."""
    try:
        pk, digest = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return cards.held(pk, digest)


def open_card(request: HttpRequest, person: Person, at: datetime, *, made: bool = False) -> None:
    """Let this browser learn with a card for some hours: its progress only. made: just now, its code is still to be noted."""
    close_card(request)
    for key in (KEY, NEW) if made else (KEY,):
        cards.open_card(request, person, at, key=key)


def learner(request: HttpRequest, at: datetime) -> Person | None:
    """Return whose card is open for learning in this browser; nobody's once it was replaced."""
    return cards.card_in(request, at, key=KEY, shown_for=LEARNING_FOR)


def to_note(request: HttpRequest, at: datetime) -> bool:
    """Return whether the code of the card was given a moment ago: later, on a shared computer, it is no longer shown."""
    return cards.card_in(request, at, key=NEW, shown_for=NOTED) is not None


def close_card(request: HttpRequest) -> None:
    for key in (KEY, NEW):
        cards.close_card(request, key=key)


def groups_for(user: Any) -> QuerySet[Group]:
    """Return the groups that somebody runs: those of their structures, and those they run beside another; a volunteer, theirs."""
    rights = rights_of(user)
    whole, mine = rights.structures(SEE), rights.structures(MINE)
    if not whole and not mine:
        return Group.objects.none()
    ours = Q(structure__in=whole) | Q(partner__in=whole)
    if mine:
        ours |= Q(structure__in=mine, by=user.pk)
    return Group.objects.filter(ours).select_related("structure", "partner")


def plans_for(user: Any) -> QuerySet[Plan]:
    """Return the plans of the people one helps, and those made in one's structures."""
    rights = rights_of(user)
    whole = rights.structures(SEE)
    if not whole and not rights.structures(MINE):
        return Plan.objects.none()
    seen = Exists(people_for(user).filter(pk=OuterRef("person")))
    rows = Plan.objects.filter(Q(structure__in=whole) | Q(person__in=people_for(user)))
    return rows.select_related("person", "structure").annotate(seen=seen)


def may_share(user: Any, group: Group) -> bool:
    """Return whether somebody may say which other structure runs a group: only the one that opened it."""
    rights = rights_of(user)
    mine = rights.may(MINE, structure=group.structure_id) and group.by_id == user.pk
    return rights.may(SEE, structure=group.structure_id) or mine


def measures_of(user: Any) -> tuple[frozenset[int], frozenset[str] | None]:
    """Return the structures whose learning one may count, and the communes; None: everywhere."""
    rights = rights_of(user)
    return rights.structures(SEE), rights.communes(MEASURES)
