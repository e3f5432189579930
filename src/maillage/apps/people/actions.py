"""Write, correct and forget what is known of a person, and record what they agreed to."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.people import access, queries, rules
from maillage.apps.people.models import CardSecret, Consent, CorrectionRequest, Following, Person
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.words.languages import say, to_say

KNOWN = ("nickname", "born", "language", "reach", "reach_value")


@transaction.atomic
def welcome(
    *,
    by: User | None,
    structure: Structure | None,
    at: datetime,
    nickname: str = "",
    born: int | None = None,
    language: str = "fr",
    reach: str = rules.NONE,
    reach_value: str = "",
    example: bool = False,
) -> Person:
    """Make a card for a person, followed by a structure if any. by, structure: None for a person alone, on
    their own device.
    """
    if by is not None and not access.may_help(by, structure and structure.pk):
        raise _not_followed()
    person = Person(
        code=_unused(),
        picture=secrets.choice(list(rules.PICTURES)),
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


def _unused() -> str:
    while True:
        code = codes.make()
        if not Person.objects.filter(code=code).exists():
            return code


def _write(person: Person, values: Mapping[str, Any], *, by: User | None, at: datetime) -> None:
    """Set what is known of a person; Refused for an impossible year of birth, an address that is not theirs,
    or a text that holds a secret.
    """
    if not rules.born_in(values.get("born", person.born), timezone.localdate(at)):
        raise Refused(
            "La fiche n’a pas été enregistrée.",
            why=f"L’année de naissance {values['born']} n’est pas possible.",
            do="Corrigez-la, ou laissez-la vide : elle n’est pas obligatoire.",
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
            why="Il manque le numéro, l’adresse, ou le nom de qui peut prévenir la personne.",
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
    once erased.
    """
    found = Person.objects.select_for_update().filter(pk=person.pk, forgotten_at__isnull=True).first()
    if found is None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="La fiche de cette personne vient d’être effacée.",
            do="Si la personne veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    return found


@transaction.atomic
def correct(person: Person, values: Mapping[str, Any], *, by: User | None, at: datetime) -> Person:
    """Change what is known of a person. values: some of KNOWN. Refused once they were erased."""
    row = lock(person)
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
    made, new = Following.objects.get_or_create(
        person=person, structure=structure, ended_at=None, defaults={"by": by, "since": at}
    )
    if new:
        journal.record(by=by, verb="person.followed", row=person, at=at, structure=structure.pk)
        touch(person, at=at)
    return made


@transaction.atomic
def meet(*, person: Person, structure: Structure, by: User, at: datetime) -> Following:
    """Let a user see a person who presents their card; a user who sees only those they help becomes the one
    who follows them.

    Refused when such a colleague already follows this person: one of the two would lose them.
    """
    made = follow(person=person, structure=structure, by=by, at=at)
    if made.by_id == by.pk or access.rights_of(by).may("people.see", structure=structure.pk):
        return made
    if made.by is not None and access.sees_only_theirs(made.by, structure.pk):
        raise Refused(
            "La fiche ne s’est pas ouverte.",
            why=f"Cette personne est déjà suivie par votre structure : {made.by} l’aide.",
            do=f"Demandez à {made.by} de la recevoir avec vous, ou de ne plus la suivre. Puis recommencez.",
        )
    Following.objects.filter(pk=made.pk).update(by=by)
    journal.record(by=by, verb="person.followed", row=person, at=at, structure=structure.pk)
    touch(person, at=at)
    return made


@transaction.atomic
def renew_card(person: Person, *, by: User | None, at: datetime) -> Person:
    """Give a new code to a person whose card was lost: the old code stops working. The drawing stays."""
    row = lock(person)
    row.code, row.active_at = _unused(), at
    row.save(update_fields=["code", "active_at"])
    journal.record(by=by, verb="person.card_renewed", row=row, at=at)
    return row


