"""Who may ask for what: a diagnosis is public, its computation is not free, and one stops only what one asked for."""

from django.http import HttpRequest

from maillage.apps.accounts.access import once_more
from maillage.apps.dossiers.models import Study

NEW_STUDIES_AN_HOUR = 40
REMEMBERED = 20  # studies that a visit may stop


def may_compute(request: HttpRequest) -> bool:
    """Return whether a visitor may ask for one more computation this hour."""
    return once_more(request, "etudes", NEW_STUDIES_AN_HOUR)


def remember(request: HttpRequest, study: Study) -> None:
    """Keep, for this visit, that it asked for a study."""
    request.session["calculs"] = [*request.session.get("calculs", []), study.key][-REMEMBERED:]


def may_stop(request: HttpRequest, study: Study) -> bool:
    """Return whether this visit asked for a study, or comes from the network."""
    return request.user.is_authenticated or study.key in request.session.get("calculs", [])
