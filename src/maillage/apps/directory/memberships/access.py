"""The structures and territories that a user acts for, and the accounts to which they may give a role."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships import rules
from maillage.apps.directory.memberships.models import Claim, Invitation, Membership, RoleScope
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.platform.accounts.rules.rights import Grant, Rights
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.statistics.zones.territories import gazetteer
from maillage.web import bulk

R = TypeVar("R", bound=Model)
MANAGE, FRANCE = "members.manage", "france"
CLAIMED_ROLE = "aidant"  # of whoever is accepted by their SIRET, until another is given


def current(on: date) -> QuerySet[Membership]:
    """Return the roles in force on a day."""
    return Membership.objects.filter(Q(until__isnull=True) | Q(until__gte=on), since__lte=on)


def team_roles(on: date) -> QuerySet[Membership]:
    """Return the roles in force on a day whose account opens: those of whoever acts, or is written to."""
    return current(on).filter(user__is_active=True)


def _lasting(user_field: str, structure_field: str, on: date) -> Exists:
    """Tell the rows whose account acts for their structure beyond the notice of a leaver."""
    lasts = Q(until=None) | Q(until__gte=on + rules.NOTICE)
    there = team_roles(on).filter(lasts, user=OuterRef(user_field), structure=OuterRef(structure_field))
    return Exists(there)


def leaving(user_field: str, structure_field: str, *, user: int | None, on: date) -> Q:
    """Return the condition for a row to be of a leaver. user: this one; None: any account that left the
    structure of the row, or soon does.
    """
    if user is not None:
        return Q(**{user_field: user})
    return Q(~_lasting(user_field, structure_field, on), **{f"{user_field}__isnull": False})


def staying(user_field: str, structure_field: str, *, user: int | None, on: date) -> Q:
    """Return the condition for a row to be of an account that stays in its structure. user: who leaves."""
    colleagues = Q() if user is None else ~Q(**{user_field: user})
    return Q(_lasting(user_field, structure_field, on)) & colleagues


def handing_structures(user: Visitor) -> frozenset[int]:
    """Return the structures where a user hands over the duties of a leaver: whoever manages their team, and
    sees the persons that it helps.
    """
    rights = rights_of(user)
    return rights.structures(MANAGE) & rights.structures("people.see")


def receivers(structure: int, right: str, on: date, *, but: int) -> QuerySet[User]:
    """Return the accounts of a structure that may take a duty over, by name."""
    roles = [id for id, role in rules.ROLES.items() if right in role.rights]
    lasting = Q(until=None) | Q(until__gte=on + rules.NOTICE)
    team = team_roles(on).filter(lasting, structure=structure, role__in=roles).exclude(user=but)
    return User.objects.filter(pk__in=team.values("user")).order_by("name", "email")


def rights_from_roles(user: Visitor) -> Rights:
    """Return the rights of an account today, none once it is closed: one query, plus
    one for each stored perimeter.
    """
    if not user.is_active:
        return Rights()
    memberships = current(timezone.localdate()).filter(user=user)
    roles = memberships.values_list("role", "territory", "structure", "structure__name")
    return Rights(tuple(_grant(*each) for each in roles))


def _grant(id: str, territory: str, structure: int | None, name: str | None) -> Grant:
    role = rules.ROLES[id]
    grant = Grant(rights=role.rights, role=id, territory=territory, structure_name=name or "")
    if role.over == rules.STRUCTURE:
        return replace(grant, structure=structure)
    return replace(grant, communes=None if role.over == rules.EVERYWHERE else communes_of(territory))


def communes_of(territory: str) -> frozenset[str] | None:
    """Return the communes of a territory, None for France: everywhere. A deleted perimeter has none."""
    if territory == FRANCE:
        return None
    try:
        return frozenset(where.communes_in(territory))
    except UnknownTerritory:
        return frozenset()


def communes_of_structure(structure: Structure) -> frozenset[str]:
    """Return the communes where a structure stands: its seat, and those of its places."""
    places = (
        Lieu.objects.filter(structure=structure)
        .exclude(code_insee="")
        .values_list("code_insee", flat=True)
        .distinct()
    )
    return frozenset({structure.code_insee, *places} - {""})


def structures_with(user: Visitor, right: str) -> QuerySet[Structure]:
    """Return the structures over which a user has a right: directly, or through their territory."""
    rights = rights_of(user)
    communes = rights.communes(right)
    if communes is None:
        return Structure.objects.all()
    there = Q(pk__in=rights.structures(right))
    if communes:
        codes = bulk.to_find(communes)
        standing = Lieu.objects.filter(code_insee__in=codes).values("structure")
        there |= Q(code_insee__in=codes) | Q(pk__in=standing)
    return Structure.objects.filter(there)


def territories_with(user: Visitor, right: str) -> list[str]:
    """Return the territories over which a user has a right, by code; the whole platform is `FRANCE`."""
    grants = [grant for grant in rights_of(user).grants if right in grant.rights and grant.structure is None]
    return sorted({grant.territory or FRANCE for grant in grants})


def holding_all(communes: Collection[str], territories: Iterable[str]) -> list[str]:
    """Return which of some territories hold all these communes, the widest first. France is not named: it
    holds everything.
    """
    if not communes:
        return []
    sized = [(communes_of(each), each) for each in territories if each != FRANCE]
    holding = [(len(inside), code) for inside, code in sized if inside and inside.issuperset(communes)]
    return [territory for _, territory in sorted(holding, key=lambda one: (-one[0], one[1]))]


def home_of(user: Visitor) -> frozenset[str]:
    """Return the commune of the first structure a user acts for; none for whoever acts for none."""
    return seat_of(home_structure(user))


def home_structure(user: Visitor) -> Structure | None:
    """Return the first structure a user acts for; None for whoever acts for none."""
    if not user.is_authenticated:
        return None
    memberships = current(timezone.localdate()).filter(user=user, structure__isnull=False)
    first = memberships.select_related("structure").order_by("pk").first()
    return first.structure if first is not None else None


def seat_of(structure: Structure | None) -> frozenset[str]:
    """Return the commune of a structure: that of its seat, else the first of those of its places."""
    if structure is None:
        return frozenset()
    standing = [structure.code_insee] if structure.code_insee else sorted(communes_of_structure(structure))
    return frozenset(standing[:1])


def structure_of(siret: str) -> Structure | None:
    """Return the structure of the directory that has the SIREN of a SIRET, None for an unknown one."""
    return Structure.objects.filter(key=f"siren:{siret[:9]}").first()


def claims_for(user: Visitor) -> list[tuple[Claim, Structure | None]]:
    """Return the claims that a user may answer, with the structure of each: those of their structures, and
    those of nobody's from the accounts of their territory; the administration has all.
    """
    if not manages(user):
        return []
    rows = Claim.objects.filter(asked_at__isnull=False, is_accepted=None, user__is_active=True)
    pairs = [(row, structure_of(row.siret)) for row in rows.select_related("user").order_by("asked_at", "pk")]
    return [pair for pair in pairs if _may_answer(user, *pair)]


def own_claims(user: User) -> list[tuple[Claim, Structure | None]]:
    """Return the claims of an account that nobody answered, with the structure of each."""
    return [(row, structure_of(row.siret)) for row in Claim.objects.filter(user=user, is_accepted=None)]


def _may_answer(user: Visitor, claim: Claim, structure: Structure | None) -> bool:
    if structure is not None:
        return may_give(user, CLAIMED_ROLE, structure=structure)
    communes = rights_of(user).communes(MANAGE)
    return communes is None or bool(home_of(claim.user) & communes)


def name_of(territory: str) -> str:
    """Return how a territory is called; a deleted perimeter keeps its address."""
    perimeter = territories.perimeter(territory)
    if perimeter is not None:
        return perimeter.name
    return gazetteer().get(territory).long_name if territory in gazetteer() else territory.capitalize()


def roles_of(user: Visitor) -> list[tuple[str, str]]:
    """Return the roles of a user today, each with its scope, in words."""
    return [
        (rules.ROLES[grant.role].label, _over(grant.structure_name, grant.territory))
        for grant in rights_of(user).grants
    ]


def runs(user: Visitor) -> bool:
    return rights_of(user).may("network.run")


def manages(user: Visitor) -> bool:
    """Grant the giving of roles somewhere."""
    return rights_of(user).any(MANAGE)


def holds_territory(user: Visitor) -> bool:
    """Grant the giving of roles over a territory, or everywhere."""
    communes = rights_of(user).communes(MANAGE)
    return communes is None or bool(communes)


def over(scope: RoleScope) -> str:
    """Return the scope of a role, in words."""
    return _over(scope.structure.name if scope.structure is not None else "", scope.territory)


def _over(structure: str, territory: str) -> str:
    return structure or (name_of(territory) if territory else "toute la plateforme")


def plain(scope: RoleScope) -> str:
    """Return the work of a role, in words."""
    return rules.ROLES[scope.role].plain


def may_give(user: Visitor, role: str, *, structure: Structure | None = None, territory: str = "") -> bool:
    """Grant the giving of a role there, or its withdrawal: never more than one's own.

    A manager gives the roles of the structure; a coordinator, those of the structures entirely within the
    territory, and those of territories inside their own; the administration gives all.
    """
    rights, over = rights_of(user), rules.ROLES[role].over
    if rights.may("network.run"):
        return True
    if over == rules.EVERYWHERE:
        return False
    if over == rules.STRUCTURE:
        return structure is not None and (
            rights.may(MANAGE, structure=structure.pk) or _stands_inside(rights, structure)
        )
    managed, communes = rights.communes(MANAGE), communes_of(territory)
    return bool(territory) and (
        managed is None or (communes is not None and bool(communes) and communes <= managed)
    )


def _stands_inside(rights: Rights, structure: Structure) -> bool:
    """Return True for a structure whose communes all lie in the territories that a user manages."""
    communes = communes_of_structure(structure)
    managed = rights.communes(MANAGE)
    return managed is None or (bool(communes) and communes <= managed)


def members_for(user: Visitor) -> QuerySet[Membership]:
    """Return the roles that a user may see and withdraw."""
    return _managed(user, Membership.objects.select_related("user", "structure", "given_by"))


def ended_of(user: Visitor, on: date, *, since: date) -> QuerySet[Membership]:
    """Return the roles of others that a user may give, that ended since a day and that nobody gave again."""
    again = current(on).filter(
        Q(structure=OuterRef("structure")) | Q(structure=None),
        user=OuterRef("user"),
        role=OuterRef("role"),
        territory=OuterRef("territory"),
    )
    return members_for(user).filter(~Exists(again), until__gte=since, until__lt=on).exclude(user=user.pk)


class TeamLine(NamedTuple):
    """A role in the list of a team: whose, over what, in words."""

    pk: int
    member: str
    role: str
    over: str

    @property
    def words(self) -> str:
        """All that finds it."""
        return f"{self.member} {rules.ROLES[self.role].label} {self.over}"


def team_of(user: Visitor, on: date) -> list[TeamLine]:
    """Return the roles that a user may withdraw and that hold on a day, by scope then by name: a team has
    tens of thousands, of which a page shows thirty.
    """
    rows = members_for(user).filter(pk__in=current(on)).order_by()
    values = rows.values_list("pk", "user__name", "user__email", "role", "structure__name", "territory")
    lines = (
        TeamLine(pk, name or email, role, _over(structure or "", territory))
        for pk, name, email, role, structure, territory in values
    )
    return sorted(lines, key=lambda line: (line.over, line.member, line.pk))


def invitations_for(user: Visitor) -> QuerySet[Invitation]:
    return _managed(user, Invitation.objects.select_related("structure", "made_by", "used_by"))


def _managed(user: Visitor, rows: QuerySet[R]) -> QuerySet[R]:
    """Return the rows within what a user manages."""
    rights = rights_of(user)
    if rights.may("network.run"):
        return rows
    by_structure = Q(role__in=rules.BY_STRUCTURE, structure__in=structures_with(user, MANAGE))
    managed = rights.communes(MANAGE)
    codes = rows.filter(role__in=rules.BY_TERRITORY).order_by().values_list("territory", flat=True).distinct()
    inside = [code for code in codes if managed is None or (communes_of(code) or {""}) <= managed]
    return rows.filter(by_structure | Q(role__in=rules.BY_TERRITORY, territory__in=inside))
