"""Rights over applications, letters and sheets of the network."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from maillage.apps.community.access import KEEPS, MEMBERS, structures_for
from maillage.apps.directory.memberships.access import (
    MANAGE,
    communes_of,
    communes_of_structure,
    current,
    holds_territory,
)
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.accounts.access import once_more, rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.site.structures.models import (
    Application,
    Declaration,
    Group,
    Handover,
    Letter,
    Member,
    Post,
    Professional,
    Profile,
    Revision,
)
from maillage.apps.site.structures.rules import joining, profiles
from maillage.web import bulk

__all__ = ("KEEPS", "MANAGE", "MEMBERS", "holds_territory", "structures_for")


def is_member(user: Visitor) -> bool:
    """Return True for a member of the network, who reads the writings of its structures."""
    return rights_of(user).any(*MEMBERS)


def own_structures(user: Visitor) -> QuerySet[Structure]:
    """Return the structures of which a user keeps the sheet: their own, never those of their territory."""
    return Structure.objects.filter(pk__in=_own_numbers(user)).order_by("name", "pk")


def _own_numbers(user: Visitor) -> frozenset[int]:
    rights = rights_of(user)
    return frozenset().union(*(rights.structures(right) for right in KEEPS))


def _led(user: Visitor, prefix: str = "") -> Q:
    """Return the condition for a row's commune to be of a territory whose network a user leads."""
    communes = rights_of(user).communes(MANAGE)
    return Q() if communes is None else Q(**{f"{prefix}commune__in": bulk.to_find(communes)})


def applications_for(user: Visitor) -> QuerySet[Application]:
    """Return the applications that a user answers: those of their territory. A team reads none."""
    if not holds_territory(user):
        return Application.objects.none()
    return Application.objects.filter(_led(user)).select_related("lieu", "structure", "decided_by")


def led_structures(user: Visitor) -> QuerySet[Structure]:
    """Return the structures seated, or with a place, in the territories whose network a user leads."""
    if not holds_territory(user):
        return Structure.objects.none()
    communes = rights_of(user).communes(MANAGE)
    if communes is None:
        return Structure.objects.all()
    codes = bulk.to_find(communes)
    standing = Lieu.objects.filter(code_insee__in=codes).values("structure")
    return Structure.objects.filter(Q(code_insee__in=codes) | Q(pk__in=standing))


def leads(user: Visitor, structure: Structure) -> bool:
    """Grant the lead of the network where a structure stands."""
    communes = rights_of(user).communes(MANAGE)
    if not holds_territory(user):
        return False
    return communes is None or bool(communes & communes_of_structure(structure))


def profiles_for(user: Visitor) -> QuerySet[Profile]:
    """Return the sheets of structures that a user changes."""
    return Profile.objects.filter(structure__in=_own_numbers(user)).select_related("structure", "by")


def revisions_for(user: Visitor) -> QuerySet[Revision]:
    """Return the versions written at once among which a user chooses."""
    return Revision.objects.filter(profile__in=profiles_for(user)).select_related("profile__structure", "by")


def readable_profiles(user: Visitor) -> QuerySet[Profile]:
    """Return the sheets of structures that a user, or a stranger, may read."""
    rows = Profile.objects.select_related("structure")
    return rows.filter(Q(visibility__in=_open_to(user)) | Q(structure__in=_own_numbers(user)))


def readable_professionals(user: Visitor) -> QuerySet[Professional]:
    """Return the sheets of professionals that a user, or a stranger, may read: one’s own, and those of who
    acts for somebody today. acts_there: whether they still do for the structure that they wrote.
    """
    acting = current(timezone.localdate())
    there = acting.filter(user=OuterRef("user"), structure=OuterRef("structure"))
    rows = Professional.objects.filter(user__is_active=True).annotate(acts_there=Exists(there))
    readable = Q(visibility__in=_open_to(user), user__in=acting.values("user")) | Q(user=user.pk)
    return rows.filter(readable).select_related("user", "structure")


def _open_to(user: Visitor) -> list[str]:
    """Return the visibilities that let a user, or a stranger, read what is not their own."""
    member = is_member(user)
    return [
        each for each in profiles.VISIBILITIES if profiles.is_readable(each, of_network=member, own=False)
    ]


def letters_for(user: Visitor) -> QuerySet[Letter]:
    """Return the letters that a user reads: written or received by their structures, or to themselves."""
    own_structures_pks = _own_numbers(user)
    return Letter.objects.filter(
        Q(sender__in=own_structures_pks) | Q(to_structure__in=own_structures_pks) | Q(to_user=user)
    ).select_related("sender", "to_structure", "to_user", "by", "answered_by")


def received_letters(user: Visitor) -> QuerySet[Letter]:
    """Return the letters that a user may answer."""
    return letters_for(user).filter(Q(to_structure__in=_own_numbers(user)) | Q(to_user=user))


def open_groups() -> QuerySet[Group]:
    """Return the groups that any member of the network may read about and join."""
    return Group.objects.filter(closed_at=None)


def groups_of(user: Visitor) -> QuerySet[Group]:
    """Return the groups of which a user is: they alone read what is written there."""
    return open_groups().filter(pk__in=Member.objects.filter(user=user.pk).values("group"))


def groups_led_by(user: Visitor) -> QuerySet[Group]:
    """Return the groups that a user leads: as their animator, or as the coordination of their territory."""
    return _led_by(user, open_groups())


def closed_groups_led_by(user: Visitor) -> QuerySet[Group]:
    """Return the closed groups that a user led, and may open again."""
    return _led_by(user, Group.objects.filter(closed_at__isnull=False))


def every_group_led_by(user: Visitor) -> QuerySet[Group]:
    """Return the groups that a user leads or led, closed or not."""
    return _led_by(user, Group.objects.all())


def _led_by(user: Visitor, rows: QuerySet[Group]) -> QuerySet[Group]:
    leading = Q(pk__in=Member.objects.filter(user=user.pk, leads=True).values("group"))
    if not holds_territory(user):
        return rows.filter(leading)
    communes = rights_of(user).communes(MANAGE)
    if communes is None:
        return rows
    codes = rows.exclude(territory="").order_by().values_list("territory", flat=True).distinct()
    inside = [code for code in codes if (communes_of(code) or {""}) <= communes]
    return rows.filter(leading | Q(territory__in=inside))


def posts_for(user: Visitor) -> QuerySet[Post]:
    """Return the messages that a user may take down, or put back: their own, and those of groups they
    lead.
    """
    return Post.objects.filter(Q(by=user, group__in=groups_of(user)) | Q(group__in=groups_led_by(user)))


def declarations_for(user: Visitor) -> QuerySet[Declaration]:
    """Return the declarations that a user answers: never those of their own structures."""
    rows = Declaration.objects.select_related("structure", "by", "decided_by")
    return rows.filter(structure__in=led_structures(user)).exclude(structure__in=_own_numbers(user))


def own_declarations(user: Visitor) -> QuerySet[Declaration]:
    """Return the declarations of a user's structures."""
    return Declaration.objects.filter(structure__in=_own_numbers(user)).select_related("structure")


def handovers_for(user: User) -> QuerySet[Handover]:
    """Return the handovers that a user may call off: their own."""
    return Handover.objects.filter(membership__user=user).select_related(
        "structure", "invitation", "membership"
    )


def may_apply(request: HttpRequest) -> bool:
    """Count one application against a visitor's hourly limit; False beyond it."""
    return once_more(request, "rejoindre", joining.APPLICATIONS_AN_HOUR)
