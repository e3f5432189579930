"""Gaps that become missions, missions and who suits them, what one volunteer sees of theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils import timezone

from maillage.apps.agenda.access import link_of_appointment
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.queries import appointment_words
from maillage.apps.agenda.rules import appointments
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.rules.listings import Wish, distance
from maillage.apps.directory.memberships.access import communes_of, communes_of_structure
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.directory.places.queries.places import is_located
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import NEWS_DAYS
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.models import Attestation, Engagement, Hours, Mission, Volunteer
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.publishing import assistance
from maillage.publishing.territory import gaps
from maillage.publishing.territory.reading import Stale
from maillage.web import bulk
from maillage.words.wording import unbroken

MOST_GAPS = 8
MOST = 60
RUNNING = 3
MOST_READ = 500  # volunteers
OPENED, CLOSED = "opened", "closed"
PEOPLE = {
    rules.PROPOSED: "À rencontrer",
    rules.MEETING: "Rencontre prévue",
    rules.CHARTER: "Charte à signer",
    rules.ACTIVE: "En mission",
}
SECTIONS = {**PEOPLE, OPENED: "Missions ouvertes", CLOSED: "Missions closes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A gap of a diagnosis around a structure, as the diagnosis prints it: about how many people, between
    what and what, why it is one. rank: see `gaps.order`.
    """

    place: str
    place_name: str
    zone: str
    zone_name: str
    line: str
    label: str
    about: str
    between: str
    reason: str
    source: str
    on: date
    rank: tuple[int, bool, bool, int, float, float]

    @property
    def key(self) -> str:
        return f"{self.place}|{self.zone}|{self.line}"

    @property
    def evidence(self) -> dict[str, str]:
        """Return the facts of the gap that a mission stores, as printed that day."""
        names = ("place", "place_name", "zone", "zone_name", "line", "label", "about", "between", "source")
        return {**{name: getattr(self, name) for name in names}, "on": self.on.isoformat()}


def gaps_around(structure: Structure) -> list[GapRow]:
    """Return the gaps of the smallest territory studied around a structure that a volunteer may lessen,
    first those that leave most people without anything for sure; [] where nothing was computed.
    """
    own_communes = communes_of_structure(structure)
    studies_by_size = []
    for study in dossiers.finished_studies():
        communes = communes_of(study.place)
        if communes is not None and communes & own_communes:
            studies_by_size.append((len(communes), study))
    for _, study in sorted(studies_by_size, key=lambda sized_study: sized_study[0]):
        if gaps := _gaps_of(study):
            return gaps[:MOST_GAPS]
    return []


def _gaps_of(study: Any) -> list[GapRow]:
    try:
        offer = dossiers.reading(study).offer
    except (FileNotFoundError, NotADirectoryError, Stale):
        return []
    if offer is None:
        return []
    rows = []
    for code, zone in offer.zones.items():
        lines = {each.id: each for each in zone.lines}
        for missing in zone.missing:
            line = lines.get(missing.id)
            if missing.id not in rules.SKILLS_OF_LINE or line is None or not line.missing_value:
                continue
            rows.append(
                GapRow(
                    place=study.place,
                    place_name=study.name,
                    zone=code,
                    zone_name=zone.name,
                    line=line.id,
                    label=line.label,
                    about=line.missing_about,
                    between=line.missing_between,
                    reason=missing.reason,
                    source=offer.source,
                    on=timezone.localdate(study.finished_at),
                    rank=gaps.order(line),
                )
            )
    return sorted(rows, key=lambda row: (row.rank, row.zone_name))


def gap_of(structure: Structure, key: str) -> GapRow | None:
    """Return one of the gaps around a structure by its key."""
    return next((each for each in gaps_around(structure) if each.key == key), None)


# ------------------------------------------------------------------------------------------------- missions


def not_over(on: date) -> QuerySet[Mission]:
    """Return the missions that are neither closed nor over on a day, the latest first. n_active: how many
    volunteers are on each.
    """
    running = Count("engagements", filter=Q(engagements__state=rules.ACTIVE))
    rows = Mission.objects.filter(closed_at=None, ends_on__gte=on).annotate(n_active=running)
    return rows.select_related("structure", "lieu").order_by("-made_at", "-pk")


def opened(on: date) -> QuerySet[Mission]:
    """Return the missions that still look for somebody on a day, the latest first: fewer are on them than
    they ask for.
    """
    return not_over(on).filter(Q(n_active__lt=F("seats")))


