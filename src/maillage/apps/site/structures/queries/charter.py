"""The register of the charter, and the declarations that await an answer."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Declaration
from maillage.apps.site.structures.rules import charter as rules
from maillage.reference.charter import Criterion, charter


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register: a structure, by whom the charter was granted, until when, or withdrawn."""

    declaration: Declaration
    town: str
    lieu: Lieu | None
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """A criterion, and what a structure answered."""

    criterion: Criterion
    answer: str
    is_met: bool


def register(on: date) -> list[Entry]:
    """Return the structures to which the charter was granted, in force first; those withdrawn or ended stay,
    and say so.
    """
    rows = list(
        Declaration.objects.filter(state__in=(rules.GRANTED, rules.WITHDRAWN)).select_related("structure")
    )
    lieux: dict[int, Lieu] = {}
    pks = [row.structure_id for row in rows]
    for lieu in Lieu.objects.filter(structure__in=pks, state="published", merged_into=None).order_by("pk"):
        lieux.setdefault(lieu.structure_id, lieu)
    latest: dict[int, Declaration] = {}
    for row in rows:  # the latest first
        current = latest.get(row.structure_id)
        if current is None or (
            rules.in_force(row.state, row.until, on) and not rules.in_force(current.state, current.until, on)
        ):
            latest[row.structure_id] = row
    entries = []
    for row in latest.values():
        lieu_ = lieux.get(row.structure_id)
        town = commune_name(lieu_.code_insee if lieu_ else row.structure.code_insee)
        entries.append(Entry(row, town, lieu_, rules.in_force(row.state, row.until, on)))
    return sorted(entries, key=lambda entry: (not entry.is_in_force, entry.declaration.structure.name))


def answered(declaration: Declaration) -> list[Answered]:
    """Return each criterion with what a structure answered."""
    return [
        Answered(each, rules.ANSWERS.get(answer, "Pas de réponse"), answer == rules.YES)
        for each in charter().criteria
        for answer in (declaration.answers.get(each.id, ""),)
    ]


def to_answer(user: Visitor) -> QuerySet[Declaration]:
    """Return the declarations that await an answer of a user, the oldest first."""
    return access.declarations_for(user).filter(state=rules.DECLARED).order_by("declared_at", "pk")
