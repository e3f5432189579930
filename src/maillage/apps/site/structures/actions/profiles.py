"""Write what a structure or a professional says of itself, and letters between them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import count_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Letter, Professional, Profile, Revision
from maillage.apps.site.structures.rules import groups, joining
from maillage.apps.site.structures.rules import profiles as rules
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import holds_contact, line


def values_of(profile: Profile) -> dict[str, Any]:
    """Return the fields of a sheet, as a revision stores them."""
    return {name: getattr(profile, name) for name in rules.FIELDS}


@transaction.atomic
def write(
    structure: Structure,
    values: Mapping[str, Any],
    *,
    base: int,
    by: User,
    at: datetime,
    example: bool = False,
) -> tuple[Profile, Revision | None]:
    """Change what a structure says of itself. base: the version that the page had shown: when somebody else
    changed it since, both are stored, and the second is returned as a revision to choose.

    Refused for another structure, a contact or a secret in the words.
    """
    if not access.own_structures(by).filter(pk=structure.pk).exists():
        raise _not_yours()
    typed = _typed(values)
    row, _ = Profile.objects.select_for_update().get_or_create(
        structure=structure, defaults={"changed_at": at}
    )
    if rules.needs_choice(base, row.version, values_of(row), typed):
        revision = Revision.objects.create(profile=row, values=typed, by=by, at=at)
        journal.record(by=by, verb="profile.written_at_once", row=row, at=at, structure=structure.pk)
        return row, revision
    _apply(row, typed, by=by, at=at, example=example)
    return row, None


def _apply(row: Profile, values: Mapping[str, Any], *, by: User, at: datetime, example: bool = False) -> None:
    for name in rules.FIELDS:
        setattr(row, name, values.get(name, getattr(row, name)))  # what a version does not say stays
    row.version, row.changed_at, row.by, row.example = row.version + 1, at, by, example
    row.save()
    journal.record(by=by, verb="profile.changed", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def choose(revision: Revision, *, take: bool, by: User, at: datetime) -> None:
    """Take the version that somebody wrote at once with another, or leave the current one. Chosen already:
    Refused.
    """
    locked = Revision.objects.select_for_update(of=("self",)).select_related("profile").get(pk=revision.pk)
    if locked.chosen is not None:
        raise Refused(
            "La fiche n’a pas été modifiée.",
            why="Quelqu’un a déjà choisi entre ces deux versions.",
            do="Relisez la fiche.",
        )
    locked.chosen, locked.decided_at = take, at
    locked.save(update_fields=["chosen", "decided_at"])
    if take:
        _apply(Profile.objects.select_for_update().get(pk=locked.profile_id), locked.values, by=by, at=at)
    else:
        journal.record(
            by=by,
            verb="profile.version_left",
            row=locked.profile,
            at=at,
            structure=locked.profile.structure_id,
        )


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a sheet as they are stored; Refused when the words hold a contact or a secret."""
    about = line(values.get("about", ""), rules.LONGEST)
    _check_words(about)
    return {
        "parts": [each for each in joining.PARTS if each in values.get("parts", ())],
        "staff": values.get("staff", ""),
        "computers": values.get("computers"),
        "demand": values.get("demand", ""),
        "skills": [each for each in rules.SKILLS if each in values.get("skills", ())],
        "publics": sorted(values.get("publics", ())),
        "about": about,
        "visibility": values.get("visibility") or rules.NETWORK,
        "results": bool(values.get("results")),
    }


def _check_words(about: str) -> None:
    refuse_secrets(about)
    if holds_contact(about):
        raise Refused(
            "La fiche n’est pas gardée.",
            why="Elle donne un numéro ou une adresse, que tous liraient.",
            do="Retirez-le : on vous écrit par Maillage.",
        )


