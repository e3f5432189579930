"""Read the procedures that a mandate may name: families, common ones, those that were added."""

from dataclasses import dataclass

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.models import LocalProcedure
from maillage.kernel.typed import ROWS, whole_number
from maillage.reference import procedures


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
    """Return the name of a procedure or a family, '' when nobody knows it."""
    if procedure_key in procedures.families():
        return procedures.families()[procedure_key].label
    common = procedures.procedures().get(procedure_key)
    if common is not None:
        return common.label
    added = _added(procedure_key)
    return added.label if added else ""


def _added(procedure_key: str) -> LocalProcedure | None:
    number = (
        whole_number(procedure_key.removeprefix("ajoutee-"), ROWS)
        if procedure_key.startswith("ajoutee-")
        else None
    )
    return LocalProcedure.objects.filter(pk=number).first() if number else None


def keys_permitting(procedure_key: str) -> set[str]:
    """Return the keys by which a mandate permits a procedure, or something of a family."""
    if procedure_key not in procedures.families():
        return {procedure_key, family_of(procedure_key)}
    added = LocalProcedure.objects.filter(family=procedure_key)
    common = (key for key, procedure in procedures.procedures().items() if procedure.family == procedure_key)
    return {procedure_key, *common, *(each.key for each in added)}


def by_family(structure: Structure | None) -> list[tuple[str, str, list[Choice]]]:
    """Return the families, each with the procedures that may be chosen in it."""
    offered = choices(structure)
    return [
        (key, family.label, [each for each in offered if each.family == key])
        for key, family in procedures.families().items()
    ]
