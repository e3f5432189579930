"""Groups: opened by a structure, joined with a code or filled with cards, noted, closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import access, rules
from maillage.apps.learning.models import Group, Member
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.access import may_help
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK
from maillage.web.overwrites import as_compared


@transaction.atomic
def open_group(
    *,
    by: User,
    structure: Structure,
    title: str,
    modules: Sequence[str],
    at: datetime,
    outline: str = "",
    example: bool = False,
) -> Group:
    """Open a group in the name of a structure."""
    rights = rights_of(by)
    if not (
        rights.may(access.SEE, structure=structure.pk) or rights.may(access.SEE_OWN, structure=structure.pk)
    ):
        raise Refused(
            "Le groupe n’a pas été ouvert.",
            why="Vous n’aidez personne au nom de cette structure.",
            do="Demandez à son responsable de vous y ajouter.",
        )
    lock_structure(structure)
    twin = Group.objects.filter(structure=structure, by=by, title=title, at__gt=at - DOUBLE_CLICK).first()
    if twin is not None:  # a double click
        return twin
    group = Group.objects.create(
        structure=structure,
        title=title,
        code=_unused(),
        modules=list(modules),
        outline=outline,
        by=by,
        at=at,
        example=example,
    )
    journal.record(by=by, verb="group.opened", row=group, at=at, structure=structure.pk)
    return group


@transaction.atomic
@journal.written_last()
def open_with(
    *,
    by: User,
    structure: Structure,
    title: str,
    modules: Sequence[str],
    names: Sequence[str],
    seated: Sequence[Person],
    at: datetime,
    outline: str = "",
) -> Group:
    """Open a group with its people, in one transaction: a card for each name, and those who have one. A
    double click opens one group.
    """
    group = open_group(by=by, structure=structure, title=title, modules=modules, outline=outline, at=at)
    if not group.members.exists():
        welcome(group, names, by=by, at=at)
        for person in seated:
            _join(group, person, by=by, at=at)
    return group


def _check_runs(by: User | None, group: Group) -> None:
    """Refuse a user who does not run a group. by None: the learner."""
    if by is not None and not access.may_run(by, group):
        raise Refused(
            "Le groupe n’a pas été modifié.",
            why="Votre structure n’anime pas ce groupe.",
            do="Revenez à la liste de vos groupes.",
        )


def _unused() -> str:
    while True:
        code = codes.make()
        if not Group.objects.filter(code=code).exists():
            return code


@transaction.atomic
@journal.written_last()
def change(
    group: Group,
    values: dict[str, Any],
    *,
    by: User,
    at: datetime,
    displayed: Mapping[str, str] | None = None,
) -> Group:
    """Change the title, the modules, the note or the second structure of a group. displayed: the note as it
    was when it was written over.
    """
    _check_runs(by, group)
    locked_group = Group.objects.select_for_update().get(pk=group.pk)
    if "partner" in values and values["partner"] != locked_group.partner:
        if not access.may_share(by, locked_group):
            raise Refused(
                "Le groupe n’a pas été modifié.",
                why="Une autre structure a ouvert ce groupe.",
                do="Demandez-lui de le partager.",
            )
        for member in locked_group.members.select_related("person"):
            _leave(member, locked_group.partner, by=by, at=at)
    refuse_secrets(str(values.get("note") or ""))
    if "note" in values:
        values = {**values, **_typed_over({"note": locked_group.note}, {"note": values["note"]}, displayed)}
    for name in ("title", "modules", "note", "partner"):
        if name in values:
            setattr(locked_group, name, values[name])
    locked_group.save()
    journal.record(by=by, verb="group.changed", row=locked_group, at=at, structure=locked_group.structure_id)
    return locked_group


def _leave(member: Member, structure: Structure | None, *, by: User, at: datetime) -> None:
    """End the following that entering a group began, for a structure that runs it no more."""
    if (
        structure is not None
        and member.person.followings.filter(structure=structure, since=member.at, ended_at=None).exists()
    ):
        people.leave(person=member.person, structure=structure, by=by, at=at)


@transaction.atomic
def join(group: Group, person: Person, *, at: datetime, by: User | None = None) -> Member:
    """Add a person to a group: its structure follows them from then on, and so does its partner."""
    _check_runs(by, group)
    return _join(group, person, by=by, at=at)


def _join(group: Group, person: Person, *, at: datetime, by: User | None) -> Member:
    locked_group = Group.objects.select_for_update().get(pk=group.pk)
    ask = "Demandez à la personne qui vous aide."
    if locked_group.closed_at is not None:
        reopen = "Rouvrez-le plus bas, puis recommencez."
        raise Refused("Ce groupe est fermé.", why="La séance est finie.", do=reopen if by else ask)
    if locked_group.members.exclude(person=person).count() >= rules.MOST:
        another = "Ouvrez un deuxième groupe."
        raise Refused("Ce groupe est plein.", why=f"Il a {rules.MOST} personnes.", do=another if by else ask)
    if not Person.objects.select_for_update().filter(pk=person.pk, forgotten_at__isnull=True).exists():
        raise Refused(
            "Cette carte n’existe plus.",
            why="Elle a été effacée.",
            do="Entrez sans carte : une autre sera faite.",
        )
    member, _new = Member.objects.get_or_create(group=locked_group, person=person, defaults={"at": at})
    for structure in filter(None, (locked_group.structure, locked_group.partner)):
        people.follow(person=person, structure=structure, by=by or locked_group.by, at=at)
    people.touch(person, at=at)
    return member


@transaction.atomic
@journal.written_last()
def welcome(group: Group, names: Sequence[str], *, by: User, at: datetime) -> list[Member]:
    """Make a card for each newcomer, by the name they want; homonyms each have their own card."""
    _check_runs(by, group)
    acting = group.structure if may_help(by, group.structure_id) else group.partner
    members = []
    for name in names:
        person = people.welcome(by=by, structure=acting, at=at, nickname=name, example=group.example)
        members.append(_join(group, person, by=by, at=at))
    return members


@transaction.atomic
@journal.written_last()
def enter(group: Group, *, nickname: str, at: datetime) -> Person:
    """Make a card for a person without one, who joins a group by themselves."""
    newcomer = alone(nickname=nickname, at=at)
    _join(group, newcomer, by=None, at=at)
    return newcomer


@transaction.atomic
def renew(member: Member, *, by: User, at: datetime) -> Person:
    """Give a new card to a person who lost theirs: the old one stops working."""
    _check_runs(by, member.group)
    return people.renew_card(member.person, by=by, at=at)


@transaction.atomic
def note(
    member: Member,
    *,
    words: str,
    proposed: str,
    by: User,
    at: datetime,
    displayed: Mapping[str, str] | None = None,
) -> Member:
    """Store the team's note about a person's learning, and the module proposed next. displayed: both as they
    were when they were written over, by name.
    """
    _check_runs(by, member.group)
    refuse_secrets(words)
    locked_member = Member.objects.select_for_update().filter(pk=member.pk).first()
    if locked_member is None:
        raise Refused(
            "La note n’a pas été enregistrée.",
            why=f"{member.person} n’est plus dans ce groupe.",
            do="Rechargez la page : quelqu’un vient de retirer cette personne.",
        )
    now, typed = (
        {"note": locked_member.note, "proposed": locked_member.proposed},
        " ".join(words.split())[:200],
    )
    for name, text in _typed_over(now, {"note": typed, "proposed": proposed}, displayed).items():
        setattr(locked_member, name, text)
    locked_member.save(update_fields=["note", "proposed"])
    journal.record(by=by, verb="member.noted", row=member.person, at=at, structure=member.group.structure_id)
    return locked_member


def _typed_over(
    now: Mapping[str, str], typed: Mapping[str, str], displayed: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the texts to store, by name: where nothing was changed, a colleague's newer text stays. Raises
    Refused where both wrote. displayed: the texts on the page when it was typed, None if unknown.
    """
    merged, before = dict(typed), displayed or {}
    for name in merged.keys() & before.keys():
        current_text, displayed_text, typed_text = map(as_compared, (now[name], before[name], typed[name]))
        if typed_text == displayed_text:
            merged[name] = now[name]
        elif current_text not in (displayed_text, typed_text):
            raise Refused(
                "Votre texte n’a pas été enregistré.",
                why="Quelqu’un d’autre a écrit ici pendant que vous écriviez.",
                do="Lisez ce qui est là maintenant, puis complétez-le. Vous aviez écrit :"
                f" « {typed[name]} ».",
            )
    return merged


