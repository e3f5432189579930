"""A structure's changes to its own place, without an account: its code opens its sheet, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Lieu, Proposal
from maillage.apps.directory.places.queries.links import AWAITED, LINK, STRUCTURE, Closure, Correction
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.reference.sheet import practices
from maillage.words.dates import in_words, window

FORESEEN = timedelta(days=366)  # how far ahead a full place may say when it will have room


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a correction: fields written at once, fields pending review, and whether everything was
    confirmed.
    """

    written: tuple[str, ...]
    awaiting: tuple[str, ...]
    confirmed: bool

    @property
    def anything(self) -> bool:
        return bool(self.written or self.awaiting or self.confirmed)


@transaction.atomic
def make(lieu: Lieu, *, by: str, at: datetime) -> str:
    """Give a place a new code, and return it. The previous one stops working; the history records who
    did it.
    """
    locked = _locked(lieu)
    renewed = locked.code is not None
    locked.code = _unused()
    locked.save(update_fields=["code"])
    snapshot = sheets.snapshot(locked)
    reason = f"{LINK} renouvelé : l’ancien ne s’ouvre plus" if renewed else f"{LINK} donné"
    Change.objects.create(
        lieu=locked, verb="edit", at=at, by=by, before=snapshot, after=snapshot, reason=reason
    )
    lieu.code = locked.code
    return locked.code


def _unused() -> str:
    while True:
        code = codes.make()
        if not Lieu.objects.filter(code=code).exists():
            return code


@transaction.atomic
def confirm(lieu: Lieu, *, by: str = STRUCTURE, at: datetime) -> Change:
    """Confirm the whole sheet as of today, on the word of whoever runs the place."""
    return sheets.confirm(_locked(lieu), by=by, at=at)


@transaction.atomic
def correct(lieu: Lieu, correction: Correction, *, by: str = STRUCTURE, at: datetime) -> Done:
    """Apply a structure's correction to its sheet, all at once.

    Its name, address and identifiers become proposals for a person of the network to decide; an earlier
    proposal of the structure for the same field is replaced. Everything else is written at once, as
    confirmed. Refused when there is no correction.
    """
    locked = _locked(lieu)
    awaited = {
        name: value
        for name, value in correction.values.items()
        if name in AWAITED and locked.sheet.get(name) != value
    }
    values = {name: value for name, value in correction.values.items() if name not in AWAITED}
    if correction.practices:
        values["practices"] = _practices(locked.sheet, correction.practices)
        if denied := locked.sheet.get("sans"):
            values["sans"] = [id for id in denied if id not in correction.practices]
    if correction.closure:
        values["fermetures"] = _with_closure(locked.sheet, correction.closure, on=timezone.localdate(at))
    before = dict(locked.sheet)
    edited = sheets.edit(locked, values, by=by, at=at, confirms=True)
    changed = [name for name in values if before.get(name) != locked.sheet.get(name)] if edited else []
    if correction.rhythm and correction.rhythm != locked.rhythm:
        set_rhythm(locked, correction.rhythm, by=by, at=at)
        locked = _locked(locked)
        changed.append("rhythm")
    for name, value in awaited.items():
        Proposal.objects.filter(lieu=locked, field=name, by__startswith=STRUCTURE, state=rules.OPEN).delete()
        Proposal.objects.create(lieu=locked, field=name, value=value, by=by, at=at)
    if correction.text.strip():
        Proposal.objects.create(lieu=locked, text=correction.text.strip(), by=by, at=at)
    if correction.rest:
        sheets.confirm(locked, by=by, at=at)
    outcome = Done(
        tuple(changed), (*awaited, *(["text"] if correction.text.strip() else [])), correction.rest
    )
    if not outcome.anything:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Rien n’est différent de la fiche.",
            do="Changez ce qui n’est pas juste, ou dites que rien n’a changé.",
        )
    return outcome


