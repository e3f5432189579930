"""The procedures that may be noted: those of everybody, those added nearby, the families, the other themes;
the most noted first.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.models import Autorisation
from maillage.apps.people.mandats.queries import catalogue as mandats
from maillage.apps.people.mandats.queries.lists import running_of
from maillage.apps.people.persons.models import Person
from maillage.reference import procedures
from maillage.words.wording import lower_first

THEMES = "Thèmes de La Coop"
RECENT, LATEST = timedelta(days=90), 300  # acts read to know which procedures come first


@dataclass(frozen=True, slots=True)
class Option:
    """A procedure as it is chosen. family: its label, for the groups of a long list."""

    key: str
    label: str
    operator: str
    family: str


def options(structure: Structure | None) -> list[Option]:
    """Return every procedure that may be noted for a structure, by family, then by name; then the families
    themselves, for what has no name of its own, and the themes of the Coop that are no procedure.
    """
    labels = {key: family.label for key, family in procedures.families().items()}
    rows = [
        Option(each.key, each.label, each.operator, labels[each.family])
        for each in mandats.choices(structure)
    ]
    families = [Option(key, f"{label}, autre", "", label) for key, label in labels.items()]
    order = list(labels.values())
    rows.sort(key=lambda option: (order.index(option.family), option.label.casefold()))
    themes = [Option(key, theme.label, "", THEMES) for key, theme in procedures.themes().items()]
    return [*rows, *families, *themes]


def label_of(key: str) -> str:
    """Return the name of a procedure, a family or a theme, '' when nobody knows it."""
    theme = procedures.themes().get(key)
    return theme.label if theme is not None else mandats.label_of(key)


def labels_of(keys: Iterable[str]) -> str:
    """Return the names of everything that an act was about, in one line."""
    first, *next_labels = (label_of(key) or "Démarche retirée" for key in keys)
    return " + ".join((first, *map(lower_first, next_labels)))


def split(keys: Iterable[str]) -> tuple[str, str]:
    """Return the procedure of an act and the rest of what it was about, as they are stored: themes come after
    procedures, which mandates and counts read, and in one order, so that the same acts are alike.
    """
    rank_by_theme = {key: rank for rank, key in enumerate(procedures.themes())}
    ordered = sorted(dict.fromkeys(keys), key=lambda key: rank_by_theme.get(key, -1))
    return (ordered[0], rules.joined(ordered[1:])) if ordered else ("", "")


def first(
    structure: Structure | None, among: list[Option], at: datetime, person: Person | None = None
) -> list[Option]:
    """Return the procedures under the thumb: those that a person permits the structure today, then the most
    noted by it these last months, then the usual ones.
    """
    latest = (
        Act.objects.filter(structure=structure, struck_at=None, on_day__gte=timezone.localdate(at - RECENT))
        .order_by("-on_day")
        .values_list("procedure", "more")[:LATEST]
    )
    times = Counter(key for procedure, more in latest for key in rules.subjects(procedure, more))
    noted = [key for key, _ in sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))]
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
