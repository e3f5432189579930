"""Permanences: opened, changed, published, closed some days, stopped; who was expected is moved, or told."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.actions.write import check_lead
from maillage.apps.agenda.models import Appointment, Closure, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.typed import DOUBLE_CLICK, line
from maillage.reference import clocks

KNOWN = (
    *("lieu", "address", "commune", "title", "kinds", "hours", "every", "minutes", "seats"),
    *("helper", "helper_name", "first_on", "until_on", "off_on_holidays"),
)
NOT_SAVED = "La permanence n’est pas enregistrée."
LONGEST_CLOSURE = 366  # days
MOVED_WITHIN = timedelta(days=28)  # after a closure: further on, it is cancelled rather than moved


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Outcome for those who were expected on days that close, with the notifications. to_say: sentences for
    those whom no message reaches: their name, and their new hour.
    """

    moved: int = 0
    cancelled: int = 0
    notified: Notified = field(default_factory=Notified)
    to_say: tuple[str, ...] = ()

    def __add__(self, other: "Rearranged") -> "Rearranged":
        return Rearranged(
            self.moved + other.moved,
            self.cancelled + other.cancelled,
            self.notified + other.notified,
            self.to_say + other.to_say,
        )


@transaction.atomic
def open_door(
    *, by: User | None, structure: Structure, values: Mapping[str, Any], at: datetime, example: bool = False
) -> Permanence:
    """Open a permanence, not published yet; a double click opens one. values: some of KNOWN."""
    check_lead(by, structure.pk)
    row = Permanence(structure=structure, made_at=at, changed_at=at, by=by, example=example)
    _write(row, values)
    lock_structure(structure)
    same = {name: getattr(row, name) for name in ("structure", "by", *KNOWN)}
    twin = Permanence.objects.filter(**same, made_at__gt=at - DOUBLE_CLICK).first()
    if twin is not None:
        return twin
    row.save()
    journal.record(by=by, verb="permanence.opened", row=row, at=at, structure=structure.pk)
    return row


@transaction.atomic
def change(
    permanence: Permanence,
    values: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime,
    number: int | None = None,
) -> Permanence:
    """Change a permanence. Appointments already given stay as they are: those out of the new hours are listed
    by `queries.permanences.out_of_hours`. number: its version when it was read, None when nobody says;
    Refused once somebody else changed it, and the same sent twice changes it once.
    """
    row = _locked(permanence, by)
    known = {name: getattr(row, name) for name in KNOWN}
    _write(row, values)
    if number not in (None, row.sequence):
        if all(getattr(row, name) == value for name, value in known.items()):
            return row
        raise Refused(
            "La permanence n’est pas changée.",
            why="Quelqu’un d’autre l’a changée, publiée ou fermée pendant que vous écriviez.",
            do="Gardez votre texte, ouvrez la permanence dans un autre onglet, et réunissez les deux.",
        )
    return _changed(row, "changed", by=by, at=at)


@transaction.atomic
def publish(permanence: Permanence, *, by: User | None, at: datetime) -> Permanence:
    """Let anybody book alone in its free doors."""
    row = _locked(permanence, by)
    if row.stopped_at is not None:
        raise Refused("La permanence n’est pas publiée.", why="Elle est arrêtée.", do="Reprenez-la d’abord.")
    if row.published_at is not None:
        return row
    row.published_at = at
    return _changed(row, "published", by=by, at=at)


@transaction.atomic
def hide(permanence: Permanence, *, by: User | None, at: datetime) -> Permanence:
    """Let only the structure give its slots; appointments already taken stay."""
    row = _locked(permanence, by)
    if row.published_at is None:
        return row
    row.published_at = None
    return _changed(row, "hidden", by=by, at=at)


@transaction.atomic
@journal.written_last()
def stop(
    permanence: Permanence, *, by: User | None, at: datetime, reason: str = ""
) -> tuple[Permanence, Rearranged]:
    """Stop a permanence: no slot is left, and who was expected is told. Return who must be called instead."""
    row = _locked(permanence, by)
    if row.stopped_at is not None:
        return row, Rearranged()
    row.stopped_at = at
    _changed(row, "stopped", by=by, at=at)
    done = Rearranged()
    for each in _expected(row, at):
        done += _elsewhere(each, row, at.date(), reason, by=by, at=at, move=False)
    return row, done


