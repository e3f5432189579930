"""The devices of a place: received, lent and returned, repaired, withdrawn."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Lieu
from maillage.apps.outreach.models import Device, Loan, Reservation
from maillage.apps.outreach.queries.devices import AVAILABLE, LENT, OUT, REPAIR
from maillage.kernel.errors import Refused
from maillage.kernel.typed import holds_contact
from maillage.words.opening import date_text

LONGEST = timedelta(days=366)
UNCLAIMED = timedelta(days=7)  # after its first day, a reservation that nobody came for is erased


@transaction.atomic
def enter(
    lieu: Lieu,
    *,
    label: str,
    origin: str = "",
    note: str = "",
    to_repair: bool = False,
    by: User,
    at: datetime,
) -> Device:
    """Write a device on the list of a place; Refused without a name."""
    if not label.strip():
        raise Refused(
            "L’appareil n’a pas été ajouté.",
            why="Sans un nom ou un numéro, personne ne saura lequel c’est.",
            do="Écrivez par exemple « Portable 3 ».",
        )
    return Device.objects.create(
        lieu=lieu,
        label=label.strip()[:120],
        origin=origin.strip()[:200],
        note=note.strip()[:300],
        state=REPAIR if to_repair else AVAILABLE,
        entered_on=timezone.localdate(at),
    )


@transaction.atomic
def lend(
    device: Device,
    *,
    to: str,
    due_on: date,
    by: User,
    at: datetime,
    reservation: Reservation | None = None,
) -> Loan:
    """Lend a device until a day. Refused when it is not available, for a past day, for more than a name, and
    over a reservation of somebody else.

    The place describes the borrower in its own words; they are erased when the device is returned.
    reservation: that of the borrower, erased with the loan.
    """
    locked = Device.objects.select_for_update().get(pk=device.pk)
    if locked.state != AVAILABLE:
        raise Refused(
            f"« {locked.label} » n’a pas été prêté.",
            why=f"Il n’est pas disponible : {locked.get_state_display()}.",
            do="Choisissez un appareil disponible.",
        )
    _check_borrower(f"« {locked.label} » n’a pas été prêté.", to)
    on = timezone.localdate(at)
    if not on <= due_on <= on + LONGEST:
        raise Refused(
            f"« {locked.label} » n’a pas été prêté.",
            why="La date de retour est passée, ou dans plus d’un an.",
            do=f"Choisissez un jour entre le {date_text(on)} et le {date_text(on + LONGEST)}.",
        )
    _check_free(locked, on, due_on, f"« {locked.label} » n’a pas été prêté.", but=reservation)
    locked.state = LENT
    locked.save()
    if reservation is not None:
        Reservation.objects.filter(pk=reservation.pk, device=locked).delete()
    return Loan.objects.create(device=locked, to=to.strip()[:60], out_on=on, due_on=due_on)


def _check_borrower(what: str, to: str) -> None:
    if not to.strip():
        raise Refused(
            what,
            why="Personne ne saurait à qui le redemander.",
            do="Écrivez un prénom, ou un numéro de carte.",
        )
    if holds_contact(to):
        raise Refused(
            what,
            why="Un téléphone ou une adresse n’a pas sa place ici : le prêt n’en a pas besoin.",
            do="Écrivez seulement un prénom, ou un numéro de carte.",
        )


def _check_free(
    device: Device, first: date, last: date, what: str, *, but: Reservation | None = None
) -> None:
    """Refuse days that a reservation holds. but: the one that is being served."""
    rows = Reservation.objects.filter(device=device, from_on__lte=last, until_on__gte=first)
    taken = rows.exclude(pk=but.pk if but is not None else None).first()
    if taken is not None:
        raise Refused(
            what,
            why=f"Il est réservé du {date_text(taken.from_on)} au {date_text(taken.until_on)}.",
            do="Choisissez d’autres jours, ou un autre appareil.",
        )


@transaction.atomic
def reserve(device: Device, *, to: str, from_on: date, until_on: date, by: User, at: datetime) -> Reservation:
    """Set a device aside for somebody. Refused for a past day, over another reservation, over a loan that is
    not to be back by then, and for a device that left.
    """
    locked = Device.objects.select_for_update().get(pk=device.pk)
    refusal, on = f"« {locked.label} » n’est pas réservé.", timezone.localdate(at)
    if locked.state == OUT:
        raise Refused(refusal, why="Il est sorti de la liste.", do="Choisissez un autre appareil.")
    _check_borrower(refusal, to)
    if not on <= from_on <= until_on <= on + LONGEST:
        raise Refused(
            refusal,
            why="Le premier jour est passé, ou vient après le dernier, ou tout est dans plus d’un an.",
            do=f"Choisissez des jours entre le {date_text(on)} et le {date_text(on + LONGEST)}.",
        )
    loan = Loan.objects.filter(device=locked, back_on=None).first()
    if loan is not None and from_on <= loan.due_on:
        raise Refused(
            refusal,
            why=f"Il est prêté jusqu’au {date_text(loan.due_on)}.",
            do="Choisissez un jour après, ou un autre appareil.",
        )
    _check_free(locked, from_on, until_on, refusal)
    return Reservation.objects.create(
        device=locked, to=to.strip()[:60], from_on=from_on, until_on=until_on, made_at=at, by=by
    )


@transaction.atomic
def release(reservation: Reservation, *, by: User, at: datetime) -> None:
    """Cancel a reservation: the name is erased, the days are free."""
    Reservation.objects.filter(pk=reservation.pk).delete()


def run_deadlines(*, at: datetime) -> dict[str, int]:
    """Erase the reservations that nobody came for."""
    old = Reservation.objects.filter(from_on__lt=timezone.localdate(at) - UNCLAIMED)
    erased, _ = old.delete()
    return {"reservations_oubliees": erased}


@transaction.atomic
def give_back(device: Device, *, to_repair: bool = False, by: User, at: datetime) -> Loan:
    """Record the return of a device, to be lent again or repaired; its borrower is erased. Refused when it is
    not lent.
    """
    locked = Device.objects.select_for_update().get(pk=device.pk)
    loan = Loan.objects.filter(device=locked, back_on=None).first()
    if loan is None:
        raise Refused(
            f"« {locked.label} » n’a pas changé.",
            why="Il n’est pas prêté.",
            do="Rechargez la page pour voir où il est.",
        )
    loan.back_on, loan.to = timezone.localdate(at), ""
    loan.save()
    locked.state = REPAIR if to_repair else AVAILABLE
    locked.save()
    return loan


@transaction.atomic
def set_state(device: Device, state: str, *, note: str = "", by: User, at: datetime) -> Device:
    """Record that a device is available, in repair, or withdrawn; Refused while it is lent, and to withdraw
    it without a reason, or while somebody awaits it. Available: what it held was erased.
    """
    locked = Device.objects.select_for_update().get(pk=device.pk)
    if state not in (AVAILABLE, REPAIR, OUT):
        raise Refused(
            f"« {locked.label} » n’a pas changé.",
            why="Cet état n’existe pas.",
            do="Choisissez : disponible, en réparation ou sorti.",
        )
    if locked.state == LENT:
        raise Refused(
            f"« {locked.label} » n’a pas changé.",
            why="Il est prêté.",
            do="Notez d’abord son retour.",
        )
    if state == OUT and not note.strip():
        raise Refused(
            f"« {locked.label} » n’est pas sorti.",
            why="Le décompte dit ce que les appareils sont devenus.",
            do="Écrivez ce qu’il devient : donné, recyclé, perdu.",
        )
    if state == OUT:
        _check_unreserved(locked, f"« {locked.label} » n’est pas sorti.", at)
    if state == AVAILABLE:
        locked.to_wipe = False  # the button says so: « données effacées »
    locked.state = state
    if note.strip():
        locked.note = note.strip()[:300]
    locked.save()
    return locked


@transaction.atomic
def drop(device: Device, *, by: User, at: datetime) -> None:
    """Delete a device entered by mistake; Refused once it was lent, since its loans count, and while somebody
    awaits it.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)  # somebody may be lending it
    if Loan.objects.filter(device=device).exists():
        raise Refused(
            f"« {device.label} » n’a pas été retiré.",
            why="Il a été prêté : ses prêts comptent dans le bilan.",
            do="Dites plutôt qu’il est sorti, avec la raison.",
        )
    _check_unreserved(device, f"« {device.label} » n’a pas été retiré.", at)
    device.delete()


def _check_unreserved(device: Device, what: str, at: datetime) -> None:
    """Refuse to let go of a device that is set aside for somebody; erase the reservations that are over."""
    rows = Reservation.objects.filter(device=device)
    awaited = rows.filter(until_on__gte=timezone.localdate(at)).first()
    if awaited is not None:
        raise Refused(
            what,
            why=f"Quelqu’un l’attend : il est réservé du {date_text(awaited.from_on)} au"
            f" {date_text(awaited.until_on)}.",
            do="Prévenez la personne, puis annulez sa réservation.",
        )
    rows.delete()
