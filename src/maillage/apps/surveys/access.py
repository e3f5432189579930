"""Rights over surveys: those whose communes all lie in the user's territory; others do not exist for them.
Links of devices.
"""

import hashlib
import hmac
import secrets

from django.db.models import QuerySet

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.surveys.models import Survey, Surveyor, Target
from maillage.web import installation_keys

RUN = "surveys.run"


def surveys_for(user: Visitor) -> QuerySet[Survey]:
    """Return the surveys a user runs: those of territories entirely within their own; none for a stranger."""
    rights = rights_of(user)
    if not rights.any(RUN):
        return Survey.objects.none()
    if rights.communes(RUN) is None:
        return Survey.objects.all()
    territories = Survey.objects.order_by().values_list("territory", flat=True).distinct()
    return Survey.objects.filter(territory__in=[code for code in territories if may_run(user, code)])


def may_run(user: Visitor, territory: str) -> bool:
    """Return True if a user may run a survey of a territory, by its code: they need the right over all its
    communes.
    """
    if not territory:
        return False
    user_communes, survey_communes = rights_of(user).communes(RUN), communes_of(territory)
    return user_communes is None or (
        survey_communes is not None and bool(survey_communes) and survey_communes <= user_communes
    )


# ------------------------------------------------------------------------------------------- links of devices


def new_token() -> str:
    """Return the secret part of a link, 128 bits; only its digest is stored."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """Return the digest of a link, which is all that is stored of it. The link of a device is drawn at
    random: it owes nothing to the installation's key, and outlives it.
    """
    return hashlib.sha256(f"enquete:{token}".encode("utf-8", "replace")).hexdigest()


def former_digest(token: str, key: str) -> str:
    """Return the digest that an older version stored: it ends with the key that made it."""
    return hmac.new(key.encode(), f"enquete:{token}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _digests(token: str) -> list[str]:
    former = (former_digest(token[:200], key) for key in installation_keys.all_keys())
    return [digest(token[:200]), *former] if token else []


def surveyor_of(token: str) -> Surveyor | None:
    """Return the device that owns a link, closed or not; None for an unknown link."""
    return Surveyor.objects.filter(token__in=_digests(token)).select_related("survey").first()


# ---------------------------------------------------------------------------------------- links of structures


def link_of(target: Target) -> str:
    """Return the token of a structure's own link."""
    return link_for(target.survey_id, target.lieu_id, target.token)


def link_for(survey: int, lieu: int, stored: str = "") -> str:
    """Return the token of a structure asked by a survey. stored: the digest of its own, "" for none."""
    return installation_keys.token(f"enquete-structure:{survey}:{lieu}", stored, digest)


def target_of(token: str) -> Target | None:
    """Return the structure that owns a link, None for an unknown link."""
    return Target.objects.filter(token__in=_digests(token)).select_related("survey", "lieu").first()