def _practices(sheet: rules.Sheet, states: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the practices of a sheet with new states: the known conditions stay."""
    current = dict(sheet.get("practices", {}))
    full = practices(sheet)
    return {**current, **{id: {**full.get(id, {}), "state": state} for id, state in states.items()}}


# --------------------------------------------------------------------------------------------------- closures


@transaction.atomic
def close(lieu: Lieu, closure: Closure, *, by: str = STRUCTURE, at: datetime) -> Change:
    """Note that a place is closed for some days; Refused for days that are over, or in the wrong order."""
    locked = _locked(lieu)
    closures = _with_closure(locked.sheet, closure, on=timezone.localdate(at))
    return _write_closures(
        locked, closures, by=by, at=at, reason=f"fermé {_days(closure.first, closure.last)}"
    )


@transaction.atomic
def reopen(lieu: Lieu, first: str, last: str, *, by: str = STRUCTURE, at: datetime) -> Change:
    """Withdraw a closure, identified by its days as stored; Refused when it no longer exists."""
    locked = _locked(lieu)
    closures = locked.sheet.get("fermetures", [])
    remaining = [each for each in closures if (each["du"], each["au"]) != (first, last)]
    if len(remaining) == len(closures):
        raise Refused(
            "La fiche n’a pas été modifiée.",
            why="Cette fermeture n’est plus sur la fiche.",
            do="Rechargez la page pour voir la fiche d’aujourd’hui.",
        )
    days = _days(date.fromisoformat(first), date.fromisoformat(last))
    return _write_closures(locked, remaining, by=by, at=at, reason=f"fermeture retirée : {days}")


def _with_closure(sheet: rules.Sheet, closure: Closure, *, on: date) -> list[dict[str, str]]:
    """Return the closures of a sheet with one more, by date, without those that are over."""
    if closure.last < closure.first:
        raise Refused(
            "La fermeture n’a pas été notée.",
            why="Le dernier jour vient avant le premier.",
            do="Corrigez l’une des deux dates.",
        )
    if closure.last < on:
        raise Refused(
            "La fermeture n’a pas été notée.",
            why="Ces jours sont déjà passés.",
            do="Donnez le dernier jour de fermeture, à partir d’aujourd’hui.",
        )
    new = {"du": closure.first.isoformat(), "au": closure.last.isoformat()}
    if closure.reason.strip():
        new["motif"] = closure.reason.strip()
    current = [each for each in sheet.get("fermetures", ()) if each["au"] >= on.isoformat()]
    other_closures = [each for each in current if (each["du"], each["au"]) != (new["du"], new["au"])]
    return sorted([*other_closures, new], key=lambda row: row["du"])


def _write_closures(
    lieu: Lieu, closures: list[dict[str, str]], *, by: str, at: datetime, reason: str
) -> Change:
    before = sheets.snapshot(lieu)
    on = timezone.localdate(at).isoformat()
    lieu.sheet, lieu.origins = rules.edited(lieu.sheet, lieu.origins, {"fermetures": closures}, by=by, on=on)
    return sheets.write(lieu, before, verb="close", by=by, at=at, reason=reason)


def _days(first: date, last: date) -> str:
    return f"le {in_words(first)}" if first == last else window(first, last)


# ------------------------------------------------------------------------------------------ full, rhythm, end


@transaction.atomic
def say_full(
    lieu: Lieu,
    full: bool,
    *,
    room_on: date | None = None,
    was: bool | None = None,
    by: str = STRUCTURE,
    at: datetime,
) -> Change:
    """Record that a place is full for now, or no longer. room_on: when it expects to have room, if it says;
    was: whether it was full when its sheet was read, None when nobody says.

    Refused when that was already recorded, or for a day that is not to come.
    """
    locked = _locked(lieu)
    today = timezone.localdate(at)
    if full and room_on is not None and not today < room_on <= today + FORESEEN:
        raise Refused(
            "Rien n’a été noté.",
            why="Le jour où il y aura de la place est passé, est aujourd’hui, ou est dans plus d’un an.",
            do="Donnez un jour de l’année qui vient, ou laissez la case vide.",
        )
    is_full = locked.full_since is not None
    if was not in (None, is_full) or (is_full == full and room_on == locked.room_on):
        raise Refused(
            "La fiche n’a pas été modifiée.",
            why="La fiche le disait déjà." if is_full == full else "Quelqu’un a dit le contraire depuis.",
            do="Rechargez la page pour voir la fiche d’aujourd’hui.",
        )
    return sheets.say_full(locked, full, room_on=room_on, by=by, at=at)


@transaction.atomic
def set_rhythm(lieu: Lieu, months: int, *, by: str = STRUCTURE, at: datetime) -> Change:
    """Choose how often the sheet is to be confirmed; Refused for a rhythm that is not offered."""
    if months not in rules.RHYTHMS:
        raise Refused(
            "Le rythme n’a pas changé.",
            why="Ce rythme n’existe pas.",
            do="Choisissez 1, 3, 6 ou 12 mois.",
        )
    locked = _locked(lieu)
    before = sheets.snapshot(locked)
    locked.rhythm = months
    return sheets.write(
        locked, before, verb="edit", by=by, at=at, reason=f"à confirmer {rules.RHYTHMS[months]}"
    )


@transaction.atomic
def say_ended(lieu: Lieu, reason: str, *, by: str = STRUCTURE, at: datetime) -> Proposal:
    """Report that a place closed for good: only a member of the network removes it. Refused without a
    reason.
    """
    if not reason.strip():
        raise Refused(
            "Rien n’a été enregistré.",
            why="Sans un mot, personne ne saura pourquoi le lieu ferme ni où aller.",
            do="Écrivez pourquoi, en une phrase.",
        )
    return Proposal.objects.create(
        lieu=lieu, text=f"Le lieu ferme pour de bon : {reason.strip()}", by=by, at=at
    )


def _locked(lieu: Lieu) -> Lieu:
    """Return the place as it is now, locked against other writers until the end of the transaction."""
    return Lieu.objects.select_for_update().get(pk=lieu.pk)
