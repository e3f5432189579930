"""Rights over acts: the structure that noted them; a volunteer, their own; a territory, counts only."""

from django.db.models import Q, QuerySet

from maillage.apps.directory.places.access import SHEET
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes.models import Act, Tag
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor

SEE, SEE_FOLLOWED, MANAGE, MEASURES = "people.see", "people.mine", "members.manage", "measures.see"
HELPS = (SEE, SEE_FOLLOWED)
SENDINGS_AN_HOUR = 600


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user helps."""
    rights = rights_of(user)
    return Structure.objects.filter(pk__in=rights.structures(SEE) | rights.structures(SEE_FOLLOWED)).order_by(
        "name", "pk"
    )


def may_note(user: Visitor, structure: int | None) -> bool:
    """Grant the noting of acts on behalf of a structure."""
    rights = rights_of(user)
    return structure is not None and any(rights.may(right, structure=structure) for right in HELPS)


def acts_for(user: Visitor) -> QuerySet[Act]:
    """Return the acts a user sees: those of their structures; for a volunteer, their own."""
    rights = rights_of(user)
    full, own = rights.structures(SEE), rights.structures(SEE_FOLLOWED)
    rows = Act.objects.filter(Q(structure__in=full) | Q(structure__in=own, by=user.pk))
    read = rows.select_related("structure", "person", "by", "lieu", "struck_by")
    return read.defer(*SHEET)  # of its place, an act reads the name


def tags_for(user: Visitor) -> QuerySet[Tag]:
    """Return the tags a user reads and puts: those of the teams they help in, and their own there."""
    teams = structures_for(user).order_by().values("pk")
    return Tag.objects.filter(Q(owner=None) | Q(owner=user.pk), structure__in=teams).select_related(
        "structure"
    )


def changeable_tags_for(user: Visitor) -> QuerySet[Tag]:
    """Return the tags a user renames, merges and deletes: their own, and the team's unless they volunteer."""
    return tags_for(user).filter(Q(owner=user.pk) | Q(structure__in=rights_of(user).structures(SEE)))


def changeable_for(user: Visitor) -> QuerySet[Act]:
    """Return the acts a user may correct: their own, and those of the structures whose team they manage."""
    return acts_for(user).filter(
        Q(by=user.pk) | Q(structure__in=rights_of(user).structures(MANAGE)), source=""
    )


def may_change(user: Visitor, act: Act) -> bool:
    return changeable_for(user).filter(pk=act.pk).exists()