@transaction.atomic
def write_professional(
    user: User,
    *,
    trade: str,
    structure: Structure | None,
    skills: list[str],
    publics: list[str],
    about: str,
    visibility: str,
    at: datetime,
    example: bool = False,
) -> Professional:
    """Write what a professional says of their own work. Refused with a contact or a secret in the words."""
    about = line(about, rules.LONGEST)
    _check_words(about)
    row, _ = Professional.objects.update_or_create(
        user=user,
        defaults={
            "trade": trade,
            "structure": structure,
            "skills": [each for each in rules.SKILLS if each in skills],
            "publics": sorted(publics),
            "about": about,
            "visibility": visibility,
            "changed_at": at,
            "example": example,
        },
    )
    journal.record(by=user, verb="professional.written", row=row, at=at)
    return row


@transaction.atomic
@journal.written_last()
def erase_professional(user: User, *, at: datetime) -> None:
    """Erase what a professional said of their work; nothing written: nothing happens."""
    for row in Professional.objects.filter(user=user):
        journal.record(by=user, verb="professional.erased", row=row, at=at)
        row.delete()


# -------------------------------------------------------------------------------------------------- letters


@transaction.atomic
def send(
    sender: Structure,
    *,
    words: str,
    to_structure: Structure | None = None,
    to_user: User | None = None,
    by: User,
    at: datetime,
) -> Letter:
    """Write to a structure or a professional through the platform; the same words twice are one letter.
    Refused when it is empty, to oneself, when an earlier letter has no answer yet, or beyond an hourly
    number.
    """
    if not access.own_structures(by).filter(pk=sender.pk).exists():
        raise _not_yours()
    refuse_secrets(words)
    if not line(words):
        raise _unsent("Elle est vide.", "Écrivez une phrase : ce que vous proposez, et quand.")
    if to_user == by or (to_structure is not None and to_structure.pk == sender.pk):
        raise _unsent("Elle est adressée à vous-même.", "Choisissez une autre fiche.")
    text = words.strip()[: groups.LONGEST_MESSAGE]
    lock_structure(sender)
    unanswered = Letter.objects.filter(
        sender=sender, to_structure=to_structure, to_user=to_user, answered_at=None
    ).first()
    if unanswered is not None and (unanswered.words, unanswered.by_id) == (text, by.pk):
        return unanswered
    if unanswered is not None:
        raise _unsent("Votre lettre précédente attend une réponse.", "Attendez-la, ou appelez.")
    if count_of(f"account-{by.pk}", "lettres") > rules.LETTERS_AN_HOUR:
        raise _unsent(
            f"Vous en avez écrit {rules.LETTERS_AN_HOUR} en une heure.",
            "Publiez plutôt une annonce : tout le réseau la lit.",
        )
    row = Letter.objects.create(
        sender=sender,
        to_structure=to_structure,
        to_user=to_user,
        words=text,
        by=by,
        at=at,
    )
    journal.record(by=by, verb="letter.sent", row=row, at=at, structure=sender.pk)
    return row


@transaction.atomic
def answer(letter: Letter, *, words: str, by: User, at: datetime) -> Letter:
    """Answer a letter, once."""
    refuse_secrets(words)
    row = Letter.objects.select_for_update().get(pk=letter.pk)
    if row.answered_at is not None or not line(words):
        raise Refused(
            "La réponse n’est pas partie.",
            why="Elle est vide, ou quelqu’un de votre équipe a déjà répondu.",
            do="Relisez la page, puis écrivez une phrase.",
        )
    row.answer, row.answered_at, row.answered_by = words.strip()[: groups.LONGEST_MESSAGE], at, by
    row.save()
    journal.record(by=by, verb="letter.answered", row=row, at=at, structure=row.to_structure_id)
    return row


def _unsent(why: str, do: str) -> Refused:
    return Refused("La lettre n’est pas partie.", why=why, do=do)


def _not_yours() -> Refused:
    return Refused(
        "La fiche n’a pas été modifiée.",
        why="Vous n’écrivez pas au nom de cette structure.",
        do="Demandez à quelqu’un de son équipe.",
    )
