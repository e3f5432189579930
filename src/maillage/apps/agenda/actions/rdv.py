"""Follow RDV Service Public: link an account to its agent, and write here what changed there, once."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointment_messages as messages
from maillage.apps.agenda.actions.appointments import record
from maillage.apps.agenda.models import Appointment, RdvAccount, RdvLink
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import rdv
from maillage.apps.agenda.rules.rdv import RemoteAppointment
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.exchanges.models import Pull
from maillage.apps.platform.exchanges.rules import RDV
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook
from maillage.words.wording import count

MOMENT = ("starts_at", "minutes")
FOLLOWED = (*MOMENT, "where", "address", "subject")
VERBS = {rules.BOOKED: "put_back", rules.CAME: "came", rules.ABSENT: "absent", rules.CANCELLED: "cancelled"}
MAX_CONFLICT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Keys given by an agent who agrees. organisations: {id, name, has_notices} of each."""

    access_token: str
    refresh_token: str
    expires_at: datetime | None
    agent: int
    organisations: Sequence[dict[str, object]]


# Returns what is given for a code that came back to an address of ours, at a moment.
GRANTS: Hook[Callable[[str, str, datetime], Grant]] = Hook()


@transaction.atomic
def connect(grant: Grant, *, structure: Structure, by: User, at: datetime) -> RdvAccount:
    """Read the appointments of an agent in the name of a structure; again after a stop, doubling none."""
    if not access.may_receive(by, structure.pk):
        raise Refused(
            "Le compte n’est pas relié.",
            why="Vous ne recevez personne au nom de cette structure.",
            do="Demandez à son responsable de vous y ajouter.",
        )
    row, _ = RdvAccount.objects.update_or_create(
        user=by,
        defaults={
            "structure": structure,
            "agent": grant.agent,
            "organisations": list(grant.organisations),
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": grant.expires_at,
            "made_at": at,
            "stopped_at": None,
            "refused_at": None,
        },
    )
    Pull.objects.filter(name=pull_name(row)).update(next_try_at=at, attempts=0, error=[])
    journal.record(by=by, verb="rdv.connected", row=row, at=at, structure=structure.pk)
    return row


@transaction.atomic
def disconnect(row: RdvAccount, *, by: User, at: datetime) -> None:
    """Read and write nothing more there, and forget the keys; what was read stays."""
    row.stopped_at, row.access_token, row.refresh_token = at, "", ""
    row.save(update_fields=["stopped_at", "access_token", "refresh_token"])
    Pull.objects.filter(name=pull_name(row)).delete()
    journal.record(by=by, verb="rdv.disconnected", row=row, at=at, structure=row.structure_id)


def pull_name(row: RdvAccount) -> str:
    return f"{RDV}-{row.pk}"


def settle(row: RdvAccount, pk: int) -> bool:
    """Put away the words of a conflict that somebody read; False when it is not theirs."""
    return bool(row.links.filter(pk=pk).update(conflict=""))


@transaction.atomic
@journal.written_last()
def follow(
    remote: RemoteAppointment, *, read_at: datetime, at: datetime, organisation: int | None = None
) -> Counter[str]:
    """Write here an appointment as it was there at a moment, and return what changed, in counts. What is not
    newer than what was last read changes nothing. organisation: the one that tells, which speaks of its own.

    A status changed on both sides becomes the one of there, which the person is told; a conflict says so.
    """
    former = RdvLink.objects.filter(remote=remote.id).first()
    active_accounts = RdvAccount.objects.filter(agent__in=remote.agents, stopped_at=None).order_by("pk")
    readers = [
        each for each in active_accounts if organisation is None or organisation in organisations_of(each)
    ]
    account = next((each for each in readers if former is not None and each.pk == former.account_id), None)
    account = account or (readers[0] if readers else None)
    owner = account or (former.account if former is not None else None)
    if owner is None or (organisation is not None and organisation != remote.organisation):
        return Counter(others=1)
    if account is None and (owner.stopped_at is not None or owner.agent in remote.agents):
        return Counter()
    lock_structure(owner.structure)
    User.objects.select_for_update().get(pk=owner.user_id)
    link, is_new = RdvLink.objects.select_for_update(of=("self",)).get_or_create(
        remote=remote.id, defaults={"account": owner, "organisation": remote.organisation}
    )
    is_foreign = organisation is not None and organisation != link.organisation
    if is_foreign or (link.read_at is not None and read_at <= link.read_at):
        return Counter()
    link.read_at, link.account = read_at, owner
    if remote.is_group:
        counts = Counter(others=int(is_new))
        is_expected = remote.status == rdv.UNKNOWN and remote.starts_at > at and not remote.is_destroyed
        if is_new and is_expected and account is not None:
            link.conflict = _group_in_words(remote)
        elif not is_expected:
            link.conflict = ""
    elif remote.is_destroyed or account is None:
        counts = _withdraw(link, at)
    elif link.appointment_id is None:
        counts = _book(link, remote, at)
    else:
        counts = _change(link, remote, at)
    link.save()
    return counts