@transaction.atomic
def resume(permanence: Permanence, *, by: User | None, at: datetime) -> Permanence:
    """Give slots again; what was cancelled stays so: those people were told."""
    row = _locked(permanence, by)
    if row.stopped_at is None:
        return row
    row.stopped_at = None
    return _changed(row, "resumed", by=by, at=at)


@transaction.atomic
@journal.written_last()
def close(
    permanence: Permanence,
    *,
    first_on: date,
    last_on: date,
    by: User | None,
    at: datetime,
    reason: str = "",
    move: bool = False,
) -> tuple[Closure, Rearranged]:
    """Close a permanence from one day to another, both included; a double click closes once. Who was expected
    is cancelled, or moved to the next free slot within four weeks, and told; return whom the structure must
    call itself.
    """
    row = _locked(permanence, by)
    if not first_on <= last_on <= first_on + timedelta(days=LONGEST_CLOSURE):
        raise Refused(
            "La fermeture n’est pas gardée.",
            why="Elle finit avant d’avoir commencé, ou dure plus d’un an.",
            do="Corrigez l’un des deux jours, ou arrêtez la permanence.",
        )
    zone = clocks.zone(row.commune)
    if last_on < at.astimezone(zone).date():
        raise Refused(
            "La fermeture n’est pas gardée.",
            why="Ces jours sont déjà passés.",
            do="Corrigez les jours. Pour un rendez-vous qui n’a pas eu lieu, dites-le sur sa page.",
        )
    closure_values = {"first_on": first_on, "last_on": last_on, "reason": line(reason, 120), "by": by}
    twin = row.closures.filter(**closure_values, at__gt=at - DOUBLE_CLICK).first()
    if twin is not None:
        return twin, Rearranged()
    closure = Closure.objects.create(permanence=row, **closure_values, at=at)
    _changed(row, "closed", by=by, at=at)
    done = Rearranged()
    for each in _expected(row, at):
        if first_on <= each.starts_at.astimezone(zone).date() <= last_on:
            done += _elsewhere(each, row, last_on, reason, by=by, at=at, move=move)
    return closure, done


@transaction.atomic
@journal.written_last()
def rearrange(permanence: Permanence, *, by: User | None, at: datetime, move: bool = True) -> Rearranged:
    """Move to the next free slot within four weeks, or cancel, who is expected at an hour that is none any
    more since the hours changed, and tell them; return whom the structure must call itself.
    """
    row = _locked(permanence, by)
    done = Rearranged()
    for each in doors.out_of_hours(row, at):
        eve = each.starts_at.astimezone(clocks.zone(row.commune)).date() - timedelta(days=1)
        done += _elsewhere(each, row, eve, "", by=by, at=at, move=move)
    return done


@transaction.atomic
def reopen(closure: Closure, *, by: User | None, at: datetime) -> Permanence:
    """Take a closure back: its slots are free again; whom it moved or cancelled was told, and stays so."""
    row = _locked(closure.permanence, by)
    if not Closure.objects.filter(pk=closure.pk).delete()[0]:
        raise Refused(
            "La permanence n’a pas été modifiée.",
            why="Cette fermeture est déjà enlevée.",
            do="Relisez la liste des fermetures.",
        )
    return _changed(row, "reopened", by=by, at=at)


@transaction.atomic
@journal.written_last()
def end_day(
    rows: Iterable[Appointment],
    came: Mapping[int, bool],
    *,
    by: User,
    at: datetime,
    is_rest_absent: bool = False,
) -> int:
    """End the day of a permanence: who came, by number of appointment; return how many are now told.

    Refused while somebody is left untold, unless they are all said absent at once. Who comes by a referral,
    or as a volunteer, is told of on the page of theirs.
    """
    uncertain = [
        each
        for each in rows
        if each.state == appointments.BOOKED
        and each.starts_at <= at
        and each.referral is None
        and each.kind != appointments.VOLUNTEER
    ]
    missing = [each for each in uncertain if each.pk not in came]
    if missing and not is_rest_absent:
        names = ", ".join(each.called for each in missing)
        question = f"si {names} est venue" if len(missing) == 1 else f"qui est venu : {names}"
        raise Refused(
            "La permanence n’est pas close.",
            why=f"On ne sait pas {question}.",
            do="Dites-le pour chaque personne, ou dites que les autres ne sont pas venues.",
        )
    n_ticked = 0
    for appointment in uncertain:
        row = booking.lock(appointment, by=by)
        if row.state == appointments.BOOKED:  # a colleague may have said it meanwhile
            booking.tick(row, came.get(row.pk, False), by=by, at=at)
            n_ticked += 1
    return n_ticked


