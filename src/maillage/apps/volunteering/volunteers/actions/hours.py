"""Hours of volunteering: noted by whoever gives them or by the structure, confirmed, attested."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Min, Sum
from django.utils import timezone

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions.sessions import unused_code, withdraw
from maillage.apps.volunteering.volunteers.actions.write import check_manage, record
from maillage.apps.volunteering.volunteers.models import Attestation, Engagement, Hours
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.kernel.errors import Refused
from maillage.words.languages import to_say
from maillage.words.opening import date_text

REMOVED_HOURS = Refused(  # somebody took these hours off
    to_say("Rien n’a été fait."),
    why=to_say("Cette page était restée d’une autre fois."),
    do=to_say("Recommencez depuis cette page."),
)


@transaction.atomic
def note(
    engagement: Engagement,
    *,
    on: date,
    minutes: int,
    token: str,
    at: datetime,
    by: User | None = None,
    volunteer: bool = False,
) -> Hours:
    """Note time given on a day; the same form twice is once, and other hours from it are refused.
    What the structure notes is confirmed at once; volunteer: noted by whoever gave it, and to be confirmed.

    Refused out of the mission, on a day to come, or beyond ten hours a day.
    """
    row = Engagement.objects.select_for_update(of=("self",)).select_related("mission").get(pk=engagement.pk)
    if not volunteer:
        check_manage(by, row.mission.structure_id)
    if noted := Hours.objects.filter(token=token).first():
        return _same(noted, row, on, minutes)
    today = timezone.localdate(at)
    last = min(today, row.ended_on or today)
    if row.starts_on is None or row.starts_on > today or row.state not in (rules.ACTIVE, rules.ENDED):
        raise _not_noted(to_say("La mission n’a pas commencé."), to_say("Notez-les quand elle court."))
    if not row.starts_on <= on <= last:
        raise _not_noted(
            to_say("Ce jour est hors de la mission."),
            f"Choisissez un jour entre le {date_text(row.starts_on)} et le {date_text(last)}.",
        )
    already = row.hours.filter(on=on).aggregate(n=Sum("minutes"))["n"] or 0
    if minutes < 1 or already + minutes > rules.MOST_MINUTES:
        raise _not_noted(
            to_say("Cela ferait plus de dix heures ce jour-là, ou rien du tout."),
            to_say("Corrigez le nombre d’heures."),
        )
    created = Hours.objects.create(
        engagement=row,
        on=on,
        minutes=minutes,
        by_volunteer=volunteer,
        by=by,
        noted_at=at,
        confirmed_at=None if volunteer else at,
        token=token,
    )
    record("hours.noted", created, by=by, at=at, structure=row.mission.structure_id)
    return created


@transaction.atomic
def confirm(hours: Hours, *, by: User, at: datetime) -> Hours:
    """Confirm hours noted by a volunteer: an attestation counts them from here on."""
    row = _lock(hours)
    check_manage(by, row.engagement.mission.structure_id)
    if row.confirmed_at is None:
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        record("hours.confirmed", row, by=by, at=at, structure=row.engagement.mission.structure_id)
    return row


@transaction.atomic
@journal.written_last()
def remove(hours: Hours, *, by: User | None, at: datetime, volunteer: bool = False) -> None:
    """Take off hours noted by mistake: an attestation that counts them is withdrawn. volunteer: by whoever
    gave them, as long as they are not confirmed.
    """
    Engagement.objects.select_for_update().filter(pk=hours.engagement_id).first()  # as `attest`, which counts
    row = _lock(hours)
    structure = row.engagement.mission.structure_id
    if volunteer and row.confirmed_at is not None:
        raise Refused(
            to_say("Ces heures restent notées."),
            why=to_say("La structure les a déjà confirmées."),
            do=to_say("Parlez-en avec la personne qui vous encadre."),
        )
    if not volunteer:
        check_manage(by, structure)
    record("hours.removed", row, by=by, at=at, structure=structure)
    row.delete()
    confirmed_at = row.confirmed_at
    attestation = _attestation(row.engagement) if confirmed_at is not None else None
    if attestation is not None and confirmed_at is not None and confirmed_at <= attestation.made_at:
        # It counts them.
        withdraw(attestation, because="Des heures ont été retirées après coup.", by=by, at=at)


def _lock(hours: Hours) -> Hours:
    """Return hours as they are now, locked; Refused once somebody took them off."""
    rows = Hours.objects.select_for_update(of=("self",)).select_related("engagement__mission")
    if (row := rows.filter(pk=hours.pk).first()) is None:
        raise REMOVED_HOURS
    return row


def _attestation(row: Engagement) -> Attestation | None:
    """Return the attestation of the hours of a mission that runs."""
    key = f"mission-{row.mission_id}"
    return Attestation.objects.filter(aidant=row.aidant_id, training=key, withdrawn_at=None).first()


@transaction.atomic
def attest(engagement: Engagement, *, by: User | None, at: datetime) -> Attestation:
    """Return the attestation of the hours confirmed so far; unchanged since the last one, it is that one.

    A later one replaces the former, whose code then says so. by None: the volunteer, from their page.
    """
    row = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("mission__structure", "volunteer", "aidant")
        .get(pk=engagement.pk)
    )
    if by is not None:
        check_manage(by, row.mission.structure_id)
    totals = row.hours.filter(confirmed_at__isnull=False).aggregate(
        n=Sum("minutes"), first=Min("on"), last=Max("on")
    )
    if not totals["n"] or row.aidant is None:
        raise Refused(
            to_say("L’attestation n’est pas prête."),
            why=to_say("Aucune heure n’est confirmée par la structure."),
            do=to_say("Notez des heures, puis demandez à la structure de les confirmer."),
        )
    current = _attestation(row)
    if current is not None and (current.minutes, current.begins_on, current.obtained_on) == tuple(
        totals.values()
    ):
        return current
    if current is not None:
        current.withdrawn_at, current.withdrawn_because = at, "Remplacée par une plus récente."
        current.save(update_fields=["withdrawn_at", "withdrawn_because"])
    attestation = Attestation.objects.create(
        aidant=row.aidant,
        structure=row.mission.structure,
        name=row.volunteer.name,
        title=row.mission.title,
        training=f"mission-{row.mission_id}",
        minutes=totals["n"],
        begins_on=totals["first"],
        obtained_on=totals["last"],
        code=unused_code(),
        made_at=at,
        by=by,
        example=row.volunteer.example,
    )
    record("hours.attested", attestation, by=by, at=at, structure=row.mission.structure_id)
    return attestation


def _same(noted: Hours, row: Engagement, on: date, minutes: int) -> Hours:
    """Return the hours that a form noted; Refused when it now says other ones, which would be lost."""
    if (noted.engagement_id, noted.on, noted.minutes) != (row.pk, on, minutes):
        raise _not_noted(
            to_say("Cette page a déjà servi à en noter d’autres."),
            to_say("Rechargez la page, puis recommencez."),
        )
    return noted


def _not_noted(why: str, do: str) -> Refused:
    return Refused(to_say("Ces heures n’ont pas été notées."), why=why, do=do)
