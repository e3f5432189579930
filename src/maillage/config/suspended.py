"""What somebody was sending when their session ended: kept an hour, given back to them alone, sent again by them alone."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

KEPT = "suspended"
LASTS = timedelta(hours=1)
MOST = 100_000  # characters
SECRETS = ("/compte/", "/connexion/", "/deconnexion/")
NAMES = ("pass", "passe", "credential", "secret")  # parts of the names of fields that are never kept


def of(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    """Return what a request was sending, None when nothing of it may or need be kept. Files are not."""
    if request.method != "POST" or request.path.startswith(SECRETS):
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    too_long = sum(len(name) + len(value) for name, value in fields) > MOST
    if too_long or any(part in name.lower() for name, _ in fields for part in NAMES):
        return None
    return {
        "account": request.user.pk,
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
        "at": at.isoformat(),
    }


def given_back(request: HttpRequest, at: datetime) -> dict[str, Any] | None:
    """Return what an account was sending, within the hour; too old, it is forgotten."""
    kept = request.session.get(KEPT)
    if kept is None or kept["account"] != request.user.pk:
        return None
    if at - datetime.fromisoformat(kept["at"]) > LASTS:
        del request.session[KEPT]
        return None
    return kept
