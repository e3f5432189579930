"""Change the sheet of a place: every way of doing it goes through `write`, which records a Change."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index
from maillage.apps.directory.places.models import Change, Import, Lieu, Proposal, Structure
from maillage.apps.directory.places.queries import custody, doubts
from maillage.kernel.errors import Refused
from maillage.web import bulk

COLUMNS = ("state", "reason", "rhythm", "confirmed_by")
DECIDED = ("undo", "merge", "unmerge", "custody")  # they say who carries the place: nobody is asked


def lock(lieu: Lieu) -> None:
    """Read a place again as it is now, locked against other writers until the end of the transaction."""
    lieu.refresh_from_db(from_queryset=Lieu.objects.select_for_update())


def lock_structure(structure: Structure) -> None:
    """Let a second click in the name of a structure wait for the first, until the end of the transaction."""
    Structure.objects.select_for_update(no_key=True).get(pk=structure.pk)


def snapshot(lieu: Lieu) -> dict[str, Any]:
    """Return everything that a change may touch, as JSON: enough to restore the place exactly."""
    return {
        "sheet": lieu.sheet,
        "origins": lieu.origins,
        "to_check": lieu.to_check,
        **{name: getattr(lieu, name) for name in COLUMNS},
        "confirmed_on": lieu.confirmed_on.isoformat() if lieu.confirmed_on else None,
        "full_since": lieu.full_since.isoformat() if lieu.full_since else None,
        "room_on": lieu.room_on.isoformat() if lieu.room_on else None,
        "merged_into": lieu.merged_into_id,
        "structure": lieu.structure_id,
    }


def put(lieu: Lieu, state: Mapping[str, Any]) -> None:
    """Apply a snapshot to a place, without saving it."""
    lieu.sheet, lieu.origins, lieu.to_check = state["sheet"], state["origins"], state["to_check"]
    for name in COLUMNS:
        setattr(lieu, name, state[name])
    lieu.confirmed_on = date.fromisoformat(state["confirmed_on"]) if state["confirmed_on"] else None
    lieu.full_since = date.fromisoformat(state["full_since"]) if state["full_since"] else None
    lieu.room_on = date.fromisoformat(state["room_on"]) if state.get("room_on") else None
    lieu.merged_into_id = state["merged_into"]
    if state.get("structure") and Structure.objects.filter(pk=state["structure"]).exists():
        lieu.structure_id = state["structure"]
    derive(lieu)


def derive(lieu: Lieu) -> None:
    """Set the columns that serve to find a place from its sheet."""
    sheet = lieu.sheet
    lieu.name = str(sheet.get("nom", ""))[:160]
    lieu.code_insee = sheet.get("code_insee", "")
    lieu.latitude, lieu.longitude = sheet.get("latitude"), sheet.get("longitude")
    lieu.updated_on = date.fromisoformat(sheet["date_maj"]) if sheet.get("date_maj") else None


def structure_of(sheet: rules.Sheet) -> Structure:
    """Return the structure that has a place in custody, created when new."""
    key, name = rules.structure_key(sheet)
    structure, _ = Structure.objects.get_or_create(
        key=key, defaults={"name": name[:300], "kind": rules.kind_of(sheet)}
    )
    return structure


def settle(
    lieu: Lieu,
    before: Mapping[str, Any],
    registry: custody.Registry,
    *,
    by: str,
    at: datetime,
    asks: bool = True,
) -> custody.Outcome | None:
    """Settle the custody of a place whose sheet changed since `before`, and ask its team when the place would
    leave it; None when custody was already decided by a person.

    asks: False when the sheet only goes back to an earlier state.
    """
    if before.get("structure", lieu.structure_id) != lieu.structure_id:
        return None
    outcome = registry.settle(lieu, before["sheet"], lieu.sheet)
    save_structures(registry)
    lieu.structure = outcome.structure
    if _names_another(before["sheet"], lieu.sheet):
        Proposal.objects.filter(
            lieu=lieu, field=rules.CUSTODY, state=rules.OPEN
        ).delete()  # it was about another carrier
    if asks and outcome.verdict == rules.ASKS:
        custody_request(lieu, outcome, by=by, at=at).save()
    return outcome


def _names_another(before: rules.Sheet, sheet: rules.Sheet) -> bool:
    return rules.structure_key(before)[0] != rules.structure_key(sheet)[0]


def custody_request(
    lieu: Lieu, outcome: custody.Outcome, *, by: str, at: datetime, within: Import | None = None
) -> Proposal:
    """Return the proposal that asks the team of a place to hand it over, not saved."""
    value = {
        "structure": outcome.recipient.pk if outcome.recipient is not None else None,
        "key": outcome.key,
        "name": (outcome.recipient.name if outcome.recipient is not None else outcome.name)[:300],
    }
    return Proposal(lieu=lieu, within=within, field=rules.CUSTODY, value=value, by=by, at=at)


def save_structures(registry: custody.Registry) -> None:
    """Write the structures that a registry created or renamed, in the order in which keys were released and
    taken.
    """
    for row in registry.changed:
        row.save(update_fields=["key", "name", "kind"])
    registry.changed.clear()
    bulk.create(Structure, registry.created)
    registry.created.clear()


@transaction.atomic
def write(
    lieu: Lieu,
    before: Mapping[str, Any] | None,
    *,
    verb: str,
    by: str,
    at: datetime,
    reason: str = "",
    within: Import | None = None,
) -> Change:
    """Save a place changed since `before`, record the change, and update the search index.

    A sheet that names another structure does not take the place from its team: see `rules.custody`. Whoever
    gives a place to another structure takes its personal link from the former one.
    """
    derive(lieu)
    if before is not None and _names_another(before["sheet"], lieu.sheet):
        settle(lieu, before, custody.of(lieu, lieu.sheet, at=at), by=by, at=at, asks=verb not in DECIDED)
    if before is not None and verb in DECIDED and before["structure"] != lieu.structure_id:
        lieu.code = None
    lieu.save()
    change = Change.objects.create(
        lieu=lieu,
        within=within,
        verb=verb,
        at=at,
        by=by,
        before=before,
        after=snapshot(lieu),
        reason=reason[:300],
    )
    index.refresh([lieu])
    return change


@transaction.atomic
def edit(
    lieu: Lieu, values: rules.Sheet, *, by: str, at: datetime, reason: str = "", confirms: bool = False
) -> Change | None:
    """Write the fields that a person typed, as confirmed; None when nothing differs. What was doubtful about
    these fields is doubtful no more.

    confirms: the user runs the place and saw the whole sheet: all of it is confirmed as of today.
    """
    lock(lieu)
    before = snapshot(lieu)
    lieu.sheet, lieu.origins = rules.edited(
        lieu.sheet, lieu.origins, values, by=by, on=timezone.localdate(at).isoformat()
    )
    if snapshot(lieu)["sheet"] == before["sheet"]:
        return None
    differing = {name for name in values if lieu.sheet.get(name) != before["sheet"].get(name)}
    lieu.to_check = [each for each in lieu.to_check if not rules.settled(each["field"], differing)]
    if confirms:
        lieu.confirmed_on, lieu.confirmed_by = timezone.localdate(at), by
    return write(lieu, before, verb="edit", by=by, at=at, reason=reason)


@transaction.atomic
def edit_practice(
    lieu: Lieu, id: str, practice: Mapping[str, Any], *, denied: bool, by: str, at: datetime, confirms: bool
) -> Change | None:
    """Write one practice, {} to withdraw it; the others stay as they are. denied: the place does not give
    it.
    """
    lock(lieu)
    other_practices = {
        name: conditions for name, conditions in lieu.sheet.get("practices", {}).items() if name != id
    }
    without = [name for name in lieu.sheet.get("sans", ()) if name != id]
    values = {
        "practices": {**other_practices, id: practice} if practice else other_practices,
        "sans": [*without, id] if denied else without,
    }
    return edit(lieu, values, by=by, at=at, confirms=confirms)


@transaction.atomic
def confirm(lieu: Lieu, *, by: str, at: datetime) -> Change:
    """Confirm the sheet as of today, “rien n’a changé”, but for what is in doubt: that stays to check."""
    lock(lieu)
    before = snapshot(lieu)
    on = timezone.localdate(at)
    lieu.origins = rules.confirmed(
        lieu.sheet, lieu.origins, by=by, on=on.isoformat(), doubted=doubts.fields(lieu)
    )
    lieu.confirmed_on, lieu.confirmed_by = on, by
    return write(lieu, before, verb="confirm", by=by, at=at)


SETTLED = "relue : ce qui a été compris est juste"


@transaction.atomic
def settle_doubts(lieu: Lieu, *, by: str, at: datetime) -> Change:
    """Say that what was read of a sheet is right; nothing else is confirmed."""
    lock(lieu)
    before = snapshot(lieu)
    lieu.to_check = []
    return write(lieu, before, verb="edit", by=by, at=at, reason=SETTLED)


@transaction.atomic
def set_state(lieu: Lieu, state: str, *, by: str, at: datetime, reason: str) -> Change:
    """Publish a place, exclude it from the census or end it; Refused without a reason, which the census
    stores, and once it was merged.
    """
    lock(lieu)
    if lieu.state == rules.MERGED:
        raise Refused(
            "L’état du lieu n’a pas changé.",
            why=f"Sa fiche est réunie à une autre : {lieu.merged_into}.",
            do="Séparez-les d’abord, depuis les doublons.",
        )
    if state != rules.PUBLISHED and not reason.strip():
        raise Refused(
            "Le lieu n’a pas été retiré.",
            why="Un lieu écarté reste dans le recensement avec sa raison : d’autres se poseront la question.",
            do="Écrivez pourquoi, en une phrase.",
        )
    before = snapshot(lieu)
    lieu.state, lieu.reason = state, reason.strip()[:300]
    verbs = {rules.PUBLISHED: "publish", rules.EXCLUDED: "exclude", rules.ENDED: "end"}
    return write(lieu, before, verb=verbs[state], by=by, at=at, reason=reason)


@transaction.atomic
def say_full(lieu: Lieu, full: bool, *, room_on: date | None = None, by: str, at: datetime) -> Change:
    """Record that a place is full for now, or no longer. room_on: when it expects to have room, if it says.

    A place that was full already stays full since the same day.
    """
    lock(lieu)
    before = snapshot(lieu)
    lieu.full_since = (lieu.full_since or timezone.localdate(at)) if full else None
    lieu.room_on = room_on if full else None
    return write(
        lieu, before, verb="full", by=by, at=at, reason="complet" if full else "de nouveau de la place"
    )


@transaction.atomic
def undo(change: Change, *, by: str, at: datetime) -> Change:
    """Restore a place to its state before a change; Refused when something else changed it since."""
    lieu = Lieu.objects.select_for_update().get(pk=change.lieu_id)
    if change.before is None or not rules.same_state(snapshot(lieu), change.after or {}):
        raise Refused(
            f"« {lieu.name} » n’a pas été remis comme avant.",
            why="La fiche a encore changé depuis : ce changement plus récent serait perdu.",
            do="Défaites d’abord le changement le plus récent, dans l’historique de la fiche.",
        )
    before = snapshot(lieu)
    put(lieu, change.before)
    return write(
        lieu, before, verb="undo", by=by, at=at, reason=f"remis comme avant : {change.get_verb_display()}"
    )
