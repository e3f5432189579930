"""The page of a person: what comes next, where they are, who helps them until when, who saw their sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from maillage.apps.agenda.access import link_of_appointment
from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.queries import appointment_words
from maillage.apps.agenda.queries import words as workshop_words
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.learning.queries import progress as learning
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.queries import permissions
from maillage.apps.people.mandats.queries import persons as mandat_persons
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.droits.queries import persons as rights
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import people, timeline, trace_words
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import bilan, offer
from maillage.words import opening
from maillage.words.languages import comma, say, to_say, typed

SEAT, MEETING, STEP = "place", "rendez-vous", "orientation"  # what one comes to, as addresses name it
MAX_TRACES = 3
SOON = 30  # days: a deadline is then said beside its line
PETALS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Event that a person comes to. kind, pk: the row that they may give up; when: in words; slug: of the
    place, '' when its sheet does not show the way; why: of the place that cancelled, in French; helper:
    who receives, when it is known; calendar: the code of its link for a calendar, '' when it has none.
    """

    kind: str
    pk: int
    at: datetime
    when: str
    place: str
    address: str
    about: str
    slug: str
    helper: str = ""
    is_wait_listed: bool = False
    cancelled: bool = False
    why: str = ""
    calendar: str = ""

    @property
    def where(self) -> str:
        """The place and its address, in French."""
        return ", ".join(filter(None, (self.place, self.address)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of “where I am”. words: in the language of the page, what stays French kept apart; name: of
    the address of its detail; petals: of learning, those that are full.
    """

    icon: str
    title: str
    words: str
    name: str
    tag: str = ""
    petals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Helper of a person: by name, where, for what, until when in words."""

    name: str
    where: str
    what: str
    until: str


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Somebody saw or did something: when, in words; author: '' for the person or the platform. author,
    words: in the language of the page, what stays French kept apart.
    """

    when: str
    author: str
    where: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything that the first page of a card shows. before: the nearest deadline when nothing comes."""

    next: Coming | None
    cancelled: Sequence[Coming]
    before: str
    lines: Sequence[Line]
    helpers: Sequence[Helper]
    traces: Sequence[TraceLine]
    mandate: bool


def card(person: Person, at: datetime) -> Card:
    """Return the page of a person, as they read it."""
    today = timezone.localdate(at)
    ahead = coming(person, at)
    upcoming = [each for each in ahead if not each.cancelled]
    mandates = mandat_persons.for_card(person, today)
    running = [row for row, state in mandates if state in (frame.RUNNING, frame.COMING)]
    steps, own = _sent_referrals(person), rights.for_card(person, today)
    return Card(
        next=next(iter(upcoming), None),
        cancelled=[each for each in ahead if each.cancelled],
        before=_deadline(steps, own, today) if not upcoming else "",
        lines=[
            *_bilan(person),
            _learning(person),
            *_seats(person, upcoming),
            *_sent(steps),
            *_mandate(mandates),
            *_rights(own, today),
        ],
        helpers=helpers(person, running, steps, upcoming),
        traces=[each for each in traces(person, at) if each.author][:MAX_TRACES],
        mandate=bool(running),
    )


def coming(person: Person, at: datetime) -> list[Coming]:
    """Return the coming events of a person, in order; cancelled ones stay displayed until their hour."""
    seats = Seat.objects.filter(person=person, workshop__starts_at__gt=at).exclude(status=agenda.CANCELLED)
    steps = Orientation.objects.filter(person=person, state=cycle.APPOINTED, appointment_at__gt=at)
    lines = [_seat(each, at) for each in seats.select_related("workshop__lieu", "workshop__structure")]
    person_appointments = Appointment.objects.filter(person=person, starts_at__gt=at)
    person_appointments = person_appointments.select_related("lieu", "structure", "helper")
    dated = {each.referral: each for each in person_appointments.filter(referral__isnull=False)}
    lines += [
        _step(each, moment, dated.get(each.pk), at)
        for each in steps.select_related("lieu")
        if (moment := each.local_appointment) is not None
    ]
    met = person_appointments.filter(referral=None)
    met = met.filter(Q(state=appointments.BOOKED) | Q(cancelled_by=appointments.STRUCTURE))
    meetings = [_meeting(each, at) for each in met]
    return sorted([*lines, *meetings], key=lambda line: (line.at, line.kind, line.pk))


def seats(person: Person, at: datetime) -> list[tuple[Seat, Coming]]:
    """Return the seats of a person at workshops to come, those given up too, the first first."""
    rows = Seat.objects.filter(person=person, workshop__starts_at__gt=at)
    rows = rows.select_related("workshop__lieu", "workshop__structure").order_by("workshop__starts_at", "pk")
    return [(each, _seat(each, at)) for each in rows]


def _seat(seat: Seat, at: datetime) -> Coming:
    row = seat.workshop
    return Coming(
        kind=SEAT,
        pk=seat.pk,
        at=row.starts_at,
        when=_moment_words(workshop_words.local(row), at),
        place=workshop_words.name_of_place(row),
        address=workshop_words.address(row),
        about=typed(row.title),
        slug=_slug(row.lieu),
        is_wait_listed=seat.status == agenda.WAIT_LISTED,
        cancelled=row.cancelled_at is not None,
        why=row.cancel_reason,
    )


def _step(row: Orientation, moment: datetime, dated: Appointment | None, at: datetime) -> Coming:
    return Coming(
        kind=STEP,
        pk=row.pk,
        at=moment,
        when=_moment_words(moment, at),
        place=row.lieu_name,
        address=places.full_address(row.lieu.sheet) if row.lieu is not None else "",
        about=_procedure(row),
        slug=_slug(row.lieu),
        helper=appointment_words.helper(dated) if dated is not None else "",
        calendar=_calendar(dated),
    )


def _meeting(row: Appointment, at: datetime) -> Coming:
    is_on_site = row.where == appointments.ON_SITE
    place = row.lieu.name if row.lieu is not None else row.structure.name
    address = places.full_address(row.lieu.sheet) if row.lieu is not None else row.address
    about = appointment_words.about(row)
    return Coming(
        kind=MEETING,
        pk=row.pk,
        at=row.starts_at,
        when=_moment_words(appointment_words.local(row), at),
        place=place if is_on_site else row.structure.name,
        address=address if is_on_site else "",
        about=about if is_on_site else f"{about}. {appointment_words.where(row)}",
        slug=_slug(row.lieu) if is_on_site else "",
        helper=appointment_words.helper(row),
        calendar=_calendar(row),
        cancelled=row.state == appointments.CANCELLED,
        why=row.cancel_reason,
    )


def _calendar(row: Appointment | None) -> str:
    return link_of_appointment(row) if row is not None and row.token else ""


def _slug(lieu: Lieu | None) -> str:
    return lieu.slug if lieu is not None and lieu.state == directory.PUBLISHED else ""


def _moment_words(local: datetime, at: datetime) -> str:
    """Return a moment to come, in the time of its place: “Demain, mardi 24 novembre à 10 h”."""
    today = at.astimezone(local.tzinfo).date()
    day = f"{opening.weekday(local.weekday())} {opening.date_text(local.date(), year=False)}"
    hour = opening.clock(local)
    match (local.date() - today).days:
        case 0:
            return say("Aujourd’hui, {day} à {hour}", day=day, hour=hour)
        case 1:
            return say("Demain, {day} à {hour}", day=day, hour=hour)
    return say("{day} à {hour}", day=f"{day[:1].upper()}{day[1:]}", hour=hour)


def _deadline(steps: Iterable[Orientation], own: rights.Own | None, today: date) -> str:
    """Return the nearest day before which something must be done, '' when there is none."""
    days = (
        [each.deadline for each in own.lines if each.deadline is not None and each.deadline >= today]
        if own
        else []
    )
    days += [
        row.urgent_before
        for row in steps
        if row.state in cycle.RUNNING and row.urgent_before is not None and row.urgent_before >= today
    ]
    return say("À faire avant le {day}", day=opening.date_text(min(days))) if days else ""


def bilans(person: Person) -> list[tuple[Bilan, str]]:
    """Return the diagnoses kept with a card, the latest first, each in the words of the person."""
    rows = Bilan.objects.filter(person=person).order_by("-at", "-pk")
    faces, lines = bilan.faces(), bilan.lines()
    # Never the level, nor the professional’s words.
    return [(row, faces[row.changed_result or lines[row.line].face].word) for row in rows]


def _bilan(person: Person) -> list[Line]:
    rows = bilans(person)
    if not rows:
        return []
    row, word = rows[0]
    sentence = say("{what}. Le {day}", what=say(word), day=opening.date_text(timezone.localdate(row.at)))
    return [Line(icon="clipboard-check", title=to_say("Mon bilan"), words=sentence, name="card_bilan")]


def _learning(person: Person) -> Line:
    standings = learning.standings(person)
    done = sum(finished for _, _, finished in learning.opened(standings))
    following = learning.following(person, standings)
    if not standings:
        words = say("Pas commencé")
    elif following is not None:
        words = typed(following.module.title)
    else:
        words = say("{n} module fini", "{n} modules finis", n=done)
    return Line(
        icon="graduation-cap",
        title=to_say("J’apprends"),
        words=words,
        name="learning_card",
        petals=min(done, PETALS),
    )


def _seats(person: Person, coming_lines: Iterable[Coming]) -> list[Line]:
    seat_lines = [each for each in coming_lines if each.kind == SEAT]
    if seat_lines:
        words = f"{seat_lines[0].about}. {seat_lines[0].when}"
    elif Seat.objects.filter(person=person).exists():
        words = say("Rien à venir")
    else:
        return []
    return [Line(icon="ticket", title=to_say("Ma place"), words=words, name="card_seats")]


def _sent(steps: Sequence[Orientation]) -> list[Line]:
    if not steps:
        return []
    row = next((each for each in steps if each.state in cycle.RUNNING), steps[0])
    place = f"{typed(row.lieu_name)}. " if row.lieu_name else ""
    words = f"{place}{say(_state_words(row))}"
    return [Line(icon="send", title=to_say("On m’a envoyé"), words=words, name="card_follow")]


def _mandate(mandates: Sequence[tuple[Mandat, str]]) -> list[Line]:
    if not mandates:
        return []
    order = (frame.RUNNING, frame.COMING, frame.WITHDRAWN, frame.ENDED)
    row, state = min(mandates, key=lambda mandate: order.index(mandate[1]))
    helper, day = typed(permissions.acting(row) or str(row.structure or "")), opening.date_text(row.ends_on)
    if state == frame.RUNNING:
        words = say("{who}, jusqu’au {day}", who=helper, day=day)
    elif state == frame.COMING:
        words = say("{who}, à partir du {day}", who=helper, day=opening.date_text(row.starts_on))
    elif state == frame.WITHDRAWN:
        stopped = opening.date_text(timezone.localdate(row.withdrawn_at))
        words = say("Arrêté le {day}", day=stopped)
    else:
        words = say("Fini le {day}", day=day)
    return [Line(icon="shield", title=to_say("Mon mandat"), words=words, name="card_mandates")]


def _rights(own: rights.Own | None, today: date) -> list[Line]:
    if own is None:
        return []
    days = [
        (each.deadline - today).days
        for each in own.lines
        if each.deadline is not None and each.deadline >= today
    ]
    days_left = min(days, default=SOON + 1)
    return [
        Line(
            icon="file-text",
            title=to_say("Mes démarches"),
            words=own.pressing or own.rest,
            name="card_rights",
            tag=say("{n} jour", "{n} jours", n=days_left) if days_left <= SOON else "",
        )
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path, as the person reads it. about: its purpose and deadline, '' when unknown;
    next_actor: who must take the next step, in words; '' when nobody.
    """

    orientation: Orientation
    about: str
    address: str
    phones: Sequence[str]
    words: str
    when: str
    next_actor: str
    lines: Sequence[timeline.Line]

    @property
    def may_cancel(self) -> bool:
        return cycle.allowed("cancel", self.orientation.state, cycle.PERSON)


def steps(person: Person) -> list[Step]:
    """Return the steps of a person's paths as they read them, the latest first."""
    rows = _sent_referrals(person)
    lines = timeline.timelines(rows, cycle.PERSON)
    return [_read_step(row, lines[row.pk]) for row in rows]


def _sent_referrals(person: Person) -> list[Orientation]:
    rows = Orientation.objects.filter(person=person).exclude(state=cycle.DRAFT)
    read = rows.select_related("lieu", "to_structure", "from_structure", "sender")
    return list(read.order_by("-prepared_at", "-pk"))


def _read_step(row: Orientation, lines: Sequence[timeline.Line]) -> Step:
    sheet = row.lieu.sheet if row.lieu is not None else {}
    before = say("avant le {day}", day=opening.date_text(row.urgent_before)) if row.urgent_before else ""
    when = ""
    if row.state == cycle.APPOINTED and (local := row.local_appointment) is not None:
        day = f"{opening.weekday(local.weekday())} {opening.date_text(local.date())}"
        when = say("{day} à {hour}", day=f"{day[:1].upper()}{day[1:]}", hour=opening.clock(local))
    helper, themself = say("Vous, ou la personne qui vous aide"), say("Vous")
    return Step(
        orientation=row,
        about=", ".join(filter(None, (_procedure(row), before))),
        address=places.full_address(sheet),
        phones=[phone.words for phone in places.phones(sheet)],
        words=_state_words(row),
        when=when,
        next_actor=timeline.side_name(row, row.held_by, sender=helper, person=themself),
        lines=lines,
    )


def _procedure(row: Orientation) -> str:
    """Return the purpose of a step, in the words of the person; '' when nobody said it."""
    return typed(row.procedure_words) or say(cycle.PLAIN_PROCEDURES.get(row.procedure, ""))


def _state_words(row: Orientation) -> str:
    """Return the words of the state of a step for the person, to translate."""
    plain = cycle.PLAIN_STATES[row.state]
    return cycle.PLAIN_ANNOUNCEMENTS.get(row.channel, plain) if row.state == cycle.SENT else plain


def helpers(
    person: Person,
    running: Sequence[Mandat],
    steps: Sequence[Orientation],
    coming_lines: Sequence[Coming],
) -> list[Helper]:
    """Return the helpers of a person today: by a mandate, by following them, by receiving them."""
    sections = [
        Helper(
            name=permissions.acting(row),
            where=row.structure.name if row.structure else "",
            what=typed(", ".join(each.label for each in row.authorisations.all() if not each.revoked_at)),
            until=say("Jusqu’au {day}", day=opening.date_text(row.ends_on)),
        )
        for row in running
    ]
    acting = {row.structure_id for row in running}
    sections += [
        Helper(
            name=str(each.by or ""),
            where=each.structure.name,
            what=say("Me suit, et voit ma fiche."),
            until=say("Sans date de fin"),
        )
        for each in people.structures_following(person)
        if each.structure_id not in acting
    ]
    when = {each.pk: each.when for each in coming_lines if each.kind == STEP}
    known = acting | {each.structure_id for each in people.structures_following(person)}
    sections += [
        Helper(
            name="",
            where=row.lieu_name,
            what=typed(row.procedure_words) or say(offer.practices()[row.need].label),
            until=when.get(row.pk, say("Attend ma venue")),
        )
        for row in steps
        if row.state in (cycle.ACCEPTED, cycle.APPOINTED) and row.to_structure_id not in known
    ]
    sections += [
        Helper(name=each.helper, where=each.place, what=each.about, until=each.when)
        for each in coming_lines
        if each.kind == MEETING
    ]
    return sections


def traces(person: Person, at: datetime) -> list[TraceLine]:
    """Return the traces of views and acts about a person, the latest first, refused acts too."""
    today = timezone.localdate(at)
    lines = []
    for trace in people.traces(person):
        moment = timezone.localtime(trace.at)
        hour = opening.clock(moment)
        day = opening.date_text(moment.date(), year=moment.year != today.year)
        when = say("aujourd’hui, {hour}", hour=hour) if moment.date() == today else f"{day}{comma()}{hour}"
        author = say(people.BY_LINK) if trace.author == people.BY_LINK else typed(trace.author)
        words = trace_words.translated(trace)
        lines.append(TraceLine(when, author, trace.where, words))
    return lines
