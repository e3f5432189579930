"""Places that may be one: proposed with their reasons, merged field by field by a person, and taken apart exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from maillage.apps.directory import rules
from maillage.apps.directory.actions import sheets
from maillage.apps.directory.models import Change, Lieu, Pair
from maillage.engine import matching
from maillage.kernel.errors import Refused
from maillage.studies.offer import as_place


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two places that may be one: each told by its identifier in the file when it is new, by its key when it is held."""

    first: str | int
    second: str | int
    score: float
    reasons: tuple[str, ...]
    sure: bool


def look(fresh: Sequence[rules.Sheet], renewed: Mapping[int, rules.Sheet] = MappingProxyType({})) -> list[Likeness]:
    """Return the pairs that new sheets make, with each other and with the places held in the same départements.

    renewed: what the same file says of places held, by their key: they are compared as they are going to be.
    It only reads, and takes the time it takes: an import calls it before it holds the database.
    """
    if not fresh:
        return []
    departements = {str(sheet.get("code_insee", ""))[:2] for sheet in fresh}
    held = Lieu.objects.filter(state=rules.PUBLISHED).values_list("pk", "code_insee", "sheet")
    others = [(pk, renewed.get(pk, sheet)) for pk, code, sheet in held if code[:2] in departements]
    everyone: list[tuple[str | int, rules.Sheet]] = [*((str(sheet["id"]), sheet) for sheet in fresh), *others]
    return [
        Likeness(everyone[p.a][0], everyone[p.b][0], p.score, p.reasons, p.decision == "meme")
        for p in matching.within([as_place(sheet) for _, sheet in everyone])
        if min(p.a, p.b) < len(fresh)
    ]


def propose(found: Sequence[Likeness], made: Mapping[str, Lieu]) -> int:
    """Keep the pairs that were found, and return how many are new; made: the new places, by identifier in the file.

    A pair that somebody already decided is not proposed again.
    """
    pairs = []
    for each in found:
        keys = [made[side].pk if isinstance(side, str) and side in made else side for side in (each.first, each.second)]
        if all(isinstance(key, int) for key in keys):
            pairs.append(
                Pair(first_id=min(keys), second_id=max(keys), score=each.score, reasons=list(each.reasons), sure=each.sure)
            )
    before = Pair.objects.count()
    Pair.objects.bulk_create(pairs, ignore_conflicts=True, batch_size=1_000)
    return Pair.objects.count() - before


def differing(first: rules.Sheet, second: rules.Sheet) -> list[str]:
    """Return the fields on which two sheets differ, in the order of the sheet."""
    fields = [*rules.offer.fields(), "precision", "practices"]
    return [f for f in fields if f not in rules.FOLLOWING and first.get(f) != second.get(f) and (f in first or f in second)]


def suggested(first: Lieu, second: Lieu) -> dict[str, str]:
    """Return, for each differing field, the side to start from: the only one filled, else the one said most lately."""
    choices = {}
    for name in differing(first.sheet, second.sheet):
        if name not in second.sheet:
            choices[name] = "first"
        elif name not in first.sheet:
            choices[name] = "second"
        else:
            choices[name] = "second" if _said(second, name) > _said(first, name) else "first"
    return choices


def _said(lieu: Lieu, name: str) -> str:
    origin = lieu.origins.get(name, {})
    return str(origin.get("confirmed_on") or origin.get("on") or "")


@transaction.atomic
def merge(pair: Pair, choices: Mapping[str, str], *, by: str, at: datetime) -> Lieu:
    """Make two places one: the first is kept with the chosen values, the second points to it.

    choices: field → first, second, or both (lists only). Refused when the pair was decided in between.
    """
    if pair.state != rules.OPEN:
        raise Refused(
            "Ces deux fiches n’ont pas été réunies.",
            why="Quelqu’un a déjà décidé pour elles.",
            do="Rechargez la liste des doublons.",
        )
    kept = Lieu.objects.select_for_update().get(pk=pair.first_id)
    gone = Lieu.objects.select_for_update().get(pk=pair.second_id)
    before, gone_before = sheets.snapshot(kept), sheets.snapshot(gone)
    kept.sheet, kept.origins = _chosen(kept, gone, {**suggested(kept, gone), **choices}, by=by, on=at.date().isoformat())
    if gone.confirmed_on and (kept.confirmed_on is None or gone.confirmed_on > kept.confirmed_on):
        kept.confirmed_on, kept.confirmed_by = gone.confirmed_on, gone.confirmed_by
    gone.state, gone.merged_into, gone.reason = rules.MERGED, kept, f"réuni à « {kept.name} »"
    sheets.write(kept, before, verb="merge", by=by, at=at, reason=f"avec « {gone.name} » ({gone.slug})")
    sheets.write(gone, gone_before, verb="merge", by=by, at=at, reason=f"réuni à « {kept.name} » ({kept.slug})")
    answer(pair, rules.ACCEPTED, by=by, at=at)
    return kept


def _chosen(
    kept: Lieu, gone: Lieu, choices: Mapping[str, str], *, by: str, on: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the sheet and origins of two places made one. A value chosen over another stays chosen when its file comes back."""
    sheet, origins = dict(kept.sheet), dict(kept.origins)
    for name in differing(kept.sheet, gone.sheet):
        side = choices.get(name, "first")
        if side == "first":
            continue
        if side == "both" and isinstance(sheet.get(name), list):
            sheet[name] = list(dict.fromkeys([*sheet[name], *gone.sheet.get(name, ())]))
        elif name in gone.sheet:
            sheet[name] = gone.sheet[name]
        else:
            sheet.pop(name, None)
        chosen = {**gone.origins.get(name, origins.get(name, {})), "confirmed_on": on, "by": by}
        origins[name] = chosen | ({"instead_of": kept.sheet[name]} if name in kept.sheet else {})
    return sheet, origins


@transaction.atomic
def unmerge(pair: Pair, *, by: str, at: datetime) -> None:
    """Take two merged places apart, each exactly as it was; Refused when either changed since."""
    changes = [
        Change.objects.filter(lieu_id=pk, verb="merge", at=pair.answered_at).order_by("-pk").first()
        for pk in (pair.second_id, pair.first_id)
    ]
    if pair.state != rules.ACCEPTED or None in changes:
        raise Refused(
            "Ces deux fiches n’ont pas été séparées.",
            why="Elles ne sont pas réunies.",
            do="Rechargez la liste des doublons.",
        )
    for change in changes:
        sheets.undo(change, by=by, at=at)
    answer(pair, rules.OPEN, by="", at=None)


def answer(pair: Pair, state: str, *, by: str, at: datetime | None) -> None:
    """Keep what was decided of a pair: the same place, two places, or undecided again."""
    pair.state, pair.answered_by, pair.answered_at = state, by, at
    pair.save()


def sure(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the open pairs above the published threshold, that may be merged without a person."""
    return [pair for pair in pairs if pair.sure and pair.state == rules.OPEN]
