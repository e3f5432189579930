"""Publish a listing, answer one, and write down who works with whom."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.community.models import Listing, Partnership, Reply
from maillage.apps.community.queries import listings as queries
from maillage.apps.community.rules import listings as rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import holds_contact, line
from maillage.words.opening import date_text


@transaction.atomic
def publish(
    structure: Structure,
    *,
    side: str,
    kind: str,
    words: str = "",
    lieu: Lieu | None = None,
    commune: str = "",
    half_days: tuple[str, ...] = (),
    starts_on: date,
    ends_on: date,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> Listing:
    """Publish a listing to the network; the same token twice is the same listing. Refused when its last day
    is over, before the first or more than a year away, or when it gives a secret.
    """
    if existing := journal.row_of_form(Listing, token, by):
        return existing
    refuse_secrets(words)
    if holds_contact(words):
        raise Refused(
            "L’annonce n’a pas été publiée.",
            why="Elle donne un numéro ou une adresse, que tout le réseau lirait.",
            do="Retirez-le : on vous écrit par Maillage, et vous répondez.",
        )
    today = timezone.localdate(at)
    if not max(starts_on, today) <= ends_on <= max(starts_on, today) + rules.LONGEST:
        raise Refused(
            "L’annonce n’a pas été publiée.",
            why="Son dernier jour est passé, avant le premier, ou à plus d’un an.",
            do=f"Choisissez un jour entre le {date_text(max(starts_on, today))} et le"
            f" {date_text(max(starts_on, today) + rules.LONGEST)}.",
        )
    return journal.write_once(
        Listing,
        token,
        {
            "structure": structure,
            "side": side,
            "kind": kind,
            "words": line(words, 300),
            "lieu": lieu,
            "commune": lieu.code_insee if lieu else commune,
            "half_days": [each for each in rules.HALF_DAYS if each in half_days],
            "starts_on": starts_on,
            "ends_on": ends_on,
            "by": by,
            "made_at": at,
            "example": example,
        },
        verb="listing.published",
        by=by,
        at=at,
        structure=structure.pk,
    )


@transaction.atomic
def close(listing: Listing, *, because: str, by: User, at: datetime) -> Listing:
    """Take a listing down, once; the answers that wait are refused, in its words."""
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.closed_at is not None:
        return locked
    locked.closed_at, locked.closed_because = at, because
    locked.save(update_fields=["closed_at", "closed_because"])
    locked.replies.filter(state=rules.PENDING).update(
        state=rules.NO, answer="L’annonce est close.", answered_at=at, answered_by=by
    )
    journal.record(by=by, verb="listing.closed", row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def reopen(listing: Listing, *, by: User, at: datetime) -> Listing:
    """Put a listing back, closed by mistake; Refused once its last day is over."""
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.ends_on < timezone.localdate(at):
        raise Refused(
            "L’annonce n’a pas été remise.",
            why="Son dernier jour est passé.",
            do="Publiez-en une nouvelle.",
        )
    locked.closed_at, locked.closed_because = None, ""
    locked.save(update_fields=["closed_at", "closed_because"])
    journal.record(by=by, verb="listing.reopened", row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def reply(listing: Listing, structure: Structure, *, words: str, by: User, at: datetime) -> Reply:
    """Write to the structure of a listing. Refused when it is closed, one's own, written to already, or when
    the message is empty or gives a secret.
    """
    refuse_secrets(words)
    locked = Listing.objects.select_for_update().get(pk=listing.pk)
    if locked.closed_at is not None or locked.ends_on < timezone.localdate(at):
        raise Refused(
            "Votre message n’est pas parti.",
            why="Cette annonce est close.",
            do="Revenez à la liste : d’autres annonces sont ouvertes.",
        )
    if locked.structure_id == structure.pk:
        raise Refused(
            "Votre message n’est pas parti.",
            why="Cette annonce est celle de votre structure.",
            do="Fermez-la, ou attendez une réponse.",
        )
    if not line(words):
        raise Refused(
            "Votre message n’est pas parti.",
            why="Il est vide.",
            do="Écrivez une phrase : ce que vous proposez, et quand.",
        )
    if locked.replies.filter(structure=structure, state=rules.PENDING).exists():
        raise Refused(
            "Votre message n’est pas parti.",
            why="Votre structure a déjà écrit, et attend une réponse.",
            do="Attendez la réponse, ou appelez la structure.",
        )
    row = Reply.objects.create(listing=locked, structure=structure, words=line(words, 600), by=by, at=at)
    journal.record(by=by, verb="listing.written_to", row=locked, at=at, structure=structure.pk)
    return row


@transaction.atomic
def answer(row: Reply, *, yes: bool, words: str = "", by: User, at: datetime) -> Reply:
    """Accept or refuse a message, once; accepted, the two structures are partners."""
    refuse_secrets(words)
    Listing.objects.select_for_update().get(pk=row.listing_id)  # first, as `close`, which answers them all
    locked = Reply.objects.select_for_update(of=("self",)).select_related("listing").get(pk=row.pk)
    if locked.state != rules.PENDING:
        raise Refused(
            "Votre réponse n’a pas été notée.",
            why=f"Ce message est déjà {locked.get_state_display()}.",
            do="Rechargez la page pour lire la réponse donnée.",
        )
    locked.state, locked.answer = rules.YES if yes else rules.NO, line(words, 600)
    locked.answered_at, locked.answered_by = at, by
    locked.save()
    listing = locked.listing
    if yes:
        about = listing.get_kind_display()
        work_together(listing.structure, locked.structure, about=about, by=by, at=at, both=True)
    journal.record(by=by, verb="listing.answered", row=listing, at=at, structure=listing.structure_id)
    return locked


@transaction.atomic
def work_together(
    one: Structure,
    other: Structure,
    *,
    about: str,
    by: User,
    at: datetime,
    both: bool = False,
    example: bool = False,
) -> Partnership:
    """Write down that two structures work together about something. Said twice, it is one row; said by each,
    both say it. Refused for a structure and itself, or about nothing.
    """
    if one.pk == other.pk or not line(about):
        raise Refused(
            "Le partenariat n’a pas été noté.",
            why="Il manque à propos de quoi, ou ce sont deux fois la même structure.",
            do="Choisissez une autre structure, et écrivez quelques mots.",
        )
    first, second = sorted((one.pk, other.pk))
    row, is_new = Partnership.objects.get_or_create(
        first_id=first,
        second_id=second,
        about=line(about, 200),
        ended_on=None,
        defaults={
            "since": timezone.localdate(at),
            "said_by": None if both else one,
            "by": by,
            "at": at,
            "example": example,
        },
    )
    if row.said_by_id not in (None, one.pk) or (both and row.said_by_id is not None):
        row.said_by = None
        row.save(update_fields=["said_by"])
    if is_new:
        journal.record(by=by, verb="partnership.noted", row=row, at=at, structure=one.pk)
    return row


@transaction.atomic
def part(row: Partnership, *, by: User, at: datetime) -> None:
    """Write down that two structures no longer work together about this."""
    ended = queries.current().filter(pk=row.pk).update(ended_on=timezone.localdate(at))
    if ended:
        journal.record(by=by, verb="partnership.ended", row=row, at=at)
