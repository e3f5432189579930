"""Places that may be one: proposed with their reasons, merged field by field by a person, and taken apart exactly."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory import rules
from maillage.apps.directory.actions import sheets
from maillage.apps.directory.models import Change, Lieu, Pair, Proposal
from maillage.engine import matching
from maillage.kernel.errors import Refused
from maillage.reference.parameters import numbers
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


ALIKE = (0, 1, 2)  # ranks of a name that is the same, holds the other, or says the same kind of place and no more
GONE = "l’une n’est plus dans le fichier de sa source, l’autre y est nouvelle"


def replaced(made: Sequence[Lieu], missing: Sequence[Lieu]) -> list[Likeness]:
    """Return the new places that may be places their source no longer gives, written otherwise, each asked about once.

    One name in one commune is enough to ask, however the address and the telephone changed: nothing is joined unseen.
    """
    by_town: dict[str, list[Lieu]] = {}
    for lieu in missing:
        by_town.setdefault(lieu.code_insee, []).append(lieu)
    couples = [(new, old) for new in made for old in by_town.get(new.code_insee, ())]
    asked: set[int] = set()
    found = []
    for levels, new, old in sorted(_agreeing(couples), key=lambda each: (each[0], each[1].pk, each[2].pk)):
        if asked.isdisjoint((new.pk, old.pk)):
            asked |= {new.pk, old.pk}
            said = [
                matching.SAID[name][level] for name, level in zip(("nom", "adresse"), levels, strict=True) if level < SILENT
            ]
            found.append(Likeness(old.pk, new.pk, numbers("matching/seuils")[0], (*said, GONE), sure=False))
    return found


SILENT = 9  # a field that says nothing stands after all others


def _agreeing(couples: Sequence[tuple[Lieu, Lieu]]) -> Iterator[tuple[tuple[int, int], Lieu, Lieu]]:
    """Yield the couples of one name, with the ranks of what their names and addresses have in common."""
    lieux = list({lieu.pk: lieu for couple in couples for lieu in couple}.values())
    rank = {lieu.pk: n for n, lieu in enumerate(lieux)}
    levels = matching.agreements(
        [as_place(lieu.sheet) for lieu in lieux], [(rank[new.pk], rank[old.pk]) for new, old in couples]
    )
    at = [matching.FIELDS.index(name) for name in ("nom", "adresse")]
    for (new, old), row in zip(couples, levels[:, at].tolist(), strict=True):
        name, address = (SILENT if level == matching.SILENT else level for level in row)
        if name in ALIKE:
            yield (name, address), new, old


def differing(first: rules.Sheet, second: rules.Sheet) -> list[str]:
    """Return the fields on which two sheets differ, in the order of the sheet."""
    fields = [*rules.offer.fields(), "precision", "practices"]
    return [f for f in fields if f not in rules.FOLLOWING and first.get(f) != second.get(f) and (f in first or f in second)]


def suggested(first: Lieu, second: Lieu) -> dict[str, str]:
    """Return, for each differing field, the side to start from: the only one filled, else the one said most lately.

    Of two versions of one source, the one it still gives.
    """
    choices = {}
    corrected = _corrected(first, second)
    for name in differing(first.sheet, second.sheet):
        if name not in second.sheet:
            choices[name] = "first"
        elif name not in first.sheet:
            choices[name] = "second"
        else:
            late = (_said(second, name), corrected) > (_said(first, name), False)
            choices[name] = "second" if late else "first"
    return choices


def _corrected(first: Lieu, second: Lieu) -> bool:
    """Return whether the second is what their source now gives in the place of the first."""
    return first.source_id == second.source_id and first.missing_since_id is not None and second.missing_since_id is None


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
    corrected = _corrected(kept, gone)
    before, gone_before = sheets.snapshot(kept) | {"missing_since": kept.missing_since_id}, sheets.snapshot(gone)
    kept.sheet, kept.origins = _chosen(
        kept, gone, {**suggested(kept, gone), **choices}, by=by, on=timezone.localdate(at).isoformat()
    )
    if gone.confirmed_on and (kept.confirmed_on is None or gone.confirmed_on > kept.confirmed_on):
        kept.confirmed_on, kept.confirmed_by = gone.confirmed_on, gone.confirmed_by
    if corrected:
        kept.missing_since = None  # its source still gives it, written otherwise
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
        origin = gone.origins.get(name, origins.get(name, {}))
        if _corrected(kept, gone):
            origins[name] = origin  # it follows the file of its source, as before
            continue
        chosen = {**origin, "confirmed_on": on, "by": by}
        origins[name] = chosen | ({"instead_of": kept.sheet[name]} if name in kept.sheet else {})
    return sheet, origins


# ----------------------------------------------------------------------------------------------------------- taken apart

Snapshot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two merged places, as it was before, as it is now, and as it would be once apart."""

    lieu: Lieu
    before: Snapshot
    now: Snapshot
    after: Snapshot

    @property
    def exact(self) -> bool:
        """Return whether it becomes again what it was."""
        return self.after == {name: self.before[name] for name in self.after}


@dataclass(frozen=True, slots=True)
class Apart:
    """What taking two merged places apart would do; kept, gone: the place kept by the merge, and the other.

    moved, dropped: proposals that go to the other place with their value, or that a place now holds.
    """

    kept: Side
    gone: Side
    moved: Sequence[Proposal]
    dropped: Sequence[Proposal]


