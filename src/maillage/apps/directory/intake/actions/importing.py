"""Importing a file of places: whole or not at all, repeatable, and taken back whole."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from maillage.apps.directory.intake.actions import duplicates
from maillage.apps.directory.intake.queries import imports, likenesses
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Deletion, Import, Lieu, Pair, Proposal, Source
from maillage.apps.directory.places.queries import custody, history
from maillage.apps.platform.accounts.models import User
from maillage.kernel import cores
from maillage.kernel.errors import Refused
from maillage.sources.offer import report
from maillage.sources.offer.read import Result
from maillage.sources.offer.row_reader import Read, how_found
from maillage.web import bulk

BATCH = 1_000


@dataclass(slots=True)
class _Work:
    """An import in progress."""

    row: Import
    adds: bool
    by: str
    at: datetime
    places: dict[str, Lieu]
    survivors: dict[int, Lieu]
    taken: set[str]
    registry: custody.Registry
    to_ask: list[tuple[Lieu, custody.Outcome]]
    moved: set[int]
    created: list[Lieu]
    changed: dict[int, tuple[Lieu, dict[str, Any]]]
    back: list[Lieu]
    found_again: list[tuple[int, int]]
    proposals: list[Proposal]
    counts: Counter[str]
    typed_names: list[str]

    def change(self, lieu: Lieu, update: rules.Update) -> None:
        """Apply an update to a place; its snapshot from before the import is stored once."""
        self.changed.setdefault(lieu.pk, (lieu, sheets.snapshot(lieu)))
        settlement = self.registry.settle(lieu, lieu.sheet, update.sheet)
        lieu.sheet, lieu.origins, lieu.structure = update.sheet, update.origins, settlement.structure
        sheets.derive(lieu)
        if settlement.verdict != rules.STAYS:
            self.to_ask = [each for each in self.to_ask if each[0].pk != lieu.pk]
        if settlement.verdict == rules.MOVES:
            self.moved.add(lieu.pk)
        if (
            settlement.verdict == rules.ASKS and not lieu.merged_into_id
        ):  # the place kept for it is asked about
            self.to_ask.append((lieu, settlement))


def take_in(
    result: Result,
    *,
    source: str,
    digest: str,
    by: User | None,
    at: datetime,
    correspondence: str = "",
    licence: str = "",
    is_complete: bool = True,
    piece: bool = False,
    tell: Callable[[str, float], None] = lambda step, share: None,
) -> Import:
    """Import the places of a parsed file: create new ones, update known ones, record each change.

    Importing the same file twice changes nothing. What a structure confirmed is not overwritten: the
    other value becomes a proposal. `is_complete`: the file holds all of its source, so that places absent
    from it are marked as missing. Everything is written in one transaction: a killed import leaves
    nothing, and starts again. Duplicates are searched for before it, to hold the lock as briefly as
    possible. tell: called with what is being done and the share that is; what it raises stops the import,
    and nothing is written.

    piece: it is one of the many pieces of a long file: only what its rows concern is read, no absence is
    told, and duplicates are left to `duplicates.sweep`, once all are there.
    """
    tell("Recherche des doublons", 0.0)
    result = result if piece else imports.as_stored(result, source)
    sheets_read = [] if piece else [read.sheet for read in result.accepted]
    stored = Lieu.objects.none() if piece else Lieu.objects.filter(source__name=source)
    known = dict(stored.values_list("identifier", "pk"))
    search = likenesses.of_file(sheets_read, known)
    # A piece is in a transaction of its own already: for a savepoint, SQLite would keep in memory each page
    # that changes, as it was before, and the longer the file, the more pages ten thousand rows are on.
    with (
        cores.aside(search.likenesses, may_pay=search.is_mostly_new) as alike,
        transaction.atomic(savepoint=not piece),
    ):
        source_row = _source(source, result, licence)
        return _write(
            result,
            source_row,
            alike,
            digest=digest,
            by=by,
            at=at,
            correspondence=correspondence,
            is_complete=is_complete and not piece,
            piece=piece,
            tell=tell,
        )


def _write(
    result: Result,
    source_row: Source,
    alike: Callable[[], Sequence[likenesses.Likeness]],
    *,
    digest: str,
    by: User | None,
    at: datetime,
    correspondence: str,
    is_complete: bool,
    piece: bool,
    tell: Callable[[str, float], None],
) -> Import:
    row = Import.objects.create(
        source=source_row,
        file_name=result.name[:200],
        digest=digest,
        correspondence=correspondence,
        started_at=at,
        by=by,
    )
    sheets_read = [read.sheet for read in result.accepted] if piece else None
    places_by_identifier = imports.places_of(source_row, sheets_read)
    work = _Work(
        row=row,
        adds=result.correspondence.adds,
        by=str(by) if by else source_row.name,
        at=at,
        places=places_by_identifier,
        survivors=imports.survivors(places_by_identifier.values()),
        taken=imports.slugs(
            None
            if sheets_read is None
            else [sheet for sheet in sheets_read if sheet["id"] not in places_by_identifier]
        ),
        registry=custody.full_registry(at=at)
        if sheets_read is None
        else custody.among(places_by_identifier, sheets_read, at=at),
        to_ask=[],
        moved=set(),
        created=[],
        changed={},
        back=[],
        found_again=[],
        proposals=[],
        counts=Counter(),
        typed_names=[],
    )
    accepted = result.accepted
    for n, read in enumerate(_guarded_first(accepted, work)):
        _one(read, work)
        tell("Comparaison avec les fiches connues", 0.2 + 0.3 * n / len(accepted))
    tell("Écriture des fiches", 0.5)
    _save(work)
    tell("Rangement", 0.9)
    missing = _missing(accepted, work) if is_complete and not work.adds else 0
    replaced = [] if piece else duplicates.replaced(work.created, list(imports.missing_from(source_row)))
    proposed = duplicates.propose([*alike(), *replaced], {lieu.identifier: lieu for lieu in work.created})
    row.counts = {
        "lus": result.n_read,
        "crees": work.counts["made"],
        "modifies": work.counts["changed"],
        "inchanges": work.counts["same"],
        "refuses": result.n_refused,
        "reunis": result.united,
        "disent_leur_offre": report.says_an_offer(result),
        "a_verifier": sum(read.doubtful for read in accepted),
        "doublons_proposes": proposed,
        "contestes": len(work.proposals) - len(work.to_ask),
        "retouches": len(work.typed_names),
        "structures": len(work.moved),
        "equipes": len(work.to_ask),
        "orientations": sum(work.registry.stakes.running.get(lieu.pk, 0) for lieu, _ in work.to_ask),
        "absents": missing,
        "a_confirmer": imports.to_confirm(row).count(),
    }
    row.report = report.of(result) | {
        "retrouves": work.found_again,
        "retouches": sorted(work.typed_names)[: imports.MAX_NAMES],
    }
    row.state = rules.DONE
    row.save()
    return row


def _source(name: str, result: Result, licence: str) -> Source:
    """Return the source of a file, created if new; Refused without a name."""
    if not name.strip():
        raise Refused(
            "Rien n’a été importé : la source n’a pas de nom.",
            why="C’est elle qui dit d’où vient chaque lieu, et qui permet de le mettre à jour.",
            do='Nommez qui donne ces lieux, par exemple --source "Ville de Grenoble".',
        )
    correspondence = result.correspondence
    row, _ = Source.objects.get_or_create(
        name=name,
        defaults={"producer": correspondence.producer, "licence": licence or correspondence.licence},
    )
    return row


def _guarded_first(accepted: Sequence[Read], work: _Work) -> list[Read]:
    """Return rows with places that have a team first: in any order, they claim a number that is free."""
    places_by_identifier = work.places
    return sorted(
        accepted,
        key=lambda read: (
            not ((lieu := places_by_identifier.get(read.sheet["id"])) and work.registry.guards(lieu))
        ),
    )


def _one(read: Read, work: _Work) -> None:
    """Create, update or skip the place of one row."""
    sheet = dict(read.sheet)
    on = sheet.get("date_maj") or timezone.localdate(work.at).isoformat()
    name = work.row.source.name
    doubts = [
        {"field": r.field, "value": r.value, "reason": r.reason}
        for r in read.remarks
        if r.word in ("doubtful", "refused")
    ]
    how = how_found(read)
    lieu = work.places.get(sheet["id"])
    if lieu is None:
        origin = {"source": name, "on": on}  # one for all its fields: a long file has half a million of them
        origins = dict.fromkeys(sheet, origin) | ({"latitude": {**origin, "how": how}} if how else {})
        lieu = Lieu(
            slug=_slug(sheet, work),
            source=work.row.source,
            identifier=sheet["id"],
            sheet=sheet,
            origins=origins,
            to_check=doubts,
            structure=work.registry.carrier(sheet),
        )
        sheets.derive(lieu)
        work.created.append(lieu)
        work.places[sheet["id"]] = lieu
        work.counts["made"] += 1
        return
    if work.adds:
        sheet = rules.completed(lieu.sheet, sheet)
    update = rules.updated(lieu.sheet, lieu.origins, sheet, source=name, on=on)
    visible = work.survivors.get(lieu.pk) or lieu
    is_typed = rules.is_typed(visible.origins)
    is_visible = _pass_on(lieu, update, work, on=on)
    if is_visible is None:
        _contest(lieu, update.contested, work)
    missing_since = lieu.missing_since_id
    back = missing_since is not None
    if missing_since is not None:
        work.found_again.append((lieu.pk, missing_since))
        lieu.missing_since = None
    is_changed = update.changes(lieu.sheet) if is_visible is None else is_visible
    work.counts["changed" if is_changed else "same"] += 1
    if is_changed and is_typed:
        work.typed_names.append(visible.name)
    if update.sheet == lieu.sheet:
        if back:
            work.back.append(lieu)
        return
    if how and update.sheet.get("latitude") != lieu.sheet.get("latitude"):
        update.origins["latitude"]["how"] = how
    work.change(lieu, update)
    lieu.to_check = doubts


def _pass_on(lieu: Lieu, update: rules.Update, work: _Work, *, on: str) -> bool | None:
    """Pass on what a file changes of a merged place to the survivor; return whether people see it there.

    None when the place is not merged: the row then applies to its own sheet.
    """
    survivor = work.survivors.get(lieu.pk)
    if survivor is None:
        return None
    name, is_same_source = work.row.source.name, survivor.source_id == lieu.source_id
    passed = rules.passed_on(
        survivor.sheet, survivor.origins, lieu.sheet, update, source=name, on=on, same_source=is_same_source
    )
    _contest(survivor, passed.contested, work)
    read = passed.changes(survivor.sheet)
    if passed.sheet != survivor.sheet:
        work.change(survivor, passed)
    return read


def _contest(lieu: Lieu, contested: Mapping[str, Any], work: _Work) -> None:
    """Propose each contested value, unless it was already proposed."""
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
    structures = list(work.registry.created)
    sheets.save_structures(work.registry)
    bulk.create(Lieu, work.created)
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
    bulk.create(
        Change,
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
            for lieu, before in [*((lieu, None) for lieu in work.created), *work.changed.values()]
        ],
    )
    _ask(work)
    Proposal.objects.bulk_create(work.proposals, batch_size=BATCH)
    index.add(work.created, structures)
    index.refresh(lieu for lieu, _ in work.changed.values())


def _ask(work: _Work) -> None:
    """Ask the teams of places that a file assigns to another structure; a pending proposal for yet another is
    dropped.
    """
    pending = Proposal.objects.filter(
        lieu__in=[lieu.pk for lieu, _ in work.to_ask], field=rules.CUSTODY, state=rules.OPEN
    )
    pending.delete()
    work.proposals += [
        sheets.custody_request(lieu, outcome, by=work.row.source.name, at=work.at, within=work.row)
        for lieu, outcome in work.to_ask
    ]


def _missing(accepted: Sequence[Read], work: _Work) -> int:
    """Mark the places of the source that are absent from the file; a person decides what became of them."""
    there = {read.sheet["id"] for read in accepted}
    absent = imports.dropped(work.places.values(), there, work.survivors)
    for lieu in absent:
        lieu.missing_since = work.row
    Lieu.objects.bulk_update(absent, ["missing_since"], batch_size=BATCH)
    return len(absent)


@transaction.atomic
def take_back(row: Import, *, by: str, at: datetime) -> Counter[str]:
    """Undo an import: delete the places it made, restore those it changed; what changed since stays, as does
    what something else relies upon, and is counted.

    Return how many were removed, restored and retained.
    """
    if row.state != rules.DONE:
        raise Refused(
            "Cet import n’a pas été défait.",
            why=f"Il est {row.get_state_display()}.",
            do="Choisissez un import terminé.",
        )
    counts: Counter[str] = Counter()
    touched: list[Lieu] = []
    created: list[Lieu] = []
    registry, places_in_use = custody.full_registry(at=at), history.relied_upon(row)
    for change in Change.objects.filter(within=row).select_related("lieu").order_by("-pk"):
        lieu = change.lieu
        serves = change.before is None and lieu.pk in places_in_use
        if serves or not rules.same_state(sheets.snapshot(lieu), change.after or {}):
            counts["kept"] += 1
        elif change.before is None:
            counts["removed"] += 1
            created.append(lieu)
        else:
            now, former_structure = sheets.snapshot(lieu), lieu.structure_id
            sheets.put(lieu, change.before)
            registry.n_places[former_structure] -= 1
            registry.n_places[lieu.structure_id] += 1
            sheets.settle(lieu, now, registry, by=by, at=at, asks=False)
            lieu.save()
            Change.objects.create(
                lieu=lieu, verb="undo", at=at, by=by, before=now, after=sheets.snapshot(lieu)
            )
            touched.append(lieu)
            counts["restored"] += 1
    index.refresh(touched)
    for start in range(0, len(created), BATCH):
        _remove(created[start : start + BATCH], at=row.started_at)
    absent = list(Lieu.objects.filter(missing_since=row))
    Lieu.objects.filter(missing_since=row).update(missing_since=None)
    for lieu in absent:
        lieu.missing_since = None
    index.refresh(absent)
    for pk, since in row.report.get("retrouves", ()):
        Lieu.objects.filter(pk=pk, missing_since=None).update(missing_since_id=since)
    Proposal.objects.filter(within=row, state=rules.OPEN).delete()
    row.state, row.undone_at = rules.UNDONE, at
    row.save()
    return counts


def _remove(lieux: Sequence[Lieu], *, at: datetime) -> None:
    """Delete places and what refers to them, after removing them from the search index; those that anybody
    could read leave their address. at: when they entered.
    """
    public = [lieu.slug for lieu in lieux if lieu.state == rules.PUBLISHED]
    Deletion.objects.bulk_create(Deletion(slug=slug, entered_at=at) for slug in public)
    for lieu in lieux:
        lieu.state = rules.ENDED
    index.refresh(lieux)
    numbers = [lieu.pk for lieu in lieux]
    Pair.objects.filter(Q(first__in=numbers) | Q(second__in=numbers)).delete()
    Lieu.objects.filter(pk__in=numbers).delete()
