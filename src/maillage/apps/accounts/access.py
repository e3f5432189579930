"""What an account may do, and how often one may ask: by the hour and by account, or by connection, whose address is not kept."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from maillage.apps.accounts.rules import Rights

HOUR = 3600  # seconds
counts = caches["counts"]


def rights_of(user: Any) -> Rights:
    """Return what somebody may do, read once by request; none for a stranger.

    Who gives rights stands above this feature: `RIGHTS_OF` names it, as Django's settings name who signs in.
    """
    if not user.is_authenticated:
        return Rights()
    if not hasattr(user, "held_rights"):
        user.held_rights = import_string(settings.RIGHTS_OF)(user)
    return user.held_rights


def once_more(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more of something this hour, and return whether it may be; whoever signed in is known, and not counted."""
    return request.user.is_authenticated or count(request, what) <= most


def count(request: HttpRequest, what: str) -> int:
    """Count one more of something for an account, or a stranger's connection, and return how many it has had this hour."""
    return count_of(_whom(request), what)


def count_of(whom: str, what: str) -> int:
    """Count one more of something for whoever has that name among ours (a device), and return how many it has had this hour."""
    key = _key(whom, what)
    if counts.add(key, 1, timeout=HOUR):
        return 1
    try:
        return int(counts.incr(key))
    except ValueError:  # expired in between
        counts.set(key, 1, timeout=HOUR)
        return 1


def counted(request: HttpRequest, what: str) -> int:
    """Return how many of something an account, or a stranger's connection, has had this hour."""
    return int(counts.get(_key(_whom(request), what), 0))


def _whom(request: HttpRequest) -> str:
    # By account once signed in: a stranger behind the same connection does not close the door of a whole team.
    return f"account-{request.user.pk}" if request.user.is_authenticated else _address(request)


def _key(whom: str, what: str) -> str:
    return f"{what}-{int(time.time() // HOUR)}-{salted_hmac(what, whom).hexdigest()}"


def _address(request: HttpRequest) -> str:
    """Return the network address of a visitor; behind our own proxy, the one it saw."""
    if settings.BEHIND_PROXY:
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", maxsplit=1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
