"""Stored places as an import needs them, before it writes or previews."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Source
from maillage.sources.offer.read import Result
from maillage.sources.offer.row_reader import identifier_of
from maillage.statistics.engine import duplicates
from maillage.statistics.offer.census import as_place

FEW = 500  # texts asked for at once
MAX_NAMES = 50  # of the refused rows, the missing places… that an import names


def places_of(source: Source, sheets: Sequence[rules.Sheet] | None = None) -> dict[str, Lieu]:
    """Return the places of a source by identifier: all of them, or those that some sheets are about."""
    rows = Lieu.objects.filter(source=source).select_related("structure")
    if sheets is None:
        return {lieu.identifier: lieu for lieu in rows}
    ids = [str(sheet["id"]) for sheet in sheets]
    return {lieu.identifier: lieu for some in batches(ids) for lieu in rows.filter(identifier__in=some)}


def as_stored(result: Result, source: str) -> Result:
    """Return the result of a file with the identifiers that its source already has, where the file gives
    none and gave some before, or gives some and gave none: the same name at the same address is one place,
    and so is, where the file gives no identifier, a name or an address written otherwise that is surely it.

    What two rows or two sheets could be is left alone, and so is what the file names as before.
    """
    rows = Lieu.objects.filter(source__name=source)
    known = set(rows.values_list("identifier", flat=True))
    there = {read.sheet["id"] for read in result.accepted}
    new, removed = there - known, known - there
    if not new or not removed:
        return result
    new_ids, stored_ids = defaultdict(list), defaultdict(list)
    for read in result.accepted:
        if read.sheet["id"] in new:
            new_ids[identifier_of(read.sheet)].append(read.sheet["id"])
    for id, sheet in rows.values_list("identifier", "sheet").iterator():
        if id in removed:
            stored_ids[id if id in new_ids else identifier_of(sheet)].append(id)
    same = {
        ids[0]: stored_ids[key][0]
        for key, ids in new_ids.items()
        if len(ids) == len(stored_ids.get(key, ())) == 1 and key in (ids[0], stored_ids[key][0])
    }
    unnamed = [
        read.sheet
        for read in result.accepted
        if read.sheet["id"] in new - same.keys() and read.sheet["id"] == identifier_of(read.sheet)
    ]
    if unnamed and (unmatched := removed - set(same.values())):
        stored_sheets = [
            (id, sheet) for id, sheet in rows.values_list("identifier", "sheet").iterator() if id in unmatched
        ]
        same |= _surely_same(unnamed, stored_sheets)
    return replace(
        result,
        rows=tuple(
            replace(read, sheet={**read.sheet, "id": same[read.sheet["id"]]})
            if not read.refused and read.sheet["id"] in same
            else read
            for read in result.rows
        ),
    )


def _surely_same(
    new_sheets: Sequence[rules.Sheet], stored_sheets: Sequence[tuple[str, rules.Sheet]]
) -> dict[str, str]:
    """Return the identifier of the stored sheet that each new one surely is: the only one it may be, and that
    no other new sheet may be. Any other likeness is left for a person to decide.
    """
    pairs = duplicates.between(
        [as_place(sheet) for sheet in new_sheets], [as_place(sheet) for _, sheet in stored_sheets]
    )
    n_new, n_stored = Counter(pair.a for pair in pairs), Counter(pair.b for pair in pairs)
    return {
        str(new_sheets[pair.a]["id"]): stored_sheets[pair.b][0]
        for pair in pairs
        if pair.decision == "meme" and n_new[pair.a] == n_stored[pair.b] == 1
    }


def slugs(sheets: Sequence[rules.Sheet] | None = None) -> set[str]:
    """Return the addresses of places that are taken: all of them, or those that the places of some sheets
    could have.
    """
    rows = Lieu.objects.values_list("slug", flat=True)
    if sheets is None:
        return set(rows)
    wanted = [rules.address_of(str(sheet["id"]), sheet) for sheet in sheets]
    taken = {slug for some in batches(wanted) for slug in rows.filter(slug__in=some)}
    return taken | {slug for base in taken for slug in rows.filter(slug__startswith=f"{base}-")}


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield some texts at a time, each once."""
    many = list(dict.fromkeys(texts))
    return (many[start : start + FEW] for start in range(0, len(many), FEW))


def unfinished(source: str, file_name: str) -> list[Import]:
    """Return the pieces already imported of a long file that was stopped, when nothing else came from its
    source since; none otherwise.
    """
    last = Import.objects.filter(source__name=source).order_by("-pk").first()
    if last is None or last.state != rules.DONE or last.report.get("morceau", "") != file_name:
        return []
    rows = Import.objects.filter(source=last.source, started_at=last.started_at)
    return list(rows.defer("report", "correspondence").order_by("pk"))


def survivors(places: Iterable[Lieu]) -> dict[int, Lieu]:
    """Return, by the key of each merged place, its survivor, however many merges lie between.

    A survivor that is among `places` is that very object, so that it is never written twice.
    """
    rows = {lieu.pk: lieu for lieu in places}
    merged = [lieu for lieu in rows.values() if lieu.merged_into_id]
    while missing := {lieu.merged_into_id for lieu in rows.values() if lieu.merged_into_id} - rows.keys():
        rows |= Lieu.objects.select_related("source", "structure").in_bulk(missing)
    return {lieu.pk: _last(lieu, rows) for lieu in merged}


def _last(lieu: Lieu, rows: dict[int, Lieu]) -> Lieu:
    while lieu.merged_into_id:
        lieu = rows[lieu.merged_into_id]
    return lieu


def dropped(
    places: Iterable[Lieu], there: Container[str], survivor_by_number: Mapping[int, Lieu]
) -> list[Lieu]:
    """Return the published places absent from their source's new file, both themselves and those merged into
    them.

    there: the identifiers in the file; survivor_by_number: as `survivors` returns it.
    """
    rows = list(places)
    present_numbers = {
        survivor_by_number[lieu.pk].pk
        for lieu in rows
        if lieu.pk in survivor_by_number and lieu.identifier in there
    }
    return [
        lieu
        for lieu in rows
        if lieu.state == rules.PUBLISHED
        and lieu.missing_since_id is None
        and lieu.identifier not in there
        and lieu.pk not in present_numbers
    ]


def missing_from(source: Source) -> QuerySet[Lieu]:
    """Return the published places that are missing from their source, in order."""
    return Lieu.objects.filter(source=source, state=rules.PUBLISHED, missing_since__isnull=False).order_by(
        "pk"
    )


def to_confirm(row: Import) -> QuerySet[Pair]:
    """Return the pairs to decide between a place made by an import and one missing from its source."""
    created = Change.objects.filter(within=row, before__isnull=True).values("lieu")
    pairs = Pair.objects.filter(
        state=rules.OPEN, first__state=rules.PUBLISHED, second__state=rules.PUBLISHED, second__in=created
    )
    return pairs.filter(first__source=row.source, first__missing_since__isnull=False).select_related("second")
