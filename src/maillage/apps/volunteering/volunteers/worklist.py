"""Worklist lines of volunteers and trainings: meetings, hours, attestations, supervisors."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.queries import words
from maillage.apps.agenda.rules.workshops import BOOKED
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS, MOST, TRAINING, Line, Moment
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.models import Engagement, Enrolment
from maillage.apps.volunteering.volunteers.queries import missions, team
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.web import bulk
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count, series

NOTED_WITHIN = timedelta(days=14)  # beyond, one no longer remembers the hours one gave
TO_DO = {
    rules.PROPOSED: ("Proposer une rencontre", "Se propose pour « {} » : personne ne l’a rencontrée."),
    rules.MEETING: ("Indiquer le résultat", "Première rencontre pour « {} »."),
    rules.CHARTER: ("Signer la charte", "Rencontrée pour « {} » : la charte est à signer."),
}


def _volunteers(user: Visitor, at: datetime) -> Iterable[Line]:
    today = timezone.localdate(at)
    pending, sections = 0, missions.sections(user)
    for state, _, rows in sections:
        pending += sum(vars(row)["pending"] > 0 for row in rows)
        if state not in TO_DO:
            continue
        for row in rows[:MOST]:
            gesture, sentence = TO_DO[state]
            if state == rules.MEETING:
                sentence, gesture = _meeting_words(row)
                if not sentence:
                    continue
            since = timezone.localdate(row.changed_at)
            yield Line(
                kind=f"volunteer-{state}",
                group=TRAINING,
                title=row.volunteer.name,
                words=sentence.format(row.mission.title),
                since=since,
                late=(today - since).days > 2 * MAX_WAIT_DAYS,
                url=reverse("engagement", args=[row.pk]),
                gesture=gesture,
                icon="hand-helping",
            )
    if pending:
        yield Line(
            kind="volunteer-hours",
            group=TRAINING,
            n=pending,
            title="Bénévole dont les heures sont à confirmer"
            if pending == 1
            else "Bénévoles dont les heures sont à confirmer",
            words="Confirmées, elles comptent pour leur attestation.",
            url=reverse("volunteers"),
            gesture="Confirmer",
            icon="clock",
        )
    latest = [row for _, _, rows in sections for row in reversed(rows)]
    for row in missions.without_supervisor(latest, at)[:MOST]:
        yield Line(
            kind="volunteer-alone",
            group=TRAINING,
            title=row.volunteer.name,
            words=f"Personne ne l’encadre à « {row.mission.title} » : mandats et papiers fermés.",
            late=True,
            url=reverse("engagement", args=[row.pk]),
            gesture="Choisir qui l’encadre",
            icon="user-check",
        )


def _available(user: Visitor, at: datetime) -> Iterable[Line]:
    if rights_of(user).any(access.MANAGE) and (near := missions.without_mission(user, at)):
        names = series([volunteer.name for volunteer in near[:3]])
        yield Line(
            kind="volunteer-waiting",
            group=TRAINING,
            n=len(near),
            title="Personne qui s’est proposée près de vous"
            if len(near) == 1
            else "Personnes qui se sont proposées près de vous",
            words=f"{names}{f', et {len(near) - 3} de plus' if len(near) > 3 else ''} : écrivez une mission.",
            since=timezone.localdate(near[-1].made_at),
            url=reverse("mission_new"),
            gesture="Écrire une mission",
            icon="hand-helping",
        )


def _meeting_words(row: Engagement) -> tuple[str, str]:
    """Return the task of a planned meeting, and the gesture; ("", "") while there is only to wait."""
    meeting = vars(row)["meeting"]
    if meeting is not None and meeting.wish:
        return f"Propose un autre moment : {meeting.wish}.", "Répondre"
    if meeting is None or meeting.is_cancelled:
        by_words = " par la personne" if meeting is not None and meeting.by_volunteer else ""
        return f"La rencontre pour « {{}} » est annulée{by_words} : un autre jour ?", "Donner un jour"
    if meeting.is_missed:
        return "N’est pas venue à la rencontre pour « {} ».", "Indiquer le résultat"
    return ("", "") if meeting.is_coming else (TO_DO[rules.MEETING][1], TO_DO[rules.MEETING][0])


def _sessions(user: Visitor, at: datetime) -> Iterable[Line]:
    for session in team.run_by(user, at)[:MOST]:
        yield Line(
            kind="session-attest",
            group=TRAINING,
            title=session.session.workshop.title,
            words="La session est finie : dites qui est venu, puis donnez les attestations.",
            since=words.local(session.session.workshop).date(),
            url=reverse("training_session", args=[session.session.pk]),
            gesture="Attester",
            icon="graduation-cap",
        )


def _team(user: Visitor, at: datetime) -> Iterable[Line]:
    risky = [each.aidant.name for each in team.team(user, None, at) if each.at_risk]
    if risky:
        yield Line(
            kind="aidant-ending",
            group=TRAINING,
            n=len(risky),
            title="Aidant dont le contrat finit" if len(risky) == 1 else "Aidants dont le contrat finit",
            words=f"{series(risky[:3])}{f', et {len(risky) - 3} de plus' if len(risky) > 3 else ''}.",
            url=reverse("aidants"),
            gesture="Voir l’équipe",
            icon="users",
        )


def _own(user: Visitor, at: datetime) -> Iterable[Line]:
    if not rights_of(user).any(access.SEE_OWN):
        return
    today = timezone.localdate(at)
    for row in _running(user):
        noted = max((each.on for each in row.hours.all()), default=row.starts_on)
        if noted is not None and today - noted > NOTED_WITHIN:
            yield Line(
                kind="own-hours",
                group=TRAINING,
                title=f"Vos heures, {row.mission.title}",
                words=f"Rien de noté depuis {count((today - noted).days, 'jour')}."
                " Vos heures font votre attestation.",
                since=noted,
                url=reverse("own_missions"),
                gesture="Noter mes heures",
                icon="clock",
            )


def _running(user: Visitor) -> Sequence[Engagement]:
    rows = access.own_engagements(user).filter(state=rules.ACTIVE)
    return list(rows.prefetch_related("hours").order_by("starts_on", "pk")[:MOST])


def _morning(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _meetings(user: Visitor, at: datetime) -> Iterable[Moment]:
    """Return the first meetings with volunteers of the week; the agenda tells those of the day to who
    receives.
    """
    rights, week = rights_of(user), at + timedelta(days=7)
    morning = _morning(at)
    if rights.any(access.MANAGE, access.SEE_OWN):
        tomorrow = morning + timedelta(days=1)
        engagements = access.engagements_for(user).filter(appointment__starts_at__gte=tomorrow)
        met = engagements | access.own_engagements(user).filter(appointment__starts_at__gte=morning)
        met = met.filter(state=rules.MEETING, appointment__state=BOOKED, appointment__starts_at__lt=week)
        # A base that joins the dozen tables of an engagement takes longer to plan than to read.
        without_joins = met.prefetch_related(None).select_related(None)
        read = without_joins.select_related("mission__structure", "volunteer", "appointment")
        for row in bulk.seldom(read.order_by("appointment__starts_at")[:6]):
            if row.appointment is None:
                continue
            yield Moment(
                at=timezone.localtime(row.appointment.starts_at),
                title=f"Rencontre : {row.volunteer.name}",
                words=f"{row.mission.title}, {row.mission.structure.name}",
                url=reverse("own_missions")
                if row.volunteer.user_id == user.pk
                else reverse("engagement", args=[row.pk]),
            )


def _enrolled(user: Visitor, at: datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        aidant__user=user.pk,
        seat__status=BOOKED,
        session__workshop__cancelled_at=None,
        session__workshop__starts_at__gte=_morning(at),
        session__workshop__starts_at__lt=at + timedelta(days=7),
    )


def _trainings(user: Visitor, at: datetime) -> Iterable[Moment]:
    """Return the trainings of the week where an account has a seat."""
    taken = _enrolled(user, at).select_related("session__workshop__lieu")
    for enrolment in taken.order_by("session__workshop__starts_at")[:3]:
        workshop = enrolment.session.workshop
        local = words.local(workshop)
        yield Moment(
            at=local,
            ends_at=workshop.ends_at.astimezone(local.tzinfo),
            title=workshop.title,
            words=f"Formation, {words.name_of_place(workshop) or workshop.address}",
            url=reverse("training_session", args=[enrolment.session_id]),
        )


def _met(user: Visitor, at: datetime) -> QuerySet[Engagement]:
    own = Q(mission__structure__in=rights_of(user).structures(access.MANAGE)) | Q(volunteer__user=user.pk)
    return Engagement.objects.filter(own, state=rules.MEETING)


# The tasks of the volunteers of a user’s structures, of their sessions and own missions.
lines = Readings(
    Reading(_volunteers, lambda user, _: access.engagements_for(user).filter(state__in=rules.OPEN)),
    Reading(_available, lambda *_: missions.available()),
    Reading(_sessions, team.over),
    Reading(_team, lambda user, _: access.team_for(user)),
    Reading(_own, lambda user, _: access.own_engagements(user).filter(state=rules.ACTIVE)),
)
hours = Readings(Reading(_meetings, _met), Reading(_trainings, _enrolled))