def need(row: Mission) -> rules.Need:
    """Return the need of a mission, without its structure."""
    return rules.Need(
        half_days=frozenset(row.half_days),
        skills=frozenset(row.skills),
        languages=frozenset(row.languages),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def offer(row: Volunteer) -> rules.Offer:
    """Return the offer of a volunteer's time."""
    return rules.Offer(
        half_days=frozenset(row.half_days),
        skills=frozenset(row.skills),
        languages=frozenset(row.languages),
    )


def town(commune: str) -> str:
    """Return the name of a commune, "" when nobody knows it."""
    return commune_name(commune)


def _point(lieu: Lieu | None, commune: str) -> tuple[float | None, float | None]:
    if lieu is not None and is_located(lieu):
        return lieu.latitude, lieu.longitude
    return where.inhabited_middle(commune) or (None, None)


def km_between(mission: Mission, commune: str) -> float | None:
    """Return the kilometres from a commune to a mission, as the crow flies; None when one is unknown."""
    return _km(_point(mission.lieu, mission.commune), _point(None, commune))


def _km(*ends: tuple[float | None, float | None]) -> float | None:
    day = date.min
    first, second = (
        Wish(side="", kind="", starts_on=day, ends_on=day, latitude=latitude, longitude=longitude)
        for latitude, longitude in ends
    )
    return distance(first, second)


@dataclass(frozen=True, slots=True)
class Meeting:
    """The first meeting of an engagement, in words. link: what opens it for the volunteer, with its calendar;
    is_coming: it is to come, cancelled or not; wish: the other moment that they propose, "" for none.
    """

    appointment: Appointment
    when: str
    where: str
    helper: str
    link: str
    is_coming: bool
    wish: str

    @property
    def is_booked(self) -> bool:
        """Return True if somebody is expected."""
        return self.appointment.state == appointments.BOOKED

    @property
    def is_cancelled(self) -> bool:
        """Return True if either side cancelled it."""
        return self.appointment.state == appointments.CANCELLED

    @property
    def by_volunteer(self) -> bool:
        """Return True if the volunteer cancelled it."""
        return self.appointment.cancelled_by == appointments.PERSON

    @property
    def is_missed(self) -> bool:
        """Return True if the volunteer did not come."""
        return self.appointment.state == appointments.ABSENT


def meeting(row: Engagement, at: datetime) -> Meeting | None:
    """Return the first meeting of an engagement, None as long as it has no day."""
    appointment = row.appointment
    if appointment is None:
        return None
    wish = appointment_words.moment(row.wished_at, appointment.zone) if row.wished_at is not None else ""
    return Meeting(
        appointment,
        appointment_words.when(appointment),
        appointment_words.where(appointment),
        appointment_words.helper(appointment),
        link_of_appointment(appointment),
        appointment.starts_at > at,
        wish,
    )


@dataclass(frozen=True, slots=True)
class Suited:
    """A mission and a volunteer that suit each other, and why."""

    mission: Mission
    volunteer: Volunteer
    match: rules.Match


def suited(volunteer: Volunteer, rows: Iterable[Mission], on: date) -> list[Suited]:
    """Return the missions that suit a volunteer, the best first."""
    suited_missions = []
    for row in rows:
        match = rules.match(need(row), offer(volunteer), km=km_between(row, volunteer.commune), on=on)
        if match is not None:
            suited_missions.append(Suited(row, volunteer, match))
    return sorted(suited_missions, key=lambda candidate: (*rules.rank(candidate.match), candidate.mission.pk))


def suited_to(mission: Mission, on: date) -> list[Suited]:
    """Return the volunteers whom nobody met yet and whom a mission suits, the best first: a structure reads
    a first name and reasons, and no contact.
    """
    ((_, candidates),) = suited_to_each([mission], on)
    return candidates


def suited_to_each(missions: Iterable[Mission], on: date) -> list[tuple[Mission, list[Suited]]]:
    """Return missions, each with those whom it suits: as many queries for all as for one. Those who proposed
    themselves lately are read, no more than MOST_READ.
    """
    every = list(missions)
    busy = Engagement.objects.filter(state__in=(rules.MEETING, rules.CHARTER, rules.ACTIVE)).values(
        "volunteer"
    )
    known = set(Engagement.objects.filter(mission__in=every).values_list("mission", "volunteer"))
    free = list(Volunteer.objects.exclude(pk__in=busy).order_by("-made_at")[:MOST_READ]) if every else []
    candidates_by_mission = []
    for mission in every:
        rows = (
            suited(candidate, [mission], on)
            for candidate in free
            if candidate.example == mission.example and (mission.pk, candidate.pk) not in known
        )
        best = sorted(
            (candidate[0] for candidate in rows if candidate),
            key=lambda candidate: rules.rank(candidate.match),
        )
        candidates_by_mission.append((mission, best[:MOST]))
    return candidates_by_mission


def available() -> QuerySet[Volunteer]:
    """Return the volunteers who are on no mission nor proposed for one, the latest first."""
    engaged = Engagement.objects.filter(state__in=rules.OPEN).values("volunteer")
    return Volunteer.objects.filter(example=False).exclude(pk__in=engaged).order_by("-made_at")


def available_near(user: Visitor) -> list[Volunteer]:
    """Return the available volunteers near the structures of a user, where no mission may be written yet: a
    first name, and no contact. Those who proposed themselves lately are read, no more than MOST_READ.
    """
    volunteers = list(available().exclude(commune="")[:MOST_READ])
    if not volunteers:
        return []
    structures = access.structures_for(user)
    communes = {*structures.values_list("code_insee", flat=True)}
    communes |= {*Lieu.objects.filter(structure__in=structures).values_list("code_insee", flat=True)}
    middles = [_point(None, commune) for commune in communes - {""}]
    near = {
        commune
        for commune in {volunteer.commune for volunteer in volunteers}
        if any(
            km is not None and km <= rules.FURTHEST_KM
            for km in (_km(point, _point(None, commune)) for point in middles)
        )
    }
    return [volunteer for volunteer in volunteers if volunteer.commune in near]


def without_mission(user: Visitor, at: datetime) -> list[Volunteer]:
    """Return the volunteers near, of the last weeks, whom no open mission suits."""
    since = at - timedelta(days=NEWS_DAYS)
    near = [volunteer for volunteer in available_near(user) if volunteer.made_at >= since]
    if not near:
        return []
    on = timezone.localdate(at)
    missions = not_over(on).filter(pk__in=access.missions_for(user).values("pk"))
    suited_pks = {each.volunteer.pk for _, some in suited_to_each(missions, on) for each in some}
    return [volunteer for volunteer in near if volunteer.pk not in suited_pks]


def engagements(rows: QuerySet[Engagement]) -> list[Engagement]:
    """Return engagements with their hours: `minutes` confirmed, `pending` to confirm; `papers`: the
    attestation of their hours that runs; `meeting`: the first one.
    """
    at = timezone.now()
    rows_read = bulk.seldom(rows.prefetch_related(Prefetch("hours", Hours.objects.order_by("-on", "-pk"))))
    attestations = Attestation.objects.filter(
        aidant__in={engagement.aidant_id for engagement in rows_read} - {None}, withdrawn_at=None
    ).exclude(code="")
    papers = {(engagement.aidant_id, engagement.training): engagement for engagement in attestations}
    for engagement in rows_read:
        one = papers.get((engagement.aidant_id or 0, f"mission-{engagement.mission_id}"))
        vars(engagement).update(
            papers=[one] if one is not None else [],
            minutes=_minutes(engagement, confirmed=True),
            pending=_minutes(engagement, confirmed=False),
            meeting=meeting(engagement, at),
        )
    return rows_read


@dataclass(frozen=True, slots=True)
class RunningMission:
    """A mission that somebody is on, as their day tells it: hours confirmed and to confirm, "" for none."""

    title: str
    structure: str
    supervisor: str
    confirmed: str
    pending: str


def running(user: Visitor) -> list[RunningMission]:
    """Return the missions that an account is on, with its hours; none without the right to have one."""
    if not rights_of(user).any(access.SEE_OWN):
        return []
    rows = access.own_engagements(user).filter(state=rules.ACTIVE).order_by("starts_on", "pk")
    return [
        RunningMission(
            row.mission.title,
            row.mission.structure.name,
            str(row.supervisor or ""),
            unbroken(assistance.duration(_minutes(row, confirmed=True))),
            unbroken(assistance.duration(pending)) if (pending := _minutes(row, confirmed=False)) else "",
        )
        for row in rows.prefetch_related("hours")[:RUNNING]
    ]


def _minutes(row: Engagement, *, confirmed: bool) -> int:
    """Return the minutes of an engagement that were confirmed, or that wait to be."""
    return sum(each.minutes for each in row.hours.all() if bool(each.confirmed_at) is confirmed)


def sections(user: Visitor) -> list[tuple[str, str, list[Engagement]]]:
    """Return the engagements of a user’s structures by what is to be done, the oldest first in each."""
    rows = access.engagements_for(user).filter(state__in=rules.OPEN).order_by("changed_at", "pk")
    every = engagements(rows)
    all_sections = [
        (state, title, [each for each in every if each.state == state]) for state, title in PEOPLE.items()
    ]
    return [each for each in all_sections if each[2]]


@dataclass(frozen=True, slots=True)
class Line:
    """A volunteer or a mission in the list of those who welcome them. words: what finds it."""

    section: str
    row: Any
    words: str


def lines(user: Visitor, on: date) -> list[Line]:
    """Return the volunteers of a user’s structures by what is to be done, the oldest first in each; then the
    open missions, then the closed ones, the latest first.
    """
    people = [
        Line(state, each, f"{each.volunteer} {each.mission.title}")
        for state, _, rows in sections(user)
        for each in rows
    ]
    missions = access.missions_for(user)
    open_missions = list(not_over(on).filter(pk__in=missions.values("pk")))
    closed = missions.exclude(pk__in=[each.pk for each in open_missions]).order_by("-ends_on", "pk")
    return [
        *people,
        *(Line(OPENED, each, f"{each.title} {each.words}") for each in open_missions),
        *(Line(CLOSED, each, f"{each.title} {each.words}") for each in closed),
    ]


def to_confirm(user: Visitor) -> list[Engagement]:
    """Return the engagements whose hours wait to be confirmed, by the name of the volunteer."""
    rows = access.engagements_for(user).filter(hours__in=Hours.objects.filter(confirmed_at=None))
    return sorted(engagements(rows.distinct()), key=lambda engagement: str(engagement.volunteer))


def without_supervisor(rows: Iterable[Engagement], at: datetime) -> list[Engagement]:
    """Return, of engagements, the missions that run while nobody answers for the volunteer: papers are closed
    to them.
    """
    active = [each for each in rows if each.state == rules.ACTIVE]
    structures = {each.mission.structure_id for each in active}
    answering = access.supervising(structures, timezone.localdate(at)) if active else set()
    return [each for each in active if (each.mission.structure_id, each.supervisor_id) not in answering]


def copy_of(volunteer: Volunteer) -> dict[str, Any]:
    """Return all that is known of a volunteer, in French, as they receive it."""
    return {
        "prenom": volunteer.name,
        "contact": volunteer.contact,
        "commune": town(volunteer.commune),
        "demi_journees": [rules.HALF_DAYS[each] for each in volunteer.half_days],
        "sait_faire": [rules.SKILLS[each] for each in volunteer.skills],
        "langues": volunteer.languages,
        "en_quelques_mots": volunteer.words,
        "propose_le": volunteer.made_at.isoformat(),
        "missions": [_copied(each) for each in engagements(access.engagements_of(volunteer))],
    }


def _copied(row: Engagement) -> dict[str, Any]:
    return {
        "mission": row.mission.title,
        "structure": row.mission.structure.name,
        "etape": row.get_state_display(),
        "premiere_rencontre": row.appointment.starts_at.isoformat() if row.appointment else "",
        "lieu_de_la_rencontre": vars(row)["meeting"].where if vars(row)["meeting"] else "",
        "autre_moment_propose": row.wished_at.isoformat() if row.wished_at else "",
        "encadre_par": str(row.supervisor or ""),
        "charte_signee_le": row.charter_on.isoformat() if row.charter_on else "",
        "commence_le": row.starts_on.isoformat() if row.starts_on else "",
        "finie_le": row.ended_on.isoformat() if row.ended_on else "",
        "heures": [
            {"le": each.on.isoformat(), "minutes": each.minutes, "confirmees": bool(each.confirmed_at)}
            for each in row.hours.all()
        ],
        "attestations": _attested(row),
    }


def _attested(row: Engagement) -> Sequence[dict[str, Any]]:
    if row.aidant is None:
        return []
    return [
        {
            "titre": each.title,
            "code": each.code,
            "obtenue_le": each.obtained_on.isoformat(),
            "valable_jusqu_au": each.valid_until.isoformat() if each.valid_until else "",
            "retiree": bool(each.withdrawn_at),
        }
        for each in row.aidant.attestations.all()
    ]
