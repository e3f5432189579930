"""Duplicate places: proposed with their reasons, merged field by field by a person, and split again
exactly.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from maillage.apps.directory.intake.queries.likenesses import Likeness
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Proposal
from maillage.apps.directory.places.queries import custody
from maillage.kernel import memory
from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.reference.parameters import numbers
from maillage.statistics.engine import duplicates
from maillage.statistics.offer.census import as_place


def sweep(rows: Sequence[Import], tell: Callable[[str, float], None] = lambda step, share: None) -> int:
    """Propose the pairs that the places made by several imports are in, one département after the other;
    return how many are new. Again, it proposes nothing more.
    """
    creations = Change.objects.filter(within__in=[row.pk for row in rows], before__isnull=True)
    codes = creations.order_by().values_list("lieu__code_insee", flat=True).distinct()
    departements = sorted({code[:2] for code in codes})
    n = read_since = 0
    for rank, departement in enumerate(departements):
        tell("Recherche des doublons", rank / len(departements))
        numbers = set(
            creations.filter(lieu__code_insee__startswith=departement)
            .order_by()
            .values_list("lieu", flat=True)
        )
        there = Lieu.objects.filter(state=rules.PUBLISHED, code_insee__startswith=departement)
        # Read one after the other: the sheets of a département weigh ten times what is compared of them.
        read = ((pk, as_place(sheet)) for pk, sheet in there.values_list("pk", "sheet").iterator(BATCH))
        stored = sorted(read, key=lambda place: place[0] not in numbers)
        n += propose(
            [
                Likeness(stored[p.a][0], stored[p.b][0], p.score, p.reasons, p.decision == "meme")
                for p in duplicates.within([place for _, place in stored])
                if stored[p.a][0] in numbers or stored[p.b][0] in numbers
            ],
            {},
        )
        read_since += len(stored)
        del stored
        if read_since >= MUCH:  # a look at all that the process holds: a fifth of a second each time
            memory.give_back()
            read_since = 0
    return n


BATCH = 1_000
MUCH = 5_000  # places read, of which the memory is worth giving back


def propose(likenesses: Sequence[Likeness], new_places: Mapping[str, Lieu]) -> int:
    """Store the pairs found, and return how many are new; new_places: by identifier in the file.

    A pair already decided is not proposed again.
    """
    pairs = []
    for likeness in likenesses:
        keys = [
            new_places[side].pk if isinstance(side, str) and side in new_places else side
            for side in (likeness.first, likeness.second)
        ]
        if all(isinstance(key, int) for key in keys):
            pairs.append(
                Pair(
                    first_id=min(keys),
                    second_id=max(keys),
                    score=likeness.score,
                    reasons=list(likeness.reasons),
                    sure=likeness.sure,
                )
            )
    before = Pair.objects.count()
    Pair.objects.bulk_create(pairs, ignore_conflicts=True, batch_size=1_000)
    older = {pair.first_id for pair in pairs if pair.sure}
    index.refresh(Lieu.objects.filter(pk__in=older, missing_since__isnull=False))  # what is written anew
    return Pair.objects.count() - before


ALIKE = (0, 1, 2)  # ranks of a name: the same, holding the other, only of the same kind of place
REPLACED_REASON = "l’une n’est plus dans le fichier de sa source, l’autre y est nouvelle"


def replaced(new_places: Sequence[Lieu], missing: Sequence[Lieu]) -> list[Likeness]:
    """Return the new places that may replace places missing from their source, each asked about once.

    The same name in the same commune is enough to ask, even if address and telephone changed: nothing is
    merged unseen.
    """
    by_town: dict[str, list[Lieu]] = {}
    for lieu in missing:
        by_town.setdefault(lieu.code_insee, []).append(lieu)
    couples = [(new, old) for new in new_places for old in by_town.get(new.code_insee, ())]
    used_numbers: set[int] = set()
    likenesses = []
    for levels, new, old in sorted(
        _agreeing(couples), key=lambda agreement: (agreement[0], agreement[1].pk, agreement[2].pk)
    ):
        if used_numbers.isdisjoint((new.pk, old.pk)):
            used_numbers |= {new.pk, old.pk}
            reason_texts = [
                duplicates.REASON_TEXT[name][level]
                for name, level in zip(("nom", "adresse"), levels, strict=True)
                if level < SILENT
            ]
            likenesses.append(
                Likeness(
                    old.pk,
                    new.pk,
                    numbers("matching/seuils")[0],
                    (*reason_texts, REPLACED_REASON),
                    sure=False,
                )
            )
    return likenesses


SILENT = 9  # an empty field ranks after all others


def _agreeing(couples: Sequence[tuple[Lieu, Lieu]]) -> Iterator[tuple[tuple[int, int], Lieu, Lieu]]:
    """Yield the pairs with the same name, with the ranks of what their names and addresses have in common."""
    lieux = list({lieu.pk: lieu for couple in couples for lieu in couple}.values())
    rank = {lieu.pk: n for n, lieu in enumerate(lieux)}
    levels = duplicates.agreements(
        [as_place(lieu.sheet) for lieu in lieux], [(rank[new.pk], rank[old.pk]) for new, old in couples]
    )
    at = [duplicates.FIELDS.index(name) for name in ("nom", "adresse")]
    for (new, old), row in zip(couples, levels[:, at].tolist(), strict=True):
        name, address = (SILENT if level == duplicates.SILENT else level for level in row)
        if name in ALIKE:
            yield (name, address), new, old


def differing(first: rules.Sheet, second: rules.Sheet) -> list[str]:
    """Return the fields on which two sheets differ, in the order of the sheet."""
    fields = [*offer.fields(), "precision", "practices"]
    return [
        f
        for f in fields
        if f not in rules.FOLLOWING and first.get(f) != second.get(f) and (f in first or f in second)
    ]


def suggested(first: Lieu, second: Lieu) -> dict[str, str]:
    """Return the suggested side for each differing field: the only one filled, else the most recently
    declared.

    Of two versions from one source, the current one.
    """
    choices = {}
    corrected = _corrected(first, second)
    for name in differing(first.sheet, second.sheet):
        if name not in second.sheet:
            choices[name] = "first"
        elif name not in first.sheet:
            choices[name] = "second"
        else:
            late = (_dated_on(second, name), corrected) > (_dated_on(first, name), False)
            choices[name] = "second" if late else "first"
    return choices


def _corrected(first: Lieu, second: Lieu) -> bool:
    """Return True if their source now publishes the second place instead of the first."""
    return (
        first.source_id == second.source_id
        and first.missing_since_id is not None
        and second.missing_since_id is None
    )


def _dated_on(lieu: Lieu, name: str) -> str:
    origin = lieu.origins.get(name, {})
    return str(origin.get("confirmed_on") or origin.get("on") or "")


def two_teams(pair: Pair, *, at: datetime) -> custody.Handover | None:
    """Return the handover that merging means for the team of the second place: None unless both places have
    a team.
    """
    survivor, absorbed = pair.first, pair.second
    at_stake = _stakes(survivor, absorbed, at)
    if survivor.structure_id == absorbed.structure_id or not all(
        at_stake.guards(each.pk, each.structure_id) for each in (survivor, absorbed)
    ):
        return None
    return custody.handover(absorbed, survivor.structure, "", at=at)


def _stakes(survivor: Lieu, absorbed: Lieu, at: datetime) -> rules.Stakes:
    return custody.stakes(
        at=at, structures=[survivor.structure_id, absorbed.structure_id], lieux=[survivor.pk, absorbed.pk]
    )


@transaction.atomic
def merge(pair: Pair, choices: Mapping[str, str], *, by: str, at: datetime, hands_over: bool = False) -> Lieu:
    """Merge two places: the first survives with the chosen values, and the second points to it.

    choices: field → first, second, or both (lists only). The place stays with its only team; when both have
    one, the first place's team has it, and hands_over confirms that the user read so. Refused without it, or
    when the pair was decided meanwhile.
    """
    survivor, absorbed = _to_decide(pair)
    loses = two_teams(Pair(first=survivor, second=absorbed), at=at) is not None
    if loses and not hands_over:
        raise Refused(
            "Ces deux fiches n’ont pas été réunies.",
            why=f"Chacune a son équipe : « {absorbed.structure} » perdrait ce lieu.",
            do="Prévenez les deux équipes, cochez que vous l’avez lu, puis réunissez.",
        )
    corrected = _corrected(survivor, absorbed)
    before, absorbed_before = (
        sheets.snapshot(survivor) | {"missing_since": survivor.missing_since_id},
        sheets.snapshot(absorbed),
    )
    survivor.sheet, survivor.origins = _chosen(
        survivor,
        absorbed,
        {**suggested(survivor, absorbed), **choices},
        by=by,
        on=timezone.localdate(at).isoformat(),
    )
    at_stake = _stakes(survivor, absorbed, at)
    if at_stake.guards(absorbed.pk, absorbed.structure_id) and not at_stake.guards(
        survivor.pk, survivor.structure_id
    ):
        survivor.structure = absorbed.structure
    if absorbed.confirmed_on and (
        survivor.confirmed_on is None or absorbed.confirmed_on > survivor.confirmed_on
    ):
        survivor.confirmed_on, survivor.confirmed_by = absorbed.confirmed_on, absorbed.confirmed_by
    if corrected:
        survivor.missing_since = None  # its source still gives it, written otherwise
    absorbed.state, absorbed.merged_into, absorbed.reason = (
        rules.MERGED,
        survivor,
        f"réuni à « {survivor.name} »",
    )
    if loses:
        absorbed.code = None  # the team that loses the place opened it by this link
    sheets.write(
        survivor, before, verb="merge", by=by, at=at, reason=f"avec « {absorbed.name} » ({absorbed.slug})"
    )
    sheets.write(
        absorbed,
        absorbed_before,
        verb="merge",
        by=by,
        at=at,
        reason=f"réuni à « {survivor.name} » ({survivor.slug})",
    )
    answer(pair, rules.ACCEPTED, by=by, at=at)
    return survivor


def _to_decide(pair: Pair) -> tuple[Lieu, Lieu]:
    """Return the two places of a pair, all three locked until the end; Refused when somebody decided
    meanwhile, or when one of them is no longer published.
    """
    pair.refresh_from_db(from_queryset=Pair.objects.select_for_update())
    rows = Lieu.objects.select_for_update()
    first, second = rows.get(pk=pair.first_id), rows.get(pk=pair.second_id)
    if pair.state != rules.OPEN:
        raise Refused(
            "Votre réponse n’a pas été gardée.",
            why="Quelqu’un a déjà décidé pour ces deux fiches.",
            do="Rechargez la liste des doublons.",
        )
    if first.state != rules.PUBLISHED or second.state != rules.PUBLISHED:
        raise Refused(
            "Ces deux fiches n’ont pas été réunies.",
            why="L’une des deux n’est plus publiée : elle est déjà réunie à une autre, ou mise de côté.",
            do="Revenez à la liste des doublons.",
        )
    return first, second


@transaction.atomic
def decline(pair: Pair, *, by: str, at: datetime) -> None:
    """Say that a pair is two places; Refused as `merge` is."""
    _to_decide(pair)
    answer(pair, rules.DECLINED, by=by, at=at)


def _chosen(
    survivor: Lieu, absorbed: Lieu, choices: Mapping[str, str], *, by: str, on: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the merged sheet and its origins. A value chosen over another survives the next import of its
    file.
    """
    sheet, origins = dict(survivor.sheet), dict(survivor.origins)
    for name in differing(survivor.sheet, absorbed.sheet):
        side = choices.get(name, "first")
        if side == "first":
            continue
        if side == "both" and isinstance(sheet.get(name), list):
            sheet[name] = list(dict.fromkeys([*sheet[name], *absorbed.sheet.get(name, ())]))
        elif name in absorbed.sheet:
            sheet[name] = absorbed.sheet[name]
        else:
            sheet.pop(name, None)
        origin = absorbed.origins.get(name, origins.get(name, {}))
        if _corrected(survivor, absorbed):
            origins[name] = origin  # it follows the file of its source, as before
            continue
        chosen = {**origin, "confirmed_on": on, "by": by}
        origins[name] = chosen | ({"instead_of": survivor.sheet[name]} if name in survivor.sheet else {})
    return sheet, origins


