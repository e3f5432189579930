"""Rights of an account, and hourly limits: by account, or by connection, whose address is not stored."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from ipaddress import IPv6Address, IPv6Network
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import caches
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

from maillage.apps.platform.accounts.models import Tally, User, Visitor
from maillage.apps.platform.accounts.rules.rights import Rights
from maillage.web.hooks import Hook

RIGHTS: Hook[Callable[[User], Rights]] = Hook()
HOUR = 3600  # seconds
OWNER = "compte-de-la-page"  # the field of a form that signs the account it is shown to


def rights_of(user: Visitor) -> Rights:
    """Return the rights of a user, read once per request; none for a stranger."""
    if not user.is_authenticated:
        return Rights()
    memory: dict[str, Rights] = vars(user)
    if "held_rights" not in memory:
        memory["held_rights"] = RIGHTS.only()(user)
    return memory["held_rights"]


def holding(*rights: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Require one of these rights somewhere: a stranger must sign in, and for other users the page does not
    exist.
    """

    def door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(return_address(request))
            if not rights_of(request.user).any(*rights):
                raise Http404
            return view(request, *args, **kwargs)

        return answer

    return door


def return_address(request: HttpRequest, otherwise: str = "") -> str:
    """Return where to come back, once signed in or once a gesture is done: the page, or the one whose form
    was sent, since an address that only takes a form shows nothing. otherwise: where, when the browser does
    not say; the home of the space by default.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    sender = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(sender, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(sender)
        return urlunsplit(("", "", parts.path, parts.query, ""))
    return otherwise or str(settings.LOGIN_REDIRECT_URL)


def account_of(request: HttpRequest) -> User:
    """Return the account of a request that `holding` let through, so that it is never anonymous."""
    return cast(User, request.user)


def once_more(request: HttpRequest, what: str, most: int, *, reads: bool = False) -> bool:
    """Count one more of something this hour and return whether it is allowed; signed-in users are known and
    not counted.

    reads: what only reads is counted in the memory of each process, so that no page waits for an import to
    end; anything that writes is counted once for all processes.
    """
    if reads:
        n_remaining = reads_left(request, what, most)
        return n_remaining is None or n_remaining >= 0
    return request.user.is_authenticated or count(request, what) <= most


def reads_left(request: HttpRequest, what: str, most: int) -> int | None:
    """Count one more of what only reads, and return how many this hour still allows, below zero once it is
    refused; None for a signed-in user.
    """
    return None if request.user.is_authenticated else most - _count_read(_whom(request), what)


def count(request: HttpRequest, what: str) -> int:
    """Count one more attempt by an account, or a stranger's connection, and return their total this hour."""
    return count_of(_whom(request), what)


def count_of(whom: str, what: str) -> int:
    """Count one more attempt by an identifier of ours (a device), and return its total this hour."""
    key, hour = _key(whom, what)
    with (
        transaction.atomic()
    ):  # the row is locked from its update to the commit: no two processes read the same number
        Tally.objects.bulk_create([Tally(key=key, hour=hour)], ignore_conflicts=True)
        Tally.objects.filter(key=key).update(n=F("n") + 1)
        return Tally.objects.values_list("n", flat=True).get(key=key)


def _count_read(whom: str, what: str) -> int:
    key, _ = _key(whom, what)
    if caches["reads"].add(key, 1, timeout=HOUR):
        return 1
    try:
        return int(caches["reads"].incr(key))
    except ValueError:  # expired in between
        caches["reads"].set(key, 1, timeout=HOUR)
        return 1


def counted(request: HttpRequest, what: str) -> int:
    """Return how many of something an account, or a stranger's connection, has had this hour."""
    key, _ = _key(_whom(request), what)
    return Tally.objects.filter(key=key).values_list("n", flat=True).first() or 0


def _whom(request: HttpRequest) -> str:
    # By account once signed in: a stranger behind the same connection does not close the door of a whole
    # team.
    return f"account-{request.user.pk}" if request.user.is_authenticated else _address(request)


def _key(whom: str, what: str) -> tuple[str, int]:
    hour = this_hour()
    return salted_hmac(f"{what}-{hour}", whom, algorithm="sha256").hexdigest(), hour


def this_hour() -> int:
    """Return the hour of the clock that attempts are counted in, as a number of hours since 1970."""
    return int(time.time() // HOUR)


def _address(request: HttpRequest) -> str:
    """Return the network address of a visitor; behind our own proxy, the one it reports. In IPv6, the
    subscriber's prefix.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", maxsplit=1)[-1].strip()
    if ":" not in address:
        return address
    # A subscriber chooses among 2^64 addresses: counted one by one, none would ever reach a limit.
    with suppress(ValueError):
        six = IPv6Address(address)
        return str(six.ipv4_mapped or IPv6Network((six, 64), strict=False))
    return address
