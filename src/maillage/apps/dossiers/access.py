"""Who may ask for what: a diagnosis is public, its computation is not free, and one stops only what one asked for."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from maillage.apps.dossiers.models import Study

NEW_STUDIES_AN_HOUR = 40
REMEMBERED = 20  # studies that a visit may stop


def address(request: HttpRequest) -> str:
    """Return the network address of a visitor; behind our own proxy, the one it saw."""
    if settings.BEHIND_PROXY:
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", maxsplit=1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def may_compute(request: HttpRequest) -> bool:
    """Return whether a visitor may ask for one more computation this hour. The address itself is not kept.

    Whoever signed in is known, and not limited.
    """
    if request.user.is_authenticated:
        return True
    key = f"etudes-{int(time.time() // 3600)}-{salted_hmac('etudes', address(request)).hexdigest()}"
    if cache.add(key, 1, timeout=3600):
        return True
    try:
        return int(cache.incr(key)) <= NEW_STUDIES_AN_HOUR
    except ValueError:  # expired in between
        return True


def remember(request: HttpRequest, study: Study) -> None:
    """Keep, for this visit, that it asked for a study."""
    request.session["calculs"] = [*request.session.get("calculs", []), study.key][-REMEMBERED:]


def may_stop(request: HttpRequest, study: Study) -> bool:
    """Return whether this visit asked for a study, or comes from the network."""
    return request.user.is_authenticated or study.key in request.session.get("calculs", [])
