"""The values that every template knows."""

from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest

from maillage.apps.community.access import MEMBERS
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.rules.rights import RIGHTS

OTHER_COUNTRY = "maillage.manage.country_urls"
WORK, TERRITORIES = ("/espace/", "/compte/"), ("/territoires/", "/etudes/")


def rights(request: HttpRequest) -> dict[str, object]:
    """Return the rights of the account somewhere, as `may.directory_edit`; read when a template asks for
    it.
    """
    return {  # once for a page: its frame alone asks for twenty rights
        "may": cache(partial(_rights, request)),
        "at_work": cache(partial(_at_work, request)),
        "country": settings.ROOT_URLCONF == OTHER_COUNTRY,
    }


def _at_work(request: HttpRequest) -> bool:
    """Recognise a page read by somebody at work: in the space, or on a territory that they steer."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return request.path.startswith(WORK) or (
        request.path.startswith(TERRITORIES) and rights_of(user).any("territory.edit", "measures.see")
    )


def _rights(request: HttpRequest) -> dict[str, bool]:
    user = getattr(request, "user", None)
    if user is None:
        return {}
    rights = rights_of(user)
    return {right.replace(".", "_"): rights.any(right) for right in RIGHTS} | {
        "people": rights.any("people.see", "people.mine"),
        "network": rights.any(*MEMBERS),
    }