# ------------------------------------------------------------------------------------------------ taken apart

Snapshot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two merged places, as it was before, as it is now, and as it would be once split."""

    lieu: Lieu
    before: Snapshot
    now: Snapshot
    after: Snapshot

    @property
    def exact(self) -> bool:
        """Return True if splitting restores it exactly."""
        return rules.same_state(self.after, self.before)


@dataclass(frozen=True, slots=True)
class Split:
    """Effects of splitting two merged places. survivor, absorbed: the
    place that survived the merge, and the other.

    moved, dropped: proposals that go to the other place with their value, or whose value a place now has.
    """

    survivor: Side
    absorbed: Side
    moved: Sequence[Proposal]
    dropped: Sequence[Proposal]


def split_preview(pair: Pair) -> Split:
    """Return the effects of splitting two merged places, field by field; Refused when they cannot be split.

    A field unchanged since the merge takes its former value back. What people wrote on the surviving sheet
    since stays there, as does what its own source sent; what came from the other's source goes with the
    other.
    """
    survivor, absorbed = (
        Lieu.objects.select_related("source", "merged_into").get(pk=pk)
        for pk in (pair.first_id, pair.second_id)
    )
    merges = Change.objects.filter(verb="merge").filter(Q(at=pair.answered_at)).order_by("-pk")
    own_merge, other_merge = (merges.filter(lieu=lieu).first() for lieu in (survivor, absorbed))
    is_merged = pair.state == rules.ACCEPTED and absorbed.merged_into_id == survivor.pk
    if not is_merged or own_merge is None or other_merge is None:
        raise Refused(
            "Ces deux fiches n’ont pas été séparées.",
            why="Elles ne sont pas réunies.",
            do="Rechargez la liste des doublons.",
        )
    if survivor.state == rules.MERGED:
        raise Refused(
            "Ces deux fiches n’ont pas été séparées.",
            why=f"« {survivor.name} » a ensuite été réunie à une autre, « {survivor.merged_into} ».",
            do="Séparez d’abord ces deux-là, plus récentes.",
        )
    own_side, other_side = _side(survivor, own_merge, absorbed), _side(absorbed, other_merge, survivor)
    open_proposals = (
        Proposal.objects.filter(lieu=survivor, state=rules.OPEN, at__gte=pair.answered_at)
        .exclude(field="")
        .order_by("pk")
    )
    if survivor.source_id == absorbed.source_id:
        return Split(
            own_side,
            other_side,
            (),
            [each for each in open_proposals if other_side.after["sheet"].get(each.field) == each.value],
        )
    from_absorbed_source, from_own_source = (
        open_proposals.filter(by=lieu.source.name) for lieu in (absorbed, survivor)
    )
    moved = [each for each in from_absorbed_source if other_side.after["sheet"].get(each.field) != each.value]
    followed = [each for each in from_own_source if _followed(own_side, each)]
    return Split(
        own_side,
        other_side,
        moved,
        [*(each for each in from_absorbed_source if each not in moved), *followed],
    )


def _followed(side: Side, proposal: Proposal) -> bool:
    """Write what a place's own source proposed since the merge, where it restores a value from that
    source.
    """
    name, origin = proposal.field, side.after["origins"].get(proposal.field, {})
    follows = origin.get("source") == side.lieu.source.name and not origin.get("confirmed_on")
    if side.after["sheet"].get(name) != side.before["sheet"].get(name) or not follows:
        return False
    side.after["sheet"][name] = proposal.value
    side.after["origins"][name] = {
        "source": origin["source"],
        "on": timezone.localdate(proposal.at).isoformat(),
    }
    return True


def _side(lieu: Lieu, merged: Change, other: Lieu) -> Side:
    """Return one of two merged places; merged: the change that merged it."""
    before, then, now = merged.before or {}, merged.after or {}, sheets.snapshot(lieu)
    after = {name: before.get(name) if value == then.get(name) else value for name, value in now.items()}
    back = {
        name
        for name in {*now["sheet"], *before["sheet"]}
        if now["sheet"].get(name) == then["sheet"].get(name)
    }
    back |= _came_from(other, lieu, merged)
    confirmed_since = {
        name
        for name in back
        if now["origins"].get(name) != then["origins"].get(name)
        and now["sheet"].get(name) == before["sheet"].get(name)
    }
    after["sheet"] = _restored(now["sheet"], before["sheet"], back)
    after["origins"] = _restored(now["origins"], before["origins"], back - confirmed_since)
    return Side(lieu, before, now, after)


def _restored(now: Mapping[str, Any], before: Mapping[str, Any], back: Collection[str]) -> Snapshot:
    """Return values with those of `back` restored to what they were, if they existed."""
    return {name: value for name, value in now.items() if name not in back} | {
        name: value for name, value in before.items() if name in back
    }


def _came_from(other: Lieu, lieu: Lieu, merged: Change) -> set[str]:
    """Return the fields last changed since a merge by the other place's source."""
    last: dict[str, bool] = {}
    for change in Change.objects.filter(lieu=lieu, pk__gt=merged.pk).select_related("within").order_by("pk"):
        before, after = (change.before or {}).get("sheet", {}), (change.after or {}).get("sheet", {})
        through = _same_changes(other, change)
        for name in {*before, *after}:
            if before.get(name) != after.get(name):
                last[name] = name in through
    return {name for name, from_other in last.items() if from_other}


