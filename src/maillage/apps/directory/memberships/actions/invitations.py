"""Links that give a role: made, sent, seen, accepted, sent again, withdrawn."""

import secrets
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access, rules
from maillage.apps.directory.memberships.actions import recoveries, roles
from maillage.apps.directory.memberships.models import Invitation
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.rules import invited_key
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.words.dates import in_words
from maillage.words.wording import spaced


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
    email: str = "",
) -> tuple[Invitation, str]:
    """Make a single-use link that gives a role, and return it with its secret, which is not stored. email:
    where the link is sent; "" when it is handed in person.

    new: the name of a structure missing from the directory, which a territory's coordinator may add.
    """
    if new:
        structure = add_structure(by, new)
    if not access.may_give(by, role, structure=structure, territory=territory):
        raise roles.not_yours()
    if until is not None and until < timezone.localdate(at):
        raise Refused(
            "Le lien n’a pas été fait.",
            why="La date de fin du rôle est déjà passée.",
            do="Choisissez une date à venir, ou aucune.",
        )
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        token=recoveries.digest(token),
        role=role,
        structure=structure,
        territory=territory,
        for_whom=for_whom.strip()[:120],
        email=email,
        until=until,
        made_at=at,
        made_by=by,
        expires_at=at + rules.INVITATION_DAYS,
    )
    journal.record(
        by=by, verb="invitation.made", row=invitation, at=at, structure=structure and structure.pk, words=role
    )
    _send(invitation, token, at)
    return invitation, token


def _send(invitation: Invitation, token: str, at: datetime) -> None:
    """Write the link of an invitation to its address, if it has one."""
    if not invitation.email:
        return
    label, over, plain = invitation.get_role_display(), access.over(invitation), access.plain(invitation)
    last_day = in_words(timezone.localdate(invitation.expires_at))
    giver = str(invitation.made_by)
    text = (
        f"{giver} vous invite à rejoindre Maillage : {label}, {over}. Ce rôle {plain}.\n\n"
        f"Ouvrez ce lien pour ouvrir votre compte. Il sert une fois, jusqu’au {last_day} :\n"
        f"{settings.ADDRESS}{reverse('invitation', args=[token])}\n\n"
        f"Ce lien est pour vous : ne le transmettez pas. Vous ne connaissez pas {giver} ? N’ouvrez rien, et"
        " supprimez ce message."
    )
    outbox.put(
        channel="email",
        to=invitation.email,
        subject="Votre invitation à rejoindre Maillage",
        text=spaced(text),
        key=rules.message_key(invitation.pk, invitation.expires_at),
        at=at,
        never_after=invitation.expires_at,
        structure=invitation.structure_id,
    )


@transaction.atomic
def renew(*, by: User, invitation: Invitation, at: datetime) -> tuple[Invitation, str]:
    """Make another link for an invitation that nobody accepted, as long as the first, send it where the first
    was sent, and return it with its secret: the earlier link opens nothing more.
    """
    row = Invitation.objects.select_for_update(of=("self",)).select_related("structure").get(pk=invitation.pk)
    if not access.may_give(by, row.role, structure=row.structure, territory=row.territory):
        raise roles.not_yours()
    for unusable, why in (
        (row.used_at, "Elle a déjà été acceptée."),
        (row.cancelled_at, "Elle a été retirée."),
        (row.until is not None and row.until < timezone.localdate(at), "La fin du rôle est passée."),
    ):
        if unusable:
            raise Refused(
                f"L’invitation de {row.for_whom} n’est pas renvoyée.",
                why=why,
                do="Faites une autre invitation, si elle sert encore.",
            )
    token = secrets.token_urlsafe(24)
    row.token, row.expires_at = recoveries.digest(token), at + rules.INVITATION_DAYS
    row.made_by, row.viewed_at = by, None
    row.save(update_fields=["token", "expires_at", "made_by", "viewed_at"])
    journal.record(
        by=by, verb="invitation.renewed", row=row, at=at, structure=row.structure_id, words=row.role
    )
    _send(row, token, at)
    return row, token


def see(invitation: Invitation, at: datetime) -> None:
    """Store the first time that the page of an invitation is displayed."""
    Invitation.objects.filter(pk=invitation.pk, viewed_at=None).update(viewed_at=at)


def run_deadlines(*, at: datetime) -> int:
    """Erase the addresses of invitations too old to be sent again, and return how many."""
    old = Invitation.objects.filter(expires_at__lt=at - rules.RENEWABLE)
    return int(old.exclude(email="").update(email=""))


def add_structure(by: User, name: str, *, key: str = "") -> Structure:
    """Return a new structure, seated in the territory of the user who adds it until its first place says
    where it stands; Refused to who holds no territory. key: of its SIREN, "" without one.
    """
    communes = rights_of(by).communes(access.MANAGE)
    if communes is not None and not communes:
        raise roles.not_yours()
    seat = min(communes) if communes else ""
    structure, _ = Structure.objects.get_or_create(
        key=key or invited_key(seat, name),
        defaults={"name": name.strip()[:300], "code_insee": seat},
    )
    return structure


def open_invitation(token: str, at: datetime) -> Invitation:
    """Return the invitation that a link opens; Refused when it was used, withdrawn, or is too old.
    Unknown: DoesNotExist.
    """
    invitation = Invitation.objects.select_related("structure", "made_by").get(token=recoveries.digest(token))
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
    invitation = Invitation.objects.select_for_update(of=("self",)).get(token=recoveries.digest(token))
    _check(invitation, at)
    _check_giver(invitation, user)
    if user is None:
        user = _opened(email=email, name=name, password=password)
    membership = roles.give(
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
    invitation.used_at, invitation.used_by, invitation.email = at, user, ""
    invitation.save(update_fields=["used_at", "used_by", "email"])
    return user


def _check_giver(invitation: Invitation, user: User | None) -> None:
    """Refuse a role that the inviter may no longer give; and a role that sees people, given to oneself."""
    giver = invitation.made_by
    structure, territory = invitation.structure, invitation.territory
    if giver is None or not access.may_give(giver, invitation.role, structure=structure, territory=territory):
        raise Refused(
            "L’invitation ne s’ouvre plus.",
            why="La personne qui l’a faite ne répond plus de cette structure ou de ce territoire.",
            do="Demandez une autre invitation à son responsable actuel.",
        )
    sees = rules.ROLES[invitation.role].sees_people
    already = invitation.structure is not None and rights_of(giver).may(
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
    recoveries.check_password(password, user)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name.strip()[:120])
    except IntegrityError as error:
        raise Refused(
            "Le compte n’a pas été ouvert.",
            why="Cette adresse a déjà un compte.",
            do="Connectez-vous d’abord, puis ouvrez de nouveau ce lien.",
        ) from error


@transaction.atomic
def cancel(*, by: User, invitation: Invitation, at: datetime) -> bool:
    """Withdraw an invitation; return whether it opens nothing more, False when it was accepted before."""
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.used_at is not None:
        return False
    if row.cancelled_at is None:
        row.cancelled_at, row.email = at, ""
        row.save(update_fields=["cancelled_at", "email"])
        journal.record(by=by, verb="invitation.withdrawn", row=row, at=at, structure=row.structure_id)
    return True


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