@transaction.atomic
@journal.written_last()
def remove(member: Member, *, by: User, at: datetime) -> None:
    """Remove a person from a group; their card and their progress remain."""
    _check_runs(by, member.group)
    journal.record(
        by=by, verb="member.removed", row=member.person, at=at, structure=member.group.structure_id
    )
    _leave(member, member.group.partner, by=by, at=at)
    member.delete()


@transaction.atomic
def printed(group: Group, people_: Sequence[Person], *, by: User, at: datetime) -> None:
    """Record that the cards of some people of a group were displayed for printing."""
    _check_runs(by, group)
    for person in people_:
        journal.record(by=by, verb="person.card_printed", row=person, at=at, structure=group.structure_id)


@transaction.atomic
def close(group: Group, *, by: User, at: datetime, opened: bool = False) -> None:
    """Close a group, or reopen it: nobody joins a closed group."""
    _check_runs(by, group)
    locked_group = Group.objects.select_for_update().get(pk=group.pk)
    if (locked_group.closed_at is None) == opened:
        raise Refused(
            f"Ce groupe est déjà {'ouvert' if opened else 'fermé'}.",
            why="Quelqu’un l’a fait, ou vous avez appuyé deux fois.",
            do="Rechargez la page pour le voir.",
        )
    locked_group.closed_at = None if opened else at
    locked_group.save(update_fields=["closed_at"])
    verb = "group.reopened" if opened else "group.closed"
    journal.record(by=by, verb=verb, row=group, at=at, structure=group.structure_id)


def alone(*, nickname: str, at: datetime) -> Person:
    """Make a card for a person alone, without structure or account."""
    return people.welcome(by=None, structure=None, at=at, nickname=nickname, reach=persons.NONE)
