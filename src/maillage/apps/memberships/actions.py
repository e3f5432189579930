"""Giving a role, inviting, withdrawing, giving back an access that was lost."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.directory.rules import invited_key
from maillage.apps.memberships import access, queries, rules
from maillage.apps.memberships.models import Invitation, Membership, Recovery
from maillage.apps.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook
from maillage.words.wording import spaced

HANDOVERS: Hook[tuple[str, Callable[..., str | None]]] = Hook()  # for each kind of duty
ADMINISTRATION = "administration"
# The roles without which nobody gives any other, and what their last holder does.
IN_CHARGE = {
    ADMINISTRATION: "n’administrerait la plateforme",
    "gestionnaire": "ne répondrait de cette structure",
}


def digest(token: str) -> str:
    """Return the digest of a link, which is all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def give(
    *,
    by: User | None,
    to: User,
    role: str,
    on: date,
    at: datetime,
    structure: Structure | None = None,
    territory: str = "",
    until: date | None = None,
) -> Membership:
    """Give a role to an account, or another end to the one that it holds. by: None for the platform itself.
    Refused to a user who may not give it, and when nobody would be in charge after that end.
    """
    if by is not None and not access.may_give(by, role, structure=structure, territory=territory):
        raise _not_yours()
    if until is not None and until < on:
        raise Refused(
            "Le rôle n’a pas été donné.",
            why="Sa date de fin est déjà passée.",
            do="Choisissez une date à venir, ou aucune.",
        )
    User.objects.select_for_update().get(pk=to.pk)  # given by two at once, it is one role
    current = access.current(on).filter(user=to, role=role, structure=structure, territory=territory).first()
    if current is not None and current.until == until:
        return current
    if current is not None and until is not None and (current.until is None or until < current.until):
        _lock_place(current, on)
        if role in IN_CHARGE and not _as_long_as(current, on).exists():
            raise Refused(
                "La date de fin n’a pas été posée.",
                why=f"Après elle, plus personne {IN_CHARGE[role]}.",
                do="Donnez d’abord ce rôle, sans date de fin, à quelqu’un d’autre.",
            )
    membership = current or Membership(
        user=to, role=role, structure=structure, territory=territory, since=on, given_by=by
    )
    membership.until = until
    membership.save()
    journal.record(
        by=by, verb="role.given", row=membership, at=at, structure=structure and structure.pk, words=role
    )
    return membership


@transaction.atomic
def withdraw(*, by: User, membership: Membership, on: date, at: datetime) -> None:
    """End a role today. Refused when it already ended, and when it would leave the platform without
    administration, or be that of the last manager of a structure, by themselves. One at a time in one place:
    of two who withdraw each other, the second has no right left.
    """
    _lock_place(membership, on)
    by = User.objects.get(pk=by.pk)  # with the rights that the withdrawal waited for has left
    if not access.may_give(
        by, membership.role, structure=membership.structure, territory=membership.territory
    ) and not _is_mine(by, membership):
        raise _not_yours()
    row = Membership.objects.filter(pk=membership.pk).first()
    if row is None or (row.until is not None and row.until < on):
        raise Refused(
            "Le rôle n’a pas été retiré.",
            why="Il est déjà fini.",
            do="Rechargez la page pour voir où il en est.",
        )
    is_last = row.role in IN_CHARGE and not _as_long_as(row, on).exists()
    if is_last and row.role == ADMINISTRATION:
        raise Refused(
            "Le rôle n’a pas été retiré.",
            why="C’est la dernière personne qui administre la plateforme : les autres, s’il y en a,"
            " s’arrêtent avant.",
            do="Donnez d’abord ce rôle à quelqu’un d’autre.",
        )
    if is_last and _is_mine(by, row):
        raise Refused(
            "Le rôle n’a pas été retiré.",
            why=(
                "Vous êtes la seule personne responsable de cette structure : plus personne ne rendrait un"
                " accès perdu."
            ),
            do="Donnez d’abord ce rôle à quelqu’un d’autre.",
        )
    journal.record(
        by=by,
        verb="role.withdrawn",
        row=membership,
        at=at,
        structure=membership.structure_id,
        words=membership.role,
    )
    if row.since >= on:
        row.delete()
    else:
        row.until = on - timedelta(days=1)
        row.save(update_fields=["until"])


