"""The team of a structure: who is trained in what, until when; the sessions of the catalogue."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from maillage.apps.agenda.queries import rooms
from maillage.apps.agenda.queries import words as agenda_words
from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.models import Aidant, Attestation, Enrolment, Session
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel import codes
from maillage.kernel.names import plain
from maillage.web import bulk


@dataclass(frozen=True, slots=True)
class Member:
    """An aidant of a team: where they stand, what they may show, what is planned for them."""

    aidant: Aidant
    standing: str
    attestations: Sequence[Attestation]
    planned: Sequence[Enrolment]
    at_risk: bool

    @property
    def standing_words(self) -> str:
        return rules.STANDINGS[self.standing]

    @property
    def tone(self) -> str:
        """The tone of its tag, that its words repeat."""
        return {rules.CURRENT: "ouvert", rules.PLANNED: "bientot", rules.ENDING: "bientot"}.get(
            self.standing, "ferme"
        )


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list: its room and its words."""

    session: Session
    room: agenda.Room
    day: str
    hours: str
    place: str


def _attestations() -> QuerySet[Attestation]:
    """Return those that say where an aidant stands: a mission attested is no training."""
    return Attestation.objects.filter(withdrawn_at=None).exclude(training__startswith="mission-")


def _seats_to_come(at: datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        session__workshop__starts_at__gt=at,
        session__workshop__cancelled_at=None,
        seat__status__in=(agenda.BOOKED, agenda.WAIT_LISTED),
    )


def aidants(rows: QuerySet[Aidant], at: datetime) -> list[Member]:
    """Return aidants with all that says where they stand, in a constant number of queries."""
    today = timezone.localdate(at)
    coming = _seats_to_come(at).select_related("session__workshop", "seat")
    attestations = _attestations()
    with_attestations = rows.prefetch_related(
        Prefetch("attestations", attestations, to_attr="shown_attestations"),
        Prefetch("enrolments", coming, to_attr="coming"),
    )
    return [_member(each, today) for each in with_attestations]


def _member(row: Any, today: date) -> Member:
    ends = [each.valid_until or date.max for each in row.shown_attestations]
    standing = rules.standing(ends, bool(row.coming), today)
    risk = rules.ends_soon(as_helper(row, standing), today)
    return Member(row, standing, row.shown_attestations, row.coming, risk)


def helpers(rows: QuerySet[Aidant], at: datetime) -> Counter[rules.Helper]:
    """Return aidants as an indicator counts them, and how many of each: the database puts those of a country
    together, the days that say the same of them being one.
    """
    today = timezone.localdate(at)
    attestations = _attestations().filter(aidant=OuterRef("pk"))
    endless = Coalesce("valid_until", Value(date.max, output_field=DateField()))
    last = (
        attestations.order_by()
        .values("aidant")
        .annotate(last=Max(_within(endless, rules.standing_span(today))))
    )
    annotated = rows.annotate(
        last=Subquery(last.values("last")),
        planned=Exists(_seats_to_come(at).filter(aidant=OuterRef("pk"))),
        named=ExpressionWrapper(Q(supported_by__isnull=False), output_field=BooleanField()),
        ends=Case(
            When(
                contract_ends_on__isnull=False,
                then=_within(F("contract_ends_on"), rules.contract_span(today)),
            )
        ),
    )
    grouped = annotated.order_by().values_list(
        "last", "planned", "named", "kind", "frame", "contract", "ends"
    )
    out: Counter[rules.Helper] = Counter()
    for last_day, planned, named, *facts, n in grouped.annotate(n=Count("*")):
        standing = rules.standing([last_day] if last_day else [], planned, today)
        out[rules.helper(standing, named, *facts)] += n
    return out


def _within(day: Any, span: tuple[date, date]) -> Greatest:
    first, last = (Value(each, output_field=DateField()) for each in span)
    return Greatest(Least(day, last), first)


def as_helper(row: Aidant, standing: str) -> rules.Helper:
    """Return an aidant as an indicator counts them."""
    named = row.supported_by_id is not None
    return rules.helper(standing, named, row.kind, row.frame, row.contract, row.contract_ends_on)


def team(user: Visitor, structure: Structure | None, at: datetime) -> list[Member]:
    """Return the team of a user’s structures, or of one of them: those who help today, by name. The end of a
    contract is left to whoever manages the team.
    """
    rows = access.team_for(user).filter(Q(until=None) | Q(until__gt=timezone.localdate(at)))
    if structure is not None:
        rows = rows.filter(structure=structure)
    members = aidants(rows.order_by("structure__name", "name", "pk"), at)
    readable = access.contract_structures(user)
    return [replace(each, at_risk=each.at_risk and each.aidant.structure_id in readable) for each in members]


def departed(user: Visitor) -> QuerySet[Aidant]:
    """Return those who no longer help, the latest first: one may still put them back, or erase them."""
    return access.team_for(user).filter(until__isnull=False).order_by("-until", "name")


def own_aidant(user: Visitor) -> QuerySet[Aidant]:
    """Return an account as an aidant: once for each structure it helps for."""
    return Aidant.objects.filter(user=user.pk, until=None).select_related("structure")


