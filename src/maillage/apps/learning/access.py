"""Whose learning is shown to whom: a card opens one's own, a structure sees its groups, a territory sees counts."""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from maillage.apps.accounts.access import rights_of
from maillage.apps.learning.models import Group, Plan
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person

SEE, MINE, MEASURES = "people.see", "people.mine", "measures.see"
KEY, LEARNING_FOR, RENEWED = "apprenant", timedelta(hours=3), timedelta(minutes=10)
CODES_AN_HOUR, CARDS_AN_HOUR = 60, 60  # one connection may be a whole room
SALT = "apprendre"


def token(person: Person) -> str:
    """Return what a device says whose learning it keeps: it lets add to it, never read it."""
    return signing.dumps([person.pk, person.code], salt=SALT, compress=True)


def by_token(text: str) -> Person | None:
    """Return the person of a token; None when it is not ours, or when the card was erased or replaced since."""
    try:
        pk, code = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Person.objects.filter(pk=pk, code=code, forgotten_at__isnull=True).first()


def open_card(request: HttpRequest, person: Person, at: datetime) -> None:
    """Let this browser learn with a card for some hours: its progress only, nothing else of the person."""
    request.session[KEY] = [person.pk, at.isoformat()]


def learner(request: HttpRequest, at: datetime) -> Person | None:
    """Return whose card is open for learning in this browser."""
    pk, since = request.session.get(KEY, [None, ""])
    if not pk or at - datetime.fromisoformat(since) > LEARNING_FOR:
        return None
    if at - datetime.fromisoformat(since) > RENEWED:
        request.session[KEY] = [pk, at.isoformat()]
    return Person.objects.filter(pk=pk, forgotten_at__isnull=True).first()


def close_card(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


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
    return Plan.objects.filter(Q(structure__in=whole) | Q(person__in=people_for(user))).select_related(
        "person", "structure"
    )


def measures_of(user: Any) -> tuple[frozenset[int], frozenset[str] | None]:
    """Return the structures whose learning one may count, and the communes; None: everywhere."""
    rights = rights_of(user)
    return rights.structures(SEE), rights.communes(MEASURES)
