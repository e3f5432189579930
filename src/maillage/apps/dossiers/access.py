"""Rights on studies: a diagnosis is public, its computation is limited, and a visitor stops only their
own.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.dossiers import rules
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.access import once_more, rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Correction, Marking, Perimeter

NEW_STUDIES_AN_HOUR = 40  # by address
MAX_PENDING, MAX_PENDING_SIGNED_IN = 3, 10  # studies that one visit may have in the queue
REMEMBERED = 20  # studies that a visit may stop


def may_compute(request: HttpRequest) -> bool:
    """Return True if a visitor may request one more computation: on a public site, neither too many that
    wait, nor too many this hour. A computer that serves its own premises computes what they ask.
    """
    if not settings.IS_PUBLIC:
        return True
    most = MAX_PENDING_SIGNED_IN if request.user.is_authenticated else MAX_PENDING
    pending = Study.objects.filter(key__in=request.session.get("calculs", []), status__in=rules.ALIVE)
    return pending.count() < most and once_more(request, "etudes", NEW_STUDIES_AN_HOUR)


def priority(request: HttpRequest) -> int:
    """Return how soon a study requested here is computed, among those that wait."""
    return rules.SIGNED_IN if request.user.is_authenticated else rules.VISITOR


def remember(request: HttpRequest, study: Study) -> None:
    """Record, for this session, that it requested a study."""
    request.session["calculs"] = [*request.session.get("calculs", []), study.key][-REMEMBERED:]


def may_stop(request: HttpRequest, study: Study) -> bool:
    """Return True if this session requested a study, or its user answers for that territory."""
    return requested(request, study) or may_write(request.user, study.place)


def requested(request: HttpRequest, study: Study) -> bool:
    """Return True if this session requested a study."""
    return study.key in request.session.get("calculs", [])


def may_write(user: Visitor, place: str) -> bool:
    """Return True if a user may comment on the diagnosis of a territory, and add findings."""
    user_communes, place_communes = rights_of(user).communes("territory.edit"), communes_of(place)
    return user_communes is None or (
        place_communes is not None and bool(place_communes) and place_communes <= user_communes
    )


def removable_by(user: Visitor) -> dict[str, QuerySet[Any]]:
    """Return the rows that a user may delete: the perimeters and filters they made, or all of them with the
    right over France.
    """
    rights = rights_of(user)
    if not rights.any("territory.edit"):
        return {}
    own_rows = {} if rights.communes("territory.edit") is None else {"created_by": user}
    return {
        "perimetre": Perimeter.objects.filter(**own_rows),
        "filtre": Marking.objects.filter(**own_rows),
        "correction": Correction.objects.filter(withdrawn_at=None),
    }


def removable_among(user: Visitor, rows: Iterable[Perimeter | Marking | Correction]) -> set[int]:
    """Return the numbers of those, among rows already read, that a user may delete, as `removable_by` says:
    the rows beside which a page offers it.
    """
    everywhere = rights_of(user).communes("territory.edit") is None

    def may_remove(row: Perimeter | Marking | Correction) -> bool:
        if isinstance(row, Correction):
            return row.withdrawn_at is None and may_correct(user, row.key)
        return everywhere or row.created_by_id == user.pk

    return {row.pk for row in rows if may_remove(row)}


def may_drop(user: Visitor, perimeter: Perimeter) -> bool:
    """Return True if a user may drop a perimeter: not one over which somebody has a role, or is invited to,
    and would have it over nothing.
    """
    return rights_of(user).communes("territory.edit") is None or not _gives_roles(perimeter.slug)


def _gives_roles(slug: str) -> bool:
    """Return True if somebody has a role over the perimeter of an address, or is invited to."""
    named = (model.objects.filter(territory=slug) for model in (Membership, Invitation))
    return any(rows.exists() for rows in named)


def may_keep(user: Visitor, slug: str, code: str) -> bool:
    """Return True if a user may store a perimeter there, under that address: not another's, nor one used by
    roles, nor one dropped under which something is stored, that they would then lead.
    """
    if rights_of(user).communes("territory.edit") is None:
        return True
    perimeter = Perimeter.objects.filter(slug=slug).first()
    free = perimeter.created_by == user if perimeter is not None else not territories.stored_under(slug)
    return may_write(user, code) and free and not _gives_roles(slug)


def may_mark(user: Visitor, slug: str) -> bool:
    """Return True if a user may store a filter under an address: not in place of another’s."""
    everywhere = rights_of(user).communes("territory.edit") is None
    return everywhere or not Marking.objects.filter(slug=slug).exclude(created_by=user.pk).exists()


def may_correct(user: Visitor, key: str) -> bool:
    """Return True if a user may correct a reference value: of a commune or a quarter of their territory."""
    user_communes = rights_of(user).communes("territory.edit")
    return user_communes is None or key[:5] in user_communes
