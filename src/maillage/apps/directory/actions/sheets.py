"""Changing the sheet of a place: every way of doing it goes through `write`, which leaves a Change behind."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory import rules
from maillage.apps.directory.actions import index
from maillage.apps.directory.models import Change, Import, Lieu, Structure
from maillage.kernel.errors import Refused

COLUMNS = ("state", "reason", "rhythm", "confirmed_by")


def snapshot(lieu: Lieu) -> dict[str, Any]:
    """Return all that a change may touch, as JSON: enough to put the place back exactly as it was."""
    return {
        "sheet": lieu.sheet,
        "origins": lieu.origins,
        "to_check": lieu.to_check,
        **{name: getattr(lieu, name) for name in COLUMNS},
        "confirmed_on": lieu.confirmed_on.isoformat() if lieu.confirmed_on else None,
        "full_since": lieu.full_since.isoformat() if lieu.full_since else None,
        "merged_into": lieu.merged_into_id,
    }


def put(lieu: Lieu, kept: Mapping[str, Any]) -> None:
    """Set a place as a snapshot says, without saving it."""
    lieu.sheet, lieu.origins, lieu.to_check = kept["sheet"], kept["origins"], kept["to_check"]
    for name in COLUMNS:
        setattr(lieu, name, kept[name])
    lieu.confirmed_on = date.fromisoformat(kept["confirmed_on"]) if kept["confirmed_on"] else None
    lieu.full_since = date.fromisoformat(kept["full_since"]) if kept["full_since"] else None
    lieu.merged_into_id = kept["merged_into"]
    derive(lieu)


def derive(lieu: Lieu) -> None:
    """Set the columns that serve to find a place from its sheet."""
    sheet = lieu.sheet
    lieu.name = str(sheet.get("nom", ""))[:160]
    lieu.code_insee = sheet.get("code_insee", "")
    lieu.latitude, lieu.longitude = sheet.get("latitude"), sheet.get("longitude")
    lieu.updated_on = date.fromisoformat(sheet["date_maj"]) if sheet.get("date_maj") else None


def structure_of(sheet: rules.Sheet) -> Structure:
    """Return the structure that carries a place, made when it is new."""
    key, name = rules.structure_key(sheet)
    found, _ = Structure.objects.get_or_create(key=key, defaults={"name": name[:300], "kind": rules.kind_of(sheet)})
    return found


def _carried_by(lieu: Lieu) -> Structure:
    """Return the structure that carries a place as its sheet now says.

    A structure of this place alone that only changes name or number stays the same row: those who act for it still do.
    """
    key, name = rules.structure_key(lieu.sheet)
    if lieu.structure_id is None or lieu.structure.key == key:
        return structure_of(lieu.sheet)
    shared = Lieu.objects.filter(structure=lieu.structure_id).exclude(pk=lieu.pk).exists()
    if shared or Structure.objects.filter(key=key).exists():
        return structure_of(lieu.sheet)
    kept = lieu.structure
    kept.key, kept.name, kept.kind = key, name[:300], rules.kind_of(lieu.sheet)
    kept.save(update_fields=["key", "name", "kind"])
    return kept


@transaction.atomic
def write(
    lieu: Lieu,
    before: Mapping[str, Any],
    *,
    verb: str,
    by: str,
    at: datetime,
    reason: str = "",
    within: Import | None = None,
) -> Change:
    """Save a place that was changed since `before`, keep the change, and tell the search."""
    derive(lieu)
    lieu.structure = _carried_by(lieu)
    lieu.save()
    change = Change.objects.create(
        lieu=lieu, within=within, verb=verb, at=at, by=by, before=before, after=snapshot(lieu), reason=reason[:300]
    )
    index.refresh([lieu])
    return change


def edit(
    lieu: Lieu, values: rules.Sheet, *, by: str, at: datetime, reason: str = "", confirms: bool = False
) -> Change | None:
    """Write fields that a person typed, and hold these as confirmed; None when nothing was different.

    confirms: whoever writes runs the place and had the whole sheet under the eyes: the sheet is said true today.
    """
    before = snapshot(lieu)
    lieu.sheet, lieu.origins = rules.edited(lieu.sheet, lieu.origins, values, by=by, on=timezone.localdate(at).isoformat())
    if snapshot(lieu)["sheet"] == before["sheet"]:
        return None
    if confirms:
        lieu.confirmed_on, lieu.confirmed_by = timezone.localdate(at), by
    return write(lieu, before, verb="edit", by=by, at=at, reason=reason)


def confirm(lieu: Lieu, *, by: str, at: datetime) -> Change:
    """Hold the whole sheet as true today: “rien n’a changé”."""
    before = snapshot(lieu)
    on = timezone.localdate(at)
    lieu.origins = rules.confirmed(lieu.sheet, lieu.origins, by=by, on=on.isoformat())
    lieu.confirmed_on, lieu.confirmed_by, lieu.to_check = on, by, []
    return write(lieu, before, verb="confirm", by=by, at=at)


def set_state(lieu: Lieu, state: str, *, by: str, at: datetime, reason: str) -> Change:
    """Publish a place, put it outside the census or say it ended; Refused without a reason, which the census keeps."""
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


def say_full(lieu: Lieu, full: bool, *, by: str, at: datetime) -> Change:
    """Note that a place takes nobody more for now, or that it does again."""
    before = snapshot(lieu)
    lieu.full_since = timezone.localdate(at) if full else None
    return write(lieu, before, verb="full", by=by, at=at, reason="complet" if full else "de nouveau de la place")


def undo(change: Change, *, by: str, at: datetime) -> Change:
    """Put a place back as it was before a change; Refused when something else changed it since."""
    lieu = Lieu.objects.select_for_update().get(pk=change.lieu_id)
    if change.before is None or snapshot(lieu) != change.after:
        raise Refused(
            f"« {lieu.name} » n’a pas été remis comme avant.",
            why="La fiche a encore changé depuis : ce changement plus récent serait perdu.",
            do="Défaites d’abord le changement le plus récent, dans l’historique de la fiche.",
        )
    before = snapshot(lieu)
    put(lieu, change.before)
    return write(lieu, before, verb="undo", by=by, at=at, reason=f"remis comme avant : {change.get_verb_display()}")
