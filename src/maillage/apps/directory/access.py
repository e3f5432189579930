"""Who sees which places, who may change them, and how often a stranger may ask."""

import time
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from maillage.apps.directory import rules
from maillage.apps.directory.models import Import, Lieu, Pair, Proposal

SIGNALS_AN_HOUR = 20
ANSWERS_AN_HOUR = 600
PAPERS_AN_HOUR = 60
Row = TypeVar("Row", bound=Model)


def lieux_for(user) -> QuerySet[Lieu]:
    """Return the places somebody may read: a stranger reads those published, those that ended, and where merged ones went."""
    rows = Lieu.objects.select_related("structure", "source", "merged_into")
    return rows if user.is_authenticated else rows.exclude(state=rules.EXCLUDED)


def may_manage(user) -> bool:
    """Return whether somebody may import, correct, merge and decide. Any account of the network may."""
    return bool(user.is_authenticated)


def managed_by(user) -> QuerySet[Lieu]:
    """Return the places whose sheet somebody may change; none for a stranger, to whom they do not exist."""
    return lieux_for(user) if may_manage(user) else Lieu.objects.none()


def imports_for(user) -> QuerySet[Import]:
    return _if_manager(user, Import.objects.select_related("source", "by"))


def pairs_for(user) -> QuerySet[Pair]:
    return _if_manager(user, Pair.objects.select_related("first__source", "second__source"))


def proposals_for(user) -> QuerySet[Proposal]:
    return _if_manager(user, Proposal.objects.select_related("lieu"))


def _if_manager(user, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows if may_manage(user) else rows.none()


def may_signal(request: HttpRequest) -> bool:
    """Return whether a visitor may report one more error this hour."""
    return _once_more(request, "signaler", SIGNALS_AN_HOUR)


def may_read_data(request: HttpRequest) -> bool:
    """Return whether a program may read one more answer of the interface this hour."""
    return _once_more(request, "donnees", ANSWERS_AN_HOUR)


def may_make_paper(request: HttpRequest) -> bool:
    """Return whether a visitor may have one more document written this hour."""
    return _once_more(request, "papier", PAPERS_AN_HOUR)


def _once_more(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more of something this hour, for an address that is not kept; whoever signed in is not counted."""
    if request.user.is_authenticated:
        return True
    key = f"{what}-{int(time.time() // 3600)}-{salted_hmac(what, _address(request)).hexdigest()}"
    if cache.add(key, 1, timeout=3600):
        return True
    try:
        return int(cache.incr(key)) <= most
    except ValueError:  # expired in between
        return True


def _address(request: HttpRequest) -> str:
    """Return the network address of a visitor; behind our own proxy, the one it saw."""
    if settings.BEHIND_PROXY:
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", maxsplit=1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
