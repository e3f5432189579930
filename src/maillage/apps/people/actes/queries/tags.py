"""Tags: those of an act or of a person, and the whole list with what each is on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import access
from maillage.apps.people.actes.models import Act, ActTag, PersonTag, Tag
from maillage.apps.people.persons.access import numbers_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor


@dataclass(frozen=True, slots=True)
class Tagging:
    """The tags of an act or of a person that somebody reads, and the labels of those that they may add.

    route, row: where a form puts them.
    """

    route: str
    row: int
    tags: list[Tag]
    choices: list[str]
    structures: list[tuple[int, str]]


def of_act(user: Visitor, act: Act) -> Tagging:
    """Return the tags of an act that a user reads."""
    tags = access.tags_for(user).filter(on_acts__act=act)
    return _tagging(user, "act_tags", act.pk, tags, [(act.structure_id, act.structure.name)])


def of_person(user: Visitor, person: Person) -> Tagging:
    """Return the tags of a person that a user reads."""
    tags = access.tags_for(user).filter(on_persons__person=person)
    teams = teams_of(user, person)
    return _tagging(user, "person_tags", person.pk, tags, list(teams.values_list("pk", "name")))


def teams_of(user: Visitor, person: Person) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user helps a person."""
    followings = person.followings.filter(ended_at=None)
    return access.structures_for(user).filter(pk__in=followings.values("structure"))


def _tagging(
    user: Visitor, route: str, row: int, tags: QuerySet[Tag], structures: list[tuple[int, str]]
) -> Tagging:
    labels = access.tags_for(user).filter(structure__in=[pk for pk, _ in structures])
    choices = sorted(set(labels.values_list("label", flat=True)))
    return Tagging(route, row, list(tags), choices, structures)


def counted(user: Visitor) -> QuerySet[Tag]:
    """Return the tags a user reads, with the acts and persons that each is on, of those they may see."""
    visible_acts, visible_persons = access.acts_for(user).order_by().values("pk"), numbers_for(user)
    return access.tags_for(user).annotate(
        n_acts=Count("on_acts", filter=Q(on_acts__act__in=visible_acts), distinct=True),
        n_persons=Count("on_persons", filter=Q(on_persons__person__in=visible_persons), distinct=True),
    )


def persons_with(user: Visitor, tag: Tag) -> Iterable[Person]:
    """Return the persons that a tag is on, of those a user may see, by name."""
    return Person.objects.filter(
        pk__in=PersonTag.objects.filter(tag=tag, person__in=numbers_for(user)).values("person")
    ).order_by("nickname", "pk")


def acts_with(user: Visitor, tag: Tag) -> QuerySet[Act]:
    """Return the acts that a tag is on, of those a user may see, the last first."""
    return access.acts_for(user).filter(pk__in=ActTag.objects.filter(tag=tag).values("act"))


def copy(person: Person) -> list[dict[str, str]]:
    """Return the tags of a person and of their acts, in French, as they receive them."""
    rows = Tag.objects.filter(Q(on_persons__person=person) | Q(on_acts__act__person=person)).distinct()
    return [
        {"etiquette": tag.label, "structure": tag.structure.name} for tag in rows.select_related("structure")
    ]
