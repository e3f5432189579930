"""Missions written from gaps; volunteers who propose themselves, are met, sign, are supervised."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from maillage.apps.agenda.rules.appointments import BOOKED
from maillage.apps.directory.memberships.access import current
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import meetings, sessions, team
from maillage.apps.volunteering.volunteers.actions.steps import lock, save, step, touch
from maillage.apps.volunteering.volunteers.actions.write import check_manage, record
from maillage.apps.volunteering.volunteers.models import Aidant, Engagement, Mission, Volunteer
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.apps.volunteering.volunteers.rules import trainings
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import holds_contact, line, sent_by
from maillage.web.withdrawal import is_done
from maillage.words.languages import to_say
from maillage.words.opening import date_text

KNOWN = ("title", "words", "gap", "lieu", "commune", "seats", "starts_on", "ends_on")
AT_ONCE = 500  # volunteers erased in one go
CLOSED = Refused(
    to_say("Cette mission n’attend plus personne."),
    why=to_say("Elle est close, son dernier jour est passé, ou assez de personnes y sont déjà."),
    do=to_say("Choisissez-en une autre dans la liste."),
)


@transaction.atomic
def publish(
    structure: Structure,
    values: Mapping[str, Any],
    *,
    token: str,
    by: User | None,
    at: datetime,
    example: bool = False,
) -> Mission:
    """Publish a mission, that anybody reads; the same token twice, by the same account, is the same mission.
    "gap" among its values: the figure of a diagnosis it answers, if any. Refused when its dates are over or
    its words give a number.
    """
    check_manage(by, structure.pk)
    if published := journal.row_of_form(Mission, token, by):
        return published
    title, words = line(values["title"], 120), line(values.get("words", ""), 400)
    refuse_secrets(title, words)
    if holds_contact(f"{title} {words}"):
        raise _not_published(
            "Elle donne un numéro ou une adresse, que tout le monde lirait.",
            "Retirez-le : les bénévoles se proposent sur Maillage.",
        )
    first, today = values["starts_on"], timezone.localdate(at)
    start = max(first, today)
    if not start <= values["ends_on"] <= start + rules.LONGEST:
        raise _not_published(
            "Son dernier jour est passé, avant le premier, ou à plus d’un an.",
            f"Choisissez un jour entre le {date_text(start)} et le {date_text(start + rules.LONGEST)}.",
        )
    lieu = values.get("lieu")
    return journal.write_once(
        Mission,
        token,
        {
            "structure": structure,
            "title": title,
            "words": words,
            "gap": values.get("gap") or {},
            "lieu": lieu,
            "commune": lieu.code_insee if lieu else values.get("commune") or structure.code_insee,
            "half_days": _among(values, "half_days", rules.HALF_DAYS),
            "skills": _among(values, "skills", rules.SKILLS),
            "languages": _among(values, "languages", rules.SPOKEN),
            "seats": values.get("seats") or 1,
            "starts_on": first,
            "ends_on": values["ends_on"],
            "made_at": at,
            "by": by,
            "example": example,
        },
        verb="mission.published",
        by=by,
        at=at,
        structure=structure.pk,
    )


def _among(values: Mapping[str, Any], name: str, known: Any) -> list[str]:
    return [each for each in known if each in values.get(name, ())]


@transaction.atomic
def close(mission: Mission, *, was: bool | None = None, by: User, at: datetime) -> Mission:
    """Take a mission down, or put it back: whoever is on it stays. was: whether it was down when read."""
    check_manage(by, mission.structure_id)
    row = Mission.objects.select_for_update().get(pk=mission.pk)
    if is_done(row.closed_at, was):
        return row
    if row.closed_at is not None and row.ends_on < timezone.localdate(at):
        raise Refused(
            "La mission n’a pas été remise.",
            why="Son dernier jour est passé.",
            do="Écrivez-en une nouvelle.",
        )
    row.closed_at = at if row.closed_at is None else None
    row.save(update_fields=["closed_at"])
    verb = "mission.closed" if row.closed_at else "mission.reopened"
    record(verb, row, by=by, at=at, structure=row.structure_id)
    return row


# ---------------------------------------------------------------------------------------- proposing oneself


@transaction.atomic
def propose(
    values: Mapping[str, Any],
    *,
    token: str,
    at: datetime,
    mission: Mission | None = None,
    user: User | None = None,
    example: bool = False,
) -> Volunteer:
    """Write down somebody who proposes their time, for a mission or for none yet; the same form twice is one
    person, and another one when it says another name, contact or commune: a computer may be shared. A first
    name is enough: their code opens their page.
    """
    name = line(values["name"], 80)
    facts = [name, values.get("contact", ""), values.get("commune", "")]
    if (known := Volunteer.objects.filter(token=token).first()) is not None:
        if [known.name, known.contact, known.commune] == facts:
            return known
        token = sent_by(str([token, *facts]))
    refuse_secrets(name, values.get("words", ""))
    if not name:
        raise Refused(
            to_say("Votre proposition n’est pas partie."),
            why=to_say("Il manque un prénom."),
            do=to_say("Écrivez un prénom ou un surnom : il suffit."),
        )
    row, is_new = Volunteer.objects.get_or_create(
        token=token,
        defaults={
            "code": _unused(),
            "name": name,
            "way": values.get("way", "") if values.get("contact") else "",
            "contact": values.get("contact", ""),
            "commune": values.get("commune", ""),
            "half_days": _among(values, "half_days", rules.HALF_DAYS),
            "skills": _among(values, "skills", rules.SKILLS),
            "languages": _among(values, "languages", rules.SPOKEN) or ["fr"],
            "words": line(values.get("words", ""), 300),
            "user": user,
            "made_at": at,
            "active_at": at,
            "example": example,
        },
    )
    if is_new and mission is not None:
        engage(row, mission, by=None, at=at)
    return row


def _unused() -> str:
    while True:
        code = codes.make()
        if not Volunteer.objects.filter(code=code).exists():
            return code


@transaction.atomic
def engage(volunteer: Volunteer, mission: Mission, *, by: User | None, at: datetime) -> Engagement:
    """Set a volunteer and a mission side by side, once. by None: the volunteer asks for it; Refused once
    enough are on it, while its structure may welcome one more.
    """
    locked_mission = Mission.objects.select_for_update().get(pk=mission.pk)
    known = Engagement.objects.filter(mission=locked_mission, volunteer=volunteer).first()
    if known is not None and known.state != rules.DECLINED:
        return known
    if by is not None:
        check_manage(by, locked_mission.structure_id)
    full = (
        by is None and locked_mission.engagements.filter(state=rules.ACTIVE).count() >= locked_mission.seats
    )
    if full or locked_mission.closed_at is not None or locked_mission.ends_on < timezone.localdate(at):
        raise CLOSED
    row, _ = Engagement.objects.update_or_create(
        mission=locked_mission,
        volunteer=volunteer,
        defaults={"state": rules.PROPOSED, "changed_at": at},
        create_defaults={"state": rules.PROPOSED, "made_at": at, "changed_at": at},
    )
    touch(volunteer, at)
    record("volunteer.proposed", row, by=by, at=at, structure=locked_mission.structure_id)
    return row


# -------------------------------------------------------------------------------------------- step by step


@transaction.atomic
def sign(
    engagement: Engagement,
    *,
    supervisor: User,
    signed_on: date,
    by: User,
    at: datetime,
    account: User | None = None,
) -> Engagement:
    """Start a mission: the charter is signed, and somebody of the structure answers for the volunteer.

    account: theirs on the platform, when they have one: it opens papers and mandates only while somebody
    answers for them. Refused when it would take the place of the one they have for another structure.
    """
    row = lock(engagement, by)
    today = timezone.localdate(at)
    if signed_on > today:
        raise Refused(
            "La mission n’a pas commencé.",
            why="La charte serait signée un jour à venir.",
            do="Choisissez le jour où elle a été signée.",
        )
    _check_runs(row, today)
    _check_supervisor(row, supervisor, account, today)
    step(row, rules.ACTIVE, "Notez d’abord la première rencontre.")
    row.volunteer = Volunteer.objects.select_for_update().get(pk=row.volunteer_id)
    if account is not None:
        _check_account(row, account)
        row.volunteer.user = account
        row.volunteer.save(update_fields=["user"])
    row.supervisor, row.charter, row.charter_on = supervisor, rules.CHARTER_VERSION, signed_on
    row.starts_on = max(row.mission.starts_on, today)
    row.aidant = _as_aidant(row, by=by, at=at)
    return save(row, "volunteer.started", by=by, at=at)


def _as_aidant(row: Engagement, *, by: User, at: datetime) -> Aidant:
    """Return the volunteer as one of the team, so that they are trained and counted with the others."""
    earlier = Engagement.objects.filter(
        volunteer=row.volunteer, mission__structure=row.mission.structure, aidant__isnull=False
    ).first()
    if earlier is not None and earlier.aidant is not None:
        return _back(earlier.aidant)
    structure = row.mission.structure
    if row.volunteer.user is not None:
        known = Aidant.objects.filter(structure=structure, user=row.volunteer.user).first()
        if known is not None:
            return _back(known)
    values = {"name": row.volunteer.name, "kind": trainings.VOLUNTEER, "frame": trainings.FRAME}
    try:
        with transaction.atomic():
            return team.add(
                structure, values, user=row.volunteer.user, by=by, at=at, example=row.volunteer.example
            )
    except Refused:  # a namesake: both are told apart by the number of the volunteer
        values["name"] = f"{row.volunteer.name} ({row.volunteer.pk})"
        return team.add(structure, values, by=by, at=at, example=row.volunteer.example)


def _back(row: Aidant) -> Aidant:
    """Return somebody of the team, who is of it again if they had left."""
    if row.until is not None:
        row.until = None
        row.save(update_fields=["until"])
    return row


def _check_account(row: Engagement, account: User) -> None:
    """Refuse to take from a volunteer the account by which they help another structure."""
    elsewhere = Engagement.objects.filter(volunteer=row.volunteer, charter_on__isnull=False).exclude(
        mission__structure=row.mission.structure
    )
    if row.volunteer.user_id not in (None, account.pk) and elsewhere.exists():
        raise Refused(
            "La mission n’a pas commencé.",
            why="Cette personne a déjà un autre compte, par lequel elle aide une autre structure.",
            do="Invitez-la avec ce compte, ou laissez le compte vide.",
        )


def _check_runs(row: Engagement, today: date) -> None:
    """Refuse to start what is over: nobody answers for a volunteer after the last day of a mission."""
    if row.mission.ends_on < today:
        raise Refused(
            "La mission n’a pas commencé.",
            why=f"Son dernier jour, le {date_text(row.mission.ends_on)}, est passé.",
            do="Écrivez-en une nouvelle, à laquelle la personne se propose.",
        )


def _check_supervisor(row: Engagement, supervisor: User, account: User | None, today: date) -> None:
    allowed = access.supervisors(row.mission.structure, today).filter(pk=supervisor.pk).exists()
    if not allowed or (account is not None and account.pk == supervisor.pk):
        raise Refused(
            "La mission n’a pas commencé.",
            why="Il faut que quelqu’un d’autre en réponde, qui voit les personnes que suit la structure.",
            do="Choisissez qui l’encadre.",
        )
    if (
        account is not None
        and not current(today).filter(user=account, structure=row.mission.structure).exists()
    ):
        raise Refused(
            "La mission n’a pas commencé.",
            why="Ce compte n’agit pas pour votre structure.",
            do="Invitez cette personne comme bénévole, ou laissez le compte vide.",
        )


@transaction.atomic
def supervise(engagement: Engagement, *, supervisor: User, by: User, at: datetime) -> Engagement:
    """Change who answers for a volunteer whose mission runs."""
    row = lock(engagement, by)
    if row.state != rules.ACTIVE:
        raise Refused(
            "L’encadrant n’a pas été modifié.",
            why="La mission ne court pas.",
            do="Revenez à la liste des bénévoles.",
        )
    _check_supervisor(row, supervisor, row.volunteer.user, timezone.localdate(at))
    row.supervisor = supervisor
    return save(row, "volunteer.supervised", by=by, at=at)


@transaction.atomic
def end(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """End a mission: papers and mandates close at once to the volunteer."""
    row = lock(engagement, by)
    step(row, rules.ENDED, "Seule une mission qui court se finit.")
    row.ended_on = timezone.localdate(at)
    return save(row, "volunteer.ended", by=by, at=at)


@transaction.atomic
def resume(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Put back a mission ended by mistake, with the same charter and the same supervisor."""
    row = lock(engagement, by)
    if row.state != rules.ENDED or row.supervisor is None:
        raise Refused(
            "La mission n’a pas repris.", why="Cette mission n’est pas finie.", do="Revenez à la liste."
        )
    _check_runs(row, timezone.localdate(at))
    _check_supervisor(row, row.supervisor, row.volunteer.user, timezone.localdate(at))
    row.state, row.ended_on = rules.ACTIVE, None
    return save(row, "volunteer.resumed", by=by, at=at)