def _same_changes(other: Lieu, change: Change) -> set[str]:
    """Return the fields that an import changed on the other place too, to the same value."""
    same = Change.objects.filter(lieu=other, within=change.within).first() if change.within_id else None
    if same is None or not same.before or not same.after or not change.after:
        return set()
    was, changed, own_change = same.before["sheet"], same.after["sheet"], change.after["sheet"]
    return {
        n for n in {*was, *changed} if was.get(n) != changed.get(n) and changed.get(n) == own_change.get(n)
    }


@transaction.atomic
def unmerge(pair: Pair, *, by: str, at: datetime) -> Split:
    """Split two merged places, as `apart` describes, and return what was done."""
    pair.refresh_from_db(from_queryset=Pair.objects.select_for_update())
    both = (pair.first_id, pair.second_id)
    list(
        Lieu.objects.select_for_update().filter(pk__in=both).order_by("pk")
    )  # what is written just then stays
    done = split_preview(pair)
    for side in (done.absorbed, done.survivor):
        sheets.put(side.lieu, side.after)
        side.lieu.missing_since_id = side.before.get("missing_since", side.lieu.missing_since_id)
        reason = f"séparé de « {(done.survivor if side is done.absorbed else done.absorbed).lieu.name} »"
        sheets.write(side.lieu, side.now, verb="unmerge", by=by, at=at, reason=reason)
    Proposal.objects.filter(pk__in=[each.pk for each in done.moved]).update(lieu=done.absorbed.lieu)
    Proposal.objects.filter(pk__in=[each.pk for each in done.dropped]).delete()
    answer(pair, rules.OPEN, by="", at=None)
    return done


def answer(pair: Pair, state: str, *, by: str, at: datetime | None) -> None:
    """Record the decision on a pair: one place, two places, or undecided again."""
    pair.state, pair.answered_by, pair.answered_at = state, by, at
    pair.save()
    index.refresh(Lieu.objects.filter(pk=pair.first_id, missing_since__isnull=False))


def sure(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the open pairs above the published threshold, that may be merged without a person."""
    return [pair for pair in pairs if pair.sure and pair.state == rules.OPEN]