def _locked(permanence: Permanence, by: User | None) -> Permanence:
    row = booking.lock_permanence(permanence)
    check_lead(by, row.structure_id)
    return row


def _changed(row: Permanence, verb: str, *, by: User | None, at: datetime) -> Permanence:
    row.sequence += 1
    row.changed_at = at
    row.save()
    journal.record(by=by, verb=f"permanence.{verb}", row=row, at=at, structure=row.structure_id)
    return row


def _write(row: Permanence, values: Mapping[str, Any]) -> None:
    """Set the fields of a permanence; Refused when they are inconsistent."""
    for name in KNOWN:
        if name in values:
            value = values[name]
            setattr(row, name, line(value) if isinstance(value, str) else value)
    if row.lieu is not None:
        row.address, row.commune = "", row.lieu.code_insee
    why, do = _fault(row)
    if why:
        raise Refused(NOT_SAVED, why=why, do=do)


def _fault(row: Permanence) -> tuple[str, str]:
    if not row.title:
        return "Elle n’a pas de titre.", "Écrivez ce que l’on vient y faire."
    if row.minutes not in permanences.SLOTS:
        return "Cette durée n’est pas dans la liste.", "Choisissez-en une."
    if wrong := permanences.wrong_hours(permanences.read_hours(row.hours), row.minutes):
        return wrong, "Corrigez les jours et les heures."
    if row.every not in permanences.EVERY:
        return "Ce rythme n’est pas dans la liste.", "Choisissez-en un."
    if not 1 <= (row.seats or 0) <= permanences.MOST_SEATED:
        return "Il faut recevoir au moins une personne à la fois.", f"De 1 à {permanences.MOST_SEATED}."
    if any(kind not in appointments.OFFERED for kind in row.kinds):
        return "Une des raisons de venir n’est pas dans la liste.", "Choisissez-la de nouveau."
    if row.until_on is not None and row.until_on < row.first_on:
        return "Elle finit avant d’avoir commencé.", "Corrigez l’un des deux jours."
    if row.lieu is None and not row.address:
        return "On ne sait pas où elle a lieu.", "Choisissez un lieu, ou écrivez une adresse."
    return "", ""


def _expected(row: Permanence, at: datetime) -> list[Appointment]:
    """Return the appointments expected from a moment on, the soonest first."""
    coming = row.appointments.filter(state=appointments.BOOKED, starts_at__gt=at)
    return list(coming.order_by("starts_at", "pk"))


def _elsewhere(
    appointment: Appointment,
    row: Permanence,
    after: date,
    reason: str,
    *,
    by: User | None,
    at: datetime,
    move: bool,
) -> Rearranged:
    """Move an appointment to the first free slot after a day, within four weeks, when the person is expected
    nowhere else; cancel it when there is none. The date of a referral is changed there, by hand.
    """
    if appointment.referral is not None:
        return Rearranged(to_say=(f"{appointment.called}, {words.when(appointment)}, par son orientation",))
    first = after + timedelta(days=1)
    for slot in doors.free_slots(row, first, first + MOVED_WITHIN, at) if move else ():
        with suppress(Refused):
            moved, notified = booking.move(
                appointment, starts_at=slot.starts_at, permanence=row, by=by, at=at
            )
            to_say = tuple(f"{name}, {words.when(moved)}" for name in notified.to_call)
            return Rearranged(moved=1, notified=notified, to_say=to_say)
    _, notified = booking.cancel(appointment, by=by, at=at, reason=reason)
    return Rearranged(cancelled=1, notified=notified, to_say=notified.to_call)
