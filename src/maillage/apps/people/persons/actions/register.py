"""Write and correct what is known of a person, their card, and who follows them."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import access, queries, rules
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.overwrites import refuse_overwrites
from maillage.words.languages import say

KNOWN = ("nickname", "born", "language", "pix", "reach", "reach_value")


@transaction.atomic
def welcome(
    *,
    by: User | None,
    structure: Structure | None,
    at: datetime,
    nickname: str = "",
    born: int | None = None,
    language: str = "fr",
    pix: int | None = None,
    reach: str = rules.NONE,
    reach_value: str = "",
    example: bool = False,
) -> Person:
    """Make a card for a person, followed by a structure if any. by, structure: None for a person alone, on
    their own device.
    """
    if by is not None and not access.may_help(by, structure and structure.pk):
        raise not_followed()
    person = Person(
        code=unused_code(),
        picture=secrets.choice(_free_pictures(structure, nickname)),
        made_at=at,
        active_at=at,
        example=example,
    )
    _write(
        person,
        {
            "nickname": nickname,
            "born": born,
            "language": language,
            "pix": pix,
            "reach": reach,
            "reach_value": reach_value,
        },
        by=by,
        at=at,
    )
    person.save()
    journal.record(by=by, verb="person.welcomed", row=person, at=at, structure=structure and structure.pk)
    if structure is not None:
        follow(person=person, structure=structure, by=by, at=at)
    return person


def _free_pictures(structure: Structure | None, nickname: str) -> list[str]:
    """Return the pictures that no namesake has in a structure, so that two cards tell them apart; all of them
    once each is taken.
    """
    followed = Following.objects.filter(structure=structure, ended_at=None).values("person")
    people = Person.objects.filter(pk__in=followed, forgotten_at=None)
    taken = set(queries.namesakes(people, nickname).values_list("picture", flat=True))
    return [each for each in rules.PICTURES if each not in taken] or list(rules.PICTURES)


def unused_code() -> str:
    while True:
        code = codes.make()
        if not Person.objects.filter(code=code).exists():
            return code


def _write(person: Person, values: Mapping[str, Any], *, by: User | None, at: datetime) -> None:
    """Set what is known of a person; Refused for an impossible year of birth, an address that is not theirs,
    or a text that holds a secret.
    """
    born = values.get("born", person.born)
    if not rules.born_in(born, timezone.localdate(at)):
        raise Refused(
            "La fiche n’a pas été enregistrée.",
            why=f"L’année de naissance {born} n’est pas possible.",
            do="Corrigez-la, ou laissez-la vide : elle n’est pas obligatoire.",
        )
    pix = values.get("pix")
    if pix is not None and not 0 <= pix <= rules.MOST_PIX:
        raise Refused(
            "La fiche n’a pas été enregistrée.",
            why=f"Un score Pix va de 0 à {rules.MOST_PIX} : {pix} n’est pas possible.",
            do="Recopiez-le de son compte Pix, ou laissez-le vide : il n’est pas obligatoire.",
        )
    refuse_secrets(*(str(values.get(name) or "") for name in ("nickname", "reach_value")))
    for name in KNOWN:
        if name in values:
            value = values[name]
            setattr(person, name, line(value) if isinstance(value, str) else value)
    if person.reach == rules.NONE:
        person.reach_value = ""
    elif not person.reach_value:
        raise Refused(
            "La fiche n’a pas été enregistrée.",
            why="Il manque le numéro, l’adresse, ou le nom d’un proche qui peut prévenir la personne.",
            do="Écrivez-le, ou choisissez qu’on ne peut pas la joindre.",
        )
    if person.reach == rules.EMAIL and by is not None and queries.belongs_to_helpers(by, person.reach_value):
        raise Refused(
            "La fiche n’a pas été enregistrée.",
            why=(
                "Cette adresse est celle d’un professionnel ou d’une structure : la personne n’y lira pas"
                " son courrier."
            ),
            do=(
                "Laissez-la sans adresse pour l’instant. Faites avec elle le module « Ma boîte mail à moi »,"
                " ou l’atelier de la trame 17, « Rendez-vous boîte mail »."
            ),
        )


def lock(person: Person) -> Person:
    """Return a person as they are now, locked against other writers until the end of the transaction; Refused
    once erased, or once their sheet was joined to another.
    """
    locked = Person.objects.select_for_update().filter(pk=person.pk, forgotten_at__isnull=True).first()
    if locked is None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="La fiche de cette personne vient d’être effacée.",
            do="Si la personne veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    if locked.merged_into_id is not None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Cette fiche vient d’être réunie à une autre de la même personne.",
            do="Cherchez la personne de nouveau : ses deux cartes ouvrent la fiche gardée. Puis recommencez.",
        )
    return locked


@transaction.atomic
def correct(
    person: Person,
    values: Mapping[str, Any],
    *,
    displayed: Mapping[str, Any] | None = None,
    by: User | None,
    at: datetime,
) -> Person:
    """Change what is known of a person. values: some of KNOWN; displayed: what was read of it, to replace
    nothing else. Refused once they were erased.
    """
    row = lock(person)
    now = {name: getattr(row, name) for name in values}
    refuse_overwrites(say("La fiche n’est pas corrigée."), now=now, original=displayed or {}, typed=values)
    _write(row, values, by=by, at=at)
    row.active_at = at
    row.save()
    journal.record(
        by=by, verb="person.corrected", row=row, at=at, words=", ".join(sorted(set(values) & set(KNOWN)))
    )
    return row


@transaction.atomic
def follow(*, person: Person, structure: Structure, by: User | None, at: datetime) -> Following:
    """Let a structure see a person from now on: it met or received them. Refused once they were erased."""
    lock(person)
    following, new = Following.objects.get_or_create(
        person=person, structure=structure, ended_at=None, defaults={"by": by, "since": at}
    )
    if new:
        journal.record(by=by, verb="person.followed", row=person, at=at, structure=structure.pk)
        touch(person, at=at)
    return following


@transaction.atomic
def meet(*, person: Person, structure: Structure, by: User, at: datetime) -> Following:
    """Let a user see a person who presents their card; a user who sees only those they help becomes the one
    who follows them.

    Refused when such a colleague already follows this person: one of the two would lose them.
    """
    row = follow(person=person, structure=structure, by=by, at=at)
    if row.by_id == by.pk or rights_of(by).may("people.see", structure=structure.pk):
        return row
    if row.by is not None and access.sees_only_followed(row.by, structure.pk):
        raise Refused(
            "La fiche ne s’est pas ouverte.",
            why=f"Cette personne est déjà suivie par votre structure : {row.by} l’aide.",
            do=f"Demandez à {row.by} de la recevoir avec vous, ou de ne plus la suivre. Puis recommencez.",
        )
    Following.objects.filter(pk=row.pk).update(by=by)
    journal.record(by=by, verb="person.followed", row=person, at=at, structure=structure.pk)
    touch(person, at=at)
    return row


@transaction.atomic
def hand_followings(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague follow the persons that a leaver follows for a structure, whose number is pk."""
    followings = Following.objects.select_for_update().filter(structure=pk, by=leaver, ended_at=None)
    journal.record_many(
        journal.Note(by=by, verb="person.followed", row=each.person, at=at, structure=pk)
        for each in followings.select_related("person").order_by("person")
    )
    followings.update(by=to)
    return ""


