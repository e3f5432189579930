"""Giving a role, withdrawing it, handing over the duties of a leaver."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from maillage.apps.directory.memberships import access, queries, rules
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook

HANDOVERS: Hook[tuple[str, Callable[..., str | None]]] = Hook()  # for each kind of duty
ADMINISTRATION = "administration"
# The roles without which nobody gives any other, and what their last holder does.
IN_CHARGE = {
    ADMINISTRATION: "n’administrerait la plateforme",
    "gestionnaire": "ne répondrait de cette structure",
}


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
        raise not_yours()
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
        raise not_yours()
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
def put_back(*, by: User, membership: Membership, on: date, at: datetime) -> None:
    """Give again a role that ended, without an end. Refused to a user who may not give it, for their own
    role, and for one that still runs.
    """
    role, structure, territory = membership.role, membership.structure, membership.territory
    if not access.may_give(by, role, structure=structure, territory=territory):
        raise not_yours()
    if _is_mine(by, membership):
        raise Refused(
            "Le rôle n’a pas été remis.",
            why="On ne se rend pas un rôle à soi-même.",
            do="Demandez à une autre personne responsable.",
        )
    again = access.current(on).filter(
        user=membership.user, role=role, structure=structure, territory=territory
    )
    if membership.until is None or membership.until >= on or again.exists():
        raise Refused(
            "Le rôle n’a pas été remis.",
            why="Il n’est pas fini.",
            do="Rechargez la page pour voir où il en est.",
        )
    give(by=by, to=membership.user, role=role, structure=structure, territory=territory, on=on, at=at)


@transaction.atomic
def hand_over(duty: rules.Duty, *, to: User, by: User, on: date, at: datetime) -> str:
    """Hand a duty of a leaver over to a member of the structure, and return what is left to do of it. Refused
    to whoever does not manage the team or see its persons, and to a receiver without the right that it needs.
    """
    leaver = User.objects.get(Q(pk=duty.user))
    if duty.structure not in access.handing_structures(by):
        raise not_yours()
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


def not_yours() -> Refused:
    return Refused(
        "Rien n’a été fait.",
        why="Vous ne répondez ni de cette structure, ni de ce territoire.",
        do="Demandez à la personne qui en est responsable.",
    )
