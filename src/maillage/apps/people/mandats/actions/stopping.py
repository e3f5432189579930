"""Stop a mandate, take back a procedure or a helper, strip those of a person being erased."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions.records import lock, outbox_prefix, record_event
from maillage.apps.people.mandats.models import Autorisation, Mandat, NamedHelper, Signature
from maillage.apps.people.mandats.queries import permissions
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.words.languages import FRENCH


@transaction.atomic
@journal.written_last()
def withdraw(mandat: Mandat, *, by: User | None, at: datetime) -> Mandat:
    """Stop a mandate at once: nothing more is allowed, what was done stays written. No reason is asked.

    by: the helper who notes it, None for the person themselves, with their card.
    """
    row = lock(mandat)
    state = row.state_on(timezone.localdate(at))
    if state not in (frame.RUNNING, frame.COMING):
        raise Refused(
            "Rien n’a été arrêté.",
            why=f"Ce mandat est déjà {frame.STATES[state]}."
            if state != frame.DRAFT
            else "Ce mandat n’est pas signé : il ne permet rien.",
            do="Rechargez la page pour voir où il en est.",
        )
    row.withdrawn_at, row.withdrawn_with = at, by
    row.withdrawn_how = frame.CARD if by is None else frame.NOTED
    row.save(update_fields=["withdrawn_at", "withdrawn_with", "withdrawn_how"])
    outbox.forget(about=outbox_prefix(row), at=at)
    reminders_actions.withdraw(reminders_rules.MANDAT, [row.pk], at=at)
    record_event("mandat.withdrawn", row, by=by, at=at, detail=frame.STOPPED[row.withdrawn_how])
    people.touch(row.person, at=at)
    return row


@transaction.atomic
@journal.written_last()
def revoke(autorisation: Autorisation, *, by: User | None, at: datetime) -> Mandat:
    """Take one procedure back from a mandate; the last one taken back stops it."""
    row = lock(autorisation.mandat)
    permission = row.authorisations.select_for_update().get(pk=autorisation.pk)
    state = row.state_on(timezone.localdate(at))
    if state not in (frame.RUNNING, frame.COMING) or permission.revoked_at is not None:
        raise Refused(
            "Rien n’a été retiré.",
            why="Cette démarche n’est déjà plus permise.",
            do="Rechargez la page pour voir où en est le mandat.",
        )
    permission.revoked_at, permission.revoked_with = at, by
    permission.save(update_fields=["revoked_at", "revoked_with"])
    record_event("mandat.revoked", row, by=by, at=at, detail=permission.label)
    people.touch(row.person, at=at)
    if row.authorisations.filter(revoked_at=None).exists():
        return row
    return withdraw(row, by=by, at=at)


@transaction.atomic
def add_helper(mandat: Mandat, user: User, *, by: User, at: datetime, agreed: bool) -> NamedHelper:
    """Let another helper of the structure act under a mandate, with the agreement of the person, who is
    there; the same one twice is one. They read it with their card, and may take it back.
    """
    row = lock(mandat)
    why = ""
    if row.state_on(timezone.localdate(at)) not in (frame.RUNNING, frame.COMING):
        why = "Ce mandat n’est plus en cours."
    elif not access.may_act(by, row.structure_id) or not access.may_act(user, row.structure_id):
        why = "Un mandat ne s’étend pas hors de sa structure."
    elif not agreed:
        why = "La personne n’a pas dit qu’elle est d’accord."
    if why:
        raise Refused(
            "Personne n’a été ajouté.",
            why=why,
            do="Demandez-le à la personne, quand elle est là. Ou proposez-lui un autre mandat.",
        )
    helper, new = NamedHelper.objects.get_or_create(
        mandat=row, user=user, removed_at=None, defaults={"at": at, "by": by}
    )
    if new:
        record_event("mandat.helper_added", row, by=by, at=at)
        people.touch(row.person, at=at)
    return helper


@transaction.atomic
@journal.written_last()
def remove_helper(named: NamedHelper, *, by: User | None, at: datetime) -> Mandat:
    """Let a helper act no more under a mandate; the last one removed stops it. by: None for the person."""
    row = lock(named.mandat)
    helper = NamedHelper.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if helper.removed_at is not None:
        raise Refused(
            "L’aidant n’a pas été retiré du mandat.",
            why="Cet aidant n’agit déjà plus.",
            do="Rechargez la page pour voir qui agit.",
        )
    helper.removed_at, helper.removed_by = at, by
    helper.save(update_fields=["removed_at", "removed_by"])
    record_event("mandat.helper_removed", row, by=by, at=at)
    people.touch(row.person, at=at)
    running = row.state_on(timezone.localdate(at)) in (frame.RUNNING, frame.COMING)
    if running and not row.whole_structure and not permissions.helpers(row):
        return withdraw(row, by=by, at=at)
    return row


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> int:
    """Strip the mandates of a person being erased, and return how many: words, images, names and the key of
    the proof go; that a mandate ran from a day to a day, for some families, still counts. structure: that
    holds them; None for all.
    """
    mandates = Mandat.objects.filter(person=person)
    if structure is not None:
        mandates = mandates.filter(structure=structure)
    mandates.filter(signed_at=None).delete()
    rows = list(mandates.select_for_update().filter(stripped_at=None))
    Signature.objects.filter(mandat__in=rows).delete()
    for row in rows:
        outbox.forget(about=outbox_prefix(row), at=at)
        if row.state_on(timezone.localdate(at)) in (frame.RUNNING, frame.COMING):
            row.withdrawn_at, row.withdrawn_how = at, frame.CARD
        row.words = row.secret = row.witness = row.relative = row.civil_digest = ""
        row.language, row.stripped_at = FRENCH, at
        row.save()
        record_event("mandat.forgotten", row, by=None, at=at)
    return len(rows)
