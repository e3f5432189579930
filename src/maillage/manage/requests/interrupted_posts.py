"""The form that somebody was sending when their session ended, or from a page too old: kept an hour, for
them alone, and shown again in its page.

It is kept in a session of its own, that nobody signs in with: it ends at its hour, whatever becomes of
theirs.
"""

from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from maillage.apps.platform.accounts.access import OWNER, return_address
from maillage.manage.sign_in.session_store import SessionStore

POST_KEY = "suspended"
LASTS = timedelta(hours=1)
MOST = 100_000  # characters
NAVIGATES = "navigate"  # as a browser says that a page sends its form
SECRETS = ("/compte/", "/connexion/", "/deconnexion/")
NAMES = ("pass", "passe", "credential", "secret")  # parts of the names of fields that are never kept


def owner(request: HttpRequest) -> int | None:
    """Return the account that a posted form was shown to, as the page itself says and signs; None when it
    says nobody.
    """
    try:
        return int(Signer(salt=OWNER).unsign(request.POST.get(OWNER, "")))
    except BadSignature:
        return None


def hide_owner(request: HttpRequest) -> None:
    """Take the account off a posted form: no page asked for it."""
    if OWNER in request.POST:
        post = request.POST.copy()
        del post[OWNER]
        request.POST = post  # type: ignore[assignment]  # ours, not as Django made it


def of(request: HttpRequest, account: int | None, *, ended: bool = True) -> dict[str, Any] | None:
    """Return the post of an account, None when nothing of it may or need be stored: no file, no secret.
    ended: whether the session was over, else the page was too old.
    """
    by_script = request.headers.get("Sec-Fetch-Mode", NAVIGATES) != NAVIGATES  # which keeps what it sends
    if account is None or request.method != "POST" or request.path.startswith(SECRETS) or by_script:
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", OWNER)
    ]
    too_long = sum(len(name) + len(value) for name, value in fields) > MOST
    unreadable = any("\x00" in value for _, value in fields)
    if too_long or unreadable:
        return None
    secrets = {name for name, _ in fields if any(part in name.lower() for part in NAMES)}
    return {
        "account": account,
        "path": request.get_full_path(),
        "page": return_address(request, request.get_full_path()),
        "ended": ended,
        "fields": [(name, value) for name, value in fields if name not in secrets],
        "files": bool(request.FILES),
        "secrets": any(value for name, value in fields if name in secrets),
    }


def keep(request: HttpRequest, sending: dict[str, Any]) -> None:
    """Store it for an hour; the session only says whose it is, and where."""
    aside = SessionStore()
    aside[POST_KEY] = sending
    aside.set_expiry(LASTS)
    aside.create()
    request.session[POST_KEY] = {"account": sending["account"], "aside": aside.session_key}


def pending_post(request: HttpRequest) -> dict[str, Any] | None:
    """Return the interrupted post of an account, within the hour."""
    pointer = request.session.get(POST_KEY)
    if pointer is None or pointer["account"] != request.user.pk:
        return None
    return SessionStore(pointer.get("aside")).get(POST_KEY)


def forget(request: HttpRequest) -> None:
    """Throw it away."""
    if pointer := request.session.pop(POST_KEY, None):
        SessionStore(pointer.get("aside")).delete()
