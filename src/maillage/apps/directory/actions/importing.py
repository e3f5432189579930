"""Importing a file of places: whole or not at all, repeatable, and taken back whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.directory import rules
from maillage.apps.directory.actions import duplicates, index, sheets
from maillage.apps.directory.models import Change, Import, Lieu, Pair, Proposal, Source, Structure
from maillage.apps.directory.queries import imports
from maillage.kernel.errors import Refused
from maillage.pipeline.offer import report
from maillage.pipeline.offer.read import Read, Result

BATCH = 1_000


@dataclass(slots=True)
class _Work:
    """An import while it is made."""

    row: Import
    adds: bool
    by: str
    at: datetime
    held: dict[str, Lieu]
    kept: dict[int, Lieu]
    taken: set[str]
    structures: dict[str, Structure]
    made: list[Lieu]
    changed: dict[int, tuple[Lieu, dict[str, Any]]]
    back: list[Lieu]
    found_again: list[tuple[int, int]]
    proposals: list[Proposal]
    counts: Counter[str]

    def change(self, lieu: Lieu, update: rules.Update) -> None:
        """Set a place as an update says; its snapshot before the import is kept once."""
        self.changed.setdefault(lieu.pk, (lieu, sheets.snapshot(lieu)))
        lieu.sheet, lieu.origins = update.sheet, update.origins
        sheets.derive(lieu)


def take_in(
    result: Result,
    *,
    source: str,
    digest: str,
    by: User | None,
    at: datetime,
    correspondence: str = "",
    licence: str = "",
    whole: bool = True,
) -> Import:
    """Write the places of a file that was read: new ones made, known ones updated, each change kept.

    The same file twice changes nothing. What a structure confirmed is not overwritten: the other value becomes a
    proposal. `whole`: the file is the whole of its source, so that places it no longer holds are marked as missing.
    Everything is written in one transaction: a killed import leaves nothing, and starts again. Duplicates are looked for
    before it, so that others wait to write as little as possible.
    """
    known = dict(Lieu.objects.filter(source__name=source).values_list("identifier", "pk"))
    said = [read.sheet for read in result.kept]
    alike = duplicates.look(
        [sheet for sheet in said if sheet["id"] not in known],
        {known[sheet["id"]]: sheet for sheet in said if sheet["id"] in known},
    )
    with transaction.atomic():
        held_source = _source(source, result, licence)
        return _write(result, held_source, alike, digest=digest, by=by, at=at, correspondence=correspondence, whole=whole)


def _write(
    result: Result,
    held_source: Source,
    alike: Sequence[duplicates.Likeness],
    *,
    digest: str,
    by: User | None,
    at: datetime,
    correspondence: str,
    whole: bool,
) -> Import:
    row = Import.objects.create(
        source=held_source,
        file_name=result.name[:200],
        digest=digest,
        correspondence=correspondence,
        started_at=at,
        by=by,
    )
    held = {lieu.identifier: lieu for lieu in Lieu.objects.filter(source=held_source).select_related("structure")}
    work = _Work(
        row=row,
        adds=result.correspondence.adds,
        by=str(by) if by else held_source.name,
        at=at,
        held=held,
        kept=imports.kept_for(held.values()),
        taken=set(Lieu.objects.values_list("slug", flat=True)),
        structures={s.key: s for s in Structure.objects.all()},
        made=[],
        changed={},
        back=[],
        found_again=[],
        proposals=[],
        counts=Counter(),
    )
    kept = result.kept
    _carry([read.sheet for read in kept], work)
    for read in kept:
        _one(read, work)
    _save(work)
    missing = _missing(kept, work) if whole and not work.adds else 0
    replaced = duplicates.replaced(work.made, list(imports.missing_from(held_source)))
    proposed = duplicates.propose([*alike, *replaced], {lieu.identifier: lieu for lieu in work.made})
    row.counts = {
        "lus": len(result.rows) + len(result.faults),
        "crees": work.counts["made"],
        "modifies": work.counts["changed"],
        "inchanges": work.counts["same"],
        "refuses": result.n_refused,
        "a_verifier": sum(read.doubtful for read in kept),
        "doublons_proposes": proposed,
        "contestes": len(work.proposals),
        "absents": missing,
        "a_confirmer": imports.to_confirm(row).count(),
    }
    row.report = report.of(result) | {"retrouves": work.found_again}
    row.state = rules.DONE
    row.save()
    return row


def _source(name: str, result: Result, licence: str) -> Source:
    """Return the source of a file, made when it is new; Refused without a name."""
    if not name.strip():
        raise Refused(
            "Rien n’a été importé : la source n’a pas de nom.",
            why="C’est elle qui dit d’où vient chaque lieu, et qui permet de le mettre à jour.",
            do='Nommez qui donne ces lieux, par exemple --source "Ville de Grenoble".',
        )
    correspondence = result.correspondence
    found, _ = Source.objects.get_or_create(
        name=name, defaults={"producer": correspondence.producer, "licence": licence or correspondence.licence}
    )
    return found


def _carry(sheets_: Sequence[rules.Sheet], work: _Work) -> None:
    """Make the structures that carry new places, all at once."""
    wanted = {}
    for sheet in sheets_:
        key, name = rules.structure_key(sheet)
        if key not in work.structures:
            wanted.setdefault(key, Structure(key=key, name=name[:300], kind=rules.kind_of(sheet)))
    for made in Structure.objects.bulk_create(wanted.values(), batch_size=BATCH):
        work.structures[made.key] = made


def _one(read: Read, work: _Work) -> None:
    """Make, update or leave the place of one row."""
    sheet = dict(read.sheet)
    on = sheet.get("date_maj") or timezone.localdate(work.at).isoformat()
    name = work.row.source.name
    doubts = [
        {"field": r.field, "value": r.value, "reason": r.reason} for r in read.remarks if r.word in ("doubtful", "refused")
    ]
    lieu = work.held.get(sheet["id"])
    if lieu is None:
        lieu = Lieu(
            slug=_slug(sheet, work),
            source=work.row.source,
            identifier=sheet["id"],
            sheet=sheet,
            origins={field: {"source": name, "on": on} for field in sheet},
            to_check=doubts,
            structure=work.structures[rules.structure_key(sheet)[0]],
        )
        sheets.derive(lieu)
        work.made.append(lieu)
        work.held[sheet["id"]] = lieu
        work.counts["made"] += 1
        return
    if work.adds:
        sheet = rules.completed(lieu.sheet, sheet)
    update = rules.updated(lieu.sheet, lieu.origins, sheet, source=name, on=on)
    shown = _pass_on(lieu, update, work, on=on)
    if shown is None:
        _contest(lieu, update.contested, work)
    back = lieu.missing_since_id is not None
    if back:
        work.found_again.append((lieu.pk, lieu.missing_since_id))
        lieu.missing_since = None
    work.counts["changed" if (update.changes(lieu.sheet) if shown is None else shown) else "same"] += 1
    if update.sheet == lieu.sheet:
        if back:
            work.back.append(lieu)
        return
    work.change(lieu, update)
    lieu.to_check = doubts
    lieu.structure = work.structures[rules.structure_key(sheet)[0]]


def _pass_on(lieu: Lieu, update: rules.Update, work: _Work, *, on: str) -> bool | None:
    """Pass on what a file changes of a merged place to the one that is kept; return whether people read it there.

    None when the place is not merged: what it says is then read on its own sheet.
    """
    shown = work.kept.get(lieu.pk)
    if shown is None:
        return None
    name, ours = work.row.source.name, shown.source_id == lieu.source_id
    passed = rules.passed_on(shown.sheet, shown.origins, lieu.sheet, update, source=name, on=on, ours=ours)
    _contest(shown, passed.contested, work)
    read = passed.changes(shown.sheet)
    if passed.sheet != shown.sheet:
        work.change(shown, passed)
        shown.structure = sheets.structure_of(shown.sheet)
    return read


def _contest(lieu: Lieu, contested: Mapping[str, Any], work: _Work) -> None:
    """Propose each contested value, unless the same was already proposed."""
    if not contested:
        return
    already = {(p.field, _frozen(p.value)) for p in Proposal.objects.filter(lieu=lieu)}
    work.proposals += [
        Proposal(lieu=lieu, within=work.row, field=field, value=value, by=work.row.source.name, at=work.at)
        for field, value in contested.items()
        if (field, _frozen(value)) not in already
    ]


def _frozen(value: Any) -> str:
    return repr(value)


def _slug(sheet: rules.Sheet, work: _Work) -> str:
    base = rules.address_of(str(sheet["id"]), sheet)
    slug, n = base, 1
    while slug in work.taken:
        n += 1
        slug = f"{base}-{n}"
    work.taken.add(slug)
    return slug


def _save(work: _Work) -> None:
    Lieu.objects.bulk_create(work.made, batch_size=BATCH)
    fields = (
        "sheet",
        "origins",
        "to_check",
        "structure",
        "name",
        "code_insee",
        "latitude",
        "longitude",
        "updated_on",
        "missing_since",
    )
    Lieu.objects.bulk_update([lieu for lieu, _ in work.changed.values()] + work.back, fields, batch_size=200)
    Change.objects.bulk_create(
        [
            Change(
                lieu=lieu,
                within=work.row,
                verb="import",
                at=work.at,
                by=work.by,
                before=before,
                after=sheets.snapshot(lieu),
            )
            for lieu, before in [*((lieu, None) for lieu in work.made), *work.changed.values()]
        ],
        batch_size=BATCH,
    )
    Proposal.objects.bulk_create(work.proposals, batch_size=BATCH)
    index.refresh([*work.made, *(lieu for lieu, _ in work.changed.values())])


def _missing(kept: Sequence[Read], work: _Work) -> int:
    """Mark the places of the source that the file no longer holds; a person decides what became of them."""
    there = {read.sheet["id"] for read in kept}
    gone = imports.dropped(work.held.values(), there, work.kept)
    for lieu in gone:
        lieu.missing_since = work.row
    Lieu.objects.bulk_update(gone, ["missing_since"], batch_size=BATCH)
    return len(gone)


@transaction.atomic
def take_back(row: Import, *, by: str, at: datetime) -> Counter[str]:
    """Undo an import: places it made leave, places it changed are put back; what changed since is kept, and counted.

    Return how many were removed, restored and kept.
    """
    if row.state != rules.DONE:
        raise Refused(
            "Cet import n’a pas été défait.",
            why=f"Il est {row.get_state_display()}.",
            do="Choisissez un import terminé.",
        )
    counts: Counter[str] = Counter()
    touched: list[Lieu] = []
    made: list[Lieu] = []
    for change in Change.objects.filter(within=row).select_related("lieu").order_by("-pk"):
        lieu = change.lieu
        if sheets.snapshot(lieu) != change.after:
            counts["kept"] += 1
        elif change.before is None:
            counts["removed"] += 1
            made.append(lieu)
        else:
            sheets.put(lieu, change.before)
            lieu.structure = sheets.structure_of(lieu.sheet)
            lieu.save()
            Change.objects.create(lieu=lieu, verb="undo", at=at, by=by, before=change.after, after=change.before)
            touched.append(lieu)
            counts["restored"] += 1
    index.refresh(touched)
    for start in range(0, len(made), BATCH):
        _remove(made[start : start + BATCH])
    Lieu.objects.filter(missing_since=row).update(missing_since=None)
    for pk, since in row.report.get("retrouves", ()):
        Lieu.objects.filter(pk=pk, missing_since=None).update(missing_since_id=since)
    Proposal.objects.filter(within=row, state=rules.OPEN).delete()
    row.state, row.undone_at = rules.UNDONE, at
    row.save()
    return counts


def _remove(lieux: Sequence[Lieu]) -> None:
    """Take places away, with what was said of them; the search forgets them first."""
    for lieu in lieux:
        lieu.state = rules.ENDED
    index.refresh(lieux)
    gone = [lieu.pk for lieu in lieux]
    Pair.objects.filter(Q(first__in=gone) | Q(second__in=gone)).delete()
    Lieu.objects.filter(pk__in=gone).delete()