@transaction.atomic
@journal.written_last()
def decline(engagement: Engagement, *, by: User | None, at: datetime, code: str = "") -> Engagement:
    """Say no, by the structure or by the volunteer with their code, before the mission runs."""
    if by is None:
        row = lock(engagement, None)
        if not secrets.compare_digest(code, row.volunteer.code):
            raise Refused(
                "Votre proposition n’a pas été retirée.",
                why="Ce code n’est pas le vôtre.",
                do="Relisez votre papier.",
            )
        if row.state == rules.ACTIVE:
            row.state, row.ended_on = rules.ENDED, timezone.localdate(at)
            return save(row, "volunteer.stopped", by=None, at=at)
    else:
        row = lock(engagement, by)
    step(row, rules.DECLINED, "Finissez la mission, avec la personne.")
    meetings.release(row, by=by, at=at)
    return save(row, "volunteer.declined", by=by, at=at)


@transaction.atomic
def reconsider(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Take back a no said too fast."""
    row = lock(engagement, by)
    step(row, rules.PROPOSED, "Cette proposition n’a pas été refusée.")
    return save(row, "volunteer.reconsidered", by=by, at=at)


# --------------------------------------------------------------------------------------------------- erasing


@transaction.atomic
@journal.written_last()
def forget(volunteer: Volunteer, *, by: User | None, at: datetime) -> None:
    """Erase a volunteer with their proposals, their hours and their attestations: codes answer no more."""
    engagements = list(  # whoever gives them a day waits, then finds nobody
        Engagement.objects.select_for_update(of=("self",))
        .filter(volunteer=volunteer)
        .select_related("mission", "aidant", "appointment")
        .order_by("pk")
    )
    for row in engagements:
        meetings.forget(row, at=at)
        record("volunteer.erased", row, by=by, at=at, structure=row.mission.structure_id)
    for aidant in {row.aidant_id: row.aidant for row in engagements if row.aidant is not None}.values():
        if aidant.kind == trainings.VOLUNTEER:
            team.erase(aidant, by=None, at=at)
    volunteer.delete()


def run_deadlines(*, at: datetime) -> dict[str, int]:
    """Erase the proposals that nobody met in three months, and the volunteers a year after their last
    mission, that somebody said it was over or that its last day passed. Who is expected at a meeting stays.
    Attestations follow who came.
    """
    engagements = Engagement.objects.filter(volunteer=OuterRef("pk"))
    since = timezone.localdate(at - rules.AFTER_END)
    runs = engagements.filter(state=rules.ACTIVE, mission__ends_on__gte=since)
    helped = engagements.filter(state__in=(rules.ACTIVE, rules.ENDED))
    met = engagements.filter(appointment__state=BOOKED, appointment__starts_at__gt=at)
    unmet = Q(~Exists(helped), active_at__lt=at - rules.UNMET)
    old = Volunteer.objects.filter(unmet | Q(active_at__lt=at - rules.AFTER_END))
    rows = list(old.filter(~Exists(runs), ~Exists(met)).order_by("active_at", "pk")[:AT_ONCE])
    for each in rows:
        forget(each, by=None, at=at)
    return {
        "benevoles_effaces": len(rows),
        "attestations_suivies": sessions.follow_attendance(by=None, at=at),
    }


def _not_published(why: str, do: str) -> Refused:
    return Refused("La mission n’a pas été publiée.", why=why, do=do)