# --------------------------------------------------------------------------------------- the secret of a card


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A card that opens. whole: with its secret; misses: the tries that failed since it last did."""

    person: Person
    whole: bool
    misses: int = 0


def unlock(*, code: str, said: rules.Secret | None, at: datetime) -> Unlocked | None:
    """Return the card that a code and a secret open; the code alone opens one that has no secret yet, not
    whole. None in the same time, whatever the reason: no such code, wrong secret, too many tries.
    """
    person = queries.by_code(code)
    held = queries.secret_of(person) if person is not None else None
    text = said.text if said is not None else ""
    if held is None:
        if person is not None:
            return Unlocked(person, whole=False)
        make_password(text)
        return None
    # Counted before it is compared: two tries at once never count as one.
    tried = (
        bool(text)
        and rules.may_try(held.misses, held.missed_at, at)
        and CardSecret.objects.filter(pk=held.pk, hash=held.hash, misses=held.misses).update(
            misses=held.misses + 1, missed_at=at
        )
    )
    if not check_password(text, held.hash) or not tried:
        if tried and (held.misses + 1) % rules.TRIES == 0:
            journal.record(by=None, verb="person.card_locked", row=held.person, at=at)
        return None
    CardSecret.objects.filter(pk=held.pk).update(misses=0, missed_at=None)
    touch(held.person, at=at)
    return Unlocked(held.person, whole=True, misses=held.misses)


@transaction.atomic
def choose_secret(
    person: Person,
    said: rules.Secret | None,
    *,
    by: User | None,
    at: datetime,
    recognised: bool = False,
    acting: int | None = None,
) -> CardSecret:
    """Keep the hash of what a person chose; it replaces what they had, and closes what that had opened.

    by: the helper who is there, None for the person alone; recognised: by their present secret. acting: the
    structure of the helper, for the journal.
    """
    row = lock(person)
    if by is None and not recognised and not queries.chooses_alone(row):
        raise Refused(
            to_say("Votre secret n’est pas encore choisi."),
            why=to_say("Quelqu’un vous aide déjà : votre carte dit plus que vous seul."),
            do=to_say("Choisissez-le avec la personne qui vous aide, dans son lieu."),
        )
    if by is not None and not access.people_for(by).filter(pk=row.pk).exists():
        raise _not_followed()
    access.check_supervised(by, acting, timezone.localdate(at), "Le secret n’a pas été choisi.")
    printed = (say(rules.PICTURES[row.picture]), rules.PICTURES[row.picture].split("’")[-1].split()[-1])
    rules.check_secret(said, known=(row.nickname, str(row.born or ""), row.code, *printed))
    values = {"kind": said.kind, "hash": make_password(said.text), "by": by, "at": at}
    made, _ = CardSecret.objects.update_or_create(
        person=row, defaults=values | {"misses": 0, "missed_at": None}
    )
    journal.record(by=by, verb="person.secret_chosen", row=row, at=at, structure=acting)
    touch(row, at=at)
    return made


def record_opening(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a helper opened the page of a person with them."""
    journal.record(by=by, verb="person.page_opened", row=person, at=at, structure=structure)


# ----------------------------------------------------------------------------- what a person asks to correct

MOST_REQUESTS = 10  # that wait for an answer, from one person


@transaction.atomic
def ask_correction(
    person: Person, structure: Structure, words: str, *, by: User | None, at: datetime
) -> CorrectionRequest:
    """Ask a structure to correct what it wrote of a person. by: the helper who is there, None for the person
    alone.
    """
    row = lock(person)
    said = line(words, 300)
    refuse_secrets(said)
    why = "" if said else to_say("Il n’y a rien d’écrit.")
    if CorrectionRequest.objects.filter(person=row, done_at=None).count() >= MOST_REQUESTS:
        why = to_say("Plusieurs demandes attendent déjà une réponse.")
    if why:
        raise Refused(
            to_say("La demande n’est pas partie."),
            why=why,
            do=to_say("Dites ce qui est faux, en peu de mots. Ou parlez-en à la personne qui vous aide."),
        )
    made = CorrectionRequest.objects.create(person=row, structure=structure, words=said, asked_at=at)
    journal.record(by=by, verb="person.correction_asked", row=row, at=at, structure=structure.pk)
    touch(row, at=at)
    return made


@transaction.atomic
def answer_correction(asked: CorrectionRequest, *, by: User, at: datetime, answer: str) -> CorrectionRequest:
    """Answer what a person asked to correct: what was done, or why not, as they will read it."""
    row = CorrectionRequest.objects.select_for_update().get(pk=asked.pk)
    said = line(answer, 300)
    refuse_secrets(said)
    if not access.may_help(by, row.structure_id) or row.done_at is not None or not said:
        raise Refused(
            "La réponse n’a pas été enregistrée.",
            why="Quelqu’un a déjà répondu." if row.done_at else "Il faut une phrase, que la personne lira.",
            do="Rechargez la page, ou écrivez ce qui a été corrigé, ou pourquoi rien ne change.",
        )
    row.done_at, row.done_by, row.answer = at, by, said
    row.save(update_fields=["done_at", "done_by", "answer"])
    journal.record(
        by=by, verb="person.correction_answered", row=row.person, at=at, structure=row.structure_id
    )
    return row


