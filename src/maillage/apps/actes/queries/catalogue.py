"""The procedures that may be noted: those of everybody, those added nearby, the families; the most noted
first.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from maillage.apps.actes import rules
from maillage.apps.actes.models import Act
from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.mandats.models import Autorisation
from maillage.apps.mandats.queries import catalogue as mandats
from maillage.apps.mandats.queries.lists import running_of
from maillage.apps.people.models import Person
from maillage.reference import procedures

RECENT, LATEST = timedelta(days=90), 300  # acts read to know which procedures come first


@dataclass(frozen=True, slots=True)
class Option:
    """A procedure as it is chosen. family: its label, for the groups of a long list."""

    key: str
    label: str
    operator: str
    family: str


def options(structure: Structure | None) -> list[Option]:
    """Return every procedure that may be noted for a structure, by family, then by name; the families
    themselves come last, for what has no name of its own.
    """
    labels = {key: family.label for key, family in procedures.families().items()}
    rows = [
        Option(each.key, each.label, each.operator, labels[each.family])
        for each in mandats.choices(structure)
    ]
    families = [Option(key, f"{label}, autre", "", label) for key, label in labels.items()]
    order = list(labels.values())
    return sorted(rows, key=lambda option: (order.index(option.family), option.label.casefold())) + families


def first(
    structure: Structure | None, among: list[Option], at: datetime, person: Person | None = None
) -> list[Option]:
    """Return the procedures under the thumb: those that a person permits the structure today, then the most
    noted by it these last months, then the usual ones.
    """
    latest = (
        Act.objects.filter(structure=structure, struck_at=None, on_day__gte=timezone.localdate(at - RECENT))
        .order_by("-on_day")
        .values_list("procedure", flat=True)[:LATEST]
    )
    noted = [key for key, _ in sorted(Counter(latest).items(), key=lambda pair: (-pair[1], pair[0]))]
    known = {each.key: each for each in among}
    wanted = dict.fromkeys([*_permitted(structure, person, at), *noted, *rules.USUAL])
    return [known[key] for key in wanted if key in known][: rules.FIRST]


def _permitted(structure: Structure | None, person: Person | None, at: datetime) -> list[str]:
    """Return the procedures of the mandates that run between a person and a structure."""
    if person is None:
        return []
    running = running_of(person, timezone.localdate(at)).filter(structure=structure).order_by()
    rows = Autorisation.objects.filter(mandat__in=running.values("pk"), revoked_at=None)
    return list(rows.order_by("pk").values_list("key", flat=True))


def lieu_of(structure: Structure) -> Lieu | None:
    """Return the place of a structure that has only one: “here” is there."""
    lieux = list(structure.lieux.filter(state=directory.PUBLISHED)[:2])
    return lieux[0] if len(lieux) == 1 else None