@transaction.atomic
def hand_over(duty: rules.Duty, *, to: User, by: User, on: date, at: datetime) -> str:
    """Hand a duty of a leaver over to a member of the structure, and return what is left to do of it. Refused
    to whoever does not manage the team or see its persons, and to a receiver without the right that it needs.
    """
    leaver = User.objects.get(pk=duty.user)
    if duty.structure not in access.handing_structures(by):
        raise _not_yours()
    if not access.receivers(duty.structure, duty.right, on, but=leaver.pk).filter(pk=to.pk).exists():
        raise Refused(
            f"« {duty.title} » n’est pas remis.",
            why=f"Le rôle de {to} ne le permet pas, ou finit bientôt.",
            do="Choisissez quelqu’un d’autre de l’équipe.",
        )
    hand = dict(HANDOVERS)[duty.kind]
    left_to_do = str(hand(duty.pk, leaver=leaver, to=to, by=by, at=at))
    words = f"{duty.kind} {duty.pk} {to.pk}"
    journal.record(by=by, verb=queries.HANDED_OVER, row=leaver, at=at, structure=duty.structure, words=words)
    return left_to_do


@transaction.atomic
def hand_invitation(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague answer for the link that a leaver gave: it opens what they may give."""
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=pk, made_by=leaver)
    if not access.may_give(to, row.role, structure=row.structure, territory=row.territory):
        raise Refused(
            "L’invitation n’est pas remise.",
            why=f"{to} ne donne pas ce rôle.",
            do="Choisissez une personne responsable de la structure, ou retirez l’invitation.",
        )
    row.made_by = to
    row.save(update_fields=["made_by"])
    return ""


@transaction.atomic
def put_back(*, by: User, membership: Membership, on: date, at: datetime) -> None:
    """Give again a role that ended, without an end. Refused to a user who may not give it, for their own
    role, and for one that still runs.
    """
    place = {"structure": membership.structure, "territory": membership.territory}
    if not access.may_give(by, membership.role, **place):
        raise _not_yours()
    if _is_mine(by, membership):
        raise Refused(
            "Le rôle n’a pas été remis.",
            why="On ne se rend pas un rôle à soi-même.",
            do="Demandez à une autre personne responsable.",
        )
    again = access.current(on).filter(user=membership.user, role=membership.role, **place)
    if membership.until is None or membership.until >= on or again.exists():
        raise Refused(
            "Le rôle n’a pas été remis.",
            why="Il n’est pas fini.",
            do="Rechargez la page pour voir où il en est.",
        )
    give(by=by, to=membership.user, role=membership.role, on=on, at=at, **place)


def _lock_place(membership: Membership, on: date) -> None:
    """Let one change at a time of who acts for a structure or a territory."""
    there = access.current(on).filter(structure=membership.structure, territory=membership.territory)
    list(there.select_for_update().order_by("pk").values_list("pk"))


def _as_long_as(membership: Membership, on: date) -> QuerySet[Membership]:
    """Return the other holders of the same role in the same place, with an open account, for as long."""
    lasting = Q(until=None) if membership.until is None else Q(until=None) | Q(until__gte=membership.until)
    same_role = {name: getattr(membership, name) for name in ("role", "structure", "territory")}
    return access.team_roles(on).filter(lasting, **same_role).exclude(user=membership.user_id)


def _is_mine(user: User, membership: Membership) -> bool:
    return membership.user_id == user.pk


@transaction.atomic
def invite(
    *,
    by: User,
    role: str,
    for_whom: str,
    at: datetime,
    structure: Structure | None = None,
    new: str = "",
    territory: str = "",
    until: date | None = None,
) -> tuple[Invitation, str]:
    """Make a single-use link that gives a role, and return it with its secret, which is not stored.

    new: the name of a structure missing from the directory, which a territory's coordinator may add.
    """
    if new:
        structure = _added(by, new)
    if not access.may_give(by, role, structure=structure, territory=territory):
        raise _not_yours()
    if until is not None and until < timezone.localdate(at):
        raise Refused(
            "Le lien n’a pas été fait.",
            why="La date de fin du rôle est déjà passée.",
            do="Choisissez une date à venir, ou aucune.",
        )
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        token=digest(token),
        role=role,
        structure=structure,
        territory=territory,
        for_whom=for_whom.strip()[:120],
        until=until,
        made_at=at,
        made_by=by,
        expires_at=at + rules.INVITATION_DAYS,
    )
    journal.record(
        by=by, verb="invitation.made", row=invitation, at=at, structure=structure and structure.pk, words=role
    )
    return invitation, token


def _added(by: User, name: str) -> Structure:
    """Return a new structure, seated in the territory of the user who adds it until its first place says
    where it stands.
    """
    communes = access.rights_of(by).communes(access.MANAGE)
    if communes is not None and not communes:
        raise _not_yours()
    seat = min(communes) if communes else ""
    structure, _ = Structure.objects.get_or_create(
        key=invited_key(seat, name),
        defaults={"name": name.strip()[:300], "code_insee": seat},
    )
    return structure


def open_invitation(token: str, at: datetime) -> Invitation:
    """Return the invitation that a link opens; Refused when it was used, withdrawn, or is too old.
    Unknown: DoesNotExist.
    """
    invitation = Invitation.objects.select_related("structure", "made_by").get(token=digest(token))
    _check(invitation, at)
    return invitation


def _check(invitation: Invitation, at: datetime) -> None:
    for unusable, why in (
        (invitation.used_at, "Ce lien a déjà servi : il n’ouvre qu’une fois."),
        (invitation.cancelled_at, "Cette invitation a été retirée."),
        (invitation.expires_at <= at, "Ce lien a plus de 14 jours."),
    ):
        if unusable:
            raise Refused(
                "L’invitation ne s’ouvre plus.",
                why=why,
                do="Demandez un nouveau lien à la personne qui vous a invité.",
            )


@transaction.atomic
@journal.written_last()
def accept(
    *,
    token: str,
    at: datetime,
    on: date,
    user: User | None = None,
    email: str = "",
    name: str = "",
    password: str = "",
) -> User:
    """Accept an invitation, with an existing account or a new one. Refused without changing anything."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(token=digest(token))
    _check(invitation, at)
    _check_giver(invitation, user)
    if user is None:
        user = _opened(email=email, name=name, password=password)
    membership = give(
        by=None,
        to=user,
        role=invitation.role,
        structure=invitation.structure,
        territory=invitation.territory,
        until=invitation.until,
        on=on,
        at=at,
    )
    membership.given_by = invitation.made_by
    membership.save(update_fields=["given_by"])
    invitation.used_at, invitation.used_by = at, user
    invitation.save(update_fields=["used_at", "used_by"])
    return user


def _check_giver(invitation: Invitation, user: User | None) -> None:
    """Refuse a role that the inviter may no longer give; and a role that sees people, given to oneself."""
    giver = invitation.made_by
    place = {"structure": invitation.structure, "territory": invitation.territory}
    if giver is None or not access.may_give(giver, invitation.role, **place):
        raise Refused(
            "L’invitation ne s’ouvre plus.",
            why="La personne qui l’a faite ne répond plus de cette structure ou de ce territoire.",
            do="Demandez une autre invitation à son responsable actuel.",
        )
    sees = rules.ROLES[invitation.role].sees_people
    already = invitation.structure is not None and access.rights_of(giver).may(
        "people.see", structure=invitation.structure.pk
    )
    if user is not None and user.pk == giver.pk and sees and not already:
        raise Refused(
            "Le rôle n’a pas été pris.",
            why="Ce rôle voit les personnes aidées : on ne se le donne pas à soi-même.",
            do="Demandez à la personne responsable de la structure de vous inviter.",
        )


def _opened(*, email: str, name: str, password: str) -> User:
    user = User(email=email, name=name)
    _sound(password, user)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name.strip()[:120])
    except IntegrityError as error:
        raise Refused(
            "Le compte n’a pas été ouvert.",
            why="Cette adresse a déjà un compte.",
            do="Connectez-vous d’abord, puis ouvrez de nouveau ce lien.",
        ) from error


