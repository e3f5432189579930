"""The devices of a place: received, lent and returned, repaired, withdrawn."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.outreach.models import Device, Loan, Reservation
from maillage.apps.directory.outreach.queries.devices import AVAILABLE, HANDED_OVER, LENT, OUT, REPAIR
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.typed import holds_contact
from maillage.words.opening import date_text

LONGEST = timedelta(days=366)
NEWS_AFTER = timedelta(days=60)  # after a hand-over, when to ask what became of it
UNCLAIMED = timedelta(days=7)  # after its first day, a reservation that nobody came for is erased


@transaction.atomic
def enter(
    lieu: Lieu,
    *,
    label: str,
    origin: str = "",
    note: str = "",
    kind: str = "other",
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
        kind=kind,
        state=REPAIR if to_repair else AVAILABLE,
        entered_on=timezone.localdate(at),
    )


@transaction.atomic
def enter_many(lieu: Lieu, n: int, *, label: str, by: User, at: datetime, **fields: Any) -> list[Device]:
    """Write n devices of one lot, numbered after their name; Refused beyond what is written at once."""
    if not 1 <= n <= rules.DEVICES_AT_ONCE:
        raise Refused(
            "Les appareils n’ont pas été ajoutés.",
            why=f"Ils sont {n} : de 1 à {rules.DEVICES_AT_ONCE} s’ajoutent à la fois.",
            do="Ajoutez-les en plusieurs fois.",
        )
    labels = (
        [label] if n == 1 or not label.strip() else [f"{label.strip()} {rank}" for rank in range(1, n + 1)]
    )
    return [enter(lieu, label=each, by=by, at=at, **fields) for each in labels]


@transaction.atomic
def hand_over(device: Device, *, by: User, at: datetime) -> Device:
    """Give a device or a SIM card for good, without a name: the paper that goes with it names both. Refused
    when it is not available, holds what its former owner wrote, or is set aside for somebody.
    """
    locked = Device.objects.select_for_update().get(pk=device.pk)
    refusal, on = f"« {locked.label} » n’est pas remis.", timezone.localdate(at)
    if locked.state != AVAILABLE or locked.to_wipe:
        why = "Ses données restent à effacer." if locked.to_wipe else "Il n’est pas disponible."
        raise Refused(refusal, why=why, do="Choisissez un appareil disponible.")
    _check_unreserved(locked, refusal, at)
    locked.state, locked.given_on, locked.follow_on, locked.outcome = HANDED_OVER, on, on + NEWS_AFTER, ""
    locked.save()
    return locked


@transaction.atomic
def follow(device: Device, outcome: str, *, by: User, at: datetime) -> Device:
    """Record what became of a device that was handed over; Refused for one that was not."""
    locked = Device.objects.select_for_update().get(pk=device.pk)
    if locked.state != HANDED_OVER or outcome not in rules.DEVICE_OUTCOMES:
        raise Refused(
            f"« {locked.label} » n’a pas changé.",
            why="Il n’est pas remis, ou cette réponse n’existe pas.",
            do="Rechargez la page pour voir où il en est.",
        )
    locked.outcome = outcome
    locked.save()
    return locked


@transaction.atomic
def lend(
    device: Device,
    *,
    to: str,
    until: date,
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
    if not on <= until <= on + LONGEST:
        raise Refused(
            f"« {locked.label} » n’a pas été prêté.",
            why="La date de retour est passée, ou dans plus d’un an.",
            do=f"Choisissez un jour entre le {date_text(on)} et le {date_text(on + LONGEST)}.",
        )
    _check_free(locked, on, until, f"« {locked.label} » n’a pas été prêté.", but=reservation)
    locked.state = LENT
    locked.save()
    if reservation is not None:
        Reservation.objects.filter(pk=reservation.pk, device=locked).delete()
    return Loan.objects.create(device=locked, to=to.strip()[:60], out_on=on, due_on=until)


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
    taken = (rows.exclude(pk=but.pk) if but is not None else rows).first()
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
    if locked.state == HANDED_OVER:  # it comes back, or was told handed over by mistake
        locked.given_on, locked.follow_on, locked.outcome = None, None, ""
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
    """Delete a device entered by mistake; Refused once it was lent or handed over, which counts, and while
    somebody awaits it.
    """
    device = Device.objects.select_for_update().get(pk=device.pk)  # somebody may be lending it
    if device.state == HANDED_OVER or Loan.objects.filter(device=device).exists():
        raise Refused(
            f"« {device.label} » n’a pas été retiré.",
            why="Il a été remis : le bilan le compte."
            if device.state == HANDED_OVER
            else "Il a été prêté : ses prêts comptent dans le bilan.",
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