def apart(pair: Pair) -> Apart:
    """Return what taking two merged places apart would do, field by field; Refused when they cannot be.

    A field that nothing changed since takes back the value it had. What people wrote since on the sheet kept stays on it,
    as does what its own source gave; what came from the source of the other goes with the other.
    """
    kept, gone = (Lieu.objects.select_related("source", "merged_into").get(pk=pk) for pk in (pair.first_id, pair.second_id))
    merged = [
        Change.objects.filter(lieu=lieu, verb="merge", at=pair.answered_at).order_by("-pk").first() for lieu in (kept, gone)
    ]
    if pair.state != rules.ACCEPTED or not all(merged) or gone.merged_into_id != kept.pk:
        raise Refused(
            "Ces deux fiches n’ont pas été séparées.",
            why="Elles ne sont pas réunies.",
            do="Rechargez la liste des doublons.",
        )
    if kept.state == rules.MERGED:
        raise Refused(
            "Ces deux fiches n’ont pas été séparées.",
            why=f"« {kept.name} » a ensuite été réunie à une autre, « {kept.merged_into} ».",
            do="Séparez d’abord ces deux-là, plus récentes.",
        )
    its, others = _side(kept, merged[0], gone), _side(gone, merged[1], kept)
    asked = Proposal.objects.filter(lieu=kept, state=rules.OPEN, at__gte=pair.answered_at).exclude(field="").order_by("pk")
    if kept.source_id == gone.source_id:
        return Apart(its, others, (), [each for each in asked if others.after["sheet"].get(each.field) == each.value])
    theirs, own = (asked.filter(by=lieu.source.name) for lieu in (gone, kept))
    moved = [each for each in theirs if others.after["sheet"].get(each.field) != each.value]
    heard = [each for each in own if _followed(its, each)]
    return Apart(its, others, moved, [*(each for each in theirs if each not in moved), *heard])


def _followed(side: Side, asked: Proposal) -> bool:
    """Write what the own source of a place proposed since the merge, where it takes back a value that followed this source."""
    name, origin = asked.field, side.after["origins"].get(asked.field, {})
    follows = origin.get("source") == side.lieu.source.name and not origin.get("confirmed_on")
    if side.after["sheet"].get(name) != side.before["sheet"].get(name) or not follows:
        return False
    side.after["sheet"][name] = asked.value
    side.after["origins"][name] = {"source": origin["source"], "on": timezone.localdate(asked.at).isoformat()}
    return True


def _side(lieu: Lieu, merged: Change, other: Lieu) -> Side:
    """Return one of two merged places; merged: the change that merged it."""
    before, then, now = merged.before or {}, merged.after or {}, sheets.snapshot(lieu)
    after = {name: before.get(name) if value == then.get(name) else value for name, value in now.items()}
    back = {name for name in {*now["sheet"], *before["sheet"]} if now["sheet"].get(name) == then["sheet"].get(name)}
    back |= _came_from(other, lieu, merged)
    confirmed_since = {
        name
        for name in back
        if now["origins"].get(name) != then["origins"].get(name) and now["sheet"].get(name) == before["sheet"].get(name)
    }
    after["sheet"] = _restored(now["sheet"], before["sheet"], back)
    after["origins"] = _restored(now["origins"], before["origins"], back - confirmed_since)
    return Side(lieu, before, now, after)


def _restored(now: Mapping[str, Any], before: Mapping[str, Any], back: Collection[str]) -> Snapshot:
    """Return values with those of `back` as they were before, if they were."""
    return {name: value for name, value in now.items() if name not in back} | {
        name: value for name, value in before.items() if name in back
    }


def _came_from(other: Lieu, lieu: Lieu, merged: Change) -> set[str]:
    """Return the fields whose last change since a merge came through the other place, from its source."""
    last: dict[str, bool] = {}
    for change in Change.objects.filter(lieu=lieu, pk__gt=merged.pk).select_related("within").order_by("pk"):
        before, after = (change.before or {}).get("sheet", {}), (change.after or {}).get("sheet", {})
        through = _given(other, change)
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                last[name] = name in through
    return {name for name, from_other in last.items() if from_other}


def _given(other: Lieu, change: Change) -> set[str]:
    """Return the fields that an import changed on the other place too, to the same value."""
    same = Change.objects.filter(lieu=other, within=change.within).first() if change.within_id else None
    if same is None or not same.before or not same.after or not change.after:
        return set()
    was, made, here = same.before["sheet"], same.after["sheet"], change.after["sheet"]
    return {n for n in {*was, *made} if was.get(n) != made.get(n) and made.get(n) == here.get(n)}


@transaction.atomic
def unmerge(pair: Pair, *, by: str, at: datetime) -> Apart:
    """Take two merged places apart, as `apart` says, and return what was done."""
    done = apart(pair)
    for side in (done.gone, done.kept):
        sheets.put(side.lieu, side.after)
        side.lieu.missing_since_id = side.before.get("missing_since", side.lieu.missing_since_id)
        reason = f"séparé de « {(done.kept if side is done.gone else done.gone).lieu.name} »"
        sheets.write(side.lieu, side.now, verb="unmerge", by=by, at=at, reason=reason)
    Proposal.objects.filter(pk__in=[each.pk for each in done.moved]).update(lieu=done.gone.lieu)
    Proposal.objects.filter(pk__in=[each.pk for each in done.dropped]).delete()
    answer(pair, rules.OPEN, by="", at=None)
    return done


def answer(pair: Pair, state: str, *, by: str, at: datetime | None) -> None:
    """Keep what was decided of a pair: the same place, two places, or undecided again."""
    pair.state, pair.answered_by, pair.answered_at = state, by, at
    pair.save()


def sure(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the open pairs above the published threshold, that may be merged without a person."""
    return [pair for pair in pairs if pair.sure and pair.state == rules.OPEN]