def _sound(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(
            "Ce mot de passe n’a pas été gardé.",
            why="Il est trop court ou trop connu.",
            do="Prenez 12 signes ou plus : quatre mots sans lien vont très bien.",
        ) from error


@transaction.atomic
def cancel(*, by: User, invitation: Invitation, at: datetime) -> bool:
    """Withdraw an invitation; return whether it opens nothing more, False when it was accepted before."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.used_at is not None:
        return False
    if row.cancelled_at is None:
        row.cancelled_at = at
        row.save(update_fields=["cancelled_at"])
        journal.record(by=by, verb="invitation.withdrawn", row=row, at=at, structure=row.structure_id)
    return True


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
        raise _not_yours()
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
            f"« {email} » n’est pas une adresse électronique.",
            why="C’est par elle que cette personne se connectera.",
            do="Écrivez-la en entier, par exemple : prenom.nom@collectivite.fr.",
        ) from error
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(
        email, None, name=name.strip()[:120]
    )
    _check_recoverable(user)
    give(by=None, to=user, role=ADMINISTRATION, on=on, at=at)
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
    _sound(password, user)
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


def _not_yours() -> Refused:
    return Refused(
        "Rien n’a été fait.",
        why="Vous ne répondez ni de cette structure, ni de ce territoire.",
        do="Demandez à la personne qui en est responsable.",
    )
