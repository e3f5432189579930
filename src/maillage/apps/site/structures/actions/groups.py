"""Open a group, join it, leave it, write in it, take a message down."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import count_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Group, Member, Post
from maillage.apps.site.structures.rules import groups as rules
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.withdrawal import is_done


@transaction.atomic
def open_group(
    *,
    name: str,
    about: str,
    trade: str,
    territory: str,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> Group:
    """Open a group, led by who opens it; the same token twice is the same group."""
    refuse_secrets(name, about)
    if not line(name):
        raise Refused("Le groupe n’est pas ouvert.", why="Il n’a pas de nom.", do="Donnez-lui un nom.")
    return journal.write_once(
        Group,
        token,
        {
            "name": line(name, 120),
            "about": line(about, 400),
            "trade": trade,
            "territory": territory,
            "made_at": at,
            "by": by,
            "example": example,
        },
        verb="group.opened",
        by=by,
        at=at,
        write_related=lambda row: Member.objects.create(
            group=row, user=by, since=timezone.localdate(at), leads=True
        ),
    )


@transaction.atomic
def join(group: Group, *, by: User, at: datetime) -> Member:
    """Join a group; already of it: nothing changes. Refused once it is closed."""
    row = Group.objects.select_for_update().get(pk=group.pk)
    if row.closed_at is not None:
        raise Refused(
            "Vous n’êtes pas du groupe.",
            why="Il est fermé.",
            do="Choisissez un autre groupe, ou ouvrez-en un.",
        )
    led = row.members.filter(user__is_active=True).exists()
    member, is_new = Member.objects.get_or_create(
        group=row, user=by, defaults={"since": timezone.localdate(at), "leads": not led}
    )
    if is_new:
        journal.record(by=by, verb="group.joined", row=row, at=at)
    return member


@transaction.atomic
def leave(group: Group, *, by: User, at: datetime) -> None:
    """Leave a group; when its animator leaves, the eldest member whose account is open leads."""
    row = Group.objects.select_for_update().get(pk=group.pk)
    n_removed, _ = Member.objects.filter(group=row, user=by).delete()
    if not n_removed:
        return
    there = row.members.filter(user__is_active=True)
    if not there.filter(leads=True).exists() and (eldest := there.order_by("since", "pk").first()):
        eldest.leads = True
        eldest.save(update_fields=["leads"])
    journal.record(by=by, verb="group.left", row=row, at=at)


@transaction.atomic
def close(group: Group, *, was: bool | None = None, by: User, at: datetime) -> Group:
    """Close a group, or open it again: nobody writes in it, its messages stay. was: whether it was closed
    when it was read.
    """
    row = Group.objects.select_for_update().get(pk=group.pk)
    if is_done(row.closed_at, was):
        return row
    row.closed_at = None if row.closed_at else at
    row.save(update_fields=["closed_at"])
    journal.record(by=by, verb="group.closed" if row.closed_at else "group.reopened", row=row, at=at)
    return row


@transaction.atomic
def write(group: Group, *, words: str, token: str, by: User, at: datetime, example: bool = False) -> Post:
    """Write in a group; the same token twice is the same message. Refused when one is no longer of it, when
    it is empty, gives a secret, or comes after too many in an hour.
    """
    if existing := journal.row_of_form(Post, token, by):
        return existing
    refuse_secrets(words)
    if not line(words):
        raise rules.EMPTY
    row = Group.objects.select_for_update().get(pk=group.pk)
    if row.closed_at is not None or not row.members.filter(user=by).exists():
        raise Refused(
            "Le message n’a pas été écrit.",
            why="Vous n’êtes plus de ce groupe, ou il est fermé.",
            do="Rejoignez-le de nouveau, puis recommencez.",
        )
    if not example and count_of(f"account-{by.pk}", "groupes") > rules.MESSAGES_AN_HOUR:
        raise Refused(
            "Le message n’a pas été écrit.",
            why=f"Vous en avez écrit {rules.MESSAGES_AN_HOUR} en une heure.",
            do="Revenez dans une heure.",
        )
    return journal.write_once(
        Post,
        token,
        {
            "group": row,
            "words": words.strip()[: rules.LONGEST_MESSAGE],
            "by": by,
            "at": at,
            "example": example,
        },
        verb="group.written",
        by=by,
        at=at,
    )


@transaction.atomic
def remove(post: Post, *, because: str, by: User, at: datetime) -> Post:
    """Take a message down for a reason, or put it back (""). Refused to put back what another took down,
    for who does not lead the group.
    """
    row = Post.objects.select_for_update().get(pk=post.pk)
    led = access.groups_led_by(by).filter(pk=row.group_id).exists()
    if row.removed and row.removed_by_id != by.pk and not led:
        raise Refused(
            "Le message n’est pas remis.",
            why="C’est l’animation du groupe qui l’a retiré.",
            do="Demandez-lui pourquoi, ou écrivez-en un autre.",
        )
    if because and because not in rules.REMOVED:
        raise Refused("Le message reste.", why="Il manque la raison.", do="Choisissez une raison.")
    row.removed = because
    row.removed_at, row.removed_by = (at, by) if because else (None, None)
    row.save(update_fields=["removed", "removed_at", "removed_by"])
    verb = "group.message_removed" if because else "group.message_restored"
    journal.record(by=by, verb=verb, row=row, at=at, words=because)
    return row