@transaction.atomic
def leave(*, person: Person, structure: Structure, by: User | None, at: datetime) -> None:
    """End the following of a person by a structure: it sees their sheet no more."""
    if Following.objects.filter(person=person, structure=structure, ended_at=None).update(ended_at=at):
        journal.record(by=by, verb="person.left", row=person, at=at, structure=structure.pk)


def touch(person: Person, *, at: datetime) -> None:
    """Record that something was done for a person: the retention of their data starts again from then."""
    Person.objects.filter(pk=person.pk, active_at__lt=at).update(active_at=at)


@transaction.atomic
def agree(
    *,
    person: Person,
    purpose: str,
    how: str,
    at: datetime,
    words: str = "",
    given: bool = True,
    structure: Structure | None = None,
    by: User | None = None,
    acting: int | None = None,
) -> Consent:
    """Record what a person agreed to or refused, with the words read to them. A new answer replaces the
    previous one.

    structure: whom the answer is for; acting: the structure of the user who records it, for the journal.
    Refused once they were erased.
    """
    lock(person)
    Consent.objects.filter(person=person, purpose=purpose, structure=structure, withdrawn_at=None).update(
        withdrawn_at=at
    )
    made = Consent.objects.create(
        person=person,
        purpose=purpose,
        structure=structure,
        given=given,
        how=how,
        words=words or rules.PURPOSES[purpose].words,
        by=by,
        at=at,
    )
    answer = "oui" if given else "non"
    common = {"by": by, "at": at, "structure": acting}
    journal.record_many(
        [
            journal.Note(verb="consent.said", row=person, words=f"{_about(made)} : {answer}", **common),
            journal.Note(verb=queries.SEALED, row=made, words=journal.seal(person, made.proof), **common),
        ]
    )
    touch(person, at=at)
    return made


@transaction.atomic
def withdraw(consent: Consent, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Withdraw an agreement from now on. acting: the structure of the user who records it."""
    if Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=at):
        journal.record(
            by=by,
            verb="consent.withdrawn",
            row=consent.person,
            at=at,
            structure=acting,
            words=_about(consent),
        )


def _about(consent: Consent) -> str:
    """Return the purpose of an agreement, for the journal: never the person."""
    label = rules.PURPOSES[consent.purpose].label
    return f"{label} ({consent.structure.name})" if consent.structure is not None else label


@transaction.atomic
def forget(person: Person, *, by: User | None, at: datetime) -> None:
    """Erase everything that identifies a person; what was done still counts, anonymously. The card stops
    working.

    Other features strip their own data about them first, in the same transaction.
    """
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.forgotten_at is not None:
        return
    row.nickname, row.born, row.language = "", None, "fr"
    row.reach, row.reach_value = rules.NONE, ""
    row.code, row.forgotten_at = _unused(), at
    row.save()
    Following.objects.filter(person=row, ended_at=None).update(ended_at=at)
    Consent.objects.filter(person=row, withdrawn_at=None).update(withdrawn_at=at)
    CardSecret.objects.filter(person=row).delete()
    CorrectionRequest.objects.filter(person=row).delete()
    journal.destroy_seal(row, at=at)
    journal.record(by=by, verb="person.forgotten", row=row, at=at)


def record_view(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened a person's sheet."""
    journal.record(by=by, verb="person.seen", row=person, at=at, structure=structure)


def card_printed(person: Person, *, by: User, structure: int | None, at: datetime) -> None:
    """Record that a user opened a person's card to print it."""
    journal.record(by=by, verb="person.card_printed", row=person, at=at, structure=structure)


def exported(person: Person, *, by: User | None, structure: int | None, at: datetime) -> None:
    """Record that a person received a copy of their data."""
    journal.record(by=by, verb="person.exported", row=person, at=at, structure=structure)


def _not_followed() -> Refused:
    return Refused(
        "La fiche n’a pas été enregistrée.",
        why="Vous n’aidez personne au nom de cette structure.",
        do="Demandez à son responsable de vous y ajouter.",
    )
