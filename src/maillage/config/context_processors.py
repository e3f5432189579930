"""What every template knows."""

from django.http import HttpRequest

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.rights import RIGHTS
from maillage.apps.community.access import MEMBERS


def rights(request: HttpRequest) -> dict[str, object]:
    """Return what the account may do somewhere, as `may.directory_edit`; read when a template asks for it."""
    return {"may": lambda: _held(request)}


def _held(request: HttpRequest) -> dict[str, bool]:
    user = getattr(request, "user", None)
    if user is None:
        return {}
    held = rights_of(user)
    return {right.replace(".", "_"): held.any(right) for right in RIGHTS} | {
        "people": held.any("people.see", "people.mine"),
        "network": held.any(*MEMBERS),
    }
