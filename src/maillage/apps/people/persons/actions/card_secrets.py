"""Open a card with its secret, and choose this secret."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from maillage.apps.people.persons import access, queries, rules
from maillage.apps.people.persons.actions.register import lock, not_followed, touch
from maillage.apps.people.persons.models import CardSecret, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.words.languages import say, to_say


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A card that opens. has_full_access: with its secret; misses: the tries that failed since."""

    person: Person
    has_full_access: bool
    misses: int = 0


def unlock(*, code: str, typed_secret: rules.Secret | None, at: datetime) -> Unlocked | None:
    """Return the card that a code and a secret open; the code alone opens one that has no secret yet, not
    whole. None in the same time, whatever the reason: no such code, wrong secret, too many tries.
    """
    person = queries.by_code(code)
    stored = queries.secret_of(person) if person is not None else None
    text = typed_secret.text if typed_secret is not None else ""
    if stored is None:
        if person is not None:
            return Unlocked(person, has_full_access=False)
        make_password(text)
        return None
    # Counted before it is compared: two tries at once never count as one.
    tried = (
        bool(text)
        and rules.may_try(stored.misses, stored.missed_at, at)
        and CardSecret.objects.filter(pk=stored.pk, hash=stored.hash, misses=stored.misses).update(
            misses=stored.misses + 1, missed_at=at
        )
    )
    if not check_password(text, stored.hash) or not tried:
        if tried and (stored.misses + 1) % rules.TRIES == 0:
            journal.record(by=None, verb="person.card_locked", row=stored.person, at=at)
        return None
    CardSecret.objects.filter(pk=stored.pk).update(misses=0, missed_at=None)
    touch(stored.person, at=at)
    return Unlocked(stored.person, has_full_access=True, misses=stored.misses)


@transaction.atomic
def choose_secret(
    person: Person,
    secret: rules.Secret | None,
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
        raise not_followed()
    access.check_supervised(by, acting, timezone.localdate(at), "Le secret n’a pas été choisi.")
    printed = (say(rules.PICTURES[row.picture]), rules.PICTURES[row.picture].split("’")[-1].split()[-1])
    safe = rules.check_secret(secret, known=(row.nickname, str(row.born or ""), row.code, *printed))
    values = {"kind": safe.kind, "hash": make_password(safe.text), "by": by, "at": at}
    row_of_secret, _ = CardSecret.objects.update_or_create(
        person=row, defaults=values | {"misses": 0, "missed_at": None}
    )
    journal.record(by=by, verb="person.secret_chosen", row=row, at=at, structure=acting)
    touch(row, at=at)
    return row_of_secret


def open_with_helper(
    person: Person,
    *,
    code: str,
    typed_secret: rules.Secret | None,
    by: User,
    structure: int | None,
    at: datetime,
) -> Unlocked:
    """Open the page of a person with the helper they stand beside, and record it.

    Their secret proves that they are there; without one, the code of their card is typed again. Refused
    otherwise.
    """
    has_secret = queries.secret_of(person) is not None
    unlocked = unlock(code=person.code if has_secret else code, typed_secret=typed_secret, at=at)
    if unlocked is None or unlocked.person != person:
        why = (
            "Ce n’est pas son secret, ou il y a eu trop d’essais." if has_secret else "Ce n’est pas sa carte."
        )
        raise Refused(
            "Sa page ne s’est pas ouverte.",
            why=why,
            do="Recommencez avec elle, ou choisissez avec elle un autre secret.",
        )
    journal.record(by=by, verb="person.page_opened", row=person, at=at, structure=structure)
    return unlocked