def to_come(at: datetime, training: str = "", *, most: int = 100) -> list[SessionRow]:
    """Return the sessions that the network may join, soonest first."""
    rows = Session.objects.filter(
        workshop__starts_at__gt=at, workshop__cancelled_at=None, workshop__published_at__isnull=False
    )
    if training:
        rows = rows.filter(training=training)
    return _rows(rows.order_by("workshop__starts_at", "pk")[:most])


def over(user: Visitor, at: datetime) -> QuerySet[Session]:
    """Return the sessions a user runs that are over."""
    return access.sessions_for(user).filter(workshop__ends_at__lt=at, workshop__cancelled_at=None)


def run_by(user: Visitor, at: datetime) -> list[SessionRow]:
    """Return the sessions a user runs that are over and not all attested, the latest first."""
    ended = over(user, at).exclude(Q(enrolments=None) | Q(attestations__isnull=False))
    return _rows(ended.order_by("-workshop__starts_at", "-pk").distinct()[:20])


def _rows(rows: QuerySet[Session]) -> list[SessionRow]:
    sessions = bulk.seldom(rows.select_related("workshop__structure", "workshop__lieu"))
    room = rooms.rooms([each.workshop for each in sessions])
    return [session_row(each, room[each.workshop_id]) for each in sessions]


def session_row(row: Session, room: agenda.Room | None = None) -> SessionRow:
    """Return a session with its words."""
    workshop = row.workshop
    return SessionRow(
        row,
        room or rooms.rooms([workshop])[workshop.pk],
        agenda_words.day(workshop),
        agenda_words.hours(workshop),
        agenda_words.name_of_place(workshop) or workshop.address,
    )


def enrolled(session: Session) -> list[Enrolment]:
    """Return the enrolments with a seat or on the waiting list, in order of arrival."""
    rows = session.enrolments.exclude(seat__status=agenda.CANCELLED)
    return list(
        rows.select_related("aidant__structure", "aidant__user", "seat").order_by("seat__booked_at", "pk")
    )


# -------------------------------------------------------------------------------- an attestation, by its code


@dataclass(frozen=True, slots=True)
class Checked:
    """Public facts of an attestation: none names anybody."""

    code: str
    title: str
    structure: str
    minutes: int
    obtained_on: date
    valid_until: date | None
    is_hours: bool
    state: str
    example: bool


VALID, EXPIRED, WITHDRAWN = "valid", "expired", "withdrawn"


def by_code(typed: str, on: date) -> Checked | None:
    """Return the public facts of a code on a day; None when no attestation has it."""
    row = _of_code(typed)
    if row is None:
        return None
    over = row.valid_until is not None and row.valid_until < on
    return Checked(
        codes.in_halves(row.code),
        row.title,
        row.structure.name,
        row.minutes,
        row.obtained_on,
        row.valid_until,
        row.training.startswith("mission-"),
        WITHDRAWN if row.withdrawn_at else EXPIRED if over else VALID,
        row.example,
    )


def same_name(typed: str, name: str) -> bool | None:
    """Return True if a name is the one written on the attestation of a code, whatever its case, its accents
    and its order; None for an unknown code.
    """
    row = _of_code(typed)
    if row is None:
        return None
    return bool(plain(name)) and sorted(plain(name).split()) == sorted(plain(row.name).split())


def _of_code(typed: str) -> Attestation | None:
    code = codes.read(typed)
    rows = Attestation.objects.select_related("structure")
    return rows.filter(code=code).first() if code else None


MANAGER_ALONE = "Demandez-le au responsable de la structure."


def copy_of(row: Aidant, *, with_contract: bool) -> dict[str, Any]:
    """Return all that is known of an aidant, in French, as they receive it. with_contract: whoever copies it
    reads contracts.
    """
    ends_on = row.contract_ends_on.isoformat() if row.contract_ends_on else ""
    sessions = row.enrolments.select_related("session__workshop", "seat")
    return {
        "nom": row.name,
        "structure": row.structure.name,
        "statut": row.get_kind_display(),
        "contrat": row.get_contract_display() if with_contract else MANAGER_ALONE,
        "fin_du_contrat": ends_on if with_contract else MANAGER_ALONE,
        "cadre": row.get_frame_display(),
        "accompagne_par": str(row.supported_by or ""),
        "depuis_le": row.since.isoformat(),
        "jusqu_au": row.until.isoformat() if row.until else "",
        "sessions": [
            {
                "formation": each.session.workshop.title,
                "le": timezone.localtime(each.session.workshop.starts_at).isoformat(),
                "etat": each.seat.get_status_display(),
                "venue": {True: "oui", False: "non", None: "pas noté"}[each.seat.came],
            }
            for each in sessions
        ],
        "attestations": [
            {
                "titre": each.title,
                "organisme": each.body,
                "obtenue_le": each.obtained_on.isoformat(),
                "valable_jusqu_au": each.valid_until.isoformat() if each.valid_until else "",
                "code": each.code,
                "retiree": each.withdrawn_because if each.withdrawn_at else "",
            }
            for each in row.attestations.all()
        ],
    }
