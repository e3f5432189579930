"""Put tags on acts and persons, take them off, rename and merge them."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.models import Act, ActTag, PersonTag, Tag
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.typed import holds_contact


@transaction.atomic
def put(
    label: str, on: Act | Person, *, structure: Structure, is_personal: bool, by: User, at: datetime
) -> Tag:
    """Put a tag on an act or a person, made when the team has none of that name; Refused for a name that is
    empty, holds a contact, or is one too many.
    """
    tag = _tag(label, structure=structure, owner=by if is_personal else None, by=by, at=at)
    if isinstance(on, Act):
        ActTag.objects.get_or_create(tag=tag, act=on)
    else:
        PersonTag.objects.get_or_create(tag=tag, person=on)
    journal.record(by=by, verb="tag.put", row=on, at=at, structure=structure.pk)
    return tag


@transaction.atomic
def take_off(tag: Tag, on: Act | Person, *, by: User, at: datetime) -> None:
    """Take a tag off an act or a person; one that is on nothing else stays in the list."""
    rows = ActTag.objects.filter(act=on) if isinstance(on, Act) else PersonTag.objects.filter(person=on)
    rows.filter(tag=tag).delete()
    journal.record(by=by, verb="tag.taken_off", row=on, at=at, structure=tag.structure_id)


@transaction.atomic
def rename(tag: Tag, label: str, *, by: User, at: datetime) -> Tag:
    """Rename a tag; Refused for a name that another one has: they are merged, not renamed."""
    locked = Tag.objects.select_for_update().get(pk=tag.pk)
    text, key = _read(label)
    if _same_scope(locked).filter(key=key).exclude(pk=locked.pk).exists():
        raise Refused(
            "L’étiquette n’est pas renommée.",
            why=f"« {text} » existe déjà.",
            do="Réunissez-les plutôt : choisissez-la dans « Réunir à ».",
        )
    locked.label, locked.key = text, key
    locked.save(update_fields=["label", "key"])
    journal.record(by=by, verb="tag.renamed", row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def merge(tag: Tag, into: Tag, *, by: User, at: datetime) -> Tag:
    """Give to a tag whatever another one is on, and delete that one; Refused between a team and another, or
    from a personal tag of somebody to the team of another.
    """
    if tag.pk == into.pk or tag.structure_id != into.structure_id:
        raise Refused(
            "Les étiquettes ne sont pas réunies.",
            why="Elles sont la même, ou de deux équipes.",
            do="Choisissez une autre étiquette de la même équipe.",
        )
    if tag.owner_id is None and into.owner_id is not None:
        raise Refused(
            "Les étiquettes ne sont pas réunies.",
            why="Celle de l’équipe deviendrait la vôtre seule : vos collègues la perdraient.",
            do="Réunissez plutôt la vôtre à celle de l’équipe.",
        )
    list(Tag.objects.select_for_update().filter(pk__in=(tag.pk, into.pk)).order_by("pk"))
    ActTag.objects.bulk_create(
        [ActTag(tag=into, act_id=pk) for pk in tag.on_acts.values_list("act", flat=True)],
        ignore_conflicts=True,
    )
    PersonTag.objects.bulk_create(
        [PersonTag(tag=into, person_id=pk) for pk in tag.on_persons.values_list("person", flat=True)],
        ignore_conflicts=True,
    )
    journal.record(by=by, verb="tag.merged", row=into, at=at, structure=into.structure_id)
    tag.delete()
    return into


@transaction.atomic
def delete(tag: Tag, *, by: User, at: datetime) -> None:
    """Delete a tag, taken off whatever it is on."""
    journal.record(by=by, verb="tag.deleted", row=tag, at=at, structure=tag.structure_id)
    tag.delete()


def forget(person: Person, *, structure: int | None = None) -> None:
    """Take the tags off a person and off their acts. structure: of that team alone; None for all."""
    on_person, on_acts = PersonTag.objects.filter(person=person), ActTag.objects.filter(act__person=person)
    if structure is not None:
        on_person, on_acts = (
            on_person.filter(tag__structure=structure),
            on_acts.filter(tag__structure=structure),
        )
    on_person.delete()
    on_acts.delete()


def _tag(label: str, *, structure: Structure, owner: User | None, by: User, at: datetime) -> Tag:
    text, key = _read(label)
    if not access.may_note(by, structure.pk):
        raise Refused(
            "L’étiquette n’est pas posée.",
            why="Vous n’aidez pas au nom de cette structure.",
            do="Choisissez une structure où vous aidez.",
        )
    tags = Tag.objects.filter(structure=structure, owner=owner)
    if (known := tags.filter(key=key).first()) is not None:
        return known
    if tags.count() >= rules.MOST_TAGS:
        raise Refused(
            "L’étiquette n’est pas posée.",
            why=f"Il y en a déjà {rules.MOST_TAGS}.",
            do="Réunissez celles qui disent la même chose, puis recommencez.",
        )
    tag, _ = tags.get_or_create(
        structure=structure, owner=owner, key=key, defaults={"label": text, "made_at": at}
    )
    return tag


def _read(label: str) -> tuple[str, str]:
    """Return a label and its key; Refused when it is none."""
    text = " ".join(label.split())[: rules.LONGEST_TAG]
    if not (key := plain(text)):
        raise Refused("L’étiquette n’est pas posée.", why="Il manque son nom.", do="Écrivez un ou deux mots.")
    if holds_contact(text):
        raise Refused(
            "L’étiquette n’est pas posée.",
            why="Un téléphone ou une adresse n’a pas sa place ici.",
            do="Écrivez un ou deux mots, sans coordonnées.",
        )
    return text, key


def _same_scope(tag: Tag) -> QuerySet[Tag]:
    return Tag.objects.filter(structure=tag.structure_id, owner=tag.owner_id)
