"""The card that is open for learning in this browser: one's own progress, for some hours."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from maillage.apps.people import access as cards
from maillage.apps.people.models import Person

KEY, NEW = "apprenant", "apprenant-nouveau"
LEARNING_FOR, NOTED = timedelta(hours=3), timedelta(minutes=20)


def open_card(request: HttpRequest, person: Person, at: datetime, *, made: bool = False) -> None:
    """Let this browser learn with a card for some hours: its progress only. made: just now, its code is
    still to be noted.
    """
    close_card(request)
    for key in (KEY, NEW) if made else (KEY,):
        cards.open_card(request, person, at, key=key)


def learner(request: HttpRequest, at: datetime) -> Person | None:
    """Return whose card is open for learning in this browser; nobody's once it was replaced."""
    return cards.card_in(request, at, key=KEY, shown_for=LEARNING_FOR)


def to_note(request: HttpRequest, at: datetime) -> bool:
    """Return whether the code of the card was given a moment ago: later, on a shared computer, it is no
    longer shown.
    """
    return cards.card_in(request, at, key=NEW, shown_for=NOTED) is not None


def close_card(request: HttpRequest) -> None:
    """Let this browser learn with no card any more."""
    for key in (KEY, NEW):
        cards.close_card(request, key=key)