@transaction.atomic
def renew_card(person: Person, *, by: User | None, at: datetime) -> Person:
    """Give a new code to a person whose card was lost: the old code stops working, and that of the sheets
    joined to theirs: nobody knows which card was lost. The drawing stays.
    """
    row = lock(person)
    for sheet in queries.sheets(row)[1:]:
        Person.objects.filter(pk=sheet.pk).update(code=unused_code())
    row.code, row.active_at = unused_code(), at
    row.save(update_fields=["code", "active_at"])
    journal.record(by=by, verb="person.card_renewed", row=row, at=at)
    return row


@transaction.atomic
def leave(*, person: Person, structure: Structure, by: User | None, at: datetime) -> None:
    """End the following of a person by a structure: it sees their sheet no more. Refused while a correction
    that the person asked of it waits for an answer: nobody else could give it.
    """
    row = lock(person)
    if row.corrections.filter(structure=structure, done_at=None).exists():
        raise Refused(
            "La personne n’a pas été retirée.",
            why=f"{row} attend que {structure.name} réponde à sa demande de correction.",
            do="Répondez-lui d’abord, sur sa fiche.",
        )
    if Following.objects.filter(person=person, structure=structure, ended_at=None).update(ended_at=at):
        journal.record(by=by, verb="person.left", row=person, at=at, structure=structure.pk)


@transaction.atomic
def touch(person: Person, *, at: datetime) -> None:
    """Record that something was done for a person: the retention of their data starts again from then.

    It waits for nobody, whatever the caller already holds: whoever holds the person just then does something
    for them too, or erases them.
    """
    free = Person.objects.select_for_update(skip_locked=True).filter(pk=person.pk, active_at__lt=at)
    Person.objects.filter(pk__in=free.values("pk")).update(active_at=at)


def record_view(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened a person's sheet."""
    journal.record(by=by, verb="person.seen", row=person, at=at, structure=structure)


def record_bilans_view(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened the list of a person's diagnoses."""
    journal.record(by=by, verb="person.bilans.seen", row=person, at=at, structure=structure)


def record_bilan_view(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened one diagnosis of a person, whole."""
    journal.record(by=by, verb="person.bilan.seen", row=person, at=at, structure=structure)


def card_printed(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened a person's card to print it."""
    journal.record(by=by, verb="person.card_printed", row=person, at=at, structure=structure)


def copy_opened(person: Person, *, by: User | None, structure: int | None, at: datetime) -> None:
    """Record that the page of what is kept was opened, by a user or by the person: nobody received it yet."""
    journal.record(by=by, verb="person.copy_opened", row=person, at=at, structure=structure)


def exported(person: Person, *, by: User | None, structure: int | None, at: datetime) -> None:
    """Record that a person received a copy of their data."""
    journal.record(by=by, verb="person.exported", row=person, at=at, structure=structure)


def not_followed() -> Refused:
    return Refused(
        "La fiche n’a pas été enregistrée.",
        why="Vous n’aidez personne au nom de cette structure.",
        do="Demandez à son responsable de vous y ajouter.",
    )
