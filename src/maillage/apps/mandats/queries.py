"""Read mandates: what they allow, which are in force, which are to renew or to regularise."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from maillage.apps.directory.models import Structure
from maillage.apps.mandats import access
from maillage.apps.mandats.models import LocalProcedure, Mandat
from maillage.apps.mandats.rules import frame
from maillage.apps.people.models import Person
from maillage.kernel.typed import ROWS, whole
from maillage.reference import procedures


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something may be done in somebody’s place: the mandate that allows it, or the nearest one; why,
    and what to do otherwise, in French.
    """

    allowed: bool
    mandat: Mandat | None
    why: str
    what_to_do: str = ""


def allows(person: Person, structure: Structure, procedure_key: str, at: datetime) -> Verdict:
    """Return whether a structure may do a procedure in the place of a person, now: the only answer to it.

    procedure_key: of a common procedure, of one that was added, or of a family.
    """
    if Person.objects.filter(pk=person.pk, forgotten_at__isnull=True).first() is None:
        return Verdict(
            *(False, None, "La fiche de cette personne est effacée."),
            "Si la personne veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    rows = list(Mandat.objects.filter(person=person).prefetch_related("authorisations").order_by("pk"))
    found = frame.judge(
        [frame_of(row) for row in rows],
        structure=structure.pk,
        procedure=procedure_key,
        family=family_of(procedure_key),
        on=timezone.localdate(at),
    )
    mandat = None if found.frame is None else rows[found.frame]
    if mandat is not None and mandat.structure_id != structure.pk:
        mandat = None  # somebody else's: that it exists is enough
    return Verdict(found.allowed, mandat, found.why, found.what_to_do)


def frame_of(row: Mandat) -> frame.Frame:
    """Return a mandate as a verdict reads it, its days in the local calendar."""
    permitted = row.authorisations.all()
    return frame.Frame(
        structure=row.structure_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        signed=row.signed_at is not None,
        withdrawn_on=timezone.localdate(row.withdrawn_at) if row.withdrawn_at else None,
        permitted=frozenset(each.key for each in permitted if each.revoked_at is None),
        revoked={each.key: timezone.localdate(each.revoked_at) for each in permitted if each.revoked_at},
    )


def family_of(procedure_key: str) -> str:
    """Return the family of a procedure, a family being its own; '' when nobody knows it."""
    if procedure_key in procedures.families():
        return procedure_key
    common = procedures.procedures().get(procedure_key)
    if common is not None:
        return common.family
    added = _added(procedure_key)
    return added.family if added else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that may be chosen: common, or added by the structure or its territory."""

    key: str
    label: str
    operator: str
    family: str


def choices(structure: Structure | None) -> list[Choice]:
    """Return the procedures that may be done for a structure: the common ones, and those that were added."""
    common = [Choice(key, p.label, p.operator, p.family) for key, p in procedures.procedures().items()]
    added = [Choice(row.key, row.label, row.operator, row.family) for row in access.procedures_of(structure)]
    return [*common, *added]


def label_of(procedure_key: str) -> str:
    """Return what a procedure or a family is called, '' when nobody knows it."""
    if procedure_key in procedures.families():
        return procedures.families()[procedure_key].label
    common = procedures.procedures().get(procedure_key)
    if common is not None:
        return common.label
    added = _added(procedure_key)
    return added.label if added else ""


def _added(procedure_key: str) -> LocalProcedure | None:
    number = (
        whole(procedure_key.removeprefix("ajoutee-"), ROWS) if procedure_key.startswith("ajoutee-") else None
    )
    return LocalProcedure.objects.filter(pk=number).first() if number else None
