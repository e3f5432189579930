"""A button that takes off and puts back: pressed by two, it does what the first wanted, and undoes none."""

from datetime import date

from django.http import HttpRequest


def was_withdrawn(request: HttpRequest) -> bool | None:
    """Return the state on the page of the thing that a button moves: True when withdrawn or passed, None
    unsaid.
    """
    return bool(request.POST["etait"]) if "etait" in request.POST else None


def is_done(now: date | None, was: bool | None) -> bool:
    """Return True for an action that another did since the page was read: doing it twice would undo it. now:
    since when it is withdrawn, read under a lock; was: as of `was_withdrawn`.

    >>> is_done(None, False), is_done(date(2026, 11, 20), False), is_done(None, None)
    (False, True, False)
    """
    return was is not None and (now is not None) != was
