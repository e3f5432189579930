"""Links by which a member chooses a password: an access that was lost, a first account."""

import hashlib
import secrets
from contextlib import suppress
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.memberships import access, rules
from maillage.apps.directory.memberships.actions import roles
from maillage.apps.directory.memberships.models import Membership, Recovery
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.words.wording import spaced


@transaction.atomic
def give_back(*, by: User, membership: Membership, at: datetime) -> str:
    """Make a link by which a member chooses a new password and starts again without second factor; return its
    secret.

    Refused when the member also has a role elsewhere that `by` may not give: the link would let `by`
    into another structure.
    """
    if not access.may_give(
        by, membership.role, structure=membership.structure, territory=membership.territory
    ):
        raise roles.not_yours()
    if not _answers_for(by, membership.user, at):
        raise Refused(
            "Le lien n’a pas été fait.",
            why="Cette personne agit aussi pour une autre structure, dont vous ne répondez pas.",
            do="Demandez à la coordination du territoire, ou à l’administration.",
        )
    _check_recoverable(membership.user)
    recovery, token = _recovery(membership.user, by=by, at=at, structure=membership.structure_id)
    _tell(
        recovery,
        "fait",
        f"{by} a fait un lien pour changer votre mot de passe. Il s’ouvre une fois, pendant deux jours.",
        at,
    )
    return token


def _answers_for(by: User, user: User, at: datetime) -> bool:
    """Grant the answer for an account to a user who may give every role that it holds on a day."""
    memberships = access.current(timezone.localdate(at)).filter(user=user).select_related("structure")
    return all(access.may_give(by, m.role, structure=m.structure, territory=m.territory) for m in memberships)


def _recovery(
    user: User, *, by: User | None, at: datetime, structure: int | None = None
) -> tuple[Recovery, str]:
    """Make the one link by which an account chooses a password, and note it; return it with its secret."""
    token = secrets.token_urlsafe(24)
    User.objects.select_for_update().get(pk=user.pk)
    Recovery.objects.filter(user=user, used_at=None).delete()  # one link at a time
    recovery = Recovery.objects.create(
        token=digest(token), user=user, made_at=at, made_by=by, expires_at=at + rules.RECOVERY_DAYS
    )
    journal.record(by=by, verb="access.given_back", row=recovery, at=at, structure=structure)
    return recovery, token


@transaction.atomic
def appoint(*, email: str, name: str, on: date, at: datetime) -> tuple[User, str]:
    """Give the administration of the platform to an address, known or new; return its account, and the secret
    of a link by which it chooses its password.

    Whoever may type a command on the computer may already read its database: nobody else is asked. Refused
    for a demonstration account, and for what is not an address.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(
            f"« {email} » n’est pas une adresse e-mail.",
            why="C’est par elle que cette personne se connectera.",
            do="Écrivez-la en entier, par exemple : prenom.nom@collectivite.fr.",
        ) from error
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(
        email, None, name=name.strip()[:120]
    )
    _check_recoverable(user)
    roles.give(by=None, to=user, role=roles.ADMINISTRATION, on=on, at=at)
    return user, _recovery(user, by=None, at=at)[1]


def open_recovery(token: str, at: datetime) -> Recovery:
    """Return the recovery of a link; Refused when it was used or has expired, or when its author answers no
    more for this account. Unknown: DoesNotExist.
    """
    recovery = Recovery.objects.select_related("user", "made_by").get(token=digest(token))
    if recovery.used_at is not None or recovery.expires_at <= at:
        raise Refused(
            "Ce lien ne s’ouvre plus.",
            why="Il a déjà servi, ou il a plus de deux jours.",
            do="Demandez-en un autre à votre responsable de structure.",
        )
    maker = recovery.made_by  # None: the platform itself
    if maker is not None and not (access.manages(maker) and _answers_for(maker, recovery.user, at)):
        raise Refused(
            "Ce lien ne s’ouvre plus.",
            why="La personne qui l’a fait ne répond plus de ce compte.",
            do="Demandez-en un autre à son responsable actuel.",
        )
    return recovery


@transaction.atomic
def recover(*, token: str, password: str, at: datetime) -> User:
    """Choose a password by a recovery link; second factors are taken off, to be set again."""
    whose = Recovery.objects.get(token=digest(token)).user_id
    User.objects.select_for_update().get(pk=whose)  # before its link, as who makes another
    Recovery.objects.select_for_update().get(token=digest(token))
    recovery = open_recovery(token, at)
    user = recovery.user
    _check_recoverable(user)
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    n_factors, _ = Authenticator.objects.filter(user=user).delete()
    recovery.used_at = at
    recovery.save(update_fields=["used_at"])
    journal.record(by=user, verb="access.recovered", row=recovery, at=at)
    _tell(
        recovery,
        "servi",
        "Votre mot de passe vient d’être changé par un lien."
        + (" Votre second facteur est retiré." if n_factors else ""),
        at,
    )
    return user


def _check_recoverable(user: User) -> None:
    if user.is_demonstration:
        raise Refused(
            "L’accès n’a pas changé.",
            why="Ce compte est un exemple : son mot de passe sert à tout le monde.",
            do="Prenez un autre compte pour essayer ce lien.",
        )


def check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(
            "Ce mot de passe n’a pas été gardé.",
            why="Il est trop court, trop connu, ou pris de cette page.",
            do="Prenez 12 signes ou plus : quatre mots à vous, sans lien entre eux.",
        ) from error


def _tell(recovery: Recovery, what: str, words: str, at: datetime) -> None:
    """Notify an account of a new way to sign in; an invalid address blocks nothing."""
    text = (
        f"{words}\n\nSi vous l’avez demandé, vous n’avez rien à faire.\nSi ce n’est pas vous, prévenez tout"
        " de suite votre responsable de structure, ou l’administration de la plateforme."
    )
    with suppress(Refused):
        outbox.put(
            channel="email",
            to=recovery.user.email,
            subject="Votre compte Maillage a changé",
            text=spaced(text),
            # a withdrawn link leaves its number to another
            key=f"acces-{recovery.pk}-{recovery.made_at:%Y%m%d%H%M%S}-{what}",
            at=at,
            purge_on=timezone.localdate(at) + timedelta(days=1),
        )


def digest(token: str) -> str:
    """Return the digest of a link, which is all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()
