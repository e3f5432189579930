"""Judge an act done in somebody’s place, and name the helpers of a mandate."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from maillage.apps.directory.memberships.access import team_roles
from maillage.apps.directory.memberships.rules import ROLES
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.access import may_act
from maillage.apps.people.mandats.models import Mandat, NamedHelper
from maillage.apps.people.mandats.queries.catalogue import family_of
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.words.wording import listing, of


@dataclass(frozen=True, slots=True)
class Verdict:
    """Verdict on an act in somebody’s place: the mandate that allows it, or the nearest one; why,
    and what to do otherwise, in French.
    """

    allowed: bool
    mandat: Mandat | None
    why: str
    what_to_do: str = ""


def allows(
    person: Person, structure: Structure, procedure_key: str, at: datetime, *, by: User | None = None
) -> Verdict:
    """Judge a procedure done by a structure in the place of a person, now: the only answer to it.

    by: the helper who does it, None to know whether any of the structure may.
    procedure_key: of a common procedure, of one that was added, or of a family.
    """
    if Person.objects.filter(pk=person.pk, forgotten_at__isnull=True).first() is None:
        return Verdict(
            *(False, None, "La fiche de cette personne est effacée."),
            "Si la personne veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    mandats = Mandat.objects.filter(person=person).prefetch_related("authorisations", "named__user")
    rows = list(mandats.order_by("pk"))
    judgement = frame.judge(
        [frame_of(row) for row in rows],
        structure=structure.pk,
        procedure=procedure_key,
        family=family_of(procedure_key),
        on=timezone.localdate(at),
        helper=by.pk if by is not None else None,
    )
    mandat = None if judgement.frame is None else rows[judgement.frame]
    if mandat is not None and mandat.structure_id != structure.pk:
        mandat = None  # somebody else's: that it exists is enough
    return Verdict(judgement.allowed, mandat, judgement.why, judgement.what_to_do)


def frame_of(row: Mandat) -> frame.Frame:
    """Return a mandate as a verdict reads it, its days in the local calendar."""
    permitted, named_helpers = row.authorisations.all(), named(row)
    return frame.Frame(
        structure=row.structure_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        signed=row.signed_at is not None,
        withdrawn_on=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None,
        permitted=frozenset(each.key for each in permitted if each.revoked_at is None),
        revoked={each.key: timezone.localdate(each.revoked_at) for each in permitted if each.revoked_at},
        photograph_before=timezone.localdate(row.photograph_before) if row.photograph_before else None,
        helpers=None if row.whole_structure else frozenset(each.pk for each in named_helpers),
        named=listing([str(each.user) for each in helpers(row)]),
    )


def named(row: Mandat) -> list[User]:
    """Return the accounts that a mandate names today; none when the whole structure acts."""
    return [each.user for each in row.named.all() if each.removed_at is None and each.user is not None]


def helpers(row: Mandat) -> list[NamedHelper]:
    """Return those whom a mandate names and who act today: not those who left its structure since."""
    named = [each for each in row.named.all() if each.removed_at is None]
    return [each for each in named if each.user is not None and may_act(each.user, row.structure_id)]


def acting(row: Mandat) -> str:
    """Return the helpers of a mandate, as it is written: names, or all the helpers of the structure."""
    if row.whole_structure:
        return f"tous les aidants {of(row.structure.name)}" if row.structure else ""
    return listing([*filter(None, (row.relative,)), *(str(each) for each in named(row))])


def may_join(row: Mandat, on: date) -> list[User]:
    """Return the helpers of the structure whom a running mandate does not name."""
    if row.whole_structure:
        return []
    named_pks = {each.pk for each in named(row)}
    return [each for each in supervisors(row.structure, on) if each.pk not in named_pks]


def supervisors(structure: Structure | None, on: date) -> list[User]:
    """Return the possible supervisors of a volunteer or a relative: the structure’s helpers who see every
    person.
    """
    seeing = [id for id, role in ROLES.items() if "people.see" in role.rights]
    user_pks = team_roles(on).filter(structure=structure, role__in=seeing).values("user")
    return list(User.objects.filter(pk__in=user_pks).order_by("name", "email"))
