"""Who may see which persons: the structures that follow them; a volunteer, those they follow; a browser, by a
card.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from maillage.apps.accounts.access import rights_of
from maillage.apps.people.models import Following, Person


def people_for(user: Any) -> QuerySet[Person]:
    """Return the persons a user may see; none for a stranger, the coordination or the administration."""
    rights = rights_of(user)
    whole, mine = rights.structures("people.see"), rights.structures("people.mine")
    if not whole and not mine:
        return Person.objects.none()
    followed = Following.objects.filter(
        Q(structure__in=whole) | Q(structure__in=mine, by=user.pk), ended_at__isnull=True
    ).values("person")
    return Person.objects.filter(pk__in=followed, forgotten_at__isnull=True)


def may_help(user: Any, structure: int | None) -> bool:
    """Return whether a user may write the sheet of a person on behalf of a structure."""
    rights = rights_of(user)
    return structure is not None and (
        rights.may("people.see", structure=structure) or rights.may("people.mine", structure=structure)
    )


def sees_only_theirs(user: Any, structure: int | None) -> bool:
    """Return whether a user sees, among the persons of a structure, only those they help themselves."""
    rights = rights_of(user)
    return rights.may("people.mine", structure=structure) and not rights.may(
        "people.see", structure=structure
    )


# --------------------------------------------------------------------------------------- a card, in a browser


def open_card(request: HttpRequest, person: Person, at: datetime, *, key: str) -> None:
    """Let this browser read what a card opens. key: of the session, one for each thing that a card opens."""
    request.session[key] = [person.pk, at.isoformat(), digest(person)]


def card_in(request: HttpRequest, at: datetime, *, key: str, shown_for: timedelta) -> Person | None:
    """Return the person whose card is open in this browser; None when it expired, was replaced, or the person
    was erased.
    """
    match request.session.get(key):
        case [pk, since, kept] if at - datetime.fromisoformat(since) < shown_for:
            return person_of_code(pk, kept)
    return None


def person_of_code(pk: int, kept: str) -> Person | None:
    """Return a person by the digest of their code; None once it was replaced, or they were erased."""
    person = Person.objects.filter(pk=pk, forgotten_at__isnull=True).first()
    return person if person is not None and constant_time_compare(kept, digest(person)) else None


def close_card(request: HttpRequest, *, key: str) -> None:
    request.session.pop(key, None)


def digest(person: Person) -> str:
    """Return the digest of a card's code: stored in the session, so that a new code closes what the old one
    opened.
    """
    return salted_hmac("card", person.code).hexdigest()
