"""Sessions of a training: planned in the agenda, joined, ticked; attestations given, and withdrawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from maillage.apps.agenda import access as agenda_access
from maillage.apps.agenda.actions import planning, seats
from maillage.apps.agenda.actions.write import lock
from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.rules import addresses
from maillage.apps.volunteering.volunteers.actions.write import check_manage, record
from maillage.apps.volunteering.volunteers.models import Aidant, Attestation, Enrolment, OwnTraining, Session
from maillage.apps.volunteering.volunteers.queries.catalogue import Item
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK, line
from maillage.web.withdrawal import is_done

ABSENT = "Absence notée après coup."  # why an attestation was withdrawn by itself
CORRECTED_FOR = timedelta(days=60)  # after a session, attendance noted in the agenda is followed


@transaction.atomic
def add_training(
    structure: Structure, values: Mapping[str, Any], *, by: User, at: datetime, example: bool = False
) -> OwnTraining:
    """Add a training to the catalogue, that a body gives: with who says so. A double click adds one."""
    check_manage(by, structure.pk)
    refuse_secrets(*(value for value in values.values() if isinstance(value, str)))
    typed = {key: line(value, 300) if isinstance(value, str) else value for key, value in values.items()}
    lock_structure(structure)
    since = at - DOUBLE_CLICK
    for twin in OwnTraining.objects.filter(structure=structure, by=by, made_at__gt=since, withdrawn_at=None):
        if all(getattr(twin, name) == value for name, value in typed.items()):
            return twin
    row = OwnTraining.objects.create(structure=structure, made_at=at, by=by, example=example, **typed)
    record("training.added", row, by=by, at=at, structure=structure.pk)
    return row


@transaction.atomic
def withdraw_training(
    training: OwnTraining, *, was: bool | None = None, by: User, at: datetime
) -> OwnTraining:
    """Take a training out of the catalogue, or put it back; its sessions and attestations stay. was: whether
    it was out when it was read.
    """
    row = OwnTraining.objects.select_for_update().get(pk=training.pk)
    if is_done(row.withdrawn_at, was):
        return row
    row.withdrawn_at = at if row.withdrawn_at is None else None
    row.save(update_fields=["withdrawn_at"])
    verb = "training.withdrawn" if row.withdrawn_at else "training.restored"
    record(verb, row, by=by, at=at, structure=row.structure_id)
    return row


@transaction.atomic
def plan(
    item: Item,
    *,
    structure: Structure,
    values: Mapping[str, Any],
    level: str = rules.CONFIRMED,
    by: User | None,
    at: datetime,
    example: bool = False,
) -> Session:
    """Plan a session of a training: a row of the agenda, open to the network at once unless it is past; a
    double click plans one.
    """
    workshop = planning.plan(
        by=by,
        structure=structure,
        at=at,
        kind=agenda.TRAINING,
        example=example,
        values={
            "title": item.title,
            "aim": item.aim,
            "subject": "demarches",
            "level": "avance",
            "modules": [id for id, *_ in item.modules],
            **values,
        },
    )
    if twin := Session.objects.filter(workshop=workshop).first():
        return twin
    row = Session.objects.create(workshop=workshop, training=item.key, months=item.months, level=level)
    if workshop.starts_at > at:
        planning.publish(workshop, by=by, at=at)
    record("training.planned", row, by=by, at=at, structure=structure.pk)
    return row


@transaction.atomic
def enrol(session: Session, aidant: Aidant, *, by: User, at: datetime) -> Enrolment:
    """Give an aidant a seat at a session, or put them on its waiting list; sent twice, it is one.

    A structure enrols its own team anywhere; who runs a session enrols there whoever they manage.
    """
    own = aidant.user_id is not None and aidant.user_id == by.pk
    if not own:
        check_manage(by, aidant.structure_id)
    lock([session.workshop])  # a second click waits here
    existing = Enrolment.objects.filter(session=session, aidant=aidant).select_related("seat").first()
    if existing is not None and existing.seat.status != agenda.CANCELLED:
        return existing
    account = aidant.user
    email = addresses.read("email", account.email) if account is not None and account.is_active else ""
    seat = seats.book(
        workshop=session.workshop,
        name=aidant.name,
        at=at,
        by=None if session.workshop.starts_at > at else by,
        channel=agenda.COUNTER,
        learner=existing.seat.learner if existing is not None else "",
        way=agenda.EMAIL if email else agenda.NO_WAY,
        contact=email,
    )
    enrolment, _ = Enrolment.objects.update_or_create(session=session, aidant=aidant, defaults={"seat": seat})
    record("training.joined", enrolment, by=by, at=at, structure=aidant.structure_id)
    return enrolment


@transaction.atomic
def give_up(enrolment: Enrolment, *, by: User, at: datetime) -> None:
    """Give up the seat of an aidant: by themselves, their structure, or who runs the session."""
    workshop = enrolment.session.workshop
    own = enrolment.aidant.user_id == by.pk
    if not own and not _manages(by, enrolment.aidant.structure_id):
        check_manage(by, workshop.structure_id)
    seats.give_up([enrolment.seat], at=at, token=agenda_access.link_of(enrolment.seat))
    record("training.left", enrolment, by=by, at=at, structure=enrolment.aidant.structure_id)


def _manages(by: User, structure: int) -> bool:
    try:
        check_manage(by, structure)
    except Refused:
        return False
    return True


@transaction.atomic
@journal.written_last()
def tick(session: Session, came: Mapping[int, bool | None], *, by: User, at: datetime) -> None:
    """Record who came, by number of enrolment. An attestation already given to somebody who did not come is
    withdrawn; it comes back to who came after all.
    """
    rows = {row.pk: row for row in session.enrolments.filter(pk__in=came)}
    seats.tick(session.workshop, {row.seat_id: came[pk] for pk, row in rows.items()}, by=by, at=at)
    follow_attendance(by=by, at=at, session=session)


@transaction.atomic
@journal.written_last()
def follow_attendance(*, by: User | None, at: datetime, session: Session | None = None) -> int:
    """Withdraw the attestations of those who are now noted absent, and put back those of who came after all;
    return how many. session: of one, None for those of late: the agenda notes who came, too.
    """
    attestations = Attestation.objects.filter(session__isnull=False)
    if session is not None:
        attestations = attestations.filter(session=session)
    else:
        attestations = attestations.filter(session__workshop__starts_at__gte=at - CORRECTED_FOR)
    same = {"session": OuterRef("session"), "aidant": OuterRef("aidant")}
    noted, running = Enrolment.objects.filter(**same), Attestation.objects.filter(**same, withdrawn_at=None)
    wrong = list(attestations.filter(Exists(noted.filter(seat__came=False)), withdrawn_at=None))
    for each in wrong:
        withdraw(each, because=ABSENT, by=by, at=at)
    taken = attestations.filter(
        Exists(noted.filter(seat__came=True)), ~Exists(running), withdrawn_because=ABSENT
    )
    back = {(each.session_id, each.aidant_id): each for each in taken.order_by("pk")}
    for each in back.values():
        restore(each, by=by, at=at)
    return len(wrong) + len(back)


@transaction.atomic
def attest(session: Session, *, by: User, at: datetime) -> list[Attestation]:
    """Give an attestation to each who came and has none; the same session twice gives no second one, and one
    that was withdrawn stays so: it is put back by hand.

    Refused before the end of the session, or when nobody came.
    """
    workshop = Workshop.objects.select_for_update().get(pk=session.workshop_id)
    check_manage(by, workshop.structure_id)
    if workshop.ends_at > at or workshop.cancelled_at is not None:
        raise Refused(
            "Aucune attestation n’a été remise.",
            why="La session est annulée." if workshop.cancelled_at else "La session n’est pas finie.",
            do="Revenez quand elle a eu lieu.",
        )
    came = [
        row.aidant
        for row in session.enrolments.select_related("aidant__structure", "seat")
        if row.seat.came and row.seat.status == agenda.BOOKED
    ]
    if not came:
        raise Refused(
            "Aucune attestation n’a été remise.",
            why="Personne n’est noté présent.",
            do="Notez les présences, puis recommencez.",
        )
    known = set(Attestation.objects.filter(session=session).values_list("aidant", flat=True))
    return [
        _create_attestation(session, workshop, each, by=by, at=at) for each in came if each.pk not in known
    ]


def _create_attestation(
    session: Session, workshop: Workshop, aidant: Aidant, *, by: User, at: datetime
) -> Attestation:
    day = workshop.starts_at.astimezone(workshop.zone).date()
    row = Attestation.objects.create(
        aidant=aidant,
        structure=workshop.structure,
        session=session,
        name=aidant.name,
        title=workshop.title,
        training=session.training,
        level=session.level,
        minutes=workshop.minutes,
        begins_on=day,
        obtained_on=day,
        valid_until=rules.add_months(day, session.months),
        code=unused_code(),
        made_at=at,
        by=by,
        example=workshop.example,
    )
    record("attestation.given", row, by=by, at=at, structure=workshop.structure_id)
    return row


def unused_code() -> str:
    """Return a code that no attestation has."""
    while True:
        code = codes.make()
        if not Attestation.objects.filter(code=code).exists():
            return code


@transaction.atomic
def withdraw(attestation: Attestation, *, because: str, by: User | None, at: datetime) -> Attestation:
    """Withdraw an attestation given by mistake: its code then says so."""
    check_manage(by, attestation.structure_id)
    refuse_secrets(because)
    row = Attestation.objects.select_for_update().get(pk=attestation.pk)
    if row.withdrawn_at is None:
        if not line(because):
            raise Refused(
                "L’attestation n’a pas été retirée.",
                why="La personne lira pourquoi.",
                do="Écrivez quelques mots.",
            )
        row.withdrawn_at, row.withdrawn_because = at, line(because, 200)
        row.save(update_fields=["withdrawn_at", "withdrawn_because"])
        record("attestation.withdrawn", row, by=by, at=at, structure=row.structure_id)
    return row


@transaction.atomic
def restore(attestation: Attestation, *, by: User | None, at: datetime) -> Attestation:
    """Put back an attestation withdrawn by mistake, unless another was given since, or the person was not
    there.
    """
    check_manage(by, attestation.structure_id)
    row = Attestation.objects.select_for_update().get(pk=attestation.pk)
    noted = Enrolment.objects.filter(session=row.session_id, aidant=row.aidant_id, seat__came=False)
    if row.session_id is not None and noted.exists():
        raise Refused(
            "L’attestation n’a pas été remise en vigueur.",
            why="La personne est notée absente à cette session.",
            do="Corrigez les présences : l’attestation revient d’elle-même.",
        )
    twin = Attestation.objects.filter(
        session=row.session_id, training=row.training, aidant=row.aidant_id, withdrawn_at=None
    ).exclude(pk=row.pk)
    if row.code and twin.exclude(code="").exists():
        raise Refused(
            "L’attestation n’a pas été remise en vigueur.",
            why="Une autre a été donnée depuis.",
            do="Gardez la plus récente.",
        )
    row.withdrawn_at, row.withdrawn_because = None, ""
    row.save(update_fields=["withdrawn_at", "withdrawn_because"])
    record("attestation.restored", row, by=by, at=at, structure=row.structure_id)
    return row
