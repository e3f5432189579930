"""Read the activities that the API of the Coop gives: its keys are those of our table and its reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions.reading import Read
from maillage.apps.people.actes.forms import file_cells, files
from maillage.apps.people.actes.forms.file_cells import WrongCell

OF_COLUMN = {
    "commune": "lieu_code_insee"
}  # the attribute of a column of the table, where it has another name


@dataclass(frozen=True, slots=True)
class Activities:
    """Some activities: acts, numbers of those deleted there, faults (activity, attribute, why), and how many
    are of another structure or are workshops.
    """

    acts: Sequence[Read]
    deleted: Sequence[UUID]
    faults: Sequence[tuple[str, str, str]]
    n_left: int


def read(resources: Sequence[Any], structures: Mapping[str, Structure], *, today: date) -> Activities:
    """Return the activities of a page. structures: ours, by the number of a place of activity or of a
    mediator of theirs.
    """
    acts: dict[UUID, Read] = {}
    deleted: list[UUID] = []
    faults: list[tuple[str, str, str]] = []
    n_left = 0
    for resource in resources:
        try:
            id, attributes = str(resource["id"]), dict(resource["attributes"])
            structure = structures.get(str(attributes.get("structure_id"))) or structures.get(
                str(attributes.get("mediateur_id"))
            )
            if structure is None:
                n_left += 1
            elif attributes.get("suppression"):
                deleted.append(file_cells.uid(id))
            elif act := files.coop_act(_row(id, attributes), {"": structure}):
                files.check(act, {}, today)
                acts[act.draft.uid] = act
            else:
                n_left += 1
        except WrongCell as wrong:
            column, value, reason, _ = wrong.fault
            faults.append((id, OF_COLUMN.get(column, column), f"« {value} » : {reason}"))
        except (KeyError, TypeError, ValueError):
            faults.append(("?", "attributes", "ce n’est pas une activité"))
    return Activities(list(acts.values()), deleted, faults, n_left)


def _row(id: str, attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return an activity as a row of the table; what it says of persons is not read."""
    kind, channel = _text(attributes, "type"), _text(attributes, "type_lieu")
    return {
        "id": id,
        "type": "individuel" if kind == "demarche_administrative" else kind,
        "date": _text(attributes, "date")[:10],
        "duree": _text(attributes, "duree"),
        "type_lieu": "lieu_activite" if channel == "autre" else channel,
        "structure": "",
        "commune": _text(attributes, "lieu_code_insee"),
        "thematiques": rules.SEPARATOR.join(map(str, attributes.get("thematiques") or ())),
        "autonomie": _text(attributes, "autonomie"),
    }


def _text(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return "" if value is None else str(value)
