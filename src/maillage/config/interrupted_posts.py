"""What somebody was sending when their session ended: kept an hour, given back to them alone, sent again by
them alone.

It is kept in a session of its own, that nobody signs in with: it ends at its hour, whatever becomes of
theirs.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from maillage.config.session_store import SessionStore

KEPT = "suspended"
LASTS = timedelta(hours=1)
MOST = 100_000  # characters
SECRETS = ("/compte/", "/connexion/", "/deconnexion/")
NAMES = ("pass", "passe", "credential", "secret")  # parts of the names of fields that are never kept


def of(request: HttpRequest, account: int) -> dict[str, Any] | None:
    """Return the post of an account, None when nothing of it may or need be stored. Files are not."""
    if request.method != "POST" or request.path.startswith(SECRETS):
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    too_long = sum(len(name) + len(value) for name, value in fields) > MOST
    if too_long or any(part in name.lower() for name, _ in fields for part in NAMES):
        return None
    return {
        "account": account,
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
    }


def keep(request: HttpRequest, sending: dict[str, Any]) -> None:
    """Store it for an hour; the session only says whose it is, and where."""
    aside = SessionStore()
    aside[KEPT] = sending
    aside.set_expiry(LASTS)
    aside.create()
    request.session[KEPT] = {"account": sending["account"], "aside": aside.session_key}


def pending_post(request: HttpRequest) -> dict[str, Any] | None:
    """Return the interrupted post of an account, within the hour."""
    told = request.session.get(KEPT)
    if told is None or told["account"] != request.user.pk:
        return None
    return SessionStore(told.get("aside")).get(KEPT)


def forget(request: HttpRequest) -> None:
    """Throw it away."""
    if told := request.session.pop(KEPT, None):
        SessionStore(told.get("aside")).delete()