def _group_in_words(remote: RemoteAppointment) -> str:
    """Say why a meeting of several persons is not among the appointments, and what to do with its seats."""
    moment = words.moment(remote.starts_at, remote.starts_at.tzinfo or UTC)
    seats = f", {count(remote.seats, 'place')}" if remote.seats else ""
    return (
        f"Rendez-vous collectif de RDV Service Public, {moment}{seats} :"
        f" {remote.subject[:80] or 'sans motif'}. Il n’est pas gardé ici, où un rendez-vous est celui d’une"
        " personne : publiez-le comme atelier si des places sont à prendre."
    )[:MAX_CONFLICT]


def organisations_of(account: RdvAccount) -> set[int]:
    """Return the numbers of the organisations that an agent belongs to."""
    return {each["id"] for each in account.organisations}


@transaction.atomic
@journal.written_last()
def withdraw(link: RdvLink, *, read_at: datetime, at: datetime) -> Counter[str]:
    """Cancel here what is no more there."""
    row = RdvLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.read_at is not None and read_at < row.read_at:
        return Counter()
    row.read_at = read_at
    counts = _withdraw(row, at)
    row.save()
    return counts


def _withdraw(link: RdvLink, at: datetime) -> Counter[str]:
    link.gone_at, link.status = at, rdv.REVOKED
    if link.appointment_id is None:
        return Counter()
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=link.appointment_id)
    if row.state != rules.BOOKED:  # what was held stays told
        return Counter()
    _put(row, rdv.REVOKED, at)
    return Counter(struck=1)


def _book(link: RdvLink, remote: RemoteAppointment, at: datetime) -> Counter[str]:
    if link.gone_at is not None:  # destroyed, and told so before it was told made
        return Counter()
    account = link.account
    state, cancelled_by = rdv.STATES[remote.status]
    row = Appointment(
        key=secrets.token_hex(16),
        structure=account.structure,
        name=remote.names or "Sans prénom",
        kind=rules.OTHER,
        helper=account.user,
        channel=rules.RDV,
        state=state,
        cancelled_by=cancelled_by,
        cancelled_at=at if state == rules.CANCELLED else None,
        made_at=at,
        changed_at=at,
        **{name: getattr(remote, name) for name in FOLLOWED},
    )
    row.token = access.digest(access.link_of_appointment(row))
    row.save()
    record(row, "booked", by=None, at=at)
    link.appointment, link.status = row, remote.status
    return Counter(new=1) + _overlap(link, row)


def _change(link: RdvLink, remote: RemoteAppointment, at: datetime) -> Counter[str]:
    row = Appointment.objects.select_for_update(of=("self",)).get(rdv=link.pk)
    own_status, former_status = rdv.status_of(row.state, row.cancelled_by), link.status
    link.gone_at, link.status, counts = None, remote.status, Counter[str]()
    moved = {name for name in FOLLOWED if getattr(row, name) != getattr(remote, name)}
    if moved and row.stripped_at is None:
        for name in moved:
            setattr(row, name, getattr(remote, name))
        row.sequence, row.changed_at = row.sequence + 1, at
        row.save()
        if moved & set(MOMENT):
            record(row, "moved", by=None, at=at)
            counts = Counter(corrected=1) + _overlap(link, row)
    if row.helper_id != link.account.user_id:
        row.helper, row.structure = link.account.user, link.account.structure
        row.save(update_fields=["helper", "structure"])
    if former_status != remote.status != own_status:
        if own_status != former_status:
            link.conflict = (
                f"Noté « {rdv.STATUSES[own_status]} » ici et « {rdv.STATUSES[remote.status]} » sur RDV"
                " Service Public dans le même temps : c’est l’état de là-bas qui reste. Corrigez-le s’il est"
                " faux."
            )
            counts += Counter(conflicts=1)
        _put(row, remote.status, at)
        counts += Counter({"struck" if row.state == rules.CANCELLED else "corrected": 1})
    return counts


def _put(row: Appointment, status: str, at: datetime) -> None:
    """Write the state of a status of there."""
    row.state, row.cancelled_by = rdv.STATES[status]
    row.cancelled_at = at if row.state == rules.CANCELLED else None
    row.cancel_reason, row.changed_at, row.sequence = "", at, row.sequence + 1
    row.save()
    record(row, VERBS[row.state], by=None, at=at)
    if row.state == rules.CANCELLED:
        messages.take_back(row, at=at)


def _overlap(link: RdvLink, row: Appointment) -> Counter[str]:
    """Say that who receives is expected twice: neither is lost, somebody decides."""
    if row.state != rules.BOOKED or row.helper is None:
        return Counter()
    other = doors.expected_elsewhere(row.starts_at, row.minutes, helper=row.helper, but=row.pk)
    if other is None:
        return Counter()
    link.conflict = (
        f"Pris sur RDV Service Public alors que {row.helper} reçoit déjà quelqu’un {words.when(other)}."
        " Les deux sont gardés : déplacez l’un des deux."
    )[:MAX_CONFLICT]
    return Counter(conflicts=1)
