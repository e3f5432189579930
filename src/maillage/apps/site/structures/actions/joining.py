"""Apply, welcome, refuse; open one's account by a code; hand over to the next referent."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.intake.actions import quick_actions
from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.actions import invitations, recoveries
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.site.structures.models import Application, Handover, Profile
from maillage.apps.site.structures.queries import joining as queries
from maillage.apps.site.structures.rules import joining as rules
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line, sent_by
from maillage.words.languages import to_say
from maillage.words.opening import date_text
from maillage.words.wording import spaced

FIELDS = ("name", "commune", "address", "kind", "lieu", "parts", "staff", "computers", "demand", "words")
REFERENT = "gestionnaire"


@transaction.atomic
def apply(
    *, referent: str, way: str, contact: str, token: str, at: datetime, example: bool = False, **fields: Any
) -> tuple[Application, str]:
    """Write down that a structure asks to join, and return it with its code, stored as a digest: shown once.

    fields: some of FIELDS. The same token twice is the same application, whose code is then "", unless
    another structure or referent is written. Refused without a way to answer that works.
    """
    token = sent_by(token, fields.get("name", ""), referent)
    if existing := Application.objects.filter(token=token).first():
        return existing, ""
    if way != rules.VISIT and not contact.strip():
        raise Refused(
            to_say("La demande n’est pas partie."),
            why=to_say("Sans numéro ni adresse, nous ne pourrions pas vous répondre."),
            do=to_say("Écrivez-le, ou choisissez de revenir avec un code."),
        )
    code = rules.new_code()
    row, is_new = Application.objects.get_or_create(
        token=token,
        defaults={
            "code": recoveries.digest(code),
            **{name: line(v) if isinstance(v, str) else v for name, v in fields.items() if name in FIELDS},
            "parts": [each for each in rules.PARTS if each in fields.get("parts", ())],
            "referent": line(referent, 120),
            "way": way,
            "contact": line(contact, 160) if way != rules.VISIT else "",
            "made_at": at,
            "example": example,
        },
    )
    if is_new:
        journal.record(by=None, verb="application.made", row=row, at=at)
    return row, code if is_new else ""


@transaction.atomic
def welcome(
    application: Application,
    *,
    check: str,
    structure: Structure | None = None,
    by: User,
    at: datetime,
) -> Application:
    """Welcome a structure: its sheet is published, and its referent may open an account with the code.

    structure: the one it already is in the directory; None makes a new one, with a place. Refused for an
    application answered already, without a check, or when a team already answers for the structure: that one
    invites.
    """
    row = _lock(application)
    if check not in rules.CHECKS:
        raise Refused(
            "La structure n’est pas accueillie.",
            why="N’importe qui peut écrire un nom : il faut l’avoir vérifié.",
            do="Appelez-la à son numéro public, puis dites comment vous avez vérifié.",
        )
    if not memberships.may_give(by, REFERENT, structure=structure) and structure is not None:
        raise Refused(
            "La structure n’est pas accueillie.",
            why="Elle a aussi des lieux hors de votre territoire.",
            do="Demandez à l’administration de la plateforme de l’accueillir.",
        )
    if structure is not None and (team := queries.team_of(structure, at)):
        raise Refused(
            "La structure n’est pas accueillie.",
            why=f"{team[0]} répond déjà d’elle.",
            do="C’est à cette personne d’inviter un collègue, ou de passer le relais.",
        )
    row.structure = structure or _new_structure(row, by=by, at=at)
    row.state, row.verified = rules.WELCOMED, check
    row.decided_at, row.decided_by = at, by
    row.save()
    Profile.objects.get_or_create(
        structure=row.structure,
        defaults={
            "parts": row.parts,
            "staff": row.staff,
            "computers": row.computers,
            "demand": row.demand,
            "changed_at": at,
            "example": row.example,
        },
    )
    journal.record(
        by=by, verb="application.welcomed", row=row, at=at, structure=row.structure.pk, words=check
    )
    _notify(row, "Votre structure est accueillie dans le réseau. Ouvrez votre compte avec votre code.", at)
    return row


def _new_structure(row: Application, *, by: User, at: datetime) -> Structure:
    """Publish the sheet of a structure that the directory did not have, and return the structure."""
    sheet: dict[str, Any] = {"nom": row.name, "code_insee": row.commune, "commune": commune_name(row.commune)}
    if row.address:
        sheet["adresse"] = row.address
    if row.kind:
        sheet["typologie"] = [row.kind]
    lieu = quick_actions.add(sheet, by=str(by), at=at)
    structure = lieu.structure
    if queries.team_of(structure, at):  # somebody else's name: the place keeps its own team
        raise Refused(
            "La structure n’est pas accueillie.",
            why="Une structure du même nom a déjà une équipe.",
            do="Choisissez-la dans la liste, ou demandez à l’équipe d’inviter cette personne.",
        )
    if not memberships.may_give(by, REFERENT, structure=structure):
        raise Refused(
            "La structure n’est pas accueillie.",
            why="Une structure du même nom a des lieux hors de votre territoire.",
            do="Précisez le nom, par exemple avec celui de la commune.",
        )
    if not structure.code_insee:
        structure.code_insee = row.commune
        structure.save(update_fields=["code_insee"])
    return structure


@transaction.atomic
def refuse(application: Application, *, reason: str, by: User, at: datetime) -> Application:
    """Refuse a structure, with the reason that it will read."""
    row = _lock(application)
    if not line(reason):
        raise Refused(
            "La demande n’est pas refusée.",
            why="La structure lirait un refus sans raison.",
            do="Écrivez pourquoi, et ce qu’elle peut faire.",
        )
    row.state, row.reason = rules.REFUSED, line(reason, 300)
    row.decided_at, row.decided_by = at, by
    row.save()
    journal.record(by=by, verb="application.refused", row=row, at=at)
    _notify(row, f"Votre demande n’a pas été acceptée. {row.reason}", at)
    return row


@transaction.atomic
def reconsider(application: Application, *, by: User, at: datetime) -> Application:
    """Put a refused application back among those to answer: it waits anew from that day."""
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state != rules.REFUSED:
        raise Refused(
            "La demande n’a pas été modifiée.",
            why="Cette demande n’est pas refusée.",
            do="Rechargez la page.",
        )
    row.state, row.reason, row.decided_at, row.decided_by = rules.PENDING, "", at, None
    row.save()
    journal.record(by=by, verb="application.reopened", row=row, at=at)
    return row


def _lock(application: Application) -> Application:
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state != rules.PENDING:
        raise Refused(
            "La demande n’a pas été modifiée.",
            why=f"Cette demande est déjà {row.get_state_display()}.",
            do="Rechargez la page pour lire la réponse.",
        )
    return row


def open_account(application: Application, *, at: datetime) -> str:
    """Return the secret of a link that opens the account of the referent, made in the name of who welcomed
    the structure; an earlier link that nobody opened stops. Refused once one was opened, or before the
    welcome; and once who welcomed it may give that role no more: the application then waits for another
    answer.
    """
    token = _link(application, at=at)
    if token is None:  # what it changed is kept
        raise Refused(
            to_say("Le compte n’est pas ouvert."),
            why=to_say(
                "La personne qui vous a accueillis ne s’occupe plus du réseau. Votre demande attend une "
                "autre réponse."
            ),
            do=to_say("Revenez plus tard avec le même code."),
        )
    return token


@transaction.atomic
def _link(application: Application, *, at: datetime) -> str | None:
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("invitation", "structure", "decided_by")
        .get(pk=application.pk)
    )
    if row.state != rules.WELCOMED or row.structure is None:
        raise Refused(
            to_say("Le compte n’est pas ouvert."),
            why=to_say("Cette demande n’a pas encore été acceptée."),
            do=to_say("Revenez plus tard avec le même code."),
        )
    if row.invitation is not None and row.invitation.used_at is not None:
        raise Refused(
            to_say("Ce code a déjà servi."),
            why=to_say("Il n’ouvre qu’un compte, une seule fois."),
            do=to_say("Si ce n’est pas vous, prévenez tout de suite l’animation du réseau."),
        )
    by = row.decided_by
    if by is None or not by.is_active or not memberships.may_give(by, REFERENT, structure=row.structure):
        row.state, row.decided_at, row.decided_by = rules.PENDING, at, None
        row.save(update_fields=["state", "decided_at", "decided_by"])
        journal.record(by=None, verb="application.reopened", row=row, at=at)
        return None
    if row.invitation is not None:
        invitations.cancel(by=by, invitation=row.invitation, at=at)
    row.invitation, token = invitations.invite(
        by=by, role=REFERENT, for_whom=row.referent or row.name, structure=row.structure, at=at
    )
    row.save(update_fields=["invitation"])
    return token


def _notify(row: Application, words: str, at: datetime) -> None:
    """Write to who asked for an e-mail; an invalid address blocks nothing: the code says the same."""
    if row.way != rules.EMAIL or not row.contact:
        return
    try:
        outbox.put(
            channel="email",
            to=row.contact,
            subject="Votre demande d’entrée dans le réseau",
            text=spaced(f"{words}\n\nVotre code se tape sur la page « Suivre ma demande » de Maillage."),
            key=f"entree-{row.pk}-{row.state}-{at:%Y%m%d%H%M%S}",
            at=at,
            purge_on=timezone.localdate(at) + timedelta(days=30),
            commune=row.commune,
        )
    except Refused:
        return


# -------------------------------------------------------------------------------------------- handing over


@transaction.atomic
def hand_over(
    membership: Membership, *, for_whom: str, leaves_on: date, by: User, at: datetime
) -> tuple[Handover, str]:
    """Invite who will answer for a structure next, and return the secret of the link. The referent stays
    until that day, and until the link is taken up: the structure and its sheets are never without anybody.
    """
    today = timezone.localdate(at)
    locked = (
        Membership.objects.select_for_update(of=("self",)).select_related("structure").get(pk=membership.pk)
    )
    if locked.user_id != by.pk or locked.role != REFERENT or locked.structure is None:
        raise Refused(
            "Le relais n’est pas passé.",
            why="Vous n’êtes pas responsable de cette structure.",
            do="Demandez à la personne qui l’est.",
        )
    if not today <= leaves_on <= today + timedelta(days=366) or not line(for_whom):
        raise Refused(
            "Le relais n’est pas passé.",
            why="Il manque un nom, ou le jour est passé, ou dans plus d’un an.",
            do=f"Écrivez qui vous suit, et choisissez un jour à partir du {date_text(today)}.",
        )
    if Handover.objects.filter(membership=locked, ended_at=None).exists():
        raise Refused(
            "Le relais n’est pas passé.",
            why="Un relais est déjà prévu.",
            do="Annulez-le d’abord, plus bas sur cette page.",
        )
    invitation, token = invitations.invite(
        by=by, role=REFERENT, for_whom=for_whom, structure=locked.structure, at=at
    )
    row = Handover.objects.create(
        membership=locked, structure=locked.structure, invitation=invitation, leaves_on=leaves_on, made_at=at
    )
    journal.record(by=by, verb="handover.made", row=row, at=at, structure=locked.structure.pk)
    return row, token


@transaction.atomic
def cancel_handover(handover: Handover, *, by: User, at: datetime) -> None:
    """Call a handover off: its link stops, and the referent stays. One that is over does not change."""
    row = Handover.objects.select_for_update(of=("self",)).select_related("invitation").get(pk=handover.pk)
    if row.ended_at is not None:
        return
    invitations.cancel(by=by, invitation=row.invitation, at=at)
    row.ended_at, row.cancelled = at, True
    row.save(update_fields=["ended_at", "cancelled"])
    journal.record(by=by, verb="handover.cancelled", row=row, at=at, structure=row.structure_id)


@transaction.atomic
@journal.written_last()
def end_handovers(*, at: datetime) -> int:
    """End the role of each referent whose day is past and whose successor is there; return how many."""
    today, n = timezone.localdate(at), 0
    rows = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("membership", "invitation")
        .filter(ended_at=None, leaves_on__lt=today, invitation__used_at__isnull=False)
    )
    for row in rows:
        successors = memberships.team_roles(today).filter(
            structure=row.structure_id, role=REFERENT, user=row.invitation.used_by_id
        )
        if not successors.exclude(user=row.membership.user_id).exists():
            continue
        eve = today - timedelta(days=1)  # a role that was over before keeps its end
        still = Membership.objects.filter(pk=row.membership_id).exclude(until__lte=eve)
        still.update(until=eve)
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        journal.record(by=None, verb="handover.ended", row=row, at=at, structure=row.structure_id)
        n += 1
    return n


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Lapse the applications that nobody answered in time, and erase who wrote them once it has served;
    return how many were erased.
    """
    pending = Application.objects.filter(state=rules.PENDING)
    pending.alias(since=Coalesce("decided_at", "made_at")).filter(since__lt=at - rules.UNANSWERED).update(
        state=rules.EXPIRED, decided_at=at
    )
    over = Application.objects.exclude(state=rules.PENDING).filter(
        erased_at=None, decided_at__lt=at - rules.CONTACT_STORED
    )
    return over.update(referent="", contact="", words="", erased_at=at)


def run_deadlines(*, at: datetime) -> dict[str, int]:
    """Do what the scheduler calls for: handovers whose day came, contacts that have served."""
    return {"relais": end_handovers(at=at), "contacts_effaces": forget(at=at)}
